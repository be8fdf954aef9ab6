"""``python -m ccfloor report …``: reports made now, by the calendar, or listed."""

import os
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccfloor.access.acts import Act
from ccfloor.cli_common import FAILED, Context, Db, Json, Site, actor, context, fail, show_json, table
from ccfloor.service.audit import record_alone
from ccfloor.store.viewer import Viewer

if TYPE_CHECKING:
    from ccfloor.service.reports.plans import Format, Plan
    from ccfloor.service.reports.runs import Run

app = typer.Typer(no_args_is_help=True, help="Daily, weekly and monthly reports.")
Kind = Annotated[str, typer.Option(help="figures; monitoring: control charts of every agent; qa: scores.")]
Whose = Annotated[str, typer.Option("--scope", help="site, queue:ID, team:NAME or agent:NAME.")]
Tongue = Annotated[str, typer.Option("--lang", help="zh or en.")]
Forms = Annotated[str, typer.Option("--format", help="pdf, xlsx, html, or some with commas.")]
Who = Annotated[str, typer.Option(help="Who asks.")]
Why = Annotated[str, typer.Option(help="Why.")]
PlanId = Annotated[int, typer.Argument(help="Number of the plan, as report list shows it.")]


@app.command()
def make(
    period: Annotated[str, typer.Argument(help="Day, week or month: 2026-11-22, 2026-W47, 2026-11.")],
    scope: Whose = "site",
    kind: Kind = "figures",
    lang: Tongue = "zh",
    form: Forms = "pdf,xlsx",
    who: Annotated[str, typer.Option(help="Who makes it, told in the report and in the log.")] = "",
    why: Why = "",
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path(),
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Make a report of any period now. The same period gives the same figures, whenever it is made."""
    from msgspec.structs import replace

    from ccfloor.kpi.scope import scope as read_scope
    from ccfloor.service.reports import making
    from ccfloor.service.reports.gather import gather, report_period
    from ccfloor.service.reports.plans import KINDS
    from ccfloor.service.runtime import Service
    from ccfloor.ui.report_files import ReportWriter

    found = context(db, site)
    service = Service(found.settings)
    formats, whose = _formats(form), _checked(kind, KINDS, "--kind")
    _checked(lang, ("zh", "en"), "--lang")
    try:
        of, about = report_period(found.config, period), read_scope(scope)
        viewer = making.viewer_of(service, lang)
        data = replace(gather(service, viewer, whose, about, of, service.clock()), made_by=who.strip())
    except ValueError as error:
        fail(str(error))
    writer = ReportWriter()
    paths = []
    out.mkdir(parents=True, exist_ok=True)
    for one in formats:
        path = out / making.file_name(found.config.site, whose, about, of, lang, one)
        after, by = {"format": one, "folder": str(out)}, actor(who)
        told = (Act.EXPORT_TAKEN, f"export/{path.name}", after, why, service.clock())
        record_alone(found.engine, by, *told, site=found.config.site)
        making.write_whole(path, writer.file(data, lang, one))
        paths.append(str(path))
    if as_json:
        show_json({"files": paths, "digest": data.digest, "final": data.final, "period": of.name})
    else:
        for name in paths:
            typer.echo(name)
        typer.echo(f"{'final' if data.final else 'provisional'}, figures {data.digest}")


@app.command("list")
def list_(db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """The plans, and what they made last."""
    from ccfloor.service.reports import plans, runs

    found = context(db, site)
    viewer = _viewer(found)
    known = [_plan(found, plan) for plan in plans.read_plans(found.engine, viewer)]
    made = [_run(found, run) for run in runs.read_runs(found.engine, viewer, 30)]
    if as_json:
        show_json({"plans": known, "runs": made})
        return
    for title, rows in (("plans", known), ("runs", made)):
        typer.echo(title if rows else f"no {title}")
        typer.echo("\n".join(table(rows)))


@app.command("schedule")
def schedule_(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    every: Annotated[str, typer.Option(help="day, week or month: the last whole one is told of.")] = "day",
    at: Annotated[str, typer.Option(help="Time of day by the site's clock.")] = "07:30",
    weekday: Annotated[int, typer.Option(help="Of weekly reports: 1 is Monday.")] = 1,
    monthday: Annotated[int, typer.Option(help="Of monthly reports: 1 to 28.")] = 1,
    scope: Whose = "site",
    kind: Kind = "figures",
    lang: Tongue = "zh",
    form: Forms = "pdf,xlsx",
    folder: Annotated[str, typer.Option(help="Folder within the folder of reports.")] = "",
    mail: Annotated[str, typer.Option(help="Mail channel of data/notify.yaml, empty for none.")] = "",
    to: Annotated[str, typer.Option(help="Addresses with commas; without, the channel's own.")] = "",
    who: Who = "",
    why: Why = "",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Have a report made by the calendar, by whichever server is up; missed ones are made up once."""
    from ccfloor.service.people_log import PeopleError
    from ccfloor.service.reports import plans

    found = context(db, site)
    given: dict[str, Any] = {
        "kind": _checked(kind, plans.KINDS, "--kind"),
        "part": _checked(every, plans.PARTS, "--every"),
        "scope": scope,
        "lang": _checked(lang, ("zh", "en"), "--lang"),
        "formats": _formats(form),
        "at": at,
        "weekday": weekday,
        "monthday": monthday,
        "folder": folder,
        "mail": mail,
        "to": tuple(part.strip() for part in to.split(",") if part.strip()),
    }
    viewer = _viewer(found)
    try:
        made = plans.add_plan(found.engine, viewer, name, plans.checked(**given), who, why, time.time())
    except PeopleError as error:
        fail(_sentence(error))
    plan = plans.find_plan(found.engine, viewer, made)
    assert plan is not None
    show_json(_plan(found, plan)) if as_json else typer.echo("\n".join(table([_plan(found, plan)])))


@app.command()
def unschedule(plan: PlanId, who: Who = "", why: Why = "", db: Db = None, site: Site = None) -> None:
    """Take a plan away; what it made stays, and report restore takes it back."""
    from ccfloor.service.reports import plans

    _act(plans.remove_plan, plan, who, why, db, site)


@app.command()
def restore(plan: PlanId, who: Who = "", why: Why = "", db: Db = None, site: Site = None) -> None:
    """Take back that a plan was taken away."""
    from ccfloor.service.reports import plans

    _act(plans.restore_plan, plan, who, why, db, site)


@app.command()
def retry(
    run: Annotated[int, typer.Argument(help="Number of the run, as report list shows it.")],
    who: Who = "",
    why: Why = "",
    db: Db = None,
    site: Site = None,
) -> None:
    """Have a failed report made once more, by whichever server is up; by mail to those alone who lack it."""
    from ccfloor.service.reports import runs

    _act(runs.retry, run, who, why, db, site)


@app.command()
def run(
    plan: Annotated[int, typer.Option(help="Only what this plan owes, then end.")] = 0,
    once: Annotated[bool, typer.Option("--once", help="Only what all plans owe now, then end.")] = False,
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Make what is due until stopped (web servers do the same); with --plan or --once what is due now.

    Ends with 1 where a report failed.
    """
    from ccfloor.service.reports import making, plans
    from ccfloor.service.runtime import Service
    from ccfloor.ui.report_files import ReportWriter

    found = context(db, site)
    if not plan and not once:
        _serve(found)
        return
    os.nice(10)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FAILED))
    service, viewer = Service(found.settings), _viewer(found)
    wanted = [one for one in plans.read_plans(found.engine, viewer, removed=True) if plan in (0, one.id)]
    done = [
        {"plan": one.id} | made._asdict()
        for one in wanted
        for made in making.make_owed(service, one, ReportWriter(), service.clock)
    ]
    show_json(done) if as_json else typer.echo("\n".join(table([_shown(row) for row in done])))
    raise typer.Exit(FAILED if any(row["error"] for row in done) else 0)


def _viewer(found: Context) -> Viewer:
    return Viewer(role="system", site=found.config.site, lang="en")


def _serve(found: Context) -> None:
    from ccfloor.service.reports import schedule

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    made = schedule.begin(found.settings, found.config)
    if made is None:
        fail("reports.scheduler is off, or the database is not kept")
    try:
        stop.wait()
    finally:
        made.stop()


# -- words -------------------------------------------------------------------------------------------


def _formats(given: str) -> "tuple[Format, ...]":
    from ccfloor.service.reports.plans import FORMATS

    found = [part.strip() for part in given.split(",") if part.strip()]
    wrong = [part for part in found if part not in FORMATS]
    if wrong or not found:
        fail(f"--format: {', '.join(wrong) or 'nothing'} is none of {', '.join(FORMATS)}")
    return tuple(dict.fromkeys(found))  # type: ignore[arg-type]


def _checked(value: str, among: tuple[str, ...], option: str) -> Any:
    if value not in among:
        fail(f"{option}: {value!r} is none of {', '.join(among)}")
    return value


def _sentence(error: Any) -> str:
    from ccfloor.ui.texts import text

    return text(f"people.error.{error.code}", "en")


def _act(do: Any, number: int, who: str, why: str, db: str | None, site: str | None) -> None:
    from ccfloor.service.people_log import PeopleError

    found = context(db, site)
    try:
        do(found.engine, _viewer(found), number, who, why, time.time())
    except PeopleError as error:
        fail(_sentence(error))


def _plan(found: Context, plan: "Plan") -> dict[str, Any]:
    from ccfloor.service.reports.due import next_due

    body = plan.body
    due = next_due(plan, found.config, time.time()) if plan.enabled else None
    return {
        "id": plan.id,
        "name": plan.name,
        "every": body.part,
        "next": _moment(found, due),
        "scope": body.scope,
        "kind": body.kind,
        "lang": body.lang,
        "formats": ",".join(body.formats),
        "folder": body.folder,
        "mail": body.mail,
        "to": ",".join(body.to),
        "who": plan.who,
    }


def _run(found: Context, run: "Run") -> dict[str, Any]:
    return {
        "id": run.id,
        "plan": run.plan,
        "period": run.period,
        "due": _moment(found, run.due_at),
        "state": "partly sent" if run.partly else run.state,
        "digest": run.digest,
        "files": " ".join(run.files),
        "told": ",".join(run.told),
        "error": run.error,
    }


def _moment(found: Context, at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, ZoneInfo(found.config.zone)).isoformat(timespec="minutes")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: ",".join(row[name]) for name in ("files", "told")}
