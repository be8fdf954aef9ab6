"""The peak plan as it is shipped: just before, at and just after; dips; clearing and firing again."""

import pytest

from ccfloor.rules.calendar import Campaign
from tests.scenario.stage import SHIPPED, Script, Stage, book, local, spans


def waiting(*steps: tuple[float, int], start: str = "10:00") -> Script:
    script = Script(start)
    for at, many in steps:
        script.waiting(at, many)
    return script


@pytest.mark.parametrize(("held", "fired"), [(299.0, []), (299.999, []), (300.0, [300.0]), (301.0, [300.0])])
def test_watch_needs_eight_for_five_minutes(held: float, fired: list[float]) -> None:
    found = spans(waiting((0, 8), (held, 7)), 1000, "peak-watch")
    assert [at for at, _ in found] == fired


def test_seven_are_no_watch_and_two_queues_count_together() -> None:
    assert spans(waiting((0, 7)), 4000, "peak-watch") == []
    script = waiting((0, 4))
    script.waiting(100, 4, queue="vip")
    assert spans(script, 1000, "peak-watch") == [(400.0, 0.0)]


def test_watch_clears_below_its_level_and_fires_again() -> None:
    script = waiting((0, 9), (400, 5), (500, 6), (510, 5), (700, 8))
    assert spans(script, 1100, "peak-watch") == [(300.0, 630.0), (1000.0, 0.0)]


@pytest.mark.parametrize(("dip", "fired"), [(59.0, 1800.0), (60.0, 1800.0), (61.0, 2461.0)])
def test_level_1_forgives_dips_of_a_minute(dip: float, fired: float) -> None:
    script = waiting((0, 8), (600, 7), (600 + dip, 8))
    assert [at for at, _ in spans(script, 4000, "peak-level-1")] == [fired]


def test_level_1_fires_at_thirty_minutes_and_not_before() -> None:
    assert spans(waiting((0, 8), (1799.9, 7)), 3000, "peak-level-1") == []
    assert spans(waiting((0, 8), (1800, 7)), 3000, "peak-level-1") == [(1800.0, 0.0)]


def test_a_dip_over_the_end_of_the_half_hour_is_known_short_only_behind_it() -> None:
    assert [at for at, _ in spans(waiting((0, 8), (1770, 7), (1820, 8)), 3000, "peak-level-1")] == [1820.0]
    assert spans(waiting((0, 8), (1770, 7)), 3000, "peak-level-1") == []


def test_level_1_stays_on_a_quarter_hour_and_ten_quiet_minutes() -> None:
    script = waiting((0, 8), (1860, 4), (2000, 5), (2100, 4), (3000, 8))
    assert spans(script, 5000, "peak-level-1") == [(1800.0, 2700.0), (4800.0, 0.0)]


@pytest.mark.parametrize(("held", "fired"), [(59.0, []), (60.0, [60.0]), (61.0, [60.0])])
def test_level_2_needs_sixteen_for_a_minute(held: float, fired: list[float]) -> None:
    found = spans(waiting((0, 16), (held, 15)), 1500, "peak-level-2")
    assert [at for at, _ in found] == fired


def test_level_2_adds_up_within_half_an_hour_alone() -> None:
    near = waiting((0, 16), (40, 10), (1000, 16), (1040, 10))
    assert [at for at, _ in spans(near, 1500, "peak-level-2")] == [1020.0]
    far = waiting((0, 16), (40, 10), (1820, 16), (1855, 10))
    assert spans(far, 4000, "peak-level-2") == []


def test_level_2_fifteen_are_not_enough() -> None:
    assert spans(waiting((0, 15)), 4000, "peak-level-2") == []


def test_the_hold_goes_on_over_midnight() -> None:
    script = waiting((0, 8), start="23:50")
    assert spans(script, 3000, "peak-level-1") == [(1800.0, 0.0)]


def test_a_floor_without_calls_is_silent_for_two_days() -> None:
    script = Script("08:00")
    script.on(0, "S/1", queues=("hot", "vip"))
    rules = [rule for name, rule in SHIPPED.items() if name.startswith("peak")]
    assert Stage(script, book(*rules)).run(2 * 86_400) == []


def test_at_most_two_normal_seats_call_back_in_a_planned_peak() -> None:
    script = Script()
    script.campaigns = (Campaign(script.start + 600, script.start + 1200),)
    script.on(0, "S/1", "S/2", "S/3", "S/8")
    script.pause(100, "callback", "S/1", "S/2", "S/8")
    script.pause(300, "callback", "S/3")
    assert spans(script, 2000, "planned-callback") == [(630.0, 1200.0)]
    script.pause(620, "", "S/2")
    assert spans(script, 2000, "planned-callback") == []


def test_what_other_readings_say_today_stands_beside() -> None:
    script = waiting((0, 8), (600, 7), (650, 8), (1790, 20), (1799, 8))
    stage = Stage(script, book(SHIPPED["peak-level-1"]))
    stage.run(2300)
    said = {item.kind: (item.fired_at - script.start, item.in_force) for item in stage.rules.readings(0)}
    strict = next(item for item in stage.rules.readings(0) if item.kind == "strict")
    assert said["forgive"] == (1800.0, True)
    assert said["share"] == (1490.0, False)
    assert said["within"] == (60.0, False)
    assert strict.fired_at == 0.0 and strict.would_at - script.start == 2450.0
    assert "30 分钟" in strict.words.zh and "30 min" in strict.words.en


def test_a_new_day_begins_with_other_readings_from_nothing() -> None:
    script = waiting((0, 8), start="23:00")
    stage = Stage(script, book(SHIPPED["peak-watch"]))
    stage.run(3700)
    strict = next(item for item in stage.rules.readings(0) if item.kind == "strict")
    assert strict.fired_at == 0.0 and strict.would_at == local("00:05", day=18)
