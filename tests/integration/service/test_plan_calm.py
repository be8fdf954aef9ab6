"""The shipped rules on simulated days: silent where nothing is wrong, heard where something is."""

from collections import Counter

from tests.fakes.calm import MONDAY, alarms_of, is_false

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


def test_at_most_one_false_alarm_in_two_shifts_of_calm_days() -> None:
    """Two days here; the week is bench/calm_week.py."""
    alarms = alarms_of(2)
    by_day = Counter(int((alarm.fired_at - MONDAY) // DAY_S) for alarm in alarms if is_false(alarm))
    assert not [alarm for alarm in alarms if alarm.plan]
    assert all(count <= 1 for count in by_day.values())
    assert len(alarms) - by_day.total() <= 6  # seats: a few true words a day are no shouting


def test_the_shipped_plan_is_heard_in_the_surge() -> None:
    alarms = alarms_of(1.5 / 24, scenario="surge", start=MONDAY + 11 * HOUR_S)
    assert {alarm.level for alarm in alarms if alarm.plan} >= {0, 1, 2}


def test_an_ordinary_morning_calls_for_no_plan() -> None:
    alarms = alarms_of(5 / 24, scenario="normal", start=MONDAY + 7 * HOUR_S)
    assert [alarm for alarm in alarms if alarm.level >= 1] == []
