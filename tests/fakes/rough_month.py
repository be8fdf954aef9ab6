"""Three weeks of a small floor as they come: a log at first, then a link that breaks; nights, transfers.

Made from a seed; every instant is a whole second, so that sums of any pieces are exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    Clock,
    Device,
    EndedBy,
    FloorSnapshot,
    MemberState,
    Outcome,
    SeatDevice,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SourceLost,
)
from ccfloor.kpi.period import Period, days, period
from ccfloor.store.recorder import Item

AGENTS = ("Ada", "Ben", "Cleo", "Dan")  # Dan works at night
SEATS = {f"P/{n}": SeatInfo(f"P/{n}", agent=name, team="AB"[n % 2]) for n, name in enumerate(AGENTS)}
QUEUES = ("hot", "vip")
HOUR = 3600
LOGGED = 3  # days at the beginning of which a log alone tells
Span = tuple[int, int]


def config(day_start_s: int) -> FloorConfig:
    """Clocks go back on 25 October."""
    queues = {"hot": QueueInfo("hot", targets=(QueueTarget(wrap_up_s=10.0),)), "vip": QueueInfo("vip")}
    return FloorConfig(zone="Europe/Berlin", day_start_s=day_start_s, queues=queues, seats=SEATS)


@dataclass
class RoughMonth:
    """The events, and what is true of them. ``lost``: when the link was down; ``shifts``: the roster."""

    config: FloorConfig
    seed: int
    items: list[Item] = field(default_factory=list)
    lost: list[Span] = field(default_factory=list)
    shifts: list[tuple[str, int, int]] = field(default_factory=list)
    start: int = 0
    live_at: int = 0
    end: int = 0

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._said = 0
        calendar = [*days(self.config, period(self.config, "2026-10"))[14:]]
        calendar += days(self.config, period(self.config, "2026-11"))[:3]
        self.start, self.live_at = int(calendar[0].start), int(calendar[LOGGED].start)
        self.end = int(calendar[-1].end)
        self._lose(calendar)
        stays = [stay for day in calendar for stay in self._stays(day)]
        told = sorted(self._told(stays), key=lambda event: event.at)
        self.items = list(self._sourced(told, stays))

    def _lose(self, calendar: list[Period]) -> None:
        """Some minutes, an afternoon, and more than two whole days."""
        for first, length in ((LOGGED + 1, 600), (LOGGED + 3, 5 * HOUR), (LOGGED + 9, 60 * HOUR)):
            at = int(calendar[first].start) + self._chance.randrange(8 * HOUR, 20 * HOUR)
            self.lost.append((at, at + length + self._chance.randrange(HOUR)))

    def _stays(self, day: Period) -> Iterator[tuple[str, int, int]]:
        """Who was there from when to when; each is rostered, and now and then does not come."""
        for number, name in enumerate(AGENTS):
            begins = int(day.start) + (20 if name == "Dan" else 8) * HOUR + number * 900
            if self._chance.random() < 0.8:
                self.shifts.append((name, begins, begins + 7 * HOUR))
            if self._chance.random() < 0.85:
                late = self._chance.choice((0, 0, 60, 1500))
                yield name, begins + late, begins + 7 * HOUR + self._chance.choice((0, -900, 1200))

    def _told(self, stays: list[tuple[str, int, int]]) -> Iterator[AnyEvent]:
        number = 0
        for name, start, end in stays:
            seat = f"P/{AGENTS.index(name)}"
            for queue in QUEUES:
                yield SeatJoined(at=start, seat=seat, queue=queue, agent=name, device=Device.IDLE)
                yield SeatLeft(at=end, seat=seat, queue=queue)
            at = start + self._chance.randrange(600)
            while at < end - 900:
                number += 1
                at = yield from self._call(f"c{number}", seat, at)
                if self._chance.random() < 0.1:
                    yield SeatPaused(at=at, seat=seat, queue="", paused=True, reason="meal")
                    at += 1200
                    yield SeatPaused(at=at, seat=seat, queue="", paused=False)
                at += self._chance.randrange(60, 2400)

    def _call(self, call: str, seat: str, at: int) -> Iterator[AnyEvent]:
        """One caller, served or not, moved on or not; gives when the seat is free again."""
        chance, queue = self._chance, self._chance.choice(QUEUES)
        number = f"1380000{chance.randrange(40):04d}" if chance.random() < 0.9 else ""
        wait = chance.choice((0, 3, 12, 20, 21, 90))
        yield CallJoined(at=at, call=call, queue=queue, number=number)
        if chance.random() < 0.2:
            yield CallLeft(at=at + wait + 1, call=call, queue=queue, outcome=Outcome.ABANDONED)
            return at + wait + 60
        ring, talk = min(wait, chance.choice((2, 17))), chance.randrange(20, 500)
        by = chance.choice((EndedBy.CALLER, EndedBy.AGENT, EndedBy.BLIND_TRANSFER))
        told = {"call": call, "queue": queue, "seat": seat}
        yield CallAnswered(at=at + wait, wait_s=wait, ring_s=ring, **told)
        yield SeatDevice(at=at + wait, seat=seat, device=Device.IN_USE)
        yield CallEnded(at=at + wait + talk, by=by, talk_s=talk, **told)
        yield SeatDevice(at=at + wait + talk, seat=seat, device=Device.IDLE)
        if by is EndedBy.BLIND_TRANSFER and chance.random() < 0.5:
            other = QUEUES[1 - QUEUES.index(queue)]
            yield CallJoined(at=at + wait + talk + 2, call=call, queue=other, number=number)
            yield CallLeft(at=at + wait + talk + 9, call=call, queue=other, outcome=Outcome.ABANDONED)
        return at + wait + talk + 60

    def _sourced(self, told: list[AnyEvent], stays: list[tuple[str, int, int]]) -> Iterator[Item]:
        """Calls of the first days from a log; then what a link told that was lost and came back."""
        ends = [*(back for _, back in self.lost), self.end + HOUR]
        session, gaps = 1, list(self.lost)
        yield from (
            self._item("queue_log:1", event) for event in told if event.at < self.live_at and _logged(event)
        )
        live = [event for event in told if event.at >= self.live_at]
        yield self._item("ami:1", self._back(self.live_at, 0, stays))
        for event in live:
            while gaps and event.at >= gaps[0][0]:
                lost, back = gaps.pop(0)
                yield self._item(f"ami:{session}", SourceLost(at=lost))
                session += 1
                yield self._item(f"ami:{session}", self._back(back, lost, stays))
            if not any(lost <= event.at <= back for lost, back in self.lost) and event.at < ends[-1]:
                yield self._item(f"ami:{session}", event)
        yield self._item("collector", Clock(at=self.end + 12 * HOUR))

    def _back(self, at: int, since: int, stays: list[tuple[str, int, int]]) -> AnyEvent:
        there = [name for name, start, end in stays if start < at < end]
        members = tuple(
            MemberState(f"P/{AGENTS.index(name)}", queue, name, device=Device.IDLE)
            for name in there
            for queue in QUEUES
        )
        return FloorSnapshot(at=at, members=members, blind_since=since)

    def _item(self, source: str, event: AnyEvent) -> Item:
        self._said += 1
        return Item(source, self._said, event, source.startswith("queue_log"))


def _logged(event: AnyEvent) -> bool:
    return isinstance(event, CallJoined | CallAnswered | CallEnded | CallLeft)
