"""How a value stands to its target."""

from ccfloor.kpi.model import Bound
from ccfloor.kpi.result import Light


def light(bound: Bound | None, value: float | None) -> Light:
    """``met`` within the bound (its edges belong to it), ``near`` within its margin, else ``missed``.

    Without a bound or a value there is no verdict.
    """
    if bound is None or value is None:
        return "none"
    beyond = shortfall(bound, value)
    if beyond <= 0:
        return "met"
    edge = _edge(bound, value)
    return "near" if beyond <= bound.near * abs(edge) else "missed"


def shortfall(bound: Bound, value: float) -> float:
    """How far a value lies outside its bound, in the KPI's unit; 0 within."""
    if bound.at_least is not None and value < bound.at_least:
        return bound.at_least - value
    if bound.at_most is not None and value > bound.at_most:
        return value - bound.at_most
    return 0.0


def _edge(bound: Bound, value: float) -> float:
    """The edge that was passed."""
    if bound.at_least is not None and value < bound.at_least:
        return bound.at_least
    return bound.at_most if bound.at_most is not None else 0.0
