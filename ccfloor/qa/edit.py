"""A form or plan while somebody writes it: plain values, whole or not, and what can be done with its parts.

Nothing is judged here; that is done by ``ccfloor.qa.load`` on what ``pruned`` gives.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from ccfloor.qa.plan import STRATA

Tree = dict[str, Any]
HEAD = "head"  # the part that is the form itself


class Part(NamedTuple):
    """A part of a form's outline. ``at``: HEAD, ``s0`` or ``s0i2``; ``tree``: its own values."""

    at: str
    tree: Tree

    @property
    def place(self) -> tuple[int, int | None]:
        """Number of its section, and of it in there; None for a section."""
        section, _, item = self.at[1:].partition("i")
        return int(section), int(item) if item else None


# -- shapes --------------------------------------------------------------------------------------------


def blank_item(name: str) -> Tree:
    """An item as it begins."""
    return {
        "id": name, "name": {"zh": "", "en": ""}, "kind": "points", "points": 10, "step": 1, "low": 1,
        "high": 5, "options": [], "fatal_if": [], "na": False, "when": None, "guide": None, "tags": [],
    }  # fmt: skip


def blank_section(name: str) -> Tree:
    """A section as it begins."""
    return {"id": name, "name": {"zh": "", "en": ""}, "weight": None, "items": []}


def blank_option(name: str) -> Tree:
    """An option as it begins."""
    return {"id": name, "name": {"zh": "", "en": ""}, "points": 0, "fatal": False}


def blank_form(name: str) -> Tree:
    """A form as it begins: one section with one item."""
    section = blank_section("part-1") | {"items": [blank_item("item-1")]}
    head = {"id": name, "name": {"zh": "", "en": ""}, "channel": "call", "pass_mark": 85, "decimals": 1}
    return head | {"note": None, "sections": [section]}


def blank_quota(name: str) -> Tree:
    """A quota as it begins."""
    return {
        "id": name, "name": {"zh": "", "en": ""}, "every": "week", "at_least": 3, "at_most": None, "by": "qa",
    }  # fmt: skip


def blank_plan(name: str, form: str) -> Tree:
    """A plan as it begins: three calls a week."""
    return {
        "id": name, "name": {"zh": "", "en": ""}, "form": form, "queues": [], "teams": [],
        "quotas": [blank_quota("week")], "strata": list(STRATA), "wanted": [], "least_s": 15,
        "length_s": [60, 180, 420], "complaint_queues": [], "same_reviewer": 0.5, "due_days": 3,
        "rechecks": 0.05,
    }  # fmt: skip


def editable(kind: str, tree: Any) -> Tree | None:
    """A tree with every field there, for a form with widgets; None where its shape is another."""
    if not isinstance(tree, dict):
        return None
    try:
        return _form(tree) if kind == "form" else _plan(tree)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _form(tree: Tree) -> Tree:
    made = _over(blank_form(""), tree) | {"sections": []}
    for section in tree.get("sections") or []:
        one = _over(blank_section(""), section) | {"items": []}
        for item in section.get("items") or []:
            whole = _over(blank_item(""), item)
            whole["options"] = [_over(blank_option(""), option) for option in item.get("options") or []]
            whole["when"] = _condition(item.get("when"))
            whole["fatal_if"], whole["tags"] = _texts(whole["fatal_if"]), _texts(whole["tags"])
            one["items"].append(whole)
        made["sections"].append(one)
    return made


def _plan(tree: Tree) -> Tree:
    made = _over(blank_plan("", ""), tree)
    made["quotas"] = [_over(blank_quota(""), quota) for quota in tree.get("quotas") or []]
    made["wanted"] = [
        {"of": str(one["of"]), "share": float(one["share"])} for one in tree.get("wanted") or []
    ]
    for field in ("queues", "teams", "complaint_queues", "strata"):
        made[field] = _texts(made[field])
    made["length_s"] = [float(value) for value in made["length_s"]]
    return made


def _over(blank: Tree, tree: Tree) -> Tree:
    """The values of a part over those it begins with; a number where one belongs."""
    made = dict(blank)
    for field, value in tree.items():
        if field not in blank:
            raise ValueError(field)
        made[field] = float(value) if _is_number(blank[field]) and value is not None else value
    for field in ("name", "guide", "note"):
        if made.get(field) is not None:
            made[field] = {lang: str(made[field].get(lang) or "") for lang in ("zh", "en")}
    made["id"] = str(made["id"])
    return made


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _condition(when: Any) -> Tree | None:
    if when is None:
        return None
    return {
        "item": str(when["item"]),
        "is": _texts(when.get("is") or []),
        "is_not": _texts(when.get("is_not") or []),
    }


def _texts(values: Any) -> list[str]:
    """Answers and names as texts, however YAML read them."""
    said = {True: "yes", False: "no"}
    return [said[one] if isinstance(one, bool) else str(one) for one in values]


