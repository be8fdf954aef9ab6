"""One agent's day: what the seat did, which calls, how the day kept to the roster. Runs across midnight.

The figures are those of the business day, so that they equal every other page. What is drawn are the
stretches of presence that begin in the day, whole: a night shift is seen from its beginning to its end. Where
one of the day before ended in this day (``before``) it is drawn there.
Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.floor.view import FloorView
from ccfloor.kpi.adherence import Adherence, Shift, adherence, reach, stay
from ccfloor.kpi.period import Period, business_date, day_number, day_of
from ccfloor.kpi.scope import Scope
from ccfloor.store.agent_day import calls_of, roster_of, spans_of, visits_of
from ccfloor.store.kpi_figures import figures
from ccfloor.store.seen import Seen, seen
from ccfloor.store.span_sums import presence_told
from ccfloor.store.viewer import Viewer

_APART_S = 2 * 3600.0  # longer away than this begins another stretch of presence
_AROUND_S = 16 * 3600.0
_HOUR_S = 3600.0
_BEHIND_S = 60.0  # what is stored lies so far behind at most while a link is in sight


class Floor(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig

    def floor_now(self) -> float: ...

    def view(self, viewer: Viewer) -> FloorView | None: ...


class Bit(NamedTuple):
    """A stretch in one status (or pause reason). ``row``: the visit it belongs to; ``open``: it goes on."""

    start: float
    end: float
    kind: str
    queue: str = ""
    row: CallRow | None = None
    repaired: bool = False
    open: bool = False


class DayLine(NamedTuple):
    """Everything of one agent's business day. ``start``, ``end``: what is drawn."""

    agent: str
    day: Period
    start: float
    end: float
    bits: list[Bit]
    calls: list[CallRow]
    shifts: tuple[Shift, ...]
    kept: Adherence | None
    sums: Mapping[str, float]
    blind: list[tuple[float, float]]
    before: float = 0.0

    @property
    def over_midnight(self) -> bool:
        """Whether what is drawn reaches out of the business day."""
        return self.start < self.day.start or self.end > self.day.end


def day_line(service: Floor, viewer: Viewer, agent: str, day: Period) -> DayLine:
    """An agent's day as it was, or as far as it has come."""
    config, now = service.config, service.floor_now()
    around = (day.start - _AROUND_S, day.end + _AROUND_S)
    with service.engine.connect() as connection:
        spans = spans_of(connection, viewer, config, agent, *around)
        spans += _going_on(service.view(viewer), agent, now, around)
        every = sorted(spans, key=lambda row: row.start)
        spans, before = _of_day(every, day)
        start, end = _edges(spans, day)
        calls = calls_of(connection, viewer, config, agent, start, end)
        visits = visits_of(connection, viewer, config, (row.call for row in spans))
        days = [day_number(business_date(config, at)) for at in (day.start - _HOUR_S, day.start, day.end)]
        roster = {of.day: of.shifts for of in roster_of(connection, viewer, config, agent, days)}
        shifts = roster.get(days[1], ())
        sight = seen(connection, viewer.site)
        told = presence_told(connection, viewer.site, sight, (day.start, day.end))
    kept = _kept(shifts, roster.get(days[0], ()), roster.get(days[2], ()), every, now, (sight, told))
    if shifts:
        start, end = min(start, _hour(shifts[0].start)), max(end, max(s.end for s in shifts))
    (sums,) = figures(service.engine, viewer, config, Scope("agent", agent), [day])
    bits = [_bit(row, visits.get(row.call, ()), now) for row in spans]
    blind = _blind(sight, start, end, now)
    return DayLine(agent, day, start, end, bits, calls, shifts, kept, sums, blind, before)


def worked_ms(bits: Iterable[Bit], start: float, end: float) -> int:
    """Presence within [start, end), whichever the status; two seats at once count once."""
    total, upto = 0.0, start
    for bit in sorted(bits):
        first, last = max(bit.start, upto), min(bit.end, end)
        if last > first:
            total, upto = total + last - first, last
    return round(total * 1000)


