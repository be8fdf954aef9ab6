"""A big floor live: events into the database, and out to 200 readers, with the processor time of both.

500 seats, 50 queues, 200 events a second for 60 seconds go through the real collector into SQLite; a web
server on the same database feeds 200 websocket readers, and one real browser all the while. Baselines
from the same run: the journal rows alone in plain sqlite3, the same messages sent by a bare websocket
server, and the browser without readers beside it.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import websockets

from bench._screen import PROBE, Screen, delays
from ccfloor.acd.base import CommandResult, SeatCommand, Sink
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import (
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    FloorEvent,
    FloorSnapshot,
    MemberState,
    Outcome,
    QueueState,
    SeatDevice,
    encode,
)

SEATS, QUEUES, RATE, READERS = 500, 50, 200, 200
_PER_CALL = 8
_TICKS = os.sysconf("SC_CLK_TCK")


# -- the stream ---------------------------------------------------------------------------------------


def config() -> FloorConfig:
    """The big floor's queues and seats."""
    queues = {f"q{index:02}": QueueInfo(f"q{index:02}") for index in range(QUEUES)}
    seats = {
        name: SeatInfo(name, f"agent {index}", team=f"T{index % 10}") for index, name in enumerate(names())
    }
    return FloorConfig(queues=queues, seats=seats)


def names() -> list[str]:
    """Ids of the seats."""
    return [f"PJSIP/{1000 + index}" for index in range(SEATS)]


def snapshot(at: float) -> FloorSnapshot:
    """Every seat is free and serves three queues."""
    members = tuple(
        MemberState(seat, f"q{(index + step * 7) % QUEUES:02}", agent=f"agent {index}", device=Device.IDLE)
        for index, seat in enumerate(names())
        for step in range(3)
    )
    queues = tuple(QueueState(f"q{i:02}") for i in range(QUEUES))
    return FloorSnapshot(at=at, queues=(*queues, QueueState(PROBE)), members=members)


def stream(seed: int) -> Iterator[FloorEvent]:
    """Calls without end, eight events each, on seats drawn at random; ``at`` is set by whoever sends them."""
    dice, free, talking, number = random.Random(seed), names(), [], 0
    while True:
        number += 1
        seat = free.pop(dice.randrange(len(free)))
        call, queue = f"c{number}", f"q{(int(seat[6:]) - 1000) % QUEUES:02}"
        phone = f"138{dice.randrange(10**8):08}"
        yield CallJoined(at=0, call=call, queue=queue, number=phone, position=1)
        yield CallRang(at=0, call=call, queue=queue, seat=seat)
        yield SeatDevice(at=0, seat=seat, device=Device.RINGING)
        yield CallDequeued(at=0, call=call, queue=queue)
        yield CallAnswered(at=0, call=call, queue=queue, seat=seat)
        yield SeatDevice(at=0, seat=seat, device=Device.IN_USE)
        talking.append((call, queue, seat))
        while len(talking) > SEATS * 0.7 or (len(talking) > 50 and dice.random() < 0.45):
            call, queue, seat = talking.pop(dice.randrange(len(talking)))
            yield CallEnded(at=0, call=call, queue=queue, seat=seat)
            yield SeatDevice(at=0, seat=seat, device=Device.IDLE)
            free.append(seat)


