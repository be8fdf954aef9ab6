"""``python -m ccfloor run`` as a newcomer starts it: numbers at once, history beside, a clean end."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.program import Program


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
