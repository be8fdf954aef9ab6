"""``python -m ccfloor staffing outlook`` over what a collector stored."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import live_view
from tests.fakes.current import upgrade
from tests.fakes.floor_scenes import plain
from tests.fakes.plan_scenes import PLAN_SCENES

Put = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Stores the live view of a scene with an outlook of some age; ``parts`` replace parts of that."""
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")
    monkeypatch.setenv("CCFLOOR_SOURCE", "none")
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)

    def stored(scene: str, age_s: float = 5.0, **parts: Any) -> None:
        now = time.time()
        made = PLAN_SCENES[scene](now)
        plan = made.plan or {}
        if plan.get("outlook"):
            plan["outlook"] |= {"at": now - age_s} | parts
        row = {"site": "main", "seq": 1, "at": now, "written_at": now, "sources": "[]"}
        texts = {"payload": msgspec.json.encode(plain(made)), "plan": msgspec.json.encode(plan).decode()}
        with writing(engine) as connection:
            connection.execute(insert(live_view).values(row | texts))
        engine.dispose()

    return stored


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["staffing", "outlook", *words])


def test_every_action_stands_beside_doing_nothing(put: Put) -> None:
    put("plan_ahead")
    lines = run().output.splitlines()
    assert lines[0].split() == [
        "做法",
        "规则",
        "15",
        "分内",
        "30",
        "分内",
        "60",
        "分内",
        "中位时刻",
        "30",
        "分内相差",
    ]
    assert len([line for line in lines if "维持现状" in line]) == 3
    level1 = next(line for line in lines if "休息人员全部归队（3 席）" in line and "话务高峰一级" in line)
    assert "42 %" in level1 and "-29 ± 3.9" in level1
    assert any("预警 · 话务高峰预警：说不准" in line for line in lines) and "400 条随机路径" in lines[-1]


def test_in_english_and_of_old_ones_that_they_are(put: Put) -> None:
    put("plan_ahead", age_s=300.0)
    lines = run("--lang", "en").output.splitlines()
    assert "5 min ago: no longer current" in lines[-1]
    assert any("Peak watch · over" in line and "within ± 3.9" in line for line in lines)


def test_as_json_it_is_all_of_it_with_its_age(put: Put) -> None:
    put("plan_ahead")
    told = json.loads(run("--json").output)
    assert told["current"] and 4 < told["age_s"] < 60
    assert [deed["name"] for deed in told["deeds"]] == ["end_breaks", "move"]
    assert told["rules"][1]["fires"][1] == {"within_s": 1800.0, "share": 0.71, "error": 0.02}


@pytest.mark.parametrize(
    ("scene", "parts", "words"),
    [
        ("plan_calm", {}, "还没有推算"),
        ("plan_ahead", {"why": "blind", "rules": []}, "数据中断"),
        ("plan_ahead", {"why": "fault", "rules": []}, "推算出错"),
    ],
)
def test_where_nothing_can_be_said_it_says_why(
    put: Put, scene: str, parts: dict[str, Any], words: str
) -> None:
    put(scene, **parts)
    found = run()
    assert found.exit_code == 1 and words in found.output


def test_an_empty_database_has_none(put: Put) -> None:
    found = run("--json")
    assert found.exit_code == 1 and "还没有推算" in found.output
