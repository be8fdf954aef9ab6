"""Reads a YAML file into a pydantic model; a bad file gives one sentence with file, line and field."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Loc = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


class FileProblem(ValueError):
    """What is wrong with a file. ``line`` counts from 1 (0: none), ``field`` is dotted (empty: the file)."""

    def __init__(self, file: str, line: int, field: str, why: str) -> None:
        self.file, self.line, self.field, self.why = file, line, field, why
        place = f"{file}, line {line}" if line else file
        super().__init__(f"{place}, field {field}: {why}" if field else f"{place}: {why}")


def load(
    path: Path,
    model: type[Model],
    check: Callable[[Model], Iterable[tuple[Loc, str]]],
    change: Callable[[Any], Any] = lambda tree: tree,
) -> Model:
    """The file as ``model``. ``check`` yields (place, sentence) for what no single field can know. ``change``
    makes of the tree that was read the one that the model knows.

    Raises FileProblem for a file that is absent, is no YAML, or does not fit.
    """
    text = _text(path)
    root = _compose(path, text)
    try:
        value = model.model_validate(change(yaml.safe_load(text)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _problem(path, root, first["loc"], _plain(first["msg"])) from None
    for loc, why in check(value):
        raise _problem(path, root, loc, why)
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileProblem(str(path), 0, "", "there is no such file") from None
    except UnicodeDecodeError:
        raise FileProblem(str(path), 0, "", "is not UTF-8 text") from None
    except OSError as error:
        raise FileProblem(str(path), 0, "", error.strerror or "cannot be read") from None


def _compose(path: Path, text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileProblem(str(path), mark.line + 1 if mark else 0, "", str(error.problem)) from None
    except yaml.YAMLError:
        raise FileProblem(str(path), 0, "", "is not readable as YAML") from None


def _plain(message: str) -> str:
    """A validator's own sentence without pydantic's prefix, starting small as part of ours."""
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _problem(path: Path, root: yaml.Node | None, loc: Loc, why: str) -> FileProblem:
    return FileProblem(str(path), _line(root, loc), ".".join(str(part) for part in loc), why)


def _line(node: yaml.Node | None, loc: Loc) -> int:
    """Line of the deepest node of ``loc`` that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for part in loc:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
        return child.start_mark.line + 1, child
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    return None
