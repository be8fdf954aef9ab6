"""How often the shipped rules speak on calm simulated days: python bench/calm_week.py [--days 7] [--seed 1]

Two shifts are a day (early and late). Alarms of the plan, of queues and of teams are false on a calm day;
those of single seats tell what a seat truly did, and are counted apart.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fakes.calm import alarms_of, is_false


def main() -> None:
    """Print the alarms of every rule, and how many a day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", default="calm")
    given = parser.parse_args()
    alarms = alarms_of(given.days, scenario=given.scenario, seed=given.seed)
    for rule, count in Counter(alarm.rule for alarm in alarms).most_common():
        false = any(is_false(alarm) for alarm in alarms if alarm.rule == rule)
        print(f"{rule:24} {count:5}  {'false' if false else 'seat'}")
    count, days = sum(map(is_false, alarms)), given.days
    print(f"{days:g} days: {count} false alarms, {count / days:.2f} in two shifts", end="; ")
    print(f"{(len(alarms) - count) / days:.1f} of seats a day")


if __name__ == "__main__":
    main()
