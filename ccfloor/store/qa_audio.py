"""Recordings that were uploaded. What writes takes the connection of a writing transaction."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_tables import qa_audio

_t = qa_audio.c


class Audio(NamedTuple):
    """An uploaded recording without its content."""

    id: int
    name: str
    type: str
    digest: str
    size: int
    who: str
    at: float


def newest(connection: Connection, site: str, row: ScoreRow) -> Audio | None:
    """The recording that was uploaded last for what a score is about."""
    query = select(*(_t[name] for name in Audio._fields)).where(_t.site == site, *_about(row))
    found = connection.execute(query.order_by(_t.id.desc()).limit(1)).first()
    return Audio(*found) if found else None


def content(connection: Connection, number: int) -> bytes:
    """What a recording holds."""
    return bytes(connection.execute(select(_t.content).where(_t.id == number)).scalar_one())


def add(connection: Connection, site: str, row: ScoreRow, values: dict[str, Any]) -> int:
    """Keep a recording beside the call of a score, or beside the score where it is about none."""
    call = row.call or (None, None)
    place = {"source_id": call[0], "position": call[1], "score": None if row.call else row.id}
    made = insert(qa_audio).values({**values, **place, "site": site}).returning(_t.id)
    return int(connection.execute(made).scalar_one())


def remove(connection: Connection, site: str, number: int) -> None:
    """Take a recording away for good."""
    connection.execute(delete(qa_audio).where(_t.site == site, _t.id == number))


def older(connection: Connection, site: str, until: float, limit: int) -> list[Audio]:
    """Recordings that were uploaded before an instant, the oldest first."""
    query = select(*(_t[name] for name in Audio._fields)).where(_t.site == site, _t.at < until)
    return [Audio(*row) for row in connection.execute(query.order_by(_t.at, _t.id).limit(limit))]


def _about(row: ScoreRow) -> list[ColumnElement[bool]]:
    if row.call is None:
        return [_t.score == row.id]
    return [_t.source_id == row.call[0], _t.position == row.call[1]]
