"""An agent opens every page there is for him: nothing of what is sent names a colleague."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.access.places import PAGES
from ccfloor.access.rights import Role, may
from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import annotations, runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.web import routes
from ccfloor.store.call_list import call_list
from ccfloor.store.viewer import Viewer
from ccfloor.ui.access_kit import first_of, may_open
from tests.integration.access.five_forms import Kept, filled
from tests.integration.access.five_queues import CONFIG, NOW, QUEUES, T0, agent, number, seat, world
from tests.integration.access.form_reads import QA_VIEWS, filled_in, reads
from tests.integration.access.test_bytes import plain
from tests.integration.access.test_page_bytes import opened, said

ME = agent("loans")
DAY = day_of(CONFIG, T0 + 3600)
HALF = f"{DAY.name}T01:00"
OTHER = f"agent:{agent('fraud')}"
COLLEAGUES = frozenset((*(agent(queue) for queue in QUEUES), "Bothby")) - {ME}
SEATS = frozenset((*(seat(queue) for queue in QUEUES if queue != "loans"), "P/both"))
AGENT = Identity(9, "me", "Me", Role.AGENT, agents=frozenset((ME,)), source="127.0.0.1")
NOBODYS = AGENT._replace(agents=frozenset())
BEYOND = {"zh": "不在您的权限范围内", "en": "not within your rights"}
Asked = dict[str, str]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("own_pages"))
    everything = (made.engine, Viewer(), CONFIG)
    for of in (SITE, Scope("team", "T0"), Scope("agent", ME), Scope("agent", agent("fraud"))):
        about = f"{agent('fraud')} helped" if of != Scope("agent", ME) else "new headset"
        draft = annotations.Draft(of, "coaching", DAY.day, DAY.day, about)
        annotations.add_annotation(*everything, draft, "Lead", "why", NOW)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture(scope="module")
def kept(service: runtime.Service) -> dict[str, Kept]:
    return filled(service)


def key_of(service: runtime.Service, whose: str) -> str:
    """The address of the last call that an agent took: it rang at a colleague's before."""
    found = call_list(service.engine, Viewer(), CONFIG, Scope("agent", whose), T0, T0 + 86_400).rows[-1]
    return f"{found.source}-{found.position}"


VIEWS: dict[str, tuple[Asked, ...]] = {
    "kpi": (
        {"period": DAY.name},
        {"period": HALF},
        {"period": DAY.name, "below": "agent", "kpi": "aht"},
        {"period": DAY.name, "scope": f"agent:{ME}"},
        {"call": "mine"},
    ),
    "agents": (
        {},
        *({"view": view, "day": DAY.name} for view in ("trend", "compare", "team", "day", "handle")),
        {"view": "compare", "with": OTHER},
        {"scope": f"agent:{ME}", "from": DAY.name, "to": DAY.name},
    ),
    "qa_mine": QA_VIEWS["qa_mine"],
}
CASES = [
    (page, lang, asked)
    for page in PAGES
    for lang in ("zh", "en")
    for asked in VIEWS.get(page, ({},))
    if any(may(Role.AGENT, right) for right in PAGES[page].rights)
]


@pytest.mark.parametrize(("page", "lang", "asked"), CASES)
def test_no_page_tells_of_a_colleague(
    service: runtime.Service,
    kept: dict[str, Kept],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    lang: str,
    asked: Asked,
) -> None:
    others = "{fraud." in str(asked)
    asked = filled_in(asked, kept) | ({"call": key_of(service, ME)} if "call" in asked else {})
    sent = said(opened(monkeypatch, AGENT, page, lang, asked))
    given = " ".join(asked.values())
    assert {word for word in COLLEAGUES | SEATS if word in sent and word not in given} == set()
    if page in VIEWS:
        assert (ME in sent) != others


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", ["kpi", "agents"])
@pytest.mark.parametrize("scope", [OTHER, "agent:Nobody", "team:T0", "queue:loans", "site"])
def test_another_scope_gives_one_sentence(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, page: str, lang: str, scope: str
) -> None:
    sent = said(opened(monkeypatch, AGENT, page, lang, {"scope": scope, "period": DAY.name}))
    assert BEYOND[lang] in sent and ME not in sent


