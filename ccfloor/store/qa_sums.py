"""What scores that count add up to: by day for the site and its parts, and one by one for all else.

``qa_score_days`` holds the sums of the site, of each queue, team, agent and reviewer by themselves, so that a
year is read as fast as a month. What crosses them (a queue's forms of one team) is added up from the scores,
of which one index holds all that is needed. Both give the same. What writes takes the connection of a
writing transaction. Days: 20261122; months: 20261100.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import date_of, day_number
from ccfloor.kpi.scope import Scope
from ccfloor.store.engine import by_value
from ccfloor.store.qa_scores import COUNTING, SUBMITTED, within_scope
from ccfloor.store.qa_tables import qa_samples, qa_score_days, qa_scores
from ccfloor.store.viewer import Viewer

Picked = Literal["random", "wanted", "own", "test"]
PICKED: tuple[Picked, ...] = get_args(Picked)  # in this order they are shown
Kind = Literal["queue", "team", "agent", "reviewer"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BINS = 20
BIN_WIDE = 5  # points
_MILLI = 1000
_AT_ONCE = 500  # in one statement
_SCOPES_AT_ONCE = 400
_s, _t = qa_score_days.c, qa_scores.c
_BIN_NAMES = tuple(f"b{number:02}" for number in range(BINS))

Days = tuple[int, int]  # first and last, both inclusive


class Tally(NamedTuple):
    """Sums of forms. ``points_milli``: thousandths; ``bins``: forms from 0, 5, … 95 points on."""

    forms: int = 0
    points_milli: int = 0
    passed: int = 0
    fatal: int = 0
    bins: tuple[int, ...] = (0,) * BINS

    def __add__(self, other: object) -> "Tally":
        if not isinstance(other, Tally):
            return NotImplemented
        return total((self, other))

    @property
    def mean(self) -> float | None:
        """Points a form."""
        return self.points_milli / _MILLI / self.forms if self.forms else None

    @property
    def pass_rate(self) -> float | None:
        """Share of forms that passed."""
        return self.passed / self.forms if self.forms else None

    @property
    def fatal_rate(self) -> float | None:
        """Share of forms with something fatal."""
        return self.fatal / self.forms if self.forms else None


class Key(NamedTuple):
    """What a sum is of. ``name``: the scope's, without its kind."""

    day: int
    form: str
    picked: str
    name: str = ""


Sums = dict[Key, Tally]


class One(NamedTuple):
    """A form as far as sums need it."""

    day: int
    queue: str
    team: str
    agent: str
    reviewer: str
    form: str
    score: float
    passed: bool
    fatal: bool
    kind: str
    sample: int | None
    reason: str | None

    @property
    def picked(self) -> Picked:
        """How it came about that it was scored."""
        return picked(self.kind, self.sample, self.reason)


def picked(kind: str, sample: int | None, reason: str | None) -> Picked:
    """How it came about that something was scored. ``kind``: of the score; ``reason``: of its sample.

    ``random``: drawn by chance, or brought in by a sheet of another system. It alone says how good the floor
    is, and is what KPIs are made of. ``wanted``: drawn among what was looked for. ``own``: a call, mail or
    chat that somebody chose. ``test``: a dial test.
    """
    if kind == "dial_test":
        return "test"
    if kind == "import" or reason == "random":
        return "random"
    return "own" if sample is None or reason == "hand" else "wanted"


def total(sums: Iterable[Tally]) -> Tally:
    """Several sums together."""
    made = [0] * (4 + BINS)
    for one in sums:
        for place, value in enumerate((*one[:4], *one.bins)):
            made[place] += value
    return _tally(made)


