"""What a stored day holds to jump to: levels of the plan, other alarms, incidents, the longest waits."""

from collections.abc import Iterable
from datetime import date

import msgspec
from sqlalchemy import Connection, Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import period
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.service.incidents import list_incidents
from ccfloor.service.plan import Text
from ccfloor.service.plan_compose import words
from ccfloor.store.plan_rows import alarm_rows, rule_body
from ccfloor.store.tables import journal, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope

_MOST = 300
_LONGEST = 3
_APART_S = 3600.0
_WORTH_S = 60.0  # a shorter wait is nothing to jump to


class Jump(msgspec.Struct, frozen=True):
    """An instant worth seeing. ``kind``: level, alarm, incident or wait; ``until`` 0.0: not over.

    ``name``: of the rule or what was entered; ``value``: seconds of the longest wait.
    """

    at: float
    kind: str
    until: float = 0.0
    level: int = -1
    name: Text = Text("", "")
    about: str = ""
    value: float = 0.0


class StoredDay(msgspec.Struct, frozen=True):
    """A business day from its first event to its last, UTC epoch seconds. ``day``: 2026-11-22."""

    day: str
    start: float
    end: float


def stored_day(engine: Engine, config: FloorConfig, day: str, now: float) -> StoredDay | None:
    """The part of a business day in which anything happened; None where nothing did.

    Raises ValueError where ``day`` is no date.
    """
    of = period(config, date.fromisoformat(day).isoformat())
    told = journal.c.at
    query = select(func.min(told), func.max(told)).where(
        journal.c.site == config.site, told >= of.start, told < of.end
    )
    with engine.connect() as connection:
        begun, ended = connection.execute(query).one()
    if begun is None:
        return None
    start, end = float(begun), min(float(ended), now)
    return StoredDay(day, start, end) if end > start else None


def latest_day(engine: Engine, config: FloorConfig, now: float) -> date | None:
    """The business day of the last event that is stored; None where nothing is."""
    query = select(func.max(journal.c.at)).where(journal.c.site == config.site, journal.c.at <= now)
    with engine.connect() as connection:
        last = connection.scalar(query)
    return None if last is None else config.business_date(last)


def jumps(engine: Engine, config: FloorConfig, viewer: Viewer, start: float, end: float) -> list[Jump]:
    """Everything worth seeing in [start, end), in order."""
    viewer.needs(Right.RESULTS)
    with engine.connect() as connection:
        rows = alarm_rows(connection, viewer, config, start, end, every_rule=True, limit=_MOST)
        worth = [alarm for alarm in rows if alarm.plan or alarm.severity == "alarm"]
        names = _names(connection, viewer.site, worth)
        found = [_alarm(alarm, names[alarm.rule, alarm.version]) for alarm in worth]
        found += _waits(connection, viewer, start, end)
    for row in list_incidents(engine, viewer, start, end):
        text = Text(row.text, row.text)
        found.append(Jump(row.started_at, "incident", row.closed_at or 0.0, name=text, about=row.cause))
    return sorted(found, key=lambda jump: jump.at)


def _alarm(alarm: Alarm, name: Text) -> Jump:
    kind, level = ("level", alarm.level) if alarm.plan else ("alarm", -1)
    return Jump(alarm.fired_at, kind, alarm.cleared_at, level, name, alarm.subject)


def _names(connection: Connection, site: str, alarms: Iterable[Alarm]) -> dict[tuple[str, int], Text]:
    """What the rules that fired were called."""
    found = {}
    for rule, version in {(alarm.rule, alarm.version) for alarm in alarms}:
        body, _ = rule_body(connection, site, rule, version)
        found[rule, version] = words(Rule.model_validate_json(body).name) if body else Text(rule, rule)
    return found


def _waits(connection: Connection, viewer: Viewer, start: float, end: float) -> list[Jump]:
    """The quarter hours in which somebody waited longest, an hour and more apart."""
    table = queue_intervals.c
    longest = func.max(table.max_wait_ms)
    within = (table.site == viewer.site, table.start >= start, table.start < end)
    query = select(table.start, longest.label("ms")).where(*within, *queue_scope(viewer, table.queue))
    found: list[Jump] = []
    for row in connection.execute(query.group_by(table.start).order_by(longest.desc(), table.start)):
        if len(found) == _LONGEST or row.ms < _WORTH_S * 1000:
            break
        if all(abs(row.start - other.at) >= _APART_S for other in found):
            found.append(Jump(float(row.start), "wait", value=row.ms / 1000))
    return found
