"""``FloorNow`` of a live view: the present as staffing is told of it, and what each number of it rests on.

Pure: what the view does not tell was read before (``Learned`` now and then, ``Around`` every minute). Take
the view of the whole site: what is shown of the result is cut to the reader's scope (``basis.rows``).
Instants are UTC epoch seconds.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

import msgspec

from ccfloor.acd.base import Health
from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.floor.view import CallerView, FloorView, QueueView
from ccfloor.service.staffing.coming import LATELY_S, Around
from ccfloor.service.staffing.present_learned import Learned, QueuePast
from ccfloor.service.staffing.seats_now import Handling, Options, Seats
from ccfloor.service.staffing.shrunk import level, mean, patience, rate
from ccfloor.service.staffing.stints import cell_of
from ccfloor.staffing.limits import works
from ccfloor.staffing.moves import there_share
from ccfloor.staffing.present import Estimate, FloorNow, QueueNow, SeatNow
from ccfloor.store.staffing_facts import Today

STEP_S = float(INTERVAL_S)
STEPS = 12
STALE_S = 60.0
SEATS_AHEAD_S = 1800.0
DEFAULT_HANDLE_S = 180.0  # as the floor's own expected wait has it where no call was ever handled
_LEAST_SEEN_S = 60.0
_SIDE = 1.2816  # standard deviations to either side that hold four in five

Rates = Callable[[str, float, float, int], tuple[tuple[float, ...], float]]
"""(queue, from, length of a step, steps) → calls a second in each step, and the deviation of their level as a
share; no rates: the forecast has nothing of this queue."""


class Why(StrEnum):
    """Why there is no floor to be told of."""

    NO_VIEW = "no_view"  # nothing was ever told
    BLIND = "blind"  # the link is down
    STALE = "stale"  # what was told last is old
    NO_PAST = "no_past"  # the past could not be read yet
    NO_QUEUES = "no_queues"  # of no queue anything can be said


class From(StrEnum):
    """Where a number comes from."""

    FORECAST = "forecast"
    WEEK = "week"  # the week's course, and how today stands beside it
    LATELY = "lately"  # the last half hour alone
    TODAY = "today"  # and the past weeks
    OTHERS = "others"  # the site's other queues
    GUESS = "guess"
    SEATS = "seats"  # as they are now


class Left(StrEnum):
    """Why a queue is left out."""

    LOST = "lost"  # its source tells nothing now
    NO_RATE = "no_rate"  # nobody knows how many call


class Told(NamedTuple):
    """A number and where it comes from."""

    estimate: Estimate
    source: From


class Measures(NamedTuple):
    """What a queue's numbers rest on. ``rate``: calls a second now; ``seats``: as many as it really has over
    the next half hour, each shared seat counted by what its queues need of it.
    """

    rate: Told
    aht_s: Told
    patience_s: Told
    seats: Told


class Present(NamedTuple):
    """``floor`` None: nobody knows it, and ``why``. ``left_out``: queue → why it is not in it."""

    floor: FloorNow | None
    why: Why | None = None
    measures: Mapping[str, Measures] = {}
    left_out: Mapping[str, Left] = {}


def lost(options: Options, reports: Iterable[Health]) -> Options:
    """With what no source tells of now, by the sources' own reports."""
    told = list(reports)
    return msgspec.structs.replace(
        options,
        lost_queues=options.lost_queues.union(*(one.queues for one in told)),
        lost_seats=options.lost_seats.union(*(one.seats for one in told)),
    )


def present_now(
    view: FloorView | None,
    config: FloorConfig,
    learned: Learned | None,
    now: float,
    forecast: Rates | None = None,
    around: Around | None = None,
    options: Options | None = None,
) -> Present:
    """The floor at ``now``; none, with the reason, while nobody sees it."""
    why = _unknown(view, learned, now)
    if view is None or learned is None or why is not None:
        return Present(None, why)
    return _Looking(view, config, learned, now, forecast, around or Around(), options or Options()).present()


def _unknown(view: FloorView | None, learned: Learned | None, now: float) -> Why | None:
    if view is None:
        return Why.NO_VIEW
    if view.blind_since is not None:
        return Why.BLIND
    if now - view.at > STALE_S:
        return Why.STALE
    return Why.NO_PAST if learned is None else None


class _Course(NamedTuple):
    rate: tuple[float, ...]
    level_cv: float
    told: Told


