"""Advice, and what was foretold of moves and came of them."""

from alembic import op

from ccfloor.store.migrations.parts import big, index, numbers, primary, row_id, small, texts

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "advice",
        row_id(),
        *texts("site"),
        *numbers("given_at seen_at"),
        *texts("same body"),
        primary("advice"),
    )
    index("advice", "site given_at")
    op.create_table(
        "move_effects",
        *big("move"),
        *small("place"),
        *texts("site"),
        *numbers("at ends_at"),
        *big("advice"),
        *small("rank"),
        *texts("queue state foretold came"),
        *numbers("judged_at", maybe=True),
        primary("move_effects", "move place"),
    )
    index("move_effects", "site state ends_at")
    index("move_effects", "site at")
