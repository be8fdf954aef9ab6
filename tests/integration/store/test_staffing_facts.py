"""What staffing reads of the past: sums of calls and pauses, work, roster and leave; bounded, of one site."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, insert

from ccfloor.floor.events import Outcome
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.adherence import Shift
from ccfloor.kpi.period import business_date, day_number
from ccfloor.store.engine import writing
from ccfloor.store.staffing_facts import (
    Spread,
    Sums,
    call_sums,
    granted_leave,
    pause_lengths,
    queue_quarters,
    rostered,
    sums_between,
    work_quarters,
)
from ccfloor.store.tables import agent_intervals, leave_requests, seat_spans
from tests.fakes.stored import CONFIG, T0
from tests.fakes.stored_calls import call, put
from tests.fakes.stored_roster import put_roster

HOUR, DAY_S = 3600.0, 86_400.0


def gave_up(position: int, at: float, wait_s: float, outcome: Outcome = Outcome.ABANDONED) -> Any:
    row = call(position, at, wait_s=wait_s, outcome=outcome)
    return replace(row, answered_at=0.0, talk_ms=0, ended_at=0.0)


def put_span(engine: Engine, at: float, length: float, status: str, reason: str = "", **more: Any) -> None:
    row = {"site": "main", "seat": "P/1", "agent": "Mei", "start": at, "end": at + length, "status": status}
    row |= {"reason": reason, "queue": "", "call": "", "repaired": False} | more
    with writing(engine) as connection:
        connection.execute(insert(seat_spans).values(row))


def test_calls_tell_handling_waiting_and_who_answered(engine: Engine):
    put(
        engine,
        [
            replace(call(1, T0, agent="Mei"), ring_ms=5_000, acw_ms=15_000),
            replace(call(2, T0 + 60, agent="Mei"), hold_ms=20_000),
            call(3, T0 + 70, "vip", agent="Lan"),
            gave_up(4, T0 + 80, 45.0),
            gave_up(5, T0 + 90, 100.0, Outcome.TIMED_OUT),
            replace(call(6, T0 + 95, agent="Mei"), repaired=True, talk_ms=9_000_000),
            replace(call(7, T0 + 99, agent="Mei"), ended_at=0.0),  # talks still
        ],
    )
    with engine.connect() as connection:
        found = call_sums(connection, "main", "hot", T0, T0 + DAY_S)
        other = call_sums(connection, "elsewhere", "hot", T0, T0 + DAY_S)
    assert found.handle == Spread(2, 160.0, 80.0**2 + 80.0**2)
    assert found.wrap == Spread(2, 15.0, 225.0) and found.ring == Spread(2, 5.0, 25.0)
    assert found.talk == Spread(2, 60.0 + 80.0, 60.0**2 + 80.0**2)
    assert (found.waited_s, found.stayed_s) == (10 + 10 + 45 + 100, 10 + 10 + 45)
    assert found.by_agent == {"Mei": 2}
    assert other.handle.n == 0 and other.waited_s == 0.0


def test_of_very_many_calls_the_newest_are_read(engine: Engine):
    put(engine, [call(number, T0 + number, agent="Mei", wait_s=float(number)) for number in range(1, 31)])
    with engine.connect() as connection:
        found = call_sums(connection, "main", "hot", T0, T0 + DAY_S, most=10)
    assert found.handle.n == 10 and found.waited_s == sum(range(21, 31))


def test_calls_are_counted_by_quarter_hours_and_since_an_instant(engine: Engine):
    put(engine, [call(1, T0 + 10), call(2, T0 + 950), call(3, T0 + 960), gave_up(4, T0 + 970, 30.0)])
    with engine.connect() as connection:
        found = queue_quarters(connection, "main", T0, T0 + HOUR)["hot"]
        first = queue_quarters(connection, "main", T0, T0 + 900)["hot"]
        later = sums_between(connection, "main", T0 + 900, T0 + 1000)["hot"]
        assert sums_between(connection, "main", T0 + 1800, T0 + HOUR) == {}
    assert found == {int(T0): Sums(1, 1, 60.0, 0, 10.0), int(T0) + 900: Sums(3, 2, 120.0, 1, 50.0)}
    assert first == {int(T0): Sums(1, 1, 60.0, 0, 10.0)}
    assert later == Sums(3, 2, 120.0, 1, 50.0)


def test_whole_pauses_tell_their_lengths_and_forgotten_ones_nothing(engine: Engine):
    put_span(engine, T0, 600, "paused", "break")
    put_span(engine, T0 + 700, 300, "paused", "break")
    put_span(engine, T0 + 1100, 50, "paused", "break", repaired=True)
    put_span(engine, T0 + 1200, 9 * HOUR, "paused", "meal")
    put_span(engine, T0 + 1300, 90, "other_call")
    put_span(engine, T0 + 1400, 400, "ready")
    put_span(engine, T0 + 1800, 100, "on_call")
    put_span(engine, T0 + 1900, 77, "ready", site="elsewhere")
    with engine.connect() as connection:
        found, worked_s = pause_lengths(connection, "main", T0, T0 + DAY_S)
        newest, _ = pause_lengths(connection, "main", T0, T0 + DAY_S, most=4)
    assert found["break"] == pytest.approx(Spread(2, 900.0, 600.0**2 + 300.0**2))
    assert set(found) == {"break", "other_call"} and worked_s == pytest.approx(500.0)
    assert set(newest) == {"other_call"}


def test_work_is_time_for_the_queues_and_no_pause(engine: Engine):
    row = dict.fromkeys(AGENT_FIELDS, 0) | {"ready_ms": 300_000, "on_call_ms": 200_000, "break_ms": 400_000}
    away = dict.fromkeys(AGENT_FIELDS, 0) | {"meal_ms": 900_000}
    with writing(engine) as connection:
        for agent, told in (("Mei", row), ("Lan", away)):
            values = {"site": "main", "agent": agent, "start": int(T0), **told}
            connection.execute(insert(agent_intervals).values(values))
    with engine.connect() as connection:
        assert work_quarters(connection, "main", T0, T0 + HOUR) == {"Mei": {int(T0): 500.0}}


def test_the_roster_of_some_days_is_read_in_order(engine: Engine):
    later, first = ("Mei", T0 + DAY_S, T0 + DAY_S + HOUR), ("Mei", T0, T0 + HOUR)
    put_roster(engine, CONFIG, [later, first, ("Lan", T0 + 5 * DAY_S, T0 + 6 * DAY_S)])
    day, next_day = (day_number(business_date(CONFIG, at)) for at in (T0, T0 + DAY_S))
    with engine.connect() as connection:
        found = rostered(connection, "main", day, next_day)
        assert rostered(connection, "main", day, day) == {"Mei": [Shift(T0, T0 + HOUR)]}
    assert found == {"Mei": [Shift(T0, T0 + HOUR), Shift(T0 + DAY_S, T0 + DAY_S + HOUR)]}


def test_only_leave_that_was_granted_and_lies_there_is_told(engine: Engine):
    row = {"site": "main", "seat": "P/1", "agent": "Mei", "reason": "", "force_majeure": False, "who": "lead"}
    row |= {"at": T0, "why": ""}
    with writing(engine) as connection:
        for start, decision in ((0, "granted"), (HOUR, "refused"), (-9 * HOUR, "granted")):
            values = row | {"start": T0 + start, "end": T0 + start + HOUR, "decision": decision}
            connection.execute(insert(leave_requests).values(values))
    with engine.connect() as connection:
        assert granted_leave(connection, "main", T0, T0 + DAY_S) == [("P/1", "Mei", T0, T0 + HOUR)]
