"""What it costs to foresee when the plan's levels fire: python bench/trigger.py [--paths 400] [--runs 5]

A floor of 60 seats and 6 queues, the next two hours, the three levels of the plan and the queues' outlook; at
three loads, plainly and with one action more. In time of the processor, the best of some runs. Goal: at most
300 ms a run. The baseline runs the same courses one path at a time, event by event in plain Python, and does
not even read the rules; it is measured on a few paths. A floor of 500 seats and 50 queues is shown beside.
"""

import argparse
import heapq
import random
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml

from ccfloor.rules.model import Rule
from ccfloor.staffing.actions import move
from ccfloor.staffing.course import Course, draw
from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow
from ccfloor.staffing.trigger import HORIZON_S, Watched, foresee, watched

PLAN = Path(__file__).resolve().parents[1] / "data" / "rules" / "peak.yaml"
AT, STEP_S, GOAL_MS = 1_763_341_200.0, 900.0, 300.0
HABITS = Habits(leaves=(Leave("break", 1e-4, 700.0),), aht_cv=0.05, patience_cv=0.1)
BASE_PATHS = 4
AHT_S = 220.0
PROFILE = (0.85, 0.9, 0.95, 1.0, 1.0, 0.95, 0.9, 0.9)  # by quarters of an hour


def levels() -> list[Watched]:
    """The plan as shipped."""
    rules = [Rule.model_validate(each) for each in yaml.safe_load(PLAN.read_text("utf-8"))["rules"]]
    return [watched(rule) for rule in rules if rule.plan is not None]


def a_floor(seats: int, queues: int, load: float) -> FloorNow:
    """Seats of one to three skills, most of them busy, one in twelve on a break; some callers wait."""
    luck = random.Random(7)
    names = [f"q{number}" for number in range(queues)]
    several, serving = [], dict.fromkeys(names, 0)
    for number in range(seats):
        others = {luck.choice(names): luck.randint(1, 3) for _ in range(luck.choice((0, 1, 1, 2)))}
        served = others | {names[number % queues]: 0}
        serving[names[number % queues]] += 1
        doing = Doing.AWAY if number % 12 == 5 else Doing.BUSY if number % 5 else Doing.IDLE
        named, skills = (f"S/{number}", f"A{number}", "agent"), {names[1]: 3} | served
        free, back = luck.uniform(10, 250), luck.uniform(60, 900)
        several.append(SeatNow(*named, served, skills, doing, free, back, None, "break"))
    told = []
    for number, name in enumerate(names):
        rate = tuple(load * serving[name] / AHT_S * part for part in PROFILE)
        waiting = (AT - 15.0,) * (number % 3)
        told.append(QueueNow(name, rate, 0.15, AHT_S, 130.0, 150.0, waiting, ring_s=4.0))
    return FloorNow(AT, STEP_S, tuple(told), tuple(several))


def best(runs: int, work: Callable[[], object]) -> float:
    """Milliseconds of this thread's processor."""
    took = []
    for _ in range(runs):
        begun = time.thread_time()
        work()
        took.append((time.thread_time() - begun) * 1000)
    return min(took)


# -- the baseline ------------------------------------------------------------------------------------------


def one_path(floor: FloorNow, course: Course, path: int) -> int:
    """The callers of a path who are answered, by events."""
    names = [queue.queue for queue in floor.queues]
    idle = {number for number, seat in enumerate(floor.seats) if seat.doing is Doing.IDLE}
    serves = [[names.index(queue) for queue in seat.queues] for seat in floor.seats]
    waiting: list[deque[int]] = [deque() for _ in names]
    gone, answered = set(), 0
    events: list[tuple[float, int, int]] = []
    for number, seat in enumerate(floor.seats):
        if number not in idle:
            free = seat.free_in_s if seat.doing is Doing.BUSY else seat.back_in_s or 0.0
            events.append((free, 0, number))
    for row in range(int((course.active > path).sum())):
        events.append((max(float(course.at[row, path]), 0.0), 1, row))
    heapq.heapify(events)
    while events:
        at, kind, what = heapq.heappop(events)
        if kind == 2:
            gone.add(what)
            continue
        queue = int(course.queue[what, path]) if kind == 1 else -1
        if kind == 1:
            waiting[queue].append(what)
            heapq.heappush(events, (at + float(course.patience[what, path]), 2, what))
            able = [seat for seat in idle if queue in serves[seat]]
            if not able:
                continue
            seat = min(able, key=lambda each: floor.seats[each].queues[names[queue]])
            idle.discard(seat)
        else:
            seat = what
        for line in waiting:
            while line and line[0] in gone:
                line.popleft()
        heads = [waiting[each][0] for each in serves[seat] if waiting[each]]
        if heads:
            caller = min(heads)
            waiting[int(course.queue[caller, path])].popleft()
            answered += 1
            heapq.heappush(events, (at + float(course.service[caller, path]), 0, seat))
        else:
            idle.add(seat)
    return answered


def show(name: str, floor: FloorNow, paths: int, runs: int) -> float:
    """A line of one floor; returns the cost of a plain run."""
    plan, first, second = levels(), floor.queues[0].queue, floor.queues[1].queue
    moving = move(floor, first, second, 2)
    if not moving.changes:
        raise SystemExit("no seat of the bench's floor can be moved")

    def run(actions: int) -> None:
        foresee(floor, plan, [moving] * actions, HABITS, paths=paths)

    plain, acted = best(runs, lambda: run(0)), best(runs, lambda: run(3))
    course = draw(floor, HABITS, BASE_PATHS, HORIZON_S, 1)
    base = best(2, lambda: [one_path(floor, course, path) for path in range(BASE_PATHS)]) / BASE_PATHS * paths
    calls = int(np.isfinite(course.at).sum()) / BASE_PATHS
    print(
        f"{name}: {calls:,.0f} calls; plain {plain:.0f} ms, an action more {(acted - plain) / 3:.0f} ms; "
        f"by events in Python {base:,.0f} ms, {base / plain:.0f} times as much"
    )
    return plain


def main() -> None:
    """Prints the cost of a run by load, beside the baseline and the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--paths", type=int, default=400)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    print(f"{given.paths} paths")
    worst = 0.0
    for load in (0.7, 0.9, 1.2):
        worst = max(worst, show(f"60 seats, load {load:.0%}", a_floor(60, 6, load), given.paths, given.runs))
    print(f"dearest plain run {worst:.0f} ms, {GOAL_MS / worst:.1f} of them in the goal of {GOAL_MS:.0f} ms")
    show("500 seats, 50 queues, load 90%", a_floor(500, 50, 0.9), given.paths // 4, 1)


if __name__ == "__main__":
    main()
