"""Whether what is said of the plan's levels comes true: simulated days with a surge, asked every five
minutes.

python bench/trigger_calibration.py [--days 150] [--paths 150]

Each day is run event by event (``_floor``), unknown to what is asked: rates, handle times and patience are
estimates (``_eyes``), wrong as estimates are. On most days more callers come to all queues while one of them
has its surge. At every instant at which a level is not on, the probability that it fires within 30 and 60
minutes is set against whether it did: by the rules as shipped, and by other readings of Level 1. Errors are
over days (bootstrap), for the instants of a day go together. Reliability: off by at most 10 points in bins of
enough days; "off" marks those farther off than chance explains, "open" those of which nobody can tell.

A warning is a level of which half or more was said within 30 minutes; it is false if the level does not fire
within 60. It lasts until less than a third is said. Goal: at most one false warning in two shifts (a day).
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import log
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from _days import LENGTH, STEP, Caller, Day, a_day
from _eyes import BEGIN, HABITS, Eyes
from _floor import Floor

from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Hold, Rule
from ccfloor.staffing.begun import of_machine
from ccfloor.staffing.trigger import foresee, waiting_now, watched

PLAN = Path(__file__).resolve().parents[1] / "data" / "rules" / "peak.yaml"
EVERY_S, FIRST_S = 300.0, 1800.0
MARKS_S = (1800.0, 3600.0)
WARNED, CALM = 0.5, 1 / 3
MOST, CHANCE = 0.10, 1.645
ENOUGH = 12  # days with an instant in a bin, for it to be judged
READINGS = {
    "share": Hold(kind="share", for_s=1800, share=0.8),
    "mean": Hold(kind="mean", for_s=1800),
}


class Said(NamedTuple):
    """What was said of a rule at an instant of a day, by mark, and what happened."""

    day: int
    at: float
    shares: tuple[float, ...]
    fired: tuple[bool, ...]


def rules() -> list[Rule]:
    """The plan's levels, and Level 1 as it may be read otherwise."""
    told = [Rule.model_validate(each) for each in yaml.safe_load(PLAN.read_text("utf-8"))["rules"]]
    levels = [rule for rule in told if rule.plan is not None]
    first = next(rule for rule in levels if rule.plan and rule.plan.level == 1)
    others = [
        first.model_copy(update={"id": f"level-1-{name}", "hold": hold}) for name, hold in READINGS.items()
    ]
    return levels + others


def stormy(seed: int) -> Day:
    """A day on which up to half as many callers again come to every queue while one of them has its surge."""
    day, luck = a_day(seed), random.Random(seed + 90_000)
    _, begin, end = day.surge
    more = luck.uniform(0.0, 0.5)
    extra = []
    for queue, kind in enumerate(day.kinds):
        rates = day.planned[queue] * more
        mu, at = log(kind.aht) - kind.sigma**2 / 2, begin
        while rates.max() > 0 and (at := at + luck.expovariate(float(rates.max()))) < end:
            lasts, leaves = luck.lognormvariate(mu, kind.sigma), at + luck.expovariate(1 / kind.patience)
            if luck.random() < rates[int(at / STEP)] / rates.max():
                extra.append(Caller(at, queue, lasts, leaves))
    return Day(day.kinds, day.planned, sorted(day.callers + extra), day.chairs, day.surge)


def curve(floor: Floor) -> list[tuple[float, int]]:
    """How many waited from each instant on, of a day that is over."""
    steps = []
    for caller, answered in zip(floor.day.callers, floor.answered, strict=True):
        left = answered if answered == answered else caller.leaves
        if left > caller.at:
            steps += [(caller.at, 1), (min(float(left), LENGTH), -1)]
    steps.sort()
    return list(zip([at for at, _ in steps], np.cumsum([step for _, step in steps]).tolist(), strict=True))


class Watching:
    """The plan's machines along a day."""

    def __init__(self, steps: list[tuple[float, int]]) -> None:
        self.machines = [Machine(rule, 1, "") for rule in rules()]
        self.alarms: list[list[float]] = [[] for _ in self.machines]
        self._steps, self._done = steps, 0

    def run(self, until: float) -> None:
        """Everything before an instant."""
        while self._done < len(self._steps) and self._steps[self._done][0] < until:
            at, count = self._steps[self._done]
            for machine in self.machines:
                machine.change(BEGIN + at, float(count))
            self._done += 1
        for machine, alarms in zip(self.machines, self.alarms, strict=True):
            alarms += [
                alarm.fired_at - BEGIN for alarm in machine.advance(BEGIN + until) if not alarm.cleared_at
            ]


def day(seed: int, paths: int) -> tuple[dict[str, list[Said]], list[float]]:
    """What was said on one day of every rule, and how long each run took."""
    made = stormy(seed)
    whole = Floor(made)
    whole.run(LENGTH)
    steps = curve(whole)
    truth = Watching(steps)
    truth.run(LENGTH)
    floor, eyes, watching = Floor(made), Eyes.of(made, seed), Watching(steps)
    found: dict[str, list[Said]] = defaultdict(list)
    took = []
    for at in np.arange(FIRST_S, LENGTH - MARKS_S[-1] + 1, EVERY_S).tolist():
        floor.run(at)
        watching.run(at)
        begun = time.thread_time()
        for place, shares in _shares(eyes, floor, watching, paths, int(at)):
            fires = [when - at for when in truth.alarms[place] if when > at]
            fired = tuple(any(when <= mark for when in fires) for mark in MARKS_S)
            found[truth.machines[place].rule.id].append(Said(seed, at, shares, fired))
        took.append(time.thread_time() - begun)
    return found, took


