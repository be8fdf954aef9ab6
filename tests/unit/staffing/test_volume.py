"""A day's calls forecast from the days before it: what kind of day it is, what was not seen, what is rare."""

from datetime import date

import numpy as np
import pytest

from ccfloor.staffing.days import Day, History, Kind, Peak
from ccfloor.staffing.volume import Forecast, How, day_ahead, update
from tests.unit.staffing.volume_days import MIDNIGHT, but, day, first, lived, shape, truth

MOTHER = lived(84)
NEXT = day(84)  # a Monday
HALF = 1800.0
TRACE = 0.1  # calls: as good as none


def forecast(history: History, of: Day = NEXT) -> Forecast:
    found = day_ahead(history, of)
    assert found is not None
    return found


def apart(one: Forecast, other: Forecast) -> float:
    """Sum of differences as a share of all calls."""
    return float(np.abs(one.mean - other.mean).sum() / other.mean.sum())


# -- how much history ------------------------------------------------------------------------------


def test_twelve_weeks_find_level_and_shape() -> None:
    found = forecast(MOTHER)
    right = truth(85, 1000)[84]
    assert found.mean.sum() == pytest.approx(right.sum(), rel=0.04)
    assert np.abs(found.mean - right).sum() < 0.06 * right.sum()
    assert (found.basis.how, found.basis.days, found.basis.weekday) == (How.PATTERN, 60, 12)
    assert found.basis.kind is Kind.WORKDAY
    assert not found.basis.borrowed


def test_two_weeks_are_useful_and_one_says_so_and_none_gives_nothing() -> None:
    right = truth(15, 1000)
    told = {}
    for days in (14, 7, 3):
        found = forecast(first(MOTHER, days), day(days))
        told[days] = found.basis.how
        assert found.mean.sum() == pytest.approx(right[days].sum(), rel=0.12)
    assert told == {14: How.PATTERN, 7: How.WEEKDAY, 3: How.FEW}
    assert day_ahead(first(MOTHER, 0), day(0)) is None


@pytest.mark.parametrize("days", [14, 84])
@pytest.mark.parametrize("calls", [1, 4])
def test_a_few_calls_after_closing_time_leave_it_closed(days: int, calls: int) -> None:
    """Every log has some. Where hundreds would have come if it were open nobody can say that too few did."""
    history = first(MOTHER, days)
    counts = history.counts.copy()
    counts[np.linspace(0, days - 1, calls).astype(int), 44] = 1
    plain, found = (forecast(one, day(days)) for one in (history, but(history, counts)))
    assert found.mean[44] < 1 and found.mean[45] < 0.5
    assert found.mean[43] == pytest.approx(plain.mean[43], rel=0.03), "the last open half hour stays whole"
    assert plain.mean[43] == pytest.approx(truth(days + 1, 1000)[days][43], rel=0.25)


def test_the_kind_of_days_that_a_forecast_rests_on_is_that_of_most_of_them() -> None:
    shifted = Day(MOTHER.days[82].date, Kind.SHIFTED, MOTHER.days[82].begins)
    found = forecast(but(first(MOTHER, 84), d82=shifted))
    assert found.basis.kind is Kind.WORKDAY


def test_less_history_has_a_wider_band() -> None:
    widths = []
    for days in (84, 14, 7):
        found = forecast(but(MOTHER, *_last(days)), NEXT)
        widths.append(float((found.high - found.low).sum()))
    assert widths == sorted(widths)


