"""What people did and entered, as the collector needs it: read anew only when something was added.

Whatever people do leaves a note (``plan_notes``), so the last note's number tells whether anything changed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, func, select

from ccfloor.service.campaigns import list_campaigns
from ccfloor.service.incidents import open_incidents
from ccfloor.service.plan import Incident, LastFailed, People, Planned
from ccfloor.service.plan_notes import read_notes
from ccfloor.store.tables import leave_requests, notices, plan_notes, rule_versions

_FAILED = "failed"
_FAILED_S = 86_400.0  # so long a message that could not be delivered is told


class Stamp(NamedTuple):
    """Differs when people did something, a message failed, or the book of rules has grown."""

    notes: int
    failed: int
    versions: int


def read_stamp(engine: Engine, site: str, now: float) -> Stamp:
    """One small query; every part of it is answered by an index."""
    note, version = plan_notes.c, rule_versions.c
    last = select(note.id).where(note.site == site).order_by(note.id.desc()).limit(1)
    failed = select(func.count()).where(*_failed(site, now))
    versions = select(func.count()).select_from(rule_versions).where(version.site == site)
    parts = (
        last.scalar_subquery(),
        failed.select_from(notices).scalar_subquery(),
        versions.scalar_subquery(),
    )
    with engine.connect() as connection:
        row = connection.execute(select(*parts)).one()
    return Stamp(*(int(part or 0) for part in row))


def read_people(engine: Engine, site: str, about: Iterable[str], at: float, now: float) -> People:
    """Everything at once: notes on the alarms named, campaigns to come, open incidents, lost messages.

    ``at``: the floor's instant, ``now``: ours.
    """
    notice = notices.c
    failed = select(notice.channel, notice.error, notice.at).where(*_failed(site, now))
    with engine.connect() as connection:
        notes = read_notes(connection, site, about)
        lost = connection.execute(failed.order_by(notice.at.desc())).all()
    return People(
        notes=notes,
        planned=tuple(
            Planned(row.id, row.name, row.counts.start, row.end, row.queues, False)
            for row in list_campaigns(engine, site, at)
            if row.cancelled_at is None
        ),
        incidents=tuple(
            Incident(row.id, row.cause, row.text, row.started_at, row.who)
            for row in open_incidents(engine, site)
        ),
        notices_failed=len(lost),
        last_failed=LastFailed(*lost[0]) if lost else None,
    )


def on_leave(engine: Engine, site: str, now: float) -> list[tuple[str, float, float]]:
    """Seats with granted leave from now on: (seat, start, end)."""
    leave = leave_requests.c
    granted = (leave.site == site, leave.decision == "granted", leave.end > now)
    with engine.connect() as connection:
        rows = connection.execute(select(leave.seat, leave.start, leave.end).where(*granted))
        return [(row.seat, row.start, row.end) for row in rows]


def _failed(site: str, now: float) -> tuple[ColumnElement[bool], ...]:
    notice = notices.c
    return (notice.site == site, notice.state == _FAILED, notice.due_at > now - _FAILED_S)
