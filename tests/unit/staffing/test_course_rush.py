"""Courses on which a rush may be on: on its share of the paths, to an end of its own, in all queues alike."""

from typing import Any

import msgspec
import numpy as np
import pytest

from ccfloor.staffing.course import Course, draw
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.present import FloorNow, QueueNow, Rush
from tests.unit.staffing import small

PATHS, HOUR = 2000, 3600.0
CALM, BUSY = 0.02, 0.06


def rushing(name: str, share: float, **more: Any) -> QueueNow:
    plain = small.queue(name, rate=CALM)
    return msgspec.structs.replace(plain, level_cv=0.0, rush=Rush(share, (CALM,) * 8, (BUSY,) * 8, **more))


def course(*queues: QueueNow, rush_s: float = HOUR, horizon_s: float = HOUR) -> Course:
    floor: FloorNow = msgspec.structs.replace(small.floor(list(queues), []), rush_s=rush_s)
    return draw(floor, Habits(), PATHS, horizon_s, 1)


def came(of: Course, start: float, end: float, queue: int = 0) -> np.ndarray:
    """Calls by path."""
    return ((of.at >= start) & (of.at < end) & (of.queue == queue)).sum(axis=0)


def test_it_is_on_on_its_share_of_the_paths_and_one_that_never_ends_stays():
    calls = came(course(rushing("a", 0.3), rush_s=1e9), 0, HOUR)
    assert (calls > 140).mean() == pytest.approx(0.3, abs=0.02)
    assert calls[calls > 140].mean() == pytest.approx(BUSY * HOUR, rel=0.02)
    assert calls[calls <= 140].mean() == pytest.approx(CALM * HOUR, rel=0.02)


def test_it_ends_at_its_own_time_on_each_path_so_that_it_is_on_or_off_not_halfway():
    late = came(course(rushing("a", 1.0), rush_s=2400.0, horizon_s=2 * HOUR), HOUR, 1.5 * HOUR)
    on = late > 72
    survive = (1 + 2 * 3600 / 2400) * np.exp(-2 * 3600 / 2400)
    assert on.mean() == pytest.approx(survive, abs=0.1)
    assert late[~on].mean() < 60 and late[on].mean() > 85


def test_it_ends_in_all_queues_at_once():
    of = course(rushing("a", 1.0), rushing("b", 1.0), rush_s=1800.0, horizon_s=2 * HOUR)
    one, other = (came(of, 1800, HOUR, queue) for queue in (0, 1))
    assert np.corrcoef(one, other)[0, 1] > 0.5


def test_the_likelier_one_includes_the_other():
    of = course(rushing("a", 0.2), rushing("b", 0.6), rush_s=1e9)
    one, other = came(of, 0, HOUR, 0) > 140, came(of, 0, HOUR, 1) > 140
    assert other[one].all() and other.mean() == pytest.approx(0.6, abs=0.02)


def test_a_queue_without_one_keeps_its_rates():
    of = course(small.queue("a", rate=0.05), rushing("b", 1.0), rush_s=1e9)
    assert came(of, 0, HOUR, 0).mean() == pytest.approx(0.05 * HOUR, rel=0.02)


def test_how_large_it_is_differs_by_path_where_nobody_knows():
    sure, unsure = (came(course(rushing("a", 1.0, cv=cv), rush_s=1e9), 0, HOUR) for cv in (0.0, 0.4))
    assert unsure.std() > 3 * sure.std() and unsure.mean() == pytest.approx(sure.mean(), rel=0.03)


def test_how_long_it_lasts_is_among_what_nobody_knows():
    plain, rush = course(small.queue("a", rate=CALM)), course(rushing("a", 0.5))
    assert len(rush.unknown) == len(plain.unknown) + 1
    assert (rush.unknown[-1] == 0).mean() == pytest.approx(0.5, abs=0.02) and rush.unknown[-1].max() <= HOUR


def test_where_none_is_on_one_begins_as_often_as_on_this_floor():
    calm = msgspec.structs.replace(small.queue("a"), rate=(0.05,) * 60, level_cv=0.0)
    floor = msgspec.structs.replace(small.floor([calm], []), step_s=60.0)
    usual = draw(floor, Habits(), PATHS, HOUR, 1)
    rushed = draw(floor, Habits(rush_rate=0.5 / HOUR), PATHS, HOUR, 1)
    never, calls = came(usual, 1800, HOUR), came(rushed, 1800, HOUR)
    assert calls.mean() > 1.1 * never.mean() and (calls > never.max()).mean() > 0.05
    assert came(rushed, 0, 60).mean() == pytest.approx(came(usual, 0, 60).mean(), rel=0.1)


def test_a_path_has_no_second_one_while_one_is_on():
    often = Habits(rush_rate=10 / HOUR)
    floor = msgspec.structs.replace(small.floor([rushing("a", 1.0)], []), rush_s=1e9)
    assert came(draw(floor, often, PATHS, HOUR, 1), 0, HOUR).mean() == pytest.approx(BUSY * HOUR, rel=0.02)
