"""Weeks of three agents of a team, written as stored days: what a trend is drawn from."""

from datetime import date, timedelta

from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.period import day_number
from ccfloor.store.engine import writing
from ccfloor.store.tables import agent_days, day_marks, fact_days

FIRST = date(2026, 10, 1)
PEOPLE = (
    ("陈思远", "S. Chen", "A"),
    ("王丽娜", "L. Wang", "A"),
    ("李想", "X. Li", "A"),
    ("孙浩", "H. Sun", "B"),
)
CONFIG = FloorConfig(
    seats={
        f"SIM/{number}": SeatInfo(f"SIM/{number}", agent, english, str(number), team)
        for number, (agent, english, team) in enumerate(PEOPLE, 1001)
    }
)
HANDLE_S = {"陈思远": 300, "王丽娜": 240, "李想": 270, "孙浩": 900}


def put_days(engine: Engine, count: int = 30, shift_at: int = 20, config: FloorConfig = CONFIG) -> None:
    """So many days of ten calls each. Handle times swing by 10 s; 陈思远's rise by 60 s from a day on."""
    rows = []
    for step in range(count):
        day = day_number(FIRST + timedelta(days=step))
        for agent, handle in HANDLE_S.items():
            swing = 10 if step % 2 else -10
            risen = 60 if agent == "陈思远" and step >= shift_at else 0
            rows.append(_row(config.site, agent, day, 10, handle + swing + risen))
    with writing(engine) as connection:
        connection.execute(insert(agent_days), rows)
        mark = {"site": config.site, "zone": config.zone, "day_start_s": config.day_start_s, "at": 0.0}
        connection.execute(insert(day_marks).values(mark))
        days = sorted({row["day"] for row in rows})
        done = [{"site": config.site, "day": day, "at": 1.0, "roster": 0, "final": True} for day in days]
        connection.execute(insert(fact_days), done)


def _row(site: str, agent: str, day: int, calls: int, handle_s: int) -> dict[str, object]:
    sums = dict.fromkeys(AGENT_FIELDS, 0)
    spent = calls * handle_s * 1000
    sums |= {"answered": calls, "talk_ms": spent, "on_call_ms": spent, "ready_ms": spent}
    return {"site": site, "agent": agent, "day": day, **sums}
