"""Improvement plans: a goal with its measure, who cares for it until when, what came of it, and the decision.

What came of it is told by the measure itself: as long before the plan began as it lasts, while it lasted, and
as long after it, each a quotient of sums over whole business days. Days are those of the business calendar.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, Literal, NamedTuple, Protocol

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import add
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import business_date, date_of, day_number, period
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.teams import Terms
from ccfloor.qa.model import Item
from ccfloor.service.agent_trend import kpis_of
from ccfloor.service.audit import acting, record
from ccfloor.service.known_scope import sees_scope
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.people_log import PeopleError, meant, named, said
from ccfloor.service.qa import versions
from ccfloor.service.qa.subject import name_of
from ccfloor.service.settings import Settings
from ccfloor.store import qa_more as rows
from ccfloor.store.engine import writing
from ccfloor.store.kpi_figures import figures
from ccfloor.store.qa_more import Improvement
from ccfloor.store.qa_tables import qa_improvements
from ccfloor.store.team_scope import in_scope, whom
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer

Outcome = Literal["consolidated", "changed", "dropped"]
OUTCOMES: tuple[Outcome, ...] = ("consolidated", "changed", "dropped")
OPEN = "open"
ITEM = "item:"
_LONGEST_D, _SHORTEST_D = 366, 14  # of a plan; of what it is compared with
_MOST_D = 92
_FEW = 5  # forms or calls: a value of fewer says little
_NAME_MAX = 80
_MOST = 500  # plans in a list
Over = Callable[[date, date], Result]  # first and last day, both inclusive
Stages = Literal["before", "during", "after"]
_WORDS = ("goal", "actions")  # what people write into a plan


class Floor(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig
    settings: Settings

    def floor_now(self) -> float: ...


class Draft(NamedTuple):
    """A plan as people enter it: of an agent or a team. ``target``: in the measure's unit, None for none."""

    scope: Scope
    goal: str
    measure: str
    target: float | None
    actions: str
    owner: str
    first: date
    last: date


class Stage(NamedTuple):
    """The measure over some whole days, both inclusive. ``result.n``: forms or calls that it rests on."""

    name: Stages
    first: date
    last: date
    result: Result

    @property
    def rests(self) -> float:
        """How many forms or calls the value rests on."""
        return (self.result.n if self.result.n is not None else self.result.under) or 0.0


class Effect(NamedTuple):
    """What came of a plan. ``kpi`` None: an item of a form. ``weeks``: its course, by the first day of each.

    ``met``: whether the target is met by ``latest``; None: no target, or no value.
    """

    kpi: Kpi | None
    direction: str
    stages: tuple[Stage, ...]
    weeks: tuple[tuple[date, Result], ...]
    met: bool | None

    def stage(self, name: Stages) -> Stage | None:
        """A stage by its name; None where it has not begun."""
        return next((one for one in self.stages if one.name == name), None)

    @property
    def latest(self) -> Stage | None:
        """The last stage since the plan began that rests on enough; if none does, the last with a value."""
        told = [one for one in self.stages if one.name != "before" and one.result.value is not None]
        return next((one for one in reversed(told) if one.rests >= _FEW), told[-1] if told else None)


# -- reading -------------------------------------------------------------------------------------------


def list_improvements(
    engine: Engine, viewer: Viewer, config: FloorConfig, *, states: Sequence[str] = (), scope: str = ""
) -> list[Improvement]:
    """The latest plans of whom a viewer may see, newest first; an agent's own, too."""
    viewer.needs(Right.QA, Right.OWN)
    with engine.connect() as connection:
        found = rows.improvements(connection, viewer, states=states, scope=scope)
        told = terms(connection, config, viewer.site)
        seen = (_worded(viewer, one) for one in found if _in_scope(viewer, config, told, one))
        return list(islice(seen, _MOST))


def find_improvement(engine: Engine, viewer: Viewer, config: FloorConfig, number: int) -> Improvement | None:
    """One plan, as far as a viewer may see it."""
    viewer.needs(Right.QA, Right.OWN)
    with engine.connect() as connection:
        found = _seen(connection, viewer, config, number)
    return found and _worded(viewer, found)


def _worded(viewer: Viewer, one: Improvement) -> Improvement:
    """A plan as this viewer may read it."""
    words = {name: viewer.words(getattr(one, name)) for name in (*_WORDS, "decision")}
    return msgspec.structs.replace(one, **words)


