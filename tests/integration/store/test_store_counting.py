"""Days that are counted and days that wait for it: the same numbers, or none yet."""

import pytest
from msgspec.structs import replace as changed
from sqlalchemy import Engine, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent, CallJoined, CallLeft, Outcome
from ccfloor.kpi.fields import CALLS
from ccfloor.kpi.period import Period, day_number, day_of, days, month_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store import fact_sums, tables
from ccfloor.store.facts import count_facts, due_days
from ccfloor.store.kpi_figures import by_member, figures, state
from ccfloor.store.recorder import Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG, T0, cut, day, items
from tests.fakes.stored_roster import put_roster

VIEWER = Viewer()
DAY_S, HOUR = 86_400.0, 3600.0
LI = Scope("agent", "Agent 1")


def filled(engine: Engine, config: FloorConfig = CONFIG, number: int = 4) -> Recorder:
    """Some days of fifty calls from nine o'clock on, each with a shift of one agent."""
    recorder = Recorder(engine, config, config.site, "live", live=True)
    told = [event for count in range(number) for event in day(50, T0 + 9 * HOUR + DAY_S * count)]
    for batch in cut(items(iter(told)), 300):
        recorder.record(batch)
    shifts = [("Agent 1", T0 + DAY_S * n + 9 * HOUR, T0 + DAY_S * n + 17 * HOUR) for n in range(number)]
    put_roster(engine, config, shifts)
    return recorder


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(tables.metadata.tables[table])) or 0


def due(engine: Engine, config: FloorConfig) -> list[Period]:
    with engine.connect() as connection:
        return due_days(connection, config, config.site)


def late(engine: Engine, recorder: Recorder, at: float) -> None:
    told: list[AnyEvent] = [
        CallJoined(at=at, call="late", queue="hot", number="13900000000"),
        CallLeft(at=at + 9, call="late", queue="hot", outcome=Outcome.ABANDONED),
    ]
    recorder.record(items(iter(told), "other", first=1))


# -- other settings ------------------------------------------------------------------------------------


def test_days_counted_by_an_older_calendar_are_not_those_of_another(engine: Engine) -> None:
    """Days that begin a minute past an hour are kept by no sums; they are counted like any other."""
    filled(engine)
    count_facts(engine, CONFIG, "main")
    assert rows(engine, "counted_days") and rows(engine, "fact_days")
    for begins in (32_460, 33_060):
        odd = changed(CONFIG, day_start_s=begins)
        asked = [day_of(odd, T0 + 12 * HOUR), month_of(odd, T0 + 12 * HOUR)]
        before = figures(engine, VIEWER, odd, SITE, asked)
        assert before[0]["calls.queued"] > 0
        assert "seats.rostered" not in before[0], "what was counted is of other days"
        assert due(engine, odd) == []
        assert Recorder(engine, odd, "main", "live", live=True).floor.events
        assert not any(rows(engine, name) for name in ("counted_days", "fact_days", "queue_days"))
        assert figures(engine, VIEWER, odd, SITE, asked) == before
        assert count_facts(engine, odd, "main") == 4
        after = figures(engine, VIEWER, odd, SITE, asked)
        assert {name: after[0][name] for name in before[0]} == before[0]
        assert figures(engine, VIEWER, CONFIG, SITE, [day_of(CONFIG, T0)])[0]["calls.answered"] == 40


# -- a day that waits ----------------------------------------------------------------------------------


def test_of_a_day_that_waits_the_roster_stays_as_it_was_counted(engine: Engine) -> None:
    recorder = filled(engine)
    count_facts(engine, CONFIG, "main")
    late(engine, recorder, T0 + DAY_S + 10 * HOUR)
    today, month = day_of(CONFIG, T0 + DAY_S), month_of(CONFIG, T0)
    assert today in due(engine, CONFIG)
    for of in (today, month):
        (told,) = figures(engine, VIEWER, CONFIG, LI, [of])
        assert told["seats.rostered"] == (1 if of == today else 3)
        assert by_member(engine, VIEWER, CONFIG, "agent", of)[LI] == told
    count_facts(engine, CONFIG, "main")
    assert figures(engine, VIEWER, CONFIG, LI, [month]) == [told]


def test_days_with_many_calls_are_told_once_they_are_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(engine)
    month, today = month_of(CONFIG, T0), day_of(CONFIG, T0)
    exact = figures(engine, VIEWER, CONFIG, SITE, [month, *days(CONFIG, month)])
    monkeypatch.setattr(fact_sums, "MOST_CALLS", 120)
    waiting = figures(engine, VIEWER, CONFIG, SITE, [month, *days(CONFIG, month)])
    assert waiting[0] == {name: value for name, value in exact[0].items() if name not in CALLS}
    told = [index for index, sums in enumerate(waiting[1:], 1) if "calls.known" in sums]
    assert len(told) == 2, "the latest of them"
    assert all(waiting[index] == exact[index] for index in told)
    assert state(engine, VIEWER, CONFIG, month).uncounted == 2
    assert state(engine, VIEWER, CONFIG, today).uncounted == 0
    agents = by_member(engine, VIEWER, CONFIG, "agent", month)
    assert not any(name in CALLS for sums in agents.values() for name in sums)
    first, last = day_number(today.day), day_number(today.day) + 1
    assert count_facts(engine, CONFIG, "main", within=(first, last)) == 2
    assert state(engine, VIEWER, CONFIG, month).uncounted == 0
    (counted,) = figures(engine, VIEWER, CONFIG, SITE, [month])
    assert {name: counted[name] for name in exact[0]} == exact[0]


def test_a_reader_of_some_queues_waits_for_nobody_to_count_for_him(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(engine)
    count_facts(engine, CONFIG, "main")
    month, reader = month_of(CONFIG, T0), Viewer(queues=frozenset(("hot",)))
    exact = figures(engine, reader, CONFIG, LI, [month])
    monkeypatch.setattr(fact_sums, "MOST_CALLS", 60)
    assert figures(engine, reader, CONFIG, LI, [month]) == exact
    assert exact[0]["calls.answered"] > 0
