"""Files of data in the database: their rows, which of them count, and the facts they add up to.

Of all rows with one key the one of the latest import counts that was not undone. Facts of a day are always
made anew from all rows that count, so that they depend on no order. What writes takes the connection of a
writing transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    ScalarSelect,
    Select,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.datafile import Body
from ccfloor.kpi.datafile import Row as FileRow
from ccfloor.kpi.dataset import AGENT, Dataset
from ccfloor.kpi.datasets import DATASETS, FIELDS
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.kpi.rollup import Owner, Part, owner, parts, rolled
from ccfloor.kpi.teams import Terms
from ccfloor.store.qa_facts import DATASETS as OWN_DATASETS
from ccfloor.store.qa_facts import move_teams, own_days, own_parts, recount_items
from ccfloor.store.qa_sums import recount_scores
from ccfloor.store.tables import agent_days, fact_days, import_rows, imports, kpi_facts, queue_days, roster
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer
from ccfloor.store.writer import write_rows

T = TypeVar("T")
_DAYS_AT_ONCE = 500  # in one statement
_encoder = msgspec.json.Encoder(order="deterministic")


class Taken(NamedTuple):
    """An import as it stands in the table; ``undone_at`` None: it counts."""

    id: int
    dataset: str
    file: str
    digest: str
    at: float
    who: str
    why: str
    rows: int
    first_day: int
    last_day: int
    undone_at: float | None = None
    undone_by: str = ""
    undone_why: str = ""


class Undone(NamedTuple):
    """Who lets an import count no more and why, since when; ``at`` None: it counts again."""

    at: float | None = None
    who: str = ""
    why: str = ""


class StoredRow(NamedTuple):
    """A row of an import as read. ``current``: it counts among all rows of its key."""

    line: int
    key: str
    day: int
    body: Body
    current: bool


class Effect(NamedTuple):
    """What rows would change: keys that are new, keys whose row differs, keys whose row is the same."""

    new: int
    changed: int
    same: int


# -- reading -------------------------------------------------------------------------------------------


def list_imports(engine: Engine, viewer: Viewer, dataset: str = "", limit: int = 200) -> list[Taken]:
    """The imports of the viewer's site, latest first, also those undone. Files are about the whole site.

    Raises Forbidden.
    """
    viewer.needs(Right.IMPORTS, Right.RESULTS)
    viewer.needs_whole()
    mine = [imports.c.site == viewer.site, *([imports.c.dataset == dataset] if dataset else [])]
    query = _taken().where(*mine).order_by(imports.c.id.desc()).limit(limit)
    with engine.connect() as connection:
        return [Taken(*row) for row in connection.execute(query)]


class Held(NamedTuple):
    """What counts of a dataset: first and last day, when and by whom the last file came."""

    first_day: int
    last_day: int
    at: float
    who: str


def held(engine: Engine, viewer: Viewer) -> dict[str, Held]:
    """Dataset → what of it counts; those without any import are absent. Raises Forbidden."""
    viewer.needs(Right.IMPORTS, Right.RESULTS)
    viewer.needs_whole()
    table = imports.c
    query = select(table.dataset, table.first_day, table.last_day, table.at, table.who)
    query = query.where(table.site == viewer.site, table.undone_at.is_(None)).order_by(table.id)
    found: dict[str, Held] = {}
    with engine.connect() as connection:
        for dataset, first, last, at, who in connection.execute(query):
            before = found.get(dataset)
            days = (first, last) if before is None else (
                min(first, before.first_day), max(last, before.last_day))  # fmt: skip
            found[dataset] = Held(*days, at, who)
    return found


def find_import(connection: Connection, site: str, import_id: int) -> Taken | None:
    """One import; None where the site has none of this number."""
    row = connection.execute(_taken().where(imports.c.site == site, imports.c.id == import_id)).first()
    return Taken(*row) if row else None


def same_content(connection: Connection, site: str, dataset: str, digest: str) -> Taken | None:
    """The import that took in exactly this content and still counts."""
    mine = (imports.c.site == site, imports.c.dataset == dataset, imports.c.digest == digest)
    row = connection.execute(_taken().where(*mine, imports.c.undone_at.is_(None))).first()
    return Taken(*row) if row else None


def rows_of(engine: Engine, viewer: Viewer, import_id: int, limit: int = 1000) -> list[StoredRow]:
    """The rows of an import that a viewer may see, in the order of the file."""
    viewer.needs(Right.IMPORTS, Right.RESULTS)
    table = import_rows.c
    query = select(table.line, table.key, table.day, table.body, table.current)
    query = query.where(table.site == viewer.site, table.import_id == import_id).order_by(table.line)
    with engine.connect() as connection:
        found = (
            StoredRow(row.line, row.key, row.day, _body(row.body), row.current)
            for row in connection.execute(query.limit(limit))
        )
        return [row for row in found if _seen(viewer, row.body)]


def effect(connection: Connection, site: str, dataset: str, rows: Sequence[FileRow]) -> Effect:
    """What taking these rows in would change."""
    table = import_rows.c
    stored: dict[str, set[str]] = defaultdict(set)
    for some in _some({row.key for row in rows}, _DAYS_AT_ONCE):
        mine = (table.site == site, table.dataset == dataset, table.key.in_(some), table.current)
        for key, day, body in connection.execute(select(table.key, table.day, table.body).where(*mine)):
            stored[key].add(f"{day}{body}")
    ours: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ours[row.key].add(f"{row.day}{_encoder.encode(row.body).decode()}")
    new = sum(key not in stored for key in ours)
    same = sum(stored.get(key) == bodies for key, bodies in ours.items())
    return Effect(new, len(ours) - new - same, same)


def known_agents(connection: Connection, site: str) -> list[str]:
    """Every agent the tables know."""
    return list(connection.scalars(select(agent_days.c.agent).distinct().where(agent_days.c.site == site)))


def known_queues(connection: Connection, site: str) -> list[str]:
    """Every queue the tables know."""
    return list(connection.scalars(select(queue_days.c.queue).distinct().where(queue_days.c.site == site)))


def _taken() -> Select[Any]:
    return select(*(imports.c[name] for name in Taken._fields))


def _body(stored: str) -> Body:
    return msgspec.json.decode(stored, type=Body)


def _seen(viewer: Viewer, body: Body) -> bool:
    """Rows of other queues or teams are left out, and those of nobody's where a scope is set."""
    queue, team = str(body.get("queue", "")), str(body.get("team", ""))
    return (viewer.queues is None or queue in viewer.queues) and (
        viewer.teams is None or team in viewer.teams
    )


