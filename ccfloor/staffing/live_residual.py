"""How long it still takes: the rest of a call, a wrap-up or a pause that has lasted a while already.

Lengths are lognormal, as handle times are in measured call centres (Brown and others 2005). Instants are not
needed: what counts is how long it has lasted.
"""

from math import exp, inf, log, log1p, sqrt
from typing import NamedTuple

from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

from ccfloor.floor.seats import SeatStatus
from ccfloor.staffing.live import HIGH, LOW, Moments
from ccfloor.staffing.present import Estimate

_LEAST_CV = 0.05  # no length is so regular that a clock could be set by it
OUTLASTED = 1e-3  # of what lasts longer than all but so few nobody knows when it ends


class Length(NamedTuple):
    """A lognormal length: mean and deviation of its logarithm; ``n`` lengths tell of it."""

    mu: float
    sigma: float
    n: int = 0

    @property
    def mean_s(self) -> float:
        """Mean in seconds."""
        return exp(self.mu + self.sigma**2 / 2)

    def stays(self, elapsed_s: float) -> float:
        """Logarithm of the share that lasts longer."""
        return float(log_ndtr(self._place(elapsed_s))) if elapsed_s > 0 else 0.0

    def residual(self, elapsed_s: float = 0.0) -> Estimate:
        """Mean seconds still to go, given that it has lasted ``elapsed_s``; bounds of a single one.

        E[X - t | X > t] = m Phi(d + sigma) / Phi(d) - t with d = (mu - ln t) / sigma.
        """
        elapsed = max(0.0, elapsed_s)
        if elapsed <= 0:
            value = self.mean_s
        else:
            place = self._place(elapsed)
            value = (
                exp(self.mu + self.sigma**2 / 2 + float(log_ndtr(place + self.sigma) - log_ndtr(place)))
                - elapsed
            )
        low, high = (self._left(elapsed, share) for share in (LOW, HIGH))
        return Estimate(max(0.0, value), low, high, self.n)

    def stationary(self) -> Estimate:
        """The same where nobody knows how long it has lasted: as of one met at a random instant.

        Mean (m^2 + s^2) / 2m; more than r is left with probability E[(X - r)+] / m.
        """
        longer = Length(self.mu + self.sigma**2, self.sigma, self.n)
        most = longer._left(0.0, 0.999)  # what is left is a part of what is met
        low, high = (brentq(self._still_more, 0.0, most, args=(1 - share,)) for share in (LOW, HIGH))
        return Estimate(longer.mean_s / 2, float(low), float(high), self.n)

    def _still_more(self, left_s: float, share: float) -> float:
        if left_s <= 0:
            return 1 - share
        place = self._place(left_s)
        return float(ndtr(place + self.sigma) - left_s / self.mean_s * ndtr(place)) - share

    def _place(self, elapsed_s: float) -> float:
        return (self.mu - log(elapsed_s)) / self.sigma

    def _left(self, elapsed_s: float, share: float) -> float:
        """Seconds to go that this share of those who lasted so long does not exceed."""
        beyond = self.stays(elapsed_s) + log1p(-share)
        return max(0.0, exp(self.mu - self.sigma * float(ndtri_exp(beyond))) - elapsed_s)


def length(of: Moments) -> Length:
    """From mean and deviation. Raises ValueError on a mean that is not above 0."""
    if not of.mean > 0:
        raise ValueError("a length is above 0")
    spread = log1p(max(of.sd / of.mean, _LEAST_CV) ** 2)
    return Length(log(of.mean) - spread / 2, sqrt(spread), int(of.n))


def length_of_quantiles(median_s: float, high_s: float, share: float = HIGH, n: int = 0) -> Length:
    """From the median and the length that ``share`` does not exceed. Raises ValueError where they are not."""
    if not (0 < median_s <= high_s and 0.5 < share < 1):
        raise ValueError("a length has a median, and a greater one that more do not exceed")
    sigma = log(high_s / median_s) / float(ndtri(share))
    return Length(log(median_s), max(sigma, _LEAST_CV), n)


class Work(NamedTuple):
    """What a call asks of a seat: ringing, talk with hold, wrap-up; and calls that are none of a queue's.

    ``wrap_most_s``: wrap-up that the switch grants; infinite where it sets no limit.
    """

    ring: Length
    talk: Length
    wrap: Length
    other: Length
    wrap_most_s: float = inf


def free_in(status: str, elapsed_s: float, work: Work) -> Estimate | None:
    """Seconds until a busy seat is free; None in a status in which it is not busy.

    ``status``: as ``SeatView.status``; ``elapsed_s``: seconds in that status. Of a call on hold it is not
    known how long it has lasted: the status began with the hold.
    """
    if status == SeatStatus.RINGING:
        return _then(work.ring.residual(elapsed_s), work.talk.mean_s + _wrap_s(work))
    if status == SeatStatus.ON_CALL:
        return _then(work.talk.residual(elapsed_s), _wrap_s(work))
    if status == SeatStatus.ON_HOLD:
        return _then(work.talk.stationary(), _wrap_s(work))
    if status == SeatStatus.WRAP_UP:
        return _at_most(work.wrap.residual(elapsed_s), max(0.0, work.wrap_most_s - elapsed_s))
    return work.other.residual(elapsed_s) if status == SeatStatus.OTHER_CALL else None


def _wrap_s(work: Work) -> float:
    return min(work.wrap.mean_s, work.wrap_most_s)


def _then(of: Estimate, more_s: float) -> Estimate:
    return Estimate(of.value + more_s, of.low + more_s, of.high + more_s, of.sample, of.prior)


def _at_most(of: Estimate, most_s: float) -> Estimate:
    value, low, high = (min(part, most_s) for part in (of.value, of.low, of.high))
    return Estimate(value, low, high, of.sample, of.prior)


def back_in(elapsed_s: float, usual: Length, due_in_s: float | None = None) -> Estimate | None:
    """Seconds until somebody who is away comes back; None where nobody knows.

    ``usual``: pauses of this reason; ``due_in_s``: seconds until the pause is to end by a plan, which goes
    before the usual until it is over. A pause that outlasts all but one in a thousand ends nobody knows when.
    """
    still = usual.residual(elapsed_s)
    if due_in_s is not None and due_in_s > 0:
        return Estimate(due_in_s, min(due_in_s, still.low), max(due_in_s, still.high), still.sample)
    return still if usual.stays(elapsed_s) >= log(OUTLASTED) else None
