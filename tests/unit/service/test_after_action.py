"""The after-action sheet of a made-up peak, every figure of it reckoned by hand."""

import pytest

from ccfloor.floor.events import Outcome
from ccfloor.rules.model import When
from ccfloor.service.after_action import Sheet, build
from ccfloor.service.after_curve import stretches, waiting_curve, worst
from ccfloor.service.incidents import IncidentRow
from ccfloor.service.plan_notes import Note
from tests.fakes.small_peak import ALARM, CALLS, CONFIG, KEY, NOTES, RULE, T0, call, material


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return build(material(), CONFIG)


def after(pairs: object) -> list[tuple[float, ...]]:
    """Instants as seconds after T0."""
    return [tuple(value - T0 for value in pair) for pair in pairs]  # type: ignore[attr-defined]


def test_the_curve_is_the_calls_step_by_step(sheet: Sheet) -> None:
    steps = [(at - T0, waiting) for at, waiting in sheet.curve]
    assert steps == [
        (-1780, 0), (10, 1), (20, 2), (30, 3), (50, 2), (70, 1), (75, 2), (120, 1), (150, 0),
        (160, 1), (165, 0),
    ]  # fmt: skip
    assert sheet.worst == 3
    assert [(level, name.en) for level, name in sheet.levels] == [(2.0, "Level 1")]


def test_held_dips_and_firing_stretches(sheet: Sheet) -> None:
    assert after(sheet.held) == [(20, 70), (75, 80)]
    assert after(sheet.dips) == [(70, 75)]
    assert after(sheet.on) == [(80, 120)]
    assert after(sheet.blind) == [(60, 64)] and sheet.blind_s == 4


def test_who_followed_the_order_and_when(sheet: Sheet) -> None:
    first, second = sheet.duties
    assert (first.agent, first.agent_en, first.kind, first.item) == ("韦杰", "J. Wei", "break", "breaks")
    told = first.since, first.ordered_at, first.due_at, first.complied_at
    assert after([told]) == [(-100, 80, 95, 100)] and first.overdue_s == 5
    assert (second.agent, second.complied_at) == ("孙浩", 0.0)
    assert after([(second.since, second.due_at)]) == [(110, 110)] and second.overdue_s == 30
    assert sheet.tally == (0, 1, 1, 30.0, 35.0)


def test_service_level_and_what_was_lost(sheet: Sheet) -> None:
    by_name = {part.name: part for part in sheet.figures}
    assert list(by_name) == ["before", "build", "during", "after"]
    before = by_name["before"]  # one caller, answered after 40 s
    assert (before.offered, before.answered, before.answered_in_t, before.service_level) == (1, 1, 0, 0.0)
    build_up = by_name["build"]  # entered at 20 (gave up after 50 s), 30 and 75: none answered within 20 s
    assert (build_up.offered, build_up.answered, build_up.abandoned) == (3, 2, 1)
    assert build_up.target == pytest.approx((0.8 + 0.9 + 0.8) / 3)
    assert build_up.lost == pytest.approx(0.8 + 0.9 + 0.8)
    during = by_name["during"]  # only the refused one entered: nothing to divide by
    assert (during.offered, during.service_level, during.target, during.lost) == (0, None, None, None)
    afterwards = by_name["after"]
    assert (afterwards.offered, afterwards.answered_in_t, afterwards.service_level) == (1, 1, 1.0)
    assert afterwards.lost == 0.0


GOLDEN = """
20 active Level 1
60 blind
64 sighted
80 fired Level 1
81 notice dingtalk first/sent
85 acked 周岚
90 tick 周岚 Announce it
95 command 周岚 X. Li unpause/done 结束休息
99 command lead H. Sun pause/refused 手动
130 note 周岚 =已电话通知
140 cleared Level 1
"""


def test_the_timeline_tells_everything_once_in_order(sheet: Sheet) -> None:
    lines = [
        " ".join(filter(None, (f"{m.at - T0:g}", m.kind, m.who, m.about.en, m.code, m.text)))
        for m in sheet.moments
    ]
    assert "\n".join(lines) == GOLDEN.strip()


