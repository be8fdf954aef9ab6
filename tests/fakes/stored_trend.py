"""Weeks of three agents of a team, written as stored days, and one evening of one of them with its calls."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.records import AGENT_FIELDS, CallRow
from ccfloor.kpi.period import day_number
from ccfloor.store.engine import writing
from ccfloor.store.tables import agent_days, calls, day_marks, fact_days, roster, seat_spans

FIRST = date(2024, 10, 1)
MONTH = "2024-11"
DAY = 20241120
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


def _row(site: str, agent: str, day: int, calls: int, handle_s: int) -> dict[str, Any]:
    sums = dict.fromkeys(AGENT_FIELDS, 0)
    spent = calls * handle_s * 1000
    sums |= {"answered": calls, "talk_ms": spent, "on_call_ms": spent, "ready_ms": spent}
    return {"site": site, "agent": agent, "day": day, **sums}


ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> float:
    """An instant of the month by the site's clock: 20T18:00."""
    return datetime.fromisoformat(f"{MONTH}-{text}").replace(tzinfo=ZONE).timestamp()


# Two shifts of 陈思远: an evening over midnight, and the morning after; one ring of hers rang in vain.
SPANS = (
    ("20T18:00", "20T22:00", "ready", "", ""),
    ("20T22:00", "20T22:00:08", "ringing", "", "c1"),
    ("20T22:00:08", "20T22:10", "on_call", "", "c1"),
    ("20T22:10", "20T23:00", "paused", "break", ""),
    ("20T23:00", "20T23:00:20", "ringing", "", "c2"),
    ("20T23:00:20", "21T01:30", "ready", "", ""),
    ("21T09:00", "21T12:00", "ready", "", ""),
)


def _call(position: int, call: str, agent: str, times: tuple[str, str, str], talk_s: int) -> dict[str, Any]:
    """``times``: entered, answered, ended."""
    entered, answered, ended = map(at, times)
    row = CallRow(
        source=1,
        position=position,
        call=call,
        queue="hotline",
        entered_at=entered,
        number="13812342071",
        outcome=Outcome.ANSWERED,
        ended_by=EndedBy.CALLER,
        seat="SIM/1001",
        agent=agent,
        answered_at=answered,
        left_at=answered,
        ended_at=ended,
        wait_ms=10_000,
        ring_ms=8000,
        talk_ms=talk_s * 1000,
        seen_live=True,
        final=True,
    )
    told = structs.asdict(row)
    return {"source_id": told.pop("source"), "site": "main", **told}


def put_shift(engine: Engine) -> None:
    """The shift, its two calls and its roster."""
    with writing(engine) as connection:
        for start, end, status, reason, call in SPANS:
            row = {"site": "main", "seat": "SIM/1001", "agent": "陈思远", "start": at(start), "end": at(end)}
            more = {"status": status, "reason": reason, "queue": "hotline" if call else "", "call": call}
            connection.execute(insert(seat_spans).values(**row, **more, repaired=False))
        connection.execute(
            insert(calls),
            [
                _call(1, "c1", "陈思远", ("20T21:59:58", "20T22:00:08", "20T22:10"), 592),
                _call(2, "c2", "王丽娜", ("20T22:59:50", "20T23:00:30", "20T23:05"), 270),
            ],
        )
        shift = {"import_id": 1, "site": "main", "agent": "陈思远", "day": DAY}
        connection.execute(
            insert(roster),
            [
                {**shift, "line": 1, "start": at("20T17:30"), "end": at("20T22:10"), "activity": "queue"},
                {**shift, "line": 2, "start": at("20T22:10"), "end": at("20T23:00"), "activity": "break"},
                {**shift, "line": 3, "start": at("20T23:00"), "end": at("21T01:30"), "activity": "queue"},
            ],
        )
