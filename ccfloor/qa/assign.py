"""Who listens to what: even work, nobody oneself, not one reviewer all the time; chance where equal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ccfloor.qa.draw import Pick, chance
from ccfloor.qa.plan import Plan


class Reviewer(NamedTuple):
    """Somebody who scores. ``by``: qa or lead; ``teams`` and ``queues`` whose calls are his; None: all.

    ``agent``: the name under which he takes calls himself, "" if he does not. ``load``: forms not done yet.
    """

    name: str
    by: str
    teams: frozenset[str] | None = None
    agent: str = ""
    load: int = 0
    queues: frozenset[str] | None = None


class Given(NamedTuple):
    """A pick and who scores it; ``reviewer`` "" where nobody may. ``why``: code of the reason for that."""

    pick: Pick
    reviewer: str
    why: str = ""


def assign(
    picks: Sequence[Pick],
    teams: Mapping[str, str],
    reviewers: Sequence[Reviewer],
    before: Mapping[tuple[str, str], int],
    plan: Plan,
    seed: str,
    queues: Mapping[str, str] | None = None,
) -> list[Given]:
    """Give each pick to the one with the least work among those who may.

    ``teams``: agent → team. ``before``: (agent, reviewer) → forms of the last three months. ``queues``: key
    of a call → its queue.
    """
    quotas = {quota.id: quota for quota in plan.quotas}
    load = Counter({one.name: one.load for one in reviewers})
    made = Counter(before)
    found: list[Given] = []
    for pick in picks:
        by = quotas[pick.quota].by
        able = [one for one in reviewers if one.by == by and _may(one, pick, teams, queues or {})]
        if not able:
            found.append(Given(pick, "", f"no_{by}"))
            continue
        fresh = _rotated(able, pick.agent, made, plan.same_reviewer)
        best = min(fresh, key=lambda one: (load[one.name], chance(seed, "reviewer", pick.key, one.name)))
        load[best.name] += 1
        made[pick.agent, best.name] += 1
        found.append(Given(pick, best.name))
    return found


def _may(reviewer: Reviewer, pick: Pick, teams: Mapping[str, str], queues: Mapping[str, str]) -> bool:
    if reviewer.agent == pick.agent:
        return False
    if reviewer.queues is not None and queues.get(pick.key, "") not in reviewer.queues:
        return False
    return reviewer.teams is None or teams.get(pick.agent, "") in reviewer.teams


def _rotated(
    able: Sequence[Reviewer], agent: str, made: Mapping[tuple[str, str], int], share: float
) -> Sequence[Reviewer]:
    """Those whose share of the agent's forms would stay within the plan's; if none, those with the least."""
    counts = {one.name: made.get((agent, one.name), 0) for one in able}
    total = sum(counts.values()) + 1
    within = [one for one in able if counts[one.name] + 1 <= max(share * total, 1)]
    if within:
        return within
    least = min(counts.values())
    return [one for one in able if counts[one.name] == least]
