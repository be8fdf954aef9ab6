"""What one group of readers may see of a live floor: some queues and teams or all, numbers masked or not."""

from typing import Any, NamedTuple, Self

from msgspec.structs import replace

from ccfloor.floor.numbers import mask_number, mask_text, mask_words
from ccfloor.floor.view import FloorView, QueueView, SeatCounts, SeatView, Window
from ccfloor.rules.alarms import RuleState
from ccfloor.service.plan import AlarmView, Planned, PlanView, Rung, with_level
from ccfloor.service.staffing.outlook_view import scoped_outlook
from ccfloor.service.unnamed import unnamed, unnamed_plan, unnamed_source
from ccfloor.store.viewer import Viewer


class Scope(NamedTuple):
    """The part of a Viewer that decides the bytes: readers with an equal scope get the same ones."""

    site: str
    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    numbers: bool = False
    numbered: bool = False  # agents appear by their seat's number

    @classmethod
    def of(cls, viewer: Viewer) -> Self:
        """The scope of a viewer."""
        return cls(viewer.site, viewer.queues, viewer.teams, viewer.may_see_numbers, viewer.numbered)

    def viewer(self) -> Viewer:
        """A viewer of this scope, who masks as it says."""
        return Viewer(
            site=self.site,
            queues=self.queues,
            teams=self.teams,
            may_see_numbers=self.numbers,
            numbered=self.numbered,
        )


def scoped(view: FloorView, scope: Scope) -> FloorView:
    """The part of a view that a scope allows, numbers masked unless it may see them."""
    if scope.queues is not None:
        view = _of_queues(view, scope.queues)
    if scope.teams is not None:
        view = replace(view, seats=tuple(seat for seat in view.seats if seat.team in scope.teams))
    if scope.numbered:
        view = unnamed(view)
    return view if scope.numbers else _masked(view)


def _of_queues(view: FloorView, queues: frozenset[str]) -> FloorView:
    kept = tuple(queue for queue in view.queues if queue.queue in queues)
    return replace(
        view,
        floor=_floor_of(view.floor, kept),
        queues=kept,
        seats=tuple(
            _seat_of(seat, queues) for seat in view.seats if any(m.queue in queues for m in seat.queues)
        ),
        callers=tuple(caller for caller in view.callers if caller.queue in queues),
        abandons=tuple(lost for lost in view.abandons if lost.queue in queues),
        waiting_curve=(),
    )


def _seat_of(seat: SeatView, queues: frozenset[str]) -> SeatView:
    """The seat without the queues that are out of scope: neither their names nor their callers."""
    mine = tuple(member for member in seat.queues if member.queue in queues)
    if seat.queue and seat.queue not in queues:
        return replace(seat, queues=mine, queue="", call="", caller="")
    return replace(seat, queues=mine)


def _floor_of(floor: QueueView, kept: tuple[QueueView, ...]) -> QueueView:
    """The allowed queue itself where it is one; of several only what adds up is told."""
    if len(kept) == 1:
        return replace(kept[0], queue="")
    oldest = [queue.oldest_at for queue in kept if queue.oldest_at is not None]
    return replace(
        floor,
        waiting=sum(queue.waiting for queue in kept),
        longest_wait_s=max((queue.longest_wait_s for queue in kept), default=0.0),
        oldest_at=min(oldest, default=None),
        max_wait_today_s=max((queue.max_wait_today_s for queue in kept), default=0.0),
        seats=SeatCounts(),
        today=Window(),
        last_15=Window(),
        last_30=Window(),
        interval=Window(),
        expected_wait_s=None,
        expected_wait_range_s=None,
    )


def _masked(view: FloorView) -> FloorView:
    """Whoever draws it says in his language what CLEARED stands for."""
    callers = (
        replace(caller, number=mask_number(caller.number), name=mask_text(caller.name))
        for caller in view.callers
    )
    return replace(
        view,
        seats=tuple(_masked_seat(seat) for seat in view.seats),
        callers=tuple(callers),
        abandons=tuple(replace(lost, number=mask_number(lost.number)) for lost in view.abandons),
    )


