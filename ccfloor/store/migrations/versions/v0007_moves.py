"""Moves of seats between queues, and saved groups."""

from alembic import op

from ccfloor.store.migrations.parts import big, flags, index, numbers, primary, row_id, small, texts, unique

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables."""
    _create_moves()
    _create_seats()
    _create_commands()
    _create_crews()


def _create_moves() -> None:
    op.create_table(
        "moves",
        row_id(),
        *texts("site"),
        *numbers("at"),
        *texts("who why queues"),
        *flags("beside ready insisted"),
        *texts("within"),
        *small("minutes"),
        *numbers("until", maybe=True),
        *texts("crew predicted"),
        primary("moves"),
    )
    index("moves", "site at")


def _create_seats() -> None:
    op.create_table(
        "move_seats",
        row_id(),
        *texts("site"),
        *big("move"),
        *texts("seat agent"),
        *texts("held", maybe=True),
        *texts("state back said leg"),
        *small("version"),
        *numbers("changed_at"),
        *texts("undone_by undone_why"),
        *numbers("undone_at", maybe=True),
        primary("move_seats"),
        unique("move_seats", "site held"),
    )
    index("move_seats", "move")
    index("move_seats", "site seat id")


def _create_commands() -> None:
    op.create_table(
        "move_commands",
        *big("leg"),
        *small("place"),
        *texts("site"),
        *big("command"),
        primary("move_commands", "leg place"),
        unique("move_commands", "command"),
    )


def _create_crews() -> None:
    op.create_table(
        "crews",
        row_id(),
        *texts("site name"),
        *texts("live", maybe=True),
        *texts("seats queues"),
        *flags("beside"),
        *small("minutes"),
        *texts("who"),
        *numbers("at"),
        *texts("removed_by"),
        *numbers("removed_at", maybe=True),
        primary("crews"),
        unique("crews", "site live"),
    )
