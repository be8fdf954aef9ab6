"""How long a jump in a replay takes: python bench/replay.py [--hours 10] [--jumps 12]

A simulated day under surge is recorded as the collector does it, checkpoints thinned as those of an old day,
the shipped rules watching. Jumps go to places drawn at random: cold (nothing in memory) and warm (a replay
has been there). Baseline of the same run: the journal played from the day's first event to the same place.
Processor seconds of the one thread that does it: on an idle machine the reader waits as long.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import Engine, delete

from ccfloor.service.settings import SiteSettings
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import checkpoints
from ccfloor.store.tape import Shelf, Tape
from tests.fakes.stored import cut, items
from tests.fakes.surge import CONFIG, T0, surge

STEP_S = 15.0  # what a beat of a quarter of a second shows at ×60


def fill(engine: Engine, hours: float) -> tuple[SiteRules, int]:
    """Record the day; returns its rules and how many events it has."""
    upgrade(engine)
    rules = SiteRules(engine, CONFIG, SiteSettings())
    rules.sync(T0 - 86_400)
    events = surge(hours * 60)
    recorder = Recorder(engine, CONFIG, "main", "live", live=True, rules=rules.make)
    for batch in cut(items(iter(events)), 250):
        recorder.record(batch)
    return rules, len(events)


def anew(engine: Engine, rules: SiteRules) -> Tape:
    """A tape that knows of no other."""
    return Tape(engine, CONFIG, "main", rules.make, Shelf())


def seconds(act: Callable[[], object]) -> float:
    """What something takes of the processor."""
    begun = time.thread_time()
    act()
    return time.thread_time() - begun


def told(name: str, found: list[float]) -> str:
    """Median and 95th percentile in words."""
    p95 = statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]
    return f"{name:34} p50 {statistics.median(found):6.2f} s   p95 {p95:6.2f} s"


def main() -> None:
    """Print the times of jumps and of a beat at ×60."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--jumps", type=int, default=6)
    given = parser.parse_args()
    dice = random.Random(1)
    places = [T0 + dice.uniform(0.05, 0.99) * given.hours * 3600 for _ in range(given.jumps)]
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(str(Path(folder) / "floor.db"))
        rules, events = fill(engine, given.hours)
        tape = anew(engine, rules)
        cold = [seconds(partial(anew(engine, rules).seek, at)) for at in places]
        tape.seek(max(places))
        for at in sorted(places):
            tape.seek(at)
        warm = [seconds(partial(tape.seek, at)) for at in places]
        beats = [seconds(lambda: (tape.run(tape.at + STEP_S), tape.view())) for _ in range(20)]
        with engine.begin() as connection:
            connection.execute(delete(checkpoints))
        whole = [seconds(partial(anew(engine, rules).seek, at)) for at in places]
        engine.dispose()
    print(f"{events:,} events in {given.hours:g} hours, {given.jumps} jumps")
    print(told("jump, nothing in memory", cold))
    print(told("jump where a replay has been", warm))
    print(told("baseline: from the first event on", whole))
    print(f"a beat at ×60: {statistics.mean(beats) * 1000:.1f} ms of every 250 ms")


if __name__ == "__main__":
    main()
