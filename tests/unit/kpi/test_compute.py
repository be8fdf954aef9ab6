"""KPIs from sums: golden numbers, hand-computed ones, and what no figures may break."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.floor import metrics
from ccfloor.kpi import datasets
from ccfloor.kpi.compute import compute, needs
from ccfloor.kpi.fields import GREATEST, PRESENCE, RING_CADENCE_MS, add
from ccfloor.kpi.load import OWN, load_catalogue, ratios
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import KINDS, Kind

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = json.loads((ROOT / "tests/fixtures/metric_fixtures.json").read_text(encoding="utf-8"))
BOOK = load_catalogue("kpi.yaml", (ROOT / "data/kpi.yaml").read_text(encoding="utf-8")).kpis
KNOWN = sorted({field for kpi in BOOK.values() for _, ratio in ratios(kpi) for field in ratio.fields})
CASES = [
    (kpi, kind, variant)
    for kpi in BOOK.values()
    if not kpi.now
    for kind in kpi.scopes
    for variant in (one.id for one in kpi.variants)
] + [(kpi, kind, "") for kpi in BOOK.values() if not kpi.now for kind in kpi.scopes]


def golden(name: str) -> dict[str, dict[str, float]]:
    return next(item for item in GOLDEN if item["id"] == name)


def value(name: str, figures: dict[str, float], kind: Kind = "site", variant: str = "") -> float | None:
    return compute(BOOK[name], figures, kind, variant).value


def all_fields(value: float) -> dict[str, float]:
    return dict.fromkeys(sorted(OWN | set(datasets.FIELDS)), value)


# -- golden numbers ----------------------------------------------------------------------------------


def sl1() -> dict[str, float]:
    told = golden("SL1")["inputs"]
    return {
        "queue.answered": told["answered"],
        "queue.abandoned": told["abandoned"],
        "queue.answered_in_t": told["answered_within"],
        "queue.abandoned_in_t": told["abandoned_within"],
        "queue.short_abandoned": told["abandoned_short_5s"],
        "queue.short_in_t": told["abandoned_short_5s"],
    }


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("sl_positive", "positive"),
        ("sl_answered", "answered_only"),
        ("sl_negative", "negative"),
        ("sl_ignore_T", "ignore_within"),
    ],
)
def test_service_levels_of_one_day_are_those_of_the_golden_page(variant: str, expected: str) -> None:
    found = value("service_level", sl1(), "queue", variant)
    assert found == pytest.approx(golden("SL1")["expected"][expected], abs=1e-12)


def test_switches_of_the_service_level_give_the_golden_numbers() -> None:
    told, expected = golden("SL3")["inputs"], golden("SL3")["expected"]
    figures = {
        "queue.answered": told["answered"],
        "queue.answered_in_t": told["answered"] - told["answered_missed"],
        "queue.abandoned": told["abandoned"],
        "queue.abandoned_in_t": 0.0,
        "queue.short_abandoned": told["short_abandoned"],
        "queue.timed_out": told["flow_out"],
        "queue.key_exit": 0.0,
        "queue.withdrawn": 0.0,
        "queue.left_empty": 0.0,
    }
    assert value("service_level", figures, "queue", "sl_flow") == pytest.approx(expected["flow_on"])
    assert value("service_level", figures, "queue", "sl_short") == pytest.approx(expected["short_off"])
    assert value("service_level", figures, "queue", "sl_answered") == pytest.approx(expected["abandons_off"])


def test_late_and_longer_is_three_quarters_adherent_and_wholly_conformant() -> None:
    hour = 3_600_000.0
    figures = {
        "seats.scheduled_ms": hour,
        "seats.adherent_ms": hour * 3 / 4,
        "seats.worked_scheduled_ms": hour,
    }
    assert value("adherence", figures, "agent") == golden("AD1")["expected"]["adherence"]
    assert value("conformance", figures, "agent") == golden("AD1")["expected"]["conformance"]


# -- numbers by hand ---------------------------------------------------------------------------------

DAY = {
    "queue.offered": 200.0,
    "queue.answered": 170.0,
    "queue.abandoned": 20.0,
    "queue.short_abandoned": 4.0,
    "queue.timed_out": 6.0,
    "queue.key_exit": 2.0,
    "queue.withdrawn": 0.0,
    "queue.left_empty": 1.0,
    "queue.lost": 1.0,
    "queue.refused_full": 8.0,
    "queue.refused_empty": 2.0,
    "queue.transferred_out": 17.0,
    "queue.handled": 160.0,
    "queue.rona": 30.0,
    "queue.wait_answered_ms": 3_400_000.0,
    "queue.wait_abandoned_ms": 800_000.0,
    "queue.talk_ms": 32_000_000.0,
    "queue.hold_ms": 1_600_000.0,
    "queue.acw_ms": 8_000_000.0,
    "queue.ring_ms": 1_700_000.0,
    "queue.max_wait_ms": 95_500.0,
    "calls.held": 40.0,
    "calls.known": 160.0,
    "calls.repeat_24h": 24.0,
    "calls.repeat_48h": 32.0,
    "calls.repeat_7d": 48.0,
    "calls.answered_known": 150.0,
    "calls.again_7d": 30.0,
    "calls.queued": 120.0,
    "calls.queued_wait_ms": 4_200_000.0,
    "calls.in_15s": 100.0,
    "ivr.entries": 400.0,
    "ivr.self_finished": 150.0,
    "trunk.busy": 10.0,
    "trunk.attempts": 500.0,
    "complaints.verified": 2.0,
    "cost.total": 680.0,
    "hr.leavers": 3.0,
    "hr.headcount": 120.0,
}


@pytest.mark.parametrize(
    ("name", "variant", "expected"),
    [
        ("connect_rate_in", "", (150 + 170) / 400),
        ("connect_rate_agent", "", 170 / 200),
        ("answered_pct", "", 170 / 200),
        ("loss_rate", "", 40 / 210),
        ("loss_rate", "loss_trunk", 50 / 220),
        ("abandoned", "", 20),
        ("abandoned", "ab_long", 16),
        ("abandon_rate", "", 20 / 190),
        ("abandon_rate", "ab_long", 16 / 186),
        ("abandon_rate", "ab_flow", 20 / 199),
        ("abandon_time", "", 40.0),
        ("blocked_rate", "", 0.02),
        ("ivr_contain", "", 0.375),
        ("asa", "", 20.0),
        ("queue_time", "", 35.0),
        ("queued_rate", "", 0.6),
        ("longest_wait", "", 95.5),
        ("answer_15s", "", 0.5),
        ("rings", "", 2.0),
        ("rona", "", 0.15),
        ("talk", "", 200.0),
        ("hold", "", 40.0),
        ("hold", "hold_all", 10.0),
        ("acw", "", 50.0),
        ("aht", "", 260.0),
        ("transfer_rate", "", 0.1),
        ("repeat_rate", "", 0.15),
        ("repeat_rate", "repeat_7d", 0.3),
        ("fcr", "", 0.8),
        ("complaint_rate", "", 2 / 170),
        ("cost_per_call", "", 4.0),
        ("turnover", "", 0.3),
    ],
)
def test_a_day_by_hand(name: str, variant: str, expected: float) -> None:
    assert value(name, DAY, "site", variant) == pytest.approx(expected)


def seat(**ms: float) -> dict[str, float]:
    return dict.fromkeys(PRESENCE, 0.0) | {f"agent.{name}_ms": told for name, told in ms.items()}


def test_time_in_status_by_hand() -> None:
    hour = 3_600_000.0
    figures = seat(on_call=4 * hour, wrap_up=hour, ready=hour, busy=hour / 2, meal=hour, other_pause=hour / 2)
    figures |= {"agent.answered": 70.0, "agent.answered_present": 64.0, "hr.paid_h": 8.0}
    assert value("occupancy", figures, "agent") == pytest.approx(5 / 6)
    assert value("busy_ratio", figures, "agent") == pytest.approx(0.5 / 8)
    assert value("calls_per_hour", figures, "agent") == pytest.approx(8.0)
    assert value("utilisation", figures, "agent") == pytest.approx(6 / 8)


def test_who_has_no_roster_adds_nothing_to_utilisation_by_roster() -> None:
    hour = 3_600_000.0
    figures = seat(ready=200 * hour) | {"seats.scheduled_ms": 8 * hour, "seats.productive_ms": 6 * hour}
    assert value("utilisation", figures, "site") == pytest.approx(6 / 8)


def test_of_agents_a_kpi_takes_the_fields_that_agents_have() -> None:
    figures = {
        "agent.answered": 10.0,
        "agent.talk_ms": 1_500_000.0,
        "agent.hold_ms": 100_000.0,
        "agent.acw_ms": 400_000.0,
        "agent.rona": 2.0,
        "calls.wait_answered_ms": 150_000.0,
        "calls.answered": 10.0,
        "calls.answered_in_t": 8.0,
    }
    assert value("aht", figures, "agent") == pytest.approx(200.0)
    assert value("talk", figures, "team") == pytest.approx(150.0)
    assert value("asa", figures, "agent") == pytest.approx(15.0)
    assert value("service_level", figures, "agent", "sl_negative") == pytest.approx(0.8)
    assert value("rona", figures, "agent") == pytest.approx(2 / 12)
    assert value("answered", figures, "agent") == 10


def test_the_metrics_of_the_floor_are_the_ones_computed() -> None:
    """A KPI that is a metric says what the wall and ``ccfloor metrics`` say."""
    c = metrics.Counts(
        **{name[6:]: int(told) for name, told in DAY.items() if name[6:] in metrics.Counts._fields}
    )
    assert value("connect_rate_agent", DAY) == metrics.connect_rate(c)
    assert value("abandon_rate", DAY) == metrics.abandon_rate(c)
    assert value("abandon_rate", DAY, "site", "ab_long") == metrics.abandon_rate_long(c)
    assert value("asa", DAY) == metrics.asa_s(c)
    assert value("abandon_time", DAY) == metrics.abandon_time_s(c)
    assert value("aht", DAY) == metrics.aht_s(c)
    assert [one.id for one in BOOK["service_level"].variants] == list(metrics.SL_VARIANTS)


def test_a_ring_is_the_one_of_the_catalogue() -> None:
    assert BOOK["rings"].ratio is not None
    assert BOOK["rings"].ratio.times == pytest.approx(1 / RING_CADENCE_MS)


# -- what is missing, and what is nothing ------------------------------------------------------------


def test_missing_data_are_named_and_never_a_nought() -> None:
    found = compute(BOOK["connect_rate_in"], {"queue.answered": 5.0})
    assert (found.value, found.missing) == (None, ("ivr.self_finished", "ivr.entries"))
    assert compute(BOOK["csat"], DAY).missing == ("survey.satisfied", "survey.rated")


def test_figures_of_a_log_of_calls_tell_nothing_of_presence() -> None:
    found = compute(BOOK["occupancy"], seat(), "agent")
    assert found.value is None
    assert "agent.ready_ms" in found.missing
    assert compute(BOOK["calls_per_hour"], seat() | {"agent.answered": 9.0}, "agent").missing


def test_beside_an_import_the_calls_of_its_days_alone_are_counted() -> None:
    """The trap: the IVR's totals of ten days beside the calls of the whole month."""
    ten_days = DAY | {"queue.answered@ivr.entries": 90.0}
    assert value("connect_rate_in", ten_days) == pytest.approx((150 + 90) / 400)
    assert value("connect_rate_agent", ten_days) == pytest.approx(170 / 200)
    assert needs(BOOK["connect_rate_in"]) == ("ivr.self_finished", "queue.answered", "ivr.entries")


