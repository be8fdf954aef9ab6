"""The tables, for SQLite and PostgreSQL alike. Instants are UTC epoch seconds, durations milliseconds.

The journal is the truth; calls, call_legs, seat_spans, queue_intervals and agent_intervals are derived
from it and can be rebuilt. Every row carries its site.
"""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.fields import COUNTED
from ccfloor.store.columns import count_column as _count
from ccfloor.store.columns import flag_column as _flag
from ccfloor.store.columns import instant_column as _instant
from ccfloor.store.columns import key_column as _key
from ccfloor.store.columns import metadata as metadata
from ccfloor.store.columns import row_id_column as _row_id
from ccfloor.store.columns import text_column as _text


def _sums(names: Iterable[str]) -> list[Column[int]]:
    return [_count(name) for name in names]


_GAVE_UP = text("outcome = 'abandoned'")  # few of the calls, asked for again and again

sources = Table(
    "sources",
    metadata,
    _row_id(),
    _text("site"),
    _text("feed"),
    _text("name"),
    _text("kind"),  # live | log, empty until its first event
    _count("cursor"),  # last position read, also past lines that gave no event
    _text("mark"),
    _instant("first_at"),
    _instant("last_at"),
    _count("events"),
    _count("bad"),
    UniqueConstraint("site", "name"),
)

# One row for each chain of events that one Floor consumes. ``head``: journal id of its last event,
# ``batch``: number of its last transaction.
feeds = Table(
    "feeds",
    metadata,
    _key("site", Text),
    _key("feed", Text),
    _count("head"),
    _count("batch"),
    _count("events"),
    _instant("at"),
)

# Periods in which a live source saw the floor without a gap.
coverage = Table(
    "coverage",
    metadata,
    _key("source_id", BigInteger),
    _key("start", Double),
    _text("site"),
    _instant("end"),
    _flag("open"),
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    _row_id(),
    _text("site"),
    _count("source_id"),
    _count("position"),
    _count("batch"),  # transaction of the feed: replaying stops to take the ledger where recording did
    _instant("at"),
    _text("kind"),
    _text("payload"),
    UniqueConstraint("source_id", "position"),
    Index(None, "site", "at"),
)

calls = Table(
    "calls",
    metadata,
    _key("source_id", BigInteger),
    _key("position", BigInteger),
    _text("site"),
    _text("call"),
    _text("queue"),
    _instant("entered_at"),
    _text("linked"),
    _text("number"),
    _text("name"),
    _text("outcome"),
    Column("ended_by", Text),
    _text("seat"),
    _text("agent"),
    _instant("answered_at"),
    _instant("left_at"),
    _instant("ended_at"),
    _count("wait_ms"),
    _count("ring_ms"),
    _count("talk_ms"),
    _count("hold_ms"),
    _count("acw_ms"),
    _count("threshold_ms"),
    _count("short_ms"),
    _text("key"),
    _text("target"),
    _count("ronas", Integer),
    _flag("estimated"),
    _flag("seen_live"),
    _flag("seen_log"),
    _flag("repaired"),
    _flag("final"),
    Index(None, "site", "queue", "entered_at"),
    Index(None, "site", "entered_at"),
    Index(None, "site", "call"),
    Index(None, "site", "agent", "answered_at"),
    Index(None, "site", "number", "entered_at"),
    Index(
        "ix_calls_abandoned", "site", "entered_at", "queue", sqlite_where=_GAVE_UP, postgresql_where=_GAVE_UP
    ),
    sqlite_with_rowid=False,
)

call_legs = Table(
    "call_legs",
    metadata,
    _key("source_id", BigInteger),
    _key("position", BigInteger),
    _key("leg", Integer),
    _text("site"),
    _text("seat"),
    _text("agent"),
    _instant("rang_at"),
    _instant("answered_at"),
    _instant("ended_at"),
    _count("ring_ms"),
    _count("talk_ms"),
    _count("hold_ms"),
    _count("acw_ms"),
    _text("result"),
    sqlite_with_rowid=False,
)

seat_spans = Table(
    "seat_spans",
    metadata,
    _row_id(),
    _text("site"),
    _text("seat"),
    _text("agent"),
    _instant("start"),
    _instant("end"),
    _text("status"),
    _text("reason"),
    _text("queue"),
    _text("call"),
    _flag("repaired"),
    Index(None, "site", "seat", "start"),
    Index(None, "site", "agent", "start"),
)

