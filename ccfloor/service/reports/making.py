"""Making reports: for a plan what it owes, each period once, to its folder and its readers; or one now."""

import errno
import logging
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.kpi.period import Period, period
from ccfloor.kpi.scope import Scope
from ccfloor.service.reports.data import ReportData
from ccfloor.service.reports.due import Owed, owed
from ccfloor.service.reports.gather import HasSite, gather
from ccfloor.service.reports.mailing import Attachment, Letter, MailError, send_letter
from ccfloor.service.reports.plans import Body, Format, Plan, ReportKind
from ccfloor.service.reports.reasons import because
from ccfloor.service.reports.runs import Run, asked, claim, finish, settled
from ccfloor.service.settings import Settings
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
_UNSAFE = re.compile(r"[^\w.-]+")
ROOT = Path(__file__).resolve().parents[3]


class Writer(Protocol):
    """Puts a report into words and files; the service knows no words of its own."""

    def file(self, data: ReportData, lang: str, form: Format) -> bytes:
        """The file in a form."""

    def mime(self, form: Format) -> str:
        """Its kind."""

    def letter(self, data: ReportData, lang: str, link: str) -> tuple[str, str]:
        """Subject and text of the mail it goes with."""


class Made(NamedTuple):
    """What became of a period: ``error`` empty where all is well."""

    period: str
    files: tuple[str, ...]
    digest: str
    told: tuple[str, ...]
    error: str


def viewer_of(service: HasSite, lang: str) -> Viewer:
    """As whom reports by the calendar are made: everything of the site, no telephone number."""
    return Viewer(role="system", site=service.config.site, lang=lang)


def file_name(site: str, kind: ReportKind, scope: Scope, of: Period, lang: str, form: Format) -> str:
    """What a report's file is called: ccfloor-main-2026-11-site-zh.pdf."""
    about = _UNSAFE.sub("_", str(scope).replace(":", "-"))
    parts = ("ccfloor", site, of.name, *((kind,) if kind != "figures" else ()), about, lang)
    return f"{'-'.join(parts)}.{form}"


def folder_of(settings: Settings) -> Path:
    """The folder of reports; a relative one lies in the program's directory, whoever starts it."""
    path = Path(settings.reports.folder).expanduser()
    return path if path.is_absolute() else ROOT / path


def make_owed(
    service: HasSite,
    plan: Plan,
    writer: Writer,
    clock: Callable[[], float],
    environ: Mapping[str, str] = os.environ,
) -> list[Made]:
    """Make what a plan owes now and what people ask for once more, oldest first; what another server makes
    is left to it. A plan that is paused or taken away owes nothing.
    """
    engine, site = service.engine, service.config.site
    done = []
    for one in _due(service, plan, clock()):
        run = claim(engine, site, plan.id, one, clock())
        if run is not None:
            done.append(_make(service, plan, one, run, writer, clock, environ))
    return done


def _due(service: HasSite, plan: Plan, now: float) -> list[Owed]:
    engine, config = service.engine, service.config
    runs = settled(engine, config.site, plan.id, now)
    calls = plan.enabled and plan.removed_at is None
    found = {one.period.name: one for one in (owed(plan, config, now, runs) if calls else [])}
    for run in asked(engine, config.site, plan.id):
        found.setdefault(run.period, Owed(period(config, run.period), run.due_at))
    return sorted(found.values(), key=lambda one: one.due_at)


def _make(
    service: HasSite,
    plan: Plan,
    one: Owed,
    run: Run,
    writer: Writer,
    clock: Callable[[], float],
    environ: Mapping[str, str],
) -> Made:
    """One run of ours, to its end: whatever happens stands in its row."""
    files, told, digest = run.files, run.told, run.digest  # of an attempt before this one
    error, again = "", True
    try:
        body = plan.body
        data = planned(service, plan, one.period, clock())
        made = _written(service, body, data, writer)
        files, digest = _stored(service.settings, body, made), data.digest
        told = _sent(service, plan, run, data, made, writer, clock(), environ)
    except SQLAlchemyError:
        raise  # nothing can be noted either: the run is taken over once it counts as dead
    except SystemExit:  # the server stops: the next one makes it
        stopped = because("interrupted")
        finish(service.engine, run, clock(), files=files, digest=digest, told=told, error=stopped)
        raise
    except MailError as fault:
        error, again = str(fault), fault.again
        told += fault.told
    except NotMade as fault:
        error = str(fault)
    except Exception as fault:
        error = because("fault", reason=type(fault).__name__)
        log.error("report plan %s, %s: %s", plan.id, one.period.name, error, exc_info=fault)
    if error:
        log.warning("report plan %s, %s: %s", plan.id, one.period.name, error)
    finish(service.engine, run, clock(), files=files, digest=digest, told=told, error=error, again=again)
    return Made(one.period.name, files, digest, told, error)


class NotMade(Exception):
    """A report that cannot be made; the text is a sentence for people."""


def planned(service: HasSite, plan: Plan, of: Period, now: float) -> ReportData:
    """The data of a plan's report. Raises NotMade."""
    body = plan.body
    try:
        data = gather(service, viewer_of(service, body.lang), body.kind, body.of, of, now)
    except ValueError:
        raise NotMade(because("scope_gone", scope=body.scope)) from None
    return replace(data, made_by=plan.who, plan=plan.name)


def _written(service: HasSite, body: Body, data: ReportData, writer: Writer) -> list[Attachment]:
    site = service.config.site
    return [
        Attachment(
            file_name(site, body.kind, body.of, data.period, body.lang, form),
            writer.mime(form),
            writer.file(data, body.lang, form),
        )
        for form in body.formats
    ]


def _stored(settings: Settings, body: Body, made: list[Attachment]) -> tuple[str, ...]:
    """Into the plan's folder, each file whole or not at all; returns names below the folder of reports.

    Raises NotMade.
    """
    place = folder_of(settings) / body.folder
    try:
        place.mkdir(parents=True, exist_ok=True)
        for file in made:
            write_whole(place / file.name, file.body)
    except OSError as error:
        raise NotMade(_why_not(place, error)) from None
    return tuple(str((Path(body.folder) / file.name).as_posix()) for file in made)


def _why_not(place: Path, error: OSError) -> str:
    """Why a folder cannot be written."""
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return because("folder_denied", folder=place)
    if isinstance(error, FileExistsError | NotADirectoryError):
        return because("folder_none", folder=place)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return because("folder_full", folder=place)
    return because("folder", folder=place, code=error.errno or 0)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _sent(
    service: HasSite,
    plan: Plan,
    run: Run,
    data: ReportData,
    made: list[Attachment],
    writer: Writer,
    now: float,
    environ: Mapping[str, str],
) -> tuple[str, ...]:
    """By mail where the plan wants that; nobody gets it twice because another address failed before."""
    body = plan.body
    if not body.mail:
        return run.told
    base = service.settings.web.public_url.rstrip("/")
    link = f"{base}/reports?lang={body.lang}" if base else ""
    subject, text = writer.letter(data, body.lang, link)
    name = f"ccfloor.{service.config.site}.report.{plan.id}.{data.period.name}"
    letter = Letter(name, subject, text, made)
    return send_letter(service.settings.site, body.mail, body.to, letter, now, environ, had=run.told)
