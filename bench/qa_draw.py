"""How long the drawing of a day keeps everybody from writing, where the floor is big.

    python bench/qa_draw.py              500 agents, 60 calls each a day; a week's close, some minutes to fill

The last day of a week is drawn, which may take calls of all its days, after six drawn before. What is told:
the whole draw, and of that the time inside writing transactions, in which nobody else writes.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from make_kpi_store import AGENTS, CONFIG, QUEUES, SITE
from sqlalchemy import Connection, Engine, insert

from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.records import AGENT_FIELDS, CallRow
from ccfloor.kpi.period import day_number
from ccfloor.service.qa import drawing, versions
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.files import sync_files
from ccfloor.service.settings import load
from ccfloor.store import tables
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.migrate import upgrade
from ccfloor.store.viewer import Viewer

SUNDAY = date(2026, 11, 22)
DAYS = 14  # of calls: those of the week before make some of them repeated
_spent: list[float] = []


def fill(engine: Engine, calls: int) -> None:
    """So many calls of each agent on each day."""
    luck, position = random.Random(7), 0
    for back in range(DAYS - 1, -1, -1):
        day = SUNDAY - timedelta(days=back)
        begins, rows = CONFIG.day_begins(day), list[dict[str, Any]]()
        for agent in AGENTS:
            for _ in range(calls):
                position += 1
                rows.append(_call(position, agent, begins + luck.uniform(8, 20) * 3600, luck))
        work = {"site": SITE, "day": day_number(day)} | dict.fromkeys(AGENT_FIELDS, 0) | {"answered": calls}
        with writing(engine) as connection:
            connection.execute(insert(tables.calls), rows)
            connection.execute(insert(tables.agent_days), [work | {"agent": agent} for agent in AGENTS])
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _call(position: int, agent: str, at: float, luck: random.Random) -> dict[str, Any]:
    row = CallRow(
        source=1, position=position, call=f"c{position}", queue=luck.choice(QUEUES), entered_at=at - 12,
        number=f"138{luck.randrange(10**6):08d}", outcome=Outcome.ANSWERED, ended_by=EndedBy.CALLER,
        seat="", agent=agent, answered_at=at, left_at=at, ended_at=at + 200, wait_ms=12_000,
        talk_ms=luck.randrange(20, 600) * 1000, final=True,
    )  # fmt: skip
    told = {name: getattr(row, name) for name in row.__struct_fields__}
    return {"source_id": told.pop("source"), "site": SITE, **told}


@contextmanager
def _timed(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as connection:
        began = time.perf_counter()
        yield connection
    _spent.append(time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--db", type=Path, help="a file to fill and keep; drawn from again where it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = given.db or Path(name) / "floor.db"
        there, engine = path.exists(), open_engine(str(path))
        settings = load(db=str(path))
        upgrade(engine)
        begun = CONFIG.day_begins(SUNDAY - timedelta(days=DAYS))
        sync_files(engine, CONFIG, settings.site, begun)
        if not there:
            fill(engine, given.calls)
        version = versions.current(engine, Viewer(site=SITE), "plan", "weekly", SUNDAY)
        calendar, key = work_calendar(settings.site), b"k" * 32
        drawing.writing = _timed  # type: ignore[assignment,attr-defined]
        for step in range(6, -1, -1):
            day = SUNDAY - timedelta(days=step)
            night = CONFIG.day_begins(day + timedelta(days=1)) + 3600
            began = time.perf_counter()
            made = drawing.draw_day(engine, CONFIG, version, day, key, calendar, night)
            whole = time.perf_counter() - began
            if made is not None:
                told = f"{day}: {made.picks} of {made.population:,} calls"
                print(f"{told}, {whole * 1000:.0f} ms, locked {sum(_spent) * 1000:.0f} ms", flush=True)
            _spent.clear()


if __name__ == "__main__":
    main()
