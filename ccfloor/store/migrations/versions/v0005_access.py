"""Accounts, sessions, links for walls, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _ROW_ID, autoincrement=True, nullable=False)


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]


def _instants(names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=False) for name in names.split()]


def _small(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names.split()]


def _big(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names.split()]


def _flags(names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names.split()]


def _primary(table: str, columns: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns.split(), name=f"pk_{table}")


def _unique(table: str, columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns.split(), name=f"uq_{table}_{columns.replace(' ', '_')}")


def _index(table: str, columns: str) -> None:
    op.create_index(f"ix_{table}_{columns.replace(' ', '_')}", table, columns.split())


def upgrade() -> None:
    """Add the tables."""
    _create_accounts()
    _create_sessions()
    _create_displays()
    _create_marks()
    _create_audit()
    _create_numbers()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        _id(),
        *_texts("site name shown role queues teams agent subject password"),
        *_flags("must_change disabled"),
        *_small("version failed"),
        *_instants("tried_at made_at changed_at seen_at"),
        _primary("accounts"),
        _unique("accounts", "site name"),
    )
    _index("accounts", "subject")


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        *_texts("token site"),
        *_big("account"),
        *_small("account_version"),
        *_instants("began_at seen_at"),
        *_texts("source program csrf"),
        _primary("sessions", "token"),
    )
    _index("sessions", "site account")


def _create_displays() -> None:
    op.create_table(
        "displays",
        _id(),
        *_texts("site token name board queues teams"),
        *_flags("numbered"),
        *_texts("made_by why"),
        *_instants("made_at"),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        *_texts("revoked_by revoked_why"),
        *_instants("seen_at"),
        _primary("displays"),
        _unique("displays", "token"),
    )
    _index("displays", "site")


def _create_marks() -> None:
    op.create_table(
        "sign_in_tries",
        *_texts("site source"),
        *_small("failed"),
        *_instants("tried_at"),
        _primary("sign_in_tries", "site source"),
    )
    op.create_table("access_marks", *_texts("site"), *_big("version"), _primary("access_marks", "site"))
    op.create_table(
        "access_keys", *_texts("name secret"), *_instants("made_at"), _primary("access_keys", "name")
    )


def _create_numbers() -> None:
    op.create_table(
        "number_edges",
        *_texts("site"),
        *_instants("until at"),
        *_big("head cleared"),
        _primary("number_edges", "site"),
    )
    op.create_table("number_links", *_texts("site number hash"), _primary("number_links", "site number"))
    _index("number_links", "site hash")


def _create_audit() -> None:
    op.create_table(
        "audit",
        *_texts("site"),
        *_big("number"),
        *_instants("at"),
        *_texts("who role source act about before after why hash"),
        _primary("audit", "site number"),
    )
    for by in ("at", "who at", "act at", "about at", "source at"):
        _index("audit", f"site {by} number")
    op.create_table(
        "audit_heads",
        *_texts("site"),
        *_small("day"),
        *_big("number"),
        *_texts("hash"),
        *_instants("at"),
        _primary("audit_heads", "site day"),
    )
