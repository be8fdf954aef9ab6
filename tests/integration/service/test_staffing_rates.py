"""What calls the simulation is told of are those of the page of the day: one forecast, one number."""

from collections.abc import Iterator
from datetime import date
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget
from ccfloor.rules.calendar import Calendar
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing import knowing as knowing_module
from ccfloor.service.staffing.knowing import Knowing
from ccfloor.service.staffing.present_now import From, Present
from ccfloor.service.staffing.rates import Forecasts, Rates, RatesKeeper, ahead
from ccfloor.service.staffing_today.day import Today
from ccfloor.service.staffing_today.job import TodayKeeper
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import campaigns
from tests.fakes.current import upgrade
from tests.fakes.offered_weeks import office, put_weeks
from tests.unit.service.present_floor import queue, seat
from tests.unit.service.views import view as floor_view

TARGET = QueueTarget(threshold_s=20, target=0.8)
CONFIG = FloorConfig(queues={name: QueueInfo(name, targets=(TARGET,)) for name in ("loans", "new")})
FIRST, DAY = date(2026, 10, 12), date(2026, 11, 17)
BEGIN = CONFIG.day_begins(DAY)
HOUR = 3600.0
SETTINGS = SiteSettings(data="nowhere")


def at(hour: float) -> float:
    return BEGIN + hour * HOUR


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path_factory.mktemp("weeks") / "floor.db"))
    upgrade(opened)
    put_weeks(opened, CONFIG, FIRST, at(11.25), {"loans": office})
    yield opened
    opened.dispose()


def rates(engine: Engine, now: float) -> Rates:
    return Forecasts(engine, CONFIG, SETTINGS).rates(now)


def shown(engine: Engine, now: float) -> Today:
    return TodayKeeper(engine, CONFIG, SETTINGS, lambda: now).today()


def half_hours(told: Rates, start: float, n: int) -> list[float]:
    found, _ = told("loans", start, 1800.0, n)
    return [rate * 1800 for rate in found]


def busy_day(engine: Engine, times: int) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "UPDATE queue_intervals SET offered = offered * ? WHERE start >= ?", (times, BEGIN)
        )


def campaign(engine: Engine, start: float, end: float) -> None:
    row = {"site": "main", "name": "push", "note": "", "who": "x", "at": 1.0, "cancelled_by": ""}
    with writing(engine) as connection:
        connection.execute(insert(campaigns).values(**row, start=start, end=end, queues='["loans"]'))


def test_a_half_hour_has_the_number_that_the_page_of_the_day_shows(engine: Engine) -> None:
    day = shown(engine, at(11.25)).queues["loans"]
    told = rates(engine, at(11.25))
    assert half_hours(told, at(11), 6) == pytest.approx([half.mean for half in day.halves[22:28]])
    assert told("nobody", at(11), 900.0, 4) == ((), 0.0)


def test_a_busy_morning_is_learned_and_what_may_be_a_rush_is_left_to_the_last_half_hour(
    engine: Engine,
) -> None:
    busy_day(engine, 2)
    told = half_hours(rates(engine, at(11.25)), at(11), 14)
    shown_there = [half.mean for half in shown(engine, at(11.25)).queues["loans"].halves[22:36]]
    assert all(1.3 * 20 < one < both for one, both in zip(told, shown_there, strict=True))
    assert told[-1] == pytest.approx(shown_there[-1], rel=0.01), "a rush is over by then"


def test_what_was_a_moment_ago_is_told_at_the_level_of_now(engine: Engine) -> None:
    busy_day(engine, 2)
    told = rates(engine, at(11.25))
    before, now = half_hours(told, at(10.5), 2)
    assert before == pytest.approx(now, rel=0.1) and before > 1.3 * 24


def test_a_planned_peak_and_a_holiday_are_in_it(engine: Engine) -> None:
    plain = half_hours(rates(engine, at(11.25)), at(14), 1)[0]
    campaign(engine, at(14), at(15))
    assert half_hours(rates(engine, at(11.25)), at(14), 1)[0] == pytest.approx(1.3 * plain, rel=0.02)
    assert half_hours(rates(engine, at(11.25)), at(15.5), 1)[0] == pytest.approx(plain, rel=0.2)


