"""Which forms and which answers can be; what is wrong is said."""

from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import ValidationError

from ccfloor.qa.model import Item, possible
from tests.unit.qa.forms import HOTLINE, WORDS, choice, form, item, sections


def _said(*items: dict[str, Any], parts: Iterable[dict[str, Any]] = ()) -> str:
    with pytest.raises(ValidationError) as wrong:
        sections(*parts) if parts else form(*items)
    return str(wrong.value)


def test_the_default_form_is_one() -> None:
    assert len(HOTLINE.items) == 17
    assert sum(one.most for one in HOTLINE.items) == 100
    assert HOTLINE.item("answer").most == 20
    assert not HOTLINE.item("leak").scored
    with pytest.raises(KeyError):
        HOTLINE.item("stranger")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (item("a"), "points are missing"),
        (item("a", "scale"), "points are missing"),
        (item("a", "yes_no"), "points are missing"),
        (item("a", "fatal", 5), "a fatal item has no points and no N/A"),
        (item("a", "fatal", na=True), "a fatal item has no points and no N/A"),
        (choice("a", ("one", 5)), "a choice needs two options or more"),
        (choice("a"), "a choice needs two options or more"),
        (item("a", points=5, options=[{"id": "x", "name": WORDS, "points": 5}]), "only a choice has options"),
        (choice("a", ("one", 5), ("two", 0)) | {"points": 5}, "the points of a choice stand at its options"),
        (choice("a", ("one", 5), ("one", 0)), "the option 'one' is there twice"),
        (choice("a", ("one", 5), ("na", 0)), "the option 'na' is said by na: true"),
        (choice("a", ("one", 0), ("two", 0)), "no option gives points"),
        (item("a", "scale", 5, low=5, high=5), "low is not below high"),
        (item("a", points=5, fatal_if=["no"]), "fatal_if goes with yes_no alone"),
        (item("a", "yes_no", 5, fatal_if=["no", "yes"]), "fatal_if with both answers makes every form 0"),
        (item("a", points=5, step=0), "greater than 0"),
        (item("a", points=10, step=0.00001), "more than 10000 steps"),
        (item("a", points=-5), "greater than or equal to 0"),
        (item("a", points=5, colour="red"), "Extra inputs are not permitted"),
        (item("A b", points=5), "String should match pattern"),
    ],
)
def test_items_that_cannot_be(one: dict[str, Any], why: str) -> None:
    assert why in _said(one, item("other", points=1))


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"item": "later", "is": ["yes"]}, "'a' depends on 'later', which does not stand before it"),
        ({"item": "a", "is": ["yes"]}, "'a' depends on 'a', which does not stand before it"),
        ({"item": "stranger", "is": ["yes"]}, "which does not stand before it"),
        ({"item": "first", "is": ["5"]}, "'a' depends on 'first' being '5', which it cannot be"),
        ({"item": "first", "is_not": ["na"]}, "being 'na', which it cannot be"),
        ({"item": "first"}, "a condition needs either is or is_not"),
        ({"item": "first", "is": ["yes"], "is_not": ["no"]}, "a condition needs either is or is_not"),
    ],
)
def test_conditions_that_cannot_be(when: dict[str, Any], why: str) -> None:
    first, later = item("first", "yes_no", 5), item("later", "yes_no", 5)
    assert why in _said(first, item("a", points=5, when=when), later)


def test_forms_that_do_not_hold_together() -> None:
    five = item("a", points=5)
    assert "the id 'a' is used twice" in _said(five, five)
    assert "the id 'all' is used twice" in _said(item("all", points=5))
    assert "nothing is scored" in _said(item("a", "fatal"))
    assert "section 'x' has no items" in _said(parts=[{"id": "x", "items": []}])
    other = {"id": "y", "items": [item("b", points=5)]}
    weighed = {"id": "x", "weight": 40, "items": [five]}
    assert "either all scored sections have a weight or none" in _said(parts=[weighed, other])
    only_fatal = {"id": "y", "weight": 60, "items": [item("b", "fatal")]}
    assert "section 'y' has a weight and nothing that is scored" in _said(parts=[weighed, only_fatal])
    del only_fatal["weight"]
    assert sections(weighed, only_fatal).sections[0].weight == 40


def _one(one: dict[str, Any]) -> Item:
    return Item.model_validate(one)


def test_the_answers_of_points_go_in_steps() -> None:
    tenths = _one(item("a", points=1, step=0.1))
    assert all(possible(tenths, f"{value / 10}") for value in range(11))
    assert not possible(tenths, "0.35") and not possible(tenths, "1.1")
    threes = _one(item("a", points=10, step=3))
    assert [value for value in range(12) if possible(threes, str(value))] == [0, 3, 6, 9, 10]
    assert possible(threes, "9.0") and not possible(threes, "9.01")


def test_the_answers_of_the_other_kinds() -> None:
    scale = _one(item("a", "scale", 5, low=0, high=3))
    assert [value for value in range(-1, 6) if possible(scale, str(value))] == [0, 1, 2, 3]
    assert not possible(scale, "1.5")
    assert [possible(_one(item("a", "fatal")), one) for one in ("yes", "no", "na", "")] == [1, 1, 0, 0]
    assert possible(_one(item("a", "yes_no", 5, na=True)), "na")
    assert not possible(_one(item("a", "yes_no", 5)), "na")
    two = _one(choice("a", ("one", 5), ("two", 0)))
    assert [possible(two, one) for one in ("one", "two", "three", "5", "na")] == [1, 1, 0, 0, 0]
