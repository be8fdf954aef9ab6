"""Why a proposal is made, as a key and numbers: pages make a sentence of it."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np

from ccfloor.staffing.effect import SPANS, Proposal, Tally, givers
from ccfloor.staffing.moves import Kind
from ccfloor.staffing.present import FloorNow


class Because(StrEnum):
    """What the sentence is about."""

    BACKLOG = "backlog"  # callers wait there, and it will be short
    SHORT = "short"  # it will be short of its target
    LOSES = "loses"  # it meets its target, but callers give up
    HOME = "home"  # seats that were lent are missed where they came from
    RECALL = "recall"  # those who are away are needed


class Reason(msgspec.Struct, frozen=True):
    """``queue``: the one that gains most; ``seats``: how many come to it; ``waiting``: who wait there now.

    ``gains``: calls that it does not lose over the next hour, of who is called back all queues together, for
    they help them all; ``donor``: the queue that pays most, empty if
    none does; ``costs``: calls that one loses more. ``level``/``level_after``: service level of the hour at
    the queue, ``donor_level`` that of the donor afterwards; None: no callers.
    """

    because: Because
    queue: str
    seats: int
    waiting: int
    gains: float
    donor: str = ""
    costs: float = 0.0
    level: float | None = None
    level_after: float | None = None
    donor_level: float | None = None


def reason(floor: FloorNow, proposal: Proposal, before: Tally, after: Tally) -> Reason:
    """The reason of a proposal, from what was simulated of it."""
    one, two = before.up_to(SPANS), after.up_to(SPANS)
    gained = (one.gone - two.gone).mean(axis=1)
    names = [queue.queue for queue in floor.queues]
    best = _best(names, [move.queue for move in proposal.moves], gained)
    gives = givers(floor, proposal.moves)
    payers = [place for place in range(len(names)) if names[place] in gives and place != best]
    donor = min(payers, key=lambda place: (gained[place], names[place]), default=None)
    queue = floor.queues[best]
    waiting = max(0, len(queue.waiting) - queue.ringing)
    level = _level(one, best)
    return Reason(
        because=_because(proposal, waiting, level, queue.target),
        queue=names[best],
        seats=sum(move.queue == names[best] for move in proposal.moves) or len(proposal.recalled),
        waiting=waiting,
        gains=float(gained[best] if proposal.moves else gained.sum()),
        donor="" if donor is None else names[donor],
        costs=0.0 if donor is None else max(0.0, -float(gained[donor])),
        level=level,
        level_after=_level(two, best),
        donor_level=None if donor is None else _level(two, donor),
    )


def _best(names: Sequence[str], to: Sequence[str], gained: np.ndarray) -> int:
    places = [place for place, name in enumerate(names) if name in to] or range(len(names))
    return max(places, key=lambda place: (gained[place], names[place]))


def _because(proposal: Proposal, waiting: int, level: float | None, target: float) -> Because:
    if not proposal.moves:
        return Because.RECALL
    if all(move.kind is Kind.HOME for move in proposal.moves):
        return Because.HOME
    if level is not None and level >= target:
        return Because.LOSES
    return Because.BACKLOG if waiting else Because.SHORT


def _level(paths: Tally, place: int) -> float | None:
    judged = float(paths.judged[place].sum())
    return float(paths.timely[place].sum()) / judged if judged else None
