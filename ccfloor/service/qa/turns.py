"""That not always the same reviewer hears an agent: also where samples are taken, or given by hand."""

from collections import Counter
from datetime import timedelta
from math import ceil

from sqlalchemy import Connection, select

from ccfloor.kpi.period import date_of, day_number
from ccfloor.qa.assign import Reviewer
from ccfloor.qa.model import exact
from ccfloor.qa.plan import Plan
from ccfloor.service.qa import versions
from ccfloor.service.qa.staff import reviewers
from ccfloor.store import qa_samples as rows
from ccfloor.store import qa_versions
from ccfloor.store.qa_samples import SampleRow
from ccfloor.store.qa_tables import qa_draws, qa_samples

_MONTHS = timedelta(days=92)  # who has heard anybody so long is somebody who could
_ALL = 1000


def too_often(connection: Connection, one: SampleRow, me: str, site: str) -> bool:
    """Whether somebody would have more of an agent's samples of a week or month than the plan lets one
    reviewer have (``same_reviewer``), while another could hear this one who has fewer.
    """
    plan = _plan(connection, site, one)
    if plan is None:
        return False
    wanted = rows.Wanted(plan=one.plan, agent=one.agent, by=one.by, states=rows.KEPT)
    within = [qa_samples.c.site == site, qa_samples.c.span == one.span]
    there = rows.listed(connection, wanted, within, _ALL)
    counts = Counter(other.reviewer for other in there if other.id != one.id)
    most = max(ceil(exact(plan.same_reviewer) * max(len(there), 1)), 1)
    if counts[me] + 1 <= most:
        return False
    return any(counts[other] < counts[me] for other in _others(connection, site, one) - {me})


def hears(other: Reviewer, one: SampleRow) -> bool:
    """Whether a reviewer is of the kind that is to hear a call, within his scope, and not his own."""
    return (
        other.by == one.by
        and other.agent != one.agent
        and (other.teams is None or one.team in other.teams)
        and (other.queues is None or one.queue in other.queues)
    )


def _others(connection: Connection, site: str, one: SampleRow) -> set[str]:
    """Who may hear a sample: accounts; on an open floor who has had samples of the kind lately."""
    if staff := reviewers(connection, site):
        return {other.name for other in staff if hears(other, one)}
    table = qa_samples.c
    since = day_number(date_of(one.day) - _MONTHS)
    lately = (
        table.site == site,
        table.by == one.by,
        table.day >= since,
        table.reviewer.not_in(("", one.agent)),
    )
    return set(connection.scalars(select(table.reviewer).distinct().where(*lately)))


def _plan(connection: Connection, site: str, one: SampleRow) -> Plan | None:
    """The plan by which it was drawn, in that version; of one by hand the version of its day."""
    drawn = select(qa_draws.c.version).where(qa_draws.c.id == one.draw)
    number = connection.scalar(drawn) if one.draw is not None else None
    if number is None:
        counting = qa_versions.counting(connection, site, "plan", one.plan, one.day)
        number = counting.version if counting else None
    return versions.version(connection.engine, site, "plan", one.plan, number).plan if number else None
