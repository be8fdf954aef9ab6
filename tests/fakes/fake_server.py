"""The fake hub's web server as a process of its own, which a test may stop and start."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(check: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits for a condition; fails with ``what`` when it has not come after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


class FakeServer:
    """The product's pages over a scripted hub, in a process of its own."""

    def __init__(self, scene: str) -> None:
        self.port = free_port()
        self.scene = scene
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        until(self.answers, 60, "the fake server answers")

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.fakes.fake_hub", "--port", str(self.port), "--scene", self.scene]

    def answers(self) -> bool:
        try:
            self.view()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def view(self) -> Any:
        with urllib.request.urlopen(self.url("fake/view"), timeout=5) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any] | None = None) -> None:
        """Tell the hub: ``scene/surge``, ``diff``, ``mute``, ``speak``, ``drop``."""
        request = urllib.request.Request(
            self.url(f"fake/{path}"),
            data=json.dumps(body or {}).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request, timeout=5).close()


class DayServer(FakeServer):
    """The same with a stored day behind it, in a SQLite file of the test's."""

    def __init__(self, scene: str, db: Path) -> None:
        super().__init__(scene)
        self.db = db

    def command(self) -> list[str]:
        where = ["--port", str(self.port), "--scene", self.scene, "--db", str(self.db)]
        return [sys.executable, "-m", "tests.fakes.fake_day", *where]


class MoveServer(DayServer):
    """The same with moves that are followed and answered."""

    def command(self) -> list[str]:
        where = ["--port", str(self.port), "--scene", self.scene, "--db", str(self.db)]
        return [sys.executable, "-m", "tests.fakes.fake_moves", *where]


class PlanServer(DayServer):
    """The same with an emergency plan whose notes and commands are really written."""

    def command(self) -> list[str]:
        where = ["--port", str(self.port), "--scene", self.scene, "--db", str(self.db)]
        return [sys.executable, "-m", "tests.fakes.fake_plan", *where]
