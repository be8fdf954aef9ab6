"""How fast the simulator runs: a whole day in one burst, and past days. Prints one line a figure.

Run: python bench/simulator.py
"""

import time
from collections.abc import Callable

from ccfloor.acd.simulator import SimFloor, history, load_floor, load_scenario

DAY_S = 86_400.0
MONDAY = 1_763_308_800.0  # 2025-11-17 00:00 in Shanghai


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """What the work returns and the seconds it took."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def main() -> None:
    """Print events, seconds and events a second of a day and of a week."""
    spec, scenario = load_floor(), load_scenario()

    def day() -> int:
        return len(SimFloor(spec, scenario, 1, MONDAY).run_until(MONDAY + DAY_S))

    def week(lean: bool) -> int:
        return sum(len(block) for block in history(spec, 1, MONDAY, MONDAY + 7 * DAY_S, lean=lean))

    for name, work in (("day", day), ("week", lambda: week(False)), ("week, lean", lambda: week(True))):
        events, seconds = timed(work)
        print(f"{name}: {events} events in {seconds:.2f} s, {events / seconds:,.0f} events/s")


if __name__ == "__main__":
    main()
