"""Viewers in many scopes: what the hub encodes and how long a tick takes, against one scope in the same run.

300 readers in 20 scopes (two queues each) and as many in one; 500 seats and 50 queues change at every tick.
The hub has to encode once a scope and tick, however many readers a scope has: counted, and checked.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from msgspec.structs import replace

from ccfloor.floor.view import FloorView, Membership, QueueView, SeatCounts, SeatDay, SeatView, Window
from ccfloor.service import hub as hub_module
from ccfloor.service.hub import LiveHub, LiveRow, Reader
from ccfloor.service.scope import Scope

QUEUES, SEATS = 50, 500
AT = 1_800_000_000.0
_STATUSES = ("ready", "on_call", "wrap_up", "paused")


class Counting:
    """The hub's encoder, counting what it encodes."""

    def __init__(self) -> None:
        self.times = 0
        self._encoder = hub_module._encoder

    def encode(self, message: object) -> bytes:
        """The same bytes, counted."""
        self.times += 1
        return self._encoder.encode(message)


def queue(name: str, rng: random.Random) -> QueueView:
    """A queue with numbers in its places."""
    window = Window(offered=rng.randrange(400), answered=rng.randrange(300))
    waiting = rng.randrange(9)
    return QueueView(
        name, waiting, 30.0, AT if waiting else None, 40.0, 20.0, 0.8, SeatCounts(),
        window, window, window, window,
    )  # fmt: skip


def seat(number: int, rng: random.Random) -> SeatView:
    """A seat of two queues."""
    mine = (Membership(f"q{number % QUEUES:02}"), Membership(f"q{(number + 1) % QUEUES:02}"))
    status = rng.choice(_STATUSES)
    return SeatView(
        f"P/{number}", f"Agent {number}", "", str(number), "A", "agent", status, "", "",
        AT - rng.random() * 60, False, None, "idle", "", "", "", mine, SeatDay(),
    )  # fmt: skip


def first_view(rng: random.Random) -> FloorView:
    """The floor before the first tick."""
    queues = tuple(queue(f"q{number:02}", rng) for number in range(QUEUES))
    seats = tuple(seat(number, rng) for number in range(SEATS))
    return FloorView("main", AT, AT - 3600, queue("", rng), queues, seats, (), ())


def next_view(view: FloorView, tick: int, rng: random.Random) -> FloorView:
    """The floor a second later: every queue and every tenth seat is otherwise."""
    queues = tuple(queue(one.queue, rng) for one in view.queues)
    seats = tuple(
        seat(number, rng) if number % 10 == tick % 10 else one for number, one in enumerate(view.seats)
    )
    return replace(view, at=view.at + 1, queues=queues, seats=seats, events=view.events + 200)


async def run(scopes: list[Scope], readers: int, ticks: int) -> tuple[int, list[float]]:
    """Encodings in all ticks, and the seconds of each: publishing, and handing out to all readers."""
    rng, counter = random.Random(5), Counting()
    hub_module._encoder = counter  # type: ignore[assignment]
    hub = LiveHub(lambda _: None, lambda _: {}, lambda: AT, beside=lambda: ())
    view = first_view(rng)
    hub.accept(LiveRow(0, AT, view, ()))
    watching = [Reader(hub, scopes[number % len(scopes)]) for number in range(readers)]
    for reader in watching:
        await reader.next()
    counter.times, seconds = 0, []
    for tick in range(1, ticks + 1):
        view = next_view(view, tick, rng)
        begun = time.perf_counter()
        hub.accept(LiveRow(tick, AT + tick, view, ()))
        for reader in watching:
            if len(await reader.next()) != 1:
                raise SystemExit("a reader got more or less than one message a tick")
        seconds.append(time.perf_counter() - begun)
    hub_module._encoder = counter._encoder
    return counter.times, seconds


def main() -> int:
    """Run both, print, and say whether the hub encoded once a scope and tick."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--readers", type=int, default=300)
    asked.add_argument("--scopes", type=int, default=20)
    asked.add_argument("--ticks", type=int, default=60)
    wanted = asked.parse_args()
    some = [
        Scope("main", frozenset((f"q{2 * number % QUEUES:02}", f"q{(2 * number + 1) % QUEUES:02}")))
        for number in range(wanted.scopes)
    ]
    held = True
    for name, scopes in (("one scope, the whole floor", [Scope("main")]), (f"{wanted.scopes} scopes", some)):
        times, seconds = asyncio.run(run(scopes, wanted.readers, wanted.ticks))
        median, most = statistics.median(seconds) * 1000, max(seconds) * 1000
        once = times == len(scopes) * wanted.ticks
        held &= once
        print(
            f"{name}: {wanted.readers} readers, {times} encodings in {wanted.ticks} ticks "
            f"({times / wanted.ticks:g} a tick), {median:.1f} ms a tick (median), {most:.1f} ms at most"
        )
    print("once a scope and tick" if held else "NOT once a scope and tick")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
