"""Erlang B, C and A against figures of 40 digits, against plain sums, and at the edges."""

import json
from collections.abc import Callable
from math import exp, expm1, fsum, inf, isfinite, sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from ccfloor.floor.metrics import SL_VARIANTS
from ccfloor.staffing import erlang
from ccfloor.staffing.erlang import Demand, Steady, erlang_a, erlang_b, erlang_c, loss_table, queue_tail
from ccfloor.staffing.required import Aim, required

ROWS = json.loads(Path(__file__).with_name("erlang_reference.json").read_text("utf-8"))["rows"]
LEVELS = {
    "sl_answered_over_offered": "sl_negative",
    "sl_answered_over_answered": "sl_answered",
    "sl_excl_abandon_within_T": "sl_ignore_T",
    "sl_positive": "sl_positive",
}


class Case(NamedTuple):
    """A queue in balance, and what it was asked for."""

    demand: Demand
    found: Steady
    limit: float

    def level(self, variant: str) -> float:
        """A service level that is there."""
        level = self.found.levels[variant]
        assert level is not None
        return level

    def tail(self, at_least: int) -> float:
        """P(Q >= k)."""
        return queue_tail(self.demand, self.found.seats, at_least)


FIGURES: dict[str, Callable[[Case], float | None]] = {
    "p_wait": lambda case: case.found.waiting,
    "p_abandon": lambda case: case.found.abandoned,
    "occupancy": lambda case: case.found.occupancy,
    "mean_queue": lambda case: case.found.queue,
    "mean_wait_all_s": lambda case: case.found.wait_s,
    "asa_served_s": lambda case: case.found.asa_s,
    "asa_s": lambda case: case.found.asa_s,
    "service_level": lambda case: case.found.levels["sl_ignore_T"],
    "mean_wait_of_delayed_s": lambda case: case.found.wait_s / case.found.waiting,
    "mean_queue_given_queue": lambda case: case.found.queue / case.tail(1),
    "abandoned_within_T": lambda case: 1 - case.found.beyond - case.level("sl_negative"),
    "virtual_wait_le_T": lambda case: 1 - case.found.beyond * exp(case.limit / case.demand.patience_s),
    "p_queue_ge_8": lambda case: case.tail(8),
    "p_queue_ge_16": lambda case: case.tail(16),
    **{name: lambda case, to=to: case.level(to) for name, to in LEVELS.items()},
}


def _demand(given: dict[str, str]) -> Demand:
    rate = float(given["calls"]) / float(given["interval_s"])
    return Demand(rate, float(given["aht_s"]), float(given.get("patience_s", inf)))


def _rows(*models: str) -> list[Any]:
    return [
        pytest.param(row["inputs"], row["expected"], id=row["id"]) for row in ROWS if row["model"] in models
    ]


@pytest.mark.parametrize(("given", "expected"), _rows("B"))
def test_the_loss_formula_to_one_part_in_a_thousand_million(given: Any, expected: Any) -> None:
    load, seats = float(given["A"]), int(given["n"])
    assert erlang_b(load, seats) == pytest.approx(float(expected["blocking"]), rel=1e-9)
    assert erlang.carried(load, seats) == pytest.approx(float(expected["carried"]), rel=1e-9)


