"""How days differ from what was expected of them, half hour by half hour.

The true rate of a half hour is the expected one times a factor of mean 1. The factors of one day share its
level, and wander about it: near half hours together. Counts vary about their rate by ``noise`` times as much
as Poisson ones. The size of the wandering, its reach and the noise are the likeliest ones for past days.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from ccfloor.staffing.days import Grid, Row
from ccfloor.staffing.profile import DAILY, NOISE

Places = NDArray[np.int64]
_LEAST = 0.05  # calls; fewer in a half hour tell nothing of its factor
_WANDERS = np.array([0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.35, 0.5])
_NOISES = np.array([1.0, 1.15, 1.3, 1.6, 2.0, 2.5, 3.5, 5.0])
_REACHES = (2.0, 4.0, 8.0, 16.0)  # half hours
_REACH = 8.0
_PRIOR_DAYS = 8.0  # as many days of usual habits weigh in
_EDGE_DAYS = 30.0
_LEAST_DAYS = 1.9  # effective ones behind an expectation
_FAR = 2.0


class Habit(NamedTuple):
    """``wander``: standard deviation of the factors about the day's level. ``reach``: half hours over which
    they lose all but 1/e of their likeness. ``noise``: variance of a count over its rate. ``edge``: by
    column, how much more than elsewhere it wanders (1: as much).
    """

    wander: float
    reach: float
    noise: float
    edge: Row

    def covariance(self) -> Grid:
        """Of the factors, without the level."""
        like = _likeness(len(self.edge), self.reach)
        return np.asarray(self.wander**2 * like * np.outer(self.edge, self.edge), dtype=np.float64)


def usual_habit(width: int) -> Habit:
    """Of a queue of which nothing is known."""
    return Habit(DAILY, _REACH, NOISE, np.ones(width))


class Trial(NamedTuple):
    """Past days × columns: ``counts``, what each was ``expected`` to be by the shape known before it at the
    day's own level, the number of ``days`` behind that shape. ``usual``: expected by the shape as it is now.
    """

    counts: Grid
    expected: Grid
    days: Grid
    usual: Grid


def habit(trial: Trial) -> Habit:
    """Learned of days with enough ``days`` behind them (0: leave it out) and columns that have calls.

    The likelihood is that of contrasts within a day, so that no day's level weighs in (REML). A difference
    owes a part to the few days behind the shape. A day far off all others is drawn in towards them.
    """
    found = usual_habit(trial.counts.shape[1])
    tried = (trial.days.min(axis=1, initial=np.inf) >= _LEAST_DAYS) & (trial.usual.sum(axis=1) > 0)
    if not tried.any():
        return found
    mean = trial.usual[tried].mean(axis=0)
    columns = np.flatnonzero((mean > _LEAST) & (trial.usual[tried].min(axis=0) > 0))
    if len(columns) < 2:
        return found
    cut = np.ix_(tried, columns)
    off = (trial.counts[cut] - trial.expected[cut]) / trial.usual[cut] / np.sqrt(1 + 1 / trial.days[cut])
    off = _tamed(off, mean[columns])
    best = max((_likeliest(off, mean[columns], columns, reach) for reach in _REACHES), key=lambda one: one[0])
    made = found._replace(wander=best[1], reach=best[2], noise=best[3])
    edge = found.edge.copy()
    edge[columns] = _edges(made, off, mean[columns])
    return made._replace(edge=edge)


def _tamed(off: Grid, mean: Row) -> Grid:
    """Days whose differences are far larger than the median day's, drawn in to that."""
    size = np.sqrt((off**2 * mean).sum(axis=1))
    most = _FAR * float(np.median(size))
    tamed: Grid = off * np.minimum(1.0, most / np.maximum(size, 1e-12))[:, None]
    return tamed


def _likeliest(off: Grid, mean: Row, columns: Places, reach: float) -> tuple[float, float, float, float]:
    """Log likelihood, wander, reach, noise: the best ones for a reach."""
    scale = np.sqrt(mean)
    basis = _contrasts(scale)
    like = _likeness(columns[-1] + 1, reach)[np.ix_(columns, columns)]
    # the plain driver: the default one wakes threads, which on a busy machine cost a hundred times the work
    values, vectors = eigh(basis.T @ (like * np.outer(scale, scale)) @ basis, driver="ev")
    power = ((off * scale) @ basis @ vectors) ** 2
    usual = DAILY**2 * values + NOISE
    days = len(off) + _PRIOR_DAYS
    mixed = (power.sum(axis=0) + _PRIOR_DAYS * usual) / days
    spread = _WANDERS[:, None, None] ** 2 * np.maximum(values, 0.0) + _NOISES[:, None]
    likely = -0.5 * days * (np.log(spread) + mixed / spread).sum(axis=2)
    wander, noise = np.unravel_index(np.argmax(likely), likely.shape)
    return float(likely[wander, noise]), float(_WANDERS[wander]), reach, float(_NOISES[noise])


def _contrasts(scale: Row) -> Grid:
    """An orthonormal basis of what is left when a day's level is free."""
    return np.asarray(np.linalg.qr(np.column_stack([scale, np.eye(len(scale))[:, 1:]]))[0][:, 1:])


def _edges(of: Habit, off: Grid, mean: Row) -> Row:
    """How much more each column wanders than all, drawn towards 1 where days are few."""
    level = (off * mean).sum(axis=1, keepdims=True) / mean.sum()
    found = ((off - level) ** 2).sum(axis=0)
    expected = of.wander**2 + of.noise / mean
    ratio = (found / expected + _EDGE_DAYS) / (len(off) + _EDGE_DAYS)
    return np.asarray(np.sqrt(np.clip(ratio, 0.25, 9.0)), dtype=np.float64)


def _likeness(width: int, reach: float) -> Grid:
    at = np.arange(width, dtype=np.float64)
    return np.asarray(np.exp(-np.abs(at[:, None] - at) / reach), dtype=np.float64)
