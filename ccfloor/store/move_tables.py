"""The tables of moves: who asked for what, each seat of it, the requests to the switch, and saved groups."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, UniqueConstraint

from ccfloor.store.columns import (
    count_column,
    flag_column,
    instant_column,
    key_column,
    metadata,
    row_id_column,
    text_column,
)

# ``queues``: JSON, queue → penalty. ``within``: JSON list of the queues that may be touched, "" for all.
# ``predicted``: JSON of what the preview showed when it was asked for, "" where nothing was known.
moves = Table(
    "moves",
    metadata,
    row_id_column(),
    text_column("site"),
    instant_column("at"),
    text_column("who"),
    text_column("why"),
    text_column("queues"),
    flag_column("beside"),
    flag_column("ready"),
    flag_column("insisted"),  # on taking the last working seat of a queue
    text_column("within"),
    count_column("minutes", Integer),  # until the return; 0: it stays
    Column("until", Double, nullable=True),
    text_column("crew"),
    text_column("predicted"),
    Index(None, "site", "at"),
)

# ``held``: the seat, as long as nobody else may move it: the database itself keeps two from doing so.
# ``leg``: JSON of a ``ccfloor.staffing.moving.Leg`` without the words of ``said``, which has a column.
move_seats = Table(
    "move_seats",
    metadata,
    row_id_column(),
    text_column("site"),
    count_column("move"),
    text_column("seat"),
    text_column("agent"),
    Column("held", Text, nullable=True),
    text_column("state"),
    text_column("back"),
    text_column("said"),
    text_column("leg"),
    count_column("version", Integer),  # grows with every step: who read an older one changes nothing
    instant_column("changed_at"),
    text_column("undone_by"),
    text_column("undone_why"),
    Column("undone_at", Double, nullable=True),
    UniqueConstraint("site", "held"),
    Index(None, "move"),
    Index(None, "site", "seat", "id"),
)

# Which requests to the switch (``commands``) a seat's move made, by their place in its plan.
move_commands = Table(
    "move_commands",
    metadata,
    key_column("leg", BigInteger),
    key_column("place", Integer),
    text_column("site"),
    count_column("command"),
    UniqueConstraint("command"),
)

# ``seats``: JSON list. ``live``: the name, while the group is not removed: one of a name.
crews = Table(
    "crews",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("name"),
    Column("live", Text, nullable=True),
    text_column("seats"),
    text_column("queues"),
    flag_column("beside"),
    count_column("minutes", Integer),
    text_column("who"),
    instant_column("at"),
    text_column("removed_by"),
    Column("removed_at", Double, nullable=True),
    UniqueConstraint("site", "live"),
)
