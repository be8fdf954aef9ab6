"""Who followed an order, and when: from the stored spans of the seats. Pure.

The same reading as the live one (``ccfloor.rules.compliance``): a forbidden pause reason must end, an order
to take calls is followed by who is signed on and not paused; of the seats in a forbidden state the first
``limit`` may stay; who falls back later has no grace of his own. Instants are UTC epoch seconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from ccfloor.floor.config import SeatInfo
from ccfloor.floor.records import SpanRow
from ccfloor.floor.seats import SeatStatus
from ccfloor.rules.compliance import NOT_ON_QUEUE, must_sign_in
from ccfloor.rules.model import Order

OnDuty = Callable[[str, float], bool]
_SEAM_S = 0.5  # spans this close are one
_AWAY = (SeatStatus.OFFLINE, SeatStatus.UNKNOWN)


class Breach(NamedTuple):
    """A seat out of order from ``start`` to ``end``. ``kind``: pause reason, or NOT_ON_QUEUE; ``since``: in
    that state since.
    """

    seat: str
    kind: str
    since: float
    start: float
    end: float


class Duty(msgspec.Struct, frozen=True):
    """One seat and one order. ``complied_at`` 0.0: it never did while the order stood.

    ``since``: in that state since; it had time until ``due_at``; ``overdue_s``: seconds beyond it.
    """

    item: str
    seat: str
    agent: str
    agent_en: str
    team: str
    role: str
    kind: str
    since: float
    ordered_at: float
    due_at: float
    complied_at: float
    overdue_s: float


class Tally(NamedTuple):
    """Duties in a few numbers: seats in time, late, never; the longest overdue and all of it in seconds."""

    in_time: int
    late: int
    never: int
    worst_s: float
    total_s: float


def nobody(_seat: str, _at: float) -> bool:
    """Of no seat it is known that it should have been here."""
    return False


def duties(
    item: str,
    order: Order,
    spans: Iterable[SpanRow],
    seats: Mapping[str, SeatInfo],
    ordered_at: float,
    until: float,
    on_duty: OnDuty = nobody,
) -> list[Duty]:
    """Every time a seat was out of order while it stood, [ordered_at, until), earliest first."""
    by_seat: dict[str, list[SpanRow]] = {}
    for span in spans:
        by_seat.setdefault(span.seat, []).append(span)
    names = by_seat.keys() | (seats.keys() if order.on_queue and order.roles else set())
    found: list[Breach] = []
    for seat in sorted(names):
        info = seats.get(seat) or SeatInfo(seat)
        if order.roles and info.role not in order.roles:
            continue
        rows = sorted(by_seat.get(seat, []), key=lambda row: row.start)
        found += (
            _off_queue(
                seat, rows, ordered_at, until, must_sign_in(order, info.role) and on_duty(seat, ordered_at)
            )
            if order.on_queue
            else _forbidden(seat, rows, order)
        )
    standing = [breach for breach in found if breach.end > ordered_at and breach.start < until]
    over = _beyond(standing, order.limit, ordered_at, until) if order.limit else standing
    agents = {seat: rows for seat, rows in by_seat.items()}
    made = [_duty(item, order, b, seats, agents, ordered_at, until) for b in over]
    return sorted(made, key=lambda duty: (duty.due_at, duty.since, duty.seat))


def tally(found: Sequence[Duty]) -> Tally:
    """The numbers of a table of duties; a seat counts once, by its worst."""
    by_seat: dict[str, list[Duty]] = {}
    for duty in found:
        by_seat.setdefault(duty.seat, []).append(duty)
    never = sum(any(not duty.complied_at for duty in own) for own in by_seat.values())
    late = sum(
        all(duty.complied_at for duty in own) and any(duty.overdue_s > 0 for duty in own)
        for own in by_seat.values()
    )
    overdue = [duty.overdue_s for duty in found]
    return Tally(len(by_seat) - never - late, late, never, max(overdue, default=0.0), sum(overdue))


def _forbidden(seat: str, rows: Sequence[SpanRow], order: Order) -> list[Breach]:
    """The seat's pauses for a forbidden reason, those that follow each other as one."""
    paused = [
        Breach(seat, row.reason, row.start, row.start, row.end)
        for row in rows
        if row.status == SeatStatus.PAUSED and row.reason in order.forbid_reasons
    ]
    return _joined(paused)


def _off_queue(seat: str, rows: Sequence[SpanRow], start: float, end: float, awaited: bool) -> list[Breach]:
    """The seat's pauses, and its absence where it should have signed in."""
    found = [
        Breach(seat, row.reason or NOT_ON_QUEUE, row.start, row.start, row.end)
        for row in rows
        if row.status == SeatStatus.PAUSED
    ]
    if awaited:
        here = [(row.start, row.end) for row in rows if row.status not in _AWAY]
        found += [Breach(seat, NOT_ON_QUEUE, first, first, last) for first, last in _gaps(here, start, end)]
    return _joined(sorted(found, key=lambda breach: breach.start))


def _gaps(here: Sequence[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    found, upto = [], start
    for first, last in here:
        if first - upto > _SEAM_S:
            found.append((upto, first))
        upto = max(upto, last)
    return [*found, (upto, end)] if end - upto > _SEAM_S else found


def _joined(rows: Iterable[Breach]) -> list[Breach]:
    found: list[Breach] = []
    for row in rows:
        if found and row.start - found[-1].end <= _SEAM_S:
            found[-1] = found[-1]._replace(end=max(found[-1].end, row.end))
        else:
            found.append(row)
    return found


def _beyond(rows: Sequence[Breach], limit: int, start: float, end: float) -> list[Breach]:
    """The parts in which a seat is not among the ``limit`` that are in that state longest."""
    edges = sorted({start, end, *(e for row in rows for e in (row.start, row.end) if start < e < end)})
    parts: dict[tuple[str, float], Breach] = {}
    for first, last in pairwise(edges):
        now = sorted((row for row in rows if row.start <= first < row.end), key=lambda r: (r.start, r.seat))
        for row in now[limit:]:
            key = (row.seat, row.start)
            kept = parts.get(key)
            begin = kept.start if kept and kept.end == first else first
            parts[key] = row._replace(start=begin, end=last if last < end else row.end)
    return list(parts.values())


def _duty(
    item: str,
    order: Order,
    breach: Breach,
    seats: Mapping[str, SeatInfo],
    rows: Mapping[str, Sequence[SpanRow]],
    ordered_at: float,
    until: float,
) -> Duty:
    info = seats.get(breach.seat) or SeatInfo(breach.seat)
    agent = next((r.agent for r in rows.get(breach.seat, ()) if r.end > breach.start and r.agent), info.agent)
    english = info.agent_en if agent == info.agent else info.others.get(agent, "")
    due = max(ordered_at + order.grace_s, breach.start)
    complied = breach.end if breach.end < until else 0.0
    return Duty(
        item=item,
        seat=breach.seat,
        agent=agent or breach.seat,
        agent_en=english or agent or breach.seat,
        team=info.team,
        role=info.role,
        kind=breach.kind,
        since=breach.since,
        ordered_at=ordered_at,
        due_at=due,
        complied_at=complied,
        overdue_s=max(0.0, min(breach.end, until) - due),
    )
