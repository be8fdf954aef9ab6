"""A metric over time in one line: ``0 8x30m 7`` is 0 for one step, then 8 for thirty minutes, then 7 on.

``?x2m`` is two minutes out of sight, ``_x5m`` five minutes in which the metric gives no verdict. ``80%`` is
0.8. A value without a length lasts one step; the last value stays.
"""

import re
from typing import NamedTuple

_PART = r"\d+(?:\.\d+)?(?:h|m|s)"
_DURATION = re.compile(rf"(?:{_PART})+|0")
_TOKEN = re.compile(rf"(\?|_|-?\d+(?:\.\d+)?%?)(?:x((?:{_PART})+))?")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


class Step(NamedTuple):
    """The value from an offset (seconds) on. ``sighted`` False: out of sight; ``value`` None: no verdict."""

    at: float
    value: float | None
    sighted: bool = True


def duration(text: str) -> float:
    """Seconds of ``1h30m``, ``59s``, ``0``. Raises ValueError with one sentence."""
    cleaned = text.strip()
    if not _DURATION.fullmatch(cleaned):
        raise ValueError(f"{text!r} is no length of time such as 30m, 59s or 1h30m")
    return sum(float(part[0]) * _UNITS[part[1]] for part in re.findall(r"(\d+(?:\.\d+)?)(h|m|s)", cleaned))


def spelled(seconds: float) -> str:
    """A length of time as the language has it: ``29m59s``, ``0.5s``; the other way round of ``duration``."""
    whole, rest = divmod(round(seconds * 1000), 60_000)
    parts = [(f"{whole // 60}", "h"), (f"{whole % 60}", "m"), (f"{rest / 1000:g}", "s")]
    return "".join(count + unit for count, unit in parts if count != "0") or "0s"


def steps(text: str, step_s: float) -> tuple[list[Step], float]:
    """The steps of a line, and where the last one would end. Raises ValueError with one sentence."""
    found, at = [], 0.0
    for token in text.split():
        parsed = _TOKEN.fullmatch(token)
        if parsed is None:
            raise ValueError(f"{token!r} is no value such as 8, 8x30m, 80%x15m, ?x2m or _x5m")
        found.append(Step(at, _value(parsed[1]), parsed[1] != "?"))
        at += duration(parsed[2]) if parsed[2] else step_s
    if not found:
        raise ValueError("a series needs at least one value")
    return found, at


def _value(text: str) -> float | None:
    if text in "?_":
        return None
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)
