"""One agent's quality over time: scores on a control chart beside handle time and satisfaction, each form,
and each item month by month.

Charts are the trends of KPIs as everywhere; forms and items are those that the viewer may read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ccfloor.access.rights import Right
from ccfloor.kpi.period import day_number
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Scope
from ccfloor.service import agent_trend
from ccfloor.service.agent_trend import Point, Trend, judged, trend
from ccfloor.service.qa.overview import Floor
from ccfloor.service.qa.scoring import list_scores
from ccfloor.store import qa_item_sums, qa_sums
from ccfloor.store.qa_item_sums import ItemSum, MonthItem
from ccfloor.store.qa_scores import COUNTING, ScoreRow, Wanted, seen_by
from ccfloor.store.qa_sums import Tally, total
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

BESIDE = ("qa_score", "aht", "csat")  # charts, one below the other on the same periods
FORMS = 400


class AgentTrend(NamedTuple):
    """``trends``: of the KPIs in BESIDE; ``forms``: latest first, ``random``: sums of those of them that were
    drawn by chance, which KPIs are made of; ``every``: how many there are; ``hidden``: forms that count and
    that the viewer may not read now, as he has the same calls to score; ``items``: by month.
    """

    scope: Scope
    trends: Sequence[Trend]
    forms: Sequence[ScoreRow]
    random: Tally
    every: int
    hidden: int
    items: Sequence[MonthItem]


class Grid(NamedTuple):
    """A heat map: items from the one that loses most, months in order; None where none was asked."""

    months: Sequence[int]
    rows: Sequence[tuple[str, str, Sequence[ItemSum | None]]]  # form, item, months


def of_agent(
    service: Floor, viewer: Viewer, agent: str, asked: agent_trend.Asked, who: str = ""
) -> AgentTrend:
    """All of an agent between the days asked for, of items a year. ``who``: the name typed on an open floor.

    Raises Forbidden for an agent beyond the viewer's scope.
    """
    viewer.needs(Right.QA, Right.OWN)
    scope, config = Scope("agent", agent), service.config
    days = day_number(asked.first), day_number(asked.last)
    with service.engine.connect() as connection:
        if not in_scope(viewer, config, terms(connection, config, viewer.site), scope):
            raise Forbidden
        mine = seen_by(connection, viewer, config, viewer.who if viewer.account else who)
        within = [*qa_sums.within(viewer, config, scope, days), *mine]
        year = (day_number(heat_first(asked.last)), days[1])
        items = qa_item_sums.items_by_month(connection, [*qa_sums.within(viewer, config, scope, year), *mine])
        every = qa_sums.count(connection, qa_sums.within(viewer, config, scope, days))
        read = qa_sums.count(connection, within)
        ones = (one for one in qa_sums.ones(connection, within) if one.picked == "random")
        random = total(qa_sums.added(ones, parts=False).get("site", {}).values())
    wanted = Wanted(*days, agent=agent, kinds=COUNTING)
    forms = list_scores(service.engine, viewer, config, wanted, who, limit=FORMS)
    trends = aligned([trend(service, viewer, scope, asked._replace(kpi=kpi)) for kpi in BESIDE])
    return AgentTrend(scope, trends, forms, random, read, every - read, items)


def aligned(trends: Sequence[Trend]) -> list[Trend]:
    """The trends on the same periods, from the first of which any knows something."""
    known = [one for one in trends if any(point.result.value is not None for point in one.points)]
    if not known:
        return list(trends)
    longest = min(known, key=lambda one: one.points[0].period.start)
    periods = {point.period: point.provisional for point in longest.points}
    found = []
    for one in trends:
        mine = {point.period: point for point in one.points}
        empty = (Point(of, Result(), provisional) for of, provisional in periods.items())
        points = [mine.get(point.period, point) for point in empty]
        added = sum(of not in mine for of in periods)
        found.append(judged(one._replace(points=points, cuts=tuple(at + added for at in one.cuts))))
    return found


def heat_first(last: date) -> date:
    """The first of twelve months up to that of a day."""
    return date(last.year - (last.month < 12), last.month % 12 + 1, 1)


def grid(items: Iterable[MonthItem], first: date, last: date) -> Grid:
    """Items over the months between two dates, each item once a form."""
    months = list(_months(first, last))
    place = {month: at for at, month in enumerate(months)}
    found: dict[tuple[str, str], list[ItemSum | None]] = defaultdict(lambda: [None] * len(months))
    for one in items:
        if one.month in place:
            found[one.sums.form, one.sums.item][place[one.month]] = one.sums
    asked = {key: told for key, told in found.items() if any(one and _tells(one) for one in told)}
    return Grid(months, [(*key, asked[key]) for key in sorted(asked, key=lambda key: _loss(key, asked))])


def _tells(one: ItemSum) -> bool:
    """Whether there is anything to say of it: a fatal item that never happened has no points either."""
    return bool(one.applies and (one.possible_milli or one.fatal))


def _loss(
    key: tuple[str, str], asked: Mapping[tuple[str, str], Sequence[ItemSum | None]]
) -> tuple[int, int, str, str]:
    told = [one for one in asked[key] if one is not None]
    return -sum(one.fatal for one in told), -sum(one.lost_milli for one in told), *key


def _months(first: date, last: date) -> Iterable[int]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year * 10_000 + month * 100
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