queue_intervals = Table(
    "queue_intervals",
    metadata,
    _key("site", Text),
    _key("queue", Text),
    _key("start", BigInteger),
    *_sums(FIELDS),
    _count("max_wait_ms"),
    Index(None, "site", "start"),
    sqlite_with_rowid=False,
)

agent_intervals = Table(
    "agent_intervals",
    metadata,
    _key("site", Text),
    _key("agent", Text),
    _key("start", BigInteger),
    *_sums(AGENT_FIELDS),
    Index(None, "site", "start"),
    sqlite_with_rowid=False,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _key("site", Text),
    _key("feed", Text),
    _key("journal_id", BigInteger),
    _instant("at"),
    _flag("windows"),  # whether the rolling windows are in it, or the ledger alone
    Column("blob", LargeBinary, nullable=False),
    Index(None, "site", "at"),
)

live_view = Table(
    "live_view",
    metadata,
    _key("site", Text),
    _count("seq"),
    _instant("at"),
    _instant("written_at"),
    Column("payload", LargeBinary, nullable=False),
    _text("sources"),
    _text("plan", server_default=""),  # PlanView as JSON: rules, levels, checklist, compliance
)

commands = Table(
    "commands",
    metadata,
    _row_id(),
    _text("site"),
    _instant("at"),
    _text("who"),
    _text("why"),
    _text("kind"),
    _text("seat"),
    _text("queue"),
    _text("args"),
    _text("before"),
    _text("status"),  # asked | done | refused
    _text("answer"),
    Column("answered_at", Double),
    Column("undo_of", BigInteger),
    Index(None, "site", "at"),
    Index(None, "site", "status"),
)

bad_lines = Table(
    "bad_lines",
    metadata,
    _row_id(),
    _text("site"),
    _text("source"),
    _text("place"),
    _text("why"),
    _instant("at"),
    Index(None, "site", "source", "place"),
)

repairs = Table(
    "repairs",
    metadata,
    _row_id(),
    _text("site"),
    _text("feed"),
    _instant("at"),
    _text("kind"),
    _count("count"),
    Index(None, "site", "at"),
)

# Every version of every rule; ``body`` is the rule as JSON, empty where it is retired.
rule_versions = Table(
    "rule_versions",
    metadata,
    _key("site", Text),
    _key("rule", Text),
    _key("version", Integer),
    _instant("valid_from"),
    _text("source"),  # file | page
    _instant("at"),
    _text("who"),
    _text("why"),
    _text("body"),
)

# Firings of rules; derived from the journal and the rule versions. ``cleared_at`` 0: it fires.
alarms = Table(
    "alarms",
    metadata,
    _key("site", Text),
    _key("rule", Text),
    _key("subject", Text),
    _key("fired_at", Double),
    _count("version", Integer),
    _instant("active_at"),
    _instant("cleared_at"),
    _instant("blind_s"),
    _instant("value"),
    _instant("worst"),
    _text("severity"),
    _text("plan"),
    _count("level", Integer),
    Index(None, "site", "fired_at"),
    Index(None, "site", "cleared_at"),
)

# What people did about an alarm or an incident: ``about`` is an alarm's key or ``incident/<id>``.
plan_notes = Table(
    "plan_notes",
    metadata,
    _row_id(),
    _text("site"),
    _text("about"),
    _instant("at"),
    _text("who"),
    _text("kind"),  # ack | tick | untick | note | command | report
    _text("item"),  # id of the checklist's item, or of the command
    _text("text"),
    Index(None, "site", "about"),
    Index(None, "site", "at"),
)

campaigns = Table(
    "campaigns",
    metadata,
    _row_id(),
    _text("site"),
    _text("name"),
    _instant("start"),
    _instant("end"),
    _text("queues"),  # JSON list; empty list: the whole floor
    _text("note"),
    _text("who"),
    _instant("at"),
    Column("cancelled_at", Double),
    _text("cancelled_by"),
    Index(None, "site", "start"),
)

