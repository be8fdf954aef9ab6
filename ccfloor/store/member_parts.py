"""The figures of every queue, team or agent in one period, read together."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ccfloor.kpi.fields import CALLS
from ccfloor.kpi.period import Period, day_numbers
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.store import fact_sums, team_scope
from ccfloor.store.beside import add_all_beside
from ccfloor.store.call_counts import Counted, count_calls
from ccfloor.store.complete_sums import clear_by_day, none_by_day
from ccfloor.store.day_sums import Sums, add_sums, agent_sums, queue_sums
from ccfloor.store.figure_parts import AgentSpans, Asked, is_whole, seats_of, without_waits
from ccfloor.store.span_sums import calls_of_agents, queue_span
from ccfloor.store.tables import calls
from ccfloor.store.team_scope import Whom
from ccfloor.store.viewer import queue_scope

Counts = Callable[[str, int], bool]


def members_of(asked: Asked, kind: Kind, of: Period, within: Scope) -> dict[Scope, Sums]:
    """Everybody of a kind who has figures in the period, by name.

    Agents ``within`` a team: with the days on which they were in it.
    """
    parts = _parts(asked, kind, of, within)
    if kind == "queue":
        told = [{name: sums for name, sums in _queues(asked, of).items() if asked.viewer.sees_queue(name)}]
    else:
        told = _agents(asked, of, parts)
    _add_counted(asked, "queue" if kind == "queue" else "agent", of, parts, told)
    found = _joined(asked, kind, parts, told)
    _add_imported(asked, kind, of, found, parts, within)
    return {Scope(kind, name): without_waits(found[name]) for name in sorted(found)}


def _parts(asked: Asked, kind: Kind, of: Period, within: Scope) -> list[Whom]:
    """The period as stretches of days in which nobody changed who is added up: mostly one."""
    days = team_scope.numbers(asked.config, of)
    if kind == "queue":
        return [Whom(*days, None)]
    if kind == "team":
        return [Whom(spell.first, spell.last, None) for spell in asked.terms.spells(*days)]
    return asked.whom(within if within.kind == "team" else SITE, days)


def _joined(
    asked: Asked, kind: Kind, parts: Sequence[Whom], told: Sequence[Mapping[str, Sums]]
) -> dict[str, Sums]:
    """The stretches added up, for teams the agents of each by who was in which team."""
    if kind == "queue":
        return dict(told[0])
    found: dict[str, Sums] = {}
    seen = asked.viewer.teams
    for part, agents in zip(parts, told, strict=True):
        teams = asked.terms.on(part.first)
        for agent, sums in agents.items():
            name = teams.get(agent, "") if kind == "team" else agent
            if name and (kind != "team" or seen is None or name in seen):
                add_sums(found.setdefault(name, {}), sums)
    return found


def _queues(asked: Asked, of: Period) -> dict[str, Sums]:
    if asked.kept and is_whole(of):
        first, last = day_numbers(asked.config, of)
        told = queue_sums(asked.connection, asked.viewer, first, last, "member")
        return {str(name): sums for name, sums in told.items()}
    return queue_span(asked.connection, asked.viewer, asked.config, (of.start, of.end))


def _agents(asked: Asked, of: Period, parts: Sequence[Whom]) -> list[dict[str, Sums]]:
    """Agent → sums in each of the stretches."""
    viewer, site = team_scope.open_viewer(asked.viewer), asked.viewer.site
    found: list[dict[str, Sums]] = [{} for _ in parts]
    if viewer.queues is not None:
        for at, (start, end, _) in enumerate(team_scope.spans(asked.config, of.start, of.end, parts)):
            found[at] = calls_of_agents(asked.connection, viewer, asked.config, (start, end))
    elif asked.kept and is_whole(of):
        for at, part in enumerate(parts):
            told = agent_sums(asked.connection, site, part.agents, part.first, part.last, "member")
            found[at] = {str(name): sums for name, sums in told.items()}
    else:
        for day, agents in AgentSpans(asked).of(of):
            for at, part in enumerate(parts):
                for name, sums in agents.items() if part.first <= day <= part.last else ():
                    add_sums(found[at].setdefault(name, {}), sums)
    return [
        {name: sums for name, sums in agents.items() if part.has(name)}
        for part, agents in zip(parts, found, strict=True)
    ]


def _add_counted(
    asked: Asked, kind: Kind, of: Period, parts: Sequence[Whom], found: Sequence[dict[str, Sums]]
) -> None:
    """What no interval tells, of those who are there in the period."""
    told = _counted(asked, kind, of, parts)
    if told is None:
        return
    there = frozenset[str]().union(*found)
    nothing: Sums = dict.fromkeys(CALLS, 0)
    for part, members, counted in zip(parts, found, told, strict=True):
        for name, sums in members.items():
            add_sums(sums, nothing | counted.get(name, {}))
        for name in counted.keys() - members.keys():
            if part.has(name) and name in there:
                members[name] = nothing | counted[name]
            elif kind == "agent" and part.has(name) and (seats := seats_of(counted[name])):
                members[name] = seats  # was rostered and did not come


def _counted(asked: Asked, kind: Kind, of: Period, parts: Sequence[Whom]) -> list[dict[str, Sums]] | None:
    """Queue or agent → what was counted of it in each of the stretches; None where it cannot be told."""
    limited = kind == "agent" and asked.viewer.queues is not None
    where = queue_scope(asked.viewer, calls.c.queue) if limited or not is_whole(of) else []
    site = asked.viewer.site
    found: list[dict[str, Sums]] = [{} for _ in parts]
    if not is_whole(of):
        for counted in count_calls(asked.connection, site, (of.start, of.end), *where) if parts else ():
            _add_part(found[0], counted, kind)
        return found
    fresh = fact_sums.uncounted(asked.connection, site, asked.told_days([of]), where, asked.counted)
    if fresh.too_many:
        return None
    for at, part in enumerate(parts):
        if asked.counted and not limited:
            days = (part.first, part.last, fresh.days.keys())
            found[at] = fact_sums.counted_by_member(asked.connection, site, kind, *days)
        for day, counted in fresh.days.items():
            if part.first <= day <= part.last:
                _add_part(found[at], counted, kind)
    return found


def _add_part(told: dict[str, Sums], part: Counted, kind: Kind) -> None:
    for scope, sums in part.items():
        if scope.kind == kind:
            add_sums(told.setdefault(scope.name, {}), sums)


def _add_imported(
    asked: Asked, kind: Kind, of: Period, found: dict[str, Sums], parts: Sequence[Whom], within: Scope
) -> None:
    """Imports may tell of somebody who took no call."""
    if not is_whole(of) or (asked.viewer.queues is not None and kind != "queue"):
        return
    first, last = day_numbers(asked.config, of)
    months = of.part in ("month", "year")
    first = first // 100 * 100 if months else first
    counts = _counting(asked, kind, parts, within, day_numbers(asked.config, of))
    for name, sums in _told(asked, kind, (first, last), months, parts, counts):
        add_sums(found.setdefault(name, {}), sums)
    clear = clear_by_day(asked.connection, asked.viewer.site, kind, first, last)
    for sums in found.values() if clear else ():
        for none in none_by_day(clear, sums).values():
            sums.update({field: 0 for field in none if field not in sums})
    if asked.kept:
        place = _place(asked, kind, counts)
        add_all_beside(asked.connection, asked.viewer.site, kind, (first, last), found, place)


def _told(
    asked: Asked,
    kind: Kind,
    days: tuple[int, int],
    months: bool,
    parts: Sequence[Whom],
    counts: Counts | None,
) -> Iterator[tuple[str, Sums]]:
    """What imports say of whom a viewer may see, day by day only where it is not all of the period."""
    connection, site = asked.connection, asked.viewer.site
    if counts is not None:
        for name, day, sums in fact_sums.imported_one_by_one(connection, site, kind, *days, months):
            if counts(name, day):
                yield name, sums
        return
    allowed = _allowed(asked, kind, parts)
    for name, sums in fact_sums.imported_by_member(connection, site, kind, *days, months).items():
        if allowed is None or name in allowed:
            yield name, sums


def _allowed(asked: Asked, kind: Kind, parts: Sequence[Whom]) -> frozenset[str] | None:
    if kind == "agent":
        return parts[0].agents
    return asked.viewer.queues if kind == "queue" else asked.viewer.teams


def _counting(
    asked: Asked, kind: Kind, parts: Sequence[Whom], within: Scope, days: tuple[int, int]
) -> Counts | None:
    """Whether an agent's day counts; None where all days do."""
    if kind != "agent" or [part[:2] for part in parts] == [days]:
        return None
    teams = {within.name} if within.kind == "team" else set(asked.viewer.teams or ())
    return lambda agent, day: asked.terms.team_on(agent, day) in teams


def _place(asked: Asked, kind: Kind, counts: Counts | None) -> Callable[[str, int], str]:
    """(agent, day) → the member whose the day is; "" for none of these."""
    if kind == "team":
        return asked.terms.team_on
    return lambda agent, day: agent if counts is None or counts(agent, day) else ""
