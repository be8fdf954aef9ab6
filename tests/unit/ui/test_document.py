"""The HTML a page begins as: our language, ground and address put into Streamlit's own document."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.ui.document import documents
from ccfloor.ui.shell import FOOT, GROUPS
from ccfloor.ui.tokens import COLOURS


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=documents()))


@pytest.mark.parametrize("path", ["", *FOOT, *(name for names in GROUPS.values() for name in names)])
def test_every_page_begins_with_the_servers_address(client: TestClient, path: str) -> None:
    answer = client.get(f"/{path}")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-cache"
    head = answer.text.partition("</head>")[0]
    assert 'BACKEND_BASE_URL:new URL("/",location.origin)' in head
    assert head.index("BACKEND_BASE_URL") < head.index('type="module"')
    assert "<title>ccfloor</title>" in head and "favicon.png" not in head


@pytest.mark.parametrize(
    ("query", "accepts", "lang"),
    [("?lang=zh", "en", "zh-CN"), ("?lang=en", "zh-CN", "en"), ("", "en-GB,en", "en"), ("", "fr", "zh-CN")],
)
def test_the_language_is_the_addresss_then_the_browsers(
    client: TestClient, query: str, accepts: str, lang: str
) -> None:
    assert f'<html lang="{lang}">' in client.get(f"/wall{query}", headers={"Accept-Language": accepts}).text


def test_the_ground_is_the_themes_before_anything_loads(client: TestClient) -> None:
    for query, theme in (("?theme=light", "light"), ("", "dark"), ("?theme=%22%3E", "dark")):
        assert f"background:{COLOURS[theme]['ground']}" in client.get(f"/wall{query}").text


def test_the_theme_is_remembered_before_streamlit_asks_for_it(client: TestClient) -> None:
    for query, theme in (("?theme=light", "Light"), ("", "Dark")):
        head = client.get(f"/wall{query}").text.partition("</head>")[0]
        assert head.index(f"JSON.stringify('{theme}')") < head.index('type="module"')


def test_its_own_scripts_are_named_by_hash_and_no_others_run(client: TestClient) -> None:
    dark, light = (client.get(f"/wall?theme={theme}").headers for theme in ("dark", "light"))
    scripts = next(part for part in dark["content-security-policy"].split("; ") if "script-src" in part)
    assert scripts.count("'sha256-") == 2 and "'unsafe-" not in scripts
    assert dark["content-security-policy"] != light["content-security-policy"]
