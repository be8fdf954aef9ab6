"""Every reading on many paths at once says what the rule's own machine says of each."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.floor.events import CallJoined, CallLeft
from ccfloor.floor.events import Outcome as Gone
from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Hold, Rule, Scope
from ccfloor.rules.watching import quiet_value
from ccfloor.staffing.begun import Begun, of_curve, of_machine, of_standing
from ccfloor.staffing.course import Course, draw
from ccfloor.staffing.crew import crew_of, places
from ccfloor.staffing.flow import Flow, flow
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.outcome import Outcome, read
from ccfloor.staffing.trigger import watched
from ccfloor.staffing.waiting import Waiting
from ccfloor.staffing.waiting import waiting as waiting_of
from tests.scenario.stage import Script, Stage, book, local
from tests.unit.rules import streams
from tests.unit.rules.streams import START, Steps
from tests.unit.staffing import small

Path = list[tuple[int, int]]  # seconds, how many wait

counts = st.one_of(st.integers(0, 12), st.sampled_from([7, 8, 9]))
paths = st.lists(st.tuples(st.integers(1, 25), counts), min_size=1, max_size=20)
edges_of_spans = st.lists(st.integers(0, 220), min_size=2, max_size=6, unique=True)
HORIZON_S = 200.25  # nothing ends with it


def waiting(several: list[Path], horizon_s: float) -> Waiting:
    """The paths as an array; a path's last value stays."""
    longest = max(len(path) for path in several)
    ms = np.full((len(several), longest + 1), round(horizon_s * 1000))
    number = np.zeros((len(several), longest), dtype=np.int64)
    for row, path in enumerate(several):
        begins = np.cumsum([0, *[length for length, _ in path[:-1]]])
        ms[row, : len(path)] = np.minimum(begins * 1000, ms[row, -1])
        number[row, : len(path)] = [value for _, value in path]
        number[row, len(path) :] = path[-1][1]
    return Waiting(ms, number)


def told(rule: Rule, before: Steps) -> Machine:
    """The machine after a curve that ends at START."""
    machine = Machine(rule, 1, "")
    for at, value in streams.changes(before, START - sum(length for length, _ in before)):
        machine.change(at, value)
    return machine


def by_machine(machine: Machine, path: Path, horizon_s: float) -> tuple[float, float]:
    """When a machine that goes on with this path fires next, and when its alarm that is on clears."""
    was_on = machine.alarm is not None
    machine.advance(START)
    told = []
    for at, value in streams.changes([(length, float(value)) for length, value in path]):
        if at > START + horizon_s:
            break
        machine.change(at, value)
        told += machine.advance(at)
    told += machine.advance(START + horizon_s)
    cleared = next((alarm.cleared_at for alarm in told if alarm.cleared_at), inf) if was_on else -inf
    fires = (alarm.fired_at for alarm in told if not alarm.cleared_at and alarm.fired_at >= cleared)
    return next(fires, inf) - START, (cleared - START if was_on else inf)


def started(machine: Machine, value: int) -> tuple[Machine, Begun]:
    """The machine told of the present, and where it stands."""
    begun = of_machine(machine, START, float(value))
    machine.change(START, float(value))
    machine.advance(START)
    return machine, begun


def same(found: Outcome, row: int, expected: tuple[float, float], grain: float = 1e-6) -> None:
    for at, right in zip((found.fires[row], found.clears[row]), expected, strict=True):
        assert at == right or abs(at - right) <= grain


@settings(max_examples=500, deadline=None)
@given(streams.rules(streams.exact_holds), streams.steps, st.lists(paths, min_size=1, max_size=4))
def test_every_reading_goes_on_where_the_machine_stands(
    rule: Rule, before: Steps, several: list[Path]
) -> None:
    """What ran before now, out of sight or not, counts on every path as it counts for the machine."""
    first = several[0][0][1]
    several = [[(path[0][0], first), *path[1:]] for path in several]
    begun = started(told(rule, before), first)[1]
    found = read(rule, waiting(several, HORIZON_S), begun)
    for row, path in enumerate(several):
        machine, _ = started(told(rule, before), first)
        same(found, row, by_machine(machine, path, HORIZON_S))


@settings(max_examples=300, deadline=None)
@given(streams.rules(streams.mean), streams.steps, paths)
def test_the_mean_goes_on_where_the_machine_stands(rule: Rule, before: Steps, path: Path) -> None:
    machine, begun = started(told(rule, before), path[0][1])
    found = read(rule, waiting([path], HORIZON_S), begun)
    same(found, 0, by_machine(machine, path, HORIZON_S), grain=0.01)


