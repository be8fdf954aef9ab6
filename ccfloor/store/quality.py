"""What had to be repaired, hour by hour and one by one. Every read takes a Viewer; instants are UTC epoch."""

from typing import NamedTuple

from sqlalchemy import Engine, select

from ccfloor.access.rights import Right
from ccfloor.store.tables import repairs
from ccfloor.store.viewer import Viewer

HOUR_S = 3600


class RepairRow(NamedTuple):
    """Repairs of one kind that one batch of a feed needed."""

    at: float
    feed: str
    kind: str
    times: int


def repair_rows(
    engine: Engine, viewer: Viewer, start: float, end: float, limit: int = 200
) -> list[RepairRow]:
    """The repairs of [start, end), latest first."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    table = repairs.c
    within = (table.site == viewer.site, table.at >= start, table.at < end)
    query = select(table.at, table.feed, table.kind, table.count).where(*within)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.at.desc(), table.id.desc()).limit(limit)).all()
    return [RepairRow(row.at, row.feed, row.kind, int(row[3])) for row in rows]


def repairs_by_hour(engine: Engine, viewer: Viewer, start: float, end: float) -> dict[float, int]:
    """Start of the hour (counted from ``start``) → repairs in it; hours without any are 0."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    table = repairs.c
    within = (table.site == viewer.site, table.at >= start, table.at < end)
    hours = {start + index * HOUR_S: 0 for index in range(int((end - start + HOUR_S - 1) // HOUR_S))}
    with engine.connect() as connection:
        for at, count in connection.execute(select(table.at, table.count).where(*within)):
            hours[start + (at - start) // HOUR_S * HOUR_S] += int(count)
    return hours
