"""What holds for every form and all answers; and the same score by another way of counting."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.model import Form
from ccfloor.qa.score import score
from tests.unit.qa.forms import answers, filled, item, sections

Filled = tuple[Form, dict[str, str]]


def _worth(one: Any, answer: str) -> Fraction:
    if one.kind == "choice":
        return Fraction({option.id: str(option.points) for option in one.options}[answer])
    if one.kind == "yes_no":
        return Fraction(str(one.points)) * (answer == "yes")
    if one.kind == "scale":
        return Fraction(str(one.points)) * (Fraction(answer) - one.low) / (one.high - one.low)
    return Fraction(answer)


def _by_hand(form: Form, told: dict[str, str]) -> float | None:
    """A sheet's way: weight x points earned over points possible, each section apart."""
    top, bottom = Fraction(0), Fraction(0)
    for section in form.sections:
        mine = [one for one in section.items if told.get(one.id, "na") != "na"]
        most = sum((Fraction(str(one.most)) for one in mine), Fraction(0))
        if most:
            weight = most if section.weight is None else Fraction(str(section.weight))
            top += weight * sum((_worth(one, told[one.id]) for one in mine), Fraction(0)) / most
            bottom += weight
    if not bottom:
        return None
    exact = 100 * top / bottom
    tick = Decimal(1).scaleb(-form.decimals)
    return float((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(tick, ROUND_HALF_UP))


@given(filled())
@settings(max_examples=250, deadline=None)
def test_it_is_what_a_sheet_says(one: Filled) -> None:
    form, told = one
    assert score(form, told).score == _by_hand(form, told)


@given(filled())
@settings(max_examples=120, deadline=None)
def test_a_score_lies_within_its_bounds_and_its_lines_tell_it(one: Filled) -> None:
    form, told = one
    found = score(form, told)
    assert found.score is None or 0 <= found.score <= 100
    assert 0 <= found.earned <= found.possible
    assert set(found.missing) == {one.id for one in form.items if one.id not in told}
    assert found.complete == (found.score is not None and not found.missing)
    for line in found.lines:
        assert line.earned is None or 0 <= line.earned <= line.possible
        assert line.applies == (told.get(line.item) != "na")


@given(filled(), st.data())
@settings(max_examples=120, deadline=None)
def test_a_better_answer_never_gives_less(one: Filled, data: st.DataObject) -> None:
    form, told = one
    changed = data.draw(
        st.sampled_from([item for item in form.items if told.get(item.id, "na") != "na"] or [None])
    )
    if changed is None:
        return
    others = [answer for answer in answers(changed) if answer != "na"]
    other = data.draw(st.sampled_from(others))
    before, after = score(form, told).score, score(form, told | {changed.id: other}).score
    assert before is not None and after is not None
    if _worth(changed, other) >= _worth(changed, told[changed.id]):
        assert after >= before
    else:
        assert after <= before


@given(filled())
@settings(max_examples=100, deadline=None)
def test_what_is_fatal_leaves_nothing_and_changes_no_points(one: Filled) -> None:
    form, told = one
    parts = [part.model_dump(by_alias=True) for part in form.sections]
    worse = sections(*parts, {"id": "worst", "items": [item("worst_item", "fatal")]}, decimals=form.decimals)
    calm, fatal = score(worse, told), score(worse, told | {"worst_item": "yes"})
    assert calm.score == score(form, told).score
    assert (fatal.score, fatal.passed, fatal.complete) == (0.0, False, True)
    assert (fatal.earned, fatal.possible) == (calm.earned, calm.possible)


@given(filled())
@settings(max_examples=100, deadline=None)
def test_items_that_are_not_applicable_might_as_well_not_be_there(one: Filled) -> None:
    form, told = one
    kept = [
        part.model_dump(by_alias=True)
        | {"items": [item.model_dump(by_alias=True) for item in part.items if told.get(item.id) != "na"]}
        for part in form.sections
    ]
    left = [part for part in kept if part["items"]]
    if left:
        assert score(sections(*left, decimals=form.decimals), told).score == score(form, told).score
