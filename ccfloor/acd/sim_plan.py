"""What is settled before a simulated day begins: who works when, how busy each quarter hour is.

Every day draws from a generator of its own (seed and date), so that a day is the same whichever
moment the simulation starts at.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.acd.sim_scenario import (
    PauseSpec,
    QueueSpec,
    Scenario,
    SeatSpec,
    ShiftSpec,
    SimSpec,
    Spread,
    When,
    Window,
    clock_s,
)

QUARTER_S = 900
STEP_S = 60.0  # windows of a scenario act on the minute


class Duty(NamedTuple):
    """One agent's shift at a seat. ``pauses``: (at, kind, seconds); ``calls`` of his own: (at, seconds)."""

    seat: int
    agent: str
    start: float
    end: float
    pauses: list[tuple[float, PauseSpec, float]]
    calls: list[tuple[float, float]]


def midnight(day: date, zone: ZoneInfo) -> float:
    """Start of the local day in UTC epoch seconds."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def local_day(at: float, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return datetime.fromtimestamp(at, zone).date()


def draw(rng: Random, spread: Spread, factor: float = 1.0) -> float:
    """A log-normal duration in seconds, kept between 5 s and two hours."""
    return min(max(rng.lognormvariate(spread.mu, spread.sigma) * factor, 5.0), 7200.0)


# -- who works ---------------------------------------------------------------------------------------


def duties(spec: SimSpec, seed: int, day: date, zone: ZoneInfo) -> Iterator[Duty]:
    """The shifts that begin on a day."""
    rng = Random(f"{seed}/{day.isoformat()}/people")
    base = midnight(day, zone)
    places: Counter[str] = Counter()
    for index, seat in enumerate(spec.seats):
        for agent, name in [(seat.agent, seat.shift), *((other.agent, other.shift) for other in seat.crew)]:
            shift = spec.shifts[name]
            places[name] += 1
            if rng.random() >= shift.leave and not resting(shift, places[name], day):
                yield _duty(rng, spec, seat, index, agent, base, shift)


def resting(shift: ShiftSpec, place: int, day: date) -> bool:
    """Whether this is the day off of the person at a place of the shift's list."""
    if shift.rest == "rotate":
        return (day.toordinal() + place) % 8 == 0
    if shift.rest == "weekend" and day.weekday() >= 5:
        week = (day.toordinal() - 1) // 7
        return (day.weekday() + week + place) % 2 == 0
    return False


def _duty(
    rng: Random, spec: SimSpec, seat: SeatSpec, index: int, agent: str, base: float, shift: ShiftSpec
) -> Duty:
    start, end = shift.hours_s
    first = base + start + rng.gauss(-90, 110) + (rng.uniform(120, 900) if rng.random() < 0.02 else 0)
    last = max(first + 600, base + end + abs(rng.gauss(0, 100)))
    kinds = spec.lead_pauses if seat.role == "lead" else spec.pauses
    pauses = [pause for kind in kinds for pause in _pauses(rng, kind, first, last)]
    calls = [
        (rng.uniform(first, last), draw(rng, spec.own_calls))
        for _ in range(_how_many(rng, spec.own_calls.per_shift * rng.uniform(0.5, 1.5)))
    ]
    return Duty(index, agent, first, last, sorted(pauses, key=lambda pause: pause[0]), calls)


def _pauses(
    rng: Random, kind: PauseSpec, first: float, last: float
) -> Iterator[tuple[float, PauseSpec, float]]:
    """A shift's pauses of one kind, spread over the part of the shift that is theirs."""
    low, high = kind.between
    number = _how_many(rng, kind.per_shift)
    for place in range(number):
        share = low + (high - low) * (place + rng.random()) / number
        yield first + share * (last - first), kind, draw(rng, kind)


def _how_many(rng: Random, mean: float) -> int:
    """A whole number with this mean."""
    return int(mean) + (rng.random() < mean - int(mean))


# -- how many call -----------------------------------------------------------------------------------


