"""Moves through the collector to an Asterisk: the right actions in order, its refusal, its silence."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.service.collecting import make_collector
from ccfloor.service.keeper import live_source
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.follow import Follower
from ccfloor.service.moves.listing import SeatStands, list_moves
from ccfloor.service.moves.undo import undo_move
from ccfloor.service.settings import AmiSettings, CollectorSettings, Settings
from ccfloor.staffing.moving import CONFIRM_S
from ccfloor.store.engine import open_engine
from tests.fakes.ami_server import FakeAmi
from tests.fakes.current import upgrade
from tests.fakes.moving_floor import BOSS

CONFIG = FloorConfig(zone="UTC")
QUICK = CollectorSettings(tick_s=0.05, batch_s=0.0)


def _report(paused: str = "0") -> list[dict[str, str]]:
    """Two seats of loans, the second on a break if paused; one of fraud."""
    member = {"Membership": "dynamic", "Status": "1", "Penalty": "1", "CallsTaken": "0", "LastCall": "0"}
    queue = {"Event": "QueueParams", "Strategy": "rrmemory", "Calls": "0", "ServiceLevel": "20", "Max": "0"}
    found = [queue | {"Queue": name} for name in ("loans", "fraud")]
    for name, number in (("loans", "1"), ("loans", "2"), ("fraud", "3")):
        of = {"Name": f"Agent {number}", "Location": f"PJSIP/10{number}", "Queue": name, "InCall": "0"}
        rests = {"Paused": paused, "PausedReason": "lunch"} if number == "2" else {"Paused": "0"}
        found.append({"Event": "QueueMember", **of, **member, **rests})
    return found


class Switchboard:
    """A collector at a fake Asterisk, and moves that are followed as fast as it answers."""

    def __init__(self, folder: Path, paused: str = "0") -> None:
        self.server = FakeAmi()
        self.server.report = _report(paused)
        self.engine: Engine = open_engine(f"sqlite:///{folder}/floor.db")
        self.late_s = 0.0

    async def __aenter__(self) -> "Switchboard":
        await self.server.start()
        upgrade(self.engine)
        secret = SecretStr(self.server.secret)
        ami = AmiSettings(port=self.server.port, user=self.server.user, secret=secret)
        settings = Settings(source="asterisk", ami=ami, collector=QUICK)
        self.task = asyncio.create_task(make_collector(settings, CONFIG, self.engine).run())
        self.read = live_source(self.engine, "main")
        self.follower = Follower(self.engine, "main", lambda: self._written() + self.late_s)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.server.stop()
        self.engine.dispose()

    def _written(self) -> float:
        row = self.read(-1)
        return row.written_at if row else 0.0

    async def view(self) -> FloorView:
        """The floor as soon as all of it is known."""
        return await self.sees(lambda view: len(view.seats) == 3)

    async def sees(self, wanted: Callable[[FloorView], bool]) -> FloorView:
        """The floor as soon as it is as wanted."""
        async with asyncio.timeout(60):
            while (row := self.read(-1)) is None or not wanted(row.view):
                await asyncio.sleep(0.02)
        return row.view

    async def ask(self, seat: str, **more: bool) -> int:
        """Ask for a move to fraud."""
        view = await self.view()
        return ask_move(self.engine, BOSS, view, Wanted((seat,), {"fraud": 4}, **more), "peak", view.at)

    async def until(self, state: str) -> SeatStands:
        """Follow until the last move stands so."""
        async with asyncio.timeout(60):
            while True:
                await asyncio.to_thread(self.follower.look)
                seat = list_moves(self.engine, BOSS, CONFIG, self._written())[0].seats[0]
                if seat.state == state:
                    return seat
                await asyncio.sleep(0.03)


def test_asterisk_is_asked_to_add_and_then_to_remove(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Switchboard(tmp_path) as board:
            await board.ask("PJSIP/101")
            seat = await board.until("confirmed")
            (add,), (remove,) = board.server.asked("QueueAdd"), board.server.asked("QueueRemove")
            assert (add["Queue"], add["Interface"], add["Penalty"]) == ("fraud", "PJSIP/101", "4")
            assert (add["MemberName"], "Paused" in add) == ("Agent 1", False)
            assert (remove["Queue"], remove["Interface"]) == ("loans", "PJSIP/101")
            assert [one.message for one in seat.requests] == ["QueueAdd done", "QueueRemove done"]

    asyncio.run(scene())


def test_who_is_on_a_break_is_added_on_a_break(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Switchboard(tmp_path, paused="1") as board:
            await board.ask("PJSIP/102")
            await board.until("confirmed")
            (add,), (pause,) = board.server.asked("QueueAdd"), board.server.asked("QueuePause")
            assert (add["Paused"], add["Reason"]) == ("true", "lunch")
            assert (pause["Queue"], pause["Paused"], pause["Reason"]) == ("fraud", "true", "lunch")

    asyncio.run(scene())


def test_a_penalty_alone_is_set_and_set_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Switchboard(tmp_path) as board:
            view = await board.view()
            wanted = Wanted(("PJSIP/101",), {"loans": 9}, beside=True)
            move = ask_move(board.engine, BOSS, view, wanted, "peak", view.at)
            await board.until("confirmed")
            told = {"Event": "QueueMemberPenalty", "Privilege": "agent,all", "Queue": "loans", "Penalty": "9"}
            board.server.tell([told | {"Interface": "PJSIP/101", "MemberName": "Agent 1"}])
            await board.sees(lambda view: any(m.penalty == 9 for s in view.seats for m in s.queues))
            undo_move(board.engine, BOSS, CONFIG, move, "wrong", view.at)
            board.late_s = 3.0  # by then the floor shows what was answered
            await board.until("undone")
            penalties = [(one["Queue"], one["Penalty"]) for one in board.server.asked("QueuePenalty")]
            assert penalties == [("loans", "9"), ("loans", "1")]

    asyncio.run(scene())


def test_asterisk_s_refusal_is_shown_and_nothing_is_removed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Switchboard(tmp_path) as board:
            board.server.refusals["QueueAdd"] = "Unable to add interface to queue: No such queue"
            await board.ask("PJSIP/101")
            seat = await board.until("refused")
            assert seat.said == board.server.refusals["QueueAdd"] and not seat.undoable
            assert board.server.asked("QueueRemove") == []

    asyncio.run(scene())


def test_asterisk_s_silence_is_shown(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Switchboard(tmp_path) as board:
            await board.view()
            board.server.mute = True
            await board.ask("PJSIP/101")
            await board.until("sent")
            board.late_s = CONFIRM_S
            seat = await board.until("unconfirmed")
            assert [one.reply for one in seat.requests] == ["open"] and seat.undoable

    asyncio.run(scene())
