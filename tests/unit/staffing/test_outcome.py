"""Every reading on many paths at once says what the rule's own machine says of each."""

from math import inf

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Rule
from ccfloor.staffing.begun import Begun, of_machine
from ccfloor.staffing.outcome import Outcome, read
from ccfloor.staffing.waiting import Waiting
from tests.unit.rules import streams
from tests.unit.rules.streams import START, Steps

Path = list[tuple[int, int]]  # seconds, how many wait

counts = st.one_of(st.integers(0, 12), st.sampled_from([7, 8, 9]))
paths = st.lists(st.tuples(st.integers(1, 25), counts), min_size=1, max_size=20)
HORIZON_S = 200.25  # nothing ends with it


def waiting(several: list[Path], horizon_s: float) -> Waiting:
    """The paths as an array; a path's last value stays."""
    longest = max(len(path) for path in several)
    at = np.full((len(several), longest), horizon_s)
    number = np.zeros((len(several), longest), dtype=np.int64)
    for row, path in enumerate(several):
        begins = np.cumsum([0, *[length for length, _ in path[:-1]]])
        at[row, : len(path)] = np.minimum(begins, horizon_s)
        number[row, : len(path)] = [value for _, value in path]
        number[row, len(path) :] = path[-1][1]
    return Waiting(at, number, horizon_s)


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
