"""The routes behind the plan page: what they write and ask, what they answer, and whom they refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.acd.base import CommandKind, CommandResult
from ccfloor.floor.view import FloorView
from ccfloor.service import routes_plan, routes_seats, runtime
from ccfloor.service.commands import answer_command, asked_commands
from ccfloor.service.hub import LiveRow
from ccfloor.service.plan_notes import Note, acked, read_notes, ticked
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from tests.fakes.fake_plan import plan_view, store
from tests.fakes.plan_scenes import PLAN_SCENES

NOW = 1_800_000_000.0
SCENE = PLAN_SCENES["plan_level2"](NOW)
assert SCENE.plan is not None
LADDER = SCENE.plan["ladder"]
KEY = LADDER[2]["key"]
BREAK, IDLE = "PJSIP/109", "PJSIP/147"
ORDER = {"about": KEY, "seats": [{"seat": BREAK}], "who": "周岚", "why": "二级"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A service over a floor on level 2."""
    assert SCENE.plan is not None
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'plan.db'}"))
    service.clock = lambda: NOW
    store(service.engine, SCENE.view, SCENE.plan, SCENE.steps)
    service.hub.accept(LiveRow(1, NOW, SCENE.view, (), plan_view(SCENE.plan)))
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


@pytest.fixture
def client(service: runtime.Service) -> TestClient:
    return TestClient(Starlette(routes=[*routes_plan.routes, *routes_seats.routes]))


def post(client: TestClient, path: str, body: Any, status: int = 200, **options: Any) -> Any:
    answer = client.post(f"/api/v1/plan/{path}", json=body, **options)
    assert answer.status_code == status, answer.text
    return answer.json()


def notes(service: runtime.Service, key: str = KEY) -> list[Note]:
    with service.engine.connect() as connection:
        return read_notes(connection, "main", [key]).get(key, [])


def test_a_level_is_taken_on_with_those_below_it(client: TestClient, service: runtime.Service) -> None:
    keys = [LADDER[2]["key"], LADDER[1]["key"], LADDER[0]["key"]]
    assert post(client, "ack", {"keys": keys, "who": " 周岚 "}) == {"taken": keys}
    for key in keys:
        note = acked(notes(service, key))
        assert note is not None and (note.who, note.at) == ("周岚", NOW)


def test_the_first_who_takes_it_has_it(client: TestClient, service: runtime.Service) -> None:
    post(client, "ack", {"keys": [KEY], "who": "周岚"})
    refused = post(client, "ack", {"keys": [KEY, LADDER[1]["key"]], "who": "陈"}, 409)
    assert refused == {"error": "already_acked"}
    assert acked(notes(service, LADDER[1]["key"])) is None
    # A level below that somebody took before does not stand in the way.
    assert post(client, "ack", {"keys": [LADDER[1]["key"], KEY], "who": "陈"}) == {
        "taken": [LADDER[1]["key"]]
    }


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"keys": [KEY], "who": "  "}, 409, "no_who"),
        ({"keys": [], "who": "周岚"}, 404, "unknown_alarm"),
        ({"keys": ["no-such//1.000"], "who": "周岚"}, 404, "unknown_alarm"),
        ({"keys": ["nonsense"], "who": "周岚"}, 404, "unknown_alarm"),
        ({"keys": KEY, "who": "周岚"}, 400, "bad_request"),
        ({"who": "周岚"}, 400, "bad_request"),
    ],
)
def test_what_cannot_be_taken_on_says_why(client: TestClient, body: Any, status: int, error: str) -> None:
    assert post(client, "ack", body, status) == {"error": error}


def test_an_item_is_ticked_and_taken_back(client: TestClient, service: runtime.Service) -> None:
    body = {"about": KEY, "item": "report", "who": "周岚"}
    post(client, "tick", body)
    assert ticked(notes(service)).keys() == {"report"}
    assert post(client, "tick", body, 409) == {"error": "already_ticked"}
    post(client, "untick", {**body, "who": "陈"})
    assert ticked(notes(service)) == {}
    assert [note.who for note in notes(service)] == ["周岚", "陈"]
    assert post(client, "untick", body, 409) == {"error": "not_ticked"}
    assert post(client, "tick", {**body, "item": "dance"}, 404) == {"error": "unknown_item"}


def test_a_note_is_written_down(client: TestClient, service: runtime.Service) -> None:
    post(client, "note", {"about": KEY, "text": "已打电话给市政", "who": "周岚"})
    assert [(note.kind, note.text) for note in notes(service)] == [("note", "已打电话给市政")]
    assert post(client, "note", {"about": KEY, "text": " ", "who": "周岚"}, 409) == {"error": "no_text"}


