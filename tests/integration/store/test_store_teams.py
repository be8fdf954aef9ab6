"""Figures of teams whose agents move: of a period whoever was in them then, and nothing before the move."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from sqlalchemy import Engine, delete, event

from ccfloor.floor.config import SeatInfo
from ccfloor.kpi.period import Period, day_number, day_of, half_hours, month_of, week_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import ALWAYS, Term
from ccfloor.service.teams import keep_teams
from ccfloor.store import team_terms
from ccfloor.store.call_list import call_list
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.facts import count_facts
from ccfloor.store.kpi_figures import by_member, figures
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import team_terms as table
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, cut, day, items

VIEWER = Viewer()
AGENTS = [f"Agent {number}" for number in range(6)]
SEATS = {
    f"P/{number}": SeatInfo(f"P/{number}", agent=agent, team=("A", "A", "B", "B", "", "")[number])
    for number, agent in enumerate(AGENTS)
}
SITE_OF = changed(CONFIG, seats=SEATS)
DAYS = [day_of(CONFIG, T0 + 86_400 * count) for count in range(-1, 4)]
NUMBERS = [day_number(one.day) for one in DAYS]
HALVES = [half for one in DAYS for half in (half_hours(CONFIG, one)[0], half_hours(CONFIG, one)[-1])]
NOW = DAYS[-1].start + 3600
_times = itertools.count(1)
Figures = dict[str, float]


def filled(engine: Engine) -> None:
    """Calls of half an hour at the end of each day and at the beginning of the next."""
    recorder = Recorder(engine, SITE_OF, "main", "live", live=True)
    for first in (T0 + 86_400 * count - 1200 for count in range(4)):
        for batch in cut(items(day(150, first, seats=6), first=int(first)), 300):
            recorder.record(batch)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One filled database for all the examples; its last days not counted yet."""
    opened = open_engine(str(tmp_path_factory.mktemp("teams") / "floor.db"))
    upgrade(opened)
    filled(opened)
    count_facts(opened, SITE_OF, "main", most=4)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def by_agent(stored: Engine) -> dict[tuple[str, Period], Figures]:
    """What each agent did on each day and in some half hours, whatever his team."""
    only(stored, [])
    asked = [*DAYS, *HALVES]
    return {
        (agent, of): told
        for agent in AGENTS
        for of, told in zip(
            asked, figures(stored, VIEWER, SITE_OF, Scope("agent", agent), asked), strict=True
        )
    }


def only(engine: Engine, told: Iterable[Term]) -> None:
    """These terms and none else."""
    with writing(engine) as connection:
        connection.execute(delete(table))
        team_terms.append(connection, "main", told, at=float(next(_times)))


def team_then(told: Sequence[Term], agent: str, number: int) -> str:
    """The team by the plainest reading: of all terms that have begun the latest, of one day the last."""
    begun = [(term.day, place, term.team) for place, term in enumerate(told) if term.agent == agent]
    return max((one for one in begun if one[0] <= number), default=(0, 0, ""))[2]


def added(parts: Iterable[Mapping[str, float]]) -> Figures:
    total: Figures = defaultdict(float)
    for part in parts:
        for name, value in part.items():
            total[name] += value
    return {name: value for name, value in total.items() if value}


def known(told: Mapping[str, float]) -> Figures:
    return {name: value for name, value in told.items() if value}


def whole_periods() -> list[list[Period]]:
    """Divisions of the five days: by day, by week, by month, and days with half hours of others."""
    weeks = list(dict.fromkeys(week_of(CONFIG, one.start) for one in DAYS))
    months = list(dict.fromkeys(month_of(CONFIG, one.start) for one in DAYS))
    return [DAYS, weeks, months, [*DAYS[:2], *HALVES[6:]], [*months, *DAYS[1:3]]]


def holds(of: Period, one: Period) -> bool:
    return of == one or (of.part != "halfhour" and of.start <= one.start and one.end <= of.end)


def pieces(of: Period) -> list[Period]:
    return [of] if of.part == "halfhour" else [one for one in DAYS if holds(of, one)]


