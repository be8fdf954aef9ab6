"""A lead of two of five queues: of the other three nothing is in any byte that leaves the server."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.access.places import ROUTES
from ccfloor.access.rights import Role
from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import scope
from ccfloor.service import annotations, called_back, campaigns, runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.kpi_month import kpi_table, members
from ccfloor.service.replay_marks import jumps
from ccfloor.service.reports import plans
from ccfloor.service.reports.gather import gather
from ccfloor.service.rulebook import editions
from ccfloor.service.subjects import subjects
from ccfloor.service.web import routes
from ccfloor.store import call_list, quality_checks, queries, queue_history, queue_moves
from ccfloor.store.viewer import Viewer
from tests.integration.access.five_forms import Kept, filled
from tests.integration.access.five_queues import (
    CONFIG,
    HIDDEN,
    HIDDEN_WORDS,
    LEAD,
    MINE,
    NOW,
    QUEUES,
    SEEN_WORDS,
    T0,
    agent,
    seat,
    world,
)
from tests.integration.access.form_reads import counted, reads

DAY = day_of(CONFIG, T0 + 3600)
VIEWER = Viewer(LEAD.role, queues=MINE, may_see_numbers=True, account=7, who="lead")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("five"))
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture(scope="module")
def kept(service: runtime.Service) -> dict[str, Kept]:
    return filled(service)


@pytest.fixture
def client(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    sign_in(monkeypatch, LEAD)
    return TestClient(Starlette(routes=routes()))


def sign_in(monkeypatch: pytest.MonkeyPatch, who: Identity) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: who])


def leaked(text: str) -> set[str]:
    return {word for word in HIDDEN_WORDS if word in text}


def plain(found: object) -> str:
    """Everything that an answer of the program holds."""
    try:
        return json.dumps(msgspec.to_builtins(found, str_keys=True), ensure_ascii=False)
    except TypeError:
        return repr(found)


# -- routes and sockets ------------------------------------------------------------------------------

DAY_NAME = f"{DAY.day:%Y-%m-%d}"
ASKED: dict[str, tuple[str, ...]] = {
    "/healthz": ("",),
    "/metrics": ("",),
    "/api/v1/floor": ("",),
    "/api/v1/metrics": ("", "?by=queue", f"?by=agent&from={DAY_NAME}", "?queue=fraud"),
    "/api/v1/kpi": tuple(
        f"?period={DAY_NAME}&{words}"
        for words in (
            *("", "members=queue", "members=team", "members=agent", "scope=queue:fraud"),
            *("scope=agent:Fraudson", "scope=team:T2", "scope=queue:fruad", "scope=agent:Fraudso"),
        )
    ),
    "/api/v1/seats/{seat:path}/timeline": ("", f"?at={NOW - 60}"),
    "/api/v1/commands": ("", f"?at={NOW + 1}", "?seat=P/fraud"),
    "/api/v1/moves": ("", f"?at={NOW + 1}"),
    "/api/v1/queues/today": ("", "?queue=fraud", f"?at={NOW - 60}"),
    "/api/v1/plan/curve": ("", f"?at={NOW - 60}&hours=4"),
    "/api/v1/plan/level": ("",),
    "/api/v1/notify": ("",),
    "/api/v1/notify/{channel}/test": ("",),
    "/api/v1/qa/scores/{id:int}": ("", "?who=Fraudson.qa"),
    "/api/v1/qa/scores/{id:int}/recording": ("",),
}
CHANGES_ONLY = {path for path, place in ROUTES.items() if place.change and not place.rights}


def test_every_route_that_is_read_is_asked_here() -> None:
    assert ROUTES.keys() - CHANGES_ONLY == ASKED.keys()


def addresses(path: str, kept: Mapping[str, Kept], queues: Collection[str]) -> list[str]:
    """A path, of each of these queues where it is about one thing."""
    if "{seat:path}" in path:
        return [path.replace("{seat:path}", name) for name in (*map(seat, queues), "P/both", "P/cards")]
    if "{id:int}" in path:
        return [path.replace("{id:int}", str(one)) for queue in queues for one in kept[queue][:2]]
    return [path.replace("{channel}", "lead")]


@pytest.mark.parametrize("path", [f"{path}{words}" for path, asked in ASKED.items() for words in asked])
def test_no_answer_tells_of_another_queue(client: TestClient, kept: Mapping[str, Kept], path: str) -> None:
    for address in addresses(path, kept, HIDDEN):
        answer = client.get(address)
        asked = {word for word in HIDDEN_WORDS if word in address}
        assert leaked(answer.text) <= asked, answer.text[:400]
        if "{id:int}" in path or (asked & set(map(seat, HIDDEN)) and "timeline" in address):
            assert answer.status_code == 404


def test_a_score_of_an_own_queue_is_there(client: TestClient, kept: Mapping[str, Kept]) -> None:
    for queue in MINE:
        for path in ("/api/v1/qa/scores/{id:int}", "/api/v1/qa/scores/{id:int}/recording"):
            answer = client.get(path.replace("{id:int}", str(kept[queue].score)))
            assert answer.status_code == 200 and agent(queue) in answer.text


def test_moves_and_groups_of_own_queues_are_there(client: TestClient) -> None:
    told = client.get("/api/v1/moves").json()
    found = {(seat["seat"], *move["queues"]) for move in told["moves"] for seat in move["seats"]}
    assert found == {("P/loans", "cards"), ("P/cards", "loans")}  # P/both serves another queue, too
    assert {crew["name"] for crew in told["crews"]} == {"crew of loans"}
    wanted = {"seats": ["P/both"], "queues": {"loans": 1}}
    shown = client.post("/api/v1/moves/preview", json=wanted)
    assert {one["queue"] for one in shown.json()["queues"]} == {"loans", "cards"}
    assert leaked(shown.text) == set()


def test_advice_between_own_queues_is_there_and_no_other(client: TestClient) -> None:
    told = client.get(f"/api/v1/moves?at={NOW + 1}").json()["advice"]
    assert [order["seats"] for card in told["cards"] for order in card["orders"]] == [["P/cards"]]
    assert told["blocked"] == {}


def test_the_answers_are_not_empty(client: TestClient) -> None:
    told = client.get("/api/v1/floor").text + client.get(f"/api/v1/kpi?period={DAY_NAME}&members=queue").text
    assert {word for word in SEEN_WORDS if word not in told} == set()


def test_the_live_stream_tells_of_its_queues_alone(client: TestClient) -> None:
    with client.websocket_connect("/live") as socket:
        message = socket.receive_text()
    full = json.loads(message)
    assert full["t"] == "full" and set(full["site"]["queues"]) == MINE
    assert {one["queue"] for one in full["view"]["queues"]} == MINE
    assert {alarm["subject"] for alarm in full["plan"]["alarms"]} == {f"queue:{one}" for one in MINE}
    assert leaked(message) == set()


def test_a_replay_tells_of_its_queues_alone(client: TestClient) -> None:
    with client.websocket_connect(f"/replay?day={DAY_NAME}&at={T0 + 3000}&speed=60") as socket:
        told = [socket.receive_text() for _ in range(3)]
    assert '"t":"full"' in told[-1]
    assert set().union(*map(leaked, told)) == set()


# -- what pages and files are made of ----------------------------------------------------------------

_SPAN = (T0, T0 + 86_400)
_SITE, _FRAUD = scope("site"), scope("queue:fraud")


def _reads(service: runtime.Service, kept: Mapping[str, Kept]) -> Iterator[tuple[str, object]]:
    engine = service.engine
    place = (engine, VIEWER, CONFIG)
    yield "table", kpi_table(service, VIEWER, DAY, _SITE)
    for kind in ("queue", "team", "agent"):
        yield kind, members(service, VIEWER, DAY, kind)
    for about in ("site", "queue:fraud", "agent:Bothby", "team:T0", f"agent:{agent('fraud')}"):
        found = call_list.call_list(*place, scope(about), *_SPAN)
        yield f"calls of {about}", found.rows
    yield "page of calls", queries.call_page(*place, queries.CallFilter(*_SPAN)).rows
    yield "moves", queue_moves.moves(*place, "", DAY)
    yield "callers", called_back.abandoned_callers(engine, VIEWER, "", DAY).cases
    yield "callers of another", called_back.abandoned_callers(engine, VIEWER, "fraud", DAY).cases
    yield "again", queue_history.called_again(engine, VIEWER, "", DAY)
    yield "queues", queue_history.queues_seen(engine, VIEWER)
    yield "cells", queue_history.cell_calls(*place, "", [DAY])
    yield "repaired", quality_checks.repaired_calls(*place, *_SPAN)
    yield "open", quality_checks.open_calls(*place, *_SPAN, NOW)
    yield "one-sided", quality_checks.one_sided(*place, *_SPAN, NOW)
    yield "late", quality_checks.late_intervals(engine, VIEWER, *_SPAN, NOW)
    yield "jumps", jumps(engine, CONFIG, VIEWER, *_SPAN)
    yield "report", gather(service, VIEWER, "figures", _SITE, DAY, NOW)
    yield "monitoring", gather(service, VIEWER, "monitoring", _SITE, DAY, NOW)
    yield "plans", plans.read_plans(engine, VIEWER)
    yield "rules", editions(engine, VIEWER)
    yield "peaks", campaigns.seen_campaigns(engine, VIEWER)
    yield "subjects", subjects(service, VIEWER)
    for role in (Role.LEAD, Role.MANAGER):
        for name, found in reads(service, replace(VIEWER, role=role), kept):
            yield f"{name} for {role}", found
    yield "annotations", annotations.list_annotations(*place, _SITE, DAY.day, DAY.day)


def test_no_read_tells_of_another_queue(service: runtime.Service, kept: Mapping[str, Kept]) -> None:
    told = {name: leaked(plain(found)) for name, found in _reads(service, kept)}
    assert {name: words for name, words in told.items() if words} == {}


def test_the_reads_of_qa_are_not_empty(service: runtime.Service, kept: Mapping[str, Kept]) -> None:
    told = {name: plain(found) for name, found in reads(service, replace(VIEWER, role=Role.MANAGER), kept)}
    of_all = {name: words for name, words in told.items() if " of " not in name}
    empty = {name for name, words in of_all.items() if not any(agent(queue) in words for queue in MINE)}
    assert empty == {"work", "to check", "suggestions"}  # of others' work, and what is lost thrice


@pytest.mark.parametrize("role", [Role.LEAD, Role.MANAGER])
def test_who_is_asked_for_by_name_has_no_figures(
    service: runtime.Service, kept: Mapping[str, Kept], role: Role
) -> None:
    viewer = replace(VIEWER, role=role)
    for queue in QUEUES:
        assert any(counted(service, viewer, queue)) == (queue in MINE), queue


def test_one_call_of_another_queue_is_not_there(service: runtime.Service) -> None:
    everything = Viewer()
    found = call_list.call_list(service.engine, everything, CONFIG, _FRAUD, *_SPAN).rows
    assert found
    for call in found[:3]:
        assert queries.call_life(service.engine, VIEWER, CONFIG, call.source, call.position) is None


def test_nothing_is_decided_about_another_queue(service: runtime.Service, tmp_path: Path) -> None:
    draft = campaigns.Draft("x", NOW + 60, NOW + 90, ("fraud",))
    for refused in (draft, draft._replace(queues=())):
        with pytest.raises(ValueError, match="unknown_queue"):
            campaigns.add_campaign(service.engine, VIEWER, CONFIG, refused, "Lead", "why", NOW)
