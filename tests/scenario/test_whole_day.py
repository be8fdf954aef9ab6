"""The whole set of shipped rules on a simulated surge: the same alarms however it is run."""

from ccfloor.acd.simulator import SimFloor, load_floor, load_scenario
from ccfloor.floor.events import AnyEvent, CallJoined, Clock, Device, SeatJoined
from ccfloor.floor.state import Floor
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.book import RuleBook
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.service.rule_site import load_hours
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site
from tests.scenario.stage import DATA, SHIPPED, book, compare_looks, local

SETTINGS = SiteSettings(data=str(DATA))
CONFIG = load_site(SETTINGS)
HOURS = load_hours(SETTINGS, CONFIG)


def surge() -> list[AnyEvent]:
    """Eighty minutes of the scenario, most of them rush."""
    start = local("09:50")
    floor = SimFloor(load_floor(), load_scenario("surge"), 5, start, origin=local("09:58"))
    return [event for event in floor.run_until(start + 4800)]


def run(
    events: list[AnyEvent], rules: RuleBook, calendar: Calendar, look_s: float = 0.0, restart: int = 0
) -> list[Alarm]:
    floor, engine = Floor(CONFIG), RuleEngine(rules, CONFIG, calendar)
    engine.bind(floor)
    told: list[Alarm] = []
    looked = events[0].at
    for number, event in enumerate(events, 1):
        while look_s and looked + look_s < event.at:
            looked += look_s
            compare_looks(engine, looked)
            engine.next_due(looked)
            floor.view(looked + 0.4)
        floor.apply(event, 1, number)
        if restart and number % restart == 0:
            floor.take()
            kept, known = floor.dump(), engine.dump()
            floor = Floor.load(CONFIG, kept)
            engine = RuleEngine.load(rules, CONFIG, calendar, known)
            engine.bind(floor)
    return told + engine.take()


def test_the_same_instants_whoever_looks_and_whenever_it_is_restarted() -> None:
    events, rules = surge(), book(*SHIPPED.values())
    told = run(events, rules, HOURS)
    fired = {alarm.rule for alarm in told}
    assert {"peak-watch", "peak-level-1", "peak-level-2", "queue-longest-wait", "queue-service-15"} <= fired
    for look_s in (1.0, 5.0, 15.0, 60.0):
        assert run(events, rules, HOURS, look_s=look_s) == told
    assert run(events, rules, HOURS, restart=613) == told


def test_the_peak_plan_fires_when_counting_by_hand_says_so() -> None:
    events = surge()
    plan = [rule for rule in SHIPPED.values() if rule.plan is not None]
    told = {alarm.rule: alarm.fired_at for alarm in reversed(run(events, book(*plan), HOURS))}
    steps = by_hand(events)
    assert abs(told["peak-watch"] - first_full(steps, 8, 300.0, 0.0)) < 1e-6
    assert abs(told["peak-level-1"] - first_full(steps, 8, 1800.0, 60.0)) < 1e-6


def by_hand(events: list[AnyEvent]) -> list[tuple[float, int]]:
    """(instant, callers waiting from then on), counted from the events alone."""
    here: set[tuple[str, str]] = set()
    steps: list[tuple[float, int]] = []
    for event in events:
        place = (getattr(event, "call", ""), getattr(event, "queue", ""))
        if isinstance(event, CallJoined):
            here.add(place)
        elif type(event).__name__ in ("CallDequeued", "CallLeft", "CallAnswered"):
            here.discard(place)
        elif type(event).__name__ == "FloorSnapshot":
            here = {(item.call, item.queue) for item in event.waiting}  # type: ignore[union-attr]
        if not steps or steps[-1][1] != len(here):
            steps.append((event.at, len(here)))
    return steps


def first_full(steps: list[tuple[float, int]], level: int, held_s: float, dip_s: float) -> float:
    """When the count was first at its level for so long, dips of at most ``dip_s`` not counted."""
    begun = dipped = 0.0
    for at, many in steps:
        if begun and not dipped and at >= begun + held_s:
            return begun + held_s
        if many < level:
            dipped = dipped or at
        else:
            if not begun or (dipped and at - dipped > dip_s):
                begun = at
            elif dipped and at >= begun + held_s:
                return at
            dipped = 0.0
    raise AssertionError("never full")


def test_time_alone_makes_no_alarm() -> None:
    start = local("03:00")
    events: list[AnyEvent] = [
        SeatJoined(at=start, seat=seat, queue=queue, device=Device.IDLE)
        for seat in CONFIG.seats
        for queue in CONFIG.queues
    ]
    events += [Clock(at=start + 600 * step) for step in range(2 * 144)]
    assert run(events, book(*SHIPPED.values()), HOURS) == []
