"""What every text of the database holds, and so what becomes of callers' numbers in it. One table.

A column, or a text of an event, that is not told of here fails a test: whoever adds one decides.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Column, Table

from ccfloor.store import access_tables, advice_tables, move_tables, qa_tables, tables
from ccfloor.store.columns import metadata


class Holds(StrEnum):
    """What a text is, as far as callers' numbers go."""

    CALLER = "caller"  # callers as the switch told them: cleared together with the journal
    WORDS = "words"  # what people or the switch wrote: the numbers in it are cleared once it is old
    MASKED = "masked"  # written without whole numbers from the first: the audit log, names that are unique
    FILE = "file"  # as a file brought it in; a later file finds its row again by it: stays
    OTHER = "other"  # names of staff, queues and things, ids, codes, hashes, settings: no caller's


# Who asks alone must find them all in the metadata.
TABLES = (access_tables, advice_tables, move_tables, qa_tables, tables)
_C, _W, _M, _F, _O = Holds.CALLER, Holds.WORDS, Holds.MASKED, Holds.FILE, Holds.OTHER

# Beside these every table has its ``site``.
TEXTS: Mapping[str, Mapping[Holds, str]] = {
    "access_keys": {_O: "name secret"},
    "access_marks": {},
    "accounts": {_O: "name shown role queues teams agent subject password"},
    "advice": {_O: "same body"},
    "agent_days": {_O: "agent"},
    "agent_intervals": {_O: "agent"},
    "alarms": {_O: "rule subject severity plan"},
    "annotations": {_W: "text", _O: "scope kind who removed_by"},
    "audit": {_M: "before after why", _O: "who role source act about hash"},
    "audit_heads": {_O: "hash"},
    "bad_lines": {_W: "why", _O: "source place"},
    "call_legs": {_O: "seat agent result"},
    "called_back": {_W: "note", _O: "who undone_by"},
    "calls": {_C: "number name target", _O: "call queue linked outcome ended_by seat agent key"},
    "campaigns": {_W: "name note", _O: "queues who cancelled_by"},
    "checkpoints": {_C: "blob", _O: "feed"},
    "clock_skews": {},
    "commands": {_W: "why answer", _O: "who kind seat queue args before status"},
    "counted_days": {_O: "scope"},
    "coverage": {},
    "crews": {_M: "name live", _O: "seats queues who removed_by"},
    "day_marks": {_O: "zone"},
    "displays": {_W: "why revoked_why", _O: "token name board queues teams made_by revoked_by"},
    "fact_days": {},
    "feeds": {_O: "feed"},
    "import_rows": {_F: "key body", _O: "dataset"},
    "imports": {_W: "why undone_why", _F: "file", _O: "dataset digest who undone_by"},
    "incidents": {_W: "text outcome", _O: "cause who closed_by"},
    "journal": {_C: "payload", _O: "kind"},
    "kpi_facts": {_O: "field scope"},
    "kpi_versions": {_W: "why", _O: "kpi scope who body"},
    "leave_requests": {_W: "reason", _O: "seat agent who decision why"},
    "live_view": {_C: "payload plan", _O: "sources"},
    "move_commands": {},
    "move_effects": {_O: "queue state foretold came"},
    "move_seats": {_W: "said undone_why", _O: "seat agent held state back leg undone_by"},
    "moves": {_W: "why", _M: "crew", _O: "who queues within predicted"},
    "notices": {_W: "text error", _O: "about channel kind state"},
    "number_edges": {},
    "number_links": {_C: "number", _O: "hash"},
    "plan_notes": {_W: "text", _O: "about who kind item"},
    "qa_appeal_steps": {_W: "text", _O: "who step decision"},
    "qa_appeals": {_W: "text", _O: "agent filed_by reviewer answered_by items state decision"},
    "qa_audio": {_W: "name", _F: "content", _O: "type digest who"},
    "qa_cases": {_W: "title text tags", _O: "who removed_by"},
    "qa_draws": {_W: "why", _O: "plan seed digest shifts who"},
    "qa_feedback": {_W: "text heard_words", _O: "agent who"},
    "qa_improvements": {_W: "goal actions decision", _O: "scope measure owner state decided_by who"},
    "qa_item_days": {_O: "scope form item"},
    "qa_lines": {_O: "item agent form"},
    "qa_needs": {_W: "text", _O: "agent topic state who sent_to done_by"},
    "qa_recheck_draws": {_W: "why", _O: "plan seed digest who"},
    "qa_revisions": {_W: "why comments", _O: "who answers"},
    "qa_samples": {_W: "why", _O: "plan quota span agent team queue reason stratum reviewer by state who"},
    "qa_score_days": {_O: "scope form picked"},
    "qa_scores": {
        _W: "summary comments about seen_words",
        _O: "kind form agent team queue reviewer state answers",
    },
    "qa_sessions": {_W: "name about why outcome", _O: "form agent queue reference reviewers who closed_by"},
    "qa_sheet_scores": {},
    "qa_sheets": {_W: "why", _F: "file", _O: "form digest who undone_by"},
    "qa_versions": {_W: "why", _O: "kind name state body who published_by"},
    "queue_days": {_O: "queue"},
    "queue_intervals": {_O: "queue"},
    "repairs": {_O: "feed kind"},
    "report_plans": {_O: "name body who"},
    "report_runs": {_W: "error", _O: "period state files digest told"},
    "roster": {_O: "agent activity"},
    "rule_versions": {_W: "why", _O: "rule source who body"},
    "seat_spans": {_O: "seat agent status reason queue call"},
    "sessions": {_O: "token source program csrf"},
    "sign_in_tries": {_O: "source"},
    "sources": {_O: "feed name kind mark"},
    "team_terms": {_W: "why", _O: "agent team who"},
}

