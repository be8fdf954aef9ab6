"""Results: days, facts of KPIs, imports, targets, annotations, call-backs, roster, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# As they were when this revision was made; later fields are later revisions.
_QUEUE_FIELDS = """offered answered abandoned short_abandoned timed_out key_exit withdrawn left_empty
refused_full refused_empty transferred_out lost answered_in_t abandoned_in_t short_in_t handled rona repaired
open wait_answered_ms wait_abandoned_ms talk_ms hold_ms acw_ms ring_ms"""
_HISTOGRAM = " ".join(f"wait_h{index}" for index in range(14))
_AGENT_FIELDS = """answered rona transferred_out talk_ms hold_ms acw_ms ring_ms ready_ms ringing_ms on_call_ms
on_hold_ms wrap_up_ms other_call_ms unknown_ms break_ms meal_ms meeting_ms training_ms coaching_ms callback_ms
busy_ms auto_pause_ms other_pause_ms"""
_COUNTED = """known repeat_24h repeat_48h repeat_7d answered_known again_7d queued queued_wait_ms held in_15s
in_3_rings wait_answered_ms answered_in_t answered busy_spells_over out_calls scheduled_ms adherent_ms
worked_scheduled_ms productive_ms rostered present late late_ms"""


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]


def _instants(names: str, nullable: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=nullable) for name in names.split()]


def _small(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names.split()]


def _big(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names.split()]


def _flags(names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names.split()]


def _id() -> sa.Column[int]:
    return sa.Column("id", ROW_ID, autoincrement=True, nullable=False)


def _primary(table: str, columns: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns.split(), name=f"pk_{table}")


def _index(table: str, columns: str) -> None:
    op.create_index(f"ix_{table}_{columns.replace(' ', '_')}", table, columns.split())


def upgrade() -> None:
    """Add the tables."""
    _create_days()
    _create_facts()
    _create_imports()
    _create_people()
    _create_reports()
    _index("seat_spans", "site agent start")  # what one agent did on a day


def _create_days() -> None:
    op.create_table(
        "queue_days",
        *_texts("site queue"),
        *_small("day"),
        *_big(f"{_QUEUE_FIELDS} {_HISTOGRAM} max_wait_ms"),
        _primary("queue_days", "site queue day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agent_days",
        *_texts("site agent"),
        *_small("day"),
        *_big(_AGENT_FIELDS),
        _primary("agent_days", "site agent day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_marks",
        *_texts("site zone"),
        *_small("day_start_s"),
        *_instants("at"),
        _primary("day_marks", "site"),
    )
    _index("queue_days", "site day")
    _index("agent_days", "site day")


def _create_facts() -> None:
    op.create_table(
        "kpi_facts",
        *_texts("site field scope"),
        *_small("day"),
        *_big("import_id"),
        *_instants("value"),
        _primary("kpi_facts", "site field scope day import_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_days",
        *_texts("site"),
        *_small("day"),
        *_instants("at"),
        *_big("roster"),
        *_flags("final"),
        _primary("fact_days", "site day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counted_days",
        *_texts("site scope"),
        *_small("day"),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _COUNTED.split()),
        _primary("counted_days", "site scope day"),
        sqlite_with_rowid=False,
    )
    _index("counted_days", "site day")
    op.create_table(
        "kpi_versions",
        _id(),
        *_texts("site kpi scope"),
        *_small("valid_from"),
        *_instants("at"),
        *_texts("who why body"),
        _primary("kpi_versions"),
    )
    _index("kpi_facts", "site day")
    _index("kpi_facts", "site scope day")
    _index("kpi_versions", "site kpi")


def _create_imports() -> None:
    op.create_table(
        "imports",
        _id(),
        *_texts("site dataset file digest"),
        *_instants("at"),
        *_texts("who why"),
        *_small("rows first_day last_day"),
        *_instants("undone_at", nullable=True),
        *_texts("undone_by undone_why"),
        _primary("imports"),
    )
    op.create_table(
        "import_rows",
        *_big("import_id"),
        *_small("line"),
        *_texts("site dataset key"),
        *_small("day"),
        *_texts("body"),
        *_flags("current"),
        _primary("import_rows", "import_id line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "roster",
        *_big("import_id"),
        *_small("line"),
        *_texts("site agent"),
        *_small("day"),
        *_instants("start end"),
        *_texts("activity"),
        _primary("roster", "import_id line"),
        sqlite_with_rowid=False,
    )
    for columns in ("site dataset", "site at"):
        _index("imports", columns)
    for columns in ("site dataset key", "site dataset day"):
        _index("import_rows", columns)
    for columns in ("site agent day", "site day"):
        _index("roster", columns)


def _create_people() -> None:
    op.create_table(
        "annotations",
        _id(),
        *_texts("site scope kind"),
        *_small("day until"),
        *_texts("text who"),
        *_instants("at"),
        *_instants("removed_at", nullable=True),
        *_texts("removed_by"),
        _primary("annotations"),
    )
    op.create_table(
        "called_back",
        _id(),
        *_texts("site"),
        *_big("source_id position"),
        *_instants("at"),
        *_texts("who note"),
        *_instants("undone_at", nullable=True),
        *_texts("undone_by"),
        _primary("called_back"),
    )
    gave_up = sa.text("outcome = 'abandoned'")
    op.create_index(
        "ix_calls_abandoned",
        "calls",
        ["site", "entered_at", "queue"],
        sqlite_where=gave_up,
        postgresql_where=gave_up,
    )
    op.create_table("clock_skews", _id(), *_texts("site"), *_instants("at seconds"), _primary("clock_skews"))
    _index("clock_skews", "site at")
    _index("annotations", "site day")
    _index("called_back", "site source_id position")


def _create_reports() -> None:
    op.create_table(
        "report_plans",
        _id(),
        *_texts("site name body"),
        *_flags("enabled"),
        *_texts("who"),
        *_instants("at"),
        *_instants("removed_at", nullable=True),
        _primary("report_plans"),
    )
    op.create_table(
        "report_runs",
        _id(),
        *_texts("site"),
        *_big("plan_id"),
        *_texts("period"),
        *_instants("due_at started_at"),
        *_instants("finished_at", nullable=True),
        *_texts("state error files digest told"),
        *_small("attempts"),
        _primary("report_runs"),
        sa.UniqueConstraint("site", "plan_id", "period", name="uq_report_runs_site_plan_id_period"),
    )
    _index("report_plans", "site")
    _index("report_runs", "site due_at")
