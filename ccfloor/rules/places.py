"""Where in a file a wrong value stands: file, line and field for one-sentence messages."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import yaml
from pydantic import ValidationError

Loc = Sequence[int | str]


class Problem(NamedTuple):
    """One wrong value. ``line`` 0: the file as a whole, or not from a file. ``zh``: why, in Chinese."""

    file: str
    line: int
    field: str
    why: str
    zh: str = ""

    def __str__(self) -> str:
        return self.said("en")

    def said(self, lang: str) -> str:
        """The sentence in a language; in English where there is no other."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        why = self.zh if lang == "zh" and self.zh else self.why
        return f"{place}: {self.field}: {why}" if self.field else f"{place}: {why}"


def dotted(loc: Loc) -> str:
    """A location as people write it: ``bands.busy``, ``support.targets[1].target``."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def problems_of(
    error: ValidationError,
    file: str,
    line_of: Callable[[Loc], int],
    origin: Mapping[str, str] | None = None,
) -> list[Problem]:
    """Sentences for every wrong value; ``origin`` names those that came from elsewhere than the file."""
    found = []
    for item in error.errors(include_url=False, include_input=False):
        field = dotted(item["loc"])
        why = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            why = "there is no such setting"
        source = _source(field, origin or {})
        found.append(Problem(source or file, 0 if source else line_of(item["loc"]), field, why))
    return found


def _source(field: str, origin: Mapping[str, str]) -> str:
    for name, variable in origin.items():
        if field == name or field.startswith(name + "["):
            return variable
    return ""


def toml_line(text: str, loc: Loc) -> int:
    """Line (from 1) of a setting in a TOML text, of its section where it stands alone; 0 if nowhere."""
    names = [str(part) for part in loc if not isinstance(part, int)]
    section: list[str] = []
    best = 0
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if head:
            section = _keys(head[1])
        here = section if head else section + _keys(key[1]) if key else None
        if here is not None and here == names[: len(here)]:
            if len(here) == len(names):
                return number
            best = number
    return best


def _keys(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in text.split(".")]


def yaml_line(text: str, loc: Loc) -> int:
    """Line (from 1) of the deepest node of a YAML text along ``loc``; 0 where there is none."""
    return node_line(yaml.compose(text, Loader=yaml.SafeLoader), loc)


def node_line(node: yaml.Node | None, loc: Loc) -> int:
    """The same of a text that is composed already."""
    line = 0
    for part in loc:
        step = _step(node, part)
        if step is None:
            break
        line, node = step
    return line


def _step(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        inner = node.value[part]
        return inner.start_mark.line + 1, inner
    return None
