"""Metrics against published figures, and what they say where nothing can be said."""

import json
from pathlib import Path

import pytest

from ccfloor.floor import metrics
from ccfloor.floor.metrics import Counts

ROWS = json.loads((Path(__file__).parents[2] / "fixtures" / "metric_fixtures.json").read_text("utf-8"))
BY_ID = {row["id"]: row for row in ROWS}


def test_the_four_published_formulas_and_the_short_abandon_one() -> None:
    given, expected = BY_ID["SL1"]["inputs"], BY_ID["SL1"]["expected"]
    c = Counts(
        answered=given["answered"],
        abandoned=given["abandoned"],
        answered_in_t=given["answered_within"],
        abandoned_in_t=given["abandoned_within"],
        short_abandoned=given["abandoned_short_5s"],
        short_in_t=given["abandoned_short_5s"],
    )
    assert metrics.service_level(c, "sl_positive") == pytest.approx(expected["positive"], abs=1e-12)
    assert metrics.service_level(c, "sl_answered") == pytest.approx(expected["answered_only"], abs=1e-12)
    assert metrics.service_level(c, "sl_negative") == pytest.approx(expected["negative"], abs=1e-12)
    assert metrics.service_level(c) == pytest.approx(expected["ignore_within"], abs=1e-12)


def test_the_switches_of_one_cloud() -> None:
    given, expected = BY_ID["SL3"]["inputs"], BY_ID["SL3"]["expected"]
    c = Counts(
        answered=given["answered"],
        abandoned=given["abandoned"],
        short_abandoned=given["short_abandoned"],
        short_in_t=given["short_abandoned"],
        answered_in_t=given["answered"] - given["answered_missed"],
        timed_out=given["flow_out"],
    )
    assert metrics.service_level(c, "sl_negative") == pytest.approx(
        expected["abandons_on_short_on_flow_off"], abs=1e-12
    )
    assert metrics.service_level(c, "sl_flow") == pytest.approx(expected["flow_on"], abs=1e-12)
    assert metrics.service_level(c, "sl_short") == pytest.approx(expected["short_off"], abs=1e-12)
    assert metrics.service_level(c, "sl_answered") == pytest.approx(expected["abandons_off"], abs=1e-12)


def test_what_the_switch_itself_prints() -> None:
    given, expected = BY_ID["SL4"]["inputs"], BY_ID["SL4"]["expected"]
    c = Counts(
        answered=given["completed"],
        abandoned=given["abandoned"],
        answered_in_t=given["completed_in_sl"],
        abandoned_in_t=given["abandoned_in_sl"],
    )
    assert round(100 * metrics.service_level(c, "sl_answered"), 1) == expected["ServicelevelPerf"]
    assert round(100 * metrics.service_level(c, "sl_positive"), 1) == expected["ServicelevelPerf2"]


def test_nothing_divided_by_nothing_is_nothing() -> None:
    empty = Counts()
    assert {metrics.service_level(empty, name) for name in metrics.SL_VARIANTS} == {None}
    ratios = (
        metrics.asa_s,
        metrics.aht_s,
        metrics.abandon_rate,
        metrics.connect_rate,
        metrics.abandon_time_s,
    )
    assert [formula(empty) for formula in ratios] == [None] * 5
    assert metrics.occupancy(0, 0) is None


def test_a_caller_beyond_t_is_missed_already_in_every_variant_but_the_answered_one() -> None:
    calm, late = Counts(answered=8, answered_in_t=8), Counts(answered=8, answered_in_t=8, over_t=2)
    for name in metrics.SL_VARIANTS:
        assert metrics.service_level(calm, name) == 1.0
        assert metrics.service_level(late, name) == (1.0 if name == "sl_answered" else 0.8)


def test_ewt_is_the_erlang_a_sum_and_falls_with_seats() -> None:
    assert metrics.expected_wait_s(1, 10, 180.0) == pytest.approx(18.0)
    assert metrics.expected_wait_s(2, 10, 180.0, 120.0) == pytest.approx(
        1 / (10 / 180) + 1 / (10 / 180 + 1 / 120)
    )
    assert metrics.expected_wait_s(3, 20, 180.0) < metrics.expected_wait_s(3, 10, 180.0)
    assert metrics.expected_wait_s(1, 0, 180.0) is None


def test_wait_buckets_take_their_upper_edge_in() -> None:
    assert [metrics.wait_bucket(wait) for wait in (0, 1, 5, 5.1, 600, 601)] == [0, 1, 1, 2, 13, 13]


def test_stored_order_and_names_agree() -> None:
    vector = list(range(len(metrics.FIELDS)))
    c = metrics.counts(vector, over_t=7)
    for name in (*metrics.COUNT_FIELDS, *metrics.SUM_FIELDS):
        assert getattr(c, name) == metrics.INDEX[name]
    assert c.over_t == 7
    assert metrics.add_vectors([vector, vector]) == [2 * value for value in vector]


def test_every_definition_speaks_both_languages() -> None:
    for name, said in metrics.DEFINITIONS.items():
        assert all((said.unit, said.zh, said.en, said.formula_zh, said.formula_en, said.source)), name
    assert set(metrics.SL_VARIANTS) <= set(metrics.DEFINITIONS)
