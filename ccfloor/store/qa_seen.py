"""What a draw reads, in short: so that what was read before a lock is known to be so still under it."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, case, func, select

from ccfloor.store.qa_samples import KEPT
from ccfloor.store.qa_tables import qa_draws, qa_samples, qa_scores, qa_versions
from ccfloor.store.tables import agent_days, imports, team_terms

Short = tuple[int, ...]  # rows, the last of them, and what may change of one without a new row


class Seen(NamedTuple):
    """Of each table a draw depends on. ``days``: calls answered by agents, in place of the calls."""

    samples: Short
    scores: Short
    days: Short
    complaints: Short
    teams: Short
    plans: Short
    draws: Short


def seen(connection: Connection, site: str, plan: str, first: int, pool: int, last: int) -> Seen:
    """What there is for a plan (days are 20261122). ``first``: from which on samples count for its quotas;
    ``pool``: from which on calls may be drawn; ``last``: the last day of both.
    """
    score, kept, plans = qa_scores.c, qa_samples.c.state.in_(KEPT), qa_versions.c
    chosen = (score.kind.in_(("own", "lead")), score.sample.is_(None), score.submitted_at.is_not(None))
    told: tuple[tuple[Table, str, Any, list[ColumnElement[bool]]], ...] = (
        (qa_samples, "id", _number(kept), [qa_samples.c.day.between(first, last)]),
        (qa_scores, "id", func.count(), [score.day.between(first, last), *chosen]),
        (agent_days, "day", func.sum(agent_days.c.answered), [agent_days.c.day.between(pool, last)]),
        (imports, "id", func.count(imports.c.undone_at), [imports.c.dataset == "complaints"]),
        (team_terms, "id", func.count(), []),
        (qa_versions, "id", _number(plans.state == "published"), [plans.kind == "plan", plans.name == plan]),
        (qa_draws, "id", func.count(), [qa_draws.c.plan == plan]),
    )
    return Seen(*(_short(connection, site, *one) for one in told))


def _short(
    connection: Connection, site: str, table: Table, last: str, more: Any, within: list[ColumnElement[bool]]
) -> Short:
    query = select(func.count(), func.max(table.c[last]), more).where(table.c.site == site, *within)
    return tuple(int(value or 0) for value in connection.execute(query).one())


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
