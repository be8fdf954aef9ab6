"""A QA form as data: sections of items, what each answer gives, what makes a whole form 0, and the pass mark.

Read from YAML, checked by pydantic. A published version is never changed: scores stay on theirs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from ccfloor.rules.model import Id, Part, Words

NA = "na"  # not applicable: the item leaves the denominator
YES, NO = "yes", "no"
_MOST_STEPS = 400
_MOST_VALUES = 10_000  # that a page shows of one question: points of 1000 in tenths
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")

Kind = Literal["points", "scale", "yes_no", "choice", "fatal"]
Channel = Literal["call", "mail", "chat", "dial_test"]
Tag = Literal["polite", "record"]
Points = Annotated[float, Field(ge=0, le=1000)]


class Option(Part):
    """An answer of a choice. ``fatal``: it makes the whole form 0."""

    id: Id
    name: Words
    points: Points
    fatal: bool = False


class Condition(Part):
    """An item is asked only where another one before it was answered so. ``is_not`` is met by N/A too."""

    item: Id
    is_: tuple[str, ...] = Field(default=(), alias="is")
    is_not: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.is_) == bool(self.is_not):
            raise ValueError("a condition needs either is or is_not")
        return self


class Item(Part):
    """One question.

    ``points``: 0 to ``points`` in steps. ``scale``: ``low`` gives nothing, ``high`` all, linear between.
    ``yes_no``: yes gives all; ``choice``: what the option gives. ``fatal``: yes makes the form 0; no points.
    ``fatal_if``: answers of a yes_no that make the form 0. ``na``: it may be not applicable.
    ``tags``: what else it tells: polite phrases, a complete record.
    """

    id: Id
    name: Words
    kind: Kind = "points"
    points: Points = 0
    step: Annotated[float, Field(gt=0, le=100)] = 1
    low: Annotated[int, Field(ge=0, le=10)] = 1
    high: Annotated[int, Field(ge=1, le=10)] = 5
    options: tuple[Option, ...] = ()
    fatal_if: tuple[Literal["yes", "no"], ...] = ()
    na: bool = False
    when: Condition | None = None
    guide: Words | None = None
    tags: tuple[Tag, ...] = ()

    @property
    def scored(self) -> bool:
        """Whether it counts in the sum: fatal items only count against it."""
        return self.kind != "fatal"

    @property
    def most(self) -> float:
        """What it gives at most."""
        return max(option.points for option in self.options) if self.kind == "choice" else self.points

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for wrong, why in _doubts(self):
            if wrong:
                raise ValueError(why)
        return self


def _doubts(item: Item) -> Iterator[tuple[bool, str]]:
    yield item.kind in ("points", "scale", "yes_no") and not item.points, "points are missing"
    yield item.kind == "points" and item.points / item.step > _MOST_VALUES, f"more than {_MOST_VALUES} steps"
    yield item.kind == "fatal" and bool(item.points or item.na), "a fatal item has no points and no N/A"
    yield item.kind == "choice" and len(item.options) < 2, "a choice needs two options or more"
    yield item.kind != "choice" and bool(item.options), "only a choice has options"
    yield item.kind == "choice" and bool(item.points), "the points of a choice stand at its options"
    twice = [name for name, times in Counter(option.id for option in item.options).items() if times > 1]
    yield bool(twice), f"the option {', '.join(twice)!r} is there twice"
    yield any(option.id == NA for option in item.options), "the option 'na' is said by na: true"
    yield item.kind == "choice" and len(item.options) > 1 and not item.most, "no option gives points"
    yield item.kind == "scale" and item.low >= item.high, "low is not below high"
    yield bool(item.fatal_if) and item.kind != "yes_no", "fatal_if goes with yes_no alone"
    yield set(item.fatal_if) == {YES, NO}, "fatal_if with both answers makes every form 0"


class Section(Part):
    """Items that belong together. ``weight``: its share of the whole; None: its items' points are that."""

    id: Id
    name: Words
    weight: Annotated[float, Field(gt=0, le=1000)] | None = None
    items: tuple[Item, ...]


