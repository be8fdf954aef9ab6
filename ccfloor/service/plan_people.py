"""What people did and entered, as the collector needs it: read anew only when something was added.

Whatever people do leaves a note (``plan_notes``), so the last note's number tells whether anything changed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from ccfloor.service.campaigns import list_campaigns
from ccfloor.service.incidents import open_incidents
from ccfloor.service.notify.reasons import in_language
from ccfloor.service.notify.status import Failure, failed_notices, failing
from ccfloor.service.plan import Incident, LastFailed, People, Planned
from ccfloor.service.plan_notes import read_notes
from ccfloor.store.tables import leave_requests, notices, plan_notes, rule_versions


class Stamp(NamedTuple):
    """Differs when people did something, a message failed, or the book of rules has grown."""

    notes: int
    failed: int
    versions: int


def read_stamp(engine: Engine, site: str, now: float) -> Stamp:
    """One small query; every part of it is answered by an index."""
    note, version = plan_notes.c, rule_versions.c
    last = select(note.id).where(note.site == site).order_by(note.id.desc()).limit(1)
    failed = select(func.sum(notices.c.attempts + 1)).where(*failing(site, now))
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
    with engine.connect() as connection:
        notes = read_notes(connection, site, about)
        lost = failed_notices(connection, site, now)
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
        notices_failed=lost.messages,
        last_failed=_last(lost.last) if lost.last else None,
    )


def _last(lost: Failure) -> LastFailed:
    return LastFailed(*lost, error_zh=in_language(lost.error, "zh"))


def on_leave(engine: Engine, site: str, now: float) -> list[tuple[str, float, float]]:
    """Seats with granted leave from now on: (seat, start, end)."""
    leave = leave_requests.c
    granted = (leave.site == site, leave.decision == "granted", leave.end > now)
    with engine.connect() as connection:
        rows = connection.execute(select(leave.seat, leave.start, leave.end).where(*granted))
        return [(row.seat, row.start, row.end) for row in rows]
