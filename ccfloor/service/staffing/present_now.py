"""``FloorNow`` of a live view: the present as staffing is told of it, and what each number of it rests on.

Pure: what the view does not tell was read before (``Learned`` now and then, ``Around`` every minute). Take
the view of the whole site: what is shown of the result is cut to the reader's scope (``basis.rows``).
Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import inf, sqrt
from typing import NamedTuple

import msgspec

from ccfloor.acd.base import Health
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import SeatStatus
from ccfloor.floor.view import CallerView, FloorView, QueueView
from ccfloor.service.staffing.arrivals import STEP_S, Arrivals, Coming, Lately, Rates
from ccfloor.service.staffing.coming import Around
from ccfloor.service.staffing.present_learned import NOTHING, Learned, QueuePast
from ccfloor.service.staffing.seats_now import Options, Seats
from ccfloor.staffing.live import PATIENCE_S, Moments, Past, patience, still_waited, timing
from ccfloor.staffing.live_residual import Length, Work, length
from ccfloor.staffing.present import Estimate, FloorNow, QueueNow, SeatNow
from ccfloor.store.staffing_facts import Sums

STALE_S = 60.0
DEFAULT_HANDLE_S = 180.0  # as the floor's own expected wait has it where no call was ever handled
_OTHERS_WEIGHT = 3.0  # observations that the site's other queues weigh
_RING_S = 5.0


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
    """What a queue's numbers rest on. ``rate``: calls a second now."""

    rate: Told
    aht_s: Told
    patience_s: Told


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
    coming: Coming
    source: From


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
        self._arrivals = Arrivals(config, past, around, now)
        self._site = together(past.queues.values())
        self._ahead = self._arrivals.by_forecast(map(_lately, view.queues), forecast) if forecast else {}

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
        measures = {
            name: Measures(Told(course.coming.now, course.source), ahts[name], patient[name])
            for name, course in known.items()
        }
        return Present(FloorNow(self._now, STEP_S, queues, self._seats(ahts)), None, measures, left_out)

    def _queue(self, queue: QueueView, course: _Course, aht: Told, patient: Told) -> QueueNow:
        name = queue.queue
        target = self._config.target(name, self._now)
        callers = sorted((one for one in self._view.callers if one.queue == name), key=_entered)
        return QueueNow(
            queue=name,
            rate=course.coming.rate,
            level_cv=course.coming.level_cv,
            rush=course.coming.rush,
            aht_s=aht.estimate.value,
            aht_sd_s=self._aht_sd(name, aht.estimate.value),
            patience_s=patient.estimate.value,
            waiting=tuple(min(one.entered_at, self._now) for one in callers),
            threshold_s=target.threshold_s,
            target=target.target,
            abandon_target=target.abandon_target,
            min_seats=self._options.min_seats.get(name, 1),
            ringing=sum(bool(one.ringing) for one in callers),
            ring_s=min(self._own(name).ring.mean, aht.estimate.value),
        )

    def _seats(self, ahts: Mapping[str, Told]) -> tuple[SeatNow, ...]:
        work = {name: self._work(name, aht.estimate.value) for name, aht in ahts.items()}
        return Seats(self._view, self._config, self._past, self._now, work, self._around, self._options).all()

    def _work(self, queue: str, aht_s: float) -> Work:
        """What a call asks of a seat; where no call was ever seen a guess of its parts."""
        past, granted = self._own(queue), self._config.target(queue, self._now).wrap_up_s
        usual = self._past.pause(SeatStatus.OTHER_CALL)
        return Work(
            ring=_length(past.ring, _RING_S),
            talk=_length(past.talk, 0.85 * aht_s),
            wrap=_length(past.wrap, 0.15 * aht_s),
            other=_length(Moments(usual.n, usual.mean_s, usual.sd_s), usual.mean_s),
            wrap_most_s=granted or inf,
        )

    # -- calls ------------------------------------------------------------------------------------------

    def _course(self, queue: QueueView) -> _Course | None:
        """The forecast's; else the week's at today's level; else what the last half hour brought."""
        name, lately, told = queue.queue, queue.last_30.offered, self._arrivals
        if name in self._ahead:
            return _Course(self._ahead[name], From.FORECAST)
        if week := told.by_week(name, lately):
            return _Course(week, From.WEEK)
        alone = told.by_lately(lately)
        return alone and _Course(alone, From.LATELY)

    # -- handling and patience --------------------------------------------------------------------------

    def _own(self, queue: str) -> QueuePast:
        """A queue's past; the whole site's where it never had a call."""
        past = self._past.queues.get(queue)
        return past if past is not None and past.handled else self._site

    def _aht(self, queue: str) -> Told:
        past, today = self._own(queue), self._today(queue)
        mean = today.handle_s / today.handled if today.handled else 0.0
        found = timing(Moments(today.handled, mean, past.aht.sd if past.aht else mean), past.aht)
        if found is None:
            guess = Estimate(DEFAULT_HANDLE_S, DEFAULT_HANDLE_S / 2, DEFAULT_HANDLE_S * 2, 0)
            return Told(guess, From.GUESS)
        return Told(found.mean, From.OTHERS if past is self._site and not today.handled else From.TODAY)

    def _aht_sd(self, queue: str, aht_s: float) -> float:
        """Measured, else as of exponential lengths."""
        past = self._own(queue).aht
        return past.sd if past and past.sd else aht_s

    def _patience(self, queue: str) -> Told:
        """Who waits now did not give up so far: that counts, too."""
        past, today = self._own(queue), self._today(queue)
        waits = [self._now - one.entered_at for one in self._view.callers if one.queue == queue]
        waited_s = today.waited_s * past.waits + still_waited(waits, past.patience)
        found = patience(today.abandoned, waited_s, past.patience)
        if found is None:
            return Told(Estimate(PATIENCE_S, PATIENCE_S / 4, PATIENCE_S * 4, 0), From.GUESS)
        return Told(found, From.OTHERS if past is self._site and not today.waited_s else From.TODAY)

    def _today(self, queue: str) -> Sums:
        return self._around.today.get(queue) or Sums()


