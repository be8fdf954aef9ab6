"""From the database to sheets and to the history: gathers what the after-action sheet is computed from.

Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.records import SpanRow
from ccfloor.floor.view import FloorView
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.rules.shifts import on_duty
from ccfloor.service.after_action import (
    AROUND_S,
    Figures,
    Material,
    Sheet,
    build,
    complied,
    during,
)
from ccfloor.service.after_orders import OnDuty, Tally, nobody, tally
from ccfloor.service.after_timeline import Fired
from ccfloor.service.incidents import IncidentRow, find_incident, list_incidents
from ccfloor.service.places import SettingsError
from ccfloor.service.plan_notes import Note, NoteError, acked, read_notes, split_key
from ccfloor.service.rule_site import site_calendar
from ccfloor.service.settings import SiteSettings
from ccfloor.store.plan_rows import (
    alarm_rows,
    calls_within,
    commands_within,
    find_alarm,
    meeting_alarms,
    notices_about,
    rule_body,
    spans_within,
    unseen,
)
from ccfloor.store.viewer import Viewer

_INCIDENT = "incident/"


class Place(NamedTuple):
    """Where to look and as whom. ``view``: the floor now, for seats whose present state has no end yet."""

    engine: Engine
    viewer: Viewer
    config: FloorConfig
    view: FloorView | None
    now: float
    on_duty: OnDuty = nobody

    @property
    def seats(self) -> frozenset[str]:
        """The seats that the viewer sees now."""
        return frozenset(seat.seat for seat in self.view.seats) if self.view else frozenset()


class HistoryRow(NamedTuple):
    """One alarm or incident of the past. ``tally``: seats that had to follow an order."""

    key: str
    fired: Fired | None
    incident: IncidentRow | None
    at: float
    over: float
    acked_by: str
    acked_at: float
    tally: Tally
    figures: Figures

    def lasted(self, now: float) -> float:
        """Seconds it fired."""
        return (self.over or now) - self.at


def by_shift(engine: Engine, config: FloorConfig, settings: SiteSettings) -> OnDuty:
    """Whether a seat's shift ran at an instant, by the shifts of now; never where they cannot be read."""
    try:
        calendar = site_calendar(engine, config, settings)
    except SettingsError:
        return nobody
    return lambda seat, at: on_duty(calendar, seat, at)


def sheet_of(place: Place, key: str) -> Sheet | None:
    """The sheet of an alarm's key or ``incident/<id>``; None where there is none for this viewer."""
    fired, incident = _named(place, key)
    if fired is None and incident is None:
        return None
    with place.engine.connect() as connection:
        return build(_material(connection, place, key, fired, incident), place.config)


def history(place: Place, start: float, end: float, *, every_rule: bool = False) -> list[HistoryRow]:
    """Alarms of plans (or of every rule) and incidents that began in [start, end), latest first."""
    with place.engine.connect() as connection:
        alarms = alarm_rows(connection, place.viewer, place.config, start, end, every_rule=every_rule)
        rules: dict[tuple[str, int], Fired] = {}
        fired = [_fired(connection, place.viewer, alarm, rules) for alarm in alarms]
        notes = read_notes(connection, place.viewer.site, [alarm.key for alarm in alarms])
        rows = [_row(connection, place, item.alarm.key, item, None, notes) for item in fired]
        incidents = list_incidents(place.engine, place.viewer, start, end)
        rows += [_row(connection, place, item.about, None, item, notes) for item in incidents]
    return sorted(rows, key=lambda row: -row.at)


def _named(place: Place, key: str) -> tuple[Fired | None, IncidentRow | None]:
    if key.startswith(_INCIDENT):
        number = key.removeprefix(_INCIDENT)
        return None, find_incident(place.engine, place.viewer, int(number) if number.isdecimal() else 0)
    try:
        rule, subject, at = split_key(key)
    except NoteError:
        return None, None
    with place.engine.connect() as connection:
        alarm = find_alarm(connection, place.viewer, place.config, rule, subject, at)
        return (_fired(connection, place.viewer, alarm, {}) if alarm else None), None


