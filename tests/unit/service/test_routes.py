"""The routes behind the seats and queues pages: what they answer, and whom they refuse."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.acd.base import CommandResult
from ccfloor.service import routes_queues, routes_seats, runtime
from ccfloor.service.commands import answer_command, asked_commands
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from tests.fakes.fake_day import HOURS, afternoon, fill, zone_of_afternoon

NOW = 1_800_000_000.0
ZONE = zone_of_afternoon(NOW)
SEAT = "PJSIP/133"
TIMELINE = "/api/v1/seats/PJSIP%2F133/timeline"
PAUSE = {"seat": SEAT, "kind": "pause", "reason": "meal", "why": "late lunch"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A service over a stored afternoon."""
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'day.db'}", site__zone=ZONE))
    service.clock = lambda: NOW
    fill(service.engine, afternoon("surge", NOW).view)
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


@pytest.fixture
def client(service: runtime.Service) -> TestClient:
    return TestClient(Starlette(routes=[*routes_seats.routes, *routes_queues.routes]))


def commands(client: TestClient) -> list[dict[str, Any]]:
    return list(client.get("/api/v1/commands", params={"seat": SEAT}).json()["commands"])


def test_a_seat_s_day_is_its_spans_without_gap_up_to_its_status_now(client: TestClient) -> None:
    found = client.get(TIMELINE).json()
    spans = found["spans"]
    assert found["seat"] == SEAT and found["day_start"] <= spans[0]["start"]
    assert found["day_end"] - found["day_start"] == 86_400
    assert all(span["seat"] == SEAT and span["start"] < span["end"] for span in spans)
    assert all(a["end"] == b["start"] for a, b in pairwise(spans))
    assert spans[-1]["end"] == pytest.approx(NOW - 830)  # set to busy since 13:50


def test_a_seat_that_is_not_on_the_floor_is_unknown(client: TestClient) -> None:
    answer = client.get("/api/v1/seats/PJSIP%2F999/timeline")
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown_seat"})


def test_the_day_of_all_queues_is_the_sum_of_its_queues(client: TestClient, service: runtime.Service) -> None:
    whole = client.get("/api/v1/queues/today").json()
    view = service.view(service.viewer())
    assert view is not None
    parts = [client.get("/api/v1/queues/today", params={"queue": q.queue}).json() for q in view.queues]
    assert len(whole["rows"]) >= 2 * HOURS
    assert all((row["start"] - whole["day_start"]) % 1800 == 0 for row in whole["rows"])
    for field in ("offered", "answered", "abandoned"):
        total = sum(row[field] for row in whole["rows"])
        assert total == sum(row[field] for part in parts for row in part["rows"]) > 0
    assert all(0 <= row["service_level"] <= 1 for row in whole["rows"])


def test_an_unknown_queue_has_an_empty_day(client: TestClient) -> None:
    assert client.get("/api/v1/queues/today", params={"queue": "nobody"}).json()["rows"] == []


def test_a_command_is_asked_answered_and_taken_back(client: TestClient, service: runtime.Service) -> None:
    asked = client.post("/api/v1/commands", json=PAUSE).json()["id"]
    (row,) = commands(client)
    assert (row["id"], row["state"], row["undoable"]) == (asked, "asked", False)
    answer_command(service.engine, asked, CommandResult(True), NOW + 1)
    assert [row["state"] for row in commands(client)] == ["done"]
    undone = client.post(f"/api/v1/commands/{asked}/undo", json={"why": "mistake"})
    assert undone.status_code == 200
    (waiting,) = asked_commands(service.engine, "main")
    assert waiting.id == undone.json()["id"] and waiting.command.agent == "董洁"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({**PAUSE, "why": ""}, 409, "no_why"),
        ({**PAUSE, "seat": "PJSIP/999"}, 404, "unknown_seat"),
        ({**PAUSE, "kind": "dismiss"}, 400, "bad_request"),
        ([], 400, "bad_request"),
    ],
)
def test_what_cannot_be_asked_says_why(client: TestClient, body: Any, status: int, error: str) -> None:
    answer = client.post("/api/v1/commands", json=body)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert commands(client) == []


def test_a_page_of_another_site_cannot_ask(client: TestClient) -> None:
    answer = client.post("/api/v1/commands", json=PAUSE, headers={"Origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.json()) == (403, {"error": "not_ours"})
    ours = client.post("/api/v1/commands", json=PAUSE, headers={"Origin": "http://testserver"})
    assert ours.status_code == 200


def test_the_list_is_as_long_as_asked(client: TestClient, service: runtime.Service) -> None:
    for reason in ("meal", "break", "busy"):
        asked = client.post("/api/v1/commands", json={**PAUSE, "reason": reason}).json()["id"]
        answer_command(service.engine, asked, CommandResult(True), NOW)
    found = client.get("/api/v1/commands", params={"seat": SEAT, "limit": 2}).json()["commands"]
    assert [row["reason"] for row in found] == ["busy", "break"]
    assert client.get("/api/v1/commands", params={"seat": "PJSIP/101"}).json() == {"commands": []}


def test_without_a_switch_nothing_is_asked(tmp_path: Path) -> None:
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'x.db'}", source="none"))
    metadata.create_all(service.engine)
    runtime.use(service)
    try:
        answer = TestClient(Starlette(routes=routes_seats.routes)).post("/api/v1/commands", json=PAUSE)
        assert (answer.status_code, answer.json()) == (409, {"error": "no_switch"})
    finally:
        runtime.use(None)
