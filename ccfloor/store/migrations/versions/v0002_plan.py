"""Rules and the emergency plan: versions, alarms, notes, campaigns, incidents, leave, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]


def _instants(names: str, nullable: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=nullable) for name in names.split()]


def _small(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names.split()]


def _id() -> sa.Column[int]:
    return sa.Column("id", ROW_ID, autoincrement=True, nullable=False)


def _primary(table: str, columns: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns.split(), name=f"pk_{table}")


def _index(table: str, columns: str) -> None:
    op.create_index(f"ix_{table}_{columns.replace(' ', '_')}", table, columns.split())


def upgrade() -> None:
    """Add the tables, and the plan beside the live view."""
    op.add_column("live_view", sa.Column("plan", sa.Text(), nullable=False, server_default=""))
    _create_rules()
    _create_people()
    _create_notices()


def _create_rules() -> None:
    op.create_table(
        "rule_versions",
        *_texts("site rule"),
        *_small("version"),
        *_instants("valid_from"),
        *_texts("source"),
        *_instants("at"),
        *_texts("who why body"),
        _primary("rule_versions", "site rule version"),
    )
    op.create_table(
        "alarms",
        *_texts("site rule subject"),
        *_instants("fired_at"),
        *_small("version"),
        *_instants("active_at cleared_at blind_s value worst"),
        *_texts("severity plan"),
        *_small("level"),
        _primary("alarms", "site rule subject fired_at"),
    )
    _index("alarms", "site fired_at")
    _index("alarms", "site cleared_at")
    op.create_table(
        "plan_notes",
        _id(),
        *_texts("site about"),
        *_instants("at"),
        *_texts("who kind item text"),
        _primary("plan_notes"),
    )
    _index("plan_notes", "site about")
    _index("plan_notes", "site at")


def _create_people() -> None:
    op.create_table(
        "campaigns",
        _id(),
        *_texts("site name"),
        *_instants("start end"),
        *_texts("queues note who"),
        *_instants("at"),
        *_instants("cancelled_at", nullable=True),
        *_texts("cancelled_by"),
        _primary("campaigns"),
    )
    _index("campaigns", "site start")
    op.create_table(
        "incidents",
        _id(),
        *_texts("site cause text"),
        *_instants("started_at declared_at"),
        *_texts("who"),
        *_instants("closed_at", nullable=True),
        *_texts("closed_by outcome"),
        _primary("incidents"),
    )
    _index("incidents", "site started_at")
    op.create_table(
        "leave_requests",
        _id(),
        *_texts("site seat agent"),
        *_instants("start end"),
        *_texts("reason"),
        sa.Column("force_majeure", sa.Boolean(), nullable=False),
        *_texts("who"),
        *_instants("at"),
        *_texts("decision why"),
        _primary("leave_requests"),
    )
    _index("leave_requests", "site start")


def _create_notices() -> None:
    op.create_table(
        "notices",
        _id(),
        *_texts("site about channel kind"),
        *_instants("at due_at"),
        *_texts("text state"),
        *_small("attempts"),
        *_texts("error"),
        *_instants("sent_at", nullable=True),
        _primary("notices"),
    )
    for columns in ("site about", "site state due_at", "site at"):
        _index("notices", columns)