def _fired(
    connection: Connection, viewer: Viewer, alarm: Alarm, known: dict[tuple[str, int], Fired]
) -> Fired:
    """The alarm with the version of its rule, each version read once."""
    found = known.get((alarm.rule, alarm.version))
    if found is None:
        body, valid_from = rule_body(connection, viewer.site, alarm.rule, alarm.version)
        found = known[(alarm.rule, alarm.version)] = Fired(alarm, _rule(body), valid_from)
    return found._replace(alarm=alarm)


def _rule(body: str) -> Rule | None:
    """A stored version, where this program can read it."""
    try:
        return Rule.model_validate_json(body) if body else None
    except ValidationError:
        return None


def _row(
    connection: Connection,
    place: Place,
    key: str,
    fired: Fired | None,
    incident: IncidentRow | None,
    notes: dict[str, list[Note]],
) -> HistoryRow:
    begun, over = _span(fired, incident)
    until = over or place.now
    material = Material(
        key=key,
        fired=fired,
        incident=incident,
        others=(),
        notes=(),
        commands=(),
        notices=(),
        calls=calls_within(connection, place.viewer, begun, until),
        spans=_spans(connection, place, fired, begun, until),
        blind=(),
        now=place.now,
        on_duty=place.on_duty,
    )
    ack = acked(notes.get(key, ()))
    return HistoryRow(
        key=key,
        fired=fired,
        incident=incident,
        at=begun,
        over=over,
        acked_by=ack.who if ack else "",
        acked_at=ack.at if ack else 0.0,
        tally=tally(complied(material, place.config)),
        figures=during(material, place.config),
    )


def _span(fired: Fired | None, incident: IncidentRow | None) -> tuple[float, float]:
    if fired is not None:
        return fired.alarm.fired_at, fired.alarm.cleared_at
    return (incident.started_at, incident.closed_at or 0.0) if incident else (0.0, 0.0)


def _material(
    connection: Connection, place: Place, key: str, fired: Fired | None, incident: IncidentRow | None
) -> Material:
    viewer, config = place.viewer, place.config
    at, over = _span(fired, incident)
    begun = min(fired.alarm.active_at or at, at) if fired else at
    until = over or place.now
    start, end = begun - AROUND_S, min(until + AROUND_S, place.now)
    met = [alarm for alarm in meeting_alarms(connection, viewer, config, begun, until) if alarm.key != key]
    rules: dict[tuple[str, int], Fired] = {}
    about = [key, *(alarm.key for alarm in met)]
    told = [
        note._replace(text=viewer.words(note.text))
        for notes in read_notes(connection, viewer.site, about).values()
        for note in notes
    ]
    return Material(
        key=key,
        fired=fired,
        incident=incident,
        others=[_fired(connection, viewer, alarm, rules) for alarm in met],
        notes=sorted(told, key=lambda note: note.id),
        commands=commands_within(connection, viewer, config, at, until, place.seats),
        notices=notices_about(connection, viewer, about),
        calls=calls_within(connection, viewer, start, end),
        spans=_spans(connection, place, fired, at, until),
        blind=unseen(connection, viewer, start, end),
        now=place.now,
        on_duty=place.on_duty,
    )


def _spans(
    connection: Connection, place: Place, fired: Fired | None, start: float, end: float
) -> Sequence[SpanRow]:
    """What the seats did, where the rule orders anything of them; with their present states."""
    if fired is None or fired.rule is None or all(item.order is None for item in fired.rule.todo):
        return ()
    stored = spans_within(connection, place.viewer, place.config, start, end, place.seats)
    return [*stored, *_present(place, start, end)]


def _present(place: Place, start: float, end: float) -> Iterable[SpanRow]:
    for seat in place.view.seats if place.view else ():
        if 0 < seat.since < end and place.now > start:
            yield SpanRow(seat.seat, seat.agent, seat.since, place.now, seat.status, seat.reason, seat.queue)
