"""Who did what and why, beside the thing itself: rows of plan_notes about campaigns, leave and incidents.

``about`` is ``campaign/<id>``, ``leave/<id>`` or ``incident/<id>``; ``item`` says what was done.
"""

from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert

from ccfloor.access.acts import Act
from ccfloor.service.audit import Values, acting, record
from ccfloor.service.plan_notes import TEXT_MAX, WHO_MAX, Note, NoteKind, read_notes
from ccfloor.store.tables import plan_notes
from ccfloor.store.viewer import Viewer


class PeopleError(ValueError):
    """Something people asked for that is not done. ``code`` picks the sentence (``people.error.…``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Told(NamedTuple):
    """What the audit log is told of an act: what was and what is, None where there was nothing."""

    act: Act
    before: Values = None
    after: Values = None


def named(who: str) -> str:
    """The name of who acts; raises PeopleError ``no_who``."""
    if not who.strip():
        raise PeopleError("no_who")
    return who.strip()[:WHO_MAX]


def said(words: str, missing: str = "no_why") -> str:
    """A text that must be given; raises PeopleError with the code ``missing``."""
    if not words.strip():
        raise PeopleError(missing)
    return words.strip()[:TEXT_MAX]


def write(
    connection: Connection,
    site: str,
    about: str,
    item: str,
    who: str,
    words: str,
    now: float,
    kind: NoteKind = NoteKind.NOTE,
    *,
    told: Told,
    viewer: Viewer | None = None,
) -> None:
    """Keep an entry, beside the thing and in the audit log, as the last thing in the transaction."""
    row = Note(0, about, now, who, kind, item, words)._asdict() | {"site": site}
    del row["id"]
    connection.execute(insert(plan_notes).values(row))
    by = acting(who, viewer)
    record(connection, by, told.act, about, told.before, told.after, words, now, site=site)


def entries(engine: Engine, viewer: Viewer, about: str) -> list[Note]:
    """Everything told about one thing, oldest first, as this viewer may read it."""
    with engine.connect() as connection:
        notes = read_notes(connection, viewer.site, [about]).get(about, [])
    return [note._replace(text=viewer.words(note.text)) for note in notes]


def meant(viewer: Viewer, stored: str, given: str) -> str:
    """What somebody means who saves a text: the stored one where he left it as he was shown it."""
    return stored if given == viewer.words(stored) else given
