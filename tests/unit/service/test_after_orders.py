"""Who followed an order: from spans, the same reading as the live one."""

from collections.abc import Mapping

import pytest

from ccfloor.floor.config import SeatInfo
from ccfloor.floor.records import SpanRow
from ccfloor.floor.view import Membership, SeatDay, SeatView
from ccfloor.rules.compliance import NOT_ON_QUEUE, breaches
from ccfloor.rules.model import Order
from ccfloor.service.after_orders import Duty, duties, tally

SEATS: Mapping[str, SeatInfo] = {
    "a": SeatInfo("a", "甲", role="lead"),
    "b": SeatInfo("b", "乙", role="agent"),
    "c": SeatInfo("c", "丙", role="agent"),
}
BREAKS = Order(forbid_reasons=("break",), grace_s=120)
CALLBACKS = Order(forbid_reasons=("callback",), limit=2, grace_s=60)
ALL_ON = Order(on_queue=True, roles=("lead",), grace_s=60)


def pause(seat: str, start: float, end: float, reason: str = "break") -> SpanRow:
    return SpanRow(seat, "", start, end, "paused", reason)


def told(found: list[Duty]) -> list[tuple[str, float, float, float, float]]:
    return [(d.seat, d.since, d.due_at, d.complied_at, d.overdue_s) for d in found]


@pytest.mark.parametrize(
    ("end", "complied", "overdue"),
    [(219, 219, 0), (220, 220, 0), (221, 221, 1), (500, 0, 180), (900, 0, 180)],
)
def test_the_grace_runs_from_the_order(end: float, complied: float, overdue: float) -> None:
    found = duties("x", BREAKS, [pause("b", 50, end)], SEATS, 100, 400)
    assert told(found) == [("b", 50, 220, complied, overdue)]


def test_a_break_begun_later_has_what_is_left_of_the_grace() -> None:
    found = duties("x", BREAKS, [pause("b", 150, 300), pause("c", 250, 260)], SEATS, 100, 400)
    assert told(found) == [("b", 150, 220, 300, 80), ("c", 250, 250, 260, 10)]


def test_what_was_over_before_or_begins_after_is_no_matter() -> None:
    rows = [pause("b", 10, 100), pause("c", 400, 500), pause("a", 120, 130, "meal")]
    assert duties("x", BREAKS, rows, SEATS, 100, 400) == []


def test_a_pause_cut_in_two_is_one() -> None:
    found = duties("x", BREAKS, [pause("b", 50, 200), pause("b", 200, 300)], SEATS, 100, 400)
    assert told(found) == [("b", 50, 220, 300, 80)]


def test_the_first_of_a_limit_may_stay() -> None:
    rows = [pause("a", 10, 900, "callback"), pause("b", 20, 300, "callback"), pause("c", 30, 350, "callback")]
    found = duties("x", CALLBACKS, rows, SEATS, 100, 400)
    # c is one too many until b leaves at 300; then it may stay.
    assert told(found) == [("c", 30, 160, 300, 140)]


def test_an_order_to_take_calls() -> None:
    rows = [
        pause("a", 50, 200, "meeting"),
        SpanRow("a", "", 200, 900, "ready"),
        pause("b", 0, 900),  # not a lead
    ]
    assert told(duties("x", ALL_ON, rows, SEATS, 100, 400)) == [("a", 50, 160, 200, 40)]


def test_a_normal_seat_signed_out_is_absent_not_disobedient() -> None:
    everybody = Order(on_queue=True, roles=("lead", "agent"), grace_s=60)
    found = duties("x", everybody, [], SEATS, 100, 400, on_duty=lambda _seat, _at: True)
    assert [duty.seat for duty in found] == ["a"]


def test_who_is_not_here_counts_only_on_duty() -> None:
    rows = [SpanRow("a", "", 250, 900, "on_call")]
    assert duties("x", ALL_ON, rows, SEATS, 100, 400) == []
    found = duties("x", ALL_ON, rows, SEATS, 100, 400, lambda seat, at: True)
    assert told(found) == [("a", 100, 160, 250, 90)] and found[0].kind == NOT_ON_QUEUE
    nowhere = duties("x", ALL_ON, [], SEATS, 100, 400, lambda seat, at: True)
    assert told(nowhere) == [("a", 100, 160, 0, 240)]


def test_the_tally_counts_a_seat_once_by_its_worst() -> None:
    rows = [pause("a", 50, 150), pause("b", 50, 300), pause("b", 350, 360), pause("c", 50, 900)]
    found = duties("x", BREAKS, rows, SEATS, 100, 400)
    assert tally(found) == (1, 1, 1, 180.0, 80.0 + 10.0 + 180.0)
    assert tally([]) == (0, 0, 0, 0.0, 0.0)


@pytest.mark.parametrize("order", [BREAKS, CALLBACKS])
@pytest.mark.parametrize("at", [120.0, 180.0, 260.0, 320.0])
def test_it_says_of_any_moment_what_the_live_reading_said(order: Order, at: float) -> None:
    reason = order.forbid_reasons[0]
    rows = [pause("a", 10, 330, reason), pause("b", 20, 300, reason), pause("c", 150, 350, reason)]
    live = breaches(order, [view(row) for row in rows if row.start <= at < row.end], 100)
    stored = [d for d in duties("x", order, rows, SEATS, 100, 400) if d.since <= at]
    open_then = {d.seat: d.due_at for d in stored if not d.complied_at or d.complied_at > at}
    assert {b.seat: b.since for b in live} == {d.seat: d.since for d in stored if d.seat in open_then}
    if not order.limit:
        assert {b.seat: b.due_at for b in live} == open_then


def view(row: SpanRow) -> SeatView:
    queues = (Membership("hot", paused=True, reason=row.reason),)
    return SeatView(
        row.seat, "", "", "", "", SEATS[row.seat].role, row.status, row.reason, row.reason, row.start,
        True, row.start, "idle", "", "", "", queues, SeatDay(),
    )  # fmt: skip
