"""Uploaded recordings go when their days are over: in short transactions, each on the log."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from typer.testing import CliRunner

from ccfloor.access.acts import Act
from ccfloor.cli import app
from ccfloor.service.privacy import NumberKeeper
from ccfloor.service.qa.listening import clear_recordings
from ccfloor.service.settings import Settings, load
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.qa_tables import qa_audio
from tests.fakes.current import upgrade

DAY_S = 86_400.0
NOW = 1_795_000_000.0


def settings_of(days: int, **more: str) -> Settings:
    return load(environ={"CCFLOOR_QA_RECORDINGS_DAYS": str(days)} | more, source="none")


def upload(engine: Engine, ages: list[float], now: float = NOW) -> None:
    told = {"site": "main", "name": "a.wav", "type": "audio/wav", "digest": "d", "size": 3, "who": "li.qa"}
    with writing(engine) as connection:
        rows = [told | {"content": b"abc", "at": now - age * DAY_S} for age in ages]
        connection.execute(insert(qa_audio), rows)


def left(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(select(qa_audio.c.id).order_by(qa_audio.c.id)))


def entries(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        query = select(audit.c.after).where(audit.c.act == Act.QA_AUDIO_CLEARED).order_by(audit.c.number)
        return [json.loads(after) for after in connection.scalars(query)]


def test_what_is_older_goes_and_the_log_says_which(database: Engine) -> None:
    upload(database, [40, 31, 29, 0])
    assert clear_recordings(settings_of(30), database, NOW) == 2 and left(database) == [3, 4]
    (told,) = entries(database)
    assert told["numbers"] == [1, 2] and told["bytes"] == 6 and told["days"] == 30
    assert clear_recordings(settings_of(30), database, NOW) == 0 and len(entries(database)) == 1


def test_without_the_setting_all_stay(database: Engine) -> None:
    upload(database, [4000])
    assert clear_recordings(settings_of(0), database, NOW) == 0 and left(database) == [1]


def test_a_run_that_is_cut_short_has_logged_what_is_gone(database: Engine) -> None:
    upload(database, [50.0] * 25)

    class Stopped(Exception):
        """Cut short."""

    def pause() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        clear_recordings(settings_of(30), database, NOW, pause=pause)
    assert [number for told in entries(database) for number in told["numbers"]] == list(range(1, 11))
    assert clear_recordings(settings_of(30), database, NOW) == 15
    assert len(entries(database)) == 3 and left(database) == []


def test_the_clearing_job_does_it_with_numbers_kept_for_good(database: Engine) -> None:
    upload(database, [40, 1])
    keeper = NumberKeeper(settings_of(30), database, lambda: NOW)
    assert keeper.look() is None and keeper.look_recordings() == 1 and left(database) == [2]
    assert NumberKeeper(settings_of(0), database, lambda: NOW).look_recordings() == 0


def test_by_hand_it_goes_with_the_numbers(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"sqlite:///{tmp_path}/floor.db"
    engine = open_engine(path)
    upgrade(engine)
    upload(engine, [20_000.0], now=NOW)
    monkeypatch.setenv("CCFLOOR_QA_RECORDINGS_DAYS", "30")
    made = CliRunner().invoke(app, ["privacy", "run", "--db", path, "--lang", "en"])
    assert made.exit_code == 0 and "1 recording uploaded" in made.output and left(engine) == []
