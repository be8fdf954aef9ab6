"""The figures of every queue, team or agent in one period, read together."""

from collections.abc import Collection, Mapping

from ccfloor.kpi.fields import CALLS
from ccfloor.kpi.period import Period, day_numbers
from ccfloor.kpi.scope import Kind, Scope
from ccfloor.store import fact_sums, members
from ccfloor.store.beside import add_all_beside
from ccfloor.store.call_counts import Counted, count_calls
from ccfloor.store.complete_sums import none_by_day
from ccfloor.store.day_sums import Sums, add_sums, agent_sums, queue_sums
from ccfloor.store.figure_parts import AgentSpans, Asked, agent_names, is_whole, without_waits
from ccfloor.store.span_sums import calls_of_agents, queue_span
from ccfloor.store.tables import calls
from ccfloor.store.viewer import queue_scope


def members_of(asked: Asked, kind: Kind, of: Period, within: Scope) -> dict[Scope, Sums]:
    """Everybody of a kind who has figures in the period, by name."""
    if kind == "queue":
        found = {name: sums for name, sums in _queues(asked, of).items() if asked.viewer.sees_queue(name)}
    else:
        found = _agents(asked, of, within if within.kind == "team" else None)
    _add_counted(asked, "queue" if kind == "queue" else "agent", of, found)
    if kind == "team":
        found = _by_team(asked, found)
    _add_imported(asked, kind, of, found, within)
    return {Scope(kind, name): without_waits(found[name]) for name in sorted(found)}


def _queues(asked: Asked, of: Period) -> dict[str, Sums]:
    if asked.kept and is_whole(of):
        first, last = day_numbers(asked.config, of)
        told = queue_sums(asked.connection, asked.viewer, first, last, "member")
        return {str(name): sums for name, sums in told.items()}
    return queue_span(asked.connection, asked.viewer, asked.config, (of.start, of.end))


def _agents(asked: Asked, of: Period, team: Scope | None) -> dict[str, Sums]:
    names = agent_names(asked.viewer, asked.config, team or Scope())
    span = (of.start, of.end)
    if asked.viewer.queues is not None:
        found = calls_of_agents(asked.connection, asked.viewer, asked.config, span)
    elif asked.kept and is_whole(of):
        days = day_numbers(asked.config, of)
        told = agent_sums(asked.connection, asked.viewer.site, names, *days, "member")
        found = {str(name): sums for name, sums in told.items()}
    else:
        found = {}
        for part in AgentSpans(asked).of(of):
            for name, sums in part.items():
                add_sums(found.setdefault(name, {}), sums)
    return {name: sums for name, sums in found.items() if names is None or name in names}


def _by_team(asked: Asked, agents: Mapping[str, Sums]) -> dict[str, Sums]:
    teams, visible = members.team_of(asked.config), members.teams(asked.config, asked.viewer)
    found: dict[str, Sums] = {}
    for name, sums in agents.items():
        if teams.get(name) in visible:
            add_sums(found.setdefault(teams[name], {}), sums)
    return found


def _add_counted(asked: Asked, kind: Kind, of: Period, found: dict[str, Sums]) -> None:
    """What no interval tells, of those who are there."""
    limited = kind == "agent" and asked.viewer.queues is not None
    where = queue_scope(asked.viewer, calls.c.queue) if limited or not is_whole(of) else []
    site = asked.viewer.site
    if not is_whole(of):
        parts = count_calls(asked.connection, site, (of.start, of.end), *where)
        told: dict[str, Sums] = {}
    else:
        fresh = fact_sums.uncounted(asked.connection, site, asked.told_days([of]), where)
        if fresh.too_many:
            return
        parts = list(fresh.days.values())
        days = day_numbers(asked.config, of)
        told = (
            {}
            if limited
            else fact_sums.counted_by_member(asked.connection, site, kind, *days, set(fresh.days))
        )
    for part in parts:
        _add_part(told, part, kind)
    for name, sums in found.items():
        add_sums(sums, dict.fromkeys(CALLS, 0) | told.get(name, {}))


def _add_part(told: dict[str, Sums], part: Counted, kind: Kind) -> None:
    for scope, sums in part.items():
        if scope.kind == kind:
            add_sums(told.setdefault(scope.name, {}), sums)


def _add_imported(asked: Asked, kind: Kind, of: Period, found: dict[str, Sums], within: Scope) -> None:
    """Imports may tell of somebody who took no call."""
    if not is_whole(of) or (asked.viewer.queues is not None and kind != "queue"):
        return
    first, last = day_numbers(asked.config, of)
    months = of.part in ("month", "year")
    first = first // 100 * 100 if months else first
    told = fact_sums.imported_by_member(asked.connection, asked.viewer.site, kind, first, last, months)
    allowed = _allowed(asked, kind, within)
    for name, sums in told.items():
        if allowed is None or name in allowed:
            add_sums(found.setdefault(name, {}), sums)
    none = none_by_day(asked.connection, asked.viewer.site, kind, first, last)
    for field in {field for fields in none.values() for field in fields}:
        for sums in found.values():
            sums.setdefault(field, 0)
    if asked.kept:
        teams = members.team_of(asked.config)
        add_all_beside(asked.connection, asked.viewer.site, kind, (first, last), found, teams)


def _allowed(asked: Asked, kind: Kind, within: Scope) -> Collection[str] | None:
    if kind == "queue":
        return asked.viewer.queues
    if kind == "team":
        return asked.viewer.teams
    return agent_names(asked.viewer, asked.config, within if within.kind == "team" else Scope())
