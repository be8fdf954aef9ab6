"""A site's own targets and variants: set by somebody for a reason, from the first day of a month on.

Months that are over keep what they were judged by: a decision counts from the current month at the earliest.
Only the very first of a KPI and scope may begin earlier, in months for which nothing of the site's own
counted, neither for the scope nor for what is around it: none of them is altered by it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act as Logged
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.book import Choice, ChoiceVersion, KpiBook
from ccfloor.kpi.compute import compute
from ccfloor.kpi.light import light
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import Period, back, date_of, day_numbers, month_of
from ccfloor.kpi.result import Light, Result
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.audit import acting, record
from ccfloor.service.kpi_site import Promises, first_of_month
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.store import kpi_versions
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.kpi_figures import figures
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

_SHARE = 10.0  # no share is to be beyond 1000 %
MONTHS = 12
_CHOSEN = ("at_least", "at_most", "variant")


class TargetError(PeopleError):
    """A decision that is not kept. ``code`` picks the sentence in the texts (``people.error.…``)."""


class Act(NamedTuple):
    """Who decides, why, and when (UTC epoch seconds)."""

    who: str
    why: str
    now: float


def decide(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    kpi: Kpi,
    scope: Scope,
    valid_from: int,
    choice: Choice,
    act: Act,
) -> None:
    """Keep a decision for a scope from the first day of a month (20261201) on.

    Raises PeopleError: ``no_who``, ``no_why``, ``no_scope`` (unknown, or none of this KPI), ``no_variant``,
    ``not_a_month``, ``month_closed``, ``odd_share``, ``same_target`` (it is so already).
    """
    viewer.needs(Right.TARGETS)
    _own(viewer, scope)
    named(act.who), said(act.why)
    _check(config, kpi, scope, choice)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        book = _book(connection, viewer.site, config, kpi)
        _check_day(config, book, kpi.id, scope, valid_from, act.now)
        before = book.choice(kpi.id, scope, valid_from)
        if before == choice:
            raise TargetError("same_target")
        _append(connection, viewer.site, kpi.id, scope, valid_from, choice, act)
        after = _told(choice, scope, valid_from)
        _record(connection, viewer, Logged.TARGET_SET, kpi, before, after, act)


def take_back(
    engine: Engine, viewer: Viewer, config: FloorConfig, kpi: Kpi, scope: Scope, valid_from: int, act: Act
) -> None:
    """Take back the decision that begins on a day: the one before it counts again.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_target``, ``month_closed``.
    """
    viewer.needs(Right.TARGETS)
    _own(viewer, scope)
    named(act.who), said(act.why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        made = standing(_made(connection, viewer.site, kpi.id, scope))
        gone = next((one.choice for one in made if one.valid_from == valid_from), None)
        if gone is None:
            raise TargetError("unknown_target")
        if valid_from < first_of_month(config, act.now):
            raise TargetError("month_closed")
        _append(connection, viewer.site, kpi.id, scope, valid_from, None, act)
        after = _told(None, scope, valid_from)
        _record(connection, viewer, Logged.TARGET_TAKEN_BACK, kpi, gone, after, act)


def standing(made: list[ChoiceVersion]) -> list[ChoiceVersion]:
    """Of decisions in order of their making the last for each scope and first day, in order of that day."""
    last = {(one.scope, one.valid_from): one for one in made}
    return sorted(last.values(), key=lambda one: (one.scope, one.valid_from))


def _own(viewer: Viewer, scope: Scope) -> None:
    """Raises Forbidden where others are concerned than the viewer sees."""
    if not viewer.covers(scope.kind, scope.name):
        raise Forbidden


def _check(config: FloorConfig, kpi: Kpi, scope: Scope, choice: Choice) -> None:
    teams = {seat.team for seat in config.seats.values()}
    known = {"queue": scope.name in config.queues, "team": scope.name in teams}
    if scope.kind not in kpi.scopes or not known.get(scope.kind, True):
        raise TargetError("no_scope")
    if choice.variant and choice.variant not in [one.id for one in kpi.variants]:
        raise TargetError("no_variant")
    edges = (choice.bound.at_least, choice.bound.at_most) if choice.bound else ()
    if kpi.unit == "%" and any(edge is not None and not 0 <= edge <= _SHARE for edge in edges):
        raise TargetError("odd_share")


def _check_day(
    config: FloorConfig, book: KpiBook, kpi_id: str, scope: Scope, valid_from: int, now: float
) -> None:
    if valid_from % 100 != 1:
        raise TargetError("not_a_month")
    try:
        date_of(valid_from)
    except ValueError:
        raise TargetError("not_a_month") from None
    if valid_from < earliest(config, book, kpi_id, scope, now, valid_from):
        raise TargetError("month_closed")


def earliest(config: FloorConfig, book: KpiBook, kpi_id: str, scope: Scope, now: float, since: int) -> int:
    """The first day of the earliest month, not before ``since``, from which a decision may count."""
    found = first_of_month(config, now)
    if any(one.scope == scope for one in book.history(kpi_id)):
        return found
    while found > since and not book.is_own(kpi_id, scope, before := _month_before(found)):
        found = before
    return found


def _month_before(day: int) -> int:
    year, month = day // 10_000, day // 100 % 100
    return day - 100 if month > 1 else (year - 1) * 10_000 + 1201


def _made(connection: Connection, site: str, kpi: str, scope: Scope) -> list[ChoiceVersion]:
    kept = kpi_versions.kept(connection, site).choices
    return [one for one in kept if (one.kpi, one.scope) == (kpi, scope)]


def _book(connection: Connection, site: str, config: FloorConfig, kpi: Kpi) -> KpiBook:
    """Everything that the site has decided."""
    choices = kpi_versions.kept(connection, site).choices
    return KpiBook({kpi.id: kpi}, (), choices, terms(connection, config, site).team_on, Promises(config))


def _append(
    connection: Connection,
    site: str,
    kpi: str,
    scope: Scope,
    valid_from: int,
    choice: Choice | None,
    act: Act,
) -> None:
    told = {"who": named(act.who), "why": said(act.why)}
    kpi_versions.append(connection, site, kpi, str(scope), valid_from, choice, at=act.now, **told)


def _told(choice: Choice | None, scope: Scope, valid_from: int) -> dict[str, object]:
    """A decision as the audit log tells it."""
    bound = choice.bound if choice else None
    return {
        "at_least": bound.at_least if bound else None,
        "at_most": bound.at_most if bound else None,
        "variant": choice.variant if choice else None,
        "scope": str(scope),
        "valid_from": date_of(valid_from),
    }


def _record(
    connection: Connection,
    viewer: Viewer,
    act: Logged,
    kpi: Kpi,
    before: Choice | None,
    after: dict[str, object],
    by: Act,
) -> None:
    named = {name: value for name, value in _told(before, SITE, 20000101).items() if name in _CHOSEN}
    who = acting(by.who, viewer)
    record(connection, who, act, f"kpi/{kpi.id}", named, after, by.why, by.now, site=viewer.site)


# -- before deciding ---------------------------------------------------------------------------------


class Month(NamedTuple):
    """A month as it is judged now, and as it would be."""

    period: Period
    now: Result
    light_now: Light
    then: Result
    light_then: Light


def preview(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    book: KpiBook,
    kpi: Kpi,
    scope: Scope,
    choice: Choice,
    now: float,
) -> list[Month]:
    """The last twelve months, the current one last: what a decision would have made of them."""
    viewer.needs(Right.TARGETS)
    periods = list(_months(config, now))[::-1]
    told = figures(engine, viewer, config, scope, periods)
    tried = book.trying(kpi.id, scope, choice)
    found = []
    for one, sums in zip(periods, told, strict=True):
        day = last_day(config, one)
        known = book.definition(kpi.id, day) or kpi
        present = compute(known, sums, scope.kind, book.variant(kpi.id, scope, day))
        wanted = compute(kpi, sums, scope.kind, tried.variant(kpi.id, scope, day))
        light_now = light(book.bound(kpi.id, scope, day)[0], present.value)
        light_then = light(tried.bound(kpi.id, scope, day)[0], wanted.value)
        found.append(Month(one, present, light_now, wanted, light_then))
    return found


def last_day(config: FloorConfig, of: Period) -> int:
    """The day by whose targets a period is judged: its last."""
    return day_numbers(config, of)[1]


def _months(config: FloorConfig, now: float) -> Iterator[Period]:
    one = month_of(config, now)
    for _ in range(MONTHS):
        yield one
        one = back(config, one)


def present_level(months: list[Month]) -> float | None:
    """The mean of the last three whole months that have a value: what a target may be set a little above."""
    known = [month.then.value for month in months[:-1] if month.then.value is not None][-3:]
    return sum(known) / len(known) if known else None
