"""A metric over time in one line: ``0 8x30m 7`` is 0 for one step, then 8 for thirty minutes, then 7 on.

``?x2m`` is two minutes out of sight, ``_x5m`` five minutes in which the metric gives no verdict. ``80%`` is
0.8. ``0..300x5m`` rises steadily, as a waiting time does. A value without a length lasts one step; the last
value stays.
"""

import re
from math import inf
from typing import NamedTuple

_PART = r"\d+(?:\.\d+)?(?:h|m|s)"
_DURATION = re.compile(rf"(?:{_PART})+|0")
_NUMBER = r"-?\d+(?:\.\d+)?%?"
_TOKEN = re.compile(rf"(\?|_|{_NUMBER})(?:\.\.({_NUMBER}))?(?:x((?:{_PART})+))?")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


class Step(NamedTuple):
    """The value from an offset (seconds) on. ``sighted`` False: out of sight; ``value`` None: no verdict.
    ``to``: it goes there steadily until ``end``.
    """

    at: float
    end: float
    value: float | None
    to: float | None = None
    sighted: bool = True

    def crossing(self, level: float) -> float | None:
        """Where it meets a level on its way, its beginning included; None: nowhere, or it goes nowhere."""
        if self.value is None or self.to is None or self.to == self.value:
            return None
        share = (level - self.value) / (self.to - self.value)
        return self.at + share * (self.end - self.at) if 0 <= share <= 1 else None

    @property
    def beyond(self) -> float:
        """The end of the world on the side where it goes."""
        return inf if (self.to or 0.0) > (self.value or 0.0) else -inf


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


def steps(text: str, step_s: float) -> list[Step]:
    """The steps of a line. Raises ValueError with one sentence."""
    found: list[Step] = []
    for token in text.split():
        parsed = _TOKEN.fullmatch(token)
        if parsed is None or (parsed[2] and parsed[1] in "?_"):
            raise ValueError(f"{token!r} is no value such as 8, 8x30m, 80%x15m, 0..90x90s, ?x2m or _x5m")
        at = found[-1].end if found else 0.0
        end = at + (duration(parsed[3]) if parsed[3] else step_s)
        to = _value(parsed[2]) if parsed[2] else None
        found.append(Step(at, end, _value(parsed[1]), to, parsed[1] != "?"))
    if not found:
        raise ValueError("a series needs at least one value")
    return found


def _value(text: str) -> float | None:
    if text in "?_":
        return None
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)
