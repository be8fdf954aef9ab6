"""Entries of the audit log in words: who, what, about what, and what was before and after."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ccfloor.access.chain import Entry
from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.rules.signals import METRICS
from ccfloor.service.audit import COMMAND_LINE, OPEN, PROGRAMS
from ccfloor.service.audit_check import Checked
from ccfloor.store.audit import Written
from ccfloor.ui.export import Cell
from ccfloor.ui.rules_words import queue_name, span
from ccfloor.ui.scope_words import seat_label
from ccfloor.ui.texts import Lang, listed, text, texts

DASH = "–"
COLUMNS = ("number", "at", "who", "role", "source", "act", "about", "change", "why", "hash")
_INSTANTS = ("start", "end", "started_at", "valid_from", "until", "call_at")
_QUEUES = ("queue", "queues", "last_seat_of")
_SEATS = ("seat", "seats")
_EVERY = ("queues", "teams", "agents")  # none named: all of them
_STATES = ("status", "reason", "reasons", "forbid_reasons")


class Change(NamedTuple):
    """One thing that an act changed, in words; None where it tells nothing of before (after)."""

    label: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.label}: {self.after}"
        return f"{self.label}: {self.before} → {DASH if self.after is None else self.after}"


class Words:
    """The words of one language and site."""

    def __init__(self, config: FloorConfig, lang: Lang) -> None:
        self._config, self.lang, self._texts = config, lang, texts(lang)

    def act(self, entry: Entry) -> str:
        """What was done."""
        return self._texts.get(f"audit.act.{entry.act}", entry.act)

    def who(self, entry: Entry) -> str:
        """Who did it."""
        return self.named(entry.who) if entry.role == Role.SYSTEM else entry.who or DASH

    def named(self, who: str) -> str:
        """A name; the program's own are words."""
        return text(f"audit.who.{PROGRAMS[who]}", self.lang) if who in PROGRAMS else who or DASH

    def role(self, entry: Entry) -> str:
        """As what."""
        if entry.role == Role.SYSTEM:
            return "" if entry.who in PROGRAMS else text("audit.role.system", self.lang)
        key = "audit.role.open" if entry.role == OPEN else f"access.role.{entry.role}"
        return self._texts.get(key, entry.role)

    def source(self, entry: Entry) -> str:
        """From where."""
        if not entry.source and entry.role == OPEN:
            return text("audit.source.here", self.lang)
        return "" if entry.role == Role.SYSTEM and not entry.source else self.address(entry.source)

    def address(self, source: str) -> str:
        """An address; the command line has none."""
        return text("audit.source.command_line", self.lang) if source == COMMAND_LINE else source or DASH

    def clock(self, at: float) -> str:
        """An instant by the site's clock, to the second."""
        return datetime.fromtimestamp(at, ZoneInfo(self._config.zone)).strftime("%Y-%m-%d %H:%M:%S")

    def about(self, entry: Entry) -> str:
        """What it was done to."""
        kind, _, name = entry.about.partition("/")
        if kind == "alarm":
            name = self._alarm(name)
        elif kind == "seat":
            name = seat_label(self._config, name, self.lang)
        key = f"audit.about.{kind}" if name else f"audit.about.{kind}.none"
        return text(key, self.lang, name=name) if key in self._texts else entry.about

    def _alarm(self, key: str) -> str:
        rule, _, rest = key.partition("/")
        subject, _, fired = rest.rpartition("/")
        try:
            return " · ".join(word for word in (rule, subject, self.clock(float(fired))) if word)
        except ValueError:
            return key

    # -- before and after --------------------------------------------------------------------------

    def changes(self, entry: Entry) -> list[Change]:
        """What changed, one line each; then what else the act tells."""
        was, is_ = _read(entry.before), _read(entry.after)
        before, after = dict(self._flat(was, ())), dict(self._flat(is_, ()))
        keys = [*before, *(key for key in after if key not in before)]
        told = (Change(self._label(key), self._of(before, key), self._of(after, key)) for key in keys)
        return [
            one for one in told if one.before != one.after and (one.before is not None or one.after != DASH)
        ]

    def _of(self, values: Mapping[tuple[str, ...], Any], key: tuple[str, ...]) -> str | None:
        return self._value(key[-1], values[key]) if key in values else None

    def _flat(
        self, values: Mapping[str, Any], path: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Any]]:
        """The values with their paths; a text in both languages is one value."""
        for name, value in values.items():
            if isinstance(value, Mapping) and not _is_text(value):
                yield from self._flat(value, (*path, name))
            else:
                yield (*path, name), value

    def _label(self, path: Iterable[str]) -> str:
        return " · ".join(self._texts.get(f"audit.field.{name}", name) for name in path)

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return text("audit.yes" if value else "audit.no", self.lang)
        if value is None or value == "":
            return text("audit.all", self.lang) if name in _EVERY and value is None else DASH
        if isinstance(value, Mapping):
            told = self._of_seats(value) or value.get(self.lang) or value.get("text")
            return str(told or msgspec.json.encode(value).decode())
        if isinstance(value, list):
            return self._list(name, value)
        if isinstance(value, (int, float)):
            return self._number(name, float(value))
        return self._name(name, str(value))

    def _list(self, name: str, values: list[Any]) -> str:
        if not values:
            return text("audit.all", self.lang) if name in _EVERY else DASH
        told = (self._value(name, _inner(value)) for value in values)
        return listed(told, self.lang)

    def _of_seats(self, value: Mapping[str, Any]) -> str:
        """What a seat serves, or what was asked of the switch for it; "" for anything else."""
        if value.keys() == {"kind", "queue"}:
            kind = self._texts.get(f"cmd.kind.{value['kind']}", str(value["kind"]))
            queue = str(value["queue"])
            return f"{kind} {queue_name(self._config, queue, self.lang)}" if queue else kind
        if value.keys() != {"seat", "queues"}:
            return ""
        queues = value["queues"].items()
        served = [f"{queue_name(self._config, queue, self.lang)} {penalty}" for queue, penalty in queues]
        who = f"{seat_label(self._config, value['seat'], self.lang)}: " if value["seat"] else ""
        return who + (" + ".join(served) or DASH)

    def _number(self, name: str, value: float) -> str:
        if name in _INSTANTS:
            return self.clock(value)
        return span(value, self.lang) if name.endswith("_s") else f"{value:.10g}"

    def _name(self, name: str, value: str) -> str:
        """A name that stands for something, in words; anything else as it is."""
        if name in _QUEUES:
            return queue_name(self._config, value, self.lang)
        if name in _SEATS:
            return seat_label(self._config, value, self.lang)
        if name == "message":
            said = self._texts.get(f"moves.said.{value}", value)
            return self._texts.get(f"audit.value.message.{value}", said)
        if name == "metric" and (metric := METRICS.get(value)):
            return metric.zh if self.lang == "zh" else metric.en
        if name == "page":
            return self._texts.get(f"page.{value}", value)
        if name == "role":
            return self._texts.get(f"access.role.{value}", value)
        keys = [f"audit.value.{name}.{value}"]
        if name in _STATES:
            keys += [f"reason.{value}", f"status.long.{value}"]
        return next((self._texts[key] for key in keys if key in self._texts), value)


