"""The tables of quality assurance: forms and plans in versions, draws, samples, scores and what follows.

Days are those of the business calendar (20261122). A score counts on the day of its call. Answers and
comments are JSON: {item: answer}, {item: [[second of the recording or null, text], …]}.
"""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from ccfloor.store.columns import (
    count_column,
    flag_column,
    instant_column,
    key_column,
    metadata,
    row_id_column,
    text_column,
)

# ``kind``: form | plan. ``state``: draft | published | retired. One draft at most of a name. ``body``: YAML.
# A published version counts from ``from_day`` on, until the next one does.
qa_versions = Table(
    "qa_versions",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("kind"),
    text_column("name"),
    count_column("version", Integer),
    text_column("state"),
    count_column("from_day", Integer),
    text_column("body"),
    text_column("who"),
    text_column("why"),
    instant_column("at"),
    Column("published_at", Double, nullable=True),
    text_column("published_by"),
    UniqueConstraint("site", "kind", "name", "version"),
)

# A drawing by chance, once for a plan and day. ``seed`` and ``digest`` (of all calls there were to draw from,
# SHA-256 of their keys in order) let it be drawn again and compared.
qa_draws = Table(
    "qa_draws",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("plan"),
    count_column("version", Integer),
    count_column("day", Integer),
    instant_column("until"),  # calls that had ended by then
    text_column("seed"),
    text_column("digest"),
    count_column("population", Integer),
    count_column("picks", Integer),
    text_column("shifts"),  # JSON, see ccfloor.service.qa.shifts; empty: the plan does not look at them
    instant_column("at"),
    text_column("who"),
    text_column("why"),
    UniqueConstraint("site", "plan", "day"),
)

# A drawing of forms to be scored again: by the program once for a plan and month (20261100), by people of
# forms of any days. ``seed`` and ``digest`` in letters, see ccfloor.service.qa.rechecks.
qa_recheck_draws = Table(
    "qa_recheck_draws",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("plan"),
    Column("month", Integer, nullable=True),  # empty: by hand
    count_column("first_day", Integer),
    count_column("last_day", Integer),
    Column("share", Double, nullable=False),
    text_column("seed"),
    text_column("digest"),
    count_column("population", Integer),
    count_column("picks", Integer),
    instant_column("at"),
    text_column("who"),
    text_column("why"),
    UniqueConstraint("site", "plan", "month"),
)

# A call to be scored. ``state``: open | done | replaced | dropped. ``span``: 2026-W47 or 2026-11.
qa_samples = Table(
    "qa_samples",
    metadata,
    row_id_column(),
    text_column("site"),
    Column("draw", BigInteger, nullable=True),  # empty: taken by hand
    text_column("plan"),
    text_column("quota"),
    text_column("span"),
    count_column("source_id"),
    count_column("position"),
    text_column("agent"),
    text_column("team"),
    text_column("queue"),
    instant_column("call_at"),
    count_column("day", Integer),
    text_column("reason"),
    text_column("stratum"),
    count_column("population", Integer),
    text_column("reviewer"),
    text_column("by"),
    text_column("state"),
    count_column("due_day", Integer),
    instant_column("at"),
    Column("closed_at", Double, nullable=True),
    Column("replaces", BigInteger, nullable=True),
    text_column("why"),  # of its replacement, or why it was taken by hand
    text_column("who"),
    Index(None, "site", "day"),
    Index(None, "site", "reviewer", "state"),
    Index(None, "site", "agent", "span"),
    Index(None, "site", "plan", "quota", "span"),
    Index(None, "site", "state", "due_day"),
    Index(None, "site", "source_id", "position"),
)

# All that sums of scores are made of, so that they are read without answers and comments.
_SUMMED = (
    "state", "kind", "team", "queue", "agent", "reviewer", "form", "sample", "score", "passed", "fatal",
)  # fmt: skip

