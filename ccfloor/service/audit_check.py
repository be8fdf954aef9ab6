"""Whether the audit log is as it was written: every entry linked to the one before, none cut off.

The newest entry of each day is kept beside the log; it shows where the end was cut off. Who can alter the
database could alter that as well: a head written down elsewhere (``--head``, the server's log) shows it.
"""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.chain import GENESIS, broken
from ccfloor.service.audit import may_read
from ccfloor.store import audit as rows
from ccfloor.store.audit import AT_ONCE, Head
from ccfloor.store.viewer import Viewer

GAP, CHANGED, CUT, HEAD, UNKNOWN_HEAD = "gap", "changed", "cut", "head", "unknown_head"
_AGAIN_S = 60.0  # a log that is quickly gone through is gone through again after so long
_LONG_AGAIN_S = 3600.0
_QUICK = 20_000


class Checked(NamedTuple):
    """How far the log was gone through: entries 1 to ``number``, whose hash is ``hash``; at ``at``.

    ``fault``: "" where all holds, else what does not, at entry ``where``. ``last``: entries there are.
    """

    number: int = 0
    hash: str = GENESIS
    fault: str = ""
    where: int = 0
    last: int = 0
    at: float = 0.0
    head_seen: bool = False

    @property
    def whole(self) -> bool:
        """Whether all entries that there are were gone through."""
        return bool(self.fault) or self.number >= self.last


def check(engine: Engine, site: str, now: float, head: str = "") -> Checked:
    """Go through the whole log. ``head``: a hash noted before, which must be an entry's."""
    found = Checked()
    while not (found := go_on(engine, site, found, now, head=head)).whole:
        pass
    if head and not found.fault and not found.head_seen:
        return found._replace(fault=UNKNOWN_HEAD)
    return found


def go_on(
    engine: Engine, site: str, seen: Checked, now: float, most: int = AT_ONCE, head: str = ""
) -> Checked:
    """Go through the next entries, at most ``most``."""
    with engine.connect() as connection:
        return _next(connection, site, seen, now, most, head)


def _next(connection: Connection, site: str, seen: Checked, now: float, most: int, head: str) -> Checked:
    kept = rows.heads(connection, site)
    written = rows.after(connection, site, seen.number, most)
    newest = rows.last(connection, site)
    last = newest.entry.number if newest else 0
    found = seen._replace(at=now, last=last)
    fault = next(broken(written, seen.hash, seen.number), None)
    if fault:
        return found._replace(number=fault.number - 1, fault=fault.fault, where=fault.number)
    hashes = {one.entry.number: one.hash for one in written}
    if wrong := _off(kept, hashes):
        return found._replace(number=wrong - 1, fault=HEAD, where=wrong)
    if written:
        found = found._replace(number=written[-1].entry.number, hash=written[-1].hash)
    if seen.number > last or (kept and kept[-1].number > last and found.number >= last):
        return found._replace(fault=CUT, where=last + 1)
    return found._replace(head_seen=seen.head_seen or head in hashes.values())


def _off(kept: Iterable[Head], hashes: dict[int, str]) -> int:
    """The number of an entry that was another at its day's end; 0 for none."""
    return next((one.number for one in kept if hashes.get(one.number, one.hash) != one.hash), 0)


class Checker:
    """What a server knows of its log: each look goes on where the last one stopped, and begins anew in time.

    One for a process; used by many at once.
    """

    def __init__(self) -> None:
        self._seen, self._of = Checked(), ("", "")
        self._began_at = 0.0
        self._lock = Lock()

    def look(self, engine: Engine, viewer: Viewer, now: float, most: int = _QUICK) -> Checked:
        """Go through some more. Raises Forbidden."""
        may_read(viewer)
        with self._lock:
            if self._of != (of := (str(engine.url), viewer.site)):
                self._seen, self._of, self._began_at = Checked(), of, now
            again = _AGAIN_S if self._seen.last <= _QUICK else _LONG_AGAIN_S
            if self._seen.fault or (self._seen.whole and not 0 <= now - self._began_at < again):
                self._seen, self._began_at = Checked(), now
            self._seen = go_on(engine, viewer.site, self._seen, now, most)
            return self._seen

    def keep(self, seen: Checked) -> None:
        """Take over what somebody else went through."""
        with self._lock:
            self._seen = seen
