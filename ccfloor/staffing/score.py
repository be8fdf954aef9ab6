"""How wrong forecasts were: sums over half hours, which can be put together, and their ratios."""

from typing import NamedTuple

import numpy as np

from ccfloor.staffing.days import Row

LOW, HIGH = 0.1, 0.9  # the quantiles that a band's edges are


class Score(NamedTuple):
    """Sums over ``half_hours``, in calls: ``actual`` ones, differences (``over``: forecast minus actual,
    ``off``: without the sign), losses of a band's ``edges``.

    ``inside``: half hours whose calls the band held, of ``banded`` that had one.
    """

    half_hours: int = 0
    actual: float = 0.0
    off: float = 0.0
    over: float = 0.0
    edges: float = 0.0
    inside: int = 0
    banded: int = 0

    def plus(self, other: "Score") -> "Score":
        """Both together."""
        return Score._make(one + more for one, more in zip(self, other, strict=True))

    @property
    def wape(self) -> float | None:
        """Sum of differences over sum of calls, as a share; None without calls."""
        return self.off / self.actual if self.actual > 0 else None

    @property
    def bias(self) -> float | None:
        """Calls forecast too many (negative: too few) over calls, as a share; None without calls."""
        return self.over / self.actual if self.actual > 0 else None

    @property
    def pinball(self) -> float | None:
        """Mean of the quantile losses of both edges over calls: small for bands that are narrow and right."""
        return self.edges / self.actual if self.actual > 0 and self.banded else None

    @property
    def coverage(self) -> float | None:
        """Share of half hours whose calls lay in the band, edges included; None without a band."""
        return self.inside / self.banded if self.banded else None


def score(actual: Row, mean: Row, band: tuple[Row, Row] | None = None) -> Score:
    """Of half hours that were seen, with what was forecast of each; ``band``: low and high."""
    off = np.asarray(mean, dtype=np.float64) - actual
    found = Score(int(off.size), float(np.sum(actual)), float(np.abs(off).sum()), float(off.sum()))
    if band is None:
        return found
    low, high = band
    edges = (quantile_loss(actual, low, LOW) + quantile_loss(actual, high, HIGH)) / 2
    inside = int(((actual >= low) & (actual <= high)).sum())
    return found._replace(edges=edges, inside=inside, banded=int(off.size))


def quantile_loss(actual: Row, told: Row, quantile: float) -> float:
    """Sum of the pinball losses (Koenker and Bassett 1978): least where ``told`` is that quantile."""
    short = np.asarray(actual, dtype=np.float64) - told
    return float(np.maximum(quantile * short, (quantile - 1) * short).sum())
