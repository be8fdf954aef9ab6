"""The three best moves, or why there is nothing to do.

What the integer programme and single moves propose is simulated, with seats that go back when their time is
over, on the same random courses as the floor left alone. What then does not help clearly, or spoils a queue
(``harm``), is dropped: doing nothing is an answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.candidates import Candidates, unlike, what
from ccfloor.staffing.effect import (
    Proposal,
    QueueEffect,
    Simulate,
    Tally,
    queue_effects,
    simulator,
)
from ccfloor.staffing.erlang_table import loss_table
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.harm import spoilt
from ccfloor.staffing.levers import Lever
from ccfloor.staffing.limits import Limits, Moved, Policy
from ccfloor.staffing.losses import LATE_WEIGHT, Table
from ccfloor.staffing.moves import Move
from ccfloor.staffing.present import Estimate, FloorNow
from ccfloor.staffing.reason import Reason, reason
from ccfloor.staffing.sureness import deviation, effect

BEST = 3
_CALM = 0.8  # every queue likelier than this to meet its target: nothing is wanted
SEED = 20_011


class Idle(StrEnum):
    """Why nothing is advised."""

    FINE = "fine"  # every queue is likely to meet its targets
    NOBODY = "nobody"  # no seat may be moved, and no lever pulled
    LITTLE = "little"  # nothing helps enough
    UNSURE = "unsure"  # what might help may as well not
    HARM = "harm"  # what helps would make a queue miss its target, or clearly worse than it is


class Advice(msgspec.Struct, frozen=True):
    """One proposal. ``back_at``: by the queue seats are moved to, when they go back (epoch seconds).

    ``recalled``: seats that the ``levers`` bring back. ``saved``: calls that do not give up within the next
    hour; ``gain``: the same with late calls weighed in, by which proposals are ranked; ``sure``: probability
    that it gains at all.
    """

    moves: tuple[Move, ...]
    levers: tuple[Lever, ...]
    recalled: tuple[str, ...]
    back_at: dict[str, float]
    effects: tuple[QueueEffect, ...]
    saved: Estimate
    gain: Estimate
    sure: float
    reason: Reason


class Advised(msgspec.Struct, frozen=True):
    """At most BEST proposals, the best first, or in ``idle`` why there are none.

    ``blocked``: seats that may not be moved, by why; of one that says so itself, by ``SeatNow.pinned``.
    ``gap``, ``complete``: of the integer programme.
    """

    advice: tuple[Advice, ...]
    idle: Idle | None
    blocked: dict[str, int]
    gap: float
    complete: bool


class _Tried(NamedTuple):
    """A proposal and what came of it by path, against the floor left alone."""

    proposal: Proposal
    before: Tally
    after: Tally
    gain: NDArray[np.float64]
    spoilt: frozenset[str]
    worth: float


def advise(
    floor: FloorNow,
    policy: Policy | None = None,
    habits: Habits | None = None,
    moved: Sequence[Moved] = (),
    held: Mapping[str, float] | None = None,
    table: Table = loss_table,
    simulate: Simulate | None = None,
) -> Advised:
    """The best moves on this floor now. ``moved``: moves in force; ``held``: seat → when it was last moved.

    ``simulate``: tallies proposals on common random numbers (by default ``effect.simulator``).
    """
    limits = Limits(floor, policy or Policy(), moved, held)
    blocked = Counter(seat.pinned or str(why) for seat in floor.seats if (why := limits.why_not(seat)))
    run = simulate or simulator(floor, habits or Habits(), moved, seed=SEED)
    before = run([Proposal()])[0]
    if _calm(limits, before):
        return Advised((), Idle.FINE, dict(blocked), 0.0, True)
    candidates = Candidates(limits, table)
    tried = _tried(limits, candidates, before, run)
    good = [each for each in tried if _dropped(each, limits.policy) is None]
    told = tuple(_advice(limits, each) for each in _best(good))
    idle = None if told else Idle.FINE if _fine(limits, before) else _idle(tried, limits.policy)
    return Advised(told, idle, dict(blocked), candidates.solved.gap, candidates.solved.complete)


def _calm(limits: Limits, before: Tally) -> bool:
    """Whether every queue is likely to meet its target in both half hours, and few give up."""
    targets = np.array([queue.target for queue in limits.floor.queues])[:, None]
    meets = (before.timely >= targets * before.judged).mean(axis=2)
    return bool((meets >= _CALM).all()) and _few_leave(limits, before)


def _fine(limits: Limits, before: Tally) -> bool:
    """Whether every queue meets its targets in both half hours, all courses taken together."""
    targets = np.array([queue.target for queue in limits.floor.queues])
    meets = before.timely.sum(axis=2) >= targets * before.judged.sum(axis=2)
    return bool(meets.all()) and _few_leave(limits, before)


def _few_leave(limits: Limits, before: Tally) -> bool:
    """Whether fewer callers give up beyond what queues may lose than a proposal must gain: a service level
    may be met while those lose heart whom it does not count.
    """
    may = np.array([queue.abandon_target for queue in limits.floor.queues])
    gone, offered = (part.mean(axis=2).sum(axis=0) for part in (before.gone, before.offered))
    return float(np.maximum(gone - may * offered, 0.0).sum()) < limits.policy.least_gain


def _tried(limits: Limits, candidates: Candidates, before: Tally, run: Simulate) -> list[_Tried]:
    """The first round, and of plans that would help but for a queue that is spoilt, their parts."""
    first = candidates.first()
    tried = [_try(limits, *pair, before) for pair in zip(first, run(first), strict=True)]
    helpful = [each for each in tried if each.spoilt and each.worth > 0]
    parts = unlike(part for each in helpful for part in candidates.parts(each.proposal, each.spoilt))
    known = {what(each.proposal) for each in tried}
    more = [part for part in parts if what(part) not in known]
    return tried + [_try(limits, *pair, before) for pair in zip(more, run(more), strict=True)]


def _try(limits: Limits, proposal: Proposal, after: Tally, before: Tally) -> _Tried:
    floor, policy = limits.floor, limits.policy
    gain = _lost(floor, before) - _lost(floor, after)
    bad = spoilt(floor, proposal.moves, before, after, policy)
    return _Tried(
        proposal, before, after, gain, bad, float(gain.mean()) - policy.move_cost * len(proposal.moves)
    )


def _lost(floor: FloorNow, paths: Tally) -> NDArray[np.float64]:
    """Calls lost by path: those who give up, and a part of those late beyond their half hour's target."""
    targets = np.array([queue.target for queue in floor.queues])[:, None]
    late = np.maximum(targets * paths.judged - paths.timely, 0.0)
    lost: NDArray[np.float64] = (paths.gone + LATE_WEIGHT * late).sum(axis=(0, 1))
    return lost


