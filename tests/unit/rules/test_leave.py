"""Leave against planned peaks: half-open times, force majeure, order."""

from hypothesis import given
from hypothesis import strategies as st

from ccfloor.rules.calendar import Campaign
from ccfloor.rules.leave import Verdict, decide, touched

PEAK = Campaign(100, 200, ("hot",), "b")
EARLY = Campaign(50, 60, (), "a")
spans = st.tuples(st.integers(0, 300), st.integers(1, 100)).map(lambda s: (s[0], s[0] + s[1]))


def test_times_that_only_meet_at_an_edge_do_not_touch() -> None:
    assert touched(60, 100, [PEAK, EARLY]) == ()
    assert touched(60, 101, [PEAK, EARLY]) == (PEAK,)
    assert touched(199, 300, [PEAK]) == (PEAK,) and touched(200, 300, [PEAK]) == ()
    assert touched(0, 300, [PEAK, EARLY]) == (EARLY, PEAK)


def test_the_verdicts() -> None:
    assert decide(0, 10, False, [PEAK]) == (Verdict.FREE, ())
    assert decide(0, 10, True, [PEAK]) == (Verdict.FREE, ())
    assert decide(150, 160, False, [PEAK]) == (Verdict.PLANNED_PEAK, (PEAK,))
    assert decide(150, 160, True, [PEAK]) == (Verdict.FORCE_MAJEURE, (PEAK,))
    assert [decide(150, 160, force, [PEAK]).granted for force in (False, True)] == [False, True]


@given(spans, spans, st.booleans())
def test_it_is_refused_exactly_when_a_second_is_shared_and_nothing_forces_it(
    leave: tuple[int, int], peak: tuple[int, int], force: bool
) -> None:
    shared = bool(set(range(*leave)) & set(range(*peak)))
    assert decide(*leave, force, [Campaign(*peak)]).granted is (force or not shared)
