"""``python -m ccfloor qa``: drawing calls, making draws again, quotas and samples."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from ccfloor.cli_common import (
    BY_HAND,
    CLEAN,
    FAILED,
    UNKNOWN,
    Context,
    Db,
    Json,
    Lang,
    Site,
    Who,
    Why,
    actor,
    context,
    fail,
    show_json,
    table,
)
from ccfloor.kpi.period import business_date, date_of
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import drawing, quotas, samples
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.drawing_job import draw_due
from ccfloor.service.qa.files import read_files, sync_files
from ccfloor.service.qa.form_files import read_file
from ccfloor.service.qa.versions import VersionError
from ccfloor.store.qa_samples import KEPT, OPEN, DrawRow, SampleRow, Wanted
from ccfloor.store.viewer import Viewer
from ccfloor.ui import qa_work_words as words
from ccfloor.ui.history_words import moment
from ccfloor.ui.texts import Lang as Tongue
from ccfloor.ui.texts import language, text

app = typer.Typer(no_args_is_help=True, help="Quality assurance: drawing calls, quotas, samples.")
Plan = Annotated[str, typer.Argument(metavar="[PLAN]", help="Id of a sampling plan.")]
Day = Annotated[str, typer.Option("--day", metavar="2026-11-22", help="A business day.")]
States = Annotated[str, typer.Option("--state", help="open, done, replaced, dropped or all.")]
_EVERY = 1000


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Forms and plans, YAML or Excel; without them, the site's.")
    ] = None,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Read files of forms and sampling plans and say what is wrong with file, line and field.

    Ends with 1 if anything is.
    """
    found, tongue = context(db, site), language(lang)
    if files:
        loaded = [read_file(str(path), _bytes(path, tongue))[1] for path in files]
        bodies = [one.body for one in loaded if one.body is not None]
        problems = [problem for one in loaded for problem in (*one.problems, *one.warnings)]
        bad = any(one.problems for one in loaded)
    else:
        read = read_files(found.settings.site, found.config)
        bodies, problems = [one.body for one in read.found], [*read.problems, *read.warnings]
        bad = bool(read.problems)
    if as_json:
        show_json({"good": [body.id for body in bodies], "problems": [one._asdict() for one in problems]})
    else:
        typer.echo("\n".join(problem.said(tongue) for problem in problems), err=True, nl=bool(problems))
        names = ", ".join(body.id for body in bodies) or "–"
        typer.echo(text("qa_forms.cli.good", tongue, names=names))
    raise SystemExit(FAILED if bad else CLEAN)


def _bytes(path: Path, tongue: Tongue) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(text("qa_forms.cli.unread", tongue, file=path, why=error.strerror or "?"), UNKNOWN)


