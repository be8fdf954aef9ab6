"""Going through many rows a page at a time, each read in a moment: nobody has to wait for the last one."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Engine, Row, Select, true

AT_ONCE = 1000
_ALL = true()


def pages(
    engine: Engine, query: Select[Any], order: Sequence[Column[Any]], begin: Any = _ALL
) -> Iterator[Sequence[Row[Any]]]:
    """The rows of a query in an order that no two share; its columns are among those asked for.

    ``begin``: the condition where the first page begins. It is no part of the query: every further page would
    be looked for from there.
    """
    ordered, further = query.order_by(*order).limit(AT_ONCE), begin
    while True:
        with engine.connect() as connection:
            rows = connection.execute(ordered.where(further)).all()
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        further = _behind(order, rows[-1])


def _behind(order: Sequence[Column[Any]], last: Row[Any]) -> Any:
    """What follows a row in this order."""
    column, *rest = order
    value = getattr(last, column.name)
    if not rest:
        return column > value
    return (column >= value) & ((column > value) | _behind(rest, last))
