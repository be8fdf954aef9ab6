"""A roster as an import brings it, without the import's file, and the floor that its days are read from."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.store.engine import writing
from ccfloor.store.tables import fact_days, import_rows, imports, roster
from ccfloor.store.viewer import Viewer

Piece = tuple[str, float, float]  # agent, from, to (UTC epoch seconds)


@dataclass
class Stored:
    """What an agent's day is read from; nothing goes on now."""

    engine: Engine
    now: float
    config: FloorConfig

    def floor_now(self) -> float:
        return self.now

    def view(self, viewer: Viewer) -> None:
        return None


def put_roster(engine: Engine, config: FloorConfig, pieces: Iterable[Piece]) -> None:
    """Shifts of work, each on the business day in which it begins."""
    found = [(day_number(business_date(config, start)), agent, start, end) for agent, start, end in pieces]
    days = sorted({day for day, *_ in found})
    brought = {
        "site": config.site, "dataset": "roster", "file": "r.csv", "digest": "", "at": 0.0, "who": "",
        "why": "", "rows": len(found), "first_day": days[0], "last_day": days[-1],
        "undone_by": "", "undone_why": "",
    }  # fmt: skip
    with writing(engine) as connection:
        origin = connection.execute(insert(imports).values(brought).returning(imports.c.id)).scalar_one()
        for line, (day, agent, start, end) in enumerate(found, 1):
            same = {"site": config.site, "import_id": origin, "line": line, "day": day}
            row = {"dataset": "roster", "key": f"{agent}.{start}", "body": "{}", "current": True}
            connection.execute(insert(import_rows).values(**same, **row))
            shift = {"agent": agent, "start": start, "end": end, "activity": "queue"}
            connection.execute(insert(roster).values(**same, **shift))
        mine = (fact_days.c.site == config.site, fact_days.c.day.in_(days))
        connection.execute(delete(fact_days).where(*mine))
