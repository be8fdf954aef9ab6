"""One KPI from the sums of a period: its value, or the fields that are missing for it."""

from ccfloor.floor.metrics import ratio
from ccfloor.kpi.fields import PRESENCE, Figures
from ccfloor.kpi.formulas import FORMULAS, people
from ccfloor.kpi.model import Kpi, Ratio
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Kind

_PRESENCE = frozenset(PRESENCE)
_SUMS = ("_ms", "_s", "_h", "_sum", ".points", ".total", ".budget")  # no counts: nothing rests on so many


def needs(kpi: Kpi, kind: Kind = "site", variant: str = "") -> tuple[str, ...]:
    """The fields a KPI is computed from, for a kind of scope and the variant in force."""
    if kpi.metric:
        return FORMULAS[kpi.metric].needs(kind, _variant(kpi, variant))
    found = ratio_of(kpi, kind, variant)
    return tuple(dict.fromkeys((*(found.fields if found else ()), *kpi.needs)))


def reads(kpi: Kpi, kind: Kind = "site", variant: str = "") -> frozenset[str]:
    """The fields to read for a KPI: those it needs, and of each source where several give the same number."""
    ways = (variant, *(one.id for one in kpi.variants)) if kpi.either else (variant,)
    return frozenset(field for way in ways for field in needs(kpi, kind, way))


def compute(kpi: Kpi, figures: Figures, kind: Kind = "site", variant: str = "") -> Result:
    """The KPI of these figures. ``variant``: the one in force; empty or unknown is the KPI's first.

    A KPI of this moment alone gives an empty result.
    """
    if kpi.now:
        return Result()
    if kpi.either:
        tried = (_computed(kpi, figures, kind, one.id) for one in kpi.variants)
        return next((found for found in tried if not found.missing), _computed(kpi, figures, kind, variant))
    return _computed(kpi, figures, kind, variant)


def _computed(kpi: Kpi, figures: Figures, kind: Kind, variant: str) -> Result:
    missing = _missing(needs(kpi, kind, variant), figures)
    if missing:
        return Result(missing=missing)
    if kpi.metric:
        over, under = FORMULAS[kpi.metric].parts(figures, kind, _variant(kpi, variant))
        return Result(ratio(over, under), over, under, n=int(under))
    found = ratio_of(kpi, kind, variant)
    return _divided(found, figures) if found else Result()


def ratio_of(kpi: Kpi, kind: Kind, variant: str = "") -> Ratio | None:
    """The ratio that counts for a kind of scope under a variant."""
    chosen = kpi.variant(variant)
    parts = chosen if chosen is not None and chosen.ratio else kpi
    return (parts.of_agents if people(kind) and parts.of_agents else parts.ratio) if parts else None


def _variant(kpi: Kpi, name: str) -> str:
    chosen = kpi.variant(name)
    return chosen.id if chosen else ""


def _missing(fields: tuple[str, ...], figures: Figures) -> tuple[str, ...]:
    """Fields nobody gave. Time in status that is 0 throughout was not told of: nobody is ever nowhere."""
    absent = tuple(name for name in fields if name not in figures)
    timed = tuple(name for name in fields if name in _PRESENCE)
    if timed and not absent and not any(figures.get(name) for name in PRESENCE):
        return timed
    return absent


def _divided(made: Ratio, figures: Figures) -> Result:
    over = _sum(made.over, figures) * made.times
    if not made.under:
        return Result(over, over, n=int(over) if _counted(made.over) else None)
    under = _sum(made.under, figures)
    return Result(ratio(over, under), over, under, n=int(under) if _counted(made.under) else None)


def _sum(names: tuple[str, ...], figures: Figures) -> float:
    return sum(-_told(name[1:], figures) if name.startswith("-") else _told(name, figures) for name in names)


def _told(name: str, figures: Figures) -> float:
    """A field; beside an import that of its days, where the figures know them."""
    return figures[name] if name in figures else figures[name.partition("@")[0]]


def _counted(names: tuple[str, ...]) -> bool:
    return not any(name.endswith(_SUMS) for name in names)
