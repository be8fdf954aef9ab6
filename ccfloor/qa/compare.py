"""What differs between two versions of a form or plan: part by part, by their ids, not line by line."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan

Values = dict[str, Any]
_LISTS = {"sections": "section", "items": "item", "options": "option", "quotas": "quota", "wanted": "wanted"}


class Difference(NamedTuple):
    """One thing that differs. ``part``: form, plan, section, item, option, quota, wanted; ``id``: its own, of
    an option ``item/option``. ``field`` is empty where the whole part came (``before`` None) or went.
    """

    part: str
    id: str
    field: str
    before: Any
    after: Any


def differences(old: Form | Plan, new: Form | Plan) -> list[Difference]:
    """All that differs, in the order of the new one; what went stands at the end of its kind."""
    before, after = _parts(old), _parts(new)
    found = [one for key, values in after.items() for one in _changed(key, before.get(key), values)]
    found += [
        Difference(*key, "", values["name"], None) for key, values in before.items() if key not in after
    ]
    return found + list(_moved(before, after))


def _changed(key: tuple[str, str], before: Values | None, after: Values) -> Iterator[Difference]:
    if before is None:
        yield Difference(*key, "", None, after["name"])
        return
    for field in dict.fromkeys((*before, *after)):
        if before.get(field) != after.get(field):
            yield Difference(*key, field, before.get(field), after.get(field))


def _moved(
    before: Mapping[tuple[str, str], Values], after: Mapping[tuple[str, str], Values]
) -> Iterator[Difference]:
    """Parts that stand in another order than before, each kind told once."""
    for part in dict.fromkeys(part for part, _ in after):
        was, is_ = ([key[1] for key in keys if key[0] == part] for keys in (before, after))
        was, is_ = [name for name in was if name in is_], [name for name in is_ if name in was]
        if was != is_ and part != "option":
            yield Difference(part, "", "order", was, is_)


def _parts(body: Form | Plan) -> dict[tuple[str, str], Values]:
    """Every part by its kind and id, with its own fields."""
    tree = body.model_dump(mode="json", by_alias=True)
    kind = "form" if isinstance(body, Form) else "plan"
    return dict(_flat(kind, "", tree, {}))


def _flat(part: str, name: str, tree: Values, more: Values) -> Iterator[tuple[tuple[str, str], Values]]:
    inner = {field: value for field, value in tree.items() if field in _LISTS}
    own = {field: value for field, value in tree.items() if field not in inner} | more
    yield (part, name), _told(own)
    for field, listed in inner.items():
        for one in listed:
            mine = str(one.get("id") or one.get("of"))
            within: Values = {"section": name} if part == "section" else {}
            whole = f"{name}/{mine}" if field == "options" else mine
            yield from _flat(_LISTS[field], whole, one, within)


def _told(own: Values) -> Values:
    """A condition in its parts, and a name for what has none."""
    when = own.pop("when", None) or {}
    own |= {f"when.{field}": value for field, value in when.items() if value}
    return own | {"name": own.get("name") or own.get("of")}
