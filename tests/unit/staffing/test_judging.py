"""What was foretold of moves beside what came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.judging import (
    SETTLED_S,
    Came,
    Errors,
    Fate,
    Foretold,
    Level,
    State,
    Told,
    by_queue,
    errors,
    horizon_s,
    right,
    state,
)

T0 = 1_800_000_000.0


def told(before: float | None, after: float | None, queue: str = "hotline") -> Foretold:
    levels = (Level() if one is None else Level(Told(one, one - 0.1, one + 0.1)) for one in (before, after))
    return Foretold(queue, 1800.0, True, *levels)


def came(timely: int, judged: int) -> Came:
    return Came(offered=judged, judged=judged, timely=timely, answered=judged, waited_s=10.0 * judged)


def test_what_came_has_no_share_of_nobody() -> None:
    assert (Came().service_level, Came().abandoned, Came().wait_s) == (None, None, None)
    some = Came(offered=10, judged=8, timely=6, answered=7, gone=2, waited_s=150.0)
    assert (some.service_level, some.abandoned, some.wait_s) == (0.75, 0.2, 15.0)


def test_errors_are_what_was_foretold_less_what_came() -> None:
    found = errors([(told(0.6, 0.9), came(8, 10)), (told(0.6, 0.7), came(9, 10))])
    level = found.service_level
    assert found.n == level.n == 2
    assert level.bias == pytest.approx((0.1 - 0.2) / 2) and level.mae == pytest.approx(0.15)
    assert (level.held, level.spans) == (1, 2)
    assert (found.right, found.signs) == (2, 2)
    assert found.abandoned.bias is None and found.abandoned.n == 0


def test_no_callers_are_no_error() -> None:
    assert errors([(told(0.6, 0.9), Came())]) == Errors(n=1)
    assert errors([(told(None, None), came(8, 10))]) == Errors(n=1)
    assert errors([]) == Errors()


def test_a_sign_is_right_where_the_queue_went_the_way_foretold() -> None:
    assert right(told(0.6, 0.9), came(7, 10)) is True
    assert right(told(0.6, 0.9), came(5, 10)) is False
    assert right(told(0.9, 0.8), came(8, 10)) is True
    assert right(told(0.6, 0.9), came(6, 10)) is False, "nothing changed"
    assert right(told(0.6, 0.6), came(7, 10)) is None, "nothing was foretold"


def test_each_queue_has_its_own_errors() -> None:
    pairs = [(told(0.6, 0.9, "b"), came(8, 10)), (told(0.6, 0.9, "a"), came(9, 10))]
    found = by_queue(pairs)
    assert list(found) == ["a", "b"]
    assert found["a"].service_level.mae == pytest.approx(0.0)
    assert found["b"].service_level.mae == pytest.approx(0.1)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 20), st.integers(0, 20))))
def test_a_bias_is_never_greater_than_the_mean_size_of_the_errors(
    rows: list[tuple[float, float, int, int]],
) -> None:
    found = errors((told(a, b), came(min(n, m), m)) for a, b, n, m in rows)
    level = found.service_level
    assert found.right <= found.signs <= found.n == len(rows)
    assert (level.mae is None) == (level.n == 0)
    if level.mae is not None and level.bias is not None:
        assert abs(level.bias) <= level.mae + 1e-12 and level.mae <= 1.0 + 1e-12


def test_a_move_waits_for_its_span_and_for_who_came_last_in_it() -> None:
    fate, end = Fate(1, (None,)), T0 + 1800
    assert state(T0, 1800, fate, end) is State.PENDING
    assert state(T0, 1800, fate, end + SETTLED_S - 1) is State.PENDING
    assert state(T0, 1800, fate, end + SETTLED_S) is State.JUDGED
    assert state(T0, 1800, fate, end + SETTLED_S, mixed=True) is State.MIXED


def test_a_move_taken_back_is_not_judged_beyond_it() -> None:
    back = Fate(1, (T0 + 2000,))
    assert state(T0, 1800, back, T0 + 9000) is State.JUDGED
    assert state(T0, 3600, back, T0 + 9000) is State.UNDONE
    assert state(T0, 3600, back, T0 + 2001) is State.UNDONE, "that is known at once"
    assert state(T0, 1800, Fate(1, (0.0,)), T0 + 9000) is State.UNDONE, "before it moved at all"


@pytest.mark.parametrize(
    ("moved", "found"),
    [
        ((None,), State.PARTLY),  # the switch refused four of five
        ((None,) * 3, State.PARTLY),
        ((None,) * 4, State.JUDGED),
        ((None, None, None, T0 + 600, T0 + 900), State.PARTLY),  # two were taken back
        ((None, None, None, None, T0 + 900), State.JUDGED),
        ((None, None, None, T0 + 2000, T0 + 2000), State.JUDGED),  # after the span
        ((T0 + 600,), State.UNDONE),
        ((), State.NOT_DONE),
    ],
)
def test_a_move_of_five_of_which_a_part_moved_is_not_held_against_what_all_would_have_done(
    moved: tuple[float | None, ...], found: State
) -> None:
    assert state(T0, 1800, Fate(5, moved), T0 + 9000) is found


def test_what_was_not_done_or_not_seen_is_not_judged() -> None:
    whole = Fate(1, (None,))
    assert state(T0, 1800, Fate(1), T0 + 9000) is State.NOT_DONE
    assert state(T0, 1800, whole, T0 + 9000, unseen_s=91.0) is State.UNSEEN
    assert state(T0, 1800, whole, T0 + 9000, unseen_s=89.0) is State.JUDGED
    assert state(T0, 3600, whole, T0 + 9000, unseen_s=91.0) is State.JUDGED, "each span by its own length"


def test_a_preview_is_of_the_half_hour_where_the_move_is_not_longer() -> None:
    assert [horizon_s(minutes) for minutes in (0, 15, 30, 31, 600)] == [3600, 1800, 1800, 3600, 3600]
