"""Nothing, where it is known that there was nothing: nobody complained of this agent, so he has 0.

Some imports tell of all there were in their days (``ccfloor.kpi.datasets.COMPLETE``). Whoever is not named in
them had none, as long as everything they tell of names somebody of his kind: a complaint that names no agent
might be anybody's.
"""

from sqlalchemy import Connection, case, func, select

from ccfloor.kpi.datasets import COMPLETE
from ccfloor.kpi.scope import SITE, Kind
from ccfloor.store.day_sums import Sums
from ccfloor.store.tables import kpi_facts

_FIELDS = sorted(COMPLETE)


def none_by_day(connection: Connection, site: str, kind: Kind, first: int, last: int) -> dict[int, Sums]:
    """Day → the fields of which queues, teams or agents that nobody named have 0."""
    table = kpi_facts.c
    whole = func.sum(case((table.scope == str(SITE), table.value), else_=0.0))
    named = func.sum(case((table.scope != str(SITE), table.value), else_=0.0))
    of_kind = (table.scope >= f"{kind}:") & (table.scope < f"{kind};")
    query = (
        select(table.day, table.field)
        .where(table.site == site, table.field.in_(_FIELDS), (table.scope == str(SITE)) | of_kind)
        .where(table.day >= first, table.day <= last)
        .group_by(table.day, table.field)
        .having(func.abs(whole - named) < 1e-6)
    )
    found: dict[int, Sums] = {}
    for day, field in connection.execute(query):
        found.setdefault(day, {})[field] = 0
    return found
