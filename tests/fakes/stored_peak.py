"""The small peak as it stands in a database, for the history and the sheet behind it."""

import msgspec
from sqlalchemy import Engine, insert

from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.service.plan_notes import Note
from ccfloor.store import tables
from ccfloor.store.engine import writing
from ccfloor.store.plan_rows import CommandFact, NoticeFact
from tests.fakes.small_peak import ALARM, CALLS, COMMANDS, NOTES, NOTICES, RULE, SPANS, T0


def put_rule(engine: Engine, rule: Rule, version: int, valid_from: float, site: str = "main") -> None:
    """A version of a rule."""
    row = {
        "site": site, "rule": rule.id, "version": version, "valid_from": valid_from, "source": "page",
        "at": valid_from, "who": "周岚", "why": "试", "body": rule.model_dump_json(),
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(tables.rule_versions), [row])


def put_alarm(engine: Engine, alarm: Alarm, site: str = "main") -> None:
    """An alarm."""
    with writing(engine) as connection:
        connection.execute(insert(tables.alarms), [msgspec.structs.asdict(alarm) | {"site": site}])


def put_calls(engine: Engine, calls: list[CallRow], site: str = "main") -> None:
    """Calls as the recorder keeps them."""
    rows = []
    for call in calls:
        row = msgspec.structs.asdict(call) | {"site": site}
        row["source_id"] = row.pop("source")
        row["outcome"] = call.outcome.value
        row["ended_by"] = call.ended_by.value if call.ended_by else None
        rows.append(row)
    with writing(engine) as connection:
        connection.execute(insert(tables.calls), rows)


def put_spans(engine: Engine, spans: list[SpanRow], site: str = "main") -> None:
    """What seats did."""
    with writing(engine) as connection:
        rows = [msgspec.structs.asdict(span) | {"site": site} for span in spans]
        connection.execute(insert(tables.seat_spans), rows)


def put_notes(engine: Engine, notes: list[Note], site: str = "main") -> None:
    """What people did, in their order."""
    rows = [{**note._asdict(), "site": site} for note in notes]
    for row in rows:
        del row["id"]
    with writing(engine) as connection:
        connection.execute(insert(tables.plan_notes), rows)


def put_facts(
    engine: Engine, commands: list[CommandFact], notices: list[NoticeFact], site: str = "main"
) -> None:
    """Commands to seats and messages to people."""
    plain = {"queue": "", "args": "{}", "before": "{}", "answer": "", "site": site}
    sent = {"text": "", "attempts": 1, "error": "", "site": site}
    with writing(engine) as connection:
        connection.execute(insert(tables.commands), [{**command._asdict(), **plain} for command in commands])
        connection.execute(
            insert(tables.notices),
            [{**notice._asdict(), **sent, "due_at": notice.at, "sent_at": notice.at} for notice in notices],
        )


def put_small_peak(engine: Engine) -> None:
    """Everything of it."""
    put_rule(engine, RULE, 3, T0 - 86_400)
    put_alarm(engine, ALARM)
    put_calls(engine, CALLS)
    put_spans(engine, SPANS)
    put_notes(engine, NOTES)
    put_facts(engine, COMMANDS, NOTICES)
    blind = {"site": "main", "source_id": 1, "open": False}
    seen = [(T0 - 90_000, T0 + 60), (T0 + 64, T0 + 9_000)]
    with writing(engine) as connection:
        connection.execute(
            insert(tables.coverage), [{**blind, "start": start, "end": end} for start, end in seen]
        )
