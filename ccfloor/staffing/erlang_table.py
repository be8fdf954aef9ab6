"""Many loads and many numbers of seats at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ccfloor.floor.metrics import DEFAULT_SL
from ccfloor.staffing.erlang_a import impatient, nobody_there
from ccfloor.staffing.erlang_b import odds_table
from ccfloor.staffing.erlang_c import patient
from ccfloor.staffing.erlang_cells import Cells, Row, Waits

_AT_ONCE = 1024  # cells: what they need stays in the processor's cache


class LossTable(NamedTuple):
    """By load (rows) and seats 0, 1, 2 … (columns).

    ``abandoned``: share of callers who give up; ``level``: service level, 0 where nobody can be answered;
    ``wait_s``: mean wait in seconds of all callers, infinite where it never balances (endless patience).
    """

    abandoned: Row
    level: Row
    wait_s: Row


def loss_table(
    rates: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    threshold_s: ArrayLike,
    most: int,
    variant: str = DEFAULT_SL,
) -> LossTable:
    """What each load loses with 0..``most`` seats.

    ``rates`` in calls a second; the other three in seconds, one for all or one for each rate. The figures are
    those of ``erlang.erlang_a``.
    """
    rate = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    aht, patience, limit = (
        np.broadcast_to(np.asarray(part, np.float64), rate.shape) for part in (aht_s, patience_s, threshold_s)
    )
    check(rate, aht, patience, limit)
    seats = np.tile(np.arange(most + 1.0), len(rate))
    odds = odds_table(rate * aht, most)
    load = [np.repeat(part, most + 1) for part in (rate, aht, patience, limit)]
    found = waits(Cells._make((*load, seats, odds.ravel())))
    wanted = (found.gone, np.nan_to_num(found.level(variant), nan=0.0), found.wait_s)
    return LossTable(*(part.reshape(odds.shape) for part in wanted))


def check(rate: Row, aht_s: Row, patience_s: Row, threshold_s: Row) -> None:
    """Raises ValueError on a load that cannot be: of what is not a number, nothing may be computed."""
    _hold("a rate is finite and not negative", np.isfinite(rate) & (rate >= 0))
    _hold("a handle time is finite and above 0", np.isfinite(aht_s) & (aht_s > 0))
    _hold("a patience is above 0", patience_s > 0)
    _hold("a threshold is finite and not negative", np.isfinite(threshold_s) & (threshold_s >= 0))


def _hold(words: str, good: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
    if not good.all():
        raise ValueError(words)


def waits(cells: Cells) -> Waits:
    """What callers meet in each cell; patience may be infinite."""
    count = len(cells.rate)
    if count <= _AT_ONCE:
        return _waits(cells)
    parts = [
        _waits(Cells(*(field[start : start + _AT_ONCE] for field in cells)))
        for start in range(0, count, _AT_ONCE)
    ]
    return Waits(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


def _waits(cells: Cells) -> Waits:
    endless = np.isinf(cells.patience_s)
    empty = (cells.seats == 0) & ~endless
    kinds = ((endless, patient), (empty, nobody_there), (~endless & ~empty, impatient))
    found = Waits(*(np.empty_like(cells.rate) for _ in Waits._fields))
    for some, told in kinds:
        if some.all():
            return told(cells)
        if some.any():
            _put(found, told(Cells(*(field[some] for field in cells))), some)
    return found


def _put(
    whole: Sequence[Row], part: Sequence[Row], some: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> None:
    for into, told in zip(whole, part, strict=True):
        into[some] = told