# -- writing -------------------------------------------------------------------------------------------


def one_by_one(connection: Connection) -> None:
    """Imports are taken in and undone one after the other; a SQLite transaction has that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE"))


def take_in(connection: Connection, config: FloorConfig, taken: Taken, rows: Sequence[FileRow]) -> int:
    """Keep a file's rows and count them; returns the number of the import."""
    values = taken._asdict() | {"site": config.site, "rows": len(rows)}
    del values["id"]
    made = int(connection.execute(insert(imports).values(values).returning(imports.c.id)).scalar_one())
    stored = [
        (made, row.line, taken.dataset, row.key, row.day, _encoder.encode(row.body).decode(), True)
        for row in rows
    ]
    write_rows(connection, import_rows, stored, site=config.site)
    _settle(connection, config, taken._replace(id=made))
    return made


def turn(connection: Connection, config: FloorConfig, taken: Taken, undone: Undone) -> None:
    """Take an import out as a whole, so that rows it had replaced count once more; or let it count again."""
    at, who, why = undone if undone.at is not None else Undone()
    values = {"undone_at": at, "undone_by": who, "undone_why": why}
    connection.execute(update(imports).where(imports.c.id == taken.id).values(values))
    _settle(connection, config, taken)


def _settle(connection: Connection, config: FloorConfig, taken: Taken) -> None:
    """Say anew which rows count among those with keys of this import, and count their days anew."""
    dataset = DATASETS[taken.dataset]
    same_keys = _same_keys(config.site, taken)
    _point_out(connection, config.site, taken.dataset, same_keys)
    days = set(connection.scalars(select(import_rows.c.day).distinct().where(*same_keys)))
    if dataset.grain == "roster":
        _roster(connection, config, same_keys, days)
        return
    if dataset.complete:
        days |= set(_days(taken.first_day, taken.last_day))
    for some in _some(sorted(days), _DAYS_AT_ONCE):
        _count(connection, config, dataset, some)