# A form that was filled in. ``kind``: sample | own | lead | recheck | calibration | reference | dial_test |
# import. ``state``: draft | submitted | void. Of calibrations and re-checks nothing counts in any KPI.
qa_scores = Table(
    "qa_scores",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("kind"),
    text_column("form"),
    count_column("version", Integer),
    Column("sample", BigInteger, nullable=True),
    Column("session", BigInteger, nullable=True),  # of calibration
    Column("original", BigInteger, nullable=True),  # the score that a re-check looks at
    Column("source_id", BigInteger, nullable=True),  # with position: the call; empty: a mail, a chat, a test
    Column("position", BigInteger, nullable=True),
    text_column("about"),  # what it is instead of a call
    text_column("agent"),
    text_column("team"),
    text_column("queue"),
    instant_column("call_at"),
    count_column("day", Integer),
    text_column("reviewer"),
    text_column("state"),
    text_column("answers"),
    text_column("comments"),
    text_column("summary"),
    Column("score", Double, nullable=True),
    flag_column("passed"),
    flag_column("fatal"),
    Column("polite", Integer, nullable=True),  # 1, 0; empty: the form does not ask
    Column("record", Integer, nullable=True),
    count_column("listened_s", Integer),
    flag_column("tell_now"),
    count_column("revision", Integer),
    instant_column("began_at"),
    instant_column("saved_at"),
    Column("submitted_at", Double, nullable=True),
    count_column("submitted_day", Integer),  # 0 until then
    Column("seen_at", Double, nullable=True),  # acknowledged by the agent
    text_column("seen_words"),
    Index("ix_qa_scores_sums", "site", "day", *_SUMMED),
    Index(None, "site", "agent", "day"),
    Index(None, "site", "reviewer", "state", "submitted_day"),
    Index(None, "site", "source_id", "position"),
    Index(None, "site", "session"),
    Index(None, "site", "original"),
    Index(None, "sample"),
)

