"""Advice kept up to date in the collector's process, in the thread that looks at the present of the floor.

What is advised is stored, one row as long as it stays the same; before that the moves made since the last
look are set beside the advice that stood then, and those whose span is over are judged. Instants are those
of the floor, UTC epoch seconds.
"""

import hashlib
from collections.abc import Callable
from typing import Protocol

import msgspec
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.book import RuleBook
from ccfloor.rules.calendar import Calendar
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing.foresight import Snapshot
from ccfloor.service.staffing.judged import judge_moves, note_moves
from ccfloor.service.staffing.present_now import Present
from ccfloor.service.staffing.running import Running
from ccfloor.service.staffing.site_options import plan_now, site_policy
from ccfloor.service.staffing.standing import pinned, standing
from ccfloor.staffing.advise import Advice, Advised, advise
from ccfloor.staffing.following import HEARD_S
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.limits import Policy
from ccfloor.store.advice import keep_advice
from ccfloor.store.engine import writing

EVERY_S = 60.0
_FORM_S = 60.0  # in which somebody fills in the form


class Advisor:
    """Advises one site. ``look`` is called with every present that somebody looked at.

    ``policy``: what is allowed at an instant while a level of the plan is on (0: none). ``stale_s``: so long
    a proposal is shown; a moment longer a move may follow it.
    """

    def __init__(
        self,
        engine: Engine,
        config: FloorConfig,
        every_s: float = EVERY_S,
        policy: Callable[[float, int], Policy] = lambda now, level: Policy(level=level),
        stale_s: float = 0.0,
    ) -> None:
        self._engine, self._config, self._every_s, self._policy = engine, config, every_s, policy
        self._heard_s = max(HEARD_S, stale_s + _FORM_S)
        self._looked_at: float | None = None

    def look(self, present: Present, known: Habits, snapshot: Snapshot) -> Advised | None:
        """Advise, if it is time to and somebody sees the floor; returns what was stored.

        Raises SQLAlchemyError.
        """
        now = snapshot.view.at
        if self._looked_at is not None and 0 <= now - self._looked_at < self._every_s:
            return None
        self._looked_at = now
        note_moves(self._engine, self._config.site, now, self._heard_s)
        judge_moves(self._engine, self._config, now)
        found = self._advised(present, known, self._policy(now, level_of(snapshot.rules)))
        if found is not None:
            with writing(self._engine) as connection:
                keep_advice(connection, self._config.site, same(found), encoded(found), now)
        return found

    def _advised(self, present: Present, known: Habits, policy: Policy) -> Advised | None:
        if present.floor is None:
            return None
        with self._engine.connect() as connection:
            stands = standing(connection, self._config.site, present.floor.at)
        return advise(pinned(present.floor, stands), policy, known, stands.moved, stands.held)


class Planned(Protocol):
    """A site's calendar with its planned peaks, and its rules."""

    @property
    def calendar(self) -> Calendar: ...

    @property
    def book(self) -> RuleBook: ...


def policy_of(settings: SiteSettings, config: FloorConfig, site: Planned) -> Callable[[float, int], Policy]:
    """What a site allows, by its staffing file, planned peaks and rules as they stand when it is asked."""
    return lambda now, level: site_policy(settings, config, plan_now(level, site.calendar, site.book, now))


def level_of(rules: tuple[Running, ...]) -> int:
    """The plan's level that is on, 0: none."""
    return max((one.level for one in rules if one.on), default=0)


def encoded(found: Advised) -> str:
    """As it is stored."""
    return msgspec.json.encode(found).decode()


def same(found: Advised) -> str:
    """A hash of what is advised, whatever the figures beside it."""
    told = sorted(map(_what, found.advice)) or [str(found.idle)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _what(advice: Advice) -> str:
    moves = sorted(f"{one.seat} {one.kind} {sorted(one.after.items())}" for one in advice.moves)
    return "; ".join((*moves, *sorted(advice.levers), *advice.recalled))
