"""Every page by every role and by a wall: what is closed says so in one sentence, its script never runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.navigation.page import StreamlitPage
from streamlit.testing.v1 import AppTest

from ccfloor.access.board import board_text, page_of
from ccfloor.access.places import PAGES
from ccfloor.access.rights import RIGHTS, Role
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.guard import Guard
from ccfloor.service.access.identity import Identity
from tests.integration.access.five_queues import world
from tests.integration.access.test_matrix import PEOPLE, Doors

MAIN = Path(__file__).resolve().parents[3] / "ccfloor" / "ui" / "main.py"
WALL = Identity(name="north", shown="North", role=Role.DISPLAY, board=board_text("wall"))
ASKING = {name: who for name, who in PEOPLE.items() if name.endswith("-whole")} | {"wall": WALL}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("pages"))
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


class Ran(list[str]):
    """The pages whose script ran."""


def opened(monkeypatch: pytest.MonkeyPatch, who: Identity, page: str) -> tuple[AppTest, Ran]:
    """The entry script as the browser of ``who`` runs it at the address of ``page``."""
    ran = Ran()

    def navigation(pages: list[StreamlitPage], **_: Any) -> StreamlitPage:
        return next(one for one in pages if one.url_path == page)

    monkeypatch.setattr(identity, "_asks", [])
    monkeypatch.setattr("ccfloor.ui.access_kit.listen", lambda: identity.ask_by(lambda: who))
    monkeypatch.setattr(st, "navigation", navigation)
    monkeypatch.setattr(StreamlitPage, "run", lambda one: ran.append(one.url_path))
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params["lang"] = "en"
    return app.run(), ran


def allowed(who: Identity, page: str) -> bool:
    """By the tables alone."""
    if who.board:
        return page == page_of(who.board)
    return any(who.role in RIGHTS[right] for right in PAGES[page].rights)


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("page", PAGES)
def test_a_closed_page_never_runs_and_says_why(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, page: str, name: str
) -> None:
    app, ran = opened(monkeypatch, ASKING[name], page)
    assert not app.exception, app.exception
    if allowed(ASKING[name], page):
        assert ran == [page]
    else:
        assert ran == []
        assert len(app.warning) == 1
        links = [one.proto.body for one in app.get("html") if "href=" in one.proto.body]
        assert any('target="_self"' in link for link in links), "a way back"


@pytest.mark.parametrize("page", PAGES)
def test_nobody_is_led_to_the_sign_in_from_every_page_and_back(page: str) -> None:
    async def leaks(_request: Request) -> Response:
        return PlainTextResponse("the page")

    guard = Middleware(Guard, doors=lambda: Doors(), origins=lambda: ())  # type: ignore[arg-type, return-value]
    app = Starlette(routes=[Route("/{rest:path}", leaks)], middleware=[guard])
    client = TestClient(app, "http://10.0.0.1:8501", client=("10.0.0.7", 4000), follow_redirects=False)
    for address in (f"/{page}", f"/{page}?scope=queue:fraud", f"/{page}/"):
        answer = client.get(address, headers={"accept": "text/html"})
        assert answer.status_code == 303, address
        assert answer.headers["location"].startswith("/login?")
        assert page in answer.headers["location"]
        assert "the page" not in answer.text
        assert client.get(address, headers={"accept": "*/*"}).status_code in (303, 401)
