"""``python -m ccfloor run`` as a newcomer starts it: numbers at once, history beside, a clean end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.fake_server import free_port

ROOT = Path(__file__).resolve().parents[3]


class Server:
    """The program on a free port, with a new database."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.out = (folder / "out.txt").open("w+")
        given = {f"CCFLOOR_{name}": value for name, value in settings.items()}
        environ = os.environ | {"CCFLOOR_DB": f"sqlite:///{folder}/floor.db"} | given
        command = [sys.executable, "-m", "ccfloor", "run", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=self.out, stderr=self.out)

    def get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error) if path == "/healthz" else None
        except (OSError, json.JSONDecodeError):
            return None

    def until(self, check: Callable[[], Any], seconds: float = 90) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := check()):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return found

    def said(self) -> str:
        self.out.flush()
        return Path(self.out.name).read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, SIMULATOR_HISTORY_DAYS="1")
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        server.out.close()


def test_numbers_at_once_history_beside_and_a_clean_end(server: Server) -> None:
    health = server.until(lambda: (found := server.get("/healthz")) and found["ok"] and found)
    assert health["collector"] == "running"
    server.until(lambda: len(server.get("/api/v1/floor")["seats"]) == 48)
    server.until(lambda: any(row["answered"] for row in server.get("/api/v1/metrics?by=day")[:1]))
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0 or server.process.returncode == -signal.SIGTERM
    assert "Traceback" not in server.said() and "never retrieved" not in server.said()


def test_settings_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path) -> None:
    wrong = Server(tmp_path, SITE_ZONE="Mars/Base")
    assert wrong.process.wait(60) == 1
    assert wrong.said().startswith("CCFLOOR_SITE_ZONE: site.zone: 'Mars/Base' is not a time zone")
    assert "Traceback" not in wrong.said()
    wrong.out.close()
