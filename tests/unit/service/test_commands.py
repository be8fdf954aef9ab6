"""Commands: asked by a page, answered by the collector, taken back; each a row."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccfloor.acd.base import CommandKind, CommandResult, SeatCommand
from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.floor.view import FloorView, Membership, QueueView, SeatCounts, SeatDay, SeatView, Window
from ccfloor.service.commands import (
    CommandError,
    answer_command,
    asked_commands,
    list_commands,
    request_command,
    undo_command,
)
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import Viewer

NOW = 1_800_000_000.0
VIEWER = Viewer(role="lead")
CONFIG = FloorConfig(seats={"PJSIP/101": SeatInfo("PJSIP/101", team="A")})
PAUSE = SeatCommand(CommandKind.PAUSE, "PJSIP/101", reason="break")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'floor.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def _view(paused: bool = False, reason: str = "") -> FloorView:
    window = Window()
    queue = QueueView("support", 0, 0.0, None, 0.0, 20.0, 0.8, SeatCounts(), window, window, window, window)
    seat = SeatView(
        seat="PJSIP/101",
        agent="陈思远",
        agent_en="S. Chen",
        number="1001",
        team="A",
        role="agent",
        status="paused" if paused else "ready",
        reason=reason,
        reason_text=reason,
        since=NOW - 60,
        paused=paused,
        paused_since=NOW - 60 if paused else None,
        device="idle",
        queue="",
        call="",
        caller="",
        queues=(Membership("support", 2),),
        day=SeatDay(),
    )
    return FloorView("main", NOW, NOW - 3600, queue, (queue,), (seat,), (), ())


def _ask(engine: Engine, command: SeatCommand = PAUSE, view: FloorView | None = None) -> int:
    return request_command(engine, VIEWER, view or _view(), command, "heavy call", NOW)


def test_asked_command_is_handed_to_the_collector_as_it_was_asked(engine: Engine) -> None:
    asked = _ask(engine)
    assert [(row.id, row.at, row.command) for row in asked_commands(engine, "main")] == [(asked, NOW, PAUSE)]
    assert asked_commands(engine, "elsewhere") == []
    (row,) = list_commands(engine, VIEWER, CONFIG)
    assert (row.state, row.by, row.why, row.reason, row.undoable) == (
        "asked",
        "lead",
        "heavy call",
        "break",
        False,
    )


@pytest.mark.parametrize(("ok", "state", "undoable"), [(True, "done", True), (False, "refused", False)])
def test_answer_is_shown_and_only_what_was_done_can_be_undone(
    engine: Engine, ok: bool, state: str, undoable: bool
) -> None:
    answer_command(engine, _ask(engine), CommandResult(ok, "Interface not found"), NOW + 1)
    (row,) = list_commands(engine, VIEWER, CONFIG, "PJSIP/101")
    assert (row.state, row.message, row.answered_at, row.undoable) == (
        state,
        "Interface not found",
        NOW + 1,
        undoable,
    )
    assert asked_commands(engine, "main") == []


def test_what_the_switch_never_answered_is_not_called_refused(engine: Engine) -> None:
    first = _ask(engine)
    answer_command(engine, first, CommandResult(True), NOW)
    undo = undo_command(engine, VIEWER, _view(paused=True, reason="break"), first, "mistake", NOW + 5)
    answer_command(engine, undo, CommandResult(False, "no answer in time", answered=False), NOW + 15)
    row = list_commands(engine, VIEWER, CONFIG)[0]
    assert (row.state, row.message, row.undoable) == ("unanswered", "no answer in time", False)
    undo_command(engine, VIEWER, _view(paused=True, reason="break"), first, "again", NOW + 20)


def test_undo_of_a_pause_ends_it_and_cannot_be_repeated(engine: Engine) -> None:
    first = _ask(engine)
    answer_command(engine, first, CommandResult(True), NOW)
    undo = undo_command(engine, VIEWER, _view(paused=True, reason="break"), first, "mistake", NOW + 5)
    (waiting,) = asked_commands(engine, "main")
    assert waiting.id == undo
    assert waiting.command == SeatCommand(CommandKind.UNPAUSE, "PJSIP/101")
    assert not any(row.undoable for row in list_commands(engine, VIEWER, CONFIG))
    with pytest.raises(CommandError, match="cannot_undo"):
        undo_command(engine, VIEWER, _view(), first, "again", NOW + 6)


def test_undo_of_an_ended_pause_brings_its_reason_back(engine: Engine) -> None:
    first = _ask(engine, SeatCommand(CommandKind.UNPAUSE, "PJSIP/101"), _view(paused=True, reason="meal"))
    answer_command(engine, first, CommandResult(True), NOW)
    undo_command(engine, VIEWER, _view(), first, "still eating", NOW + 5)
    (waiting,) = asked_commands(engine, "main")
    assert waiting.command == SeatCommand(CommandKind.PAUSE, "PJSIP/101", reason="meal")


def test_undo_restores_the_penalty_that_was(engine: Engine) -> None:
    command = SeatCommand(CommandKind.PENALTY, "PJSIP/101", queue="support", penalty=9)
    first = _ask(engine, command)
    answer_command(engine, first, CommandResult(True), NOW)
    undo_command(engine, VIEWER, _view(), first, "back", NOW + 5)
    (waiting,) = asked_commands(engine, "main")
    assert waiting.command.penalty == 2


@pytest.mark.parametrize(
    ("viewer", "command", "why", "code"),
    [
        (VIEWER, PAUSE, "  ", "no_why"),
        (VIEWER, SeatCommand(CommandKind.PAUSE, "PJSIP/999"), "x", "unknown_seat"),
        (Viewer(teams=frozenset({"B"})), PAUSE, "x", "unknown_seat"),
        (Viewer(queues=frozenset({"sales"})), PAUSE, "x", "unknown_seat"),
        (
            Viewer(queues=frozenset({"support"})),
            SeatCommand(CommandKind.ADD, "PJSIP/101", queue="vip"),
            "x",
            "unknown_queue",
        ),
    ],
)
def test_what_is_not_even_asked(
    engine: Engine, viewer: Viewer, command: SeatCommand, why: str, code: str
) -> None:
    with pytest.raises(CommandError) as raised:
        request_command(engine, viewer, _view(), command, why, NOW)
    assert raised.value.code == code
    assert asked_commands(engine, "main") == []


def test_the_same_thing_is_not_asked_twice_while_it_waits(engine: Engine) -> None:
    _ask(engine)
    with pytest.raises(CommandError, match="already_asked"):
        _ask(engine)
    answer_command(engine, asked_commands(engine, "main")[0].id, CommandResult(True), NOW)
    assert _ask(engine) > 1


def test_a_team_s_viewer_reads_of_its_own_seats_alone(engine: Engine) -> None:
    _ask(engine)
    assert len(list_commands(engine, Viewer(teams=frozenset({"A"})), CONFIG)) == 1
    assert list_commands(engine, Viewer(teams=frozenset({"B"})), CONFIG, "PJSIP/101") == []
    assert list_commands(engine, Viewer(site="elsewhere"), CONFIG) == []
