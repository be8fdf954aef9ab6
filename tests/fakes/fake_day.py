"""The fake hub with a stored day behind it: ``python -m tests.fakes.fake_day --port N --db FILE``.

The product's own routes for timelines, curves and commands read a SQLite file that is filled here: each
seat's spans since the morning, quarter hours of every queue, callers who gave up. The site's zone is
chosen so that it is early afternoon there at whatever hour this runs. Commands are answered after a
moment: a call-back is refused, anything else is done, and the seat changes as it would.
"""

import argparse
import asyncio
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st
from msgspec.structs import replace
from sqlalchemy import Engine, delete, insert

from ccfloor.acd.base import CommandKind, CommandResult, SeatCommand
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.floor.view import FloorView, QueueView, SeatCounts, SeatView, Window
from ccfloor.service import routes_queues, routes_seats, runtime
from ccfloor.service.commands import answer_command, asked_commands
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.tables import calls, live_view, metadata, queue_intervals, seat_spans
from tests.fakes.fake_hub import FakeHub, app
from tests.fakes.floor_scenes import SCENES, Scene, plain

HOURS = 5
REFUSED = "no such interface"


def zone_of_afternoon(now: float) -> str:
    """A zone in which it is between 13:00 and 14:00."""
    ahead = (13 - time.gmtime(now).tm_hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the sign of these names is the wrong way round by tradition


def window(scale: float, service: float | None) -> Window:
    """A window with a number in every place."""
    n = lambda value: round(value * scale)  # noqa: E731
    return Window(
        offered=n(412),
        answered=n(371),
        abandoned=n(18),
        short_abandoned=n(4),
        timed_out=n(9),
        key_exit=n(6),
        withdrawn=n(1),
        left_empty=n(2),
        refused_full=n(3),
        refused_empty=n(1),
        transferred_out=n(5),
        answered_in_t=n(310),
        handled=n(371),
        service_level=service,
        asa_s=13.4,
        aht_s=241.0,
        abandon_rate=0.046,
        connect_rate=0.912,
        occupancy=0.81,
    )


def fuller(queue: QueueView, scale: float) -> QueueView:
    """A scene's queue with all its numbers; a queue that had no calls stays without."""
    level = queue.last_30.service_level
    if level is None:
        nothing = Window()
        return replace(
            queue, today=nothing, last_15=nothing, last_30=nothing, interval=nothing, max_wait_today_s=0.0
        )
    seats = SeatCounts(
        ready=queue.seats.ready, ringing=1, on_call=9, on_hold=1, wrap_up=2, other_call=1, paused=4,
        staffed=queue.seats.ready + 18, offline=1, by_reason={"break": 2, "busy": 1, "callback": 1},
    )  # fmt: skip
    return replace(
        queue,
        seats=seats,
        today=window(scale, level),
        last_30=window(scale / 9, level - 0.06),
        last_15=window(scale / 18, level - 0.02),
        interval=replace(window(scale / 30, None), service_level=None, asa_s=None),
        expected_wait_s=35.0,
        expected_wait_range_s=(20.0, 65.0),
    )


def afternoon(name: str, now: float) -> Scene:
    """A scene of the wall, with every number the pages below it show."""
    scene = SCENES[name](now)
    view = scene.view
    day = int(now - HOURS * 3600)
    scene.view = replace(
        view,
        day_start=float(day - day % 1800),
        floor=fuller(view.floor, 1.0),
        queues=tuple(fuller(queue, 0.3) for queue in view.queues),
        seats=tuple(_seat(seat, now) for seat in view.seats),
    )
    scene.site["zone"] = zone_of_afternoon(now)
    return scene


def _seat(seat: SeatView, now: float) -> SeatView:
    if seat.status == "offline":
        return replace(seat, day=type(seat.day)())
    pauses = {"break": 702.0, "meal": 0.0, "busy": 0.0}
    day = replace(
        seat.day,
        talk_s=3371.0,
        hold_s=131.0,
        acw_s=606.0,
        ready_s=900.0,
        rona=1,
        pause_s=pauses,
        login_at=now - 3600 * 4.7,
    )
    return replace(seat, day=day)


def fill(engine: Engine, view: FloorView, seed: int = 7) -> None:
    """The stored day that leads up to a view."""
    metadata.create_all(engine)
    dice = random.Random(seed)
    with writing(engine) as connection:
        for table in (seat_spans, queue_intervals, calls, live_view):
            connection.execute(delete(table))
        spans = [span for seat in view.seats for span in _day_of(seat, view, dice)]
        if spans:
            connection.execute(insert(seat_spans), spans)
        if view.floor.today.offered:
            connection.execute(insert(queue_intervals), list(_intervals(view, dice)))
            connection.execute(insert(calls), list(_abandons(view, dice)))
        row = {"site": "main", "seq": 1, "at": view.at, "written_at": view.at, "sources": "[]"}
        connection.execute(insert(live_view).values(payload=msgspec.json.encode(view), **row))


def _day_of(seat: SeatView, view: FloorView, dice: random.Random) -> list[dict[str, Any]]:
    """Calls, wrap-up and free time one after the other, a break in between, up to the running status."""
    if seat.status == "offline":
        return []
    at, spans = view.at - 4.7 * 3600, []
    while at < seat.since:
        turn = [
            ("ringing", "", dice.uniform(3, 8)),
            ("on_call", "", dice.uniform(60, 420)),
            ("wrap_up", "", dice.uniform(15, 70)),
        ]
        turn.append(
            ("paused", "break", 700.0)
            if dice.random() < 0.07
            else ("ready", "", dice.expovariate(1 / 60) + 5)
        )
        for status, reason, length in turn:
            end = min(at + length, seat.since)
            if end <= at:
                break
            queue = "" if status in ("ready", "paused") or not seat.queues else seat.queues[0].queue
            row = SpanRow(seat.seat, seat.agent, at, end, status, reason, queue)
            spans.append({"site": "main", **msgspec.structs.asdict(row)})
            at = end
    return spans


def _intervals(view: FloorView, dice: random.Random) -> Any:
    now = int(view.at)
    for queue in view.queues:
        for start in range(now - HOURS * 3600, now, 900):
            offered = dice.randint(3, 14) if queue.today.offered else 0
            abandoned = min(offered, dice.choice((0, 0, 0, 1, 1, 2)))
            answered = max(0, offered - abandoned - dice.choice((0, 0, 1)))
            counts = dict.fromkeys(FIELDS, 0) | {
                "offered": offered,
                "answered": answered,
                "abandoned": abandoned,
                "answered_in_t": int(answered * dice.uniform(0.6, 1.0)),
            }
            yield {
                "site": "main",
                "queue": queue.queue,
                "start": start - start % 900,
                "max_wait_ms": 60_000,
                **counts,
            }


def _abandons(view: FloorView, dice: random.Random) -> Any:
    names = ['=HYPERLINK("http://x")', "+1", "张先生", "", ""]
    for index in range(40):
        left = view.at - index * 400 - 60
        wait = 3000 if index % 7 == 0 else dice.randint(8_000, 190_000)
        row = CallRow(
            1, index, f"gone-{index}", view.queues[index % len(view.queues)].queue, left - wait / 1000,
            number=f"138{index:04d}{2000 + index}", name=names[index % len(names)], outcome=Outcome.ABANDONED,
            left_at=left, ended_at=left, wait_ms=wait, seen_live=True, final=True,
        )  # fmt: skip
        values = {"site": "main", "source_id": 1, **msgspec.structs.asdict(row)}
        yield {name: value for name, value in values.items() if name in calls.c}


class DayHub(FakeHub):
    """Scenes of an afternoon; a seat changes when a command on it is done."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.engine = engine
        super().__init__(name)
        fill(engine, self.scene.view)

    async def beat(self) -> None:
        """The switch's side of the commands beside the ticks."""
        await asyncio.gather(super().beat(), self.answer())

    async def answer(self) -> None:
        """Answer what is asked, until cancelled."""
        while True:
            await asyncio.sleep(0.3)
            scene = self.scene
            for asked in asked_commands(self.engine, "main"):
                if self.scene is not scene:
                    break  # another scene was put up meanwhile: these were asked of the one before
                refused = asked.command.reason == "callback"
                if not refused:
                    await self.obey(asked.command)
                answer_command(
                    self.engine, asked.id, CommandResult(not refused, REFUSED * refused), time.time()
                )

    def show(self, name: str) -> None:
        self.scene = afternoon(name, time.time())
        self.view = plain(self.scene)

    async def obey(self, command: SeatCommand) -> None:
        """Show what the switch would report after a command."""
        now = time.time()
        for seat in self.view["seats"]:
            if seat["seat"] == command.seat:
                pause = command.kind is CommandKind.PAUSE
                changed = {**seat, "paused": pause, "since": now, "reason": command.reason if pause else ""}
                changed |= {"status": "paused" if pause else "ready", "queue": "", "call": "", "caller": ""}
                self.take({"seats": [changed]})
                await self.say("diff", seats=[changed])


def day_app(scene: str, db: Path) -> st.App:
    """The product's pages over the fake hub and the stored day of a scene."""
    zone = zone_of_afternoon(time.time())
    service = runtime.Service(load(environ={}, db=f"sqlite:///{db}", site__zone=zone))
    runtime.use(service)
    hub = DayHub(scene, service.engine)
    return app(scene, [*routes_seats.routes, *routes_queues.routes], hub)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--scene", choices=sorted(SCENES), default="calm")
    given = parser.parse_args()
    day_app(given.scene, given.db).run(config={"server.port": given.port, "server.address": "127.0.0.1"})
