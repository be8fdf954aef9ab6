"""What counts on which day: definitions, targets and variants with the day they begin."""

import pytest

from ccfloor.kpi.book import Choice, ChoiceVersion, KpiBook, KpiVersion
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.scope import SITE, Scope

HOTLINE, TEAM, CHEN = Scope("queue", "hotline"), Scope("team", "A"), Scope("agent", "Chen")
WORDS = {"zh": "口径", "en": "formula"}


def kpi(times: float = 1, **more: object) -> Kpi:
    tree = {
        "id": "asked", "zh": "名", "en": "Name", "formula": WORDS, "unit": "%", "direction": "up",
        "group": "calls", "scopes": ["site", "queue", "team", "agent"], "source": WORDS,
        "ratio": {"over": ["queue.answered"], "under": ["queue.offered"], "times": times},
        "variants": [{"id": name, **WORDS, "formula": WORDS} for name in ("one", "two")],
    }  # fmt: skip
    return Kpi.model_validate(tree | more)


def least(level: float, variant: str = "") -> Choice:
    return Choice(bound=Bound(at_least=level), variant=variant)


def book(*made: tuple[Scope, int, Choice | None], **more: object) -> KpiBook:
    choices = [ChoiceVersion("asked", scope, day, choice) for scope, day, choice in made]
    asked = kpi(**more)
    return KpiBook({"asked": asked}, [], choices, lambda agent, day: "A" if agent == "Chen" else "")


def level(found: KpiBook, scope: Scope, day: int) -> float | None:
    bound, _ = found.bound("asked", scope, day)
    return bound.at_least if bound else None


def test_without_a_decision_the_suggested_target_counts_then_that_of_the_industry() -> None:
    both = {"suggested": {"at_least": 0.8}, "industry": {"at_least": 0.7}}
    assert book(**both).bound("asked", SITE, 20261101) == (Bound(at_least=0.8), "suggested")
    assert book(industry={"at_least": 0.7}).bound("asked", SITE, 20261101) == (
        Bound(at_least=0.7),
        "industry",
    )
    assert book().bound("asked", SITE, 20261101) == (None, "")
    assert book().bound("unknown", SITE, 20261101) == (None, "")


def test_a_target_counts_from_its_day_on() -> None:
    made = book((SITE, 20260101, least(0.8)), (SITE, 20261201, least(0.9)), suggested={"at_least": 0.5})
    assert [level(made, SITE, day) for day in (20251231, 20260101, 20261130, 20261201)] == [
        0.5,
        0.8,
        0.8,
        0.9,
    ]
    assert made.bound("asked", SITE, 20261130)[1] == "own"


def test_a_decision_made_later_for_an_earlier_month_leaves_the_later_month_alone() -> None:
    made = book((SITE, 20261201, least(0.9)), (SITE, 20261101, least(0.8)))
    assert [level(made, SITE, day) for day in (20261115, 20261215)] == [0.8, 0.9]


def test_of_two_decisions_for_one_month_the_last_made_counts() -> None:
    assert level(book((SITE, 20261101, least(0.9)), (SITE, 20261101, least(0.8))), SITE, 20261101) == 0.8


def test_what_is_taken_back_leaves_the_one_before_in_force() -> None:
    made = [(SITE, 20260101, least(0.8)), (SITE, 20261101, least(0.9)), (SITE, 20261101, None)]
    assert level(book(*made), SITE, 20261122) == 0.8
    assert level(book(*made, (SITE, 20261101, least(0.7))), SITE, 20261122) == 0.7


def test_to_have_none_of_its_own_any_more_is_a_decision_too() -> None:
    made = book((HOTLINE, 20260101, least(0.9)), (HOTLINE, 20261101, Choice()), (SITE, 20260101, least(0.8)))
    assert [level(made, HOTLINE, day) for day in (20261031, 20261101)] == [0.9, 0.8]


def test_a_narrower_scope_outranks_a_wider_one() -> None:
    made = book((SITE, 0, least(0.5)), (TEAM, 0, least(0.6)), (CHEN, 20261101, least(0.7)))
    assert [level(made, CHEN, day) for day in (20261031, 20261101)] == [0.6, 0.7]
    assert level(made, Scope("agent", "of no team"), 20261101) == 0.5
    assert level(made, HOTLINE, 20261101) == 0.5


def test_what_a_queue_promises_outranks_the_site_but_not_a_decision_for_the_queue() -> None:
    def promised(name: str, queue: str, day: int) -> Bound | None:
        return Bound(at_least=0.85) if (name, queue) == ("asked", "hotline") else None

    choices = [
        ChoiceVersion("asked", SITE, 0, least(0.5)),
        ChoiceVersion("asked", HOTLINE, 20261101, least(0.9)),
    ]
    made = KpiBook({"asked": kpi()}, [], choices, promised=promised)
    assert [level(made, HOTLINE, day) for day in (20261031, 20261101)] == [0.85, 0.9]
    assert level(made, Scope("queue", "other"), 20261031) == 0.5


def test_the_variant_is_the_first_until_the_site_chooses() -> None:
    made = book((SITE, 20261101, Choice(variant="two")), (HOTLINE, 20261201, least(0.9)))
    assert [made.variant("asked", HOTLINE, day) for day in (20261031, 20261115, 20261215)] == [
        "one",
        "two",
        "two",
    ]
    assert book(variants=[]).variant("asked", SITE, 20261101) == ""
    assert book((SITE, 0, Choice(variant="gone"))).variant("asked", SITE, 20261101) == "one"


def test_a_definition_of_a_day_is_the_version_of_that_day() -> None:
    first, second = kpi(times=1, version=1), kpi(times=2, version=2)
    versions = [KpiVersion("asked", 0, first), KpiVersion("asked", 20261101, second)]
    made = KpiBook({"asked": second}, versions)
    found = [made.definition("asked", day) for day in (20251231, 20261031, 20261101, 0)]
    assert [one.version for one in found if one] == [1, 1, 2, 2]
    assert made.on(20261031) == {"asked": first}


def test_a_kpi_that_left_the_catalogue_stays_in_the_months_it_had() -> None:
    versions = [KpiVersion("asked", 0, kpi()), KpiVersion("asked", 20261101, None)]
    made = KpiBook({}, versions)
    assert made.definition("asked", 20261031) == kpi()
    assert made.on(20261031) == {"asked": kpi()} and made.on(20261101) == {}
    assert made.definition("asked", 20261101) is None
    assert made.definition("asked") is None


def test_trying_a_target_leaves_the_book_as_it_was() -> None:
    made = book((SITE, 20261201, least(0.9)))
    tried = made.trying("asked", SITE, least(0.6))
    assert [level(tried, SITE, day) for day in (20250101, 20261231)] == [0.6, 0.6]
    assert [level(made, SITE, day) for day in (20250101, 20261231)] == [None, 0.9]


@pytest.mark.parametrize("tree", [{}, {"at_least": 0.9, "at_most": 0.8}, {"at_least": 1e13}])
def test_a_bound_that_is_none_is_refused(tree: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Bound.model_validate(tree)
