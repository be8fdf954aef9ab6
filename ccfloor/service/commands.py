"""Commands are records: who asks what of a seat, why, and what was before; then the switch's own answer.

A page writes a row as ``asked``; the collector takes it, asks the switch and stores the answer as ``done``,
``refused`` or ``unanswered``. Undo is another command. Instants are UTC epoch seconds.
"""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.acd.base import CommandKind, CommandResult, SeatCommand
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.service.audit import SWITCH, acting, record
from ccfloor.store.engine import writing
from ccfloor.store.tables import commands
from ccfloor.store.viewer import Viewer

ASKED, DONE, REFUSED, UNANSWERED = "asked", "done", "refused", "unanswered"
_WHY_MAX = 200


class CommandError(ValueError):
    """A command that is not even asked. ``code`` picks the sentence in the texts (``cmd.error.…``)."""

    def __init__(self, code: str, **about: tuple[str, ...]) -> None:
        super().__init__(code)
        self.code, self.about = code, about  # ``about``: which queues or seats, where it is not all


class Before(msgspec.Struct, frozen=True):
    """What a seat was when something was asked of it: enough to take the command back."""

    status: str = ""
    paused: bool = False
    reason: str = ""
    penalty: int | None = None


class Asked(NamedTuple):
    """A command that the collector has not answered: its id, when it was asked, and what."""

    id: int
    at: float
    command: SeatCommand


class CommandRecord(msgspec.Struct, frozen=True):
    """One command as a page shows it. ``state``: see above; ``message``: the switch's words."""

    id: int
    at: float
    by: str
    why: str
    kind: str
    seat: str
    queue: str
    reason: str
    state: str
    message: str
    answered_at: float | None
    undo_of: int | None
    undoable: bool


def request_command(
    engine: Engine,
    viewer: Viewer,
    view: FloorView | None,
    command: SeatCommand,
    why: str,
    now: float,
    *,
    who: str = "",
    undo_of: int | None = None,
) -> int:
    """Ask for a command; returns its id. ``view``: the floor now, in which the seat must be found.

    Raises CommandError without a reason (``no_why``), for a seat or queue that the viewer does not see
    (``unknown_seat``, ``unknown_queue``), and for a command that is asked already (``already_asked``).
    """
    viewer.needs(Right.SEATS)
    if not why.strip():
        raise CommandError("no_why")
    seat = _seat(viewer, view, command.seat)
    if command.queue and not viewer.sees_queue(command.queue):
        raise CommandError("unknown_queue")
    row = {
        "site": viewer.site,
        "at": now,
        "who": who or viewer.role,
        "why": why.strip()[:_WHY_MAX],
        "kind": command.kind.value,
        "seat": command.seat,
        "queue": command.queue,
        "args": msgspec.json.encode(command).decode(),
        "before": msgspec.json.encode(_before(seat, command.queue)).decode(),
        "status": ASKED,
        "answer": "",
        "undo_of": undo_of,
    }
    with writing(engine) as connection:
        same = (
            commands.c.site == viewer.site,
            commands.c.status == ASKED,
            *(commands.c[name] == row[name] for name in ("seat", "queue", "kind")),
        )
        if connection.execute(select(commands.c.id).where(*same)).first():
            raise CommandError("already_asked")
        made = int(connection.execute(insert(commands).values(row).returning(commands.c.id)).scalar_one())
        _log(connection, viewer, row, made, now)
        return made


def _log(connection: Connection, viewer: Viewer, row: dict[str, Any], number: int, now: float) -> None:
    command = msgspec.json.decode(row["args"], type=SeatCommand)
    act = Act.SEAT_ASKED if row["undo_of"] is None else Act.SEAT_UNDONE
    was, wanted = _wanted(command, msgspec.json.decode(row["before"], type=Before))
    told = {"kind": command.kind, "queue": command.queue, "command": number, "undo_of": row["undo_of"]}
    after = {name: value for name, value in told.items() if value} | wanted
    by, about = acting(row["who"], viewer), f"seat/{command.seat}"
    record(connection, by, act, about, was, after, row["why"], now, site=viewer.site)


