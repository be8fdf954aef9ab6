"""Rule files: what is refused, with file, line and field; what is only doubted; what is written again."""

import inspect
import re
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from ccfloor.rules import model
from ccfloor.rules.checks import Known
from ccfloor.rules.load import load_file, load_files, load_rule
from ccfloor.rules.model import Rule
from ccfloor.rules.write import rule_text, rules_text
from ccfloor.rules.wrong import own

GOOD = """\
rules:
  - id: queue-builds
    name: {zh: 排队, en: Queue builds up}
    when:
      metric: waiting
      at_least: 8
    hold: {kind: forgive, for_s: 1800, dip_s: 60}
    clear:
      level: 5
      for_s: 300
    plan: {plan: peak, level: 1}
    say: {zh: 停止回拨, en: Stop call-backs}
"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


WRONG = [
    ("metric: waiting", "metric: waitng", 5, "rules[0].when.metric", "perhaps waiting"),
    ("for_s: 300", "for_s: -300", 10, "rules[0].clear.for_s", "negative"),
    ("level: 5", "level: 9", 9, "rules[0].clear.level", "above the level 8"),
    ("level: 5", "level: 8", 9, "rules[0].clear.level", "still meets"),
    ("at_least: 8", "at_least: eight", 6, "rules[0].when.at_least", "must be a number"),
    ("at_least: 8", "at_least: .nan", 6, "rules[0].when.at_least", "finite"),
    ("for_s: 1800, dip_s: 60", "for_s: 30, dip_s: 60", 7, "rules[0].hold.dip_s", "below for_s"),
    ("kind: forgive, ", "kind: mean, share: 2, ", 7, "rules[0].hold.share", "at most 1"),
    ("kind: forgive", "kind: forgiving", 7, "rules[0].hold.kind", "must be 'strict'"),
    ("id: queue-builds", "id: Queue builds", 2, "rules[0].id", "small letters"),
    ("      at_least: 8", "      at_least: 8\n      window_s: 900", 7, "rules[0].when.window_s", "no window"),
    ("      at_least: 8", "      at_least: 8\n      above: 3", 4, "rules[0].when", "exactly one of"),
    ("    say:", "    says: x\n    say:", 12, "rules[0].says", "no such field"),
    ("    say: {zh: 停止回拨, en: Stop call-backs}\n", "", 2, "rules[0].say", "is missing"),
    ("en: Stop call-backs", "en: no", 12, "rules[0].say.en", "quotes"),
    ("    plan:", "    scope: {of: seat}\n    plan:", 11, "rules[0].scope.of", "floor, queue, group"),
    ("    plan:", "    scope: {of: group}\n    plan:", 11, "rules[0].scope", "group needs its queues"),
    ("    plan:", "    clear: {level: 1}\n    plan:", 8, "rules[0].clear", "given again in line 11"),
    ("metric: waiting", "metric: seats\n      status: [brake]", 6, "rules[0].when.status[0]", "no status"),
    ("metric: waiting", "metric: seats\n      reasons: [brake]", 6, "rules[0].when.reasons[0]", "no pause"),
    ("    plan:", "    scope: {roles: [boss]}\n    plan:", 11, "rules[0].scope.roles[0]", "no role"),
    ("say: {zh", "say: {zh: [", 12, "", "is not YAML"),
    ("level: 1}", "level: *x}", 11, "", "must be written out"),
    ("for_s: 300", "for_s: 1e400", 10, "rules[0].clear.for_s", "must be at most"),
    ("for_s: 300", "for_s: true", 10, "rules[0].clear.for_s", "must be a number"),
    ("at_least: 8", "at_least: 1.0e+30", 6, "rules[0].when.at_least", "must be at most"),
    ("level: 5", "level: -1", 9, "rules[0].clear.level", "never negative"),
    ("zh: 排队", "zh: 2026-02-31", 3, "rules[0].name.zh", "needs quotes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "why"), WRONG, ids=[wrong[1][:24] for wrong in WRONG]
)
def test_a_wrong_value_is_told_with_file_line_and_field(
    old: str, new: str, line: int, field: str, why: str
) -> None:
    loaded = load_file("peak.yaml", changed(old, new))
    (problem,) = loaded.problems
    assert (problem.file, problem.line, problem.field) == ("peak.yaml", line, field)
    assert why in problem.why and str(problem).startswith(f"peak.yaml:{line}: ")
    assert CHINESE.search(problem.zh) and problem.said("zh") != problem.said("en")
    assert loaded.rules == {}, "refused whole"


def test_everything_wrong_in_a_file_is_told_at_once() -> None:
    second = GOOD.removeprefix("rules:\n").replace("queue-builds", "other").replace("1800", "-1")
    text = changed("metric: waiting", "metric: nothing") + second.replace("level: 1", "level: 2")
    told = [(problem.line, problem.field) for problem in load_file("a.yaml", text).problems]
    assert told == [(5, "rules[0].when.metric"), (18, "rules[1].hold.for_s")]


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_file_that_was_cut_off_is_refused(text: str) -> None:
    (problem,) = load_file("a.yaml", text).problems
    assert str(problem) == "a.yaml:1: rules: is missing: the file is empty"


@pytest.mark.parametrize("text", ["rules:\n", "rules: []\n", "# only a remark\n"])
def test_a_file_without_rules_is_no_error(text: str) -> None:
    loaded = load_file("a.yaml", text)
    assert (loaded.problems, loaded.rules) == ([], {})


@pytest.mark.parametrize("text", ["- 1", "rules: 5", "[" * 5000, "a: &x [1]\nrules: *x", "x" * 600_000])
def test_a_text_that_is_no_rule_file_is_one_problem(text: str) -> None:
    assert len(load_file("a.yaml", text).problems) >= 1


def test_an_id_in_two_files_refuses_both_and_names_both_lines() -> None:
    loaded = load_files([("a.yaml", GOOD), ("b.yaml", "# one line more\n" + GOOD), ("c.yaml", "rules: []")])
    ids = [problem for problem in loaded.problems if problem.field == "id"]
    assert [(problem.file, problem.line) for problem in ids] == [("b.yaml", 3), ("a.yaml", 2)]
    assert "a.yaml:2" in ids[0].why and "b.yaml:3" in ids[1].why
    assert loaded.rules == {}


def test_the_same_step_of_a_plan_twice_is_refused_unless_one_is_off() -> None:
    other = GOOD.replace("queue-builds", "other")
    loaded = load_files([("a.yaml", GOOD), ("b.yaml", other)])
    assert [(problem.file, problem.line, problem.field) for problem in loaded.problems] == [
        ("b.yaml", 11, "plan.level"),
        ("a.yaml", 11, "plan.level"),
    ]
    off = load_files([("a.yaml", GOOD), ("b.yaml", other + "    enabled: false\n")])
    assert off.problems == [] and set(off.rules) == {"queue-builds", "other"}


def test_a_good_file_beside_a_bad_one_is_taken() -> None:
    loaded = load_files([("a.yaml", "rules: 5"), ("b.yaml", GOOD)])
    assert set(loaded.rules) == {"queue-builds"} and [problem.file for problem in loaded.problems] == [
        "a.yaml"
    ]


def test_what_the_site_does_not_have_is_a_doubt() -> None:
    scope = "    scope: {of: queue, queues: [hotline, gone], teams: [Z]}\n"
    scope += "    tell: {channels: [sms], escalate_s: 60}\n"
    known = Known(frozenset(("hotline",)), frozenset("AB"), frozenset(("agent",)), frozenset(("mail",)))
    loaded = load_file("a.yaml", GOOD.replace("    plan: {plan: peak, level: 1}\n", scope), known)
    assert loaded.problems == [] and set(loaded.rules) == {"queue-builds"}
    assert [(doubt.line, doubt.field) for doubt in loaded.warnings] == [
        (11, "rules[0].scope.queues[1]"),
        (11, "rules[0].scope.teams[0]"),
        (12, "rules[0].tell.escalate_to"),
        (12, "rules[0].tell.channels[0]"),
    ]


def test_one_rule_alone_is_read_with_its_own_fields() -> None:
    text = rule_text(load_file("a.yaml", GOOD).rules["queue-builds"])
    assert load_rule("", text).rules == load_file("a.yaml", GOOD).rules
    (problem,) = load_rule("", text.replace("metric: waiting", "metric: none")).problems
    assert problem.field == "when.metric" and problem.line == 3


def test_written_rules_read_the_same_and_say_no_default() -> None:
    rules = list(load_file("a.yaml", GOOD).rules.values())
    text = rules_text(rules)
    assert list(load_file("b.yaml", text).rules.values()) == rules
    assert "1800" in text and "1800.0" not in text and "severity" not in text
    assert yaml.safe_load(text)["rules"][0]["name"] == {"zh": "排队", "en": "Queue builds up"}


def _broken() -> list[dict[str, Any]]:
    good = yaml.safe_load(GOOD)["rules"][0] | {"plan": None}
    holds = [{"kind": kind} for kind in ("share", "mean", "within", "forgive")]
    holds.append({"kind": "within", "for_s": 60, "reached_s": 61})
    order = {"id": "x", "text": good["say"], "order": {"limit": 1}}
    down = {"when": {"metric": "ready", "at_most": 1}, "clear": {"level": 0}}
    return [
        *(good | {"hold": hold} for hold in holds),
        *(good | {"clear": {"level": level}} for level in (8, 9)),
        good | {"scope": {"of": "group"}},
        good | {"when": {"metric": "waiting"}},
        good | {"todo": [order]},
        good | down,
    ]


def test_every_sentence_of_the_rules_own_checks_has_its_chinese() -> None:
    said = set()
    for tree in _broken():
        with pytest.raises(ValidationError) as caught:
            Rule.model_validate(tree)
        said |= {error["msg"].removeprefix("Value error, ") for error in caught.value.errors()}
    assert all(own(sentence).zh != "取值不合法" for sentence in said)
    assert len(said) >= inspect.getsource(model).count("raise ValueError")
