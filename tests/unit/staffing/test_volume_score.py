"""How wrong a forecast was, worked by hand."""

import numpy as np
import pytest

from ccfloor.staffing.score import Score, quantile_loss, score

ACTUAL, MEAN = np.array([10.0, 20.0, 0.0, 10.0]), np.array([12.0, 15.0, 1.0, 10.0])
LOW, HIGH = np.array([8.0, 11.0, 0.0, 11.0]), np.array([16.0, 19.0, 2.0, 14.0])


def test_errors_are_shares_of_all_calls() -> None:
    found = score(ACTUAL, MEAN)
    assert (found.half_hours, found.actual) == (4, 40)
    assert found.wape == 8 / 40
    assert found.bias == -2 / 40
    assert found.coverage is None
    assert found.pinball is None


def test_a_band_is_judged_by_what_it_holds_and_by_its_edges() -> None:
    found = score(ACTUAL, MEAN, (LOW, HIGH))
    assert found.coverage == 2 / 4
    lows = 0.1 * (2 + 9 + 0) + 0.9 * 1
    highs = 0.1 * (6 + 2 + 4) + 0.9 * 1
    assert found.pinball == pytest.approx((lows + highs) / 2 / 40)


def test_scores_add_up() -> None:
    whole = score(ACTUAL, MEAN, (LOW, HIGH))
    parts = [score(ACTUAL[part], MEAN[part], (LOW[part], HIGH[part])) for part in (slice(1), slice(1, 4))]
    assert parts[0].plus(parts[1]) == pytest.approx(whole)
    assert Score().plus(whole) == whole


def test_without_calls_there_is_no_ratio() -> None:
    found = score(np.zeros(3), np.ones(3), (np.zeros(3), np.ones(3)))
    assert found.wape is found.bias is found.pinball is None
    assert found.coverage == 1


def test_the_quantile_has_the_least_loss() -> None:
    counts = np.random.default_rng(1).poisson(20, 4000).astype(np.float64)
    losses = [quantile_loss(counts, np.full(4000, float(told)), 0.9) for told in range(15, 36)]
    assert 15 + int(np.argmin(losses)) == int(np.quantile(counts, 0.9))
