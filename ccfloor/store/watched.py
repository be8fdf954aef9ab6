"""A Floor and the rules that watch it: made anew or from a checkpoint, and what they fire as rows.

The rules learn of the Floor alone, so their alarms follow from the journal like everything derived.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from ccfloor.floor.state import Floor
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.engine import RuleEngine
from ccfloor.store.tables import alarms
from ccfloor.store.writer import Row

Rules = Callable[[bytes | None], RuleEngine]
"""Makes the rules of a feed: from what they knew (``RuleEngine.dump``), or with nothing known."""

Watched = Mapping[str, Rules]
"""The feeds that rules watch, and how these are made."""

NOT_WATCHED: Watched = {}

Fired = dict[tuple[str, str, float], Alarm]


def watch(floor: Floor, make: Rules | None, known: bytes | None = None) -> RuleEngine | None:
    """Let rules watch the Floor from now on. What an older program kept of them counts as nothing."""
    if make is None:
        return None
    try:
        rules = make(known)
    except msgspec.MsgspecError:
        rules = make(None)
    rules.bind(floor)
    return rules


def gather(fired: Fired, told: Iterable[Alarm]) -> None:
    """The last word on every alarm."""
    for alarm in told:
        fired[alarm.rule, alarm.subject, alarm.fired_at] = alarm


def alarm_rows(fired: Fired) -> list[Row]:
    """Rows of table ``alarms``."""
    return [msgspec.structs.astuple(alarm) for alarm in fired.values()]


def by_rules(error: BaseException) -> bool:
    """Whether an error was raised in the rules: the floor can go on without them."""
    step = error.__traceback__
    while step is not None:
        if str(step.tb_frame.f_globals.get("__name__", "")).startswith("ccfloor.rules."):
            return isinstance(error, Exception)
        step = step.tb_next
    return False


def forsaken(connection: Connection, site: str, rules: RuleEngine, at: float) -> Fired:
    """Alarms that are stored as firing while the rules know nothing of them: they end at ``at``.

    Their rules started anew, after a program that kept them otherwise or none at all.
    """
    names = Alarm.__struct_fields__
    query = select(*(alarms.c[name] for name in names)).where(alarms.c.site == site, alarms.c.cleared_at == 0)
    firing = {(item.rule, item.subject, item.fired_at) for item in rules.standings(at)}
    found: Fired = {}
    for row in connection.execute(query):
        alarm: Any = Alarm(*row)
        if (alarm.rule, alarm.subject, alarm.fired_at) not in firing:
            alarm.cleared_at = max(at, alarm.fired_at)
            gather(found, [alarm])
    return found
