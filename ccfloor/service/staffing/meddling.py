"""What else was done to a queue in the span of a move: other moves, and levels of the plan that fired.

What came of the queue is then not the move's alone. A move just before counts too, as what was foretold
cannot have known it; earlier ones were known. Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from ccfloor.store.advice import EffectRow, followers
from ccfloor.store.moves import MoveRow, SeatRow, recent_moves, seats_of
from ccfloor.store.plan_rows import level_spans

JUST_S = 120.0
_LENT_S = 4 * 3600.0  # who was moved so long ago may be taken back in a span
_MOST = 2000


class Meddling(NamedTuple):
    """Something done at ``at`` to ``queues`` by a move, in its course or by its end."""

    at: float
    queues: frozenset[str]
    move: int
    followed: tuple[int, int] | None


class Meddlings(NamedTuple):
    """``levels``: when levels of the plan fired, which are of every queue."""

    moves: Sequence[Meddling]
    levels: Sequence[float]

    def mixed(self, row: EffectRow) -> bool:
        """Whether something else was done to the queue of a move's row."""
        if any(row.at <= at < row.ends_at for at in self.levels):
            return True
        same = (row.advice, row.rank) if row.advice else None
        others = (one for one in self.moves if one.move != row.move and (not same or one.followed != same))
        return any(row.queue in one.queues and row.at - JUST_S <= one.at < row.ends_at for one in others)


def meddlings(connection: Connection, site: str, rows: Sequence[EffectRow]) -> Meddlings:
    """All that may have mixed with these."""
    start, end = min(row.at for row in rows), max(row.ends_at for row in rows)
    levels = [one.start for one in level_spans(connection, site, start, end) if one.start >= start]
    made = {one.id: one for one in recent_moves(connection, site, start - _LENT_S, _MOST, end)}
    of = followers(connection, site, start - _LENT_S, end)
    seats = (row for row in seats_of(connection, site, made) if row.leg.touched)
    return Meddlings([one for row in seats for one in _done(made[row.move], row, of)], levels)


def _done(move: MoveRow, row: SeatRow, of: dict[int, tuple[int, int]]) -> Iterator[Meddling]:
    queues = frozenset(_touched(move, row))
    yield Meddling(move.at, queues, move.id, of.get(move.id))
    if row.undone_at is not None:
        yield Meddling(row.undone_at, queues, move.id, of.get(move.id))


def _touched(move: MoveRow, row: SeatRow) -> Iterable[str]:
    """The queues that a seat's move gives to or takes from; who is called back serves what he served."""
    served = row.leg.before.queues if row.leg.before is not None else {}
    return (*move.queues, *row.leg.wish.leaves(served)) if move.queues else served
