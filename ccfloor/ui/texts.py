"""Every word on a screen, in Chinese and English, by key. The same dictionaries are handed to the boards."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, cast

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

_FOLDER = Path(__file__).with_name("texts")
_PLACE = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
_MARKS = re.compile(r"[\\`*_{}\[\]<>#~$|:&]")
_LEADING = re.compile(r"^(\d*)([-+.)])")


@cache
def texts(lang: Lang) -> dict[str, str]:
    """All texts of one language: ``zh.json`` and every ``<part>.zh.json``. Keys: ``wall.waiting``."""
    found: dict[str, str] = {}
    for path in text_files(lang):
        found |= cast(dict[str, str], json.loads(path.read_text(encoding="utf-8")))
    return found


def text_files(lang: Lang) -> list[Path]:
    """The files that hold one language; no key may stand in two of them."""
    return [_FOLDER / f"{lang}.json", *sorted(_FOLDER.glob(f"*.{lang}.json"))]


def text(key: str, lang: Lang, **details: object) -> str:
    """The text of a key, its ``{places}`` filled from ``details``. Raises KeyError on an unknown key.

    ``{n|seat|seats}`` is the first word if ``n`` is 1, else the second. A place without a detail stays as it
    is, so that a forgotten one is seen rather than an error raised.
    """
    return _PLACE.sub(lambda match: _filled(match, details), texts(lang)[key])


def _filled(match: re.Match[str], details: Mapping[str, object]) -> str:
    if match[1] not in details:
        return match[0]
    shown = str(details[match[1]])
    if match[2] is None:
        return shown
    return match[2] if shown == "1" else match[3]


def listed(names: Iterable[str], lang: Lang) -> str:
    """Names in one line, with the language's own comma."""
    return ("、" if lang == "zh" else ", ").join(names)


def as_written(words: str) -> str:
    """Somebody's words for where Streamlit reads Markdown: shown as they were written, on one line."""
    line = _MARKS.sub(r"\\\g<0>", " ".join(words.split()))
    return _LEADING.sub(r"\1\\\2", line)


def places(template: str) -> set[str]:
    """The names of the places a template has."""
    return {match[1] for match in _PLACE.finditer(template)}


def language(wanted: str | None, locale: str | None = None) -> Lang:
    """The language to show: what the URL says, else what the browser prefers, else Chinese."""
    for candidate in (wanted, (locale or "").split("-")[0].lower()):
        if candidate in LANGS:
            return candidate
    return "zh"
