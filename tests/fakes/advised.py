"""Advice as it is stored, for tests of what becomes of it."""

import msgspec
from sqlalchemy import Engine, insert

from ccfloor.floor.events import Outcome
from ccfloor.service.staffing.advising import encoded, same
from ccfloor.staffing.advise import Advice, Advised, Idle
from ccfloor.staffing.effect import Figures, QueueEffect
from ccfloor.staffing.limits import Why
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import Estimate
from ccfloor.staffing.reason import Because, Reason
from ccfloor.store.advice import keep_advice
from ccfloor.store.engine import writing
from ccfloor.store.tables import calls

NOTHING = Estimate(0.0, 0.0, 0.0, 0)
CALM = Advised((), Idle.FINE, {Why.AWAY: 2}, 0.0, True)


def around(value: float) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05, 200)


def figures(level: float) -> Figures:
    return Figures(30.0, around(level), around(0.1), Estimate(20.0, 15.0, 30.0, 200), level)


def effect(queue: str, before: float, after: float, horizon_s: float = 1800.0) -> QueueEffect:
    gets = after > before
    return QueueEffect(queue, horizon_s, gets, not gets, figures(before), figures(after), NOTHING, 0.0)


def proposal(
    at: float, *seats: str, queue: str = "fraud", donor: str = "loans", kind: Kind = Kind.INSTEAD
) -> Advice:
    """Seats of a donor to a queue for half an hour: its level from 60 to 90, the donor's from 95 to 90 %."""
    after = {queue: 1}
    moves = tuple(Move(seat, f"{seat} agent", (donor,), queue, 1, after, kind) for seat in seats)
    effects = tuple(
        one
        for horizon in (1800.0, 3600.0)
        for one in (effect(queue, 0.6, 0.9, horizon), effect(donor, 0.95, 0.9, horizon))
    )
    why = Reason(Because.SHORT, queue, len(seats), 3, 2.5, donor, 0.4, 0.6, 0.9, 0.9)
    gain = Estimate(2.0, 0.5, 4.0, 200)
    return Advice(moves, (), (), {queue: at + 1800}, effects, gain, gain, 0.93, why)


def told(*advice: Advice) -> Advised:
    return Advised(advice, None if advice else Idle.FINE, {Why.AWAY: 2}, 0.0, True)


def keep(engine: Engine, found: Advised, at: float) -> int:
    with writing(engine) as connection:
        return keep_advice(connection, "main", same(found), encoded(found), at)


def came(engine: Engine, queue: str, at: float, timely: int, late: int, gone: int = 0) -> None:
    """Calls within half an hour of an instant."""
    outcomes = (
        [(Outcome.ANSWERED, 5)] * timely + [(Outcome.ANSWERED, 60)] * late + [(Outcome.ABANDONED, 90)] * gone
    )
    rows = []
    for number, (outcome, wait_s) in enumerate(outcomes):
        row: dict[str, object] = {column.name: column.type.python_type() for column in calls.columns}
        entered = at + 1 + number
        row |= {
            "source_id": abs(hash((queue, at))) % 10**9,
            "position": number,
            "site": "main",
            "queue": queue,
        }
        row |= {"outcome": outcome.value, "entered_at": entered, "left_at": entered + wait_s}
        rows.append(row | {"wait_ms": wait_s * 1000})
    with writing(engine) as connection:
        connection.execute(insert(calls), rows)


def shown(before: float, after: float, queue: str = "fraud") -> str:
    """What a preview showed of a queue, as a move keeps it."""
    level = [{"service_level": one, "abandoned": 0.1, "wait_s": 20.0} for one in (before, after)]
    told = {
        "queue": queue,
        "seats_before": 1,
        "seats_after": 2,
        "waiting": 0,
        "before": level[0],
        "after": level[1],
    }
    return msgspec.json.encode([told]).decode()
