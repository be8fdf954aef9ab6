"""Who is to be told what, and when: first, again, higher up, and that it is over. Pure; time is an argument.

Given the alarms, what people did about them, and the notices written so far, ``due`` says which notices
are to be written now and which of those that wait are to be held, let go or dropped. A notice is one
alarm on one channel; ``ready`` says which of a channel's notices leave together as one message:

- what fires within ``group_s`` is one message; what is urgent goes at once and takes the others along,
  but two messages lie ``group_s`` apart at least, so a surge does not flood;
- the steps of one plan are one thread: while a higher step fires, the lower ones neither begin, repeat nor
  escalate where that one is told, and taking on the higher one takes on the lower ones;
- a channel has a cap of messages an hour; what is beyond it waits and leaves as one message. Urgent
  alarms and escalations are not held back by the cap.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.rules.quiet import Quiet, quiet_until

FIRST, REPEAT, ESCALATION, CLEARED = "first", "repeat", "escalation", "cleared"
REPORT, TEST = "report", "test"
ALARMING = (FIRST, REPEAT, ESCALATION)
WAITING, HELD, SENT, FAILED, DROPPED = "waiting", "held", "sent", "failed", "dropped"
OUT = "out"  # on its way at this moment; never stored
HOUR_S = 3600.0


class Channel(NamedTuple):
    """A channel as far as telling goes. ``group_s`` seconds; ``per_hour`` messages, 0: no cap."""

    name: str
    quiet: tuple[Quiet, ...] = ()
    group_s: float = 30.0
    per_hour: int = 20
    zone: str = "Asia/Shanghai"


class Case(NamedTuple):
    """An alarm with its rule and who took it on (``acked_at`` 0.0: nobody)."""

    alarm: Alarm
    rule: Rule
    acked_at: float = 0.0
    acked_by: str = ""

    @property
    def firing(self) -> bool:
        """Whether it still fires."""
        return self.alarm.cleared_at == 0.0


class Told(NamedTuple):
    """A notice that was written: a row of table ``notices``. ``sent_at`` 0.0: not sent."""

    id: int
    about: str
    channel: str
    kind: str
    at: float
    due_at: float
    state: str
    attempts: int = 0
    sent_at: float = 0.0


class Notice(NamedTuple):
    """A notice to write: it may leave at ``due_at``; held: not before its quiet hours are over."""

    about: str
    channel: str
    kind: str
    due_at: float
    state: str = WAITING


class Change(NamedTuple):
    """A notice that waits or is held gets another state.

    ``why`` is a code: cleared, cleared_quiet, acked, gone, channel_gone, quiet.
    """

    id: int
    state: str
    due_at: float
    why: str = ""


class Due(NamedTuple):
    """What is to be written."""

    notices: list[Notice]
    changes: list[Change]


class _Look(NamedTuple):
    """What one look at the alarms goes by; ``quiet``: until when a channel is quiet, 0.0 where it is not."""

    now: float
    cases: Mapping[str, Case]
    channels: Mapping[str, Channel]
    quiet: Mapping[str, float]
    lists: Mapping[str, Sequence[str]]

    def behind(self, names: Iterable[str]) -> dict[str, None]:
        """The channels behind names of channels and lists, each once."""
        return dict.fromkeys(member for name in names for member in self.lists.get(name, (name,)))

    def quiet_for(self, case: Case | None, name: str) -> float:
        """Until when a channel must not be told of an alarm, 0.0: it may."""
        return 0.0 if case and case.rule.tell.urgent else self.quiet[name]


def due(
    now: float,
    cases: Mapping[str, Case],
    told: Iterable[Told],
    channels: Mapping[str, Channel],
    lists: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Due:
    """The notices that are due at ``now``, and what becomes of those that have not left yet.

    ``cases`` by alarm key: those that fire, those that were told, and the steps of a plan that cleared
    while a lower one fires on. What is on its way at this moment is ``told`` in state OUT. ``lists``: names
    that rules use for several channels.
    """
    quiet = {name: quiet_until(now, channel.quiet, channel.zone) for name, channel in channels.items()}
    look = _Look(now, cases, channels, quiet, lists)
    rows = _by_alarm(told)
    wanted = (
        _notice(look, key, case, kind, name)
        for key, case in cases.items()
        for kind, name in _wanted(look, case, rows.get(key, {}))
    )
    pending = (row for own in rows.values() for kept in own.values() for row in kept)
    return Due(list(wanted), [change for row in pending for change in _changed(look, row)])


def pressing(rows: Iterable[Told], cases: Mapping[str, Case]) -> set[int]:
    """The ids of those that a channel's cap does not hold back."""
    urgent = {key for key, case in cases.items() if case.rule.tell.urgent}
    return {row.id for row in rows if row.kind == ESCALATION or row.about in urgent}


def _by_alarm(told: Iterable[Told]) -> dict[str, dict[str, list[Told]]]:
    found: dict[str, dict[str, list[Told]]] = {}
    for row in told:
        found.setdefault(row.about, {}).setdefault(row.channel, []).append(row)
    return found


