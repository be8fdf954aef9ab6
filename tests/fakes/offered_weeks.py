"""Weeks of calls as quarter hours, told by one source that had the floor in sight all the time."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.period import day_number
from ccfloor.store.engine import writing
from ccfloor.store.tables import agent_intervals, feeds, queue_days, queue_intervals, sources

QUARTER_S = 900
HANDLE_S, RING_S, WAIT_S = 180, 6, 30
Calls = Callable[[date, float], float]  # day, hour of the clock → calls expected in a quarter hour


def office(day: date, hour: float) -> float:
    """Twelve in a quarter hour from nine to six, a third of it at weekends; nobody calls at night."""
    usual = 12.0 if 9 <= hour < 18 else 0.0
    return usual if day.weekday() < 5 else usual / 3


def put_weeks(
    engine: Engine,
    config: FloorConfig,
    first: date,
    until: float,
    queues: dict[str, Calls],
    seed: int = 7,
    feed: str = "live",
) -> None:
    """Calls of every day from one on until an instant (UTC epoch seconds): about as many as expected."""
    rows: list[dict[str, Any]] = []
    for queue, calls in queues.items():
        rng, day = Random(f"{seed}/{queue}"), first
        while config.day_begins(day) < until:
            begins = int(config.day_begins(day))
            for at in range(begins, int(min(config.day_begins(day + timedelta(days=1)), until)), QUARTER_S):
                count = _poisson(rng, calls(day, (at - begins) / 3600))
                if count:
                    rows.append(_quarter(config.site, queue, at, count))
            day += timedelta(days=1)
    days = {(row["queue"], day_number(config.business_date(row["start"]))) for row in rows}
    nothing = dict.fromkeys((*FIELDS, "max_wait_ms"), 0)
    with writing(engine) as connection:
        connection.execute(insert(queue_intervals), rows)
        stored = [{"site": config.site, "queue": queue, "day": day, **nothing} for queue, day in sorted(days)]
        connection.execute(insert(queue_days), stored)
    put_sight(engine, config, config.day_begins(first), until, "log" if feed == "live" else feed, feed)


def put_sight(
    engine: Engine, config: FloorConfig, start: float, end: float, name: str = "log", feed: str = "live"
) -> None:
    """A log that tells of all of this time."""
    row = {"site": config.site, "feed": feed, "name": name, "kind": "log", "cursor": 1, "mark": ""}
    with writing(engine) as connection:
        connection.execute(insert(sources).values(**row, first_at=start, last_at=end, events=1, bad=0))
        known = {"site": config.site, "feed": feed, "head": 1, "batch": 1, "events": 1, "at": end}
        connection.execute(insert(feeds).values(**known))


def put_work(engine: Engine, config: FloorConfig, agents: Iterable[str], start: float, end: float) -> None:
    """Agents who are ready from one quarter hour to another."""
    nothing = dict.fromkeys(AGENT_FIELDS, 0)
    rows = [
        {"site": config.site, "agent": agent, "start": at, **nothing, "ready_ms": QUARTER_S * 1000}
        for agent in agents
        for at in range(int(start), int(end), QUARTER_S)
    ]
    with writing(engine) as connection:
        connection.execute(insert(agent_intervals), rows)


def _quarter(site: str, queue: str, at: int, count: int) -> dict[str, Any]:
    """One in ten gives up; all others are answered."""
    left = count // 10
    answered = count - left
    sums = dict.fromkeys(FIELDS, 0) | {
        "offered": count,
        "answered": answered,
        "answered_in_t": answered,
        "handled": answered,
        "abandoned": left,
        "talk_ms": answered * HANDLE_S * 1000,
        "ring_ms": answered * RING_S * 1000,
        "wait_answered_ms": answered * RING_S * 1000,
        "wait_abandoned_ms": left * WAIT_S * 1000,
    }
    return {"site": site, "queue": queue, "start": at, "max_wait_ms": 0, **sums}


def _poisson(rng: Random, mean: float) -> int:
    count, left = 0, mean
    while left > 0:
        left -= rng.expovariate(1.0)
        count += left > 0
    return count
