"""Quality assurance: forms, plans, draws, samples, scores, and what follows from them."""

import sqlalchemy as sa
from alembic import op

from ccfloor.store.migrations.parts import big, flags, index, numbers, primary, row_id, small, texts, unique

revision = "0006"
down_revision = "0005"

_SUMMED = "site day state kind team queue agent reviewer form sample score passed fatal"


def upgrade() -> None:
    """Add the tables."""
    _create_versions()
    _create_draws()
    _create_recheck_draws()
    _create_samples()
    _create_scores()
    _create_lines()
    _create_item_days()
    _create_score_days()
    _create_revisions()
    _create_audio()
    _create_appeals()
    _create_appeal_steps()
    _create_feedback()
    _create_sessions()
    _create_improvements()
    _create_needs()
    _create_cases()
    _create_sheets()
    _tell_who_was_asked()


def _tell_who_was_asked() -> None:
    """Files told of politeness in all of their forms; now it is said of how many."""
    op.execute(
        "INSERT INTO kpi_facts (site, field, scope, day, import_id, value) "
        "SELECT site, 'qa.polite_asked', scope, day, import_id, value FROM kpi_facts f "
        "WHERE field = 'qa.forms' AND EXISTS (SELECT 1 FROM kpi_facts p WHERE p.site = f.site "
        "AND p.field = 'qa.polite' AND p.scope = f.scope AND p.day = f.day AND p.import_id = f.import_id)"
    )


def _create_versions() -> None:
    op.create_table(
        "qa_versions",
        row_id(),
        *texts("site kind name"),
        *small("version"),
        *texts("state"),
        *small("from_day"),
        *texts("body who why"),
        *numbers("at"),
        *numbers("published_at", maybe=True),
        *texts("published_by"),
        primary("qa_versions"),
        unique("qa_versions", "site kind name version"),
    )


def _create_draws() -> None:
    op.create_table(
        "qa_draws",
        row_id(),
        *texts("site plan"),
        *small("version day"),
        *numbers("until"),
        *texts("seed digest"),
        *small("population picks"),
        *texts("shifts"),
        *numbers("at"),
        *texts("who why"),
        primary("qa_draws"),
        unique("qa_draws", "site plan day"),
    )


def _create_recheck_draws() -> None:
    op.create_table(
        "qa_recheck_draws",
        row_id(),
        *texts("site plan"),
        *small("month", maybe=True),
        *small("first_day last_day"),
        *numbers("share"),
        *texts("seed digest"),
        *small("population picks"),
        *numbers("at"),
        *texts("who why"),
        primary("qa_recheck_draws"),
        unique("qa_recheck_draws", "site plan month"),
    )


def _create_samples() -> None:
    op.create_table(
        "qa_samples",
        row_id(),
        *texts("site"),
        *big("draw", maybe=True),
        *texts("plan quota span"),
        *big("source_id position"),
        *texts("agent team queue"),
        *numbers("call_at"),
        *small("day"),
        *texts("reason stratum"),
        *small("population"),
        *texts("reviewer by state"),
        *small("due_day"),
        *numbers("at"),
        *numbers("closed_at", maybe=True),
        *big("replaces", maybe=True),
        *texts("why who"),
        primary("qa_samples"),
    )
    index("qa_samples", "site agent span")
    index("qa_samples", "site day")
    index("qa_samples", "site plan quota span")
    index("qa_samples", "site reviewer state")
    index("qa_samples", "site source_id position")
    index("qa_samples", "site state due_day")


def _create_scores() -> None:
    op.create_table(
        "qa_scores",
        row_id(),
        *texts("site kind form"),
        *small("version"),
        *big("sample session original source_id position", maybe=True),
        *texts("about agent team queue"),
        *numbers("call_at"),
        *small("day"),
        *texts("reviewer state answers comments summary"),
        *numbers("score", maybe=True),
        *flags("passed fatal"),
        *small("polite record", maybe=True),
        *small("listened_s"),
        *flags("tell_now"),
        *small("revision"),
        *numbers("began_at saved_at"),
        *numbers("submitted_at", maybe=True),
        *small("submitted_day"),
        *numbers("seen_at", maybe=True),
        *texts("seen_words"),
        primary("qa_scores"),
    )
    op.create_index("ix_qa_scores_sums", "qa_scores", _SUMMED.split())
    index("qa_scores", "sample")
    index("qa_scores", "site agent day")
    index("qa_scores", "site original")
    index("qa_scores", "site reviewer state submitted_day")
    index("qa_scores", "site session")
    index("qa_scores", "site source_id position")


def _create_lines() -> None:
    op.create_table(
        "qa_lines",
        *big("score"),
        *texts("item site agent"),
        *small("day"),
        *texts("form"),
        *flags("applies"),
        *small("earned_milli possible_milli"),
        *flags("fatal"),
        primary("qa_lines", "score item"),
        sqlite_with_rowid=False,
    )
    index("qa_lines", "site agent day")
    index("qa_lines", "site day")


