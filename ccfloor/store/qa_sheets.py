"""Files of forms that were filled in elsewhere, as stored: what each brought, and taking it back.

What writes takes the connection of a writing transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, insert, select, update

from ccfloor.store.qa_scores import SUBMITTED, VOID, ScoreRow, row_of
from ccfloor.store.qa_tables import qa_scores, qa_sheet_scores, qa_sheets

_t, _k, _s = qa_sheets.c, qa_sheet_scores.c, qa_scores.c
_AT_ONCE = 400
Filled = tuple[str, float, str, str, str]  # agent, instant and words of the call, reviewer, form


class Batch(msgspec.Struct, frozen=True):
    """A file that was taken in. Days are those of the calls; instants are UTC epoch seconds."""

    id: int
    form: str
    version: int
    file: str
    digest: str
    forms: int
    first_day: int
    last_day: int
    who: str
    why: str
    at: float
    undone_at: float | None
    undone_by: str


def find(connection: Connection, site: str, number: int) -> Batch | None:
    """One of them."""
    row = connection.execute(select(qa_sheets).where(_t.site == site, _t.id == number)).mappings().first()
    return None if row is None else _batch(row)


def listed(connection: Connection, site: str, limit: int) -> list[Batch]:
    """All of them, latest first."""
    query = select(qa_sheets).where(_t.site == site).order_by(_t.at.desc(), _t.id.desc()).limit(limit)
    return [_batch(row) for row in connection.execute(query).mappings()]


def same_content(connection: Connection, site: str, digest: str) -> Batch | None:
    """The file of this content that counts."""
    mine = (_t.site == site, _t.digest == digest, _t.undone_at.is_(None))
    row = connection.execute(select(qa_sheets).where(*mine)).mappings().first()
    return None if row is None else _batch(row)


def imported(connection: Connection, site: str, form: str, start: float, end: float) -> set[Filled]:
    """The forms of calls of [start, end] that were brought before and count."""
    query = select(_s.agent, _s.call_at, _s.about, _s.reviewer, _s.form).where(
        *(_s.site == site, _s.kind == "import", _s.state == SUBMITTED, _s.form == form),
        *(_s.call_at >= start, _s.call_at <= end),
    )
    return {(row.agent, row.call_at, row.about, row.reviewer, row.form) for row in connection.execute(query)}


def scores_of(connection: Connection, site: str, batch: int, state: str) -> list[ScoreRow]:
    """What a file brought and stands so; of void ones those that were taken back together with it."""
    query = select(qa_scores).join(qa_sheet_scores, _k.score == _s.id)
    query = query.where(_s.site == site, _k.sheet == batch, _s.state == state)
    query = query.where(_k.undone) if state == VOID else query
    return [row_of(row) for row in connection.execute(query.order_by(_s.id)).mappings()]


def add(connection: Connection, site: str, values: Mapping[str, Any], scores: Sequence[int]) -> int:
    """Keep a file and what it brought; returns its number."""
    made = insert(qa_sheets).values({**values, "site": site, "undone_at": None, "undone_by": ""})
    number = int(connection.execute(made.returning(_t.id)).scalar_one())
    connection.execute(
        insert(qa_sheet_scores), [{"sheet": number, "score": score, "undone": False} for score in scores]
    )
    return number


def turn(
    connection: Connection, site: str, batch: int, scores: Sequence[int], at: float | None, who: str
) -> None:
    """Take back what a file brought (``at``: when), or let it count again (None)."""
    state, undone = (VOID, True) if at is not None else (SUBMITTED, False)
    connection.execute(
        update(qa_sheets).where(_t.site == site, _t.id == batch).values(undone_at=at, undone_by=who)
    )
    for first in range(0, len(scores), _AT_ONCE):
        some = scores[first : first + _AT_ONCE]
        connection.execute(update(qa_scores).where(_s.site == site, _s.id.in_(some)).values(state=state))
        mine = (_k.sheet == batch, _k.score.in_(some))
        connection.execute(update(qa_sheet_scores).where(*mine).values(undone=undone))


def _batch(row: RowMapping) -> Batch:
    return Batch(**{name: row[name] for name in Batch.__struct_fields__})
