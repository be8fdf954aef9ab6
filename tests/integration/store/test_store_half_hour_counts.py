"""Counts by half hours of the local clock: in every zone, on both databases, in scope alone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.kpi.period import period
from ccfloor.kpi.week import dates
from ccfloor.store.half_hour_counts import Handling, handling_by_slot, offered_by_half, stored_days
from ccfloor.store.half_hour_seats import served
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.offered_weeks import put_weeks
from tests.fakes.stored_calls import call, put

CONFIG = FloorConfig()
DAY = date(2026, 11, 17)
BEGIN = CONFIG.day_begins(DAY)
NINE = BEGIN + 9 * 3600
ALL = Viewer()


def test_quarter_hours_add_up_to_half_hours_of_the_clock(engine: Engine) -> None:
    put(engine, [call(n, NINE + 600.0 * n, "hot") for n in range(6)])
    found = offered_by_half(engine, ALL, CONFIG, period(CONFIG, DAY.isoformat()))
    assert found == {"hot": {NINE: 3, NINE + 1800: 3}}


@pytest.mark.parametrize(
    ("zone", "before"),
    [("Asia/Kolkata", "09:30"), ("Europe/Berlin", "10:30"), ("Australia/Lord_Howe", "09:30")],
)
def test_half_hours_are_those_of_the_zone(engine: Engine, zone: str, before: str) -> None:
    """The same time of day in UTC before and after clocks went back in Berlin."""
    config = FloorConfig(zone=zone)
    at = datetime(2026, 10, 25, 9, 45, tzinfo=ZoneInfo(zone)).timestamp()
    put(engine, [call(1, at - 3 * 86_400, "hot"), call(2, at, "hot")])
    of = dates(config, date(2026, 10, 20), date(2026, 10, 30))
    (told,) = offered_by_half(engine, ALL, config, of).values()
    clocks = [datetime.fromtimestamp(start, ZoneInfo(zone)).strftime("%H:%M") for start in sorted(told)]
    assert clocks == [before, "09:30"]
    slots = {"09:30": 19, "10:30": 21}
    assert set(handling_by_slot(engine, ALL, config, of)["hot"]) == {slots[clock] for clock in clocks}


def test_handle_times_and_waits_add_up_over_days(engine: Engine) -> None:
    gone = {"outcome": Outcome.ABANDONED, "answered_at": 0.0, "talk_ms": 0}
    rows = [call(1, NINE, "hot", 10.0), call(2, NINE + 86_400, "hot", 20.0, ring_ms=5000, acw_ms=7000)]
    put(engine, [*rows, call(3, NINE + 60, "hot", 40.0, **gone)])
    of = dates(CONFIG, DAY, date(2026, 11, 18))
    found = handling_by_slot(engine, ALL, CONFIG, of)["hot"][18]
    assert (found.handled, found.abandoned) == (2, 1)
    assert found.seat_s == pytest.approx(60 + 60 + 5 + 7) and found.wait_s == pytest.approx(10 + 20 + 40)
    assert found.plus(Handling(handled=1)).handled == 3


def test_out_of_scope_is_left_out(engine: Engine) -> None:
    put(engine, [call(1, NINE, "hot"), call(2, NINE, "cold")])
    of, lead = period(CONFIG, DAY.isoformat()), Viewer(role=Role.LEAD, queues=frozenset(("cold",)))
    assert list(offered_by_half(engine, lead, CONFIG, of)) == ["cold"]
    assert list(handling_by_slot(engine, lead, CONFIG, of)) == ["cold"]
    with pytest.raises(Forbidden):
        offered_by_half(engine, Viewer(role=Role.AGENT), CONFIG, of)


def test_days_that_are_stored(engine: Engine) -> None:
    put_weeks(engine, CONFIG, DAY, BEGIN + 2 * 86_400, {"hot": lambda day, hour: 2.0})
    assert list(stored_days(engine, ALL, 20261101, 20261130)) == [20261117, 20261118]
    assert list(stored_days(engine, ALL, 20261118, 20261118)) == [20261118]


def test_which_queues_agents_serve(engine: Engine) -> None:
    put(engine, [call(1, NINE, "hot", agent="Li"), call(2, NINE + 9, "cold", agent="Li"), call(3, NINE)])
    with engine.connect() as connection:
        assert served(connection, ALL, BEGIN, BEGIN + 86_400) == {"Li": frozenset(("hot", "cold"))}
        assert served(connection, ALL, NINE + 5, NINE + 20) == {"Li": frozenset(("cold",))}
        with pytest.raises(Forbidden):
            served(connection, Viewer(role=Role.LEAD, queues=frozenset(("cold",))), BEGIN, NINE)
