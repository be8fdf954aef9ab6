"""Calls put into a database as they would be stored, with the intervals that they add up to."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Engine, insert

from ccfloor.floor.calls import amounts
from ccfloor.floor.config import interval_start
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import CallRow
from ccfloor.store.engine import writing
from ccfloor.store.tables import calls, queue_intervals


def put(engine: Engine, rows: Iterable[CallRow]) -> None:
    """Calls as they are stored, and the intervals that they add up to."""
    found = list(rows)
    sums: dict[tuple[str, int], list[int]] = {}
    for row in found:
        vector = sums.setdefault((row.queue, interval_start(row.entered_at)), [0] * len(FIELDS))
        pairs = iter(amounts(row))
        for index, amount in zip(pairs, pairs, strict=True):
            vector[index] += amount
    stored = [{"site": "main", "source_id": row.source, **msgspec.structs.asdict(row)} for row in found]
    kept = [{name: value for name, value in row.items() if name in calls.c} for row in stored]
    intervals = [
        {
            "site": "main",
            "queue": queue,
            "start": start,
            "max_wait_ms": 0,
            **dict(zip(FIELDS, vector, strict=True)),
        }
        for (queue, start), vector in sums.items()
    ]
    with writing(engine) as connection:
        connection.execute(insert(calls), kept)
        connection.execute(insert(queue_intervals), intervals)


def call(position: int, at: float, queue: str = "hot", wait_s: float = 10.0, **more: object) -> CallRow:
    """An answered call, or as ``more`` says."""
    row = CallRow(
        1, position, f"c{position}", queue, at, outcome=Outcome.ANSWERED, wait_ms=int(wait_s * 1000),
        answered_at=at + wait_s, left_at=at + wait_s, ended_at=at + wait_s + 60, talk_ms=60_000, final=True,
    )  # fmt: skip
    return msgspec.structs.replace(row, **more)