def of_kind(bits: Iterable[Bit], start: float, end: float) -> dict[str, int]:
    """Kind → milliseconds within [start, end)."""
    found: dict[str, int] = {}
    for bit in bits:
        spent = min(bit.end, end) - max(bit.start, start)
        if spent > 0:
            found[bit.kind] = found.get(bit.kind, 0) + round(spent * 1000)
    return found


def missed(line: DayLine) -> list[Bit]:
    """The rings that this agent did not answer; the ringing now is none of them."""
    taken = {(row.source, row.position) for row in line.calls}
    return [
        bit
        for bit in line.bits
        if bit.kind == "ringing"
        and not bit.open
        and bit.row is not None
        and (bit.row.source, bit.row.position) not in taken
    ]


def today(service: Floor) -> Period:
    """The business day that runs."""
    return day_of(service.config, service.floor_now())


def _going_on(view: FloorView | None, agent: str, now: float, around: tuple[float, float]) -> list[SpanRow]:
    """What goes on now is stored when it ends: the live picture tells of it."""
    if view is None or not around[0] <= now < around[1]:
        return []
    return [
        SpanRow(seat.seat, agent, seat.since, now, seat.status, seat.reason, seat.queue, seat.call)
        for seat in view.seats
        if seat.agent == agent and seat.status not in ("offline", "unknown") and 0 < seat.since < now
    ]


def _of_day(spans: Sequence[SpanRow], day: Period) -> tuple[list[SpanRow], float]:
    """The stretches of presence that begin in the day, whole; and until when one of the day before lasted.

    Where none begins, the one that reaches in.
    """
    stretches: list[list[SpanRow]] = []
    upto = 0.0
    for row in spans:
        if not stretches or row.start - upto > _APART_S:
            stretches.append([])
            upto = row.end
        stretches[-1].append(row)
        upto = max(upto, row.end)
    earlier = [some for some in stretches if some[0].start < day.start and _end(some) > day.start]
    found = [row for some in stretches if day.start <= some[0].start < day.end for row in some]
    if not found:
        return [row for some in earlier for row in some], 0.0
    return found, max((_end(some) for some in earlier), default=0.0)


def _end(some: Sequence[SpanRow]) -> float:
    return max(row.end for row in some)


def _edges(spans: Sequence[SpanRow], day: Period) -> tuple[float, float]:
    """Whole hours around the presence; of a day without any, the day itself."""
    if not spans:
        return day.start, day.end
    last = max(row.end for row in spans)
    return _hour(spans[0].start), _hour(last) + (_HOUR_S if last % _HOUR_S else 0.0)


def _hour(at: float) -> float:
    return at - at % _HOUR_S


def _kept(
    shifts: Sequence[Shift],
    before: Sequence[Shift],
    after: Sequence[Shift],
    spans: Sequence[SpanRow],
    now: float,
    sight: tuple[Seen, bool],
) -> Adherence | None:
    """How the day kept to the roster so far; None without one, and where presence is not told of.

    The same as ``store.facts`` counts once the day is over. ``sight``: with whether anybody told who was
    there.
    """
    if not shifts:
        return None
    due = [Shift(s.start, min(s.end, now), s.activity) for s in shifts if s.start < now]
    if not due:
        return None
    earlier = max((s.end for s in before), default=0.0)
    later = min((s.start for s in after), default=float("inf"))
    start, end = reach(due, earlier, later)
    stays = [
        stay(max(row.start, start), min(row.end, end), row.status, row.reason)
        for row in spans
        if row.start < end and row.end > start
    ]
    return adherence(due, stays, excused=_blind(sight[0], start, end, now), told=sight[1])


def _blind(sight: Seen, start: float, end: float, now: float) -> list[tuple[float, float]]:
    """Where nobody told who was there. The last moments are told of by the live picture, not stored yet."""
    until = now if now - sight.until > _BEHIND_S else sight.until
    return sight.blind(start, min(end, until))


def _bit(row: SpanRow, visits: Sequence[CallRow], now: float) -> Bit:
    kind = (row.reason or "other") if row.status == "paused" else row.status
    theirs = [one for one in visits if one.entered_at <= row.end and one.queue == row.queue]
    return Bit(
        row.start,
        row.end,
        kind,
        row.queue,
        theirs[-1] if theirs else None,
        row.repaired,
        row.end >= now - 1.0,
    )
