"""Rules beside the Floor: what they fire is stored with what fired it, and follows from the journal."""

import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update

from ccfloor.floor.events import AnyEvent, SourceLost
from ccfloor.floor.seats import Seat
from ccfloor.rules.alarms import RuleState
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.store import checkpoint
from ccfloor.store.engine import writing
from ccfloor.store.rebuild import rebuild
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.tables import alarms, checkpoints, feeds
from tests.fakes.stored import cut, day, items
from tests.fakes.surge import BOOK, CONFIG, SAYS, T0, Curve, blinded, first_second, make, surge

MINUTES = 115
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def rush() -> list[AnyEvent]:
    """A surge from before its beginning until everything is over."""
    return surge(MINUTES)


def recorder(engine: Engine, *, feed: str = "live", watched: bool = True) -> Recorder:
    return Recorder(engine, CONFIG, "main", feed, live=True, rules=make if watched else None)


def record(engine: Engine, events: Sequence[AnyEvent], size: int = 400, kept: int = 10_000) -> Recorder:
    """Store a stream in batches; after every ``kept`` of them another process goes on."""
    writer = recorder(engine)
    for number, batch in enumerate(cut(items(iter(events), "sim"), size), 1):
        writer.record(batch)
        if number % kept == 0:
            writer = recorder(engine)
    return writer


def stored(engine: Engine) -> Rows:
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(select(alarms)))


def first(engine: Engine, rule: str) -> Any:
    query = select(alarms).where(alarms.c.rule == rule).order_by(alarms.c.fired_at).limit(1)
    with engine.connect() as connection:
        return connection.execute(query).one()


def test_a_surge_fires_every_step_at_the_second_that_its_words_say(
    engine: Engine, rush: list[AnyEvent]
) -> None:
    record(engine, rush)
    curve = Curve(rush)
    for rule, says in SAYS.items():
        second, alarm = first_second(curve, says(curve)), first(engine, rule)
        assert second - 1 < alarm.fired_at <= second, rule
        assert alarm.cleared_at > alarm.fired_at and alarm.worst >= alarm.value >= 8
        assert (alarm.plan, alarm.severity, alarm.version, alarm.blind_s) == ("peak", "alarm", 1, 0.0)


@pytest.mark.parametrize(("size", "kept"), [(67, 10_000), (900, 1)])
def test_how_the_surge_is_cut_and_who_goes_on_makes_no_difference(
    engine: Engine, rush: list[AnyEvent], size: int, kept: int
) -> None:
    record(engine, rush, size, kept)
    whole = Recorder(engine, CONFIG, "other", "live", live=True, rules=make)
    whole.record(items(iter(rush), "sim"))
    rows = stored(engine)
    assert len(rows) == 6
    assert [row[1:] for row in rows[:3]] == [row[1:] for row in rows[3:]]


def test_a_checkpoint_keeps_a_hold_that_is_half_full(engine: Engine, rush: list[AnyEvent]) -> None:
    half = next(place for place, event in enumerate(rush) if event.at > T0 + 30 * 60)
    told = items(iter(rush), "sim")
    writer = recorder(engine)
    writer.record(told[:half])
    pending = {one.rule: one for one in writer.rules.standings(writer.floor.at)}["level1"]
    assert pending.state is RuleState.PENDING and 600 < pending.held_s < 1800
    writer.checkpoint()
    again = recorder(engine)
    assert {one.rule: one for one in again.rules.standings(again.floor.at)}["level1"] == pending
    again.record(told[half:])
    curve = Curve(rush)
    second = first_second(curve, SAYS["level1"](curve))
    assert second - 1 < first(engine, "level1").fired_at <= second


def test_a_checkpoint_of_before_the_rules_still_loads(engine: Engine, rush: list[AnyEvent]) -> None:
    told = items(iter(rush), "sim")
    place = next(place for place, event in enumerate(rush) if event.at > T0 + 60)
    old = recorder(engine, watched=False)
    old.record(told[:place])
    old.checkpoint()
    with engine.connect() as connection:
        start = checkpoint.start_from(connection, CONFIG, "main", "live", live=True)
    assert start.rules is None and start.floor.events == place
    recorder(engine).record(told[place:])
    assert {row[1] for row in stored(engine)} == {"watch", "level1", "level2"}


def test_an_alarm_that_nobody_knows_any_more_is_over(engine: Engine, rush: list[AnyEvent]) -> None:
    """What an older program kept of the rules cannot be read: they begin anew, nothing burns for ever."""
    told = items(iter(rush), "sim")
    place = next(place for place, event in enumerate(rush) if event.at > T0 + 50 * 60)
    writer = recorder(engine)
    writer.record(told[:place])
    assert first(engine, "level1").cleared_at == 0
    at = writer.floor.at
    with writing(engine) as connection:
        head = connection.scalar(select(feeds.c.head))
        blob = checkpoint.pack(writer.floor, b"\xc1 not ours")
        checkpoint.keep(connection, "main", ("live", head, at, True, blob))
    recorder(engine).record(told[place : place + 1])
    assert first(engine, "level1").cleared_at == at


