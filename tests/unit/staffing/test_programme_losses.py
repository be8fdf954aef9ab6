"""The loss of a queue by its seats, and the straight lines it is cut into."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.erlang_table import LossTable, loss_table
from ccfloor.staffing.losses import LATE_WEIGHT, lines, losses, stretches
from tests.unit.staffing.two_queues import AT, queue

HOUR = 3600.0


def told(abandoned: float, level: float) -> Any:
    """A table in which every number of seats has the same shares."""

    def table(rates: Any, *_: float) -> LossTable:
        many = len(np.atleast_1d(rates))
        most = int(_[-1])
        shares = [np.full((many, most + 1), value) for value in (abandoned, level, 1.0)]
        return LossTable(*shares)

    return table


def test_calls_that_give_up_and_a_part_of_the_late_ones() -> None:
    """60 calls an hour, a tenth gives up, 20 points are missing to the target."""
    of = queue("a", 4.0)
    assert losses(of, 900.0, HOUR, 3, told(0.1, 0.6)) == pytest.approx([60 * (0.1 + LATE_WEIGHT * 0.2)] * 4)
    assert losses(of, 900.0, HOUR, 3, told(0.0, 0.9)) == pytest.approx([0.0] * 4)


def test_callers_who_wait_come_on_top_but_not_those_who_ring_at_a_seat() -> None:
    of = msgspec.structs.replace(queue("a", 4.0), waiting=(AT - 30, AT - 20, AT - 10), ringing=1)
    assert losses(of, 900.0, HOUR, 0, told(0.5, 1.0)) == pytest.approx([31.0])


def test_a_level_that_is_not_known_costs_more() -> None:
    """More calls hurt more than fewer help: the loss is convex in the load."""
    sure = queue("a", 6.0)
    unsure = msgspec.structs.replace(sure, level_cv=0.3)
    assert np.all(losses(unsure, 900.0, HOUR, 12)[6:] > losses(sure, 900.0, HOUR, 12)[6:])


def test_by_the_table_itself() -> None:
    of = queue("a", 6.0)
    shares = loss_table(of.rate[0], of.aht_s, of.patience_s, of.threshold_s, 9)
    late = np.maximum(0.8 - shares.level[0], 0)
    assert losses(of, 900.0, HOUR, 9) == pytest.approx(90 * (shares.abandoned[0] + LATE_WEIGHT * late))


def test_stretches_keep_the_calls() -> None:
    """Six steps of five minutes, the last of which goes on; the span ends within the ninth."""
    rates = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    found = stretches(rates, 300.0, 2500.0)
    assert len(found) == 4 and sum(seconds for _, seconds in found) == pytest.approx(2500.0)
    assert sum(rate * seconds for rate, seconds in found) == pytest.approx(300 * 21 + 6 * 700)
    assert stretches((0.5,), 900.0, 600.0) == [(0.5, 600.0)]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_the_lines_bound_the_curve_from_below_and_touch_it(values: list[float]) -> None:
    curve = np.array(values)
    found = lines(curve)
    at = np.arange(len(curve))
    hull = np.max([line.at_zero + line.slope * at for line in found], axis=0)
    assert np.all(hull <= curve + 1e-6)
    assert np.isclose(hull, curve, atol=1e-6).sum() >= min(2, len(curve))
    slopes = [line.slope for line in found]
    assert slopes == sorted(slopes)


def test_a_convex_curve_is_kept() -> None:
    found = lines(np.array([9.0, 4.0, 1.0, 0.0]))
    assert [(line.at_zero, line.slope) for line in found] == [(9.0, -5.0), (7.0, -3.0), (3.0, -1.0)]
