"""Rows of different grain added up: nothing is counted twice, what is stated for a scope is its value."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from ccfloor.kpi.datafile import Body
from ccfloor.kpi.dataset import Dataset
from ccfloor.kpi.datasets import DATASETS, FIELDS
from ccfloor.kpi.rollup import Part, owner, rolled
from ccfloor.kpi.rollup import parts as parts_of
from ccfloor.kpi.scope import SITE, Scope

TEAMS = {"ann": "A", "bob": "A", "eve": "B"}


def team_of(agent: str) -> str:
    return TEAMS.get(agent, "")


def parts(kind: Dataset, body: Body) -> dict[str, Part]:
    return parts_of(kind, owner(kind, body, 1, team_of), [body])


def sums(*rows: Part) -> dict[str, float]:
    return {str(scope): sum(values.values()) for scope, values in rolled(rows, team_of).items()}


def test_agents_make_their_teams_and_the_site() -> None:
    found = sums(Part(3, 1, agent="ann"), Part(4, 1, agent="bob"), Part(5, 1, agent="eve"))
    assert found == {"agent:ann": 3, "agent:bob": 4, "agent:eve": 5, "team:A": 7, "team:B": 5, "site": 12}


def test_what_is_stated_for_the_site_wins_over_its_parts() -> None:
    found = sums(Part(3, 1, agent="ann"), Part(100, 2), Part(9, 3, queue="hot"))
    assert found == {"agent:ann": 3, "team:A": 3, "queue:hot": 9, "site": 100}


def test_a_team_that_is_stated_stands_for_its_agents() -> None:
    found = sums(Part(3, 1, agent="ann"), Part(10, 1, team="A"), Part(5, 1, agent="eve"))
    assert found == {"agent:ann": 3, "agent:eve": 5, "team:A": 10, "team:B": 5, "site": 15}


def test_queues_and_agents_side_by_side_are_the_same_calls() -> None:
    found = sums(Part(20, 1, queue="hot"), Part(7, 1, queue="vip"), Part(3, 2, agent="ann"))
    assert found["site"] == 27 and found["agent:ann"] == found["team:A"] == 3


def test_a_sum_within_queue_and_agent_counts_for_both_once() -> None:
    found = sums(
        Part(3, 1, queue="hot", team="A", agent="ann"), Part(2, 1, queue="vip", team="A", agent="ann")
    )
    assert found == {"queue:hot": 3, "queue:vip": 2, "agent:ann": 5, "team:A": 5, "site": 5}


def test_single_things_count_once_wherever_they_belong() -> None:
    one = {"whole": False, "team": "A", "agent": "ann"}
    found = sums(Part(1, 1, queue="hot", **one), Part(1, 1, **one), Part(1, 1, whole=False))
    assert found == {"queue:hot": 1, "agent:ann": 2, "team:A": 2, "site": 3}


def test_single_things_are_not_added_to_the_sum_that_holds_them() -> None:
    single = Part(1, 1, whole=False, queue="hot", team="A", agent="ann")
    other = Part(1, 1, whole=False, queue="vip", team="A", agent="ann")
    found = sums(Part(50, 2, queue="hot"), single, other)
    assert found == {"queue:hot": 50, "queue:vip": 1, "agent:ann": 2, "team:A": 2, "site": 51}


_name = st.sampled_from(["", "hot", "vip"])
_singles = st.builds(
    lambda value, origin, queue, agent: Part(value, origin, False, queue, team_of(agent), agent),
    st.integers(0, 50).map(float),
    st.integers(1, 3),
    _name,
    st.sampled_from(["", *TEAMS]),
)


@given(st.lists(_singles, min_size=1))
def test_the_site_is_the_sum_of_all_things_and_teams_of_their_agents(rows: list[Part]) -> None:
    found = rolled(rows, team_of)
    total = {scope: sum(values.values()) for scope, values in found.items()}
    assert total[SITE] == sum(row.value for row in rows)
    for kind in ("queue", "team", "agent"):
        named = [row for row in rows if getattr(row, kind)]
        assert sum(v for scope, v in total.items() if scope.kind == kind) == sum(row.value for row in named)
    for origin in (1, 2, 3):
        assert found[SITE].get(origin, 0) == sum(row.value for row in rows if row.origin == origin)


@given(st.dictionaries(st.sampled_from([*TEAMS, "new"]), st.integers(0, 99), min_size=1), st.booleans())
def test_the_site_never_counts_an_agent_twice(agents: Mapping[str, int], team_too: bool) -> None:
    rows = [Part(value, 1, agent=agent) for agent, value in agents.items()]
    mine = sum(value for agent, value in agents.items() if team_of(agent) == "A")
    rows += [Part(mine, 2, team="A")] if team_too else []
    found = rolled(rows, team_of)
    assert sum(found[SITE].values()) == sum(agents.values())
    if "eve" in agents:
        assert found[Scope("team", "B")] == {1: agents["eve"]}


def test_forms_that_asked_for_phrases_are_all_where_a_file_does_not_say() -> None:
    body = {"agent": "ann", "forms": 10, "points": 900}
    told = lambda **more: {name: part.value for name, part in parts(DATASETS["qa"], body | more).items()}  # noqa: E731
    assert "qa.polite_asked" not in told(), "a file that says nothing of phrases"
    assert told(polite=6)["qa.polite_asked"] == 10
    assert told(polite=6, polite_asked=8)["qa.polite_asked"] == 8


def test_only_verified_complaints_count() -> None:
    kind = DATASETS["complaints"]
    body = {"agent": "ann", "solved": "yes", "handling_h": 6.5, "satisfied": "yes"}
    true = parts(kind, {**body, "state": "verified"})
    values = {field.partition(".")[2]: part.value for field, part in true.items()}
    assert values == {
        "count": 1, "pending": 0, "unfounded": 0, "verified": 1, "solved": 1, "handling_h": 6.5,
        "satisfied": 1,
    }  # fmt: skip
    untrue = parts(kind, {**body, "state": "unfounded"})
    assert {part.value for field, part in untrue.items() if field.endswith(("verified", "solved", "_h"))} == {
        0
    }
    assert true["complaints.count"].team == "A"


def test_a_rating_is_invited_rated_and_satisfied() -> None:
    def adds(rating: str) -> list[float]:
        return [part.value for part in parts(DATASETS["ratings"], {"rating": rating}).values()]

    assert adds("5") == [1, 1, 1, 5] and adds("3") == [1, 1, 0, 3] and adds("none") == [1, 0, 0, 0]


def test_a_forecast_adds_its_distance_and_an_empty_column_tells_nothing() -> None:
    found = parts(DATASETS["forecast"], {"queue": "hot", "forecast": 90.0, "actual": 100.0})
    assert found["forecast.abs_error"].value == 10 and found["forecast.actual"].value == 100
    told = parts(DATASETS["survey"], {"invited": 5, "rated": 4, "satisfied": 3})
    assert "survey.score_sum" not in told and told["survey.rated"].value == 4


def test_every_field_comes_from_a_dataset_and_has_one_name() -> None:
    for kind in DATASETS.values():
        names = [column.name for column in kind.columns]
        assert len(set(names)) == len(names) and (kind.sums or kind.id == "roster")
        for item in kind.sums:
            assert {item.of, item.against, *(column for column, _ in item.when)} - {""} <= set(names)
    assert all(datasets for datasets in FIELDS.values())


def test_several_rows_of_one_owner_are_one_part() -> None:
    kind = DATASETS["ratings"]
    bodies: list[Body] = [{"agent": "ann", "rating": rating} for rating in ("5", "4", "none")]
    found = parts_of(kind, owner(kind, bodies[0], 7, team_of), bodies)
    assert (
        found["survey.score_sum"] == Part(9, 7, False, "", "A", "ann") and found["survey.invited"].value == 3
    )
