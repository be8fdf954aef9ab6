"""A sampling plan as data: how many calls of whom, how often, by whom, how drawn, and until when.

Read from YAML, checked by pydantic. Published plans are versioned as forms are.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccfloor.qa.model import Doubt
from ccfloor.rules.model import Id, Part, Share, Words

Every = Literal["week", "month"]
By = Literal["qa", "lead"]
Stratum = Literal["shift", "queue", "hour", "length", "transfer", "complaint", "repeat"]
STRATA: tuple[Stratum, ...] = ("shift", "queue", "hour", "length", "transfer", "complaint", "repeat")


class Quota(Part):
    """Of each agent, in each ISO week or month, so many calls by so somebody. ``at_most``: no more."""

    id: Id
    name: Words
    every: Every
    at_least: Annotated[int, Field(ge=1, le=200)]
    at_most: Annotated[int, Field(ge=1, le=400)] | None = None
    by: By = "qa"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("at_most is below at_least")
        return self


class Wanted(Part):
    """Beside the random ones: a share of the forms that is drawn among such calls alone, if there are any.

    They are told apart in every statistic: what was looked for is not what there is.
    """

    of: Literal["complaint", "repeat", "transfer", "long"]
    share: Share


class Plan(Part):
    """A plan. No ``queues`` or ``teams``: all. Calls shorter than ``least_s`` talked seconds are left out.

    ``length_s``: where bands of talk time end. ``complaint_queues``: where complaints are taken; all of their
    calls are complaints, beside those that imported complaints name. ``same_reviewer``: of an agent's forms
    of the last three months, one reviewer makes no larger share, as long as there is another. ``due_days``:
    working days. ``rechecks``: of each reviewer's forms of a month such a share is drawn to be scored again.
    """

    id: Id
    name: Words
    form: Id
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    quotas: tuple[Quota, ...]
    strata: tuple[Stratum, ...] = STRATA
    wanted: tuple[Wanted, ...] = ()
    least_s: Annotated[float, Field(ge=0, le=3600)] = 15
    length_s: tuple[Annotated[float, Field(gt=0)], ...] = (60, 180, 420)
    complaint_queues: tuple[str, ...] = ()
    same_reviewer: Share = 0.5
    due_days: Annotated[int, Field(ge=1, le=60)] = 3
    rechecks: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for doubt in plan_doubts(self):
            raise ValueError(doubt.why)
        return self


def plan_doubts(plan: Plan) -> Iterator[Doubt]:
    """What is wrong with a plan as a whole."""
    if not plan.quotas:
        yield Doubt(("quotas",), "there is no quota")
    for field, names, why in (
        ("quotas", [quota.id for quota in plan.quotas], "the quota {!r} is there twice"),
        ("wanted", [one.of for one in plan.wanted], "{!r} is wanted twice"),
        ("strata", list(plan.strata), "{!r} is there twice"),
    ):
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Doubt((field, place), why.format(str(name)))
    if list(plan.length_s) != sorted(set(plan.length_s)):
        yield Doubt(("length_s",), "length_s must rise")
    if sum(one.share for one in plan.wanted) > 0.5:
        yield Doubt(("wanted",), "more than half of the forms would be looked for, not drawn at random")