@pytest.mark.parametrize("view", ["compare", "team"])
def test_a_view_of_colleagues_is_said_to_be_beyond(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    assert BEYOND["en"] in said(opened(monkeypatch, AGENT, "agents", "en", {"view": view}))


def test_a_call_of_a_colleague_is_not_there(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = said(opened(monkeypatch, AGENT, "kpi", "en", {"call": key_of(service, agent("fraud"))}))
    assert BEYOND["en"] in sent and not any(word in sent for word in COLLEAGUES | SEATS)


def test_an_account_of_no_agent_is_told_so(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("kpi", "agents"):
        assert "belongs to no agent yet" in said(opened(monkeypatch, NOBODYS, page, "en", {}))


def test_the_own_call_and_day_are_there(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    life = said(opened(monkeypatch, AGENT, "kpi", "en", {"call": key_of(service, ME)}))
    assert number("loans", 5) in life and life.count(seat("loans")) > 3
    calls = said(opened(monkeypatch, AGENT, "kpi", "en", {"period": HALF}))
    day = said(opened(monkeypatch, AGENT, "agents", "en", {"view": "day", "day": DAY.name}))
    assert all(number("loans", 1) in sent for sent in (calls, day))


def test_an_agent_begins_at_the_own_trend() -> None:
    with acting_as(AGENT):
        assert first_of([page for page in PAGES if may_open(page)]) == "agents"
    with acting_as(AGENT._replace(role=Role.LEAD, agents=None)):
        assert first_of([page for page in PAGES if may_open(page)]) == "wall"


@pytest.mark.parametrize("path", ["/api/v1/qa/scores/{id:int}", "/api/v1/qa/scores/{id:int}/recording"])
def test_the_routes_of_qa_tell_of_the_own_score_alone(
    service: runtime.Service, kept: dict[str, Kept], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: AGENT])
    client = TestClient(Starlette(routes=routes()))
    others = (one for queue in QUEUES if queue != "loans" for one in kept[queue][:2])
    for one in (kept["loans"].draft, *others):
        answer = client.get(path.replace("{id:int}", str(one)))
        assert answer.status_code == 404 and not any(word in answer.text for word in COLLEAGUES)
    assert ME in client.get(path.replace("{id:int}", str(kept["loans"].score))).text


def test_no_read_of_qa_tells_of_a_colleague(service: runtime.Service, kept: dict[str, Kept]) -> None:
    me = Viewer(Role.AGENT, agents=frozenset((ME,)), may_see_numbers=True, account=9, who="me")
    told = {name: plain(found) for name, found in reads(service, me, kept)}
    colleagues = COLLEAGUES | SEATS
    assert {name for name, words in told.items() if any(word in words for word in colleagues)} == set()
    own = {name for name, words in told.items() if ME in words}
    assert own == {"scores", "plans", "needs", "told", "appeals",
                   *(f"{name} of loans" for name in ("score", "desk", "appeal"))}  # fmt: skip


def test_the_route_begins_at_the_own_figures(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: AGENT])
    client = TestClient(Starlette(routes=routes()))
    own = client.get("/api/v1/kpi", params={"period": DAY.name, "members": "agent"}).json()
    assert own["scope"] == f"agent:{ME}" and [row["scope"] for row in own["members"]] == [f"agent:{ME}"]
    assert any(line["value"] for line in own["kpis"])
    for scope in (OTHER, "agent:Nobody", "site", "queue:loans"):
        answer = client.get("/api/v1/kpi", params={"period": DAY.name, "scope": scope})
        assert (answer.status_code, answer.json()) == (403, {"error": f"{scope} is not within your rights"})
