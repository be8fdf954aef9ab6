"""What a database holds, in a form that can be compared, and small streams to fill it with."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, or_, select

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    Device,
    EndedBy,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatJoined,
)
from ccfloor.store import tables
from ccfloor.store.recorder import Item

T0 = 1_780_000_000.0 - 1_780_000_000.0 % 86_400
HOT = QueueInfo("hot", targets=(QueueTarget(wrap_up_s=10.0),))
DAYS = (tables.queue_days, tables.agent_days)
CONFIG = FloorConfig(zone="UTC", queues={"hot": HOT, "vip": QueueInfo("vip")})


def day(calls: int, start: float = T0, seats: int = 3) -> Iterator[AnyEvent]:
    """A steady little day: callers every 20 s; every fifth gives up, every seventh rings in vain first."""
    for number in range(seats):
        for queue in ("hot", "vip"):
            agent = f"Agent {number}"
            yield SeatJoined(at=start, seat=f"P/{number}", queue=queue, agent=agent, device=Device.IDLE)
    for number in range(calls):
        at, call, queue = start + 20.0 * number, f"c{start:.0f}.{number}", ("hot", "vip")[number % 3 == 0]
        seat = f"P/{number % seats}"
        caller = f"1381234{number:04d}"
        yield CallJoined(at=at, call=call, queue=queue, number=caller, name=f"Caller {number}")
        if number % 5 == 4:
            yield CallLeft(at=at + 1 + number % 7, call=call, queue=queue, outcome=Outcome.ABANDONED)
            continue
        if number % 7 == 0:
            yield RingEnded(
                at=at + 2, call=call, queue=queue, seat=seat, result=RingResult.NO_ANSWER, ring_s=2.0
            )
        yield CallAnswered(at=at + 3, call=call, queue=queue, seat=seat, wait_s=3.0, ring_s=1.0)
        yield SeatDevice(at=at + 3, seat=seat, device=Device.IN_USE)
        yield CallEnded(at=at + 15, call=call, queue=queue, seat=seat, by=EndedBy.CALLER, talk_s=12.0)
        yield SeatDevice(at=at + 15, seat=seat, device=Device.IDLE)


def items(events: Iterator[AnyEvent], source: str = "ami", log: bool = False, first: int = 1) -> list[Item]:
    """The events as a source gives them."""
    return [Item(source, position, event, log) for position, event in enumerate(events, first)]


def cut(whole: Sequence[Item], size: int) -> list[list[Item]]:
    """Batches of that size."""
    return [list(whole[first : first + size]) for first in range(0, len(whole), size)]


def held(engine: Engine, *more: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every derived row (and those of the tables named), without the numbers the database gives."""
    return _held(engine, (*tables.DERIVED, *DAYS, *more), ("id", "batch"), None)


def held_by(engine: Engine, site: str) -> dict[str, list[tuple[Any, ...]]]:
    """One site's derived and journal rows, whatever its name and the numbers of its sources."""
    return _held(engine, (*tables.DERIVED, *DAYS, tables.journal), ("id", "batch", "site", "source_id"), site)


def _held(
    engine: Engine, names: Sequence[Any], without: Sequence[str], site: str | None
) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with engine.connect() as connection:
        for table in names:
            query = select(*(column for column in table.columns if column.name not in without))
            query = query.where(table.c.site == site) if site else query
            if table.name.endswith(
                ("_intervals", "_days")
            ):  # one in which all was taken back is as good as none
                sums = list(table.columns)[3:]
                query = query.where(or_(*(column != 0 for column in sums)))
            found[table.name] = sorted(tuple(row) for row in connection.execute(query))
    return found
