"""Suspicious causes: named where the figures show them, silent where they do not."""

from pathlib import Path

import pytest

from ccfloor.kpi.causes import CAUSES, causes
from ccfloor.kpi.fields import PRESENCE
from ccfloor.kpi.load import load_catalogue
from ccfloor.ui.kpi_causes import cause_text
from ccfloor.ui.texts import texts

ROOT = Path(__file__).resolve().parents[3]
BOOK = load_catalogue("kpi.yaml", (ROOT / "data/kpi.yaml").read_text(encoding="utf-8")).kpis
CALM = {
    "queue.offered": 1000.0, "queue.answered": 970.0, "queue.handled": 970.0, "queue.abandoned": 30.0,
    "queue.abandoned_in_t": 25.0, "queue.short_abandoned": 5.0, "queue.wait_abandoned_ms": 30 * 40_000.0,
    "queue.refused_full": 0.0, "queue.refused_empty": 0.0, "queue.timed_out": 0.0, "queue.key_exit": 0.0,
    "queue.withdrawn": 0.0, "queue.left_empty": 0.0, "queue.lost": 0.0, "queue.rona": 10.0,
    "queue.talk_ms": 970 * 200_000.0, "queue.hold_ms": 970 * 10_000.0, "queue.acw_ms": 970 * 50_000.0,
    "queue.transferred_out": 20.0,
}  # fmt: skip


def ids(kpi: str, now: dict[str, float], before: dict[str, float] | None = None) -> list[str]:
    return [cause.id for cause in causes(BOOK[kpi], CALM | now, before or {})]


def test_a_calm_month_has_nothing_suspicious() -> None:
    assert [ids(kpi, {}, CALM) for kpi in BOOK] == [[] for _ in BOOK]


def test_a_month_without_any_figures_has_nothing_suspicious() -> None:
    assert [causes(kpi, {}, {}) for kpi in BOOK.values()] == [[] for _ in BOOK]


def seats(busy_h: float, free_h: float) -> dict[str, float]:
    told = {"agent.on_call_ms": busy_h * 3_600_000, "agent.ready_ms": free_h * 3_600_000}
    return dict.fromkeys(PRESENCE, 0.0) | told


def test_a_low_connect_rate_has_three_usual_reasons() -> None:
    """Too few seats, queues that refuse, a switch that loses calls."""
    assert ids("connect_rate_agent", seats(92, 8)) == ["too_few_seats"]
    assert ids("connect_rate_agent", {"queue.refused_full": 40.0}) == ["refused_full"]
    assert ids("connect_rate_agent", {"queue.lost": 30.0}) == ["switch_trouble"]
    assert ids("connect_rate_agent", seats(80, 20)) == []


def test_the_weightiest_cause_comes_first_with_its_numbers() -> None:
    now = CALM | seats(92, 8) | {"queue.refused_full": 50.0}
    first, second = causes(BOOK["connect_rate_agent"], now, {})
    assert (first.id, first.numbers["count"]) == ("refused_full", 50)
    assert first.numbers["share"] == pytest.approx(50 / 1050)
    assert (second.id, second.numbers["share"]) == ("too_few_seats", pytest.approx(0.92))


def test_where_nobody_tells_of_seats_long_waits_speak_for_them() -> None:
    assert ids("abandon_rate", {"queue.abandoned": 100.0, "queue.wait_abandoned_ms": 4e6}) == ["long_waits"]


def test_calls_that_went_missing_before_the_queue() -> None:
    lost = {"ivr.entries": 2000.0, "ivr.self_finished": 700.0}
    assert ids("connect_rate_in", lost) == ["lost_between"]
    assert ids("connect_rate_in", lost | {"ivr.self_finished": 950.0}) == []


@pytest.mark.parametrize(
    ("kpi", "now", "cause"),
    [
        ("connect_rate_agent", {"queue.refused_empty": 8.0, "queue.left_empty": 8.0}, "nobody_on_queue"),
        ("blocked_rate", {"trunk.busy": 20.0, "trunk.attempts": 1000.0}, "busy_lines"),
        ("ring3", {"queue.rona": 80.0}, "rona"),
        ("abandon_rate", {"queue.wait_abandoned_ms": 30 * 9000.0}, "impatient"),
        ("abandon_rate", {"queue.short_abandoned": 20.0}, "short_hang_ups"),
        ("fcr", {"queue.transferred_out": 200.0}, "transferred"),
        ("aht", {"queue.talk_ms": 970 * 260_000.0}, "longer_talk"),
        ("aht", {"queue.acw_ms": 970 * 70_000.0}, "longer_acw"),
        ("asa", {"queue.offered": 1300.0}, "surge"),
        ("asa", {"queue.talk_ms": 970 * 260_000.0}, "long_handling"),
    ],
)
def test_a_cause(kpi: str, now: dict[str, float], cause: str) -> None:
    assert ids(kpi, now, CALM) == [cause]


def test_growth_that_nobody_would_notice_is_none() -> None:
    assert ids("aht", {"queue.hold_ms": 970 * 12_000.0}, CALM) == []


def test_an_agents_handling_is_compared_with_his_own() -> None:
    before = {"agent.answered": 100.0, "agent.talk_ms": 2e7, "agent.hold_ms": 0.0, "agent.acw_ms": 4e6}
    now = before | {"agent.acw_ms": 6e6}
    assert [cause.id for cause in causes(BOOK["aht"], now, before)] == ["longer_acw"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_cause_has_words(lang: str) -> None:
    known = texts("zh" if lang == "zh" else "en")
    assert [cause for cause in CAUSES if f"kpi.cause.{cause}" not in known] == []


def test_a_cause_in_words_leaves_no_place_open() -> None:
    everything = CALM | seats(95, 5) | {
        "queue.refused_full": 50.0, "queue.left_empty": 50.0, "queue.lost": 50.0, "queue.rona": 200.0,
        "queue.short_abandoned": 20.0, "queue.wait_abandoned_ms": 30 * 9000.0, "queue.acw_ms": 9e7,
        "queue.transferred_out": 300.0, "trunk.busy": 50.0, "trunk.attempts": 100.0, "ivr.entries": 9000.0,
        "ivr.self_finished": 10.0, "queue.offered": 2000.0,
    }  # fmt: skip
    found = [cause for kpi in BOOK.values() for cause in causes(kpi, everything, CALM)]
    assert len({cause.id for cause in found}) > 10
    assert [
        said for cause in found if "{" in (said := cause_text(cause, "zh") + cause_text(cause, "en"))
    ] == []
    (full,) = causes(BOOK["connect_rate_agent"], CALM | {"queue.refused_full": 40.0}, {})
    assert cause_text(full, "zh") == "队列满员：拒入 40 通，占来电的 3.8%"
