"""Reporting an incident to the supervisor: composed as the floor stands, sent, and kept with the incident."""

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.view import FloorView
from ccfloor.service.incident_report import Report, compose
from ccfloor.service.incidents import find_incident
from ccfloor.service.notify.ask import report_to_supervisor
from ccfloor.service.notify.file import load_notify, notify_path
from ccfloor.service.people_log import PeopleError, Told, entries, named, write
from ccfloor.service.places import SettingsError
from ccfloor.service.plan_notes import NoteKind
from ccfloor.service.settings import SiteSettings
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Viewer

_AGAIN_S = 10.0  # a second click is not a second report


def report_incident(
    engine: Engine,
    viewer: Viewer,
    site: SiteSettings,
    incident: int,
    view: FloorView | None,
    who: str,
    now: float,
) -> tuple[str, ...]:
    """Report an incident as it stands; returns the channels it goes out on (none: tell by telephone).

    The text is kept as a note of kind report either way. Raises PeopleError: no_who, unknown_incident,
    reported_already (a moment ago), no_file (the file of channels cannot be used; nothing is kept).
    """
    viewer.needs(Right.DESK)
    by = named(who)
    row = find_incident(engine, viewer, incident)
    if row is None:
        raise PeopleError("unknown_incident")
    notes = entries(engine, viewer, row.about)
    if any(note.kind == NoteKind.REPORT and note.at > now - _AGAIN_S for note in notes):
        raise PeopleError("reported_already")
    try:
        file = load_notify(notify_path(site.data))
    except SettingsError:
        raise PeopleError("no_file") from None
    report = compose(row, notes, view, (site.name_zh, site.name_en), site.zone, by, now)
    with writing(engine) as connection:
        channels = report_to_supervisor(connection, viewer.site, file, row.about, report._asdict(), now)
        _keep(connection, viewer, row.about, channels, by, report, now)
    return channels


def _keep(
    connection: Connection,
    viewer: Viewer,
    about: str,
    channels: tuple[str, ...],
    who: str,
    report: Report,
    now: float,
) -> None:
    """The channels in ``item``, the text as the viewer's language has it."""
    words = report.said(viewer.lang)
    item = ",".join(channels)
    told = Told(Act.INCIDENT_REPORTED, None, {"channels": channels})
    args = (about, item, who, words, now, NoteKind.REPORT)
    write(connection, viewer.site, *args, told=told, viewer=viewer)
