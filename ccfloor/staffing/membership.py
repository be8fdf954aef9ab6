"""What must be asked of the switch so that a seat serves other queues, and what takes it back.

A seat joins queues before it leaves others, so that it is never without one; who is on a pause joins paused.
Every change says in which stage it is asked: a stage waits until all of the one before are known to be done.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

MOST_PENALTY = 99


class Kind(StrEnum):
    """What is asked of one seat."""

    ADD = "add_to_queue"
    REMOVE = "remove_from_queue"
    PENALTY = "set_penalty"
    PAUSE = "pause"
    UNPAUSE = "unpause"


class Member(msgspec.Struct, frozen=True):
    """A seat's membership of one queue. ``reason``: of the pause in this queue, as the switch has it."""

    penalty: int = 0
    paused: bool = False
    reason: str = ""


class Sight(msgspec.Struct, frozen=True):
    """A seat as it is seen. ``busy``: a call of a queue rings, goes on or is wrapped up; ``call``: its id, ""
    while it is wrapped up. ``paused``: in all of its queues. ``there``: signed on. ``agent``: who sits there,
    "" where the switch tells no name.
    """

    queues: dict[str, Member] = {}
    busy: bool = False
    call: str = ""
    paused: bool = False
    reason: str = ""
    there: bool = True
    agent: str = ""


class Wish(msgspec.Struct, frozen=True):
    """What a seat shall serve: ``queues`` with their penalties, and nothing else of ``within``.

    ``beside``: it goes on with what it serves. ``within``: the queues that may be touched; None: all.
    ``ready``: who is paused shall take calls.
    """

    queues: dict[str, int]
    beside: bool = False
    ready: bool = False
    within: tuple[str, ...] | None = None

    def leaves(self, served: Iterable[str]) -> tuple[str, ...]:
        """Of the queues served, those that the seat shall serve no more."""
        if self.beside:
            return ()
        mine = (queue for queue in served if self.within is None or queue in self.within)
        return tuple(sorted(queue for queue in mine if queue not in self.queues))


class Change(msgspec.Struct, frozen=True):
    """One request to the switch. ``queue`` "": all queues of the seat (pauses only)."""

    kind: Kind
    stage: int
    queue: str = ""
    penalty: int = 0
    paused: bool = False
    reason: str = ""


def changes(wish: Wish, sight: Sight) -> tuple[Change, ...]:
    """What makes a seat as it is seen serve what is wished, in the order of the stages; () if it does."""
    found: list[Change] = []
    for queue, penalty in sorted(wish.queues.items()):
        known = sight.queues.get(queue)
        if known is None:
            found += _joining(queue, penalty, sight.paused, sight.reason)
        elif known.penalty != penalty:
            found.append(Change(Kind.PENALTY, 0, queue, penalty))
    found += (Change(Kind.REMOVE, 1, queue) for queue in wish.leaves(sight.queues))
    if wish.ready and sight.paused:
        found += _called(wish, sight)
    return _staged(found)


def _called(wish: Wish, sight: Sight) -> Iterator[Change]:
    """Who may not touch all queues ends the pauses of his own alone."""
    if wish.within is None:
        yield Change(Kind.UNPAUSE, 2)
        return
    left = wish.leaves(sight.queues)
    for queue in sorted({*sight.queues, *wish.queues} & set(wish.within)):
        if queue not in left:
            yield Change(Kind.UNPAUSE, 2, queue)


def _joining(queue: str, penalty: int, paused: bool, reason: str) -> Iterator[Change]:
    """The pause is told once more with its reason: not every switch takes that from who joins."""
    yield Change(Kind.ADD, 0, queue, penalty, paused, reason if paused else "")
    if paused:
        yield Change(Kind.PAUSE, 1, queue, reason=reason)


def taking_back(done: Iterable[Change], before: Sight, sight: Sight, *, pause: bool) -> tuple[Change, ...]:
    """What restores, of what was ``done``, how the seat was ``before``; what somebody changed since stays.

    ``pause``: also who was called from a pause goes back to it. A seat that somebody gave other queues than
    the move did stays with them: its own do not come beside them.
    """
    all_done, found = tuple(done), list[Change]()
    given = {change.queue for change in all_done if change.kind is Kind.ADD}
    elsewhere = bool(given and sight.queues) and not given & set(sight.queues)
    for change in all_done:
        if not (elsewhere and change.kind is Kind.REMOVE):
            found += _opposite(change, before, sight, pause)
    return _staged(found)


def _opposite(change: Change, before: Sight, sight: Sight, pause: bool) -> Iterator[Change]:
    was, is_ = before.queues.get(change.queue), sight.queues.get(change.queue)
    untouched = is_ is not None and is_.penalty == change.penalty
    if change.kind is Kind.ADD and untouched:
        yield Change(Kind.REMOVE, 1, change.queue)
    elif change.kind is Kind.REMOVE and is_ is None and was is not None:
        alone = was.paused and not before.paused  # the pause was of this queue and no other
        reason = was.reason if alone else sight.reason
        yield from _joining(change.queue, was.penalty, alone or sight.paused, reason)
    elif change.kind is Kind.PENALTY and untouched and was is not None:
        yield Change(Kind.PENALTY, 0, change.queue, was.penalty)
    elif change.kind is Kind.UNPAUSE and pause and before.paused and not sight.paused:
        yield from _resting(change.queue, before)


def _resting(queue: str, before: Sight) -> Iterator[Change]:
    """The pause that somebody was called from, with the reason of each queue where they differ."""
    mine = {name: one for name, one in before.queues.items() if queue in ("", name)}
    if not queue and len({one.reason for one in mine.values()}) < 2:
        yield Change(Kind.PAUSE, 2, reason=before.reason)
        return
    for name, one in sorted(mine.items()):
        yield Change(Kind.PAUSE, 2, name, reason=one.reason or before.reason)


def _staged(found: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(found, key=lambda change: change.stage))


def shows(change: Change, sight: Sight) -> bool:
    """Whether a seat as it is seen is as a change wants it."""
    member = sight.queues.get(change.queue)
    if change.kind is Kind.REMOVE:
        return member is None
    if change.kind in (Kind.ADD, Kind.PENALTY):
        return member is not None and member.penalty == change.penalty
    paused = sight.paused if not change.queue else member is not None and member.paused
    return paused is (change.kind is Kind.PAUSE)


def lonely(leaving: Mapping[str, Iterable[str]], working: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Queues that would have nobody left who works for them.

    ``leaving``: queue → seats that leave it; ``working``: queue → seats that take its calls now. A queue for
    which nobody works as it is loses nobody.
    """
    found = []
    for queue, seats in leaving.items():
        there = set(working.get(queue, ()))
        if there and not there - set(seats):
            found.append(queue)
    return tuple(sorted(found))
