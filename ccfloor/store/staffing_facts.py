"""What staffing learns from: sums of calls, pauses, work and attendance, and who is to come today.

For the program itself, whole sites: whoever shows something of it asks the viewer's scope. Every read is
bounded, by its period or by a number of rows. Instants are UTC epoch seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Float, Select, cast, func, select

from ccfloor.floor.events import Outcome
from ccfloor.floor.seats import SeatStatus
from ccfloor.kpi.adherence import Shift
from ccfloor.store.engine import by_value
from ccfloor.store.tables import (
    agent_intervals,
    calls,
    import_rows,
    leave_requests,
    queue_intervals,
    roster,
    seat_spans,
)

MOST_CALLS = 20_000  # the newest of each queue: enough for a mean, few enough for a job between two others
MOST_SPANS = 200_000  # the newest of a site, some days of a floor of sixty seats
LONGEST_PAUSE_S = 4 * 3600.0  # longer than this nobody pauses: somebody forgot to sign off
_SUMS = (
    *("offered", "handled", "abandoned"),
    *("talk_ms", "hold_ms", "acw_ms", "ring_ms"),
    *("wait_answered_ms", "wait_abandoned_ms"),
)
_LENGTHS = ("handle", "ring", "talk", "wrap")
_WORK = ("ready_ms", "ringing_ms", "on_call_ms", "on_hold_ms", "wrap_up_ms")
_ENDED = (
    Outcome.ANSWERED,
    Outcome.ABANDONED,
    Outcome.TIMED_OUT,
    Outcome.KEY_EXIT,
    Outcome.WITHDRAWN,
    Outcome.LEFT_EMPTY,
)  # whose wait is known; a lost call's is not


class Spread(NamedTuple):
    """So many lengths, their sum in seconds and the sum of their squares."""

    n: int = 0
    total_s: float = 0.0
    squares: float = 0.0

    def plus(self, n: int, total_s: float, squares: float) -> "Spread":
        """With so many more."""
        return Spread(self.n + n, self.total_s + total_s, self.squares + squares)


class CallSums(NamedTuple):
    """Calls of a queue. ``handle``: a seat's whole time with a call, of which ``ring``, ``talk`` (with hold)
    and ``wrap``; ``waited_s``: of all callers, ``stayed_s`` of those who were answered or gave up.
    """

    handle: Spread = Spread()
    ring: Spread = Spread()
    talk: Spread = Spread()
    wrap: Spread = Spread()
    waited_s: float = 0.0
    stayed_s: float = 0.0
    by_agent: Mapping[str, int] = {}


class Sums(NamedTuple):
    """A queue's sums. ``waited_s``: of who was answered or gave up."""

    offered: int = 0
    handled: int = 0
    handle_s: float = 0.0
    abandoned: int = 0
    waited_s: float = 0.0


def queue_quarters(connection: Connection, site: str, start: float, end: float) -> dict[str, dict[int, Sums]]:
    """Queue → start of a quarter hour → its calls by when they came; quarters without a call are absent."""
    table = queue_intervals.c
    query = select(table.queue, table.start, *(table[name] for name in _SUMS)).where(
        table.site == site, table.start >= int(start), table.start < int(end), table.offered > 0
    )
    found: dict[str, dict[int, Sums]] = {}
    for queue, at, *sums in connection.execute(query):
        found.setdefault(queue, {})[int(at)] = _sums(sums)
    return found


def call_sums(
    connection: Connection, site: str, queue: str, start: float, end: float, most: int = MOST_CALLS
) -> CallSums:
    """Sums of the newest calls of a queue that came in [start, end) and are over."""
    found, by_agent = CallSums(), dict[str, int]()
    for row in connection.execute(_summed(_newest(site, queue, start, end, most))):
        outcome, agent, n, waited_s, *lengths = row
        found = found._replace(waited_s=found.waited_s + waited_s)
        if outcome in (Outcome.ANSWERED, Outcome.ABANDONED):
            found = found._replace(stayed_s=found.stayed_s + waited_s)
        if outcome == Outcome.ANSWERED:
            told = zip(_LENGTHS, lengths[::2], lengths[1::2], strict=True)
            found = found._replace(**{name: getattr(found, name).plus(n, *two) for name, *two in told})
            by_agent[agent] = n
    return found._replace(by_agent=by_agent)


