"""The collector with a scripted door and a store that can fail."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from math import inf

import pytest
from sqlalchemy.exc import OperationalError

from ccfloor.acd.base import CommandKind, CommandResult, Health, LinkState, SeatCommand, Sink
from ccfloor.floor.events import Noted
from ccfloor.service.collector import Collector, Door
from ccfloor.service.commands import Asked
from ccfloor.service.lease import LeaseTaken
from ccfloor.service.settings import CollectorSettings
from ccfloor.service.sink import Batch

QUICK = CollectorSettings(tick_s=0.05, batch_s=0.0, memory_events=1000, command_s=0.2)
PAUSE = SeatCommand(CommandKind.PAUSE, "PJSIP/1")
GONE = OperationalError("INSERT", {}, OSError("disk full"))


class Door1:
    """A door that plays a script, and answers commands."""

    def __init__(
        self, script: Callable[[Sink], Awaitable[None]], answer: float | CommandResult = 0.0
    ) -> None:
        self._script, self._answer = script, answer
        self.opened = 0

    async def run(self, sink: Sink) -> None:
        self.opened += 1
        await self._script(sink)

    async def send(self, command: SeatCommand) -> CommandResult:
        if isinstance(self._answer, CommandResult):
            return self._answer
        await asyncio.sleep(self._answer)
        return CommandResult(True, command.seat)


class Store:
    """A keeper in memory. ``fail``: raised by the next calls of record, one by one."""

    def __init__(self, fail: Sequence[Exception] = (), asked: Sequence[Asked] = ()) -> None:
        self.fail, self.waiting = list(fail), list(asked)
        self.positions: list[int] = []
        self.progress: dict[str, tuple[int, str]] = {}
        self.reports: list[Sequence[Health]] = []
        self.answers: dict[int, CommandResult] = {}
        self.closed = 0
        self.next_due = inf

    def cursor(self, source: str) -> tuple[int, str] | None:
        return self.progress.get(source)

    def record(self, batch: Batch) -> None:
        if self.fail:
            raise self.fail.pop(0)
        self.positions += [entry.position for entry in batch.entries]
        self.progress.update(batch.progress)

    def show(self, now: float, reports: Sequence[Health]) -> None:
        self.reports.append(tuple(reports))

    def asked(self) -> list[Asked]:
        return [item for item in self.waiting if item.id not in self.answers]

    def answer(self, command: int, result: CommandResult, now: float) -> None:
        self.answers[command] = result

    def close(self) -> None:
        self.closed += 1


def put(sink: Sink, *positions: int) -> None:
    for position in positions:
        sink.put("s", position, Noted(at=float(position), verb="x"))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def for_ever(_: Sink) -> None:
    await asyncio.Event().wait()


def collector(door: Door1, store: Store, clock: Callable[[], float] = lambda: 1000.0) -> Collector:
    return Collector([Door(door)], store, QUICK, clock)


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_everything_put_before_the_end_is_stored() -> None:
    async def script(sink: Sink) -> None:
        for start in range(0, 3000, 100):
            put(sink, *range(start, start + 100))
            sink.progress("s", start + 99, "mark")
            await asyncio.sleep(0.002)

    store = Store()
    asyncio.run(collector(Door1(script), store).run())
    assert store.positions == list(range(3000)) and store.progress == {"s": (2999, "mark")}


def test_a_cancelled_collector_stores_what_it_has() -> None:
    async def scene() -> None:
        async def script(sink: Sink) -> None:
            put(sink, 1, 2, 3)
            await for_ever(sink)

        store = Store()
        door = Door1(script)
        task = asyncio.create_task(collector(door, store).run())
        await until(lambda: door.opened)
        await stopped(task)
        assert store.positions == [1, 2, 3] and store.closed == 1

    asyncio.run(scene())


def test_events_outlive_a_database_that_is_away() -> None:
    async def scene() -> None:
        async def script(sink: Sink) -> None:
            put(sink, 1)
            await asyncio.sleep(0.05)
            put(sink, 2)
            await for_ever(sink)

        store = Store(fail=[GONE, GONE])
        task = asyncio.create_task(collector(Door1(script), store).run())
        await until(lambda: store.positions == [1, 2])
        await until(lambda: [report.code for report in store.reports[-1]] == ["database_back"])
        assert any(
            report.code == "database_away" and report.state is LinkState.DOWN
            for reports in store.reports
            for report in reports
        )
        await stopped(task)

    asyncio.run(scene())


def test_a_full_memory_says_so_and_the_doors_read_again() -> None:
    async def scene() -> None:
        async def script(sink: Sink) -> None:
            start = (sink.cursor("s") or (0, ""))[0]
            for last in range(start + 100, 1501, 100):
                put(sink, *range(last - 99, last + 1))
                sink.progress("s", last)
            await for_ever(sink)

        store = Store(fail=[GONE])
        door = Door1(script)
        task = asyncio.create_task(collector(door, store).run())
        await until(lambda: set(store.positions) == set(range(1, 1501)))
        assert door.opened >= 2
        await stopped(task)

    asyncio.run(scene())


def test_a_door_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        monkeypatch.setattr("ccfloor.service.collector._DOOR_RETRY_S", 0.01)

        async def script(sink: Sink) -> None:
            raise RuntimeError("a fault of ours")

        store, door = Store(), Door1(script)
        task = asyncio.create_task(collector(door, store).run())
        await until(lambda: door.opened > 2 and store.reports and store.reports[-1])
        assert store.reports[-1][0].code == "connector_failed"
        await stopped(task)

    asyncio.run(scene())


def test_a_lost_lease_ends_the_collector() -> None:
    async def script(sink: Sink) -> None:
        put(sink, 1)
        await for_ever(sink)

    store = Store(fail=[LeaseTaken("taken")] * 3)
    with pytest.raises(LeaseTaken):
        asyncio.run(collector(Door1(script), store).run())


@pytest.mark.parametrize(
    ("asked_at", "answer", "ok", "message"),
    [
        (999.9, 0.0, True, "PJSIP/1"),
        (999.9, CommandResult(False, "Interface not found"), False, "Interface not found"),
        (999.9, 60.0, False, "The switch did not answer in time; the seat's status will show what happened."),
        (10.0, 0.0, False, "The request waited too long and was not carried out."),
    ],
)
def test_a_command_gets_the_switchs_answer(
    asked_at: float, answer: float | CommandResult, ok: bool, message: str
) -> None:
    async def scene() -> None:
        store = Store(asked=[Asked(7, asked_at, PAUSE)])
        task = asyncio.create_task(collector(Door1(for_ever, answer), store).run())
        await until(lambda: 7 in store.answers)
        assert store.answers[7] == CommandResult(ok, message, answered="did not answer" not in message)
        await stopped(task)

    asyncio.run(scene())


def test_a_queue_log_takes_no_commands() -> None:
    async def scene() -> None:
        store = Store(asked=[Asked(1, 999.9, PAUSE)])
        door = Door(Door1(for_ever), log=True, obeys=False)
        task = asyncio.create_task(Collector([door], store, QUICK, lambda: 1000.0).run())
        await until(lambda: store.answers)
        assert not store.answers[1].ok
        await stopped(task)

    asyncio.run(scene())


def test_a_skewed_clock_is_shown() -> None:
    async def scene() -> None:
        async def script(sink: Sink) -> None:
            for position in range(30):
                sink.put("s", position, Noted(at=1010.0, verb="x"))
            await for_ever(sink)

        store = Store()
        doors = [Door(Door1(script), clocked=True)]
        task = asyncio.create_task(Collector(doors, store, QUICK, lambda: 1000.0).run())
        await until(lambda: any(report.code == "clock_skew" for report in (store.reports or [()])[-1]))
        assert store.reports[-1][-1].details == {"seconds": "-10.0"}
        await stopped(task)

    asyncio.run(scene())


def test_a_quiet_floor_journals_time_while_its_door_is_up() -> None:
    async def script(sink: Sink) -> None:
        put(sink, 1)
        sink.health(Health("s", LinkState.UP))
        await for_ever(sink)

    async def scene() -> None:
        now, store = [1000.0], Store()
        task = asyncio.create_task(collector(Door1(script), store, lambda: now[0]).run())
        await until(lambda: store.positions == [1])
        now[0] = 1009.0
        shown = len(store.reports)
        await until(lambda: len(store.reports) > shown + 2)
        assert store.positions == [1]
        now[0] = 1011.0
        await until(lambda: store.positions == [1, 1_011_000])
        await stopped(task)

    asyncio.run(scene())


def test_a_rule_that_is_due_is_told_that_time_went_on_once() -> None:
    async def script(sink: Sink) -> None:
        put(sink, 1)
        sink.health(Health("s", LinkState.UP))
        await for_ever(sink)

    async def scene() -> None:
        now, store = [1000.0], Store()
        task = asyncio.create_task(collector(Door1(script), store, lambda: now[0]).run())
        await until(lambda: store.positions == [1])
        store.next_due, now[0] = 1003.0, 1003.2
        shown = len(store.reports)
        await until(lambda: len(store.reports) > shown + 2)
        assert store.positions == [1]  # an event may still be on its way
        now[0] = 1004.0
        await until(lambda: store.positions == [1, 1_004_000])
        shown = len(store.reports)
        now[0] = 1005.0
        await until(lambda: len(store.reports) > shown + 2)
        assert store.positions == [1, 1_004_000]  # it had nothing to tell
        await stopped(task)

    asyncio.run(scene())


@pytest.mark.parametrize("turns", range(4))
def test_an_end_that_comes_together_with_news_is_not_lost(turns: int) -> None:
    """Whatever the loop does first, the picture's own loop ends when it is told to."""

    async def scene() -> None:
        scene_of = collector(Door1(for_ever), Store())
        view = asyncio.create_task(scene_of._view_loop())
        await asyncio.sleep(0.01)
        scene_of._sink.changed.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        view.cancel()
        done, _ = await asyncio.wait([view], timeout=5)
        assert done and view.cancelled()

    asyncio.run(scene())