def _last(days: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts and shares of which nothing but the last days was seen."""
    seen = np.zeros_like(MOTHER.seen)
    seen[-days:] = 1
    return MOTHER.counts * seen, seen


def test_a_floor_that_was_seen_but_had_no_call_gives_nothing() -> None:
    assert day_ahead(but(first(MOTHER, 20), np.zeros((20, 48))), day(20)) is None


def test_days_from_the_forecast_day_on_are_not_looked_at() -> None:
    assert apart(forecast(MOTHER, day(60)), forecast(first(MOTHER, 60), day(60))) == 0


# -- kinds of days ---------------------------------------------------------------------------------


def test_a_weekend_has_its_own_level() -> None:
    right = truth(91, 1000)
    for number in (89, 90):
        found = forecast(lived(number), day(number))
        assert found.mean.sum() == pytest.approx(right[number].sum(), rel=0.1)
        assert found.basis.kind is Kind.WEEKEND


def test_a_shifted_workday_is_a_workday_though_a_sunday() -> None:
    found = forecast(MOTHER, day(90, kind=Kind.SHIFTED))
    assert 850 < found.mean.sum() < 1250
    assert found.basis.kind is Kind.WORKDAY
    assert (found.basis.weekday, found.basis.borrowed) == (0, False)


def test_past_shifted_workdays_tell_of_the_next_one() -> None:
    counts = MOTHER.counts.copy()
    made = MOTHER
    for number in (27, 48, 69):
        counts[number] = np.round(600 * shape())
        made = but(made, **{f"d{number}": day(number, kind=Kind.SHIFTED)})
    plain = forecast(MOTHER, day(90, kind=Kind.SHIFTED)).mean.sum()
    taught = forecast(but(made, counts), day(90, kind=Kind.SHIFTED)).mean.sum()
    assert 560 < taught < 750 < plain


def test_a_first_holiday_is_taken_for_a_sunday_and_says_so() -> None:
    sunday, holiday = forecast(MOTHER, day(90)), forecast(MOTHER, day(85, kind=Kind.HOLIDAY))
    assert holiday.mean.sum() == pytest.approx(sunday.mean.sum(), rel=0.1)
    assert holiday.basis.borrowed
    assert holiday.basis.kind is Kind.WEEKEND
    assert holiday.level_cv > 3 * sunday.level_cv


def test_a_holiday_is_learned_from_holidays_before_it() -> None:
    counts, made = MOTHER.counts.copy(), MOTHER
    for number in (30, 31, 32):
        counts[number] = np.roll(np.round(120 * shape()), 4)
        made = but(made, **{f"d{number}": day(number, kind=Kind.HOLIDAY)})
    found = forecast(but(made, counts), day(86, kind=Kind.HOLIDAY))
    assert found.mean.sum() == pytest.approx(120, rel=0.15)
    assert found.mean[46] > 1 and found.mean[17] < TRACE
    assert (found.basis.kind, found.basis.days, found.basis.borrowed) == (Kind.HOLIDAY, 3, False)


def test_without_a_weekend_in_sight_a_holiday_takes_what_there_is() -> None:
    found = forecast(first(MOTHER, 4), day(4, kind=Kind.HOLIDAY))
    assert found.basis.borrowed
    assert found.basis.kind is Kind.WORKDAY


def test_the_first_day_after_days_off_is_as_busy_as_such_days_were() -> None:
    counts, made = MOTHER.counts.copy(), MOTHER
    for number in (15, 37, 58):
        counts[number] *= 1.3
        made = but(made, **{f"d{number}": day(number, after_off=True)})
    made = but(made, counts)
    tuesday, after = forecast(made, day(85)), forecast(made, day(85, after_off=True))
    assert after.mean.sum() > 1.15 * tuesday.mean.sum()


def test_a_queue_that_grows_is_followed() -> None:
    found = forecast(lived(84, growth=0.1))
    assert found.mean.sum() == pytest.approx(truth(85, 1000, 0.1)[84].sum(), rel=0.05)


# -- what was not seen -----------------------------------------------------------------------------


def test_an_outage_is_not_time_without_calls() -> None:
    seen = np.ones_like(MOTHER.seen)
    seen[np.random.default_rng(3).random(seen.shape) < 0.2] = 0
    whole, masked = forecast(MOTHER), forecast(but(MOTHER, MOTHER.counts * seen, seen))
    taken = forecast(but(MOTHER, MOTHER.counts * seen))
    assert apart(masked, whole) < 0.03
    assert taken.mean.sum() < 0.9 * whole.mean.sum()


def test_counts_of_what_was_not_seen_are_left_alone() -> None:
    seen = np.ones_like(MOTHER.seen)
    seen[40:50, 20:24] = 0
    odd = MOTHER.counts.copy()
    odd[40:50, 20:24] = 1e6
    assert apart(forecast(but(MOTHER, odd, seen)), forecast(but(MOTHER, MOTHER.counts * seen, seen))) == 0


def test_days_seen_until_noon_still_tell_their_level() -> None:
    seen = np.ones_like(MOTHER.seen)
    seen[-10:, 26:] = 0
    assert apart(forecast(but(MOTHER, MOTHER.counts * seen, seen)), forecast(MOTHER)) < 0.04


def test_half_a_half_hour_counts_for_half_of_one() -> None:
    seen = np.ones_like(MOTHER.seen)
    seen[:, 30] = 0.5
    counts = MOTHER.counts.copy()
    counts[:, 30] = np.round(counts[:, 30] / 2)
    found, whole = forecast(but(MOTHER, counts, seen)), forecast(MOTHER)
    assert found.mean[30] == pytest.approx(whole.mean[30], rel=0.05)


def test_a_half_hour_that_nobody_ever_saw_lies_between_its_neighbours() -> None:
    seen = np.ones_like(MOTHER.seen)
    seen[:, 30] = 0
    found = forecast(but(MOTHER, MOTHER.counts * seen, seen))
    assert found.mean[30] == pytest.approx((found.mean[29] + found.mean[31]) / 2, rel=0.02)


def test_a_queue_that_appears_in_mid_history_begins_with_its_first_call() -> None:
    counts = MOTHER.counts.copy()
    counts[:56] = 0
    found = forecast(but(MOTHER, counts))
    assert found.mean.sum() == pytest.approx(1200, rel=0.06)
    assert found.basis.first == day(56).date
    assert found.basis.days == 20


def test_half_hours_without_calls_stay_so_and_a_rare_call_does_not_vanish() -> None:
    quiet = lived(84, size=12)
    found = forecast(quiet)
    assert found.mean[:14].sum() < TRACE and found.high[:14].max() < TRACE
    assert (found.mean[18:42] > 0).all()
    assert found.mean.sum() == pytest.approx(14.4, rel=0.2)
    closed = MOTHER.counts.copy()
    closed[:, 20] = 0
    assert forecast(but(MOTHER, closed)).mean[20] < TRACE


def closed_sundays() -> History:
    """Nobody ever called on a Sunday, nor on a holiday."""
    counts = MOTHER.counts.copy()
    for number, one in enumerate(MOTHER.days):
        if one.date.weekday() == 6:
            counts[number] = 0
    return but(MOTHER, counts)


def test_a_closed_day_that_is_open_after_all_is_learned_from_its_calls() -> None:
    """A holiday for which only closed Sundays stand in: a trace is foretold, and nothing is sure."""
    sundays = [number for number, one in enumerate(MOTHER.days) if one.date.weekday() == 6]
    history = first(closed_sundays(), sundays[-1] + 1)
    made = forecast(history, day(sundays[-1] + 1, kind=Kind.HOLIDAY))
    assert 0 < made.mean.sum() < 2 and made.mean.max() < TRACE
    usual = MOTHER.counts[:5].mean(axis=0)
    upto = int(np.searchsorted(np.cumsum(usual), usual.sum() / 3))
    seen = np.where(np.arange(len(usual)) < upto, 1.0, 0.0)
    busy = update(made, np.where(seen > 0, usual, 0.0), seen, upto)
    assert busy.mean[upto:].sum() == pytest.approx(usual[upto:].sum(), rel=0.35)
    assert busy.high[upto] > busy.mean[upto] > 1
    silent = update(made, np.zeros(len(usual)), seen, upto)
    assert silent.mean[upto:].sum() < 0.2
    stray = update(made, np.where(np.arange(len(usual)) == upto - 1, 1.0, 0.0), seen, upto)
    assert stray.mean[upto:].sum() < usual[upto:].sum() / 20, "one call makes no open day"


# -- what is rare ----------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [0.0, 5.0, 20.0])
def test_one_freak_day_moves_little(times: float) -> None:
    counts = MOTHER.counts.copy()
    counts[80] *= times
    found = forecast(but(MOTHER, counts))
    assert found.mean.sum() == pytest.approx(forecast(MOTHER).mean.sum(), rel=0.06)


def test_a_planned_peak_multiplies_its_half_hours() -> None:
    peak = Peak(NEXT.begins + 18 * HALF, NEXT.begins + 21.5 * HALF, 2.0)
    plain, found = forecast(MOTHER), forecast(MOTHER, day(84, peaks=(peak,)))
    ratio = found.mean[16:24] / plain.mean[16:24]
    assert ratio == pytest.approx([1, 1, 2, 2, 2, 1.5, 1, 1])


def test_calls_of_a_past_peak_are_not_taken_for_usual_ones() -> None:
    counts, made = MOTHER.counts.copy(), MOTHER
    for number in range(70, 84):
        counts[number, 16:36] *= 1.5
        peak = Peak(MIDNIGHT + 86_400 * number + 16 * HALF, MIDNIGHT + 86_400 * number + 36 * HALF, 1.5)
        made = but(made, **{f"d{number}": day(number, peaks=(peak,))})
    assert apart(forecast(but(made, counts)), forecast(MOTHER)) < 0.03
    assert apart(forecast(but(MOTHER, counts)), forecast(MOTHER)) > 0.1


def test_rushes_that_nobody_planned_are_not_foretold_again() -> None:
    counts = MOTHER.counts.copy()
    for number in (63, 66, 70, 73, 77, 80):
        counts[number, 20:23] *= 2.5
    found, usual = forecast(but(MOTHER, counts)), forecast(MOTHER)
    assert apart(found, usual) < 0.02
    assert found.mean[20:23] == pytest.approx(usual.mean[20:23], rel=0.03)


def test_what_comes_every_monday_is_no_rush() -> None:
    counts = MOTHER.counts.copy()
    for number in range(0, 84, 7):
        counts[number, 20:23] *= 2.5
    found, usual = forecast(but(MOTHER, counts)), forecast(MOTHER)
    assert (found.mean[20:23] > 2 * usual.mean[20:23]).all()


FORTH = tuple(place for place in range(48) if place not in (4, 5))
BACK = (0, 1, 2, 3, 4, 5, 4, 5, *range(6, 48))


def test_where_clocks_change_a_half_hour_is_lacking_or_comes_twice() -> None:
    night = lived(84)
    counts = night.counts + 10
    plain = forecast(but(night, counts))
    forth, back = (forecast(but(night, counts), day(84, columns=columns)) for columns in (FORTH, BACK))
    assert forth.mean[4:6] == pytest.approx(0)
    assert back.mean[4:6] == pytest.approx(2 * plain.mean[4:6])
    assert back.mean[6:] == pytest.approx(plain.mean[6:])


def test_a_past_change_of_clocks_is_no_busy_night() -> None:
    counts, seen = MOTHER.counts + 10, np.ones_like(MOTHER.seen)
    plain = forecast(but(MOTHER, counts))
    changed, counts = but(MOTHER, d55=day(55, columns=BACK), d62=day(62, columns=FORTH)), counts.copy()
    counts[55, 4:6], seen[55, 4:6] = 20, 2
    counts[62, 4:6], seen[62, 4:6] = 0, 0
    assert apart(forecast(but(changed, counts, seen)), plain) < 0.01


# -- a history that cannot be ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "seen", "days"),
    [
        (np.zeros((2, 48)), np.ones((2, 47)), 2),
        (np.zeros((3, 48)), np.ones((3, 48)), 2),
        (np.full((2, 48), -1.0), np.ones((2, 48)), 2),
        (np.zeros((2, 48)), np.full((2, 48), np.nan), 2),
    ],
)
def test_a_history_that_does_not_fit_is_refused(counts: np.ndarray, seen: np.ndarray, days: int) -> None:
    with pytest.raises(ValueError, match="sales"):
        History("sales", tuple(map(day, range(days))), counts, seen)


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not in order"):
        History("sales", (day(1), day(1)), np.zeros((2, 48)), np.ones((2, 48)))


def test_the_month_has_a_beginning_and_an_end() -> None:
    """Bills are sent on the first: the next first is busy too."""
    counts = MOTHER.counts.copy()
    firsts = [place for place, one in enumerate(MOTHER.days) if one.date.day == 1]
    counts[firsts] *= 1.5
    monday, taught = day(91), forecast(but(MOTHER, counts), day(91))
    assert monday.date == date(2026, 6, 1)
    assert taught.mean.sum() > 1.12 * forecast(MOTHER, day(91)).mean.sum()
