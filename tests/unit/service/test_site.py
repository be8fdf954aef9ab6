"""The site's files: read as they are meant, refused with file, line and field."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site

DATA = Path(__file__).parents[3] / "data"


def site(folder: Path, **files: str) -> SiteSettings:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return SiteSettings(data=str(folder), day_start="04:00")


def wrong(folder: Path, **files: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_site(site(folder, **files))
    return str(caught.value)


def test_the_files_that_come_with_it_are_right() -> None:
    config = load_site(SiteSettings(data=str(DATA)))
    assert len(config.queues) == 5 and len(config.seats) == 48
    assert config.reasons["lunch"] == "meal" and config.reasons["工间休息"] == "break"


def test_targets_are_valid_from_the_business_day_of_the_site(tmp_path: Path) -> None:
    text = (
        "queues:\n  a:\n    targets:\n      - {valid_from: 2026-11-01, target: 0.9}\n      - {target: 0.7}\n"
    )
    config = load_site(site(tmp_path, queues=text))
    change = datetime(2026, 11, 1, 4, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    assert config.target("a", change - 1).target == 0.7 and config.target("a", change).target == 0.9
    assert config.queues["a"].zh == "a"


def test_a_target_of_a_day_on_which_the_clock_changes_counts_from_its_hour(tmp_path: Path) -> None:
    text = (
        "queues:\n  a:\n    targets:\n      - {valid_from: 2026-03-08, target: 0.9}\n      - {target: 0.7}\n"
    )
    settings = site(tmp_path, queues=text).model_copy(
        update={"zone": "America/New_York", "day_start": "06:00"}
    )
    config = load_site(settings)
    change = datetime(2026, 3, 8, 6, tzinfo=ZoneInfo("America/New_York")).timestamp()
    assert config.target("a", change - 1).target == 0.7 and config.target("a", change).target == 0.9


def test_a_missing_file_means_none_of_its_entries(tmp_path: Path) -> None:
    assert not load_site(site(tmp_path)).queues


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "queues",
            "queues:\n  a:\n    targets:\n      - {target: 2}\n",
            "queues.yaml:4: queues.a.targets[0].target",
        ),
        ("queues", "queues:\n  a:\n    colour: red\n", "queues.yaml:3: queues.a.colour: there is no such"),
        ("queues", "queues: [\n", "queues.yaml:2: is not YAML"),
        ("seats", "seats:\n  - {seat: x}\n  - {agent: y}\n", "seats.yaml:3: seats[1].seat: "),
        ("seats", "seats:\n  - {seat: x}\n  - {seat: y, aliases: [x]}\n", "another seat already (line 2)"),
        ("reasons", "reasons:\n  nap: [zzz]\n", "reasons.yaml:2: reasons.nap: is not a reason"),
        ("reasons", "reasons:\n  meal: [x]\n  break: [X]\n", "reasons.yaml:3: reasons.break: 'X' stands"),
    ],
)
def test_a_wrong_entry_is_told_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert said in wrong(tmp_path, **{name: text})
