"""Whether a move that was made follows a proposal that was given. Instants are UTC epoch seconds."""

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from ccfloor.staffing.advise import Advice
from ccfloor.staffing.moves import Kind, Move

ALIKE = 0.5  # so much of the seats of a move and of a proposal are the same: it was followed
HEARD_S = 240.0  # a proposal that was given so long ago may still be followed
_MINUTES = 15.0  # a return so much earlier or later, or by the share, is still the one proposed
_SHARE = 1 / 3


class Heard(NamedTuple):
    """Proposals that stood from ``given_at`` to ``seen_at``."""

    id: int
    given_at: float
    seen_at: float
    advice: Sequence[Advice]


class Made(NamedTuple):
    """A move that somebody asked for. ``queues``: () calls people back. ``minutes``: 0, it stays."""

    at: float
    seats: frozenset[str]
    queues: frozenset[str]
    beside: bool = False
    minutes: int = 0


class _Part(NamedTuple):
    """Seats of a proposal that go the same way; ``back_at`` None: they stay."""

    seats: frozenset[str]
    queues: frozenset[str]
    beside: bool
    back_at: float | None


def followed(heard: Iterable[Heard], made: Made, heard_s: float = HEARD_S) -> tuple[Heard, int] | None:
    """The proposal that a move follows, with its place; None where it follows none. The newest counts.

    The move goes one way of the proposal (queues, instead of or beside those served, return), with seats that
    are to a good part the same; without queues people were called back, as proposals do without moves.
    """
    for round_ in sorted(heard, key=lambda one: -one.given_at):
        if round_.given_at <= made.at <= round_.seen_at + heard_s:
            likeness = [(_likeness(one, made), -place) for place, one in enumerate(round_.advice)]
            (share, _), place = max(likeness, default=((0.0, 0.0), 0))
            if share >= ALIKE:
                return round_, -place
    return None


def _likeness(advice: Advice, made: Made) -> tuple[float, float]:
    """The share of seats, of those of either, that both move: on the likest way, and of the proposal."""
    ways = [_same(part.seats, made.seats) for part in _parts(advice) if _goes(part, made)]
    return max(ways, default=0.0), _same(seats_of(advice), made.seats)


def seats_of(advice: Advice) -> frozenset[str]:
    """Every seat that a proposal moves or calls back."""
    return frozenset((*(move.seat for move in advice.moves), *advice.recalled))


def _same(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _parts(advice: Advice) -> Iterator[_Part]:
    if advice.recalled:
        yield _Part(frozenset(advice.recalled), frozenset(), True, None)
    ways: dict[tuple[frozenset[str], Kind, float | None], set[str]] = {}
    for move in advice.moves:
        back_at = None if move.kind is Kind.HOME else advice.back_at.get(move.queue)
        ways.setdefault((_queues(move), move.kind, back_at), set()).add(move.seat)
    for (queues, kind, back_at), seats in ways.items():
        yield _Part(frozenset(seats), queues, kind is Kind.BESIDE, back_at)


def _queues(move: Move) -> frozenset[str]:
    """Those it is asked to: home means all that it served there."""
    return frozenset(move.after if move.kind is Kind.HOME else (move.queue,))


def _goes(part: _Part, made: Made) -> bool:
    if part.queues != made.queues or not part.queues:
        return part.queues == made.queues
    return part.beside == made.beside and _returns(part.back_at, made)


def _returns(back_at: float | None, made: Made) -> bool:
    told = inf if back_at is None else (back_at - made.at) / 60
    asked = made.minutes or inf
    return asked == told or abs(asked - told) <= max(_MINUTES, _SHARE * told) < inf
