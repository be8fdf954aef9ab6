"""Whether the advice helps: days with a surge, run with it, without anything, and by the longest queue.

    python bench/advisor.py [--days N] [--first SEED] [--workers N]

Floors of six queues and some sixty seats, one queue with a surge of 60 to 90 minutes, absences, levels off by
chance. Every five minutes the first advice is followed (``advise`` on what can be known: ``_eyes``), with
returns; or a free seat is sent to the queue in which most wait, for half an hour. All three ways on the same
calls. A donor is a queue that a moved seat leaves or shares, even if others come to it: whether it misses its
target over the hour after, which it would have met, is seen by running the floor on from there with the moves
and without them.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import sqrt

from _days import LENGTH, TARGET, a_day
from _eyes import BEGIN, HABITS, Eyes
from _floor import Floor

from ccfloor.staffing.advise import advise
from ccfloor.staffing.limits import Policy
from ccfloor.staffing.present import Doing

EVERY = 300.0
HOUR = 3600.0
POLICY = Policy()
Order = tuple[int, dict[int, int], float]  # seat, what it serves then, until
Follow = Callable[[Floor, Eyes], list[Order]]


@dataclass
class Ran:
    """One day, one way."""

    abandoned: int = 0
    under: int = 0
    moves: int = 0
    donors: int = 0
    missed: int = 0
    why: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    predicted: list[tuple[float, float]] = field(default_factory=list)


def nothing(floor: Floor, eyes: Eyes, ran: Ran) -> list[Order]:
    """Nobody is moved."""
    return []


def longest(floor: Floor, eyes: Eyes, ran: Ran) -> list[Order]:
    """A free seat for the queue in which most wait, from the queue with most seats free."""
    queue = max(range(len(floor.waiting)), key=lambda number: len(floor.waiting[number]))
    if len(floor.waiting[queue]) < 3:
        return []
    free = [seat for seat in floor.seats if seat.doing is Doing.IDLE and seat.home is None]
    able = [seat for seat in free if queue in seat.chair.skills and queue not in seat.queues]
    if not able:
        return []
    spare = Counter(own for seat in free for own in seat.queues)
    best = max(able, key=lambda seat: max(spare[own] for own in seat.queues))
    return [(best.number, {queue: 0}, floor.at + 1800.0)]


def advised(floor: Floor, eyes: Eyes, ran: Ran) -> list[Order]:
    """The first advice."""
    began = time.process_time()
    told = advise(eyes.look(floor), POLICY, HABITS, eyes.moved(floor), eyes.held(floor))
    ran.took.append(time.process_time() - began)
    if not told.advice:
        ran.why[str(told.idle)] += 1
        return []
    first = told.advice[0]
    found = []
    for move in first.moves:
        after = {int(queue[1:]): penalty for queue, penalty in move.after.items()}
        until = first.back_at.get(move.queue, BEGIN + floor.at) - BEGIN
        found.append((int(move.seat[2:]), after, until))
    ran.why["advised"] += 1
    ran.predicted.append((first.saved.value, _really(floor, found)))
    return found


WAYS = {"nothing": nothing, "advice": advised, "longest queue": longest}


def _really(floor: Floor, orders: Sequence[Order]) -> float:
    """Calls that orders save within the hour, as it comes."""
    ends = []
    for some in (orders, ()):
        other = floor.copied()
        for order in some:
            other.move(*order)
        other.run(floor.at + HOUR)
        ends.append(other.abandoned())
    return ends[1] - ends[0]


def _judge(floor: Floor, orders: Sequence[Order], ran: Ran) -> None:
    """Counts donors, and those that miss what they would have met."""
    left, moved = floor.copied(), floor.copied()
    for order in orders:
        moved.move(*order)
    for other in (left, moved):
        other.run(min(floor.at + HOUR, LENGTH) + 600.0)
    for number, after, _ in orders:
        donors = _donors(floor.seats[number].queues.keys(), after.keys())
        ran.donors += 1
        ran.missed += any(_misses(left, moved, queue, floor.at) for queue in donors)


def _donors(serves: Set[int], after: Set[int]) -> Set[int]:
    """The queues that one seat leaves or shares with one more, whether others come to them or not."""
    return serves if after - serves else serves - after


def _misses(left: Floor, moved: Floor, queue: int, at: float) -> bool:
    one, two = (floor.level(queue, at, at + HOUR) for floor in (left, moved))
    return one is not None and two is not None and one >= TARGET > two


def run(seed: int, way: str) -> Ran:
    """One day, one way."""
    day, ran = a_day(seed), Ran()
    floor, eyes = Floor(day), Eyes.of(day, seed)
    at = 1800.0
    while at < LENGTH - 1800.0:
        floor.run(at)
        orders = WAYS[way](floor, eyes, ran)
        if orders:
            _judge(floor, orders, ran)
            for order in orders:
                floor.move(*order)
            ran.moves += len(orders)
        at += EVERY
    floor.run(LENGTH + HOUR)
    ran.abandoned, ran.under = floor.abandoned(), floor.minutes_under()
    return ran


def a_seed(seed: int) -> dict[str, Ran]:
    """One day, all ways."""
    return {way: run(seed, way) for way in WAYS}


def _mean(values: Sequence[float]) -> str:
    half = 1.96 * statistics.stdev(values) / sqrt(len(values)) if len(values) > 1 else float("nan")
    return f"{statistics.mean(values):+7.1f} ± {half:4.1f}"


def main() -> None:
    """Prints what each way saves a day against doing nothing, with 95 % intervals of paired days.

    Every ten days what is known by then.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.days)
    days: list[dict[str, Ran]] = []
    with ProcessPoolExecutor(given.workers) as pool:
        for day in pool.map(a_seed, seeds):
            days.append(day)
            if len(days) % 10 == 0 or len(days) == given.days:
                _tell(days)


