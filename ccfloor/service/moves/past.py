"""How moves stood at an instant of the past, as the log tells it. Instants are UTC epoch seconds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select

from ccfloor.access.acts import Act
from ccfloor.staffing.moving import Answer, Back, Leg, State
from ccfloor.store.access_tables import audit
from ccfloor.store.moves import SeatRow

_STEPS = (Act.MOVE_STEP.value, Act.MOVE_UNDONE.value)


_BACK = (*(State.DUE, State.BACK_SENT, State.BACK_REFUSED, State.BACK_UNCONFIRMED), State.RETURNED)


class _Step(msgspec.Struct, frozen=True):
    """What an entry tells of a seat's move, and nothing of what it changed not. ``asked``: of the switch."""

    state: State | None = None
    move: int = 0
    message: str = ""
    asked: list[Any] = []
    late_s: float = 0.0


def rows_at(
    connection: Connection, site: str, rows: Sequence[SeatRow], asked_at: Mapping[int, float], at: float
) -> list[SeatRow]:
    """The seats of moves as they stood at ``at``; ``asked_at``: when each move was asked for, by then."""
    entries = _entries(connection, site, {row.seat for row in rows if row.changed_at > at}, at)
    return [row if row.changed_at <= at else _row_at(row, entries, asked_at[row.move]) for row in rows]


def answers_at(answers: Iterable[Answer], at: float) -> tuple[Answer, ...]:
    """The answers, those that came only later being open."""
    return tuple(answer if answer.at <= at else Answer() for answer in answers)


def _entries(connection: Connection, site: str, seats: Iterable[str], at: float) -> list[Row[Any]]:
    about = [f"seat/{seat}" for seat in seats]
    if not about:
        return []
    wanted = (audit.c.site == site, audit.c.about.in_(about), audit.c.act.in_(_STEPS), audit.c.at <= at)
    told = select(audit.c.about, audit.c.act, audit.c.at, audit.c.after).where(*wanted)
    return list(connection.execute(told.order_by(audit.c.number)))


def _row_at(row: SeatRow, entries: Iterable[Row[Any]], asked_at: float) -> SeatRow:
    """From the first step on: it was asked for, and then whatever the log has of it."""
    leg = replace(row.leg, state=State.ASKED, back=Back.NO, asked=0, said="", late_s=0.0)
    stood = replace(row, leg=leg, undone_by="", undone_why="", undone_at=None, changed_at=asked_at)
    for entry in entries:
        step = msgspec.json.decode(entry.after, type=_Step)
        if entry.about != f"seat/{row.seat}" or step.move != row.move:
            continue
        if entry.act == Act.MOVE_UNDONE:
            stood = replace(stood, leg=replace(stood.leg, back=Back.UNDO), undone_at=entry.at)
            stood = replace(stood, undone_by=row.undone_by, undone_why=row.undone_why)
        stood = replace(stood, leg=_stepped(stood.leg, step), changed_at=entry.at)
    return stood


def _stepped(leg: Leg, step: _Step) -> Leg:
    asked = min(leg.asked + len(step.asked), len(leg.plan))
    state = step.state or leg.state
    back = Back.RETURN if leg.back is Back.NO and state in _BACK else leg.back
    return replace(leg, back=back, state=state, said=step.message, asked=asked, late_s=step.late_s)
