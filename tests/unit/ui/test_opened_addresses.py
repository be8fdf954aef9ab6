"""Opening a page of the menu leaves its address as it was: Back and Forward go to what people looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.state.query_params import QueryParams
from streamlit.testing.v1 import AppTest

from ccfloor.access.places import PAGES
from ccfloor.service import runtime
from ccfloor.ui.shell import FOOT, GROUPS
from tests.fakes.app_page import quiet_service

MAIN = Path(__file__).resolve().parents[3] / "ccfloor" / "ui" / "main.py"
MENU = [name for names in (*GROUPS.values(), FOOT) for name in names]
LOOK = {"lang": "zh", "theme": "light"}
# What is opened from another page, and what its address says then.
OPENED = {
    "qa_improve": ({"view": "cases"}, {"view": "plans"}),
    "qa_calibration": ({"view": "standings", "from": "2026-11-01", "to": "2026-11-20"},),
    "qa_appeals": ({"view": "stats", "from": "2026-11-01", "to": "2026-11-20"}, {"view": "all"}),
    "qa_work": ({"view": "quota", "day": "2026-11-20"}, {"view": "draws"}),
    "qa": ({"view": "reviewers", "period": "2026-11"},),
    "qa_mine": ({"agent": "nobody"},),
    "qa_forms": ({"kind": "form", "name": "hotline", "view": "compare"},),
}
ASKED = [(name, more) for name in MENU for more in ({}, *OPENED.get(name, ()))]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path_factory.mktemp("addresses")) as made:
        yield made


@pytest.mark.parametrize(("name", "more"), ASKED)
def test_opening_a_page_leaves_the_address_as_it_was(
    service: runtime.Service, name: str, more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    test = AppTest.from_file(str(MAIN), default_timeout=60)
    for key, value in (LOOK | more).items():
        test.query_params[key] = value
    test.run()
    written: list[str] = []
    send = QueryParams._send_query_param_msg

    def noted(self: QueryParams) -> None:
        written.append(str(self))
        send(self)

    monkeypatch.setattr(QueryParams, "_send_query_param_msg", noted)
    test.switch_page(f"../../pages/{name}.py").run()
    assert not test.exception, test.exception
    assert written == []
    assert {key: str(value) for key, value in test.query_params.items()}.keys() == (LOOK | more).keys()


def test_every_place_of_the_menu_is_asked() -> None:
    assert set(MENU) <= set(PAGES) and set(OPENED) <= set(MENU)
