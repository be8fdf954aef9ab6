"""``python -m ccfloor qa …`` as somebody types it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.qa.plan import Plan
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.qa_tables import qa_samples
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import publish, put_call, put_plan

ZONE = ZoneInfo("Asia/Shanghai")
YESTERDAY = (datetime.now(ZONE) - timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
DAY = f"{YESTERDAY:%Y-%m-%d}"
WORDS = {"zh": "周", "en": "week"}
QUOTA = {"id": "week", "name": WORDS, "every": "week", "at_least": 7}  # at least one of each day
DAILY = Plan.model_validate({"id": "weekly", "name": WORDS, "form": "small", "quotas": [QUOTA]})


@pytest.fixture(autouse=True)
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")
    monkeypatch.setenv("CCFLOOR_SOURCE", "none")
    monkeypatch.setenv("CCFLOOR_SITE_ZONE", "Asia/Shanghai")
    opened = open_engine(str(tmp_path / "floor.db"))
    upgrade(opened)
    publish(opened)
    put_plan(opened, DAILY, YESTERDAY.timestamp())
    for position in range(1, 9):
        put_call(opened, position, "陈思远", YESTERDAY.timestamp() + position)
    return opened


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["qa", *words])


def drawn() -> None:
    assert run("draw", "weekly", "--day", DAY, "--why", "夜里停机").exit_code == 0


def test_a_day_is_drawn_once_and_comes_out_again() -> None:
    drawn()
    again = run("draw", "weekly", "--day", DAY, "--lang", "en")
    assert again.exit_code == 1 and "have been drawn" in again.output
    found = run("verify", "--json")
    assert found.exit_code == 0 and [row["sound"] for row in json.loads(found.output)] == [True]
    assert "重现一致" in run("verify", "weekly", "--day", DAY).output


def test_a_draw_that_was_meddled_with_ends_with_an_error(engine: Engine) -> None:
    drawn()
    assert run("verify").exit_code == 0
    with writing(engine) as connection:
        connection.execute(qa_samples.delete())
    found = run("verify")
    assert found.exit_code == 1 and "重现不一致" in found.output


def test_what_is_typed_wrong_is_said_in_a_sentence() -> None:
    assert run("draw", "weekly").exit_code == 2
    assert run("draw", "weekly", "--day", "soon").exit_code == 2
    assert run("draw", "nothing", "--day", DAY, "--lang", "en").exit_code == 1
    assert run("samples", "--state", "lost").exit_code == 2
    assert run("verify").exit_code == 1, "nothing was drawn"


def test_quotas_and_samples_are_listed() -> None:
    drawn()
    rows = json.loads(run("quota", "weekly", "--day", DAY, "--json").output)
    listed = json.loads(run("samples", "--json").output)
    assert listed and {(row["agent"], row["reviewer"], row["state"]) for row in listed} == {
        ("陈思远", "", "open")
    }
    assert [(row["who"], row["quota"], row["drawn"]) for row in rows] == [("陈思远", "week", len(listed))]
    told = run("samples", "--lang", "en").output
    assert "to score" in told and "2026" not in told.splitlines()[0]
    assert json.loads(run("samples", "--overdue", "--json").output) == []


def test_what_is_due_is_drawn_once() -> None:
    drawn()
    assert json.loads(run("draw", "--json").output) == {"draws": 0}


def test_files_of_forms_are_checked(tmp_path: Path) -> None:
    found = run("check", "--lang", "en")
    assert found.exit_code == 0 and "good: appointment, hotline, weekly" in found.output
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: bad\nname: {zh: 甲, en: A}\npass_mark: 120\nsections: []\n", encoding="utf-8")
    found = run("check", str(bad), "--lang", "en")
    assert found.exit_code == 1 and f"{bad}:3: pass_mark: must be at most 100" in found.output
    told = json.loads(run("check", str(bad), "--json").output)
    assert told["good"] == [] and [one["field"] for one in told["problems"]] == ["pass_mark"]
    assert run("check", str(tmp_path / "none.yaml")).exit_code == 2


def test_a_call_is_chosen_by_hand() -> None:
    added = run("add", "weekly", "week", "1-3", "--why", "投诉回访", "--reviewer", "li.qa", "--json")
    assert added.exit_code == 0 and json.loads(added.output)["reason"] == "hand"
    assert run("add", "weekly", "week", "1-3", "--why", "投诉回访").exit_code == 1
    assert "接听" in run("add", "weekly", "week", "x", "--why", "投诉回访").output
