"""Tests of rules as data: a metric over time, and where the rule must stand at which moments.

```yaml
files: [10-plan.yaml]              # rule files beside this one; without it, the site's own
tests:
  - name: a dip of one minute is forgiven
    rule: peak-1
    series:
      waiting: 0x5m 8x20m 7x60s 8x30m 0   # of several subjects: waiting queue:hotline: …
    expect:                               # moments count from the beginning of the series
      10m: pending
      35m: {state: firing, active: 5m, fired: 35m}
    fires: [35m]                   # all of them
```
"""

from collections.abc import Callable, Iterator, Mapping
from math import inf, nextafter
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from ccfloor.rules.alarms import Alarm, RuleState, Standing
from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Id, Part, Rule
from ccfloor.rules.places import Loc, Problem
from ccfloor.rules.series import Step, duration, spelled, steps
from ccfloor.rules.watching import levels, quiet_value
from ccfloor.rules.yaml_text import YamlText

START = 1_767_571_200.0  # the moment 0 of a series; any would do
_SAME_S = 0.0005
_AFTER_S = 3600.0


Line = Annotated[str, Field(coerce_numbers_to_str=True)]


class Case(Part):
    """One test. ``step``: length of a value without one."""

    name: Annotated[str, Field(min_length=1)]
    rule: Id
    step: Line = "1m"
    series: dict[str, Line]
    expect: dict[str | int, Any] = {}
    fires: tuple[Line, ...] | None = None
    clears: tuple[Line, ...] | None = None


class SuiteFile(Part):
    """A file of tests. ``files``: rule files, relative to this one."""

    files: tuple[str, ...] = ()
    tests: tuple[Case, ...] = ()


class Wanted(Part):
    """What a standing must be; what is not named may be anything. Lengths and moments as in the series."""

    state: RuleState | None = None
    value: float | None = None
    near: bool | None = None
    active: Line | None = None
    fired: Line | None = None
    cleared: Line | None = None
    due: Line | None = None
    clears: Line | None = None
    held: Line | None = None
    blind: Line | None = None


class Verdict(NamedTuple):
    """How one test went; no problems: it passed."""

    name: str
    line: int
    problems: list[Problem]


class Suite(NamedTuple):
    """A file that could be read, to be run."""

    source: YamlText
    tests: SuiteFile

    def run(self, rules: Mapping[str, Rule]) -> list[Verdict]:
        """Every test against these rules."""
        found = []
        for index, case in enumerate(self.tests.tests):
            problems = list(_Run(self.source, ("tests", index), case).problems(rules))
            found.append(Verdict(case.name, self.source.line(("tests", index, "name")), problems))
        return found


def load_tests(file: str, text: str) -> tuple[Suite | None, list[Problem]]:
    """The tests of a text; None and why where it cannot be used."""
    source = YamlText(file, text)
    tests = source.checked(SuiteFile, (), source.tree if source.tree is not None else {})
    return (None if tests is None or source.problems else Suite(source, tests)), source.problems