def _sure(each: _Tried) -> float:
    return float(np.mean(each.gain > 0))


def _dropped(each: _Tried, policy: Policy) -> Idle | None:
    """Why a proposal is not made."""
    if each.gain.mean() < policy.least_gain or each.worth <= 0:
        return Idle.LITTLE
    if _unsure(each, policy):
        return Idle.UNSURE
    return Idle.HARM if each.spoilt else None


def _unsure(each: _Tried, policy: Policy) -> bool:
    """Whether the effect is smaller than its uncertainty, or chance too likely to undo it."""
    off = policy.deviations * deviation(each.gain, each.before.unknown)
    return float(each.gain.mean()) < off or _sure(each) < policy.sure


def _idle(tried: Sequence[_Tried], policy: Policy) -> Idle:
    """What stood in the way of the proposal that came furthest."""
    if not tried:
        return Idle.NOBODY
    furthest = (Idle.LITTLE, Idle.UNSURE, Idle.HARM)
    reasons = {_dropped(each, policy) for each in tried}
    return max((why for why in furthest if why in reasons), key=furthest.index)


def _best(good: Iterable[_Tried]) -> list[_Tried]:
    """The BEST ones, no two of which do the same."""
    found: dict[object, _Tried] = {}
    for each in sorted(good, key=lambda each: -each.worth):
        found.setdefault(what(each.proposal), each)
    return list(found.values())[:BEST]


def _advice(limits: Limits, each: _Tried) -> Advice:
    proposal, floor = each.proposal, limits.floor
    gone = [paths.gone.sum(axis=(0, 1)) for paths in (each.before, each.after)]
    return Advice(
        moves=proposal.moves,
        levers=proposal.levers,
        recalled=proposal.recalled,
        back_at={queue: floor.at + seconds for queue, seconds in proposal.until_s.items()},
        effects=queue_effects(floor, proposal, each.before, each.after),
        saved=effect(gone[0] - gone[1], each.before.unknown),
        gain=effect(each.gain, each.before.unknown),
        sure=_sure(each),
        reason=reason(floor, proposal, each.before, each.after),
    )
