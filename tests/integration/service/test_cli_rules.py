"""``python -m ccfloor rules …`` as somebody types it: what it says, in which words, with which exit code."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.service.rulebook import sync_files
from ccfloor.store.engine import open_engine
from ccfloor.store.recorder import Recorder
from tests.fakes.crowd import crowd
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, cut, items

ROOT = Path(__file__).resolve().parents[3]
START = T0 + 3600
RULE = """\
rules:
  - id: peak
    name: {zh: 排队, en: Queue builds up}
    when: {metric: waiting, at_least: 4}
    hold: {kind: forgive, for_s: 600, dip_s: 60}
    clear: {level: 1, for_s: 60}
    say: {zh: 调人, en: Move people}
"""
TESTS = """\
files: [rules/mine.yaml]
tests:
  - name: ten minutes
    rule: peak
    series:
      waiting: 4x11m 0
    expect:
      10m: firing
    fires: [10m]
"""


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of its own with one rule, its day in the database."""
    data = tmp_path / "data"
    (data / "rules").mkdir(parents=True)
    for name in ("queues", "seats", "reasons"):
        shutil.copy(ROOT / "data" / f"{name}.yaml", data)
    (data / "rules" / "mine.yaml").write_text(RULE, encoding="utf-8")
    (data / "tests.yaml").write_text(TESTS, encoding="utf-8")
    monkeypatch.setenv("CCFLOOR_SITE_DATA", str(data))
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")
    monkeypatch.setenv("CCFLOOR_SITE_ZONE", "UTC")
    return data


def store(site: Path) -> None:
    engine = open_engine(str(site.parent / "floor.db"))
    upgrade(engine)
    sync_files(engine, "main", site / "rules", START)
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    peak = [(0.0, 0), (60.0, 5), (300.0, 2), (330.0, 6), (1200.0, 0), (1800.0, 0)]
    for batch in cut(items(crowd(START, peak)), 9):
        recorder.record(batch)
    engine.dispose()


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["rules", *map(str, words)])


def told(*words: object) -> Any:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_command_has_its_help() -> None:
    for name in ("list", "check", "test", "explain", "backtest"):
        assert name in call("--help").stdout and call(name, "--help").exit_code == 0


def test_list_shows_the_files_first_then_the_versions_in_force(site: Path) -> None:
    assert [(item["id"], item["version"]) for item in told("list")] == [("peak", 0)]
    store(site)
    (rule,) = told("list")
    assert (rule["version"], rule["hold"]["for_s"]) == (1, 600)
    shown = call("list").stdout
    assert "peak  Queue builds up  (version 1)" in shown
    assert "callers waiting at least 4 for 10 min running" in shown


def test_check_tells_what_is_wrong_with_place_and_ends_with_1(site: Path) -> None:
    assert call("check").stdout == "1 rule is good\n" and told("check")["rules"] == ["peak"]
    bad = site / "bad.yaml"
    bad.write_text(RULE.replace("level: 1", "level: 9").replace("waiting", "waitin"), encoding="utf-8")
    result = call("check", bad)
    assert result.exit_code == cli.FAILED
    assert f"{bad}:6: rules[0].clear.level: the clear level 9 lies above the level 4" in result.stderr
    assert f"{bad}:4: rules[0].when.metric: there is no such metric" in result.stderr
    assert (
        f"{bad}:6: rules[0].clear.level: 解除线 9 高于触发线 4" in call("check", bad, "--lang", "zh").stderr
    )
    found = json.loads(call("check", bad, site / "rules" / "mine.yaml", "--json").stdout)
    assert {(item["line"], item["field"]) for item in found["problems"]} == {
        (6, "rules[0].clear.level"),
        (4, "rules[0].when.metric"),
    }
    assert call("check", site / "none.yaml").exit_code == cli.FAILED


