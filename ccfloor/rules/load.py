"""Rule files: YAML text → rules, or sentences that name file, line and field. Reads and writes no file.

A file with one wrong value is refused whole. What a site may not have yet (a queue, a team, a channel) is a
warning: the rule is taken.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ccfloor.rules.checks import ANYTHING, Known, check_rule, no_metric
from ccfloor.rules.model import Rule, RuleFile
from ccfloor.rules.places import Loc, Problem
from ccfloor.rules.signals import METRICS
from ccfloor.rules.yaml_text import YamlText


class Found(NamedTuple):
    """A rule and where it stands."""

    rule: Rule
    file: str
    line: int
    level_line: int  # of plan.level, for what is wrong between rules


class Loaded(NamedTuple):
    """What files gave: the rules of the good ones, why the others are refused, and doubts."""

    found: list[Found]
    problems: list[Problem]
    warnings: list[Problem]

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return {item.rule.id: item.rule for item in self.found}


def load_file(file: str, text: str, known: Known = ANYTHING) -> Loaded:
    """The rules of one file (``rules:`` and a list). ``file``: its name for messages."""
    source = YamlText(file, text)
    if not text.strip():  # a file cut off must not take its rules out of force
        source.problems.append(
            Problem(file, 1, "rules", "is missing: the file is empty", "缺少这一项：文件是空的")
        )
    if source.problems:
        return Loaded([], source.problems, [])
    tree = source.tree if source.tree is not None else {}
    listed: list[Any] = []
    if isinstance(tree, dict) and isinstance(tree.get("rules", []), list | None):
        # Each rule is checked by itself, so that all that is wrong is told at once.
        listed, tree = tree.get("rules") or [], {**tree, "rules": []}
    source.checked(RuleFile, (), tree)
    loaded = Loaded([], source.problems, [])
    for index, item in enumerate(listed):
        _take(source, ("rules", index), item, known, loaded)
    _between(loaded.found, loaded.problems)
    return loaded._replace(found=[] if loaded.problems else loaded.found)


def load_rule(file: str, text: str, known: Known = ANYTHING) -> Loaded:
    """One rule that stands alone in a text, as the page shows it."""
    source = YamlText(file, text)
    loaded = Loaded([], source.problems, [])
    if not source.problems:
        _take(source, (), source.tree if source.tree is not None else {}, known, loaded)
    return loaded._replace(found=[] if loaded.problems else loaded.found)


def _take(source: YamlText, loc: Loc, tree: Any, known: Known, loaded: Loaded) -> None:
    rule = source.checked(Rule, loc, tree)
    if rule is None:
        _name_metric(source, loc, tree)
    else:
        for check in check_rule(rule, known):
            problem = source.problem((*loc, *check.loc), check.en, check.zh)
            (loaded.warnings if check.doubt else loaded.problems).append(problem)
        line, level = (source.line((*loc, *field)) for field in (("id",), ("plan", "level")))
        loaded.found.append(Found(rule, source.file, line, level))


def _name_metric(source: YamlText, loc: Loc, tree: Any) -> None:
    """An unknown metric is told also where something else is wrong with the rule."""
    when = tree.get("when") if isinstance(tree, dict) else None
    metric = when.get("metric") if isinstance(when, dict) else None
    if isinstance(metric, str) and metric not in METRICS:
        source.note((*loc, "when", "metric"), *no_metric(metric))


def load_files(files: Iterable[tuple[str, str]], known: Known = ANYTHING) -> Loaded:
    """The rules of all files (name, text). Rules that two files share refuse both files: neither is right
    by being read first.
    """
    whole = Loaded([], [], [])
    for file, text in files:
        for mine, more in zip(whole, load_file(file, text, known), strict=True):
            mine.extend(more)  # type: ignore[attr-defined]
    _between(whole.found, whole.problems)
    refused = {problem.file for problem in whole.problems}
    return whole._replace(found=[item for item in whole.found if item.file not in refused])


def _between(found: Sequence[Found], problems: list[Problem]) -> None:
    """What is wrong between rules: an id twice, a step of a plan twice. Both places are told."""
    ids: dict[str, Found] = {}
    steps: dict[tuple[str, int], Found] = {}
    known = set(problems)
    for item in found:
        rule = item.rule
        first = ids.setdefault(rule.id, item)
        if first is not item:
            words = (f"{rule.id!r} is the id of another rule already", f"规则编号 {rule.id!r} 已被使用")
            _both(first, item, "id", words, problems, known)
            continue
        if rule.plan and rule.enabled:
            first = steps.setdefault((rule.plan.plan, rule.plan.level), item)
            if first is not item:
                words = _step_taken(rule, first.rule.id)
                _both(first, item, "plan.level", words, problems, known)


def _step_taken(rule: Rule, other: str) -> tuple[str, str]:
    """That another rule is this step of the plan already."""
    assert rule.plan is not None
    plan, level = rule.plan.plan, rule.plan.level
    return (
        f"level {level} of plan {plan!r} is taken by rule {other!r}",
        f"预案 {plan!r} 的第 {level} 级已有规则 {other!r}",
    )


def _both(
    one: Found, two: Found, field: str, words: tuple[str, str], problems: list[Problem], known: set[Problem]
) -> None:
    for here, there in ((two, one), (one, two)) if one.file != two.file else ((two, one),):
        line, other = (item.line if field == "id" else item.level_line for item in (here, there))
        en, zh = (f"{words[0]} ({there.file}:{other})", f"{words[1]}（{there.file}:{other}）")
        problem = Problem(here.file, line, field, en, zh)
        if problem not in known:
            problems.append(problem)
