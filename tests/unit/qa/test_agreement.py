"""Kappa against published tables and scikit-learn, drift by hand."""

import math
import warnings
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from ccfloor.qa.agreement import (
    Drift,
    Pair,
    Weights,
    drift,
    kappa,
    must_recalibrate,
    pooled,
    same_share,
)


def _pairs(table: Sequence[Sequence[int]]) -> list[Pair]:
    return [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, times in enumerate(counts)
        for _ in range(times)
    ]


# Ratings of 91 married couples (Agresti 1990, table 2.10), and 100 records read by two abstractors (Gwet).
COUPLES = ((7, 7, 2, 3), (2, 8, 3, 7), (1, 5, 4, 9), (2, 8, 9, 14))
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))


@pytest.mark.parametrize(
    ("table", "weights", "value"),
    [
        (((20, 5), (10, 15)), "none", 0.4),
        (((45, 15), (25, 15)), "none", 0.1304),
        (((25, 35), (5, 35)), "none", 0.2593),
        (COUPLES, "none", 0.1293),
        (COUPLES, "linear", 0.2374),
        (ABSTRACTORS, "none", 0.7964094),
        (ABSTRACTORS, "quadratic", 0.8921569),
    ],
)
def test_published_tables(table: Sequence[Sequence[int]], weights: Weights, value: float) -> None:
    ranks = [str(place) for place in range(len(table))]
    assert kappa(_pairs(table), ranks, weights) == pytest.approx(value, abs=5e-5)


RANKS = ("0", "1", "2", "3", "na")
RATINGS = st.lists(st.tuples(st.sampled_from(RANKS), st.sampled_from(RANKS)), min_size=1, max_size=60)


@given(RATINGS, st.sampled_from(("none", "linear", "quadratic")))
@settings(max_examples=150, deadline=None)
def test_it_is_what_scikit_learn_says(pairs: list[Pair], weights: Weights) -> None:
    first, second = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by 0 where there is nothing to tell
        theirs = cohen_kappa_score(
            first, second, labels=list(RANKS), weights=None if weights == "none" else weights
        )
    ours = kappa(pairs, RANKS, weights)
    if len({*first, *second}) == 1:
        assert ours is None and math.isnan(theirs)
    else:
        assert ours == pytest.approx(theirs, abs=1e-9)


@given(RATINGS, st.sampled_from(("none", "linear", "quadratic")))
@settings(max_examples=100, deadline=None)
def test_both_ways_round_it_is_the_same_and_1_at_most(pairs: list[Pair], weights: Weights) -> None:
    found = kappa(pairs, RANKS, weights)
    assert found == pytest.approx(kappa([(two, one) for one, two in pairs], RANKS, weights), nan_ok=False)
    if found is not None:
        assert -1 - 1e-9 <= found <= 1
        assert (found == 1) == all(one == two for one, two in pairs)
        assert kappa(pairs, RANKS[::-1], weights) == pytest.approx(found)


def test_where_there_is_nothing_to_tell() -> None:
    assert kappa([], RANKS) is None and same_share([]) is None
    assert kappa([("1", "1")] * 9, RANKS) is None
    assert kappa([("0", "3")] * 9, RANKS) == 0.0
    with pytest.raises(KeyError):
        kappa([("1", "9")], RANKS)


def test_shares_and_pairs_of_several_raters() -> None:
    assert same_share([("1", "1"), ("1", "2"), ("3", "3"), ("na", "na")]) == 0.75
    assert pooled([["1", "2", "2"]]) == [
        *(("1", "2"), ("2", "1")),
        *(("1", "2"), ("2", "1")),
        *(("2", "2"), ("2", "2")),
    ]
    assert pooled([["1"], []]) == []


def test_drift_by_hand() -> None:
    assert drift("ivy", [(90, 85), (80, 85), (95, 85)]) == Drift("ivy", 20 / 3, 10 / 3, 3)
    assert drift("ivy", [(84, 85), (83, 85)]) == Drift("ivy", 1.5, -1.5, 2)
    assert drift("ivy", []) is None


@pytest.mark.parametrize(
    ("absolute", "agree", "must"),
    [(5.0, 0.7, False), (5.01, 0.9, True), (1.0, 0.69, True), (1.0, None, False), (5.01, None, True)],
)
def test_who_must_recalibrate(absolute: float, agree: float | None, must: bool) -> None:
    assert must_recalibrate(Drift("ivy", absolute, 0.0, 5), agree) is must


def test_own_limits_of_drift() -> None:
    assert must_recalibrate(Drift("ivy", 3.5, 0.0, 5), 0.9, most_points=3)
    assert not must_recalibrate(Drift("ivy", 3.5, 0.0, 5), 0.5, least_kappa=0.4)
