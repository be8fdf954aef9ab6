"""Rule files: YAML text → rules, or sentences that name file, line and field. Reads and writes no file.

A file with one wrong value is refused whole. What a site may not have yet (a queue, a team, a channel) is a
warning: the rule is taken.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from ccfloor.rules.checks import ANYTHING, Known, check_rule
from ccfloor.rules.model import Part, Rule, RuleFile
from ccfloor.rules.places import Loc, Problem, dotted, node_line
from ccfloor.rules.wrong import why

_MOST_CHARACTERS = 500_000
T = TypeVar("T", bound=Part)


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


class _Text:
    """A YAML text with its tree and the lines of its parts."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.problems = file, list[Problem]()
        self.tree: Any = None
        self._node: yaml.Node | None = None
        try:
            if len(text) > _MOST_CHARACTERS:
                self._note((), f"is longer than {_MOST_CHARACTERS} characters", "文件过长")
                return
            self._node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.problems += (self.problem(*twice) for twice in _twice(self._node, (), set()))
            self.tree = None if self.problems else yaml.safe_load(text)
        except yaml.YAMLError as error:
            self._not_yaml(error)
        except RecursionError:
            self._note((), "is nested too deeply", "嵌套过深")

    def problem(self, loc: Loc, en: str, zh: str) -> Problem:
        """A sentence about the field at ``loc``."""
        return Problem(self.file, node_line(self._node, loc), dotted(loc), en, zh)

    def line(self, loc: Loc) -> int:
        """The line of a field."""
        return node_line(self._node, loc)

    def _note(self, loc: Loc, en: str, zh: str) -> None:
        self.problems.append(self.problem(loc, en, zh))

    def _not_yaml(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else 0
        self.problems.append(Problem(self.file, line, "", f"is not YAML: {said}", f"不是合法的 YAML：{said}"))


def _twice(
    node: yaml.Node | None, loc: tuple[int | str, ...], seen: set[int]
) -> Iterator[tuple[Loc, str, str]]:
    """Fields that are given twice, of which YAML would silently keep the last; and parts that stand for
    others (``*name``), by which a short text can grow without end.
    """
    if id(node) in seen:
        yield loc, "must be written out, not by *name", "要写全，不能用 *name 引用"
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            yield from _twice(inner, (*loc, index), seen)
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                yield (*loc, name), f"is given again in line {line}", f"第 {line} 行又写了一次"
            lines[name] = line
            yield from _twice(value, (*loc, name), seen)


def load_file(file: str, text: str, known: Known = ANYTHING) -> Loaded:
    """The rules of one file (``rules:`` and a list). ``file``: its name for messages."""
    source = _Text(file, text)
    if source.problems:
        return Loaded([], source.problems, [])
    tree = source.tree if source.tree is not None else {}
    listed: list[Any] = []
    if isinstance(tree, dict) and isinstance(tree.get("rules", []), list | None):
        # Each rule is checked by itself, so that all that is wrong is told at once.
        listed, tree = tree.get("rules") or [], {**tree, "rules": []}
    _checked(source, RuleFile, (), tree)
    loaded = Loaded([], source.problems, [])
    for index, item in enumerate(listed):
        _take(source, ("rules", index), item, known, loaded)
    _between(loaded.found, loaded.problems)
    return loaded._replace(found=[] if loaded.problems else loaded.found)


def load_rule(file: str, text: str, known: Known = ANYTHING) -> Loaded:
    """One rule that stands alone in a text, as the page shows it."""
    source = _Text(file, text)
    loaded = Loaded([], source.problems, [])
    if not source.problems:
        _take(source, (), source.tree if source.tree is not None else {}, known, loaded)
    return loaded._replace(found=[] if loaded.problems else loaded.found)


def _take(source: _Text, loc: Loc, tree: Any, known: Known, loaded: Loaded) -> None:
    rule = _checked(source, Rule, loc, tree)
    if rule is not None:
        for check in check_rule(rule, known):
            problem = source.problem((*loc, *check.loc), check.en, check.zh)
            (loaded.warnings if check.doubt else loaded.problems).append(problem)
        line, level = (source.line((*loc, *field)) for field in (("id",), ("plan", "level")))
        loaded.found.append(Found(rule, source.file, line, level))


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


def _checked(source: _Text, shape: type[T], loc: Loc, tree: Any) -> T | None:
    """The tree as its shape; None where anything is wrong with it, which ``source`` notes."""
    why_odd = "must be a finite number", "必须是有限的数"
    odd = [source.problem((*loc, *place), *why_odd) for place in _odd(tree, ())]
    source.problems += odd
    try:
        made = TypeAdapter(shape).validate_python(tree)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            said = why(item)
            source.problems.append(source.problem((*loc, *item["loc"], *said.within), said.en, said.zh))
        return None
    return None if odd else made


def _odd(tree: Any, loc: tuple[int | str, ...]) -> Iterator[Loc]:
    """Numbers that are none or without end: nothing can be compared with them."""
    if isinstance(tree, float) and not math.isfinite(tree):
        yield loc
    inner = tree.items() if isinstance(tree, Mapping) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield from _odd(value, (*loc, key))


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
                words = step_taken(rule, first.rule.id)
                _both(first, item, "plan.level", words, problems, known)


def step_taken(rule: Rule, other: str) -> tuple[str, str]:
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