def test_of_two_sources_the_one_with_data_counts() -> None:
    roster, hr = {"seats.present": 9.0, "seats.rostered": 10.0}, {"hr.present": 8.0, "hr.rostered": 10.0}
    assert value("attendance", roster) == 0.9
    assert value("attendance", hr, "site", "by_roster") == 0.8
    assert value("attendance", roster | hr) == 0.9
    assert compute(BOOK["attendance"], {}).missing == ("seats.present", "seats.rostered")


def test_a_kpi_of_this_moment_has_no_month() -> None:
    assert compute(BOOK["waiting_now"], DAY) == ((None, None, None, (), None))


@pytest.mark.parametrize(("kpi", "kind", "variant"), CASES, ids=lambda case: getattr(case, "id", case))
def test_nothing_to_divide_by_is_no_value(kpi: Kpi, kind: Kind, variant: str) -> None:
    """With all fields 0 a share is unknown, not 0 and not 100 %; a count is 0."""
    figures = all_fields(0.0) | {"agent.unknown_ms": 1.0, "agent.meal_ms": 0.0}
    found = compute(kpi, figures, kind, variant)
    counted = kpi.ratio is not None and not kpi.ratio.under
    assert found.value == (0 if counted else None)
    assert not found.missing or set(found.missing) <= set(PRESENCE)


