"""A simulated rush of callers as a stream of events, a small plan, and what the plan must say of it.

The plan is judged here a second time, without Floor or rules: from the events alone, by the plan's own
words, for every full second.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate, pairwise
from typing import Any

from ccfloor.acd.simulator import SimFloor, load_floor, load_scenario
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallDequeued,
    CallJoined,
    CallLeft,
    FloorSnapshot,
    SourceLost,
    WaitingState,
)
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site

T0 = 1_795_402_800.0  # a Monday, 11:00 in Shanghai
CONFIG: FloorConfig = load_site(SiteSettings())
WATCH_S, HELD_S, DIP_S, REACHED_S = 300.0, 1800.0, 60.0, 60.0
LOW, HIGH = 8, 16


def _step(name: str, level: int, at_least: float, hold: dict[str, Any], clear: float) -> Rule:
    return Rule.model_validate(
        {
            "id": name,
            "name": {"zh": name, "en": name},
            "say": {"zh": name, "en": name},
            "when": {"metric": "waiting", "at_least": at_least},
            "hold": hold,
            "clear": {"level": clear, "for_s": 600, "min_on_s": 300},
            "plan": {"plan": "peak", "level": level},
            "severity": "alarm",
        }
    )


PLAN = (
    _step("watch", 0, LOW, {"kind": "strict", "for_s": WATCH_S}, 5),
    _step("level1", 1, LOW, {"kind": "forgive", "for_s": HELD_S, "dip_s": DIP_S}, 5),
    _step("level2", 2, HIGH, {"kind": "within", "for_s": HELD_S, "reached_s": REACHED_S}, 10),
)
BOOK = RuleBook(RuleVersion(rule.id, 1, 0.0, rule) for rule in PLAN)


def make(known: bytes | None) -> RuleEngine:
    """The plan's rules for a recorder."""
    if known is None:
        return RuleEngine(BOOK, CONFIG, Calendar())
    return RuleEngine.load(BOOK, CONFIG, Calendar(), known)


def surge(minutes: float, seed: int = 1, scenario: str = "surge", start: float = T0) -> list[AnyEvent]:
    """So many minutes of the simulated floor."""
    spec = load_floor()
    floor = SimFloor(spec, load_scenario(scenario, spec), seed, start, zone=CONFIG.zone, warm_s=1800.0)
    return floor.run_until(start + minutes * 60)  # type: ignore[return-value]


def blinded(events: Iterable[AnyEvent], start: float, end: float) -> list[AnyEvent]:
    """The same stream as seen over a link that was gone between two instants."""
    known, kept = list(events), []
    waiting: dict[tuple[str, str], CallJoined] = {}
    lost = back = False
    for event in known:
        if event.at > start and not lost:
            kept.append(SourceLost(at=start, why="cut"))
            lost = True
        if event.at > end and not back:
            kept.append(_report(waiting.values(), end, start))
            back = True
        _follow(waiting, event)
        if not start < event.at <= end:
            kept.append(event)
    return kept


def _report(waiting: Iterable[CallJoined], at: float, blind_since: float) -> FloorSnapshot:
    states = (
        WaitingState(call=one.call, queue=one.queue, position=place, wait_s=at - one.at, number=one.number)
        for place, one in enumerate(waiting, 1)
    )
    return FloorSnapshot(at=at, waiting=tuple(states), blind_since=blind_since)


def _follow(waiting: dict[tuple[str, str], CallJoined], event: AnyEvent) -> None:
    if isinstance(event, CallJoined):
        waiting[event.call, event.queue] = event
    elif isinstance(event, CallDequeued | CallLeft | CallAnswered):
        waiting.pop((event.call, event.queue), None)
    elif isinstance(event, FloorSnapshot):
        told = {(state.call, state.queue): state for state in event.waiting}
        for key in waiting.keys() - told.keys():
            del waiting[key]
        for (call, queue), state in told.items():
            joined = CallJoined(at=event.at - state.wait_s, call=call, queue=queue, number=state.number)
            waiting.setdefault((call, queue), joined)


# -- the second judgement ----------------------------------------------------------------------------


class Curve:
    """Callers waiting as a step function, from the events alone."""

    def __init__(self, events: Iterable[AnyEvent]) -> None:
        waiting: dict[tuple[str, str], CallJoined] = {}
        steps: dict[float, int] = {}
        for event in events:
            _follow(waiting, event)
            steps[event.at] = len(waiting)  # what lasts no time is not seen
        self.at, self.count = list(steps), list(steps.values())

    def value(self, at: float) -> int:
        """Waiting at an instant."""
        place = bisect_right(self.at, at)
        return self.count[place - 1] if place else 0

    def measure(self, level: int) -> Callable[[float, float], float]:
        """A function that tells for how many seconds between two instants ``level`` was reached."""
        lengths = [
            b - a if n >= level else 0.0 for (a, b), n in zip(pairwise(self.at), self.count, strict=False)
        ]
        sums = [0.0, *accumulate(lengths)]

        def until(at: float) -> float:
            place = bisect_right(self.at, at) - 1
            if place < 0:
                return 0.0
            return sums[place] + (at - self.at[place] if self.count[place] >= level else 0.0)

        return lambda start, end: until(end) - until(start)

    def runs(self, level: int) -> list[tuple[float, float]]:
        """The stretches in which ``level`` was reached; the last one may go on."""
        found: list[tuple[float, float]] = []
        begun = 0.0
        for at, count in zip(self.at, self.count, strict=True):
            if count >= level:
                begun = begun or at
            elif begun:
                found.append((begun, at))
                begun = 0.0
        return [*found, (begun, float("inf"))] if begun else found


def first_second(curve: Curve, says: Callable[[float], bool]) -> float:
    """The first full second at which the plan's words are true."""
    second = float(int(curve.at[0]))
    while second < curve.at[-1]:
        if says(second):
            return second
        second += 1.0
    raise AssertionError("it is never true")


def watch_says(curve: Curve) -> Callable[[float], bool]:
    """At least 8 wait, all the time for 5 minutes."""
    measure = curve.measure(LOW)
    return lambda at: measure(at - WATCH_S, at) >= WATCH_S - 1e-6


def level1_says(curve: Curve) -> Callable[[float], bool]:
    """At least 8 wait now and have for 30 minutes, but for dips of 60 s at most."""
    runs = curve.runs(LOW)

    def says(at: float) -> bool:
        begun, left = 0.0, 0.0
        for start, end in runs:
            if start > at:
                break
            begun = begun if begun and start - left <= DIP_S else start
            left = end
        return bool(begun) and at < left and at - begun >= HELD_S

    return says


def level2_says(curve: Curve) -> Callable[[float], bool]:
    """At least 16 waited for 60 seconds in all of the last 30 minutes."""
    measure = curve.measure(HIGH)
    return lambda at: measure(at - HELD_S, at) >= REACHED_S - 1e-6


SAYS = {"watch": watch_says, "level1": level1_says, "level2": level2_says}
