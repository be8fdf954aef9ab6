"""The live component's Python side: one module a board, its definitions, and the pages that carry it."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.ui import live
from tests.fakes.app_page import quiet_service

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("board", ["wall", "seats", "moves", "queues", "plan"])
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
    groups = ["Floor", "Results", "Quality assurance", "System", "Language", "Appearance"]
    assert [caption.value for caption in app.sidebar.caption] == groups


def test_a_kiosk_has_no_navigation() -> None:
    app = wall(lang="zh", kiosk="1")
    assert not app.exception
    assert len(app.sidebar.caption) == 0


# Buttons behind which nothing is asked of the server.
SHOWS = {"this.askName());", "this.shut());", "(this.shut(), this.stay())), this.error);", "onClose));"}


def test_a_board_s_button_of_an_act_is_gated() -> None:
    lines = [line for name in ("plan", "seats", "moves") for line in live.module_source(name).splitlines()]
    made = [line for line in lines if 'pushButton("btn' in line]
    assert len(made) > 10
    free = [line for line in made if not re.search(r'gated\([^)]*, pushButton\("btn', line)]
    assert {re.split(r", ", line, maxsplit=2)[-1].removeprefix("() => ") for line in free} == SHOWS


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (Role.ADMIN, set()),
        (Role.LEAD, set()),
        (Role.QA, {"plan", "seats"}),
        (Role.DISPLAY, {"plan", "seats"}),
    ],
)
def test_a_board_knows_what_it_would_be_refused(
    role: Role, refused: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(3, "li", role=role)])
    with quiet_service(tmp_path):
        app = AppTest.from_file(str(ROOT / "pages/plan.py"), default_timeout=30)
        app.query_params["lang"] = "en"
        given = [json.loads(part.proto.json) for part in app.run().get("bidi_component")]
    assert not app.exception
    (told,) = [one["refused"] for one in given if one.get("board") == "plan"]
    assert told.keys() == refused
    assert all("Shift lead" in why for why in told.values())
