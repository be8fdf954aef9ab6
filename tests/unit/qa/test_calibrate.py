"""Who agrees with the reference: drift, kappa, what is fatal, N/A, and questions of older versions."""

import pytest

from ccfloor.qa.agreement import kappa
from ccfloor.qa.calibrate import LEAST_PAIRS, Sheet, apart, compare, what_said
from ccfloor.qa.model import Form
from ccfloor.qa.score import score
from tests.fakes.stored_qa import FORM, GOOD

FITS = ("small", 1)
FORMS = {FITS: FORM}


def sheet(group: int, reviewer: str, **other: str) -> Sheet:
    answers = GOOD | {"hold": "yes"} | other
    told = score(FORM, answers)
    return Sheet(group, reviewer, FITS, answers, told.score or 0.0, bool(told.fatal))


def references(*sheets: Sheet) -> dict[int, Sheet]:
    return {one.group: one for one in sheets}


def test_drift_is_in_points_and_the_farthest_stands_first() -> None:
    found = compare(
        [sheet(1, "li", answer="40"), sheet(2, "li", answer="50"), sheet(1, "zhou", answer="50")],
        references(sheet(1, "head", answer="50"), sheet(2, "head", answer="30")),
        FORMS,
    )
    assert [one.drift.reviewer for one in found.reviewers] == ["li", "zhou"]
    li, zhou = (one.drift for one in found.reviewers)
    assert (li.absolute, li.leniency, li.n) == (pytest.approx(15), pytest.approx(5), 2)
    assert (zhou.absolute, zhou.leniency, zhou.n) == (0, 0, 1)
    assert [one.again for one in found.reviewers] == [True, False]


def test_a_group_without_a_reference_tells_nothing() -> None:
    found = compare([sheet(1, "li"), sheet(2, "li")], references(sheet(2, "head")), FORMS)
    assert [one.drift.n for one in found.reviewers] == [1]
    assert compare([sheet(1, "li")], {}, FORMS) == ((), ())


def test_what_is_fatal_is_told_apart() -> None:
    found = compare(
        [sheet(1, "li"), sheet(2, "li", insult="yes"), sheet(3, "li", insult="yes")],
        references(sheet(1, "head", insult="yes"), sheet(2, "head"), sheet(3, "head", insult="yes")),
        FORMS,
    )
    (li,) = found.reviewers
    assert (li.missed, li.alone) == (1, 1)
    insult = next(one for one in found.items if one.item == "insult")
    assert insult.same == pytest.approx(1 / 3) and insult.leniency is None


def test_a_fatal_item_that_nobody_answered_did_not_happen() -> None:
    found = compare([sheet(1, "li", insult="no")], references(sheet(1, "head")), FORMS)
    assert next(one for one in found.items if one.item == "insult").same == 1


def test_what_is_left_open_after_a_fatal_item_is_compared_with_nothing() -> None:
    groups = range(1, LEAST_PAIRS + 1)
    left = Sheet(1, "li", FITS, {"insult": "yes"}, 0.0, True)
    found = compare(
        [left, *(sheet(group, "li") for group in groups if group > 1)],
        references(sheet(1, "head", insult="yes"), *(sheet(group, "head") for group in groups if group > 1)),
        FORMS,
    )
    (li,) = found.reviewers
    assert (li.same, li.again, li.missed, li.alone) == (1, False, 0, 0)
    scored = sum(item.scored for item in FORM.items)
    assert li.pairs == scored * (LEAST_PAIRS - 1), "the open ones are no pairs"
    whole, short = (what_said(FORM, one) for one in (sheet(1, "head", insult="yes"), left))
    assert [item for item in whole if apart(whole[item], short[item])] == []


def test_not_applicable_is_no_rank_and_is_counted_apart() -> None:
    found = compare(
        [sheet(1, "li", hold="na"), sheet(2, "li", hold="na"), sheet(3, "li", hold="no")],
        references(sheet(1, "head", hold="na"), sheet(2, "head", hold="yes"), sheet(3, "head", hold="yes")),
        FORMS,
    )
    hold = next(one for one in found.items if one.item == "hold")
    assert (hold.n, hold.na_apart, hold.same) == (3, 1, pytest.approx(1 / 3))
    assert hold.leniency == -10  # of the one form in which both judged


def test_a_questions_kappa_is_weighted_over_its_answers_in_order() -> None:
    pairs = [("50", "50"), ("40", "50"), ("10", "0"), ("0", "0"), ("30", "20")]
    found = compare(
        [sheet(at, "li", answer=own) for at, (own, _) in enumerate(pairs)],
        references(*(sheet(at, "head", answer=theirs) for at, (_, theirs) in enumerate(pairs))),
        FORMS,
    )
    answer = next(one for one in found.items if one.item == "answer")
    assert answer.kappa == pytest.approx(kappa(pairs, ["0", "10", "20", "30", "40", "50"]))
    assert answer.leniency == pytest.approx((0 - 10 + 10 + 0 + 10) / 5)


def test_one_number_spelt_differently_is_one_answer() -> None:
    found = compare([sheet(1, "li", answer="50.0")], references(sheet(1, "head")), FORMS)
    assert next(one for one in found.items if one.item == "answer").same == 1


def test_questions_are_told_least_agreed_first_and_between_reviewers() -> None:
    told = [sheet(1, "li", greet="no"), sheet(1, "zhou", greet="no"), sheet(1, "wu")]
    found = compare(told, references(sheet(1, "head")), FORMS)
    greet = found.items[0]
    assert (greet.item, greet.same, greet.between) == ("greet", pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_kappa_decides_only_with_answers_enough() -> None:
    """Agreeing by chance alone asks for a recalibration once there are answers enough to say so."""

    def against(groups: int) -> bool:
        own = [sheet(at, "li", greet="no" if at % 2 else "yes") for at in range(groups)]
        theirs = [sheet(at, "head", hold="no" if at % 4 > 1 else "yes") for at in range(groups)]
        (li,) = compare(own, references(*theirs), FORMS).reviewers
        flat = li._replace(drift=li.drift._replace(absolute=0.0))
        assert flat.kappa is not None and flat.kappa < 0.7
        return li.pairs >= LEAST_PAIRS

    assert not against(LEAST_PAIRS // 4 - 1)
    assert against(LEAST_PAIRS // 4 + 1)


def test_older_answers_count_where_the_newest_form_has_them() -> None:
    older = Form.model_validate(FORM.model_dump(by_alias=True))
    item = older.item("answer").model_copy(update={"points": 60.0})
    talk = older.sections[0]
    items = tuple(item if one.id == "answer" else one for one in talk.items)
    old = older.model_copy(update={"sections": (talk.model_copy(update={"items": items}),)})
    forms = {("small", 1): old, ("small", 2): FORM}
    new = [one._replace(fits=("small", 2)) for one in (sheet(2, "li"), sheet(2, "head"))]
    at_60 = [sheet(1, name)._replace(answers=GOOD | {"answer": "60"}) for name in ("li", "head")]
    found = compare([at_60[0], new[0]], references(at_60[1], new[1]), forms)
    counts = {one.item: one.n for one in found.items}
    assert counts["answer"] == 1 and counts["greet"] == 2
