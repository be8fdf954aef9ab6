"""Scores by hand: sums, N/A, conditions, fatal answers, weights, rounding."""

from fractions import Fraction

import pytest

from ccfloor.qa.score import BadAnswer, asked, rounded, score, tagged
from tests.unit.qa.forms import BEST, HOTLINE, choice, form, item, sections


def test_the_default_form_has_100_points() -> None:
    found = score(HOTLINE, BEST)
    assert (found.score, found.earned, found.possible) == (100.0, 100.0, 100.0)
    assert found.passed and found.complete and not found.missing and not found.fatal


def test_a_call_that_went_fairly() -> None:
    # 5+4+8+12+9+7+10+5+8+5+5 = 78 of 100
    told = BEST | dict(read_back="4", listening="8", patience="12", need="9", questions="7", answer="part")
    found = score(HOTLINE, told | {"record": "8"})
    assert (found.score, found.passed) == (78.0, False)
    assert found.line("answer").lost == 10
    assert sum(line.lost for line in found.lines) == 22


def test_what_does_not_apply_leaves_the_denominator() -> None:
    # Without read-back, hold and promise 85 points are possible; 10 + 4 less: 71/85 = 83.529…
    told = BEST | dict(read_back="na", hold="na", promise="na", answer="part", patience="11")
    found = score(HOTLINE, told)
    assert (found.score, found.earned, found.possible) == (83.5, 71.0, 85.0)
    line = found.line("hold")
    assert (line.asked, line.applies, line.earned, line.lost) == (True, False, None, 0)
    # Counted as full it would have passed, as nothing it would be far lower.
    assert not found.passed and found.complete


def test_a_form_of_nothing_that_applies_has_no_score_and_is_not_handed_in() -> None:
    found = score(form(item("a", points=5, na=True), item("b", "yes_no", 5, na=True)), {"a": "na", "b": "na"})
    assert found.score is None and not found.passed and not found.missing
    assert not found.complete


def test_unanswered_items_are_missing_and_do_not_count_in_the_live_total() -> None:
    found = score(HOTLINE, {"greeting": "5", "listening": "5"})
    assert found.score == 66.7  # 10 of 15
    assert not found.complete and len(found.missing) == 9
    assert score(HOTLINE, {}).score is None


@pytest.mark.parametrize("name", ["insult", "hang_up", "forbidden", "false_promise", "leak", "unreported"])
def test_a_fatal_item_makes_the_form_0(name: str) -> None:
    found = score(HOTLINE, BEST | {name: "yes"})
    assert (found.score, found.passed, found.fatal) == (0.0, False, (name,))
    assert (found.earned, found.possible) == (100.0, 100.0), "points before anything fatal"
    assert score(HOTLINE, BEST | {name: "no"}).score == 100.0


def test_a_fatal_form_can_be_handed_in_before_all_is_answered() -> None:
    found = score(HOTLINE, {"leak": "yes"})
    assert found.score == 0.0 and found.complete and found.missing


def test_a_fatal_answer_of_a_choice_and_of_yes_or_no() -> None:
    assert score(HOTLINE, BEST | {"answer": "loss"}).fatal == ("answer",)
    assert score(HOTLINE, BEST | {"answer": "wrong"}).score == 80.0
    told = form(item("identity", "yes_no", 10, fatal_if=["no"], na=True), item("rest", points=10))
    assert score(told, {"identity": "no", "rest": "10"}).score == 0.0
    assert score(told, {"identity": "na", "rest": "10"}).score == 100.0
    assert score(told, {"identity": "yes", "rest": "0"}).score == 50.0


def test_a_fatal_answer_of_what_is_not_asked_does_not_count() -> None:
    told = form(
        item("order", "yes_no", 5),
        item("address", "yes_no", 5, fatal_if=["no"], when={"item": "order", "is": ["yes"]}),
        item("lie", "fatal", when={"item": "order", "is": ["yes"]}),
    )
    found = score(told, {"order": "no", "address": "no", "lie": "yes"})
    assert (found.score, found.possible, found.fatal) == (0.0, 5.0, ())
    assert not found.line("address").asked and not found.line("address").applies
    assert score(told, {"order": "yes", "address": "no"}).fatal == ("address",)
    assert score(told, {"order": "yes", "address": "yes", "lie": "yes"}).fatal == ("lie",)


def test_conditions_follow_one_another() -> None:
    told = form(
        item("a", "yes_no", 1),
        item("b", "scale", 4, na=True, when={"item": "a", "is": ["yes"]}),
        item("c", points=2, when={"item": "b", "is_not": ["1", "na"]}),
    )
    items = {one.id: one for one in told.items}
    assert [asked(told, one, {}) for one in told.items] == [True, False, False]
    assert asked(told, items["c"], {"a": "yes", "b": "3"})
    assert asked(told, items["c"], {"a": "yes", "b": "1.0"}) is False, "1.0 is 1"
    assert asked(told, items["c"], {"a": "yes", "b": "na"}) is False
    assert asked(told, items["c"], {"a": "yes"}) is False, "not answered is no answer"
    assert asked(told, items["c"], {"a": "no", "b": "3"}) is False, "b is not asked, whatever was answered"
    assert score(told, {"a": "yes", "b": "3", "c": "2"}).score == 71.4  # 1+2+2 of 7