def test_check_names_both_places_of_an_id_given_twice(site: Path) -> None:
    (site / "rules" / "more.yaml").write_text("# mine too\n" + RULE, encoding="utf-8")
    result = call("check")
    one, two = site / "rules" / "mine.yaml", site / "rules" / "more.yaml"
    assert result.exit_code == cli.FAILED
    assert f"{two}:3: id: 'peak' is the id of another rule already ({one}:2)" in result.stderr


def test_tests_pass_or_fail_with_line_and_exit_code(site: Path) -> None:
    result = call("test", site / "tests.yaml")
    assert (result.exit_code, result.stdout) == (0, "1 passed, 0 failed\n")
    (site / "tests.yaml").write_text(TESTS.replace("10m: firing", "9m59s: firing"), encoding="utf-8")
    result = call("test", site / "tests.yaml")
    assert result.exit_code == cli.FAILED and "0 passed, 1 failed" in result.stdout
    assert f"{site}/tests.yaml:8: ten minutes: at 9m59s state is pending, not firing" in result.stderr
    shown = json.loads(call("test", site / "tests.yaml", "--json").stdout)
    assert [(item["name"], item["ok"], item["line"]) for item in shown] == [("ten minutes", False, 3)]


def test_tests_without_files_use_the_sites_own_rules(site: Path) -> None:
    (site / "tests.yaml").write_text(TESTS.replace("files: [rules/mine.yaml]\n", ""), encoding="utf-8")
    assert call("test", site / "tests.yaml").exit_code == 0


def test_no_test_at_all_is_no_success(site: Path) -> None:
    (site / "tests.yaml").write_text("tests: []\n", encoding="utf-8")
    assert call("test", site / "tests.yaml").exit_code == cli.FAILED
    (site / "tests.yaml").write_text("tests: 5\n", encoding="utf-8")
    result = call("test", site / "tests.yaml")
    assert result.exit_code == cli.FAILED and "tests.yaml:1: tests: must be a list" in result.stderr


def test_explain_says_why(site: Path) -> None:
    assert call("explain", "--at", START).exit_code == cli.FAILED
    store(site)
    (reason,) = told("explain", "--at", START + 360, "--rule", "peak")["reasons"]
    assert (reason["state"], reason["held_s"], reason["missing_s"]) == ("pending", 300, 300)
    shown = call("explain", "--at", START + 360, "--rule", "peak", "--subject", "floor").stdout
    assert "held 5m of 10m" in shown and "dip: " in shown and "version 1" in shown
    for words, sentence in (
        (("--at", START + 360, "--rule", "x"), "there is no rule 'x'; there are peak"),
        (("--at", START + 360, "--subject", "hotline"), "'hotline' is no subject such as floor"),
        (("--at", "noon"), "is not a time"),
    ):
        wrong = call("explain", *words)
        assert wrong.exit_code == cli.FAILED and sentence in wrong.stderr


def test_backtest_counts_for_the_rule_in_force_and_for_one_from_a_file(site: Path) -> None:
    store(site)
    found = told("backtest", "peak", "--from", T0, "--to", T0 + 86400)
    assert found["count"] == 1
    assert [(item["fired_at"], item["cleared_at"]) for item in found["alarms"]] == [
        (START + 660, START + 1260)
    ]
    assert (
        "would have fired once, for 10m in all"
        in call("backtest", "peak", "--from", T0, "--to", T0 + 86400).stdout
    )
    (site / "try.yaml").write_text(RULE.replace("at_least: 4", "at_least: 7"), encoding="utf-8")
    tried = told("backtest", "peak", "--from", T0, "--to", T0 + 86400, "--file", site / "try.yaml")
    assert tried["count"] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("peak", "--from", "2026-01-02", "--to", "2026-01-01"), "--to must come after --from"),
        (("peek", "--from", "2026-01-01", "--to", "2026-01-02"), "there is no rule 'peek'; there are peak"),
        (("peak", "--from", "soon", "--to", "2026-01-02"), "is not a time"),
    ],
)
def test_backtest_asked_wrongly_says_so(words: tuple[str, ...], sentence: str) -> None:
    result = call("backtest", *words)
    assert result.exit_code == cli.FAILED and sentence in result.stderr
