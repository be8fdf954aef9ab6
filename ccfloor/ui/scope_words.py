"""What a queue, a team, an agent or the site is called, the same on every screen."""

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.access.account_scope import Scoped
from ccfloor.service.reports.material import named
from ccfloor.ui.texts import Lang, listed, text


def queue_label(config: FloorConfig, queue: str, lang: Lang) -> str:
    """A queue's name in the page's language, its id where it has none."""
    return named(config, Scope("queue", queue)).said(lang)


def seat_label(config: FloorConfig, seat: str, lang: Lang) -> str:
    """Who sits at a seat, with its number; the number alone where nobody is named."""
    known = config.seats.get(seat)
    if known is None or not known.agent:
        return seat
    return f"{known.agent_en if lang == 'en' and known.agent_en else known.agent} ({seat})"


def agent_label(config: FloorConfig, agent: str, lang: Lang) -> str:
    """An agent's name in the page's language; as the switch says it where the site knows no other."""
    return named(config, Scope("agent", agent)).said(lang)


def gone(shown: str, lang: Lang) -> str:
    """A name that a scope still has, and the site no more."""
    return text("account.gone", lang, name=shown)


def team_label(config: FloorConfig, team: str, lang: Lang) -> str:
    """A team's name within a sentence."""
    there = any(seat.team == team for seat in config.seats.values())
    shown = text("trend.team", lang, team=team)
    return shown if there else gone(shown, lang)


def queue_or_gone(config: FloorConfig, queue: str, lang: Lang) -> str:
    """A queue's name, with a word behind it where the site has it no more."""
    shown = queue_label(config, queue, lang)
    return shown if queue in config.queues else gone(shown, lang)


def scope_of(config: FloorConfig, one: Scoped, lang: Lang) -> str:
    """What part of the floor an account sees."""
    if one.role == Role.AGENT:
        return agent_label(config, one.agent, lang) if one.agent else text("account.nobody", lang)
    if one.queues is None and one.teams is None:
        return text("people.floor", lang)
    parts = [queue_or_gone(config, queue, lang) for queue in sorted(one.queues or ())]
    parts += [team_label(config, team, lang) for team in sorted(one.teams or ())]
    return listed(parts, lang) or text("account.nothing", lang)


def scope_name(config: FloorConfig, scope: Scope, lang: Lang) -> str:
    """Who or what it is, in short, as within a sentence."""
    if scope.kind == "team":
        return text("trend.team", lang, team=scope.name)
    return named(config, scope).said(lang) or scope_titled(config, SITE, lang)


def scope_titled(config: FloorConfig, scope: Scope, lang: Lang) -> str:
    """Who or what it is, with its kind: in a list of all kinds, above a table."""
    return text(f"report.scope.{scope.kind}", lang, name=named(config, scope).said(lang))
