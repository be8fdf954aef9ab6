"""A Sink that remembers like the store does: a known position is ignored, a cursor survives a restart."""

from ccfloor.acd.base import Health
from ccfloor.floor.events import FloorEvent


class NotebookSink:
    """Keeps everything it is told. ``lag``: progress is stored only when ``store`` is called."""

    def __init__(self, *, lag: bool = False) -> None:
        self.kept: dict[tuple[str, int], FloorEvent] = {}
        self.again = 0
        self.bads: list[tuple[str, str, str]] = []
        self.reports: list[Health] = []
        self._stored: dict[str, tuple[int, str]] = {}
        self._waiting: dict[str, tuple[int, str]] = {}
        self._lag = lag

    def put(self, source: str, position: int, event: FloorEvent) -> None:
        known = self.kept.setdefault((source, position), event)
        if known is not event:
            assert known == event, "one position, two different events"
            self.again += 1

    def cursor(self, source: str) -> tuple[int, str] | None:
        return self._stored.get(source)

    def progress(self, source: str, position: int, mark: str = "") -> None:
        self._waiting[source] = (position, mark)
        if not self._lag:
            self.store()

    def store(self) -> None:
        self._stored.update(self._waiting)

    def bad(self, source: str, place: str, why: str) -> None:
        self.bads.append((source, place, why))

    def health(self, report: Health) -> None:
        self.reports.append(report)

    @property
    def events(self) -> list[FloorEvent]:
        """In the order in which they came."""
        return list(self.kept.values())

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(source for source, _ in self.kept))
