"""A reader that has a full view and applies every difference sees the floor as it is."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ccfloor.floor.view import FloorView, SeatDay, Window
from ccfloor.service.diff import Differ, queue_changed, seat_changed
from tests.unit.service.views import AT, caller, queue, seat, view, views


def patched(state: dict, diff: dict) -> dict:
    """What a browser does with a difference."""
    state = dict(state)
    for name, key in (("queues", "queue"), ("seats", "seat")):
        rows = {row[key]: row for row in state[name]}
        rows.update({row[key]: row for row in diff.get(name, [])})
        state[name] = [row for row in rows.values() if row[key] not in diff.get("gone", [])]
    for name, field in (
        ("floor", "floor"),
        ("callers", "callers"),
        ("abandons", "abandons"),
        ("curve", "waiting_curve"),
    ):
        if name in diff:
            state[field] = diff[name]
    if "blind_since" in diff:
        state["blind_since"] = diff["blind_since"]
    return state


def plain(value: object) -> dict:
    return json.loads(msgspec.json.encode(value))


def same_floor(state: dict, now: FloorView) -> bool:
    """Equal but for values that flow with the clock, which may lag within their tolerance."""
    told = msgspec.convert({**state, "at": now.at, "events": now.events, "repairs": now.repairs}, FloorView)
    queues = {item.queue: item for item in told.queues}
    seats = {item.seat: item for item in told.seats}
    return (
        queues.keys() == {item.queue for item in now.queues}
        and seats.keys() == {item.seat for item in now.seats}
        and not any(queue_changed(queues[item.queue], item) for item in now.queues)
        and not any(seat_changed(seats[item.seat], item) for item in now.seats)
        and not queue_changed(told.floor, now.floor)
        and (told.callers, told.abandons) == (now.callers, now.abandons)
        and (told.waiting_curve, told.blind_since) == (now.waiting_curve, now.blind_since)
    )


@given(st.lists(views, min_size=2, max_size=6))
def test_full_and_differences_give_the_floor(sequence: list[FloorView]) -> None:
    differ = Differ(sequence[0])
    state = plain(sequence[0])
    for now in sequence[1:]:
        assert not differ.needs_full(now)
        state = patched(state, plain(differ.diff(now)))
        assert same_floor(state, now)
        # who comes now gets what everybody else was told
        assert same_floor(plain(differ.told), now)


@given(views)
def test_nothing_changed_is_nothing_to_say(now: FloorView) -> None:
    assert Differ(now).diff(replace(now, at=now.at + 1)) == {}


def test_a_waiting_clock_alone_is_no_change() -> None:
    told = queue("support", waiting=1)
    assert not queue_changed(told, replace(told, longest_wait_s=told.longest_wait_s + 1))
    assert queue_changed(told, replace(told, oldest_at=AT))
    assert queue_changed(told, replace(told, today=Window(offered=1)))


def test_a_creeping_occupancy_is_told_when_it_shows() -> None:
    differ = Differ(view())
    told = []
    for step in range(1, 31):
        crept = replace(queue("support"), today=Window(occupancy=step / 1000))
        told.append("queues" in differ.diff(view(queues=(crept, queue("sales"), queue("vip")))))
    assert told[0] and 5 <= sum(told) <= 8  # from "–" to a number, then every half per cent


def test_a_seats_day_counts_at_once_and_flows_coarsely() -> None:
    told = seat("PJSIP/100")
    assert seat_changed(told, replace(told, day=SeatDay(handled=1)))
    assert not seat_changed(told, replace(told, day=SeatDay(ready_s=1.0)))
    assert seat_changed(told, replace(told, day=SeatDay(ready_s=9.0)))
    assert seat_changed(told, replace(told, since=AT))


def test_gone_seats_and_a_caller_are_told_once() -> None:
    differ = Differ(view())
    changed = differ.diff(view(seats=view().seats[1:], callers=(caller("a"),)))
    assert changed["gone"] == ["PJSIP/100"] and [item.call for item in changed["callers"]] == ["a"]
    assert differ.diff(view(seats=view().seats[1:], callers=(caller("a"),))) == {}


def test_a_new_day_or_a_lost_queue_needs_a_full_view() -> None:
    differ = Differ(view())
    assert differ.needs_full(view(day_start=AT))
    assert differ.needs_full(view(queues=view().queues[1:]))
    assert not differ.needs_full(view(queues=(*view().queues, queue("new"))))
