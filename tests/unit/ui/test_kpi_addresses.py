"""Addresses of the KPI page that nobody would click: each says so or shows the nearest, none breaks it."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from ccfloor import cli
from ccfloor.service import runtime
from ccfloor.service.settings import load
from ccfloor.ui.texts import text
from tests.fakes import app_page
from tests.fakes.app_page import words
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call, put

NOON = 1_795_320_000.0  # of 22 November 2026 in Shanghai
HALF_HOUR = "2026-11-22T12:00+08:00"
HUGE = "9" * 25


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("addresses") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.clock = lambda: NOON + 3600
    upgrade(service.engine)
    put(service.engine, [call(n, NOON + n, queue="hotline", seat="S1", agent="A") for n in range(1, 4)])
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    from ccfloor.ui import kpi_page
    from ccfloor.ui.shell import look

    kpi_page.show(look())


def opened(**asked: str) -> AppTest:
    return app_page.opened(script, **({"lang": "zh"} | asked))


@pytest.mark.parametrize(
    "name", ["0001-01", "0001-02-01", "0999-12-31", "1000-01-01", "9999-12-30", "2026-13"]
)
def test_a_period_that_is_none_is_told(service: runtime.Service, name: str) -> None:
    page = opened(period=name)
    assert text("kpi.bad_address", "zh") in words(page)


@pytest.mark.parametrize("after", [f"1_{HUGE}_1", f"1_1_{HUGE}", "nan_1_1", "x"])
def test_a_page_of_calls_that_is_none_is_the_first(service: runtime.Service, after: str) -> None:
    links = words(opened(period=HALF_HOUR, after=after))
    assert [f"call=1-{n}" in links for n in (1, 2, 3)] == [True, True, True]


def test_a_page_of_calls_begins_behind_the_call_it_names(service: runtime.Service) -> None:
    links = words(opened(period=HALF_HOUR, after=f"{NOON + 2!r}_1_2"))
    assert [f"call=1-{n}" in links for n in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("key", [f"1-{HUGE}", "1-77", "x"])
def test_a_call_that_is_none_is_told(service: runtime.Service, key: str) -> None:
    page = opened(call=key)
    assert text("kpi.call.unknown", "zh", call=key) in words(page)
    told = CliRunner().invoke(cli.app, ["kpi", "call", key, "--db", str(service.engine.url)])
    assert told.exit_code == 1
    assert told.output.strip() == f"there is no call {key}"


def test_a_link_in_an_address_is_no_link_on_the_page(service: runtime.Service) -> None:
    page = opened(call="[here](https://x.example)")
    assert "[here](https://x.example)" in words(page) and not page.warning and not page.error


def test_names_in_an_address_are_text_on_the_page(service: runtime.Service) -> None:
    assert "<script>" not in words(opened(scope="agent:<script>alert(1)</script>", period="2026-11"))
