"""Weeks of a floor are stored; what is learned of them, what is known of today, what a failed read leaves."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import OperationalError

from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.week import Cell
from ccfloor.rules.calendar import Calendar
from ccfloor.service.staffing.coming import around
from ccfloor.service.staffing.present_learned import Learner, habits, learned
from ccfloor.service.staffing.present_now import Why, present_now
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import agent_intervals, coverage, feeds, seat_spans, sources
from tests.fakes.stored_calls import call, put
from tests.fakes.stored_roster import put_roster
from tests.unit.service.present_floor import NINE, seat, view

ZONE = "America/New_York"
SEATS = {"P/1": SeatInfo("P/1", "Mei", team="A"), "P/2": SeatInfo("P/2", "Lan", team="A")}
CONFIG = FloorConfig(zone=ZONE, queues={"hot": QueueInfo("hot")}, seats=SEATS)
HOUR, DAY_S = 3600.0, 86_400.0


def local(day: int, hour: float, month: int = 11) -> float:
    return datetime(2026, month, day, tzinfo=ZoneInfo(ZONE)).timestamp() + hour * HOUR


NOW = local(20, 9.5)


def saw(engine: Engine, *spans: tuple[float, float], reached: float = NOW) -> None:
    """A live link saw the floor in these spans; the floor has come to ``reached``."""
    source = {"site": "main", "feed": "live", "name": "ami:1", "kind": "live", "cursor": 0, "mark": ""}
    source |= {"first_at": spans[0][0], "last_at": spans[-1][1], "events": 9, "bad": 0}
    rows = [{"source_id": 1, "start": a, "site": "main", "end": b, "open": False} for a, b in spans]
    with writing(engine) as connection:
        connection.execute(insert(sources).values(id=1, **source))
        connection.execute(insert(coverage), rows)
        feed = {"site": "main", "feed": "live", "head": 1, "batch": 1, "events": 9, "at": reached}
        connection.execute(insert(feeds).values(feed))


def hour_of_calls(day: int, hour: float, n: int, first: int, **more: Any) -> list[Any]:
    step = HOUR / n
    return [
        call(first + number, local(day, hour) + number * step, agent="Mei", **more) for number in range(n)
    ]


def three_fridays(engine: Engine, *counts: int) -> None:
    """Calls of a minute between nine and ten on the Fridays before, 6 November first; ten seconds each."""
    rows = []
    for week, n in enumerate(counts):
        rows += hour_of_calls(6 + 7 * week, 9, n, 1000 * (week + 1))
    put(engine, rows)


def test_the_weeks_rate_is_of_the_sites_clock_over_a_change_of_it(database: Engine):
    # 30 October is before the clocks go back, 6 and 13 November after: nine o'clock is nine o'clock
    early = [call(n, local(30, 9, month=10) + n * 60, agent="Mei") for n in range(60)]
    put(database, early + hour_of_calls(6, 9, 60, 1000) + hour_of_calls(13, 9, 60, 2000))
    saw(database, (local(29, 0, month=10), NOW))
    past = learned(database, CONFIG, NOW, weeks=4)
    assert past.rate("hot", Cell(4, 18)) == pytest.approx(90.5 / (3 * 1800))
    assert past.rate("hot", Cell(4, 16)) == pytest.approx(0.5 / (3 * 1800))


def test_a_friday_that_nobody_saw_is_no_friday_without_calls(database: Engine):
    three_fridays(database, 60, 60)
    whole, blind = (local(6, 0), local(7, 0)), (local(13, 0), local(13, 9.25))
    saw(database, whole, blind, (local(13, 9.75), NOW))
    past = learned(database, CONFIG, NOW)
    assert past.seen_s[Cell(4, 18)] == pytest.approx(1800 + 900)
    assert past.seen_s[Cell(4, 19)] == pytest.approx(1800 + 900)
    assert past.rate("hot", Cell(0, 18)) == pytest.approx(0.5 / 1800)  # 16 November, seen and quiet
    assert learned(database, CONFIG, local(6, 1)).rate("hot", Cell(0, 18)) is None


def test_today_is_no_part_of_the_past(database: Engine):
    three_fridays(database, 60, 60, 600)
    saw(database, (local(1, 0), NOW))
    past = learned(database, CONFIG, NOW)
    assert past.queues["hot"].handled == 120 and past.until == local(20, 0)


def test_handling_patience_and_skills_are_those_of_the_calls(database: Engine):
    rows = hour_of_calls(13, 9, 40, 1) + hour_of_calls(13, 10, 40, 100, talk_ms=120_000)
    lost = [replace(row, outcome=Outcome.ABANDONED, answered_at=0.0, agent="", talk_ms=0) for row in rows[:8]]
    put(database, rows[8:] + lost)
    saw(database, (local(1, 0), NOW))
    known = learned(database, CONFIG, NOW)
    past = known.queues["hot"]
    assert (past.handled, past.abandoned, past.waits) == (72, 8, 1.0)
    assert past.aht is not None and past.patience is not None
    assert past.aht.mean == pytest.approx((32 * 60 + 40 * 120) / 72)
    assert past.aht.sd == pytest.approx(30.0, rel=0.02) and past.talk.sd == pytest.approx(30.0, rel=0.02)
    assert past.patience.exposure / past.patience.events == pytest.approx(800 / 8.5)
    assert known.answered == {"Mei": {"hot": 72}}


def test_who_left_by_a_key_waited_too_and_did_not_give_up(database: Engine):
    rows = hour_of_calls(13, 9, 20, 1)
    left = replace(rows[0], outcome=Outcome.KEY_EXIT, answered_at=0.0, agent="", talk_ms=0, wait_ms=190_000)
    put(database, [*rows[1:], left])
    saw(database, (local(1, 0), NOW))
    past = learned(database, CONFIG, NOW).queues["hot"]
    assert past.abandoned == 0 and past.waits == pytest.approx(380 / 190)
    assert past.patience is not None
    assert past.patience.exposure / past.patience.events == pytest.approx(380 / 0.5)


def test_days_that_differ_more_than_chance_have_a_wider_level(database: Engine):
    three_fridays(database, 400, 800)
    saw(database, (local(1, 0), NOW))
    wild = learned(database, CONFIG, NOW).queues["hot"]
    assert wild.days == 2 and wild.level_cv > 0.3


def test_days_alike_are_drawn_together(database: Engine):
    three_fridays(database, 400, 402)
    saw(database, (local(1, 0), NOW))
    assert learned(database, CONFIG, NOW).queues["hot"].level_cv < 0.15


def test_rushes_of_the_past_say_how_often_one_begins(database: Engine):
    """Twelve workdays from nine to one; on one of them three times as many called from half past nine on."""
    workdays = [day for day in range(2, 20) if datetime(2026, 11, day).weekday() < 5][:12]
    rows = []
    for place, day in enumerate(workdays):
        for hour in range(9, 13):
            rows += hour_of_calls(day, hour, 80, 1000 * (place + 1) + 100 * hour)
    put(database, [*rows, *hour_of_calls(workdays[8], 9.5, 160, 90_000)])
    saw(database, (local(2, 0), NOW))
    past = learned(database, CONFIG, NOW)
    begun, hours = past.rushes
    assert begun == 1 and hours == pytest.approx(18 * 4)
    assert habits(past).rush_rate * HOUR == pytest.approx(1.5 / (72 + 50))


def test_pauses_and_working_hours_become_habits(database: Engine):
    spans = {"site": "main", "seat": "P/1", "agent": "Mei", "queue": "", "call": "", "repaired": False}
    begin = local(13, 9)
    told = [(900, "paused", "break"), (3600, "ready", ""), (3600, "on_call", "")]
    rows = []
    for number, (length, status, reason) in enumerate(told):
        start = begin + number * HOUR
        rows.append(spans | {"start": start, "end": start + length, "status": status, "reason": reason})
    worked = dict.fromkeys(AGENT_FIELDS, 0) | {"ready_ms": 900_000}
    with writing(database) as connection:
        connection.execute(insert(seat_spans), rows)
        connection.execute(
            insert(agent_intervals).values(site="main", agent="Mei", start=int(begin), **worked)
        )
    saw(database, (local(13, 0), NOW))
    past = learned(database, CONFIG, NOW)
    assert past.pause("break").mean_s == pytest.approx((5 * 600 + 900) / 6)  # one break beside the guess
    assert past.pause("meal").n == 0 and past.pause("meal").mean_s == 2400.0
    assert past.at_work("Mei", Cell(4, 18)) == pytest.approx(0.5) and past.at_work("Lan", Cell(4, 18)) is None
    (leave,) = habits(past).leaves
    assert (leave.reason, leave.rate) == ("break", pytest.approx(1 / 7200))


def test_what_is_known_of_today_has_roster_sums_and_the_time_nobody_saw(database: Engine):
    put(database, hour_of_calls(20, 9, 30, 1)[:10])
    put_roster(
        database, CONFIG, [("Lan", local(20, 10), local(20, 18)), ("Mei", local(20, 8), local(20, 16))]
    )
    saw(database, (local(20, 0), NOW - 1200), (NOW - 300, NOW))
    now_known = around(database, CONFIG, Calendar(ZONE), learned(database, CONFIG, NOW), NOW)
    assert now_known.seen_s(NOW - 1800, NOW) == pytest.approx(900.0)
    assert now_known.today["hot"].handled == 10
    assert now_known.plan.rostered and now_known.plan.agents["Lan"][0].start == local(20, 10)


def test_a_floor_of_which_nobody_ever_told_was_not_seen(database: Engine):
    known = around(database, CONFIG, Calendar(ZONE), learned(database, CONFIG, NOW), NOW)
    assert known.seen_s(NOW - 1800, NOW) == 0.0
    quiet = replace(view(seat()), at=NOW)
    found = present_now(quiet, CONFIG, learned(database, CONFIG, NOW), NOW, around=known)
    assert found.floor is None and found.why is Why.NO_QUEUES


def test_the_past_is_read_once_in_a_while_and_kept_when_it_cannot_be(database: Engine):
    three_fridays(database, 60, 60)
    saw(database, (local(1, 0), NOW))
    learner = Learner(database, CONFIG)
    first = learner.look(NOW)
    assert first is not None and learner.look(NOW + 600) is first
    again = learner.look(NOW + 901)
    assert again is not None and again is not first and again.at == NOW + 901


def test_where_little_was_seen_more_is_looked_for_soon(database: Engine):
    three_fridays(database, 60, 60)
    saw(database, (local(13, 0), NOW))
    learner = Learner(database, CONFIG)
    first = learner.look(NOW)
    assert first is not None and learner.look(NOW + 100) is first
    again = learner.look(NOW + 121)
    assert again is not None and again.at == NOW + 121


def test_a_read_that_fails_leaves_what_was_known_and_says_so(database: Engine):
    three_fridays(database, 60, 60)
    saw(database, (local(1, 0), NOW))
    learner = Learner(database, CONFIG)
    first = learner.look(NOW)
    with writing(database) as connection:
        connection.execute(text("DROP TABLE coverage"))
    later = learner.look(NOW + 901)
    assert first is not None and later is not None
    assert (first.fault, later.fault != "", later.at) == ("", True, NOW)
    assert later.queues == first.queues


def test_a_past_that_could_never_be_read_is_none_and_so_is_the_floor(tmp_path: Any):
    empty = open_engine(str(tmp_path / "empty.db"))  # no tables
    learner = Learner(empty, CONFIG)
    assert learner.look(NOW) is None
    assert present_now(view(seat()), CONFIG, learner.past, NINE).why is Why.NO_PAST
    with pytest.raises(OperationalError):
        learned(empty, CONFIG, NOW)
    empty.dispose()
