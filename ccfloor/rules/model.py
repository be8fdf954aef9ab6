"""A rule as data: what it watches, how long that must hold, when it is over, what must be done then.

Read from YAML, checked by pydantic. Durations are seconds; levels are in the metric's own unit
(``ccfloor.rules.signals.METRICS``: persons, seconds, shares 0..1).
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

LONGEST_S = 31_622_400.0  # a year: more is a slip of the pen


def _no_flag(value: object) -> object:
    """true is no number, though Python has it as 1."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


Seconds = Annotated[float, BeforeValidator(_no_flag), Field(ge=0, le=LONGEST_S)]
Level = Annotated[float, BeforeValidator(_no_flag), Field(ge=-1e9, le=1e9)]
Share = Annotated[float, Field(gt=0, le=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]


class Part(BaseModel):
    """A part of a rule. An unknown field is an error: it is most often a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _seen(text: str) -> str:
    """Spaces alone are no text: nobody could tell what is meant, and a workbook takes them for nothing."""
    if not text.strip():
        raise PydanticCustomError("string_too_short", "must not be empty")
    return text


Text = Annotated[str, AfterValidator(_seen)]


class Words(Part):
    """A text in both languages."""

    zh: Text
    en: Text


class Scope(Part):
    """Whom a rule watches: one subject, or each of many.

    ``queue`` and ``seat`` and ``team`` stand for each of them apart (those named, else all); ``group``
    counts the named queues as one. ``roles`` and ``teams`` narrow the seats that are counted or watched.
    """

    of: Literal["floor", "queue", "group", "team", "seat"] = "floor"
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    name: Words | None = None  # of a group

    @model_validator(mode="after")
    def _group_has_queues(self) -> Self:
        if self.of == "group" and (not self.queues or self.name is None):
            raise ValueError("a group needs its queues and a name")
        return self


class When(Part):
    """The condition: a metric against a level, or a seat's state.

    ``window_s`` for metrics over time; ``min_calls``: fewer service-level events in the window give no
    verdict. ``status`` and ``reasons`` go with the metrics ``seats`` (how many are in that state) and
    ``in_status`` (a seat is in it: level 1).
    """

    metric: str
    at_least: Level | None = None
    above: Level | None = None
    at_most: Level | None = None
    below: Level | None = None
    window_s: Literal[900, 1800, 3600] | None = None
    min_calls: Annotated[int, Field(ge=0)] = 0
    status: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def level(self) -> float:
        """The level compared with."""
        return next(value for value in self._levels() if value is not None)

    @property
    def upward(self) -> bool:
        """Whether high values are the bad ones."""
        return self.at_least is not None or self.above is not None

    @property
    def strictly(self) -> bool:
        """Whether the level itself does not count."""
        return self.above is not None or self.below is not None

    def _levels(self) -> tuple[float | None, ...]:
        return self.at_least, self.above, self.at_most, self.below

    @model_validator(mode="after")
    def _one_level(self) -> Self:
        if sum(value is not None for value in self._levels()) != 1:
            raise ValueError("exactly one of at_least, above, at_most, below is needed")
        return self

    def meets(self, value: float) -> bool:
        """Whether a value meets the condition."""
        if self.at_least is not None:
            return value >= self.at_least
        if self.above is not None:
            return value > self.above
        if self.at_most is not None:
            return value <= self.at_most
        return self.below is not None and value < self.below


class Only(Part):
    """When the condition counts at all; each given one must be fulfilled.

    ``open_hours``: the queue is open; ``on_shift``: the seat's shift runs; ``around_shift_change_s``: so
    many seconds before and after a shift begins or ends; ``planned_peak``: a campaign runs.
    """

    open_hours: bool = False
    on_shift: bool = False
    around_shift_change_s: Seconds = 0.0
    planned_peak: bool = False


class Hold(Part):
    """How the condition must hold over the trailing ``for_s`` seconds.

    ``strict``: all the time. ``forgive``: dips of at most ``dip_s`` do not interrupt it. ``share``: for at
    least that share of the time. ``mean``: the metric's mean meets it. ``within``: met for at least
    ``reached_s`` seconds in all.
    """

    kind: Literal["strict", "forgive", "share", "mean", "within"] = "strict"
    for_s: Seconds = 0.0
    dip_s: Seconds = 0.0
    share: Share = 1.0
    reached_s: Seconds = 0.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind in ("share", "mean", "within") and self.for_s <= 0:
            raise ValueError(f"hold {self.kind} needs for_s above 0")
        if self.kind == "forgive" and not 0 < self.dip_s < self.for_s:
            raise ValueError("hold forgive needs dip_s above 0 and below for_s")
        if self.kind == "within" and not 0 < self.reached_s <= self.for_s:
            raise ValueError("hold within needs reached_s above 0 and at most for_s")
        return self


class Clear(Part):
    """When it is over: the metric on the good side of ``level`` (none: the condition no longer met) for
    ``for_s`` seconds, and not before it was on for ``min_on_s``.

    The level itself is on the good side: at most it where high is bad, at least it where low is.
    """

    level: Level | None = None
    for_s: Seconds = 0.0
    min_on_s: Seconds = 0.0


class Plan(Part):
    """A step of an emergency plan: 0 watch, 1, 2 …"""

    plan: Id
    level: Annotated[int, Field(ge=0, le=9)]


class Order(Part):
    """What no seat may be (or every seat must do) while the rule fires; checked live.

    ``forbid_reasons``: paused for one of them; ``on_queue``: must serve a queue and not be paused.
    ``roles`` narrows whom it binds; ``limit``: so many may still be in it; ``grace_s`` after the order.
    """

    forbid_reasons: tuple[str, ...] = ()
    on_queue: bool = False
    roles: tuple[str, ...] = ()
    limit: Annotated[int, Field(ge=0)] = 0
    grace_s: Seconds = 120.0

    @model_validator(mode="after")
    def _orders_something(self) -> Self:
        if bool(self.forbid_reasons) == self.on_queue:
            raise ValueError("an order forbids reasons or asks for seats on queues, one of both")
        return self


class Todo(Part):
    """An item of the checklist; with an order it is done when everybody complies."""

    id: Id
    text: Words
    order: Order | None = None


class Tell(Part):
    """Whom to tell: names of channels of ``data/notify.yaml``.

    ``after_s`` after firing; ``repeat_s`` 0: once; ``escalate_s`` 0: never, else to ``escalate_to`` when it
    is not acknowledged by then; ``urgent``: quiet hours do not hold it back.
    """

    channels: tuple[str, ...] = ()
    after_s: Seconds = 0.0
    repeat_s: Seconds = 0.0
    escalate_s: Seconds = 0.0
    escalate_to: tuple[str, ...] = ()
    urgent: bool = False


class Rule(Part):
    """One rule, as a site writes it. ``source``: the sentence it comes from, in the site's own words."""

    id: Id
    name: Words
    source: str = ""
    scope: Scope = Scope()
    when: When
    only: Only = Only()
    hold: Hold = Hold()
    clear: Clear = Clear()
    severity: Literal["info", "warn", "alarm"] = "warn"
    near_s: Seconds = 0.0  # shown as near (amber) from this long in the condition; 0: never
    owner: str = "lead"
    plan: Plan | None = None
    say: Words  # the order in one sentence: what must be done
    todo: tuple[Todo, ...] = ()
    tell: Tell = Tell()
    sound: Literal["none", "once", "repeat"] = "none"
    enabled: bool = True

    @model_validator(mode="after")
    def _clears_below(self) -> Self:
        level = self.clear.level
        if level is not None and (level > self.when.level if self.when.upward else level < self.when.level):
            side = "above" if self.when.upward else "below"
            raise ValueError(f"the clear level {level:g} lies {side} the level {self.when.level:g}")
        if level is not None and self.when.meets(level):
            raise ValueError(f"the clear level {level:g} still meets the condition")
        return self


class RuleFile(Part):
    """A file of ``data/rules``."""

    rules: tuple[Rule, ...] = ()
