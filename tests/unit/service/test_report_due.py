"""When a report is due, and which periods a plan owes after a long night, a clock change, an outage."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccfloor.floor.config import FloorConfig
from ccfloor.service.people_log import PeopleError
from ccfloor.service.reports.due import MOST_OWED, next_due, owed, told_of
from ccfloor.service.reports.plans import Body, Plan, checked

SHANGHAI = FloorConfig(zone="Asia/Shanghai")
BERLIN = FloorConfig(zone="Europe/Berlin")


def at(text: str, config: FloorConfig = SHANGHAI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(config.zone)).timestamp()


def plan(since: str, config: FloorConfig = SHANGHAI, **body: Any) -> Plan:
    return Plan(1, "plan", Body(**body), True, "Chen", at(since, config))


def names(one: Plan, now: str, config: FloorConfig = SHANGHAI, settled: tuple[str, ...] = ()) -> list[str]:
    return [item.period.name for item in owed(one, config, at(now, config), settled)]


def test_a_daily_report_is_due_in_the_morning_and_tells_of_the_day_before() -> None:
    daily = plan("2026-11-20T12:00", at="07:30")
    assert names(daily, "2026-11-21T07:29") == []
    assert names(daily, "2026-11-21T07:30") == ["2026-11-20"]
    assert names(daily, "2026-11-22T09:00") == ["2026-11-20", "2026-11-21"]
    assert names(daily, "2026-11-22T09:00", settled=("2026-11-20",)) == ["2026-11-21"]
    assert next_due(daily, SHANGHAI, at("2026-11-22T09:00")) == at("2026-11-23T07:30")


def test_what_was_due_before_the_plan_was_made_is_not_owed() -> None:
    assert names(plan("2026-11-21T07:30"), "2026-11-21T12:00") == []


def test_weeks_and_months_are_told_of_once_they_are_over() -> None:
    weekly = plan("2026-11-01T00:00", part="week", weekday=1, at="08:00")
    assert names(weekly, "2026-11-16T08:00") == ["2026-W44", "2026-W45", "2026-W46"]
    monthly = plan("2026-10-15T00:00", part="month", monthday=3, at="06:00")
    assert names(monthly, "2026-11-03T05:59") == []
    assert names(monthly, "2026-11-03T06:00") == ["2026-10"]


def test_a_day_that_begins_late_is_not_told_of_before_it_is_over() -> None:
    night = FloorConfig(zone="Asia/Shanghai", day_start_s=8 * 3600)
    early = Body(at="07:30")
    assert told_of(early, night, at("2026-11-22T07:30")).name == "2026-11-20"
    assert told_of(Body(at="08:30"), night, at("2026-11-22T08:30")).name == "2026-11-21"


def test_after_a_long_outage_the_last_ones_are_owed_each_once() -> None:
    daily = plan("2026-10-01T00:00")
    found = names(daily, "2026-11-22T10:00")
    assert len(found) == MOST_OWED and found[-1] == "2026-11-21" and len(set(found)) == MOST_OWED


@pytest.mark.parametrize("clock", ["02:30", "07:30"])
def test_every_day_is_told_of_once_where_clocks_change(clock: str) -> None:
    """The hour of the report may be missing or come twice on that day."""
    for month, last in (("03", 31), ("10", 31)):
        daily = plan(f"2026-{month}-24T12:00", BERLIN, at=clock)
        found: set[str] = set()
        for day in range(25, last + 1):
            new = names(daily, f"2026-{month}-{day:02}T23:00", BERLIN, tuple(found))
            assert new == [f"2026-{month}-{day - 1:02}"]
            found.update(new)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scope": "queue:"}, "report_scope"),
        ({"folder": "../up"}, "report_folder"),
        ({"folder": "a/../../b"}, "report_folder"),
        ({"to": ("nobody",)}, "report_to"),
        ({"to": ("a@b.c\nBcc: d@e.f",)}, "report_to"),
        ({"formats": ()}, "report_formats"),
        ({"at": "25:00"}, "report_at"),
        ({"part": "year"}, "report_wrong"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_its_field(given: dict[str, Any], code: str) -> None:
    with pytest.raises(PeopleError) as caught:
        checked(**given)
    assert caught.value.code == code


def test_a_folder_may_be_chinese_and_deep() -> None:
    assert checked(folder="/日报/热线 1/").folder == "日报/热线 1"
