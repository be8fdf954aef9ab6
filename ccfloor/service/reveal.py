"""One caller's whole number, for who has the right to it: bounded, and each time on the audit log."""

from sqlalchemy import Connection, Engine, func, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.numbers import is_cleared, mask_number, names_caller
from ccfloor.kpi.callers import Key
from ccfloor.service.audit import Actor, acting, record
from ccfloor.service.commands import CommandError
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.queries import sees_call
from ccfloor.store.tables import calls
from ccfloor.store.viewer import Viewer

MOST = 60  # numbers an hour and account
SHOWN_S = 60.0  # how long a screen shows one
_HOUR_S = 3600.0


class RevealError(CommandError):
    """A number that is not told. ``code`` picks the sentence (``reveal.error.…``)."""


def masked(viewer: Viewer, shown: str) -> bool:
    """Whether there is more to a number than this viewer reads."""
    return not viewer.may_see_numbers and "*" in shown


def reveal(engine: Engine, viewer: Viewer, key: Key, why: str, now: float) -> str:
    """The whole number of the caller of one call. ``now``: UTC epoch seconds.

    Raises Forbidden; RevealError: no_why, unknown_call (also out of scope), withheld, cleared, too_many.
    """
    viewer.needs(Right.REVEAL)
    if not why.strip():
        raise RevealError("no_why")
    if not sees_call(engine, viewer, *key):
        raise RevealError("unknown_call")
    by = acting(viewer=viewer)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)  # nobody counts while another is being told
        number = _number(connection, viewer.site, key)
        if _told(connection, viewer.site, by, now) >= MOST:
            raise RevealError("too_many")
        after = {"number": mask_number(number)}
        about = f"call/{key[0]}-{key[1]}"
        record(connection, by, Act.NUMBER_REVEALED, about, None, after, why, now, site=viewer.site)
    return number


def _number(connection: Connection, site: str, key: Key) -> str:
    table = calls.c
    mine = (table.site == site, table.source_id == key[0], table.position == key[1])
    number = str(connection.scalar(select(table.number).where(*mine)) or "")
    if is_cleared(number):
        raise RevealError("cleared")
    if not names_caller(number):
        raise RevealError("withheld")
    return number


def _told(connection: Connection, site: str, by: Actor, now: float) -> int:
    """How many numbers this one was told in the last hour; on an open floor, all from the same address."""
    table = audit.c
    who = table.who == by.who if by.who else (table.who == "") & (table.source == by.source)
    of = (table.site == site, table.act == Act.NUMBER_REVEALED, table.at > now - _HOUR_S, who)
    return int(connection.scalar(select(func.count()).select_from(audit).where(*of)) or 0)
