"""From the Floor's state to FloorView: every number through metrics.py, masked where numbers are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccfloor.floor import metrics
from ccfloor.floor.calls import Visit
from ccfloor.floor.numbers import mask_number, without_hashes
from ccfloor.floor.seats import BUSY_STATUSES, Member, PauseReason, Seat, SeatStatus, derive
from ccfloor.floor.view import (
    AbandonView,
    CallerView,
    FloorView,
    Membership,
    QueueView,
    SeatCounts,
    SeatDay,
    SeatView,
    Window,
)
from ccfloor.floor.windows import (
    LENGTHS_S,
    SL_OVER,
    Integral,
    QueueGauge,
    add_sums,
    event_counts,
    service_counts,
)

if TYPE_CHECKING:
    from ccfloor.floor.state import Floor

ABANDON_LIST_S = 1800.0
MIN_PATIENCE_SAMPLE = 5
DEFAULT_HANDLE_S = 180.0


class Presenter:
    """Builds views; seats that did not change keep the view they had."""

    def __init__(self) -> None:
        self._seats: dict[str, SeatView] = {}
        self._day = 0.0

    def view(self, floor: Floor, now: float) -> FloorView:
        """The floor at ``now``."""
        day = floor.config.business_day(now)[0] if not floor.day[0] <= now < floor.day[1] else floor.day[0]
        seats = self._all_seats(floor, now, day)
        queues = [
            _queue_view(floor, gauge, seats, now)
            for gauge in floor.gauges.values()
            if not (info := floor.config.queues.get(gauge.queue)) or not info.hidden
        ]
        return FloorView(
            site=floor.config.site,
            at=now,
            day_start=day,
            floor=_floor_view(floor, seats, now),
            queues=tuple(queues),
            seats=tuple(seats),
            callers=tuple(_callers(floor)),
            abandons=tuple(_abandons(floor, now)),
            waiting_curve=tuple(floor.curve),
            events=floor.events,
            repairs=dict(floor.repairs),
            blind_since=floor.blind_since,
        )

    def _all_seats(self, floor: Floor, now: float, day: float) -> list[SeatView]:
        changed = floor.desk.changed
        if day != self._day:
            self._day = day
            self._seats = {}
        for seat in floor.seats():
            wrapped = 0 < seat.wrap_until <= now
            if seat.seat in changed or wrapped or seat.seat not in self._seats:
                self._seats[seat.seat] = _seat_view(floor, seat, now, day)
        floor.desk.changed = set()
        return sorted(
            self._seats.values(), key=lambda view: (view.team == "", view.team, view.number, view.seat)
        )


# -- seats -------------------------------------------------------------------------------------------


def _seat_view(floor: Floor, seat: Seat, now: float, day: float) -> SeatView:
    info = floor.config.seats.get(seat.seat)
    status, reason, queue, call, since = _as_of(floor, seat, now)
    text, paused_at = seat.pause()
    visit = floor.book.visits.get(seat.visit) if seat.visit is not None else None
    return SeatView(
        seat=seat.seat,
        agent=seat.agent,
        agent_en=info.others.get(seat.agent, info.agent_en) if info else "",
        number=info.number if info else "",
        team=info.team if info else "",
        role=info.role if info else "agent",
        status=status.value,
        reason=reason,
        reason_text=text,
        since=since,
        paused=seat.paused,
        paused_since=paused_at or None,
        device=seat.device.value if seat.device is not None else "",
        queue=queue,
        call=call,
        caller=mask_number(visit.row.number) if visit else _ringing_caller(floor, queue, call),
        queues=tuple(_membership(name, member) for name, member in seat.queues.items()),
        day=_seat_day(seat, day),
    )


def _as_of(floor: Floor, seat: Seat, now: float) -> tuple[SeatStatus, str, str, str, float]:
    """Status now; a wrap-up whose time is over has ended although no event said so yet."""
    if seat.status is SeatStatus.WRAP_UP and seat.wrap_until <= now:
        return (*derive(seat, now, floor.desk.reasons), seat.wrap_until or seat.since)
    return seat.status, seat.reason, seat.queue, seat.call, seat.resumed_from or seat.since


def _ringing_caller(floor: Floor, queue: str, call: str) -> str:
    if not call:
        return ""
    visit = floor.book.current(call, queue, False)
    return mask_number(visit.row.number) if visit else ""


def _membership(queue: str, member: Member) -> Membership:
    return Membership(queue, member.penalty, member.paused, member.reason)


def _seat_day(seat: Seat, day: float) -> SeatDay:
    today = seat.today
    if today.start != day:
        return SeatDay(login_at=day if _signed_in(seat) and 0 < seat.since < day else None)
    by = today.by
    busy_s, ready_s = today.busy_s, today.ready_s
    pauses = {reason.value: by[reason.value] for reason in PauseReason if by.get(reason.value)}
    login_at = today.login_at or (max(seat.since, day) if _signed_in(seat) and seat.since else None)
    return SeatDay(
        handled=today.handled,
        rona=today.rona,
        talk_s=today.talk_s,
        hold_s=today.hold_s,
        acw_s=today.acw_s,
        ready_s=ready_s,
        busy_s=busy_s,
        pause_s=pauses,
        login_at=login_at or None,
        login_s=sum(by.values()),
        occupancy=metrics.occupancy(busy_s, ready_s) if seat.declared else None,
        earlier_s=today.before,
    )


def _signed_in(seat: Seat) -> bool:
    return seat.status not in (SeatStatus.OFFLINE, SeatStatus.UNKNOWN)


def _seat_counts(seats: list[SeatView]) -> SeatCounts:
    by_status: dict[str, int] = dict.fromkeys((status.value for status in SeatStatus), 0)
    by_reason: dict[str, int] = {}
    for seat in seats:
        by_status[seat.status] += 1
        if seat.reason:
            by_reason[seat.reason] = by_reason.get(seat.reason, 0) + 1
    staffed = len(seats) - by_status["offline"] - by_status["unknown"]
    return SeatCounts(**by_status, staffed=staffed, by_reason=by_reason)


# -- queues ------------------------------------------------------------------------------------------


def _window(sums: list[int], over_t: int, occupancy: float | None) -> Window:
    seen = event_counts(sums)
    level = service_counts(sums)
    variants = {name: metrics.service_level(level, name) for name in metrics.SL_VARIANTS}
    return Window(
        offered=seen.offered,
        answered=seen.answered,
        abandoned=seen.abandoned,
        short_abandoned=seen.short_abandoned,
        timed_out=seen.timed_out,
        key_exit=seen.key_exit,
        withdrawn=seen.withdrawn,
        left_empty=seen.left_empty,
        refused_full=seen.refused_full,
        refused_empty=seen.refused_empty,
        transferred_out=seen.transferred_out,
        lost=seen.lost,
        answered_in_t=seen.answered_in_t,
        abandoned_in_t=seen.abandoned_in_t,
        over_t=over_t,
        handled=seen.handled,
        service_level=variants[metrics.DEFAULT_SL],
        sl_variants=variants,
        asa_s=metrics.asa_s(seen),
        aht_s=metrics.aht_s(seen),
        abandon_rate=metrics.abandon_rate(seen),
        connect_rate=metrics.connect_rate(seen),
        occupancy=occupancy,
    )


def _windows(
    gauges: list[QueueGauge], over_time: Integral, day: tuple[float, float], now: float
) -> dict[str, Window]:
    """All four windows of one queue, or of several together."""
    sums = {"today": add_sums(gauge.today.sums for gauge in gauges)}
    sums["interval"] = add_sums(gauge.interval.sums for gauge in gauges)
    for position, name in enumerate(LENGTHS_S):
        sums[name] = add_sums(gauge.rolling[position].sums for gauge in gauges)
    starts = {name: now - length for name, length in LENGTHS_S.items()}
    starts["interval"] = gauges[0].interval.start if gauges else now
    found = {"today": _window(sums["today"], sums["today"][SL_OVER], metrics.occupancy(*day))}
    for name, start in starts.items():
        share = metrics.occupancy(*over_time.over(start, now))
        found[name] = _window(sums[name], sums[name][SL_OVER], share)
    return found


def _day_time(seats: list[SeatView]) -> tuple[float, float]:
    """Busy and available seconds today of seats whose presence some source tells."""
    known = [seat.day for seat in seats if seat.queues or seat.day.ready_s]
    busy_s = sum(day.busy_s + day.earlier_s[0] for day in known)
    return busy_s, sum(day.ready_s + day.earlier_s[1] for day in known)


def _queue_view(floor: Floor, gauge: QueueGauge, seats: list[SeatView], now: float) -> QueueView:
    target = floor.config.target(gauge.queue, now)
    mine = [seat for seat in seats if any(member.queue == gauge.queue for member in seat.queues)]
    oldest = next(iter(gauge.waiting.values()), None)
    windows = _windows([gauge], gauge.seats, _day_time(mine), now)
    expected = _expected_wait(gauge, mine, windows["last_30"])
    return QueueView(
        queue=gauge.queue,
        waiting=len(gauge.waiting),
        longest_wait_s=max(0.0, now - oldest) if oldest is not None else 0.0,
        oldest_at=oldest,
        max_wait_today_s=max(gauge.max_wait_s, now - oldest if oldest is not None else 0.0),
        threshold_s=target.threshold_s,
        target=target.target,
        seats=_seat_counts(mine),
        expected_wait_s=expected,
        expected_wait_range_s=(expected * 0.6, expected * 1.5) if expected is not None else None,
        **windows,
    )


def _expected_wait(gauge: QueueGauge, seats: list[SeatView], window: Window) -> float | None:
    """Wait of a caller who came now; 0 where a seat is free, None where nobody serves the queue."""
    serving = [seat for seat in seats if seat.status in BUSY_STATUSES and not _paused_in(seat, gauge.queue)]
    ready = [seat for seat in seats if seat.status == SeatStatus.READY and not _paused_in(seat, gauge.queue)]
    ahead = len(gauge.waiting) - len(ready)
    if not serving and not ready:
        return None
    if ahead < 0:
        return 0.0
    handle = window.aht_s or DEFAULT_HANDLE_S
    return metrics.expected_wait_s(ahead + 1, len(serving) + len(ready), handle, _patience(gauge))


def _paused_in(seat: SeatView, queue: str) -> bool:
    return any(member.paused for member in seat.queues if member.queue == queue)


def _patience(gauge: QueueGauge) -> float | None:
    """Total wait over abandonments today (Palm); None while too few have given up to tell."""
    seen = event_counts(gauge.today.sums)
    if seen.abandoned < MIN_PATIENCE_SAMPLE:
        return None
    return (seen.wait_answered_ms + seen.wait_abandoned_ms) / 1000 / seen.abandoned


def _floor_view(floor: Floor, seats: list[SeatView], now: float) -> QueueView:
    gauges = list(floor.gauges.values())
    oldest = min((at for gauge in gauges for at in list(gauge.waiting.values())[:1]), default=None)
    longest = max((gauge.max_wait_s for gauge in gauges), default=0.0)
    target = floor.config.default_target
    return QueueView(
        queue="",
        waiting=sum(len(gauge.waiting) for gauge in gauges),
        longest_wait_s=max(0.0, now - oldest) if oldest is not None else 0.0,
        oldest_at=oldest,
        max_wait_today_s=max(longest, now - oldest if oldest is not None else 0.0),
        threshold_s=target.threshold_s,
        target=target.target,
        seats=_seat_counts(seats),
        expected_wait_s=None,
        expected_wait_range_s=None,
        **_windows(gauges, floor.seats_over_time, _day_time(seats), now),
    )


# -- callers -----------------------------------------------------------------------------------------


def _callers(floor: Floor) -> list[CallerView]:
    found = []
    for gauge in floor.gauges.values():
        for position, key in enumerate(gauge.waiting, start=1):
            found.append(_caller(floor.book.visits[key], position))
    return sorted(found, key=lambda caller: caller.entered_at)


def _caller(visit: Visit, position: int) -> CallerView:
    row = visit.row
    ringing = next(iter(visit.open_rings), "")
    number, name = mask_number(row.number), without_hashes(row.name)
    return CallerView(row.call, row.queue, row.entered_at, position, number, name, ringing)


def _abandons(floor: Floor, now: float) -> list[AbandonView]:
    found = []
    for visit in reversed(floor.abandons):
        row = visit.row
        if row.outcome == "abandoned" and row.left_at > now - ABANDON_LIST_S:
            number = mask_number(row.number)
            found.append(AbandonView(row.call, row.queue, row.left_at, row.wait_ms / 1000, number))
    return found
