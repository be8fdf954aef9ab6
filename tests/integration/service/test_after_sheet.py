"""The after-action sheet and the history from a database: what the story's rows give, for whom."""

import msgspec
import pytest
from sqlalchemy import Engine

from ccfloor.rules.alarms import Alarm
from ccfloor.service.after_action import build
from ccfloor.service.after_sheet import Place, history, sheet_of
from ccfloor.service.incidents import close_incident, declare_incident
from ccfloor.store.viewer import Viewer
from tests.fakes.small_peak import ALARM, CONFIG, KEY, T0, material
from tests.fakes.stored_peak import put_alarm, put_small_peak
from tests.unit.service.views import seat, view


@pytest.fixture
def stored(database: Engine) -> Engine:
    """The small peak in a database."""
    put_small_peak(database)
    return database


def place(engine: Engine, now: float = T0 + 600, viewer: Viewer | None = None) -> Place:
    return Place(engine, viewer or Viewer(), CONFIG, None, now)


def test_the_stored_story_gives_the_very_same_sheet(stored: Engine) -> None:
    found = sheet_of(place(stored), KEY)
    assert found is not None
    expected = build(material(), CONFIG)
    for name in type(found).__struct_fields__:
        if name != "moments":
            assert getattr(found, name) == getattr(expected, name), name
    plain = [msgspec.structs.replace(moment) for moment in expected.moments]
    assert list(found.moments) == plain


def test_the_history_lists_alarms_of_plans_and_incidents(stored: Engine) -> None:
    put_alarm(stored, Alarm("busy", "seat:P/2", T0 + 10, 1, T0 + 5, T0 + 20, severity="warn"))
    incident = declare_incident(stored, Viewer(), "network", "专线中断", T0 + 200, "周岚", T0 + 210)
    close_incident(stored, Viewer(), incident, "周岚", "已恢复", T0 + 300)
    rows = history(place(stored), T0, T0 + 600)
    assert [row.key for row in rows] == [f"incident/{incident}", KEY]
    peak = rows[1]
    assert (peak.acked_by, peak.over, peak.lasted(T0 + 600)) == ("周岚", T0 + 140, 60)
    assert (peak.tally.late, peak.tally.never, peak.tally.worst_s) == (1, 1, 30)
    every = history(place(stored), T0, T0 + 600, every_rule=True)
    assert [row.at - T0 for row in every] == [200, 80, 10]
    assert history(place(stored), T0 + 201, T0 + 600) == []


def test_one_that_still_fires_counts_who_is_in_it_now(stored: Engine) -> None:
    later = msgspec.structs.replace(ALARM, fired_at=T0 + 400, active_at=T0 + 390, cleared_at=0.0)
    put_alarm(stored, later)
    resting = msgspec.structs.replace(
        seat("P/3"), status="paused", reason="break", since=T0 + 350, paused_since=T0 + 350
    )
    here = place(stored)._replace(view=view(seats=(resting,)), now=T0 + 500)
    found = sheet_of(here, later.key)
    assert found is not None and found.over == 0.0
    (duty,) = found.duties
    assert (duty.seat, duty.complied_at, duty.overdue_s) == ("P/3", 0.0, 85)


def test_sheets_of_a_subject_out_of_scope_do_not_exist(stored: Engine) -> None:
    of_hot = Alarm("hot-wait", "queue:hot", T0 + 50, 1, T0 + 40, T0 + 60, plan="peak", level=0)
    put_alarm(stored, of_hot)
    assert sheet_of(place(stored), of_hot.key) is not None
    vip = Viewer(queues=frozenset(("vip",)))
    assert sheet_of(place(stored, viewer=vip), of_hot.key) is None
    assert of_hot.key not in [row.key for row in history(place(stored, viewer=vip), T0, T0 + 600)]
    seen = sheet_of(place(stored, viewer=vip), KEY)
    assert seen is not None and max(count for _, count in seen.curve) == 1  # the one call of vip


@pytest.mark.parametrize("key", ["", "x", "a/b/c", "incident/", "incident/x", "incident/99", "peak-1//1.000"])
def test_a_key_that_names_nothing(stored: Engine, key: str) -> None:
    assert sheet_of(place(stored), key) is None


def test_other_steps_of_the_same_time_are_told(stored: Engine) -> None:
    put_alarm(stored, Alarm("peak-2", "", T0 + 100, 1, T0 + 90, T0 + 130, plan="peak", level=2))
    put_alarm(stored, Alarm("peak-2", "", T0 - 900, 1, T0 - 999, T0 - 800, plan="peak", level=2))
    found = sheet_of(place(stored), KEY)
    assert found is not None and [(step.rule, step.level) for step in found.others] == [("peak-2", 2)]
    assert [m.at - T0 for m in found.moments if m.kind == "fired"] == [80, 100]
