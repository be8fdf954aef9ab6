"""A replay as its reader gets it: a stored day in the live stream's messages, wherever he wants to be."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ccfloor.service import routes_plan, routes_queues, routes_replay, routes_seats, runtime
from ccfloor.service.plan_notes import Note
from ccfloor.service.replay import Wanted
from ccfloor.service.replay_marks import jumps, latest_day, stored_day
from ccfloor.service.replay_room import ReplayError, ReplayRoom
from ccfloor.service.scope import Scope
from ccfloor.service.settings import load
from tests.fakes.fake_server import until
from tests.fakes.stored_peak import put_notes
from tests.fakes.stored_surge import DAY, EVENTS, MINUTES, T0, put_surge

NOW = T0 + 86_400


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """A service over a stored surge that its own rules watched."""
    folder = tmp_path_factory.mktemp("replay")
    made = runtime.Service(load(environ={}, db=f"sqlite:///{folder / 'floor.db'}", source="none"))
    made.clock = lambda: NOW
    put_surge(made.engine, made.config, made.settings.site)
    yield made
    made.replays.close()
    made.engine.dispose()


@pytest.fixture
def ours(service: runtime.Service) -> Iterator[runtime.Service]:
    runtime.use(service)
    yield service
    runtime.use(None)


class Reader:
    """Collects what a replay says."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.news = asyncio.Event()

    async def send(self, text: str) -> None:
        self.heard.append(msgspec.json.decode(text))
        self.news.set()

    async def until(self, check: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message from now on for which ``check`` is true."""
        seen = 0
        async with asyncio.timeout(60):
            while True:
                for message in self.heard[seen:]:
                    seen += 1
                    if check(message):
                        self.heard = self.heard[seen:]
                        return message
                self.news.clear()
                await self.news.wait()


def room(service: runtime.Service, most: int = 3) -> ReplayRoom:
    return ReplayRoom(
        service.settings, service.config, service.engine, time.monotonic, lambda: NOW, most=most
    )


def played(service: runtime.Service, act: Callable[[Any, Reader], Any], at: float | None = None) -> Any:
    """Run ``act(replay, reader)`` beside a replay of the day."""

    async def run() -> Any:
        place, reader = room(service), Reader()
        visit = await place.enter(Scope.of(service.viewer()), DAY, at)
        going = asyncio.create_task(visit.run(reader.send))
        try:
            return await act(visit.replay, reader)
        finally:
            visit.replay.end()
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            visit.leave()
            place.close()

    return asyncio.run(run())


def is_full(message: dict[str, Any]) -> bool:
    return bool(message["t"] == "full")


def level(message: dict[str, Any]) -> int:
    return int(message["plan"]["level"])


def test_it_says_where_it_is_before_it_shows_anything(service: runtime.Service) -> None:
    async def act(replay: Any, reader: Reader) -> Any:
        return await reader.until(lambda message: True), await reader.until(is_full)

    first, full = played(service, act, at=T0 + 300)
    assert (first["t"], first["seeking"], first["day"]["day"]) == ("replay", True, DAY)
    assert first["zone"] == full["site"]["zone"]
    assert first["day"]["start"] <= T0 + 1 and T0 + 60 * MINUTES - 60 < first["day"]["end"] < NOW
    assert {jump["kind"] for jump in first["jumps"]} >= {"level", "incident"}
    assert full["view"]["at"] == pytest.approx(T0 + 300, abs=5) and full["now"] == full["view"]["at"]
    assert full["site"]["commands"] is False and full["site"]["kiosk"]["sound"] is False
    assert "****" in full["view"]["callers"][0]["number"]


def test_who_leaves_on_the_way_leaves_nothing_unheard(service: runtime.Service) -> None:
    unheard: list[str] = []

    async def leave_at_once() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: unheard.append(context["message"]))
        place, reader = room(service), Reader()
        visit = await place.enter(Scope.of(service.viewer()), DAY, T0 + 60 * MINUTES - 120)
        going = asyncio.create_task(visit.run(reader.send))
        await reader.until(lambda message: bool(message["seeking"]))
        visit.replay.end()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        visit.leave()
        place.pool.shutdown(wait=True)
        await asyncio.sleep(0)

    asyncio.run(leave_at_once())
    gc.collect()
    assert unheard == []


def test_a_jump_shows_the_plan_as_it_stood_then(service: runtime.Service) -> None:
    found = jumps(service.engine, service.config, service.viewer(), T0, NOW)
    first = next(jump for jump in found if jump.kind == "level")

    async def act(replay: Any, reader: Reader) -> Any:
        calm = await reader.until(is_full)
        replay.take(Wanted(at=first.at + 10, paused=True))
        fired = await reader.until(is_full)
        put_notes(service.engine, [Note(0, fired["plan"]["key"], first.at + 20, "周岚", "ack")])
        replay.take(Wanted(at=first.at + 30))
        taken = await reader.until(is_full)
        replay.take(Wanted(at=first.at - 5))
        return calm, fired, taken, await reader.until(is_full)

    calm, fired, taken, before = played(service, act, at=T0 + 20)
    assert [level(one) for one in (calm, fired, taken, before)] == [-1, first.level, first.level, -1]
    rungs = [next(r for r in one["plan"]["ladder"] if r["level"] == first.level) for one in (fired, taken)]
    assert [rung["acked_by"] for rung in rungs] == ["", "周岚"]
    assert fired["view"]["floor"]["waiting"] > calm["view"]["floor"]["waiting"]


def test_an_incident_stands_from_when_it_was_declared_until_it_was_closed(service: runtime.Service) -> None:
    async def act(replay: Any, reader: Reader) -> list[int]:
        counts = []
        for at in (T0 + 650, T0 + 700, T0 + 905):
            replay.take(Wanted(at=at, paused=True))
            counts.append(len((await reader.until(is_full))["plan"]["incidents"]))
        return counts

    async def begun(replay: Any, reader: Reader) -> list[int]:
        await reader.until(is_full)
        return await act(replay, reader)

    assert played(service, begun, at=T0 + 10) == [0, 1, 0]


def test_it_runs_sixty_times_as_fast_and_stands_when_told(service: runtime.Service) -> None:
    async def act(replay: Any, reader: Reader) -> Any:
        await reader.until(is_full)
        replay.take(Wanted(speed=60))
        ahead = await reader.until(lambda m: m["t"] in ("diff", "tick") and m["at"] > T0 + 400)
        replay.take(Wanted(paused=True))
        stands = await reader.until(lambda m: m["t"] == "replay" and m["paused"])
        reader.heard.clear()
        again = await reader.until(lambda m: m["t"] == "replay")
        return ahead, stands, again

    ahead, stands, again = played(service, act, at=T0 + 300)
    assert ahead["now"] == ahead["at"]
    assert (stands["speed"], stands["at"]) == (60, again["at"]) and again["paused"]


def test_the_end_of_the_day_stands(service: runtime.Service) -> None:
    async def act(replay: Any, reader: Reader) -> Any:
        await reader.until(is_full)
        return await reader.until(lambda m: m["t"] == "replay" and m["paused"]), replay.clock

    ended, clock = played(service, act, at=T0 + 60 * MINUTES + 600)
    assert ended["at"] == clock.end


def test_only_a_few_at_a_time(service: runtime.Service) -> None:
    async def run() -> list[str]:
        place = room(service, most=1)
        scope = Scope.of(service.viewer())
        visit = await place.enter(scope, DAY, None)
        refused = []
        for day in (DAY,):
            with pytest.raises(ReplayError) as error:
                await place.enter(scope, day, None)
            refused.append(error.value.code)
        visit.leave()
        for day in ("2026-01-01", "yesterday"):
            with pytest.raises(ReplayError) as error:
                await place.enter(scope, day, None)
            refused.append(error.value.code)
        (await place.enter(scope, DAY, None)).leave()
        place.close()
        return [*refused, str(place.inside)]

    assert asyncio.run(run()) == ["full", "no_day", "no_day", "0"]


def test_one_that_nobody_uses_makes_place(service: runtime.Service) -> None:
    async def run() -> tuple[str, int]:
        real = [0.0]
        place = ReplayRoom(
            service.settings, service.config, service.engine, lambda: real[0], lambda: NOW, most=1
        )
        scope, reader = Scope.of(service.viewer()), Reader()
        first = await place.enter(scope, DAY, None)
        going = asyncio.create_task(first.run(reader.send))
        await reader.until(is_full)
        first.replay.take(Wanted(paused=True))
        with pytest.raises(ReplayError):
            await place.enter(scope, DAY, None)
        real[0] = 301.0
        second = await place.enter(scope, DAY, None)
        with pytest.raises(ReplayError) as error:
            await going
        first.leave()
        second.leave()
        place.close()
        return error.value.code, place.inside

    assert asyncio.run(run()) == ("forgotten", 0)


def test_a_day_reaches_from_its_first_event_to_its_last(service: runtime.Service) -> None:
    found = stored_day(service.engine, service.config, DAY, NOW)
    assert found is not None
    assert (found.start, found.end) == (min(e.at for e in EVENTS), max(e.at for e in EVENTS))
    assert stored_day(service.engine, service.config, "2025-10-18", NOW) is None
    early = stored_day(service.engine, service.config, DAY, T0 + 100)
    assert early is not None and early.end == T0 + 100


def test_a_floor_whose_day_begins_in_the_evening_has_its_own_days(service: runtime.Service) -> None:
    evening = msgspec.structs.replace(service.config, day_start_s=18 * 3600)
    day = evening.business_date(T0).isoformat()
    found = stored_day(service.engine, evening, day, NOW)
    assert found is not None and found.start == min(e.at for e in EVENTS)
    assert latest_day(service.engine, evening, NOW) == evening.business_date(max(e.at for e in EVENTS))


def client() -> TestClient:
    parts = [*routes_replay.routes, *routes_plan.routes, *routes_queues.routes, *routes_seats.routes]
    return TestClient(Starlette(routes=parts))


def gone(socket: Any, service: runtime.Service) -> None:
    """Close the socket, and wait until its replay has left."""
    socket.close()
    until(lambda: service.replays.inside == 0, 30, "the replay ends with its socket")


def test_over_the_socket(ours: runtime.Service) -> None:
    with client().websocket_connect(f"/replay?day={DAY}&at={T0 + 300}&speed=10") as socket:
        first = socket.receive_json()
        assert (first["t"], first["speed"]) == ("replay", 10)
        while (message := socket.receive_json())["t"] != "full":
            assert message["t"] == "replay"
        socket.send_text("{no json")
        socket.send_json({"t": "replay", "paused": True, "speed": 7})
        while not (message := socket.receive_json()).get("paused"):
            assert message["t"] in ("replay", "diff", "tick")
        assert message["speed"] == 10
        gone(socket, ours)


def test_an_instant_that_is_none_is_the_day_s_beginning(ours: runtime.Service) -> None:
    with client().websocket_connect(f"/replay?day={DAY}&at=nan") as socket:
        first = socket.receive_json()
        assert first["at"] == pytest.approx(first["day"]["start"], abs=2)
        gone(socket, ours)


def test_what_cannot_be_replayed_is_said_and_the_socket_closed(ours: runtime.Service) -> None:
    with client().websocket_connect("/replay?day=2026-01-01") as socket:
        assert socket.receive_json() == {"t": "replay", "refused": "no_day", "most": 3}
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    assert ours.replays.inside == 0


def test_another_site_s_page_gets_no_replay(ours: runtime.Service) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client().websocket_connect(f"/replay?day={DAY}", headers={"origin": "https://elsewhere.example"}),
    ):
        pass


def test_what_lies_beside_a_board_is_of_the_same_instant(ours: runtime.Service) -> None:
    ask, at = client(), T0 + 1300
    curve = ask.get("/api/v1/plan/curve", params={"hours": 1, "at": at}).json()
    assert curve["end"] == at and max(step[0] for step in curve["steps"]) <= at
    assert all(mark["at"] <= at and mark["cleared_at"] <= at for mark in curve["marks"])
    today = ask.get("/api/v1/queues/today", params={"at": T0 + 2000}).json()
    assert today["at"] == T0 + 2000 and today["rows"]
    assert all(row["start"] + 1800 <= T0 + 2000 for row in today["rows"])
    seat = next(iter(ours.config.seats))
    spans = ask.get(f"/api/v1/seats/{seat.replace('/', '%2F')}/timeline", params={"at": at}).json()["spans"]
    assert spans and all(span["start"] < span["end"] <= at for span in spans)
    assert ask.get("/api/v1/commands", params={"at": at}).json() == {"commands": []}
