"""Shifts, days and arrivals as they are settled before a simulated day."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from ccfloor.acd.sim_plan import Load, draw, duties, midnight, resting, starts
from ccfloor.acd.sim_scenario import Outage, Scenario, ShiftSpec, Spread, Window, load_scenario
from tests.unit.acd.sim_day import SPEC, ZONE, local

DAY = date(2025, 11, 19)


def test_a_day_is_planned_the_same_whoever_asks() -> None:
    assert list(duties(SPEC, 7, DAY, ZONE)) == list(duties(SPEC, 7, DAY, ZONE))
    assert list(duties(SPEC, 7, DAY, ZONE)) != list(duties(SPEC, 8, DAY, ZONE))


def test_nobody_works_longer_than_ten_hours_or_at_two_seats() -> None:
    plan = list(duties(SPEC, 7, DAY, ZONE))
    assert all(6 * 3600 < duty.end - duty.start < 10 * 3600 for duty in plan)
    assert max(Counter(duty.agent for duty in plan).values()) == 1


@pytest.mark.parametrize("day_of_month", range(3, 19))
def test_fourteen_sit_at_their_seats_at_any_time_of_night(day_of_month: int) -> None:
    day = date(2025, 11, day_of_month)
    plan = [*duties(SPEC, 7, day, ZONE), *duties(SPEC, 7, day + timedelta(days=1), ZONE)]
    for hour in (20.5, 22, 24, 26, 30, 31.5):
        at = midnight(day, ZONE) + hour * 3600
        assert sum(duty.start <= at < duty.end for duty in plan) >= 14


def test_of_a_weekend_everybody_works_one_day() -> None:
    shift = ShiftSpec.model_validate({"from": "08:00", "to": "17:00", "rest": "weekend"})
    for place in range(1, 10):
        for saturday in (15, 22, 29):
            sunday = date(2025, 11, saturday + 1)
            assert resting(shift, place, date(2025, 11, saturday)) is not resting(shift, place, sunday)


def test_a_shift_that_ends_before_it_starts_ends_on_the_next_day() -> None:
    shift = ShiftSpec.model_validate({"from": "16:40", "to": "00:45"})
    assert shift.hours_s == (16 * 3600 + 2400, 24 * 3600 + 2700)


def _load(scenario: Scenario, origin: float = 0.0, seed: int = 7) -> Load:
    return Load(SPEC, scenario, seed, DAY, ZONE, origin)


def test_closed_queues_have_no_callers_and_the_hotline_always_has() -> None:
    load = _load(load_scenario())
    for quarter in range(96):
        at = load.start + quarter * 900
        is_open = 8 <= quarter / 4 < 20
        assert (load.rate("english-line", at) > 0) is is_open
        assert load.rate("hotline", at) > 0
    assert load.next_arrival("english-line", local(20.01), Random(1)) is None


def test_arrivals_come_at_the_planned_rate() -> None:
    load, rng = _load(load_scenario()), Random(3)
    counted, at = 0, load.start
    while (arrival := load.next_arrival("hotline", at, rng)) is not None:
        assert arrival > at
        counted, at = counted + 1, arrival
    expected = sum(load.rate("hotline", load.start + quarter * 900) * 900 for quarter in range(96))
    assert abs(counted - expected) < 4 * expected**0.5


def test_a_window_multiplies_and_adds_callers_in_the_usual_proportions() -> None:
    window = Window(at="10:00", minutes=30, volume=2, extra=360)
    plain, rush = _load(load_scenario()), _load(load_scenario().model_copy(update={"windows": [window]}))
    at = local(10.2)
    usual = {queue: plain.rate(queue, at) for queue in SPEC.queues}
    for queue, rate in usual.items():
        assert rush.rate(queue, at) == pytest.approx(2 * rate + 0.1 * rate / sum(usual.values()))
        assert rush.rate(queue, local(10.6)) == plain.rate(queue, local(10.6))


def test_a_window_of_one_queue_leaves_the_others() -> None:
    window = Window(at="10:00", minutes=30, volume=3, patience=2, queues=["billing-line"])
    plain, rush = _load(load_scenario()), _load(load_scenario().model_copy(update={"windows": [window]}))
    assert rush.rate("hotline", local(10.2)) == plain.rate("hotline", local(10.2))
    assert rush.rate("billing-line", local(10.2)) == 3 * plain.rate("billing-line", local(10.2))
    assert (rush.patience(local(10.2)), rush.patience(local(10.7))) == (2, 1)


def test_a_stretch_after_the_start_comes_back_and_reaches_over_midnight() -> None:
    stretch = Outage(kind="link", after_min=30, minutes=20, every_min=600)
    origin = local(3)
    assert list(starts(stretch, local(0), local(24), origin)) == [local(3.5), local(13.5), local(23.5)]
    assert next(iter(starts(stretch, local(24), local(48), origin))) == local(33.5)
    late = Outage(kind="link", after_min=0, minutes=60)
    assert list(starts(late, local(24), local(48), local(23.5))) == [local(23.5)]
    assert list(starts(late, local(48), local(72), local(23.5))) == []


def test_a_day_that_changes_its_clock_has_its_own_length() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    autumn = Load(SPEC, load_scenario(), 7, date(2025, 10, 26), berlin, 0.0)
    assert autumn.end - autumn.start == 25 * 3600
    assert autumn.rate("hotline", autumn.end - 1) > 0


def test_a_duration_has_its_mean() -> None:
    rng, spread = Random(1), Spread(mean_s=200, sigma=0.6)
    assert sum(draw(rng, spread) for _ in range(20_000)) / 20_000 == pytest.approx(200, rel=0.03)
