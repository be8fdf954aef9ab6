"""Forms and plans as YAML text: short, as a person would write them, or whole, to be kept."""

from typing import Any

from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.rules.write import tree_text, whole_numbers


def plain(body: Form | Plan) -> dict[str, Any]:
    """As plain values; what is as by default is left out."""
    found: dict[str, Any] = whole_numbers(body.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return found


def body_text(body: Form | Plan) -> str:
    """As a person would write it."""
    return tree_text(plain(body))


def kept_text(body: Form | Plan) -> str:
    """With every value, so that it stays the same whatever later becomes the default."""
    return tree_text(whole_numbers(body.model_dump(mode="json", by_alias=True)))
