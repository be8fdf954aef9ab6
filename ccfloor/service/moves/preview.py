"""What a move would mean before it is asked for: seats of each queue, and the effect where it can be told."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import msgspec
from sqlalchemy import Engine

from ccfloor.access.rights import Right
from ccfloor.floor.view import FloorView
from ccfloor.service.moves.ask import Wanted, Weighed, weigh
from ccfloor.service.moves.sights import working
from ccfloor.staffing.membership import Wish
from ccfloor.store.viewer import Viewer


class Outcome(msgspec.Struct, frozen=True):
    """What callers of a queue would meet. Shares 0..1, wait of all callers in seconds; None: not known."""

    service_level: float | None = None
    abandoned: float | None = None
    wait_s: float | None = None


class Effect(msgspec.Struct, frozen=True):
    """A queue without the move and with it. ``rough``: not simulated from the floor as it is."""

    before: Outcome = Outcome()
    after: Outcome = Outcome()
    rough: bool = False


class Moved(NamedTuple):
    """A move to be judged. ``served``: queue → seats that work for it, before and after."""

    wish: Wish
    seats: tuple[str, ...]
    served: Mapping[str, tuple[frozenset[str], frozenset[str]]]


class Effects(Protocol):
    """Tells what a move does to the queues it touches, over the next ``minutes``."""

    def __call__(self, view: FloorView, moved: Moved, minutes: int) -> Mapping[str, Effect]:
        """Queue → effect; a queue of which nothing can be told is left out. ``view``: the whole floor."""


class QueuePreview(msgspec.Struct, frozen=True):
    """One queue: seats that work for it now and afterwards, callers waiting now, and its ``Effect``."""

    queue: str
    seats_before: int
    seats_after: int
    waiting: int
    before: Outcome
    after: Outcome
    rough: bool = False


class Preview(msgspec.Struct, frozen=True):
    """A move before it is asked for. ``waits``: seats that finish a call first; ``idle``: seats for which it
    changes nothing; ``paused``: seats that stay paused; ``held``, ``offline``, ``lonely``: why it is refused.
    """

    queues: tuple[QueuePreview, ...]
    waits: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    offline: tuple[str, ...] = ()
    lonely: tuple[str, ...] = ()


def preview_move(
    engine: Engine, viewer: Viewer, view: FloorView | None, wanted: Wanted, effects: Effects
) -> Preview:
    """Look at a move without asking for it. Raises Forbidden, and CommandError as ``ask.weigh`` does."""
    viewer.needs(Right.SEATS)
    with engine.connect() as connection:
        found = weigh(connection, viewer, view, wanted)
    assert view is not None
    served = _served(view, found)
    moved = Moved(found.wish, tuple(found.seats), served)
    told = effects(view, moved, wanted.minutes)
    waiting = {queue.queue: queue.waiting for queue in view.queues}
    queues = (
        _queue(queue, served[queue], waiting.get(queue, 0), told.get(queue, Effect()))
        for queue in served
        if viewer.sees_queue(queue)
    )
    return Preview(
        tuple(queues),
        waits=tuple(seat for seat, sight in found.seats.items() if sight.busy),
        paused=tuple(seat for seat, sight in found.seats.items() if sight.paused and not wanted.ready),
        idle=found.idle,
        held=found.held,
        offline=found.offline,
        lonely=found.lonely,
    )


def _queue(
    queue: str, served: tuple[frozenset[str], frozenset[str]], waiting: int, effect: Effect
) -> QueuePreview:
    before, after = map(len, served)
    return QueuePreview(queue, before, after, waiting, effect.before, effect.after, effect.rough)


def _served(view: FloorView, found: Weighed) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Of each queue that the move touches, who works for it now and who would."""
    now = working(view)
    takes_calls = set().union(*now.values()) if now else set()
    after = {queue: set(seats) for queue, seats in now.items()}
    for seat, sight in found.seats.items():
        for queue in found.wish.leaves(sight.queues):
            after.setdefault(queue, set()).discard(seat)
        called = sight.paused and found.wish.ready
        kept = set(sight.queues) - set(found.wish.leaves(sight.queues)) if called else set()
        for queue in {*found.wish.queues, *kept} if called or seat in takes_calls else ():
            after.setdefault(queue, set()).add(seat)
    touched = _touched(found)
    return {
        queue: (frozenset(now.get(queue, ())), frozenset(after[queue])) for queue in after if queue in touched
    }


def _touched(found: Weighed) -> set[str]:
    queues = set(found.wish.queues)
    for sight in found.seats.values():
        called = sight.paused and found.wish.ready
        queues.update(sight.queues if called else found.wish.leaves(sight.queues))
    return queues
