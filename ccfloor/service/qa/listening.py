"""Who listened to which recording, when, from which page; and uploaded recordings whose days are over.

Both stand in the audit log, which only grows. A player asks for many parts of one recording: what one person
asks for from one page without a long pause is one listening. It is on the log before a byte is given out.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Engine

from ccfloor.access.acts import Act
from ccfloor.access.places import PAGES
from ccfloor.floor.config import FloorConfig
from ccfloor.service.audit import PROGRAM, Actor, acting, record
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa.recordings import Place
from ccfloor.service.qa.subject import name_of
from ccfloor.service.settings import Settings
from ccfloor.store import qa_audio
from ccfloor.store import qa_scores as rows
from ccfloor.store.engine import overwriting, writing
from ccfloor.store.viewer import Viewer

_PAUSE_S = 600.0  # after so long without asking it is another listening
_MOST = 5000  # listenings that are remembered
_AT_ONCE = 10  # files in one transaction, some of which are large
_DAY_S = 86_400.0


class _Key(NamedTuple):
    database: str
    site: str
    who: str
    source: str
    score: int
    page: str


class Sittings:
    """What is being listened to in this process."""

    def __init__(self) -> None:
        self._last: dict[_Key, float] = {}
        self._lock = threading.Lock()

    def begins(self, key: _Key, now: float) -> bool:
        """Whether somebody begins to listen; he goes on otherwise."""
        with self._lock:
            before = self._last.pop(key, None)
            self._last[key] = now
            while len(self._last) > _MOST:
                del self._last[next(iter(self._last))]
        return before is None or not 0 <= now - before < _PAUSE_S

    def forget(self, key: _Key) -> None:
        """It could not be put on the log: the next time it is tried again."""
        with self._lock:
            self._last.pop(key, None)


_sittings = Sittings()


def page_of(referer: str) -> str:
    """The page that an address leads to; "" for none of ours."""
    try:
        name = urlsplit(referer).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""
    return name if name in PAGES else ""


def note(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    place: Place,
    page: str,
    who: str,
    now: float,
    sittings: Sittings = _sittings,
) -> bool:
    """Put on the log that somebody listens to the recording of what a score is about, once a sitting; returns
    whether it was. ``place``: as ``recordings.place_of`` told, which also said that he may.
    """
    me = name_of(viewer, who)
    by = acting(me, viewer)
    key = _Key(str(engine.url), viewer.site, by.who, by.source, number, page)
    if not sittings.begins(key, now):
        return False
    try:
        with writing(engine) as connection:
            row = rows.find(connection, number, rows.seen_by(connection, viewer, config, me))
            if row is None:
                raise PeopleError("unknown_qa_score")
            after = {"agent": row.agent, "queue": row.queue, "call_at": row.call_at, "page": page}
            after |= {"recording": "upload" if place.audio else "file" if place.file else "recorder"}
            about = f"qa_score/{number}"
            record(connection, by, Act.QA_AUDIO_HEARD, about, None, after, "", now, site=viewer.site)
    except BaseException:
        sittings.forget(key)
        raise
    return True


# -- what is old ---------------------------------------------------------------------------------------


def clear_recordings(
    settings: Settings,
    engine: Engine,
    now: float,
    by: Actor = PROGRAM,
    why: str = "",
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Delete the recordings that were uploaded longer ago than ``qa.recordings_days``; returns how many.

    Nothing where that is 0. In short transactions, each with its entry in the audit log; ``pause`` is called
    between them, and what it raises ends the run. Raises SQLAlchemyError.
    """
    days, site = settings.qa.recordings_days, settings.site.id
    until, found = now - days * _DAY_S, 0
    while days and (gone := _clear(engine, site, until, days, now, by, why)):
        found += gone
        pause()
    return found


def _clear(engine: Engine, site: str, until: float, days: int, now: float, by: Actor, why: str) -> int:
    with engine.connect() as connection:
        if not qa_audio.older(connection, site, until, 1):
            return 0
    with writing(engine) as connection:
        overwriting(connection)
        old = qa_audio.older(connection, site, until, _AT_ONCE)
        for one in old:
            qa_audio.remove(connection, site, one.id)
        told = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
        after = {"days": days, "before": told, "bytes": sum(one.size for one in old)}
        after |= {"numbers": [one.id for one in old]}
        if old:
            record(connection, by, Act.QA_AUDIO_CLEARED, "qa_audio", None, after, why, now, site=site)
    return len(old)
