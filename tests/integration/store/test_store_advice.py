"""Advice and the judging of moves in the database."""

import pytest
from sqlalchemy import Engine, insert

from ccfloor.floor.events import Outcome
from ccfloor.staffing.judging import Came, State
from ccfloor.store.advice import (
    GAP_S,
    EffectRow,
    add_effects,
    advice_between,
    advice_by_id,
    came,
    clear_advice,
    effects_between,
    judge,
    keep_advice,
    latest_advice,
    moves_untold,
    open_effects,
)
from ccfloor.store.engine import writing
from ccfloor.store.moves import MoveRow, add_move
from ccfloor.store.tables import calls

T0 = 1_800_000_000.0


def keep(engine: Engine, same: str, body: str, at: float, site: str = "main") -> int:
    with writing(engine) as connection:
        return keep_advice(connection, site, same, body, at)


def test_the_same_advice_is_one_row(engine: Engine) -> None:
    first = keep(engine, "a", "1", T0)
    assert keep(engine, "a", "2", T0 + 60) == first
    second = keep(engine, "b", "3", T0 + 120)
    third = keep(engine, "b", "4", T0 + 120 + GAP_S + 1)
    assert len({first, second, third}) == 3
    with engine.connect() as connection:
        last = latest_advice(connection, "main")
        assert last is not None and (last.id, last.body, last.given_at) == (third, "4", T0 + 121 + GAP_S)
        then = latest_advice(connection, "main", T0 + 60)
        assert then is not None and (then.id, then.seen_at, then.body) == (first, T0 + 60, "2")
        assert latest_advice(connection, "elsewhere") is None
        assert [row.id for row in advice_between(connection, "main", T0 + 60, T0 + 121)] == [second, first]
        assert [row.id for row in advice_between(connection, "main", T0, T0 + 9999, most=1)] == [third]
        assert advice_by_id(connection, "main", [second, 99])[second].same == "b"


def test_each_site_has_its_own(engine: Engine) -> None:
    mine, other = keep(engine, "a", "1", T0), keep(engine, "a", "1", T0, site="elsewhere")
    assert mine != other


def effect(move: int, place: int = 0, at: float = T0, queue: str = "hotline") -> EffectRow:
    return EffectRow(move, place, at, at + 1800, 0, 0, queue, State.PENDING, "{}")


def test_moves_are_told_of_once_and_judged_once(engine: Engine) -> None:
    with writing(engine) as connection:
        first = add_move(connection, "main", MoveRow(T0, "周岚", "高峰", {"hotline": 1}))
        second = add_move(connection, "main", MoveRow(T0 + 5, "周岚", "高峰", {"hotline": 1}))
        add_move(connection, "main", MoveRow(T0 - 9999, "周岚", "早", {"hotline": 1}))
        assert [move.id for move in moves_untold(connection, "main", T0)] == [first, second]
        add_effects(connection, "main", [effect(first), effect(first, 1)])
        add_effects(connection, "main", [])
        assert [move.id for move in moves_untold(connection, "main", T0)] == [second]
        assert open_effects(connection, "main", T0 + 1799) == []
        row, other = open_effects(connection, "main", T0 + 1800)
        assert (row, other) == (effect(first), effect(first, 1))
        assert judge(connection, row, State.JUDGED, "{}", T0 + 2000)
        assert not judge(connection, row, State.UNDONE, "", T0 + 2001)
        assert open_effects(connection, "main", T0 + 1800) == [other]
        told = effects_between(connection, "main", T0, T0 + 1)
        assert [one.state for one in told] == [State.JUDGED, State.PENDING]
        assert effects_between(connection, "elsewhere", T0, T0 + 1) == []


def call(position: int, entered: float, outcome: Outcome, wait_s: float, **more: object) -> dict[str, object]:
    row: dict[str, object] = {column.name: column.type.python_type() for column in calls.columns}
    left = 0.0 if outcome is Outcome.WAITING else entered + wait_s
    row |= {
        "source_id": 1,
        "position": position,
        "site": "main",
        "queue": "hotline",
        "outcome": outcome.value,
    }
    return row | {"entered_at": entered, "left_at": left, "wait_ms": int(wait_s * 1000), **more}


def test_who_waited_at_the_beginning_counts_and_who_gave_up_at_once_is_not_judged(engine: Engine) -> None:
    rows = [
        call(1, T0 - 100, Outcome.ANSWERED, 90.0),  # before
        call(2, T0 - 100, Outcome.ANSWERED, 130.0),  # waited at the beginning
        call(3, T0 - 10, Outcome.WAITING, 0.0),  # and still does
        call(4, T0, Outcome.ANSWERED, 20.0),
        call(5, T0 + 10, Outcome.ABANDONED, 5.0),
        call(6, T0 + 20, Outcome.ABANDONED, 60.0),
        call(7, T0 + 1790, Outcome.ABANDONED, 60.0),  # gives up after the span
        call(8, T0 + 1800, Outcome.ANSWERED, 1.0),  # after
        call(9, T0 + 30, Outcome.ANSWERED, 1.0, queue="cards"),
        call(10, T0 + 30, Outcome.ANSWERED, 1.0, site="elsewhere"),
    ]
    with writing(engine) as connection:
        connection.execute(insert(calls), rows)
    with engine.connect() as connection:
        found = came(connection, "main", "hotline", T0, T0 + 1800, 20.0)
        assert found == Came(offered=6, judged=4, timely=1, answered=2, gone=2, waited_s=pytest.approx(275.0))
        assert came(connection, "main", "none", T0, T0 + 1800, 20.0) == Came()


def test_what_is_old_is_deleted_in_parts(engine: Engine) -> None:
    old = [keep(engine, str(one), "", T0 + one) for one in range(3)]
    new = keep(engine, "new", "", T0 + 9000)
    with writing(engine) as connection:
        add_effects(connection, "main", [effect(1), effect(1, 1), effect(2, at=T0 + 9000)])
        assert clear_advice(connection, "main", T0 + 5000, most=2) == 2 + 2
        assert clear_advice(connection, "main", T0 + 5000, most=2) == 1
        assert clear_advice(connection, "main", T0 + 5000, most=2) == 0
        assert set(advice_by_id(connection, "main", [*old, new])) == {new}
        assert [row.move for row in effects_between(connection, "main", 0, T0 + 99999)] == [2]
