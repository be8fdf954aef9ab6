"""What forms come to in an overview: the same as pandas finds in the table of scores, for whoever asks."""

from dataclasses import dataclass

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import day_numbers, period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.qa.facts import rebuild
from ccfloor.service.qa.overview import Asked, Overview, overview, pareto
from ccfloor.service.settings import Settings, load
from ccfloor.store.engine import writing
from ccfloor.store.qa_item_sums import ItemSum
from ccfloor.store.qa_sums import Tally, recount_scores
from ccfloor.store.qa_tables import qa_score_days
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_forms import FORMS, fill
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    LEAD_B,
    MANAGER,
    TEAMS,
    at,
    publish,
    put_work,
)

SUPPORT = Viewer(Role.MANAGER, account=12, who="half", queues=frozenset(("support",)))
NOV, W47 = "2026-11", "2026-W47"


@dataclass
class Service:
    engine: Engine
    config: FloorConfig
    settings: Settings
    now: float

    def floor_now(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def service(shared: Engine) -> Service:
    """Ninety days with forms of every kind; some were taken back."""
    for form in FORMS.values():
        publish(shared, form)
    put_work(shared, 7)
    fill(shared)
    return Service(shared, CONFIG, load(), at(14))


def table(service: Service) -> pd.DataFrame:
    """Every score that counts, as pandas reads the tables."""
    told = pd.read_sql_query("SELECT * FROM qa_scores", service.engine)
    samples = pd.read_sql_query("SELECT id AS sample, reason FROM qa_samples", service.engine)
    told = told[(told["state"] == "submitted") & (told["kind"] != "recheck")].merge(samples, "left", "sample")
    told["picked"] = "own"
    told.loc[told["sample"].notna(), "picked"] = "wanted"
    told.loc[(told["reason"] == "random") | (told["kind"] == "import"), "picked"] = "random"
    return told


def same(tally: Tally, rows: pd.DataFrame) -> None:
    assert tally.forms == len(rows)
    assert tally.points_milli == round(rows["score"].sum() * 1000)
    assert (tally.passed, tally.fatal) == (rows["passed"].sum(), rows["fatal"].sum())
    bins = (rows["score"] // 5).clip(upper=19).astype(int).value_counts()
    assert list(tally.bins) == [int(bins.get(place, 0)) for place in range(20)]


def of(
    service: Service, name: str, viewer: Viewer = MANAGER, scope: Scope = SITE, form: str = ""
) -> Overview:
    return overview(service, viewer, Asked(period(CONFIG, name), scope, form))


@pytest.mark.parametrize("name", ["2026", NOV, "2026-10", W47, "2026-11-17"])
@pytest.mark.parametrize("form", ["", "small"])
@pytest.mark.parametrize(
    ("viewer", "scope", "narrow"),
    [
        (MANAGER, SITE, ""),
        (MANAGER, Scope("queue", "sales"), "queue == 'sales'"),
        (MANAGER, Scope("agent", "陈思远"), "agent == '陈思远'"),
        (SUPPORT, SITE, "queue == 'support'"),
        (LEAD_B, SITE, "team == 'B'"),
    ],
)
def test_sums_are_those_of_the_table(
    service: Service, name: str, form: str, viewer: Viewer, scope: Scope, narrow: str
) -> None:
    first, last = day_numbers(CONFIG, period(CONFIG, name))
    told = table(service)
    rows = told[told["day"].between(first, last)]
    rows = rows.query(narrow) if narrow else rows
    rows = rows[rows["form"] == form] if form else rows
    found = of(service, name, viewer, scope, form)
    same(found.all, rows)
    for picked, tally in found.picked.items():
        same(tally, rows[rows["picked"] == picked])
    assert set(found.forms) == set(rows["form"])
    for kind, names in found.by.items():
        assert {one.name for one in names} == set(rows[kind])
        for one in names:
            same(one.all, rows[rows[kind] == one.name])
            same(one.random, rows[(rows[kind] == one.name) & (rows["picked"] == "random")])
    assert sum(stage.all.forms for stage in found.course if stage.period.name == name) == len(rows)


@pytest.mark.parametrize("viewer", [MANAGER, SUPPORT])
@pytest.mark.parametrize("scope", [SITE, Scope("queue", "support"), Scope("agent", "王丽娜")])
def test_lost_items_are_those_of_the_lines(service: Service, viewer: Viewer, scope: Scope) -> None:
    lines = pd.read_sql_query("SELECT score AS id, item, applies, earned_milli, possible_milli FROM qa_lines",
                              service.engine)  # fmt: skip
    told = table(service).merge(lines, on="id")
    told = told[told["day"].between(20261101, 20261130) & (told["applies"] == 1)]
    told = told[told["queue"] == "support"] if viewer is SUPPORT or scope.kind == "queue" else told
    told = told[told["agent"] == scope.name] if scope.kind == "agent" else told
    told["lost"] = told["possible_milli"] - told["earned_milli"]
    expected = told.groupby(["form", "item"])["lost"].sum()
    found = of(service, NOV, viewer, scope).items
    assert {(one.form, one.item): one.lost_milli for one in found if one.applies} == expected.to_dict()
    assert [one.lost_milli for one in found] == sorted(expected, reverse=True) + [0] * (
        len(found) - len(expected)
    )


def test_sums_are_the_same_made_anew_and_by_nobody_but_their_days(service: Service) -> None:
    def held() -> set[tuple[object, ...]]:
        with service.engine.connect() as connection:
            return {tuple(row) for row in connection.execute(select(qa_score_days))}

    before = held()
    with writing(service.engine) as connection:
        connection.execute(qa_score_days.delete().where(qa_score_days.c.scope.like("agent:%")))
        rebuild(connection, CONFIG)
    assert held() == before
    with writing(service.engine) as connection:
        recount_scores(connection, "main", [20260101])
    assert held() == before


def test_who_worked_and_has_no_form_is_named(service: Service) -> None:
    told = of(service, W47).coverage
    assert told is not None
    rows = table(service)
    scored = set(rows[rows["day"].between(20261116, 20261122)]["agent"])
    assert (told.worked, told.scored) == (3, len(scored)) and set(told.without) == set(TEAMS) - scored
    assert of(service, W47, SUPPORT).coverage is None
    lead = of(service, W47, LEAD_B).coverage
    assert lead is not None and lead.without == ("孙浩",) and lead.worked == 1


def test_what_is_beyond_the_scope_is_not_told(service: Service) -> None:
    with pytest.raises(Forbidden):
        of(service, NOV, SUPPORT, Scope("queue", "sales"))
    with pytest.raises(Forbidden):
        of(service, NOV, LEAD_B, Scope("agent", "陈思远"))
    with pytest.raises(Forbidden):
        of(service, NOV, CHEN)


def test_most_of_the_lost_points_come_first() -> None:
    items = [ItemSum("f", name, 9, 9, 0, 0, 9000 - lost, 9000) for name, lost in
             (("a", 1000), ("b", 6000), ("c", 0), ("d", 3000))]  # fmt: skip
    told = [(one.item.item, round(one.share, 3), round(one.upto, 3)) for one in pareto(items)]
    assert told == [("b", 0.6, 0.6), ("d", 0.3, 0.9), ("a", 0.1, 1.0)]
    assert pareto([items[2]]) == []
