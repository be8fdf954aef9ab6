"""The individuals chart against published examples, and each run rule at its edge."""

import pytest

from ccfloor.kpi.spc import LEAST, RULES, Finding, RuleSet, findings, limits, stretches

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rate of ten batches.
NIST = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)
# Montgomery, Introduction to Statistical Quality Control: weekly costs of processing loans.
MONTGOMERY = (
    310,
    288,
    297,
    298,
    307,
    303,
    294,
    297,
    308,
    306,
    294,
    299,
    297,
    299,
    314,
    295,
    293,
    306,
    301,
    304,
)


def test_the_limits_of_the_handbook_example() -> None:
    found = limits(NIST)
    assert found
    assert found.centre == pytest.approx(50.81)
    assert found.mr_mean == pytest.approx(1.8778, abs=1e-4)
    assert (found.lower, found.upper) == pytest.approx((45.8159, 55.8041), abs=2e-3)
    assert not findings(NIST, found)


def test_the_limits_of_the_textbook_example() -> None:
    found = limits(MONTGOMERY)
    assert found and found.firm
    assert found.centre == pytest.approx(300.5)
    assert found.mr_mean == pytest.approx(7.79, abs=1e-2)
    assert (found.lower, found.upper) == pytest.approx((279.78, 321.22), abs=1e-2)
    assert found.mr_upper == pytest.approx(25.45, abs=2e-2)


def test_limits_stop_at_what_is_possible() -> None:
    share = (0.95, 0.99, 0.90, 0.99, 0.85, 0.97, 0.99, 0.92)
    found = limits(share, most=1.0)
    assert found and found.upper == 1.0
    assert found.sigma == pytest.approx(2.66 * found.mr_mean / 3)


def test_missing_values_are_passed_over_and_too_few_give_none() -> None:
    with_gaps = [value for one in NIST for value in (one, None)]
    assert limits(with_gaps) == limits(NIST)._replace(last=19)  # type: ignore[union-attr]
    assert limits([1.0] * (LEAST - 1) + [None] * 5) is None


def test_a_cut_gives_each_stretch_its_own_limits() -> None:
    before, after = [10.0, 11.0] * 5, [20.0, 21.0] * 5
    first, second = stretches([*before, *after], [10])
    assert (first.first, first.last, first.centre) == (0, 9, 10.5)
    assert (second.first, second.last, second.centre) == (10, 19, 20.5)
    assert len(stretches([*before, *after[:3]], [10])) == 1


def test_limits_of_a_baseline_judge_what_comes_after() -> None:
    found = limits([*NIST, 70.0, None, 71.0], base=len(NIST))
    assert found and found[2:] == limits(NIST)[2:]  # type: ignore[index]
    broken = findings([*NIST, 70.0, None, 71.0], found)
    assert [f.first for f in broken if f.rule == "wheeler_1"] == [10, 12]


def _of(zs: list[float], rules: RuleSet) -> list[Finding]:
    """Findings of values given in sigmas from a centre of 0."""
    unit = limits(NIST)
    assert unit
    return findings(zs, unit._replace(first=0, last=len(zs) - 1, centre=0.0, sigma=1.0), rules)


CALM = [0.4, -0.6, 0.2, -0.3]


@pytest.mark.parametrize(
    ("rules", "zs", "rule", "points", "side"),
    [
        ("wheeler", [*CALM, 3.1, -0.2], "wheeler_1", (4,), 1),
        ("wheeler", [-0.2, *[0.5] * 8, -0.1], "wheeler_2", tuple(range(1, 9)), 1),
        ("wheeler", [0.2, -1.6, -1.7, 0.1, -2.0, 0.3], "wheeler_3", (1, 2, 4), -1),
        ("western_electric", [*CALM, -3.01], "western_electric_1", (4,), -1),
        ("western_electric", [*CALM, 2.1, 0.0, 2.5], "western_electric_2", (4, 6), 1),
        ("western_electric", [0.0, 1.1, 1.2, 0.3, 1.3, 1.4], "western_electric_3", (1, 2, 4, 5), 1),
        ("western_electric", [0.1, *[-0.5] * 8, 0.2], "western_electric_4", tuple(range(1, 9)), -1),
        ("nelson", [-0.2, *[0.5] * 9, -0.1], "nelson_2", tuple(range(1, 10)), 1),
        ("nelson", [0.9, -1.2, -0.6, -0.1, 0.3, 0.6, 1.4], "nelson_3", tuple(range(1, 7)), 1),
        ("nelson", [1.2, -1.2] * 2 + [0.3, -0.2] * 5, "nelson_4", tuple(range(14)), 0),
        ("nelson", [*CALM, -2.1, -2.2], "nelson_5", (4, 5), -1),
        ("nelson", [0.0, 1.1, 1.2, 0.3, 1.3, 1.4], "nelson_6", (1, 2, 4, 5), 1),
        ("nelson", [0.5, -0.2, -0.5, 0.2, 0.4] * 3, "nelson_7", tuple(range(15)), 0),
        ("nelson", [1.1, 1.3, -1.2, -1.1, 1.4, 1.2, -1.3, -1.6], "nelson_8", tuple(range(8)), 0),
    ],
)
def test_each_rule_finds_its_pattern(
    rules: RuleSet, zs: list[float], rule: str, points: tuple[int, ...], side: int
) -> None:
    assert [(f.rule, f.points, f.side) for f in _of(zs, rules)] == [(rule, points, side)]


@pytest.mark.parametrize(
    ("rules", "zs"),
    [
        ("wheeler", [*CALM, 3.0]),
        ("wheeler", [*[0.5] * 7, -0.1]),
        ("wheeler", [1.6, 0.1, 0.2, 1.6, 1.7, -0.5]),
        ("western_electric", [2.1, 0.1, 0.2, 2.1, -2.1]),
        ("western_electric", [*[0.5] * 7, 0.0, *[0.5] * 7]),
        ("nelson", [*[0.5] * 8, -0.1]),
        ("nelson", [-1.2, -0.6, -0.1, 0.3, 0.6, 0.5]),
        ("nelson", [0.5, -0.2, -0.5, 0.2, 0.4] * 2 + [0.5, -0.2, -0.5, 0.2]),
        ("nelson", [1.1, -1.2, 1.3, -1.1, 1.4, -1.3, 1.2]),
    ],
)
def test_one_short_of_a_rule_is_no_finding(rules: RuleSet, zs: list[float]) -> None:
    assert _of(zs, rules) == []


def test_a_longer_run_is_one_finding_and_points_beyond_are_each_their_own() -> None:
    run = _of([-0.2, *[0.5] * 12, -0.1], "wheeler")
    assert [(f.rule, f.first, f.last, len(f.points)) for f in run] == [("wheeler_2", 1, 12, 12)]
    beyond = [f for f in _of([3.5, 3.6, -3.5, 0.0], "wheeler") if f.rule == "wheeler_1"]
    assert [(f.first, f.side) for f in beyond] == [(0, 1), (1, 1), (2, -1)]


def test_a_series_that_never_moves_breaks_nothing() -> None:
    found = limits([5.0] * 12)
    assert found and found.lower == found.upper == 5.0
    assert all(findings([5.0] * 12, found, rules) == [] for rules in RULES)
