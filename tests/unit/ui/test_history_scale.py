"""The colours of the heat map: every number can be read, every value falls into its step."""

from itertools import pairwise

import pytest

from ccfloor.kpi.model import Bound
from ccfloor.ui.history_scale import STEPS, Scale, colours, scale
from ccfloor.ui.history_words import lasting, mean_count, share, short_share
from ccfloor.ui.tokens import COLOURS, THEMES, Theme


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_the_text_of_every_step_can_be_read(theme: Theme) -> None:
    assert len(colours(theme)) == STEPS
    assert min(contrast(ground, ink) for ground, ink in colours(theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_steps_differ_in_lightness_and_go_one_way(theme: Theme) -> None:
    grounds = [COLOURS[theme]["ground"], *(ground for ground, _ in colours(theme))]
    lights = [luminance(ground) for ground in grounds]
    assert lights == sorted(lights, reverse=theme == "light")
    assert min(contrast(one, other) for one, other in pairwise(grounds)) >= 1.2


def test_values_fall_into_their_steps() -> None:
    steps = Scale(0.8, 1.0)
    assert [steps.step(value) for value in (0.8, 0.8399, 0.84, 0.92, 0.999, 1.0)] == [0, 0, 1, 3, 4, 4]
    assert steps.edges() == pytest.approx([0.8, 0.84, 0.88, 0.92, 0.96, 1.0])


def test_a_scale_holds_all_its_values_on_even_bounds() -> None:
    assert scale([3.2, 61.0], 1.0, from_zero=True) == Scale(0.0, 65.0)
    assert scale([], 1.0, from_zero=True) == Scale(0.0, 5.0)
    found = scale([0.8012, 0.991], 0.01)
    assert (found.low, found.high) == pytest.approx((0.8, 1.0))
    assert scale([0.9], 0.01).step(0.9) in range(STEPS)


def test_a_share_never_looks_like_a_target_it_misses() -> None:
    target, limit = Bound(at_least=0.8), Bound(at_most=0.05)
    assert [short_share(value, target) for value in (0.7996, 0.7951, 0.8, 0.8004, 0.74, 1.0)] == [
        "79.9", "79.5", "80", "80", "74", "100",
    ]  # fmt: skip
    assert [short_share(value, limit) for value in (0.0501, 0.1204, 0.05)] == ["5.1", "12", "5.0"]
    assert short_share(0.1201, Bound(at_most=0.12)) == "12.1"
    assert [short_share(value) for value in (None, 0.0, 0.034, 0.1)] == ["–", "0", "3.4", "10"]


def test_numbers_in_words() -> None:
    assert [share(value) for value in (None, 0.81256, 1.0)] == ["–", "81.3%", "100.0%"]
    assert [mean_count(value) for value in (None, 0.25, 3.0, 9.94, 9.96, 120.4)] == [
        "–",
        "0.2",
        "3",
        "9.9",
        "10",
        "120",
    ]
    assert [lasting(ms) for ms in (None, 0, 4_400, 61_000, 3_661_000)] == [
        "–",
        "0:00",
        "0:04",
        "1:01",
        "1:01:01",
    ]
