"""The working days of a site: those of its country, from a library that is kept up, and its own exceptions.

``workdays.yaml`` in the site's folder names the country, further days off, and days that are worked all the
same. It is read again when it changes; while it cannot be used, what it said before goes on to count.
"""

import logging
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import holidays
from pydantic import BaseModel, ConfigDict, field_validator

from ccfloor.qa.workdays import Official, WorkCalendar
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file, site_folder

log = logging.getLogger(__name__)
FILE = "workdays.yaml"
_SHIFTING = ("CN",)  # where weekends become workdays by a decree late in the year before
_LANGUAGES = {"zh": ("zh_CN", "zh_TW"), "en": ("en_US", "en_GB")}
_Stamp = tuple[str, int, int]


class Workdays(BaseModel):
    """The file: ISO code of the country, "" for none; day → reason. ("off" is no word in YAML but false.)"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: str = "CN"
    free: dict[date, str] = {}
    worked: dict[date, str] = {}

    @field_validator("country")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in holidays.list_supported_countries():
            raise ValueError(f"{value!r} is the ISO code of no country whose holidays are known")
        return value

    @field_validator("free", "worked", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return {} if value is None else value


class _Year(NamedTuple):
    holidays: dict[date, str]
    shifted: frozenset[date]


_cache: dict[tuple[str, str], tuple[_Stamp, WorkCalendar]] = {}


def work_calendar(settings: SiteSettings, lang: str = "zh") -> WorkCalendar:
    """The calendar of a site; names of holidays in a language, where the library knows them in it.

    Raises SettingsError, with file, line and field, where the file cannot be used and never could.
    """
    path = site_folder(settings.data) / FILE
    key, stamp = (str(path), lang), _stamp(path)
    known = _cache.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    try:
        made = _made(site_file(Workdays, settings, FILE), lang)
    except SettingsError as error:
        if known is None:
            raise
        for problem in error.problems:
            log.warning("working days: %s", problem)
        made = known[1]
    _cache[key] = stamp, made
    return made


def _stamp(path: Path) -> _Stamp:
    try:
        stat = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size


def _made(file: Workdays, lang: str) -> WorkCalendar:
    return WorkCalendar(official(file.country, lang), file.free, file.worked)


def official(country: str, lang: str = "zh") -> Official:
    """What a country says of its days; "": nothing, every weekday is worked."""

    def holiday(day: date) -> str:
        return _year(country, day.year, lang).holidays.get(day, "")

    def shifted(day: date) -> bool:
        return day in _year(country, day.year, lang).shifted

    def announced(year: int) -> bool:
        return country not in _SHIFTING or bool(_year(country, year, lang).shifted)

    return Official(holiday, shifted, announced)


@lru_cache(maxsize=256)
def _year(country: str, year: int, lang: str) -> _Year:
    """A year of the library, which keeps its years in one object that is filled while it is asked."""
    if not country:
        return _Year({}, frozenset())
    tongues = holidays.country_holidays(country).supported_languages
    tongue = next((one for one in _LANGUAGES.get(lang, ()) if one in tongues), None)
    told = holidays.country_holidays(country, years=year, language=tongue)
    shifted = getattr(told, "weekend_workdays", ())
    return _Year(dict(told.items()), frozenset(day for day in shifted if day.year == year))
