"""The ground: journal, calls, legs, spans, intervals, checkpoints, live view, commands."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
QUEUE_SUMS = """
    offered answered abandoned short_abandoned timed_out key_exit withdrawn left_empty refused_full
    refused_empty transferred_out lost answered_in_t abandoned_in_t short_in_t handled rona repaired open
    wait_answered_ms wait_abandoned_ms talk_ms hold_ms acw_ms ring_ms wait_h0 wait_h1 wait_h2 wait_h3 wait_h4
    wait_h5 wait_h6 wait_h7 wait_h8 wait_h9 wait_h10 wait_h11 wait_h12 wait_h13 max_wait_ms
"""
AGENT_SUMS = """
    answered rona transferred_out talk_ms hold_ms acw_ms ring_ms ready_ms ringing_ms on_call_ms on_hold_ms
    wrap_up_ms other_call_ms unknown_ms break_ms meal_ms meeting_ms training_ms coaching_ms callback_ms
    busy_ms auto_pause_ms other_pause_ms
"""


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]


def _numbers(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names.split()]


def _instants(names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=False) for name in names.split()]


def _flags(names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names.split()]


def _id() -> sa.Column[int]:
    return sa.Column("id", ROW_ID, autoincrement=True, nullable=False)


def _primary(table: str, columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns.split(), name=f"pk_{table}")


def _index(table: str, columns: str) -> None:
    op.create_index(f"ix_{table}_{columns.replace(' ', '_')}", table, columns.split())


def upgrade() -> None:
    """Create every table."""
    _create_inputs()
    _create_calls()
    _create_call_legs()
    _create_seat_spans()
    _create_intervals()
    _create_present()
    _create_commands()
    _create_quality()


def _create_inputs() -> None:
    op.create_table(
        "sources",
        _id(),
        *_texts("site feed name kind"),
        *_numbers("cursor"),
        *_texts("mark"),
        *_instants("first_at last_at"),
        *_numbers("events bad"),
        _primary("sources", "id"),
        sa.UniqueConstraint("site", "name", name="uq_sources_site_name"),
    )
    op.create_table(
        "feeds",
        *_texts("site feed"),
        *_numbers("head batch events"),
        *_instants("at"),
        _primary("feeds", "site feed"),
    )
    op.create_table(
        "coverage",
        *_numbers("source_id"),
        *_instants("start"),
        *_texts("site"),
        *_instants("end"),
        *_flags("open"),
        _primary("coverage", "source_id start"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        _id(),
        *_texts("site"),
        *_numbers("source_id position batch"),
        *_instants("at"),
        *_texts("kind payload"),
        _primary("journal", "id"),
        sa.UniqueConstraint("source_id", "position", name="uq_journal_source_id_position"),
    )
    _index("journal", "site at")


def _create_calls() -> None:
    op.create_table(
        "calls",
        *_numbers("source_id position"),
        *_texts("site call queue"),
        *_instants("entered_at"),
        *_texts("linked number name outcome"),
        sa.Column("ended_by", sa.Text()),
        *_texts("seat agent"),
        *_instants("answered_at left_at ended_at"),
        *_numbers("wait_ms ring_ms talk_ms hold_ms acw_ms threshold_ms short_ms"),
        *_texts("key target"),
        sa.Column("ronas", sa.Integer(), nullable=False),
        *_flags("estimated seen_live seen_log repaired final"),
        _primary("calls", "source_id position"),
        sqlite_with_rowid=False,
    )
    _index("calls", "site queue entered_at")
    _index("calls", "site entered_at")
    _index("calls", "site call")
    _index("calls", "site agent answered_at")
    _index("calls", "site number entered_at")


def _create_call_legs() -> None:
    op.create_table(
        "call_legs",
        *_numbers("source_id position"),
        sa.Column("leg", sa.Integer(), nullable=False),
        *_texts("site seat agent"),
        *_instants("rang_at answered_at ended_at"),
        *_numbers("ring_ms talk_ms hold_ms acw_ms"),
        *_texts("result"),
        _primary("call_legs", "source_id position leg"),
        sqlite_with_rowid=False,
    )


def _create_seat_spans() -> None:
    op.create_table(
        "seat_spans",
        _id(),
        *_texts("site seat agent"),
        *_instants("start end"),
        *_texts("status reason queue call"),
        *_flags("repaired"),
        _primary("seat_spans", "id"),
    )
    _index("seat_spans", "site seat start")


def _create_intervals() -> None:
    for table, who, sums in (
        ("queue_intervals", "queue", QUEUE_SUMS),
        ("agent_intervals", "agent", AGENT_SUMS),
    ):
        op.create_table(
            table,
            *_texts(f"site {who}"),
            *_numbers(f"start {sums}"),
            _primary(table, f"site {who} start"),
            sqlite_with_rowid=False,
        )
        _index(table, "site start")


def _create_present() -> None:
    op.create_table(
        "checkpoints",
        *_texts("site feed"),
        *_numbers("journal_id"),
        *_instants("at"),
        *_flags("windows"),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        _primary("checkpoints", "site feed journal_id"),
    )
    _index("checkpoints", "site at")
    op.create_table(
        "live_view",
        *_texts("site"),
        *_numbers("seq"),
        *_instants("at written_at"),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        *_texts("sources"),
        _primary("live_view", "site"),
    )


def _create_commands() -> None:
    op.create_table(
        "commands",
        _id(),
        *_texts("site"),
        *_instants("at"),
        *_texts("who why kind seat queue args before status answer"),
        sa.Column("answered_at", sa.Double()),
        sa.Column("undo_of", sa.BigInteger()),
        _primary("commands", "id"),
    )
    _index("commands", "site at")
    _index("commands", "site status")


def _create_quality() -> None:
    op.create_table(
        "bad_lines",
        _id(),
        *_texts("site source place why"),
        *_instants("at"),
        _primary("bad_lines", "id"),
    )
    _index("bad_lines", "site source place")
    op.create_table(
        "repairs",
        _id(),
        *_texts("site feed"),
        *_instants("at"),
        *_texts("kind"),
        *_numbers("count"),
        _primary("repairs", "id"),
    )
    _index("repairs", "site at")
