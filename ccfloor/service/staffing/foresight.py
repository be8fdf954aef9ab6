"""The outlook kept up to date beside the plan, in a thread of its own: how likely its levels are to fire.

The collector's tick hands over a view and where the rules stand, when one is due and the last one is done; it
never waits. What the thread found is taken into the plan at the next tick.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.rules.engine import RuleEngine
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site_rules import SiteRules
from ccfloor.service.staffing.deeds import Deed, possible
from ccfloor.service.staffing.knowing import Knowing
from ccfloor.service.staffing.outlook_view import (
    CALM,
    GONE_S,
    TOLD_WITHIN_S,
    Chance,
    DeedAhead,
    Outlook,
    RuleAhead,
    Unsaid,
)
from ccfloor.service.staffing.present_now import Present
from ccfloor.service.staffing.running import Running, running
from ccfloor.service.staffing.site_options import outlook_stale_s
from ccfloor.service.staffing.standing import lent_of
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.limits import Moved
from ccfloor.staffing.trigger import Ahead, LevelAhead, Odds, foresee

log = logging.getLogger(__name__)
EVERY_S, WARN = 15.0, 0.5
NAME = "ccfloor-outlook"
_FIRST_S = 20.0  # a start has better things to do
_REST = 2.0  # times as long as a look took: on a fast simulated floor it is not to take a whole processor
_STOP_S = 5.0

Key = tuple[str, str]


class Snapshot(NamedTuple):
    """What a look begins with. ``rules``: where they stand at the view."""

    view: FloorView
    rules: tuple[Running, ...]
    reports: tuple[Health, ...]


Then = Callable[[Present, Habits, Snapshot], object]


# -- the outlook of a floor --------------------------------------------------------------------------------


def outlook(
    present: Present,
    rules: Sequence[Running],
    known: Habits,
    moved: Sequence[Moved] = (),
    *,
    at: float,
    warn: float = WARN,
    before: Collection[Key] = (),
) -> Outlook:
    """What is to be expected at ``at``. ``moved``: moves in force, whose seats go home in time.
    ``warn``: the share from which on a level is told; ``before``: those that were told last, which stay
    until they are clearly less likely.
    """
    if present.floor is None:
        return Outlook(at, str(present.why or ""))
    unsaid = tuple(one for one in (_unsaid(rule, present) for rule in rules) if one is not None)
    dumb = {(one.rule, one.subject) for one in unsaid}
    said = {_key(one): one for one in rules if _key(one) not in dumb}
    if not said:
        return Outlook(at, unsaid=unsaid)
    watch = [one.watched for one in said.values() if one.watched is not None]
    deeds = possible(present.floor)
    found = foresee(present.floor, watch, [deed.action for deed in deeds], known, moved, spans_s=())
    return Outlook(
        at,
        paths=found.paths,
        rules=tuple(_told(one, warn, before) for one in _rules(found.plain, said)),
        deeds=tuple(
            _deed(deed, beside.ahead, beside.gain, said)
            for deed, beside in zip(deeds, found.actions, strict=True)
        ),
        unsaid=unsaid,
    )


def _key(one: Running | RuleAhead | LevelAhead) -> Key:
    return one.rule, one.subject


def _unsaid(one: Running, present: Present) -> Unsaid | None:
    """Why nothing can be said of a rule: what it counts cannot be foreseen, or a queue of it is not known."""
    out = [why for queue, why in present.left_out.items() if not one.queues or queue in one.queues]
    known = {queue.queue for queue in present.floor.queues} if present.floor else set()
    why = "metric" if one.watched is None else str(min(out)) if out else ""
    if not why and one.queues and not known & set(one.queues):
        why = "no_rate"
    return Unsaid(one.rule, one.subject, one.level, one.queues, why) if why else None


def _rules(ahead: Ahead, said: Mapping[Key, Running]) -> tuple[RuleAhead, ...]:
    return tuple(_rule(level, said[_key(level)]) for level in ahead.levels)


def _rule(level: LevelAhead, of: Running) -> RuleAhead:
    return RuleAhead(
        rule=level.rule,
        subject=level.subject,
        level=of.level,
        queues=of.queues,
        on=level.on,
        fires=_chances(level.fires),
        median_s=level.median_s,
        clears=_chances(level.clears),
        clear_median_s=level.clear_median_s,
    )


def _chances(odds: Iterable[Odds]) -> tuple[Chance, ...]:
    return tuple(Chance(one.within_s, round(one.share, 4), round(one.error, 4)) for one in odds)


def _deed(deed: Deed, ahead: Ahead, gain: Ahead, said: Mapping[Key, Running]) -> DeedAhead:
    return DeedAhead(deed.name, deed.seats, deed.source, deed.target, _rules(ahead, said), _rules(gain, said))


def _told(one: RuleAhead, warn: float, before: Collection[Key]) -> RuleAhead:
    chance = one.chance(TOLD_WITHIN_S)
    least = warn * CALM if _key(one) in before else warn
    return replace(one, told=not one.on and chance is not None and chance.share >= least)


# -- kept up to date ---------------------------------------------------------------------------------------


class Foresight:
    """The outlook of one floor. ``offer`` and ``told`` are for the collector's tick, ``look`` for the thread.

    ``clock``: the time by which it rests, in seconds; the instants of what it says are the floor's own.
    ``then``: told in the thread of every present that was looked at; ``tells`` False: for its sake alone.
    """

    def __init__(
        self,
        engine: Engine,
        config: FloorConfig,
        settings: SiteSettings,
        rules: SiteRules,
        *,
        every_s: float = EVERY_S,
        warn: float = WARN,
        first_s: float = _FIRST_S,
        clock: Callable[[], float] = time.monotonic,
        threaded: bool = True,
        then: Then | None = None,
        tells: bool = True,
    ) -> None:
        self._then, self._tells, self._lent = then, tells, lent_of(engine, config.site)
        self._every_s, self._warn, self._clock, self._threaded = every_s, warn, clock, threaded
        self._stale_s = outlook_stale_s(every_s)
        self._knowing = Knowing(engine, config, settings, lambda: rules.calendar)
        self._rests_until = clock() + first_s
        self._snapshot: Snapshot | None = None
        self._latest: Outlook | None = None
        self._seen: tuple[Present, Habits] | None = None
        self._taken_at: float | None = None
        self._fault = self._then_fault = ""
        self._asked, self._ended = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    # -- in the tick -------------------------------------------------------------------------------

    def offer(self, view: FloorView, engine: RuleEngine, reports: Sequence[Health] = ()) -> None:
        """Take this view, if one is due and nobody is at work on another one."""
        if not self._due(view.at):
            return
        self._taken_at = view.at
        try:
            self._snapshot = Snapshot(view, running(engine, view), tuple(reports))
        except Exception as error:  # the plan goes on without it
            self._failed(view.at, error)
            return
        self._asked.set()
        if self._threaded and self._thread is None:
            self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)
            self._thread.start()

    def told(self, now: float) -> Outlook | None:
        """What was found last, with its instant; None where that is too long ago."""
        latest = self._latest if self._tells else None
        if latest is None or not 0 <= now - latest.at < max(GONE_S, self._stale_s):
            return None
        return replace(latest, stale_s=self._stale_s)

    @property
    def health(self) -> Sequence[Health]:
        """What went wrong at the last look."""
        told = (("outlook", self._fault), ("advice", self._then_fault))
        return [Health(name, LinkState.UP, f"{name}_failed", {"why": why}) for name, why in told if why]

    def close(self) -> None:
        """No more looks; ends after the one at hand."""
        self._ended.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def _due(self, at: float) -> bool:
        if self._snapshot is not None or self._clock() < self._rests_until:
            return False
        return self._taken_at is None or not 0 <= at - self._taken_at < self._every_s

    # -- in the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.is_set():
            self._asked.wait()
            self._asked.clear()
            self.look()

    def look(self) -> None:
        """Foresee what was handed over. An error of ours is told, and leaves the plan as it is."""
        snapshot, began = self._snapshot, self._clock()
        if snapshot is None:
            return
        try:
            self._latest = self._found(snapshot)
            self._fault = ""
            self._further(snapshot)
        except Exception as error:
            self._failed(snapshot.view.at, error)
        self._rests_until = self._clock() + _REST * (self._clock() - began)
        self._snapshot = None

    def _further(self, snapshot: Snapshot) -> None:
        """Who goes on from here fails alone."""
        try:
            if self._then is not None and self._seen is not None:
                self._then(*self._seen, snapshot)
            self._then_fault = ""
        except Exception as error:
            if not self._then_fault:
                log.error("no advice can be given", exc_info=error)
            self._then_fault = type(error).__name__

    def _found(self, snapshot: Snapshot) -> Outlook:
        now = snapshot.view.at
        present, known = self._seen = self._knowing.present(snapshot.view, snapshot.reports)
        before = {_key(one) for one in self._latest.rules if one.told} if self._latest else set()
        if not self._tells:
            return Outlook(now)
        lent = self._lent(now)
        return outlook(present, snapshot.rules, known, lent, at=now, warn=self._warn, before=before)

    def _failed(self, at: float, error: Exception) -> None:
        if not self._fault:
            log.error("what the plan comes to cannot be foreseen", exc_info=error)
        self._fault = type(error).__name__
        self._latest = Outlook(at, "fault")
