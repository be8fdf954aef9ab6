"""The Floor's exact state as bytes and back: with the journal after it, a restart that never happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ccfloor.floor.calls import PENDING, Visit
from ccfloor.floor.records import CallRow
from ccfloor.floor.seats import Seat
from ccfloor.floor.windows import SIZE, Integral, Period, QueueGauge

if TYPE_CHECKING:
    from ccfloor.floor.state import Floor

VERSION = 2


class IntegralState(msgspec.Struct, array_like=True):
    """Steps of busy and available seats."""

    busy: int
    available: int
    steps: list[tuple[float, int, int]]


class GaugeState(msgspec.Struct, array_like=True):
    """A queue's waiting callers and running sums; its rolling windows follow from the visits."""

    queue: str
    waiting: list[tuple[int, int]]
    max_wait_s: float
    today_start: float
    today: list[int]
    interval_start: float
    interval: list[int]
    seats: IntegralState


class FloorState(msgspec.Struct):
    """Everything a Floor is."""

    version: int
    at: float
    events: int
    repairs: dict[str, int]
    visits: list[Visit]
    seats: list[Seat]
    names: dict[str, str]
    gauges: list[GaugeState]
    over_time: IntegralState
    day: tuple[float, float]
    link_up: bool
    blind_since: float | None
    waiting_now: int
    curve: list[tuple[float, int]]
    abandons: list[tuple[int, int]]
    next_roll: float
    live: bool  # False: the ledger alone, nothing was weighed for the occupancy


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FloorState)


def dump_floor(floor: Floor) -> bytes:
    """The state as MessagePack."""
    return _encoder.encode(
        FloorState(
            version=VERSION,
            at=floor.at,
            events=floor.events,
            repairs=floor.repairs,
            visits=list(floor.book.visits.values()),
            seats=floor.seats(),
            names=floor.desk.names,
            gauges=[_gauge_state(gauge) for gauge in floor.gauges.values()],
            over_time=_integral_state(floor.seats_over_time),
            day=floor.day,
            link_up=floor.link_up,
            blind_since=floor.blind_since,
            waiting_now=floor.waiting_now,
            curve=list(floor.curve),
            abandons=[visit.key for visit in floor.abandons],
            next_roll=floor.next_roll,
            live=floor.live,
        )
    )


def load_floor(floor: Floor, blob: bytes) -> None:
    """Fill a new Floor. Raises msgspec.ValidationError where the blob is of another version."""
    state = _decoder.decode(blob)
    if state.version != VERSION:
        raise msgspec.ValidationError(f"floor state of version {state.version}, expected {VERSION}")
    floor.at, floor.events, floor.repairs, floor.day = state.at, state.events, state.repairs, state.day
    floor.link_up, floor.blind_since = state.link_up, state.blind_since
    floor.waiting_now, floor.next_roll = state.waiting_now, state.next_roll
    floor.curve.extend(state.curve)
    for visit in state.visits:
        floor.book.add(visit)
    floor.desk.day_start = state.day[0]
    floor.desk.restore(state.seats, state.names)
    for gauge_state in state.gauges:
        _load_gauge(floor, gauge_state)
    _load_occupancy(floor, state)
    _refill_windows(floor, state.gauges)
    visits = floor.book.visits
    floor.abandons.extend(visits[key] for key in state.abandons if key in visits)


def changed_rows(blob: bytes, change: Callable[[CallRow], None]) -> bytes:
    """The state after ``change`` of the row of each of its visits.

    Raises msgspec.ValidationError where the blob is of another version.
    """
    state = _decoder.decode(blob)
    if state.version != VERSION:
        raise msgspec.ValidationError(f"floor state of version {state.version}, expected {VERSION}")
    before = msgspec.msgpack.encode(state.visits)
    for visit in state.visits:
        change(visit.row)
    return blob if msgspec.msgpack.encode(state.visits) == before else _encoder.encode(state)


def _integral_state(integral: Integral) -> IntegralState:
    return IntegralState(integral.busy, integral.available, list(integral.steps))


def _load_integral(integral: Integral, state: IntegralState) -> None:
    integral.busy, integral.available = state.busy, state.available
    integral.steps.extend(state.steps)


def _gauge_state(gauge: QueueGauge) -> GaugeState:
    return GaugeState(
        gauge.queue,
        list(gauge.waiting),
        gauge.max_wait_s,
        gauge.today.start,
        gauge.today.sums,
        gauge.interval.start,
        gauge.interval.sums,
        _integral_state(gauge.seats),
    )


def _load_gauge(floor: Floor, state: GaugeState) -> None:
    gauge = floor.gauge(state.queue)
    gauge.max_wait_s = state.max_wait_s
    for key in state.waiting:
        gauge.waiting[key] = floor.book.visits[key].row.entered_at
    gauge.today.start, gauge.interval.start = state.today_start, state.interval_start


def _load_occupancy(floor: Floor, state: FloorState) -> None:
    """The seats over time; where nobody weighed them before, what they do counts from here on."""
    if not state.live:
        floor.desk.weigh_all(floor.at)
        return
    _load_integral(floor.seats_over_time, state.over_time)
    for gauge_state in state.gauges:
        _load_integral(floor.gauge(gauge_state.queue).seats, gauge_state.seats)


def _refill_windows(floor: Floor, gauges: list[GaugeState]) -> None:
    """Rolling windows come from the visits at hand; day and interval sums are older than those."""
    if floor.live:
        for visit in floor.book.visits.values():
            floor.gauge(visit.row.queue).measure(visit, floor.at)
        for key in (key for state in gauges for key in state.waiting):
            visit = floor.book.visits[key]
            if visit.row.outcome in PENDING:
                floor.gauge(visit.row.queue).expect(visit)
    for state in gauges:
        gauge = floor.gauge(state.queue)
        _set_sums(gauge.today, state.today)
        _set_sums(gauge.interval, state.interval)


def _set_sums(period: Period, sums: list[int]) -> None:
    period.sums = list(sums) if len(sums) == SIZE else [0] * SIZE
