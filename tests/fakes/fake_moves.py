"""The fake hub with moves that are really followed: ``python -m tests.fakes.fake_moves --port N --db FILE``.

The product's own routes write what people ask for, its follower asks the switch, and this one answers: it
refuses whoever is to join VIP_LINE, and says nothing about DEAF_LINE.
"""

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st
from sqlalchemy import Engine, delete

from ccfloor.acd.base import CommandKind, CommandResult, SeatCommand
from ccfloor.floor.view import FloorView
from ccfloor.service import routes_moves, routes_queues, routes_seats, runtime
from ccfloor.service.commands import answer_command, asked_commands
from ccfloor.service.hub import LiveRow
from ccfloor.service.moves.follow import Follower
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.move_tables import crews, move_commands, move_seats, moves
from ccfloor.store.tables import commands
from tests.fakes.current import upgrade
from tests.fakes.fake_day import DayHub, zone_of_afternoon
from tests.fakes.fake_hub import SCENES, app

REFUSING, DEAF = 3, 4  # places of these queues among those of the scene
WORDS = "Unable to add interface to queue: No such queue"


class MoveHub(DayHub):
    """Scenes of an afternoon in which seats serve other queues once they are asked to."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.ready = False
        super().__init__(name, engine)
        self.ready = True
        self.follower = Follower(engine, "main", live=lambda _: self.row())
        self.publish()

    def row(self) -> LiveRow:
        """The floor as the collector would have written it this moment."""
        now = time.time()
        view = msgspec.convert({**self.view, "at": now, "events": 1}, FloorView)
        return LiveRow(int(now * 1000), now, view, ())

    def publish(self) -> None:
        """The service knows the floor."""
        runtime.service().hub.accept(self.row())

    def show(self, name: str) -> None:
        super().show(name)
        if self.ready:
            with writing(self.engine) as connection:
                for table in (move_commands, move_seats, moves, crews, commands):
                    connection.execute(delete(table))
            self.publish()

    async def beat(self) -> None:
        """Moves are followed beside it all."""
        await asyncio.gather(super().beat(), self.follow())

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(0.3)
            await asyncio.to_thread(self.follower.look)

    async def answer(self) -> None:
        names = [queue["queue"] for queue in self.view["queues"]]
        while True:
            await asyncio.sleep(0.3)
            for asked in asked_commands(self.engine, "main"):
                command = asked.command
                if command.queue == names[DEAF]:
                    continue
                refused = command.kind is CommandKind.ADD and command.queue == names[REFUSING]
                if not refused:
                    await self.obey(command)
                result = CommandResult(not refused, WORDS if refused else "Added interface to queue")
                answer_command(self.engine, asked.id, result, time.time())

    async def obey(self, command: SeatCommand) -> None:
        seat = next(one for one in self.view["seats"] if one["seat"] == command.seat)
        served: dict[str, Any] = {one["queue"]: one for one in seat["queues"]}
        if command.kind is CommandKind.ADD:
            joined = {"queue": command.queue, "penalty": command.penalty, "paused": command.paused}
            served[command.queue] = joined | {"reason": command.reason}
        elif command.kind is CommandKind.REMOVE:
            served.pop(command.queue, None)
        elif command.kind is CommandKind.PENALTY:
            served[command.queue] = served[command.queue] | {"penalty": command.penalty}
        changed = seat | {"queues": list(served.values())}
        self.take({"seats": [changed]})
        self.publish()
        await self.say("diff", seats=[changed])


def move_app(scene: str, db: Path) -> st.App:
    """The product's pages over the fake hub and its moves."""
    zone = zone_of_afternoon(time.time())
    service = runtime.Service(load(environ={}, db=f"sqlite:///{db}", source="simulator", site__zone=zone))
    runtime.use(service)
    upgrade(service.engine)
    hub = MoveHub(scene, service.engine)
    return app(scene, [*routes_moves.routes, *routes_seats.routes, *routes_queues.routes], hub)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--scene", choices=sorted(SCENES), default="calm")
    given = parser.parse_args()
    move_app(given.scene, given.db).run(config={"server.port": given.port, "server.address": "127.0.0.1"})