class _Looking:
    def __init__(
        self,
        view: FloorView,
        config: FloorConfig,
        past: Learned,
        now: float,
        forecast: Rates | None,
        around: Around,
        options: Options,
    ) -> None:
        self._view, self._config, self._past, self._now = view, config, past, now
        self._forecast, self._around, self._options = forecast, around, options
        self._cells = [cell_of(config, now + (step + 0.5) * STEP_S) for step in range(STEPS)]
        self._lately = [cell_of(config, now - LATELY_S * share) for share in (0.25, 0.75)]
        self._seen_s = around.seen_s(now - LATELY_S, now)
        self._site = _together(past.queues.values())
        self._ring_s = {queue: told.ring_s for queue, told in past.queues.items() if told.handled}

    def present(self) -> Present:
        """Everything."""
        courses = {queue.queue: self._course(queue) for queue in self._view.queues}
        left_out = {name: Left.NO_RATE for name, course in courses.items() if course is None}
        left_out |= {name: Left.LOST for name in courses.keys() & self._options.lost_queues}
        known = {name: course for name, course in courses.items() if course and name not in left_out}
        if not known:
            return Present(None, Why.NO_QUEUES, left_out=left_out)
        ahts = {name: self._aht(name) for name in known}
        patient = {name: self._patience(name) for name in known}
        queues = tuple(
            self._queue(queue, known[queue.queue], ahts[queue.queue], patient[queue.queue])
            for queue in self._view.queues
            if queue.queue in known
        )
        floor = FloorNow(self._now, STEP_S, queues, self._seats(ahts))
        seats = available(floor)
        measures = {
            name: Measures(course.told, ahts[name], patient[name], Told(seats[name], From.SEATS))
            for name, course in known.items()
        }
        return Present(floor, None, measures, left_out)

    def _queue(self, queue: QueueView, course: _Course, aht: Told, patient: Told) -> QueueNow:
        name = queue.queue
        target = self._config.target(name, self._now)
        callers = sorted((one for one in self._view.callers if one.queue == name), key=_entered)
        return QueueNow(
            queue=name,
            rate=course.rate,
            level_cv=course.level_cv,
            aht_s=aht.estimate.value,
            aht_sd_s=self._aht_sd(name, aht.estimate.value),
            patience_s=patient.estimate.value,
            waiting=tuple(min(one.entered_at, self._now) for one in callers),
            threshold_s=target.threshold_s,
            target=target.target,
            min_seats=self._options.min_seats.get(name, 1),
            ringing=sum(bool(one.ringing) for one in callers),
            ring_s=min(self._ring_s.get(name, self._site.ring_s), aht.estimate.value),
        )

    def _seats(self, ahts: Mapping[str, Told]) -> tuple[SeatNow, ...]:
        handling = {name: self._handling(name, aht.estimate.value) for name, aht in ahts.items()}
        seats = Seats(self._view, self._config, self._past, self._now, handling, self._around, self._options)
        return seats.all()

    def _handling(self, queue: str, aht_s: float) -> Handling:
        past, granted = self._own(queue), self._config.target(queue, self._now).wrap_up_s
        return Handling(aht_s, self._aht_sd(queue, aht_s), past.wrap_s, past.wrap_sd_s, granted)

    # -- calls ------------------------------------------------------------------------------------------

    def _course(self, queue: QueueView) -> _Course | None:
        """The forecast's; else the week's at today's level; else what the last half hour brought."""
        if self._forecast is not None:
            rates, cv = self._forecast(queue.queue, self._now, STEP_S, STEPS)
            if rates:
                side = _SIDE * cv * rates[0]
                told = Estimate(rates[0], max(0.0, rates[0] - side), rates[0] + side, queue.today.offered)
                return _Course(rates, cv, Told(told, From.FORECAST))
        return self._by_week(queue) or self._by_lately(queue)

    def _by_week(self, queue: QueueView) -> _Course | None:
        name, calls = queue.queue, queue.last_30.offered
        usual = [self._past.rate(name, cell) for cell in self._cells]
        lately = [self._past.rate(name, cell) for cell in self._lately]
        if usual[0] is None or None in lately:
            return None
        expected = self._seen_s * sum(one for one in lately if one is not None) / len(lately)
        past = self._past.queues[name]
        today = level(calls if self._seen_s else 0, expected, past.level_cv)
        rates, last = [], usual[0]
        for one in usual:
            last = last if one is None else one
            rates.append(last * today.value)
        value, low, high = (usual[0] * one for one in (today.value, today.low, today.high))
        told = Estimate(value, low, high, today.sample, today.prior)
        return _Course(tuple(rates), 1 / sqrt(today.prior + today.sample), Told(told, From.WEEK))

    def _by_lately(self, queue: QueueView) -> _Course | None:
        if self._seen_s < _LEAST_SEEN_S:
            return None
        told = rate(queue.last_30.offered, self._seen_s)
        cv = 1 / sqrt(queue.last_30.offered + 0.5)
        return _Course((told.value,) * STEPS, cv, Told(told, From.LATELY))

    # -- handling and patience --------------------------------------------------------------------------

    def _own(self, queue: str) -> QueuePast:
        """A queue's past; the whole site's where it never had a call."""
        past = self._past.queues.get(queue)
        return past if past is not None and past.handled else self._site

    def _aht(self, queue: str) -> Told:
        past, today = self._own(queue), self._today(queue)
        if not past.handled and not today.handled:
            guess = Estimate(DEFAULT_HANDLE_S, DEFAULT_HANDLE_S / 2, DEFAULT_HANDLE_S * 2, 0)
            return Told(guess, From.GUESS)
        found = mean(today.handled, today.handle_s, past.handled, past.aht_s, past.aht_sd_s)
        return Told(found, From.OTHERS if past is self._site and not today.handled else From.TODAY)

    def _aht_sd(self, queue: str, aht_s: float) -> float:
        """Measured, else as of exponential lengths."""
        return self._own(queue).aht_sd_s or aht_s

    def _patience(self, queue: str) -> Told:
        past, today = self._own(queue), self._today(queue)
        found = patience(today.abandoned, today.waited_s, past.abandoned, past.waited_s)
        if not past.waited_s and not today.waited_s:
            return Told(found, From.GUESS)
        return Told(found, From.OTHERS if past is self._site and not today.waited_s else From.TODAY)

    def _today(self, queue: str) -> Today:
        return self._around.today.get(queue) or Today(0, 0, 0.0, 0, 0.0)


