"""``python -m ccfloor kpi team …``: who was in which team from when on, and corrections of it."""

import time
from datetime import date
from typing import Annotated, Any

import typer

from ccfloor.cli_common import Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.kpi.period import day_number
from ccfloor.service.people_log import PeopleError
from ccfloor.service.teams import Decision, move, undo
from ccfloor.store.team_terms import TermRow, rows, taken_back
from ccfloor.ui import definitions_words as words
from ccfloor.ui.texts import language, text

app = typer.Typer(no_args_is_help=True, help="Teams over time: who was in which from when on.")
Who = Annotated[str, typer.Option(help="Who says so.")]
Why = Annotated[str, typer.Option(help="Why.")]
Closed = Annotated[bool, typer.Option("--closed", help="Months that are over may be altered, too.")]


@app.command("list")
def list_(
    agent: Annotated[str, typer.Argument(metavar="[AGENT]", help="One agent; without it, who changed.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Also who never changed.")] = False,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Memberships in the order in which they became known: number, agent, first day, team, by whom, why."""
    found = context(db, site)
    with found.engine.connect() as connection:
        told = rows(connection, found.config.site)
    gone = taken_back(told)
    changed = {row.agent for row in told if row.from_day}
    shown = [row for row in told if row.agent == agent or (not agent and (everybody or row.agent in changed))]
    if as_json:
        show_json([{**row._asdict(), "counts": row.id not in gone} for row in shown])
    else:
        typer.echo("\n".join(table([_line(row, row.id in gone, found, lang) for row in shown])))


def _line(row: TermRow, gone: bool, found: Context, lang: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "agent": row.agent,
        "from": words.day_text(row.from_day, language(lang)),
        "team": row.team or None,
        "undoes": row.undoes,
        "counts": "no" if gone else "yes",
        "who": row.who or None,
        "why": row.why or None,
        "at": words.clock(row.at, found.config.zone),
    }


@app.command("move")
def move_(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="As the tables have the name.")],
    team: Annotated[str, typer.Option(help='The team; "" for none.')],
    since: Annotated[str, typer.Option("--from", help="First day, 2026-03-10.")],
    who: Who,
    why: Why,
    closed: Closed = False,
    db: Db = None,
    site: Site = None,
) -> None:
    """Put an agent into a team from a business day on, until the agent's next change."""
    found = context(db, site)
    try:
        number = move(found.engine, found.config, agent, team, _day(since), _decision(who, why, closed))
    except PeopleError as error:
        fail(text(f"people.error.{error.code}", "en"))
    typer.echo(f"{number}: {agent} in {team or 'no team'} from {since}")


@app.command("undo")
def undo_(
    number: Annotated[int, typer.Argument(metavar="ID", help="As the list has it.")],
    who: Who,
    why: Why,
    closed: Closed = False,
    db: Db = None,
    site: Site = None,
) -> None:
    """Take a change back; taking back can be taken back the same way."""
    found = context(db, site)
    try:
        row = undo(found.engine, found.config, number, _decision(who, why, closed))
    except PeopleError as error:
        fail(text(f"people.error.{error.code}", "en"))
    typer.echo(f"{number} taken back: {row.agent}, {row.team or 'no team'}")


def _decision(who: str, why: str, closed: bool) -> Decision:
    return Decision(who, why, time.time(), closed)


def _day(name: str) -> int:
    try:
        return day_number(date.fromisoformat(name))
    except ValueError:
        fail(f"{name!r} is no day; write 2026-03-10")
