"""Draws and samples as stored: rows, whose they are to see, and how many of them there are.

What writes takes the connection of a writing transaction. A sample is never removed: one that was replaced
or dropped says when and why. Days are stored as 20261122, instants as UTC epoch seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, tuple_, update

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.store.qa_tables import qa_draws, qa_samples, qa_scores
from ccfloor.store.tables import agent_days, calls
from ccfloor.store.viewer import Viewer, own_scope, queue_scope

OPEN, DONE, REPLACED, DROPPED = "open", "done", "replaced", "dropped"
KEPT = (OPEN, DONE)  # what counts for a quota
_BEYOND = 2**63
_EVER = 99991231
_LONGEST_WAIT_S = 4 * 3600.0  # from entering to the answer
_t = qa_samples.c


class DrawRow(NamedTuple):
    """A drawing as stored. ``until``: calls that had ended by then."""

    id: int
    plan: str
    version: int
    day: int
    until: float
    seed: str
    digest: str
    population: int
    picks: int
    at: float
    who: str
    why: str
    shifts: str = ""


class SampleRow(NamedTuple):
    """A sample as stored. ``draw`` None: taken by hand."""

    id: int
    draw: int | None
    plan: str
    quota: str
    span: str
    source_id: int
    position: int
    agent: str
    team: str
    queue: str
    call_at: float
    day: int
    reason: str
    stratum: str
    population: int
    reviewer: str
    by: str
    state: str
    due_day: int
    at: float
    closed_at: float | None
    replaces: int | None
    why: str
    who: str

    @property
    def key(self) -> str:
        """The call's key, as candidates have it."""
        return f"{self.source_id}:{self.position}"


class Wanted(NamedTuple):
    """Which samples; empty fields do not narrow. Days are those of the calls, both inclusive.

    ``reviewer`` None: anybody's, "" those of nobody. ``due_before``: only what was due before that day.
    """

    first: int = 0
    last: int = _EVER
    plan: str = ""
    quota: str = ""
    agent: str = ""
    team: str = ""
    queue: str = ""
    reviewer: str | None = None
    by: str = ""
    states: Sequence[str] = ()
    draw: int | None = None
    due_before: int = 0


_DRAW = tuple(qa_draws.c[name] for name in DrawRow._fields)
_SAMPLE = tuple(_t[name] for name in SampleRow._fields)


# -- draws -------------------------------------------------------------------------------------------


def add_draw(connection: Connection, site: str, values: Mapping[str, Any]) -> int:
    """Keep a drawing; returns its number."""
    made = insert(qa_draws).values({"site": site, **values}).returning(qa_draws.c.id)
    return int(connection.execute(made).scalar_one())


def find_draw(connection: Connection, site: str, plan: str, day: int) -> DrawRow | None:
    """The drawing of a plan and day."""
    table = qa_draws.c
    mine = (table.site == site, table.plan == plan, table.day == day)
    row = connection.execute(select(*_DRAW).where(*mine)).first()
    return None if row is None else DrawRow._make(row)


def draw_of(connection: Connection, site: str, number: int) -> DrawRow | None:
    """A drawing by its number."""
    table = qa_draws.c
    row = connection.execute(select(*_DRAW).where(table.site == site, table.id == number)).first()
    return None if row is None else DrawRow._make(row)


def draws(connection: Connection, site: str, plan: str = "", limit: int = 100) -> list[DrawRow]:
    """The drawings, of the latest days first."""
    table = qa_draws.c
    mine = [table.site == site, *([table.plan == plan] if plan else [])]
    rows = connection.execute(select(*_DRAW).where(*mine).order_by(table.day.desc(), table.plan).limit(limit))
    return list(map(DrawRow._make, rows))


def drawn_days(connection: Connection, site: str, plan: str, first: int) -> set[int]:
    """The days from ``first`` on that a plan has drawn of."""
    table = qa_draws.c
    mine = (table.site == site, table.plan == plan, table.day >= first)
    return set(connection.scalars(select(table.day).where(*mine)))


# -- samples -----------------------------------------------------------------------------------------


def seen_by(viewer: Viewer, config: FloorConfig) -> list[ColumnElement[bool]]:
    """What keeps a query of samples to those that a viewer may see. Raises Forbidden.

    An agent sees none: that a call was drawn is told with its score.
    """
    viewer.needs(Right.QA)
    found = [_t.site == viewer.site, *queue_scope(viewer, _t.queue), *own_scope(viewer, _t.agent)]
    if viewer.teams is None:
        return found
    seats = sorted(viewer.seats(config) or ())
    return [*found, or_(_t.team.in_(sorted(viewer.teams)), _t.agent.in_(seats))]