def _meant(viewer: Viewer, was: Improvement, values: dict[str, Any]) -> dict[str, Any]:
    """What is to be stored of a plan that its reader may have seen with masked numbers."""
    return values | {name: meant(viewer, getattr(was, name), values[name]) for name in _WORDS}


def measures(service: Floor, viewer: Viewer, kind: str) -> tuple[list[Kpi], dict[str, Item]]:
    """What a plan of an agent or a team can be measured by: KPIs, and items of the forms in force."""
    viewer.needs(Right.QA)
    today = business_date(service.config, service.floor_now())
    forms = (one.form for one in versions.in_force(service.engine, viewer, "form", today))
    items = {f"{ITEM}{form.id}:{item.id}": item for form in forms for item in form.items if item.scored}
    return kpis_of(service, kind), items


def _seen(connection: Connection, viewer: Viewer, config: FloorConfig, number: int) -> Improvement | None:
    found = rows.improvement(connection, viewer, number)
    if found is None or not _in_scope(viewer, config, terms(connection, config, viewer.site), found):
        return None
    return found


def _in_scope(viewer: Viewer, config: FloorConfig, told: Terms, plan: Improvement) -> bool:
    """Whether a plan is a viewer's to see: of an agent in a team of his, today or on a day of the plan."""
    return _of_days(viewer, config, told, plan.scope, (plan.first_day, plan.last_day))


def _of_days(viewer: Viewer, config: FloorConfig, told: Terms, scope: Scope, days: tuple[int, int]) -> bool:
    if scope.kind == "agent":
        return bool(whom(viewer, config, told, scope, days))
    return in_scope(viewer, config, told, scope)


# -- what came of it -----------------------------------------------------------------------------------


def effect(service: Floor, viewer: Viewer, plan: Improvement) -> Effect:
    """What came of a plan so far, by whole days. Raises KeyError where its KPI is gone."""
    first, last, span = date_of(plan.first_day), date_of(plan.last_day), _compared(plan)
    until = business_date(service.config, service.floor_now()) - timedelta(days=1)
    bounds: tuple[tuple[Stages, date, date], ...] = (
        ("before", first - span, first - timedelta(days=1)),
        ("during", first, last),
        ("after", last + timedelta(days=1), last + span),
    )
    begun = [(name, start, min(end, until)) for name, start, end in bounds if start <= until]
    if not begun:
        return Effect(None, "up", (), (), None)
    kpi, over = _measured(service, viewer, plan, begun[0][1], begun[-1][2])
    stages = tuple(Stage(name, start, end, over(start, end)) for name, start, end in begun)
    direction = kpi.direction if kpi is not None else "up"
    weeks = tuple((start, over(start, end)) for start, end in _weeks(begun[0][1], begun[-1][2]))
    told = Effect(kpi, direction, stages, weeks, None)
    return told._replace(met=_met(direction, plan.target, told.latest))


def _compared(plan: Improvement) -> timedelta:
    """How long before and after a plan it is looked at."""
    days = (date_of(plan.last_day) - date_of(plan.first_day)).days + 1
    return timedelta(days=min(max(days, _SHORTEST_D), _MOST_D))


def concerns(config: FloorConfig, plan: Improvement, first: date, last: date) -> bool:
    """Whether a plan is to be told of in a period: it is open, or on one of these days it ran, was decided or
    had its effect watched.
    """
    if date_of(plan.first_day) > last:
        return False
    decided = business_date(config, plan.decided_at) if plan.decided_at is not None else date.min
    return plan.state == OPEN or max(date_of(plan.last_day) + _compared(plan), decided) >= first


def _weeks(first: date, last: date) -> Iterable[tuple[date, date]]:
    """First and last day of each ISO week, as far as it lies within."""
    while first <= last:
        end = min(first + timedelta(days=6 - first.weekday()), last)
        yield first, end
        first = end + timedelta(days=1)


def _met(direction: str, target: float | None, latest: Stage | None) -> bool | None:
    value = latest.result.value if latest is not None else None
    if target is None or value is None or direction not in ("up", "down"):
        return None
    return value >= target if direction == "up" else value <= target


