"""When the floor was in sight on a business day, without reading all of it at every look."""

from typing import NamedTuple

from sqlalchemy import Connection

from ccfloor.service.staffing_today.history import Columns
from ccfloor.service.staffing_today.kept import Kept
from ccfloor.store.seen import Seen, seen

SEEN = 0.95  # of a half hour must have been seen for its count to stand for it
STORED_S = 20.0  # by then the calls of a half hour that is over are stored
_SIGHT_S = 300.0  # so long it is not asked anew


class Sight(NamedTuple):
    """When the floor was in sight, as read ``at``."""

    of: Seen
    at: float

    def share(self, start: float, end: float) -> float:
        """Of a span, as far as it had come then; 0 where nothing of it was read."""
        end = min(end, self.at)
        if not self.of.told or end <= start:
            return 0.0
        return 1 - sum(last - first for first, last in self.of.gaps(start, end)) / (end - start)


def sight_of(
    connection: Connection, site: str, columns: Columns, kept: Kept, now: float, lost: float | None
) -> Sight:
    """Read anew after some minutes, when a half hour begins or is over, and when the floor is lost or back.

    What of the half hour that runs was not in sight may have come in late: that is looked at every time.
    """
    begun = [half for half in columns.halves if half.start < now]
    key = (columns.day.start, len(begun), over(columns, now), lost)

    def read() -> Sight:
        return Sight(seen(connection, site), now)

    known = kept.get("sight", key, now, _SIGHT_S, read)
    full = not begun or known.share(begun[-1].start, begun[-1].end) >= SEEN
    return known if full or known.at == now else kept.put("sight", key, now, read())


def over(columns: Columns, now: float) -> int:
    """Half hours whose calls are all stored."""
    return sum(half.end + STORED_S <= now for half in columns.halves)
