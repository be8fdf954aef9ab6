"""How many call from now on: the forecast of the day, or the week's course, put right by the last half hour.

Beside the forecast, which has learned of the day, the last half hour says whether a rush is on (``rush``).
What it says of a level beside the week's course is a mixture (``day_level``): few calls change little, clear
evidence wins. Pure; instants are UTC epoch seconds, rates a second.
"""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import NamedTuple

from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.service.staffing.coming import LATELY_S, Around
from ccfloor.service.staffing.present_learned import Learned
from ccfloor.service.staffing.stints import cell_of
from ccfloor.staffing.live import JEFFREYS, Past, event_rate
from ccfloor.staffing.live_level import Level, day_level
from ccfloor.staffing.present import Estimate, Rush
from ccfloor.staffing.rush import Found, Quarters, find, left

STEP_S = float(INTERVAL_S)
STEPS = 12
_PIECES = 6  # of the last half hour, which may lie in two half hours of the clock
_TELLING = 5.0  # calls: where fewer were expected they hardly tell of other half hours
_FADES = 0.5  # of the rate is left each step where nobody ever saw the floor: it is closed then, most likely
_LEAST_EXPECTED = 0.05  # calls in half an hour: of nothing expected there is no level
_LEAST_SEEN_S = 60.0

Rates = Callable[[str, float, float, int], tuple[tuple[float, ...], float]]
"""(queue, from, length of a step, steps) → calls a second in each step, and the deviation of their level as a
share; no rates: the forecast has nothing of this queue. Of half an hour before now it tells, too: as it would
have been foretold at the level that the day is taken to have now."""


class Coming(NamedTuple):
    """``rate`` in each step; ``level_cv``: how wrong they may be all together; ``now``: the first of them.
    ``rush``: what they are the mean of, where a rush may be on.
    """

    rate: tuple[float, ...]
    level_cv: float
    now: Estimate
    rush: Rush | None = None


class Lately(NamedTuple):
    """Calls of a queue's last half hour: of its ``first`` quarter, and of its ``last``."""

    queue: str
    first: int
    last: int


class _Usual(NamedTuple):
    """``seen``: calls expected in what was seen lately, in ``seen_s`` seconds; ``past``: how sure the level
    is that they are expected at."""

    rates: tuple[float, ...]
    seen: float
    seen_s: float
    past: Past


