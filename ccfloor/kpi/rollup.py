"""Rows of imports added up: what a day's rows say of the site, its queues, teams and agents. Pure.

Rows come at different grain: a sum of the whole site, of a queue, of a team or an agent, or single things
(ratings, complaints) that belong to a queue and an agent at once. Nothing is counted twice:

- a sum given for a scope itself is its value, whatever is known of its parts;
- else an agent and a queue have the sum of what names them, a team that of its agents and of what names
  the team alone;
- else the site has the sum over its queues, if any sum was given for a queue; else over teams and agents;
  single things that no such sum covers are added.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from ccfloor.kpi.datafile import Body
from ccfloor.kpi.dataset import AGENT, QUEUE, TEAM, Dataset, Sum
from ccfloor.kpi.scope import SITE, Kind, Scope


class Part(NamedTuple):
    """One field of one row. ``whole``: a sum of all there was, not a thing of its own."""

    value: float
    origin: int  # the import it came with
    whole: bool = True
    queue: str = ""
    team: str = ""
    agent: str = ""

    @property
    def stated(self) -> Scope | None:
        """The scope of which it is the sum; None for a single thing, or a sum within two of them."""
        named: list[tuple[Kind, str]] = [("queue", self.queue), ("team", self.team), ("agent", self.agent)]
        given = [Scope(kind, name) for kind, name in named if name]
        return None if not self.whole or len(given) > 1 else given[0] if given else SITE


class Owner(NamedTuple):
    """Whose a row is, and the import it came with; see ``Part``."""

    origin: int
    whole: bool
    queue: str
    team: str
    agent: str


def owner(dataset: Dataset, body: Body, origin: int, team_of: Callable[[str], str]) -> Owner:
    """Whose a row is; what names an agent and is no sum of his alone belongs to his team as well."""
    queue, team, agent = (str(body.get(name, "")) for name in (QUEUE, TEAM, AGENT))
    whole = dataset.grain != "record"
    if agent and not team and (queue or not whole):
        team = team_of(agent)
    return Owner(origin, whole, queue, team, agent)


def parts(dataset: Dataset, mine: Owner, bodies: Sequence[Body]) -> dict[str, Part]:
    """What an owner's rows of one day add to each field; a field whose column is empty is not told of."""
    found: dict[str, Part] = {}
    for item in dataset.sums:
        values = [value for body in bodies if (value := _adds(item, body)) is not None]
        if values:
            found[item.field] = Part(fsum(values), *mine)
    return found


def _adds(item: Sum, body: Body) -> float | None:
    if any(body.get(column) not in values for column, values in item.when):
        return 0.0
    if not item.of:
        return 1.0
    other, beside = item.instead
    if item.of not in body and beside in body and other in body:
        return float(body[other])
    if item.of not in body or (item.against and item.against not in body):
        return None
    value = float(body[item.of])
    return abs(value - float(body[item.against])) if item.against else value


def rolled(rows: Sequence[Part], team_of: Callable[[str], str]) -> dict[Scope, dict[int, float]]:
    """The value of every scope that a field's rows of one day tell of, by the import it came with."""
    stated: dict[Scope, list[Part]] = defaultdict(list)
    single: list[Part] = []
    for part in rows:
        if (scope := part.stated) is None:
            single.append(part)
        else:
            stated[scope].append(part)
    found = dict(stated)
    _fill(found, stated, "queue", ((part.queue, part) for part in single))
    _fill(found, stated, "agent", ((part.agent, part) for part in single))
    _fill(found, stated, "team", _of_teams(stated, single, team_of))
    if SITE not in stated:
        found[SITE] = _site(stated, single, team_of)
    return {scope: _by_origin(theirs) for scope, theirs in found.items()}


def _fill(
    found: dict[Scope, list[Part]],
    stated: Mapping[Scope, list[Part]],
    kind: Kind,
    named: Iterable[tuple[str, Part]],
) -> None:
    """Give scopes without a sum of their own what names them."""
    for name, part in named:
        scope = Scope(kind, name)
        if name and scope not in stated:
            found.setdefault(scope, []).append(part)


def _of_teams(
    stated: Mapping[Scope, list[Part]], single: Iterable[Part], team_of: Callable[[str], str]
) -> Iterable[tuple[str, Part]]:
    """What belongs to a team: its agents' sums, and single things of agents that have none."""
    for scope, theirs in stated.items():
        if scope.kind == "agent":
            yield from ((team_of(scope.name), part) for part in theirs)
    for part in single:
        if Scope("agent", part.agent) not in stated:
            yield part.team, part


def _site(
    stated: Mapping[Scope, list[Part]], single: Sequence[Part], team_of: Callable[[str], str]
) -> list[Part]:
    by_queue = [part for scope, theirs in stated.items() if scope.kind == "queue" for part in theirs]
    if by_queue:
        return by_queue + [part for part in single if Scope("queue", part.queue) not in stated]
    teams = [part for scope, theirs in stated.items() if scope.kind == "team" for part in theirs]
    agents = [
        part
        for scope, theirs in stated.items()
        if scope.kind == "agent" and Scope("team", team_of(scope.name)) not in stated
        for part in theirs
    ]
    uncovered = [
        part
        for part in single
        if Scope("team", part.team) not in stated and Scope("agent", part.agent) not in stated
    ]
    return teams + agents + uncovered


def _by_origin(rows: Iterable[Part]) -> dict[int, float]:
    found: dict[int, list[float]] = defaultdict(list)
    for part in rows:
        found[part.origin].append(part.value)
    return {origin: fsum(values) for origin, values in found.items()}
