"""Who was in which team when."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ccfloor.kpi.period import date_of, day_number
from ccfloor.kpi.teams import ALWAYS, Move, Term, Terms, differ

MARCH = (20260301, 20260331)
TERMS = Terms(
    [
        Term("Ann", ALWAYS, "A"),
        Term("Bob", ALWAYS, "B"),
        Term("Ann", 20260310, "B"),
        Term("Eve", 20260315, "B"),
        Term("Bob", 20260320, ""),
    ]
)


def test_a_move_counts_from_its_day_on() -> None:
    assert TERMS.on(20260309) == {"Ann": "A", "Bob": "B"}
    assert TERMS.on(20260310) == {"Ann": "B", "Bob": "B"}
    assert TERMS.on(20260331) == {"Ann": "B", "Eve": "B"}


def test_a_month_falls_into_spells_without_a_gap() -> None:
    spells = TERMS.spells(*MARCH)
    assert [(spell.first, spell.last) for spell in spells] == [
        (20260301, 20260309),
        (20260310, 20260314),
        (20260315, 20260319),
        (20260320, 20260331),
    ]
    assert [sorted(spell.agents("B")) for spell in spells] == [
        ["Bob"],
        ["Ann", "Bob"],
        ["Ann", "Bob", "Eve"],
        ["Ann", "Eve"],
    ]


def test_a_spell_ends_on_a_day_of_the_calendar() -> None:
    terms = Terms([Term("Ann", ALWAYS, "A"), Term("Ann", 20260301, "B")])
    assert [spell[:2] for spell in terms.spells(20260227, 20260302)] == [
        (20260227, 20260228),
        (20260301, 20260302),
    ]


def test_a_team_stays_the_same_while_others_move() -> None:
    stays = TERMS.stays(["A"], *MARCH)
    assert [(stay.first, stay.last, set(stay.agents)) for stay in stays] == [
        (20260301, 20260309, {"Ann"}),
        (20260310, 20260331, set()),
    ]


def test_moves_within_a_month() -> None:
    assert TERMS.moves(*MARCH) == [
        Move("Ann", 20260310, "A", "B"),
        Move("Eve", 20260315, "", "B"),
        Move("Bob", 20260320, "B", ""),
    ]
    assert TERMS.moves(20260310, 20260314) == [], "who is there from the first day on did not come within"


def test_the_sum_of_a_month_belongs_to_the_last_team_within() -> None:
    assert TERMS.team_on("Ann", 20260300) == "B"
    assert TERMS.team_on("Bob", 20260300) == "B", "he left it, and was in no other"
    assert TERMS.team_on("Eve", 20260300) == "B"
    assert TERMS.team_on("Ann", 20260200) == "A"


def test_of_two_terms_for_one_day_the_later_made_counts() -> None:
    terms = Terms([Term("Ann", ALWAYS, "A"), Term("Ann", 20260310, "B"), Term("Ann", 20260310, "A")])
    assert terms.moves(*MARCH) == []
    assert len(terms.spells(*MARCH)) == 1


def test_where_two_memberships_differ() -> None:
    before = Terms([Term("Ann", ALWAYS, "A"), Term("Ann", 20260320, "B")])
    after = Terms([Term("Ann", ALWAYS, "A"), Term("Ann", 20260320, "B"), Term("Ann", 20260310, "B")])
    assert differ(before, after, "Ann") == (20260310, 20260320)
    assert differ(before, before, "Ann") is None
    left = Terms([Term("Ann", ALWAYS, "A"), Term("Ann", 20260320, "")])
    assert differ(before, left, "Ann") == (20260320, None)


days_of_spring = st.dates(date(2026, 2, 20), date(2026, 4, 10)).map(day_number)
some_terms = st.lists(
    st.builds(
        Term,
        st.sampled_from("abc"),
        st.one_of(st.just(ALWAYS), days_of_spring),
        st.sampled_from(["", "X", "Y"]),
    ),
    max_size=8,
)


@given(some_terms, days_of_spring, days_of_spring)
def test_spells_hold_every_day_once_with_its_membership(told: list[Term], one: int, other: int) -> None:
    terms, first, last = Terms(told), min(one, other), max(one, other)
    told_days = []
    for spell in terms.spells(first, last):
        day = date_of(spell.first)
        while day <= date_of(spell.last):
            told_days.append(day_number(day))
            assert terms.on(day_number(day)) == spell.teams
            day += timedelta(days=1)
    assert told_days == [
        day_number(date_of(first) + timedelta(days=step))
        for step in range((date_of(last) - date_of(first)).days + 1)
    ]


@given(some_terms, st.sampled_from("abc"), days_of_spring, st.sampled_from(["", "X", "Y"]))
def test_a_term_changes_nothing_before_its_day(told: list[Term], agent: str, day: int, team: str) -> None:
    before, after = Terms(told), Terms([*told, Term(agent, day, team)])
    earlier = day_number(date_of(day) - timedelta(days=1))
    for other in (20260201, earlier):
        assert before.on(other) == after.on(other)
    unlike = differ(before, after, agent)
    assert unlike is None or unlike[0] >= day
