"""Who did what, when, from where, and what was before and after: every act writes its entry itself.

``record`` is called in the transaction of the act, as the last thing in it: what is not logged is not done.
Telephone numbers never stand in it in full, whoever wrote them where. Instants are UTC epoch seconds.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.chain import Entry
from ccfloor.access.rights import Right, Role
from ccfloor.service.access.identity import stated
from ccfloor.service.without_numbers import without_numbers
from ccfloor.store import audit as rows
from ccfloor.store.audit import Found, Place, Wanted
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Forbidden, Viewer

WHY_MAX = 1000
_TEXT_MAX = 2000  # of one value
_NAME_MAX = 300
OPEN = "open"  # in place of a role: no account, a name that was typed on an open floor
COMMAND_LINE = "command line"  # in place of an address
_encoder = msgspec.json.Encoder()

Values = Mapping[str, Any] | None


class Actor(NamedTuple):
    """Who acts: the account's name (or what the program is), its role, and the address it comes from.

    ``role`` is OPEN for a name typed on an open floor, and SYSTEM for the program and its command line.
    """

    who: str
    role: str = Role.SYSTEM
    source: str = ""


FILE = Actor("file")  # a file of the site, read again
SWITCH = Actor("switch")
PROVIDER = Actor("single sign-on")  # what acts without a person; the page has words for their names
PROGRAM = Actor("ccfloor")
PROGRAMS = {FILE.who: "file", SWITCH.who: "switch", PROVIDER.who: "provider", PROGRAM.who: "program"}


def acting(typed: str = "", viewer: Viewer | None = None) -> Actor:
    """Who acts now: who is signed in, whatever name was typed; without an account that name."""
    found = stated()
    if found is None:
        return _of_viewer(typed, viewer)
    if found.account:
        return Actor(found.name, found.role, found.source)
    if found.role == Role.SYSTEM:
        return Actor(typed.strip() or found.name, found.role, found.source)
    return Actor(typed.strip(), OPEN, found.source)


def _of_viewer(typed: str, viewer: Viewer | None) -> Actor:
    if viewer is None or (viewer.role == Role.SYSTEM and not viewer.account):
        return Actor(typed.strip())
    if viewer.account:
        return Actor(viewer.who, viewer.role, viewer.source)
    return Actor(typed.strip() or viewer.who, OPEN, viewer.source)


def record(
    connection: Connection,
    by: Actor | Viewer,
    act: Act,
    about: str,
    before: Values,
    after: Values,
    why: str,
    now: float,
    *,
    site: str = "",
) -> int:
    """Write an entry; returns its number. ``about``: ``kind/name`` of the thing, never a telephone number.

    ``before`` and ``after``: what was and what is, None where there was nothing; what is the same in both is
    left out. ``site``: where ``by`` is no Viewer. Raises ValueError without a site.
    """
    site = site or (by.site if isinstance(by, Viewer) else "")
    if not site:
        raise ValueError("an entry needs its site")
    actor = acting("", by) if isinstance(by, Viewer) else by
    was, now_is = _changed(before, after)
    words = without_numbers(_sound(why.strip()))[:WHY_MAX]
    who, source, thing = (_sound(text)[:_NAME_MAX] for text in (actor.who, actor.source, about))
    told = (who, str(actor.role), source, str(act), thing, was, now_is, words)
    return rows.append(connection, Entry(site, 0, now, *told))


def _sound(text: str) -> str:
    """A text as every database takes it: without the sign of the end, and with whole characters alone."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _changed(before: Values, after: Values) -> tuple[str, str]:
    """Both as JSON, without what is the same in both."""
    was = _plain(before) if before is not None else None
    is_ = _plain(after) if after is not None else None
    if was is not None and is_ is not None:
        same = {key for key in was.keys() & is_.keys() if was[key] == is_[key]}
        was = {key: value for key, value in was.items() if key not in same}
        is_ = {key: value for key, value in is_.items() if key not in same}
    return _json(was), _json(is_)


def _json(values: Values) -> str:
    return "" if not values else _encoder.encode(values).decode()


def _plain(value: Any) -> Any:
    """As JSON has it: sets in order, names of enumerations, texts without telephone numbers."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return without_numbers(_sound(value))[:_TEXT_MAX]
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(one) for one in value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return msgspec.to_builtins(value)


def record_alone(
    engine: Engine,
    by: Actor | Viewer,
    act: Act,
    about: str,
    after: Values,
    why: str,
    now: float,
    *,
    site: str = "",
) -> int:
    """Write an entry about what changes nothing in the database, before it is done."""
    with writing(engine) as connection:
        return record(connection, by, act, about, None, after, why, now, site=site)


# -- reading -------------------------------------------------------------------------------------------


def may_read(viewer: Viewer) -> None:
    """Raises Forbidden unless the viewer may read the log: it tells of the whole site."""
    viewer.needs(Right.AUDIT)
    if viewer.queues is not None or viewer.teams is not None:
        raise Forbidden


def find(engine: Engine, viewer: Viewer, wanted: Wanted, most: int, below: Place | None = None) -> Found:
    """The newest entries that fit, older than ``below``. Raises Forbidden."""
    may_read(viewer)
    with engine.connect() as connection:
        return rows.find(connection, viewer.site, wanted, most, below)


def names(engine: Engine, viewer: Viewer, column: str) -> list[str]:
    """Who acted (``who``), or from which addresses (``source``). Raises Forbidden."""
    may_read(viewer)
    with engine.connect() as connection:
        return rows.names(connection, viewer.site, column)