# What each item of a submitted score that counts (no calibration, no re-check) came to, in thousandths.
qa_lines = Table(
    "qa_lines",
    metadata,
    key_column("score", BigInteger),
    key_column("item", Text),
    text_column("site"),
    text_column("agent"),
    count_column("day", Integer),
    text_column("form"),
    flag_column("applies"),
    count_column("earned_milli", Integer),
    count_column("possible_milli", Integer),
    flag_column("fatal"),
    Index(None, "site", "agent", "day"),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

# The same added up by day, for the site, each queue and each team as they were on the day.
qa_item_days = Table(
    "qa_item_days",
    metadata,
    key_column("site", Text),
    key_column("scope", Text),  # site | queue:ID | team:NAME
    key_column("day", Integer),
    key_column("form", Text),
    key_column("item", Text),
    count_column("forms", Integer),
    count_column("applies", Integer),
    count_column("full", Integer),
    count_column("fatal", Integer),
    count_column("earned_milli"),
    count_column("possible_milli"),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

# Scores that count added up by day, for the site, each queue, team, agent and reviewer; under day 0 of a
# month (20261100) all of the month. ``picked``: random | wanted | own, why the call was scored.
# ``b00`` to ``b19``: forms with a score from 0, 5, … 95 on.
qa_score_days = Table(
    "qa_score_days",
    metadata,
    key_column("site", Text),
    key_column("scope", Text),  # site | queue:ID | team:NAME | agent:NAME | reviewer:NAME
    key_column("day", Integer),
    key_column("form", Text),
    key_column("picked", Text),
    count_column("forms", Integer),
    count_column("points_milli"),
    count_column("passed", Integer),
    count_column("fatal", Integer),
    *(count_column(f"b{number:02}", Integer) for number in range(20)),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

# What a score was before it was corrected. ``appeal``: the one that led to it.
qa_revisions = Table(
    "qa_revisions",
    metadata,
    key_column("score", BigInteger),
    key_column("revision", Integer),
    text_column("site"),
    instant_column("at"),
    text_column("who"),
    text_column("why"),
    Column("appeal", BigInteger, nullable=True),
    text_column("answers"),
    text_column("comments"),
    Column("points", Double, nullable=True),
    flag_column("passed"),
    flag_column("fatal"),
)

# Recordings that were uploaded, for a call or for a score of something else.
qa_audio = Table(
    "qa_audio",
    metadata,
    row_id_column(),
    text_column("site"),
    Column("source_id", BigInteger, nullable=True),
    Column("position", BigInteger, nullable=True),
    Column("score", BigInteger, nullable=True),
    text_column("name"),
    text_column("type"),  # audio/wav | audio/mpeg | audio/ogg
    text_column("digest"),
    count_column("size"),
    Column("content", LargeBinary, nullable=False),
    text_column("who"),
    instant_column("at"),
    Index(None, "site", "source_id", "position"),
    Index(None, "site", "score"),
)

# ``items``: JSON list, empty for the form as a whole. ``state`` and ``decision`` as in ccfloor.qa.appeals.
qa_appeals = Table(
    "qa_appeals",
    metadata,
    row_id_column(),
    text_column("site"),
    count_column("score"),
    text_column("agent"),  # under whose name the calls are,
    text_column("filed_by"),  # and the account
    text_column("reviewer"),
    text_column("answered_by"),
    text_column("items"),
    text_column("text"),
    text_column("state"),
    text_column("decision"),
    flag_column("forced"),
    count_column("since_day", Integer),
    Column("due_day", Integer, nullable=True),
    instant_column("at"),
    Column("before", Double, nullable=True),
    Column("after", Double, nullable=True),
    Index(None, "site", "state"),
    Index(None, "site", "agent"),
    Index(None, "score"),
)

qa_appeal_steps = Table(
    "qa_appeal_steps",
    metadata,
    row_id_column(),
    text_column("site"),
    count_column("appeal"),
    instant_column("at"),
    count_column("day", Integer),
    text_column("who"),
    text_column("step"),
    text_column("decision"),
    text_column("text"),
    Index(None, "appeal"),
)

# What was told an agent at once, and when he said that he heard it.
qa_feedback = Table(
    "qa_feedback",
    metadata,
    row_id_column(),
    text_column("site"),
    Column("score", BigInteger, nullable=True),
    text_column("agent"),
    text_column("who"),
    text_column("text"),
    instant_column("at"),
    Column("heard_at", Double, nullable=True),
    text_column("heard_words"),
    Index(None, "site", "agent", "at"),
    Index(None, "site", "at"),
)

# Several score the same call, blind. ``reviewers``: JSON list of accounts; ``reference``: another one.
qa_sessions = Table(
    "qa_sessions",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("name"),
    text_column("form"),
    count_column("version", Integer),
    Column("source_id", BigInteger, nullable=True),
    Column("position", BigInteger, nullable=True),
    text_column("about"),
    text_column("agent"),
    text_column("queue"),
    text_column("reference"),
    text_column("reviewers"),
    count_column("due_day", Integer),
    text_column("who"),
    text_column("why"),
    instant_column("at"),
    Column("closed_at", Double, nullable=True),
    text_column("closed_by"),
    text_column("outcome"),
    count_column("day", Integer),  # on which it was closed, 0 before: where it counts
    Index(None, "site", "day"),
)

# ``scope``: agent:NAME or team:NAME. ``measure``: a KPI's id, or ``item:<id>``. ``state``: open |
# consolidated | changed | dropped.
qa_improvements = Table(
    "qa_improvements",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("scope"),
    text_column("goal"),
    text_column("measure"),
    Column("target", Double, nullable=True),
    text_column("actions"),
    text_column("owner"),
    count_column("first_day", Integer),
    count_column("last_day", Integer),
    text_column("state"),
    text_column("decided_by"),
    text_column("decision"),
    Column("decided_at", Double, nullable=True),
    Column("follows", BigInteger, nullable=True),  # the plan that this one changed
    text_column("who"),
    instant_column("at"),
    Index(None, "site", "scope"),
    Index(None, "site", "state"),
)

# Who needs which training. ``state``: open | sent | done | dropped.
qa_needs = Table(
    "qa_needs",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("agent"),
    text_column("topic"),  # an item's id of a form, or words
    text_column("text"),
    Column("score", BigInteger, nullable=True),
    text_column("state"),
    text_column("who"),
    instant_column("at"),
    Column("sent_at", Double, nullable=True),
    text_column("sent_to"),
    Column("done_at", Double, nullable=True),
    text_column("done_by"),
    Index(None, "site", "state"),
    Index(None, "site", "agent"),
)

# Calls to learn from. ``tags``: JSON list.
qa_cases = Table(
    "qa_cases",
    metadata,
    row_id_column(),
    text_column("site"),
    count_column("score"),
    text_column("title"),
    text_column("text"),
    text_column("tags"),
    flag_column("good"),
    text_column("who"),
    instant_column("at"),
    Column("removed_at", Double, nullable=True),
    text_column("removed_by"),
    Index(None, "site", "at"),
)

# Files of forms that were filled in elsewhere. ``undone_at``: taken back, and what it brought counts no more.
qa_sheets = Table(
    "qa_sheets",
    metadata,
    row_id_column(),
    text_column("site"),
    text_column("form"),
    count_column("version", Integer),
    text_column("file"),
    text_column("digest"),
    count_column("forms", Integer),
    count_column("first_day", Integer),
    count_column("last_day", Integer),
    text_column("who"),
    text_column("why"),
    instant_column("at"),
    Column("undone_at", Double, nullable=True),
    text_column("undone_by"),
    Index(None, "site", "digest"),
)

# Which scores a file brought. ``undone``: taken back together with it, not before by itself.
qa_sheet_scores = Table(
    "qa_sheet_scores",
    metadata,
    key_column("sheet", BigInteger),
    key_column("score", BigInteger),
    flag_column("undone"),
    sqlite_with_rowid=False,
)
