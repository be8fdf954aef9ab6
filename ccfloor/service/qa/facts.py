"""The figures that own forms give: made anew for the days that a score is about, whenever one changes.

``settle`` belongs into the transaction that changes a score, voids one, or closes a calibration. Nothing is
added to what was there: a day's facts depend on its scores alone, whatever the order in which they came.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.store import qa_facts, qa_sums
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.imports import one_by_one, recount

_DAYS_AT_ONCE = 200


def alone(connection: Connection, config: FloorConfig) -> None:
    """Be the only one who changes figures, until the end of the transaction; asked for before anything is
    changed in it, so that nobody waits for somebody who waits for him.
    """
    lock_site(connection, config.site)
    one_by_one(connection)


def settle(connection: Connection, config: FloorConfig, days: Iterable[int]) -> None:
    """Make all figures anew of these days (20261122), and of the weeks that they lie in."""
    touched = sorted({day for day in days if day})
    if not touched:
        return
    alone(connection, config)
    for first in range(0, len(touched), _DAYS_AT_ONCE):
        some = touched[first : first + _DAYS_AT_ONCE]
        qa_facts.recount_items(connection, config.site, some)
        qa_sums.recount_scores(connection, config.site, some)
    weeks = {qa_facts.week_end(day) for day in touched}
    recount(connection, config, "qa", touched)
    recount(connection, config, "checks", touched)
    recount(connection, config, "sampling", {*touched, *weeks})


def settle_weeks(engine: Engine, config: FloorConfig) -> int:
    """Tell of the weeks that have ended since it was done last; returns how many.

    Cheap where there are none, so that it can be asked often.
    """
    with engine.connect() as connection:
        if not qa_facts.due_weeks(connection, config.site):
            return 0
    return _tell(engine, config)


def _tell(engine: Engine, config: FloorConfig) -> int:
    with writing(engine) as connection:
        alone(connection, config)
        ends = qa_facts.due_weeks(connection, config.site)
        recount(connection, config, "sampling", ends)
        return len(ends)


def rebuild(connection: Connection, config: FloorConfig) -> int:
    """Make the figures of all days anew; returns how many days. What comes out is what was there."""
    days = qa_facts.own_days(connection, config.site, 0, None)
    days |= set(qa_facts.due_weeks(connection, config.site))
    settle(connection, config, days)
    return len(days)
