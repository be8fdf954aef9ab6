"""A KPI as data: its names, formula, unit, direction, targets, and the fields it needs.

Read from ``data/kpi.yaml``, checked by pydantic. A KPI is either a ratio of sums of fields, or named
after a function of ``ccfloor.kpi.formulas`` where the floor's own metric is meant.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccfloor.kpi.scope import Kind
from ccfloor.rules.model import Id, Part, Words

Unit = Literal["n", "%", "s", "h", "min", "n/h", "yuan", "pt", "wpm", "rings"]
Direction = Literal["up", "down", "band", "context"]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class Bound(Part):
    """What is to be reached, in the KPI's own unit (shares 0..1). ``at_least``, ``at_most``, or both: a band.

    ``near``: how far beyond the bound still counts as near it, as a share of the bound.
    """

    at_least: Number | None = None
    at_most: Number | None = None
    near: Annotated[float, Field(ge=0, le=1)] = 0.05
    note: Words | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a target needs at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is above at_most")
        return self


class Ratio(Part):
    """Sums of fields divided: over / under x times. A field may be taken off: ``-queue.open``.

    Without ``under`` the sum itself is the value. ``queue.answered@ivr.entries``: of the days alone that the
    import told of, since an import of ten days says nothing of the month's calls.
    """

    over: tuple[str, ...]
    under: tuple[str, ...] = ()
    times: Number = 1.0

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it names, each once."""
        named = (*self.over, *self.under)
        return tuple(dict.fromkeys(name.removeprefix("-").partition("@")[0] for name in named))


class Variant(Part):
    """One of several ways in which a KPI is counted in practice. The first is in force unless a site chooses.

    Of a KPI with ``metric`` its id is handed to that function; else it has a ratio of its own.
    """

    id: Annotated[str, Field(min_length=1, max_length=60)]
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    formula: Words
    ratio: Ratio | None = None
    of_agents: Ratio | None = None


class Kpi(Part):
    """One entry of the catalogue."""

    id: Id
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    formula: Words
    unit: Unit
    direction: Direction
    group: Id  # of the table on the page: calls, waiting, handling, presence, quality, voice, people, money
    scopes: tuple[Kind, ...]
    metric: str = ""  # name of a function in ccfloor.kpi.formulas
    ratio: Ratio | None = None
    of_agents: Ratio | None = None  # the same from the fields that teams and agents have
    variants: tuple[Variant, ...] = ()
    either: bool = False  # its variants are sources of the same number: the first whose data are there
    now: bool = False  # says something of this moment alone: it has no month
    industry: Bound | None = None
    suggested: Bound | None = None
    needs: tuple[str, ...] = ()  # fields, told where they are missing; of a ratio: those it names
    source: Words
    version: Annotated[int, Field(ge=1)] = 1
    see: tuple[Id, ...] = ()  # causes to look at: ids of ccfloor.kpi.causes

    @model_validator(mode="after")
    def _one_way_to_compute(self) -> Self:
        if bool(self.metric) + (self.ratio is not None) + self.now != 1:
            raise ValueError("give one of metric, ratio, now: true")
        return self

    def variant(self, name: str) -> Variant | None:
        """The variant of this name; the first for an unknown or empty one; None where there are none."""
        return next((one for one in self.variants if one.id == name), next(iter(self.variants), None))
