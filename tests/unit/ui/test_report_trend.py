"""The small line of a KPI by day: days without data are gaps, and a day between two gaps is still seen."""

import pytest

from ccfloor.service.reports.data import Target
from ccfloor.ui.report_chart import Stroke, trend


def ends(values: list[float | None]) -> list[tuple[float, float]]:
    """First and last x of each line."""
    lines = [shape for shape in trend(values, Target(), 62.0, 14.0) if isinstance(shape, Stroke)]
    return [(line.points[0][0], line.points[-1][0]) for line in lines]


def test_a_line_does_not_bridge_days_without_data() -> None:
    assert ends([1.0, 2.0, None, 3.0, 2.0]) == [(2.0, 16.5), (45.5, 60.0)]


def test_a_day_between_two_gaps_is_seen() -> None:
    (first, last), _ = ends([None, 2.0, None, 3.0, 2.0])
    assert first < 16.5 < last and last - first == pytest.approx(1.6)


def test_one_day_alone_is_no_course() -> None:
    assert trend([None, 2.0, None], Target(), 62.0, 14.0) == []
