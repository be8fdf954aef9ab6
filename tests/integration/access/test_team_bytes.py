"""A lead of one of five teams: of the other teams' people nothing is in any byte that leaves the server.

Queues and who calls them are everybody's on the floor; who takes the calls is not.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.access.places import PAGES
from ccfloor.access.rights import Role, may
from ccfloor.kpi.scope import scope
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.agent_trend import Asked as AskedTrend
from ccfloor.service.agent_trend import of_team, trend
from ccfloor.service.kpi_month import members
from ccfloor.service.replay_marks import jumps
from ccfloor.service.reports.gather import gather
from ccfloor.service.rows import metric_rows
from ccfloor.service.subjects import subjects
from ccfloor.service.web import routes
from ccfloor.store import call_list, plan_rows, quality_checks, queries, queue_history, queue_moves, today
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms
from ccfloor.store.viewer import Viewer
from tests.integration.access.five_forms import Kept, filled
from tests.integration.access.five_queues import CONFIG, NOW, QUEUES, T0, agent, seat, world
from tests.integration.access.form_reads import QA_VIEWS, counted, filled_in, reads
from tests.integration.access.test_bytes import ASKED, DAY, DAY_NAME, addresses, plain
from tests.integration.access.test_page_bytes import opened, said

TEAMS = frozenset(("T0",))  # who sits at P/loans and P/both
OTHERS = tuple(queue for queue in QUEUES if queue != "loans")
HIDDEN = frozenset(word for queue in OTHERS for word in (agent(queue), seat(queue)))
SEEN = (agent("loans"), "Bothby")
LEAD = Identity(7, "lead", "Lead", Role.LEAD, teams=TEAMS, source="127.0.0.1")
VIEWER = Viewer(LEAD.role, teams=TEAMS, may_see_numbers=True, account=7, who="lead")
SPAN = (T0, T0 + 86_400)
BEYOND = {"zh": "不在您的权限范围内", "en": "not within your rights"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("team"))
    fixed = {"site": "main", "rule": "builds", "version": 1, "severity": "alarm", "plan": "", "level": -1}
    times = {"fired_at": T0 + 900, "active_at": T0 + 800, "cleared_at": T0 + 1000, "blind_s": 0.0}
    with writing(made.engine) as connection:
        for queue in QUEUES:
            row = {"subject": f"seat:{seat(queue)}", "value": 9.0, "worst": 9.0}
            connection.execute(insert(alarms).values(**fixed, **times, **row))
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture(scope="module")
def kept(service: runtime.Service) -> dict[str, Kept]:
    return filled(service)


@pytest.fixture
def client(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(identity, "_asks", [lambda: LEAD])
    return TestClient(Starlette(routes=routes()))


def leaked(text: str) -> set[str]:
    return {word for word in HIDDEN if word in text}


@pytest.mark.parametrize("path", [f"{path}{words}" for path, asked in ASKED.items() for words in asked])
def test_no_answer_tells_of_another_team(client: TestClient, kept: Mapping[str, Kept], path: str) -> None:
    mine = [path.replace("{seat:path}", name) for name in ("P/both", "P/loans") if "{seat:path}" in path]
    for address in (*addresses(path, kept, OTHERS), *mine):
        answer = client.get(address)
        assert leaked(answer.text) <= leaked(address), answer.text[:400]
        assert "{id:int}" not in path or answer.status_code == 404


def test_the_answers_are_not_empty(client: TestClient) -> None:
    told = client.get("/api/v1/floor").text + client.get(f"/api/v1/kpi?period={DAY_NAME}&members=agent").text
    assert {word for word in SEEN if told.count(word) < 2} == set()


def test_the_sockets_tell_of_its_team_alone(client: TestClient) -> None:
    with client.websocket_connect("/live") as socket:
        full = socket.receive_text()
    assert {one["team"] for one in json.loads(full)["view"]["seats"]} == TEAMS
    assert leaked(full) == set()
    with client.websocket_connect(f"/replay?day={DAY_NAME}&at={T0 + 3000}&speed=60") as socket:
        told = [socket.receive_text() for _ in range(3)]
    assert '"t":"full"' in told[-1] and all(word in told[-1] for word in SEEN)
    assert set().union(*map(leaked, told)) == set()


def _reads(service: runtime.Service, kept: Mapping[str, Kept]) -> Iterator[tuple[str, object]]:
    engine = service.engine
    place = (engine, VIEWER, CONFIG)
    site, when = scope("site"), (DAY.day, DAY.day)
    for kind in ("queue", "team", "agent"):
        yield kind, members(service, VIEWER, DAY, kind)
    for about in ("site", "queue:fraud", "team:T2", "team:T0", f"agent:{agent('fraud')}"):
        yield f"calls of {about}", call_list.call_list(*place, scope(about), *SPAN).rows
    yield "page of calls", queries.call_page(*place, queries.CallFilter(*SPAN)).rows
    yield "agents", queries.agent_days(*place, *SPAN)
    yield "moves", queue_moves.moves(*place, "", DAY)
    yield "cells", queue_history.cell_calls(*place, "", [DAY])
    yield "repaired", quality_checks.repaired_calls(*place, *SPAN)
    yield "open", quality_checks.open_calls(*place, *SPAN, NOW + 9000)
    yield "one-sided", quality_checks.one_sided(*place, *SPAN, NOW)
    yield "jumps", jumps(engine, CONFIG, VIEWER, *SPAN)
    yield "report", gather(service, VIEWER, "figures", site, DAY, NOW)
    yield "monitoring", gather(service, VIEWER, "monitoring", site, DAY, NOW)
    yield "subjects", subjects(service, VIEWER)
    yield "metrics", metric_rows(engine, CONFIG, VIEWER, {"by": "agent", "from": DAY_NAME})
    for role in (Role.LEAD, Role.MANAGER):
        for name, found in reads(service, replace(VIEWER, role=role), kept):
            yield f"{name} for {role}", found
    yield "team trend", of_team(service, VIEWER, "T2", AskedTrend("aht", "day", *when))
    yield "own team's trend", of_team(service, VIEWER, "T0", AskedTrend("aht", "day", *when))
    yield "trend", trend(service, VIEWER, scope("team:T0"), AskedTrend("aht", "day", *when))
    for name in ("loans", "fraud"):
        yield f"day of {name}", [row.agent for row in today.seat_day(*place, seat(name), *SPAN)]
    with engine.connect() as connection:
        yield "spans", plan_rows.spans_within(connection, VIEWER, CONFIG, *SPAN)
        yield "commands", plan_rows.commands_within(connection, VIEWER, CONFIG, *SPAN)
        yield "alarms", plan_rows.alarm_rows(connection, VIEWER, CONFIG, *SPAN, every_rule=True)


def test_no_read_tells_of_another_team(service: runtime.Service, kept: Mapping[str, Kept]) -> None:
    told = {name: leaked(plain(found)) for name, found in _reads(service, kept)}
    assert {name: words for name, words in told.items() if words} == {}


def test_who_is_asked_for_by_name_has_no_figures(service: runtime.Service, kept: Mapping[str, Kept]) -> None:
    for queue in QUEUES:
        assert any(counted(service, VIEWER, queue)) == (queue == "loans"), queue


def test_a_call_of_another_team_is_the_queues_but_not_whose_it_was(service: runtime.Service) -> None:
    whole, about = Viewer(), scope("queue:fraud")
    rung = call_list.call_list(service.engine, whole, CONFIG, scope("queue:loans"), *SPAN, limit=200).rows[-1]
    assert len(queries.call_life(service.engine, VIEWER, CONFIG, rung.source, rung.position).legs) == 2
    for call in call_list.call_list(service.engine, whole, CONFIG, about, *SPAN).rows[:3]:
        life = queries.call_life(service.engine, VIEWER, CONFIG, call.source, call.position)
        assert life is not None and leaked(plain(life)) == set()
        everything = queries.call_life(service.engine, whole, CONFIG, call.source, call.position)
        assert leaked(plain(everything)) == {agent("fraud"), seat("fraud")}


VIEWS: dict[str, tuple[dict[str, str], ...]] = {
    "kpi": (
        {"period": DAY_NAME},
        {"period": DAY_NAME, "below": "agent"},
        {"period": f"{DAY_NAME}T01:00"},
        {"period": DAY_NAME, "scope": "queue:fraud"},
    ),
    "agents": (
        *({"view": view, "day": DAY_NAME} for view in ("trend", "compare", "team", "day", "handle")),
        {"view": "day", "scope": f"agent:{agent('loans')}", "day": DAY_NAME},
    ),
    "queue_history": tuple(
        {"from": DAY_NAME, "to": DAY_NAME, "view": view, "cell": f"{DAY.day.weekday()}-2"}
        for view in ("heat", "waits", "callers", "repeats", "moves", "variants")
    ),
    "replay": ({"day": DAY_NAME},),
    "reports": ({"period": DAY_NAME}, {"view": "plans"}, {"view": "made"}),
    "data_quality": ({"quality-days": f"{DAY_NAME},{DAY_NAME}"},),
    **QA_VIEWS,
}
CASES = [
    (page, lang, asked)
    for page in PAGES
    for lang in ("zh", "en")
    for asked in VIEWS.get(page, ({},))
    if any(may(Role.MANAGER, right) for right in PAGES[page].rights)
]


@pytest.mark.parametrize(("page", "lang", "asked"), CASES)
def test_no_page_tells_of_another_team(
    service: runtime.Service,
    kept: Mapping[str, Kept],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    lang: str,
    asked: dict[str, str],
) -> None:
    sent = said(opened(monkeypatch, LEAD._replace(role=Role.MANAGER), page, lang, filled_in(asked, kept)))
    assert leaked(sent) <= leaked(" ".join(asked.values()))


@pytest.mark.parametrize("page", ["kpi", "agents", "reports"])
@pytest.mark.parametrize("asked", ["team:T2", "team:T9", f"agent:{agent('fraud')}", "agent:Nobody"])
def test_another_team_is_said_to_be_beyond(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, page: str, asked: str
) -> None:
    for lang, sentence in BEYOND.items():
        sent = said(opened(monkeypatch, LEAD, page, lang, {"scope": asked, "period": DAY_NAME}))
        assert sentence in sent and agent("loans") not in sent
