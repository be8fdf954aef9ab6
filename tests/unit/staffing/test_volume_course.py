"""Rates for a simulation: as many calls as forecast, across half hours, midnight and changes of clocks."""

import numpy as np
import pytest

from ccfloor.staffing.volume import Forecast, course, day_ahead, update
from tests.unit.staffing.volume_days import day, lived

PAST = lived(84)
HALF = 1800.0
BEGINS = day(84).begins


def forecast(number: int = 84, **other: object) -> Forecast:
    found = day_ahead(PAST, day(number, **other))
    assert found is not None
    return found


def test_the_rates_of_two_hours_have_their_calls() -> None:
    made = forecast()
    found = course(made, BEGINS + 20 * HALF, 300, 7200)
    assert len(found.rates) == 24
    assert sum(found.rates) * 300 == pytest.approx(made.mean[20:24].sum())
    assert found.rates[:6] == pytest.approx([made.mean[20] / HALF] * 6)


def test_a_step_across_a_half_hour_has_part_of_both() -> None:
    made = forecast()
    found = course(made, BEGINS + 20.5 * HALF, HALF, HALF)
    assert found.rates == pytest.approx([(made.mean[20] + made.mean[21]) / 2 / HALF])


def test_a_horizon_that_is_no_number_of_steps_is_filled() -> None:
    assert len(course(forecast(), BEGINS, 700, 7200).rates) == 11


def test_past_midnight_the_next_day_goes_on_or_else_the_last_half_hour() -> None:
    today, tomorrow = forecast(), forecast(85)
    late = BEGINS + 47 * HALF
    alone, both = course(today, late, HALF, 4 * HALF), course(today, late, HALF, 4 * HALF, tomorrow)
    assert alone.rates == pytest.approx([today.mean[47] / HALF] * 4)
    assert both.rates == pytest.approx([today.mean[47] / HALF, *(tomorrow.mean[:3] / HALF)])
    morning = course(today, BEGINS + 86_400 + 18 * HALF, HALF, HALF, tomorrow)
    assert morning.rates == pytest.approx([tomorrow.mean[18] / HALF])
    assert morning.level_cv > 0


def test_before_the_day_its_first_half_hour_counts() -> None:
    made = forecast()
    assert course(made, BEGINS - HALF, HALF, HALF).rates == pytest.approx([made.mean[0] / HALF])


def test_where_clocks_go_back_the_night_is_longer() -> None:
    columns = (*range(20), 18, 19, *range(20, 48))  # by day, so that there are calls
    plain, longer = forecast(), forecast(columns=columns)
    found = course(longer, BEGINS + 18 * HALF, HALF, 6 * HALF)
    expected = plain.mean[[18, 19, 18, 19, 20, 21]] / HALF
    assert found.rates == pytest.approx(expected)


def test_where_clocks_go_forward_what_is_lacking_is_skipped() -> None:
    columns = (*range(18), *range(20, 48))
    found = course(forecast(columns=columns), BEGINS + 17 * HALF, HALF, 3 * HALF)
    assert found.rates == pytest.approx(forecast().mean[[17, 20, 21]] / HALF)


def test_what_is_not_known_shrinks_as_the_day_goes_on() -> None:
    made = forecast()
    seen = (np.arange(48) < 24).astype(np.float64)
    later = update(made, made.mean * seen, seen, 24)
    before, after = (course(one, BEGINS + 24 * HALF, 300, 7200).level_cv for one in (made, later))
    assert 0 < after < before


def test_two_hours_are_less_sure_than_a_day() -> None:
    made = forecast()
    assert course(made, BEGINS + 20 * HALF, 300, 3600).level_cv > course(made, BEGINS, 300, 86_400).level_cv


def test_at_night_nobody_calls_and_the_level_is_as_unsure_as_the_day() -> None:
    made = forecast()
    found = course(made, BEGINS, 300, 3600)
    assert sum(found.rates) * 300 < 0.1
    assert found.level_cv > 2, "and whether it stays so today nobody knows"
