"""What is suspicious behind a number, named with the figures it rests on. To be looked into, not proved."""

from typing import NamedTuple

from ccfloor.kpi.fields import Figures
from ccfloor.kpi.model import Kpi


class Cause(NamedTuple):
    """``id``: its words are ``kpi.cause.<id>`` in the texts. ``numbers``: place in the words → figure."""

    id: str
    numbers: dict[str, float]


def causes(kpi: Kpi, now: Figures, before: Figures) -> list[Cause]:
    """The suspicious causes of this KPI (its ``see``) that the figures show, the weightiest first.

    ``before``: the figures of the period before, for what is told by its growth; may be empty.
    """
    return []