class Arrivals:
    """What one look at the floor tells of its queues' calls. ``lately``: those of the last half hour."""

    def __init__(self, config: FloorConfig, past: Learned, around: Around, now: float) -> None:
        self._past, self._around, self._now = past, around, now
        self._cells = [cell_of(config, now + (step + 0.5) * STEP_S) for step in range(STEPS)]
        piece = LATELY_S / _PIECES
        starts = [now - LATELY_S + number * piece for number in range(_PIECES)]
        self._seen = [around.seen_s(start, start + piece) for start in starts]
        self._behind = [cell_of(config, start + 0.5 * piece) for start in starts]

    @property
    def seen_s(self) -> float:
        """Seconds of the last half hour in which the floor was in sight."""
        return sum(self._seen)

    def by_forecast(self, floor: Iterable[Lately], forecast: Rates) -> dict[str, Coming]:
        """By the day's forecast, with the rush that may be on. Queues of which it has nothing are absent."""
        known = [(one, *forecast(one.queue, self._now, STEP_S, STEPS)) for one in floor]
        known = [each for each in known if each[1]]
        quarters = [self._quarters(one, cv, forecast) for one, _, cv in known]
        return {
            one.queue: _rushed(self._usual(rates, quarter), quarter, found)
            for (one, rates, _), quarter, found in zip(known, quarters, find(quarters), strict=True)
        }

    def _quarters(self, one: Lately, cv: float, forecast: Rates) -> Quarters:
        behind, _ = forecast(one.queue, self._now - LATELY_S, LATELY_S / _PIECES, _PIECES)
        half, least = _PIECES // 2, _LEAST_EXPECTED * self.seen_s / LATELY_S / 2
        told = [rate * seen_s for rate, seen_s in zip(behind, self._seen, strict=True)]
        first, last = max(sum(told[:half]), least), max(sum(told[half:]), least)
        was, is_seen = sum(self._seen[:half]) > 0, sum(self._seen[half:]) > 0
        fresh = self._now % LATELY_S / LATELY_S  # the half hour that runs taught the day nothing yet
        return Quarters((float(one.first * was), float(one.last * is_seen)), (first, last), cv, fresh)

    def _usual(self, rates: tuple[float, ...], of: Quarters) -> _Usual:
        """What a level now is a level of: the last quarter of an hour, if it was seen. At closing time it has
        nothing in common with the one before.
        """
        last_s = sum(self._seen[_PIECES // 2 :])
        if not last_s:
            return _Usual(rates, of.expected[0], self.seen_s, Past(0.0, 0.0))
        return _Usual(rates, of.expected[1], last_s, Past(0.0, 0.0))

    def by_week(self, queue: str, lately: int) -> Coming | None:
        """The week's course; None where this half hour of it was never seen."""
        usual = [self._past.rate(queue, cell) for cell in self._cells]
        behind = [self._past.rate(queue, cell) for cell in self._behind]
        if usual[0] is None:
            return None
        known = not any(rate is None and seen_s > 0 for rate, seen_s in zip(behind, self._seen, strict=True))
        expected = self._expected([rate or 0.0 for rate in behind]) if known else 0.0
        past = self._level(queue)
        return _corrected(_Usual(_faded(usual), expected, self.seen_s if known else 0.0, past), lately)

    def by_lately(self, lately: int) -> Coming | None:
        """What the last half hour brought, and no more is known."""
        told = event_rate(lately, self.seen_s) if self.seen_s >= _LEAST_SEEN_S else None
        return None if told is None else Coming((told.value,) * STEPS, 1 / sqrt(lately + JEFFREYS), told)

    def _expected(self, rates: Sequence[float]) -> float:
        told = sum(rate * seen_s for rate, seen_s in zip(rates, self._seen, strict=True))
        return max(told, _LEAST_EXPECTED * self.seen_s / LATELY_S)

    def _level(self, queue: str) -> Past:
        """As sure as days are alike, and no surer than the calls it was learned from."""
        past = self._past.queues[queue]
        calls = sum(past.calls.get(cell, 0) for cell in {*self._behind, self._cells[0]}) + JEFFREYS
        weight = min(past.level_cv**-2, calls)
        return Past(weight, weight)


def _faded(usual: Sequence[float | None]) -> tuple[float, ...]:
    found: list[float] = []
    for rate in usual:
        found.append(_FADES * found[-1] if rate is None else rate)
    return tuple(found)


def _corrected(usual: _Usual, lately: int) -> Coming:
    """At the level that the last half hour tells of."""
    told = day_level(float(lately) if usual.seen_s else 0.0, usual.seen, usual.past)
    rates = tuple(_at(rate, usual, told.value) for rate in usual.rates)
    return Coming(rates, told.cv, _estimate(usual, told))


def _rushed(usual: _Usual, of: Quarters, found: Found) -> Coming:
    """The mean of an ordinary course and one with the rush that may be on, which ends some time."""
    rates = usual.rates
    calm, busy = (tuple(_at(rate, usual, level) for rate in rates) for level in (found.steady, found.size))
    shares = [found.share * left((step + 0.5) * STEP_S) for step in range(len(rates))]
    mean = tuple(a + (b - a) * share for a, b, share in zip(calm, busy, shares, strict=True))
    value, low, high = (_at(rates[0], usual, one) for one in (found.level, found.low, found.high))
    now = Estimate(value, low, high, round(sum(of.calls)), found.steady_cv**-2)
    return Coming(mean, found.steady_cv, now, Rush(found.share, calm, busy, found.size_cv))


def _estimate(usual: _Usual, told: Level) -> Estimate:
    value, low, high = (_at(usual.rates[0], usual, one) for one in (told.value, told.low, told.high))
    return Estimate(value, low, high, told.sample, told.prior)


def _at(rate: float, usual: _Usual, level: float) -> float:
    """A half hour's rate at a level. Where next to nobody was expected a hundred times as many are no day of
    hundreds of times all its calls: they come beside those of other half hours.
    """
    common: float = level if level <= 1 else level ** (usual.seen / (usual.seen + _TELLING))
    base = usual.seen / usual.seen_s if usual.seen_s else 0.0
    return rate * common + base * (level - common)
