"""Leave requests (请假): decided at once against the planned peaks, recorded, and checked again live.

``decision``: granted, refused or withdrawn. Instants are UTC epoch seconds.
"""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.rules.calendar import Campaign
from ccfloor.rules.leave import Decision, decide, touched
from ccfloor.service.campaigns import list_campaigns
from ccfloor.service.people_log import PeopleError, Told, named, said, write
from ccfloor.store.engine import writing
from ccfloor.store.tables import leave_requests
from ccfloor.store.viewer import Viewer

GRANTED, REFUSED, WITHDRAWN = "granted", "refused", "withdrawn"
_TOLD = ("seat", "agent", "start", "end", "reason", "force_majeure", "decision")  # to the audit log


class Asked(NamedTuple):
    """A request as it is entered. ``agent`` empty: who usually sits at the seat."""

    seat: str
    start: float
    end: float
    reason: str
    force_majeure: bool = False
    agent: str = ""


class LeaveRow(msgspec.Struct, frozen=True):
    """A stored request. ``why``: the verdict, see rules.leave.Verdict."""

    id: int
    seat: str
    agent: str
    start: float
    end: float
    reason: str
    force_majeure: bool
    who: str
    at: float
    decision: str
    why: str


class Conflict(NamedTuple):
    """Granted leave that meets a planned peak now, because that was entered or moved later."""

    leave: LeaveRow
    campaigns: tuple[Campaign, ...]


def in_force(engine: Engine, viewer: Viewer, now: float) -> tuple[Campaign, ...]:
    """The campaigns that leave is measured against: not cancelled, not over."""
    rows = (row for row in list_campaigns(engine, viewer.site, now) if row.cancelled_at is None)
    return tuple(Campaign(row.start, row.end, row.queues, viewer.words(row.name)) for row in rows)


def foresee(engine: Engine, viewer: Viewer, asked: Asked, now: float) -> Decision:
    """What a request would get if it were entered now."""
    return decide(asked.start, asked.end, asked.force_majeure, in_force(engine, viewer, now))


def request_leave(
    engine: Engine, viewer: Viewer, config: FloorConfig, asked: Asked, who: str, now: float
) -> tuple[int, Decision]:
    """Record a request with its decision, made at once; a refused one is kept as well.

    Raises PeopleError: no_reason, ends_first, over_already, unknown_seat, no_who.
    """
    viewer.needs(Right.DESK)
    seat = _seat(viewer, config, asked.seat)
    if asked.end <= asked.start:
        raise PeopleError("ends_first")
    if asked.end <= now:
        raise PeopleError("over_already")
    reason, by = said(asked.reason, "no_reason"), named(who)
    decision = foresee(engine, viewer, asked, now)
    values = {
        "site": viewer.site,
        "seat": asked.seat,
        "agent": asked.agent.strip() or seat.agent,
        "start": asked.start,
        "end": asked.end,
        "reason": reason,
        "force_majeure": asked.force_majeure,
        "who": by,
        "at": now,
        "decision": GRANTED if decision.granted else REFUSED,
        "why": decision.verdict.value,
    }
    with writing(engine) as connection:
        row = insert(leave_requests).values(values).returning(leave_requests.c.id)
        made = int(connection.execute(row).scalar_one())
        told = Told(Act.LEAVE_ASKED, None, {name: values[name] for name in _TOLD})
        _log(connection, viewer, made, str(values["decision"]), by, reason, now, told)
    return made, decision


def withdraw_leave(
    engine: Engine, viewer: Viewer, config: FloorConfig, leave: int, who: str, why: str, now: float
) -> None:
    """Take a granted leave back that is not over yet."""
    viewer.needs(Right.DESK)
    words, by = said(why), named(who)
    with writing(engine) as connection:
        row = _find(connection, viewer, config, leave)
        if row.decision != GRANTED or row.end <= now:
            raise PeopleError("not_granted")
        _decide(connection, leave, WITHDRAWN, row.why)
        told = Told(Act.LEAVE_WITHDRAWN, {"decision": GRANTED}, _now(row, WITHDRAWN))
        _log(connection, viewer, leave, WITHDRAWN, by, words, now, told)