def _same_keys(site: str, taken: Taken) -> list[ColumnElement[bool]]:
    """Rows of any import that are about the same things as this one's."""
    table, ours = import_rows.c, import_rows.alias("ours").c
    keys = select(ours.key).where(ours.import_id == taken.id)
    return [table.site == site, table.dataset == taken.dataset, table.key.in_(keys)]


def _point_out(
    connection: Connection, site: str, dataset: str, same_keys: Sequence[ColumnElement[bool]]
) -> None:
    other, made = import_rows.alias("other").c, imports.c
    latest = select(func.coalesce(func.max(other.import_id), 0)).where(
        other.site == site,
        other.dataset == dataset,
        other.key == import_rows.c.key,
        made.id == other.import_id,
        made.undone_at.is_(None),
    )
    counts: ScalarSelect[int] = latest.correlate(import_rows).scalar_subquery()
    connection.execute(
        update(import_rows).where(*same_keys).values(current=import_rows.c.import_id == counts)
    )


# -- facts ---------------------------------------------------------------------------------------------


def _count(connection: Connection, config: FloorConfig, dataset: Dataset, days: Sequence[int]) -> None:
    """Make the facts of these days anew, from all rows that count of all datasets with the same fields, and
    from the own forms.
    """
    fields = dataset.fields
    facts = kpi_facts.c
    connection.execute(
        delete(kpi_facts).where(facts.site == config.site, facts.field.in_(fields), facts.day.in_(days))
    )
    teams = terms(connection, config)
    told = _told(connection, config.site, dataset, days, teams)
    for day, field, part in own_parts(connection, config.site, fields, days, teams):
        told.setdefault((day, field), []).append(part)
    found = [
        (field, str(scope), day, origin, value)
        for (day, field), rows in told.items()
        for scope, values in rolled(rows, _on(teams, day)).items()
        for origin, value in values.items()
    ]
    write_rows(connection, kpi_facts, found, site=config.site)


def _on(teams: Terms, day: int) -> Callable[[str], str]:
    """Whose team an agent was on a day."""
    return lambda agent: teams.team_on(agent, day)