# Texts of the journal's events. A snapshot's waiting callers have the same names.
EVENT_TEXTS: Mapping[Holds, str] = {
    _C: "number name target data",
    _O: "call queue linked seat key reason agent why verb",
}

# From when on what was written grows old; of a column of its own where it is written later than the row.
_SINCE: Mapping[str, str] = {
    "annotations": "at",
    "bad_lines": "at",
    "called_back": "at",
    "campaigns": "end",
    "commands": "at",
    "displays": "made_at",
    "displays.revoked_why": "revoked_at",
    "imports": "at",
    "imports.undone_why": "undone_at",
    "incidents": "declared_at",
    "incidents.outcome": "closed_at",
    "kpi_versions": "at",
    "leave_requests": "at",
    "move_seats": "changed_at",
    "move_seats.undone_why": "undone_at",
    "moves": "at",
    "notices": "at",
    "plan_notes": "at",
    "qa_appeal_steps": "at",
    "qa_appeals": "at",
    "qa_audio": "at",
    "qa_cases": "at",
    "qa_draws": "at",
    "qa_recheck_draws": "at",
    "qa_feedback": "at",
    "qa_feedback.heard_words": "heard_at",
    "qa_improvements": "at",
    "qa_improvements.decision": "decided_at",
    "qa_needs": "at",
    "qa_revisions": "at",
    "qa_samples": "at",
    "qa_scores": "saved_at",
    "qa_scores.seen_words": "seen_at",
    "qa_sessions": "at",
    "qa_sessions.outcome": "closed_at",
    "qa_sheets": "at",
    "qa_versions": "at",
    "report_runs": "due_at",
    "rule_versions": "at",
    "team_terms": "at",
}


class Written(NamedTuple):
    """A column of words. ``at``: the instant of each (UTC epoch seconds); none yet: it is young."""

    table: Table
    text: Column[str]
    at: Column[float]


def columns(holds: Holds) -> list[str]:
    """``table.column`` of every text of this kind."""
    return [f"{table}.{name}" for table, told in TEXTS.items() for name in told.get(holds, "").split()]


def written() -> Iterator[Written]:
    """Every column of words."""
    for full in columns(Holds.WORDS):
        name, _, column = full.partition(".")
        table = metadata.tables[name]
        since = _SINCE.get(full) or _SINCE[name]
        yield Written(table, table.c[column], table.c[since])