def restore_leave(
    engine: Engine, viewer: Viewer, config: FloorConfig, leave: int, who: str, why: str, now: float
) -> Decision:
    """Take a withdrawal back: decided anew against the planned peaks of now."""
    viewer.needs(Right.DESK)
    words, by = said(why), named(who)
    campaigns = in_force(engine, viewer, now)
    with writing(engine) as connection:
        row = _find(connection, viewer, config, leave)
        if row.decision != WITHDRAWN:
            raise PeopleError("not_withdrawn")
        if row.end <= now:
            raise PeopleError("over_already")
        decision = decide(row.start, row.end, row.force_majeure, campaigns)
        state = GRANTED if decision.granted else REFUSED
        _decide(connection, leave, state, decision.verdict.value)
        told = Told(Act.LEAVE_RESTORED, {"decision": WITHDRAWN}, _now(row, state))
        _log(connection, viewer, leave, state, by, words, now, told)
    return decision


def list_leave(
    engine: Engine, viewer: Viewer, config: FloorConfig, start: float, end: float = float("inf")
) -> list[LeaveRow]:
    """The requests with a part in [start, end) of the viewer's seats, in order of their start."""
    viewer.needs(Right.FLOOR)
    table = leave_requests.c
    within = [table.site == viewer.site, table.end > start]
    if end != float("inf"):
        within.append(table.start < end)
    mine = seats_in_sight(viewer, config)
    if mine is not None:
        within.append(table.seat.in_(sorted(mine)))
    query = select(leave_requests).where(*within).order_by(table.start, table.id)
    with engine.connect() as connection:
        rows = [_row(found) for found in connection.execute(query).mappings()]
    return [msgspec.structs.replace(row, reason=viewer.words(row.reason)) for row in rows]


def seats_in_sight(viewer: Viewer, config: FloorConfig) -> frozenset[str] | None:
    """Of which seats a viewer may hear when they are away; None: all.

    Leave is about people, and the files say of people which team they are in: whose scope is queues alone
    hears of nobody's.
    """
    return frozenset() if viewer.queues is not None and viewer.teams is None else viewer.seats(config)


def conflicts(rows: list[LeaveRow], campaigns: tuple[Campaign, ...], now: float) -> list[Conflict]:
    """Granted leave ahead that meets a planned peak and is not force majeure."""
    standing = (r for r in rows if r.decision == GRANTED and not r.force_majeure and r.end > now)
    met = (Conflict(row, touched(max(row.start, now), row.end, campaigns)) for row in standing)
    return [conflict for conflict in met if conflict.campaigns]


def _seat(viewer: Viewer, config: FloorConfig, name: str) -> SeatInfo:
    mine = seats_in_sight(viewer, config)
    info = config.seats.get(name)
    if info is None or (mine is not None and name not in mine):
        raise PeopleError("unknown_seat")
    return info


def _find(connection: Connection, viewer: Viewer, config: FloorConfig, leave: int) -> LeaveRow:
    mine = (leave_requests.c.id == leave, leave_requests.c.site == viewer.site)
    found = connection.execute(select(leave_requests).where(*mine)).mappings().first()
    seats = seats_in_sight(viewer, config)
    if found is None or (seats is not None and found["seat"] not in seats):
        raise PeopleError("unknown_leave")
    return _row(found)


def _decide(connection: Connection, leave: int, decision: str, why: str) -> None:
    values = {"decision": decision, "why": why}
    connection.execute(update(leave_requests).where(leave_requests.c.id == leave).values(values))


def _row(found: RowMapping) -> LeaveRow:
    return LeaveRow(**{name: found[name] for name in LeaveRow.__struct_fields__})


def _now(row: LeaveRow, decision: str) -> dict[str, object]:
    """A request as the audit log tells it."""
    return {name: getattr(row, name) for name in _TOLD} | {"decision": decision}


def _log(
    connection: Connection, viewer: Viewer, leave: int, item: str, who: str, why: str, now: float, told: Told
) -> None:
    write(connection, viewer.site, f"leave/{leave}", item, who, why, now, told=told, viewer=viewer)