class Load:
    """A day's arrivals: for each queue a rate a quarter hour, times what the scenario's windows say."""

    def __init__(
        self, spec: SimSpec, scenario: Scenario, seed: int, day: date, zone: ZoneInfo, origin: float
    ) -> None:
        rng = Random(f"{seed}/{day.isoformat()}/load")
        self.start, self.end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        self.factor = scenario.volume * rng.lognormvariate(0, scenario.busyness)
        self.rates = {
            name: _quarters(rng, queue, day, self.factor, scenario.noise)
            for name, queue in spec.queues.items()
        }
        self.windows = [
            (start, start + window.minutes * 60, window)
            for window in [*scenario.windows, *_surge(rng, scenario)]
            for start in starts(window, self.start, self.end, origin)
        ]
        self._patience, self._talk = scenario.patience, scenario.talk

    def rate(self, queue: str, at: float) -> float:
        """Calls a second to expect at an instant of the day."""
        rates = self.rates[queue]
        rate = usual = rates[min(int((at - self.start) // QUARTER_S), len(rates) - 1)]
        for start, end, window in self.windows:
            if start <= at < end and (not window.queues or queue in window.queues):
                rate = rate * window.volume + window.extra / 3600 * self._part(queue, usual, at)
        return rate

    def _part(self, queue: str, rate: float, at: float) -> float:
        """The queue's part in all calls of the moment: extra callers come in the same proportions."""
        quarter = int((at - self.start) // QUARTER_S)
        total = sum(rates[min(quarter, len(rates) - 1)] for rates in self.rates.values())
        return rate / total if total else 0.0

    def patience(self, at: float) -> float:
        """Factor on the callers' patience."""
        return self._patience * _product(window.patience for window in self._open(at))

    def talk(self, at: float) -> float:
        """Factor on the length of conversations."""
        return self._talk * _product(window.talk for window in self._open(at))

    def next_arrival(self, queue: str, at: float, rng: Random) -> float | None:
        """The next call of a Poisson process with this rate, or None before the day's end."""
        while at < self.end:
            until = min((at // STEP_S + 1) * STEP_S, self.end)
            rate = self.rate(queue, at)
            if rate > 0:
                at += rng.expovariate(rate)
                if at < until:
                    return at
            at = until
        return None

    def _open(self, at: float) -> Iterator[Window]:
        return (window for start, end, window in self.windows if start <= at < end)


def _product(factors: Iterator[float]) -> float:
    total = 1.0
    for factor in factors:
        total *= factor
    return total


def _quarters(rng: Random, queue: QueueSpec, day: date, factor: float, noise: float) -> list[float]:
    """Calls a second in each quarter hour; neighbouring quarters share some of their noise."""
    peak = queue.per_hour / 3600 * queue.weekday[day.weekday()] * factor
    wave = 0.0
    rates = []
    for quarter in range(100):  # a day of 25 hours keeps its last hour's rate
        wave = 0.7 * wave + rng.gauss(0, noise * 0.7)
        rates.append(peak * _profile(queue.profile, min(quarter, 95)) * exp(wave))
    return rates


def _profile(profile: list[float], quarter: int) -> float:
    """The hourly profile, led smoothly from one open hour's middle to the next one's."""
    hour, place = divmod(quarter, 4)
    own = profile[hour]
    offset = (place - 1.5) / 4
    neighbour = profile[(hour + (1 if offset > 0 else -1)) % 24]
    if own == 0 or neighbour == 0:
        return own
    return own + (neighbour - own) * abs(offset)


def _surge(rng: Random, scenario: Scenario) -> list[Window]:
    """The unplanned rush of some days."""
    hour, lucky = rng.choice((9, 10, 13, 14, 15)), rng.random() >= scenario.surge_days
    if lucky:
        return []
    return [Window(at=f"{hour:02d}:30", minutes=120, volume=scenario.surge_volume)]


def starts(when: When, day_start: float, day_end: float, origin: float) -> Iterator[float]:
    """Every start of a stretch that touches the day; ``origin``: the moment the simulation went live."""
    if when.after_min is not None:
        first = origin + when.after_min * 60
    else:
        first = day_start + clock_s(when.at or "00:00")
    every = (when.every_min or 0) * 60
    if every and first < day_start:
        first += (day_start - first) // every * every
    while first < day_end:
        if first + when.minutes * 60 > day_start:
            yield first
        if not every:
            return
        first += every
