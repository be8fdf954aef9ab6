"""Who may be moved, and why not."""

from typing import Any

import msgspec
import pytest

from ccfloor.staffing.limits import Limits, Moved, Policy, Why
from ccfloor.staffing.present import Doing, FloorNow, SeatNow
from tests.unit.staffing.two_queues import AT, floor, queue, seat

POLICY = Policy()


def around(one: SeatNow, *more: SeatNow, **of_cold: Any) -> FloorNow:
    """A floor with this seat, and two more that keep its queue alive."""
    others = more or (seat("C/1", "cold"), seat("C/2", "cold"))
    return floor([queue("hot", 8.0), queue("cold", 2.0, **of_cold)], [one, *others])


def able(**more: Any) -> SeatNow:
    return seat("K/1", "cold", "hot", **more)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, None),
        ({"pinned": "trainee"}, Why.PINNED),
        ({"role": "lead"}, Why.ROLE),
        ({"role": "supervisor"}, Why.ROLE),
        ({"role": "senior"}, None),
        ({"leaves_in_s": 1799.0}, Why.LEAVING),
        ({"leaves_in_s": 1800.0}, None),
        ({"doing": Doing.AWAY}, Why.AWAY),
        ({"doing": Doing.AWAY, "back_in_s": 301.0}, Why.AWAY),
        ({"doing": Doing.AWAY, "back_in_s": 300.0}, None),
        ({"doing": Doing.BUSY, "free_in_s": 901.0}, Why.LONG_CALL),
        ({"doing": Doing.BUSY, "free_in_s": 900.0}, None),
    ],
)
def test_who_may_be_moved_at_all(more: dict[str, Any], why: Why | None) -> None:
    one = able(**more)
    assert Limits(around(one), POLICY).why_not(one) is why


def test_leads_and_supervisors_are_moved_from_level_two_on() -> None:
    lead = able(role="lead")
    for level, why in ((0, Why.ROLE), (1, Why.ROLE), (2, None)):
        assert Limits(around(lead), Policy(level=level)).why_not(lead) is why


def test_who_was_just_moved_is_left_alone_for_a_while() -> None:
    one = able()
    for ago, why in ((0.0, Why.HELD), (1199.0, Why.HELD), (1200.0, None)):
        assert Limits(around(one), POLICY, held={"K/1": AT - ago}).why_not(one) is why


def test_a_move_in_force_may_end_after_ten_minutes() -> None:
    one = msgspec.structs.replace(able(), queues={"hot": 1})
    for ago, why in ((599.0, Why.HELD), (600.0, None)):
        moved = Moved("K/1", {"cold": 0}, AT - ago, AT + 1800.0)
        assert Limits(around(one), POLICY, [moved], {"K/1": AT - ago}).why_not(one) is why


def test_where_a_seat_may_go() -> None:
    one = able()
    limits = Limits(around(one), POLICY)
    assert limits.why_not_there(one, {"hot": 1}) is None
    assert limits.why_not_there(one, {"cold": 0, "hot": 1}) is None
    assert limits.why_not_there(one, {"cold": 0}) is Why.SERVES
    assert limits.why_not_there(one, {"english": 0}) is Why.NO_SKILL


def test_the_last_working_seat_stays_while_a_colleague_is_on_a_break() -> None:
    one = able()
    colleague = seat("C/1", "cold", doing=Doing.AWAY, back_in_s=60.0, reason="break")
    limits = Limits(around(one, colleague), POLICY)
    assert limits.why_not_there(one, {"hot": 1}) is Why.LAST
    assert limits.why_not_there(one, {"cold": 0, "hot": 1}) is None  # it goes on serving its own


def test_a_colleague_whose_shift_ends_keeps_no_queue_alive() -> None:
    one = able()
    limits = Limits(around(one, seat("C/1", "cold", leaves_in_s=600.0)), POLICY)
    assert limits.why_not_there(one, {"hot": 1}) is Why.MINIMUM


def test_a_busy_colleague_keeps_the_queue_alive() -> None:
    one = able()
    limits = Limits(around(one, seat("C/1", "cold", doing=Doing.BUSY, free_in_s=500.0)), POLICY)
    assert limits.why_not_there(one, {"hot": 1}) is None


def test_a_queue_keeps_its_minimum() -> None:
    one = able()
    for least, why in ((2, None), (3, Why.MINIMUM)):
        assert Limits(around(one, min_seats=least), POLICY).why_not_there(one, {"hot": 1}) is why


def resting(name: str, back_in_s: float = 60.0) -> SeatNow:
    return seat(name, "cold", "hot", doing=Doing.AWAY, back_in_s=back_in_s, reason="break")


def test_who_is_back_in_a_minute_may_come_back_elsewhere() -> None:
    """One works at "cold"; it is enough."""
    limits = Limits(around(resting("K/1"), seat("C/1", "cold")), POLICY)
    assert limits.why_not_there(limits.floor.seats[0], {"hot": 1}) is None


def test_who_is_back_in_a_minute_is_counted_on() -> None:
    """One works and two are back in a minute: a minimum of three needs them all, one of two all but one."""
    for least, why in ((3, Why.MINIMUM), (2, None)):
        now = around(resting("K/1"), resting("K/2"), seat("C/1", "cold"), min_seats=least)
        limits = Limits(now, POLICY)
        assert limits.why_not_there(now.seats[0], {"hot": 1}) is why
        assert limits.why_not_there(now.seats[0], {"cold": 0, "hot": 1}) is None


def test_who_is_back_too_late_is_not_counted_on() -> None:
    now = around(resting("K/1"), resting("K/2", 301.0), seat("C/1", "cold"), min_seats=2)
    assert Limits(now, POLICY).why_not_there(now.seats[0], {"hot": 1}) is Why.MINIMUM


def test_the_only_seat_of_a_queue_does_not_come_back_elsewhere() -> None:
    only = resting("K/1")
    now = around(only, seat("H/1", "hot"), min_seats=0)
    assert Limits(now, POLICY).why_not_there(only, {"hot": 1}) is Why.LAST
    assert Limits(now, POLICY).why_not_there(only, {"cold": 0, "hot": 1}) is None


@pytest.mark.parametrize(("until", "why"), [(1799.0, Why.MINIMUM), (1800.0, None)])
def test_who_is_lent_and_goes_home_soon_keeps_no_queue_alive(until: float, why: Why | None) -> None:
    one, guest = able(), msgspec.structs.replace(seat("G/1", "hot", "cold"), queues={"cold": 1})
    limits = Limits(around(one, guest), POLICY, [Moved("G/1", {"hot": 0}, AT - 900.0, AT + until)])
    assert limits.why_not_there(one, {"hot": 1}) is why
