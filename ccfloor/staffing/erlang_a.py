"""Erlang A: callers who give up (M/M/n+M, Palm's model).

The wait offered to a caller has an atom at 0 and a density proportional to exp(eta (1 - e^-u) - c u). There u
is time in units of patience, eta the calls and c the services of all seats in one patience (Mandelbaum and
Zeltyn 2005). Every output is an integral of it. The density has one peak, so a few Gauss panels around that
serve from 1 s to 10^6 s of patience and from no calls to 10,000 erlang. Nothing is subtracted from its like,
and what might overflow stays a logarithm.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from ccfloor.staffing.erlang_cells import Cells, Row, Waits, quotient

_REACH = 37.0  # a density e^-37 below its peak adds nothing to a double
_PURE = 37.0  # units of patience after the peak from where on the density is a plain exponential
_NODES, _WEIGHTS = (part.astype(np.float64) for part in np.polynomial.legendre.leggauss(18))


def nobody_there(cells: Cells) -> Waits:
    """No seats: everybody waits until patience ends."""
    none, everybody = np.zeros_like(cells.rate), np.ones_like(cells.rate)
    edge = cells.threshold_s / cells.patience_s
    unknown = np.full_like(cells.rate, np.nan)
    return Waits(everybody, everybody, none, none, -np.expm1(-edge), np.exp(-edge), unknown, cells.patience_s)


def impatient(cells: Cells) -> Waits:
    """What callers meet who give up after an exponential time; at least one seat in each cell."""
    edge = cells.threshold_s / cells.patience_s
    near, far, log_weight = _around(cells, edge)
    waiting, idle = _split(cells.odds, log_weight)
    per = waiting / (near.mass + far.mass)
    gone = np.minimum(per * (near.gone + far.gone), 1.0)
    served = idle + per * (near.stay + far.stay)
    gone_soon = per * (near.gone - far.mass * np.expm1(-edge))
    beyond = per * far.mass * np.exp(-edge)
    asa = quotient(per * (near.late + far.late) * cells.patience_s, served)
    wait = gone * cells.patience_s  # Palm's identity
    return Waits(waiting, gone, served, idle + per * near.stay, gone_soon, beyond, asa, wait)


def log_depth(calls: Row, work: Row) -> Row:
    """Logarithm of the weight of all states with every seat busy, over that of the first of them.

    ``calls``, ``work``: arrivals and services of all seats while one patience lasts.
    """
    area = _area(calls, work, np.zeros_like(work), np.full_like(work, np.inf))
    return np.asarray(area.height + np.log(work * area.mass))


def _split(odds: Row, log_weight: Row) -> tuple[Row, Row]:
    """Share that waits and share that does not, each exact where it is small."""
    with np.errstate(divide="ignore"):
        log_lift = np.log(odds) + log_weight
    return expit(log_lift), expit(-log_lift)


class _Area(NamedTuple):
    """Integrals of the density over a stretch, in units of e^height: of 1, e^-u, 1 - e^-u and u e^-u."""

    height: Row
    mass: Row
    stay: Row
    gone: Row
    late: Row

    def raised(self, height: Row) -> "_Area":
        """The same in another unit."""
        factor = np.exp(self.height - height)
        return _Area(height, *(part * factor for part in self[1:]))


def _around(cells: Cells, edge: Row) -> tuple[_Area, _Area, Row]:
    """The density before ``edge`` and after it, in one unit; and the whole as `log_depth` has it."""
    calls = cells.rate * cells.patience_s
    work = cells.seats * cells.patience_s / cells.aht_s
    near = _area(calls, work, np.zeros_like(edge), edge)
    far = _area(calls, work, edge, np.full_like(edge, np.inf))
    height = np.maximum(near.height, far.height)
    near, far = near.raised(height), far.raised(height)
    return near, far, height + np.log(work * (near.mass + far.mass))


def _area(calls: Row, work: Row, start: Row, end: Row) -> _Area:
    """Integrals from ``start`` to ``end`` (units of patience), each cell around its own peak."""
    with np.errstate(divide="ignore", over="ignore"):
        peak = np.clip(np.log(calls / work), start, end)
        here = calls * np.exp(-peak)  # calls in one patience that would still wait there
        slope = work - here
        edges, right = _panels(here, slope, peak - start, end - peak)
    sums = np.zeros((3, len(peak)))
    for left, until in pairwise(edges):
        some = until > left
        if some.any():
            sums[:, some] += _panel(left[some], until[some], slope[some], here[some])
    far = right > _PURE
    if far.any():
        sums[:, far] += _exponential(work[far], here[far], slope[far], (end - peak)[far])
    return _moved(calls, work, peak, sums)


def _panels(here: Row, slope: Row, before: Row, after: Row) -> tuple[list[Row], Row]:
    """Edges of the panels, counted from the peak; and how far the density reaches after it."""
    steep = _REACH / np.abs(slope)
    curve = _REACH / here
    left = np.minimum.reduce([before, steep, np.sqrt(2 * curve), np.log(6 + 2 * curve)])
    right = np.minimum.reduce([after, steep, (curve + np.sqrt(curve) * np.sqrt(curve + 8)) / 2])
    first, second = np.minimum(right / 3, 1.0), np.minimum(right * 2 / 3, 6.0)
    return [-left, -left / 2, np.zeros_like(left), first, second, np.minimum(right, _PURE)], right


def _panel(left: Row, until: Row, slope: Row, here: Row) -> Row:
    """Sums of the density over [left, until] of 1, e^-y - 1 and y e^-y; y: from the peak."""
    half = (until - left)[:, None] / 2
    y = left[:, None] + (_NODES + 1) * half
    drop = np.expm1(-y)
    weight = np.exp(-slope[:, None] * y - here[:, None] * (y + drop)) * (_WEIGHTS * half)
    return np.stack((weight.sum(1), (weight * drop).sum(1), (weight * y * (1 + drop)).sum(1)))


def _exponential(work: Row, here: Row, slope: Row, after: Row) -> Row:
    """The same beyond _PURE, in closed form."""
    height = np.exp(-slope * _PURE - here * (_PURE - 1))
    mass = height * -np.expm1(-work * (after - _PURE)) / work
    return np.stack((mass, -mass, np.zeros_like(mass)))


def _moved(calls: Row, work: Row, peak: Row, sums: Row) -> _Area:
    """From sums around the peak to sums from 0."""
    mass, drop, late = sums
    stay = np.exp(-peak)
    height = calls * -np.expm1(-peak) - work * peak
    kept = stay * (mass + drop)
    gone = -np.expm1(-peak) * mass - stay * drop
    return _Area(height, mass, kept, gone, peak * kept + stay * late)
