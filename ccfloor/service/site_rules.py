"""The rules of a site as its collector keeps them: files and page edits, the calendar, the running rules.

A book that changed while the collector ran counts from the moment at which its rules could take it up;
that moment is written down with the version, so that computing a day again gives the same alarms.
"""

import logging
from math import inf, nextafter

from sqlalchemy import Engine, bindparam, update

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.checks import Known
from ccfloor.rules.engine import RuleEngine
from ccfloor.service.campaigns import calendar_campaigns
from ccfloor.service.overlap import LIVE, live_feed
from ccfloor.service.rule_site import load_hours
from ccfloor.service.rulebook import book, files_stamp, sync_files
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_folder
from ccfloor.store.engine import writing
from ccfloor.store.tables import rule_versions
from ccfloor.store.watched import Watched

log = logging.getLogger(__name__)
RULES = "rules"


class SiteRules:
    """Makes the rules of a site, and learns when book or calendar changed. For one thread.

    Raises SettingsError where shifts.yaml cannot be used; like queues and seats it is read at the start.
    """

    def __init__(self, engine: Engine, config: FloorConfig, settings: SiteSettings) -> None:
        self._engine, self._config = engine, config
        folder = site_folder(settings.data)
        self._folder = folder / RULES
        self._files: object = None
        self._hours = load_hours(settings, config)
        self.book = RuleBook()
        self.calendar = self._hours

    @property
    def watched(self) -> Watched:
        """The site's live feed, which these rules watch."""
        feed = live_feed(self._engine, self._config.site) or LIVE
        return {feed: self.make}

    def make(self, known: bytes | None) -> RuleEngine:
        """The rules with what they knew (``RuleEngine.dump``), by the book and calendar as stored now."""
        self.read()
        if known is None:
            return RuleEngine(self.book, self._config, self.calendar)
        return RuleEngine.load(self.book, self._config, self.calendar, known)

    def sync(self, now: float) -> bool:
        """Take up files that changed since the last time; whether any rule has a new version."""
        stamp = files_stamp(self._folder)
        if stamp == self._files and (self.book.versions or not stamp):
            return False
        self._files = stamp
        known = Known.of(self._config)
        return bool(sync_files(self._engine, self._config.site, self._folder, now, known).changed)

    def read(self) -> None:
        """Book and calendar as they are stored."""
        self.book = book(self._engine, self._config.site)
        self.calendar = self._calendar()

    def _calendar(self) -> Calendar:
        return self._hours._replace(campaigns=calendar_campaigns(self._engine, self._config.site))

    def renew(self, rules: RuleEngine, at: float, versions: int) -> bool:
        """Let running rules, which have come to ``at``, take up what changed; whether anything did.

        ``versions``: how many there are now of all rules.
        """
        if versions == len(self.book.versions) and self._calendar() == self.calendar:
            return False
        known = {(item.id, item.version) for item in self.book.versions}
        self.read()
        fresh = [item for item in self.book.versions if (item.id, item.version) not in known]
        late = [item for item in fresh if item.valid_from <= at]
        if late:
            self._from_now_on(late, nextafter(at, inf))
            self.read()
        for item in fresh:
            log.info("rules: version %d of %s counts", item.version, item.id)
        rules.adopt(self.book, self.calendar)
        return True

    def _from_now_on(self, late: list[RuleVersion], at: float) -> None:
        """Rules that have seen events beyond a version's own beginning cannot go back to it."""
        table = rule_versions.c
        mine = (table.site == self._config.site, table.rule == bindparam("name"))
        change = update(rule_versions).where(*mine, table.version == bindparam("number"))
        with writing(self._engine) as connection:
            rows = [{"name": item.id, "number": item.version} for item in late]
            connection.execute(change.values(valid_from=at), rows)
