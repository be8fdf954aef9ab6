"""From a door to a reader: collector, database, hub, websocket."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ccfloor.acd.base import CommandKind, CommandResult, Connector, SeatCommand, Sink
from ccfloor.floor.view import FloorView
from ccfloor.service import runtime
from ccfloor.service.collector import Collector, Door
from ccfloor.service.commands import list_commands, request_command
from ccfloor.service.keeper import RecorderKeeper, live_source
from ccfloor.service.lease import take_lease
from ccfloor.service.runtime import Service
from ccfloor.service.settings import CollectorSettings, Settings, SimulatorSettings, WebSettings
from ccfloor.service.web import routes
from ccfloor.store.engine import open_engine
from ccfloor.store.past import show_at
from ccfloor.store.recorder import Recorder
from ccfloor.store.viewer import EVERYTHING
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, day
from tests.unit.service.test_diff import patched, plain, same_floor

QUICK = CollectorSettings(tick_s=0.05, batch_s=0.0)


class Script:
    """A door that tells a stored little day, bit by bit, and obeys."""

    def __init__(self, calls: int, after: Callable[[Sink], Awaitable[None]]) -> None:
        self._calls, self._after = calls, after
        self.obeyed: list[SeatCommand] = []

    async def run(self, sink: Sink) -> None:
        for position, event in enumerate(day(self._calls), 1):
            sink.put("switch", position, event)
            if position % 10 == 0:
                await asyncio.sleep(0.003)
        await self._after(sink)

    async def send(self, command: SeatCommand) -> CommandResult:
        self.obeyed.append(command)
        return CommandResult(True, "done")


async def nothing_more(_: Sink) -> None:
    return


async def for_ever(_: Sink) -> None:
    await asyncio.Event().wait()


@pytest.fixture
def db(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/floor.db"


def collector(db: str, door: Connector, clock: Callable[[], float] = lambda: T0 + 4000) -> Collector:
    engine = open_engine(db)
    upgrade(engine)
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    return Collector([Door(door)], RecorderKeeper(recorder, take_lease(engine, "main")), QUICK, clock)


def test_what_a_door_tells_is_stored_and_shown(db: str) -> None:
    asyncio.run(collector(db, Script(60, nothing_more)).run())
    engine = open_engine(db)
    row = live_source(engine, "main")(-1)
    assert row is not None and row.view.at == T0 + 4000 and row.view.floor.today.offered == 60
    again = show_at(engine, CONFIG, "main", T0 + 4000)
    assert again is not None and again.queues == row.view.queues and again.seats == row.view.seats
    assert live_source(engine, "main")(row.seq) is None


def test_a_second_start_goes_on_where_the_first_ended(db: str) -> None:
    for _ in range(2):  # the door tells the same day twice: known positions change nothing
        asyncio.run(collector(db, Script(60, nothing_more)).run())
    row = live_source(open_engine(db), "main")(-1)
    assert row is not None and row.view.floor.today.offered == 60


def test_after_a_stop_the_floor_is_blind_until_a_door_speaks(db: str) -> None:
    asyncio.run(collector(db, Script(60, nothing_more)).run())
    engine = open_engine(db)
    last = show_at(engine, CONFIG, "main", T0 + 4000)
    keeper = RecorderKeeper(Recorder(engine, CONFIG, "main", "live", live=True), take_lease(engine, "main"))
    keeper.resume()
    keeper.show(T0 + 9000, [])
    keeper.close()
    row = live_source(engine, "main")(-1)
    assert last is not None and last.blind_since is None
    assert row is not None and row.view.blind_since is not None and row.view.blind_since < T0 + 4000


def test_a_command_on_record_is_carried_out_and_answered(db: str) -> None:
    async def scene() -> None:
        door = Script(3, for_ever)
        task = asyncio.create_task(collector(db, door).run())
        engine = open_engine(db)
        read = live_source(engine, "main")
        async with asyncio.timeout(20):
            while (row := read(-1)) is None or not row.view.seats:
                await asyncio.sleep(0.02)
            pause = SeatCommand(CommandKind.PAUSE, "P/1", reason="break")
            request_command(engine, EVERYTHING, row.view, pause, "a break", T0 + 4000)
            while list_commands(engine, EVERYTHING, CONFIG)[0].state == "asked":
                await asyncio.sleep(0.02)
        assert list_commands(engine, EVERYTHING, CONFIG)[0].message == "done" and door.obeyed == [pause]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scene())


# -- the whole service, simulated floor in front, websocket behind -----------------------------------


@pytest.fixture
def client(db: str) -> Iterator[TestClient]:
    settings = Settings(
        db=db,
        simulator=SimulatorSettings(history_days=0, speed=20),
        web=WebSettings(origins=("https://wall.example",)),
        collector=CollectorSettings(tick_s=0.05, batch_s=0.0),
    )
    runtime.use(Service(settings))
    try:
        with TestClient(Starlette(routes=routes(), lifespan=runtime.lifespan)) as client:
            yield client
    finally:
        runtime.use(None)


def eventually(check: Callable[[], Any], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_a_browser_sees_the_floor_live(client: TestClient) -> None:
    eventually(lambda: client.get("/healthz").status_code == 200)
    with client.websocket_connect("/live") as socket:
        message = json.loads(socket.receive_text())
        while message["t"] != "full" or not message["view"]["events"]:  # the first may be of before any event
            message = json.loads(socket.receive_text())
        assert set(message["site"]["queues"]) == set(runtime.service().config.queues)
        assert message["site"]["bands"]["break"] and message["site"]["kiosk"]["slide_s"]
        assert len(message["view"]["seats"]) == 48
        state, seq, seen = message["view"], message["seq"], {"full"}
        while not {"diff", "pong"} <= seen:
            if "pong" not in seen:
                socket.send_text('{"t": "ping", "c": 7}')
                socket.send_text("rubbish")
            message = json.loads(socket.receive_text())
            seen.add(message["t"])
            if message["t"] == "pong":
                assert message["c"] == 7 and abs(message["now"] - state["at"]) < 60
                continue
            assert message["seq"] == seq + 1
            seq = message["seq"]
            state = patched(state, message) if message["t"] == "diff" else state
        assert eventually(lambda: client.get("/healthz").json()["readers"] == 1)


def test_the_stream_is_ours_alone(client: TestClient) -> None:
    for origin in ("http://testserver", "https://wall.example"):
        with client.websocket_connect("/live", headers={"origin": origin}):
            pass
    for address, origin in (("/live", "https://evil.example"), ("/live?site=other", "http://testserver")):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(address, headers={"origin": origin}) as socket,
        ):
            socket.receive_text()


def test_health_floor_and_figures_over_http(client: TestClient) -> None:
    health = eventually(lambda: (found := client.get("/healthz")).status_code == 200 and found.json())
    assert health["collector"] == "running" and health["sources"][0]["source"] == "sim"
    view = client.get("/api/v1/floor").json()
    assert {queue["queue"] for queue in view["queues"]} >= set(runtime.service().config.queues)
    assert 'ccfloor_waiting{queue="hotline"}' in client.get("/metrics").text
    rows = client.get("/api/v1/metrics", params={"by": "queue", "zone": "UTC"}).json()
    assert all(row["offered"] >= row["answered"] for row in rows)
    wrong = client.get("/api/v1/metrics", params={"by": "moon"})
    assert wrong.status_code == 400 and "unknown group" in wrong.json()["error"]
    assert client.get("/api/v1/metrics", params={"form": "x"}).status_code == 400


def test_a_second_server_on_the_database_reads_only(client: TestClient, db: str) -> None:
    eventually(lambda: client.get("/healthz").status_code == 200)
    second = Service(Settings(db=db, simulator=SimulatorSettings(history_days=0)))
    assert not second._started() and "another collector" in second.collecting

    def everyone_is_seen() -> bool:
        view = second.view(second.viewer())
        return isinstance(view, FloorView) and len(view.seats) == 48

    eventually(everyone_is_seen)
    second.engine.dispose()


def test_the_hubs_differences_give_the_view_that_is_stored(client: TestClient) -> None:
    eventually(lambda: client.get("/healthz").status_code == 200)
    service = runtime.service()
    with client.websocket_connect("/live") as socket:
        state: dict[str, Any] = {}
        for _ in range(15):
            message = json.loads(socket.receive_text())
            if message["t"] == "full":
                state = message["view"]
            elif message["t"] == "diff" and state:
                state = patched(state, message) | {"at": message["at"]}
        assert state
        for _ in range(200):  # catch the reader up with the row that is stored now
            message = json.loads(socket.receive_text())
            state = patched(state, message) if message["t"] == "diff" else state
            row = service.hub.row
            if row and message["at"] == row.view.at:
                shown = service.view(service.viewer())
                if shown and shown.at == message["at"]:
                    assert same_floor(state, shown) and plain(shown)["site"] == "main"
                    return
    pytest.fail("the reader never caught up")
