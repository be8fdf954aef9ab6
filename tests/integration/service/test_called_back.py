"""Callers who gave up: who was called back, who called again, and what people noted."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, insert, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.kpi.callers import Case, Key
from ccfloor.kpi.period import Period, period
from ccfloor.service.called_back import abandoned_callers, tick, told, untick
from ccfloor.service.people_log import PeopleError
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import called_back, calls
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade

CONFIG = FloorConfig()
VIEWER = Viewer()
DAY = period(CONFIG, "2026-11-20")
HOUR = 3600.0
ONE, OTHER = "13800001111", "13900002222"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


def put(engine: Engine, *rows: tuple[float, str, Outcome, str]) -> None:
    """Calls by (hours after the day's begin, number, outcome, queue); positions count from 1."""
    found = []
    for position, (hours, number, outcome, queue) in enumerate(rows, 1):
        at = DAY.start + hours * HOUR
        row = CallRow(
            1, position, f"c{position}", queue, at, number=number, name=number, outcome=outcome,
            wait_ms=30_000, left_at=at + 30, ended_at=at + 30, final=True,
        )  # fmt: skip
        values = {"site": "main", "source_id": 1, **msgspec.structs.asdict(row)}
        found.append({name: value for name, value in values.items() if name in calls.c})
    with writing(engine) as connection:
        connection.execute(insert(calls), found)


GAVE_UP, ANSWERED = Outcome.ABANDONED, Outcome.ANSWERED


def states(
    engine: Engine, queue: str = "", of: Period = DAY, window: str = "24h"
) -> list[tuple[str, list[int]]]:
    found = abandoned_callers(engine, VIEWER, queue, of, window).cases
    return [(case.state, [one.key[1] for one in case.attempts]) for case in found]


def test_the_callers_of_a_day(engine: Engine) -> None:
    put(
        engine,
        (9, ONE, GAVE_UP, "hot"),
        (10, ONE, GAVE_UP, "vip"),
        (11, OTHER, GAVE_UP, "hot"),
        (12, ONE, ANSWERED, "hot"),
        (13, "", GAVE_UP, "hot"),
        (14, "", ANSWERED, "hot"),
    )
    assert states(engine) == [("unknown", [5]), ("open", [3]), ("reached", [1, 2])]
    assert states(engine, "vip") == [("reached", [1, 2])]
    found = abandoned_callers(engine, VIEWER, "", DAY)
    assert found.states == {"unknown": 1, "open": 1, "reached": 1} and not found.cut


def test_a_day_looks_over_its_edges(engine: Engine) -> None:
    put(
        engine,
        (-2, ONE, GAVE_UP, "hot"),
        (1, ONE, GAVE_UP, "hot"),
        (23, OTHER, GAVE_UP, "hot"),
        (46, OTHER, ANSWERED, "hot"),
        (30, ONE, GAVE_UP, "hot"),
    )
    assert states(engine) == [("reached", [3]), ("open", [1, 2])]
    assert states(engine, window="48h") == [("open", [1, 2, 5]), ("reached", [3])]
    assert states(engine, of=period(CONFIG, "2026-11-19")) == [("open", [1, 2])]


def test_each_window_has_its_own_answer(engine: Engine) -> None:
    put(engine, (9, ONE, GAVE_UP, "hot"), (9 + 47, ONE, ANSWERED, "hot"))
    assert [states(engine, window=w)[0][0] for w in ("24h", "48h", "7d")] == ["open", "reached", "reached"]
    with pytest.raises(KeyError):
        states(engine, window="1h")


def test_a_viewer_sees_his_queues_and_no_numbers(engine: Engine) -> None:
    put(engine, (9, ONE, GAVE_UP, "hot"), (10, OTHER, GAVE_UP, "vip"), (11, ONE, ANSWERED, "vip"))
    only = Viewer(queues=frozenset(("hot",)))
    (case,) = abandoned_callers(engine, only, "", DAY).cases
    assert (case.state, case.last.number, case.last.name) == ("open", "138****1111", "138****1111")
    free = Viewer(may_see_numbers=True)
    assert {case.last.number for case in abandoned_callers(engine, free, "", DAY).cases} == {ONE, OTHER}
    with pytest.raises(PeopleError, match="unknown_call"):
        tick(engine, only, (1, 2), "周岚", "", DAY.end)


def first(engine: Engine) -> Case:
    return abandoned_callers(engine, VIEWER, "", DAY).cases[0]


def test_a_tick_and_its_undoing_are_kept(engine: Engine) -> None:
    put(engine, (9, ONE, GAVE_UP, "hot"))
    key: Key = (1, 1)
    tick(engine, VIEWER, key, " 周岚 ", "已接通", DAY.start + 10 * HOUR)
    case = first(engine)
    assert case.state == "ticked" and case.tick is not None
    assert (case.tick.who, case.tick.note, case.tick.at) == ("周岚", "已接通", DAY.start + 10 * HOUR)
    untick(engine, VIEWER, key, "王丽娜", "记错了人", DAY.start + 11 * HOUR)
    assert first(engine).state == "open"
    tick(engine, VIEWER, key, "王丽娜", "", DAY.start + 12 * HOUR)
    assert first(engine).state == "ticked"
    notes = [(note.who, note.item, note.text) for note in told(engine, VIEWER, key)]
    assert notes == [
        ("周岚", "called_back", "已接通"),
        ("王丽娜", "called_back_undone", "记错了人"),
        ("王丽娜", "called_back", ""),
    ]
    with engine.connect() as connection:
        rows = connection.execute(
            select(called_back.c.who, called_back.c.undone_by).order_by(called_back.c.id)
        )
        assert [tuple(row) for row in rows] == [("周岚", "王丽娜"), ("王丽娜", "")]


@pytest.mark.parametrize(
    ("who", "why", "key", "code"),
    [
        (" ", "x", (1, 1), "no_who"),
        ("周岚", " ", (1, 1), "no_why"),
        ("周岚", "x", (1, 9), "unknown_call"),
        ("周岚", "x", (1, 2), "unknown_call"),
        ("周岚", "x", (1, 1), "not_ticked"),
    ],
)
def test_what_cannot_be_taken_back(engine: Engine, who: str, why: str, key: Key, code: str) -> None:
    put(engine, (9, ONE, GAVE_UP, "hot"), (10, OTHER, ANSWERED, "hot"))
    with pytest.raises(PeopleError) as error:
        untick(engine, VIEWER, key, who, why, DAY.end)
    assert error.value.code == code


def test_a_call_of_another_site_is_not_ticked(engine: Engine) -> None:
    put(engine, (9, ONE, GAVE_UP, "hot"))
    with pytest.raises(PeopleError, match="unknown_call"):
        tick(engine, Viewer(site="elsewhere"), (1, 1), "周岚", "", DAY.end)


def test_two_people_at_once_make_one_tick(engine: Engine) -> None:
    put(engine, (9, ONE, GAVE_UP, "hot"))
    refused: list[str] = []

    def act(who: str) -> None:
        try:
            tick(engine, VIEWER, (1, 1), who, "", DAY.end)
        except PeopleError as error:
            refused.append(error.code)

    people = [threading.Thread(target=act, args=(who,)) for who in ("周岚", "王丽娜", "陈思远")]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    assert refused == ["ticked_already", "ticked_already"]
    with engine.connect() as connection:
        assert len(connection.execute(select(called_back.c.id)).all()) == 1