class _Run:
    """One test while it runs."""

    def __init__(self, source: YamlText, loc: Loc, case: Case) -> None:
        self.source, self.loc, self.case = source, tuple(loc), case

    def problems(self, rules: Mapping[str, Rule]) -> Iterator[Problem]:
        """What did not come as expected, or why it cannot be tested."""
        rule = rules.get(self.case.rule)
        if rule is None:
            there = ", ".join(rules) or "–"
            yield self._at(
                ("rule",), f"there is no such rule; there are {there}", f"没有这条规则；有 {there}"
            )
            return
        try:
            subjects = dict(self._subjects(rule))
            asked = sorted(self._asked(), key=lambda item: item[0])
        except _Wrong as wrong:
            yield self._at(wrong.loc, wrong.en, wrong.zh)
            return
        yield from self._compare(rule, subjects, asked)

    def _compare(
        self, rule: Rule, subjects: dict[str, list[Step]], asked: list[tuple[float, str | int]]
    ) -> Iterator[Problem]:
        told: list[Alarm] = []
        for subject, series in subjects.items():
            played = _Played(rule, subject, series)
            for at, key in asked:
                wanted = self._wanted(key, subject, len(subjects))
                standing = played.standing(at)
                if wanted is not None:
                    yield from self._differences(key, subject, wanted, standing)
            told += played.rest()
        yield from self._instants("fires", self.case.fires, {alarm.fired_at for alarm in told})
        yield from self._instants("clears", self.case.clears, {alarm.cleared_at for alarm in told} - {0.0})

    def _subjects(self, rule: Rule) -> Iterator[tuple[str, list[Step]]]:
        step_s = self._duration(("step",), self.case.step)
        if not self.case.series:
            raise _Wrong(("series",), "must not be empty", "不能为空")
        for key, line in self.case.series.items():
            metric, _, subject = key.partition(" ")
            if metric != rule.when.metric:
                watched = rule.when.metric
                words = f"rule {rule.id} watches {watched}", f"规则 {rule.id} 看的是 {watched}"
                raise _Wrong(("series", key), *words)
            try:
                yield subject.strip(), steps(line, step_s)
            except ValueError as error:
                raise _Wrong(("series", key), str(error), "序列写法不对") from None

    def _asked(self) -> Iterator[tuple[float, str | int]]:
        for key in self.case.expect:
            yield (float(key) if isinstance(key, int) else self._duration(("expect", key), key)), key

    def _duration(self, loc: Loc, text: str) -> float:
        try:
            return duration(text)
        except ValueError as error:
            raise _Wrong(loc, str(error), "时长写法不对，例如 30m、59s、1h30m") from None

    def _wanted(self, key: str | int, subject: str, subjects: int) -> tuple[Loc, Any] | None:
        """What is expected of a subject at a moment: a state, fields, or one of both for every subject."""
        value = self.case.expect[key]
        loc: tuple[str | int, ...] = ("expect", key)
        by_subject = isinstance(value, dict) and not value.keys() <= Wanted.model_fields.keys()
        if by_subject and subject not in value:
            return None
        return ((*loc, subject), value[subject]) if by_subject else (loc, value)

    def _differences(
        self, key: str | int, subject: str, wanted: tuple[Loc, Any], standing: Standing
    ) -> Iterator[Problem]:
        loc, value = wanted
        tree = {"state": value} if isinstance(value, str) else value
        before = len(self.source.problems)
        checked = self.source.checked(Wanted, (*self.loc, *loc), tree)
        if checked is None:
            yield from self.source.problems[before:]
            return
        about = f" of {subject}" if subject else ""
        for field, must in checked.model_dump(exclude_none=True).items():
            found = _SAID[field](standing)
            try:
                same = _same(found, must)
            except ValueError as error:
                yield self._at(loc, f"{field}: {error}", f"{field}：时长写法不对")
                continue
            if not same:
                en = f"at {key} {field}{about} is {_shown(found)}, not {_shown(must)} ({_story(standing)})"
                zh = f"{key} 时 {field} 是 {_shown(found)}，不是 {_shown(must)}（{_story(standing)}）"
                yield self._at(loc, en, zh)

    def _instants(self, field: str, wanted: tuple[str, ...] | None, found: set[float]) -> Iterator[Problem]:
        if wanted is None:
            return
        try:
            must = sorted(self._duration((field,), text) for text in wanted)
        except _Wrong as wrong:
            yield self._at(wrong.loc, wrong.en, wrong.zh)
            return
        seen = sorted(at - START for at in found)
        if len(seen) != len(must) or any(abs(a - b) > _SAME_S for a, b in zip(seen, must, strict=True)):
            was, should = (", ".join(map(spelled, times)) or "–" for times in (seen, must))
            yield self._at((field,), f"it was {was}, not {should}", f"实际为 {was}，不是 {should}")

    def _at(self, loc: Loc, en: str, zh: str) -> Problem:
        problem = self.source.problem((*self.loc, *loc), en, zh)
        return problem._replace(field=self.case.name)


