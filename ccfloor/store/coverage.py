"""When a live source saw the floor without a gap: there the queue_log only confirms."""

from sqlalchemy import Connection, select

from ccfloor.floor.events import AnyEvent, FloorSnapshot, SourceLost
from ccfloor.store.tables import coverage
from ccfloor.store.writer import Row


class Coverage:
    """The spans of every live source of a site. Kept up as events come, stored with their batch."""

    def __init__(self, rows: list[tuple[int, float, float, bool]]) -> None:
        self._spans = {(source, start): [start, end] for source, start, end, _ in rows}
        self._open = {source: (source, start) for source, start, _, is_open in rows if is_open}
        self._dirty: set[tuple[int, float]] = set()

    @classmethod
    def read(cls, connection: Connection, site: str) -> "Coverage":
        """What is stored of the site."""
        table = coverage.c
        query = select(table.source_id, table.start, table.end, table.open).where(table.site == site)
        rows = connection.execute(query.order_by(table.start))
        return cls([(row[0], row[1], row[2], row[3]) for row in rows])

    def note(self, source: int, event: AnyEvent) -> None:
        """A live source told this event."""
        if isinstance(event, SourceLost):
            self._extend(source, event.at)
            self._dirty.add(self._open.pop(source))
            return
        if isinstance(event, FloorSnapshot) and event.blind_since:
            key = self._open.pop(source, None)
            if key is not None:
                self._spans[key][1] = max(key[1], min(self._spans[key][1], event.blind_since))
                self._dirty.add(key)
        self._extend(source, event.at)

    def _extend(self, source: int, at: float) -> None:
        key = self._open.get(source)
        if key is None:
            key = self._open[source] = (source, at)
            self._spans.setdefault(key, [at, at])
            self._dirty.add(key)
        elif at > self._spans[key][1]:
            self._spans[key][1] = at
            self._dirty.add(key)

    @property
    def empty(self) -> bool:
        """Whether no live source ever told anything."""
        return not self._spans

    def spans(self, start: float, end: float) -> list[tuple[float, float]]:
        """(start, end) of every span that has a part in this period."""
        return [(span[0], span[1]) for span in self._spans.values() if span[0] <= end and span[1] >= start]

    def changed(self) -> list[Row]:
        """Rows of the spans that changed since this was asked last."""
        rows: list[Row] = [
            (source, start, self._spans[(source, start)][1], self._open.get(source) == (source, start))
            for source, start in sorted(self._dirty)
        ]
        self._dirty.clear()
        return rows