def test_what_depends_on_a_fatal_item_is_asked_while_nothing_fatal_is_told() -> None:
    told = form(
        item("rude", "fatal"),
        item("kind", points=5, when={"item": "rude", "is": ["no"]}),
        item("calm", points=5, when={"item": "rude", "is_not": ["yes"]}),
    )
    assert score(told, {}).missing == ("kind", "calm")
    assert score(told, {"rude": "no", "kind": "5", "calm": "5"}).score == 100.0
    assert score(told, {"rude": "yes"}).missing == ()


def test_scales_are_linear_between_their_ends() -> None:
    told = form(item("a", "scale", 10, low=1, high=5))
    assert [score(told, {"a": str(value)}).score for value in range(1, 6)] == [0, 25, 50, 75, 100]
    told = form(item("a", "scale", 9, low=0, high=10))
    assert score(told, {"a": "7"}).earned == 6.3


def test_choices_give_what_their_options_give_and_the_best_is_all_of_it() -> None:
    told = form(choice("a", ("top", 8), ("good", 6), ("poor", 0)))
    assert [score(told, {"a": one}).score for one in ("top", "good", "poor")] == [100.0, 75.0, 0.0]


def test_weights_count_sections_not_points() -> None:
    told = sections(
        {"id": "manner", "weight": 35, "items": [item("m", points=5)]},
        {"id": "skill", "weight": 10, "items": [item("s", points=50, na=True)]},
        {"id": "matter", "weight": 55, "items": [item("x", points=20), item("y", points=20)]},
        {"id": "never", "items": [item("z", "fatal")]},
    )
    full = {"m": "5", "s": "50", "x": "20", "y": "20"}
    assert score(told, full).score == 100.0
    assert score(told, full | {"m": "4"}).score == 93.0  # 0.8*35 + 10 + 55
    # The section that does not apply leaves the weights: (35*0.8 + 55*0.75) / 90 = 76.94…
    assert score(told, full | {"m": "4", "s": "na", "y": "10"}).score == 76.9
    assert score(told, full | {"z": "yes"}).score == 0.0


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction(8495, 100), 1, 85.0),  # a float's 84.95 lies below: it would give 84.9
        (Fraction(8485, 100), 1, 84.9),  # half to even would give 84.8
        (Fraction(845, 10), 0, 85.0),
        (Fraction(84499, 1000), 0, 84.0),
        (Fraction(1005, 1000), 2, 1.01),
        (Fraction(2, 3) * 100, 2, 66.67),
        (Fraction(0), 1, 0.0),
    ],
)
def test_rounding_is_half_up(value: Fraction, decimals: int, shown: float) -> None:
    assert rounded(value, decimals) == shown


def test_it_is_rounded_once_and_the_mark_is_of_what_is_shown() -> None:
    told = form(item("a", points=200, step=0.1), decimals=1, pass_mark=85)
    assert score(told, {"a": "169.9"})[0:4:3] == (85.0, True)  # 84.95
    assert score(told, {"a": "169.8"})[0:4:3] == (84.9, False)
    whole = form(item("a", points=200, step=0.1), decimals=0, pass_mark=85)
    assert score(whole, {"a": "169"}).passed, "84.5 is shown as 85"
    assert not score(whole, {"a": "168.9"}).passed


def test_tenths_and_thirds_add_up_exactly() -> None:
    tenths = form(*(item(f"i{place}", points=0.3, step=0.1) for place in range(3)), decimals=2)
    assert score(tenths, {f"i{place}": "0.1" for place in range(3)}).score == 33.33
    # Three thirds of a point are one: 1 of 200 is 0.5, which is shown as 1. As floats they were less.
    thirds = [item(f"t{place}", "scale", 1, low=1, high=4) for place in range(3)]
    told = form(*thirds, item("rest", points=197), decimals=0)
    assert score(told, {"t0": "2", "t1": "2", "t2": "2", "rest": "0"}).score == 1.0


def test_tags_tell_whether_all_of_them_had_full_points() -> None:
    assert tagged(HOTLINE, score(HOTLINE, BEST), "polite") is True
    assert tagged(HOTLINE, score(HOTLINE, BEST | {"hold": "4"}), "polite") is False
    assert tagged(HOTLINE, score(HOTLINE, BEST | {"hold": "na"}), "polite") is True
    assert tagged(HOTLINE, score(HOTLINE, BEST | {"record": "9"}), "record") is False
    assert tagged(HOTLINE, score(HOTLINE, {}), "record") is None
    told = form(item("a", points=5), item("curse", "fatal", tags=["polite"]))
    assert tagged(told, score(told, {"a": "0"}), "polite") is True
    assert tagged(told, score(told, {"a": "5", "curse": "yes"}), "polite") is False


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("greeting", "6"),
        ("greeting", "-1"),
        ("greeting", "2.5"),
        ("greeting", "nan"),
        ("greeting", "inf"),
        ("greeting", "1e0"),
        ("greeting", "1_0"),
        ("greeting", " 3"),
        ("greeting", "٣"),
        ("greeting", "yes"),
        ("greeting", "na"),
        ("answer", "best"),
        ("insult", "na"),
        ("insult", "5"),
    ],
)
def test_answers_that_cannot_be_are_refused(name: str, answer: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        score(HOTLINE, BEST | {name: answer})
    assert (refused.value.item, refused.value.answer) == (name, answer)


def test_answers_of_items_that_the_form_does_not_have_do_not_count() -> None:
    assert score(HOTLINE, BEST | {"stranger": "0"}) == score(HOTLINE, BEST)
