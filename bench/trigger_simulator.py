"""What ``trigger_calibration`` asks, asked of the product's own simulator, with a rush on some days.

    python bench/trigger_simulator.py [--days 40] [--paths 150] [--rush 0.6]

The simulator knows more than the simulation behind the odds: callers who dial again or are passed on, seats
that do not answer, calls of their own, important queues first, limits of waiting, callers who are more
patient in a rush, whose patience runs out the sooner the longer they wait. What is asked is told what a
wallboard can know: forecasts learned from four weeks before, updated through the day, with what the last half
hour says beside them, patience of those weeks and of today, usual lengths of calls and pauses, who sits where
and when the shift ends; of leads, who are mostly away from the queues, nobody knows when they come back. On a
share of the days, of the four weeks too, a rush like that of the scenario "surge" comes at any time,
unannounced. Asked every five minutes from nine to half past four.
"""

import argparse
import random
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import lru_cache
from math import erfc, exp, log, sqrt

import numpy as np
from _lived import STEP_S, Coming, Expecting, Lived, Tally, lived
from trigger_calibration import EVERY_S, MARKS_S, Said, report, rules

from ccfloor.acd.sim_parts import Mode, Seat
from ccfloor.acd.sim_plan import duties, local_day
from ccfloor.acd.sim_scenario import Scenario, Spread, Window
from ccfloor.acd.simulator import SimFloor, load_floor, load_scenario
from ccfloor.floor.events import CallDequeued, CallJoined, FloorSnapshot
from ccfloor.rules.machine import Machine
from ccfloor.staffing.begun import of_machine
from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow
from ccfloor.staffing.trigger import foresee, waiting_now, watched

MONDAY = 1_763_308_800.0  # 2025-11-17 00:00 in Shanghai
BEGIN_S, END_S = 8 * 3600.0, 17.5 * 3600.0
FIRST_S = 9 * 3600.0
BEFORE_END_S = 20 * 3600.0  # of the days before: until then they are counted
WORK_S = 27_000.0  # of a shift of nine hours, without the pauses
BEFORE = 50_000  # numbers of the scenarios of the days before


class Curve:
    """Steps of the number waiting, and what was counted."""

    def __init__(self) -> None:
        self.steps: list[tuple[float, float]] = []
        self.tally = Tally()


def heard(floor: SimFloor, until: float, curve: Curve) -> None:
    """Lets the simulator run, and takes down who waits."""
    waits = int(curve.steps[-1][1]) if curve.steps else 0
    for event in floor.run_until(until):
        curve.tally.take(event)
        if isinstance(event, FloorSnapshot):
            waits = len(event.waiting)
        elif isinstance(event, CallJoined):
            waits += 1
        elif isinstance(event, CallDequeued):
            waits -= 1
        else:
            continue
        curve.steps.append((event.at, float(waits)))


@lru_cache
def weeks(rush: float) -> Lived:
    """The weeks before, in which rushes came as often."""
    return lived(MONDAY, lambda number: scenario(BEFORE + number, rush), BEGIN_S, BEFORE_END_S)