def _shares(
    eyes: Eyes, floor: Floor, watching: Watching, paths: int, seed: int
) -> Iterator[tuple[int, tuple[float, ...]]]:
    """The rules that are not on, by place, and how likely each is to fire."""
    now = eyes.look(floor)
    off = [(place, machine) for place, machine in enumerate(watching.machines) if machine.alarm is None]
    count = float(waiting_now(now))
    levels = [watched(machine.rule, begun=of_machine(machine, now.at, count)) for _, machine in off]
    told = foresee(now, levels, habits=HABITS, paths=paths, horizon_s=MARKS_S[-1], spans_s=(), seed=seed)
    for (place, _), level in zip(off, told.plain.levels, strict=True):
        yield place, tuple(odds.share for odds in level.fires if odds.within_s in MARKS_S)


# -- how good it was ---------------------------------------------------------------------------------------


class Bin(NamedTuple):
    """Said about so much; what was said and what happened on average, its error; instants and days."""

    said: float
    happened: float
    error: float
    instants: int
    days: int


def bins(said: list[Said], mark: int) -> Iterator[Bin]:
    """Reliability by tens of points; the first and the last bin have half the width."""
    shares = np.array([each.shares[mark] for each in said])
    fired = np.array([each.fired[mark] for each in said], dtype=float)
    days = np.array([each.day for each in said])
    for low, high in pairwise([0.0, *np.arange(0.05, 1.0, 0.1), 1.01]):
        inside = (shares >= low) & (shares < high)
        if inside.any():
            error = _error(fired[inside] - shares[inside], days[inside])
            means = float(shares[inside].mean()), float(fired[inside].mean())
            yield Bin(*means, error, int(inside.sum()), len(set(days[inside])))


def _error(values: np.ndarray, days: np.ndarray) -> float:
    """The standard error of a mean of instants, by days."""
    _, names = np.unique(days, return_inverse=True)
    sums, counts = np.bincount(names, values), np.bincount(names)
    picks = np.random.default_rng(1).integers(0, len(sums), (400, len(sums)))
    return float((sums[picks].sum(axis=1) / counts[picks].sum(axis=1)).std())


def skill(said: list[Said], mark: int) -> float:
    """Brier skill against always saying how often it happens."""
    shares = np.array([each.shares[mark] for each in said])
    fired = np.array([each.fired[mark] for each in said], dtype=float)
    usual = np.mean((fired - fired.mean()) ** 2)
    return float(1 - np.mean((fired - shares) ** 2) / usual) if usual else float("nan")


def warnings(said: list[Said]) -> tuple[int, int]:
    """Warnings and how many of them were false. A warning that goes on is one."""
    count = false = 0
    on, last = False, -1
    for each in sorted(said, key=lambda one: (one.day, one.at)):
        if each.day != last:
            on, last = False, each.day
        if each.shares[0] >= WARNED and not on:
            count, false, on = count + 1, false + (not each.fired[1]), True
        elif each.shares[0] < CALM:
            on = False
    return count, false


def tell(name: str, said: list[Said]) -> None:
    """Reliability and skill of one rule, or of several together."""
    for mark, within in enumerate(MARKS_S):
        print(f"{name} within {within / 60:g} min: Brier skill {skill(said, mark):.2f}")
        for each in bins(said, mark):
            line = f"  said {each.said:6.1%}  happened {each.happened:6.1%} ± {each.error:5.1%}"
            print(f"{line}  {each.instants:6,} instants of {each.days:3} days{_verdict(each)}")


def _verdict(of: Bin) -> str:
    """ "off": farther than may be, more than chance explains (19 times of 20); "open": it may be chance."""
    beyond = abs(of.said - of.happened) - MOST
    if of.days < ENOUGH or beyond <= 0:
        return ""
    return "  off" if beyond > CHANCE * of.error else "  open"


def report(every: dict[str, list[Said]], took: list[float], days: int, paths: int) -> None:
    """Everything there is to say of every rule."""
    cost = float(np.mean(took)) * 1000
    print(f"{days} days, {len(took):,} instants, {paths} paths: {cost:.0f} ms an instant of this processor")
    for rule, said in every.items():
        tell(rule, said)
    tell("the plan's levels together", [one for rule in rules()[:3] for one in every[rule.id]])
    for rule, said in every.items():
        count, false = warnings(said)
        print(f"{rule}: {count} warnings, {false} false: {false / days:.2f} in two shifts")


def main() -> None:
    """Prints reliability, skill and warnings of every rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=150)
    parser.add_argument("--paths", type=int, default=150)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    every: dict[str, list[Said]] = defaultdict(list)
    took: list[float] = []
    for seed in range(given.first, given.first + given.days):
        found, each = day(seed, given.paths)
        took += each
        for rule, said in found.items():
            every[rule] += said
    report(every, took, given.days, given.paths)


if __name__ == "__main__":
    main()
