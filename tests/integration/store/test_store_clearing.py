"""Old numbers are gone, everything counted from them is the same as before; on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update

from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    EndedBy,
    FloorSnapshot,
    Noted,
    Outcome,
    WaitingState,
)
from ccfloor.floor.numbers import Clearing
from ccfloor.kpi.period import Period, period
from ccfloor.service.called_back import abandoned_callers, tick
from ccfloor.store import clearing as store
from ccfloor.store import row_pages, tables
from ccfloor.store.access_tables import number_edges, number_links
from ccfloor.store.call_counts import count_calls
from ccfloor.store.clearing import Cleared, clear
from ccfloor.store.engine import writing
from ccfloor.store.number_links import edge
from ccfloor.store.queries import call_life
from ccfloor.store.queue_history import called_again
from ccfloor.store.rebuild import rebuild
from ccfloor.store.recorder import Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG, T0, cut, items

DAY_S, HOUR = 86_400.0, 3600.0
EDGE = T0 + 3 * DAY_S
NOW = EDGE + 8 * DAY_S
KEY = Clearing(b"a key")
ANNA, BERT, CARL, DORA, EVE, FRED = (f"1390000{n}{n}{n}{n}" for n in range(1, 7))
OUTSIDE = "02188887777"
SEES = Viewer(may_see_numbers=True)


def answered(call: str, at: float, number: str, name: str = "", target: str = "") -> Iterator[AnyEvent]:
    yield CallJoined(at=at, call=call, queue="hot", number=number, name=name)
    yield CallAnswered(at=at + 5, call=call, queue="hot", seat="P/1", wait_s=5.0, ring_s=2.0)
    by = EndedBy.BLIND_TRANSFER if target else EndedBy.CALLER
    yield CallEnded(at=at + 65, call=call, queue="hot", seat="P/1", by=by, talk_s=60.0, target=target)


def gave_up(call: str, at: float, number: str) -> Iterator[AnyEvent]:
    yield CallJoined(at=at, call=call, queue="hot", number=number, name=f"Mr {number}")
    yield CallLeft(at=at + 30, call=call, queue="hot", outcome=Outcome.ABANDONED, wait_s=30.0)


def story() -> Iterator[AnyEvent]:
    """Callers on both sides of the edge; one waits while the link comes up, one talks over the edge."""
    waiting = (WaitingState("c-eve", "hot", 1, 20.0, EVE, f"Eve {EVE}"),)
    yield FloorSnapshot(at=T0 + HOUR, waiting=waiting)
    yield CallLeft(at=T0 + HOUR + 60, call="c-eve", queue="hot", outcome=Outcome.ABANDONED, wait_s=80.0)
    yield Noted(at=T0 + 2 * HOUR, verb="SURVEY", data=f"caller {ANNA} 5")
    yield from answered("c-1", T0 + DAY_S, ANNA, "Anna", OUTSIDE)
    yield from answered("c-2", T0 + DAY_S + HOUR, BERT, f"Bert {BERT}")
    yield from gave_up("c-3", EDGE - 2 * HOUR, CARL)
    yield from gave_up("c-f", EDGE - 1.5 * HOUR, FRED)
    yield from gave_up("c-4", EDGE - HOUR, DORA)
    yield CallJoined(at=EDGE - 100, call="c-over", queue="hot", number=ANNA)
    yield CallAnswered(at=EDGE - 90, call="c-over", queue="hot", seat="P/1", wait_s=10.0)
    yield CallEnded(at=EDGE + 200, call="c-over", queue="hot", seat="P/1", talk_s=290.0, target=OUTSIDE)
    yield from answered("c-5", EDGE + HOUR, ANNA, "Anna")
    yield from answered("c-6", EDGE + 2 * HOUR, CARL)
    yield from gave_up("c-7", EDGE + 3 * HOUR, DORA)
    yield from answered("c-g", EDGE + 4 * HOUR, FRED)
    yield from answered("c-8", EDGE + 5 * DAY_S, DORA)
    yield from answered("c-9", EDGE + 20 * HOUR, BERT)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    for batch in cut(items(story()), 4):
        recorder.record(batch)
        recorder.checkpoint()
    recorder.show(EDGE - 1, EDGE - 1)
    with writing(engine) as connection:
        connection.execute(update(tables.live_view).values(at=EDGE - 1))
    tick(engine, SEES, key_of(engine, "c-3"), "Zhou", f"rang {CARL} on 2026-05-28", EDGE - HOUR)
    return engine


def key_of(engine: Engine, call: str) -> tuple[int, int]:
    with engine.connect() as connection:
        query = select(tables.calls.c.source_id, tables.calls.c.position).where(tables.calls.c.call == call)
        found = connection.execute(query).one()
    return found[0], found[1]


def cleared(engine: Engine, until: float = EDGE, key: Clearing = KEY) -> Cleared:
    return clear(engine, "main", key, until, until + 8 * DAY_S, lambda _connection, _found: None)


def everything(engine: Engine, *but: str) -> str:
    """All that is stored, as text; kept Floors unpacked."""
    import zlib

    told = []
    with engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name in but:
                continue
            for row in connection.execute(select(table)).mappings():
                blob = row.get("blob")
                unpacked = zlib.decompress(blob).decode("latin-1") if blob else ""
                told.append(f"{dict(row)} {unpacked}")
    return "\n".join(told)


def counted(connection: Connection) -> list[Any]:
    edges = [T0 + day * DAY_S for day in range(12)]
    return count_calls(connection, "main", edges)


def callers(engine: Engine, window: str, of: Period) -> list[tuple[str, list[tuple[int, int]]]]:
    found = abandoned_callers(engine, Viewer(), "", of, window).cases
    return sorted((case.state, [one.key for one in case.attempts]) for case in found)


def again(engine: Engine, of: Period) -> list[tuple[Any, ...]]:
    return sorted(tuple(row[1:]) for row in called_again(engine, SEES, "", of))


def test_numbers_of_before_the_edge_are_nowhere(filled: Engine) -> None:
    before = everything(filled)
    assert all(number in before for number in (ANNA, BERT, CARL, DORA, EVE, FRED, OUTSIDE))
    found = cleared(filled, EDGE + DAY_S * 30)
    told = everything(filled)
    assert not [number for number in (ANNA, BERT, CARL, DORA, EVE, FRED, OUTSIDE) if number in told]
    assert found.events and found.calls == 13 and found.texts >= 2 and found.checkpoints
    assert "2026-05-28" in told, "a day is no number"


def test_what_is_younger_stays(filled: Engine) -> None:
    cleared(filled)
    told = everything(filled, "number_links")
    assert EVE not in told and told.count(OUTSIDE) >= 2, "the call over the edge waits as a whole"
    assert all(number in told for number in (ANNA, BERT, CARL, DORA))
    with filled.connect() as connection:
        rows = {row.call: row for row in connection.execute(select(tables.calls))}
        linked = set(connection.scalars(select(number_links.c.number)))
    assert [rows[call].number for call in ("c-1", "c-5", "c-over")] == [KEY.number(ANNA), ANNA, ANNA]
    assert rows["c-2"].name == f"Bert {KEY.number(BERT)}" and rows["c-1"].target == KEY.number(OUTSIDE)
    assert linked == {ANNA, BERT, CARL, DORA, FRED}


@pytest.mark.parametrize("until", [EDGE, EDGE + 2.5 * HOUR, EDGE + 30 * DAY_S])
def test_a_rebuild_gives_the_same(filled: Engine, until: float) -> None:
    assert rebuild(filled, CONFIG, "main", replace=False).differences == []
    cleared(filled, until)
    assert rebuild(filled, CONFIG, "main", replace=False).differences == []


@pytest.mark.parametrize("until", [EDGE, EDGE + 2.5 * HOUR, EDGE + 30 * DAY_S])
def test_callers_are_told_apart_as_before(filled: Engine, until: float) -> None:
    month = period(CONFIG, "2026-05")
    days = [Period("x", "range", T0 + n * DAY_S, T0 + (n + 1) * DAY_S) for n in (2, 3)]

    def told() -> tuple[Any, ...]:
        with filled.connect() as connection:
            repeats = counted(connection)
        spans = [callers(filled, window, day) for window in ("24h", "7d") for day in days]
        whole = Period("x", "range", T0, T0 + 10 * DAY_S)
        return repeats, spans, again(filled, whole), again(filled, month)

    before = told()
    assert any(part for part in before[1]) and len(before[2]) == 5
    cleared(filled, until)
    assert told() == before


def test_a_second_run_changes_nothing_and_a_later_one_goes_on(filled: Engine) -> None:
    cleared(filled)
    before = everything(filled, "number_edges")
    assert cleared(filled).rows == 0
    assert everything(filled, "number_edges") == before
    assert cleared(filled, EDGE + 30 * DAY_S).calls == 7, "and the one that talked over the edge"
    with filled.connect() as connection:
        assert connection.scalars(select(number_links.c.number)).all() == []
        assert edge(connection, "main").until == EDGE + 30 * DAY_S


def test_a_run_that_was_cut_short_goes_on(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut(Exception):
        pass

    def ends(*_: object) -> int:
        raise Cut

    monkeypatch.setattr(row_pages, "AT_ONCE", 2)
    whole = Period("x", "range", T0, T0 + 10 * DAY_S)
    before = callers(filled, "7d", whole), again(filled, whole)
    for step, calls in (("calls", 0), ("checkpoints", 6)):
        with monkeypatch.context() as patch, pytest.raises(Cut):
            patch.setattr(store._Run, step, ends)
            cleared(filled)
        with filled.connect() as connection:
            assert connection.execute(select(number_edges)).all() == []
            numbers = connection.scalars(select(tables.calls.c.number)).all()
        assert sum(number.startswith("~") for number in numbers) == calls
        assert (callers(filled, "7d", whole), again(filled, whole)) == before
    cleared(filled)
    assert (callers(filled, "7d", whole), again(filled, whole)) == before
    assert rebuild(filled, CONFIG, "main", replace=False).differences == []


def test_what_reaches_the_journal_late_is_cleared_by_the_next_run(filled: Engine) -> None:
    cleared(filled)
    late = [item for item in items(answered("c-late", T0 - 5 * DAY_S, "13977778888"), "log", log=True)]
    past = Recorder(filled, CONFIG, "main", "import", live=False)
    past.record(late)
    past.checkpoint()
    assert "13977778888" in everything(filled)
    cleared(filled, EDGE + 60)
    assert "13977778888" not in everything(filled)
    assert rebuild(filled, CONFIG, "main", replace=False).differences == []


def test_a_cleared_number_is_said_in_words(filled: Engine) -> None:
    cleared(filled)
    for lang, words in (("zh", "号码已清除"), ("en", "number removed")):
        for free in (True, False):
            viewer = Viewer(lang=lang, may_see_numbers=free)
            life = call_life(filled, viewer, CONFIG, *key_of(filled, "c-2"))
            assert life and (life.row.number, life.row.name) == (words, f"Bert {words}")
            assert life.lines and "~" not in str(life.lines)