def _notice(look: _Look, key: str, case: Case, kind: str, name: str) -> Notice:
    if quiet := look.quiet_for(case, name):
        return Notice(key, name, kind, quiet, HELD)
    at_once = case.rule.tell.urgent or kind == ESCALATION
    return Notice(key, name, kind, look.now if at_once else look.now + look.channels[name].group_s)


def _wanted(look: _Look, case: Case, mine: Mapping[str, Sequence[Told]]) -> Iterable[tuple[str, str]]:
    """(kind, channel) of every notice that is due about one alarm."""
    now, tell, fired = look.now, case.rule.tell, case.alarm.fired_at
    if not case.firing:
        yield from ((CLEARED, name) for name in mine if name in look.channels and _ends(mine[name]))
        return
    if _taken_on(case, look.cases):
        return
    if now >= fired + tell.after_s:
        new = _new(look, FIRST, tell.channels, mine)
        yield from ((kind, name) for kind, name in new if not _covered(case, look, name))
    if _overruled(case, look.cases):
        return
    if tell.escalate_s and now >= fired + tell.escalate_s:
        yield from _new(look, ESCALATION, tell.escalate_to, mine)
    if tell.repeat_s:
        again = [name for name in mine if name in look.channels and not look.quiet_for(case, name)]
        yield from ((REPEAT, name) for name in again if now >= _last(mine[name]) + tell.repeat_s)


def _new(
    look: _Look, kind: str, names: Iterable[str], mine: Mapping[str, Sequence[Told]]
) -> Iterable[tuple[str, str]]:
    for name in look.behind(names):
        if name in look.channels and not any(row.kind == kind for row in mine.get(name, ())):
            yield kind, name


def _last(rows: Sequence[Told]) -> float:
    """When a channel was last told; never, as long as something still is to leave."""
    alarming = [row for row in rows if row.kind in ALARMING]
    if not alarming or any(row.state in (WAITING, HELD, OUT) for row in alarming):
        return float("inf")
    return max(row.sent_at or row.at for row in alarming)


def _ends(rows: Sequence[Told]) -> bool:
    """Whether a channel that was told of an alarm, or could not be reached, is to be told of its end."""
    if any(row.kind == CLEARED for row in rows):
        return False
    return any(row.state == SENT or (row.state in (WAITING, HELD) and row.attempts) for row in rows)


def _above(case: Case, cases: Mapping[str, Case]) -> Iterable[Case]:
    alarm = case.alarm
    if not alarm.plan:
        return
    for other in cases.values():
        if other.alarm.plan == alarm.plan and other.alarm.level > alarm.level:
            yield other


def _overruled(case: Case, cases: Mapping[str, Case]) -> bool:
    """Whether a higher step of the same plan fires."""
    return any(other.firing for other in _above(case, cases))


def _covered(case: Case, look: _Look, name: str) -> bool:
    """Whether a channel is told of a higher step that fires: the lower one is named there."""
    above = (other for other in _above(case, look.cases) if other.firing)
    return any(name in look.behind(other.rule.tell.channels) for other in above)


def _taken_on(case: Case, cases: Mapping[str, Case]) -> bool:
    """Whether somebody took it on, or a higher step of its plan since it fires."""
    above = (other.acked_at > case.alarm.fired_at for other in _above(case, cases))
    return case.acked_at > 0.0 or any(above)


def _changed(look: _Look, row: Told) -> Iterable[Change]:
    """What becomes of one notice that has not left: a report or a test is never touched."""
    if row.state not in (WAITING, HELD) or row.kind in (REPORT, TEST):
        return
    case = look.cases.get(row.about)
    if row.channel not in look.channels:
        yield Change(row.id, DROPPED, look.now, "channel_gone")
    elif why := _moot(row, case, look.cases):
        yield Change(row.id, DROPPED, look.now, why)
    elif row.state == HELD and look.now >= row.due_at:
        yield Change(row.id, WAITING, look.now)
    elif row.state == WAITING and (end := look.quiet_for(case, row.channel)):
        yield Change(row.id, HELD, end, "quiet")


def _moot(row: Told, case: Case | None, cases: Mapping[str, Case]) -> str:
    """Why a notice need not leave any more. What a dead channel holds up is told late all the same."""
    if case is None:
        return "gone"
    if row.kind == CLEARED:
        return ""
    if not case.firing and (row.kind != FIRST or not row.attempts):
        return "cleared_quiet" if row.state == HELD else "cleared"
    return "acked" if row.kind != FIRST and _taken_on(case, cases) else ""


def ready(
    now: float, channel: Channel, waiting: Sequence[Told], sent: Sequence[float], pressing: Collection[int]
) -> list[Told]:
    """The notices that leave on a channel now as one message; empty: nothing yet.

    ``waiting``: its rows in state waiting; ``sent``: instants of its messages in the last hour;
    ``pressing``: ids of those that the cap does not hold back. Reports and tests leave alone, at once.
    """
    for row in waiting:
        if row.kind in (REPORT, TEST):
            return [row]
    last = max(sent, default=0.0)
    if not any(row.due_at <= now for row in waiting) or now < last + channel.group_s:
        return []
    hour = sum(instant > now - HOUR_S for instant in sent)
    capped = bool(channel.per_hour) and hour >= channel.per_hour
    if capped and not any(row.id in pressing and row.due_at <= now for row in waiting):
        return []
    return list(waiting)
