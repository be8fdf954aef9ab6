"""Filling an empty database: the indexes of the big derived tables come after the rows, in one go.

An index whose keys come in no order costs more than its table while millions of rows go in; made
afterwards it is sorted once. A process that dies in between leaves a database without them:
``mend_indexes`` runs at every start.
"""

from collections.abc import Iterator

from sqlalchemy import Engine, Index, inspect, select

from ccfloor.store.engine import writing
from ccfloor.store.tables import calls, seat_spans

_LATER = (calls, seat_spans)


def put_off_indexes(engine: Engine) -> bool:
    """Drop the indexes of an SQLite database that holds no calls yet; False where it is left as it is."""
    if engine.dialect.name != "sqlite":
        return False
    with writing(engine) as connection:
        if connection.scalar(select(calls.c.position).limit(1)) is not None:
            return False
        for index in _indexes():
            index.drop(connection, checkfirst=True)
    return True


def mend_indexes(engine: Engine) -> list[str]:
    """Make every index that is missing; returns their names. Each in a transaction of its own."""
    missing = [index for index in _indexes() if index.name not in _present(engine)]
    for index in missing:
        with writing(engine) as connection:
            index.create(connection, checkfirst=True)
    return [str(index.name) for index in missing]


def _indexes() -> Iterator[Index]:
    for table in _LATER:
        yield from sorted(table.indexes, key=lambda index: str(index.name))


def _present(engine: Engine) -> set[str | None]:
    look = inspect(engine)
    return {found["name"] for table in _LATER for found in look.get_indexes(table.name)}
