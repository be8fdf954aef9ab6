"""The floor as it was: the nearest checkpoint, and the journal from there on."""

from sqlalchemy import Connection, Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.store.checkpoint import Start, start_from
from ccfloor.store.coverage import Coverage
from ccfloor.store.journal import batches, feed_head, runs
from ccfloor.store.play import play
from ccfloor.store.tables import sources

_LATE_S = 5.0  # events of two sources reach the journal this much out of order at most
_WINDOW_S = 1800.0  # the longest rolling window


def show_at(engine: Engine, config: FloorConfig, site: str, at: float) -> FloorView | None:
    """The floor at an instant (UTC epoch seconds), as far as its events were journalled.

    None where nothing happened before it. For operators of the whole site: no Viewer narrows it.
    """
    with engine.connect() as connection:
        feed = feed_at(connection, site, at)
        if feed is None:
            return None
        floor, seen, _ = _start(connection, config, site, feed, at)
        coverage = Coverage.read(connection, site)
        for batch in batches(connection, site, feed, seen, feed_head(connection, site, feed)):
            play(floor, coverage, runs(entry for entry in batch if entry.event.at <= at))
            if any(entry.event.at > at + _LATE_S for entry in batch):
                break
        view: FloorView = floor.view(at)
        return view


def feed_at(connection: Connection, site: str, at: float) -> str | None:
    """The feed that told most of this instant: a live one before a log, else the one that came last."""
    query = select(sources.c.feed, sources.c.kind, sources.c.last_at).where(
        sources.c.site == site, sources.c.events > 0, sources.c.first_at <= at
    )
    found = []
    for feed, kind, last_at in connection.execute(query):
        covers = last_at >= at
        found.append((covers, covers and kind == "live", last_at, feed))
    return max(found)[-1] if found else None


def _start(connection: Connection, config: FloorConfig, site: str, feed: str, at: float) -> Start:
    """A checkpoint with windows at once before, or one without from before everything they hold."""
    recent = start_from(connection, config, site, feed, live=True, before=at, windows=True)
    if recent.head:
        return recent
    since = min(config.business_day(at)[0], at - _WINDOW_S)
    return start_from(connection, config, site, feed, live=True, before=since)
