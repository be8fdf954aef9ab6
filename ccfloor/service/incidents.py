"""Incidents (突发事件): network, equipment or power; declared by a lead, logged, closed with an outcome.

What was done stands in plan_notes about ``incident/<id>``. Instants are UTC epoch seconds.
"""

from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.service.people_log import PeopleError, Told, named, said, write
from ccfloor.store.engine import writing
from ccfloor.store.tables import incidents
from ccfloor.store.viewer import Viewer

Cause = Literal["network", "equipment", "power", "other"]
CAUSES: tuple[Cause, ...] = get_args(Cause)


class IncidentRow(msgspec.Struct, frozen=True):
    """A stored incident. ``started_at``: when it began, ``declared_at``: when it was entered, by ``who``."""

    id: int
    cause: str
    text: str
    started_at: float
    declared_at: float
    who: str
    closed_at: float | None
    closed_by: str
    outcome: str

    @property
    def about(self) -> str:
        """Its name in notes, notices and addresses."""
        return incident_key(self.id)


def incident_key(incident: int) -> str:
    """The name of an incident in notes, notices and addresses."""
    return f"incident/{incident}"


def declare_incident(
    engine: Engine, viewer: Viewer, cause: str, text: str, started_at: float, who: str, now: float
) -> int:
    """Enter an incident; returns its id.

    Raises PeopleError: unknown_cause, no_text, no_who, starts_later (it began after now).
    """
    viewer.needs(Right.DESK)
    if cause not in CAUSES:
        raise PeopleError("unknown_cause")
    if started_at > now:
        raise PeopleError("starts_later")
    words, by = said(text, "no_text"), named(who)
    values = {
        "site": viewer.site,
        "cause": cause,
        "text": words,
        "started_at": started_at,
        "declared_at": now,
        "who": by,
        "closed_by": "",
        "outcome": "",
    }
    with writing(engine) as connection:
        row = insert(incidents).values(values).returning(incidents.c.id)
        made = int(connection.execute(row).scalar_one())
        after = {"cause": cause, "text": words, "started_at": started_at}
        _log(connection, viewer, made, "declared", by, words, now, Told(Act.INCIDENT_DECLARED, None, after))
    return made


def note_incident(engine: Engine, viewer: Viewer, incident: int, who: str, text: str, now: float) -> None:
    """Log what was done; of a closed one too (what was learnt later)."""
    viewer.needs(Right.DESK)
    words, by = said(text, "no_text"), named(who)
    with writing(engine) as connection:
        _find(connection, viewer, incident)
        told = Told(Act.INCIDENT_NOTED, None, {"text": words})
        _log(connection, viewer, incident, "done", by, words, now, told)


def close_incident(engine: Engine, viewer: Viewer, incident: int, who: str, outcome: str, now: float) -> None:
    """Close an open incident with its outcome."""
    viewer.needs(Right.DESK)
    words, by = said(outcome, "no_outcome"), named(who)
    with writing(engine) as connection:
        if _find(connection, viewer, incident).closed_at is not None:
            raise PeopleError("closed_already")
        _set(connection, incident, {"closed_at": now, "closed_by": by, "outcome": words})
        told = Told(Act.INCIDENT_CLOSED, {"closed": False}, {"closed": True, "outcome": words})
        _log(connection, viewer, incident, "closed", by, words, now, told)


def reopen_incident(engine: Engine, viewer: Viewer, incident: int, who: str, why: str, now: float) -> None:
    """Take a closing back; the outcome said then stays in the log."""
    viewer.needs(Right.DESK)
    words, by = said(why), named(who)
    with writing(engine) as connection:
        row = _find(connection, viewer, incident)
        if row.closed_at is None:
            raise PeopleError("open_already")
        _set(connection, incident, {"closed_at": None, "closed_by": "", "outcome": ""})
        told = Told(Act.INCIDENT_REOPENED, {"closed": True, "outcome": row.outcome}, {"closed": False})
        _log(connection, viewer, incident, "reopened", by, words, now, told)


def find_incident(engine: Engine, viewer: Viewer, incident: int) -> IncidentRow | None:
    """One incident of the viewer's site."""
    viewer.needs(Right.FLOOR)
    with engine.connect() as connection:
        try:
            return _masked(viewer, _find(connection, viewer, incident))
        except PeopleError:
            return None


def list_incidents(
    engine: Engine, viewer: Viewer, start: float = 0.0, end: float = float("inf")
) -> list[IncidentRow]:
    """The incidents that began in [start, end), latest first."""
    viewer.needs(Right.FLOOR)
    within = [incidents.c.started_at >= start]
    if end != float("inf"):
        within.append(incidents.c.started_at < end)
    return [_masked(viewer, row) for row in _list(engine, viewer.site, within)]


def open_incidents(engine: Engine, site: str) -> list[IncidentRow]:
    """The incidents that are not closed, latest first."""
    return _list(engine, site, [incidents.c.closed_at.is_(None)])


def _list(engine: Engine, site: str, within: list[ColumnElement[bool]]) -> list[IncidentRow]:
    query = select(incidents).where(incidents.c.site == site, *within)
    with engine.connect() as connection:
        found = connection.execute(query.order_by(incidents.c.started_at.desc(), incidents.c.id.desc()))
        return [_row(row) for row in found.mappings()]


def _masked(viewer: Viewer, row: IncidentRow) -> IncidentRow:
    return msgspec.structs.replace(row, text=viewer.words(row.text), outcome=viewer.words(row.outcome))


def _find(connection: Connection, viewer: Viewer, incident: int) -> IncidentRow:
    mine = (incidents.c.id == incident, incidents.c.site == viewer.site)
    found = connection.execute(select(incidents).where(*mine)).mappings().first()
    if found is None:
        raise PeopleError("unknown_incident")
    return _row(found)


def _set(connection: Connection, incident: int, values: dict[str, Any]) -> None:
    connection.execute(update(incidents).where(incidents.c.id == incident).values(values))


def _row(found: RowMapping) -> IncidentRow:
    return IncidentRow(**{name: found[name] for name in IncidentRow.__struct_fields__})


def _log(
    connection: Connection,
    viewer: Viewer,
    incident: int,
    item: str,
    who: str,
    words: str,
    now: float,
    told: Told,
) -> None:
    write(connection, viewer.site, incident_key(incident), item, who, words, now, told=told, viewer=viewer)
