"""``python -m ccfloor staffing …`` as somebody types it, and what doctor says of the site's file."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.floor.config import FloorConfig
from ccfloor.service.doctor_staffing import staffing_file
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing_today.site import FILE
from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.offered_weeks import put_weeks

CONFIG = FloorConfig()
TODAY = datetime.now(ZoneInfo(CONFIG.zone)).date()


def steady(_day: date, _hour: float) -> float:
    return 10.0


@pytest.fixture(autouse=True)
def weeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four weeks until midnight, of a queue that is called alike at any time."""
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")
    monkeypatch.setenv("CCFLOOR_SOURCE", "none")
    monkeypatch.setenv("CCFLOOR_SITE_ZONE", CONFIG.zone)
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    put_weeks(engine, CONFIG, TODAY - timedelta(days=28), CONFIG.day_begins(TODAY), {"hotline": steady})
    engine.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["staffing", "forecast", *words])


def test_tomorrow_is_forecast_by_half_hours() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    told = json.loads(run("--day", tomorrow, "--queue", "hotline", "--json").output)
    assert told["day"] == tomorrow and told["learned_upto"] is None and len(told["halves"]) == 48
    assert all(half["forecast"] == pytest.approx(20, rel=0.25) for half in told["halves"])
    assert all(half["low"] < half["forecast"] < half["high"] for half in told["halves"])
    assert all(half["came"] is None and half["state"] == "ahead" for half in told["halves"])
    assert {half["needed"] for half in told["halves"]} <= {3, 4}, "two seats would be busy all the time"
    assert told["basis"]["hotline"]["threshold_s"] == 20


def test_a_day_that_was_has_what_came_beside_what_was_foreseen() -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    told = json.loads(run("--day", yesterday, "--json").output)
    assert all(half["state"] == "over" and half["came"] is not None for half in told["halves"])
    assert all(half["forecast"] == half["ahead"] for half in told["halves"])
    assert told["basis"]["hotline"]["last"] < yesterday


@pytest.mark.parametrize(("lang", "words"), [("zh", "预测来话"), ("en", "Forecast")])
def test_today_as_a_table(lang: str, words: str) -> None:
    found = run("--lang", lang)
    lines = found.output.splitlines()
    assert found.exit_code == 0 and words in lines[0] and len(lines) == 50
    assert "2026" in lines[-1] or str(TODAY.year) in lines[-1]


def test_what_there_is_not_is_said_in_a_sentence() -> None:
    assert (run("--queue", "nix").exit_code, run("--day", "soon").exit_code) == (2, 2)
    assert [run("--day", day).exit_code for day in ("0001-01-01", "9999-12-31")] == [2, 2]
    assert "nix" in run("--queue", "nix", "--lang", "en").output
    before = run("--day", "2001-01-01", "--lang", "en")
    assert before.exit_code == 1 and "No calls to forecast from yet" in before.output


def test_doctor_tells_of_the_file(tmp_path: Path) -> None:
    site = SiteSettings(data=str(tmp_path))
    assert [finding.state for finding in staffing_file(CONFIG, site)] == ["ok"]
    (tmp_path / FILE).write_text("shrinkage: 0.1\nqueues:\n  loan: {min_seats: 2}\n", encoding="utf-8")
    (wrong,) = staffing_file(FloorConfig(queues={"loans": None}), site)  # type: ignore[dict-item]
    assert wrong.state == "fail" and f"{FILE}:3" in wrong.en and "没有队列 'loan'" in wrong.zh
