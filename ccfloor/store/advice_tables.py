"""The tables of advice: what was proposed, and what was foretold of every move and came of it."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table

from ccfloor.store.columns import (
    count_column,
    instant_column,
    key_column,
    metadata,
    row_id_column,
    text_column,
)

# One row as long as the same is advised; ``same``: a hash of what that is. ``body``: JSON of an ``Advised``.
advice = Table(
    "advice",
    metadata,
    row_id_column(),
    text_column("site"),
    instant_column("given_at"),
    instant_column("seen_at"),
    text_column("same"),
    text_column("body"),
    Index(None, "site", "given_at"),
)

# ``advice``: the one that the move followed, at its ``place``; 0 where it was made by hand.
# ``foretold``: JSON of a ``judging.Foretold``, ``came``: of a ``judging.Came``, "" until it is judged.
move_effects = Table(
    "move_effects",
    metadata,
    key_column("move", BigInteger),
    key_column("place", Integer),
    text_column("site"),
    instant_column("at"),
    instant_column("ends_at"),
    count_column("advice"),
    count_column("rank", Integer),
    text_column("queue"),
    text_column("state"),
    text_column("foretold"),
    text_column("came"),
    Column("judged_at", Double, nullable=True),
    Index(None, "site", "state", "ends_at"),
    Index(None, "site", "at"),
)