def _lately(queue: QueueView) -> Lately:
    whole, last = queue.last_30.offered, queue.last_15.offered
    return Lately(queue.queue, max(0, whole - last), min(last, whole))


def _entered(caller: CallerView) -> float:
    return caller.entered_at


def _length(of: Moments, otherwise_s: float) -> Length:
    """Of what was seen, else as of exponential lengths of this mean."""
    known = of if of.n and of.mean > 0 else Moments(0, max(1.0, otherwise_s), max(1.0, otherwise_s))
    return length(known)


def together(queues: Iterable[QueuePast]) -> QueuePast:
    """All queues as one, of little weight: what stands in for a queue that never had a call."""
    several = [queue for queue in queues if queue.handled]
    n = sum(queue.handled for queue in several)
    told = [queue.patience for queue in several if queue.patience]
    events, exposure = sum(one.events for one in told), sum(one.exposure for one in told)
    aht = _pooled([(queue.handled, queue.aht) for queue in several if queue.aht])
    return QueuePast(
        aht=aht._replace(n=_OTHERS_WEIGHT) if aht.n else None,
        handled=n,
        patience=Past(_OTHERS_WEIGHT, _OTHERS_WEIGHT * exposure / events) if events > 0 else None,
        waits=sum(queue.waits * queue.handled for queue in several) / n if n else 1.0,
        ring=_pooled([(queue.handled, queue.ring) for queue in several]),
        talk=_pooled([(queue.handled, queue.talk) for queue in several]),
        wrap=_pooled([(queue.handled, queue.wrap) for queue in several]),
    )


def _pooled(several: Sequence[tuple[int, Moments]]) -> Moments:
    n = sum(weight for weight, _ in several)
    if not n:
        return NOTHING
    mean = sum(weight * one.mean for weight, one in several) / n
    spread = sum(weight * (one.sd**2 + (one.mean - mean) ** 2) for weight, one in several) / n
    return Moments(n, mean, sqrt(spread))
