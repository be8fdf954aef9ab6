"""What the answers of a form come to. Exact: sums are fractions, rounded once, half up.

Score = 100 x earned / possible over the items that apply; with section weights the weighted mean of the
sections that apply. N/A and items whose condition is not met leave the denominator. A fatal answer makes it
0, whatever else is answered. A fatal item without an answer did not happen.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor
from typing import NamedTuple

from ccfloor.qa.model import NA, NO, YES, Form, Item, Section, exact, number, possible

Answers = Mapping[str, str]  # item → yes | no | na | an option's id | a number as text
Points = tuple[Fraction, Fraction]  # earned, possible


class BadAnswer(ValueError):
    """An answer that an item cannot have. ``item``: its id."""

    def __init__(self, item: str, answer: str) -> None:
        super().__init__(f"{item} cannot be answered by {answer!r}")
        self.item, self.answer = item, answer


class Line(NamedTuple):
    """What one item came to. ``applies``: it was asked and is not N/A. ``earned`` is None until answered."""

    item: str
    section: str
    asked: bool
    applies: bool
    earned: float | None
    possible: float
    fatal: bool = False

    @property
    def lost(self) -> float:
        """Points that were not given."""
        return self.possible - self.earned if self.applies and self.earned is not None else 0.0


class Result(NamedTuple):
    """What a form comes to. ``score`` is None while nothing that counts is answered.

    ``missing``: items still to be answered. ``fatal``: those that make it 0. ``earned`` and ``possible``:
    points, before anything fatal.
    """

    score: float | None
    earned: float
    possible: float
    passed: bool
    fatal: tuple[str, ...]
    missing: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def complete(self) -> bool:
        """Whether it can be handed in: something could be judged, and all of it was or it is 0 anyhow."""
        return self.score is not None and (not self.missing or bool(self.fatal))

    def line(self, item: str) -> Line:
        """The line of an item. Raises KeyError."""
        return {line.item: line for line in self.lines}[item]


def score(form: Form, answers: Answers) -> Result:
    """What these answers come to. Answers of items that are not asked do not count. Raises BadAnswer."""
    lines = lines_of(form, answers)
    fatal = tuple(line.item for line in lines if line.fatal)
    missing = tuple(line.item for line in lines if line.applies and line.earned is None)
    points = _points(form, lines, answers)
    share = Fraction(0) if fatal else _share(form, points)
    shown = None if share is None else rounded(share * 100, form.decimals)
    passed = shown is not None and not fatal and shown >= form.pass_mark
    earned, most = _sum(points.values())
    return Result(shown, float(earned), float(most), passed, fatal, missing, lines)


def lines_of(form: Form, answers: Answers) -> tuple[Line, ...]:
    """What these answers say item by item. Raises BadAnswer."""
    return tuple(_line(form, section, item, answers) for section in form.sections for item in section.items)


def asked(form: Form, item: Item, answers: Answers) -> bool:
    """Whether an item's condition is met; what depends on an item that is not asked is not asked either."""
    if item.when is None:
        return True
    on = form.item(item.when.item)
    if not asked(form, on, answers):
        return False
    answer = _plain(on, answers.get(on.id, "") or ("" if on.scored else NO))
    if not answer:
        return False
    if item.when.is_:
        return answer in {_plain(on, one) for one in item.when.is_}
    return answer not in {_plain(on, one) for one in item.when.is_not}


def rounded(value: Fraction, decimals: int) -> float:
    """A number not below 0 rounded half up, as people round: 84.95 is 85.0 to one decimal."""
    return float(Fraction(floor(value * 10**decimals + Fraction(1, 2)), 10**decimals))


def tagged(form: Form, result: Result, tag: str) -> bool | None:
    """Whether all items with a tag that apply have full points; None where none applies."""
    lines = [result.line(item.id) for item in form.items if tag in item.tags]
    told = [line for line in lines if line.applies and line.earned is not None]
    return all(line.lost == 0 and not line.fatal for line in told) if told else None


def _line(form: Form, section: Section, item: Item, answers: Answers) -> Line:
    answer = answers.get(item.id, "")
    if answer and not possible(item, answer):
        raise BadAnswer(item.id, answer)
    there = asked(form, item, answers)
    applies = there and answer != NA
    if not item.scored:
        return Line(item.id, section.id, there, applies, 0.0, 0.0, applies and answer == YES)
    earned = float(_earned(item, answer)) if applies and answer else None
    return Line(item.id, section.id, there, applies, earned, item.most, applies and _kills(item, answer))


def _earned(item: Item, answer: str) -> Fraction:
    if item.kind == "yes_no":
        return exact(item.points) if answer == YES else Fraction(0)
    if item.kind == "choice":
        return exact({option.id: option.points for option in item.options}[answer])
    value = number(answer) or Fraction(0)
    if item.kind == "scale":
        return exact(item.points) * (value - item.low) / (item.high - item.low)
    return value


def _kills(item: Item, answer: str) -> bool:
    if item.kind == "choice":
        return any(option.fatal and option.id == answer for option in item.options)
    return answer in item.fatal_if


def _points(form: Form, lines: tuple[Line, ...], answers: Answers) -> dict[str, Points]:
    """Section → points earned and possible of its items that count and are answered."""
    found = {section.id: (Fraction(0), Fraction(0)) for section in form.sections}
    for item, line in zip(form.items, lines, strict=True):
        if item.scored and line.applies and line.earned is not None:
            earned, most = found[line.section]
            found[line.section] = (earned + _earned(item, answers[item.id]), most + exact(item.most))
    return found


def _share(form: Form, points: Mapping[str, Points]) -> Fraction | None:
    """Earned share of what is possible, of the items that are answered so far."""
    told = [(section.weight, *points[section.id]) for section in form.sections if points[section.id][1]]
    if not told:
        return None
    if told[0][0] is None:
        earned, most = _sum(points.values())
        return earned / most
    parts = [(exact(weight or 0.0), earned / most) for weight, earned, most in told]
    return sum((weight * share for weight, share in parts), Fraction(0)) / sum(
        (weight for weight, _ in parts), Fraction(0)
    )


def _sum(parts: Iterable[Points]) -> Points:
    both = list(parts)
    return sum((one for one, _ in both), Fraction(0)), sum((two for _, two in both), Fraction(0))


def _plain(item: Item, answer: str) -> str:
    """An answer in one spelling: 3 and 3.0 are the same number."""
    value = number(answer) if item.kind in ("points", "scale") else None
    return answer if value is None else str(value)