def retell(connection: Connection, config: FloorConfig, first: int, before: int | None) -> None:
    """Make the facts anew of days from ``first`` to the one before ``before`` (None: all later ones).

    For when agents belong to other teams on them; sums of the month that ``first`` lies in are among them.
    """
    table = import_rows.c
    query = select(table.day).distinct().where(table.site == config.site, table.current)
    query = query.where(table.day >= first // 100 * 100)
    if before is not None:
        query = query.where(table.day < before)
    own = own_days(connection, config.site, first, before)
    moved = move_teams(connection, config.site, terms(connection, config), first, before)
    for some in _some(sorted(moved), _DAYS_AT_ONCE):
        recount_items(connection, config.site, some)
        recount_scores(connection, config.site, some)
    for dataset in DATASETS.values():
        if dataset.grain != "roster" and dataset.fields:
            days = set(connection.scalars(query.where(table.dataset == dataset.id)))
            recount(connection, config, dataset.id, days | (own if dataset.id in OWN_DATASETS else set()))


def recount(connection: Connection, config: FloorConfig, dataset: str, days: Iterable[int]) -> None:
    """Make the facts of days anew, of a dataset that tells of amounts."""
    for some in _some(sorted(set(days)), _DAYS_AT_ONCE):
        _count(connection, config, DATASETS[dataset], some)


def _told(
    connection: Connection, site: str, dataset: Dataset, days: Sequence[int], teams: Terms
) -> dict[tuple[int, str], list[Part]]:
    """What the rows that count say of each day and field."""
    told: dict[tuple[int, str], list[Part]] = defaultdict(list)
    family = {item.id: item for field in dataset.fields for item in FIELDS[field]}
    rows: dict[tuple[int, str, Owner], list[Body]] = defaultdict(list)
    table = import_rows.c
    query = select(table.dataset, table.day, table.import_id, table.body).where(
        table.site == site, table.dataset.in_(family), table.day.in_(days), table.current
    )
    for name, day, origin, stored in connection.execute(query):
        body = _body(stored)
        rows[day, name, owner(family[name], body, origin, _on(teams, day))].append(body)
    for (day, name, mine), bodies in rows.items():
        for field, part in parts(family[name], mine, bodies).items():
            told[day, field].append(part)
    if dataset.complete:
        for day, origin in _covered(connection, site, dataset, days):
            for field in dataset.fields:
                told.setdefault((day, field), [Part(0.0, origin)])
    return told


def _covered(
    connection: Connection, site: str, dataset: Dataset, days: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Days that an import spoke of, whether it had a row for them or not, with the latest such import."""
    table = imports.c
    query = select(table.id, table.first_day, table.last_day).where(
        table.site == site, table.dataset == dataset.id, table.undone_at.is_(None)
    )
    spans = connection.execute(query.order_by(table.id.desc())).all()
    for day in days:
        origin = next((row.id for row in spans if row.first_day <= day <= row.last_day), None)
        if origin is not None:
            yield day, origin


def _days(first: int, last: int) -> Iterator[int]:
    if not first:
        return
    at, end = date_of(first), date_of(last)
    while at <= end:
        yield day_number(at)
        at += timedelta(days=1)


# -- the roster ----------------------------------------------------------------------------------------


def _roster(
    connection: Connection, config: FloorConfig, same_keys: Sequence[ColumnElement[bool]], days: Iterable[int]
) -> None:
    """Put the pieces that count into the roster, in place of those that stood there."""
    table = import_rows.c
    replaced = exists().where(table.import_id == roster.c.import_id, table.line == roster.c.line, *same_keys)
    connection.execute(delete(roster).where(replaced))
    query = select(table.import_id, table.line, table.day, table.body).where(*same_keys, table.current)
    rows = connection.execute(query)
    pieces = [_piece(config, number, line, day, _body(body)) for number, line, day, body in rows]
    write_rows(connection, roster, pieces, site=config.site)
    # Adherence of these days was counted from another roster: it is counted anew.
    touched = {near for day in days for near in (day, _before(day))}
    for some in _some(sorted(touched), _DAYS_AT_ONCE):
        connection.execute(
            delete(fact_days).where(fact_days.c.site == config.site, fact_days.c.day.in_(some))
        )


def _piece(config: FloorConfig, import_id: int, line: int, day: int, body: Body) -> tuple[Any, ...]:
    """A piece as instants; an end that is not after its start is on the next day."""
    start, end = float(body["start"]), float(body["end"])
    begins = _at(config, day, start)
    ends = _at(config, day, end if end > start else end + 86_400)
    stored = day_number(business_date(config, begins))
    return (import_id, line, body[AGENT], stored, begins, ends, body.get("activity", "queue"))


def _at(config: FloorConfig, day: int, seconds: float) -> float:
    """The instant of a clock's reading on a day, as the site's clock shows it."""
    date = date_of(day)
    shown = datetime(date.year, date.month, date.day) + timedelta(seconds=seconds)
    return shown.replace(tzinfo=ZoneInfo(config.zone)).timestamp()


def _some(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    left = iter(values)
    while part := list(islice(left, size)):
        yield part


def _before(day: int) -> int:
    return day_number(date_of(day) - timedelta(days=1))
