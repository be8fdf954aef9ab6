"""A form while it is written: parts come, go and move; what counts is what the kind of item asks for."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa import edit
from ccfloor.qa.load import check_tree, load
from ccfloor.qa.model import Form, Item, answers, possible

DATA = Path(__file__).resolve().parents[3] / "data" / "qa"


def shipped(kind: str = "form", name: str = "hotline") -> Any:
    text = (DATA / f"{kind}s" / f"{name}.yaml").read_text(encoding="utf-8")
    return load(kind, name, text).body


def tree(kind: str = "form", name: str = "hotline") -> edit.Tree:
    found = edit.editable(kind, shipped(kind, name).model_dump(mode="json", by_alias=True))
    assert found is not None
    return found


def places(of: edit.Tree) -> list[str]:
    return [one.at for one in edit.outline(of)]


def ids(of: edit.Tree) -> list[str]:
    return [one.tree["id"] for one in edit.outline(of)]


@pytest.mark.parametrize(("kind", "name"), [("form", "hotline"), ("form", "appointment"), ("plan", "weekly")])
def test_what_is_not_touched_stays_the_same(kind: str, name: str) -> None:
    loaded = check_tree(kind, "", edit.pruned(kind, tree(kind, name)))
    assert loaded.problems == [] and loaded.body == shipped(kind, name)


@pytest.mark.parametrize(
    "odd",
    [
        None, [], "text", {"sections": "none"}, {"sections": [3]}, {"sections": [{"items": ["a"]}]},
        {"sections": [{"items": [{"points": "ten"}]}]}, {"colour": "red"}, {"name": "one"},
        {"sections": [{"items": [{"when": "yes"}]}]},
    ],
)  # fmt: skip
def test_a_tree_of_another_shape_is_for_the_text_alone(odd: Any) -> None:
    assert edit.editable("form", odd) is None


def test_a_form_that_is_not_whole_can_be_gone_on_with() -> None:
    made = edit.editable("form", {"id": "x", "sections": [{"items": [{"id": "a", "fatal_if": [False]}]}]})
    assert made is not None
    assert made["sections"][0]["items"][0]["fatal_if"] == ["no"]
    assert [problem.field for problem in check_tree("form", "", edit.pruned("form", made)).problems]


def test_a_new_form_needs_only_its_names() -> None:
    made = edit.blank_form("mine")
    for one in edit.outline(made):
        one.tree["name"] = {"zh": "名", "en": "Name"}
    assert check_tree("form", "", edit.pruned("form", made)).problems == []


def test_a_new_plan_needs_only_its_names() -> None:
    made = edit.blank_plan("mine", "hotline")
    made["name"] = made["quotas"][0]["name"] = {"zh": "名", "en": "Name"}
    assert check_tree("plan", "", edit.pruned("plan", made)).problems == []


@pytest.mark.parametrize("kind", ["points", "scale", "yes_no", "choice", "fatal"])
def test_another_kind_of_item_leaves_nothing_behind(kind: str) -> None:
    made = tree()
    item = made["sections"][0]["items"][0]
    item |= {"kind": kind, "points": 5, "fatal_if": ["no"], "na": True, "low": 2, "high": 4, "step": 0.5}
    loaded = check_tree("form", "", edit.pruned("form", made))
    assert loaded.problems == []
    assert loaded.body.item("opening").kind == kind
    assert made["sections"][0]["items"][0]["options"], "going back to a choice finds its options again"


def test_items_come_and_go() -> None:
    made = tree()
    at = edit.add_item(made, "s0i0")
    assert at == "s0i1" and edit.part(made, at).tree["id"] == "item-1"
    assert edit.add_item(made, "s0") == "s0i3"
    assert edit.copy_part(made, "s0i0") == "s0i1"
    assert edit.part(made, "s0i1").tree["id"] == "opening-1"
    assert edit.remove(made, "s0i1") == "s0i1"
    at = edit.add_section(made)
    assert at == "s5" and edit.add_item(made, edit.HEAD) == "s5i0"
    assert edit.remove(made, "s5i0") == "s5" and edit.remove(made, "s5") == "s4"
    assert len(set(ids(made))) == len(ids(made))


def test_the_last_part_that_goes_leaves_the_form() -> None:
    made = edit.blank_form("mine")
    assert edit.remove(made, "s0i0") == "s0"
    assert edit.remove(made, "s0") == edit.HEAD
    assert edit.add_item(made, edit.HEAD) == "s0i0"


def test_an_item_moves_within_its_section_and_beyond() -> None:
    made = tree()
    assert edit.move(made, "s0i0", down=True) == "s0i1"
    assert edit.move(made, "s0i1", down=True) == "s1i0"
    assert edit.part(made, "s1i0").tree["id"] == "opening"
    assert edit.move(made, "s1i0", down=False) == "s0i1"
    assert edit.move(made, "s0i0", down=False) == "s0i0"
    assert edit.move(made, "s0", down=True) == "s1"
    assert edit.part(made, "s1").tree["id"] == "manners"


def test_a_condition_may_ask_what_stands_before() -> None:
    made = tree("form", "appointment")
    at = next(one.at for one in edit.outline(made) if one.tree["id"] == "objection-2")
    asked = [item["id"] for item in edit.before(made, at)]
    assert asked[-1] == "objection-1" and "objection-2" not in asked and len(asked) == 8


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "copy", "remove", "up", "down", "section"]), st.integers(0, 99))
    )
)
def test_whatever_is_done_the_parts_keep_their_ids_apart(steps: list[tuple[str, int]]) -> None:
    made = tree()
    for step, number in steps:
        there = [at for at in places(made) if at != edit.HEAD]
        at = there[number % len(there)] if there else edit.HEAD
        if step == "add":
            at = edit.add_item(made, at)
        elif step == "section":
            at = edit.add_section(made)
        elif step == "copy" and "i" in at:
            at = edit.copy_part(made, at)
        elif step in ("up", "down") and at != edit.HEAD:
            known = sorted(ids(made))
            at = edit.move(made, at, step == "down")
            assert sorted(ids(made)) == known
        elif step == "remove" and at != edit.HEAD:
            at = edit.remove(made, at)
        assert at in places(made) and len(set(ids(made))) == len(ids(made))


def items(form: Form) -> list[Item]:
    return list(form.items)


@pytest.mark.parametrize(
    "item", [*items(shipped()), *items(shipped("form", "appointment"))], ids=lambda i: i.id
)
def test_every_answer_there_is_can_be_given(item: Item) -> None:
    found = answers(item)
    assert all(possible(item, answer) for answer in found) and len(set(found)) == len(found)
    assert ("na" in found) == item.na


def test_points_that_are_no_multiple_of_the_step_can_be_reached() -> None:
    item = Item.model_validate({"id": "a", "name": {"zh": "甲", "en": "A"}, "points": 5, "step": 2})
    assert answers(item) == ("5", "4", "2", "0")
