"""What of an effect's spread is chance, and what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.sureness import deviation, effect

PATHS = 400


def drawn(seed: int, what: int = 3) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng, 1 + 0.2 * rng.standard_normal((what, PATHS))


def test_chance_alone_is_the_error_of_so_many_courses() -> None:
    rng, unknown = drawn(1)
    values = 3 + 2 * rng.standard_normal(PATHS)
    found = [deviation(3 + 2 * drawn(seed)[0].standard_normal(PATHS), unknown) for seed in range(40)]
    assert deviation(values, unknown) < 0.45
    assert np.median(found) == pytest.approx(2 / PATHS**0.5, rel=0.35)


def test_what_goes_with_the_level_of_calls_is_not_known() -> None:
    """Twenty calls a whole level more: at a level known to a fifth, four calls."""
    rng, unknown = drawn(2)
    values = 3 + 20 * (unknown[0] - 1) + 2 * rng.standard_normal(PATHS)
    assert deviation(values, unknown) == pytest.approx(4.0, rel=0.1)
    told = effect(values, unknown)
    assert told.low < 0 < told.value < told.high and told.sample == PATHS


def test_without_anything_unknown_or_with_one_course_nothing_breaks() -> None:
    assert deviation(np.array([3.0]), np.ones((2, 1))) == 0.0
    assert deviation(np.array([3.0, 3.0]), np.empty((0, 0))) == 0.0
    assert deviation(np.array([1.0, 3.0]), np.ones((4, 2))) == pytest.approx(1.0)
    assert deviation(np.array([1.0, 3.0]), np.array([[0.9, 1.1], [1.2, 0.8]])) == pytest.approx(3**0.5)


@given(st.integers(0, 10_000), st.integers(0, 8), st.floats(0, 30), st.floats(0, 5))
def test_it_lies_between_the_error_of_the_mean_and_the_whole_spread(
    seed: int, what: int, slope: float, noise: float
) -> None:
    rng, unknown = drawn(seed, what)
    values = noise * rng.standard_normal(PATHS) + (slope * unknown[0] if what else 0.0)
    total = float(values.std(ddof=1))
    found = deviation(values, unknown)
    assert total / PATHS**0.5 - 1e-9 <= found <= total * (1 + 1 / PATHS) ** 0.5 + 1e-9
