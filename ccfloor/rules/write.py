"""Rules as YAML text, as a person would write them: what is as by default is left out."""

from collections.abc import Iterable
from typing import Any

import yaml

from ccfloor.rules.model import Rule


class _Writer(yaml.SafeDumper):
    """Short parts stand on one line, long ones below each other."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Indent the items of a list, too."""
        return super().increase_indent(flow, False)


def _sequence(writer: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    plain = all(not isinstance(item, list | dict) for item in items)
    return writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=plain)


def _mapping(writer: yaml.SafeDumper, items: dict[str, Any]) -> yaml.Node:
    short = sum(len(f"{key}: {item}, ") for key, item in items.items()) <= 70
    plain = all(not isinstance(item, dict) for item in items.values())
    return writer.represent_mapping("tag:yaml.org,2002:map", items.items(), flow_style=short and plain)


_Writer.add_representer(list, _sequence)
_Writer.add_representer(dict, _mapping)


def plain(rule: Rule) -> dict[str, Any]:
    """A rule as plain values: whole numbers without a fraction, defaults left out."""
    found: dict[str, Any] = whole_numbers(rule.model_dump(mode="json", exclude_defaults=True))
    return found


def whole_numbers(value: Any) -> Any:
    """Plain values in which a number without a fraction is a whole one."""
    if isinstance(value, dict):
        return {key: whole_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def rule_text(rule: Rule) -> str:
    """One rule alone."""
    return tree_text(plain(rule))


def rules_text(rules: Iterable[Rule]) -> str:
    """A whole file that says the same rules again."""
    return tree_text({"rules": [plain(rule) for rule in rules]})


def tree_text(tree: Any) -> str:
    """Plain values as YAML, whether they make a rule or not."""
    text: str = yaml.dump(tree, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
    return text
