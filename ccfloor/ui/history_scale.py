"""The steps of a heat map: one hue from the surface to the contact blue, on each a text that can be read."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from ccfloor.ui.tokens import COLOURS, Theme

# How much of the hue each step has. Between 60 and 75 % neither light nor dark text could be read on it.
MIXED = (0.10, 0.30, 0.50, 0.80, 1.0)
STEPS = len(MIXED)


class Scale(NamedTuple):
    """Equal steps from ``low`` to ``high``; the last one is closed above."""

    low: float
    high: float

    def step(self, value: float) -> int:
        """The step (0 …) that a value falls into; what lies outside falls into the nearest."""
        share = (value - self.low) / (self.high - self.low)
        return min(STEPS - 1, max(0, math.floor(share * STEPS + 1e-9)))

    def edges(self) -> list[float]:
        """The bounds of the steps, from the lowest to the highest."""
        return [self.low + (self.high - self.low) * number / STEPS for number in range(STEPS + 1)]


def scale(values: Iterable[float], grain: float, from_zero: bool = False) -> Scale:
    """Steps that hold all values, with bounds on multiples of ``grain`` times the number of steps."""
    known = list(values)
    top = max(known, default=0.0)
    low = 0.0 if from_zero else math.floor(min(known, default=0.0) / grain) * grain
    width = max(1, math.ceil((top - low) / (grain * STEPS) - 1e-9)) * grain * STEPS
    return Scale(low, low + width)


def colours(theme: Theme) -> list[tuple[str, str]]:
    """(ground, text) of every step as ``#RRGGBB``."""
    tokens = COLOURS[theme]
    first, last = _rgb(tokens["surface"]), _rgb(tokens["contact"])
    found = []
    for share in MIXED:
        mixed = [round(a + (b - a) * share) for a, b in zip(first, last, strict=True)]
        ground = "#" + "".join(f"{part:02X}" for part in mixed)
        found.append((ground, tokens["ink"] if share <= 0.5 else tokens["ground"]))
    return found


def css(theme: Theme, selector: str) -> str:
    """One rule a step: ``selector`` followed by its number."""
    rules = enumerate(colours(theme))
    return "".join(f"{selector}{n}{{background:{ground};color:{ink}}}" for n, (ground, ink) in rules)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
