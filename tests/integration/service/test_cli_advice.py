"""``python -m ccfloor staffing advice`` and ``backtest`` over what is stored."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.store.engine import open_engine
from ccfloor.store.recorder import Recorder
from tests.fakes import advised
from tests.fakes.current import upgrade
from tests.fakes.stored import cut, items
from tests.fakes.stored_surge import T0
from tests.fakes.surge import CONFIG, surge

DAY = CONFIG.business_date(T0).isoformat()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")
    monkeypatch.setenv("CCFLOOR_SOURCE", "none")
    opened = open_engine(str(tmp_path / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["staffing", *words])


def test_what_is_advised_is_told_with_its_effect_and_its_way(engine: Engine) -> None:
    now = time.time()
    given = advised.proposal(now, "PJSIP/102", queue="hotline", donor="repair")
    advised.keep(engine, advised.told(given), now)
    told = run("advice").output
    assert "达不到目标" in told and "PJSIP/102 → hotline" in told
    assert "60% → 90%" in told and "95% → 90%" in told and "20 s" in told
    assert "还没有采用过的建议" in told
    english = run("advice", "--lang", "en").output
    assert "below its target" in english and "No advice was followed" in english
    body: dict[str, Any] = json.loads(run("advice", "--json").output)
    assert body["cards"][0]["orders"][0]["seats"] == ["PJSIP/102"] and body["stale"] is False


def test_nothing_to_do_says_why_and_nothing_advised_ends_with_one(engine: Engine) -> None:
    assert run("advice").exit_code == 1
    advised.keep(engine, advised.CALM, time.time() - 600)
    told = run("advice")
    assert told.exit_code == 0 and "预计都能达标" in told.output and "已过时" in told.output


def test_stored_days_tell_what_would_have_been_advised_and_how_far_it_was_off(engine: Engine) -> None:
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    for batch in cut(items(iter(surge(80, start=T0)), source="sim"), 500):
        recorder.record(batch)
    body: dict[str, Any] = json.loads(run("backtest", "--from", DAY, "--json").output)
    assert body["steps"] >= 3
    assert body["advised"] + body["unseen"] + sum(body["idle"].values()) == body["steps"]
    spans = {(row["queue"], row["minutes"]) for row in body["errors"]}
    assert spans and {minutes for _, minutes in spans} <= {30, 60}
    level = max(body["errors"], key=lambda row: row["n"])["service_level"]
    assert level["n"] > 0 and abs(level["bias"]) <= level["mae"] <= 1 and level["held"] <= level["spans"]
    told = run("backtest", "--from", DAY, "--to", DAY)
    assert told.exit_code == 0 and f"共 {body['steps']} 个时刻" in told.output and "偏差" in told.output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "never"), 2),
        (("--from", "2026-11-22", "--to", "2026-11-01"), 2),
        (("--from", "2026-01-01", "--to", "2026-11-01"), 2),
        (("--from", "2026-11-01"), 1),
    ],
)
def test_days_that_cannot_be_replayed_say_so(engine: Engine, words: tuple[str, ...], code: int) -> None:
    assert run("backtest", *words).exit_code == code
