"""How long the integer programme of seats takes on a middle and on a big floor, and its gap.

    python bench/milp.py [--runs N]

Floors made by chance: queues short and queues idle, seats with one to four skills, some serving two queues,
a third in calls, some on breaks. Baseline, in the same run: the same programme with every possible move in
it and no time limit. Goals, for the slowest of the runs in time of the processor: 60 seats × 6 queues
≤ 100 ms, 500 × 50 ≤ 2 s.
"""

import argparse
import random
import statistics
import time

from ccfloor.staffing.limits import Limits, Policy
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow
from ccfloor.staffing.programme import Programme

AT = 1_763_341_200.0  # 2025-11-17 09:00 in Shanghai
HOUR = 3600.0
SIZES = ((60, 6, 0.1), (500, 50, 2.0))
MOVES = 12


def floor(seats: int, queues: int, seed: int) -> FloorNow:
    """A floor with the right number of seats all in all, but not in the right places."""
    luck = random.Random(seed)
    names = [f"q{number}" for number in range(queues)]
    made = []
    for number in range(seats):
        home = names[number * queues // seats]
        others = luck.sample(names, luck.randint(1, 4))
        skills = {home: 0} | {name: luck.randint(1, 3) for name in others if name != home}
        served = {home: 0} if luck.random() < 0.75 else dict(list(skills.items())[:2])
        doing = luck.choices((Doing.IDLE, Doing.BUSY, Doing.AWAY), (0.55, 0.35, 0.1))[0]
        free = luck.uniform(10, 500) if doing is Doing.BUSY else 0.0
        back = luck.uniform(30, 900) if doing is Doing.AWAY else None
        made.append(SeatNow(f"S/{number}", f"A{number}", "agent", served, skills, doing, free, back))
    load = [luck.uniform(0.55, 1.35) * seats / queues for _ in names]
    told = [_queue(name, erlangs, luck) for name, erlangs in zip(names, load, strict=True)]
    return FloorNow(AT, 900.0, tuple(told), tuple(made))


def _queue(name: str, erlangs: float, luck: random.Random) -> QueueNow:
    aht = luck.uniform(180, 300)
    rates = tuple(0.85 * erlangs / aht * luck.uniform(0.95, 1.05) for _ in range(4))
    return QueueNow(name, rates, 0.15, aht, aht, luck.uniform(90, 240), target=0.8)


def main() -> None:
    """Prints both sizes: the time of building and of solving, gap, moves, calls lost before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    for seats, queues, goal in SIZES:
        took, built, gaps, saved, moves, complete = [], [], [], [], 0, 0
        for seed in range(runs):
            policy = Policy(most=MOVES)
            now = floor(seats, queues, seed)
            began = time.process_time()
            programme = Programme(Limits(now, policy), HOUR)
            ready = time.process_time()
            answer = programme.solve(MOVES)
            done = time.process_time()
            built.append(ready - began)
            took.append(done - ready)
            gaps.append(answer.gap)
            saved.append(answer.before - answer.after)
            moves += len(answer.moves)
            complete += answer.complete
        print(
            f"{seats} seats × {queues} queues: built {statistics.median(built) * 1000:.0f} ms,"
            f" solved {statistics.median(took) * 1000:.0f} ms, both at worst"
            f" {max(map(sum, zip(built, took, strict=True))) * 1000:.0f} ms (goal {goal * 1000:g} ms);"
            f" gap at most {max(gaps):.2%}, {complete} of {runs} complete; {moves / runs:.1f} moves save"
            f" {statistics.mean(saved):.1f} calls an hour"
        )


if __name__ == "__main__":
    main()
