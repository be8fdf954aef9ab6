"""A YAML text that people write: its tree, the lines of its parts, and a sentence for all that is wrong."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from ccfloor.rules.places import Loc, Problem, dotted, node_line
from ccfloor.rules.wrong import Own, why

_MOST_CHARACTERS = 500_000
T = TypeVar("T", bound=BaseModel)


class YamlText:
    """A text and what is wrong with it. ``tree`` is None where it is empty or cannot be read.

    ``own``: sentences of the checks of its shapes, where they are others than the rules'.
    """

    def __init__(self, file: str, text: str, own: Own = ()) -> None:
        self.file, self.problems, self._own = file, list[Problem](), own
        self.tree: Any = None
        self._node: yaml.Node | None = None
        try:
            if len(text) > _MOST_CHARACTERS:
                self.note((), f"is longer than {_MOST_CHARACTERS} characters", "文件过长")
                return
            if "*" in text:
                self.problems += _aliases(file, text)
            self._node = None if self.problems else yaml.compose(text, Loader=yaml.SafeLoader)
            self.problems += (
                self.problem(*twice)
                for twice in (*_twice(self._node, ()), *_unmade(self._node, (), yaml.SafeLoader("")))
            )
            self.tree = None if self.problems or self._node is None else _made(self._node)
        except yaml.YAMLError as error:
            self._not_yaml(error)
        except RecursionError:
            self.note((), "is nested too deeply", "嵌套过深")

    def problem(self, loc: Loc, en: str, zh: str) -> Problem:
        """A sentence about the field at ``loc``."""
        return Problem(self.file, self.line(loc), dotted(loc), en, zh)

    def note(self, loc: Loc, en: str, zh: str) -> None:
        """Add a sentence to the problems."""
        self.problems.append(self.problem(loc, en, zh))

    def line(self, loc: Loc) -> int:
        """The line of a field, of the deepest part along the way to it."""
        line = node_line(self._node, loc)
        mark = self._node.start_mark if self._node is not None else None
        return line or (mark.line + 1 if mark is not None else 0)

    def checked(self, shape: type[T], loc: Loc, tree: Any) -> T | None:
        """The part of the tree at ``loc`` as its shape; None, and noted, where anything is wrong with it."""
        odd = list(_odd(tree, ()))
        for place in odd:
            self.note((*loc, *place), "must be a finite number", "必须是有限的数")
        try:
            made = TypeAdapter(shape).validate_python(tree)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                said = why(item, self._own)
                if tuple(item["loc"]) not in odd:
                    self.note((*loc, *item["loc"], *said.within), said.en, said.zh)
            return None
        return None if odd else made

    def _not_yaml(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else 0
        self.problems.append(Problem(self.file, line, "", f"is not YAML: {said}", f"不是合法的 YAML：{said}"))


def _aliases(file: str, text: str) -> Iterator[Problem]:
    """Parts that stand for others (``*name``), by which a short text can grow without end."""
    why = "must be written out, not by *{}", "要写全，不能用 *{} 引用"
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark is not None else 0
            yield Problem(file, line, "", *(words.format(event.anchor) for words in why))


def _made(node: yaml.Node) -> Any:
    """The values of a text that is composed already: it need not be read twice."""
    return yaml.SafeLoader("").construct_document(node)


def _unmade(
    node: yaml.Node | None, loc: tuple[int | str, ...], made: yaml.SafeLoader
) -> Iterator[tuple[Loc, str, str]]:
    """Values that look like a date or a number and are none: 2026-02-31."""
    if isinstance(node, yaml.ScalarNode):
        try:
            made.construct_object(node)
        except yaml.YAMLError:
            return  # told with its own line when the tree is made
        except ValueError:
            yield (
                loc,
                f"{node.value!r} cannot be read; a text needs quotes",
                f"{node.value!r} 读不了；文字要加引号",
            )
    elif isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            yield from _unmade(inner, (*loc, index), made)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _unmade(value, (*loc, str(key.value)), made)


def _twice(node: yaml.Node | None, loc: tuple[int | str, ...]) -> Iterator[tuple[Loc, str, str]]:
    """Fields that are given twice, of which YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            yield from _twice(inner, (*loc, index))
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                yield (*loc, name), f"is given again in line {line}", f"第 {line} 行又写了一次"
            lines[name] = line
            yield from _twice(value, (*loc, name))


def _odd(tree: Any, loc: tuple[int | str, ...]) -> Iterator[Loc]:
    """Numbers that are none or without end: nothing can be compared with them."""
    if isinstance(tree, float) and not math.isfinite(tree):
        yield loc
    inner = tree.items() if isinstance(tree, Mapping) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield from _odd(value, (*loc, key))
