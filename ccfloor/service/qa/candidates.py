"""The calls that may be drawn: what an agent answered and what is over, with all that a plan looks at.

What a draw knew can be known again: a complaint counts if it had come in by then, a call if it had ended.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Connection, or_, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.numbers import names_caller
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.teams import Terms
from ccfloor.qa.draw import Candidate
from ccfloor.qa.plan import Plan
from ccfloor.service.qa.shifts import NONE, Shifts
from ccfloor.store.repeats import last_before
from ccfloor.store.tables import calls, import_rows, imports

_LONGEST_WAIT_S = 4 * 3600.0  # from entering to the answer
_COMPLAINTS_DAYS = 60  # a complaint comes so long after its call, at the latest
_COMPLAINTS, _AT_ONCE = "complaints", 500


class Told(NamedTuple):
    """A candidate and what a sample of it says. ``at``: when it was answered, UTC epoch seconds."""

    call: Candidate
    source: int
    position: int
    at: float


class Known(NamedTuple):
    """What was known: calls that had ended by ``until``, complaints that had come in by ``at``."""

    until: float
    at: float


def candidates(
    connection: Connection,
    config: FloorConfig,
    teams: Terms,
    plan: Plan,
    days: tuple[date, date],
    known: Known,
    among: Sequence[ColumnElement[bool]] = (),
    shifts: Shifts = NONE,
) -> dict[str, Told]:
    """The calls of a plan's queues and teams that were answered on these days, by key. ``among``: conditions
    of ``calls`` beside those; ``shifts``: the site's, where the plan looks at them.
    """
    start, end = config.day_begins(days[0]), config.day_begins(days[1] + timedelta(days=1))
    complained = set(_complained(connection, config.site, days, known.at))
    zone, found = ZoneInfo(config.zone), dict[str, Told]()
    mine = calls.c
    columns = (mine.source_id, mine.position, mine.call, mine.agent, mine.seat, mine.queue, mine.answered_at)
    before = last_before(connection, config.site, start - _LONGEST_WAIT_S, end).label("before")
    query = select(*columns, mine.talk_ms, mine.target, mine.number, before).where(
        *(mine.site == config.site, mine.entered_at >= start - _LONGEST_WAIT_S, mine.entered_at < end),
        *(mine.answered_at >= start, mine.answered_at < end, mine.outcome == Outcome.ANSWERED),
        *(mine.final, mine.agent != "", mine.ended_at <= known.until),
        *among,
    )
    if plan.queues:
        query = query.where(mine.queue.in_(plan.queues))
    for row in connection.execute(query):
        number = day_number(business_date(config, row.answered_at))
        team = teams.team_on(row.agent, number)
        if plan.teams and team not in plan.teams:
            continue
        made = Candidate(
            key=f"{row.source_id}:{row.position}",
            agent=row.agent,
            team=team,
            queue=row.queue,
            hour=datetime.fromtimestamp(row.answered_at, zone).hour,
            talk_s=row.talk_ms / 1000,
            transfer=bool(row.target),
            complaint=row.queue in plan.complaint_queues or row.call in complained,
            repeat=row.before is not None and names_caller(row.number),
            day=number,
            shift=shifts.at(row.seat, row.answered_at) if shifts.shifts else "",
        )
        found[made.key] = Told(made, row.source_id, row.position, row.answered_at)
    return found


def digest(there: Sequence[Candidate]) -> str:
    """SHA-256 of the keys in their order, a line each."""
    return sha256("\n".join(sorted({call.key for call in there})).encode()).hexdigest()


def _complained(connection: Connection, site: str, days: tuple[date, date], at: float) -> Iterator[str]:
    """The switch's ids of calls that somebody complained about, by the files that counted at an instant."""
    table, row = imports.c, import_rows.c
    counted = (
        table.site == site,
        table.dataset == _COMPLAINTS,
        table.at <= at,
        or_(table.undone_at.is_(None), table.undone_at > at),
    )
    numbers = list(connection.scalars(select(table.id).where(*counted)))
    last = days[1] + timedelta(days=_COMPLAINTS_DAYS)
    received = row.day.between(day_number(days[0]), day_number(last))
    within = (row.site == site, row.dataset == _COMPLAINTS, received)
    for first in range(0, len(numbers), _AT_ONCE):
        some = numbers[first : first + _AT_ONCE]
        for body in connection.scalars(select(row.body).where(*within, row.import_id.in_(some))):
            call = msgspec.json.decode(body, type=dict[str, object]).get("call")
            if call:
                yield str(call)