def test_past_midnight_the_next_days_forecast_goes_on(engine: Engine) -> None:
    """Wednesday's, at the end of a Tuesday: nobody calls by night, and after nine they do."""
    told = rates(engine, at(23.5))
    assert sum(half_hours(told, at(23.5), 4)) < 1
    assert half_hours(told, at(23.5), 22)[-1] == pytest.approx(24, rel=0.3)
    assert told("loans", at(24.1), 900.0, 4) == ((), 0.0), "and by then another day is to be learned"


def test_of_a_day_gone_by_nothing_is_known_before_it_came(engine: Engine) -> None:
    def tomorrow(known: float) -> float:
        told = ahead(engine, CONFIG, SETTINGS, date(2026, 11, 18), known)
        return float(told.of["loans"].mean.sum())

    today, early, late = half_hours(rates(engine, at(9.1)), at(10), 4), tomorrow(at(9.1)), tomorrow(at(12))
    busy_day(engine, 5)
    assert half_hours(rates(engine, at(9.1)), at(10), 4) == pytest.approx(today, rel=0.01)
    assert tomorrow(at(9.1)) == pytest.approx(early) and tomorrow(at(12)) > late


def test_it_is_learned_anew_when_a_half_hour_is_over(engine: Engine) -> None:
    keeper = RatesKeeper(engine, CONFIG, SETTINGS)
    assert keeper.due(at(10)) and keeper.rates is None
    keeper.look(at(10.1))
    first = keeper.rates
    keeper.look(at(10.4))
    assert keeper.rates is first and not keeper.due(at(10.5)) and keeper.due(at(10.5) + 21)
    keeper.look(at(10.6))
    assert keeper.rates is not first


def test_a_read_that_fails_leaves_what_was_known(engine: Engine, tmp_path_factory: Any) -> None:
    keeper = RatesKeeper(engine, CONFIG, SETTINGS)
    keeper.look(at(10.1))
    known = keeper.rates
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE queue_intervals RENAME TO gone")
    keeper.look(at(11))
    assert known is not None and keeper.rates is known
    assert not keeper.due(at(11) + 60) and keeper.due(at(11) + 200)


# -- in what everybody asks ------------------------------------------------------------------------------


def look(knows: Knowing, now: float, calls: int) -> Present:
    shown = floor_view(now, queues=(queue("loans", calls),), seats=(seat(since=now - 60),))
    return knows.present(shown)[0]


def knower(engine: Engine) -> Knowing:
    return Knowing(engine, CONFIG, SETTINGS, Calendar)


def test_outlook_and_preview_are_told_of_a_planned_peak_to_come(engine: Engine) -> None:
    campaign(engine, at(11.5), at(12.5))
    found = look(knower(engine), at(11.25), 24)
    assert found.floor is not None and found.measures["loans"].rate.source is From.FORECAST
    rate = next(one.rate for one in found.floor.queues if one.queue == "loans")
    assert rate[2] == pytest.approx(1.3 * rate[0], rel=0.12) and rate[8] < 1.15 * rate[0]
    row = shown(engine, at(11.25)).queues["loans"].halves[22]
    assert row.mean is not None and rate[0] * 1800 == pytest.approx(row.mean, rel=0.1)


def test_on_a_busy_day_the_last_half_hour_counts_beside_what_the_day_has_taught(engine: Engine) -> None:
    busy_day(engine, 2)
    taught = half_hours(rates(engine, at(11.25)), at(11), 1)[0]
    found = look(knower(engine), at(11.25), 48).measures["loans"].rate.estimate
    assert taught < found.value * 1800 < 50 and found.high * 1800 > 1.1 * taught
    as_taught = look(knower(engine), at(11.25), round(taught)).measures["loans"].rate.estimate
    assert as_taught.value * 1800 == pytest.approx(taught, rel=0.03)


def test_while_the_past_is_learned_anew_whoever_asks_has_what_was_known(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows = knower(engine)
    first = look(knows, at(10.1), 24)
    goes_on, reading = Event(), Event()
    real = RatesKeeper.look

    def slow(self: RatesKeeper, now: float) -> None:
        reading.set()
        assert goes_on.wait(30)
        real(self, now)

    monkeypatch.setattr(knowing_module.RatesKeeper, "look", slow)
    before = knows.rates
    again = look(knows, at(11), 24)  # would wait for ever if it waited
    assert reading.wait(30) and again.floor is not None and first.floor is not None
    assert knows.rates is before
    goes_on.set()
    knows.wait(30)
    assert knows.rates is not before
