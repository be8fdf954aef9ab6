"""The database file locked, taken away or exchanged under the running program: it says so and goes on."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path, SIMULATOR_HISTORY_DAYS="0")
    try:
        program.until(lambda: (floor := program.get("/api/v1/floor")) and floor["seats"])
        yield program
    finally:
        program.end()


def well(program: Program) -> bool:
    """Pictures are written again, and nobody complains."""
    health = program.get("/healthz")
    states = {source["state"] for source in health["sources"]} if health else set()
    return bool(health and health["ok"] and health["view_age_s"] < 2 and states == {"up"})


def positions(path: Path) -> list[int]:
    with sqlite3.connect(path) as connection:
        query = "SELECT position FROM journal JOIN sources ON sources.id = source_id WHERE name LIKE 'sim%'"
        return sorted(row[0] for row in connection.execute(query))


def stopped_and_whole(program: Program) -> None:
    program.process.send_signal(signal.SIGTERM)
    program.process.wait(30)
    found = program.call("rebuild", "--check", "--json")
    assert '"differences": []' in found.stdout, found.stdout + found.stderr
    assert "Traceback" not in program.said()


def test_locked_by_another_program(program: Program) -> None:
    other = sqlite3.connect(program.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    program.until(lambda: "database_locked" in program.codes(), 20)
    seat = program.get("/api/v1/floor")["seats"][0]["seat"]
    assert program.post("/api/v1/commands", seat=seat, kind="pause", why="x") == (503, "database_locked")
    before = len(positions(program.db))
    advice = program.call("doctor")
    assert "Another program has locked" in advice.stdout + advice.stderr or "锁住" in advice.stdout
    other.execute("ROLLBACK")
    program.until(lambda: well(program) and len(positions(program.db)) > before, 30)
    found = positions(program.db)
    assert found == list(range(found[0], found[0] + len(found)))
    stopped_and_whole(program)


def test_moved_away_and_back(program: Program, tmp_path: Path) -> None:
    os.rename(program.db, tmp_path / "aside.db")
    program.until(lambda: "database_gone" in program.codes(), 20)
    advice = program.call("doctor")
    assert advice.returncode and ("不见了" in advice.stdout or "is gone" in advice.stdout)
    assert not program.db.exists(), "nobody may put an empty one in its place"
    os.rename(tmp_path / "aside.db", program.db)
    program.until(lambda: well(program), 30)
    found = positions(program.db)
    assert found == list(range(found[0], found[0] + len(found)))
    stopped_and_whole(program)


def test_exchanged_for_an_older_copy(program: Program, tmp_path: Path) -> None:
    with sqlite3.connect(program.db) as now, sqlite3.connect(tmp_path / "copy.db") as copy:
        now.backup(copy)
    copied = len(positions(tmp_path / "copy.db"))
    program.db.unlink()
    program.until(lambda: "database_gone" in program.codes(), 20)
    shutil.copyfile(tmp_path / "copy.db", program.db)
    program.until(lambda: "database_exchanged" in program.codes() and well(program), 30)
    program.until(lambda: len(positions(program.db)) > copied, 30)
    stopped_and_whole(program)
