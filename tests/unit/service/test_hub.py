"""The hub: one encoding a scope, differences, heartbeats, and a fresh full view for slow readers."""

import asyncio
import json
from typing import Any

from msgspec.structs import replace

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.view import FloorView
from ccfloor.service.hub import LiveHub, LiveRow, Reader
from ccfloor.service.scope import Scope
from tests.unit.service.test_diff import patched, same_floor
from tests.unit.service.views import AT, caller, queue, seat, view

ALL = Scope("main")
SALES = Scope("main", frozenset({"sales"}))
UP = (Health("ami", LinkState.UP),)


class Clock:
    now = AT

    def __call__(self) -> float:
        return self.now


def row(seq: int, floor: FloorView, sources: tuple[Health, ...] = UP) -> LiveRow:
    return LiveRow(seq, floor.at, floor, sources)


def hub(clock: Clock) -> LiveHub:
    return LiveHub(lambda after: None, lambda scope: {"site": scope.site}, clock)


async def said(reader: Reader) -> list[dict[str, Any]]:
    return [json.loads(text) for text in await asyncio.wait_for(reader.next(), 5)]


def busy(count: int) -> FloorView:
    return view(AT + count, queues=(queue("support", count % 3, count), queue("sales"), queue("vip")))


def test_a_new_reader_gets_the_whole_floor_then_what_changes() -> None:
    async def scene() -> None:
        clock = Clock()
        live = hub(clock)
        live.accept(row(1, view()))
        reader = Reader(live, ALL)
        (full,) = await said(reader)
        assert (full["t"], full["view"]["at"], full["site"]) == ("full", AT, {"site": "main"})
        assert full["sources"][0]["state"] == "up"
        live.accept(row(2, busy(1)))
        (diff,) = await said(reader)
        assert (diff["t"], diff["seq"]) == ("diff", full["seq"] + 1)
        assert [item["queue"] for item in diff["queues"]] == ["support"]
        assert "seats" not in diff and "sources" not in diff
        assert same_floor(patched(full["view"], diff), busy(1))

    asyncio.run(scene())


def test_a_beat_at_least_once_a_second_and_not_more() -> None:
    async def scene() -> None:
        clock = Clock()
        live = hub(clock)
        live.accept(row(1, view()))
        reader = Reader(live, ALL)
        await said(reader)
        beats = []
        for _ in range(30):
            clock.now += 0.1
            live.accept(None)
        beats = await said(reader)
        assert [beat["t"] for beat in beats] == ["tick"] * 3
        assert {beat["at"] for beat in beats} == {AT}  # the view's own age keeps growing

    asyncio.run(scene())


def test_before_the_first_view_a_reader_hears_that_we_are_here() -> None:
    async def scene() -> None:
        clock = Clock()
        live = hub(clock)
        reader = Reader(live, ALL)
        clock.now += 1
        live.accept(None)
        assert (await said(reader))[0] == {"t": "tick", "seq": 1, "now": AT + 1, "at": None, "sources": []}
        live.accept(row(1, view()))
        assert (await said(reader))[0]["t"] == "full"

    asyncio.run(scene())


def test_why_no_picture_comes_is_told_before_the_first_view_and_after_the_last() -> None:
    async def scene() -> None:
        beside: tuple[Health, ...] = (Health("service", LinkState.DOWN, "collector_never"),)
        live = LiveHub(lambda after: None, lambda scope: {}, Clock(), beside=lambda: beside)
        live.accept(None)
        reader = Reader(live, ALL)
        (tick,) = await said(reader)
        assert (tick["t"], tick["sources"][0]["code"]) == ("tick", "collector_never")
        assert "采集器" in tick["sources"][0]["zh"] and "collector" in tick["sources"][0]["en"]
        beside = ()
        live.accept(row(1, view()))
        assert [source["source"] for source in (await said(reader))[0]["sources"]] == ["ami"]
        beside = (Health("service", LinkState.DOWN, "collector_silent"),)
        live.accept(None)
        live.accept(None)
        (tick,) = await said(reader)
        assert [source["code"] for source in tick["sources"]] == ["", "collector_silent"]
        late = Reader(live, ALL)
        assert (await said(late))[0]["sources"][1]["code"] == "collector_silent"

    asyncio.run(scene())