def add(connection: Connection, site: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Keep samples; returns their numbers."""
    made = insert(qa_samples).returning(_t.id)
    return [int(connection.execute(made.values({"site": site, **row})).scalar_one()) for row in rows]


def add_many(connection: Connection, site: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep samples that nobody asks the numbers of."""
    if rows:
        connection.execute(insert(qa_samples), [{"site": site, **row} for row in rows])


def change(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Change a sample."""
    connection.execute(update(qa_samples).where(_t.id == number).values(**values))


def find(connection: Connection, number: int, within: Sequence[ColumnElement[bool]]) -> SampleRow | None:
    """One sample, as far as a viewer may see it."""
    row = connection.execute(select(*_SAMPLE).where(_t.id == number, *within)).first()
    return None if row is None else SampleRow._make(row)


def listed(
    connection: Connection, wanted: Wanted, within: Sequence[ColumnElement[bool]], limit: int
) -> list[SampleRow]:
    """Samples of what is wanted, those that are due first in front."""
    query = select(*_SAMPLE).where(*within, *_narrowed(wanted)).order_by(_t.due_day, _t.call_at, _t.id)
    return list(map(SampleRow._make, connection.execute(query.limit(limit))))


def count(connection: Connection, wanted: Wanted, within: Sequence[ColumnElement[bool]]) -> int:
    """How many there are of what is wanted."""
    query = select(func.count()).select_from(qa_samples).where(*within, *_narrowed(wanted))
    return int(connection.scalar(query) or 0)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [_t.day >= wanted.first] if wanted.first else []
    found += [_t.day <= wanted.last] if wanted.last != _EVER else []
    for name in ("plan", "quota", "agent", "team", "queue", "by"):
        if getattr(wanted, name):
            found.append(_t[name] == getattr(wanted, name))
    found += [_t.reviewer == wanted.reviewer] if wanted.reviewer is not None else []
    found += [_t.state.in_(wanted.states)] if wanted.states else []
    found += [_t.draw == wanted.draw] if wanted.draw is not None else []
    found += [_t.due_day < wanted.due_before] if wanted.due_before else []
    return found


# -- what a drawing has to know ------------------------------------------------------------------------


def random_before(
    connection: Connection, site: str, plan: str, first: int, last: int, at: float, draw: int | None
) -> dict[tuple[str, str], int]:
    """(agent, by) → samples of a plan that draws chose by chance of calls of these days, as it stood at an
    instant. What became of them does not matter. ``draw``: the one made then, which is made again.
    """
    before = _t.at <= at if draw is None else or_(_t.at < at, and_(_t.at == at, _t.draw < draw))
    mine = (_t.site == site, _t.plan == plan, _t.day.between(first, last), before)
    drawn = (_t.reason == "random", _t.draw.is_not(None), _t.replaces.is_(None))
    query = select(_t.agent, _t.by, func.count()).where(*mine, *drawn).group_by(_t.agent, _t.by)
    return {(agent, by): number for agent, by, number in connection.execute(query)}


class Had(NamedTuple):
    """A call that was sampled or scored before. ``counts``: for the quotas of ``plan``."""

    agent: str
    key: str
    day: int
    plan: str
    by: str
    counts: bool


def had(
    connection: Connection,
    site: str,
    first: int,
    last: int,
    at: float,
    draw: int | None,
    agent: str = "",
) -> list[Had]:
    """What was sampled, and what was scored by choice, of calls of these days, as it stood at an instant.

    ``draw``: the one made then, which is to be made again without what came of it and after it. ``agent``:
    of one agent alone.
    """
    columns = (_t.agent, _t.source_id, _t.position, _t.day, _t.plan, _t.by, _t.state, _t.closed_at)
    before = _t.at <= at if draw is None else or_(_t.at < at, and_(_t.at == at, _t.draw < draw))
    query = select(*columns).where(_t.site == site, _t.day.between(first, last), before)
    query = query.where(_t.agent == agent) if agent else query
    found = []
    for row in connection.execute(query.order_by(_t.id)):
        gone = row.state not in KEPT and row.closed_at is not None and row.closed_at <= at
        told = (row.agent, f"{row.source_id}:{row.position}", row.day, row.plan, row.by)
        found.append(Had(*told, not gone))
    table = qa_scores.c
    chosen = and_(table.sample.is_(None), table.source_id.is_not(None), table.submitted_at < at)
    mine = (table.site == site, table.day.between(first, last), table.kind.in_(("own", "lead")), chosen)
    scored = select(table.agent, table.source_id, table.position, table.day).where(*mine)
    scored = scored.where(table.agent == agent) if agent else scored
    for name, source, position, day in connection.execute(scored):
        found.append(Had(name, f"{source}:{position}", day, "", "", False))
    return found


def reviewed(connection: Connection, site: str, first: int, at: float) -> dict[tuple[str, str], int]:
    """(agent, reviewer) → samples of calls since a day, of those that there were before an instant."""
    mine = (_t.site == site, _t.day >= first, _t.at < at, _t.state.in_(KEPT), _t.reviewer != "")
    query = select(_t.agent, _t.reviewer, func.count()).where(*mine).group_by(_t.agent, _t.reviewer)
    return {(agent, reviewer): number for agent, reviewer, number in connection.execute(query)}


def loads(connection: Connection, site: str) -> dict[str, int]:
    """Reviewer → samples that are still to be scored."""
    query = select(_t.reviewer, func.count()).where(_t.site == site, _t.state == OPEN, _t.reviewer != "")
    return {name: number for name, number in connection.execute(query.group_by(_t.reviewer))}


def sampled(connection: Connection, site: str, keys: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these calls have a sample that is open or done."""
    mine = (_t.site == site, _t.state.in_(KEPT), tuple_(_t.source_id, _t.position).in_(keys))
    query = select(_t.source_id, _t.position).where(*mine)
    return {(row.source_id, row.position) for row in connection.execute(query)}


def answered_at(connection: Connection, site: str, call: tuple[int, int]) -> float:
    """When an agent answered a stored call; 0.0 where none did."""
    if not all(0 <= part < _BEYOND for part in call):
        return 0.0
    mine = (calls.c.site == site, calls.c.source_id == call[0], calls.c.position == call[1])
    return float(connection.scalar(select(calls.c.answered_at).where(*mine, calls.c.agent != "")) or 0.0)


def answered_on(connection: Connection, site: str, first: int, last: int) -> set[tuple[str, int]]:
    """(agent, day) of everybody who answered calls on these days."""
    table = agent_days.c
    mine = (table.site == site, table.day.between(first, last), table.answered > 0)
    return {(agent, day) for agent, day in connection.execute(select(table.agent, table.day).where(*mine))}


def answered_in(
    connection: Connection, site: str, queues: Iterable[str], start: float, end: float
) -> Iterator[tuple[str, float]]:
    """Agent and instant of every call of these queues that was answered in [start, end)."""
    mine = (calls.c.site == site, calls.c.queue.in_(sorted(queues)), calls.c.agent != "")
    within = (calls.c.entered_at >= start - _LONGEST_WAIT_S, calls.c.entered_at < end)
    answered = (calls.c.answered_at >= start, calls.c.answered_at < end)
    query = select(calls.c.agent, calls.c.answered_at).where(*mine, *within, *answered)
    yield from ((agent, at) for agent, at in connection.execute(query))


class Sum(NamedTuple):
    """Samples of one agent, reviewer and kind of reviewer, of calls of one day."""

    agent: str
    reviewer: str
    by: str
    quota: str
    state: str
    day: int
    late: bool
    number: int


def sums(
    connection: Connection, plan: str, first: int, last: int, today: int, within: Iterable[Any]
) -> list[Sum]:
    """What counts of a plan's samples of some days, added up. ``late``: due before ``today``."""
    keys = (_t.agent, _t.reviewer, _t.by, _t.quota, _t.state, _t.day, _t.due_day)
    mine = (_t.plan == plan, _t.day.between(first, last), _t.state.in_(KEPT))
    query = select(*keys, func.count()).where(*within, *mine).group_by(*keys)
    return [
        Sum(agent, reviewer, by, quota, state, day, due < today, number)
        for agent, reviewer, by, quota, state, day, due, number in connection.execute(query)
    ]


def reasons(connection: Connection, within: Sequence[ColumnElement[bool]], first: int) -> dict[str, int]:
    """Why samples of calls since a day were replaced: the code in front of the words → how many."""
    found: dict[str, int] = defaultdict(int)
    query = select(_t.why).where(*within, _t.state == REPLACED, _t.day >= first)
    for why in connection.scalars(query):
        found[why.partition(":")[0]] += 1
    return dict(found)
