"""What a wallboard learns of the simulated floor from the weeks before, and how it expects calls on a day.

Four weeks are run as they come, rushes among them, and counted as a store counts them: calls by half hour,
patience by all waiting over all who gave up. Forecasts, their update through the day and what the last half
hour says beside them (``rush``) are the product's own. Instants are UTC epoch seconds.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

import numpy as np

from ccfloor.acd.sim_plan import local_day
from ccfloor.acd.sim_scenario import Scenario
from ccfloor.acd.simulator import SimFloor, load_floor
from ccfloor.floor.events import CallAnswered, CallJoined, CallLeft, Outcome
from ccfloor.service.staffing.rates import Rates, _levelled
from ccfloor.staffing.days import HALF_HOUR_S, Day, History, Kind, Row, made_ready
from ccfloor.staffing.live import Past, patience, rate_past
from ccfloor.staffing.present import Rush
from ccfloor.staffing.rush import Found, Quarters, find, left
from ccfloor.staffing.strange import begun
from ccfloor.staffing.volume import Forecast, day_ahead, steady, update

WEEKS, COLUMNS, DAY_S = 4, 48, 86_400.0
_COLUMNS = np.arange(COLUMNS)
STEP_S, STEPS = 900.0, 12
_STORED_S = 20.0  # by then the calls of a half hour that is over are stored
_SEED = 900_000


class Counted(NamedTuple):
    """Of a queue and a day: when calls joined it, when callers gave up, how long each has waited."""

    joined: list[float]
    gone: list[float]
    waits: list[float]


class Tally:
    """Counts what happens on a floor, by queue."""

    def __init__(self) -> None:
        self.queues: dict[str, Counted] = defaultdict(lambda: Counted([], [], []))

    def take(self, event: object) -> None:
        """One event."""
        if isinstance(event, CallJoined):
            self.queues[event.queue].joined.append(event.at)
        elif isinstance(event, CallAnswered | CallLeft):
            self.queues[event.queue].waits.append(event.wait_s)
            if isinstance(event, CallLeft) and event.outcome is Outcome.ABANDONED:
                self.queues[event.queue].gone.append(event.at)


class Lived(NamedTuple):
    """By queue: the half hours of the weeks, and how patient callers were. ``monday``: the day after them.
    ``rushes``: how many began, and in how many hours.
    """

    histories: Mapping[str, History]
    patience: Mapping[str, Past]
    monday: date
    rushes: tuple[int, float]

    @property
    def patience_cv(self) -> float:
        """How far a day's patience is off the usual one, as a share."""
        told = [1 / sqrt(one.events) for one in self.patience.values()]
        return sum(told) / len(told)


def lived(monday: float, scenario: Callable[[int], Scenario], begin_s: float, end_s: float) -> Lived:
    """The weeks before a Monday's midnight, each day from ``begin_s`` to ``end_s`` after its own."""
    open_s = _COLUMNS * HALF_HOUR_S
    seen = ((open_s >= begin_s) & (open_s < end_s)).astype(np.float64)
    days, tallies = [], []
    for number in range(7 * WEEKS):
        start = monday - (7 * WEEKS - number) * DAY_S
        floor = SimFloor(load_floor(), scenario(number), _SEED + number, start + begin_s, warm_s=1800.0)
        tally = Tally()
        for event in floor.run_until(start + end_s):
            tally.take(event)
        at = local_day(start, floor.zone)
        days.append(Day(at, Kind.WORKDAY if at.weekday() < 5 else Kind.WEEKEND, start))
        tallies.append(tally)
    made, grid = tuple(days), np.tile(seen, (len(days), 1))
    histories, patient = {}, {}
    for name in load_floor().queues:
        told = [tally.queues[name] for tally in tallies]
        counts = [halves(one.joined, day.begins) * seen for one, day in zip(told, made, strict=True)]
        histories[name] = History(name, made, np.array(counts), grid)
        past = rate_past([len(one.gone) for one in told], [sum(one.waits) for one in told])
        assert past is not None
        patient[name] = past
    last = made[-1].date + timedelta(days=1)
    rushes = begun(
        [made_ready(one, Day(last, Kind.WORKDAY, monday), len(made)) for one in histories.values()]
    )
    return Lived(histories, patient, last, rushes)