class Form(Part):
    """A form in one version. Scores are 0 to 100 with ``decimals``; ``pass_mark`` is of the score shown."""

    id: Id
    name: Words
    channel: Channel = "call"
    pass_mark: Annotated[float, Field(ge=0, le=100)] = 85
    decimals: Annotated[int, Field(ge=0, le=2)] = 1
    note: Words | None = None
    sections: tuple[Section, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in their order."""
        return tuple(item for section in self.sections for item in section.items)

    def item(self, name: str) -> Item:
        """The item of this id. Raises KeyError."""
        return {item.id: item for item in self.items}[name]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for doubt in form_doubts(self):
            raise ValueError(doubt.why)
        return self


Loc = tuple[str | int, ...]


class Doubt(NamedTuple):
    """What is wrong between the parts of a form, and where: ``("sections", 0, "items", 2, "when")``."""

    loc: Loc
    why: str


def form_doubts(form: Form) -> Iterator[Doubt]:
    """What is wrong with a form as a whole."""
    yield from _twice(form)
    weighed = {section.weight is None for section in form.sections if _scored(section)}
    for place, section in enumerate(form.sections):
        if not section.items:
            yield Doubt(("sections", place, "items"), f"section {section.id!r} has no items")
        elif section.weight is not None and not _scored(section):
            why = f"section {section.id!r} has a weight and nothing that is scored"
            yield Doubt(("sections", place, "weight"), why)
        elif len(weighed) > 1 and section.weight is None and _scored(section):
            yield Doubt(("sections", place, "weight"), "either all scored sections have a weight or none")
    if not any(item.scored for item in form.items):
        yield Doubt(("sections",), "nothing is scored")
    yield from _conditions(form)


def _twice(form: Form) -> Iterator[Doubt]:
    met: set[str] = set()
    for place, section in enumerate(form.sections):
        ids: list[tuple[Loc, str]] = [(("sections", place, "id"), section.id)]
        ids += [(("sections", place, "items", at, "id"), item.id) for at, item in enumerate(section.items)]
        for loc, name in ids:
            if name in met:
                yield Doubt(loc, f"the id {name!r} is used twice")
            met.add(name)


def _scored(section: Section) -> bool:
    return any(item.scored for item in section.items)


def _conditions(form: Form) -> Iterator[Doubt]:
    """A condition asks an item before it, and answers that this one can have."""
    before: dict[str, Item] = {}
    for place, section in enumerate(form.sections):
        for at, item in enumerate(section.items):
            if item.when is not None and (why := _odd_condition(item.id, item.when, before)):
                yield Doubt(("sections", place, "items", at, "when"), why)
            before[item.id] = item


def _odd_condition(name: str, when: Condition, before: Mapping[str, Item]) -> str:
    asked = before.get(when.item)
    if asked is None:
        return f"{name!r} depends on {when.item!r}, which does not stand before it"
    odd = [one for one in (*when.is_, *when.is_not) if not possible(asked, one)]
    return f"{name!r} depends on {asked.id!r} being {odd[0]!r}, which it cannot be" if odd else ""


def possible(item: Item, answer: str) -> bool:
    """Whether an item can be answered so; answers as texts: ``yes``, ``3``, ``2.5``, ``na``, an option."""
    if answer == NA:
        return item.na
    if item.kind in ("yes_no", "fatal"):
        return answer in (YES, NO)
    if item.kind == "choice":
        return any(option.id == answer for option in item.options)
    value = number(answer)
    if value is None:
        return False
    if item.kind == "scale":
        return value.denominator == 1 and item.low <= value <= item.high
    most, step = exact(item.points), exact(item.step)
    return value <= most and (value % step == 0 or value == most)


@lru_cache(maxsize=4096)
def number(answer: str) -> Fraction | None:
    """The number that an answer says, exactly; None where it is none as people write them: ``3``, ``2.5``."""
    return Fraction(answer) if _NUMBER.fullmatch(answer) else None


@lru_cache(maxsize=4096)
def exact(value: float) -> Fraction:
    """The number as people wrote it: 0.1 is a tenth."""
    return Fraction(str(value))


def answers(item: Item) -> tuple[str, ...]:
    """Every answer an item can have, the best first, not applicable last."""
    own: list[str] = []
    if item.kind in ("yes_no", "fatal"):
        own = [YES, NO]
    elif item.kind == "choice":
        own = [option.id for option in item.options]
    elif item.kind == "scale":
        own = [str(value) for value in range(item.high, item.low - 1, -1)]
    else:
        steps = min(int(item.points / item.step + 1e-9), _MOST_STEPS)
        values = dict.fromkeys((item.points, *(round(step * item.step, 6) for step in range(steps, -1, -1))))
        own = [f"{value:g}" for value in values]
    return (*own, *((NA,) if item.na else ()))
