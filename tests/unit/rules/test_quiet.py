"""Quiet hours on the site's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ccfloor.rules.quiet import Quiet, quiet_until

NIGHT = Quiet(21 * 3600, 8 * 3600)


def at(text: str, zone: str = "Asia/Shanghai") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-05-29T20:59:59", ""),
        ("2026-05-29T21:00:00", "2026-05-30T08:00:00"),
        ("2026-05-30T00:00:00", "2026-05-30T08:00:00"),
        ("2026-05-30T07:59:59", "2026-05-30T08:00:00"),
        ("2026-05-30T08:00:00", ""),
    ],
)
def test_a_night_runs_over_midnight(now: str, until: str) -> None:
    assert quiet_until(at(now), [NIGHT], "Asia/Shanghai") == (at(until) if until else 0.0)


def test_days_are_those_on_which_it_begins() -> None:
    friday = Quiet(21 * 3600, 8 * 3600, (4,))
    assert quiet_until(at("2026-05-30T03:00:00"), [friday], "Asia/Shanghai") == at("2026-05-30T08:00:00")
    assert quiet_until(at("2026-05-30T22:00:00"), [friday], "Asia/Shanghai") == 0.0


def test_windows_that_touch_count_as_one() -> None:
    windows = [NIGHT, Quiet(8 * 3600, 9 * 3600), Quiet(12 * 3600, 13 * 3600)]
    assert quiet_until(at("2026-05-29T23:00:00"), windows, "Asia/Shanghai") == at("2026-05-30T09:00:00")


def test_always_quiet_is_looked_at_again_within_a_week_or_so() -> None:
    until = quiet_until(at("2026-05-29T23:00:00"), [Quiet(0, 0)], "Asia/Shanghai")
    assert 7 * 86_400 <= until - at("2026-05-29T23:00:00") <= 8 * 86_400


def test_the_wall_clock_counts_where_the_zone_changes_it() -> None:
    zone = "Europe/Berlin"
    until = quiet_until(at("2026-10-24T22:00:00", zone), [NIGHT], zone)
    assert until == at("2026-10-25T08:00:00", zone)
    assert until - at("2026-10-24T22:00:00", zone) == 11 * 3600
