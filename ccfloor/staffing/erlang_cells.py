"""A load and a number of seats, cell by cell, and what callers meet there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.floor.metrics import DEFAULT_SL

Row = NDArray[np.float64]
LEVELS = ("sl_ignore_T", "sl_positive", "sl_negative", "sl_answered")  # what a queue in balance can tell of


class Cells(NamedTuple):
    """One a cell: calls a second, seconds a call takes a seat, seconds of patience, T in seconds, seats.

    ``odds``: of a loss system with so many seats being full, against not (see ``erlang_b.odds``). All arrays
    have one dimension and the same length.
    """

    rate: Row
    aht_s: Row
    patience_s: Row
    threshold_s: Row
    seats: Row
    odds: Row


class Waits(NamedTuple):
    """Shares of all callers (0..1), and mean waits in seconds.

    ``waiting``: find every seat busy; ``gone``: give up; ``served``: are answered; ``soon``: answered within
    T; ``gone_soon``: gave up within T; ``beyond``: wait longer than T, however it ends. ``served_wait_s``: of
    the answered, NaN where nobody is; ``wait_s``: of all.
    """

    waiting: Row
    gone: Row
    served: Row
    soon: Row
    gone_soon: Row
    beyond: Row
    served_wait_s: Row
    wait_s: Row

    def level(self, variant: str = DEFAULT_SL) -> Row:
        """Service level as ``metrics.service_level`` defines it; NaN where it divides by nothing.

        Raises KeyError on a variant that a queue in balance cannot tell of.
        """
        all_of_them = np.ones_like(self.soon)
        above, below = {
            "sl_ignore_T": (self.soon, self.soon + self.beyond),  # the second: all but gone_soon
            "sl_positive": (self.soon + self.gone_soon, all_of_them),
            "sl_negative": (self.soon, all_of_them),
            "sl_answered": (self.soon, self.served),
        }[variant]
        return np.minimum(quotient(above, below), 1.0)


def quotient(above: Row, below: Row) -> Row:
    """Cell by cell; NaN where there is nothing to divide by."""
    found = np.full_like(above, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
