"""What a KPI is for one scope and period: a value, or the data that are missing."""

from typing import Literal, NamedTuple

Light = Literal["met", "near", "missed", "none"]


class Result(NamedTuple):
    """``value`` in the KPI's unit (shares 0..1); None: nothing to divide by, or data are missing.

    ``over`` and ``under``: the sums it was divided from, where it is a quotient. ``missing``: fields
    that no source gave: a reader is told which. ``n``: how many the value rests on, where it is known.
    """

    value: float | None = None
    over: float | None = None
    under: float | None = None
    missing: tuple[str, ...] = ()
    n: int | None = None
