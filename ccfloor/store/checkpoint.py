"""Checkpoints: a Floor kept now and then, so that going on needs only the journal after it.

Where rules watch the Floor, what they know is kept with it.
"""

import zlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.dump import changed_rows
from ccfloor.floor.records import CallRow
from ccfloor.floor.state import Floor
from ccfloor.store.tables import checkpoints
from ccfloor.store.writer import Row, replaced, write_rows

EVERY_EVENTS = 20_000  # a restart replays at most so many,
EVERY_LOGGED = 40_000  # or so many of a feed that is only read in; a replay of its days plays them first
KEEP_ALL_S = 2 * 86400.0  # checkpoints of the last two days are all kept,
THIN_EVENTS = 20_000  # older ones one in so many journal rows: a jump to an old day plays no more


class Start(NamedTuple):
    """A Floor to go on from, and the journal id up to which it has seen everything.

    ``rules``: what the rules knew at that moment; None where none watched.
    """

    floor: Floor
    head: int
    rules: bytes | None = None


class _Kept(msgspec.Struct, array_like=True):
    """A Floor and the rules that watch it. A Floor alone is kept as it is: a map, not an array."""

    floor: bytes
    rules: bytes


_kept = msgspec.msgpack.Decoder(_Kept)
_PAIR = b"\x92"  # how MessagePack begins an array of two


def start_from(
    connection: Connection,
    config: FloorConfig,
    site: str,
    feed: str,
    *,
    live: bool,
    windows: bool = False,
    before: float | None = None,
) -> Start:
    """The Floor of the latest usable checkpoint (not after the instant ``before``), or an empty one.

    ``windows``: only a checkpoint that holds the rolling windows will do. One that this version cannot
    read is passed over: the journal is the truth.
    """
    table = checkpoints.c
    query = select(table.journal_id, table.blob).where(table.site == site, table.feed == feed)
    if windows:
        query = query.where(table.windows.is_(True))
    if before is not None:
        query = query.where(table.at <= before)
    for journal_id, blob in connection.execute(query.order_by(table.journal_id.desc()).limit(3)):
        try:
            whole = zlib.decompress(blob)
            kept = _kept.decode(whole) if whole.startswith(_PAIR) else None
            floor = Floor.load(config, kept.floor if kept else whole, live=live)
            return Start(floor, journal_id, kept.rules if kept else None)
        except (msgspec.MsgspecError, zlib.error):
            continue
    return Start(Floor(config, live=live), 0)


def pack(floor: Floor, rules: bytes | None = None) -> bytes:
    """The Floor, and what the rules know that watch it, as a checkpoint holds them."""
    blob = floor.dump()
    return zlib.compress(blob if rules is None else msgspec.msgpack.encode(_Kept(blob, rules)), 1)


def changed(blob: bytes, change: Callable[[CallRow], None]) -> bytes | None:
    """A checkpoint after ``change`` of each of its calls; the very same where none changed.

    None where this version cannot read it.
    """
    try:
        whole = zlib.decompress(blob)
        kept = _kept.decode(whole) if whole.startswith(_PAIR) else None
        before = kept.floor if kept else whole
        after = changed_rows(before, change)
    except (msgspec.MsgspecError, zlib.error):
        return None
    if after == before:
        return blob
    return zlib.compress(msgspec.msgpack.encode(_Kept(after, kept.rules)) if kept else after, 1)


def keep(connection: Connection, site: str, row: Row) -> None:
    """Write a checkpoint (a row of the site), and thin out the feed's old ones."""
    write_rows(connection, checkpoints, [row], replaced, site)
    feed, _, at, *_ = row
    table = checkpoints.c
    mine = (table.site == site, table.feed == feed, table.at < at - KEEP_ALL_S)
    # One of each stretch of THIN_EVENTS rows stays: divided in integers, alike in both databases.
    stretch = (table.journal_id - table.journal_id % THIN_EVENTS).label("stretch")
    kept = select(func.max(table.journal_id)).where(*mine).group_by(stretch)
    connection.execute(delete(checkpoints).where(*mine, table.journal_id.not_in(kept)))
