"""A floor whose seats can be moved: a switch that does, refuses or ignores what it is asked, step by step."""

from dataclasses import dataclass, field

from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.acd.base import CommandKind, CommandResult, Health, LinkState, SeatCommand
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.view import FloorView, Membership, SeatView, Window
from ccfloor.service.commands import answer_command, asked_commands
from ccfloor.service.hub import LiveRow
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.follow import Follower
from ccfloor.service.moves.listing import MoveStands, list_moves
from ccfloor.service.moves.undo import undo_move
from ccfloor.store.viewer import Viewer
from tests.unit.service import views

T0 = views.AT
QUEUES = ("loans", "cards", "fraud")
TEAMS = {"S/1": "A", "S/2": "A", "S/3": "A", "S/4": "B", "S/5": "B", "S/6": "B"}
CONFIG = FloorConfig(
    zone="Asia/Shanghai",
    queues={name: QueueInfo(name) for name in QUEUES},
    seats={seat: SeatInfo(seat, f"{seat} agent", team=team) for seat, team in TEAMS.items()},
)
BOSS = Viewer(role="manager")


@dataclass
class Desk:
    """A seat as the switch has it."""

    queues: dict[str, Membership]
    status: str = "ready"
    call: str = ""
    reason: str = ""
    agent: str = ""


def _desks() -> dict[str, Desk]:
    served = {"S/1": "loans", "S/2": "loans", "S/3": "loans", "S/4": "cards", "S/5": "cards", "S/6": "fraud"}
    return {seat: Desk({queue: Membership(queue, 1)}) for seat, queue in served.items()}


@dataclass
class MovingFloor:
    """Time stands still until ``step``. ``refuses``: queue → the switch's words; ``deaf``: no answers."""

    engine: Engine
    now: float = T0
    desks: dict[str, Desk] = field(default_factory=_desks)
    refuses: dict[str, str] = field(default_factory=dict)
    deaf: bool = False
    blind: bool = False
    collecting: bool = True
    asked: list[SeatCommand] = field(default_factory=list)
    lost: tuple[str, ...] = ()
    _seq: int = 0
    _shown: LiveRow | None = None

    def __post_init__(self) -> None:
        self.follower = self.restarted()

    def restarted(self) -> Follower:
        """Somebody follows anew, who remembers nothing."""
        self.follower = Follower(self.engine, "main", lambda: self.now, live=self.live)
        return self.follower

    # -- what is seen ------------------------------------------------------------------------------

    def view(self) -> FloorView:
        """The floor now."""
        window = Window(offered=30, answered=28, abandoned=2, handled=28, asa_s=12.0, aht_s=180.0)
        queues = tuple(replace(views.queue(name), last_30=window, today=window) for name in QUEUES)
        seats = tuple(self._seat(seat, desk) for seat, desk in self.desks.items())
        return views.view(self.now, queues=queues, seats=seats, events=1)

    def _seat(self, seat: str, desk: Desk) -> SeatView:
        paused = bool(desk.queues) and all(one.paused for one in desk.queues.values())
        status = "paused" if paused and desk.status == "ready" else desk.status
        shown = replace(views.seat(seat, status, team=TEAMS[seat]), call=desk.call, paused=paused)
        shown = replace(shown, agent=desk.agent or shown.agent)
        return replace(shown, queues=tuple(desk.queues.values()), reason_text=desk.reason if paused else "")

    def live(self, after: int) -> LiveRow | None:
        """What the collector wrote last."""
        if self.collecting or self._shown is None:
            self._seq += 1
            view = self.view()
            view = replace(view, blind_since=self.now - 9) if self.blind else view
            lost = Health("ami", LinkState.DOWN, seats=self.lost)
            self._shown = LiveRow(self._seq, self.now, view, (lost,))
        return self._shown if self._shown.seq != after else None

    # -- what happens ------------------------------------------------------------------------------

    def step(self, seconds: float = 1.0, times: int = 1) -> None:
        """Time goes on, the switch answers what it was asked, the moves are followed."""
        for _ in range(times):
            self.now += seconds
            self.answer()
            self.follower.look()

    def answer(self) -> None:
        """The switch does what it was asked."""
        for item in asked_commands(self.engine, "main"):
            if self.deaf:
                continue
            self.asked.append(item.command)
            refused = self.refuses.get(item.command.queue)
            if refused is None:
                self._do(item.command)
            answer_command(self.engine, item.id, CommandResult(refused is None, refused or "ok"), self.now)

    def ignore(self) -> None:
        """What the switch was asked gets no answer any more."""
        for item in asked_commands(self.engine, "main"):
            lost = CommandResult(False, "no answer", answered=False)
            answer_command(self.engine, item.id, lost, self.now)

    def _do(self, command: SeatCommand) -> None:
        desk = self.desks[command.seat]
        if command.kind is CommandKind.ADD:
            joined = Membership(command.queue, command.penalty, command.paused, command.reason)
            desk.queues[command.queue] = joined
        elif command.kind is CommandKind.REMOVE:
            del desk.queues[command.queue]
        elif command.kind is CommandKind.PENALTY:
            desk.queues[command.queue] = replace(desk.queues[command.queue], penalty=command.penalty)
        else:
            paused, reason = command.kind is CommandKind.PAUSE, command.reason
            for queue in [command.queue] if command.queue else list(desk.queues):
                desk.queues[queue] = replace(desk.queues[queue], paused=paused, reason=reason)

    def rest(self, *seats: str, reason: str = "break") -> None:
        """Seats go on a pause."""
        for seat in seats:
            self.desks[seat].reason = reason
            self._do(SeatCommand(CommandKind.PAUSE, seat, reason=reason))

    # -- what people do ----------------------------------------------------------------------------

    def ask(self, *seats: str, to: str = "fraud", viewer: Viewer = BOSS, **more: object) -> int:
        """Ask for a move."""
        wanted = Wanted(seats, {to: 0}, **more)  # type: ignore[arg-type]
        return ask_move(self.engine, viewer, self.view(), wanted, "高峰", self.now, who="周岚")

    def undo(self, move: int, *seats: str, viewer: Viewer = BOSS) -> tuple[str, ...]:
        """Take a move back."""
        return undo_move(self.engine, viewer, CONFIG, move, "错了", self.now, who="李", seats=seats)

    def stands(self, viewer: Viewer = BOSS) -> list[MoveStands]:
        """The moves as a page shows them."""
        return list_moves(self.engine, viewer, CONFIG, self.now)

    def states(self, move: int) -> dict[str, str]:
        """Seat → state."""
        (found,) = [one for one in self.stands() if one.id == move]
        return {seat.seat: seat.state for seat in found.seats}

    def served(self, seat: str) -> dict[str, int]:
        """Queue → penalty, as the switch has it."""
        return {queue: one.penalty for queue, one in self.desks[seat].queues.items()}
