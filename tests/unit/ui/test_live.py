"""The live component's Python side: one module a board, its definitions, and the pages that carry it."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.ui import live

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("board", ["wall", "seats", "queues", "plan"])
def test_a_module_has_the_core_and_its_own_board_only(board: str) -> None:
    code = re.sub(r"/\*.*?\*/", "", live.module_source(board), flags=re.S)
    assert re.findall(r'registerBoard\("(\w+)"', code) == [board]
    assert re.findall(r"^export .*$", code, re.M) == ["export default mountBoard;"]


def test_no_script_writes_markup() -> None:
    scripts = [*(ROOT / "ccfloor/ui").rglob("*.js")]
    assert len(scripts) > 10
    for path in scripts:
        source = path.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in source, f"{path.name}: {word}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_definitions_are_in_one_language(lang: str) -> None:
    given = live.definitions("zh" if lang == "zh" else "en")
    assert given.keys() == DEFINITIONS.keys()
    assert given["service_level"]["name"] == getattr(DEFINITIONS["service_level"], lang)


def wall(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ccfloor/ui/main.py"), default_timeout=30)
    app.run()
    app.query_params.update(query)
    return app.switch_page(str(ROOT / "pages/wall.py")).run()


def test_the_page_frame_speaks_the_language_of_the_url() -> None:
    app = wall(lang="en", theme="light")
    assert not app.exception
    groups = ["Floor", "Results", "System", "Language", "Appearance"]
    assert [caption.value for caption in app.sidebar.caption] == groups


def test_a_kiosk_has_no_navigation() -> None:
    app = wall(lang="zh", kiosk="1")
    assert not app.exception
    assert len(app.sidebar.caption) == 0
