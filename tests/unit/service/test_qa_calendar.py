"""The working days of a site: the country's by the library, and the site's own file."""

from datetime import date
from pathlib import Path

import pytest

from ccfloor.service.places import SettingsError
from ccfloor.service.qa.calendar import FILE, official, work_calendar
from ccfloor.service.settings import SiteSettings


def site(folder: Path, text: str | None = None) -> SiteSettings:
    if text is not None:
        (folder / FILE).write_text(text, encoding="utf-8")
    return SiteSettings(data=str(folder))


def test_without_a_file_the_days_are_those_of_china(tmp_path: Path) -> None:
    found = work_calendar(site(tmp_path))
    assert not found.works(date(2026, 2, 17)) and found.named(date(2026, 2, 17)) == "春节"
    assert found.works(date(2026, 2, 14)), "a Saturday worked for Spring Festival"
    assert found.after(date(2026, 2, 13), 3) == date(2026, 2, 25)
    assert found.announced(date(2026, 6, 1)) and not found.announced(date(2031, 6, 1))


def test_names_come_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    assert "Spring Festival" in work_calendar(site(tmp_path), "en").named(date(2026, 2, 17))


def test_the_site_says_otherwise_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    settings = site(tmp_path, "free: {2026-11-23: 公司年会}\nworked: {2026-10-03: 国庆值班}\n")
    found = work_calendar(settings)
    assert not found.works(date(2026, 11, 23)) and found.named(date(2026, 11, 23)) == "公司年会"
    assert found.works(date(2026, 10, 3))
    site(tmp_path, "country: ''\nfree:\n")
    assert work_calendar(settings).works(date(2026, 11, 23))
    assert work_calendar(settings).works(date(2026, 10, 1)), "no country, no holidays"


@pytest.mark.parametrize("text", ["country: XX\n", "free: {someday: party}\n", "fre: {}\n", "free: [\n"])
def test_a_file_that_cannot_be_used_is_said_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as error:
        work_calendar(site(tmp_path, text))
    assert FILE in str(error.value.problems[0])


def test_a_file_that_breaks_leaves_what_it_said_before(tmp_path: Path) -> None:
    settings = site(tmp_path, "free: {2026-11-23: 公司年会}\n")
    work_calendar(settings)
    site(tmp_path, "free: {2026-11-23: 公司年会, 2026-11-24")
    assert not work_calendar(settings).works(date(2026, 11, 23))


def test_a_country_without_shifted_days_is_always_announced() -> None:
    assert official("DE").announced(2031) and official("").announced(2031)
    assert official("DE", "en").holiday(date(2026, 12, 25))
