"""Whether what began as a rush goes on: the longer it has lasted, the likelier it is the day itself.

Most rushes (突发话务) are over after an hour or so, a few last until the evening: a line that is down, a
campaign nobody told of. Half hours in a row that lie clearly above what the day without its rush would bring,
or clearly below, are a run; after it the few that last are weighed against the rushes that would still be on
(Bayes). Pure.
"""

from math import exp
from typing import NamedTuple

import numpy as np

from ccfloor.staffing.days import Row

HALF_HOUR_S = 1800.0
_LASTING = 0.05  # of the rushes last
_PASSES_S = 3600.0  # the others take so long from beginning to end, on average (Erlang)
_LEAST = 2  # half hours: one tells nothing
_FAR, _CLEARLY = 0.25, 2.0  # off as a share, and in deviations


class Lasting(NamedTuple):
    """``share``: how likely it lasts; ``level``: times the day without it."""

    share: float = 0.0
    level: float = 1.0

    @property
    def mean(self) -> float:
        """Of the half hours to come."""
        return 1 + self.share * (self.level - 1)

    @property
    def variance(self) -> float:
        """Of the same."""
        return self.share * (1 - self.share) * (self.level - 1) ** 2


def lasting(expected: Row, counts: Row, noise: float) -> Lasting:
    """Of the last half hours in a row. ``expected``: calls of the day without its rush in what was seen of
    each, above 0; ``noise``: variance of a count over its rate.
    """
    off = counts / expected - 1
    far = (np.abs(off) > _FAR) & (np.abs(off) > _CLEARLY * np.sqrt(noise / expected))
    alike = far & (np.sign(off) == np.sign(off[-1])) if len(off) else far
    length = int(np.argmin(alike[::-1])) if not alike.all() else len(alike)
    if length < _LEAST:
        return Lasting()
    since = 2 * length * HALF_HOUR_S / _PASSES_S
    passing = (1 - _LASTING) * (1 + since) * exp(-since)
    level = float(counts[-length:].sum() / expected[-length:].sum())
    return Lasting(_LASTING / (_LASTING + passing), level)