def _entered(caller: CallerView) -> float:
    return caller.entered_at


def _together(queues: Iterable[QueuePast]) -> QueuePast:
    """All queues as one: what stands in for a queue that never had a call."""
    several = [queue for queue in queues if queue.handled]
    n = sum(queue.handled for queue in several)
    if not n:
        return QueuePast()

    def usual(of: Callable[[QueuePast], float]) -> float:
        return sum(of(queue) * queue.handled for queue in several) / n

    aht_s = usual(lambda queue: queue.aht_s)
    wrap_s = usual(lambda queue: queue.wrap_s)
    return QueuePast(
        handled=n,
        aht_s=aht_s,
        aht_sd_s=sqrt(usual(lambda queue: queue.aht_sd_s**2 + (queue.aht_s - aht_s) ** 2)),
        ring_s=usual(lambda queue: queue.ring_s),
        wrap_s=wrap_s,
        wrap_sd_s=sqrt(usual(lambda queue: queue.wrap_sd_s**2 + (queue.wrap_s - wrap_s) ** 2)),
        abandoned=sum(queue.abandoned for queue in several),
        waited_s=sum(queue.waited_s for queue in several),
    )


def available(floor: FloorNow, horizon_s: float = SEATS_AHEAD_S) -> dict[str, Estimate]:
    """Queue → seats it really has over the next ``horizon_s``: each by the share of the time it is there; one
    that serves several queues by what each needs of it (rate × handle time, and who waits).

    Who is away may come back later than expected: such seats are there or not by chance (binomial).
    """
    need = {queue.queue: _need(queue, floor.step_s, horizon_s) for queue in floor.queues}
    value, variance = dict.fromkeys(need, 0.0), dict.fromkeys(need, 0.0)
    sample = dict.fromkeys(need, 0)
    for seat in floor.seats:
        there = there_share(seat, horizon_s)
        whole = sum(need[queue] for queue in seat.queues)
        for queue in seat.queues:
            share = need[queue] / whole
            value[queue] += share * there
            variance[queue] += 0.0 if works(seat) else share * share * there * (1 - there)
            sample[queue] += works(seat)
    return {queue: _estimate(value[queue], sqrt(variance[queue]), sample[queue]) for queue in need}


def _need(queue: QueueNow, step_s: float, horizon_s: float) -> float:
    steps = queue.rate[: max(1, round(horizon_s / step_s))]
    calls = sum(steps) / len(steps) * horizon_s + len(queue.waiting)
    return max(1e-9, calls * queue.aht_s / horizon_s)


def _estimate(value: float, deviation: float, sample: int) -> Estimate:
    side = _SIDE * deviation
    return Estimate(value, max(0.0, value - side), value + side, sample)
