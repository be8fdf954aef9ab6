"""Required seats: the fewest that meet an aim, exactly, for one load or for a whole day at once."""

from math import ceil
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ccfloor.floor.metrics import DEFAULT_SL
from ccfloor.staffing.erlang import Demand, Steady, erlang_a
from ccfloor.staffing.erlang_b import odds_table
from ccfloor.staffing.erlang_cells import LEVELS, Cells, Row, Waits
from ccfloor.staffing.erlang_table import check, waits

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
_FUZZ = 1e-9  # 27 / (1 - 0.1) is 30, whatever binary fractions make of it
_TIE = 1e-12  # 0.9 erlangs on 3 seats are busy for 0.3 of their time, no more
_CELLS = 1_000_000  # of a table held at once
LEAST = "least"
LEAST_BUSY = 0.01  # no floor is staffed to be idle for more


class Aim(NamedTuple):
    """What a queue is to reach; what is None does not count.

    ``level``: service level (0..1) as ``variant`` within ``threshold_s``; ``asa_s``: the mean wait of the
    answered is at most so many seconds; ``abandoned``: at most this share gives up; ``occupancy``: the seats
    are busy for at most this share of their time.
    """

    level: float | None = 0.8
    threshold_s: float = 20.0
    variant: str = DEFAULT_SL
    asa_s: float | None = None
    abandoned: float | None = None
    occupancy: float | None = None

    def check(self) -> None:
        """Raises ValueError on an aim that says nothing, or that no number of seats reaches."""
        shares = (self.level, self.abandoned, self.occupancy)
        if all(part is None for part in (*shares, self.asa_s)):
            raise ValueError("an aim names at least one figure")
        if any(part is not None and not 0 <= part <= 1 for part in shares):
            raise ValueError("shares of an aim lie between 0 and 1")
        if self.occupancy is not None and self.occupancy < LEAST_BUSY:
            raise ValueError(f"seats may be busy for {LEAST_BUSY:g} of their time or more")
        if self.asa_s is not None and not self.asa_s >= 0:
            raise ValueError("a wait is not negative")
        if self.variant not in LEVELS:
            raise ValueError(f"no queue in balance can tell of {self.variant!r}")


USUAL = Aim()


class Required(msgspec.Struct, frozen=True):
    """``seats`` that work; ``rostered`` to have them there; ``bound_by``: what one seat fewer would miss.

    ``bound_by`` names fields of ``Aim``, or ``least``. ``steady``: the figures with these seats; None where
    no call comes.
    """

    seats: int
    rostered: int
    bound_by: tuple[str, ...]
    steady: Steady | None


def required(demand: Demand, aim: Aim = USUAL, least: int = 0, shrinkage: float = 0.0) -> Required:
    """The fewest seats for one load.

    ``least``: seats that are there whatever comes; without calls they are the answer. With calls it is at
    least one. ``shrinkage``: share of rostered time that is not worked, 0 or more and below 1. Raises
    ValueError on inputs that cannot be.
    """
    seats = int(required_many(demand.rate, demand.aht_s, demand.patience_s, aim, least)[0])
    steady = erlang_a(demand, seats, aim.threshold_s) if demand.rate else None
    return Required(seats, rostered(seats, shrinkage), _bound_by(demand, aim, least, seats), steady)


def rostered(seats: int, shrinkage: float) -> int:
    """People to roster so that ``seats`` work: divided by the share that is worked, upwards."""
    if not 0 <= shrinkage < 1:
        raise ValueError("shrinkage is 0 or more and below 1")
    return ceil(seats / (1 - shrinkage) - _FUZZ)


def _bound_by(demand: Demand, aim: Aim, least: int, seats: int) -> tuple[str, ...]:
    if seats <= least or not demand.rate:
        return (LEAST,)
    fewer = np.array([seats - 1])
    loads = _Loads(*(np.array([float(part)]) for part in demand))
    table = odds_table(loads.erlangs, seats)
    missed = (name for name, good in _met(loads, aim, fewer, table).items() if not good[0])
    return tuple(missed) or (LEAST,)


