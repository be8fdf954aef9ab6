"""The figures of any scope and period: sums of stored counts by the names of ``ccfloor.kpi.fields``.

Days, weeks, months and years are added up from stored days, shorter periods from intervals and calls. Every
read takes a Viewer; instants are UTC epoch seconds. A field that nothing told of is absent; where a source
told of the time and nothing happened it is 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.kpi.period import Period, day_numbers
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.store import fact_sums
from ccfloor.store.figure_parts import Asked, Gathering, is_whole
from ccfloor.store.member_parts import members_of
from ccfloor.store.repeats import WEEK_S
from ccfloor.store.seen import seen
from ccfloor.store.tables import queue_days, queue_intervals
from ccfloor.store.team_scope import in_scope
from ccfloor.store.viewer import Viewer, queue_scope


class PeriodState(NamedTuple):
    """How far a period's figures can be trusted.

    ``final``: its end was seen and every call that entered in it has ended. ``open_calls``: those that
    have not. ``seen_until``: up to where the floor was seen, at most the period's end (UTC epoch seconds).
    ``gap_s``: seconds before that in which no source was in sight of the floor.
    ``repeats_open``: callers may still call again within the week that first-call resolution looks at.
    ``uncounted``: days whose calls are being counted one by one; what rests on that is not told yet.
    """

    final: bool
    open_calls: int
    seen_until: float
    gap_s: float
    repeats_open: bool = False
    uncounted: int = 0


def figures(
    engine: Engine, viewer: Viewer, config: FloorConfig, scope: Scope, periods: Sequence[Period]
) -> list[dict[str, float]]:
    """All known fields of a scope, one mapping a period. What the viewer may not see is absent.

    Ask for all periods at once: those within each other are read once.
    """
    viewer.needs(Right.RESULTS, Right.OWN)
    with engine.connect() as connection:
        asked = Asked.of(connection, viewer, config)
        if not in_scope(viewer, config, asked.terms, scope):
            return [{} for _ in periods]
        return Gathering(asked, scope, periods).told()


def by_member(
    engine: Engine, viewer: Viewer, config: FloorConfig, kind: Kind, period: Period, within: Scope = SITE
) -> dict[Scope, dict[str, float]]:
    """The figures of every queue, team or agent that has any; ``within`` a team: of its agents."""
    with engine.connect() as connection:
        asked = Asked.of(connection, viewer, config)
        if viewer.only is not None:
            return _own(asked, kind, period)
        if kind == "site":
            return {SITE: Gathering(asked, SITE, [period]).told()[0]}
        return members_of(asked, kind, period, within)


def _own(asked: Asked, kind: Kind, period: Period) -> dict[Scope, dict[str, float]]:
    """For who may see some people's results alone: these."""
    mine = (Scope("agent", name) for name in sorted(asked.viewer.only or ()) if kind == "agent")
    told = {one: Gathering(asked, one, [period]).told()[0] for one in mine}
    return {one: sums for one, sums in told.items() if sums}


def state(engine: Engine, viewer: Viewer, config: FloorConfig, period: Period) -> PeriodState:
    """Whether a period's figures are provisional or final."""
    with engine.connect() as connection:
        asked = Asked.of(connection, viewer, config)
        still = _open(asked, period)
        told = asked.told_days([period]) if is_whole(period) else []
        uncounted = fact_sums.being_counted(connection, viewer.site, told, asked.counted)
    until = min(max(asked.seen.until, period.start), period.end)
    final = asked.seen.until >= period.end and not still
    gap_s = asked.seen.gap_s(period.start, period.end)
    repeats_open = asked.seen.until < period.end + WEEK_S
    return PeriodState(final, still, until, gap_s, repeats_open, uncounted)


def in_sight(engine: Engine, viewer: Viewer, periods: Sequence[Period]) -> list[float]:
    """The share (0..1) of each period in which a source was in sight; 1 where nothing tells of any source."""
    with engine.connect() as connection:
        known = seen(connection, viewer.site)
    if not known.sight:
        return [1.0 for _ in periods]
    unseen = (sum(end - start for start, end in known.gaps(of.start, of.end)) for of in periods)
    return [1 - gap / max(of.end - of.start, 1.0) for of, gap in zip(periods, unseen, strict=True)]


def _open(asked: Asked, of: Period) -> int:
    """Calls that entered in the period and have not ended; of a cut quarter hour all of them."""
    if asked.viewer.only is not None:
        return 0  # how much the queues are at is not theirs to know
    if asked.kept and is_whole(of):
        days, (first, last) = queue_days.c, day_numbers(asked.config, of)
        query = select(func.sum(days.open)).where(days.site == asked.viewer.site, days.day >= first)
        query = query.where(days.day <= last, *queue_scope(asked.viewer, days.queue))
    else:
        table = queue_intervals.c
        query = select(func.sum(table.open)).where(table.site == asked.viewer.site, table.start < of.end)
        query = query.where(table.start > of.start - INTERVAL_S, *queue_scope(asked.viewer, table.queue))
    return int(asked.connection.scalar(query) or 0)
