"""A page that fails in the running server: a sentence with a number; how it failed is in the log alone."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import ROOT
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser
SLOW = 60_000
SECRET = "Z1kretWord"


class FailingServer(StoredServer):
    """The product with a page that fails; ``log``: what it prints."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "floor.db")
        self.log = folder / "log.txt"

    def start(self) -> None:
        with self.log.open("w") as out:
            self.process = subprocess.Popen(self.command(), cwd=ROOT, stdout=out, stderr=out)
        self.wait()

    def command(self) -> list[str]:
        given = [f"CCFLOOR_{name}={value}" for name, value in self.settings.items()]
        return ["env", *given, sys.executable, "-m", "tests.fakes.failing_app", "--port", str(self.port)]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[FailingServer]:
    server = FailingServer(tmp_path)
    server.start()
    yield server
    server.stop()


def test_a_page_that_fails_says_a_number_and_the_log_says_why(
    failing: FailingServer, open_page: Callable[..., Page]
) -> None:
    told: list[str] = []
    page = open_page("about:blank")
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: told.append(str(data))))
    page.goto(failing.url("definitions?lang=zh"))
    alert = page.get_by_text("这部分页面出错")
    expect(alert).to_have_count(1, timeout=SLOW)
    first = re.findall(r"[0-9a-f]{8}", alert.inner_text())[0]
    page.get_by_role("button", name="again").click()
    expect(page.get_by_text("这部分页面出错").filter(has_not_text=first)).to_have_count(1, timeout=SLOW)
    numbers = set(re.findall(r"故障编号 ([0-9a-f]{8})", page.inner_text("body")))
    log = failing.log.read_text()
    assert len(numbers) >= 1 and all(log.count(f"fault {number} on a page") == 1 for number in numbers)
    assert log.count(f"RuntimeError: a message with a {SECRET}") >= 1
    assert log.count(f"ValueError: a message with a {SECRET}") == 1
    assert "Uncaught app execution" not in log
    seen = page.content() + "".join(told)
    assert (
        len(told) > 2 and SECRET not in seen and "Traceback" not in seen and "definitions_page.py" not in seen
    )
