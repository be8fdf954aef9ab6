"""What 100 rules × 50 queues × 500 seats cost at 200 events a second, beside the Floor without rules.

    python bench/rules.py [MINUTES]

A tick is what 80 ms bring: 16 events. Each tick is timed for a Floor alone and for a Floor with rules, in the
same run on the same events, in time of the processor; the rules cost the difference. Goal: at most 5 ms.
"""

import argparse
import gc
import heapq
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    Outcome,
    SeatDevice,
    SeatJoined,
    SeatPaused,
)
from ccfloor.floor.state import Floor
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule

T0 = 1_763_341_200.0  # 2025-11-17 09:00 in Shanghai
QUEUES, SEATS, RULES, EACH = 50, 500, 100, 3
CALLS_A_S = 25.0  # of eight events each: 200 events a second
TALK_S, WRAP_S, MOST_WAITING = 12.0, 5.0, 12
TICK = 16
Step = Callable[[float], Iterator[AnyEvent]]
GOAL_MS = 5.0


def config() -> FloorConfig:
    """The site: every seat in a team of ten."""
    queues = {f"q{n}": QueueInfo(f"q{n}", targets=(QueueTarget(wrap_up_s=5.0),)) for n in range(QUEUES)}
    seats = {f"S/{n}": SeatInfo(f"S/{n}", team=f"t{n // 10}", role="agent") for n in range(SEATS)}
    return FloorConfig(queues=queues, seats=seats)


def rules() -> Iterator[Rule]:
    """A hundred rules over all metrics and holds: forty for each queue, forty for each seat, twenty wider."""
    holds = (
        {"for_s": 30},
        {"kind": "forgive", "for_s": 120, "dip_s": 20},
        {"kind": "share", "for_s": 300, "share": 0.8},
        {"kind": "mean", "for_s": 300},
        {"kind": "within", "for_s": 300, "reached_s": 60},
    )
    of_queue = (
        {"metric": "waiting", "at_least": 8},
        {"metric": "longest_wait_s", "above": 60},
        {"metric": "ready", "at_most": 0},
        {"metric": "service_level", "below": 0.8, "window_s": 900, "min_calls": 10},
        {"metric": "abandon_rate", "above": 0.05, "window_s": 1800, "min_calls": 10},
        {"metric": "expected_wait_s", "above": 60},
        {"metric": "occupancy", "above": 0.9, "window_s": 900},
        {"metric": "wait_over_limit_s", "above": 0},
    )
    of_seat = (
        {"metric": "in_status", "reasons": ["busy"], "at_least": 1},
        {"metric": "in_status", "reasons": ["break"], "at_least": 1},
        {"metric": "in_status", "status": ["on_hold", "ringing"], "at_least": 1},
        {"metric": "in_status", "status": ["wrap_up"], "at_least": 1},
        {"metric": "rona_streak", "at_least": 2},
        {"metric": "off_duty", "at_least": 1},
        {"metric": "late_login_s", "above": 0},
        {"metric": "in_status", "status": ["on_call"], "at_least": 1},
    )
    words = {"zh": "规则", "en": "rule"}
    for number in range(RULES):
        scope = "queue" if number < 40 else "seat" if number < 80 else ("floor", "team")[number % 2]
        kinds = of_queue if scope in ("queue", "floor") else of_seat
        when = dict(kinds[number % 8])
        if scope == "team":
            when = {"metric": "seats", "reasons": ["break"], "above": number % 5}
        elif scope == "floor" and when["metric"] == "expected_wait_s":
            when = {"metric": "waiting", "at_least": 100 + number}
        ramp = str(when["metric"]) in ("longest_wait_s", "wait_over_limit_s")
        hold = holds[number % (3 if ramp else 5)]
        made = {"id": f"r{number}", "name": words, "say": words, "scope": {"of": scope}}
        yield Rule.model_validate(made | {"when": when, "hold": hold})


