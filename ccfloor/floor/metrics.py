"""Every metric, defined once: the counts that are stored, and the ratios computed from them.

Stored are raw counts and integer milliseconds, never ratios, so that any longer period is a sum and
every variant of the service level stays computable. A ratio with denominator 0 is ``None``.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ccfloor.floor.definitions import DEFINITIONS as DEFINITIONS  # said once, used everywhere

# One vector a queue and interval. The order is the stored order: append, never reorder.
COUNT_FIELDS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "timed_out",
    "key_exit",
    "withdrawn",
    "left_empty",
    "refused_full",
    "refused_empty",
    "transferred_out",
    "lost",
    "answered_in_t",
    "abandoned_in_t",
    "short_in_t",
    "handled",
    "rona",
    "repaired",
    "open",
)
SUM_FIELDS = (
    "wait_answered_ms",
    "wait_abandoned_ms",
    "talk_ms",
    "hold_ms",
    "acw_ms",
    "ring_ms",
)
HISTOGRAM_EDGES_S = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 600)
_UPPER_EDGES_S = HISTOGRAM_EDGES_S[:-1]  # the last bucket is open above
HISTOGRAM_FIELDS = tuple(f"wait_h{index}" for index in range(len(HISTOGRAM_EDGES_S)))
FIELDS = COUNT_FIELDS + SUM_FIELDS + HISTOGRAM_FIELDS
INDEX = {name: position for position, name in enumerate(FIELDS)}

FLOW_OUT_FIELDS = ("timed_out", "key_exit", "withdrawn", "left_empty")


def wait_bucket(wait_s: float) -> int:
    """Index into HISTOGRAM_FIELDS of an answered caller's wait in seconds (upper edges inclusive)."""
    return bisect_left(_UPPER_EDGES_S, wait_s)


class Counts(NamedTuple):
    """The counts a ratio is computed from. ``over_t``: callers waiting longer than T right now."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    timed_out: int = 0
    key_exit: int = 0
    withdrawn: int = 0
    left_empty: int = 0
    refused_full: int = 0
    refused_empty: int = 0
    transferred_out: int = 0
    lost: int = 0
    answered_in_t: int = 0
    abandoned_in_t: int = 0
    short_in_t: int = 0
    handled: int = 0
    rona: int = 0
    repaired: int = 0
    open: int = 0
    wait_answered_ms: int = 0
    wait_abandoned_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    acw_ms: int = 0
    ring_ms: int = 0
    over_t: int = 0

    @property
    def flow_out(self) -> int:
        """Callers who left unanswered for another reason than giving up."""
        return self.timed_out + self.key_exit + self.withdrawn + self.left_empty


_SCALARS = len(COUNT_FIELDS) + len(SUM_FIELDS)


def counts(vector: Sequence[int], over_t: int = 0) -> Counts:
    """Counts of a stored vector (in the order of FIELDS)."""
    return Counts(*(*vector[:_SCALARS], over_t))


def add_vectors(vectors: Iterable[Sequence[int]]) -> list[int]:
    """Element-wise sum of stored vectors: a longer period, or several queues."""
    total = [0] * len(FIELDS)
    for vector in vectors:
        for index, value in enumerate(vector):
            total[index] += value
    return total


def ratio(numerator: float, denominator: float) -> float | None:
    """The quotient, or None where there is nothing to divide by."""
    return numerator / denominator if denominator > 0 else None


# -- service level: T threshold, all variants of answered-within-T over different denominators ------


Parts = tuple[float, float]  # what is divided by what


def _sl_ignore_t(c: Counts) -> Parts:
    ignored = c.abandoned_in_t + c.short_abandoned - c.short_in_t
    return c.answered_in_t, c.answered + c.abandoned + c.over_t - ignored


def _sl_positive(c: Counts) -> Parts:
    return c.answered_in_t + c.abandoned_in_t, c.answered + c.abandoned + c.over_t


def _sl_negative(c: Counts) -> Parts:
    return c.answered_in_t, c.answered + c.abandoned + c.over_t


def _sl_answered(c: Counts) -> Parts:
    return c.answered_in_t, c.answered


def _sl_short(c: Counts) -> Parts:
    return c.answered_in_t, c.answered + c.abandoned + c.over_t - c.short_abandoned


def _sl_flow(c: Counts) -> Parts:
    return c.answered_in_t, c.answered + c.abandoned + c.over_t + c.flow_out


SL_PARTS: dict[str, Callable[[Counts], Parts]] = {
    "sl_ignore_T": _sl_ignore_t,
    "sl_positive": _sl_positive,
    "sl_negative": _sl_negative,
    "sl_answered": _sl_answered,
    "sl_short": _sl_short,
    "sl_flow": _sl_flow,
}
SL_VARIANTS = tuple(SL_PARTS)
DEFAULT_SL = "sl_ignore_T"


def service_level(c: Counts, variant: str = DEFAULT_SL) -> float | None:
    """Share (0..1) answered within T under a named variant; see definitions.py for each formula.

    A caller still waiting beyond T (``over_t``) counts as missed already, except in ``sl_answered``,
    which by definition looks at answered calls alone. Raises KeyError on an unknown variant.
    """
    return ratio(*SL_PARTS[variant](c))


def asa_s(c: Counts) -> float | None:
    """Average speed of answer in seconds: wait of the answered, zeros included, over answered."""
    return ratio(c.wait_answered_ms / 1000, c.answered)


def abandon_time_s(c: Counts) -> float | None:
    """Mean wait in seconds of those who gave up."""
    return ratio(c.wait_abandoned_ms / 1000, c.abandoned)


def aht_s(c: Counts) -> float | None:
    """Average handle time in seconds: (talk + hold + ACW) over the handled calls; ringing is not in it."""
    return ratio((c.talk_ms + c.hold_ms + c.acw_ms) / 1000, c.handled)


def abandon_rate(c: Counts) -> float | None:
    """Abandoned over answered and abandoned (0..1), short abandons included in both."""
    return ratio(c.abandoned, c.answered + c.abandoned)


def abandon_rate_long(c: Counts) -> float | None:
    """Abandonment with short abandons taken out of both parts."""
    return ratio(c.abandoned - c.short_abandoned, c.answered + c.abandoned - c.short_abandoned)


def connect_rate(c: Counts) -> float | None:
    """Answered over offered (0..1): the agents' connect rate; callers still waiting are not yet offered."""
    ended = c.answered + c.abandoned + c.flow_out + c.lost
    return ratio(c.answered, ended)


def occupancy(busy_s: float, available_s: float) -> float | None:
    """(talk + hold + ACW + ringing) over that and idle-available time (0..1), both in seconds of seats."""
    return ratio(busy_s, busy_s + available_s)


def expected_wait_s(
    position: int, seats: int, handle_s: float, patience_s: float | None = None
) -> float | None:
    """Expected wait in seconds of the caller at ``position`` (1: next) before ``seats`` busy seats.

    Erlang A, first come first served: the sum over j = 0 .. position-1 of 1 / (n mu + j theta), with
    mu = 1 / handle time and theta = 1 / patience (0 where nobody is known to leave). None without seats.
    """
    if seats <= 0 or handle_s <= 0 or position <= 0:
        return None
    served = seats / handle_s
    leaving = 1 / patience_s if patience_s else 0.0
    return sum(1 / (served + ahead * leaving) for ahead in range(position))
