"""What counts on a day: the definition of every KPI, its target for a scope, and the variant chosen.

Versions are only ever added, each with the first day (20261201) on which it counts, so that a change never
alters a month that is over.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Literal, NamedTuple

from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.rules.model import Part
from ccfloor.rules.places import Problem

Origin = Literal["own", "suggested", "industry", ""]
NO_TARGET: tuple[Bound | None, Origin] = (None, "")


class Choice(Part):
    """What a site decided for a KPI and a scope: its target, a variant, or both.

    With neither, it decides to have none of its own any more.
    """

    bound: Bound | None = None
    variant: str = ""


class ChoiceVersion(NamedTuple):
    """A decision and the first day on which it counts; ``choice`` None: that of this day is taken back."""

    kpi: str
    scope: Scope
    valid_from: int
    choice: Choice | None
    at: float = 0.0
    who: str = ""
    why: str = ""


class KpiVersion(NamedTuple):
    """A definition and the first day on which it counts; ``kpi`` None: no longer in the catalogue."""

    id: str
    valid_from: int
    kpi: Kpi | None


class KpiBook:
    """The catalogue and the site's decisions, in order of their making.

    ``team_on``: (agent, day) → team. ``promised``: (KPI, queue, day) → the target that the queue itself
    promises.
    """

    def __init__(
        self,
        kpis: Mapping[str, Kpi],
        versions: Iterable[KpiVersion] = (),
        choices: Iterable[ChoiceVersion] = (),
        team_on: Callable[[str, int], str] = lambda agent, day: "",
        promised: Callable[[str, str, int], Bound | None] = lambda kpi, queue, day: None,
    ) -> None:
        self.kpis = kpis
        self._versions: dict[str, list[KpiVersion]] = {}
        self._choices: dict[tuple[str, Scope], list[ChoiceVersion]] = {}
        for version in versions:
            self._versions.setdefault(version.id, []).append(version)
        for choice in choices:
            self._choices.setdefault((choice.kpi, choice.scope), []).append(choice)
        self._team_on, self._promised = team_on, promised
        self.problems: tuple[Problem, ...] = ()  # of a file that is not used, so that an earlier one counts

    def on(self, day: int) -> dict[str, Kpi]:
        """The catalogue as it counts on a day, in today's order; what is no longer in it comes last."""
        found = ((name, self.definition(name, day)) for name in {**self.kpis, **self._versions})
        return {name: kpi for name, kpi in found if kpi is not None}

    def definition(self, kpi_id: str, day: int = 0) -> Kpi | None:
        """A KPI as it counts on a day; without one, as it counts now. None where it is none."""
        versions = self._versions.get(kpi_id, [])
        if not day or not versions:
            return self.kpis.get(kpi_id)
        in_force = [version for version in versions if version.valid_from <= day]
        # A day before the first version was never counted otherwise than by it.
        return (in_force[-1] if in_force else versions[0]).kpi

    def bound(self, kpi_id: str, scope: Scope, day: int) -> tuple[Bound | None, Origin]:
        """The target for a scope on a day, and whose it is.

        The scope's own decision, what the queue promises, the team's for an agent, the site's; else the
        suggested one, else the industry's. A period longer than a day is judged by its last day.
        """
        for one in self._widening(scope, day):
            choice = self.choice(kpi_id, one, day)
            if choice is not None and choice.bound is not None:
                return choice.bound, "own"
            if one.kind == "queue" and (promise := self._promised(kpi_id, one.name, day)) is not None:
                return promise, "own"
        kpi = self.definition(kpi_id, day)
        if kpi is None:
            return NO_TARGET
        if kpi.suggested is not None:
            return kpi.suggested, "suggested"
        return (kpi.industry, "industry") if kpi.industry is not None else NO_TARGET

    def variant(self, kpi_id: str, scope: Scope, day: int) -> str:
        """The variant in force for a scope on a day; "" for a KPI without variants."""
        kpi = self.definition(kpi_id, day)
        if kpi is None or not kpi.variants:
            return ""
        for one in self._widening(scope, day):
            choice = self.choice(kpi_id, one, day)
            if choice is not None and choice.variant:
                chosen = kpi.variant(choice.variant)
                return chosen.id if chosen else ""
        return kpi.variants[0].id

    def is_own(self, kpi_id: str, scope: Scope, day: int) -> bool:
        """Whether anything of the site's own counts for a scope on a day: a decision for it or for what is
        around it, or what the queue promises.
        """
        choices = (self.choice(kpi_id, one, day) for one in self._widening(scope, day))
        chosen = any(choice is not None and choice.variant for choice in choices)
        return chosen or self.bound(kpi_id, scope, day)[1] == "own"

    def choice(self, kpi_id: str, scope: Scope, day: int) -> Choice | None:
        """The site's decision for exactly this scope that counts on a day."""
        return in_force(self._choices.get((kpi_id, scope), ()), day)

    def trying(self, kpi_id: str, scope: Scope, choice: Choice) -> "KpiBook":
        """The book as if a decision had always been the only one for a scope."""
        tried = copy(self)
        tried._choices = {**self._choices, (kpi_id, scope): [ChoiceVersion(kpi_id, scope, 0, choice)]}
        return tried

    def history(self, kpi_id: str) -> list[ChoiceVersion]:
        """All decisions about a KPI in the order in which they were made."""
        found = [one for (name, _), some in self._choices.items() if name == kpi_id for one in some]
        return sorted(found, key=lambda one: one.at)

    def versions(self, kpi_id: str) -> list[KpiVersion]:
        """All definitions of a KPI, oldest first."""
        return list(self._versions.get(kpi_id, ()))

    def _widening(self, scope: Scope, day: int) -> list[Scope]:
        """The scope and those around it on a day, narrowest first."""
        team = self._team_on(scope.name, day) if scope.kind == "agent" else ""
        found = [scope, *([Scope("team", team)] if team else []), SITE]
        return list(dict.fromkeys(found))


def in_force(choices: Iterable[ChoiceVersion], day: int) -> Choice | None:
    """Of decisions in order of their making: that of the latest first day that has come; of those made for
    one day the last. One that was taken back leaves the one before it in force.
    """
    begun = {one.valid_from: one.choice for one in choices if one.valid_from <= day}
    stand = [since for since, choice in begun.items() if choice is not None]
    return begun[max(stand)] if stand else None