# -- what is kept --------------------------------------------------------------------------------------


def pruned(kind: str, tree: Tree) -> Tree:
    """The values that count: what another kind of item left behind goes, empty texts are none."""
    made: Tree = deepcopy(tree)
    if kind == "plan":
        return made
    made["note"] = _words(made["note"])
    for section in made["sections"]:
        if not any(item["kind"] != "fatal" for item in section["items"]):
            section["weight"] = None
        for item in section["items"]:
            _prune(item)
    return made


def _prune(item: Tree) -> None:
    kind, blank = item["kind"], blank_item("")
    gone = {
        "points": ("options", "fatal_if", "low", "high"),
        "scale": ("options", "fatal_if", "step"),
        "yes_no": ("options", "step", "low", "high"),
        "choice": ("points", "fatal_if", "step", "low", "high"),
        "fatal": ("points", "options", "fatal_if", "step", "low", "high", "na"),
    }.get(kind, ())
    for field in gone:
        item[field] = 0 if field == "points" else blank[field]
    item["guide"] = _words(item["guide"])
    when = item["when"]
    told = {key: when[key] for key in ("item", "is", "is_not") if when[key]} if when else {}
    item["when"] = told if "item" in told else None


def _words(words: dict[str, str] | None) -> dict[str, str] | None:
    return words if words and any(text.strip() for text in words.values()) else None


# -- the outline ---------------------------------------------------------------------------------------


def outline(tree: Tree) -> Iterator[Part]:
    """The form, its sections and their items, in order."""
    yield Part(HEAD, tree)
    for number, section in enumerate(tree["sections"]):
        yield Part(f"s{number}", section)
        for place, item in enumerate(section["items"]):
            yield Part(f"s{number}i{place}", item)


def part(tree: Tree, at: str) -> Part:
    """The part at a place; the form itself where there is none (any more)."""
    return next((one for one in outline(tree) if one.at == at), Part(HEAD, tree))


def before(tree: Tree, at: str) -> list[Tree]:
    """The items that stand before one: those a condition may ask."""
    found: list[Tree] = []
    for one in outline(tree):
        if one.at == at:
            break
        if "i" in one.at and one.at != HEAD:
            found.append(one.tree)
    return found


def fresh_id(tree: Tree, stem: str) -> str:
    """An id that is not taken yet: ``item-7``."""
    taken = {one.tree["id"] for one in outline(tree)}
    return next(name for name in (f"{stem}-{count}" for count in range(1, 10_000)) if name not in taken)


def add_section(tree: Tree) -> str:
    """A new section at the end; returns its place."""
    tree["sections"].append(blank_section(fresh_id(tree, "part")))
    return f"s{len(tree['sections']) - 1}"


def add_item(tree: Tree, at: str) -> str:
    """A new item behind the one at a place, or at the end of the section there; returns its place."""
    if not tree["sections"]:
        add_section(tree)
    one = part(tree, at)
    section, place = one.place if one.at != HEAD else (len(tree["sections"]) - 1, None)
    items = tree["sections"][section]["items"]
    behind = len(items) if place is None else place + 1
    items.insert(behind, blank_item(fresh_id(tree, "item")))
    return f"s{section}i{behind}"


def copy_part(tree: Tree, at: str) -> str:
    """The same item again, right behind; returns its place."""
    section, place = part(tree, at).place
    assert place is not None
    items = tree["sections"][section]["items"]
    items.insert(place + 1, deepcopy(items[place]) | {"id": fresh_id(tree, items[place]["id"][:50])})
    return f"s{section}i{place + 1}"


def remove(tree: Tree, at: str) -> str:
    """Take a part out; returns the place of what stands there now."""
    section, place = part(tree, at).place
    if place is None:
        tree["sections"].pop(section)
        return f"s{min(section, len(tree['sections']) - 1)}" if tree["sections"] else HEAD
    items = tree["sections"][section]["items"]
    items.pop(place)
    return f"s{section}i{min(place, len(items) - 1)}" if items else f"s{section}"


def move(tree: Tree, at: str, down: bool) -> str:
    """A section or item one place up or down, an item beyond its section's end into the next one; returns
    its new place, the old one where it can go no further.
    """
    section, place = part(tree, at).place
    sections, step = tree["sections"], 1 if down else -1
    if place is None:
        if not 0 <= section + step < len(sections):
            return at
        sections.insert(section + step, sections.pop(section))
        return f"s{section + step}"
    items = sections[section]["items"]
    if 0 <= place + step < len(items):
        items.insert(place + step, items.pop(place))
        return f"s{section}i{place + step}"
    if not 0 <= section + step < len(sections):
        return at
    other = sections[section + step]["items"]
    to = 0 if down else len(other)
    other.insert(to, items.pop(place))
    return f"s{section + step}i{to}"
