"""``python -m ccfloor run`` as a newcomer starts it: numbers at once, history beside, a clean end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.fake_server import free_port
from tests.fakes.program import ROOT, Program


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Program]:
    server = Program(tmp_path, SIMULATOR_HISTORY_DAYS="1")
    try:
        yield server
    finally:
        server.end()


def test_numbers_at_once_history_beside_and_a_clean_end(server: Program) -> None:
    health = server.until(lambda: (found := server.get("/healthz")) and found["ok"] and found)
    assert health["collector"] == "running"
    server.until(lambda: len(server.get("/api/v1/floor")["seats"]) == 48)
    server.until(lambda: any(row["answered"] for row in server.get("/api/v1/metrics?by=day")[:1]))
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0 or server.process.returncode == -signal.SIGTERM
    assert "Traceback" not in server.said() and "never retrieved" not in server.said()


def test_settings_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path) -> None:
    wrong = Program(tmp_path, SITE_ZONE="Mars/Base")
    assert wrong.process.wait(60) == 1
    assert wrong.said().startswith("CCFLOOR_SITE_ZONE: site.zone: 'Mars/Base' is not a time zone")
    assert "Traceback" not in wrong.said()
    wrong.out.close()


def test_streamlit_alone_tells_them_as_well(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.port", str(free_port())]
    environ = os.environ | {"CCFLOOR_SITE_ZONE": "Mars/Base", "CCFLOOR_DB": str(tmp_path / "floor.db")}
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=90)
    assert ended.returncode == 1 and "Traceback" not in ended.stdout + ended.stderr
    assert "CCFLOOR_SITE_ZONE: site.zone: 'Mars/Base' is not a time zone" in ended.stderr
