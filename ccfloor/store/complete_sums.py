"""Nothing, where it is known that there was nothing: nobody complained of this agent, so he has 0.

Some imports tell of all there were in their days (``ccfloor.kpi.datasets.COMPLETE``). Whoever is not named in
them had none, as long as everything they tell of names somebody of his kind: a complaint that names no agent
might be anybody's. In a period with such a complaint it is not known what an agent had whom none names.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, case, func, select

from ccfloor.kpi.datasets import COMPLETE
from ccfloor.kpi.scope import SITE, Kind
from ccfloor.store.day_sums import Sums
from ccfloor.store.tables import kpi_facts

_FIELDS = sorted(COMPLETE)
_ROUNDING = 1e-6  # hours are added up as fractions


Clear = dict[int, dict[str, bool]]


def clear_by_day(connection: Connection, site: str, kind: Kind, first: int, last: int) -> Clear:
    """Day → the fields told of, each with whether all of it names a queue, a team or an agent."""
    table = kpi_facts.c
    fields = _told_of(connection, site)
    if not fields:
        return {}
    whole = func.sum(case((table.scope == str(SITE), table.value), else_=0.0))
    named = func.sum(case((table.scope != str(SITE), table.value), else_=0.0))
    of_kind = (table.scope >= f"{kind}:") & (table.scope < f"{kind};")
    query = (
        select(table.day, table.field, whole, named)
        .where(table.site == site, table.field.in_(fields), (table.scope == str(SITE)) | of_kind)
        .where(table.day >= first, table.day <= last)
        .group_by(table.day, table.field)
    )
    found: Clear = {}
    for day, field, every, theirs in connection.execute(query):
        found.setdefault(day, {})[field] = abs(every - theirs) < _ROUNDING
    return found


def _told_of(connection: Connection, site: str) -> list[str]:
    """Those of the fields that a site has anything of: many have none, and need not look through days."""
    table = kpi_facts.c
    there = [select(table.day).where(table.site == site, table.field == field).exists() for field in _FIELDS]
    row = connection.execute(select(*(one.label(f"f{at}") for at, one in enumerate(there)))).one()
    return [field for field, known in zip(_FIELDS, row, strict=True) if known]


def none_by_day(clear: Mapping[int, Mapping[str, bool]], named: Collection[str]) -> dict[int, Sums]:
    """Day → 0 of each field that tells of everybody. ``clear``: the days of one period; ``named``: the fields
    in which the period names the one in question: of these what he had is known of every clear day.
    """
    doubtful = {field for fields in clear.values() for field, whole in fields.items() if not whole}
    doubtful -= set(named)
    return {
        day: {field: 0.0 for field, whole in fields.items() if whole and field not in doubtful}
        for day, fields in clear.items()
    }
