"""A Sink that keeps what it is given, and lets a test wait for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.events import FloorEvent

DEADLINE_S = 20.0


@dataclass
class FakeSink:
    """Events, progress, health reports and bad lines, in order of arrival."""

    events: list[tuple[str, int, FloorEvent]] = field(default_factory=list)
    marks: dict[str, tuple[int, str]] = field(default_factory=dict)
    reports: list[Health] = field(default_factory=list)
    bads: list[tuple[str, str, str]] = field(default_factory=list)

    def put(self, source: str, position: int, event: FloorEvent) -> None:
        self.events.append((source, position, event))

    def cursor(self, source: str) -> tuple[int, str] | None:
        return self.marks.get(source)

    def progress(self, source: str, position: int, mark: str = "") -> None:
        self.marks[source] = (position, mark)

    def bad(self, source: str, place: str, why: str) -> None:
        self.bads.append((source, place, why))

    def health(self, report: Health) -> None:
        self.reports.append(report)

    def of(self, kind: type[FloorEvent]) -> list[FloorEvent]:
        """The events of one kind."""
        return [event for _, _, event in self.events if isinstance(event, kind)]

    def state(self) -> LinkState | None:
        """How the link stands."""
        return self.reports[-1].state if self.reports else None

    def codes(self) -> list[str]:
        """What was reported so far."""
        return [report.code for report in self.reports]


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; fails if it does not come true in a long while."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.005)
