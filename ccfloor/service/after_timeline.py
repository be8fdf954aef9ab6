"""The timeline of an after-action sheet: everything that happened and everything people did, in order. Pure.

Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule, Words
from ccfloor.service.after_curve import Stretch
from ccfloor.service.plan_notes import Note
from ccfloor.store.plan_rows import CommandFact, NoticeFact

_MOST_COMMANDS = 300
_NOTE_KINDS = {"ack": "acked", "tick": "tick", "untick": "untick", "report": "report", "command": "command"}
_OF_INCIDENT = ("declared", "done", "closed", "reopened")
_RANK = {kind: rank for rank, kind in enumerate(("active", "fired", "declared", "acked"))}


class Text(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The text in one language."""
        return self.zh if lang == "zh" else self.en


class Fired(NamedTuple):
    """An alarm, the version of the rule that gave it (None: no longer stored), and since when it counted."""

    alarm: Alarm
    rule: Rule | None
    valid_from: float = 0.0


class Moment(msgspec.Struct, frozen=True):
    """A line of the timeline. ``kind`` picks the words; ``about``: rule, item, seat or channel; ``code``:
    what exactly (``unpause/done``, ``first/sent``); ``text``: as people wrote it; ``step``: of which alarm.

    Kinds: active, fired, cleared, acked, tick, untick, note, command, report, notice, blind, sighted,
    declared, done, closed, reopened.
    """

    at: float
    kind: str
    who: str = ""
    about: Text = Text("", "")
    code: str = ""
    text: str = ""
    step: str = ""


def both(words: Words) -> Text:
    """A rule's words."""
    return Text(words.zh, words.en)


def moments(
    steps: Sequence[Fired],
    notes: Iterable[Note],
    commands: Iterable[CommandFact],
    notices: Iterable[NoticeFact],
    blind: Iterable[Stretch],
    config: FloorConfig,
) -> list[Moment]:
    """Everything in order of time; of the same instant in order of cause.

    A command that a note tells of is told once, in the note's words.
    """
    facts = {str(command.id): command for command in commands}
    notes = list(notes)
    items = {
        (fired.alarm.key, item.id): both(item.text)
        for fired in steps
        for item in (fired.rule.todo if fired.rule else ())
    }
    found = [moment for fired in steps for moment in _of_alarm(fired)]
    found += [_of_note(note, items, facts, config) for note in notes]
    told = {note.item for note in notes if note.kind == "command"}
    alone = [command for number, command in facts.items() if number not in told]
    found += [_of_command(command, config) for command in alone[:_MOST_COMMANDS]]
    found += [
        Moment(n.at, "notice", about=Text(n.channel, n.channel), code=f"{n.kind}/{n.state}", step=n.about)
        for n in notices
    ]
    for start, end in blind:
        found += [Moment(start, "blind"), Moment(end, "sighted")]
    return sorted(found, key=lambda moment: (moment.at, _RANK.get(moment.kind, 9)))


def _of_alarm(fired: Fired) -> list[Moment]:
    alarm = fired.alarm
    name = both(fired.rule.name) if fired.rule else Text(alarm.rule, alarm.rule)
    pairs = (("active", alarm.active_at), ("fired", alarm.fired_at), ("cleared", alarm.cleared_at))
    return [Moment(at, kind, about=name, step=alarm.key) for kind, at in pairs if at]


def _of_note(
    note: Note,
    items: Mapping[tuple[str, str], Text],
    facts: Mapping[str, CommandFact],
    config: FloorConfig,
) -> Moment:
    kind = _NOTE_KINDS.get(note.kind, "note")
    fact = facts.get(note.item) if kind == "command" else None
    if fact is not None:
        return msgspec.structs.replace(_of_command(fact, config), at=note.at, who=note.who, step=note.about)
    if note.about.startswith("incident/") and note.kind == "note" and note.item in _OF_INCIDENT:
        kind = note.item
    about = items.get((note.about, note.item), Text("", ""))
    return Moment(note.at, kind, note.who, about, "", note.text, note.about)


def _of_command(command: CommandFact, config: FloorConfig) -> Moment:
    code = f"{command.kind}/{command.status}"
    return Moment(command.at, "command", command.who, seat_name(config, command.seat), code, command.why)


def seat_name(config: FloorConfig, seat: str) -> Text:
    """Who usually sits there, in both languages."""
    info = config.seats.get(seat)
    if info is None:
        return Text(seat, seat)
    return Text(info.agent or seat, info.agent_en or info.agent or seat)
