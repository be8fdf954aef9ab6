"""What a picked move of seats does, by the same simulation as advice: both on the same random courses.

Until the past of the site was read, which takes a moment at the first question, the balance of queues tells.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError

from ccfloor.acd.base import Health
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.service.moves.preview import Effect, Effects, Moved, Outcome
from ccfloor.service.places import SettingsError
from ccfloor.service.staffing.knowing import Knowing
from ccfloor.service.staffing.present_now import Why
from ccfloor.staffing.actions import Action, Change, called_back_s
from ccfloor.staffing.advise import SEED
from ccfloor.staffing.effect import Figures, Proposal, QueueEffect, queue_effects, simulator
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.judging import horizon_s
from ccfloor.staffing.limits import Moved as InForce
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import Doing, Estimate, FloorNow, SeatNow

log = logging.getLogger(__name__)
_PATHS = 200
_OUT_OF_SIGHT = (Why.NO_VIEW, Why.BLIND, Why.STALE)


class Simulated:
    """An ``Effects``. ``reports``: what the sources told last; ``meanwhile``: tells until this one can;
    ``lent``: the moves in force at an instant, whose seats go home in time.
    """

    def __init__(
        self,
        knowing: Knowing,
        reports: Callable[[], Sequence[Health]],
        meanwhile: Effects,
        lent: Callable[[float], Sequence[InForce]] = lambda now: (),
    ) -> None:
        self._knowing, self._reports, self._meanwhile, self._lent = knowing, reports, meanwhile, lent

    def __call__(self, view: FloorView, moved: Moved, minutes: int) -> Mapping[str, Effect]:
        """See ``Effects``. Nothing where nobody sees the floor; what the simpler one tells of queues that
        cannot be simulated, for nobody knows how many call.
        """
        if not self._knowing.begun(view):
            return self._meanwhile(view, moved, minutes)
        try:
            present, known = self._knowing.present(view, self._reports())
            lent = self._lent(view.at)
        except (SQLAlchemyError, SettingsError) as error:
            log.debug("the present cannot be read: %s", type(error).__name__)
            return self._meanwhile(view, moved, minutes)
        if present.floor is None and present.why in _OUT_OF_SIGHT:
            return {}
        rough = self._meanwhile(view, moved, minutes)
        if present.floor is None:
            return dict(rough)
        return {**rough, **effects_of(present.floor, known, view, moved, minutes, lent)}


def effects_of(
    floor: FloorNow,
    known: Habits,
    view: FloorView,
    moved: Moved,
    minutes: int,
    lent: Sequence[InForce] = (),
) -> dict[str, Effect]:
    """The effect on each queue that the move touches, over ``judging.horizon_s`` of its minutes.

    As advice has it: the same courses, and who is called back from a pause takes as long.
    """
    seats = {seat.seat: seat for seat in view.seats}
    chosen = [seat for seat in floor.seats if seat.seat in moved.seats]
    moves = tuple(_move(seat, moved, seats[seat.seat]) for seat in chosen if moved.wish.queues)
    goes_back = {queue: minutes * 60.0 for queue in moved.wish.queues} if minutes else {}
    proposal = Proposal(moves, goes_back, action=_recall(chosen) if moved.wish.ready else Action(""))
    before, after = simulator(floor, known, lent, paths=_PATHS, seed=SEED)([Proposal(), proposal])
    found = queue_effects(floor, proposal, before, after, frozenset(moved.served))
    return {one.queue: _effect(one) for one in found if one.horizon_s == horizon_s(minutes)}


def _recall(chosen: Iterable[SeatNow]) -> Action:
    """Who is paused comes back."""
    away = (seat for seat in chosen if seat.doing is Doing.AWAY and seat.reason)
    return Action("recall", tuple(Change(seat.seat, None, called_back_s(seat)) for seat in away))


def _move(seat: SeatNow, moved: Moved, seen: SeatView) -> Move:
    served = [one.queue for one in seen.queues]
    gone = moved.wish.leaves(served)
    kept = {queue: penalty for queue, penalty in seat.queues.items() if queue not in gone}
    after = kept | moved.wish.queues
    target = min(moved.wish.queues)
    kind = Kind.BESIDE if kept else Kind.INSTEAD
    return Move(seat.seat, seat.agent, gone, target, moved.wish.queues[target], after, kind, seat.free_in_s)


def _effect(told: QueueEffect) -> Effect:
    return Effect(_outcome(told.before), _outcome(told.after))


def _outcome(figures: Figures) -> Outcome:
    return Outcome(*map(_value, (figures.service_level, figures.abandoned, figures.wait_s)))


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value
