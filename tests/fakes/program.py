"""The program as a process of its own, on a free port and a new database."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.fake_server import free_port

ROOT = Path(__file__).resolve().parents[2]


def busy_zone(now: float) -> str:
    """A zone in which it is late morning: at night a floor has no event for longer than a test waits."""
    ahead = (11 - time.gmtime(now).tm_hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the names count westwards


class Program:
    """``python -m ccfloor run`` on a busy floor; further settings by the names of their variables."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.out = (folder / "out.txt").open("w+")
        self.db = folder / "floor.db"
        wanted = {"SITE_ZONE": busy_zone(time.time()), **settings}
        given = {f"CCFLOOR_{name}": value for name, value in wanted.items()}
        self.environ = os.environ | {"CCFLOOR_DB": f"sqlite:///{self.db}"} | given
        command = [sys.executable, "-m", "ccfloor", "run", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=self.out, stderr=self.out)

    def get(self, path: str) -> Any:
        """What a route answers as JSON; None where it does not."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error) if path == "/healthz" else None
        except (OSError, json.JSONDecodeError):
            return None

    def post(self, path: str, **body: str) -> tuple[int, str]:
        """Status and error of what a route answers to a body of JSON."""
        address = f"http://127.0.0.1:{self.port}"
        head = {"Content-Type": "application/json", "Origin": address}
        request = urllib.request.Request(address + path, json.dumps(body).encode(), head)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)["error"]

    def codes(self) -> list[str]:
        """What is said of the sources, as codes."""
        health = self.get("/healthz")
        return [source["code"] for source in health["sources"]] if health else []

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same database."""
        command = [sys.executable, "-m", "ccfloor", *words]
        return subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True)

    def until(self, check: Callable[[], Any], seconds: float = 90) -> Any:
        """Wait for something; fails with what the program said."""
        deadline = time.monotonic() + seconds
        while not (found := check()):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return found

    def said(self) -> str:
        """Everything it has printed."""
        self.out.flush()
        return Path(self.out.name).read_text()

    def end(self) -> None:
        """Whatever happened: it is gone."""
        self.process.kill()
        self.process.wait()
        self.out.close()
