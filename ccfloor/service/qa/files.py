"""The files of forms and plans: a new or changed one becomes a version, published by nobody's hand.

The site's own folder ``qa`` goes before the product's. A file speaks only when it changes: what is published
on the page counts until then. What changes in the product does not take the place of what the site published
or retired on the page: it becomes a version that is offered, to be compared and taken over. A file that goes
leaves its version in force; taking it out is done by name.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from ccfloor.access.acts import Act
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.qa.load import Known, load
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.qa.write import kept_text
from ccfloor.rules.places import Problem
from ccfloor.service.audit import FILE, record
from ccfloor.service.rulebook import files_stamp
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import ROOT, site_folder
from ccfloor.store import qa_versions as rows
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_versions import COUNTED, KINDS, OFFERED, PUBLISHED, Kind, Stored

log = logging.getLogger(__name__)
FOLDER = "qa"
_OF_FILES = (PUBLISHED, OFFERED)
_FOLDERS: dict[Kind, str] = {"form": "forms", "plan": "plans"}
_kept: dict[tuple[str, str], tuple[tuple[object, ...], "Synced"]] = {}


class FromFile(NamedTuple):
    """What one file holds."""

    kind: Kind
    file: str
    body: Form | Plan

    @property
    def of_product(self) -> bool:
        """Whether it is a file of the product, not of the site's own folder."""
        return Path(self.file).resolve().is_relative_to(product_folder().resolve())


class Synced(NamedTuple):
    """What reading the files did: (kind, name) that have a new version, what is wrong, what is in doubt."""

    changed: list[tuple[Kind, str]]
    problems: list[Problem]
    warnings: list[Problem]
    unkept: bool = False  # it could not be written now


class Read(NamedTuple):
    """What the files hold; a file with one wrong value is refused whole."""

    found: list[FromFile]
    problems: list[Problem]
    warnings: list[Problem]


def qa_folder(settings: SiteSettings) -> Path:
    """The site's own forms and plans, else the product's."""
    own = site_folder(settings.data) / FOLDER
    return own if own.is_dir() else product_folder()


def product_folder() -> Path:
    """The forms and plans that the product brings."""
    return ROOT / "data" / FOLDER


def read_files(settings: SiteSettings, config: FloorConfig | None = None) -> Read:
    """All forms and plans of the files."""
    whole = Read([], [], [])
    for kind in KINDS:
        for path in sorted((qa_folder(settings) / _FOLDERS[kind]).glob("*.yaml")):
            _take(kind, path, _known(config, whole), whole)
    _once(whole)
    return whole


def sync_files(engine: Engine, config: FloorConfig, settings: SiteSettings, now: float) -> Synced:
    """Make versions of what is new or changed in the files. The first one of a name counts from the very
    beginning, a changed one from today's business day on.
    """
    read = read_files(settings, config)
    for problem in read.problems:
        log.warning("qa: %s", problem)
    changed: list[tuple[Kind, str]] = []
    try:
        with engine.connect() as connection:
            fresh = [one for one in read.found if _is_new(connection, config.site, one)]
        if fresh:
            with writing(engine) as connection:
                lock_site(connection, config.site)
                changed = [(one.kind, one.body.id) for one in fresh if _keep(connection, config, one, now)]
    except OperationalError as error:
        log.warning("qa: changed forms cannot be kept now: %s", error.orig)
        return Synced(changed, read.problems, read.warnings, unkept=True)
    return Synced(changed, read.problems, read.warnings)


def keep_files(engine: Engine, config: FloorConfig, settings: SiteSettings, now: float) -> Synced:
    """The same for pages: the files are read again only when one of them has changed."""
    key = (str(engine.url), config.site)
    stamp = _stamp(settings)
    known = _kept.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    synced = sync_files(engine, config, settings, now)
    if not synced.unkept:
        _kept[key] = (stamp, synced)
    return synced


def _stamp(settings: SiteSettings) -> tuple[object, ...]:
    folder = qa_folder(settings)
    return (str(folder), *(files_stamp(folder / inner) for inner in _FOLDERS.values()))


def _take(kind: Kind, path: Path, known: Known, whole: Read) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        whole.problems.append(Problem(str(path), 0, "", f"cannot be read: {error}", f"读不了：{error}"))
        return
    loaded = load(kind, str(path), text, known)
    whole.problems.extend(loaded.problems)
    whole.warnings.extend(loaded.warnings)
    if loaded.body is not None:
        whole.found.append(FromFile(kind, str(path), loaded.body))


def _known(config: FloorConfig | None, whole: Read) -> Known:
    """What plans may name; forms are read before them, and the page may have more of those."""
    if config is None:
        return Known()
    teams = frozenset(seat.team for seat in config.seats.values() if seat.team)
    return Known(frozenset(config.queues) or None, teams or None, None)


def _once(whole: Read) -> None:
    """Two files of one id refuse both: neither is right by being read first."""
    met: dict[tuple[Kind, str], FromFile] = {}
    twice: set[tuple[Kind, str]] = set()
    for one in whole.found:
        key = one.kind, one.body.id
        first = met.setdefault(key, one)
        if first is not one:
            twice.add(key)
            en, zh = f"{one.body.id!r} is in {first.file} already", f"{one.body.id!r} 已在 {first.file} 中"
            whole.problems.append(Problem(one.file, 1, "id", en, zh))
    whole.found[:] = [one for one in whole.found if (one.kind, one.body.id) not in twice]


def _is_new(connection: Connection, site: str, one: FromFile) -> bool:
    """Whether a file says something else than it did when it was last taken up."""
    kept = rows.all_rows(connection, site, one.kind, one.body.id)
    last = next((row for row in kept if row.state in _OF_FILES and not row.published_by), None)
    if last is not None and load(one.kind, "", last.body).body == one.body:
        return False
    newest = next((row for row in kept if row.state in COUNTED), None)
    taken = newest is not None and newest.state == PUBLISHED and one.of_product
    return not (taken and newest is not None and load(one.kind, "", newest.body).body == one.body)


def _is_offered(kept: Sequence[Stored], one: FromFile) -> bool:
    """Whether a change is for the site to judge: the product's, beside what was decided on the page."""
    newest = next((row for row in kept if row.state in COUNTED), None)
    return one.of_product and newest is not None and bool(newest.published_by)


def _keep(connection: Connection, config: FloorConfig, one: FromFile, now: float) -> bool:
    kind, name = one.kind, one.body.id
    if not _is_new(connection, config.site, one):
        return False  # another process was quicker
    kept = rows.all_rows(connection, config.site, kind, name)
    began, offers = any(row.state in COUNTED for row in kept), _is_offered(kept, one)
    from_day = day_number(business_date(config, now)) if began and not offers else 0
    values = {"from_day": from_day, "body": kept_text(one.body), "who": "", "why": "", "at": now}
    values |= (
        {"state": OFFERED, "published_at": None} if offers else {"state": PUBLISHED, "published_at": now}
    )
    number = rows.add(connection, config.site, kind, name, values | {"published_by": ""})
    after = {"version": number, "state": values["state"], "from_day": from_day, "file": Path(one.file).name}
    record(connection, FILE, Act.QA_FORM_FILE, f"qa_{kind}/{name}", None, after, "", now, site=config.site)
    return True