class _Loads(NamedTuple):
    rate: Row
    aht_s: Row
    patience_s: Row

    @property
    def erlangs(self) -> Row:
        return self.rate * self.aht_s

    def some(self, rows: slice | Flags) -> "_Loads":
        return _Loads(*(part[rows] for part in self))


def required_many(
    rates: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    aim: Aim = USUAL,
    least: int = 0,
) -> Counts:
    """The fewest seats for each rate (calls a second); as ``required``, in one pass.

    ``aht_s``, ``patience_s``: seconds, one for all or one for each rate.
    """
    aim.check()
    if least < 0:
        raise ValueError("a number of seats is not negative")
    rate = np.atleast_1d(np.asarray(rates, np.float64))
    loads = _Loads(
        rate, *(np.broadcast_to(np.asarray(part, np.float64), rate.shape) for part in (aht_s, patience_s))
    )
    check(*loads, np.full_like(rate, aim.threshold_s))
    found = np.full(rate.shape, least, np.int64)
    called = rate > 0
    if called.any():
        found[called] = _search(loads.some(called), aim, max(1, least))
    return found


def _search(loads: _Loads, aim: Aim, first: int) -> Counts:
    """In blocks of like loads, so that the table of the loss formula stays small."""
    order = np.argsort(loads.erlangs)
    found = np.empty(len(order), np.int64)
    start = 0
    while start < len(order):
        room = max(1, int(_CELLS / (2 * loads.erlangs[order[start]] + 100)))
        block = order[start : start + room]
        found[block] = _fewest(_Loads(*(part[block] for part in loads)), aim, first)
        start += room
    return found


def _fewest(loads: _Loads, aim: Aim, first: int) -> Counts:
    """Every figure of an aim gets better with each seat: halve what lies between too few and enough."""
    enough, table = _enough(loads, aim, first)
    short = np.full_like(enough, first - 1)
    while (enough - short > 1).any():
        middle = np.maximum((short + enough) // 2, first)
        good = np.logical_and.reduce(list(_met(loads, aim, middle, table).values()))
        enough, short = np.where(good, middle, enough), np.where(good, short, np.minimum(middle, enough - 1))
    return enough


def _enough(loads: _Loads, aim: Aim, first: int) -> tuple[Counts, Row]:
    """A number of seats for each load that meets the aim, and the odds of the loss formula that far."""
    idle = loads.erlangs / (aim.occupancy or 1.0) - loads.erlangs
    margin = np.maximum(4 * np.sqrt(loads.erlangs) + 8, idle)
    while True:
        top = np.maximum(np.ceil(loads.erlangs + margin), first).astype(np.int64)
        table = odds_table(loads.erlangs, int(top.max()))
        good = np.logical_and.reduce(list(_met(loads, aim, top, table).values()))
        if good.all():
            return top, table
        margin = np.where(good, margin, margin * 2)


def _met(loads: _Loads, aim: Aim, seats: Counts, table: Row) -> dict[str, Flags]:
    """Which figures of the aim each load reaches with its seats."""
    found = _found(loads, aim, seats, table)
    met: dict[str, Flags] = {}
    if aim.level is not None:
        met["level"] = found.level(aim.variant) >= aim.level - _TIE
    if aim.asa_s is not None:
        met["asa_s"] = found.served_wait_s <= aim.asa_s * (1 + _TIE)
    if aim.abandoned is not None:
        met["abandoned"] = found.gone <= aim.abandoned * (1 + _TIE)
    if aim.occupancy is not None:
        met["occupancy"] = loads.erlangs * found.served <= aim.occupancy * (1 + _TIE) * seats
    return met


def _found(loads: _Loads, aim: Aim, seats: Counts, table: Row) -> Waits:
    odds = table[np.arange(len(seats)), seats]
    limit = np.full_like(loads.rate, aim.threshold_s)
    return waits(Cells(loads.rate, loads.aht_s, loads.patience_s, limit, seats.astype(np.float64), odds))