def _tell(days: Sequence[dict[str, Ran]]) -> None:
    base = [day["nothing"] for day in days]
    lost, under = (statistics.mean(getattr(ran, what) for ran in base) for what in ("abandoned", "under"))
    print(f"{len(days)} days: {lost:.0f} calls a day give up, {under:.0f} queue-minutes under target")
    for way in list(WAYS)[1:]:
        mine = [day[way] for day in days]
        saved = [one.abandoned - two.abandoned for one, two in zip(base, mine, strict=True)]
        minutes = [one.under - two.under for one, two in zip(base, mine, strict=True)]
        donors, missed = sum(ran.donors for ran in mine), sum(ran.missed for ran in mine)
        print(
            f"{way:14} saves {_mean(saved)} calls a day, {_mean(minutes)} queue-minutes;"
            f" {sum(ran.moves for ran in mine) / len(days):.1f} moves a day,"
            f" donor missed {missed / max(1, donors):.1%}"
        )
    _tell_between(days)
    _tell_advice([day["advice"] for day in days])


def _tell_between(days: Sequence[dict[str, Ran]]) -> None:
    """Advice against the longest queue, day by day."""
    pairs = [(day["longest queue"], day["advice"]) for day in days]
    saved = [one.abandoned - two.abandoned for one, two in pairs]
    minutes = [one.under - two.under for one, two in pairs]
    print(f"between them   advice {_mean(saved)} calls a day, {_mean(minutes)} queue-minutes")


def _tell_advice(mine: Sequence[Ran]) -> None:
    took = sorted(seconds for ran in mine for seconds in ran.took)
    why = sum((ran.why for ran in mine), Counter())
    pairs = [pair for ran in mine for pair in ran.predicted]
    if pairs:
        errors = [real - said for said, real in pairs]
        print(
            f"an advice is told to save {statistics.mean(said for said, _ in pairs):.2f} calls within the"
            f" hour, saves {statistics.mean(real for _, real in pairs):.2f}"
            f" (mean absolute error {statistics.mean(map(abs, errors)):.2f})"
        )
    print(
        f"asked {len(took)} times: {dict(why)}; p50 {took[len(took) // 2] * 1000:.0f} ms,"
        f" p95 {took[int(len(took) * 0.95)] * 1000:.0f} ms of the processor\n",
        flush=True,
    )


if __name__ == "__main__":
    main()
