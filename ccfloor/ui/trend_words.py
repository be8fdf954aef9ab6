"""Trends in words: names of scopes and periods, what a run rule found, what a value stands beside."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.datasets import dataset_of
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import Period
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.spc import OUTSIDE, Finding
from ccfloor.service.agent_trend import Band, Trend
from ccfloor.store.members import team_of
from ccfloor.ui.kpi_words import value_text
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.texts import Lang, listed, text

_SAID = {"nelson_3": "steady", "nelson_7": "quiet"}


def scope_label(config: FloorConfig, scope: Scope, lang: Lang) -> str:
    """Who it is, in a list: an agent with the team."""
    name = scope_name(config, scope, lang)
    team = team_of(config).get(scope.name, "") if scope.kind == "agent" else ""
    return f"{text('trend.team', lang, team=team)} · {name}" if team else name


def period_name(of: Period, lang: Lang) -> str:
    """A day with its weekday, a week with its days, a month."""
    if of.part == "day":
        return f"{of.day:%m-%d} {text(f'trend.weekday.{of.day.weekday()}', lang)}"
    if of.part == "week":
        return text("trend.week", lang, week=of.name[6:], first=f"{of.day:%m-%d}")
    return of.name


def tick(of: Period) -> str:
    """A period on an axis."""
    return of.name[5:] if of.part in ("day", "week") else of.name


def clock(at: float, zone: str, seconds: bool = False) -> str:
    """An instant on the site's clock."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def finding_words(made: Trend, found: Finding, lang: Lang) -> str:
    """What a rule found, as one sentence, with whether it is for the better."""
    key = "outside" if found.rule in OUTSIDE else _SAID.get(found.rule, "run")
    side = {1: "above", -1: "below", 0: "both"}[found.side]
    value = made.points[found.last].result.value
    words = text(
        f"trend.found.{key}.{side}",
        lang,
        first=period_name(made.points[found.first].period, lang),
        last=period_name(made.points[found.last].period, lang),
        n=len(found.points),
        value=value_text(made.kpi, value),
    )
    return f"{words}{_better(made.kpi, found, lang)}"


def _better(kpi: Kpi, found: Finding, lang: Lang) -> str:
    """Better or worse, where the KPI has a direction and the finding a side."""
    if not found.side or kpi.direction not in ("up", "down"):
        return ""
    good = (found.side > 0) == (kpi.direction == "up")
    return text("trend.better" if good else "trend.worse", lang)


def rule_words(found: Finding, lang: Lang) -> str:
    """The rule's name and what it says."""
    return text(f"trend.rule.{found.rule}", lang)


def band_words(kpi: Kpi, band: Band | None, lang: Lang) -> str:
    """The team beside a value."""
    if band is None:
        return ""
    return text(
        "trend.band.hover",
        lang,
        median=value_text(kpi, band.median),
        low=value_text(kpi, band.low),
        high=value_text(kpi, band.high),
        n=band.peers,
    )


def missing_text(fields: Iterable[str], lang: Lang) -> str:
    """Which data are missing for a KPI: the names of what would have to be imported, else the fields."""
    names = []
    for field in fields:
        source = dataset_of(field)
        names.append((source.zh if lang == "zh" else source.en) if source else text("trend.own", lang))
    return text("trend.missing", lang, names=listed(dict.fromkeys(names), lang))
