"""The plan as it stood at an instant of the past: where the rules are, what people had done by then."""

from functools import partial

from sqlalchemy import Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.rules.alarms import alarm_key
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.reading import read_hold
from ccfloor.rules.shifts import on_duty
from ccfloor.service.campaigns import CampaignRow, list_campaigns
from ccfloor.service.incidents import IncidentRow, list_incidents
from ccfloor.service.plan import Incident, People, Planned, PlanView, Reading
from ccfloor.service.plan_compose import RulesNow, compose, words
from ccfloor.service.plan_notes import read_notes
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.tables import leave_requests
from ccfloor.store.viewer import Viewer

_LONGEST_INCIDENT_S = 7 * 86_400.0


class PlanThen:
    """Composes the plan of a floor that runs again. For one thread at a time.

    What people did is read once for a stretch of time (``period``) and shown from its own instant on.
    """

    def __init__(self, engine: Engine, config: FloorConfig, viewer: Viewer, site: SiteRules) -> None:
        self._engine, self._config, self._viewer, self._site = engine, config, viewer, site
        self._rules = RulesNow(site.book, read_hold)
        self._campaigns: list[CampaignRow] = []
        self._incidents: list[IncidentRow] = []
        self._leave: list[tuple[str, float, float, float]] = []

    def period(self, start: float, end: float) -> None:
        """Read what was planned and entered for [start, end)."""
        site = self._config.site
        self._campaigns = list_campaigns(self._engine, site, start)
        self._incidents = list_incidents(self._engine, self._viewer, start - _LONGEST_INCIDENT_S, end)
        leave = leave_requests.c
        granted = (leave.site == site, leave.decision == "granted", leave.end > start, leave.start < end)
        query = select(leave.seat, leave.start, leave.end, leave.at).where(*granted)
        with self._engine.connect() as connection:
            self._leave = [(row.seat, row.start, row.end, row.at) for row in connection.execute(query)]

    def plan(self, view: FloorView, rules: RuleEngine | None) -> PlanView | None:
        """The plan at a view; None where no rules watch."""
        if rules is None:
            return None
        at = view.at
        standings = rules.shown(at)
        about = {alarm_key(one.rule, one.subject, one.fired_at) for one in standings if one.fired_at}
        readings = tuple(
            Reading(one.rule, one.kind, words(one.words), one.fired_at, one.would_at, one.in_force)
            for one in rules.readings(at)
        )
        if self._rules.book is not self._site.book:
            self._rules = RulesNow(self._site.book, read_hold)
        duty = partial(self._on_duty, at)
        return compose(view, standings, self._rules, self._config, self._people(about, at), readings, duty)

    def _people(self, about: set[str], at: float) -> People:
        """What people had done and entered by then."""
        with self._engine.connect() as connection:
            notes = read_notes(connection, self._config.site, about)
        return People(
            notes={key: [note for note in told if note.at <= at] for key, told in notes.items()},
            planned=tuple(
                Planned(row.id, row.name, row.counts.start, row.end, row.queues, False)
                for row in self._campaigns
                if row.at <= at and not (row.cancelled_at is not None and row.cancelled_at <= at)
            ),
            incidents=tuple(
                Incident(row.id, row.cause, row.text, row.started_at, row.who)
                for row in self._incidents
                if row.declared_at <= at and not (row.closed_at is not None and row.closed_at <= at)
            ),
        )

    def _on_duty(self, at: float, seat: str) -> bool:
        if any(name == seat and told <= at and start <= at < end for name, start, end, told in self._leave):
            return False
        return on_duty(self._site.calendar, seat, at)
