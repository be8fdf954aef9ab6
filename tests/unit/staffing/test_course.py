"""Random courses: as many callers as expected, when and where they are expected, and how they are counted."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.rules.model import When
from ccfloor.staffing.course import Course, draw, levels, quantiles
from ccfloor.staffing.crew import crew_of, places
from ccfloor.staffing.flow import Flow, flow
from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.present import FloorNow
from ccfloor.staffing.waiting import after, good, met, others, waiting
from tests.unit.staffing import small

HOUR_S = 3600.0


def drawn(floor: FloorNow, paths: int = 200, habits: Habits | None = None, seed: int = 1) -> Course:
    return draw(floor, habits or Habits(), paths, HOUR_S, seed)


def per_path(course: Course, queue: int, begin: float, end: float) -> np.ndarray:
    inside = (course.at >= begin) & (course.at < end) & (course.queue == queue)
    return np.asarray(inside.sum(axis=0))


def test_as_many_callers_come_in_each_step_as_its_rate_says_and_the_last_one_goes_on() -> None:
    steps = msgspec.structs.replace(small.queue("a"), rate=(0.05, 0.2))
    floor = small.floor([steps, small.queue("b", rate=0.1)], [])
    course = drawn(floor, 400)
    for queue, begin, end, expected in ((0, 0, 900, 45), (0, 900, 3600, 540), (1, 0, 3600, 360)):
        counts = per_path(course, queue, begin, end)
        assert counts.mean() == pytest.approx(expected, abs=4 * (expected / 400) ** 0.5)
        assert counts.var() == pytest.approx(expected, rel=0.35)  # Poisson


def test_callers_are_in_the_order_in_which_they_came_those_who_wait_first() -> None:
    waits = small.queue("a", waiting=(small.AT - 70.0, small.AT - 10.0))
    other = small.queue("b", waiting=(small.AT - 30.0,))
    course = drawn(small.floor([waits, other], []))
    assert course.at[:3].T.tolist() == [[-70.0, -30.0, -10.0]] * course.paths
    assert course.queue[:3].T.tolist() == [[0, 1, 0]] * course.paths
    with np.errstate(invalid="ignore"):
        steps = np.diff(course.at, axis=0)
    assert (steps[np.isfinite(steps)] >= 0).all()
    finite = course.at[np.isfinite(course.at)]
    assert (np.abs(finite * 1000 - np.rint(finite * 1000)) < 1e-6).all()


def test_paths_that_have_a_caller_are_the_first_ones() -> None:
    course = drawn(small.floor([small.queue("a", level_cv=0.4)], []))
    for row, paths in enumerate(course.active):
        assert np.isfinite(course.at[row]).tolist() == [place < paths for place in range(course.paths)]


def test_the_same_seed_gives_the_same_courses_and_another_one_others() -> None:
    floor = small.floor([small.queue("a", level_cv=0.2)], small.seats(3, {"a": 0}, 2))
    one, again, other = drawn(floor), drawn(floor), drawn(floor, seed=2)
    assert all(np.array_equal(a, b) for a, b in zip(one[:-1], again[:-1], strict=True))
    assert one.at.shape != other.at.shape or not np.array_equal(one.at, other.at)


def test_nobody_calls_where_no_call_is_expected() -> None:
    for rate in ((0.0,), ()):
        queue = msgspec.structs.replace(small.queue("a"), rate=rate)
        course = drawn(small.floor([queue], []))
        assert not np.isfinite(course.at).any()


@pytest.mark.parametrize("cv", [0.05, 0.2, 0.6])
def test_levels_are_as_unsure_as_told(cv: float) -> None:
    floor = small.floor([small.queue("a", level_cv=cv), small.queue("b", level_cv=cv)], [])
    found = levels(floor, Habits(together=1.0), 4000, np.random.default_rng(1))
    assert found.mean(axis=0) == pytest.approx(1.0, abs=0.002)  # stratified
    assert found.std(axis=0) == pytest.approx(cv, rel=0.03)
    assert found[:, 0] == pytest.approx(found[:, 1])  # wrong together
    apart = levels(floor, Habits(together=0.0), 4000, np.random.default_rng(1))
    assert abs(np.corrcoef(apart.T)[0, 1]) < 0.06


@pytest.mark.parametrize("cv", [0.0, 0.3, 0.65, 1.0, 1.5])
def test_lengths_have_the_mean_and_the_spread_they_should(cv: float) -> None:
    table = quantiles(cv)
    assert table.mean() == pytest.approx(1.0, abs=1e-9)
    assert table.std() == pytest.approx(cv, rel=0.02, abs=1e-9)
    if cv == 1.0:  # exponential
        assert table[2048] == pytest.approx(np.log(2), rel=0.002)


def test_calls_and_patience_last_as_long_as_their_queue_says_on_paths_that_differ() -> None:
    queues = [
        small.queue("a", rate=0.1, aht_s=200.0, aht_sd_s=100.0),
        small.queue("b", rate=0.1, patience_s=40.0),
    ]
    floor = small.floor(queues, [])
    habits = Habits(aht_cv=0.1, patience_cv=0.2)
    course = drawn(floor, 400, habits)
    there = np.isfinite(course.at)
    for queue, aht, patience in ((0, 200.0, 120.0), (1, 100.0, 40.0)):
        mine = there & (course.queue == queue)
        assert course.service[mine].mean() == pytest.approx(aht, rel=0.02)
        assert course.patience[mine].mean() == pytest.approx(patience, rel=0.04)
    means = np.array([course.service[there[:, path], path].mean() for path in range(course.paths)])
    assert means.std() / means.mean() == pytest.approx(0.1, abs=0.02)


def test_nobody_goes_away_without_habits_and_then_no_numbers_are_drawn_for_it() -> None:
    floor = small.floor([small.queue("a")], [])
    assert drawn(floor).lull.size == drawn(floor).away.size == 0
    leaving = drawn(floor, habits=Habits(leaves=(Leave("break", 1e-4, 600.0),)))
    assert leaving.lull.shape == leaving.at.shape


# -- how many wait ------------------------------------------------------------------------------------


def some_floor(rate: float, seats: int) -> tuple[Course, Flow]:
    waits = small.queue("a", rate=rate, waiting=(small.AT - 9.0,) * 3)
    floor = small.floor([waits, small.queue("b", rate=rate / 2)], small.seats(seats, {"a": 0, "b": 0}))
    course = draw(floor, Habits(), 3, 900.0, 3)
    return course, flow(course, crew_of(floor, course, places(floor)), Habits())


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 0.2), st.integers(0, 4), st.sampled_from([None, [0], [1], [0, 1]]))
def test_as_many_wait_at_each_instant_as_came_and_have_not_left(
    rate: float, seats: int, queues: list[int] | None
) -> None:
    course, found = some_floor(rate, seats)
    steps = waiting(course, found, queues)
    left = np.rint(found.left * 1000) / 1000
    for path in range(course.paths):
        for at in np.linspace(0.0, 899.0, 40).round(3):
            here = (course.at[:, path] <= at) & (left[:, path] > at)
            if queues is not None:
                here &= np.isin(course.queue[:, path], queues)
            place = np.searchsorted(steps.ms[path, :-1], round(at * 1000), side="right") - 1
            assert steps.number[path, place] == here.sum()


def test_stretches_are_where_the_condition_is_met_and_the_others_are_the_rest() -> None:
    course, found = some_floor(0.1, 2)
    steps, when = waiting(course, found), When(metric="waiting", at_least=3)
    inside = met(steps, when)
    outside = others(inside)
    lengths = np.bincount(inside.path, inside.end - inside.start, course.paths)
    rest = np.bincount(outside.path, outside.end - outside.start, course.paths)
    assert lengths + rest == pytest.approx(900.0)
    assert (good(steps, when, None).start == outside.start).all()
    spans = steps.number >= 3
    assert lengths == pytest.approx((np.diff(steps.ms / 1000, axis=1) * spans).sum(axis=1))
    late = after(inside, np.array([450.0, np.inf, 0.0]))
    assert (late.start[late.path == 0] >= 450.0).all()
    assert not (late.path == 1).any()
    assert (late.path == 2).sum() == (inside.path == 2).sum()
