"""The replay page: which days it offers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccfloor.service import runtime
from tests.fakes.app_page import opened, quiet_service, words


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as found:
        yield found


def script() -> None:
    from ccfloor.ui import replay_page
    from ccfloor.ui.shell import look

    replay_page.show(look())


def link(day: date) -> str:
    return f"day={day.isoformat()}"


def test_no_day_that_has_not_come_is_offered(service: runtime.Service) -> None:
    today = datetime.fromtimestamp(service.floor_now(), ZoneInfo(service.config.zone)).date()
    told = words(opened(script, lang="zh"))
    assert link(today - timedelta(days=1)) in told and link(today + timedelta(days=1)) not in told
    earlier = words(opened(script, lang="zh", day=(today - timedelta(days=3)).isoformat()))
    assert link(today - timedelta(days=2)) in earlier


@pytest.mark.parametrize(
    "day", ["2026-13-40", "", "heute", "0001-01-01", "9999-12-31", "<img src=x>", "=cmd|x"]
)
def test_an_address_that_names_no_day_opens_the_page_all_the_same(service: runtime.Service, day: str) -> None:
    assert "回放" in words(opened(script, lang="zh", day=day))