def test_a_restart_in_the_middle_of_a_hold_counts_no_blind_time(engine: Engine, rush: list[AnyEvent]) -> None:
    lost, back = T0 + 25 * 60, T0 + 25 * 60 + 200
    events = blinded(rush, lost, back)
    gone = next(place for place, event in enumerate(events) if isinstance(event, SourceLost))
    told = items(iter(events), "sim")
    recorder(engine).record(told[: gone + 1])
    again = recorder(engine)
    again.record(told[gone + 1 : gone + 2])
    held = {one.rule: one for one in again.rules.standings(again.floor.at)}["level1"]
    assert held.state is RuleState.PENDING and held.blind_s == pytest.approx(200)
    again.record(told[gone + 2 :])
    alarm = first(engine, "level1")
    assert alarm.blind_s == pytest.approx(200)
    curve = Curve(rush)
    assert alarm.fired_at == pytest.approx(first_second(curve, SAYS["level1"](curve)) + 200, abs=61)
    assert alarm.fired_at - alarm.active_at >= 1800 + 200 - 1e-6


def test_only_the_feed_that_is_watched_gives_alarms(engine: Engine, rush: list[AnyEvent]) -> None:
    watched, other = recorder(engine), recorder(engine, feed="import:1", watched=False)
    for batch in cut(items(iter(rush), "sim"), 700):
        watched.record(batch)
        other.record([item._replace(source="log") for item in batch])
    rows = stored(engine)
    assert len(rows) == 3
    found = rebuild(engine, CONFIG, "main", replace=False, watched={"live": make})
    assert found.differences == [] and found.rows["alarms"] == 3


def test_a_rebuild_gives_the_same_alarms_and_mends_others(engine: Engine, rush: list[AnyEvent]) -> None:
    record(engine, blinded(rush, T0 + 20 * 60, T0 + 21 * 60), 250, 4)
    before = stored(engine)
    assert rebuild(engine, CONFIG, "main", watched={"live": make}).differences == []
    with writing(engine) as connection:
        connection.execute(update(alarms).where(alarms.c.rule == "watch").values(worst=99.0))
        connection.execute(delete(alarms).where(alarms.c.rule == "level2"))
    (found,) = rebuild(engine, CONFIG, "main", watched={"live": make}).differences
    assert (found.table, found.stored_only, found.journal_only) == ("alarms", 1, 2)
    assert stored(engine) == before
    unwatched = rebuild(engine, CONFIG, "main")
    assert unwatched.differences == [] and stored(engine) == before


def test_after_a_mending_the_rules_go_on_from_the_kept_state(engine: Engine, rush: list[AnyEvent]) -> None:
    told = items(iter(rush), "sim")
    half = next(place for place, event in enumerate(rush) if event.at > T0 + 30 * 60)
    recorder(engine).record(told[:half])
    with writing(engine) as connection:
        connection.execute(delete(alarms))
    assert [one.table for one in rebuild(engine, CONFIG, "main", watched={"live": make}).differences] == [
        "alarms"
    ]
    with engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(checkpoints))
        start = checkpoint.start_from(connection, CONFIG, "main", "live", live=True)
    assert kept == 1 and start.rules is not None
    recorder(engine).record(told[half:])
    assert rebuild(engine, CONFIG, "main", replace=False, watched={"live": make}).differences == []


def test_a_batch_that_fails_leaves_no_alarm_behind(engine: Engine, rush: list[AnyEvent]) -> None:
    told = items(iter(rush), "sim")
    half = next(place for place, event in enumerate(rush) if event.at > T0 + 10 * 60)
    writer, rival = recorder(engine), recorder(engine)
    writer.record(told[:half])
    rival.record([Item("other", 1, SourceLost(at=rush[half].at))])
    with pytest.raises(Exception, match="another process wrote"):
        writer.record(told[half:])
    assert stored(engine) == []
    writer.record(told[half:])
    assert {row[1] for row in stored(engine)} == {"watch", "level1", "level2"}


class Broken(RuleEngine):
    """Rules with a fault that an answered call brings to light."""

    def answered(self, seat: Seat, at: float) -> None:
        super().answered(None, at)  # type: ignore[arg-type]


def test_rules_that_fail_do_not_stop_the_floor(engine: Engine, rush: list[AnyEvent]) -> None:
    broken = Recorder(
        engine, CONFIG, "main", "live", live=True, rules=lambda known: Broken(BOOK, CONFIG, Calendar())
    )
    told = items(iter(rush[:2000]), "sim")
    with pytest.raises(AttributeError):
        broken.record(told)
    assert broken.record(told).stored == 2000
    assert (broken.rules, broken.rules_failed) == (None, "AttributeError")
    assert rebuild(engine, CONFIG, "main", replace=False).differences == []
    anew = Recorder(
        engine, CONFIG, "main", "live", live=True, rules=lambda known: Broken(BOOK, CONFIG, Calendar())
    )
    assert anew.floor.events == 2000 and anew.rules is None
    recorder(engine).record(items(iter(rush), "sim"))
    assert {row[1] for row in stored(engine)} == {"watch", "level1", "level2"}


def test_a_floor_nobody_watches_costs_nothing(engine: Engine) -> None:
    plain = recorder(engine, watched=False)
    plain.record(items(day(20)))
    assert plain.rules is None and plain.floor.watch is None
    assert zlib.decompress(checkpoint.pack(plain.floor)) == plain.floor.dump()
    assert stored(engine) == []