@pytest.mark.parametrize(("load", "seats"), [(float("nan"), 3), (inf, 3), (-1.0, 3), (3.0, -1)])
def test_a_load_or_seats_that_cannot_be_are_refused(load: float, seats: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        erlang_b(load, seats)


def test_whoever_is_said_to_have_no_patience_at_all_is_not_known_to_leave() -> None:
    told = [Demand(1, 100, patience) for patience in (0.0, inf)]
    assert len({erlang.wait_quantile_s(5, 3, one, 0.9) for one in told}) == 1
    assert len({erlang.wait_at_position_s(5, 3, one) for one in told}) == 1


@pytest.mark.parametrize(("given", "expected"), _rows("A", "C"))
def test_every_figure_of_a_queue_to_one_part_in_a_thousand_million(given: Any, expected: Any) -> None:
    demand, limit = _demand(given), float(given["threshold_s"])
    case = Case(demand, erlang_a(demand, int(given["n"]), limit), limit)
    for name, figure in expected.items():
        assert FIGURES[name](case) == pytest.approx(float(figure), rel=1e-9), name


@pytest.mark.parametrize(("given", "expected"), _rows("RC", "RA"))
def test_the_fewest_seats_as_published(given: Any, expected: Any) -> None:
    variant = LEVELS.get(given.get("variant", ""), "sl_ignore_T")
    aim = Aim(float(given["target"]), float(given["threshold_s"]), variant)
    found = required(_demand(given), aim)
    assert found.seats == int(expected["n_min"])
    assert found.steady is not None
    assert found.steady.levels[variant] == pytest.approx(float(expected["service_level"]), rel=1e-9)


def _summed(demand: Demand, seats: int) -> tuple[float, float, float]:
    """P(W > 0), P(ab) and P(Q >= 5) by summing the states one by one."""
    calls = demand.rate * demand.patience_s
    line = np.arange(1.0, calls + 40 * sqrt(calls) + 400)  # longer it is never
    down = np.concatenate(
        (np.arange(1.0, seats + 1) / demand.aht_s, seats / demand.aht_s + line / demand.patience_s)
    )
    weights = np.concatenate(([0.0], np.cumsum(np.log(demand.rate / down))))
    states = np.exp(weights - weights.max())
    states /= fsum(states)
    queue = fsum(line * states[seats + 1 :])
    return fsum(states[seats:]), queue / calls, fsum(states[seats + 5 :])


@pytest.mark.parametrize("patience", [2.0, 45.0, 600.0, 20_000.0])
@pytest.mark.parametrize("share", [0.05, 0.7, 0.99, 1.0, 1.2, 4.0])
@pytest.mark.parametrize("seats", [1, 6, 60])
def test_integrals_and_plain_sums_agree(patience: float, share: float, seats: int) -> None:
    demand = Demand(share * seats / 240, 240, patience)
    waiting, abandoned, five = _summed(demand, seats)
    found = erlang_a(demand, seats)
    assert found.waiting == pytest.approx(waiting, rel=1e-10)
    assert found.abandoned == pytest.approx(abandoned, rel=1e-10)
    assert queue_tail(demand, seats, 5) == pytest.approx(five, rel=1e-9)


def test_parts_of_all_callers_add_up_to_all() -> None:
    found = erlang_a(Demand(0.3, 200, 60), 55, 30)
    case = Case(Demand(0.3, 200, 60), found, 30)
    answered = case.level("sl_negative") / case.level("sl_answered")
    assert answered + found.abandoned == pytest.approx(1, abs=1e-14)
    assert found.wait_s == pytest.approx(60 * found.abandoned, rel=1e-14)  # Palm
    assert found.queue == pytest.approx(0.3 * found.wait_s, rel=1e-14)  # Little


# -- edges -------------------------------------------------------------------------------------------


def test_with_nobody_there_everybody_leaves() -> None:
    found = erlang_a(Demand(0.1, 300, 60), 0, 20)
    assert (found.waiting, found.abandoned, found.wait_s, found.queue) == (1, 1, 60, 6)
    assert found.levels["sl_answered"] is None and found.asa_s is None and found.occupancy is None
    assert found.levels["sl_ignore_T"] == 0
    assert found.levels["sl_positive"] == pytest.approx(-expm1(-1 / 3))
    # calls that wait: as many as arrive in one patience, Poisson
    assert queue_tail(Demand(0.1, 300, 60), 0, 1) == pytest.approx(-expm1(-6.0))


def test_without_calls_a_caller_would_be_answered_at_once() -> None:
    for patience in (1.0, 60.0, inf):
        found = erlang_a(Demand(0.0, 300, patience), 3)
        assert (found.waiting, found.abandoned, found.asa_s, found.queue, found.occupancy) == (0, 0, 0, 0, 0)
        assert set(found.levels.values()) == {1.0}
        assert queue_tail(Demand(0.0, 300, patience), 3, 1) == 0


def test_too_few_seats_for_endless_patience_never_balance() -> None:
    for seats in (0, 1, 9, 10):
        found = erlang_c(Demand(1 / 30, 300), seats)
        assert (found.waiting, found.wait_s, found.asa_s, found.queue) == (1, inf, inf, inf)
        assert set(found.levels.values()) == {0.0}
        assert queue_tail(Demand(1 / 30, 300), seats, 1000) == 1
    assert erlang_c(Demand(1 / 30, 300), 10).occupancy == 1
    assert erlang_c(Demand(1 / 30, 300), 0).occupancy is None


def test_a_threshold_of_0_asks_who_did_not_wait() -> None:
    for patience in (30.0, inf):
        found = erlang_a(Demand(0.05, 180, patience), 11, 0)
        assert found.beyond == found.waiting
        assert found.levels["sl_negative"] == pytest.approx(1 - found.waiting, rel=1e-12)


@pytest.mark.parametrize("patience", [1.0, 60.0, 1e6, inf])
@pytest.mark.parametrize("seats", [9_000, 10_000, 10_050, 11_000])
def test_ten_thousand_erlangs(patience: float, seats: int) -> None:
    demand = Demand(10_000 / 300, 300, patience)
    found = erlang_a(demand, seats, 20)
    calm = seats > 10_000 or patience < inf
    assert 0 <= found.waiting <= 1 and 0 <= found.abandoned <= 1
    assert isfinite(found.wait_s) is calm and isfinite(found.queue) is calm
    assert found.abandoned >= 1 - seats / 10_000 - 1e-12 or patience == inf  # who cannot be served leaves
    assert all(level is not None and 0 <= level <= 1 for level in found.levels.values())


def test_a_part_of_a_call_and_a_very_long_tail() -> None:
    assert 0 < erlang_a(Demand(1e-9, 300, 60), 1).abandoned < 1e-6
    assert queue_tail(Demand(0.05, 180, 90), 12, 0) == 1
    assert 0 <= queue_tail(Demand(0.05, 180, 90), 12, 10_000) < 1e-300
    assert queue_tail(Demand(5.0, 300, 1e6), 30, 1_000_000) == pytest.approx(1)  # 4.9 million wait on average


@pytest.mark.parametrize(
    ("demand", "seats", "limit"),
    [
        (Demand(-0.1, 300, 60), 5, 20),
        (Demand(float("nan"), 300, 60), 5, 20),
        (Demand(inf, 300, 60), 5, 20),
        (Demand(0.1, 0, 60), 5, 20),
        (Demand(0.1, 300, 0), 5, 20),
        (Demand(0.1, 300, float("nan")), 5, 20),
        (Demand(0.1, 300, 60), -1, 20),
        (Demand(0.1, 300, 60), 5, -1),
        (Demand(0.1, 300, 60), 5, inf),
    ],
)
def test_what_cannot_be_is_refused(demand: Demand, seats: int, limit: float) -> None:
    with pytest.raises(ValueError, match="is"):
        erlang_a(demand, seats, limit)


# -- many at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", erlang.LEVELS)
def test_the_table_has_the_figures_of_one_queue(variant: str) -> None:
    rates, patience = [0.0, 0.004, 0.05, 0.31], [5.0, 45.0, 300.0, inf]
    table = loss_table(rates, 200, patience, 15, 70, variant)
    for row, load in enumerate(zip(rates, patience, strict=True)):
        for seats in range(71):
            one = erlang_a(Demand(load[0], 200, load[1]), seats, 15)
            assert table.abandoned[row, seats] == pytest.approx(one.abandoned, rel=1e-9, abs=1e-300)
            assert table.level[row, seats] == pytest.approx(one.levels[variant] or 0.0, rel=1e-9)
            assert table.wait_s[row, seats] == pytest.approx(one.wait_s, rel=1e-9, abs=1e-300)


def test_a_table_of_thousands_of_cells_is_the_same_cut_in_parts() -> None:
    rates = np.linspace(0.0, 0.4, 60)
    whole = loss_table(rates, 200, 60, 20, 90)
    for place in (0, 7, 59):
        alone = loss_table(rates[place], 200, 60, 20, 90)
        assert np.array_equal(whole.level[place], alone.level[0])
    assert whole.level.shape == (60, 91)


def test_the_variants_are_those_of_the_wall() -> None:
    assert set(erlang.LEVELS) <= set(SL_VARIANTS)
    with pytest.raises(KeyError):
        loss_table(0.1, 200, 60, 20, 5, "sl_flow")


# -- the caller at a position ------------------------------------------------------------------------


def test_half_of_those_at_a_position_wait_less_than_the_median() -> None:
    rng = np.random.default_rng(5)
    for patience in (40.0, 1e5, inf):
        demand = Demand(0.1, 240, patience)
        leave = 0.0 if patience == inf else 1 / patience
        scales = [1 / (7 / 240 + ahead * leave) for ahead in range(4)]
        drawn = np.sum([rng.exponential(scale, 40_000) for scale in scales], axis=0)
        assert erlang.wait_at_position_s(4, 7, demand) == pytest.approx(sum(scales))
        for share in (0.1, 0.5, 0.9):
            limit = erlang.wait_quantile_s(4, 7, demand, share)
            assert np.mean(drawn <= limit) == pytest.approx(share, abs=0.01)


def test_no_seats_no_expectation() -> None:
    assert erlang.wait_at_position_s(1, 0, Demand(0.1, 240, 60)) is None
    assert erlang.wait_quantile_s(1, 0, Demand(0.1, 240, 60), 0.5) is None
    assert erlang.wait_quantile_s(1, 3, Demand(0.1, 240, 60), 0.0) == 0
    with pytest.raises(ValueError, match="share"):
        erlang.wait_quantile_s(1, 3, Demand(0.1, 240, 60), 1.0)