class Sight:
    """What a wallboard knows of a simulated floor at the beginning of its day."""

    def __init__(self, floor: SimFloor, past: Lived, weekday: int) -> None:
        self.floor, self.spec, self.past = floor, floor.spec, past
        self.expecting = Expecting(past, floor.now - BEGIN_S, weekday, BEGIN_S)
        planned = duties(floor.spec, floor.seed, local_day(floor.now, floor.zone), floor.zone)
        self.duties = sorted(planned, key=lambda duty: duty.start)

    def look(self, curve: Curve) -> FloorNow:
        """The floor now."""
        coming = self.expecting.coming(curve.tally, self.floor.now)
        queues = tuple(self._queue(name, coming[name], curve) for name in self.spec.queues)
        return FloorNow(self.floor.now, STEP_S, queues, (*self._there(), *self._coming()))

    def habits(self) -> Habits:
        """How seats go away, by an ordinary shift."""
        leaves = (Leave(kind.reason, kind.per_shift / WORK_S, kind.mean_s) for kind in self.spec.pauses)
        own = self.spec.own_calls
        own_calls = Leave("own call", own.per_shift / WORK_S, own.mean_s)
        begun, hours = self.past.rushes
        return Habits(
            leaves=(*leaves, own_calls), aht_cv=0.03, patience_cv=self.past.patience_cv,
            rush_rate=begun / hours / 3600,
        )  # fmt: skip

    # -- queues ----------------------------------------------------------------------------------------

    def _queue(self, name: str, coming: Coming, curve: Curve) -> QueueNow:
        queue, spec, ringing = self.floor.queues[name], self.spec.queues[name], self.spec.ringing
        ring = (ringing.low_s + ringing.mode_s + ringing.high_s) / 3
        hold = spec.hold.share * spec.hold.mean_s
        aht = spec.talk.mean_s + hold + min(spec.wrap.mean_s, spec.wrap_up_s) + ring
        sd = sqrt(_variance(spec.talk) + _variance(spec.wrap))
        waiting = [visit.entered for visit in queue.waiting]
        patience_s = self.expecting.patience_s(name, curve.tally.queues[name], waiting, self.floor.now)
        rung = sum(visit.seat is not None for visit in queue.waiting)
        return QueueNow(
            name,
            coming.rate,
            coming.level_cv,
            aht,
            sd,
            patience_s,
            tuple(waiting),
            ringing=rung,
            ring_s=ring,
            rush=coming.rush,
        )

    # -- seats -----------------------------------------------------------------------------------------

    def _there(self) -> Iterator[SeatNow]:
        ends = {duty.agent: duty.end for duty in self.duties}
        for seat in self.floor.seats:
            if seat.signed:
                away = seat.pause is not None and seat.mode in (Mode.READY, Mode.OWN)
                doing = Doing.AWAY if away else Doing.IDLE if seat.mode is Mode.READY else Doing.BUSY
                leaves = ends.get(seat.agent, self.floor.now + 36_000) - self.floor.now
                lead = seat.spec.role == "lead"
                yield SeatNow(
                    seat.name, seat.agent, seat.spec.role, dict(seat.skills), dict(seat.skills), doing,
                    self._free(seat), self._back(seat) if away and not lead else None, max(0.0, leaves),
                )  # fmt: skip

    def _coming(self) -> Iterator[SeatNow]:
        there = {seat.agent for seat in self.floor.seats if seat.signed}
        now = self.floor.now
        for duty in self.duties:
            seat = self.floor.seats[duty.seat]
            if duty.agent not in there and seat.spec.role != "lead" and now < duty.start < now + 7200:
                skills = dict(seat.spec.skills)
                yield SeatNow(
                    f"{seat.name}+{duty.agent}", duty.agent, seat.spec.role, skills, skills, Doing.AWAY,
                    0.0, duty.start - now, duty.end - now,
                )  # fmt: skip

    def _free(self, seat: Seat) -> float:
        """Seconds that a busy seat mostly still is."""
        if seat.mode is Mode.OWN or seat.visit is None:
            return self.spec.own_calls.mean_s if seat.mode is Mode.OWN else 20.0
        spec = self.spec.queues[seat.visit.queue]
        if seat.mode is Mode.RING:
            return spec.talk.mean_s + spec.wrap.mean_s
        return _left(spec.talk, self.floor.now - seat.visit.answered_at) + spec.wrap.mean_s

    def _back(self, seat: Seat) -> float:
        """Seconds that a pause mostly still lasts."""
        pause = seat.pause
        assert pause is not None
        kind = next((kind for kind in self.spec.pauses if kind.reason == pause.reason), None)
        return _left(kind, self.floor.now - pause.since) if kind else self.spec.ringing.back_s


def _variance(of: Spread) -> float:
    return of.mean_s**2 * (exp(of.sigma**2) - 1)


