"""How many call from now on: opening, closing, unusual days, a rush beside the forecast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ccfloor.service.staffing.arrivals import STEPS, Rates
from ccfloor.service.staffing.coming import Around
from ccfloor.service.staffing.present_now import From, Present, present_now
from ccfloor.staffing.present import QueueNow
from tests.unit.service.present_floor import NINE, config, past, seat, view

HOUR = 3600.0
EIGHT, EVENING = NINE - HOUR, NINE + 11 * HOUR
CONFIG, PAST = config(), past()
DAYTIME = replace(PAST, seen_s={cell: s for cell, s in PAST.seen_s.items() if 16 <= cell.slot < 36})
"""The same weeks where the collector runs from eight to eighteen only: nights were never seen."""


def look(
    calls: int,
    at: float = NINE,
    forecast: Rates | None = None,
    gap_s: float = 0.0,
    seen: bool = True,
    last_15: int | None = None,
) -> Present:
    """``gap_s``: so much of the last half hour, its beginning, nobody saw. ``last_15``: calls of its end."""
    around = Around(at=at, gaps=((at - 1800, at - 1800 + gap_s),) if gap_s else ())
    learned = PAST if seen else DAYTIME
    shown = view(seat(since=at - 60), last_30=calls, last_15=last_15, at=at)
    return present_now(shown, CONFIG, learned, at, forecast, around)


def hot(found: Present) -> QueueNow:
    assert found.floor is not None, (found.why, found.left_out)
    return next(queue for queue in found.floor.queues if queue.queue == "hot")


def hourly(found: Present) -> list[float]:
    return [rate * HOUR for rate in hot(found).rate]


def flat(hourly_rate: float, cv: float) -> Rates:
    return lambda queue, at, step_s, n: ((hourly_rate / HOUR,) * n, cv) if queue == "hot" else ((), 0.0)


# -- opening and closing ---------------------------------------------------------------------------------


def test_at_opening_what_the_week_knows_stands_though_the_night_was_never_seen():
    at_once = look(0, EIGHT + 30, gap_s=1770, seen=False)
    assert at_once.measures["hot"].rate.source is From.WEEK
    assert hourly(at_once)[0] == pytest.approx(60, rel=0.1)
    soon = look(5, EIGHT + 300, gap_s=1500, seen=False)
    assert soon.measures["hot"].rate.source is From.WEEK
    assert hourly(soon)[0] == pytest.approx(60, rel=0.1) and hot(soon).level_cv < 0.25


def test_a_collector_that_looks_on_before_opening_as_never_before_keeps_the_week():
    found = look(0, EIGHT + 60, seen=False)
    assert found.measures["hot"].rate.source is From.WEEK and hourly(found)[0] == pytest.approx(60, rel=0.1)


def test_at_closing_time_the_last_rate_does_not_go_on_into_half_hours_nobody_ever_saw():
    seen, unseen = (look(30, NINE + 8.75 * HOUR, seen=known) for known in (True, False))
    assert hourly(unseen)[0] == pytest.approx(hourly(seen)[0], rel=0.02)
    assert hourly(unseen)[2] < 0.5 * 60 and hourly(unseen)[-1] < 1
    assert sum(hourly(unseen)) / 4 < 2 * 60 / 2, "calls of three hours: no more than an hour of them"


def test_before_opening_few_calls_make_no_day_of_hundreds():
    assert hourly(look(3, EIGHT))[0] < 1.3 * 60


def closing(hourly_rate: float, closes: float) -> Rates:
    """A forecast of so many an hour until a queue closes, of next to nobody after."""

    def rates(queue: str, at: float, step_s: float, n: int) -> tuple[tuple[float, ...], float]:
        if queue != "hot":
            return (), 0.0
        starts = [at + (step + 0.5) * step_s for step in range(n)]
        return tuple(hourly_rate / HOUR if start < closes else 1e-6 for start in starts), 0.05

    return rates


@pytest.mark.parametrize("open_rate", [16.0, 60.0, 240.0])
@pytest.mark.parametrize("stray", [0, 1, 2, 5, 10])
def test_calls_after_closing_time_are_as_many_as_they_are(open_rate: float, stray: int):
    """A quarter past closing: the half hour that is looked back at was open in its first half."""
    before = round(open_rate / 4)
    found = look(before + stray, EVENING, closing(open_rate, EVENING - 900), last_15=stray)
    told = found.measures["hot"].rate.estimate
    assert hourly(found)[0] <= 8 * stray + 1, "an hour has four quarters, and the next is as likely busier"
    assert told.high * HOUR <= 16 * stray + 20
    if stray > 4:
        assert hourly(found)[0] > 2 * stray, "many are believed"


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0.0, 400.0), st.integers(-1800, 10_800))
def test_no_rate_is_told_that_neither_the_calls_nor_the_forecast_know(
    first: int, last: int, open_rate: float, ahead_s: int
):
    forecast = closing(open_rate, EVENING + ahead_s)
    found = look(first + last, EVENING, forecast, last_15=last)
    assert max(hourly(found)) <= 2.5 * max(4 * first, 4 * last, open_rate) + 20


# -- days unlike others ------------------------------------------------------------------------------------


def test_in_a_half_hour_that_is_usually_closed_calls_that_come_are_believed():
    """Next to nothing times a level is next to nothing, if the level is as sure as on usual days."""
    busy = look(60, EVENING)
    told = busy.measures["hot"].rate.estimate
    assert 80 < hourly(busy)[0] < 140 and told.low * HOUR <= 120 <= told.high * HOUR
    assert hourly(look(0, EVENING))[0] < 1


@pytest.mark.parametrize(
    ("calls", "low", "high"), [(9, 15, 40), (30, 57, 63), (60, 85, 120), (120, 200, 245)]
)
def test_the_week_follows_clear_evidence_of_an_unusual_day(calls: int, low: float, high: float):
    found = look(calls)
    told = found.measures["hot"].rate.estimate
    assert low < hourly(found)[0] < high
    assert told.low <= told.value <= told.high
    assert hourly(found)[-1] == pytest.approx(hourly(found)[0], rel=0.1)


# -- beside a forecast ---------------------------------------------------------------------------------------


def test_as_many_as_the_forecast_expects_leave_it_as_it_is():
    assert hourly(look(15, forecast=flat(30, 0.1))) == pytest.approx([30.0] * STEPS, rel=0.03)


def test_a_holiday_that_the_forecast_knows_is_no_sign_of_anything():
    """The week says 60 an hour, the forecast of the holiday 18: nine in half an hour are as foreseen."""
    found = look(9, forecast=flat(18, 0.1))
    assert found.measures["hot"].rate.source is From.FORECAST
    assert hourly(found)[0] == pytest.approx(18, rel=0.05)


def test_a_rush_of_a_quarter_of_an_hour_shows_and_fades_into_the_forecast():
    calm, rush = look(30, forecast=flat(60, 0.05)), look(15 + 45, forecast=flat(60, 0.05), last_15=45)
    assert hourly(calm)[0] == pytest.approx(60, rel=0.05)
    assert hourly(rush)[0] > 1.4 * 60
    assert 60 < hourly(rush)[-1] < hourly(rush)[0]
    now, before = hot(rush).rush, hot(calm).rush
    assert now is not None and now.share > 0.9 and now.rates[-1] == now.rates[0] > 2 * now.steady[0]
    assert before is not None and before.share < 0.1


def test_a_rush_that_was_is_told_from_one_that_is():
    was = look(15 + 45, forecast=flat(60, 0.05), last_15=15)
    assert hourly(was)[0] < 1.3 * 60


def test_a_quarter_of_an_hour_that_nobody_saw_tells_nothing():
    found = look(15, forecast=flat(60, 0.1), gap_s=900, last_15=15)
    assert hourly(found)[0] == pytest.approx(60, rel=0.05)


def test_where_hardly_anybody_is_foreseen_and_many_call_it_is_they_that_count():
    found = look(60, EVENING, flat(0.2, 0.3))
    assert 80 < hourly(found)[0] < 140 and found.measures["hot"].rate.source is From.FORECAST


def test_what_nobody_saw_does_not_correct_the_forecast():
    found = look(0, forecast=flat(60, 0.1), gap_s=1800)
    assert hourly(found) == pytest.approx([60.0] * STEPS, rel=0.02)
    assert hot(found).level_cv == pytest.approx(0.1, rel=0.05)


def test_a_level_that_the_forecast_is_sure_of_is_moved_less():
    sure, unsure = (hourly(look(36, forecast=flat(60, cv)))[0] for cv in (0.03, 0.3))
    assert 60 < sure < unsure


def test_where_the_forecast_says_that_nobody_calls_those_who_do_count():
    found = look(60, EVENING, flat(0.0, 0.3))
    assert 80 < hourly(found)[0] < 140 and hot(found).level_cv > 0.1
