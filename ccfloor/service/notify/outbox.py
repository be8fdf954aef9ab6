"""The outbox in the database: notices that wait, alarms they are about, and what people did about those.

Instants are UTC epoch seconds of the floor's clock. Every call is one short transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from ccfloor.rules.alarms import Alarm
from ccfloor.rules.message import Incident
from ccfloor.rules.model import Rule
from ccfloor.rules.telling import (
    ALARMING,
    CLEARED,
    DROPPED,
    HELD,
    HOUR_S,
    SENT,
    WAITING,
    Case,
    Change,
    Notice,
    Told,
)
from ccfloor.service.notify.reasons import because
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms, incidents, notices, plan_notes, rule_versions

_KEYS = 200  # in one query
_REMEMBERED_S = 7 * 86_400.0
_NEAR_S = 0.001  # a key tells milliseconds, the column everything
_n, _a = notices.c, alarms.c
_told = (_n.id, _n.about, _n.channel, _n.kind, _n.at, _n.due_at, _n.state, _n.attempts, _n.sent_at)
_alarm = tuple(_a[name] for name in Alarm.__struct_fields__)


def batched(keys: Iterable[str], most: int = _KEYS) -> Iterable[list[str]]:
    """The keys in lists of at most ``most``."""
    whole = list(keys)
    return (whole[first : first + most] for first in range(0, len(whole), most))


class Seen(NamedTuple):
    """One look: cases by alarm key, notices about them and those that wait."""

    cases: dict[str, Case]
    told: list[Told]


class Outbox:
    """The outbox of one site. Used by one thread."""

    def __init__(self, engine: Engine, site: str) -> None:
        self._engine, self._site = engine, site
        self._rules: dict[tuple[str, int], Rule | None] = {}

    def remembered(self, now: float) -> set[str]:
        """Alarms of the last days that somebody was told of, without those whose end was told everywhere."""
        mine = (_n.site == self._site, _n.at > now - _REMEMBERED_S)
        query = select(_n.about, _n.channel, _n.kind).where(*mine, _n.kind.in_((*ALARMING, CLEARED)))
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(_n.state != DROPPED)).all()
        ended = {(row.about, row.channel) for row in rows if row.kind == CLEARED}
        return {row.about for row in rows if (row.about, row.channel) not in ended}

    def look(self, watched: Iterable[str]) -> Seen:
        """What fires and asks to be told, what is watched, what waits."""
        with self._engine.connect() as connection:
            pending = self._told(connection, _n.state.in_((WAITING, HELD)))
            found = {alarm.key: alarm for alarm in self._alarms(connection, _a.cleared_at == 0.0)}
            wanted = {*watched, *(row.about for row in pending if row.kind in (*ALARMING, CLEARED))}
            for key in wanted - found.keys():
                found |= {alarm.key: alarm for alarm in self._one(connection, key)}
            found |= self._steps(connection, found.values())
            cases = self._cases(connection, found)
            told = {row.id: row for row in pending}
            for keys in batched(cases):
                told |= {row.id: row for row in self._told(connection, _n.about.in_(keys))}
        return Seen(cases, list(told.values()))

    def _told(self, connection: Connection, *which: Any) -> list[Told]:
        rows = connection.execute(select(*_told).where(_n.site == self._site, *which).order_by(_n.id))
        return [Told(*row[:-1], row.sent_at or 0.0) for row in rows]

    def _alarms(self, connection: Connection, *which: Any) -> Iterable[Alarm]:
        rows = connection.execute(select(*_alarm).where(_a.site == self._site, *which))
        return [Alarm(*row) for row in rows]

    def _one(self, connection: Connection, key: str) -> Iterable[Alarm]:
        rule, _, rest = key.partition("/")
        subject, _, text = rest.rpartition("/")
        try:
            fired = float(text)
        except ValueError:
            return []
        near = _a.fired_at.between(fired - _NEAR_S, fired + _NEAR_S)
        return self._alarms(connection, _a.rule == rule, _a.subject == subject, near)

    def _steps(self, connection: Connection, found: Iterable[Alarm]) -> dict[str, Alarm]:
        """Higher steps of a plan that cleared while a lower one fires on: taking them on counts for it."""
        open_ = [alarm for alarm in found if alarm.plan and not alarm.cleared_at]
        if not open_:
            return {}
        since = min(alarm.fired_at for alarm in open_)
        plans = {alarm.plan for alarm in open_}
        rows = self._alarms(connection, _a.cleared_at > since, _a.plan.in_(plans))
        return {alarm.key: alarm for alarm in rows}

    def _cases(self, connection: Connection, found: Mapping[str, Alarm]) -> dict[str, Case]:
        told = {key: rule for key, alarm in found.items() if (rule := self._rule(connection, alarm))}
        acked = self._acked(connection, told)
        return {key: Case(found[key], rule, *acked.get(key, (0.0, ""))) for key, rule in told.items()}

    def _rule(self, connection: Connection, alarm: Alarm) -> Rule | None:
        """The rule in the version that fired; None where nobody is to be told of it."""
        place = alarm.rule, alarm.version
        if place not in self._rules:
            table = rule_versions.c
            mine = (table.site == self._site, table.rule == alarm.rule, table.version == alarm.version)
            body = connection.scalar(select(table.body).where(*mine))
            if body is None:
                return None  # its version is not stored yet, or no longer
            rule = Rule.model_validate_json(body) if body else None
            self._rules[place] = rule if rule and (rule.tell.channels or rule.tell.escalate_to) else None
        return self._rules[place]

    def _acked(self, connection: Connection, keys: Iterable[str]) -> dict[str, tuple[float, str]]:
        table = plan_notes.c
        found: dict[str, tuple[float, str]] = {}
        for some in batched(keys):
            mine = (table.site == self._site, table.about.in_(some), table.kind == "ack")
            rows = connection.execute(
                select(table.about, table.at, table.who).where(*mine).order_by(table.id)
            )
            for row in rows:
                found.setdefault(row.about, (row.at, row.who))
        return found

    # -- what a message is written beside ----------------------------------------------------------

    def incidents(self) -> list[Incident]:
        """Open incidents, oldest first."""
        table = incidents.c
        mine = (table.site == self._site, table.closed_at.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(select(table.cause, table.started_at).where(*mine))
            return [Incident(row.cause, row.started_at) for row in rows.all()]

    def passed(self, channel: str, since: float) -> int:
        """How many alarms came and went in a channel's quiet hours since its last message."""
        why = because("cleared_quiet")
        mine = (_n.site == self._site, _n.channel == channel, _n.state == DROPPED, _n.error == why)
        with self._engine.connect() as connection:
            query = select(_n.about).where(*mine, _n.due_at > since, _n.at > since - _REMEMBERED_S)
            return len(connection.execute(query.distinct()).all())

    def text(self, notice: int) -> str:
        """The text of a report or a test as it was asked for."""
        with self._engine.connect() as connection:
            return connection.scalar(select(_n.text).where(_n.id == notice)) or ""

    def recent(self, now: float) -> dict[str, list[float]]:
        """When each channel sent its messages of the last hour."""
        mine = (_n.site == self._site, _n.state == SENT, _n.at > now - 24 * HOUR_S, _n.sent_at > now - HOUR_S)
        with self._engine.connect() as connection:
            rows = connection.execute(select(_n.channel, _n.sent_at).where(*mine).distinct()).all()
        found: dict[str, list[float]] = {}
        for row in rows:
            found.setdefault(row.channel, []).append(row.sent_at)
        return found

    # -- writing -----------------------------------------------------------------------------------

    def write(self, now: float, new: Sequence[Notice], changes: Sequence[Change]) -> None:
        """Write new notices, and what becomes of those that wait."""
        rows = [self._row(now, notice) for notice in new]
        with writing(self._engine) as connection:
            if rows:
                connection.execute(insert(notices), rows)
            for change in changes:
                error = because(change.why) if change.why else ""
                values = {"state": change.state, "due_at": change.due_at, "error": error}
                connection.execute(update(notices).where(_n.id == change.id).values(values))

    def _row(self, now: float, notice: Notice) -> dict[str, Any]:
        held = because("quiet") if notice.state == HELD else ""
        empty = {"site": self._site, "text": "", "attempts": 0, "error": held, "at": now}
        return empty | notice._asdict()

    def begin(self, ids: Sequence[int], text: str | None) -> None:
        """An attempt begins: whoever finds it unfinished after a crash tries again. None: keep the text."""
        values = {"attempts": _n.attempts + 1} | ({} if text is None else {"text": text})
        self._set(ids, values)

    def settle(self, ids: Sequence[int], state: str, error: str, sent_at: float | None = None) -> None:
        """What became of an attempt."""
        self._set(ids, {"state": state, "error": error, "sent_at": sent_at})

    def give_up(self, ids: Sequence[int], now: float, error: str) -> None:
        """They will not be tried again; ``due_at`` keeps when that was decided."""
        self._set(ids, {"state": "failed", "error": error, "due_at": now})

    def _set(self, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        if ids:
            with writing(self._engine) as connection:
                connection.execute(update(notices).where(_n.id.in_(ids)).values(values))
