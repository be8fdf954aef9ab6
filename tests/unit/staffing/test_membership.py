"""What is asked of the switch for a seat to serve other queues, and what takes it back."""

import pytest

from ccfloor.staffing.membership import (
    Change,
    Kind,
    Member,
    Sight,
    Wish,
    changes,
    lonely,
    shows,
    taking_back,
)

AT_HOME = Sight({"loans": Member(1), "cards": Member(3)})


def said(found: tuple[Change, ...]) -> list[tuple[str, str, int]]:
    return [(change.kind.value, change.queue, change.penalty) for change in found]


def test_a_seat_joins_before_it_leaves() -> None:
    found = changes(Wish({"fraud": 2}), AT_HOME)
    assert said(found) == [
        ("add_to_queue", "fraud", 2),
        ("remove_from_queue", "cards", 0),
        ("remove_from_queue", "loans", 0),
    ]
    assert [change.stage for change in found] == [0, 1, 1]


def test_beside_leaves_nothing() -> None:
    assert said(changes(Wish({"fraud": 0}, beside=True), AT_HOME)) == [("add_to_queue", "fraud", 0)]


def test_what_is_served_gets_its_penalty_alone() -> None:
    found = changes(Wish({"loans": 7, "cards": 3}), AT_HOME)
    assert said(found) == [("set_penalty", "loans", 7)]
    assert changes(Wish({"loans": 1, "cards": 3}), AT_HOME) == ()


def test_queues_out_of_reach_are_left_alone() -> None:
    found = changes(Wish({"fraud": 0}, within=("fraud", "loans")), AT_HOME)
    assert said(found) == [("add_to_queue", "fraud", 0), ("remove_from_queue", "loans", 0)]


def test_who_is_on_a_break_joins_on_a_break() -> None:
    resting = Sight({"loans": Member(0, True, "break")}, paused=True, reason="break")
    joins, pauses, leaves = changes(Wish({"fraud": 0}), resting)
    assert (joins.kind, joins.paused, joins.reason) == (Kind.ADD, True, "break")
    assert (pauses.kind, pauses.queue, pauses.reason) == (Kind.PAUSE, "fraud", "break")
    assert leaves.kind is Kind.REMOVE
    asked = changes(Wish({"fraud": 0}, ready=True), resting)
    assert asked[-1] == Change(Kind.UNPAUSE, 2)


def test_taking_back_restores_what_was() -> None:
    done = changes(Wish({"fraud": 2}), AT_HOME)
    there = Sight({"fraud": Member(2)})
    assert said(taking_back(done, AT_HOME, there, pause=True)) == [
        ("add_to_queue", "cards", 3),
        ("add_to_queue", "loans", 1),
        ("remove_from_queue", "fraud", 0),
    ]


@pytest.mark.parametrize(
    ("since", "left"),
    [
        (Sight({"fraud": Member(5)}), ["cards", "loans"]),  # somebody gave it another penalty: it stays there
        (Sight({}), ["cards", "loans"]),  # somebody took it out
        (Sight({"fraud": Member(2), "loans": Member(9)}), ["cards", "fraud"]),  # somebody brought it back
        (Sight({"vip": Member(0)}), []),  # somebody sent it elsewhere
    ],
)
def test_what_somebody_changed_since_stays(since: Sight, left: list[str]) -> None:
    done = changes(Wish({"fraud": 2}), AT_HOME)
    assert sorted(change.queue for change in taking_back(done, AT_HOME, since, pause=True)) == left


def test_a_penalty_is_set_back_unless_it_was_set_anew() -> None:
    done = changes(Wish({"loans": 7}, beside=True), AT_HOME)
    now = {**AT_HOME.queues, "loans": Member(7)}
    assert said(taking_back(done, AT_HOME, Sight(now), pause=True)) == [("set_penalty", "loans", 1)]
    now["loans"] = Member(8)
    assert taking_back(done, AT_HOME, Sight(now), pause=True) == ()


def test_a_break_is_given_back_by_undo_and_not_by_time() -> None:
    before = Sight({"loans": Member(0, True, "meal")}, paused=True, reason="meal")
    done = changes(Wish({"loans": 0}, ready=True), before)
    working = Sight({"loans": Member()})
    assert taking_back(done, before, working, pause=True) == (Change(Kind.PAUSE, 2, reason="meal"),)
    assert taking_back(done, before, working, pause=False) == ()


def test_a_pause_of_one_queue_alone_comes_back_with_it() -> None:
    before = Sight({"loans": Member(1, True, "busy"), "cards": Member()})
    done = changes(Wish({"cards": 0}), before)
    joins, pauses = taking_back(done, before, Sight({"cards": Member()}), pause=True)
    assert (joins.paused, joins.reason, pauses.reason) == (True, "busy", "busy")


@pytest.mark.parametrize(
    ("change", "yes", "no"),
    [
        (Change(Kind.ADD, 0, "a", 3), Sight({"a": Member(3)}), Sight({"a": Member(2)})),
        (Change(Kind.PENALTY, 0, "a", 3), Sight({"a": Member(3)}), Sight({})),
        (Change(Kind.REMOVE, 1, "a"), Sight({}), Sight({"a": Member()})),
        (Change(Kind.PAUSE, 1, "a"), Sight({"a": Member(0, True)}), Sight({"a": Member()})),
        (Change(Kind.PAUSE, 2), Sight(paused=True), Sight()),
        (Change(Kind.UNPAUSE, 2), Sight(), Sight(paused=True)),
    ],
)
def test_whether_a_change_is_seen(change: Change, yes: Sight, no: Sight) -> None:
    assert shows(change, yes) and not shows(change, no)


def test_a_queue_is_lonely_once_the_last_who_works_leaves() -> None:
    working = {"loans": ["a", "b"], "cards": ["c"]}
    assert lonely({"loans": ["a"], "cards": ["c"]}, working) == ("cards",)
    assert lonely({"loans": ["a", "b"]}, working) == ("loans",)
    assert lonely({"fraud": ["a"]}, working) == ()  # nobody works there as it is
