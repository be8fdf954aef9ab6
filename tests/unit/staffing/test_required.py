"""The fewest seats: exactly enough, for every figure of an aim, also without calls and with too many."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.staffing.erlang import LEVELS, Demand, Steady, erlang_a
from ccfloor.staffing.required import Aim, required, required_many, rostered

HALF_HOUR = Demand(250 / 1800, 210, 120)


def _meets(aim: Aim, found: Steady, slack: float = 0.0) -> bool:
    level = found.levels[aim.variant]
    return (
        (aim.level is None or (level is not None and level >= aim.level - slack))
        and (aim.asa_s is None or (found.asa_s is not None and found.asa_s <= aim.asa_s * (1 + slack)))
        and (aim.abandoned is None or found.abandoned <= aim.abandoned * (1 + slack))
        and (
            aim.occupancy is None
            or (found.occupancy is not None and found.occupancy <= aim.occupancy * (1 + slack))
        )
    )


@settings(max_examples=150, deadline=None)
@given(
    st.floats(0.001, 150),
    st.floats(20, 1200),
    st.floats(1, 1e5) | st.just(inf),
    st.builds(
        Aim,
        level=st.none() | st.floats(0.05, 0.999),
        threshold_s=st.floats(0, 300),
        variant=st.sampled_from(LEVELS),
        asa_s=st.none() | st.floats(0.5, 300),
        abandoned=st.none() | st.floats(0.001, 0.5),
        occupancy=st.floats(0.3, 0.99),
    ),
)
def test_these_seats_suffice_and_one_fewer_does_not(
    erlangs: float, aht_s: float, patience_s: float, aim: Aim
) -> None:
    demand = Demand(erlangs / aht_s, aht_s, patience_s)
    found = required(demand, aim)
    assert found.steady is not None and _meets(aim, found.steady, 1e-11)
    assert found.seats == 1 or not _meets(aim, erlang_a(demand, found.seats - 1, aim.threshold_s))
    assert found.bound_by and (found.seats == 1 or found.bound_by != ("least",))


def test_one_load_asks_for_more_seats_the_stricter_the_level_is_read() -> None:
    """The five-point spread of the definitions, in seats."""
    seats = {variant: required(HALF_HOUR, Aim(variant=variant)).seats for variant in LEVELS}
    assert seats == {"sl_answered": 29, "sl_ignore_T": 30, "sl_positive": 30, "sl_negative": 31}
    assert (
        required(HALF_HOUR._replace(patience_s=inf), Aim()).seats == 34
    )  # where nobody may be taken to leave


def test_each_figure_of_an_aim_can_be_what_binds() -> None:
    assert required(HALF_HOUR, Aim()).bound_by == ("level",)
    assert required(HALF_HOUR, Aim(asa_s=2)).bound_by == ("asa_s",)
    assert required(HALF_HOUR, Aim(abandoned=0.02)).bound_by == ("abandoned",)
    assert required(HALF_HOUR, Aim(occupancy=0.75)).bound_by == ("occupancy",)
    assert required(HALF_HOUR, Aim(level=None, occupancy=0.75)).bound_by == ("occupancy",)
    crowded = required(HALF_HOUR, Aim(), least=60)
    assert (crowded.seats, crowded.bound_by) == (60, ("least",))


def test_a_figure_that_meets_its_limit_exactly_is_enough() -> None:
    assert required(Demand(0.9 / 21, 21), Aim(level=None, occupancy=0.3)).seats == 3
    reached = erlang_a(HALF_HOUR, 31)
    for aim in (
        Aim(reached.levels["sl_ignore_T"]),
        Aim(None, asa_s=reached.asa_s),
        Aim(None, abandoned=reached.abandoned),
    ):
        assert required(HALF_HOUR, aim).seats == 31


def test_without_calls_only_who_must_be_there() -> None:
    for least in (0, 2):
        found = required(Demand(0.0, 210, 120), Aim(), least)
        assert (found.seats, found.bound_by, found.steady) == (least, ("least",), None)


def test_a_part_of_a_call_asks_for_somebody() -> None:
    """Even where all who come would count as met by leaving in time."""
    impatient = Demand(0.01, 200, 5)
    assert erlang_a(impatient, 0, 60).levels["sl_positive"] == pytest.approx(1, abs=1e-4)
    found = required(impatient, Aim(0.8, 60, "sl_positive"))
    assert (found.seats, found.bound_by) == (1, ("least",))


def test_shrinkage_divides() -> None:
    assert rostered(30, 0.3) == 43  # times 1.3 would leave 39, of whom 27 work
    assert rostered(27, 0.1) == 30
    assert [rostered(seats, 0.0) for seats in (0, 7)] == [0, 7]
    assert all(rostered(seats, 0.25) * 0.75 >= seats - 1e-9 for seats in range(200))
    assert required(HALF_HOUR, Aim(), shrinkage=0.3).rostered == 43
    with pytest.raises(ValueError, match="shrinkage"):
        rostered(30, 1.0)


def test_a_day_in_one_pass_is_each_half_hour_alone() -> None:
    rates = np.concatenate(([0.0, 1e-7], np.linspace(0.01, 1.5, 40), [12.0]))
    handles = np.linspace(120, 400, len(rates))
    aim = Aim(0.85, 15, "sl_negative", asa_s=9, abandoned=0.04, occupancy=0.86)
    many = required_many(rates, handles, 75, aim, least=1)
    alone = [required(Demand(*load, 75), aim, 1).seats for load in zip(rates, handles, strict=True)]
    assert many.tolist() == alone
    assert many[0] == 1 and many[-1] > 12 * 400 * 0.96


def test_ten_thousand_erlangs_need_twenty_more() -> None:
    """In a crowd this large next to no reserve is needed."""
    found = required(Demand(10_000 / 300, 300, 1e6), Aim())
    assert 10_000 < found.seats < 10_050


def test_nothing_short_of_certainty() -> None:
    """All calls at once, nobody leaves: as far as a double tells."""
    found = required(Demand(1 / 300, 300, 1.0), Aim(1.0, 0, asa_s=0, abandoned=0))
    assert found.steady is not None and found.steady.abandoned == 0 and found.steady.waiting == 0


@pytest.mark.parametrize(
    "aim",
    [
        Aim(level=None),
        Aim(level=1.2),
        Aim(level=float("nan")),
        Aim(variant="sl_flow"),
        Aim(occupancy=0),
        Aim(occupancy=1e-6),
        Aim(abandoned=-0.1),
        Aim(asa_s=-1),
        Aim(threshold_s=-1),
    ],
)
def test_an_aim_that_cannot_be_is_refused(aim: Aim) -> None:
    with pytest.raises(ValueError):
        required(HALF_HOUR, aim)


def test_seats_that_are_to_be_idle_nearly_always_are_counted_at_once() -> None:
    found = required(Demand(0.1, 200, 100), Aim(level=None, occupancy=0.02))
    assert found.seats == 1000, "twenty erlangs, busy for a fiftieth of their time"


def test_a_presence_below_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        required(HALF_HOUR, Aim(), least=-1)
