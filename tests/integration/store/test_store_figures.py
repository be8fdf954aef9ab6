"""The figures of months, days and half hours: what days keep is what the calls come to, whoever asks."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from sqlalchemy import Engine, delete, insert, select

from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    Device,
    EndedBy,
    Outcome,
    SeatDevice,
    SeatHeld,
    SeatJoined,
    SeatPaused,
)
from ccfloor.kpi.period import Period, day_number, day_of, days, half_hours, month_of, period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.counting import DayCounter
from ccfloor.store import tables
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.facts import count_day, count_facts, due_days
from ccfloor.store.kpi_figures import by_member, figures, state
from ccfloor.store.metrics_query import metric_rows
from ccfloor.store.rebuild import rebuild
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, cut, day, items
from tests.unit.floor.test_properties import Step, steps, stream

VIEWER = Viewer()
_numbers = itertools.count(1)
ZONES = ["UTC", "Asia/Shanghai", "Asia/Kathmandu", "America/St_Johns"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """One SQLite database for all the examples: each has a site of its own."""
    opened = open_engine(str(tmp_path_factory.mktemp("figures") / "floor.db"))
    upgrade(opened)
    return opened


def filled(engine: Engine, config: FloorConfig, first: float = T0, number: int = 3) -> None:
    """Some days of calls every 20 s that begin 20 minutes before midnight UTC."""
    recorder = Recorder(engine, config, config.site, "live", live=True)
    told = [event for count in range(number) for event in day(150, first + 86_400 * count - 1200)]
    for batch in cut(items(iter(told), first=int(first)), 300):
        recorder.record(batch)


def compared(engine: Engine, viewer: Viewer, config: FloorConfig, of: Period) -> None:
    """Figures of the period against those of ``ccfloor metrics``, by floor, queue and agent."""
    (whole,) = figures(engine, viewer, config, SITE, [of])
    (row,) = metric_rows(engine, viewer, config, of.start, of.end)
    for name in ("offered", "answered", "abandoned", "answered_in_t", "transferred_out"):
        assert whole.get(f"queue.{name}", 0) == row[name], name
    assert whole.get("queue.talk_ms", 0) == row["talk_s"] * 1000
    assert whole.get("queue.max_wait_ms", 0) == (row["max_wait_s"] or 0) * 1000
    queues = {scope.name: told for scope, told in by_member(engine, viewer, config, "queue", of).items()}
    for row in metric_rows(engine, viewer, config, of.start, of.end, by=("queue",)):
        assert queues[row["queue"]]["queue.offered"] == row["offered"]
        assert queues[row["queue"]]["queue.wait_answered_ms"] == row["wait_answered_s"] * 1000
    agents = by_member(engine, viewer, config, "agent", of)
    for row in metric_rows(engine, viewer, config, of.start, of.end, by=("agent",)):
        told = agents[Scope("agent", row["agent"])]
        assert (told["agent.answered"], told["agent.talk_ms"]) == (row["answered"], row["talk_s"] * 1000)
        assert told["calls.answered_in_t"] == row["answered_in_t"]
        if row["occupancy"] is not None:
            busy = sum(told[f"agent.{name}"] for name in ("on_call_ms", "on_hold_ms", "wrap_up_ms"))
            busy += told["agent.ringing_ms"] + told["agent.callback_ms"]
            assert busy / (busy + told["agent.ready_ms"]) == pytest.approx(row["occupancy"])


@pytest.mark.parametrize(("zone", "begins"), list(zip(ZONES, (0, 18_000, 0, 14_820), strict=True)))
def test_every_period_is_what_the_metrics_say(shared: Engine, zone: str, begins: int) -> None:
    config = changed(CONFIG, site=f"s{next(_numbers)}", zone=zone, day_start_s=begins)
    viewer = Viewer(site=config.site)
    filled(shared, config)
    for of in (month_of(config, T0 + 7200), day_of(config, T0), day_of(config, T0 + 86_400)):
        compared(shared, viewer, config, of)
    for half in half_hours(config, day_of(config, T0))[-4:]:
        compared(shared, viewer, config, half)


def test_days_add_up_where_clocks_change(shared: Engine) -> None:
    config = changed(CONFIG, site="dst", zone="Europe/Berlin")
    viewer = Viewer(site="dst")
    spring, autumn = period(config, "2026-03-29"), period(config, "2026-10-25")
    for short_or_long in (spring, autumn):
        filled(shared, config, short_or_long.start, 2)
        (whole,) = figures(shared, viewer, config, SITE, [short_or_long])
        halves = half_hours(config, short_or_long)
        parts = figures(shared, viewer, config, SITE, halves)
        assert len(halves) == {spring: 46, autumn: 50}[short_or_long]
        for name in ("queue.offered", "queue.talk_ms", "agent.answered", "calls.answered", "calls.known"):
            assert whole[name] == sum(part.get(name, 0) for part in parts) > 0


def test_a_month_is_the_sum_of_its_days_and_a_team_of_its_agents(engine: Engine) -> None:
    seats = {
        "P/0": SeatInfo("P/0", agent="Agent 0", team="A"),
        "P/1": SeatInfo("P/1", agent="Li", others={"Agent 1": "Agent 1"}, team="A"),
        "P/2": SeatInfo("P/2", agent="Agent 2", team="B"),
    }
    config = changed(CONFIG, seats=seats)
    filled(engine, config)
    month = month_of(config, T0)
    for scope in (SITE, Scope("queue", "hot"), Scope("team", "A"), Scope("agent", "Agent 1")):
        whole, *parts = figures(engine, VIEWER, config, scope, [month, *days(config, month)])
        for name in whole.keys() - {"queue.max_wait_ms"}:
            assert whole[name] == sum(part.get(name, 0) for part in parts), (scope, name)
    agents = by_member(engine, VIEWER, config, "agent", month, Scope("team", "A"))
    assert [scope.name for scope in agents] == ["Agent 0", "Agent 1"]
    (team,) = figures(engine, VIEWER, config, Scope("team", "A"), [month])
    assert by_member(engine, VIEWER, config, "team", month)[Scope("team", "A")] == team
    for name, value in team.items():
        assert value == sum(sums.get(name, 0) for sums in agents.values()), name


@settings(max_examples=25, deadline=None)
@given(steps, st.sets(st.integers(1, 120)), st.sampled_from(ZONES))
def test_kept_days_are_the_intervals_for_any_stream_cut_anyhow(
    shared: Engine, told: list[Step], cuts: set[int], zone: str
) -> None:
    config = changed(CONFIG, site=f"s{next(_numbers)}", zone=zone)
    viewer, batch = Viewer(site=config.site), list[Item]()
    recorder = Recorder(shared, config, config.site, "live", live=True)
    for event, position, log in stream(told):
        batch.append(Item(f"{config.site}.log" if log else f"{config.site}.ami", position, event, log))
        if position in cuts:
            recorder.record(batch)
            batch = []
    recorder.record(batch)
    around = [month_of(config, recorder.floor.at), day_of(config, recorder.floor.at)]
    scopes = [SITE, *(Scope("queue", name) for name in ("hot", "vip"))]
    kept = [figures(shared, viewer, config, scope, around) for scope in scopes]
    members = [by_member(shared, viewer, config, kind, around[0]) for kind in ("queue", "agent")]
    with writing(shared) as connection:
        connection.execute(delete(tables.day_marks).where(tables.day_marks.c.site == config.site))
    assert [figures(shared, viewer, config, scope, around) for scope in scopes] == kept
    assert [by_member(shared, viewer, config, kind, around[0]) for kind in ("queue", "agent")] == members


def test_other_settings_are_another_calendar(engine: Engine) -> None:
    filled(engine, CONFIG)
    far = changed(CONFIG, zone="Pacific/Auckland")
    today = day_of(far, T0)
    asked = [today, month_of(far, T0)]
    before = figures(engine, VIEWER, far, SITE, asked)
    assert before[0]["queue.offered"] == metric_rows(engine, VIEWER, far, *today[2:])[0]["offered"] > 0
    Recorder(engine, far, "main", "live", live=True).record(items(day(9, T0 + 400_000), first=90_000))
    assert figures(engine, VIEWER, far, SITE, [today]) == before[:1]
    utc = day_of(CONFIG, T0)
    old = metric_rows(engine, VIEWER, CONFIG, *utc[2:])[0]["offered"]
    assert figures(engine, VIEWER, CONFIG, SITE, [utc])[0]["queue.offered"] == old


# -- what is counted from the calls ------------------------------------------------------------------

HOUR, DAY_S = 3600.0, 86_400.0
REPEATS = (
    # caller, queue, seconds after T0, wait, talk or None, hold
    ("13800000001", "hot", 0.0, 4, 60, 0.0),
    ("13800000001", "hot", 5 * HOUR, 20, 60, 9.0),
    ("13800000001", "vip", DAY_S + 20 * HOUR, 0, 30, 0.0),
    ("13800000001", "hot", 6 * DAY_S, 40, None, 0.0),
    ("anonymous", "hot", HOUR, 3, 10, 0.0),
    ("anonymous", "hot", 2 * HOUR, 3, 10, 0.0),
    ("13800000002", "vip", 3 * HOUR, 16, 10, 0.0),
)


def callers() -> Iterator[AnyEvent]:
    seat = "P/1"
    told: list[AnyEvent] = [SeatJoined(at=T0 - 60, seat=seat, queue="hot", agent="Mei", device=Device.IDLE)]
    for index, (number, queue, after, wait, talk, hold) in enumerate(REPEATS):
        at, call = T0 + after, f"r{index}"
        told.append(CallJoined(at=at, call=call, queue=queue, number=number))
        if talk is None:
            told.append(CallLeft(at=at + wait, call=call, queue=queue, outcome=Outcome.ABANDONED))
            continue
        told += [
            CallAnswered(at=at + wait, call=call, queue=queue, seat=seat, wait_s=wait, ring_s=min(wait, 1)),
            SeatDevice(at=at + wait, seat=seat, device=Device.IN_USE),
        ]
        if hold:
            told += [
                SeatHeld(at=at + wait + 20, seat=seat, held=True),
                SeatHeld(at=at + wait + 20 + hold, seat=seat, held=False),
            ]
        told += [
            CallEnded(at=at + wait + talk, call=call, queue=queue, seat=seat, by=EndedBy.CALLER),
            SeatDevice(at=at + wait + talk, seat=seat, device=Device.IDLE),
        ]
    told += [
        SeatPaused(at=T0 + 8 * HOUR, seat=seat, queue="", paused=True, reason="busy"),
        SeatPaused(at=T0 + 8.5 * HOUR, seat=seat, queue="", paused=False),
        SeatPaused(at=T0 + 9 * HOUR, seat=seat, queue="", paused=True, reason="busy"),
        SeatPaused(at=T0 + 9 * HOUR + 600, seat=seat, queue="", paused=False),
        SeatPaused(at=T0 + 9 * DAY_S, seat=seat, queue="", paused=True, reason="meal"),
    ]
    return iter(sorted(told, key=lambda event: event.at))


def test_repeats_holds_and_rings_by_hand(engine: Engine) -> None:
    Recorder(engine, CONFIG, "main", "live", live=True).record(items(callers()))
    first, week = day_of(CONFIG, T0), month_of(CONFIG, T0)
    for _ in range(2):  # from the calls themselves, then as they were counted
        (today,) = figures(engine, VIEWER, CONFIG, SITE, [first])
        told = {
            name: today[f"calls.{name}"] for name in ("known", "repeat_24h", "answered_known", "again_7d")
        }
        assert told == {"known": 3, "repeat_24h": 1, "answered_known": 3, "again_7d": 2}
        assert (today["calls.queued"], today["calls.held"], today["calls.in_15s"]) == (5, 1, 3)
        (mei,) = figures(engine, VIEWER, CONFIG, Scope("agent", "Mei"), [week])
        assert (mei["calls.answered"], mei["calls.repeat_7d"], mei["calls.repeat_48h"]) == (6, 2, 2)
        count_facts(engine, CONFIG, "main")
    assert mei["seats.busy_spells_over"] == 1
    assert count_facts(engine, CONFIG, "main") == 0
    assert state(engine, VIEWER, CONFIG, first)[:4] == (True, 0, first.end, 0.0)
    assert not state(engine, VIEWER, CONFIG, first).repeats_open


def test_a_late_call_takes_the_days_it_changes_out_again(engine: Engine) -> None:
    Recorder(engine, CONFIG, "main", "live", live=True).record(items(callers()))
    count_facts(engine, CONFIG, "main")
    final = select(tables.fact_days.c.day).where(tables.fact_days.c.final)
    with engine.connect() as connection:
        assert len(list(connection.scalars(final))) == 3
    late = [
        CallJoined(at=T0 - 2 * DAY_S, call="late", queue="hot", number="13800000002"),
        CallLeft(at=T0 - 2 * DAY_S + 9, call="late", queue="hot", outcome=Outcome.ABANDONED),
    ]
    Recorder(engine, CONFIG, "main", "import", live=False).record(items(iter(late), "old.log", log=True))
    for _ in range(2):
        (today,) = figures(engine, VIEWER, CONFIG, Scope("queue", "vip"), [day_of(CONFIG, T0)])
        assert (today["calls.repeat_7d"], today["calls.repeat_24h"]) == (1, 0)
        count_facts(engine, CONFIG, "main")


# -- who may see what --------------------------------------------------------------------------------


def test_a_viewer_of_one_queue_gets_that_queue_alone(engine: Engine) -> None:
    filled(engine, CONFIG)
    month, hot = month_of(CONFIG, T0), Scope("queue", "hot")
    limited = replace(VIEWER, queues=frozenset(("hot",)))
    for _ in range(2):
        (site,) = figures(engine, limited, CONFIG, SITE, [month])
        (queue,) = figures(engine, VIEWER, CONFIG, hot, [month])
        assert site == queue == by_member(engine, limited, CONFIG, "queue", month)[hot]
        assert figures(engine, limited, CONFIG, Scope("queue", "vip"), [month]) == [{}]
        agents = by_member(engine, limited, CONFIG, "agent", month)
        assert sum(told["agent.answered"] for told in agents.values()) == queue["queue.answered"]
        assert sum(told["calls.answered"] for told in agents.values()) == queue["queue.answered"]
        assert not any("agent.ready_ms" in told for told in agents.values())
        one = Scope("agent", "Agent 1")
        assert figures(engine, limited, CONFIG, one, [month]) == [agents[one]]
        count_facts(engine, CONFIG, "main")


def test_a_viewer_of_one_team_gets_its_agents_alone(engine: Engine) -> None:
    seats = {
        f"P/{number}": SeatInfo(f"P/{number}", f"Agent {number}", team="AB"[number > 0])
        for number in range(3)
    }
    config = changed(CONFIG, seats=seats, queues={"hot": QueueInfo("hot")})
    filled(engine, config)
    month, limited = month_of(config, T0), replace(VIEWER, teams=frozenset("A"))
    assert figures(engine, limited, config, Scope("team", "B"), [month]) == [{}]
    assert list(by_member(engine, limited, config, "team", month)) == [Scope("team", "A")]
    assert figures(engine, limited, config, Scope("agent", "Agent 1"), [month]) == [{}]
    (mine,) = figures(engine, limited, config, SITE, [month])
    (team,) = figures(engine, VIEWER, config, Scope("team", "A"), [month])
    assert mine["agent.ready_ms"] == team["agent.ready_ms"]


# -- what nobody told --------------------------------------------------------------------------------


def test_what_no_source_told_of_is_absent_and_a_quiet_hour_is_nothing(engine: Engine) -> None:
    filled(engine, CONFIG)
    before = day_of(CONFIG, T0 - 10 * DAY_S)
    assert figures(engine, VIEWER, CONFIG, SITE, [before]) == [{}]
    assert state(engine, VIEWER, CONFIG, before).seen_until == before.end
    quiet = half_hours(CONFIG, day_of(CONFIG, T0))[30]
    (told,) = figures(engine, VIEWER, CONFIG, SITE, [quiet])
    assert (told["queue.offered"], told["calls.known"]) == (0, 0)
    assert "queue.max_wait_ms" not in told
    assert figures(engine, VIEWER, CONFIG, Scope("queue", "nowhere"), [quiet]) == [{}]


def test_calls_that_go_on_make_a_day_provisional(engine: Engine) -> None:
    told: list[AnyEvent] = [
        CallJoined(at=T0 + DAY_S - 20, call="c", queue="hot"),
        CallJoined(at=T0 + DAY_S + 20, call="d", queue="hot"),
    ]
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    recorder.record(items(iter(told)))
    today = day_of(CONFIG, T0)
    assert state(engine, VIEWER, CONFIG, today)[:3] == (False, 1, today.end)
    left = [CallLeft(at=T0 + DAY_S + 30, call="c", queue="hot", outcome=Outcome.ABANDONED)]
    recorder.record(items(iter(left), first=9))
    assert state(engine, VIEWER, CONFIG, today)[:2] == (True, 0)
    assert not state(engine, VIEWER, CONFIG, day_of(CONFIG, T0 + DAY_S)).final


# -- counting beside others --------------------------------------------------------------------------


def test_a_day_that_changes_while_it_is_counted_is_still_due(engine: Engine) -> None:
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    recorder.record(items(callers()))
    today = day_of(CONFIG, T0)
    with writing(engine) as connection:  # as another process does that has begun and not ended
        row = {"site": "main", "day": day_number(today.day), "at": 0.0, "roster": 0, "final": False}
        connection.execute(tables.fact_days.insert().values(row))
    told = figures(engine, VIEWER, CONFIG, SITE, [today])
    with engine.connect() as connection:
        assert today in due_days(connection, CONFIG, "main")
    late = [CallLeft(at=T0 + DAY_S - 1, call="r9", queue="hot", outcome=Outcome.ABANDONED)]
    recorder.record(items(iter([CallJoined(at=T0 + DAY_S - 9, call="r9", queue="hot"), *late]), first=9_000))
    with engine.connect() as connection:
        assert connection.scalar(select(tables.fact_days.c.day)) is None
    assert count_day(engine, CONFIG, "main", today)
    (after,) = figures(engine, VIEWER, CONFIG, SITE, [today])
    assert after["calls.queued"] == told[0]["calls.queued"] + 1


def test_another_roster_is_another_count(engine: Engine) -> None:
    Recorder(engine, CONFIG, "main", "live", live=True).record(items(callers()))
    count_facts(engine, CONFIG, "main")
    today = day_of(CONFIG, T0)
    number = day_number(today.day)
    brought = {
        **{
            "site": "main",
            "dataset": "roster",
            "file": "r.csv",
            "digest": "",
            "at": 0.0,
            "who": "",
            "why": "",
        },
        **{"rows": 1, "first_day": number, "last_day": number, "undone_by": "", "undone_why": ""},
    }
    line = {"site": "main", "dataset": "roster", "line": 1, "key": "Mei", "day": number, "body": "{}"}
    shift = {"site": "main", "line": 1, "agent": "Mei", "day": number, "activity": "queue"}
    with writing(engine) as connection:
        made = insert(tables.imports).values(brought).returning(tables.imports.c.id)
        origin = connection.execute(made).scalar_one()
        connection.execute(insert(tables.import_rows).values(import_id=origin, current=True, **line))
        connection.execute(insert(tables.roster).values(import_id=origin, start=T0, end=T0 + HOUR, **shift))
    assert count_facts(engine, CONFIG, "main") == 1
    for scope in (SITE, Scope("agent", "Mei")):
        (told,) = figures(engine, VIEWER, CONFIG, scope, [today])
        assert (told["seats.rostered"], told["seats.scheduled_ms"]) == (1, 3_600_000)
    with writing(engine) as connection:
        connection.execute(tables.imports.update().values(undone_at=1.0))
        connection.execute(tables.import_rows.update().values(current=False))
    assert count_facts(engine, CONFIG, "main") == 1
    assert "seats.rostered" not in figures(engine, VIEWER, CONFIG, SITE, [today])[0]


def test_spoilt_days_are_found_and_mended(engine: Engine) -> None:
    filled(engine, CONFIG)
    month = month_of(CONFIG, T0)
    before = figures(engine, VIEWER, CONFIG, SITE, [month])
    with writing(engine) as connection:
        connection.execute(tables.queue_days.update().values(answered=tables.queue_days.c.answered + 1))
        connection.execute(delete(tables.agent_days).where(tables.agent_days.c.agent == "Agent 1"))
    found = rebuild(engine, CONFIG, "main", replace=False).differences
    assert [one.table for one in found] == ["queue_days", "agent_days"]
    rebuild(engine, CONFIG, "main")
    assert figures(engine, VIEWER, CONFIG, SITE, [month]) == before


def test_days_are_counted_beside_a_collector(engine: Engine) -> None:
    Recorder(engine, CONFIG, "main", "live", live=True).record(items(callers()))
    counter = DayCounter(engine, CONFIG, look_s=0.01, behind_s=0.0)
    counter.start()
    ended = time.monotonic() + 30
    while time.monotonic() < ended:
        with engine.connect() as connection:
            if not due_days(connection, CONFIG, "main"):
                break
    counter.stop()
    with engine.connect() as connection:
        assert due_days(connection, CONFIG, "main") == []


# -- imports -----------------------------------------------------------------------------------------


def test_what_stands_beside_an_import_is_of_the_days_that_it_tells_of(engine: Engine) -> None:
    filled(engine, CONFIG)
    month, today = month_of(CONFIG, T0), day_of(CONFIG, T0)
    facts = [
        ("ivr.entries", "site", day_number(today.day), 900.0),
        ("cost.total", "site", day_number(today.day) // 100 * 100, 5000.0),
        ("survey.rated", "queue:hot", day_number(today.day), 7.0),
    ]
    with writing(engine) as connection:
        for field, scope, day, value in facts:
            row = {"field": field, "scope": scope, "day": day, "value": value}
            connection.execute(insert(tables.kpi_facts).values(site="main", import_id=1, **row))
    whole, one = figures(engine, VIEWER, CONFIG, SITE, [month, today])
    assert (whole["ivr.entries"], whole["queue.answered@ivr.entries"]) == (900, one["queue.answered"])
    assert (whole["cost.total"], whole["queue.answered@cost.total"]) == (5000, whole["queue.answered"])
    assert whole["queue.answered"] > one["queue.answered"]
    assert "cost.total" not in one, "a month's sum is no day's"
    assert "survey.rated" not in whole, "each scope has its own"
    (queue,) = figures(engine, VIEWER, CONFIG, Scope("queue", "hot"), [month])
    assert queue["survey.rated"] == 7
    assert by_member(engine, VIEWER, CONFIG, "queue", month)[Scope("queue", "hot")] == queue
    limited = replace(VIEWER, queues=frozenset(("hot",)))
    assert "cost.total" not in figures(engine, limited, CONFIG, SITE, [month])[0]
