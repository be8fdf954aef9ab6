"""Keeping callers' numbers for some days: the run, its entry, its key, the job, and the setting."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from ccfloor.access.acts import Act
from ccfloor.cli import app
from ccfloor.service import privacy
from ccfloor.service.places import SettingsError
from ccfloor.service.privacy import NumberKeeper, clearing_of, run, status
from ccfloor.service.settings import Settings, load
from ccfloor.store import row_pages
from ccfloor.store.access_tables import access_keys, audit
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import calls
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call, put

DAY_S = 86_400.0
NOW = 1_795_000_000.0
ANNA, BERT = "13900001111", "13900002222"


def settings_of(days: int, **environ: str) -> Settings:
    return load(environ={"CCFLOOR_PRIVACY_NUMBERS_DAYS": str(days)} | environ, source="none")


def fill(engine: Engine) -> None:
    old, young = NOW - 20 * DAY_S, NOW - 2 * DAY_S
    rows = [call(1, old, number=ANNA), call(2, old + 60, number="anonymous"), call(3, young, number=BERT)]
    put(engine, rows)


def numbers(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(calls.c.number).order_by(calls.c.position)))


def test_a_run_clears_what_is_older_and_says_so(database: Engine) -> None:
    fill(database)
    settings = settings_of(10)
    assert status(settings, database, NOW).left == 1
    assert run(settings, database, NOW).calls == 1
    assert numbers(database) == [clearing_of(settings, database, NOW).number(ANNA), "anonymous", BERT]
    kept = status(settings, database, NOW)
    assert (kept.left, kept.edge.at, kept.edge.until) == (0, NOW, NOW - 10 * DAY_S)
    with database.connect() as connection:
        (entry,) = connection.execute(select(audit)).all()
    assert (entry.act, entry.who, entry.about) == (Act.NUMBERS_CLEARED, "ccfloor", "numbers/callers")
    assert json.loads(entry.after)["calls"] == 1 and ANNA not in str(entry)


def test_without_the_setting_nothing_is_cleared(database: Engine) -> None:
    fill(database)
    assert run(settings_of(0), database, NOW).rows == 0
    assert numbers(database)[0] == ANNA and status(settings_of(0), database, NOW).left == 0
    with database.connect() as connection:
        assert connection.execute(select(audit)).all() == []


@pytest.mark.parametrize("days", [1, 7, -1])
def test_less_than_the_longest_repeat_is_refused(days: int) -> None:
    with pytest.raises(SettingsError, match="numbers_days"):
        settings_of(days)


def test_a_key_of_the_environment_is_not_in_the_database(database: Engine) -> None:
    fill(database)
    run(settings_of(8, CCFLOOR_ACCESS_KEY="outside"), database, NOW)
    with database.connect() as connection:
        assert connection.execute(select(access_keys)).all() == []
    mine, other = (settings_of(8, CCFLOOR_ACCESS_KEY=key) for key in ("outside", "other"))
    assert numbers(database)[0] == clearing_of(mine, database, NOW).number(ANNA)
    assert numbers(database)[0] != clearing_of(other, database, NOW).number(ANNA)


def test_the_job_runs_once_a_day(database: Engine) -> None:
    fill(database)
    now = NOW
    keeper = NumberKeeper(settings_of(10), database, lambda: now)
    first = keeper.look()
    assert first is not None and first.calls == 1
    now = NOW + 3600
    assert keeper.look() is None
    now = NOW + 10 * DAY_S
    assert (again := keeper.look()) and again.calls == 1 and BERT not in numbers(database)


def test_a_stopped_job_leaves_the_rest_to_the_next(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    old = NOW - 20 * DAY_S
    put(database, [call(place, old + place, number=f"139{place:08d}") for place in range(1, 8)])
    monkeypatch.setattr(row_pages, "AT_ONCE", 3)
    keeper = NumberKeeper(settings_of(10), database, lambda: NOW)
    keeper.stop()
    assert keeper.look() is None
    with database.connect() as connection:
        assert connection.execute(select(audit)).all() == []
    left = [number for number in numbers(database) if not number.startswith("~")]
    assert left, "it was stopped before the end"
    again = NumberKeeper(settings_of(10), database, lambda: NOW).look()
    assert again is not None and again.calls == len(left)


def test_the_job_outlives_a_database_that_is_away(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "none.db"))
    assert NumberKeeper(settings_of(10), engine, lambda: NOW).look() is None
    engine.dispose()


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "floor.db")
    engine = open_engine(file)
    upgrade(engine)
    fill(engine)
    monkeypatch.setattr(privacy.time, "time", lambda: NOW)
    off = CliRunner().invoke(app, ["privacy", "run", "--db", file, "--lang", "en"])
    assert off.exit_code == 1 and "kept for good" in off.output
    monkeypatch.setenv("CCFLOOR_PRIVACY_NUMBERS_DAYS", "10")
    told = CliRunner().invoke(app, ["privacy", "run", "--db", file, "--json", "--why", "asked for"])
    assert json.loads(told.output)["calls"] == 1
    told = CliRunner().invoke(app, ["privacy", "status", "--db", file, "--lang", "zh"])
    assert "10 天" in told.output and "：0" in told.output
    with engine.connect() as connection:
        assert connection.scalar(select(audit.c.why)) == "asked for"
    engine.dispose()
