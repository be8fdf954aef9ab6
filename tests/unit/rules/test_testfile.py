"""Tests of rules as data: the language of series, the verdicts, and the tests that are shipped."""

from pathlib import Path

import pytest

from ccfloor.rules.load import load_files
from ccfloor.rules.model import Rule
from ccfloor.rules.series import duration, spelled, steps
from ccfloor.rules.testfile import Verdict, load_tests

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "data" / "rules" / "tests").glob("*.yaml"))
WORDS = {"zh": "排队", "en": "Queue"}
HOLD = {"kind": "forgive", "for_s": 600, "dip_s": 30}


def rule(name: str = "peak", **more: object) -> Rule:
    when = {"metric": "waiting", "at_least": 8}
    tree = {"id": name, "name": WORDS, "when": when, "hold": HOLD, "say": WORDS, "clear": {"for_s": 60}}
    return Rule.model_validate(tree | more)


def run(body: str, *rules: Rule) -> list[Verdict]:
    """The verdicts of a file; ``body`` is one test below its name, line 4 of the file."""
    text = "tests:\n  - name: it\n    rule: peak\n" + "\n".join("    " + line for line in body.splitlines())
    suite, problems = load_tests("t.yaml", text)
    assert suite is not None, problems
    return suite.run({item.id: item for item in rules or (rule(),)})


def told(body: str, *rules: Rule) -> list[str]:
    return [str(problem) for verdict in run(body, *rules) for problem in verdict.problems]


# -- the shipped tests -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_the_shipped_tests_pass_on_the_shipped_rules(path: Path) -> None:
    suite, problems = load_tests(str(path), path.read_text(encoding="utf-8"))
    assert suite is not None and problems == []
    files = [path.parent / name for name in suite.tests.files]
    loaded = load_files([(str(file), file.read_text(encoding="utf-8")) for file in files])
    assert loaded.problems == []
    verdicts = suite.run(loaded.rules)
    assert [str(problem) for verdict in verdicts for problem in verdict.problems] == []
    assert len(verdicts) > 10


def test_every_shipped_rule_that_is_on_has_a_test() -> None:
    tested = set()
    for path in SHIPPED:
        suite, _ = load_tests(str(path), path.read_text(encoding="utf-8"))
        assert suite is not None
        tested |= {case.rule for case in suite.tests.tests}
    folder = ROOT / "data" / "rules"
    files = [(str(path), path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]
    assert {name for name, item in load_files(files).rules.items() if item.enabled} <= tested


# -- the language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90s", 90), ("1h30m", 5400), ("59.9s", 59.9), ("1m0.5s", 60.5)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)
    assert duration(spelled(seconds)) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "90", "m", "3x", "1d", "-5s", "1 m"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        duration(text)


def test_a_series_is_read_step_by_step() -> None:
    found = steps("0 8x30m ?x2m _x5m 80%x15s 0..90x1m 7", 60.0)
    assert [(step.at, step.value, step.to, step.sighted) for step in found] == [
        (0, 0, None, True),
        (60, 8, None, True),
        (1860, None, None, False),
        (1980, None, None, True),
        (2280, 0.8, None, True),
        (2295, 0, 90, True),
        (2355, 7, None, True),
    ]


@pytest.mark.parametrize("line", ["8x", "8y", "x30m", "8x30", "?..3x1m", "eight"])
def test_a_wrong_series_names_the_token_and_the_line(line: str) -> None:
    (sentence,) = told(f"series:\n  waiting: 0 {line}")
    assert sentence.startswith("t.yaml:5: it: ") and repr(line) in sentence


# -- verdicts --------------------------------------------------------------------------------------------


def test_what_is_expected_passes_in_silence() -> None:
    body = """\
step: 30s
series:
  waiting: 0 8x5m 7x30s 8x10m 0
expect:
  0s: inactive
  2m: {state: pending, value: 8, held: 1m30s, active: 30s, due: 10m30s, blind: 0s}
  10m30s: {state: firing, fired: 10m30s, clears: never}
  16m30s: {state: firing, clears: 17m}
  17m: {state: cleared, cleared: 17m}
fires: [10m30s]
clears: [17m]"""
    assert told(body) == []


def test_a_failure_says_where_when_what_was_and_what_must_be() -> None:
    body = "series:\n  waiting: 8\nexpect:\n  9m59s: firing\n  10m: {state: firing, active: 1m}"
    first, second = told(body)
    assert first == (
        "t.yaml:7: it: at 9m59s state is pending, not firing (pending, value 8, held 9m59s of 10m, due 10m)"
    )
    assert "t.yaml:8" in second and "active is 0s, not 1m" in second


def test_all_moments_of_firing_and_clearing_must_be_named() -> None:
    series = "series:\n  waiting: 8x11m 0x2m 8x11m 0\n"
    assert told(series + "fires: [10m, 23m]\nclears: [12m, 25m]") == []
    (sentence,) = told(series + "fires: [10m]")
    assert sentence == "t.yaml:6: it: it was 10m, 23m, not 10m"
    assert "it was 10m, 23m, not –" in told(series + "fires: []")[0]


def test_subjects_stand_beside_each_other() -> None:
    queues = rule(scope={"of": "queue"})
    body = """\
series:
  waiting queue:a: 8
  waiting queue:b: 0x5m 8
expect:
  10m: {queue:a: firing, queue:b: {state: pending, held: 5m}}
  12m: {queue:b: firing}"""
    (sentence,) = told(body, queues)
    assert "of queue:b is pending, not firing" in sentence


def test_time_out_of_sight_and_no_verdict_are_not_the_same() -> None:
    assert told("series:\n  waiting: 8x5m ?x1m 8\nfires: [11m]") == []
    assert told("series:\n  waiting: 8x5m _x1m 8\nfires: [16m]") == []


def test_a_rising_value_meets_the_level_on_its_way() -> None:
    when = {"metric": "longest_wait_s", "above": 120}
    wait = rule(when=when, hold={"for_s": 0}, clear={"level": 60})
    assert told("series:\n  longest_wait_s: 0..180x3m 0\nfires: [2m]\nclears: [3m]", wait) == []
    assert told("series:\n  longest_wait_s: 0..120x2m 0\nfires: []", wait) == []


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("series: {waiting: 8}\nexpect: {10x: firing}", 5, "no length of time"),
        ("series: {ready: 8}", 4, "watches waiting"),
        ("series: {}", 4, "must not be empty"),
        ("series: {waiting: 8}\nexpect: {1m: fire}", 5, "inactive"),
        ("series: {waiting: 8}\nexpect: {1m: {due: soon}}", 5, "no length of time"),
        ("series: {waiting: 8}\nfires: [soon]", 5, "no length of time"),
    ],
)
def test_a_test_that_is_wrong_fails_with_its_line(body: str, line: int, words: str) -> None:
    (sentence,) = told(body)
    assert sentence.startswith(f"t.yaml:{line}: ") and words in sentence


def test_a_test_of_an_unknown_rule_names_those_there_are() -> None:
    (sentence,) = told("series: {waiting: 8}", rule("other"))
    assert sentence == "t.yaml:3: it: there is no such rule; there are other"


@pytest.mark.parametrize("text", ["tests: 5", "tests: [{name: x}]", "test: []", "["])
def test_a_file_that_is_no_tests_is_refused_with_its_line(text: str) -> None:
    suite, problems = load_tests("t.yaml", text)
    assert suite is None and all(problem.line == 1 for problem in problems) and problems