@pytest.mark.parametrize(("kpi", "kind", "variant"), CASES, ids=lambda case: getattr(case, "id", case))
def test_every_field_that_is_needed_is_missed_when_it_is_absent(kpi: Kpi, kind: Kind, variant: str) -> None:
    asked = needs(kpi, kind, variant)
    assert asked
    if kpi.either:
        return  # another source steps in
    for field in asked:
        figures = {name: 1.0 for name in asked if name != field}
        assert field in compute(kpi, figures, kind, variant).missing


# -- aggregates are ratios of sums -------------------------------------------------------------------

NUMBERS = st.floats(0, 1e7).map(lambda number: float(int(number)))
SOME = st.lists(
    st.fixed_dictionaries(dict.fromkeys(sorted(OWN | set(datasets.FIELDS)), NUMBERS)), min_size=1, max_size=4
)


@given(parts=SOME, case=st.sampled_from(CASES))
def test_the_kpi_of_a_sum_is_the_ratio_of_the_sums(
    parts: list[dict[str, float]], case: tuple[Kpi, Kind, str]
) -> None:
    kpi, kind, variant = case
    if set(needs(kpi, kind, variant)) & set(GREATEST):
        return
    each = [compute(kpi, part, kind, variant) for part in parts]
    whole = compute(kpi, add(list(parts)), kind, variant)
    if any(one.missing for one in each):
        return  # a part without any presence
    assert whole.over == pytest.approx(sum(one.over or 0 for one in each), rel=1e-9, abs=1e-6)
    if whole.under is None:
        assert whole.value == whole.over
        return
    assert whole.under == pytest.approx(sum(one.under or 0 for one in each), rel=1e-9, abs=1e-6)
    assert whole.value == (whole.over / whole.under if whole.under > 0 else None)


