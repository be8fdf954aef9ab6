"""What a queue, a team, an agent or the site is called, the same on every screen."""

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.reports.material import named
from ccfloor.ui.texts import Lang, text


def queue_label(config: FloorConfig, queue: str, lang: Lang) -> str:
    """A queue's name in the page's language, its id where it has none."""
    return named(config, Scope("queue", queue)).said(lang)


def agent_label(config: FloorConfig, agent: str, lang: Lang) -> str:
    """An agent's name in the page's language; as the switch says it where the site knows no other."""
    return named(config, Scope("agent", agent)).said(lang)


def scope_name(config: FloorConfig, scope: Scope, lang: Lang) -> str:
    """Who or what it is, in short, as within a sentence."""
    if scope.kind == "team":
        return text("trend.team", lang, team=scope.name)
    return named(config, scope).said(lang) or scope_titled(config, SITE, lang)


def scope_titled(config: FloorConfig, scope: Scope, lang: Lang) -> str:
    """Who or what it is, with its kind: in a list of all kinds, above a table."""
    return text(f"report.scope.{scope.kind}", lang, name=named(config, scope).said(lang))
