"""What people did about an alarm: who took it on, which items they ticked, what they wrote. Append-only.

``about`` is an alarm's key (``ccfloor.rules.alarms.alarm_key``) or ``incident/<id>``. What stands follows
from the notes in their order; nothing is ever changed or removed. Instants are UTC epoch seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.rules.model import Rule
from ccfloor.service.audit import acting, record
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms, incidents, plan_notes, rule_versions
from ccfloor.store.viewer import Viewer, sees_subject

WHO_MAX, TEXT_MAX = 60, 1000
_INCIDENT = "incident/"


class NoteKind(StrEnum):
    """What a note says."""

    ACK = "ack"
    TICK = "tick"
    UNTICK = "untick"
    NOTE = "note"
    COMMAND = "command"
    REPORT = "report"


_ACTS = {
    NoteKind.ACK: Act.PLAN_ACK,
    NoteKind.TICK: Act.PLAN_TICK,
    NoteKind.UNTICK: Act.PLAN_UNTICK,
    NoteKind.NOTE: Act.PLAN_NOTE,
    NoteKind.COMMAND: Act.PLAN_COMMAND,
    NoteKind.REPORT: Act.INCIDENT_REPORTED,
}


class NoteError(ValueError):
    """A note that is not taken. ``code`` picks the sentence in the texts (``plan.error.…``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Note(NamedTuple):
    """One row of ``plan_notes``."""

    id: int
    about: str
    at: float
    who: str
    kind: str
    item: str = ""
    text: str = ""


Notes = Mapping[str, Sequence[Note]]  # by what they are about


# -- writing -----------------------------------------------------------------------------------------


def acknowledge(engine: Engine, viewer: Viewer, config: FloorConfig, about: str, who: str, now: float) -> int:
    """Take an alarm on by name; the first one has it. Returns the note's id.

    Raises NoteError: ``no_who``, ``unknown_alarm`` (or out of the viewer's scope), ``already_acked``.
    """
    return _write(engine, viewer, config, Note(0, about, now, who, NoteKind.ACK))


def tick(
    engine: Engine, viewer: Viewer, config: FloorConfig, about: str, item: str, who: str, now: float
) -> int:
    """Tick an item of a checklist. Raises NoteError: as above, ``unknown_item``, ``already_ticked``."""
    return _write(engine, viewer, config, Note(0, about, now, who, NoteKind.TICK, item))


def untick(
    engine: Engine, viewer: Viewer, config: FloorConfig, about: str, item: str, who: str, now: float
) -> int:
    """Take a tick back; both stay on record. Raises NoteError: as above, ``not_ticked``."""
    return _write(engine, viewer, config, Note(0, about, now, who, NoteKind.UNTICK, item))


def write_note(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    about: str,
    text: str,
    who: str,
    now: float,
    *,
    kind: NoteKind = NoteKind.NOTE,
    item: str = "",
) -> int:
    """Write down what was done or seen. Raises NoteError: ``no_who``, ``no_text``, ``unknown_alarm``."""
    return _write(engine, viewer, config, Note(0, about, now, who, kind, item, text))


def check_about(engine: Engine, viewer: Viewer, config: FloorConfig, about: str) -> None:
    """Raises NoteError ``unknown_alarm`` where nothing of that name is known to the viewer."""
    viewer.needs(Right.FLOOR)
    with engine.connect() as connection:
        _check_about(connection, viewer, config, Note(0, about, 0.0, "", NoteKind.NOTE))


def _write(engine: Engine, viewer: Viewer, config: FloorConfig, note: Note) -> int:
    viewer.needs(Right.PLAN)
    note = note._replace(who=note.who.strip()[:WHO_MAX], text=note.text.strip()[:TEXT_MAX])
    if not note.who:
        raise NoteError("no_who")
    if note.kind in (NoteKind.NOTE, NoteKind.REPORT) and not note.text:
        raise NoteError("no_text")
    with writing(engine) as connection:
        _check_about(connection, viewer, config, note)
        _check_state(read_notes(connection, viewer.site, [note.about]).get(note.about, ()), note)
        row = note._asdict() | {"site": viewer.site}
        del row["id"]
        new = insert(plan_notes).values(row).returning(plan_notes.c.id)
        made = int(connection.execute(new).scalar_one())
        _log(connection, viewer, note)
        return made


def _log(connection: Connection, viewer: Viewer, note: Note) -> None:
    about = note.about if note.about.startswith(_INCIDENT) else f"alarm/{note.about}"
    told = {"command": note.item} if note.kind == NoteKind.COMMAND else {"item": note.item, "text": note.text}
    after = {name: value for name, value in told.items() if value}
    by = acting(note.who, viewer)
    record(connection, by, _ACTS[NoteKind(note.kind)], about, None, after, "", note.at, site=viewer.site)


def _check_about(connection: Connection, viewer: Viewer, config: FloorConfig, note: Note) -> None:
    if note.about.startswith(_INCIDENT):
        number = note.about.removeprefix(_INCIDENT)
        mine = (incidents.c.site == viewer.site, incidents.c.id == (int(number) if number.isdecimal() else 0))
        if connection.execute(select(incidents.c.id).where(*mine)).first() is None:
            raise NoteError("unknown_alarm")
        return
    rule, subject, fired = split_key(note.about)
    # A key tells milliseconds, the column everything.
    near = alarms.c.fired_at.between(fired - 0.001, fired + 0.001)
    about = (alarms.c.site == viewer.site, alarms.c.rule == rule, alarms.c.subject == subject, near)
    version = connection.scalar(select(alarms.c.version).where(*about))
    if version is None or not sees_subject(viewer, config, subject):
        raise NoteError("unknown_alarm")
    if note.kind in (NoteKind.TICK, NoteKind.UNTICK) and note.item not in _items(
        connection, viewer.site, rule, version
    ):
        raise NoteError("unknown_item")


def split_key(key: str) -> tuple[str, str, float]:
    """Rule, subject and instant of an alarm's key. Raises NoteError on anything else."""
    rule, _, rest = key.partition("/")
    subject, _, fired = rest.rpartition("/")
    try:
        return rule, subject, float(fired)
    except ValueError:
        raise NoteError("unknown_alarm") from None


def _items(connection: Connection, site: str, rule: str, version: int) -> frozenset[str]:
    table = rule_versions.c
    mine = (table.site == site, table.rule == rule, table.version == version)
    body = connection.scalar(select(table.body).where(*mine))
    return frozenset(item.id for item in Rule.model_validate_json(body).todo) if body else frozenset()


def _check_state(before: Iterable[Note], note: Note) -> None:
    if note.kind == NoteKind.ACK and acked(before) is not None:
        raise NoteError("already_acked")
    if note.kind in (NoteKind.TICK, NoteKind.UNTICK):
        is_ticked = note.item in ticked(before)
        if is_ticked is (note.kind == NoteKind.TICK):
            raise NoteError("already_ticked" if is_ticked else "not_ticked")


# -- reading -----------------------------------------------------------------------------------------


def read_notes(connection: Connection, site: str, about: Iterable[str]) -> dict[str, list[Note]]:
    """The notes on these alarms and incidents, oldest first."""
    wanted = sorted(about)
    if not wanted:
        return {}
    columns = [plan_notes.c[name] for name in Note._fields]
    query = select(*columns).where(plan_notes.c.site == site, plan_notes.c.about.in_(wanted))
    found: dict[str, list[Note]] = defaultdict(list)
    for row in connection.execute(query.order_by(plan_notes.c.id)):
        found[row.about].append(Note(*row))
    return dict(found)


def acked(notes: Iterable[Note]) -> Note | None:
    """Who took it on, if anybody."""
    return next((note for note in notes if note.kind == NoteKind.ACK), None)


def ticked(notes: Iterable[Note]) -> dict[str, Note]:
    """The items that are ticked, with the note that did it."""
    found: dict[str, Note] = {}
    for note in notes:
        if note.kind == NoteKind.TICK:
            found[note.item] = note
        elif note.kind == NoteKind.UNTICK:
            found.pop(note.item, None)
    return found