def test_a_mean_of_ratios_is_not_the_month() -> None:
    """The trap: a quiet perfect day and a busy poor one."""
    quiet, busy = (
        {"survey.satisfied": 2.0, "survey.rated": 2.0},
        {"survey.satisfied": 30.0, "survey.rated": 98.0},
    )
    assert value("csat", add([quiet, busy])) == pytest.approx(0.32)


def test_the_longest_wait_of_two_days_is_the_longer_one() -> None:
    assert value("longest_wait", add([{"queue.max_wait_ms": 9000.0}, {"queue.max_wait_ms": 4000.0}])) == 9.0


# -- the catalogue -----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", KNOWN)
def test_every_field_is_told_by_the_floor_or_by_an_import(field: str) -> None:
    assert field in OWN or field in datasets.FIELDS


def test_every_kpi_computes_where_it_says_it_does() -> None:
    figures = all_fields(1.0)
    for kpi, kind, variant in CASES:
        found = compute(kpi, figures, kind, variant)
        assert found.value is not None and not found.missing, (kpi.id, kind, variant)


def test_of_teams_and_agents_no_kpi_asks_for_fields_of_queues() -> None:
    for kpi, kind, variant in CASES:
        if kind in ("team", "agent"):
            asked = [field for field in needs(kpi, kind, variant) if field.startswith("queue.")]
            assert not asked, (kpi.id, kind, variant)


def test_of_queues_no_kpi_asks_for_fields_of_agents() -> None:
    for kpi, kind, variant in CASES:
        if kind == "queue":
            asked = [field for field in needs(kpi, kind, variant) if field.startswith(("agent.", "seats."))]
            assert not asked, (kpi.id, variant)


def test_the_catalogue_is_whole() -> None:
    assert len(BOOK) == 76
    assert {kind for kpi in BOOK.values() for kind in kpi.scopes} == set(KINDS)
    groups = {"calls", "waiting", "handling", "presence", "quality", "voice", "people", "money"}
    assert {kpi.group for kpi in BOOK.values()} == groups
