"""`make test` runs the tests twice at once; what that alone made fail is told apart from what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
from pathlib import Path

import pytest


def times(name):
    file = Path(name)
    count = int(file.read_text() if file.exists() else 0) + 1
    file.write_text(str(count))
    return count


@pytest.mark.browser
@pytest.mark.parametrize("name", ["a b", "c"])
def test_page(name):
    assert times(name) >= {page}


@pytest.mark.parametrize("number", range({many}))
def test_rest(number):
    assert times(f"rest-{{number}}") >= {rest}
"""


def run(folder: Path, page: int, rest: int, many: int = 2) -> subprocess.CompletedProcess[str]:
    """A small suite: from which try on its tests pass."""
    (folder / "test_suite.py").write_text(SUITE.format(page=page, rest=rest, many=many), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\nmarkers = browser: b\n")
    command = ["sh", str(ROOT / "tests" / "tools" / "run.sh"), sys.executable]
    told = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("page", "rest"), [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_what_passes_by_itself_passes_and_is_said(tmp_path: Path, page: int, rest: int) -> None:
    done = run(tmp_path, page, rest)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("once more by themselves") == (page > 1) + (rest > 1)
    assert ("test_suite.py::test_page[a b]\n" in done.stdout) == (page > 1)


@pytest.mark.parametrize(("page", "rest"), [(3, 1), (1, 3)])
def test_what_fails_again_fails_the_whole(tmp_path: Path, page: int, rest: int) -> None:
    assert run(tmp_path, page, rest).returncode == 1


def test_many_that_fail_are_no_chance_and_are_not_tried_again(tmp_path: Path) -> None:
    done = run(tmp_path, 1, 2, many=9)
    assert done.returncode == 1
    assert "once more" not in done.stdout


def test_a_suite_that_cannot_be_read_fails_at_once(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    done = run(tmp_path, 1, 1)
    assert done.returncode == 1
    assert "once more" not in done.stdout
