"""Calendar arithmetic: parts of shifts, midnight, the change of the clock, opening hours, planned peaks."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ccfloor.rules.calendar import Calendar, Campaign, Shift
from ccfloor.rules.shifts import (
    change_spans,
    duty_at,
    is_in,
    next_edge,
    on_duty,
    open_spans,
    part_spans,
    peak_spans,
)

ZONE = "Asia/Shanghai"
DAY = Shift("day", ((31_500, 43_200), (48_600, 63_000)), (0, 1, 2, 3, 4))
NIGHT = Shift("night", ((79_200, 108_000),))
CALENDAR = Calendar(ZONE, shifts=(DAY, NIGHT), seat_shift={"a": "day", "b": "night", "c": "none"})


def at(text: str, zone: str = ZONE) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("seat", "when", "works"),
    [
        ("a", "2025-11-17 08:44:59", False),
        ("a", "2025-11-17 08:45:00", True),
        ("a", "2025-11-17 12:00:00", False),
        ("a", "2025-11-17 13:30:00", True),
        ("a", "2025-11-17 17:30:00", False),
        ("a", "2025-11-22 10:00:00", False),  # a Saturday
        ("b", "2025-11-17 05:59:59", True),  # since yesterday at ten
        ("b", "2025-11-17 06:00:00", False),
        ("c", "2025-11-17 10:00:00", False),
        ("d", "2025-11-17 10:00:00", False),
    ],
)
def test_who_is_on_duty(seat: str, when: str, works: bool) -> None:
    assert on_duty(CALENDAR, seat, at(when)) is works


def test_a_duty_goes_from_its_first_part_to_its_last() -> None:
    duty = duty_at(DAY, ZONE, at("2025-11-17 12:30"))
    assert duty is not None
    assert (duty.start, duty.end) == (at("2025-11-17 08:45"), at("2025-11-17 17:30"))
    assert duty_at(DAY, ZONE, duty.end) is None


def test_the_next_edge_may_be_days_away() -> None:
    assert next_edge(part_spans(DAY, ZONE), at("2025-11-21 17:30")) == at("2025-11-24 08:45")


def test_times_of_day_are_those_of_the_clock_on_the_wall() -> None:
    berlin = "Europe/Berlin"
    for day in ("2025-03-29", "2025-03-30", "2025-10-26"):  # 23 and 25 hours long are the latter two
        duty = duty_at(DAY._replace(weekdays=(5, 6)), berlin, at(f"{day} 10:00", berlin))
        assert duty is not None and duty.start == at(f"{day} 08:45", berlin)


def test_around_a_shift_change() -> None:
    spans = change_spans((DAY,), ZONE, 900)
    marks = ("08:29:59", "08:30", "08:59:59", "09:00", "12:00", "17:15", "17:45")
    inside = [is_in(spans, at(f"2025-11-17 {mark}")) for mark in marks]
    assert inside == [False, True, True, False, False, True, False]


def test_a_queue_that_is_not_named_is_always_open() -> None:
    calendar = Calendar(ZONE, open={"q": Shift("q", ((0, 3600),))})
    noon = at("2025-11-17 12:00")
    assert not is_in(open_spans(calendar, ["q"]), noon)
    assert is_in(open_spans(calendar, ["q", "other"]), noon)


def test_a_campaign_concerns_its_queues_or_all() -> None:
    calendar = Calendar(ZONE, campaigns=(Campaign(100.0, 200.0, ("a",)), Campaign(300.0, 400.0)))
    mine, other = peak_spans(calendar, frozenset("a")), peak_spans(calendar, frozenset("b"))
    assert [is_in(mine, 100.0), is_in(mine, 200.0), is_in(other, 150.0), is_in(other, 350.0)] == [
        True,
        False,
        False,
        True,
    ]