incidents = Table(
    "incidents",
    metadata,
    _row_id(),
    _text("site"),
    _text("cause"),  # network | equipment | power | other
    _text("text"),
    _instant("started_at"),
    _instant("declared_at"),
    _text("who"),
    Column("closed_at", Double),
    _text("closed_by"),
    _text("outcome"),
    Index(None, "site", "started_at"),
)

leave_requests = Table(
    "leave_requests",
    metadata,
    _row_id(),
    _text("site"),
    _text("seat"),
    _text("agent"),
    _instant("start"),
    _instant("end"),
    _text("reason"),
    _flag("force_majeure"),
    _text("who"),
    _instant("at"),
    _text("decision"),  # granted | refused
    _text("why"),
    Index(None, "site", "start"),
)

# Messages to people: ``about`` as in plan_notes; ``state``: waiting | sent | failed | held (quiet hours).
notices = Table(
    "notices",
    metadata,
    _row_id(),
    _text("site"),
    _text("about"),
    _text("channel"),
    _text("kind"),  # first | repeat | escalation | cleared | report | test
    _instant("at"),
    _instant("due_at"),
    _text("text"),
    _text("state"),
    _count("attempts", Integer),
    _text("error"),
    Column("sent_at", Double),
    Index(None, "site", "about"),
    Index(None, "site", "state", "due_at"),
    Index(None, "site", "at"),
)