# -- what has already run, by other ways ---------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(streams.rules(streams.exact_holds), streams.steps, paths)
def test_a_curve_tells_as_much_as_the_machine_that_saw_it(rule: Rule, before: Steps, path: Path) -> None:
    steps = streams.changes([*before, (1, float(path[0][1]))], START - sum(length for length, _ in before))
    _, begun = started(told(rule, before), path[0][1])
    assert of_curve(rule, steps, START) == begun


@settings(max_examples=300, deadline=None)
@given(streams.rules(streams.holds), st.lists(st.tuples(st.integers(1, 25), counts), max_size=20), paths)
def test_what_the_engine_told_and_the_curve_go_on_as_the_machine_does(
    rule: Rule, before: Path, path: Path
) -> None:
    """Who has no machine at hand has its standing and the curve, all of it in sight."""
    seen: Steps = [(length, float(value)) for length, value in before]
    machine, _ = started(told(rule, seen), path[0][1])
    standing = machine.standing(START)
    steps = streams.changes([*seen, (1, float(path[0][1]))], START - sum(length for length, _ in before))
    found = read(rule, waiting([path], HORIZON_S), of_standing(rule, standing, steps, START))
    same(found, 0, by_machine(machine, path, HORIZON_S), grain=0.01)


@settings(max_examples=300, deadline=None)
@given(streams.rules(streams.holds), paths, edges_of_spans)
def test_where_the_condition_does_not_count_the_machine_is_told_a_quiet_value(
    rule: Rule, path: Path, edges: list[int]
) -> None:
    edges = sorted(edges[: len(edges) // 2 * 2])
    spans = list(zip(edges[::2], edges[1::2], strict=True))
    machine = Machine(rule, 1, "")
    told: list[float] = []
    for second, value in enumerate(streams.seconds([(length, float(value)) for length, value in path])):
        counts = any(start <= second < end for start, end in spans)
        machine.change(START + second, value if counts else quiet_value(rule))
        told += [alarm.fired_at - START for alarm in machine.advance(START + second) if not alarm.cleared_at]
    found = read(rule, waiting([path], second + 0.25), counts=[(float(a), float(b)) for a, b in spans])
    right = told[0] if told else inf
    assert found.fires[0] == right or abs(found.fires[0] - right) <= 0.01


# -- the whole engine ----------------------------------------------------------------------------------


@pytest.mark.parametrize("hold", [Hold(for_s=60), Hold(kind="share", for_s=300, share=0.6)])
@pytest.mark.parametrize(
    ("subject", "scope"),
    [
        ("", Scope()),
        ("queue:vip", Scope(of="queue", queues=("vip",))),
        ("group:peak", Scope(of="group", queues=("hot", "vip"), name=streams.WORDS)),
    ],
)
def test_the_engine_fires_on_the_callers_of_a_path_when_it_was_foreseen(
    hold: Hold, subject: str, scope: Scope
) -> None:
    """The callers of a path come and go on a real floor; the engine watches it, a queue, a group."""
    queues = [small.queue("hot", rate=1 / 20), small.queue("vip", rate=1 / 30)]
    floor = small.floor(queues, [small.seat("S/1", {"hot": 0, "vip": 0}), small.seat("S/2", {"vip": 0})])
    course = draw(floor, Habits(), 4, 1800.0, 7)
    found = flow(course, crew_of(floor, course, places(floor)), Habits())
    rule = small.rule(3, hold, scope=scope)
    level = watched(rule, subject)
    which = None
    if level.queues is not None:
        which = [number for number, each in enumerate(queues) if each.queue in level.queues]
    outcome = read(rule, waiting_of(course, found, which))
    for path in range(course.paths):
        told = [alarm for alarm in Stage(script_of(course, found, path), book(rule)).run(1800.0)]
        fired = [alarm.fired_at - local("10:00") for alarm in told if alarm.subject == subject]
        assert np.isfinite(outcome.fires[path]) == bool(fired)
        assert not fired or abs(outcome.fires[path] - fired[0]) <= 0.002


def script_of(course: Course, found: Flow, path: int) -> Script:
    """The path's callers as the switch tells of them."""
    script = Script()
    for row in range(int((course.active > path).sum())):
        came, left = float(course.at[row, path]), round(float(found.left[row, path]), 3)
        queue, call = ("hot", "vip")[course.queue[row, path]], f"c{row}"
        if left > came:
            script.tell(CallJoined(at=script.start + came, call=call, queue=queue))
            gone = CallLeft(at=script.start + left, call=call, queue=queue, outcome=Gone.KEY_EXIT)
            script.tell(gone)
    return script
