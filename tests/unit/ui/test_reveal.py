"""The button that shows one whole number: where it stands, what it shows, and when that is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ccfloor.access.rights import Role
from ccfloor.floor.events import Outcome
from ccfloor.service import runtime
from ccfloor.service.access.identity import Identity, acting_as
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


@pytest.mark.parametrize(("lang", "label"), [("zh", "显示号码"), ("en", "Show number")])
def test_a_number_is_shown_for_a_minute(service: runtime.Service, lang: str, label: str) -> None:
    page = opened(life, lang=lang)
    assert ANNA not in words(page) and page.button(key="reveal-1-1").label == label
    page.button(key="reveal-1-1").click().run()
    assert ANNA in words(page)
    service.clock = lambda: AT + 3661
    page.run()
    assert ANNA not in words(page) and page.button(key="reveal-1-1").label == label
    with service.engine.connect() as connection:
        assert connection.scalars(select(audit.c.about)).all() == ["call/1-1"]


def test_it_can_be_hidden_at_once(service: runtime.Service) -> None:
    page = opened(life, lang="zh")
    page.button(key="reveal-1-1").click().run()
    page.button(key="reveal-hide-1-1").click().run()
    assert ANNA not in words(page) and page.button(key="reveal-1-1")


def test_where_a_caller_is_to_be_called_back(service: runtime.Service) -> None:
    page = opened(history, view="callers", **DAY)
    page.button(key="reveal-1-2").click().run()
    assert "13800002222" in words(page)


def test_no_button_where_there_is_nothing_to_show(service: runtime.Service) -> None:
    with writing(service.engine) as connection:
        connection.execute(update(calls).values(number="~0123456789abcdef"))
    page = opened(life, lang="zh")
    assert "号码已清除" in words(page) and not page.button
    page = opened(history, view="callers", **DAY)
    assert "号码已清除" in words(page)
    assert [button.key for button in page.button if str(button.key).startswith("reveal")] == []


def test_no_button_without_the_right(service: runtime.Service) -> None:
    with acting_as(Identity(5, "hall", role=Role.DISPLAY)):
        from ccfloor.service.reveal import may_ask

        assert not may_ask(service.viewer(), "138****1111")