def halves(joined: list[float], start: float) -> Row:
    """Calls by half hour of a day."""
    places = ((np.array(joined) - start) // HALF_HOUR_S).astype(int)
    counts = np.bincount(places[(places >= 0) & (places < COLUMNS)], minlength=COLUMNS)
    return counts.astype(np.float64)


class Coming(NamedTuple):
    """``rate``: calls a second in each step. ``level_cv``: how wrong they may be all together, as a share."""

    rate: tuple[float, ...]
    level_cv: float
    rush: Rush


class Expecting:
    """A day as the product expects it. ``start``: its midnight; it is in sight from ``begin_s`` on."""

    def __init__(self, of: Lived, start: float, weekday: int, begin_s: float) -> None:
        self._of, self._start, self._begin_s = of, start, begin_s
        day = Day(of.monday + timedelta(days=weekday), Kind.WORKDAY, start)
        told = {name: day_ahead(history, day) for name, history in of.histories.items()}
        self._ahead = {name: forecast for name, forecast in told.items() if forecast}
        self._learned: tuple[int, Rates] | None = None

    def coming(self, today: Tally, now: float) -> dict[str, Coming]:
        """Calls from now on, by queue."""
        rates = self._rates(today, now)
        ahead = {name: rates(name, now, STEP_S, STEPS) for name in self._ahead}
        fresh = (now - self._start) % HALF_HOUR_S / HALF_HOUR_S
        told = [
            Quarters(_came(today.queues[name].joined, now), _expected(rates, name, now), cv, fresh)
            for name, (_, cv) in ahead.items()
        ]
        found = zip(ahead.items(), find(told), strict=True)
        return {name: coming(of, one) for (name, (of, _)), one in found}

    def patience_s(self, queue: str, today: Counted, waiting: list[float], now: float) -> float:
        """Mean seconds until a caller gives up."""
        waited_s = sum(today.waits) + sum(now - entered for entered in waiting)
        told = patience(len(today.gone), waited_s, self._of.patience[queue])
        assert told is not None
        return told.value

    def _rates(self, today: Tally, now: float) -> Rates:
        over = int((now - _STORED_S - self._start) // HALF_HOUR_S)
        if self._learned is None or self._learned[0] != over:
            found = {name: (self._updated(one, today, over), None) for name, one in self._ahead.items()}
            self._learned = over, Rates(self._start, self._start + DAY_S, found)
        return self._learned[1]

    def _updated(self, ahead: Forecast, today: Tally, over: int) -> Forecast:
        seen = ((self._begin_s <= _COLUMNS * HALF_HOUR_S) & (over > _COLUMNS)).astype(np.float64)
        counts = halves(today.queues[ahead.queue].joined, self._start) * seen
        return _levelled(steady(update(ahead, counts, seen, over)), over)


def coming(expected: Sequence[float], found: Found) -> Coming:
    """Calls from now on at what was found of the last half hour."""
    calm = tuple(rate * found.steady for rate in expected)
    busy = tuple(rate * found.size for rate in expected)
    shares = [found.share * left((step + 0.5) * STEP_S) for step in range(len(calm))]
    rates = tuple(a + (b - a) * share for a, b, share in zip(calm, busy, shares, strict=True))
    return Coming(rates, found.steady_cv, Rush(found.share, calm, busy, found.size_cv))


def _came(joined: list[float], now: float) -> tuple[float, float]:
    half = [at for at in joined if now - HALF_HOUR_S < at <= now]
    last = sum(at > now - HALF_HOUR_S / 2 for at in half)
    return len(half) - last, last


def _expected(rates: Rates, queue: str, now: float) -> tuple[float, float]:
    (before, last), _ = rates(queue, now - HALF_HOUR_S, HALF_HOUR_S / 2, 2)
    return before * HALF_HOUR_S / 2, last * HALF_HOUR_S / 2