class Paced:
    """A connector that tells the stream at its rate, each event as it happens."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.probes: dict[int, float] = {}

    async def run(self, sink: Sink) -> None:
        """Tell ``seconds`` of the stream."""
        events, begun, told = stream(1), time.time(), 0
        sink.put("bench", 0, snapshot(begun))
        while (now := time.time()) < begun + self._seconds:
            due = int((now - begun) * RATE)
            if now - begun >= len(self.probes) + 1:
                self._probe(sink, len(self.probes) + 1)
            while told < due:
                told += 1
                event = next(events)
                sink.put("bench", told, type(event)(**{**fields(event), "at": time.time()}))
            await asyncio.sleep(0.005)

    def _probe(self, sink: Sink, count: int) -> None:
        """One more caller in the queue that the browser watches; the one before hangs up."""
        at = self.probes[count] = time.time()
        left = CallLeft(at=at, call=f"p{count - 1}", queue=PROBE, outcome=Outcome.ABANDONED, wait_s=1.0)
        if count > 1:
            sink.put("probe", 2 * count, left)
        sink.put("probe", 2 * count + 1, CallJoined(at=at, call=f"p{count}", queue=PROBE))

    async def send(self, command: SeatCommand) -> CommandResult:
        """Nobody commands a benchmark."""
        return CommandResult(False)


def fields(event: FloorEvent) -> dict[str, object]:
    """The fields of an event by name."""
    return {name: getattr(event, name) for name in event.__struct_fields__}


# -- the collector's process -------------------------------------------------------------------------


def collect(db: str, seconds: float, ruled: bool) -> None:
    """Run the real collector on the stream; print latencies and processor time as JSON.

    ``ruled``: the shipped rules watch, and the plan is shown.
    """
    from ccfloor.service.collector import Collector, Door
    from ccfloor.service.keeper import RecorderKeeper
    from ccfloor.service.lease import take_lease
    from ccfloor.service.plan_desk import PlanDesk
    from ccfloor.service.settings import CollectorSettings, SiteSettings
    from ccfloor.service.sink import Batch
    from ccfloor.service.site_rules import SiteRules
    from ccfloor.store.engine import open_engine
    from ccfloor.store.migrate import upgrade
    from ccfloor.store.recorder import Recorder

    engine, lags = open_engine(db), []
    upgrade(engine)

    class Timed(RecorderKeeper):
        def record(self, batch: Batch) -> None:
            super().record(batch)
            now = time.time()
            lags.extend(now - entry.arrived for entry in batch.entries)

    floor = config()
    rules = SiteRules(engine, floor, SiteSettings(data=str(only_rules(Path(engine.url.database or "")))))
    rules.sync(time.time())
    made = rules.make if ruled else None
    recorder = Recorder(engine, floor, "main", "live", live=True, rules=made)
    desk = PlanDesk(recorder, floor, rules, time.time) if ruled else None
    keeper = Timed(recorder, take_lease(engine, "main"), time.time, desk)
    paced = Paced(seconds)
    before, begun = time.process_time(), time.time()
    asyncio.run(Collector([Door(paced)], keeper, CollectorSettings(), time.time).run())
    share = (time.process_time() - before) / (time.time() - begun)
    print(json.dumps({"cpu": share, **spread(lags), "probes": list(paced.probes.values())}))


def only_rules(db: Path) -> Path:
    """A site's folder beside the database, with the shipped rules and no shifts: the seats are others."""
    folder = db.with_suffix(".site")
    folder.mkdir(exist_ok=True)
    if not (folder / "rules").exists():
        (folder / "rules").symlink_to(Path(__file__).resolve().parents[1] / "data" / "rules")
    return folder


