"""The KPIs of a site: its catalogue file, whose changes become versions, and its own targets.

A changed definition counts from the first day of the month in which it was read; the first one ever read
counts for everything that is stored.
"""

import logging
import threading
from math import inf
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from ccfloor.access.acts import Act
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.book import Choice, ChoiceVersion, KpiBook, KpiVersion, Origin
from ccfloor.kpi.load import load_catalogue
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import date_of, day_number, month_of, period
from ccfloor.kpi.teams import Terms
from ccfloor.service.audit import FILE as BY_FILE
from ccfloor.service.audit import record
from ccfloor.service.places import Problem, SettingsError
from ccfloor.service.settings import Settings, SiteSettings
from ccfloor.service.site import ROOT, site_folder
from ccfloor.store import kpi_versions
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.team_terms import terms_of

__all__ = ["Bound", "Choice", "ChoiceVersion", "KpiBook", "KpiVersion", "Origin", "catalogue", "kpi_book"]

log = logging.getLogger(__name__)
FILE = "kpi.yaml"
_AGAIN_S = 60.0
# What may change without anything being computed otherwise.
_WORDS = {"zh", "en", "formula", "source", "version", "group", "see", "needs"}


class HasBook(Protocol):
    """What is asked of a service: where its site is, and what time it is there."""

    engine: Engine
    config: FloorConfig
    settings: Settings

    def floor_now(self) -> float: ...


class _Cached(NamedTuple):
    file: tuple[str, int, int]
    stored: int
    teams: Terms
    again_at: float  # when to try again to keep what could not be written
    book: KpiBook


_cache: dict[tuple[str, str], _Cached] = {}
_reading = threading.Lock()


def kpi_book(service: HasBook) -> KpiBook:
    """The book of the service's site; read anew when its file or its versions changed.

    Where the file cannot be used, what it had before goes on to count, and ``problems`` of the book say why.
    Raises SettingsError where nothing was ever read.
    """
    return site_book(service.engine, service.config, service.settings.site, service.floor_now())


def site_book(engine: Engine, config: FloorConfig, settings: SiteSettings, now: float) -> KpiBook:
    """The same where there is no service. ``now``: UTC epoch seconds."""
    path = catalogue_path(settings)
    stat = path.stat()
    file = (str(path), stat.st_mtime_ns, stat.st_size)
    key = (str(engine.url), config.site)
    with _reading:
        found = _cache.get(key)
        stored, teams = kpi_versions.stamp(engine, config.site), terms_of(engine, config)
        same = found is not None and (found.file, found.stored) == (file, stored) and found.teams is teams
        if found is None or not same or now >= found.again_at:
            kpis, problems = _usable(engine, config, settings)
            kept = bool(problems) or _sync(engine, config, kpis, now)
            stored = kpi_versions.stamp(engine, config.site)
            again_at = inf if kept else now + _AGAIN_S
            found = _cache[key] = _Cached(file, stored, teams, again_at, _book(engine, config, kpis, teams))
            found.book.problems = problems
        return found.book


def _usable(
    engine: Engine, config: FloorConfig, settings: SiteSettings
) -> tuple[dict[str, Kpi], tuple[Problem, ...]]:
    """The KPIs of the file; where it cannot be used those it had before, and why."""
    try:
        return catalogue(settings), ()
    except SettingsError as error:
        with engine.connect() as connection:
            known = kpi_versions.kept(connection, config.site).versions
        last = {version.id: version.kpi for version in known}
        kpis = {name: kpi for name, kpi in last.items() if kpi is not None}
        if not kpis:
            raise
        for problem in error.problems:
            log.warning("kpi: %s", problem)
        return kpis, tuple(error.problems)


def catalogue_path(settings: SiteSettings) -> Path:
    """The site's own catalogue, else the product's."""
    own = site_folder(settings.data) / FILE
    return own if own.is_file() else ROOT / "data" / FILE


