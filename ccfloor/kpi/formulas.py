"""The KPIs that are metrics of the floor: the same functions, fed with the sums of a period.

Each gives what is divided by what, in the KPI's own unit; the quotient is that of ``floor.metrics``.
"""

from collections.abc import Callable
from typing import NamedTuple

from ccfloor.floor import metrics
from ccfloor.floor.metrics import Counts, Parts
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.scope import Kind

# The variants of abandonment: what counts as given up, and over what.
ABANDONMENT = ("ab_all", "ab_long", "ab_flow")

_BUSY = ("agent.on_call_ms", "agent.on_hold_ms", "agent.wrap_up_ms", "agent.ringing_ms", "agent.callback_ms")
_FLOW_OUT = tuple(f"queue.{name}" for name in metrics.FLOW_OUT_FIELDS)
_ENDED = ("queue.answered", "queue.abandoned", *_FLOW_OUT, "queue.lost")
_HANDLING = ("talk_ms", "hold_ms", "acw_ms")


class Formula(NamedTuple):
    """A metric as a KPI. ``needs``: its fields, by kind of scope and variant; ``parts``: what over what."""

    needs: Callable[[Kind, str], tuple[str, ...]]
    parts: Callable[[Figures, Kind, str], Parts]


def people(kind: Kind) -> bool:
    """Whether figures of this kind are those of agents: they have no queue fields."""
    return kind in ("team", "agent")


def counts(figures: Figures) -> Counts:
    """The queue fields as the metrics want them; what is absent is 0, and not needed by the metric asked."""
    known = {name: int(figures[f"queue.{name}"]) for name in Counts._fields if f"queue.{name}" in figures}
    return Counts(**known)


def _needs(*fields: str) -> Callable[[Kind, str], tuple[str, ...]]:
    return lambda _kind, _variant: fields


# -- service level -----------------------------------------------------------------------------------

_IN_T = ("answered_in_t", "abandoned_in_t")
_SL_FIELDS = {
    "sl_ignore_T": (*_IN_T, "answered", "abandoned", "short_abandoned", "short_in_t"),
    "sl_positive": (*_IN_T, "answered", "abandoned"),
    "sl_negative": ("answered_in_t", "answered", "abandoned"),
    "sl_answered": ("answered_in_t", "answered"),
    "sl_short": ("answered_in_t", "answered", "abandoned", "short_abandoned"),
    "sl_flow": ("answered_in_t", "answered", "abandoned", *metrics.FLOW_OUT_FIELDS),
}


def _sl_needs(kind: Kind, variant: str) -> tuple[str, ...]:
    if people(kind):
        return "calls.answered_in_t", "calls.answered"
    return tuple(f"queue.{name}" for name in _SL_FIELDS[variant or metrics.DEFAULT_SL])


def _sl_parts(figures: Figures, kind: Kind, variant: str) -> Parts:
    """Nobody gives up at an agent: theirs is the share of their answers within T, whatever the variant."""
    if people(kind):
        return figures["calls.answered_in_t"], figures["calls.answered"]
    return metrics.SL_PARTS[variant or metrics.DEFAULT_SL](counts(figures))


# -- abandonment and connecting ----------------------------------------------------------------------


def _abandon_needs(_kind: Kind, variant: str) -> tuple[str, ...]:
    more = {"ab_long": ("queue.short_abandoned",), "ab_flow": _FLOW_OUT}
    return "queue.answered", "queue.abandoned", *more.get(variant, ())


def _abandon_parts(figures: Figures, _kind: Kind, variant: str) -> Parts:
    c = counts(figures)
    left = c.abandoned - (c.short_abandoned if variant == "ab_long" else 0)
    return left, c.answered + left + (c.flow_out if variant == "ab_flow" else 0)


def _connect_parts(figures: Figures, _kind: Kind, _variant: str) -> Parts:
    return figures["queue.answered"], sum(figures[name] for name in _ENDED)


# -- times -------------------------------------------------------------------------------------------


def _asa_needs(kind: Kind, _variant: str) -> tuple[str, ...]:
    if people(kind):
        return "calls.wait_answered_ms", "calls.answered"
    return "queue.wait_answered_ms", "queue.answered"


def _asa_parts(figures: Figures, kind: Kind, variant: str) -> Parts:
    waited, answered = _asa_needs(kind, variant)
    return figures[waited] / 1000, figures[answered]


def _abandon_time_parts(figures: Figures, _kind: Kind, _variant: str) -> Parts:
    return figures["queue.wait_abandoned_ms"] / 1000, figures["queue.abandoned"]


def _aht_needs(kind: Kind, _variant: str) -> tuple[str, ...]:
    """A call counts at its agent from the answer on, among the handled of its queue once it has ended."""
    if people(kind):
        return *(f"agent.{name}" for name in _HANDLING), "agent.answered"
    return *(f"queue.{name}" for name in _HANDLING), "queue.handled"


def _aht_parts(figures: Figures, kind: Kind, variant: str) -> Parts:
    *times, handled = _aht_needs(kind, variant)
    return sum(figures[name] for name in times) / 1000, figures[handled]


def _occupancy_parts(figures: Figures, _kind: Kind, _variant: str) -> Parts:
    busy = sum(figures[name] for name in _BUSY) / 1000
    return busy, busy + figures["agent.ready_ms"] / 1000


FORMULAS: dict[str, Formula] = {
    "service_level": Formula(_sl_needs, _sl_parts),
    "abandon_rate": Formula(_abandon_needs, _abandon_parts),
    "connect_rate": Formula(_needs(*_ENDED), _connect_parts),
    "asa": Formula(_asa_needs, _asa_parts),
    "abandon_time": Formula(_needs("queue.wait_abandoned_ms", "queue.abandoned"), _abandon_time_parts),
    "aht": Formula(_aht_needs, _aht_parts),
    "occupancy": Formula(_needs(*_BUSY, "agent.ready_ms"), _occupancy_parts),
}