def _newest(site: str, queue: str, start: float, end: float, most: int) -> Select[Any]:
    table = calls.c
    parts = {
        "handle": table.ring_ms + table.talk_ms + table.hold_ms + table.acw_ms,
        "ring": table.ring_ms,
        "talk": table.talk_ms + table.hold_ms,
        "wrap": table.acw_ms,
    }
    seconds = ((cast(parts[name], Float) / 1000).label(name) for name in _LENGTHS)
    columns = (table.outcome, table.agent, (cast(table.wait_ms, Float) / 1000).label("wait"), *seconds)
    query = select(*columns).where(
        table.site == site,
        table.queue == queue,
        table.entered_at >= start,
        table.entered_at < end,
        table.outcome.in_([outcome.value for outcome in _ENDED]),
        (table.outcome != Outcome.ANSWERED.value) | (table.ended_at > 0),
        table.repaired.is_(False),
    )
    return query.order_by(table.entered_at.desc()).limit(most)


def _summed(newest: Select[Any]) -> Select[Any]:
    each = newest.subquery().c
    sums = (part for name in _LENGTHS for part in (func.sum(each[name]), func.sum(each[name] * each[name])))
    totals = (func.count(), func.sum(each["wait"]), *sums)
    return select(each.outcome, each.agent, *totals).group_by(each.outcome, each.agent)


def pause_lengths(
    connection: Connection, site: str, start: float, end: float, most: int = MOST_SPANS
) -> tuple[dict[str, Spread], float]:
    """(reason → lengths of whole pauses in [start, end), seconds of work in between).

    Of the newest spans alone. Calls outside the queues count as pauses of their own, ``other_call``.
    """
    table = seat_spans.c
    last = connection.scalar(select(func.max(table.id))) or 0
    length = table.end - table.start
    within = (table.id > last - most, table.site == site, table.start >= start, table.start < end)
    query = select(
        table.status, table.reason, func.count(), func.sum(length), func.sum(length * length)
    ).where(*within, table.repaired.is_(False), length < LONGEST_PAUSE_S)
    found: dict[str, Spread] = {}
    worked_s = 0.0
    for status, reason, n, total_s, squares in connection.execute(query.group_by(table.status, table.reason)):
        if status in (SeatStatus.PAUSED, SeatStatus.OTHER_CALL):
            name = reason or "other" if status == SeatStatus.PAUSED else status
            found[name] = found.get(name, Spread()).plus(n, total_s, squares)
        elif status != SeatStatus.UNKNOWN:
            worked_s += total_s
    return found, worked_s


def work_quarters(connection: Connection, site: str, start: float, end: float) -> dict[str, dict[int, float]]:
    """Agent → start of a quarter hour → seconds at work for the queues in it."""
    table = agent_intervals.c
    worked = sum((table[name] for name in _WORK[1:]), start=table[_WORK[0]])
    query = select(table.agent, table.start, worked).where(
        table.site == site, table.start >= int(start), table.start < int(end), worked > 0
    )
    found: dict[str, dict[int, float]] = {}
    for agent, at, worked_ms in connection.execute(query):
        found.setdefault(agent, {})[int(at)] = worked_ms / 1000
    return found


def sums_between(connection: Connection, site: str, start: float, end: float) -> dict[str, Sums]:
    """Queue → sums of the quarter hours that begin in [start, end)."""
    table = queue_intervals.c
    queue = by_value(table.queue)
    query = select(queue, *(func.sum(table[name]) for name in _SUMS)).group_by(queue)
    within = (table.site == site, table.start >= int(start), table.start < end)
    rows = connection.execute(query.where(*within))
    return {name: _sums(sums) for name, *sums in rows}


def _sums(values: Sequence[int]) -> Sums:
    offered, handled, abandoned, *spent = map(int, values)
    handle_ms, waited_ms = sum(spent[:4]), sum(spent[4:])
    return Sums(offered, handled, handle_ms / 1000, abandoned, waited_ms / 1000)


def rostered(connection: Connection, site: str, first: int, last: int) -> dict[str, list[Shift]]:
    """Agent → what the roster of these business days (20261122) says, in order; as later imports left it."""
    table, lines = roster.c, import_rows.c
    current = (lines.import_id == table.import_id) & (lines.line == table.line) & lines.current
    query = select(table.agent, table.start, table.end, table.activity)
    query = query.select_from(roster.join(import_rows, current))
    query = query.where(table.site == site, table.day >= first, table.day <= last).order_by(table.start)
    found: dict[str, list[Shift]] = {}
    for agent, start, end, activity in connection.execute(query):
        found.setdefault(agent, []).append(Shift(start, end, activity))
    return found


def granted_leave(
    connection: Connection, site: str, start: float, end: float
) -> list[tuple[str, str, float, float]]:
    """(seat, agent, from, to) of the leave that was granted and has a part in [start, end)."""
    table = leave_requests.c
    query = select(table.seat, table.agent, table.start, table.end).where(
        table.site == site, table.decision == "granted", table.start < end, table.end > start
    )
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.order_by(table.start))]
