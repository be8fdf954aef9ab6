"""Who scores whose calls: never the own, leads their teams, no one reviewer all the time, even work."""

from collections import Counter
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.assign import Given, Reviewer, assign
from ccfloor.qa.draw import Pick
from tests.unit.qa.calls import plan

TWO = plan(("week", "week", 3, "qa"), ("lead", "month", 2, "lead"))
TEAMS = {"amy": "a", "bob": "a", "cat": "b"}


def _picks(*agents: str, quota: str = "week", since: int = 0) -> list[Pick]:
    return [
        Pick(f"1:{place + since}", agent, quota, "random", "queue=sales", 9)
        for place, agent in enumerate(agents)
    ]


def _names(found: list[Given]) -> list[str]:
    return [one.reviewer for one in found]


def _qa(name: str, **more: object) -> Reviewer:
    return Reviewer(name, "qa", **more)  # type: ignore[arg-type]


def test_nobody_scores_the_own_calls() -> None:
    found = assign(
        _picks("amy", "amy"), TEAMS, [_qa("amy w", agent="amy"), _qa("ivy", load=90)], {}, TWO, "s"
    )
    assert _names(found) == ["ivy", "ivy"]
    alone = assign(_picks("amy"), TEAMS, [_qa("amy w", agent="amy")], {}, TWO, "s")
    assert alone == [Given(_picks("amy")[0], "", "no_qa")]


def test_leads_score_their_teams_and_only_for_their_quota() -> None:
    leads = [
        Reviewer("lea", "lead", frozenset({"a"})),
        Reviewer("leo", "lead", frozenset({"b"})),
        _qa("ivy"),
    ]
    found = assign(_picks("amy", "cat", "stranger", quota="lead"), TEAMS, leads, {}, TWO, "s")
    assert [(one.reviewer, one.why) for one in found] == [("lea", ""), ("leo", ""), ("", "no_lead")]
    assert _names(assign(_picks("amy", "cat"), TEAMS, leads, {}, TWO, "s")) == ["ivy", "ivy"]


def test_the_one_with_the_least_work_is_next() -> None:
    found = assign(_picks(*"pqrst"), TEAMS, [_qa("ivy", load=3), _qa("jay")], {}, TWO, "s")
    # Jay until he has as much as Ivy, then one each.
    assert _names(found)[:3] == ["jay"] * 3
    assert sorted(_names(found)[3:]) == ["ivy", "jay"]


def test_the_reviewers_of_an_agent_change() -> None:
    before = {("amy", "ivy"): 2, ("amy", "jay"): 1}
    found = assign(_picks("amy"), TEAMS, [_qa("ivy"), _qa("jay", load=50)], before, TWO, "s")
    assert _names(found) == ["jay"], "Ivy would make 3 of 4"
    alone = assign(_picks("amy"), TEAMS, [_qa("ivy")], before, TWO, "s")
    assert _names(alone) == ["ivy"], "as long as there is another"
    both = {("amy", "ivy"): 4, ("amy", "jay"): 6}
    strict = TWO.model_copy(update={"same_reviewer": 0.3})
    chosen = assign(_picks("amy"), TEAMS, [_qa("ivy", load=9), _qa("jay")], both, strict, "s")
    assert _names(chosen) == ["ivy"], "both are over: the one with fewer"


def test_equals_are_told_apart_by_the_seed() -> None:
    two = [_qa("ivy"), _qa("jay")]
    firsts = Counter(_names(assign(_picks("amy"), TEAMS, two, {}, TWO, str(seed)))[0] for seed in range(2000))
    assert abs(firsts["ivy"] - 1000) < 100  # more than four sigma
    mixed = assign(_picks("amy"), TEAMS, two[::-1], {}, TWO, "7")
    assert mixed == assign(_picks("amy"), TEAMS, two, {}, TWO, "7"), "their order does not matter"


@st.composite
def _crowds(draw: st.DrawFn) -> tuple[list[Pick], list[Reviewer], dict[str, str]]:
    agents = ["amy", "bob", "cat", "dan"]
    teams = {agent: draw(st.sampled_from("ab")) for agent in agents}
    people = [
        Reviewer(
            f"r{place}",
            draw(st.sampled_from(("qa", "qa", "lead"))),
            draw(st.sampled_from((None, frozenset("a"), frozenset("b")))),
            draw(st.sampled_from(("", *agents))),
            draw(st.integers(0, 9)),
        )
        for place in range(draw(st.integers(0, 5)))
    ]
    drawn = draw(st.lists(st.tuples(st.sampled_from(agents), st.sampled_from(("week", "lead"))), max_size=25))
    picks = [Pick(f"1:{place}", agent, quota, "random", "", 9) for place, (agent, quota) in enumerate(drawn)]
    return picks, people, teams


@given(_crowds(), st.text(max_size=3))
@settings(max_examples=200, deadline=None)
def test_what_holds_for_every_round(
    crowd: tuple[list[Pick], list[Reviewer], dict[str, str]], seed: str
) -> None:
    picks, people, teams = crowd
    found = assign(picks, teams, people, {}, TWO, seed)
    assert [one.pick for one in found] == picks
    named = {one.name: one for one in people}
    by = {"week": "qa", "lead": "lead"}
    for one in found:
        able = {
            reviewer.name
            for reviewer in people
            if reviewer.by == by[one.pick.quota]
            and reviewer.agent != one.pick.agent
            and (reviewer.teams is None or teams[one.pick.agent] in reviewer.teams)
        }
        assert (
            (one.reviewer in named and one.reviewer in able)
            if able
            else one.why == f"no_{by[one.pick.quota]}"
        )


@given(st.integers(2, 5), st.lists(st.sampled_from(["amy", "bob", "cat"]), max_size=40), st.text(max_size=3))
@settings(max_examples=150, deadline=None)
def test_work_is_even_and_no_reviewer_has_more_than_half_of_an_agent(
    many: int, agents: list[str], seed: str
) -> None:
    people = [_qa(f"r{place}") for place in range(many)]
    found = assign(_picks(*agents), TEAMS, people, {}, TWO, seed)
    for agent in set(agents):
        shares = Counter(one.reviewer for one in found if one.pick.agent == agent)
        half = agents.count(agent) / 2
        assert max(shares.values()) <= (ceil(half) if many == 2 else max(half, 1))
    if agents and many > 2:
        load = Counter({one.name: 0 for one in people} | Counter(_names(found)))
        assert max(load.values()) - min(load.values()) <= 2
