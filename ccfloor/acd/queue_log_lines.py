"""One line of Asterisk's queue_log, Asterisk 11 to 23 → one FloorEvent, or why it cannot be read.

A line is ``epoch|call|queue|agent|VERB|data…``; data differ by verb (app_queue.c, logger.c). Asterisk
does not escape ``|``, so an agent's name, a pause reason or a transfer target may shift the columns:
the verb is the anchor, what stands before it is the agent, and numbers are counted from the side
where nothing can be shifted. Durations are seconds, except that ringing is written in milliseconds.
"""

import re
from collections.abc import Iterator

import msgspec

from ccfloor.acd.queue_log_verbs import NUMBERS, OWN_VERB, VERBS, Parts, Shape
from ccfloor.acd.sentences import say
from ccfloor.floor.events import FloorEvent, Noted

NOBODY = frozenset({"", "NONE"})
FIRST_AT, LAST_AT = 1e8, 4e9  # 1973 to 2096: anything else in the first column is not a time of day
_MOST_PIPES_IN_A_NAME = 8
_SHOWN = 60
_TIME = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")
_PLAIN_VERB = re.compile(r"[A-Z][A-Z0-9_]{2,}")


class BadLine(msgspec.Struct, frozen=True):
    """Why a line cannot be read. ``event``: what could be kept of it all the same."""

    code: str
    details: dict[str, str] = {}
    event: FloorEvent | None = None

    def say(self, language: str = "en") -> str:
        """The reason in one sentence."""
        return say(self.code, self.details, language)


class _Unfit(Exception):
    """The data of a line do not fit its verb."""

    def __init__(self, code: str, **details: str) -> None:
        self.code, self.details = code, details


def parse_line(line: str) -> FloorEvent | BadLine:
    """The event of one line (without its end). Never raises.

    Where a broken beginning runs into a whole line, the whole one is kept and the break is reported.
    """
    result = _parse(line.lstrip("\ufeff"))
    return (_embedded(line) or result) if _is_doubtful(result, line) else result


def _is_doubtful(result: FloorEvent | BadLine, line: str) -> bool:
    """Whether the line could be two that ran into each other."""
    if isinstance(result, BadLine):
        return result.event is None
    return line.count("|") >= 9 or (isinstance(result, Noted) and result.verb not in VERBS)


def _parse(line: str) -> FloorEvent | BadLine:
    fields = line.split("|")
    try:
        if len(fields) < 5:
            raise _Unfit("line_short", count=str(len(fields)))
        at = instant(fields[0])
        if at is None:
            raise _Unfit("line_bad_time", value=shown(fields[0]))
        if "\0" in line:
            raise _Unfit("line_binary")
        return _event(at, fields, _verb_index(fields))
    except _Unfit as unfit:
        return BadLine(unfit.code, unfit.details)


def instant(text: str) -> float | None:
    """The first column as UTC epoch seconds; None if it is anything else."""
    return float(text) if _TIME.fullmatch(text) and FIRST_AT <= float(text) <= LAST_AT else None


def number(text: str) -> float | None:
    """A count, seconds or milliseconds as Asterisk writes them, perhaps negative; None if it is no number."""
    return float(text) if _NUMBER.fullmatch(text) else None


def shown(text: str) -> str:
    """A piece of a line fit to be shown: printable and short."""
    clean = "".join(letter if letter.isprintable() else "·" for letter in text[: _SHOWN + 1])
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"


# -- finding the verb --------------------------------------------------------------------------------


def _verb_index(fields: list[str]) -> int:
    """Where the verb stands: the fifth field, unless a ``|`` in the agent's name moved it."""
    if fields[4] in VERBS or fields[3] == "NONE":
        return 4
    for index in range(5, min(len(fields), 5 + _MOST_PIPES_IN_A_NAME)):
        if fields[index] in VERBS and _is_verb(fields, index):
            return index
    return 4


