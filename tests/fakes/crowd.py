"""A floor on which exactly so many callers wait as a test says."""

from collections.abc import Iterator, Sequence

from ccfloor.floor.events import AnyEvent, CallJoined, CallLeft, Clock, Outcome, SourceLost

Wanted = tuple[float, int | None]  # from so many seconds on; None: out of sight


def crowd(start: float, wanted: Sequence[Wanted], queue: str = "hot") -> Iterator[AnyEvent]:
    """Callers come and go so that the given number waits from each moment on; every minute time is told."""
    waiting: list[str] = []
    number, before = 0, 0.0
    for offset, count in wanted:
        yield from _minutes(start + before, start + offset)
        at, before = start + offset, offset
        if count is None:
            yield SourceLost(at=at, why="cable")
            continue
        while len(waiting) < count:
            number += 1
            waiting.append(f"crowd-{start:.0f}-{number}")
            yield CallJoined(at=at, call=waiting[-1], queue=queue)
        while len(waiting) > count:
            yield CallLeft(at=at, call=waiting.pop(), queue=queue, outcome=Outcome.ABANDONED)


def _minutes(start: float, end: float) -> Iterator[AnyEvent]:
    at = start + 60
    while at < end:
        yield Clock(at=at)
        at += 60
