"""``python -m ccfloor …``: every command is thin; what it does lives in ``service``."""

import logging
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.acts import Act
from ccfloor.cli_audit import app as audit_app
from ccfloor.cli_common import (
    BAD_LINES,
    CLEAN,
    FAILED,
    Context,
    Db,
    Json,
    Lang,
    Site,
    at_the_machine,
    context,
    fail,
    first_line,
    show_json,
    table,
)
from ccfloor.cli_display import app as display_app
from ccfloor.cli_kpi import app as kpi_app
from ccfloor.cli_privacy import app as privacy_app
from ccfloor.cli_qa import app as qa_app
from ccfloor.cli_report import app as report_app
from ccfloor.cli_rules import app as rules_app
from ccfloor.cli_staffing import app as staffing_app
from ccfloor.cli_user import app as user_app
from ccfloor.service.access.identity import acting_as
from ccfloor.service.audit import acting, record_alone
from ccfloor.service.lease import LeaseTaken
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import Settings, load
from ccfloor.service.site import load_site

__all__ = ["BAD_LINES", "CLEAN", "FAILED", "Context", "app", "context", "main"]
app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The supervisor wallboard of a call floor."
)
app.add_typer(rules_app, name="rules")
app.add_typer(report_app, name="report")
app.add_typer(kpi_app, name="kpi")
app.add_typer(user_app, name="user")
app.add_typer(audit_app, name="audit")
app.add_typer(display_app, name="display")
app.add_typer(privacy_app, name="privacy")
app.add_typer(qa_app, name="qa")
app.add_typer(staffing_app, name="staffing")
_TOLD = 200  # bad lines of a recording that are listed; the rest is counted
Files = Annotated[list[Path], typer.Argument(help="Files, plain or .gz.")]


