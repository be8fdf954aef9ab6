"""What a site decides about staffing, and what it is told where the file cannot be used."""

from pathlib import Path

import pytest

from ccfloor.floor.config import FloorConfig, QueueInfo
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site
from ccfloor.service.staffing_today.site import FILE, Rule, load_staffing

CONFIG = FloorConfig(queues={"loans": QueueInfo("loans")})


def site(folder: Path, text: str) -> SiteSettings:
    (folder / FILE).write_text(text, encoding="utf-8")
    return SiteSettings(data=str(folder))


def test_without_a_file_the_usual_values_count(tmp_path: Path) -> None:
    found = load_staffing(SiteSettings(data=str(tmp_path)), CONFIG)
    assert found.rule("loans") == Rule()


def test_a_queue_may_differ_in_one_value(tmp_path: Path) -> None:
    text = "shrinkage: 0.2\nmax_occupancy: 0.9\nqueues:\n  loans: {min_seats: 2}\n"
    found = load_staffing(site(tmp_path, text), CONFIG)
    assert found.rule("loans") == Rule(shrinkage=0.2, max_occupancy=0.9, min_seats=2)
    assert found.rule("cards") == Rule(shrinkage=0.2, max_occupancy=0.9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shrinkage: 1.0\n", "shrinkage"),
        ("max_occupancy: 0\n", "max_occupancy"),
        ("shrinkige: 0.1\n", "shrinkige"),
        ("queues: {loan: {min_seats: 2}}\n", "'loan' is not a queue of queues.yaml"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_staffing(site(tmp_path, text), CONFIG)


def test_the_file_that_comes_with_the_program_can_be_used() -> None:
    settings = SiteSettings()
    load_staffing(settings, load_site(settings))
