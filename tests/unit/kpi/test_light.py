"""How a value stands to its target."""

import pytest

from ccfloor.kpi.light import light, shortfall
from ccfloor.kpi.model import Bound

BAND = Bound(at_least=0.8, at_most=0.88)


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        (Bound(at_least=0.8), 0.8, "met"),
        (Bound(at_least=0.8), 0.799, "near"),
        (Bound(at_least=0.8), 0.7601, "near"),
        (Bound(at_least=0.8), 0.7599, "missed"),
        (Bound(at_most=60), 60, "met"),
        (Bound(at_most=60), 63, "near"),
        (Bound(at_most=60), 63.1, "missed"),
        (Bound(at_most=60, near=0), 60.1, "missed"),
        (Bound(at_most=0), 0, "met"),
        (Bound(at_most=0), 1, "missed"),
        (BAND, 0.84, "met"),
        (BAND, 0.79, "near"),
        (BAND, 0.7, "missed"),
        (BAND, 0.9, "near"),
        (BAND, 0.99, "missed"),
        (BAND, None, "none"),
        (None, 0.5, "none"),
    ],
)
def test_a_light(bound: Bound | None, value: float | None, expected: str) -> None:
    assert light(bound, value) == expected


def test_how_far_beyond() -> None:
    assert shortfall(BAND, 0.7) == pytest.approx(0.1)
    assert shortfall(BAND, 0.98) == pytest.approx(0.1)
    assert shortfall(BAND, 0.85) == 0
