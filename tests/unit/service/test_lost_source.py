"""One of several sources lost: what only it tells of is named, the rest of the floor goes on."""

import asyncio

from ccfloor.acd.base import Health, LinkState, Sink
from ccfloor.floor.config import FloorConfig, QueueInfo
from ccfloor.floor.events import (
    CallJoined,
    FloorSnapshot,
    MemberState,
    QueueState,
    SeatJoined,
    SeatPaused,
    SourceLost,
)
from ccfloor.floor.state import Floor
from ccfloor.service.collector import Collector, Door
from ccfloor.service.scope import Scope, scoped, scoped_sources
from tests.unit.service.test_collector import QUICK, Door1, Store, for_ever, stopped, until


def report(sink: Sink, name: str, state: LinkState) -> None:
    sink.health(Health(name, state, f"{name}_{state.value}"))


def told(name: str, queues: str, seats: str, lost: asyncio.Event | None = None) -> Door1:
    """A switch that reports its queues and seats, and is lost when ``lost`` is set."""

    async def script(sink: Sink) -> None:
        report(sink, name, LinkState.UP)
        members = tuple(MemberState(seat=seat, queue=queues[0]) for seat in seats)
        found = tuple(QueueState(queue) for queue in queues)
        sink.put(name, 1, FloorSnapshot(at=100.0, queues=found, members=members))
        if lost is not None:
            await lost.wait()
            sink.put(name, 2, SourceLost(at=104.0))
            report(sink, name, LinkState.DOWN)
        await for_ever(sink)

    return Door1(script)


def logged(name: str, queue: str, agent: str, lost: asyncio.Event) -> Door1:
    """A queue_log whose file disappears."""

    async def script(sink: Sink) -> None:
        report(sink, name, LinkState.UP)
        sink.put(name, 1, CallJoined(at=99.0, call="c", queue=queue))
        sink.put(name, 2, SeatPaused(at=101.0, seat=agent, queue="", paused=True))
        await lost.wait()
        report(sink, name, LinkState.DOWN)
        await for_ever(sink)

    return Door1(script)


class Events(Store):
    """Keeps the events too."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[object] = []

    def record(self, batch) -> None:  # type: ignore[no-untyped-def]
        super().record(batch)
        self.events += [entry.event for entry in batch.entries]


async def after_the_loss(*doors: Door, lost: asyncio.Event, name: str) -> tuple[Events, Health]:
    """The store and the report of the lost source."""
    store = Events()
    task = asyncio.create_task(Collector(doors, store, QUICK, lambda: 1000.0).run())
    await until(lambda: len(store.positions) >= 2)
    lost.set()

    def found() -> list[Health]:
        return [
            one for one in (store.reports or [()])[-1] if one.source == name and one.state is LinkState.DOWN
        ]

    await until(found)
    await stopped(task)
    return store, found()[0]


def test_a_lost_switch_beside_another_one_takes_its_queues_and_seats_along() -> None:
    async def scene() -> None:
        lost = asyncio.Event()
        doors = Door(told("east", "ab", "12", lost)), Door(told("west", "bc", "3"))
        store, report = await after_the_loss(*doors, lost=lost, name="east")
        assert (report.queues, report.seats, report.seen_at) == (("a",), ("1", "2"), 104.0)
        assert all(event.partial for event in store.events if isinstance(event, FloorSnapshot))
        assert [event.others for event in store.events if isinstance(event, SourceLost)] == [True]

    asyncio.run(scene())


def test_a_lost_log_of_the_same_switch_takes_nothing_along() -> None:
    async def scene() -> None:
        lost = asyncio.Event()
        doors = Door(told("ami", "ab", "12")), Door(logged("queue_log", "a", "王芳", lost), log=True)
        store, report = await after_the_loss(*doors, lost=lost, name="queue_log")
        assert (report.queues, report.seats) == ((), ())
        assert not any(event.partial for event in store.events if isinstance(event, FloorSnapshot))

    asyncio.run(scene())


def test_the_only_link_lost_leaves_the_floor_blind() -> None:
    async def scene() -> None:
        lost, never = asyncio.Event(), asyncio.Event()
        doors = Door(told("ami", "ab", "12", lost)), Door(logged("queue_log", "a", "王芳", never), log=True)
        store, _ = await after_the_loss(*doors, lost=lost, name="ami")
        assert [event.others for event in store.events if isinstance(event, SourceLost)] == [False]

    asyncio.run(scene())


def test_what_is_out_of_scope_is_not_named() -> None:
    floor = Floor(FloorConfig(queues={"a": QueueInfo("a"), "b": QueueInfo("b")}))
    floor.apply(SeatJoined(at=100.0, seat="1", queue="a", agent="王芳"))
    floor.apply(SeatJoined(at=100.0, seat="2", queue="b", agent="李娜"))
    narrow_to = Scope("main", queues=frozenset("a"))
    view = scoped(floor.view(101.0), narrow_to)
    sources = [{"source": "east", "queues": ["a", "b"], "seats": ["1", "2"]}]
    assert scoped_sources(sources, view, Scope("main")) == sources
    (narrow,) = scoped_sources(sources, view, narrow_to)
    assert (narrow["queues"], narrow["seats"]) == (["a"], ["1"])