def added(ones: Iterable[One], parts: bool = True) -> dict[str, dict[tuple[int, str, str], Tally]]:
    """Scope → (day, form, picked) → what these forms add up to: the site, and each of its ``parts``."""
    lists: dict[tuple[str, int, str, str], list[int]] = {}
    for one in ones:
        place = 4 + min(BINS - 1, int(one.score // BIN_WIDE))
        values = (1, round(one.score * _MILLI), int(one.passed), int(one.fatal))
        for scope in _scopes(one) if parts else ("site",):
            key = (scope, one.day, one.form, one.picked)
            sums = lists.get(key)
            if sums is None:
                sums = lists[key] = [0] * (4 + BINS)
            for at, value in enumerate(values):
                sums[at] += value
            sums[place] += 1
    found: dict[str, dict[tuple[int, str, str], Tally]] = defaultdict(dict)
    for (scope, day, form, picked), told in lists.items():
        found[scope][day, form, picked] = _tally(told)
    return found


def _scopes(one: One) -> Iterator[str]:
    yield "site"
    for kind in KINDS:
        if name := getattr(one, kind):
            yield f"{kind}:{name}"


# -- writing -------------------------------------------------------------------------------------------


def recount_scores(connection: Connection, site: str, days: Sequence[int]) -> None:
    """Make the sums of these days anew, and of their months; only what is another than before is written."""
    for first in range(0, len(days), _AT_ONCE):
        some = days[first : first + _AT_ONCE]
        now = added(ones(connection, [_t.site == site, *counting(), _t.day.in_(some)]))
        before = _stored(connection, site, some)
        changed = sorted(scope for scope in now.keys() | before.keys() if now.get(scope) != before.get(scope))
        months = sorted({day // 100 * 100 for day in some})
        for at in range(0, len(changed), _SCOPES_AT_ONCE):
            scopes = changed[at : at + _SCOPES_AT_ONCE]
            _write(connection, site, some, {scope: now.get(scope, {}) for scope in scopes})
            _write_months(connection, site, months, scopes)


def _stored(
    connection: Connection, site: str, days: Sequence[int]
) -> dict[str, dict[tuple[int, str, str], Tally]]:
    found: dict[str, dict[tuple[int, str, str], Tally]] = defaultdict(dict)
    columns = (_s.scope, _s.day, _s.form, _s.picked, *_VALUES)
    for row in connection.execute(select(*columns).where(_s.site == site, _s.day.in_(days))):
        found[row[0]][row[1], row[2], row[3]] = _tally(row[4:])
    return found


def _write(
    connection: Connection,
    site: str,
    days: Sequence[int],
    made: Mapping[str, Mapping[tuple[int, str, str], Tally]],
) -> None:
    old = (_s.site == site, _s.scope.in_(list(made)), _s.day.in_(days))
    connection.execute(delete(qa_score_days).where(*old))
    names = ("forms", "points_milli", "passed", "fatal", *_BIN_NAMES)
    rows = [
        {"site": site, "scope": scope, "day": day, "form": form, "picked": picked}
        | dict(zip(names, (*tally[:4], *tally.bins), strict=True))
        for scope, told in made.items()
        for (day, form, picked), tally in told.items()
    ]
    if rows:
        connection.execute(insert(qa_score_days), rows)


def _write_months(connection: Connection, site: str, months: Sequence[int], scopes: Sequence[str]) -> None:
    of = (_s.site == site, _s.scope.in_(scopes))
    connection.execute(delete(qa_score_days).where(*of, _s.day.in_(months)))
    for month in months:
        kept = (_s.site, _s.scope, literal(month, Integer), _s.form, _s.picked)
        query = select(*kept, *(func.sum(column) for column in _VALUES))
        query = query.where(*of, _s.day > month, _s.day < month + 100)
        query = query.group_by(_s.site, _s.scope, _s.form, _s.picked)
        connection.execute(insert(qa_score_days).from_select([column.name for column in _s], query))


_VALUES = (_s.forms, _s.points_milli, _s.passed, _s.fatal, *(_s[name] for name in _BIN_NAMES))


# -- reading -------------------------------------------------------------------------------------------


def counting() -> list[ColumnElement[bool]]:
    """The condition of scores that count."""
    return [_t.state == SUBMITTED, _t.kind.in_(COUNTING)]


def ones(connection: Connection, within: Sequence[ColumnElement[bool]]) -> Iterator[One]:
    """Forms one by one."""
    columns = [_t[name] for name in One._fields[:-1]]
    query = select(*columns, qa_samples.c.reason)
    query = query.select_from(qa_scores.outerjoin(qa_samples, _t.sample == qa_samples.c.id))
    for row in connection.execute(query.where(*within, _t.score.is_not(None))):
        yield One._make(row)


def crossed(
    connection: Connection, within: Sequence[ColumnElement[bool]], days: Days
) -> tuple[Sums, dict[Kind, Sums]]:
    """By day, and of the parts by name over ``days`` alone (keys with day 0): of scores that meet the
    conditions, added up in one pass.
    """
    names = ("day", "form", "score", "passed", "fatal", "kind", "sample", *KINDS)
    columns = [_t[name] for name in names if name != "reviewer"]
    query = select(*columns, _t.reviewer, qa_samples.c.reason)
    query = query.select_from(qa_scores.outerjoin(qa_samples, _t.sample == qa_samples.c.id))
    by_day: dict[tuple[Any, ...], list[int]] = {}
    parts: tuple[dict[tuple[Any, ...], list[int]], ...] = tuple({} for _ in KINDS)
    first, last = days
    for day, form, score, passed, fatal, kind, sample, *whose, reason in connection.execute(
        query.where(*within, _t.score.is_not(None))
    ):
        how = picked(kind, sample, reason)
        told = (round(score * _MILLI), int(passed), int(fatal), 4 + min(BINS - 1, int(score // BIN_WIDE)))
        _add(by_day, (day, form, how, ""), told)
        if first <= day <= last:
            for part, name in zip(parts, whose, strict=True):
                if name:
                    _add(part, (0, form, how, name), told)
    by_kind = {kind: _keyed(part) for kind, part in zip(KINDS, parts, strict=True)}
    return _keyed(by_day), by_kind


def _add(
    sums: dict[tuple[Any, ...], list[int]], key: tuple[Any, ...], told: tuple[int, int, int, int]
) -> None:
    mine = sums.get(key)
    if mine is None:
        mine = sums[key] = [0] * (4 + BINS)
    mine[0] += 1
    mine[1] += told[0]
    mine[2] += told[1]
    mine[3] += told[2]
    mine[told[3]] += 1


def _keyed(sums: Mapping[tuple[Any, ...], Sequence[int]]) -> Sums:
    return {Key(*key): _tally(told) for key, told in sums.items()}


def count(connection: Connection, within: Sequence[ColumnElement[bool]]) -> int:
    """How many forms there are."""
    return connection.scalar(select(func.count()).select_from(qa_scores).where(*within)) or 0


def sums_by_month(connection: Connection, site: str, scopes: Collection[Scope], days: Days) -> Sums:
    """The same by month, of days that make up whole months; each under its first day."""
    months = list(_months(days[0] // 100 * 100, _month_after(days[1])))
    found = _read(connection, site, _s.day, _s.scope.in_(sorted(map(str, scopes))), [_s.day.in_(months)])
    return {key._replace(day=key.day + 1): tally for key, tally in found.items()}


def sums_of_queues(connection: Connection, site: str, queues: Collection[str], days: Days) -> Sums:
    """Sums of each of these queues over all the days; their keys have day 0."""
    names = sorted(f"queue:{name}" for name in queues)
    found = _read(connection, site, None, _s.scope.in_(names), [_covered(days)])
    return {key._replace(name=key.name.partition(":")[2]): tally for key, tally in found.items()}


def sums_by_day(connection: Connection, site: str, scopes: Collection[Scope], days: Days) -> Sums:
    """Sums of these scopes by day; of several their sum, so that they must not overlap."""
    return _read(connection, site, _s.day, _s.scope.in_(sorted(map(str, scopes))), [_one_by_one(days)])


def sums_by_part(connection: Connection, site: str, days: Days) -> dict[Kind, Sums]:
    """Sums of every queue, team, agent and reviewer over all the days; their keys have day 0."""
    found: dict[Kind, Sums] = {kind: {} for kind in KINDS}
    for key, tally in _read(connection, site, None, _s.scope != "site", [_covered(days)]).items():
        kind, _, name = key.name.partition(":")
        for known in KINDS:
            if known == kind:
                found[known][key._replace(name=name)] = tally
    return found


def _read(
    connection: Connection,
    site: str,
    day: ColumnElement[int] | None,
    scopes: ColumnElement[bool],
    within: Sequence[ColumnElement[bool]],
) -> Sums:
    """By day for all scopes together, or for each of them for all days together."""
    first: ColumnElement[Any] = by_value(_s.scope) if day is None else day
    values = [func.sum(column) for column in _VALUES]
    keys = (first, by_value(_s.form), by_value(_s.picked))
    query: Select[Any] = select(*keys, *values).where(_s.site == site, *within, scopes).group_by(*keys)
    found = {}
    for one, form, picked, *sums in connection.execute(query):
        at, name = (0, one) if day is None else (one, "")
        found[Key(at, form, picked, name)] = _tally([int(value) for value in sums])
    return found


def _covered(days: Days) -> ColumnElement[bool]:
    """Rows of whole months within the days, and of the days before and after them."""
    first, last = days
    begins, ends = _month_on(first), _month_after(last)
    if begins >= ends:
        return _one_by_one(days)
    months = list(_months(begins, ends))
    edges = [_s.day.between(first, begins)] if first < begins else []
    edges += [_s.day.between(ends + 1, last)] if ends < last else []
    return or_(_s.day.in_(months), *(and_(edge, _s.day % 100 != 0) for edge in edges))


def _one_by_one(days: Days) -> ColumnElement[bool]:
    """Rows of days, without those of months."""
    return and_(_s.day.between(*days), _s.day % 100 != 0)


def _month_on(day: int) -> int:
    """The first month that begins on a day or after it."""
    month = day // 100 * 100
    return month if day == month + 1 else _next(month)


def _month_after(day: int) -> int:
    """The month after the last one that has ended by a day."""
    tomorrow = day_number(date_of(day) + timedelta(days=1))
    return tomorrow // 100 * 100


def _months(first: int, before: int) -> Iterator[int]:
    while first < before:
        yield first
        first = _next(first)


def _next(month: int) -> int:
    return month + 100 if month // 100 % 100 < 12 else month // 10_000 * 10_000 + 10_100


def _tally(values: Sequence[int]) -> Tally:
    return Tally(values[0], values[1], values[2], values[3], tuple(values[4:]))


# -- what a viewer may see -----------------------------------------------------------------------------


def within(
    viewer: Viewer, config: FloorConfig, scope: Scope, days: Days, form: str = ""
) -> list[ColumnElement[bool]]:
    """The condition of scores that count, of a scope as far as a viewer sees it."""
    found = [_t.site == viewer.site, _t.day.between(*days), *counting(), *within_scope(viewer, config)]
    if scope.kind != "site":
        found.append(_t[scope.kind] == scope.name)
    return [*found, _t.form == form] if form else found
