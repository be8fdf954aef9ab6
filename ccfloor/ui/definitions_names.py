"""Whom targets can be set for, by their names on the screens."""

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.members import teams
from ccfloor.store.viewer import EVERYTHING
from ccfloor.ui.texts import Lang


def scope_names(config: FloorConfig, lang: Lang) -> dict[Scope, str]:
    """The site's queues, teams and agents by name."""
    found = {
        Scope("queue", name): (info.zh if lang == "zh" else info.en) or name
        for name, info in config.queues.items()
    }
    found |= {Scope("team", name): name for name in teams(config, EVERYTHING)}
    for seat in config.seats.values():
        people = {seat.agent: seat.agent_en, **seat.others}
        found |= {
            Scope("agent", name): (english if lang == "en" else "") or name
            for name, english in people.items()
            if name
        }
    return found


def scopes_of(kpi: Kpi, config: FloorConfig) -> list[Scope]:
    """Every scope for which this KPI can have a target: the site first; agents have that of their team."""
    kinds = [kind for kind in ("queue", "team") if kind in kpi.scopes]
    named = [scope for scope in scope_names(config, "zh") if scope.kind in kinds]
    return [*([SITE] if "site" in kpi.scopes else []), *named]