def catalogue(settings: SiteSettings) -> dict[str, Kpi]:
    """The KPIs of the catalogue's file. Raises SettingsError with file, line and field."""
    path = catalogue_path(settings)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(str(path), 0, "", f"cannot be read: {error}", "读不了")]) from None
    loaded = load_catalogue(str(path), text)
    if loaded.problems:
        raise SettingsError(loaded.problems)
    return loaded.kpis


def first_of_month(config: FloorConfig, now: float) -> int:
    """The first day of the month that runs: what is changed now counts from it at the earliest."""
    return day_number(month_of(config, now).day)


# -- definitions become versions ---------------------------------------------------------------------


def _sync(engine: Engine, config: FloorConfig, kpis: dict[str, Kpi], now: float) -> bool:
    """Keep what changed in the file; False where nothing can be written now: somebody else does."""
    with engine.connect() as connection:
        if not _changes(kpi_versions.kept(connection, config.site).versions, kpis):
            return True
    try:
        with writing(engine) as connection:
            lock_site(connection, config.site)
            _keep(connection, config, kpis, now)
    except OperationalError as error:
        log.warning("kpi: the changed catalogue cannot be kept now: %s", error.orig)
        return False
    return True


def _keep(connection: Connection, config: FloorConfig, kpis: dict[str, Kpi], now: float) -> None:
    known = kpi_versions.kept(connection, config.site).versions
    had = {version.id for version in known}
    changed = _changes(known, kpis)
    for name, kpi in changed.items():
        since = first_of_month(config, now) if name in had else 0
        about = (config.site, name, kpi_versions.DEFINITION, since)
        kpi_versions.append(connection, *about, kpi, at=now, who="file", why="")
    after = {"kpis": sorted(changed), "gone": sorted(name for name, kpi in changed.items() if kpi is None)}
    record(connection, BY_FILE, Act.DEFINITION_FILE, "site", None, after, "", now, site=config.site)


def _changes(known: list[KpiVersion], kpis: dict[str, Kpi]) -> dict[str, Kpi | None]:
    """KPIs that are counted otherwise than in their last version; None: they are no longer there."""
    last = {version.id: version.kpi for version in known}
    changed: dict[str, Kpi | None] = {
        name: kpi for name, kpi in kpis.items() if name not in last or not _same(last[name], kpi)
    }
    return changed | {name: None for name, kpi in last.items() if kpi is not None and name not in kpis}


def _same(one: Kpi | None, other: Kpi) -> bool:
    return one is not None and one.model_dump(exclude=_WORDS) == other.model_dump(exclude=_WORDS)


def _book(engine: Engine, config: FloorConfig, kpis: dict[str, Kpi], teams: Terms) -> KpiBook:
    with engine.connect() as connection:
        kept = kpi_versions.kept(connection, config.site)
    numbered = _numbered(kept.versions)
    current = {version.id: version.kpi.version for version in numbered if version.kpi}
    told = {
        name: kpi.model_copy(update={"version": current.get(name, kpi.version)}) for name, kpi in kpis.items()
    }
    return KpiBook(told, numbered, kept.choices, teams.team_on, Promises(config))


def _numbered(versions: list[KpiVersion]) -> list[KpiVersion]:
    """Versions with their numbers, from 1 for each KPI."""
    counted: dict[str, int] = {}
    found = []
    for version in versions:
        number = counted[version.id] = counted.get(version.id, 0) + 1
        kpi = version.kpi.model_copy(update={"version": number}) if version.kpi else None
        found.append(version._replace(kpi=kpi))
    return found


class Promises:
    """What queues promise by the site's file: service level, abandonment, longest wait."""

    def __init__(self, config: FloorConfig) -> None:
        self._config = config

    def __call__(self, kpi: str, queue: str, day: int) -> Bound | None:
        """The bound a queue promises for a KPI on a day; None for other KPIs and unknown queues."""
        if queue not in self._config.queues or kpi not in ("service_level", "abandon_rate", "longest_wait"):
            return None
        start = period(self._config, date_of(day).isoformat()).start
        target = self._config.target(queue, start)
        if kpi == "service_level":
            return Bound(at_least=target.target)
        limit = target.abandon_target if kpi == "abandon_rate" else target.wait_limit_s
        return Bound(at_most=limit)