def main() -> None:
    """Run a command; what a person can mend is told in one sentence, without a traceback."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        with acting_as(at_the_machine()):
            app()
    except SettingsError as error:
        fail(str(error))
    except LeaseTaken as error:
        fail(str(error))
    except SQLAlchemyError as error:
        fail(f"the database cannot be used: {first_line(error)}")


# -- servers -----------------------------------------------------------------------------------------


@app.command()
def run(
    db: Db = None, site: Site = None, port: Annotated[int | None, typer.Option(help="Port.")] = None
) -> None:
    """Everything in one process: database, collector, pages."""
    serve(load(db=db, site__id=site, web__port=port, web__embedded=True))


@app.command()
def web(
    db: Db = None, site: Site = None, port: Annotated[int | None, typer.Option(help="Port.")] = None
) -> None:
    """The pages alone; a collector runs elsewhere on the same database."""
    serve(load(db=db, site__id=site, web__port=port, web__embedded=False))


def serve(settings: Settings) -> None:
    """Become the web server: the same process goes on as ``streamlit run app.py``."""
    from ccfloor.service.serving import command, environ

    load_site(settings.site)
    sys.stdout.flush()
    os.execve(sys.executable, command(settings), environ(settings))


@app.command()
def collect(db: Db = None, site: Site = None) -> None:
    """The collector alone; pages are served elsewhere from the same database."""
    from ccfloor.service.serving import collect_until_stopped
    from ccfloor.store.engine import SERVICE_BUSY_S

    found = context(db, site, SERVICE_BUSY_S)
    collect_until_stopped(found.settings, found.config, found.engine)


# -- data in -----------------------------------------------------------------------------------------


@app.command("import")
def import_(files: Files, db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """Load queue_logs. Ends with 0, or 2 where lines could not be read (all others are in)."""
    from ccfloor.service.importing import import_files
    from ccfloor.service.lease import is_collecting
    from ccfloor.store.facts import count_facts

    found = context(db, site)
    bad: list[dict[str, str]] = []

    def complain(line: Any) -> None:
        typer.echo(f"{line.place}: {line.why}", err=True)
        bad.append({"place": line.place, "why": line.why})

    results = import_files(found.engine, found.config, files, complain, site=found.settings.site)
    if not is_collecting(found.engine, found.config.site):  # a collector counts by itself
        count_facts(found.engine, found.config, found.config.site)
    if as_json:
        show_json({"files": results, "bad": bad})
    else:
        for result in results:
            typer.echo(
                f"{result.file}: {result.lines} lines, {result.events} events, {result.known} known before,"
                f" {result.bad} bad lines{'; ' + result.problem if result.problem else ''}"
            )
            if result.left:
                typer.echo(
                    f"{result.file}: {result.left} lines are left for a later import: the collector at work"
                    " still has calls in hand that they tell of"
                )
    raise typer.Exit(FAILED if any(result.problem for result in results) else BAD_LINES if bad else CLEAN)


@app.command()
def replay(
    files: Files,
    db: Db = None,
    site: Site = None,
    form: Annotated[str, typer.Option("--format", help="queue_log or ami.")] = "queue_log",
    arrivals: Annotated[Path | None, typer.Option(help="Table of arrivals of an AMI recording.")] = None,
    speed: Annotated[float, typer.Option(help="×N of the recorded clock; 0: as fast as it can.")] = -1.0,
    as_json: Json = False,
) -> None:
    """Play a recording through its connector: a queue_log at its pace, raw AMI at once."""
    from ccfloor.acd.recording import is_empty
    from ccfloor.service import replaying
    from ccfloor.service.importing import why_not

    if form not in ("queue_log", "ami") or (form == "ami") != (arrivals is not None):
        fail("--format is queue_log, or ami together with --arrivals TSV")
    for path in [*files, *([arrivals] if arrivals else [])]:
        if problem := why_not(path):
            fail(f"{path}: {problem}")
    if arrivals and is_empty(arrivals):
        fail(f"{arrivals}: the table of arrivals is empty")
    found = context(db, site)
    _log_recording(found, files[0].name, {"files": [path.name for path in files]})
    pace = speed if speed >= 0 else 0.0 if form == "ami" else 1.0
    connector = replaying.recording(files, arrivals, pace)
    log = form == "queue_log"
    if pace:
        replaying.replay_in_time(found.engine, found.config, found.settings, connector, log, pace)
        return
    bad: list[str] = []

    def complain(line: Any) -> None:
        bad.append(line.place)
        if len(bad) <= _TOLD:
            typer.echo(f"{line.place}: {line.why}", err=True)

    sink = replaying.replay_at_once(found.engine, found.config, found.settings, connector, log, complain)
    if len(bad) > _TOLD:
        typer.echo(f"and {len(bad) - _TOLD} lines more that could not be read", err=True)
    summary = {
        "events": sink.stored,
        "known": sink.known,
        "bad": len(bad),
        "from": sink.first_at,
        "to": sink.last_at,
    }
    if as_json:
        show_json(summary)
    else:
        typer.echo(", ".join(f"{name} {value}" for name, value in summary.items()))
    raise typer.Exit(BAD_LINES if bad else CLEAN)


@app.command()
def simulate(
    db: Db = None,
    site: Site = None,
    days: Annotated[float, typer.Option(help="Simulated days, ending now.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Write a queue_log instead of the database.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed.")] = None,
    history: Annotated[bool, typer.Option("--history", hidden=True)] = False,
) -> None:
    """Write a simulated stream into the database or a queue_log."""
    from ccfloor.service import simulating

    if history:
        os.nice(15)
        found = context(db, site)
        simulating.fill_history(found.settings, found.config, found.engine)
        return
    if out is not None:
        settings = load(db=db, site__id=site, simulator__seed=seed)
        lines = simulating.write_queue_log(settings, load_site(settings.site), days, out)
        typer.echo(f"{out}: {lines} lines")
        return
    found = context(db, site, simulator__seed=seed)
    _log_recording(found, "simulator", {"days": days})
    events = simulating.write_database(found.settings, found.config, found.engine, days)
    typer.echo(f"{found.settings.db_shown}: {events} events")


def _log_recording(found: Context, name: str, told: dict[str, Any]) -> None:
    """Into the audit log, before anything of it is stored."""
    act = (Act.IMPORT_RECORDING, f"recording/{name}", told, "", time.time())
    record_alone(found.engine, acting(), *act, site=found.config.site)


# -- data out ----------------------------------------------------------------------------------------


@app.command()
def show(
    at: Annotated[str, typer.Option(help="Day, instant or epoch seconds; without it, now.")] = "",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """The floor as it was at a moment."""
    from ccfloor.service import showing

    found = context(db, site)
    try:
        view = showing.view_at(found.engine, found.config, at)
    except ValueError as error:
        fail(str(error))
    if view is None:
        fail("nothing was journalled before that moment" if at else "there is no live view yet")
    if as_json:
        show_json(view)
    else:
        typer.echo(showing.text(view, found.config.zone))


@app.command()
def metrics(
    start: Annotated[str, typer.Option("--from", help="First day or instant.")] = "",
    end: Annotated[str, typer.Option("--to", help="Day or instant at which it ends (not included).")] = "",
    by: Annotated[
        str, typer.Option(help="floor, queue, day, halfhour, agent, or some with commas.")
    ] = "floor",
    threshold: Annotated[str, typer.Option(help="T of the service level in seconds.")] = "",
    sl_variant: Annotated[str, typer.Option(help="Variant of the service level.")] = "",
    zone: Annotated[
        str, typer.Option("--tz", "--zone", help="Time zone that names days; the site's without it.")
    ] = "",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Figures of any period from stored counts."""
    from ccfloor.service.rows import metric_rows
    from ccfloor.store.viewer import Viewer

    found = context(db, site)
    words = {
        "from": start,
        "to": end,
        "by": by,
        "threshold": threshold,
        "sl-variant": sl_variant,
        "zone": zone,
    }
    viewer = Viewer(site=found.config.site, may_see_numbers=True)
    try:
        rows = metric_rows(found.engine, found.config, viewer, words)
    except ValueError as error:
        fail(str(error))
    if as_json:
        show_json(rows)
    else:
        typer.echo("\n".join(table(rows)))