def spread(values: list[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile in milliseconds."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": cuts[49] * 1000, "p95": cuts[94] * 1000, "p99": cuts[98] * 1000}


# -- the readers -------------------------------------------------------------------------------------


class Arrivals:
    """What all readers received: a message is parsed once, its arrival counted for everyone."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.view_lags: list[float] = []
        self.bytes = self.messages = 0
        self._since: dict[int, tuple[float, ...]] = {}
        self._at: dict[int, float] = {}
        self._last = 0.0

    def take(self, text: str) -> None:
        """One message reached one reader."""
        now = time.time()
        self.bytes += len(text)
        self.messages += 1
        if not text.startswith('{"t":"diff"'):
            return
        seq = int(text[18 : text.index(",", 18)])
        if seq not in self._since:
            message = json.loads(text)
            self._since[seq], self._at[seq] = self._changes(message), message["at"]
        self.lags.extend(now - at for at in self._since[seq])
        self.view_lags.append(now - self._at[seq])

    def _changes(self, message: dict[str, object]) -> tuple[float, ...]:
        """Instants of the seats' changes in this message."""
        found = [seat["since"] for seat in message.get("seats", ())]  # type: ignore[attr-defined]
        fresh = tuple(at for at in found if at > self._last)
        self._last = max([self._last, *found])
        return fresh


async def read(url: str, arrivals: Arrivals) -> None:
    """One reader, until cancelled."""
    async with websockets.connect(url, compression=None, max_size=None) as socket:
        async for text in socket:
            arrivals.take(str(text))


async def readers(url: str, seconds: float, pid: int) -> tuple[Arrivals, float]:
    """All readers at once; returns what arrived, and the server's share of a core meanwhile."""
    arrivals = Arrivals()
    tasks = [asyncio.create_task(read(url, arrivals)) for _ in range(READERS)]
    await asyncio.sleep(3)
    arrivals.lags.clear()
    arrivals.view_lags.clear()
    arrivals.bytes = arrivals.messages = 0
    before, begun = cpu_of(pid), time.time()
    await asyncio.sleep(seconds)
    share = (cpu_of(pid) - before) / (time.time() - begun)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return arrivals, share


def cpu_of(pid: int) -> float:
    """Processor seconds that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS


# -- baselines ---------------------------------------------------------------------------------------


def journal_alone(folder: Path, seconds: float) -> dict[str, float]:
    """The same events as journal rows in plain sqlite3, a transaction every 80 ms."""
    base = sqlite3.connect(folder / "baseline.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, position INT, at REAL, payload TEXT)")
    events, batches, lags, used, number = stream(1), int(seconds / 0.08), [], 0.0, 0
    for _ in range(batches):
        rows = [(number + index, time.time(), next(events)) for index in range(int(RATE * 0.08))]
        number += len(rows)
        begun, before = time.time(), time.process_time()
        encoded = [(position, at, encode(event).decode()) for position, at, event in rows]
        base.execute("BEGIN")
        base.executemany("INSERT INTO journal (position, at, payload) VALUES (?, ?, ?)", encoded)
        base.execute("COMMIT")
        used += time.process_time() - before
        lags.append(time.time() - begun)
    return {"cpu": used / seconds, **spread(lags)}


async def _bare(port: int, size: int, rate: float) -> None:
    async def forever(socket: object) -> None:
        await asyncio.Event().wait()

    text = "x" * size
    async with websockets.serve(forever, "127.0.0.1", port, compression=None) as server:
        while True:
            websockets.broadcast(server.connections, text)
            await asyncio.sleep(1 / rate)


# -- the run -----------------------------------------------------------------------------------------


def main() -> None:
    """Measure, and print every figure beside its goal and baseline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--no-rules", action="store_true", help="the floor alone")
    parser.add_argument("--collect", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--bare", nargs=3, type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.collect:
        collect(given.collect, given.seconds, not given.no_rules)
    elif given.bare:
        asyncio.run(_bare(int(given.bare[0]), int(given.bare[1]), given.bare[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), given.seconds, not given.no_rules)


def measure(folder: Path, seconds: float, ruled: bool) -> None:
    """The collector alone first, then a browser, then readers beside it, then the baselines."""
    alone = finished(spawn_collector(f"sqlite:///{folder}/alone.db", seconds / 2, ruled))
    db, port, solo = f"sqlite:///{folder}/floor.db", free_port(), seconds / 3
    collector = spawn_collector(db, solo + seconds + 25, ruled)
    web = spawn_web(db, port)
    try:
        wait_for(port)
        screen = Screen(f"http://127.0.0.1:{port}/queues")
        screen.ready.wait(60)
        begun = time.time()
        time.sleep(solo)
        joined = time.time()
        arrivals, share = asyncio.run(readers(f"ws://127.0.0.1:{port}/live", seconds - 5, web.pid))
        ended = time.time() - 1
        screen.stop()
    finally:
        web.terminate()
        web.wait(15)
    busy, base = finished(collector), journal_alone(folder, 10)
    size, rate = arrivals.bytes / max(1, arrivals.messages), arrivals.messages / READERS / (seconds - 5)
    bare = bare_share(int(size), rate)
    print(f"{SEATS} seats, {QUEUES} queues, {RATE} events/s, {READERS} readers, {os.cpu_count()} cores")
    told_collector(alone, busy, base)
    told = spread(arrivals.lags)
    row("event to reader p50, ms", told["p50"])
    row("event to reader p95, ms", told["p95"], 500)
    row("  of it view to reader p95, ms", spread(arrivals.view_lags)["p95"])
    row("web process, share of a core", share, 0.50, bare, "a bare server sending as many bytes")
    print(f"each reader: {rate:.1f} messages/s, {size / 1000:.1f} kB each")
    told_screen(screen, dict(enumerate(busy["probes"], start=1)), (begun, joined, ended))


def told_collector(alone: dict[str, Any], busy: dict[str, Any], base: dict[str, float]) -> None:
    """The collector's figures."""
    words = "transaction alone, without its 80 ms batch"
    row("collector, share of a core", alone["cpu"], 0.40, base["cpu"], "journal rows alone")
    row("collector with readers beside it", busy["cpu"], 0.40, base["cpu"], "journal rows alone")
    row("event to database p50, ms", alone["p50"], None, base["p50"], words)
    row("event to database p99, ms", alone["p99"], 300, base["p99"], words)
    row("  the same with readers", busy["p99"], 300, base["p99"], words)


def told_screen(screen: Screen, told: dict[int, float], times: tuple[float, float, float]) -> None:
    """The browser's figures, without readers and with them."""
    begun, joined, ended = times
    alone, busy = (delays(told, screen.seen, *span) for span in ((begun, joined), (joined, ended)))
    if screen.failed or len(alone) < 2 or len(busy) < 2:
        print(f"event to visible change: not measured ({screen.failed or 'no browser in time'})")
        return
    single, beside = spread(alone), spread(busy)
    row("event to visible change p50, ms", beside["p50"], None, single["p50"], "no readers beside it")
    row("event to visible change p95, ms", beside["p95"], 1000, single["p95"], "no readers beside it")


def row(
    name: str, value: float, goal: float | None = None, base: float | None = None, words: str = ""
) -> None:
    """One figure."""
    judged = "" if goal is None else f"  goal ≤ {goal:g} {'met' if value <= goal else 'MISSED'}"
    ratio = f"  {value / base:.1f} × baseline {base:.3g} ({words})" if base else ""
    print(f"{name:36} {value:8.3g}{judged}{ratio}")


def spawn_collector(db: str, seconds: float, ruled: bool) -> subprocess.Popen[str]:
    """The collector's process."""
    command = [sys.executable, __file__, "--collect", db, "--seconds", str(seconds)]
    command += [] if ruled else ["--no-rules"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the collector's process measured."""
    out, _ = process.communicate()
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result


def spawn_web(db: str, port: int) -> subprocess.Popen[bytes]:
    """The web server, without a collector of its own."""
    command = [sys.executable, "-m", "ccfloor", "web", "--db", db, "--port", str(port)]
    root = Path(__file__).resolve().parents[1]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def bare_share(size: int, rate: float, seconds: float = 8) -> float:
    """Share of a core that a bare websocket server needs to send as much to as many readers."""
    port = free_port()
    command = [sys.executable, __file__, "--bare", str(port), str(size), str(rate)]
    server = subprocess.Popen(command)
    try:
        wait_for_port(port)
        return asyncio.run(readers(f"ws://127.0.0.1:{port}", seconds, server.pid))[1]
    finally:
        server.terminate()
        server.wait(5)


def free_port() -> int:
    """A port that nobody uses."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""
    import socket

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


def wait_for(port: int) -> None:
    """Wait until the web server shows a live view."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server did not start")


if __name__ == "__main__":
    main()