def test_a_break_is_ended_through_a_command_that_can_be_undone(
    client: TestClient, service: runtime.Service
) -> None:
    (row,) = post(client, "comply", ORDER)["seats"]
    (asked,) = asked_commands(service.engine, "main")
    assert (asked.id, asked.command.kind, asked.command.seat) == (row["id"], CommandKind.UNPAUSE, BREAK)
    (note,) = notes(service)
    assert (note.kind, note.item, note.who) == ("command", str(row["id"]), "周岚")
    answer_command(service.engine, asked.id, CommandResult(True), NOW)
    (listed,) = client.get("/api/v1/commands").json()["commands"]
    assert (listed["by"], listed["why"], listed["undoable"]) == ("周岚", "二级", True)
    client.post(f"/api/v1/commands/{asked.id}/undo", json={"why": "mistake"})
    (back,) = asked_commands(service.engine, "main")
    assert (back.command.kind, back.command.reason) == (CommandKind.PAUSE, "break")


def test_one_seat_that_cannot_be_asked_does_not_stop_the_others(
    client: TestClient, service: runtime.Service
) -> None:
    seats = [
        {"seat": "PJSIP/999"},  # is not there
        {"seat": "PJSIP/101"},  # takes a call
        {"seat": "PJSIP/148"},  # offline
        {"seat": IDLE},  # serves no queue
        {"seat": BREAK},
        {"seat": IDLE, "queue": "hotline"},
    ]
    rows = post(client, "comply", {**ORDER, "seats": seats})["seats"]
    assert [row.get("error") for row in rows] == [
        "unknown_seat",
        "complies",
        "offline",
        "no_queue",
        None,
        None,
    ]
    kinds = [(asked.command.kind, asked.command.queue) for asked in asked_commands(service.engine, "main")]
    assert kinds == [(CommandKind.UNPAUSE, ""), (CommandKind.ADD, "hotline")]
    again = post(client, "comply", ORDER)["seats"]
    assert again == [{"seat": BREAK, "error": "already_asked"}]


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"who": ""}, 409, "no_who"),
        ({"why": " "}, 409, "no_why"),
        ({"about": "peak-level-2//1.000"}, 404, "unknown_alarm"),
        ({"seats": BREAK}, 400, "bad_request"),
    ],
)
def test_an_order_that_is_not_whole_asks_nothing(
    client: TestClient, service: runtime.Service, change: dict[str, Any], status: int, error: str
) -> None:
    assert post(client, "comply", {**ORDER, **change}, status) == {"error": error}
    assert asked_commands(service.engine, "main") == [] and notes(service) == []


@pytest.mark.parametrize("path", ["ack", "tick", "untick", "note", "comply"])
def test_a_page_of_another_site_cannot_act(client: TestClient, service: runtime.Service, path: str) -> None:
    elsewhere = {"headers": {"Origin": "https://elsewhere.example"}}
    bodies = {"ack": {"keys": [KEY], "who": "x"}, "comply": ORDER}
    body = bodies.get(path, {"about": KEY, "item": "report", "text": "x", "who": "x"})
    assert post(client, path, body, 403, **elsewhere) == {"error": "not_ours"}
    assert notes(service) == []
    post(client, path, body, 409 if path == "untick" else 200, headers={"Origin": "http://testserver"})


def test_the_curve_is_the_stored_calls_with_the_levels_marked(client: TestClient) -> None:
    found = client.get("/api/v1/plan/curve", params={"hours": "2"}).json()
    assert found["end"] == NOW and found["start"] == NOW - 7200
    wanted = [(at, level) for at, level in SCENE.steps if found["start"] < at <= NOW]
    changes = [
        step for before, step in zip([(0.0, -1), *wanted], wanted, strict=False) if before[1] != step[1]
    ]
    assert [tuple(step) for step in found["steps"]][1:] == changes[-len(found["steps"]) + 1 :]
    assert [mark["level"] for mark in found["marks"]] == [0, 1, 2]
    assert found["steps"][0][0] == found["start"]


@pytest.mark.parametrize(
    ("asked", "hours"), [("999", 12.0), ("0", 0.25), ("-3", 3.0), ("nan", 3.0), ("", 3.0)]
)
def test_hours_of_the_curve_keep_within_bounds(client: TestClient, asked: str, hours: float) -> None:
    found = client.get("/api/v1/plan/curve", params={"hours": asked}).json()
    assert found["end"] - found["start"] == pytest.approx(hours * 3600)


def test_the_level_is_told_to_pages_without_a_board(client: TestClient, service: runtime.Service) -> None:
    said = client.get("/api/v1/plan/level").json()
    assert said == {"level": 2, "since": NOW - 260, "acked": False, "incident": False}
    plain: FloorView = SCENE.view
    service.hub.accept(LiveRow(2, NOW, plain, ()))
    assert client.get("/api/v1/plan/level").json()["level"] == -1


def test_without_a_switch_no_seat_is_asked(tmp_path: Path) -> None:
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'x.db'}", source="none"))
    metadata.create_all(service.engine)
    runtime.use(service)
    try:
        client = TestClient(Starlette(routes=routes_plan.routes))
        assert post(client, "comply", ORDER, 409) == {"error": "no_switch"}
    finally:
        runtime.use(None)
        service.engine.dispose()