class _Wrong(Exception):
    """A test that cannot be run."""

    def __init__(self, loc: Loc, en: str, zh: str) -> None:
        super().__init__(en)
        self.loc, self.en, self.zh = loc, en, zh


class _Played:
    """A rule for one subject over a series."""

    def __init__(self, rule: Rule, subject: str, series: list[Step]) -> None:
        self.machine = Machine(rule, 1, subject)
        self.left = list(_told(rule, series))
        self.told: list[Alarm] = []
        hold, clear = rule.hold, rule.clear
        lengths = hold.for_s + hold.dip_s + clear.for_s + clear.min_on_s
        self.end = series[-1].end + 2 * lengths + _AFTER_S

    def standing(self, at: float) -> Standing:
        """Where it stands at an offset; offsets must not go back."""
        while self.left and self.left[0][0] <= START + at:
            self.machine.change(*self.left.pop(0))
        self.told += self.machine.advance(START + at)
        return self.machine.standing(START + at)

    def rest(self) -> list[Alarm]:
        """All alarms to the end, each as it was at last."""
        self.standing(self.end)
        return list({alarm.key: alarm for alarm in self.told}.values())


def _told(rule: Rule, series: list[Step]) -> Iterator[tuple[float, float | None]]:
    """What the machine is told, as the engine tells it: no verdict as a quiet value, a value that rises as
    the levels it comes to and goes beyond.
    """
    for step in series:
        at = START + step.at
        if step.value is None:
            yield at, quiet_value(rule) if step.sighted else None
            continue
        yield at, step.value
        for instant, level in _crossings(step, rule):
            if level != step.value:
                yield START + instant, level
            if instant < step.end:
                yield nextafter(START + instant, inf), nextafter(level, step.beyond)


def _crossings(step: Step, rule: Rule) -> list[tuple[float, float]]:
    """Where a value that rises or falls meets the rule's levels, in order of time."""
    met = ((step.crossing(level), level) for level in levels(rule))
    return sorted((at, level) for at, level in met if at is not None)


# What a field of Wanted is in a standing: instants as offsets, lengths as they are, None where there is none.
_SAID: dict[str, Callable[[Standing], Any]] = {
    "state": lambda standing: standing.state.value,
    "value": lambda standing: standing.value,
    "near": lambda standing: standing.near,
    "active": lambda standing: _offset(standing.active_at),
    "fired": lambda standing: _offset(standing.fired_at),
    "cleared": lambda standing: _offset(standing.cleared_at),
    "due": lambda standing: _offset(standing.due_at),
    "clears": lambda standing: _offset(standing.clears_at),
    "held": lambda standing: spelled(standing.held_s),
    "blind": lambda standing: spelled(standing.blind_s),
}


def _offset(at: float) -> str:
    return spelled(at - START) if at else "never"


def _same(found: Any, must: Any) -> bool:
    """Whether they say the same; lengths and moments are compared as such, ``never`` is one of its own."""
    if isinstance(must, str) and isinstance(found, str) and not isinstance(must, RuleState):
        if "never" in (found, must):
            return found == must
        return abs(duration(found) - duration(must)) <= _SAME_S
    if isinstance(must, float) and isinstance(found, float):
        return abs(found - must) <= 1e-9
    return bool(found == must)


def _shown(value: Any) -> str:
    if isinstance(value, RuleState):
        return value.value
    return f"{value:g}" if isinstance(value, float) else "–" if value is None else str(value)


def _story(standing: Standing) -> str:
    value = "–" if standing.value is None else f"{standing.value:g}"
    held = f"held {spelled(standing.held_s)} of {spelled(standing.needed_s)}"
    return f"{standing.state.value}, value {value}, {held}, due {_offset(standing.due_at)}"