def _measured(
    service: Floor, viewer: Viewer, plan: Improvement, first: date, last: date
) -> tuple[Kpi | None, Over]:
    """The measure of any days between two: added up, then divided. Raises KeyError on a KPI there is not."""
    if item := item_of(plan.measure):
        return None, _of_item(service, viewer, plan.scope, item, first, last)
    book, day = kpi_book(service), day_number(last)
    kpi = book.definition(plan.measure, day)
    if kpi is None:
        raise KeyError(plan.measure)
    variant = book.variant(kpi.id, plan.scope, day)
    config, days = service.config, [first + timedelta(days=at) for at in range((last - first).days + 1)]
    periods = [period(config, day.isoformat()) for day in days]
    told = dict(zip(days, figures(service.engine, viewer, config, plan.scope, periods), strict=True))

    def over(start: date, end: date) -> Result:
        some = add([sums for day, sums in told.items() if start <= day <= end])
        return compute(kpi, some, plan.scope.kind, variant)

    return kpi, over


def _of_item(
    service: Floor, viewer: Viewer, scope: Scope, item: tuple[str, str], first: date, last: date
) -> Over:
    """Points of an item that were given, of those that could be."""
    days = day_number(first), day_number(last)
    with service.engine.connect() as connection:
        told = rows.item_days(connection, viewer, service.config, scope, item, days)

    def over(start: date, end: date) -> Result:
        some = [sums for day, sums in told.items() if day_number(start) <= day <= day_number(end)]
        forms, earned, possible = (sum(one[at] for one in some) for at in range(3))
        return Result(earned / possible if possible else None, earned / 1000, possible / 1000, n=forms)

    return over


def item_of(measure: str) -> tuple[str, str] | None:
    """Form and item of a measure that is one; None for a KPI."""
    form, _, item = measure.removeprefix(ITEM).partition(":")
    return (form, item) if measure.startswith(ITEM) and form and item else None


# -- making, changing, deciding --------------------------------------------------------------------------


def add_improvement(service: Floor, viewer: Viewer, draft: Draft, who: str, now: float) -> int:
    """Make a plan; returns its number.

    Raises PeopleError: ``no_who``, ``no_goal``, ``no_actions``, ``no_owner``, ``unknown_scope``,
    ``unknown_qa_measure``, ``ends_first``, ``qa_plan_long``.
    """
    viewer.needs(Right.QA_SCORE)
    by = named(name_of(viewer, who))
    values = _checked(service, viewer, draft)
    with writing(service.engine) as connection:
        return _made(connection, service.config, viewer, draft, values, by, now)


def change_improvement(
    service: Floor, viewer: Viewer, number: int, draft: Draft, who: str, why: str, now: float
) -> None:
    """Change a plan that is not decided yet; of whom it is stays.

    Raises PeopleError: as ``add_improvement``, ``no_why``, ``unknown_qa_improvement``, ``qa_own_plan``,
    ``qa_plan_decided``, ``qa_same``.
    """
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(why)
    values = _checked(service, viewer, draft)
    with writing(service.engine) as connection:
        was = _undecided(connection, viewer, service.config, number)
        if draft.scope != was.scope:
            raise PeopleError("unknown_scope")
        values = _meant(viewer, was, values)
        before, after = _shown(_values(was)), _shown(values)
        if before == after:
            raise PeopleError("qa_same")
        rows.change(connection, qa_improvements, viewer.site, [number], values)
        _log(connection, viewer, number, Act.QA_IMPROVEMENT_CHANGED, by, before, after, words, now)


def decide(
    service: Floor,
    viewer: Viewer,
    number: int,
    outcome: Outcome,
    decision: str,
    who: str,
    now: float,
    *,
    follow: Draft | None = None,
) -> int | None:
    """Decide what becomes of a plan. One that is changed goes on as another, whose number is returned.

    Raises PeopleError: ``no_who``, ``no_decision``, ``unknown_qa_improvement``, ``qa_own_plan``,
    ``qa_plan_decided``, ``qa_no_outcome``, ``qa_no_follow`` (changed, and nothing said of how), and what
    ``add_improvement`` does.
    """
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(decision, "no_decision")
    if outcome not in OUTCOMES:
        raise PeopleError("qa_no_outcome")
    if (outcome == "changed") != (follow is not None):
        raise PeopleError("qa_no_follow")
    values = _checked(service, viewer, follow) if follow is not None else {}
    with writing(service.engine) as connection:
        was = _undecided(connection, viewer, service.config, number)
        told = {"state": outcome, "decided_by": by, "decision": words, "decided_at": now}
        rows.change(connection, qa_improvements, viewer.site, [number], told)
        after: dict[str, Any] = {"state": outcome}
        made = None
        if follow is not None:
            if follow.scope != was.scope:
                raise PeopleError("unknown_scope")
            values = _meant(viewer, was, values) | {"follows": number}
            made = _made(connection, service.config, viewer, follow, values, by, now)
            after |= {"followed_by": made}
        _log(connection, viewer, number, Act.QA_IMPROVEMENT_DECIDED, by, {"state": OPEN}, after, words, now)
    return made