def _inner(value: Any) -> Any:
    """An item of a checklist is told by its text."""
    return value["text"] if isinstance(value, Mapping) and "text" in value else value


def _is_text(value: Mapping[str, Any]) -> bool:
    return bool(value) and value.keys() <= {"zh", "en"}


def _read(told: str) -> dict[str, Any]:
    return msgspec.json.decode(told, type=dict[str, Any]) if told else {}


def file_row(one: Written, words: Words) -> list[Cell]:
    """An entry as a row of a file."""
    entry = one.entry
    changes = "\n".join(str(change) for change in words.changes(entry))
    told = (words.who(entry), words.role(entry), words.source(entry), words.act(entry), words.about(entry))
    return [entry.number, words.clock(entry.at), *told, changes, entry.why, one.hash]


def chain_words(checked: Checked, words: Words) -> str:
    """What a check found, as one sentence."""
    at, lang = words.clock(checked.at), words.lang
    if checked.fault:
        return text(f"audit.chain.{checked.fault}", lang, n=checked.where, before=checked.number)
    if not checked.last:
        return text("audit.chain.empty", lang)
    if not checked.whole:
        return text("audit.chain.part", lang, n=f"{checked.number:,}", last=f"{checked.last:,}", at=at)
    return text("audit.chain.holds", lang, n=f"{checked.number:,}", at=at, hash=checked.hash)
