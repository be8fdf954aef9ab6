"""Floors that can be reckoned exactly: the simulation agrees within its error."""

import pytest

from ccfloor.rules.model import Hold, Rule
from ccfloor.staffing.begun import Begun, Span
from ccfloor.staffing.present import FloorNow
from ccfloor.staffing.trigger import foresee, watched
from tests.unit.staffing import exact, small
from tests.unit.staffing.exact import Chain

PATHS = 6000


def one_queue(chain: Chain, there: int) -> FloorNow:
    """The chain's floor with so many callers there."""
    busy, wait = min(there, chain.seats), max(0, there - chain.seats)
    queue = small.queue(
        rate=chain.lam,
        aht_s=1 / chain.mu,
        aht_sd_s=1 / chain.mu,
        patience_s=1 / chain.theta,
        waiting=(small.AT - 5.0,) * wait,
    )
    return small.floor([queue], small.seats(chain.seats, {"a": 0}, busy, 1 / chain.mu))


def said(floor: FloorNow, rule: Rule, begun: Begun, horizon_s: float) -> tuple[float, float]:
    """The probability of firing within the horizon, and its error."""
    told = foresee(floor, [watched(rule, begun=begun)], paths=PATHS, horizon_s=horizon_s, spans_s=())
    odds = told.plain.levels[0].fires[-1]
    return odds.share, odds.error


def between(bounds: tuple[float, float], found: tuple[float, float]) -> bool:
    share, error = found
    return bounds[0] - 3.5 * error <= share <= bounds[1] + 3.5 * error


CHAINS = [
    (Chain(1 / 40, 1 / 100, 1 / 120, 2), 3),  # overloaded
    (Chain(1 / 60, 1 / 100, 1 / 60, 1), 2),
    (Chain(1 / 30, 1 / 100, 1 / 300, 3), 4),  # patient callers
]


@pytest.mark.parametrize(("chain", "level"), CHAINS)
@pytest.mark.parametrize("start", [0, 4, 7])
def test_a_hold_without_a_break(chain: Chain, level: int, start: int) -> None:
    """From empty, from the edge, and from deep inside the condition, met for half a minute already."""
    floor, rule = one_queue(chain, start), small.rule(level, Hold(for_s=120))
    held = 30.0 if start >= chain.seats + level else 0.0
    begun = Begun(held_from=-held if held else None)
    bounds = exact.strict(chain, level, 120.0, 1200.0, start, held)
    assert bounds[1] - bounds[0] < 0.02
    assert between(bounds, said(floor, rule, begun, 1200.0))


@pytest.mark.parametrize(("chain", "level"), CHAINS)
@pytest.mark.parametrize("past_s", [0.0, 45.0])
def test_a_share_of_a_window(chain: Chain, level: int, past_s: float) -> None:
    """What the window holds already counts until it leaves it."""
    floor = one_queue(chain, chain.seats + 1)
    rule = small.rule(level, Hold(kind="share", for_s=400, share=0.3))
    begun = Begun(past=(Span(-past_s, 0.0, 1.0, True),) if past_s else ())
    bounds = exact.share(chain, level, 120.0, 400.0, chain.seats + 1, past_s)
    assert bounds[1] - bounds[0] < 0.03
    assert between(bounds, said(floor, rule, begun, 400.0))