def reopen(service: Floor, viewer: Viewer, number: int, who: str, why: str, now: float) -> None:
    """Take a decision back.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_improvement``, ``qa_own_plan``,
    ``qa_plan_open``, ``qa_plan_followed`` (it goes on as another).
    """
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(service.engine) as connection:
        was = _known(connection, viewer, service.config, number)
        if was.state == OPEN:
            raise PeopleError("qa_plan_open")
        if rows.follower(connection, viewer.site, number) is not None:
            raise PeopleError("qa_plan_followed")
        values = {"state": OPEN, "decided_by": "", "decision": "", "decided_at": None}
        rows.change(connection, qa_improvements, viewer.site, [number], values)
        before = {"state": was.state, "decision": was.decision}
        _log(connection, viewer, number, Act.QA_IMPROVEMENT_REOPENED, by, before, {"state": OPEN}, words, now)


def _made(
    connection: Connection,
    config: FloorConfig,
    viewer: Viewer,
    draft: Draft,
    values: dict[str, Any],
    by: str,
    now: float,
) -> int:
    days = day_number(draft.first), day_number(draft.last)
    if not _of_days(viewer, config, terms(connection, config, viewer.site), draft.scope, days):
        raise PeopleError("unknown_scope")
    told = {"decided_at": None, "follows": None, **values, "state": OPEN, "who": by, "at": now}
    number = rows.add(connection, qa_improvements, viewer.site, told)
    _log(connection, viewer, number, Act.QA_IMPROVEMENT_ADDED, by, None, _shown(values), draft.goal, now)
    return number


def _checked(service: Floor, viewer: Viewer, draft: Draft) -> dict[str, Any]:
    """The columns of a draft."""
    if draft.scope.kind not in ("agent", "team") or not draft.scope.name:
        raise PeopleError("unknown_scope")
    if not sees_scope(service, viewer, draft.scope):
        raise PeopleError("unknown_scope")
    if draft.last < draft.first:
        raise PeopleError("ends_first")
    if (draft.last - draft.first).days >= _LONGEST_D:
        raise PeopleError("qa_plan_long")
    kpis, items = measures(service, viewer, draft.scope.kind)
    if draft.measure not in items and all(kpi.id != draft.measure for kpi in kpis):
        raise PeopleError("unknown_qa_measure")
    return {
        "scope": str(draft.scope), "goal": said(draft.goal, "no_goal"),
        "measure": draft.measure, "target": draft.target,
        "actions": said(draft.actions, "no_actions"),
        "owner": said(draft.owner, "no_owner")[:_NAME_MAX],
        "first_day": day_number(draft.first), "last_day": day_number(draft.last),
    }  # fmt: skip


def _values(row: Improvement) -> dict[str, Any]:
    names = ("goal", "measure", "target", "actions", "owner", "first_day", "last_day")
    return {"scope": str(row.scope), **{name: getattr(row, name) for name in names}}


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as the audit log tells them."""
    names = ("scope", "goal", "measure", "target", "actions", "owner")
    days = {name: date_of(values[f"{name}_day"]) for name in ("first", "last")}
    return {name: values[name] for name in names} | days


def _known(connection: Connection, viewer: Viewer, config: FloorConfig, number: int) -> Improvement:
    found = _seen(connection, viewer, config, number)
    if found is None:
        raise PeopleError("unknown_qa_improvement")
    if own_plan(viewer, found.scope):
        raise PeopleError("qa_own_plan")
    return found


def own_plan(viewer: Viewer, scope: Scope) -> bool:
    """Whether a plan is about who asks: others change it and decide what becomes of it, whatever his role."""
    return scope.kind == "agent" and scope.name in viewer.own


def _undecided(connection: Connection, viewer: Viewer, config: FloorConfig, number: int) -> Improvement:
    found = _known(connection, viewer, config, number)
    if found.state != OPEN:
        raise PeopleError("qa_plan_decided")
    return found


def _log(
    connection: Connection,
    viewer: Viewer,
    number: int,
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str,
    now: float,
) -> None:
    by = acting(who, viewer)
    record(connection, by, act, f"qa_improvement/{number}", before, after, why, now, site=viewer.site)
