"""The QA report's own part: what was drawn by chance and what was not, where points were lost and since when,
what is done about it and what came of that, how reviewers agree.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, back, date_of, day_numbers
from ccfloor.kpi.scope import Scope
from ccfloor.qa.agreement import Drift
from ccfloor.rules.model import Words
from ccfloor.service.qa import improving
from ccfloor.service.qa.improving import item_of
from ccfloor.service.qa.overview import Asked, Overview, Reviewer, lost_items, overview, pareto
from ccfloor.service.qa.versions import Names, form_names
from ccfloor.service.reports.data import (
    Agreement,
    Handled,
    LostItem,
    Measure,
    Picking,
    QaPart,
    Two,
)
from ccfloor.service.reports.material import measure, named
from ccfloor.service.settings import Settings
from ccfloor.store.qa_item_sums import ItemSum
from ccfloor.store.qa_more import Improvement
from ccfloor.store.qa_sums import PICKED, Tally
from ccfloor.store.viewer import Viewer

KPIS = ("qa_score", "qa_pass", "qa_fatal", "qa_cover", "qa_drift", "polite", "entry_ok")
COLUMNS = ("qa_score", "qa_pass", "qa_fatal", "polite")  # of teams, queues and agents
_MOST_ITEMS = 12
_MOST_PLANS = 40
_WORST = 2  # teams that are named of an item
_LEAST = 5  # forms of a team, fewer of which name nobody


class HasSite(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig
    settings: Settings

    def floor_now(self) -> float: ...


def qa_part(service: HasSite, viewer: Viewer, scope: Scope, of: Period) -> QaPart:
    """All of it. Raises Forbidden for a scope beyond the viewer's, and for who has no part in QA."""
    made = overview(service, viewer, Asked(of, scope))
    names = form_names(service.engine, service.config.site)
    told = made.coverage
    return QaPart(
        picked=tuple(_picking(one, made.picked[one]) for one in PICKED if made.picked[one].forms),
        items=_items(service, viewer, made, names),
        lost_milli=sum(one.lost_milli for one in made.items),
        handled=_handled(service, viewer, scope, of, names),
        reviewers=tuple(
            Agreement(
                one.name,
                one.all.forms,
                one.all.mean,
                *_apart(one.calibrated),
                *_apart(one.rechecked)[:2],
                one.must,
            )
            for one in made.reviewers
        ),
        worked=told.worked if told else 0,
        scored=told.scored if told else 0,
        without=tuple(named(service.config, Scope("agent", name)) for name in told.without) if told else (),
    )


def _picking(name: str, tally: Tally) -> Picking:
    return Picking(name, tally.forms, tally.mean, tally.pass_rate, tally.fatal_rate)


def _agreement(one: Reviewer) -> Agreement:
    again = _apart(one.rechecked)[:2]
    return Agreement(one.name, one.all.forms, one.all.mean, *_apart(one.calibrated), *again, one.must)


def _apart(found: Drift | None) -> tuple[float | None, int, float | None]:
    return (found.absolute, found.n, found.leniency) if found else (None, 0, None)


# -- causes ----------------------------------------------------------------------------------------------


def _items(service: HasSite, viewer: Viewer, made: Overview, names: Names) -> tuple[LostItem, ...]:
    """Where points were lost, most first, beside the period before and with the teams that lose most."""
    config, asked = service.config, made.asked
    days = day_numbers(config, asked.period)
    before_days = day_numbers(config, back(config, asked.period))
    with service.engine.connect() as connection:
        before = _by_key(lost_items(connection, viewer, config, asked, before_days))
        teams = {
            one.name: _by_key(
                lost_items(connection, viewer, config, asked._replace(scope=Scope("team", one.name)), days)
            )
            for one in (made.by["team"] if asked.scope.kind == "site" else ())
        }
    found = []
    for one in pareto(made.items)[:_MOST_ITEMS]:
        key = (one.item.form, one.item.item)
        then = before.get(key)
        found.append(
            LostItem(
                name=_two(names.items.get(key), key[1]),
                form=_two(names.forms.get(key[0]), key[0]),
                applies=one.item.applies,
                share=one.item.share,
                before=then.share if then else None,
                lost=one.item.lost_milli / 1000,
                part=one.share,
                upto=one.upto,
                worst=_worst(teams, key, one.item),
            )
        )
    return tuple(found)


def _by_key(items: Iterable[ItemSum]) -> dict[tuple[str, str], ItemSum]:
    return {(one.form, one.item): one for one in items}


def _worst(
    teams: Mapping[str, Mapping[tuple[str, str], ItemSum]], key: tuple[str, str], whole: ItemSum
) -> tuple[tuple[str, float], ...]:
    """The teams with the least share of points, of those that lie below the whole."""
    told = [(team, items[key]) for team, items in teams.items() if key in items]
    low = [
        (team, one.share)
        for team, one in told
        if one.applies >= _LEAST and one.share is not None and one.share < (whole.share or 0.0)
    ]
    return tuple(sorted(low, key=lambda pair: (pair[1], pair[0]))[:_WORST])


def _two(words: Words | None, other: str) -> Two:
    return Two(words.zh, words.en) if words else Two(other, other)


# -- measures and what came of them ------------------------------------------------------------------------


def _handled(service: HasSite, viewer: Viewer, scope: Scope, of: Period, names: Names) -> tuple[Handled, ...]:
    """Improvement plans that ran in the period, were decided or had their effect watched in it, each with
    before, during and after.
    """
    first, last = map(date_of, day_numbers(service.config, of))
    if scope.kind == "queue":  # plans are about people
        return ()
    narrow = "" if scope.kind == "site" else str(scope)
    plans = improving.list_improvements(service.engine, viewer, service.config, scope=narrow)
    mine = [one for one in plans if improving.concerns(service.config, one, first, last)]
    return tuple(_one(service, viewer, one, names) for one in mine[:_MOST_PLANS])


def _one(service: HasSite, viewer: Viewer, plan: Improvement, names: Names) -> Handled:
    try:
        told = improving.effect(service, viewer, plan)
    except KeyError:  # its KPI is gone: the plan still stands, without figures
        told = improving.Effect(None, "up", (), (), None)
    values = {stage.name: stage.result.value for stage in told.stages}
    return Handled(
        scope=str(plan.scope),
        about=named(service.config, plan.scope),
        goal=plan.goal,
        measure=measure(told.kpi) if told.kpi else _of_item(plan, names),
        target=plan.target,
        actions=plan.actions,
        owner=plan.owner,
        first=date_of(plan.first_day).isoformat(),
        last=date_of(plan.last_day).isoformat(),
        state=plan.state,
        before=values.get("before"),
        during=values.get("during"),
        after=values.get("after"),
        met=told.met,
    )


def _of_item(plan: Improvement, names: Names) -> Measure:
    """What a plan is measured by where that is no KPI: the share of an item's points."""
    found = item_of(plan.measure)
    name = _two(names.items.get(found), found[1]) if found else Two(plan.measure, plan.measure)
    return Measure(plan.measure, name, "%", "up")
