"""What the outlook costs beside the plan: python bench/outlook.py [--runs 5] [--minutes 25]

The simulated floor with a surge, the rules as shipped. In time of the thread's processor, the best of some
runs. In the collector's tick stands only the handing over; its baseline is the tick itself: the floor shown
with its plan. In the outlook's own thread: the present, the simulation plainly, each action that is possible,
all of it. Goal: at most 300 ms a run of the simulation, and with a look every 15 s a tenth of a processor.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ccfloor.acd.simulator import SimFloor, load_floor, load_scenario
from ccfloor.service.plan_desk import PlanDesk
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site
from ccfloor.service.site_rules import SiteRules
from ccfloor.service.staffing.coming import around
from ccfloor.service.staffing.deeds import possible
from ccfloor.service.staffing.foresight import EVERY_S, outlook
from ccfloor.service.staffing.present_learned import habits, learned
from ccfloor.service.staffing.present_now import Present, present_now
from ccfloor.service.staffing.running import running
from ccfloor.staffing.trigger import PATHS, foresee
from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade
from ccfloor.store.recorder import Item, Recorder

T0 = 1_795_402_800.0  # a Monday, 11:00 in Shanghai
GOAL_MS, GOAL_SHARE = 300.0, 0.1


def best(runs: int, work: Callable[[], object]) -> float:
    """Milliseconds of this thread's processor."""
    took = []
    for _ in range(runs):
        begun = time.thread_time()
        work()
        took.append((time.thread_time() - begun) * 1000)
    return min(took)


def a_floor(folder: Path, minutes: float) -> tuple[Recorder, SiteRules]:
    """A recorder that was told so many minutes of a surge."""
    settings, engine = SiteSettings(), open_engine(str(folder / "floor.db"))
    upgrade(engine)
    config, spec = load_site(settings), load_floor()
    rules = SiteRules(engine, config, settings)
    rules.sync(T0)
    recorder = Recorder(engine, config, "main", "live", live=True, rules=rules.make)
    floor = SimFloor(spec, load_scenario("surge", spec), 1, T0, zone=config.zone, warm_s=1800.0)
    events = floor.run_until(T0 + minutes * 60)
    recorder.record([Item("sim", number, event) for number, event in enumerate(events, 1)])
    return recorder, rules


def main() -> None:
    """Prints what each part takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=25.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recorder, rules = a_floor(Path(folder), given.minutes)
        measure(recorder, rules, T0 + given.minutes * 60, given.runs)
        recorder.engine.dispose()


def measure(recorder: Recorder, rules: SiteRules, now: float, runs: int) -> None:
    """The tick, then the thread."""
    engine, config = recorder.rules, recorder.config
    assert engine is not None
    desk = PlanDesk(recorder, config, rules, lambda: now)
    desk.look()
    view = recorder.floor.view(now)
    show = best(runs, lambda: recorder.show(now, now, plan=lambda view: desk._composed(view, engine, now)))
    hand = best(runs, lambda: running(engine, view))
    print(f"tick: shown with its plan {show:.1f} ms; handing over {hand:.2f} ms, {hand / show:.2f} of it,")
    print(f"  once in {EVERY_S:g} s")

    past = learned(recorder.engine, config, now)
    near = around(recorder.engine, config, rules.calendar, past, now)
    told = running(engine, view)

    def present() -> Present:
        return present_now(view, config, past, now, None, near)

    floor, known = present().floor, habits(past)
    assert floor is not None
    levels = [one.watched for one in told if one.watched is not None]
    deeds = possible(floor)
    looked = best(runs, present)
    plain = best(runs, lambda: foresee(floor, levels, (), known, spans_s=()))
    print(
        f"thread: {len(floor.queues)} queues, {len(floor.seats)} seats, {len(levels)} levels, {PATHS} paths"
    )
    print(f"  present {looked:.1f} ms; plainly {plain:.0f} ms (goal {GOAL_MS:g})")
    for deed in deeds:
        more = best(runs, lambda deed=deed: foresee(floor, levels, [deed.action], known, spans_s=())) - plain
        print(f"  {deed.name}, {deed.seats} seats: {more:.0f} ms more, {more / plain:.2f} of plainly")
    whole = best(runs, lambda: outlook(present(), told, known, at=now))
    share = whole / 1000 / EVERY_S
    print(f"  a whole look {whole:.0f} ms, {whole / plain:.1f} × plainly;", end=" ")
    print(f"{share:.1%} of a processor (goal {GOAL_SHARE:.0%})")


if __name__ == "__main__":
    main()