def test_the_rule_that_fired_with_version_and_reading(sheet: Sheet) -> None:
    step = sheet.step
    assert step is not None
    assert (step.version, step.valid_from, step.acked_by, step.acked_at) == (3, T0 - 86_400, "周岚", T0 + 85)
    assert "不超过 10 秒" in step.reading.zh and "a dip" in step.reading.en
    assert step.source == RULE.source and step.threshold == 2


def test_one_that_still_fires_ends_now() -> None:
    alarm = type(ALARM)(**{name: getattr(ALARM, name) for name in ALARM.__struct_fields__})
    alarm.cleared_at = 0.0
    given = material()
    fired = given.fired._replace(alarm=alarm) if given.fired else None
    waiting = [*CALLS, call(9, "hot", 100, 0, Outcome.WAITING), call(10, "hot", 119, 0, Outcome.WAITING)]
    found = build(given._replace(fired=fired, calls=waiting, now=T0 + 125), CONFIG)
    assert found.over == 0.0 and found.end == T0 + 125
    during = found.figures[-1]
    # One of the two waits longer than 20 s: it is missed already; the other is in neither.
    assert (during.name, during.offered, during.waiting, during.service_level) == ("during", 2, 2, 0.0)
    assert [duty.complied_at - T0 for duty in found.duties if duty.complied_at] == [100]
    assert found.duties[1].overdue_s == 15


def test_an_incident_has_a_sheet_without_a_rule() -> None:
    incident = IncidentRow(4, "network", "专线中断", T0 + 15, T0 + 30, "周岚", T0 + 100, "周岚", "已切换")
    notes = [
        Note(1, "incident/4", T0 + 30, "周岚", "note", "declared", "专线中断"),
        Note(2, "incident/4", T0 + 60, "周岚", "report", "", "报告"),
    ]
    given = material(key="incident/4", fired=None, incident=incident, others=[material().fired])
    found = build(given._replace(notes=[*notes, *NOTES]), CONFIG)
    assert found.step is None and found.incident == incident and not found.duties and not found.held
    assert [part.name for part in found.figures] == ["before", "during", "after"]
    kinds = [(m.at - T0, m.kind) for m in found.moments]
    assert (30, "declared") in kinds and (60, "report") in kinds and (80, "fired") in kinds
    assert [step.key for step in found.others] == [KEY]


def test_neither_alarm_nor_incident() -> None:
    with pytest.raises(ValueError, match="neither"):
        build(material(fired=None), CONFIG)


def test_a_rule_version_that_is_no_longer_stored_leaves_the_rest() -> None:
    given = material()
    found = build(given._replace(fired=given.fired._replace(rule=None) if given.fired else None), CONFIG)
    assert found.step is not None and found.step.name.zh == "peak-1" and found.step.threshold is None
    assert not found.duties and not found.held and found.figures and found.curve


def test_the_curve_of_some_queues_and_a_part_of_the_time() -> None:
    assert waiting_curve(CALLS, T0 + 40, T0 + 110, {"vip"}) == [(T0 + 40, 1)]
    assert waiting_curve(CALLS, T0 + 60, T0 + 80) == [(T0 + 60, 2), (T0 + 70, 1), (T0 + 75, 2)]
    assert waiting_curve([], T0, T0 + 1) == [(T0, 0)]


def test_stretches_of_a_condition_that_looks_down() -> None:
    curve = [(0.0, 5), (10.0, 1), (20.0, 5)]
    low = When(metric="ready", at_most=1)
    assert stretches(curve, low, 0, 30) == [(10.0, 20.0)]
    assert stretches(curve, low, 0, 30, met=False) == [(0, 10.0), (20.0, 30)]
    assert worst(curve, 12, 15) == 1 and worst(curve, 12, 30) == 5 and worst([], 0, 1) is None
