"""Half hours read many at once are what each of them comes to when it is read alone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import day_of, half_hours, period
from ccfloor.store.day_sums import Sums, add_sums
from ccfloor.store.half_hours import agent_halves, queue_halves, runs
from ccfloor.store.recorder import Recorder
from ccfloor.store.span_sums import agent_span, queue_span
from ccfloor.store.tables import agent_intervals
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG, T0, cut, day, items

VIEWER = Viewer()


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A day and a bit of calls every 20 seconds."""
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    events = [event for count in range(2) for event in day(120, T0 + 43_200 * count)]
    for some in cut(items(events), 500):
        recorder.record(some)
    return engine


def halves(config: FloorConfig = CONFIG) -> list[tuple[float, float]]:
    return [(half.start, half.end) for half in half_hours(config, day_of(config, T0))]


def whole(parts: Iterator[Sums]) -> Sums:
    total: Sums = {}
    for sums in parts:
        add_sums(total, sums)
    return total


def test_queues_of_a_run_are_those_of_each_half_hour(stored: Engine) -> None:
    (run,) = runs(halves())
    with stored.connect() as connection:
        for viewer in (VIEWER, Viewer(queues=frozenset({sorted(CONFIG.queues)[0]}))):
            at_once = queue_halves(connection, viewer, run)
            alone = {
                span[0]: whole(iter(queue_span(connection, viewer, CONFIG, span).values())) for span in run
            }
            assert at_once == {start: sums for start, sums in alone.items() if sums}
            assert len(at_once) >= 2 and all(sums["queue.offered"] for sums in at_once.values())


@pytest.mark.parametrize("some", [None, 1, 0])
def test_agents_of_a_run_are_those_of_each_half_hour(stored: Engine, some: int | None) -> None:
    (run,) = runs(halves())
    with stored.connect() as connection:
        everybody = sorted({row.agent for row in connection.execute(agent_intervals.select())})
        assert len(everybody) > 1
        agents = None if some is None else frozenset(everybody[:some])
        for present in ((), everybody[:1], everybody):
            at_once = agent_halves(connection, "main", run, agents, present)
            alone = {}
            for span in run:
                each = agent_span(connection, VIEWER, CONFIG, span, present.__contains__)
                alone[span[0]] = whole(
                    sums for name, sums in each.items() if agents is None or name in agents
                )
            assert at_once == {start: sums for start, sums in alone.items() if sums}
            assert bool(at_once) == (some != 0)


def test_runs_follow_each_other_and_begin_with_a_quarter_hour() -> None:
    spans = [(0.0, 1800.0), (1800.0, 3600.0), (7200.0, 9000.0), (9060.0, 10_860.0), (10_800.0, 11_700.0)]
    assert list(runs(reversed(spans))) == [[(0.0, 1800.0), (1800.0, 3600.0)], [(7200.0, 9000.0)]]


def test_the_half_hours_of_a_day_of_a_clock_change_are_one_run() -> None:
    config = FloorConfig(site="main", zone="America/St_Johns")
    for name, count in (("2026-03-08", 46), ("2026-11-01", 50)):
        spans = [(half.start, half.end) for half in half_hours(config, period(config, name))]
        assert [len(run) for run in runs(spans)] == [count]