@app.command()
def draw(
    plan: Plan = "",
    day: Day = "",
    who: Who = "",
    why: Why = BY_HAND,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Draw what is due now; with a plan and a day the calls of that day alone."""
    found, tongue = context(db, site), language(lang)
    now = time.time()
    sync_files(found.engine, found.config, found.settings.site, now)
    if bool(plan) != bool(day):
        fail(text("qa_work.cli.both", tongue), UNKNOWN)
    if not plan:
        made = draw_due(found.engine, found.config, found.settings, now)
        _say({"draws": made}, text("qa_work.cli.drawn", tongue, n=made), as_json)
        return
    try:
        one = drawing.draw_by_hand(
            found.engine, _viewer(found), found.config, found.settings, work_calendar(found.settings.site),
            plan, _day(found, day, tongue), who, why, now,
        )  # fmt: skip
    except PeopleError as error:
        fail(text(f"people.error.{error.code}", tongue))
    except VersionError as error:
        fail(text(f"qa_forms.error.{error.code}", tongue, **error.details))
    _say(_draw_shown(one, ()), text("qa_work.cli.draw", tongue, n=one.picks, of=one.population), as_json)


@app.command()
def verify(
    plan: Plan = "",
    day: Day = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Make draws again from their seeds and compare: all of a plan's, or that of one day.

    Ends with 1 where one does not come out as it was, but for what cleared numbers keep from being compared.
    """
    found, tongue = context(db, site), language(lang)
    viewer, key = _viewer(found), drawing.draw_key(found.settings, found.engine, time.time())
    wanted = _day(found, day, tongue) if day else None
    known = drawing.list_draws(found.engine, viewer, plan, _EVERY)
    asked = [one for one in known if wanted is None or date_of(one.day) == wanted]
    if not asked:
        fail(text("people.error.unknown_qa_draw", tongue))
    sound, shown = True, []
    for one in asked:
        verdict = drawing.verify(found.engine, viewer, found.config, key, one.plan, date_of(one.day))
        sound &= verdict.sound or verdict.unclear
        shown.append(
            _draw_shown(one, words.verdict_words(verdict, tongue))
            | {"sound": verdict.sound, "unclear": verdict.unclear}
        )
    if as_json:
        show_json(shown)
    else:
        typer.echo("\n".join(f"{row['plan']} {row['day']}: {row['told']}" for row in shown))
    raise SystemExit(CLEAN if sound else FAILED)


@app.command()
def quota(
    plan: Plan = "",
    day: Day = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """How far each agent and reviewer is in the week and month of a day, today if left out."""
    found, tongue = context(db, site), language(lang)
    now = time.time()
    on = _day(found, day, tongue) if day else business_date(found.config, now)
    boards = quotas.boards(found.engine, _viewer(found), found.config, on, now)
    asked = [board for board in boards if plan in ("", board.plan.id)]
    if not asked:
        fail(text("qa_work.none.plan", tongue))
    rows = [row for board in asked for row in _board(board, tongue, as_json)]
    if as_json:
        show_json(rows)
    else:
        typer.echo("\n".join(table(rows)))


@app.command(name="samples")
def list_samples(
    reviewer: Annotated[str, typer.Option(help="Name of a reviewer.")] = "",
    agent: Annotated[str, typer.Option(help="Name of an agent.")] = "",
    state: States = OPEN,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what was due before today.")] = False,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Calls that were drawn, those that are due first in front."""
    found, tongue = context(db, site), language(lang)
    known = (*KEPT, "replaced", "dropped")
    if state not in (*known, "all"):
        fail(text("qa_work.cli.state", tongue, states=", ".join(known)), UNKNOWN)
    today = business_date(found.config, time.time())
    due = today.year * 10000 + today.month * 100 + today.day if overdue else 0
    states = () if state == "all" else (state,)
    wanted = Wanted(reviewer=reviewer or None, agent=agent, states=states, due_before=due)
    listed = samples.list_samples(found.engine, _viewer(found), found.config, wanted, _EVERY)
    if as_json:
        show_json([one._asdict() for one in listed])
    else:
        typer.echo("\n".join(table([_sample(one, found, tongue) for one in listed])))


@app.command()
def add(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="Id of a sampling plan.")],
    quota: Annotated[str, typer.Argument(metavar="QUOTA", help="Id of one of its quotas.")],
    call: Annotated[
        str, typer.Argument(metavar="CALL", help="Source and position: 1-4711, as in addresses.")
    ],
    why: Annotated[str, typer.Option(help="Why this call.")],
    reviewer: Annotated[str, typer.Option(help="Who scores it; whoever takes it if left out.")] = "",
    who: Who = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Make a sample of a call that somebody chose, told apart from those that chance chose."""
    found, tongue = context(db, site), language(lang)
    source, _, position = call.partition("-")
    key = (int(source), int(position)) if source.isdecimal() and position.isdecimal() else (-1, -1)
    calendar, name = work_calendar(found.settings.site), who or actor(who).who
    about = (found.engine, _viewer(found), found.config, calendar, plan, quota, key, reviewer)
    try:
        one = samples.add_by_hand(*about, name, why, time.time())
    except PeopleError as error:
        fail(text(f"people.error.{error.code}", tongue))
    except VersionError as error:
        fail(text(f"qa_forms.error.{error.code}", tongue, **error.details))
    due = words.day_words(one.due_day)
    _say(one._asdict(), text("qa_work.cli.added", tongue, n=one.id, agent=one.agent, due=due), as_json)


def _viewer(found: Context) -> Viewer:
    return Viewer(site=found.config.site)


def _day(found: Context, name: str, lang: Tongue) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        fail(text("qa_work.cli.day", lang, name=name), UNKNOWN)


def _say(told: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        show_json(told)
    else:
        typer.echo(sentence)


def _draw_shown(one: DrawRow, told: Any) -> dict[str, Any]:
    shown = one._asdict() | {"day": date_of(one.day).isoformat()}
    return shown | ({"told": " ".join(told)} if told else {})


def _board(board: quotas.Board, lang: Tongue, as_json: bool) -> list[dict[str, Any]]:
    """A line for each agent and quota, and for each reviewer."""
    meters = [meter for one in board.agents for meter in one.meters]
    if as_json:
        every = (*meters, *board.reviewers)
        return [{"plan": board.plan.id, **meter._asdict(), "short": meter.short} for meter in every]
    return [
        {
            text("qa_work.col.who", lang): meter.who,
            text("qa_work.col.quota", lang): (
                words.quota_words(board.plan, meter.quota, lang)
                if meter.quota
                else text("qa_work.reviewer", lang)
            ),
            text("qa_work.col.span", lang): meter.span,
            text("qa_work.col.wanted", lang): meter.wanted,
            text("qa_work.col.done", lang): meter.done,
            text("qa_work.col.drawn", lang): meter.drawn,
            text("qa_work.col.late", lang): meter.late,
        }
        for meter in (*meters, *board.reviewers)
    ]


def _sample(one: SampleRow, found: Context, lang: Tongue) -> dict[str, Any]:
    return {
        text("qa_work.col.number", lang): one.id,
        text("qa_work.col.call", lang): moment(one.call_at, found.config.zone),
        text("qa_work.col.agent", lang): one.agent,
        text("qa_work.col.queue", lang): one.queue,
        text("qa_work.col.reason", lang): words.reason_words(one.reason, lang),
        text("qa_work.col.reviewer", lang): one.reviewer or words.DASH,
        text("qa_work.col.state", lang): words.state_words(one.state, lang),
        text("qa_work.col.due", lang): words.day_words(one.due_day),
    }
