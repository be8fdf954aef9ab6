"""The button that shows one whole number: where it stands, what it shows, and when that is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.floor.events import Outcome
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import writing
from ccfloor.store.tables import calls
from tests.fakes.app_page import opened, quiet_service, words
from tests.fakes.stored_calls import call, put

AT = 1793581200.0  # 09:00 in Shanghai on a Monday
ANNA = "13800001111"
DAY = {"from": "2026-11-02", "to": "2026-11-02"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        rows = [call(1, AT, "hotline", number=ANNA)]
        rows.append(call(2, AT + 900, "hotline", 40.0, outcome=Outcome.ABANDONED, number="13800002222"))
        put(service.engine, rows)
        service.clock = lambda: AT + 3600
        yield service


def life() -> None:
    from ccfloor.ui import kpi_call
    from ccfloor.ui.shell import look

    kpi_call.show(look(), "1-1")


def history() -> None:
    from ccfloor.ui import history_page
    from ccfloor.ui.shell import look

    history_page.show(look())


def asked(page: AppTest, name: str, why: str = "called back, owner asked") -> None:
    """Press the button, say why, confirm."""
    page.button(key=f"reveal-{name}").click().run()
    page.text_input(key=f"reveal-why-{name}").input(why)
    page.button(key=f"reveal-yes-{name}").click().run()


@pytest.mark.parametrize(("lang", "label"), [("zh", "显示号码"), ("en", "Show number")])
def test_a_number_is_shown_for_a_minute(service: runtime.Service, lang: str, label: str) -> None:
    page = opened(life, lang=lang)
    assert ANNA not in words(page) and page.button(key="reveal-1-1").label == label
    asked(page, "1-1")
    assert ANNA in words(page)
    service.clock = lambda: AT + 3661
    page.run()
    assert ANNA not in words(page) and page.button(key="reveal-1-1").label == label
    with service.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(select(audit.c.about, audit.c.why))] == [
            ("call/1-1", "called back, owner asked")
        ]


def test_without_a_reason_nothing_is_shown(service: runtime.Service) -> None:
    page = opened(life, lang="zh")
    asked(page, "1-1", " ")
    assert "请填写原因" in words(page) and ANNA not in words(page)
    page.button(key="reveal-hide-1-1").click().run()
    page.text_input(key="reveal-why-1-1").input("回访")
    page.button(key="reveal-yes-1-1").click().run()
    assert ANNA in words(page)


def test_it_can_be_given_up(service: runtime.Service) -> None:
    page = opened(life, lang="zh")
    page.button(key="reveal-1-1").click().run()
    page.button(key="reveal-no-1-1").click().run()
    assert page.button(key="reveal-1-1") and ANNA not in words(page)
    with service.engine.connect() as connection:
        assert connection.execute(select(audit)).all() == []


def test_it_is_masked_again_once_the_page_was_left(service: runtime.Service) -> None:
    page = opened(either, lang="zh")
    asked(page, "1-1")
    page.run()
    assert ANNA in words(page)
    page.query_params["elsewhere"] = "1"
    page.run()
    assert ANNA not in words(page)
    del page.query_params["elsewhere"]
    page.run()
    assert ANNA not in words(page) and page.button(key="reveal-1-1")


def either() -> None:
    import streamlit as st

    from ccfloor.ui import kpi_call
    from ccfloor.ui.shell import look

    if "elsewhere" in st.query_params:
        st.write("another page")
    else:
        kpi_call.show(look(), "1-1")


def test_it_can_be_hidden_at_once(service: runtime.Service) -> None:
    page = opened(life, lang="zh")
    asked(page, "1-1")
    page.button(key="reveal-hide-1-1").click().run()
    assert ANNA not in words(page) and page.button(key="reveal-1-1")


def test_where_a_caller_is_to_be_called_back(service: runtime.Service) -> None:
    page = opened(history, view="callers", **DAY)
    asked(page, "1-2")
    assert "13800002222" in words(page)


def test_no_button_where_there_is_nothing_to_show(service: runtime.Service) -> None:
    with writing(service.engine) as connection:
        connection.execute(update(calls).values(number="~0123456789abcdef"))
    page = opened(life, lang="zh")
    assert "号码已清除" in words(page) and not page.button
    page = opened(history, view="callers", **DAY)
    assert "号码已清除" in words(page)
    assert [button.key for button in page.button if str(button.key).startswith("reveal")] == []


def test_without_the_right_the_button_is_grey_and_says_why(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(5, "hall", role=Role.DISPLAY)])
    page = AppTest.from_function(beside).run()
    assert [(button.disabled, "大屏" in button.help) for button in page.button] == [(True, True)]


def beside() -> None:
    from ccfloor.ui.reveal_kit import number_button

    number_button((1, 1), "138****1111", "zh")