# Sums of a business day, kept beside the intervals: what a month is added up from. ``day``: 20261122.
queue_days = Table(
    "queue_days",
    metadata,
    _key("site", Text),
    _key("queue", Text),
    _key("day", Integer),
    *_sums(FIELDS),
    _count("max_wait_ms"),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

agent_days = Table(
    "agent_days",
    metadata,
    _key("site", Text),
    _key("agent", Text),
    _key("day", Integer),
    *_sums(AGENT_FIELDS),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

# By which calendar the days of a site are cut; other words in the settings: they are added up anew.
day_marks = Table(
    "day_marks",
    metadata,
    _key("site", Text),
    _text("zone"),
    _count("day_start_s", Integer),
    _instant("at"),
)

# Sums of fields that imports brought in, stored for every scope they say something of, whichever scope the
# file named: site, queue, team and agent each have their own rows and are read as they are, never added up
# from one another (ccfloor.kpi.rollup). Sums of a month stand under day 0 of it (20261100).
kpi_facts = Table(
    "kpi_facts",
    metadata,
    _key("site", Text),
    _key("field", Text),  # as in ccfloor.kpi.fields: survey.satisfied
    _key("scope", Text),  # site | queue:ID | team:NAME | agent:NAME
    _key("day", Integer),
    _key("import_id", BigInteger),
    Column("value", Double, nullable=False),
    Index(None, "site", "day"),
    Index(None, "site", "scope", "day"),
    sqlite_with_rowid=False,
)

# What ccfloor itself counted from the calls and spans of a day that is over, where no interval tells it: one
# row a scope (site | queue:ID | agent:NAME); a team is the sum of its agents. Empty: not known.
counted_days = Table(
    "counted_days",
    metadata,
    _key("site", Text),
    _key("scope", Text),
    _key("day", Integer),
    *(Column(name.partition(".")[2], BigInteger) for name in COUNTED),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

# Which days have been counted, when the floor had been seen up to ``at``. A change in its calls takes a day
# out again. ``roster``: by which imports of the roster. ``final``: nothing more can come that changes it.
fact_days = Table(
    "fact_days",
    metadata,
    _key("site", Text),
    _key("day", Integer),
    _instant("at"),
    _count("roster"),
    _flag("final"),
    sqlite_with_rowid=False,
)

# A file taken in: its rows can be taken out again as a whole.
imports = Table(
    "imports",
    metadata,
    _row_id(),
    _text("site"),
    _text("dataset"),
    _text("file"),
    _text("digest"),  # SHA-256 of the file's content
    _instant("at"),
    _text("who"),
    _text("why"),
    _count("rows", Integer),
    _count("first_day", Integer),
    _count("last_day", Integer),
    Column("undone_at", Double),
    _text("undone_by"),
    _text("undone_why"),
    Index(None, "site", "dataset"),
    Index(None, "site", "at"),
)

# Its rows as read; ``key`` says which thing a row is about, so that a later import replaces it.
import_rows = Table(
    "import_rows",
    metadata,
    _key("import_id", BigInteger),
    _key("line", Integer),
    _text("site"),
    _text("dataset"),
    _text("key"),
    _count("day", Integer),
    _text("body"),  # JSON
    _flag("current"),  # the one that counts among all rows of its key
    Index(None, "site", "dataset", "key"),
    Index(None, "site", "dataset", "day"),
    sqlite_with_rowid=False,
)

# Every version of a KPI's target and variant at a site; ``body`` is JSON, empty where it is withdrawn.
kpi_versions = Table(
    "kpi_versions",
    metadata,
    _row_id(),
    _text("site"),
    _text("kpi"),
    _text("scope"),
    _count("valid_from", Integer),  # day: 20261201
    _instant("at"),
    _text("who"),
    _text("why"),
    _text("body"),
    Index(None, "site", "kpi"),
)

# What happened to people or forms, to be read beside a trend.
annotations = Table(
    "annotations",
    metadata,
    _row_id(),
    _text("site"),
    _text("scope"),
    _text("kind"),  # training | coaching | form | other
    _count("day", Integer),
    _count("until", Integer),  # last day, the same where it is one day
    _text("text"),
    _text("who"),
    _instant("at"),
    Column("removed_at", Double),
    _text("removed_by"),
    Index(None, "site", "day"),
)

# Callers who gave up and were called back.
called_back = Table(
    "called_back",
    metadata,
    _row_id(),
    _text("site"),
    _count("source_id"),
    _count("position"),
    _instant("at"),
    _text("who"),
    _text("note"),
    Column("undone_at", Double),
    _text("undone_by"),
    Index(None, "site", "source_id", "position"),
)

# Who was to work when. ``activity``: queue | break | meal | training | meeting | other, leave.
roster = Table(
    "roster",
    metadata,
    _key("import_id", BigInteger),
    _key("line", Integer),
    _text("site"),
    _text("agent"),
    _count("day", Integer),
    _instant("start"),
    _instant("end"),
    _text("activity"),
    Index(None, "site", "agent", "day"),
    Index(None, "site", "day"),
    sqlite_with_rowid=False,
)

# How far our clock was ahead of the switch's from an instant on; 0.0: they agree again.
clock_skews = Table(
    "clock_skews",
    metadata,
    _row_id(),
    _text("site"),
    _instant("at"),
    _instant("seconds"),
    Index(None, "site", "at"),
)

# Reports to be made by the calendar.
report_plans = Table(
    "report_plans",
    metadata,
    _row_id(),
    _text("site"),
    _text("name"),
    _text("body"),  # JSON: kind, scope, language, formats, recipients, folder, time of day
    _flag("enabled"),
    _text("who"),
    _instant("at"),
    Column("removed_at", Double),
    Index(None, "site"),
)

# One row a report and period: who inserts it makes it, so that several servers make it once.
report_runs = Table(
    "report_runs",
    metadata,
    _row_id(),
    _text("site"),
    _count("plan_id"),
    _text("period"),
    _instant("due_at"),
    _instant("started_at"),
    Column("finished_at", Double),
    _text("state"),  # running | done | failed
    _text("error"),
    _text("files"),  # JSON list of names in the folder of reports
    _text("digest"),  # of its figures: the same whenever it is made again from the same data
    _text("told"),  # JSON list of the addresses it was sent to
    _count("attempts", Integer),
    UniqueConstraint("site", "plan_id", "period"),
    Index(None, "site", "due_at"),
)

# Who belongs to which team from a business day on; rows are only added. The one of the latest day that has
# come counts, of one day the one made last; ``team`` "" : in none. Without any row the site's present files
# hold for all time. ``who`` "": what the files said. ``undoes``: the row that this one takes back.
team_terms = Table(
    "team_terms",
    metadata,
    _row_id(),
    _text("site"),
    _text("agent"),  # as it is stored
    _count("from_day", Integer),  # 20261122; 0: from the beginning
    _text("team"),
    _instant("at"),
    _text("who"),
    _text("why"),
    Column("undoes", BigInteger),
    Index(None, "site", "id"),
)

DERIVED = (calls, call_legs, seat_spans, queue_intervals, agent_intervals)
