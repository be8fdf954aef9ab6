"""One reviewer's work beside the others': how strict, how evenly, how close to references, how punctual.

Who scores better agents gives more points. So leniency is told twice: as the mean that was given, and against
what the others gave the same agents by the same forms. Days: 20261122 as stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import day_number, day_numbers
from ccfloor.kpi.scope import SITE
from ccfloor.qa.agreement import Drift
from ccfloor.qa.appeals import Decision
from ccfloor.qa.calibrate import Standing
from ccfloor.service.qa.agreeing import agreed, most_points
from ccfloor.service.qa.overview import Asked, Floor, crossed, lost_items, of_form
from ccfloor.store import qa_item_sums, qa_reviews, qa_sums
from ccfloor.store.qa_item_sums import ItemSum
from ccfloor.store.qa_reviews import Pair
from ccfloor.store.qa_scores import SUBMITTED
from ccfloor.store.qa_sums import Days, Sums, Tally, total
from ccfloor.store.qa_tables import qa_appeals, qa_samples, qa_scores
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

LEAST = 10  # forms of agents whom others scored too, from which on a difference is told


class Leniency(NamedTuple):
    """Points more (below 0: less) than others gave the same agents by the same form, over so many forms."""

    points: float
    forms: int

    @property
    def firm(self) -> bool:
        """Whether it rests on enough."""
        return self.forms >= LEAST


class Punctual(NamedTuple):
    """Of the samples that were due: handed in by their day, later, still open and overdue."""

    in_time: int
    late: int
    overdue: int


class Apart(NamedTuple):
    """An item on which a reviewer gives another share of its points than the others do."""

    mine: ItemSum
    others: ItemSum
    gap: float


class Reviewed(NamedTuple):
    """All of a reviewer in a period; ``others``: the forms of all others; ``items``: furthest apart first."""

    name: str
    mine: Tally
    others: Tally
    leniency: Leniency | None
    standing: Standing | None
    rechecked: Drift | None
    punctual: Punctual
    items: Sequence[Apart]
    appealed: int
    upheld: int

    @property
    def calibrated(self) -> Drift | None:
        """How far he is from the references of calibrations."""
        return self.standing.drift if self.standing else None

    @property
    def must(self) -> bool:
        """Whether he is to calibrate again."""
        return self.standing is not None and self.standing.again


def reviewer(service: Floor, viewer: Viewer, name: str, asked: Asked) -> Reviewed:
    """One reviewer in a period. Raises Forbidden for a scope beyond the viewer's."""
    viewer.needs(Right.QA)
    config, days = service.config, day_numbers(service.config, asked.period)
    most = most_points(service, days[1])
    with service.engine.connect() as connection:
        if not in_scope(viewer, config, terms(connection, config, viewer.site), asked.scope):
            raise Forbidden
        within = qa_sums.within(viewer, config, asked.scope, days, asked.form)
        sums = _sums(connection, viewer, config, asked, days)
        mine = qa_item_sums.items_of(connection, [*within, qa_scores.c.reviewer == name])
        every = lost_items(connection, viewer, config, asked, days)
        appealed, upheld = _appeals(connection, viewer.site, [*within, qa_scores.c.reviewer == name])
        told = agreed(connection, viewer, config, days, most)
        return Reviewed(
            name,
            total(tally for key, tally in sums.items() if key.name == name),
            total(tally for key, tally in sums.items() if key.name != name),
            leniency(qa_reviews.pairs(connection, within)).get(name),
            told.calibrated.get(name),
            told.rechecked.get(name),
            _punctual(connection, viewer, name, days, today_of(service)),
            apart(mine, every),
            appealed,
            upheld,
        )


def _sums(connection: Connection, viewer: Viewer, config: FloorConfig, asked: Asked, days: Days) -> Sums:
    if viewer.whole and asked.scope == SITE:
        return of_form(qa_sums.sums_by_part(connection, viewer.site, days)["reviewer"], asked.form)
    return of_form(crossed(connection, viewer, config, asked.scope, days, days)[1]["reviewer"], asked.form)


def today_of(service: Floor) -> int:
    """The business day that runs."""
    return day_number(service.config.business_date(service.floor_now()))


def leniency(pairs: Iterable[Pair]) -> dict[str, Leniency]:
    """Reviewer → how he differs from the others over the same agents and forms, each form weighing the same.

    Those whom nobody else scored tell nothing.
    """
    told = list(pairs)
    every: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in told:
        every[one.agent, one.form][0] += one.forms
        every[one.agent, one.form][1] += one.points
    gaps: dict[str, float] = defaultdict(float)
    forms: dict[str, int] = defaultdict(int)
    for one in told:
        count, points = every[one.agent, one.form]
        if count > one.forms:
            theirs = (points - one.points) / (count - one.forms)
            gaps[one.reviewer] += one.points - theirs * one.forms
            forms[one.reviewer] += one.forms
    return {name: Leniency(gap / forms[name], forms[name]) for name, gap in gaps.items()}


def apart(mine: Iterable[ItemSum], every: Iterable[ItemSum]) -> list[Apart]:
    """Items that others scored too, those first that are furthest apart. ``every``: of all reviewers."""
    known = {(one.form, one.item): one for one in every}
    found = []
    for one in mine:
        others = _without(known.get((one.form, one.item), one), one)
        if one.share is not None and others.share is not None:
            found.append(Apart(one, others, one.share - others.share))
    return sorted(found, key=lambda one: (-abs(one.gap), one.mine.form, one.mine.item))


def _without(every: ItemSum, mine: ItemSum) -> ItemSum:
    counts = (one - other for one, other in zip(every[2:], mine[2:], strict=True))
    return ItemSum(every.form, every.item, *counts)


def _punctual(connection: Connection, viewer: Viewer, name: str, days: Days, today: int) -> Punctual:
    """His samples that were due on these days. In time is what was handed in on the day or before it."""
    sample, score = qa_samples.c, qa_scores.c
    done = and_(score.sample == sample.id, score.state == SUBMITTED)
    on = func.min(score.submitted_day)
    query = select(sample.due_day, sample.state, on).select_from(qa_samples.outerjoin(qa_scores, done))
    mine = (sample.site == viewer.site, sample.reviewer == name, sample.due_day.between(*days))
    rows = connection.execute(
        query.where(*mine, sample.state.in_(("open", "done"))).group_by(
            sample.id, sample.due_day, sample.state
        )
    ).all()
    told = [(day <= due if day else None, due) for due, state, day in rows if state == "done"]
    in_time = sum(one is True for one, _ in told)
    late = sum(one is False for one, _ in told)
    overdue = sum(state == "open" and due < today for due, state, _ in rows)
    return Punctual(in_time, late, overdue)


def _appeals(connection: Connection, site: str, within: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """Appeals against these scores, and those that were upheld in the end."""
    table = qa_appeals.c
    upheld = func.sum(case((table.decision.in_((Decision.UPHELD, Decision.PARTLY)), 1), else_=0))
    query = select(func.count(), upheld).select_from(
        qa_appeals.join(qa_scores, table.score == qa_scores.c.id)
    )
    row = connection.execute(query.where(table.site == site, *within)).one()
    return int(row[0]), int(row[1] or 0)
