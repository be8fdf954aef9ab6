"""The collector's desk for the plan: what shall be shown of the rules, and what they must take up anew.

Everything is looked for at most once a second, and with nothing new that is one small query.
"""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from ccfloor.acd.base import Health
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.rules.alarms import Standing, alarm_key
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.reading import read_hold
from ccfloor.rules.shifts import on_duty
from ccfloor.service.plan import People, Reading
from ccfloor.service.plan_compose import RulesNow, compose, words
from ccfloor.service.plan_people import Stamp, on_leave, read_people, read_stamp
from ccfloor.service.site_rules import SiteRules
from ccfloor.service.staffing.foresight import Foresight
from ccfloor.store.recorder import Recorder

_LOOK_S = 1.0
_FILES_S = 5.0
_COMPOSE_S = 0.5
_encoder = msgspec.json.Encoder()


class PlanDesk:
    """Composes the plan of one recorder's floor. Called in the collector's worker thread.

    ``foresight``: tells what the plan is likely to come to; ``reports``: what the sources told of themselves.
    """

    def __init__(
        self,
        recorder: Recorder,
        config: FloorConfig,
        site: SiteRules,
        clock: Callable[[], float],
        foresight: Foresight | None = None,
    ) -> None:
        self._recorder, self._config, self._site, self._clock = recorder, config, site, clock
        self._foresight = foresight
        self.reports: Sequence[Health] = ()
        self._rules = RulesNow(site.book, read_hold)
        self._stamp: Stamp | None = None
        self._looked_at = self._files_at = self._composed_at = 0.0
        self._about: frozenset[str] | None = None
        self._people = People()
        self._leave: list[tuple[str, float, float]] = []
        self._text = ""

    def look(self) -> None:
        """Take up what changed: rule files, the book, the calendar, what people did."""
        now = self._clock()
        if 0 <= now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        if now - self._files_at >= _FILES_S:
            self._files_at = now
            self._site.sync(now)
        stamp = read_stamp(self._recorder.engine, self._config.site, now)
        if stamp == self._stamp:
            return
        rules = self._recorder.rules
        if rules is not None:
            self._site.renew(rules, self._recorder.floor.at, stamp.versions)
        self._stamp, self._about = stamp, None

    def plan(self, view: FloorView) -> str:
        """The plan at a view as JSON; put together a few times a second at most."""
        rules, now = self._recorder.rules, self._clock()
        if rules is None:
            return ""
        if not self._text or not 0 <= now - self._composed_at < _COMPOSE_S:
            self._composed_at = now
            self._text = self._composed(view, rules, now)
        return self._text

    @property
    def health(self) -> Sequence[Health]:
        """What goes wrong beside the plan, which goes on without it."""
        return self._foresight.health if self._foresight is not None else ()

    def close(self) -> None:
        """Nothing is foreseen any more."""
        if self._foresight is not None:
            self._foresight.close()

    def _composed(self, view: FloorView, rules: RuleEngine, now: float) -> str:
        standings = rules.shown(view.at)
        readings = tuple(
            Reading(one.rule, one.kind, words(one.words), one.fired_at, one.would_at, one.in_force)
            for one in rules.readings(view.at)
        )
        people = self._heard(standings, view.at, now)
        duty = partial(self._on_duty, view.at)
        if self._rules.book is not self._site.book:
            self._rules = RulesNow(self._site.book, read_hold)
        plan = compose(view, standings, self._rules, self._config, people, readings, duty)
        if self._foresight is not None:
            self._foresight.offer(view, rules, self.reports)
            plan = replace(plan, outlook=self._foresight.told(view.at))
        return _encoder.encode(plan).decode()

    def _heard(self, standings: list[Standing], at: float, now: float) -> People:
        """What people did about the alarms of the moment; read again when either changed."""
        about = frozenset(alarm_key(one.rule, one.subject, one.fired_at) for one in standings if one.fired_at)
        if about != self._about:
            engine, site = self._recorder.engine, self._config.site
            self._people = read_people(engine, site, about, at, now)
            self._leave = on_leave(engine, site, at)
            self._about = about
        return self._people

    def _on_duty(self, at: float, seat: str) -> bool:
        if any(name == seat and start <= at < end for name, start, end in self._leave):
            return False
        return on_duty(self._site.calendar, seat, at)
