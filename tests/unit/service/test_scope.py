"""Scopes: what a group of readers may see."""

import msgspec

from ccfloor.service.scope import Scope, scoped
from ccfloor.store.viewer import Viewer
from tests.unit.service.views import abandon, caller, queue, seat, view

FLOOR = view(
    queues=(queue("support", 2), queue("sales", 1)),
    seats=(seat("A/1", "on_call"), seat("B/1", "ready", "sales", "B")),
    callers=(caller("a"), caller("b", "sales")),
    abandons=(abandon("c"), abandon("d", "sales")),
)


def test_readers_with_equal_rights_share_a_scope() -> None:
    assert Scope.of(Viewer(role="lead", lang="zh")) == Scope.of(Viewer(role="viewer", lang="en"))
    assert Scope.of(Viewer(may_see_numbers=True)) != Scope.of(Viewer())


def test_numbers_are_masked_everywhere() -> None:
    text = msgspec.json.encode(scoped(FLOOR, Scope("main"))).decode()
    assert "13812342071" not in text and text.count("138****2071") == 7
    assert scoped(FLOOR, Scope("main", numbers=True)) == FLOOR


def test_queues_out_of_scope_leave_no_trace() -> None:
    seen = scoped(FLOOR, Scope("main", frozenset({"sales"})))
    assert b"support" not in msgspec.json.encode(seen)
    assert [item.seat for item in seen.seats] == ["B/1"]
    assert (seen.floor.waiting, seen.floor.queue) == (1, "")


def test_the_floor_of_several_queues_is_what_adds_up() -> None:
    three = view(queues=(*FLOOR.queues, queue("vip", 1)))
    seen = scoped(three, Scope("main", frozenset({"sales", "support"})))
    assert seen.floor.waiting == 3 and seen.floor.today.service_level is None


def test_teams_out_of_scope_are_not_seen() -> None:
    assert [item.seat for item in scoped(FLOOR, Scope("main", teams=frozenset({"B"}))).seats] == ["B/1"]