def test_a_reader_that_cannot_keep_up_gets_one_full_view() -> None:
    async def scene() -> None:
        live = hub(Clock())
        live.accept(row(1, view()))
        slow, brisk = Reader(live, ALL), Reader(live, ALL)
        state = (await said(brisk))[0]["view"]
        await said(slow)
        for count in range(1, 101):
            live.accept(row(count + 1, busy(count)))
            for message in await said(brisk):
                state = patched(state, message)
        (late,) = await said(slow)
        assert late["t"] == "full" and same_floor(late["view"], busy(100)) and same_floor(state, busy(100))
        live.accept(row(102, busy(101)))
        assert [message["t"] for message in await said(slow)] == ["diff"]

    asyncio.run(scene())


def test_readers_of_a_scope_share_their_bytes_and_see_no_more() -> None:
    async def scene() -> None:
        live = hub(Clock())
        live.accept(row(1, view(callers=(caller("a"), caller("b", "sales")))))
        readers = [Reader(live, SALES), Reader(live, SALES)]
        first, second = [(await reader.next())[0] for reader in readers]
        assert first is second and "support" not in first and "13812342071" not in first
        live.accept(row(2, view(seats=(seat("A", queue="sales"),))))
        first, second = [(await reader.next())[0] for reader in readers]
        assert first is second
        for reader in readers:
            reader.close()
        assert live.readers == 0

    asyncio.run(scene())


def test_a_new_day_is_a_new_full_view_for_everyone() -> None:
    async def scene() -> None:
        live = hub(Clock())
        live.accept(row(1, view()))
        reader = Reader(live, ALL)
        await said(reader)
        live.accept(row(2, replace(view(), day_start=AT)))
        assert [message["t"] for message in await said(reader)] == ["full"]
        live.accept(row(3, replace(busy(1), day_start=AT)))
        assert [message["t"] for message in await said(reader)] == ["diff"]

    asyncio.run(scene())


def test_a_lost_link_is_told_even_if_nothing_moves() -> None:
    async def scene() -> None:
        live = hub(Clock())
        live.accept(row(1, view()))
        reader = Reader(live, ALL)
        await said(reader)
        down = (Health("ami", LinkState.DOWN, "ami_refused", {"host": "pbx"}),)
        live.accept(row(2, view(blind_since=AT), down))
        (message,) = await said(reader)
        assert message["blind_since"] == AT and message["sources"][0]["code"] == "ami_refused"

    asyncio.run(scene())


def test_a_database_that_fails_is_noticed_and_outlived() -> None:
    async def scene() -> None:
        answers: list[LiveRow | Exception | None] = [OSError("gone"), row(1, view())]

        def source(after: int) -> LiveRow | None:
            answer = answers.pop(0) if answers else None
            if isinstance(answer, Exception):
                raise answer
            return answer

        live = LiveHub(source, lambda scope: {}, Clock(), poll_s=0.001)
        running = asyncio.create_task(live.run())
        reader = Reader(live, ALL)
        assert (await said(reader))[0]["t"] in ("tick", "full")
        while live.row is None:
            await asyncio.sleep(0.001)
        assert live.failed is None
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())


def test_a_recording_is_shown_by_its_own_clock() -> None:
    clock = Clock()
    live = hub(clock)
    assert live.now() == AT
    live.accept(LiveRow(1, AT - 0.3, view(AT), UP))
    assert live.now() == AT  # a live view: our clock
    live.accept(LiveRow(2, AT, view(AT - 86_400), UP))
    clock.now += 3
    assert live.now() == AT - 86_400 + 3  # its age still grows when nobody writes it any more


def test_the_first_event_of_an_unheard_floor_brings_a_full_view() -> None:
    async def scene() -> None:
        live = hub(Clock())
        live.accept(row(1, view()))
        reader = Reader(live, ALL)
        assert (await said(reader))[0]["view"]["events"] == 0
        live.accept(row(2, replace(view(AT + 1), events=3)))
        (full,) = await said(reader)
        assert (full["t"], full["view"]["events"]) == ("full", 3)
        live.accept(row(3, replace(busy(2), events=4)))
        assert (await said(reader))[0]["t"] == "diff"

    asyncio.run(scene())
