"""Trends over stored days: values, the team's band, limits, findings, annotations."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from ccfloor.kpi.compute import compute, needs
from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import Terms
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Asked, band, compare, of_team, peers_of, periods_of, trend
from ccfloor.service.annotations import (
    Draft,
    add_annotation,
    change_annotation,
    list_annotations,
    remove_annotation,
    restore_annotation,
)
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.people_log import PeopleError, entries
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.kpi_figures import by_member
from ccfloor.store.member_series import member_series
from ccfloor.store.members import team_of
from ccfloor.store.tables import annotations, metadata, plan_notes
from ccfloor.store.viewer import EVERYTHING, Viewer
from tests.fakes.stored_trend import CONFIG, FIRST, HANDLE_S, put_days

CHEN = Scope("agent", "陈思远")
LAST = FIRST + timedelta(days=29)
DAYS = Asked("aht", "day", FIRST, LAST)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("trend") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    put_days(service.engine)
    yield service
    service.engine.dispose()


@pytest.fixture
def service(stored: runtime.Service) -> Iterator[runtime.Service]:
    """The stored days, an hour into the day after; what a test enters is taken out again."""
    stored.clock = lambda: period(CONFIG, (LAST + timedelta(days=1)).isoformat()).start + 3600
    yield stored
    with writing(stored.engine) as connection:
        for table in (annotations, plan_notes):
            connection.execute(delete(table))


def test_a_trend_has_its_values_and_the_band_of_its_team(service: runtime.Service) -> None:
    made = trend(service, service.viewer(), CHEN, DAYS)
    assert [point.result.value for point in made.points[:3]] == [290.0, 310.0, 290.0]
    first = made.points[0].band
    assert first and (first.low, first.median, first.high, first.peers) == (245.0, 260.0, 275.0, 3)
    assert not any(point.provisional for point in made.points)


def test_a_lasting_rise_is_found_by_the_rule_of_eight(service: runtime.Service) -> None:
    made = trend(service, service.viewer(), CHEN, DAYS._replace(base="first"))
    (limits,) = made.limits
    assert limits.n == 17 and limits.firm
    assert limits.centre == pytest.approx(300, abs=1)
    run = next(found for found in made.findings if found.rule == "wheeler_2")
    assert (run.side, made.points[run.first].period.day) == (1, FIRST + timedelta(days=19))
    assert run.last == len(made.points) - 1


def test_the_line_of_a_team_is_the_ratio_of_sums_not_the_mean_of_ratios(service: runtime.Service) -> None:
    made = trend(service, service.viewer(), Scope("team", "A"), DAYS)
    handled = [HANDLE_S[agent] - 10 for agent in ("陈思远", "王丽娜", "李想")]
    assert made.points[0].result.value == sum(10 * one for one in handled) / 30
    assert made.points[0].result.n == 30


def test_the_period_that_runs_is_drawn_and_not_judged(service: runtime.Service) -> None:
    service.clock = lambda: period(CONFIG, LAST.isoformat()).start + 3600
    made = trend(service, service.viewer(), CHEN, DAYS)
    assert made.points[-1].provisional and made.points[-1].result.value is not None
    assert made.values[-1] is None and made.limits[0].n == 29


def test_weeks_and_months_add_the_days_up(service: runtime.Service) -> None:
    weeks = trend(service, service.viewer(), CHEN, DAYS._replace(part="week"))
    assert [point.period.name for point in weeks.points] == [f"2024-W{week}" for week in range(40, 45)]
    assert weeks.points[1].result.n == 70
    (month,) = trend(service, service.viewer(), CHEN, DAYS._replace(part="month")).points
    assert month.result.n == 300
    assert month.band and month.band.peers == 3


def test_limits_begin_anew_at_an_event(service: runtime.Service) -> None:
    draft = Draft(CHEN, "coaching", FIRST + timedelta(days=20), FIRST + timedelta(days=20), "开场白")
    add_annotation(service.engine, service.viewer(), CONFIG, draft, "周岚", "月度辅导", 1.0)
    made = trend(service, service.viewer(), CHEN, DAYS._replace(base="events"))
    assert [(one.first, one.last) for one in made.limits] == [(0, 19), (20, 29)]
    assert [round(one.centre) for one in made.limits] == [300, 360]
    assert made.findings == []
    assert [mark.text for mark in made.marks] == ["开场白"]


def test_a_team_at_a_glance_has_everyone_with_values(service: runtime.Service) -> None:
    found = of_team(service, service.viewer(), "A", DAYS)
    assert {made.scope.name for made in found} == {"陈思远", "王丽娜", "李想"}
    assert {made.scope.name for made in found if made.findings} == {"陈思远"}
    assert of_team(service, service.viewer(), "Z", DAYS) == []


def test_comparison_equals_the_trends(service: runtime.Service) -> None:
    scopes = [CHEN, Scope("team", "A")]
    found = compare(service, service.viewer(), scopes, DAYS)
    for scope in scopes:
        made = trend(service, service.viewer(), scope, DAYS)
        assert [one.value for one in found[scope]] == [point.result.value for point in made.points]


def test_a_reader_of_other_teams_sees_nobody(service: runtime.Service) -> None:
    other = Viewer(site=CONFIG.site, teams=frozenset("B"))
    assert of_team(service, other, "A", DAYS) == []
    made = trend(service, other, CHEN, DAYS)
    assert all(point.result.value is None and point.band is None for point in made.points)
    limited = Viewer(site=CONFIG.site, queues=frozenset(("hotline",)))
    assert all(point.band is None for point in trend(service, limited, CHEN, DAYS).points)


@pytest.mark.parametrize("kpi", ["aht", "talk", "occupancy", "calls_per_hour", "asa", "busy_ratio", "rona"])
@pytest.mark.parametrize("part", ["day", "month"])
def test_what_is_read_at_once_equals_the_figures_of_each(
    service: runtime.Service, kpi: str, part: str
) -> None:
    of = kpi_book(service).kpis[kpi]
    periods = periods_of(CONFIG, part, FIRST, LAST)[-3:]
    viewer = service.viewer()
    series = member_series(service.engine, viewer, CONFIG, HANDLE_S, needs(of, "agent"), periods)
    for at, one in enumerate(periods):
        each = by_member(service.engine, viewer, CONFIG, "agent", one)
        for agent in HANDLE_S:
            told = compute(of, series[agent][at], "agent")
            assert told == compute(of, each[Scope("agent", agent)], "agent"), (agent, one.name)


def test_who_stands_beside_whom() -> None:
    terms, days = Terms.always(team_of(CONFIG)), periods_of(CONFIG, "day", FIRST, LAST)

    def beside(scope: Scope) -> frozenset[str]:
        found = peers_of(CONFIG, Viewer(site=CONFIG.site), terms, scope, days)
        assert found == [found[0]] * len(days)
        return found[0]

    assert beside(CHEN) >= {"陈思远", "王丽娜", "李想"}
    assert "孙浩" not in beside(CHEN)
    assert beside(SITE) == set(HANDLE_S)
    assert beside(Scope("queue", "hotline")) == frozenset()
    assert band([1.0, 2.0]) is None


# -- annotations -------------------------------------------------------------------------------------


def texts(service: runtime.Service, scope: Scope, **more: bool) -> list[str]:
    found = list_annotations(service.engine, service.viewer(), CONFIG, scope, FIRST, LAST, **more)
    return [mark.text for mark in found]


def test_annotations_are_entered_changed_removed_and_taken_back(service: runtime.Service) -> None:
    engine, viewer = service.engine, service.viewer()
    draft = Draft(Scope("team", "A"), "training", FIRST, FIRST + timedelta(days=2), "退款流程")
    number = add_annotation(engine, viewer, CONFIG, draft, "周岚", "季度培训", 1.0)
    assert texts(service, CHEN) == texts(service, Scope("team", "A")) == ["退款流程"]
    assert texts(service, Scope("agent", "孙浩")) == []
    change_annotation(engine, viewer, CONFIG, number, draft._replace(text="新退款流程"), "周岚", "改名", 2.0)
    remove_annotation(engine, viewer, CONFIG, number, "林静怡", "登记有误", 3.0)
    assert texts(service, CHEN) == []
    assert texts(service, CHEN, removed=True) == ["新退款流程"]
    with pytest.raises(PeopleError, match="annotation_removed"):
        remove_annotation(engine, viewer, CONFIG, number, "林静怡", "再来", 4.0)
    restore_annotation(engine, viewer, CONFIG, number, "林静怡", "没有错", 5.0)
    assert texts(service, CHEN) == ["新退款流程"]
    log = entries(engine, EVERYTHING, f"annotation/{number}")
    assert [(note.item, note.who) for note in log] == [
        ("added", "周岚"),
        ("changed", "周岚"),
        ("removed", "林静怡"),
        ("restored", "林静怡"),
    ]
    assert log[1].text == f"改名 ({FIRST.isoformat()} 退款流程)"


@pytest.mark.parametrize(
    ("draft", "who", "why", "code"),
    [
        (Draft(CHEN, "training", FIRST, FIRST, ""), "周岚", "x", "no_text"),
        (Draft(CHEN, "training", FIRST, FIRST, "a"), " ", "x", "no_who"),
        (Draft(CHEN, "training", FIRST, FIRST, "a"), "周岚", " ", "no_why"),
        (Draft(CHEN, "party", FIRST, FIRST, "a"), "周岚", "x", "unknown_kind"),
        (Draft(CHEN, "form", LAST, FIRST, "a"), "周岚", "x", "ends_first"),
        (Draft(CHEN, "form", FIRST, date(2028, 1, 1), "a"), "周岚", "x", "long_annotation"),
        (Draft(Scope("team", "Z"), "form", FIRST, FIRST, "a"), "周岚", "x", "unknown_scope"),
    ],
)
def test_what_is_no_annotation_is_refused(
    service: runtime.Service, draft: Draft, who: str, why: str, code: str
) -> None:
    with pytest.raises(PeopleError, match=code):
        add_annotation(service.engine, service.viewer(), CONFIG, draft, who, why, 1.0)
    assert texts(service, CHEN, removed=True) == []
