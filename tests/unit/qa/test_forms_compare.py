"""What differs between two versions is told by the parts of the form, not by its lines."""

from pathlib import Path
from typing import Any

import pytest

from ccfloor.qa.compare import Difference, differences
from ccfloor.qa.load import check_tree, load
from ccfloor.qa.model import Form
from ccfloor.rules.model import Words

DATA = Path(__file__).resolve().parents[3] / "data" / "qa"


def tree(kind: str = "form", name: str = "hotline") -> dict[str, Any]:
    body = load(kind, name, (DATA / f"{kind}s" / f"{name}.yaml").read_text(encoding="utf-8")).body
    found: dict[str, Any] = body.model_dump(mode="json", by_alias=True)
    return found


def told(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    bodies = [check_tree(kind, "", one) for one in (old, new)]
    assert all(loaded.problems == [] for loaded in bodies)
    return differences(bodies[0].body, bodies[1].body)


@pytest.mark.parametrize(("kind", "name"), [("form", "hotline"), ("form", "appointment"), ("plan", "weekly")])
def test_the_same_does_not_differ(kind: str, name: str) -> None:
    assert told(kind, tree(kind, name), tree(kind, name)) == []


def test_a_changed_value_is_told_with_its_part() -> None:
    old, new = tree(), tree()
    new["pass_mark"] = 90
    new["sections"][1]["items"][0]["points"] = 12
    new["sections"][0]["items"][0]["options"][1]["points"] = 2
    assert told("form", old, new) == [
        Difference("form", "", "pass_mark", 85.0, 90.0),
        Difference("option", "opening/part", "points", 3.0, 2.0),
        Difference("item", "listening", "points", 10.0, 12.0),
    ]


def test_what_came_went_and_moved() -> None:
    old, new = tree(), tree()
    gone = new["sections"][3]["items"].pop(0)
    extra = gone | {"id": "thanks", "name": {"zh": "致谢", "en": "Thanks"}}
    new["sections"][0]["items"].append(extra)
    new["sections"][1]["items"].reverse()
    found = told("form", old, new)
    assert Difference("item", "thanks", "", None, extra["name"]) in found
    assert Difference("item", "readback", "", gone["name"], None) in found
    order = next(one for one in found if one.field == "order")
    assert order.part == "item" and order.before.index("listening") < order.before.index("tone")
    assert order.after.index("tone") < order.after.index("listening")
    assert len(found) == 3


def test_an_item_in_another_section_has_moved() -> None:
    old, new = tree(), tree()
    new["sections"][0]["items"].append(new["sections"][1]["items"].pop(0))
    assert Difference("item", "listening", "section", "attitude", "manners") in told("form", old, new)


def test_a_condition_is_told_in_its_parts() -> None:
    old, new = tree("form", "appointment"), tree("form", "appointment")
    new["sections"][2]["items"][1]["when"] = {"item": "soon", "is": ["yes"], "is_not": []}
    assert told("form", old, new) == [
        Difference("item", "objection-2", "when.item", "objection-1", "soon"),
        Difference("item", "objection-2", "when.is_not", ["na"], None),
        Difference("item", "objection-2", "when.is", None, ["yes"]),
    ]


def test_plans_are_compared_by_their_quotas() -> None:
    old, new = tree("plan", "weekly"), tree("plan", "weekly")
    new["quotas"][0]["at_least"] = 4
    new["wanted"].append({"of": "long", "share": 0.05})
    assert told("plan", old, new) == [
        Difference("quota", "week", "at_least", 3, 4),
        Difference("wanted", "long", "", None, "long"),
    ]


def test_the_parts_of_a_form_are_all_looked_at() -> None:
    body = check_tree("form", "", tree()).body
    assert isinstance(body, Form)
    for field in ("name", "note", "channel", "decimals", "pass_mark"):
        other = {
            "name": Words(zh="甲", en="A"),
            "note": None,
            "channel": "chat",
            "decimals": 2,
            "pass_mark": 1,
        }
        changed = body.model_copy(update={field: other[field]})
        assert [one.field for one in differences(body, changed)] == [field]
