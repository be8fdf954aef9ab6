"""The tables of accounts, sessions, walls' links and the audit log. Secrets are kept as hashes alone."""

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

# ``queues`` and ``teams``: JSON lists, "" for all. ``agent``: whose results an agent's account shows.
# ``version`` grows with what must end the account's sessions. ``subject``: issuer and subject of a single
# sign-on, "" for a local account; ``password``: an argon2 hash, "" where there is none.
accounts = Table(
    "accounts",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("name"),
    text_column("shown"),
    text_column("role"),
    text_column("queues"),
    text_column("teams"),
    text_column("agent"),
    text_column("subject"),
    text_column("password"),
    flag_column("must_change"),
    flag_column("disabled"),
    count_column("version", Integer),
    count_column("failed", Integer),  # wrong passwords in a row
    instant_column("tried_at"),  # of the last wrong one
    instant_column("made_at"),
    instant_column("changed_at"),
    instant_column("seen_at"),  # last sign-in
    UniqueConstraint("site", "name"),
    Index(None, "subject"),
)

# ``token``: SHA-256 of the cookie's token, as hex. ``source``: the address it was opened from.
sessions = Table(
    "sessions",
    metadata,
    key_column("token", Text),
    text_column("site"),
    count_column("account"),
    count_column("account_version", Integer),
    instant_column("began_at"),
    instant_column("seen_at"),
    text_column("source"),
    text_column("program"),
    text_column("csrf"),
    Index(None, "site", "account"),
)

# Links for walls: each shows one board, looks only, and stands until it is revoked.
displays = Table(
    "displays",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("token"),  # SHA-256 as hex
    text_column("name"),
    text_column("board"),  # a page, and what of its address is fixed
    text_column("queues"),
    text_column("teams"),
    flag_column("numbered"),  # agents appear by number, not by name
    text_column("made_by"),
    text_column("why"),
    instant_column("made_at"),
    Column("revoked_at", Double, nullable=True),
    text_column("revoked_by"),
    text_column("revoked_why"),
    instant_column("seen_at"),
    UniqueConstraint("token"),
    Index(None, "site"),
)

# Wrong passwords from one address, whatever names were tried.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    key_column("site", Text),
    key_column("source", Text),
    count_column("failed", Integer),
    instant_column("tried_at"),
)

# Grows with every change of accounts, sessions and displays: what servers remember of them is then old.
access_marks = Table(
    "access_marks",
    metadata,
    key_column("site", Text),
    count_column("version"),
)

# Keys made here once and shared by all servers of the database, where the environment gives none.
access_keys = Table(
    "access_keys",
    metadata,
    key_column("name", Text),
    text_column("secret"),
    instant_column("made_at"),
)

# Append-only: ``hash`` is that of the entry and of the one before (``ccfloor.access.chain``).
audit = Table(
    "audit",
    metadata,
    key_column("site", Text),
    key_column("number", BigInteger),
    instant_column("at"),
    text_column("who"),
    text_column("role"),
    text_column("source"),
    text_column("act"),
    text_column("about"),
    text_column("before"),
    text_column("after"),
    text_column("why"),
    text_column("hash"),
    Index(None, "site", "at", "number"),
    Index(None, "site", "who", "at", "number"),
    Index(None, "site", "act", "at", "number"),
    Index(None, "site", "about", "at", "number"),
    Index(None, "site", "source", "at", "number"),
)

# The newest entry of each day: an audit log that was cut short no longer reaches it.
audit_heads = Table(
    "audit_heads",
    metadata,
    key_column("site", Text),
    key_column("day", Integer),
    count_column("number"),
    text_column("hash"),
    instant_column("at"),
)

# How far numbers are cleared (``ccfloor.store.clearing``): of everything before ``until``, and in the journal
# up to the id ``head``. ``at``: when that was; ``cleared``: rows that were changed, in all runs.
number_edges = Table(
    "number_edges",
    metadata,
    key_column("site", Text),
    instant_column("until"),
    count_column("head"),
    instant_column("at"),
    count_column("cleared"),
)

# Numbers of callers on both sides of that edge, so that their calls are still known to be the same caller's.
# Gone as soon as the younger ones are cleared, too.
number_links = Table(
    "number_links",
    metadata,
    key_column("site", Text),
    key_column("number", Text),
    text_column("hash"),
    Index(None, "site", "hash"),
)