terms = st.lists(
    st.builds(
        Term,
        st.sampled_from(AGENTS),
        st.sampled_from([ALWAYS, *NUMBERS]),
        st.sampled_from(["", "A", "B", "C"]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=12, deadline=None)
@given(terms, st.sampled_from(whole_periods()))
def test_teams_add_up_to_the_site_whoever_moves(
    stored: Engine, by_agent: dict[tuple[str, Period], Figures], told: list[Term], asked: list[Period]
) -> None:
    only(stored, told)
    of_site = figures(stored, VIEWER, SITE_OF, SITE, asked)
    of_teams = {
        team: figures(stored, VIEWER, SITE_OF, Scope("team", team), asked) for team in ("A", "B", "C")
    }
    for at, of in enumerate(asked):
        expected: dict[str, list[Figures]] = {"": [], "A": [], "B": [], "C": []}
        for one in pieces(of):
            number = day_number(day_of(CONFIG, one.start).day)
            for agent in AGENTS:
                expected[team_then(told, agent, number)].append(by_agent[agent, one])
        for team, series in of_teams.items():
            assert known(series[at]) == added(expected[team]), (of.name, team)
        everybody = added([*(series[at] for series in of_teams.values()), *expected[""]])
        timed = {name: value for name, value in everybody.items() if name.startswith("agent.")}
        assert timed == {
            name: value for name, value in of_site[at].items() if name.startswith("agent.") and value
        }
        below = by_member(stored, VIEWER, SITE_OF, "team", of)
        assert {scope.name: known(sums) for scope, sums in below.items() if known(sums)} == {
            team: known(series[at]) for team, series in of_teams.items() if known(series[at])
        }
        for team, series in of_teams.items():
            agents = by_member(stored, VIEWER, SITE_OF, "agent", of, Scope("team", team))
            assert added(agents.values()) == known(series[at]), (of.name, team)


@settings(max_examples=6, deadline=None)
@given(terms, st.sampled_from(AGENTS), st.integers(1, 4), st.sampled_from(["", "A", "B"]))
def test_a_move_leaves_every_day_before_it_as_it_was(
    stored: Engine, told: list[Term], agent: str, at: int, team: str
) -> None:
    only(stored, told)
    before = everything(stored, DAYS[:at])
    only(stored, [*told, Term(agent, NUMBERS[at], team)])
    assert everything(stored, DAYS[:at]) == before


def everything(engine: Engine, asked: Sequence[Period]) -> str:
    """All that is told of these days, as text."""
    found = [
        figures(engine, VIEWER, SITE_OF, scope, asked)
        for scope in (
            SITE,
            *(Scope("team", team) for team in "ABC"),
            *(Scope("agent", one) for one in AGENTS),
        )
    ]
    below = [
        {str(scope): sums for scope, sums in by_member(engine, VIEWER, SITE_OF, kind, of).items()}
        for kind in ("team", "agent")
        for of in asked
    ]
    return json.dumps([found, below])


def test_where_nobody_moved_nothing_more_is_asked(stored: Engine) -> None:
    month, team = month_of(CONFIG, T0), Scope("team", "A")
    asked: list[str] = []
    event.listen(stored, "before_cursor_execute", lambda *about: asked.append(about[2]))

    def count() -> list[str]:
        asked.clear()
        figures(stored, VIEWER, SITE_OF, team, [month, *DAYS])
        by_member(stored, VIEWER, SITE_OF, "team", month)
        return list(asked)

    only(stored, [])
    without = count()
    only(stored, [Term(agent, ALWAYS, SEATS[f"P/{n}"].team) for n, agent in enumerate(AGENTS)])
    count()  # the terms are read
    assert len(count()) == len(without)
    assert sum("team_terms" in query for query in without) == 2, "one look for each of the two"


def test_the_calls_behind_a_team_are_those_of_its_agents_of_the_day(stored: Engine) -> None:
    only(stored, [Term("Agent 0", ALWAYS, "A"), Term("Agent 0", NUMBERS[2], "B")])
    start, end = DAYS[0].start, DAYS[-1].end
    of_team = {
        team: call_list(stored, VIEWER, SITE_OF, Scope("team", team), start, end, limit=1000) for team in "AB"
    }
    all_of = call_list(stored, VIEWER, SITE_OF, Scope("agent", "Agent 0"), start, end, limit=1000)
    assert of_team["A"].total + of_team["B"].total == all_of.total > 0
    assert all(row.answered_at < DAYS[2].start for row in of_team["A"].rows)
    assert all(row.answered_at >= DAYS[2].start for row in of_team["B"].rows)


def test_a_viewer_of_a_team_sees_who_was_in_it_then(stored: Engine) -> None:
    only(
        stored, [Term("Agent 2", ALWAYS, "A"), Term("Agent 2", NUMBERS[2], "B"), Term("Agent 0", ALWAYS, "A")]
    )
    lead = Viewer(teams=frozenset("A"))
    team = Scope("team", "A")
    assert figures(stored, lead, SITE_OF, team, DAYS) == figures(stored, VIEWER, SITE_OF, team, DAYS)
    then, later = Scope("agent", "Agent 2"), Scope("agent", "Agent 4")
    whole = figures(stored, VIEWER, SITE_OF, then, DAYS)
    assert figures(stored, lead, SITE_OF, then, DAYS) == [*whole[:2], {}, {}, {}]
    assert figures(stored, lead, SITE_OF, later, DAYS) == [{}] * 5, "never in the team"
    month = month_of(CONFIG, T0)
    seen = by_member(stored, lead, SITE_OF, "agent", month)
    assert [scope.name for scope in seen] == ["Agent 0", "Agent 2"]
    assert seen[then]["agent.answered"] == sum(one.get("agent.answered", 0) for one in whole[:2])
    assert call_list(stored, lead, SITE_OF, then, DAYS[0].start, DAYS[-1].end).total == sum(
        one.get("agent.answered", 0) for one in whole[:2]
    )


def test_an_agent_of_todays_team_is_seen_with_all_of_his_days(stored: Engine) -> None:
    only(stored, [Term("Agent 0", ALWAYS, "B"), Term("Agent 0", NUMBERS[3], "A")])
    scope, lead = Scope("agent", "Agent 0"), Viewer(teams=frozenset("A"))
    assert figures(stored, lead, SITE_OF, scope, DAYS) == figures(stored, VIEWER, SITE_OF, scope, DAYS)


def test_a_change_of_the_files_leaves_the_days_before_alone(engine: Engine) -> None:
    filled(engine)
    keep_teams(engine, SITE_OF, DAYS[1].start)
    scopes = [Scope("team", "A"), Scope("team", "B")]
    before = [figures(engine, VIEWER, SITE_OF, scope, DAYS) for scope in scopes]
    seats = SEATS | {"P/0": SeatInfo("P/0", agent="Agent 0", team="B")}
    later = changed(CONFIG, seats=seats)
    keep_teams(engine, later, DAYS[3].start + 60)
    after = [figures(engine, VIEWER, later, scope, DAYS) for scope in scopes]
    assert [one[:3] for one in after] == [one[:3] for one in before]
    moved = [figures(engine, VIEWER, later, Scope("agent", "Agent 0"), DAYS)[3]["agent.answered"]]
    assert moved[0] > 0
    assert after[0][3]["agent.answered"] == before[0][3]["agent.answered"] - moved[0]
    assert after[1][3]["agent.answered"] == before[1][3]["agent.answered"] + moved[0]