@app.command()
def rebuild(
    db: Db = None,
    site: Site = None,
    check: Annotated[bool, typer.Option("--check", help="Only compare.")] = False,
    as_json: Json = False,
) -> None:
    """Make everything derived again from the journal; ends with 1 if that differed from what was stored."""
    from ccfloor.service.site_rules import SiteRules
    from ccfloor.store.rebuild import rebuild as rebuild_site

    found = context(db, site)
    watched = SiteRules(found.engine, found.config, found.settings.site).watched

    def progress(done: int, last: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{done} / {last}", err=True, nl=False)

    if not check:
        told = (Act.DATA_REBUILT, "site", None, "", time.time())
        record_alone(found.engine, acting(), *told, site=found.config.site)
    result = rebuild_site(
        found.engine, found.config, found.config.site, replace=not check, progress=progress, watched=watched
    )
    if as_json:
        show_json(result._asdict())
    else:
        typer.echo(
            f"{result.events} events; " + ", ".join(f"{name} {rows}" for name, rows in result.rows.items())
        )
        for difference in result.differences:
            typer.echo(
                f"{difference.table}: {difference.stored_only} rows only stored,"
                f" {difference.journal_only} only by the journal"
            )
        typer.echo("no difference" if not result.differences else "differences were found")
    raise typer.Exit(FAILED if result.differences else CLEAN)


# -- care --------------------------------------------------------------------------------------------


@app.command()
def doctor(
    db: Db = None,
    site: Site = None,
    settings: Annotated[bool, typer.Option("--settings", help="Show the settings table.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table as Markdown.")] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Check configuration, switch, database, clock, disk and port; say what to do."""
    from ccfloor.service import doctor as checks
    from ccfloor.service.settings_table import settings_markdown, settings_text

    if markdown:
        typer.echo(settings_markdown(), nl=False)
        return
    if settings:
        typer.echo(settings_text(load(db=db, site__id=site), lang))
        return
    findings = checks.examine(lambda: load(db=db, site__id=site))
    if as_json:
        show_json(findings)
    else:
        for finding in findings:
            typer.echo(checks.line(finding, lang))
    raise typer.Exit(FAILED if any(finding.state == "fail" for finding in findings) else CLEAN)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    extra: typer.Context, name: Annotated[str, typer.Argument(help="Which; without it, the list.")] = ""
) -> None:
    """Run a benchmark of bench/; arguments after its name are handed on."""
    from ccfloor.service import benches

    if not name:
        for known, words in benches.known():
            typer.echo(f"{known:20} {words}")
        return
    try:
        code = benches.run(name, extra.args)
    except KeyError:
        fail(f"there is no bench {name!r}; there are {', '.join(known for known, _ in benches.known())}")
    raise typer.Exit(code)
