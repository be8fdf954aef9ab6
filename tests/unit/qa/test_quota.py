"""Weeks and months of quotas, what is drawn on each day, and how far it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.plan import Quota
from ccfloor.qa.quota import Meter, Span, as_number, meters, span, want
from tests.unit.qa.calls import plan

BOTH = plan(("week", "week", 3, "qa"), ("month", "month", 20, "qa"))
WEEK, MONTH = BOTH.quotas


@pytest.mark.parametrize(
    ("quota", "day", "name", "first", "last"),
    [
        (WEEK, date(2026, 11, 22), "2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        (WEEK, date(2026, 11, 23), "2026-W48", date(2026, 11, 23), date(2026, 11, 29)),
        (WEEK, date(2027, 1, 1), "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        (WEEK, date(2024, 12, 30), "2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        (WEEK, date(2026, 1, 1), "2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        (MONTH, date(2026, 11, 22), "2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        (MONTH, date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (MONTH, date(2026, 12, 31), "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_spans_are_iso_weeks_and_months(quota: Quota, day: date, name: str, first: date, last: date) -> None:
    assert span(quota, day) == Span(name, first, last)
    assert span(quota, first) == span(quota, last) == span(quota, day)


def _days(quota: Quota, day: date) -> list[date]:
    within = span(quota, day)
    return [within.first + timedelta(days=place) for place in range((within.last - within.first).days + 1)]


def test_the_days_of_a_week_by_hand() -> None:
    """Three in seven days; whoever finds all calls he wants has one on three days, whatever the start."""
    for seed in map(str, range(50)):
        there, numbers = 0, []
        for day in _days(WEEK, date(2026, 11, 22)):
            one = want(WEEK, "amy", day, there=there, taken=frozenset(), seed=seed)
            numbers.append(one.number)
            assert (one.agent, one.quota, one.own, one.day) == ("amy", "week", one.number, as_number(day))
            there += one.number
        assert sorted(numbers) == [0, 0, 0, 0, 1, 1, 1]


def test_days_off_are_made_up_for_on_sunday_from_the_calls_of_the_week() -> None:
    sunday = want(WEEK, "amy", date(2026, 11, 22), there=1, taken=frozenset({"1:1"}), seed="s")
    assert (sunday.number, sunday.since, sunday.taken) == (2, 20261116, frozenset({"1:1"}))
    assert sunday.own <= 1
    saturday = want(WEEK, "amy", date(2026, 11, 21), there=0, taken=frozenset(), seed="s")
    assert saturday.number <= 1 and saturday.since == saturday.day == 20261121


def test_a_month_makes_up_week_by_week_and_within_itself() -> None:
    first = want(MONTH, "amy", date(2026, 11, 1), there=0, taken=frozenset(), seed="s")  # a Sunday
    assert (first.since, first.number) == (20261101, first.own)
    eighth = want(MONTH, "amy", date(2026, 11, 8), there=0, taken=frozenset(), seed="s")
    assert eighth.since == 20261102 and eighth.number in (5, 6)  # 20 x 8/30 = 5.33
    last = want(MONTH, "amy", date(2026, 11, 30), there=17, taken=frozenset(), seed="s")
    assert (last.since, last.number) == (20261130, 3)


@given(
    st.sampled_from(("week", "month")),
    st.integers(1, 40),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.sets(st.integers(0, 30)),
    st.text(max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_whatever_days_are_off_the_quota_is_met_and_never_overdrawn(
    every: str, number: int, day: date, off: set[int], seed: str
) -> None:
    quota = plan(("q", every, number, "qa")).quotas[0]
    there = 0
    for place, today in enumerate(_days(quota, day)):
        one = want(quota, "amy", today, there=there, taken=frozenset(), seed=seed)
        assert 0 <= one.own <= one.number <= number - there
        assert span(quota, today).first <= date.fromisoformat(str(one.since)) <= today
        there += one.number if place not in off or today.weekday() == 6 else 0
    last = _days(quota, day)[-1]
    assert there + want(quota, "amy", last, there=there, taken=frozenset(), seed=seed).number == number


def test_what_was_taken_by_hand_counts() -> None:
    for place in range(7):
        day = date(2026, 11, 16) + timedelta(days=place)
        assert want(WEEK, "amy", day, there=3, taken=frozenset(), seed="s").number == 0
        assert want(WEEK, "amy", day, there=9, taken=frozenset(), seed="s").number == 0


def test_meters_tell_each_agent_and_quota() -> None:
    found = meters(BOTH, ["amy", "bob"], {("amy", "week"): 3, ("amy", "month"): 21}, date(2026, 11, 22))
    assert found[:2] == [
        Meter("amy", "week", "2026-W47", 3, 3),
        Meter("amy", "month", "2026-11", 20, 21),
    ]
    assert [(one.short, one.met) for one in found] == [(0, True), (0, True), (3, False), (20, False)]


def test_who_works_in_time_is_not_behind_and_what_nobody_drew_is() -> None:
    meter = Meter("陈思远", "week", "2026-W47", wanted=3, done=1, drawn=1, due=2)
    assert not meter.behind, "what was drawn still has time"
    assert meter._replace(late=1).behind, "it has none left"
    assert meter._replace(drawn=0).behind, "nobody drew it"
    assert not meter._replace(drawn=0, all=True).behind, "there were no more calls"
