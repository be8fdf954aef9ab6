"""One whole number at a time: who may, of which calls, how many, and what the log keeps of it."""

import json

import pytest
from sqlalchemy import Engine, select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.access.acts import Act
from ccfloor.access.rights import RIGHTS, Right, Role
from ccfloor.service import runtime
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.reveal import MOST, RevealError, masked, reveal
from ccfloor.service.settings import load
from ccfloor.service.web import guards, routes
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import writing
from ccfloor.store.tables import calls
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_calls import call, put

NOW = 1_795_000_000.0
ANNA = "13900001111"
KEY = (1, 1)
WHY = "the customer asked to be called back"


def viewer(role: Role = Role.LEAD, *queues: str, who: str = "lin") -> Viewer:
    return Viewer(role, queues=frozenset(queues) or None, account=7, who=who, source="10.0.0.9")


@pytest.fixture
def filled(database: Engine) -> Engine:
    rows = [
        call(1, NOW - 600, number=ANNA),
        call(2, NOW - 500, number=""),
        call(3, NOW - 400, "vip", number=ANNA),
    ]
    put(database, rows)
    return database


def logged(engine: Engine) -> list[tuple[str, str, str, str]]:
    with engine.connect() as connection:
        query = select(audit.c.who, audit.c.act, audit.c.about, audit.c.after).order_by(audit.c.number)
        return [tuple(row) for row in connection.execute(query)]


def test_a_number_is_told_and_logged_without_itself(filled: Engine) -> None:
    assert reveal(filled, viewer(), KEY, f"he asked to be called at {ANNA}", NOW) == ANNA
    ((who, act, about, after),) = logged(filled)
    assert (who, act, about) == ("lin", Act.NUMBER_REVEALED, "call/1-1")
    assert json.loads(after) == {"number": "139****1111"}
    with filled.connect() as connection:
        assert ANNA not in str(connection.execute(select(audit)).all())


@pytest.mark.parametrize("why", ["", "  "])
def test_without_a_reason_nothing_is_told(filled: Engine, why: str) -> None:
    with pytest.raises(RevealError, match="no_why"):
        reveal(filled, viewer(), KEY, why, NOW)
    assert logged(filled) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_only_who_has_the_right_is_told(filled: Engine, role: Role) -> None:
    if role in RIGHTS[Right.REVEAL]:
        assert reveal(filled, viewer(role), KEY, WHY, NOW) == ANNA
        return
    with pytest.raises(Forbidden):
        reveal(filled, viewer(role), KEY, WHY, NOW)
    assert logged(filled) == []


@pytest.mark.parametrize(
    ("key", "code"), [((1, 3), "unknown_call"), ((9, 9), "unknown_call"), ((1, 2), "withheld")]
)
def test_what_is_not_told(filled: Engine, key: tuple[int, int], code: str) -> None:
    with pytest.raises(RevealError) as error:
        reveal(filled, viewer(Role.LEAD, "hot"), key, WHY, NOW)
    assert error.value.code == code and logged(filled) == []


def test_a_cleared_number_is_gone(filled: Engine) -> None:
    with writing(filled) as connection:
        connection.execute(update(calls).values(number="~0123456789abcdef"))
    with pytest.raises(RevealError, match="cleared"):
        reveal(filled, viewer(), KEY, WHY, NOW)


def test_so_many_an_hour_for_each(filled: Engine) -> None:
    for count in range(MOST):
        reveal(filled, viewer(), KEY, WHY, NOW + count)
    with pytest.raises(RevealError, match="too_many"):
        reveal(filled, viewer(), KEY, WHY, NOW + MOST)
    assert reveal(filled, viewer(who="wu"), KEY, WHY, NOW + MOST) == ANNA
    assert reveal(filled, viewer(), KEY, WHY, NOW + 3601) == ANNA


def test_the_button_is_there_where_it_tells_more() -> None:
    assert masked(viewer(), "139****1111")
    assert not masked(viewer(), "号码已清除") and not masked(viewer(), "")
    assert not masked(Viewer(Role.LEAD, may_see_numbers=True), ANNA)


def test_the_route(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    service = runtime.Service(load(environ={}, db=str(filled.url), source="none"))
    monkeypatch.setattr(service, "engine", filled)
    service.clock = lambda: NOW
    runtime.use(service)
    site = Starlette(routes=routes(), middleware=guards())
    client = TestClient(site, base_url="http://127.0.0.1:8501", client=("127.0.0.1", 5000))
    try:
        body: dict[str, object] = {"source": 1, "position": 1, "why": WHY}
        answer = client.post("/api/v1/reveal", json=body)
        assert client.post("/api/v1/reveal", json=body | {"why": ""}).json()["error"] == "no_why"
        assert client.post("/api/v1/reveal", json={"source": 1, "position": 1}).status_code == 400
        assert answer.status_code == 200 and answer.json() == {"number": ANNA, "shown_s": 60.0}
        assert client.post("/api/v1/reveal", json=body | {"position": 99}).status_code == 404
        assert client.post("/api/v1/reveal", json=body | {"position": 2}).status_code == 409
        assert client.get("/api/v1/reveal").status_code in (403, 405)
        other = client.post("/api/v1/reveal", json=body, headers={"origin": "http://elsewhere.example"})
        assert other.status_code == 403 and ANNA not in other.text
        with acting_as(Identity(3, "kim", role=Role.AGENT)), pytest.raises(Forbidden):
            reveal(filled, service.viewer(), KEY, WHY, NOW)
    finally:
        runtime.use(None)
        service.engine.dispose()
