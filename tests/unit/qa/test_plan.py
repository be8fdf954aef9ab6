"""Which sampling plans can be."""

from typing import Any

import pytest
from pydantic import ValidationError

from ccfloor.qa.plan import Plan
from tests.unit.qa.forms import WORDS

WEEK = {"id": "week", "name": WORDS, "every": "week", "at_least": 3}


def _plan(**more: Any) -> Plan:
    return Plan.model_validate({"id": "p", "name": WORDS, "form": "hotline", "quotas": [WEEK]} | more)


def test_a_plan_has_its_usual_values() -> None:
    made = _plan()
    assert (made.quotas[0].by, made.quotas[0].at_most) == ("qa", None)
    assert (made.least_s, made.length_s, made.same_reviewer, made.due_days) == (15, (60, 180, 420), 0.5, 3)
    assert made.strata == ("shift", "queue", "hour", "length", "transfer", "complaint", "repeat")


def test_half_of_the_forms_at_most_are_looked_for() -> None:
    kinds = ("complaint", "repeat", "transfer", "long")
    shares = (0.1, 0.1, 0.1, 0.2)  # added up as floats they may come to more than a half
    assert _plan(wanted=[{"of": of, "share": share} for of, share in zip(kinds, shares, strict=True)])
    with pytest.raises(ValidationError, match="more than half of the forms"):
        _plan(wanted=[{"of": "complaint", "share": 0.3}, {"of": "repeat", "share": 0.21}])


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"quotas": []}, "there is no quota"),
        ({"quotas": [WEEK, WEEK]}, "the quota 'week' is there twice"),
        ({"quotas": [WEEK | {"at_most": 2}]}, "at_most is below at_least"),
        ({"quotas": [WEEK | {"at_least": 0}]}, "greater than or equal to 1"),
        ({"length_s": [60, 60]}, "length_s must rise"),
        ({"length_s": [180, 60]}, "length_s must rise"),
        ({"wanted": [{"of": "repeat", "share": 0.1}] * 2}, "'repeat' is wanted twice"),
        ({"wanted": [{"of": "short", "share": 0.1}]}, "Input should be"),
        ({"same_reviewer": 0}, "greater than 0"),
        ({"due_days": 0}, "greater than or equal to 1"),
    ],
)
def test_plans_that_cannot_be(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        _plan(**more)