def _masked_seat(seat: SeatView) -> SeatView:
    return replace(seat, caller=mask_number(seat.caller)) if seat.caller else seat


def scoped_sources(sources: list[dict[str, Any]], view: FloorView, scope: Scope) -> list[dict[str, Any]]:
    """Reports of the sources; what is out of scope is not named. ``view``: as this scope sees it."""
    if scope.numbered:
        sources = [unnamed_source(source) for source in sources]
    if scope.queues is None and scope.teams is None:
        return sources
    seen = {"queues": {queue.queue for queue in view.queues}, "seats": {seat.seat for seat in view.seats}}
    return [
        source | {part: [name for name in source[part] if name in known] for part, known in seen.items()}
        for source in sources
    ]


def scoped_plan(plan: PlanView, view: FloorView, scope: Scope) -> PlanView:
    """The part of a plan that a scope allows; ``view``: the floor as this scope sees it.

    The plan's level and orders are for everybody; numbers of the whole floor are not for those who may
    see some queues only. Of queues, teams and seats only those in scope are named.
    """
    if scope.numbered:
        plan = unnamed_plan(plan, view)
    if not scope.numbers:
        plan = _without_numbers(plan)
    if scope.queues is None and scope.teams is None:
        return plan
    seats = frozenset(seat.seat for seat in view.seats)
    ladder = tuple(_rung(rung, scope, seats) for rung in plan.ladder)
    alarms = (alarm for alarm in plan.alarms if _allowed(alarm.subject, alarm.queues, scope, seats))
    plan = replace(
        plan,
        ladder=ladder,
        alarms=tuple(_without_total(alarm, scope) for alarm in alarms),
        open=tuple(late for late in plan.open if late.seat in seats),
        planned=tuple(
            _mine(peak, scope) for peak in plan.planned if not peak.queues or _any(peak.queues, scope)
        ),
        outlook=plan.outlook and scoped_outlook(plan.outlook, scope.queues, scope.teams is None),
    )
    return with_level(plan, ladder)


def _without_numbers(plan: PlanView) -> PlanView:
    """What people wrote of planned peaks and incidents, without telephone numbers."""
    planned = (replace(peak, name=mask_words(peak.name)) for peak in plan.planned)
    incidents = (replace(one, text=mask_words(one.text)) for one in plan.incidents)
    return replace(plan, planned=tuple(planned), incidents=tuple(incidents))


def _allowed(subject: str, queues: tuple[str, ...], scope: Scope, seats: frozenset[str]) -> bool:
    kind, _, name = subject.partition(":")
    if kind == "seat":
        return name in seats
    if kind == "team":
        return scope.teams is None or name in scope.teams
    return scope.queues is None or scope.queues >= frozenset(queues)


def _mine(peak: Planned, scope: Scope) -> Planned:
    if scope.queues is None:
        return peak
    return replace(peak, queues=tuple(queue for queue in peak.queues if queue in scope.queues))


def _any(queues: tuple[str, ...], scope: Scope) -> bool:
    return scope.queues is None or not scope.queues.isdisjoint(queues)


def _rung(rung: Rung, scope: Scope, seats: frozenset[str]) -> Rung:
    """A rung that speaks of another queue is shown as if nothing were."""
    kind, _, name = rung.subject.partition(":")
    if _allowed(rung.subject, (name,) if kind == "queue" else (), scope, seats):
        return replace(rung, value=None) if not kind and scope.queues is not None else rung
    times = dict.fromkeys(_INSTANTS, 0.0)
    quiet = replace(rung, state=RuleState.INACTIVE, value=None, subject="", key="", acked_by="", **times)
    return replace(quiet, holding=False)


def _without_total(alarm: AlarmView, scope: Scope) -> AlarmView:
    return replace(alarm, value=None) if scope.queues is not None and alarm.kind == "floor" else alarm


_INSTANTS = (
    "active_at", "held_s", "due_at", "blind_s", "fired_at", "cleared_at", "clears_at", "acked_at",
)  # fmt: skip