class Load:
    """A busy floor: callers come at random, wait for a free seat of their queue, talk for a while."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._free: list[deque[str]] = [deque() for _ in range(QUEUES)]
        self._wait: list[deque[str]] = [deque() for _ in range(QUEUES)]
        self._heap: list[tuple[float, int, Step]] = []
        self._number = count()

    def events(self, seconds: float) -> Iterator[AnyEvent]:
        """All events of so many seconds."""
        for n in range(SEATS):
            for k in range(EACH):
                queue = f"q{(n * EACH + k) % QUEUES}"
                yield SeatJoined(at=T0, seat=f"S/{n}", queue=queue, device=Device.IDLE)
            self._free[n * EACH % QUEUES].append(f"S/{n}")
        self._after(T0, 0, self._call)
        while self._heap and self._heap[0][0] < T0 + seconds:
            at, _, step = heapq.heappop(self._heap)
            yield from step(at)

    def _after(self, at: float, seconds: float, step: Step) -> None:
        heapq.heappush(self._heap, (at + seconds, next(self._number), step))

    def _call(self, at: float) -> Iterator[AnyEvent]:
        queue, call = self._rng.randrange(QUEUES), f"c{next(self._number)}"
        yield CallJoined(at=at, call=call, queue=f"q{queue}", number="13800000000")
        self._wait[queue].append(call)
        if len(self._wait[queue]) > MOST_WAITING:
            gone = self._wait[queue].popleft()
            yield CallLeft(at=at, call=gone, queue=f"q{queue}", outcome=Outcome.ABANDONED)
        self._after(at, self._rng.expovariate(CALLS_A_S), self._call)
        yield from self._serve(at, queue)

    def _serve(self, at: float, queue: int) -> Iterator[AnyEvent]:
        if self._wait[queue] and self._free[queue]:
            call, seat = self._wait[queue].popleft(), self._free[queue].popleft()
            yield CallRang(at=at, call=call, queue=f"q{queue}", seat=seat)
            yield SeatDevice(at=at, seat=seat, device=Device.RINGING)
            self._after(at, self._rng.uniform(1, 4), partial(self._talk, call, seat, queue))

    def _talk(self, call: str, seat: str, queue: int, at: float) -> Iterator[AnyEvent]:
        yield CallDequeued(at=at, call=call, queue=f"q{queue}")
        yield CallAnswered(at=at, call=call, queue=f"q{queue}", seat=seat)
        yield SeatDevice(at=at, seat=seat, device=Device.IN_USE)
        self._after(at, self._rng.expovariate(1 / TALK_S), partial(self._over, call, seat, queue))

    def _over(self, call: str, seat: str, queue: int, at: float) -> Iterator[AnyEvent]:
        yield CallEnded(at=at, call=call, queue=f"q{queue}", seat=seat)
        yield SeatDevice(at=at, seat=seat, device=Device.IDLE)
        if self._rng.random() < 0.05:
            reason = self._rng.choice(("break", "busy"))
            yield SeatPaused(at=at, seat=seat, queue="", paused=True, reason=reason)
            self._after(at, self._rng.uniform(20, 200), partial(self._back, seat, queue))
        else:
            self._after(at, WRAP_S, partial(self._ready, seat, queue))

    def _back(self, seat: str, queue: int, at: float) -> Iterator[AnyEvent]:
        yield SeatPaused(at=at, seat=seat, queue="", paused=False)
        yield from self._ready(seat, queue, at)

    def _ready(self, seat: str, queue: int, at: float) -> Iterator[AnyEvent]:
        self._free[queue].append(seat)
        yield from self._serve(at, queue)


def ticks(floor: Floor, events: list[AnyEvent]) -> list[float]:
    """Milliseconds of every tick."""
    found = []
    for start in range(0, len(events), TICK):
        part = events[start : start + TICK]
        begun = time.thread_time()
        for place, event in enumerate(part, start + 1):
            floor.apply(event, 1, place)
        found.append((time.thread_time() - begun) * 1000)
    return found


def watched(site: FloorConfig) -> tuple[Floor, RuleEngine]:
    """A Floor with all the rules."""
    shift = Shift("day", ((31_500, 63_000),))
    calendar = Calendar(shifts=(shift,), seat_shift={seat: "day" for seat in site.seats})
    book = RuleBook(RuleVersion(rule.id, 1, 0.0, rule) for rule in rules())
    floor, engine = Floor(site), RuleEngine(book, site, calendar)
    engine.bind(floor)
    return floor, engine


def show(name: str, times: list[float]) -> None:
    """One line: mean, 99th percentile and worst."""
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    print(
        f"{name:16}  mean {sum(times) / len(times):6.2f} ms   p99 {p99:6.2f} ms   worst {ordered[-1]:6.2f} ms"
    )


def main() -> None:
    """Prints the cost of a tick without rules, with them, and of what a tick also asks the rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("minutes", type=float, nargs="?", default=10.0)
    seconds = parser.parse_args().minutes * 60
    site = config()
    events = list(Load(1).events(seconds))
    floor, engine = watched(site)
    gc.collect()
    gc.freeze()
    alone = ticks(Floor(site), events)
    together = ticks(floor, events)
    print(f"{RULES} rules, {QUEUES} queues, {SEATS} seats, {len(events):,} events of {seconds / 60:g} min")
    show("Floor alone", alone)
    show("Floor and rules", together)
    show("the rules", [two - one for one, two in zip(alone, together, strict=True)])
    begun = time.thread_time()
    standing = engine.shown(floor.at)
    engine.next_due(floor.at)
    asked = (time.thread_time() - begun) * 1000
    begun = time.thread_time()
    size = len(engine.dump())
    dumped = (time.thread_time() - begun) * 1000
    print(f"asking what is shown: {asked:.2f} ms for {len(standing)}; alarms {len(engine.take())}")
    print(f"dump for the checkpoint: {dumped:.0f} ms, {size / 1024:,.0f} KiB")
    cost = sum(together) - sum(alone)
    print(f"a tick of {TICK} events: {cost / len(alone):.2f} ms for the rules (goal {GOAL_MS:g} ms)")


if __name__ == "__main__":
    main()
