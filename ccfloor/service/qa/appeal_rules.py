"""How many working days each step of an appeal has on a site, and on which channels it tells what waits."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ccfloor.qa.appeals import Clocks
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.places import SettingsError
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file, site_folder

log = logging.getLogger(__name__)
FILE = "appeals.yaml"


class AppealFile(Clocks):
    """The site's ``appeals.yaml``: the clocks, and the channels on which it is told what waits.

    ``tell``: names of channels or lists of the site's notification file.
    """

    tell: tuple[str, ...] = ()


class Rules(NamedTuple):
    """How many working days each step has, and which days are worked."""

    clocks: Clocks
    calendar: WorkCalendar


def rules_of(settings: SiteSettings, lang: str = "zh") -> Rules:
    """The site's rules; while its file cannot be used the handbook's days count, and the log says why."""
    return Rules(file_of(settings), work_calendar(settings, lang))


def file_of(settings: SiteSettings) -> AppealFile:
    """What the site's file says; read again when it changes."""
    path = site_folder(settings.data) / FILE
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        stamp = 0
    return _file_of(path, stamp, settings)


@lru_cache(maxsize=32)
def _file_of(path: Path, stamp: int, settings: SiteSettings) -> AppealFile:
    try:
        return site_file(AppealFile, settings, FILE)
    except SettingsError as error:
        for problem in error.problems:
            log.warning("appeals: %s", problem)
        return AppealFile()