def _is_verb(fields: list[str], index: int) -> bool:
    """Whether a known word beyond the fifth field is the verb and not data of a site's own verb."""
    shape = VERBS[fields[index]]
    if not NUMBERS.intersection(shape.fields):
        return index == 5 or not _PLAIN_VERB.fullmatch(fields[4])
    try:
        _take_apart(shape, fields[index], fields[index + 1 :])
    except _Unfit:
        return False
    return True


_EMBEDDED = re.compile(
    r"(?=((?:\d{10}|(?<!\d)\d{9})(?:\.\d+)?\|[^|]*\|[^|]*\|[^|]*\|([A-Z]+)(?:\||$)))", re.MULTILINE
)


def _embedded(line: str) -> BadLine | None:
    """The whole line at the end of a broken one: a write cut short by a crash, zeros left by one."""
    starts = [found.start() for found in _EMBEDDED.finditer(line) if found[2] in VERBS]
    if not starts or line[: starts[-1]] in ("", "-"):
        return None
    inner = _parse(line[starts[-1] :])
    event = inner.event if isinstance(inner, BadLine) else inner
    return BadLine("line_torn", {"text": shown(line[: starts[-1]])}, event) if event else None


# -- taking the data apart ---------------------------------------------------------------------------


def _event(at: float, fields: list[str], index: int) -> FloorEvent | BadLine:
    verb, tail = fields[index], fields[index + 1 :]
    shape = VERBS.get(verb) or _own_verb(verb, tail)
    names = {"call": fields[1], "queue": fields[2], "agent": "|".join(fields[3:index])}
    for place, field in enumerate(names, start=2):
        if field in shape.needs and names[field] in NOBODY:
            raise _Unfit("line_no_value", verb=verb, index=str(place), field=field)
    call, queue, seat = ("" if name in NOBODY else name for name in names.values())
    text, number = _take_apart(shape, verb, tail)
    event = shape.build(Parts(at, call, queue, seat, verb, text, number))
    for field in (name for name, value in number.items() if value is None):
        return BadLine("line_negative", {"verb": verb, "field": field, "value": text[field]}, event)
    return event


def _own_verb(verb: str, tail: list[str]) -> Shape:
    if not verb.isprintable() or not any(letter.isalpha() for letter in verb) or "\ufffd" in verb:
        raise _Unfit("line_bad_verb", value=shown(verb))
    if not tail and any(known.startswith(verb) for known in VERBS):
        raise _Unfit("line_cut", verb=verb)  # Asterisk writes a "|" behind every verb
    return OWN_VERB


def _take_apart(shape: Shape, verb: str, tail: list[str]) -> tuple[dict[str, str], dict[str, float | None]]:
    """Data by name, and those that are numbers. Raises _Unfit where they do not fit the verb."""
    text = dict(_named(shape.fields, verb, tail))
    number = {name: _number(verb, name, value) for name, value in text.items() if name in NUMBERS}
    return text, number


def _named(names: tuple[str, ...], verb: str, tail: list[str]) -> Iterator[tuple[str, str]]:
    rest = next((place for place, name in enumerate(names) if name[0] == "*"), len(names))
    after = len(names) - rest - 1 if rest < len(names) else 0
    while tail and not tail[-1] and (after or len(tail) > rest):
        tail = tail[:-1]  # databases pad missing data with empty columns
    if len(tail) < rest + after:
        raise _Unfit("line_cut_data", verb=verb, count=str(len(tail)), needed=str(rest + after))
    yield from zip(names[:rest], tail, strict=False)
    if rest < len(names):
        end = len(tail) - after
        yield names[rest][1:], "|".join(tail[rest:end])
        yield from zip(names[rest + 1 :], tail[end:], strict=True)


def _number(verb: str, field: str, text: str) -> float | None:
    """The number of a field; None if negative. Raises _Unfit if it is no number."""
    value = number(text)
    if value is None:
        raise _Unfit("line_bad_number", verb=verb, field=field, value=shown(text))
    return value if value >= 0 else None
