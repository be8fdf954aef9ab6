"""What was foretold of a move and what came of it, and how far past foretelling was off.

What is foretold of a queue are shares and waits of the callers of a span, with the move and without it. Only
what came with the move can be seen afterwards; so a figure's error is what was foretold with the move less
what came, and whether its sign was right is told by what was foretold without it. Instants are UTC epoch
seconds, spans seconds, shares 0..1.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from ccfloor.staffing.effect import HALF_HOUR_S, HORIZON_S, Figures, QueueEffect
from ccfloor.staffing.present import Estimate

SETTLED_S = 300.0  # after the span: by then most of who came in it have been answered or given up
UNSEEN_SHARE = 0.05  # of a span out of sight: more, and what came in it is not known
NEARLY = 0.8  # of the seats that were to move: fewer, and what was foretold of all is not held against it
_NOTHING = 1e-9  # a change smaller than this is none


class State(StrEnum):
    """What became of a foretelling."""

    PENDING = "pending"  # its span is not over
    JUDGED = "judged"
    MIXED = "mixed"  # something else was done to the queue in its span: told, but no error of foretelling
    UNDONE = "undone"  # somebody took the move back before the span was over
    PARTLY = "partly"  # only some of its seats were moved, or stayed
    NOT_DONE = "not_done"  # the switch did it for no seat
    UNTOLD = "untold"  # nothing was foretold of it
    UNSEEN = "unseen"  # too little of the span was in sight
    UNREADABLE = "unreadable"  # what was stored cannot be read


class Told(msgspec.Struct, frozen=True):
    """A foretold number; ``low``..``high`` hold it four times out of five, None where that is not known."""

    value: float
    low: float | None = None
    high: float | None = None


class Level(msgspec.Struct, frozen=True):
    """What is foretold of a queue's callers. None: no callers, or not known. ``wait_s``: of all of them."""

    service_level: Told | None = None
    abandoned: Told | None = None
    wait_s: Told | None = None


class Foretold(msgspec.Struct, frozen=True):
    """One queue over the ``horizon_s`` after a move, without it and with it. ``gets``: it gains seats."""

    queue: str
    horizon_s: float
    gets: bool
    before: Level
    after: Level


class Came(msgspec.Struct, frozen=True):
    """What came of a queue's callers in a span: those who came in it, or waited at its beginning.

    ``judged``: those who count for the service level (answered, or given up later than its threshold),
    ``timely``: answered within it. ``gone``: gave up within the span.
    """

    offered: int = 0
    judged: int = 0
    timely: int = 0
    answered: int = 0
    gone: int = 0
    waited_s: float = 0.0

    @property
    def service_level(self) -> float | None:
        """None: nobody counts for it."""
        return self.timely / self.judged if self.judged else None

    @property
    def abandoned(self) -> float | None:
        """None: nobody came."""
        return self.gone / self.offered if self.offered else None

    @property
    def wait_s(self) -> float | None:
        """Mean wait of all callers; None: nobody came."""
        return self.waited_s / self.offered if self.offered else None


# -- what was foretold ---------------------------------------------------------------------------------------


def foretold(effects: Iterable[QueueEffect]) -> tuple[Foretold, ...]:
    """The effects of a proposal as they are kept."""
    return tuple(
        Foretold(one.queue, one.horizon_s, one.gets, level(one.before), level(one.after)) for one in effects
    )


def level(figures: Figures) -> Level:
    """Simulated figures as they are kept."""
    return Level(_told(figures.service_level), _told(figures.abandoned), _told(figures.wait_s))


def _told(estimate: Estimate | None) -> Told | None:
    return None if estimate is None else Told(estimate.value, estimate.low, estimate.high)


def horizon_s(minutes: int) -> float:
    """The span that the preview of a move by hand is of; ``minutes``: until its return, 0: it stays."""
    return HALF_HOUR_S if 0 < minutes * 60 <= HALF_HOUR_S else HORIZON_S


# -- what came -----------------------------------------------------------------------------------------------


class Fate(NamedTuple):
    """What became of ``seats`` that were to move: of each that was really moved, when it was taken back.

    None: it was not. A seat that was taken back before it moved was so at 0.
    """

    seats: int
    moved: tuple[float | None, ...] = ()


def state(
    at: float, horizon: float, fate: Fate, now: float, unseen_s: float = 0.0, mixed: bool = False
) -> State:
    """Where the judging of a move asked for at ``at`` stands. ``unseen_s``: of its span, out of sight.

    ``mixed``: something else was done to the queue in its span.
    """
    end = at + horizon
    stayed = sum(back is None or back >= end for back in fate.moved)
    if fate.moved and not stayed:
        return State.UNDONE
    if now < end + SETTLED_S:
        return State.PENDING
    if not stayed:
        return State.NOT_DONE
    if stayed < NEARLY * fate.seats:
        return State.PARTLY
    if out_of_sight(unseen_s, horizon):
        return State.UNSEEN
    return State.MIXED if mixed else State.JUDGED


def out_of_sight(unseen_s: float, horizon: float) -> bool:
    """Whether so much of a span was out of sight that what came in it is not known."""
    return unseen_s > UNSEEN_SHARE * horizon


# -- how far it was off --------------------------------------------------------------------------------------


class Off(msgspec.Struct, frozen=True):
    """Errors of one figure (foretold less what came): ``bias`` their mean, ``mae`` that of their sizes.

    None: there is none. ``held``: of ``spans`` that were told, how many held what came.
    """

    n: int = 0
    bias: float | None = None
    mae: float | None = None
    held: int = 0
    spans: int = 0


class Errors(msgspec.Struct, frozen=True):
    """How far foretelling was off. ``right`` of ``signs``: the service level went the way foretold."""

    n: int = 0
    service_level: Off = Off()
    abandoned: Off = Off()
    wait_s: Off = Off()
    right: int = 0
    signs: int = 0


Pair = tuple[Foretold, Came]


def errors(pairs: Iterable[Pair]) -> Errors:
    """How far the foretelling of these spans was off."""
    all_ = list(pairs)
    signs = [sign for sign in (right(*pair) for pair in all_) if sign is not None]
    return Errors(
        n=len(all_),
        service_level=off((told.after.service_level, came.service_level) for told, came in all_),
        abandoned=off((told.after.abandoned, came.abandoned) for told, came in all_),
        wait_s=off((told.after.wait_s, came.wait_s) for told, came in all_),
        right=sum(signs),
        signs=len(signs),
    )


def off(pairs: Iterable[tuple[Told | None, float | None]]) -> Off:
    """Errors of one figure, where both numbers are known."""
    known = [(told, came) for told, came in pairs if told is not None and came is not None]
    if not known:
        return Off()
    wrong = [told.value - came for told, came in known]
    spans = [(told.low, told.high, came) for told, came in known]
    held = [low <= came <= high for low, high, came in spans if low is not None and high is not None]
    size = len(wrong)
    return Off(size, sum(wrong) / size, sum(map(abs, wrong)) / size, sum(held), len(held))


def right(told: Foretold, came: Came) -> bool | None:
    """Whether the service level went the way that was foretold, from what it would have been without.

    None: no change was foretold, or there is none to be seen.
    """
    before, after, real = told.before.service_level, told.after.service_level, came.service_level
    if before is None or after is None or real is None or abs(after.value - before.value) < _NOTHING:
        return None
    return (real - before.value) * (after.value - before.value) > 0


def by_queue(pairs: Iterable[Pair]) -> Mapping[str, Errors]:
    """Errors of each queue, by name."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair[0].queue, []).append(pair)
    return {queue: errors(found[queue]) for queue in sorted(found)}
