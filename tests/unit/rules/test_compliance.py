"""Orders: who breaks them, since when, and until when there was time."""

from msgspec.structs import replace

from ccfloor.floor.view import SeatDay, SeatView
from ccfloor.rules.compliance import NOT_ON_QUEUE, Breach, breaches, in_reasons
from ccfloor.rules.model import Order
from tests.unit.service.views import AT, seat

BREAKS = Order(forbid_reasons=("break",), grace_s=120)
CALLS = Order(on_queue=True, roles=("lead",), grace_s=60)


def paused(name: str, reason: str, since: float, role: str = "agent") -> SeatView:
    return replace(
        seat(name, "paused"), reason=reason, since=since, paused=True, paused_since=since, role=role
    )


def test_a_seat_that_was_on_break_has_time_until_the_grace_is_over() -> None:
    seats = [paused("a", "break", AT - 300), paused("b", "meal", AT - 300), seat("c")]
    assert breaches(BREAKS, seats, AT) == [Breach("a", "break", AT - 300, AT + 120)]


def test_a_break_begun_after_the_grace_is_late_at_once() -> None:
    (found,) = breaches(BREAKS, [paused("a", "break", AT + 500)], AT)
    assert found.due_at == found.since == AT + 500


def test_those_longest_in_it_may_stay_up_to_the_limit() -> None:
    order = Order(forbid_reasons=("callback",), limit=2)
    seats = [
        paused(name, "callback", AT - since) for name, since in (("a", 10), ("b", 40), ("c", 30), ("d", 20))
    ]
    assert [found.seat for found in breaches(order, seats, AT)] == ["d", "a"]
    assert breaches(order, seats[1:3], AT) == []


def test_roles_narrow_whom_an_order_binds() -> None:
    order = Order(forbid_reasons=("break",), roles=("agent",))
    seats = [paused("a", "break", AT), paused("b", "break", AT, role="lead")]
    assert [found.seat for found in breaches(order, seats, AT)] == ["a"]


def test_a_lead_takes_calls_when_he_serves_a_queue_and_is_not_paused() -> None:
    serves = replace(seat("a"), role="lead")
    away = paused("b", "meeting", AT - 50, role="lead")
    nowhere = replace(seat("c"), role="lead", queues=())
    agent = paused("d", "meeting", AT - 50)
    found = breaches(CALLS, [serves, away, nowhere, agent], AT)
    assert [(late.seat, late.kind) for late in found] == [("c", NOT_ON_QUEUE), ("b", "meeting")]
    assert {late.due_at for late in found} == {AT + 60}


def test_who_is_signed_out_is_missed_only_while_his_shift_runs() -> None:
    out = replace(seat("a", "offline"), role="lead", queues=(), since=0.0)
    assert breaches(CALLS, [out], AT) == []
    (missed,) = breaches(CALLS, [out], AT, lambda name: name == "a")
    assert (missed.kind, missed.since) == (NOT_ON_QUEUE, AT)
    everybody = Order(on_queue=True)
    assert breaches(everybody, [out], AT, lambda name: True) == []


def test_an_agent_who_is_not_here_breaks_no_order() -> None:
    order = Order(on_queue=True, roles=("agent",))
    left = replace(seat("b", "offline"), queues=(), day=SeatDay(login_at=AT - 3600))
    assert breaches(order, [left], AT, lambda name: True) == []


def test_seats_in_a_reason_are_counted() -> None:
    seats = [paused("a", "callback", AT), paused("b", "callback", AT, role="lead"), paused("c", "break", AT)]
    assert in_reasons(seats, ("callback",)) == 2
    assert in_reasons(seats, ("callback",), ("agent",)) == 1
