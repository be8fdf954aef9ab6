"""Advice as it is stored, and what was foretold of moves beside what came of them.

Written and read in the caller's transaction, for the program itself: whoever shows something of it asks the
viewer's scope. Every read is bounded and in order. Instants are UTC epoch seconds.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, insert, or_, select, update

from ccfloor.floor.events import Outcome
from ccfloor.staffing.judging import Came, State
from ccfloor.store.advice_tables import advice, move_effects
from ccfloor.store.move_tables import moves
from ccfloor.store.moves import MoveRow, moves_by_id
from ccfloor.store.tables import calls

GAP_S = 600.0  # so long after it was seen last the same advice is another one
MOST = 20_000
_WAITED_BEFORE_S = 3600.0  # who waits at an instant came so long before at most


class AdviceRow(NamedTuple):
    """What was advised from ``given_at`` to ``seen_at``; ``body``: JSON."""

    id: int
    given_at: float
    seen_at: float
    same: str
    body: str


class EffectRow(NamedTuple):
    """What was foretold of a queue after a move at ``at``, over a span up to ``ends_at``.

    ``place``: among those of the move. ``advice``: the one it followed, at ``rank``; 0: none. ``foretold``
    and ``came``: JSON; the latter "" until it is judged.
    """

    move: int
    place: int
    at: float
    ends_at: float
    advice: int
    rank: int
    queue: str
    state: str
    foretold: str
    came: str = ""
    judged_at: float | None = None


# -- advice --------------------------------------------------------------------------------------------------


def keep_advice(connection: Connection, site: str, same: str, body: str, at: float) -> int:
    """Store what is advised at ``at``; while it is the same as before, in the same row. Returns its id."""
    last = latest_advice(connection, site)
    if last is not None and last.same == same and 0 <= at - last.seen_at <= GAP_S:
        change = update(advice).where(advice.c.id == last.id).values(seen_at=at, body=body)
        connection.execute(change)
        return last.id
    row = {"site": site, "given_at": at, "seen_at": at, "same": same, "body": body}
    return int(connection.execute(insert(advice).values(row).returning(advice.c.id)).scalar_one())


def latest_advice(connection: Connection, site: str, until: float | None = None) -> AdviceRow | None:
    """What was advised last; ``until``: as it had been by that instant."""
    mine = [advice.c.site == site]
    if until is not None:
        mine.append(advice.c.given_at <= until)
    query = select(advice).where(*mine).order_by(advice.c.given_at.desc(), advice.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _advice(row)


def advice_between(
    connection: Connection, site: str, start: float, end: float, most: int = MOST
) -> list[AdviceRow]:
    """What was advised and stood at any time in [start, end), newest first."""
    table = advice.c
    within = (table.site == site, table.given_at < end, table.seen_at >= start)
    query = select(advice).where(*within).order_by(table.given_at.desc(), table.id.desc()).limit(most)
    return [_advice(row) for row in connection.execute(query)]


def advice_by_id(connection: Connection, site: str, ids: Iterable[int]) -> dict[int, AdviceRow]:
    """These, by their id."""
    table = advice.c
    rows = connection.execute(select(advice).where(table.site == site, table.id.in_(list(ids))))
    return {row.id: _advice(row) for row in rows}


def _advice(row: Row[Any]) -> AdviceRow:
    return AdviceRow(row.id, row.given_at, row.seen_at, row.same, row.body)


# -- what was foretold of moves ------------------------------------------------------------------------------


def moves_untold(connection: Connection, site: str, since: float, most: int = 500) -> list[MoveRow]:
    """Moves asked for since an instant of which nothing is kept yet, oldest first."""
    known = select(move_effects.c.move).where(move_effects.c.move == moves.c.id).exists()
    query = select(moves.c.id).where(moves.c.site == site, moves.c.at >= since, ~known)
    ids = list(connection.scalars(query.order_by(moves.c.id).limit(most)))
    found = moves_by_id(connection, site, ids)
    return [found[id_] for id_ in ids if id_ in found]


def add_effects(connection: Connection, site: str, rows: Iterable[EffectRow]) -> None:
    """Keep what was foretold."""
    told = [{"site": site, **row._asdict()} for row in rows]
    if told:
        connection.execute(insert(move_effects), told)


def open_effects(connection: Connection, site: str, ended_by: float, most: int = 200) -> list[EffectRow]:
    """What is not judged and whose span is over by an instant, the oldest first."""
    table = move_effects.c
    mine = (table.site == site, table.state == State.PENDING, table.ends_at <= ended_by)
    query = select(move_effects).where(*mine).order_by(table.ends_at, table.move, table.place).limit(most)
    return [_effect(row) for row in connection.execute(query)]


def judge(connection: Connection, row: EffectRow, state: State, came: str, now: float) -> bool:
    """Store what came of it; False where somebody did so before."""
    table = move_effects.c
    mine = (table.move == row.move, table.place == row.place, table.state == State.PENDING)
    values = {"state": state.value, "came": came, "judged_at": now}
    return connection.execute(update(move_effects).where(*mine).values(values)).rowcount == 1


def effects_between(
    connection: Connection, site: str, start: float, end: float, most: int = MOST
) -> list[EffectRow]:
    """What was foretold of the moves asked for in [start, end), the newest moves first."""
    table = move_effects.c
    within = (table.site == site, table.at >= start, table.at < end)
    order = (table.at.desc(), table.move.desc(), table.place)
    return [
        _effect(row)
        for row in connection.execute(select(move_effects).where(*within).order_by(*order).limit(most))
    ]


def followers(connection: Connection, site: str, start: float, end: float) -> dict[int, tuple[int, int]]:
    """Of the moves asked for in [start, end) that followed advice: which, and the place of the proposal."""
    table = move_effects.c
    within = (table.site == site, table.at >= start, table.at < end, table.advice != 0)
    query = select(table.move, table.advice, table.rank).where(*within).distinct().order_by(table.move)
    return {move: (advice_, rank) for move, advice_, rank in connection.execute(query.limit(MOST))}


def judged_effects(connection: Connection, site: str, since: float, most: int = MOST) -> list[EffectRow]:
    """What was judged of moves that followed advice, of spans that ended since an instant, newest first."""
    mine = (*_judged(site, since), move_effects.c.advice != 0)
    order = (move_effects.c.ends_at.desc(), move_effects.c.move.desc(), move_effects.c.place)
    rows = connection.execute(select(move_effects).where(*mine).order_by(*order).limit(most))
    return [_effect(row) for row in rows]


def judged_mark(connection: Connection, site: str, since: float) -> tuple[int, float, float]:
    """Changes as soon as one that ended since an instant is judged or deleted; read from an index."""
    ends_at = move_effects.c.ends_at
    query = select(func.count(), func.min(ends_at), func.max(ends_at)).where(*_judged(site, since))
    count, first, last = connection.execute(query).one()
    return int(count), float(first or 0.0), float(last or 0.0)


def _judged(site: str, since: float) -> tuple[ColumnElement[bool], ...]:
    table = move_effects.c
    return table.site == site, table.state == State.JUDGED, table.ends_at >= since


def _effect(row: Row[Any]) -> EffectRow:
    return EffectRow(*(row._mapping[name] for name in EffectRow._fields))


# -- what came -----------------------------------------------------------------------------------------------


def came(connection: Connection, site: str, queue: str, start: float, end: float, threshold_s: float) -> Came:
    """What came of a queue's callers of [start, end), those included who waited at its beginning."""
    table = calls.c
    waited = and_(table.entered_at < start, or_(table.left_at > start, table.outcome == Outcome.WAITING))
    soon = table.wait_ms <= threshold_s * 1000
    answered, gone = table.outcome == Outcome.ANSWERED, table.outcome == Outcome.ABANDONED
    query = select(
        func.count(),
        _count(or_(answered, and_(gone, ~soon))),
        _count(and_(answered, soon)),
        _count(answered),
        _count(and_(gone, table.left_at <= end)),
        func.coalesce(func.sum(table.wait_ms), 0),
    ).where(
        table.site == site,
        table.queue == queue,
        table.entered_at >= start - _WAITED_BEFORE_S,
        table.entered_at < end,
        or_(table.entered_at >= start, waited),
    )
    *counts, waited_ms = map(int, connection.execute(query).one())
    offered, judged, timely, taken, lost = counts
    return Came(offered, judged, timely, taken, lost, waited_ms / 1000)


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


# -- clearing ------------------------------------------------------------------------------------------------


def clear_advice(connection: Connection, site: str, until: float, most: int = 1000) -> int:
    """Delete some of what is older than an instant; returns how many rows."""
    old = select(advice.c.id).where(advice.c.site == site, advice.c.seen_at < until)
    ids = list(connection.scalars(old.order_by(advice.c.id).limit(most)))
    gone = select(move_effects.c.move).where(move_effects.c.site == site, move_effects.c.at < until)
    of = list(connection.scalars(gone.distinct().order_by(move_effects.c.move).limit(most)))
    count = connection.execute(delete(advice).where(advice.c.id.in_(ids))).rowcount if ids else 0
    mine = (move_effects.c.site == site, move_effects.c.move.in_(of))
    return count + (connection.execute(delete(move_effects).where(*mine)).rowcount if of else 0)