def _create_item_days() -> None:
    op.create_table(
        "qa_item_days",
        *texts("site scope"),
        *small("day"),
        *texts("form item"),
        *small("forms applies full fatal"),
        *big("earned_milli possible_milli"),
        primary("qa_item_days", "site scope day form item"),
        sqlite_with_rowid=False,
    )
    index("qa_item_days", "site day")


def _create_score_days() -> None:
    bins = " ".join(f"b{number:02}" for number in range(20))
    op.create_table(
        "qa_score_days",
        *texts("site scope"),
        *small("day"),
        *texts("form picked"),
        *small("forms"),
        *big("points_milli"),
        *small(f"passed fatal {bins}"),
        primary("qa_score_days", "site scope day form picked"),
        sqlite_with_rowid=False,
    )
    index("qa_score_days", "site day")


def _create_revisions() -> None:
    op.create_table(
        "qa_revisions",
        *big("score"),
        *small("revision"),
        *texts("site"),
        *numbers("at"),
        *texts("who why"),
        *big("appeal", maybe=True),
        *texts("answers comments"),
        *numbers("points", maybe=True),
        *flags("passed fatal"),
        primary("qa_revisions", "score revision"),
    )


def _create_audio() -> None:
    op.create_table(
        "qa_audio",
        row_id(),
        *texts("site"),
        *big("source_id position score", maybe=True),
        *texts("name type digest"),
        *big("size"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *texts("who"),
        *numbers("at"),
        primary("qa_audio"),
    )
    index("qa_audio", "site score")
    index("qa_audio", "site source_id position")


def _create_appeals() -> None:
    op.create_table(
        "qa_appeals",
        row_id(),
        *texts("site"),
        *big("score"),
        *texts("agent filed_by reviewer answered_by items text state decision"),
        *flags("forced"),
        *small("since_day"),
        *small("due_day", maybe=True),
        *numbers("at"),
        *numbers("before after", maybe=True),
        primary("qa_appeals"),
    )
    index("qa_appeals", "score")
    index("qa_appeals", "site agent")
    index("qa_appeals", "site state")


def _create_appeal_steps() -> None:
    op.create_table(
        "qa_appeal_steps",
        row_id(),
        *texts("site"),
        *big("appeal"),
        *numbers("at"),
        *small("day"),
        *texts("who step decision text"),
        primary("qa_appeal_steps"),
    )
    index("qa_appeal_steps", "appeal")


def _create_feedback() -> None:
    op.create_table(
        "qa_feedback",
        row_id(),
        *texts("site"),
        *big("score", maybe=True),
        *texts("agent who text"),
        *numbers("at"),
        *numbers("heard_at", maybe=True),
        *texts("heard_words"),
        primary("qa_feedback"),
    )
    index("qa_feedback", "site agent at")
    index("qa_feedback", "site at")


def _create_sessions() -> None:
    op.create_table(
        "qa_sessions",
        row_id(),
        *texts("site name form"),
        *small("version"),
        *big("source_id position", maybe=True),
        *texts("about agent queue reference reviewers"),
        *small("due_day"),
        *texts("who why"),
        *numbers("at"),
        *numbers("closed_at", maybe=True),
        *texts("closed_by outcome"),
        *small("day"),
        primary("qa_sessions"),
    )
    index("qa_sessions", "site day")


def _create_improvements() -> None:
    op.create_table(
        "qa_improvements",
        row_id(),
        *texts("site scope goal measure"),
        *numbers("target", maybe=True),
        *texts("actions owner"),
        *small("first_day last_day"),
        *texts("state decided_by decision"),
        *numbers("decided_at", maybe=True),
        *big("follows", maybe=True),
        *texts("who"),
        *numbers("at"),
        primary("qa_improvements"),
    )
    index("qa_improvements", "site scope")
    index("qa_improvements", "site state")


def _create_needs() -> None:
    op.create_table(
        "qa_needs",
        row_id(),
        *texts("site agent topic text"),
        *big("score", maybe=True),
        *texts("state who"),
        *numbers("at"),
        *numbers("sent_at", maybe=True),
        *texts("sent_to"),
        *numbers("done_at", maybe=True),
        *texts("done_by"),
        primary("qa_needs"),
    )
    index("qa_needs", "site agent")
    index("qa_needs", "site state")


def _create_cases() -> None:
    op.create_table(
        "qa_cases",
        row_id(),
        *texts("site"),
        *big("score"),
        *texts("title text tags"),
        *flags("good"),
        *texts("who"),
        *numbers("at"),
        *numbers("removed_at", maybe=True),
        *texts("removed_by"),
        primary("qa_cases"),
    )
    index("qa_cases", "site at")


def _create_sheets() -> None:
    op.create_table(
        "qa_sheets",
        row_id(),
        *texts("site form"),
        *small("version"),
        *texts("file digest"),
        *small("forms first_day last_day"),
        *texts("who why"),
        *numbers("at"),
        *numbers("undone_at", maybe=True),
        *texts("undone_by"),
        primary("qa_sheets"),
    )
    index("qa_sheets", "site digest")
    op.create_table(
        "qa_sheet_scores",
        *big("sheet score"),
        *flags("undone"),
        primary("qa_sheet_scores", "sheet score"),
        sqlite_with_rowid=False,
    )
