"""Trends, targets and annotations of people who change teams: by the team of the day."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from ccfloor.kpi.book import Choice
from ccfloor.kpi.model import Bound
from ccfloor.kpi.period import day_number, period
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Asked, compare, of_team, trend
from ccfloor.service.annotations import Draft, add_annotation, list_annotations
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.kpi_targets import Act, decide
from ccfloor.service.settings import load
from ccfloor.service.subjects import subjects
from ccfloor.service.teams import Decision, keep_teams, move
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_trend import CONFIG, FIRST, HANDLE_S, put_days

LAST = FIRST + timedelta(days=29)
MOVED = FIRST + timedelta(days=10)
DAYS, MONTH = Asked("aht", "day", FIRST, LAST), Asked("aht", "month", FIRST, LAST)
A, B, WANG = Scope("team", "A"), Scope("team", "B"), Scope("agent", "王丽娜")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """Thirty days; 王丽娜 goes over from A to B on the eleventh."""
    file = tmp_path_factory.mktemp("moved") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    put_days(service.engine)
    now = period(CONFIG, LAST.isoformat()).start + 3600
    service.clock = lambda: now
    keep_teams(service.engine, CONFIG, now)
    move(service.engine, CONFIG, WANG.name, "B", day_number(MOVED), Decision("Lan", "to the others", now))
    yield service
    service.engine.dispose()


def handled(agent: str, days: range) -> list[int]:
    """Handle time of ten calls on each day, in seconds."""
    rises = agent == "陈思远"
    return [HANDLE_S[agent] + (10 if n % 2 else -10) + (60 if rises and n >= 20 else 0) for n in days]


def test_a_teams_month_has_each_agent_for_the_days_in_it(service: runtime.Service) -> None:
    of_a = [*handled("陈思远", range(30)), *handled("李想", range(30)), *handled("王丽娜", range(10))]
    of_b = [*handled("孙浩", range(30)), *handled("王丽娜", range(10, 30))]
    viewer = service.viewer()
    for scope, expected in ((A, of_a), (B, of_b)):
        made = trend(service, viewer, scope, MONTH)
        assert made.points[-1].result.value == pytest.approx(sum(expected) / len(expected))
    both = compare(service, viewer, [A, B, WANG], MONTH)
    assert both[A][-1].value == pytest.approx(sum(of_a) / len(of_a))
    assert both[B][-1].value == pytest.approx(sum(of_b) / len(of_b))
    assert both[WANG][-1].value == 240.0


def test_the_band_is_the_team_of_the_day(service: runtime.Service) -> None:
    made = trend(service, service.viewer(), WANG, DAYS)
    before, after = made.points[9], made.points[10]
    assert before.band and before.band.peers == 3
    assert after.band is None, "two agents have no middle half"
    assert [point.result.value for point in (before, after)] == [250.0, 230.0]


def test_small_multiples_show_an_agent_while_in_the_team(service: runtime.Service) -> None:
    found = {made.scope.name: made for made in of_team(service, service.viewer(), "B", DAYS)}
    assert found.keys() == {"孙浩", "王丽娜"}
    values = found["王丽娜"].values
    assert values[:10] == [None] * 10 and values[10] == 230.0


def test_the_target_of_an_agent_is_that_of_the_team_of_the_day(service: runtime.Service) -> None:
    viewer, config, book = service.viewer(), service.config, kpi_book(service)
    act = Act("Lan", "so", service.floor_now())
    decide(
        service.engine,
        viewer,
        config,
        book.kpis["aht"],
        B,
        20241001,
        Choice(bound=Bound(at_most=400)),
        act,
    )
    book = kpi_book(service)
    assert book.bound("aht", WANG, day_number(MOVED))[0] == Bound(at_most=400)
    assert book.bound("aht", WANG, day_number(MOVED) - 1)[0] != Bound(at_most=400)


def test_what_was_noted_of_a_team_concerns_who_was_in_it(service: runtime.Service) -> None:
    def note(scope: Scope, day: date, words: str) -> None:
        draft = Draft(scope, "training", day, day, words)
        add_annotation(
            service.engine, service.viewer(), service.config, draft, "Lan", "so", service.floor_now()
        )

    for scope in (A, B):
        note(scope, FIRST + timedelta(days=3), f"early {scope.name}")
        note(scope, FIRST + timedelta(days=20), f"late {scope.name}")
    told = list_annotations(service.engine, service.viewer(), service.config, WANG, FIRST, LAST)
    assert [one.text for one in told] == ["early A", "late B"]


def test_whom_a_reader_of_a_team_may_choose(service: runtime.Service) -> None:
    lead = Viewer(teams=frozenset("B"))
    assert {B, Scope("agent", "孙浩"), WANG} <= set(subjects(service, lead))
    daily = trend(service, lead, WANG, DAYS)
    assert daily.points[0].period.day == MOVED, "the days before are another team's"
