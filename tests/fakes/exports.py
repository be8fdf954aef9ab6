"""Every file that the pages give away: pages are run as a browser would, and each download made.

What there is to download is read from the program: a call of ``download`` that no page reached is told.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.ui import downloads

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "ccfloor" / "ui"
Opened = Callable[[str, dict[str, str]], AppTest]


class File(NamedTuple):
    """A file of a page; ``site``: where in the program it is given."""

    site: tuple[str, str]
    name: str
    content: bytes


def sites() -> set[tuple[str, str]]:
    """Every place that gives a file: module, and the function around the call."""
    return {
        (path.name, name) for path in UI.glob("*.py") if path.name != "downloads.py" for name in _in(path)
    }


def _in(path: Path) -> Iterator[str]:
    for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(part, ast.FunctionDef):
            calls = (inner for inner in ast.walk(part) if isinstance(inner, ast.Call))
            if any(
                isinstance(call.func, ast.Name) and call.func.id in ("download", "logged") for call in calls
            ):
                yield part.name


def past_the_log() -> list[str]:
    """Modules that give files by a way of their own, which nobody would log."""
    mine = (
        path for path in (*UI.glob("*.py"), *(ROOT / "pages").glob("*.py")) if path.name != "downloads.py"
    )
    return [path.name for path in mine if "download_button" in path.read_text(encoding="utf-8")]


class Taker:
    """Takes every file of the pages that are opened."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.files: list[File] = []
        self._makes: dict[str, tuple[tuple[str, str], Callable[[], bytes]]] = {}
        patch.setattr(downloads, "logged", self._logged)

    def _logged(self, make: Callable[[], bytes], file: str) -> Callable[[], bytes]:
        frame = sys._getframe(1)
        while frame.f_code.co_filename == downloads.__file__ and frame.f_back:
            frame = frame.f_back
        site = Path(frame.f_code.co_filename).name, frame.f_code.co_name
        self._makes[file] = (site, make)
        return make

    def open(self, page: str, asked: dict[str, str], act: Callable[[AppTest], object] | None = None) -> None:
        """Open a page, do something on it, and take its files."""
        self._makes.clear()
        app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
        for name, value in asked.items():
            app.query_params[name] = value
        app.run()
        if act:
            act(app)
        assert not app.exception, app.exception
        self.files += [File(site, name, make()) for name, (site, make) in self._makes.items()]