def _wanted(command: SeatCommand, before: Before) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the seat was and what it shall be, as the audit log tells it."""
    if command.kind in (CommandKind.PAUSE, CommandKind.UNPAUSE):
        paused = command.kind is CommandKind.PAUSE
        was = {"paused": before.paused, "reason": before.reason}
        return was, {"paused": paused, "reason": command.reason if paused else ""}
    penalty = None if command.kind is CommandKind.REMOVE else command.penalty
    return {"penalty": before.penalty}, {"penalty": penalty}


def give_command(
    connection: Connection, site: str, who: str, why: str, command: SeatCommand, before: Before, at: float
) -> int:
    """Ask for a command in the transaction of the act that it is part of, which logs it; returns its id."""
    row = {"site": site, "at": at, "who": who, "why": why[:_WHY_MAX], "kind": command.kind.value}
    row |= {"seat": command.seat, "queue": command.queue, "status": ASKED, "answer": ""}
    row |= {name: msgspec.json.encode(one).decode() for name, one in (("args", command), ("before", before))}
    return int(connection.execute(insert(commands).values(row).returning(commands.c.id)).scalar_one())


def undo_command(
    engine: Engine,
    viewer: Viewer,
    view: FloorView | None,
    command_id: int,
    why: str,
    now: float,
    *,
    who: str = "",
) -> int:
    """Ask for the opposite of a command that was done; returns the new command's id.

    Raises CommandError: ``unknown_command``, ``cannot_undo``, and what request_command raises.
    """
    viewer.needs(Right.SEATS)
    mine = (commands.c.id == command_id, commands.c.site == viewer.site)
    with engine.connect() as connection:
        row = connection.execute(select(commands).where(*mine)).mappings().first()
        undone = connection.execute(select(commands.c.id).where(*_undoing([command_id]))).first()
    if row is None:
        raise CommandError("unknown_command")
    back = _opposite(row)
    if back is None or undone is not None:
        raise CommandError("cannot_undo")
    return request_command(engine, viewer, view, back, why, now, who=who, undo_of=command_id)


def list_commands(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    seat: str = "",
    limit: int = 50,
    until: float | None = None,
) -> list[CommandRecord]:
    """The latest commands on the viewer's seats (on one of them, if named), newest first.

    ``until``: those that had been asked by that instant.
    """
    viewer.needs(Right.FLOOR)
    query = select(commands).where(commands.c.site == viewer.site)
    if until is not None:
        query = query.where(commands.c.at <= until)
    mine = viewer.seats(config)
    if mine is not None:
        query = query.where(commands.c.seat.in_(sorted(mine)))
    if seat:
        query = query.where(commands.c.seat == seat)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(commands.c.id.desc()).limit(limit)).mappings().all()
        ids = [int(row["id"]) for row in rows]
        undone = set(connection.execute(select(commands.c.undo_of).where(*_undoing(ids))).scalars())
    seen = (row for row in rows if viewer.sees_queue(row["queue"]) or not row["queue"])
    return [_record(viewer, row, undone) for row in seen]


def asked_commands(engine: Engine, site: str) -> list[Asked]:
    """Commands that wait for the collector, oldest first. One that waited too long is best refused."""
    waiting = (commands.c.site == site, commands.c.status == ASKED)
    query = select(commands.c.id, commands.c.at, commands.c.args).where(*waiting).order_by(commands.c.id)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Asked(int(row.id), row.at, msgspec.json.decode(row.args, type=SeatCommand)) for row in rows]


def answer_command(engine: Engine, command_id: int, result: CommandResult, now: float) -> None:
    """Store the switch's answer to a command."""
    answer = {
        "status": DONE if result.ok else REFUSED if result.answered else UNANSWERED,
        "answer": result.message,
        "answered_at": now,
    }
    with writing(engine) as connection:
        mine = commands.c.id == command_id
        row = connection.execute(select(commands).where(mine)).mappings().first()
        if row is None:
            return
        connection.execute(update(commands).where(mine).values(answer))
        after = {"command": command_id, "state": answer["status"], "message": result.message}
        before, about = {"state": row["status"]}, f"seat/{row['seat']}"
        record(connection, SWITCH, Act.SEAT_ANSWERED, about, before, after, "", now, site=row["site"])


def _undoing(ids: list[int]) -> tuple[Any, ...]:
    """Conditions of commands that take one of these back, or may still do so."""
    return (commands.c.undo_of.in_(ids), commands.c.status.in_((ASKED, DONE)))


def _seat(viewer: Viewer, view: FloorView | None, name: str) -> SeatView:
    for seat in view.seats if view else ():
        if seat.seat == name:
            in_team = viewer.teams is None or seat.team in viewer.teams
            in_queue = viewer.queues is None or any(viewer.sees_queue(m.queue) for m in seat.queues)
            if in_team and in_queue:
                return seat
    raise CommandError("unknown_seat")


def _before(seat: SeatView, queue: str) -> Before:
    member = next((m for m in seat.queues if m.queue == queue), None)
    return Before(
        seat.status, seat.paused, seat.reason_text or seat.reason, member.penalty if member else None
    )


def _opposite(row: RowMapping) -> SeatCommand | None:
    """The command that restores what was before, or None where nothing was done or nothing changed."""
    if row["status"] != DONE:
        return None
    command = msgspec.json.decode(row["args"], type=SeatCommand)
    before = msgspec.json.decode(row["before"], type=Before)
    back = msgspec.structs.replace
    if command.kind is CommandKind.PAUSE and not before.paused:
        return back(command, kind=CommandKind.UNPAUSE, reason="")
    if command.kind in (CommandKind.PAUSE, CommandKind.UNPAUSE):
        return back(command, kind=CommandKind.PAUSE, reason=before.reason) if before.paused else None
    if command.kind is CommandKind.ADD:
        return back(command, kind=CommandKind.REMOVE) if before.penalty is None else None
    if before.penalty is None:
        return None
    kind = CommandKind.ADD if command.kind is CommandKind.REMOVE else CommandKind.PENALTY
    return back(command, kind=kind, penalty=before.penalty)


def _record(viewer: Viewer, row: RowMapping, undone: set[int | None]) -> CommandRecord:
    command = msgspec.json.decode(row["args"], type=SeatCommand)
    undoable = row["id"] not in undone and row["undo_of"] is None and _opposite(row) is not None
    return CommandRecord(
        id=row["id"],
        at=row["at"],
        by=row["who"],
        why=viewer.words(row["why"]),
        kind=row["kind"],
        seat=row["seat"],
        queue=row["queue"],
        reason=command.reason,
        state=row["status"],
        message=viewer.words(row["answer"]),
        answered_at=row["answered_at"],
        undo_of=row["undo_of"],
        undoable=undoable,
    )