def _left(of: Spread, elapsed: float) -> float:
    """What is left of a log-normal time after so much of it."""
    if elapsed <= 0:
        return of.mean_s
    above = erfc((log(elapsed) - of.mu) / of.sigma / sqrt(2))
    more = erfc((log(elapsed) - of.mu - of.sigma**2) / of.sigma / sqrt(2))
    return of.mean_s * more / above - elapsed if above > 1e-6 else 0.1 * of.mean_s


def scenario(seed: int, rush: float) -> Scenario:
    """An ordinary day, more or less busy; perhaps with a rush that begins between nine and four."""
    luck = random.Random(seed + 5_000)
    ordinary = load_scenario("normal").model_copy(update={"busyness": 0.07})
    if luck.random() >= rush:
        return ordinary
    minute = luck.randrange(9 * 60, 16 * 60)
    more, clock = luck.uniform(100, 400), f"{minute // 60:02d}:{minute % 60:02d}"
    window = Window(at=clock, minutes=luck.uniform(40, 100), extra=more, patience=1.5)
    return ordinary.model_copy(update={"windows": [window]})


def day(seed: int, rush: float, paths: int) -> tuple[dict[str, list[Said]], list[float]]:
    """What was said of every rule on one working day, and how long each run took."""
    start = MONDAY + (seed // 5 * 7 + seed % 5) * 86_400.0
    floor = SimFloor(load_floor(), scenario(seed, rush), seed, start + BEGIN_S, warm_s=1800.0)
    sight, curve = Sight(floor, weeks(rush), seed % 5), Curve()
    machines = [Machine(rule, 1, "") for rule in rules()]
    alarms: list[list[float]] = [[] for _ in machines]
    asked: deque[tuple[float, int, tuple[float, ...]]] = deque()
    took, done = [], 0
    for at in np.arange(start + FIRST_S, start + END_S + 1, EVERY_S).tolist():
        heard(floor, at, curve)
        for step in curve.steps[done:]:
            for machine in machines:
                machine.change(*step)
        done = len(curve.steps)
        for machine, told in zip(machines, alarms, strict=True):
            told += [alarm.fired_at for alarm in machine.advance(at) if not alarm.cleared_at]
        if at <= start + END_S - MARKS_S[-1]:
            begun = time.thread_time()
            asked += _asked(sight, curve, machines, paths, int(at) % 100_000)
            took.append(time.thread_time() - begun)
    found: dict[str, list[Said]] = defaultdict(list)
    for at, place, shares in asked:
        fires = [when - at for when in alarms[place] if when > at]
        fired = tuple(any(when <= mark for when in fires) for mark in MARKS_S)
        found[machines[place].rule.id].append(Said(seed, at, shares, fired))
    return found, took


def _asked(
    sight: Sight, curve: Curve, machines: list[Machine], paths: int, seed: int
) -> Iterator[tuple[float, int, tuple[float, ...]]]:
    now = sight.look(curve)
    off = [(place, machine) for place, machine in enumerate(machines) if machine.alarm is None]
    count = float(waiting_now(now))
    levels = [watched(machine.rule, begun=of_machine(machine, now.at, count)) for _, machine in off]
    told = foresee(now, levels, (), sight.habits(), paths=paths, horizon_s=MARKS_S[-1], spans_s=(), seed=seed)
    for (place, _), level in zip(off, told.plain.levels, strict=True):
        yield now.at, place, tuple(odds.share for odds in level.fires if odds.within_s in MARKS_S)


def main() -> None:
    """Prints reliability, skill and warnings of every rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--paths", type=int, default=150)
    parser.add_argument("--rush", type=float, default=0.6)
    given = parser.parse_args()
    every: dict[str, list[Said]] = defaultdict(list)
    took: list[float] = []
    for seed in range(given.first, given.first + given.days):
        found, each = day(seed, given.rush, given.paths)
        took += each
        for rule, said in found.items():
            every[rule] += said
    report(every, took, given.days, given.paths)


if __name__ == "__main__":
    main()
