"""Advice on floors that can be judged by hand."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from ccfloor.staffing.advise import BEST, Advice, Advised, Idle, advise
from ccfloor.staffing.effect import HORIZON_S, Proposal, Simulate, Tally
from ccfloor.staffing.levers import Lever
from ccfloor.staffing.limits import Moved, Policy, Why
from ccfloor.staffing.moves import Kind
from ccfloor.staffing.present import Doing, FloorNow
from ccfloor.staffing.reason import Because
from tests.unit.staffing.two_queues import AT, burning, floor, queue, seat, seats


def moved_seats(told: Advised) -> set[str]:
    return {move.seat for each in told.advice for move in each.moves}


def of_queue(advice: Advice, name: str, horizon_s: float = HORIZON_S) -> Any:
    (found,) = [each for each in advice.effects if (each.queue, each.horizon_s) == (name, horizon_s)]
    return found


def test_the_obvious_seats_go_to_the_queue_that_burns() -> None:
    """Seven seats for eight erlangs beside eight for two: both that can are lent."""
    told = advise(burning())
    best = told.advice[0]
    assert told.idle is None and 1 <= len(told.advice) <= BEST
    assert {move.seat for move in best.moves} == {"K/1", "K/2"}
    assert {move.queue for move in best.moves} == {"hot"}
    assert best.saved.low > 0 and best.sure > 0.95
    assert best.saved.low <= best.saved.value <= best.saved.high


def test_before_and_after_are_told_of_both_queues_over_both_spans() -> None:
    best = advise(burning()).advice[0]
    for horizon_s in (1800.0, 3600.0):
        hot, cold = of_queue(best, "hot", horizon_s), of_queue(best, "cold", horizon_s)
        assert hot.gets and cold.gives and not (hot.gives or cold.gets)
        assert hot.after.service_level.value > hot.before.service_level.value + 0.1
        assert hot.after.abandoned.value < hot.before.abandoned.value
        assert hot.after.wait_s.value < hot.before.wait_s.value
        assert cold.after.service_level.value > 0.8 and cold.missed <= 0.05
        assert hot.before.offered == hot.after.offered == pytest.approx(horizon_s / 30, rel=0.05)
    assert sum(of_queue(best, name).saved.value for name in ("hot", "cold")) == pytest.approx(
        best.saved.value
    )


def test_the_reason_names_both_queues() -> None:
    best = advise(burning()).advice[0]
    why = best.reason
    assert (why.because, why.queue, why.donor, why.seats) == (Because.SHORT, "hot", "cold", 2)
    assert why.gains == pytest.approx(of_queue(best, "hot").saved.value)
    assert why.level_after is not None and why.level is not None and why.level_after > why.level
    assert why.donor_level is not None and why.donor_level > 0.8


def test_callers_who_wait_are_named() -> None:
    now = burning()
    waits = msgspec.structs.replace(now.queues[0], waiting=tuple(AT - second for second in range(9, 0, -1)))
    why = advise(msgspec.structs.replace(now, queues=(waits, now.queues[1]))).advice[0].reason
    assert (why.because, why.waiting) == (Because.BACKLOG, 9)


def test_seats_come_back_when_the_rush_is_over() -> None:
    """Half an hour of eight erlangs, then two: the return is then; without an end, in an hour."""
    now = burning()
    rush = (8 / 240.0,) * 2 + (2 / 240.0,) * 6
    ending = msgspec.structs.replace(now.queues[0], rate=rush)
    told = advise(msgspec.structs.replace(now, queues=(ending, now.queues[1])))
    assert told.advice[0].back_at == {"hot": AT + 1800.0}
    assert advise(now).advice[0].back_at == {"hot": AT + 3600.0}


def test_equal_queues_stay_as_they_are() -> None:
    """Both short by the same: whatever one gains the other loses."""
    own = [*seats("A", 6, "a", "b"), *seats("B", 6, "b", "a")]
    told = advise(floor([queue("a", 6.5), queue("b", 6.5)], own))
    assert all(move.kind is Kind.BESIDE for each in told.advice for move in each.moves)
    lent = advise(floor([queue("a", 6.5), queue("b", 6.5)], own), Policy(beside_cost=99.0))
    assert lent.advice == () and lent.idle in (Idle.LITTLE, Idle.UNSURE, Idle.NOBODY)


def test_quiet_queues_need_nothing() -> None:
    own = [*seats("A", 6, "a", "b"), *seats("B", 6, "b", "a")]
    told = advise(floor([queue("a", 2.0), queue("b", 2.0)], own))
    assert told.advice == () and told.idle is Idle.FINE


def test_a_service_level_that_is_met_while_callers_lose_heart_is_not_enough() -> None:
    """Callers of little patience give up before they count; idle seats beside them could take their calls."""
    hot = msgspec.structs.replace(queue("hot", 9.2), patience_s=40.0)
    own = [*seats("H", 10, "hot", doing=Doing.BUSY), *seats("K", 8, "cold", "hot")]
    now = floor([hot, queue("cold", 0.2)], own)
    told = advise(now)
    effect = next(each for each in told.advice[0].effects if each.queue == "hot")
    before, after = effect.before, effect.after
    assert before.service_level is not None and before.service_level.value > 0.8, "the level is met"
    assert before.abandoned is not None and after.abandoned is not None
    assert before.abandoned.value > 0.08 and after.abandoned.value < before.abandoned.value - 0.02
    assert told.advice[0].reason.because is Because.LOSES
    bears = msgspec.structs.replace(hot, abandon_target=0.2)
    assert advise(msgspec.structs.replace(now, queues=(bears, now.queues[1]))).idle is Idle.FINE


def test_nobody_to_spare() -> None:
    told = advise(burning(able=0))
    assert told.advice == () and told.idle is Idle.NOBODY


def test_a_pinned_seat_is_never_moved() -> None:
    now = burning()
    pinned = tuple(
        msgspec.structs.replace(each, pinned="trainee") if each.seat == "K/1" else each for each in now.seats
    )
    told = advise(msgspec.structs.replace(now, seats=pinned))
    assert moved_seats(told) == {"K/2"} and told.blocked == {"trainee": 1}


def test_the_last_working_seat_is_not_taken_while_its_colleague_is_on_a_break() -> None:
    own = seats("H", 4, "hot")
    last = seat("K/1", "cold", "hot")
    away = seat("K/2", "cold", doing=Doing.AWAY, back_in_s=120.0, reason="break")
    now = floor([queue("hot", 6.0), queue("cold", 0.05)], [*own, last, away])
    told = advise(now)
    assert all(move.leaves == () for each in told.advice for move in each.moves)
    back = floor(list(now.queues), [*own, last, msgspec.structs.replace(away, doing=Doing.IDLE)])
    assert any(move.leaves == ("cold",) for each in advise(back).advice for move in each.moves)


def test_a_lead_is_moved_from_level_two_on() -> None:
    lead = seat("L/1", "cold", "hot", role="lead")
    now = burning(lead, able=0)
    assert moved_seats(advise(now, Policy(level=1))) == set()
    assert moved_seats(advise(now, Policy(level=2))) == {"L/1"}


def test_who_was_just_moved_is_not_moved_again() -> None:
    told = advise(burning(), held={"K/1": AT - 300.0})
    assert moved_seats(told) == {"K/2"} and told.blocked == {Why.HELD: 1}


def test_a_lent_seat_is_called_home_when_it_is_missed_there() -> None:
    """K/1 was lent to "hot", which is quiet now, while "cold" has one seat left for three erlangs."""
    lent = msgspec.structs.replace(seat("K/1", "cold", "hot"), queues={"hot": 1})
    own = [*seats("H", 7, "hot"), *seats("C", 3, "cold"), lent]
    now = floor([queue("hot", 2.0), queue("cold", 3.0)], own)
    moved = [Moved("K/1", {"cold": 0}, AT - 1500.0, AT + 3000.0)]
    best = advise(now, moved=moved).advice[0]
    (move,) = best.moves
    assert (move.seat, move.kind, move.after, move.leaves) == ("K/1", Kind.HOME, {"cold": 0}, ("hot",))
    assert best.reason.because is Because.HOME


def test_a_lent_seat_that_goes_home_in_time_is_let_be() -> None:
    """The same floor; but K/1 is back in a minute anyway."""
    lent = msgspec.structs.replace(seat("K/1", "cold", "hot"), queues={"hot": 1})
    own = [*seats("H", 7, "hot"), *seats("C", 3, "cold"), lent]
    now = floor([queue("hot", 2.0), queue("cold", 3.0)], own)
    moved = [Moved("K/1", {"cold": 0}, AT - 1500.0, AT + 60.0)]
    assert advise(now, moved=moved).advice == ()


def test_who_stands_ready_for_no_queue_is_proposed_and_goes_back_to_none() -> None:
    """Nobody pays for it; lent so it is not called home, for it has none."""
    ready = msgspec.structs.replace(seat("N/1", "hot"), queues={})
    best = advise(burning(ready, able=0)).advice[0]
    assert [(move.seat, move.kind, move.leaves) for move in best.moves] == [("N/1", Kind.INSTEAD, ())]
    assert best.reason.donor == "" and best.back_at == {"hot": AT + 3600.0}
    lent = burning(msgspec.structs.replace(ready, queues={"hot": 0}), able=0)
    told = advise(lent, moved=[Moved("N/1", {}, AT - 900.0, AT + 900.0)])
    assert told.advice == () and told.idle is Idle.NOBODY


def test_the_only_seat_of_a_queue_is_not_taken_while_it_rests() -> None:
    """Its queue has hardly a call; still, whoever calls would find nobody."""
    rests = seat("R/1", "cold", "hot", doing=Doing.AWAY, back_in_s=120.0, reason="break")
    now = floor([queue("hot", 7.0), queue("cold", 0.0005)], [*seats("H", 5, "hot"), rests])
    told = advise(now)
    assert told.advice
    assert all(move.leaves == () for each in told.advice for move in each.moves)


def test_who_is_about_to_be_back_is_part_of_the_minimum() -> None:
    """One of three works, two are back in a minute: a minimum of three keeps them all."""
    rest = seats("R", 2, "cold", "hot", doing=Doing.AWAY, back_in_s=60.0, reason="break")
    own = [*seats("H", 5, "hot"), seat("W/1", "cold", "hot"), *rest]
    for least, leaves in ((3, False), (1, True)):
        told = advise(floor([queue("hot", 7.0), queue("cold", 0.3, min_seats=least)], own))
        assert any(move.leaves for each in told.advice for move in each.moves) is leaves


def _on_break(many: int, reason: str) -> FloorNow:
    away = seats("W", many, "hot", doing=Doing.AWAY, back_in_s=1500.0, reason=reason)
    return burning(*away, able=0)


def test_breaks_are_ended_from_level_one_on() -> None:
    now = _on_break(3, "break")
    assert advise(now, Policy(level=0)).advice == ()
    best = advise(now, Policy(level=1)).advice[0]
    assert (best.moves, best.levers) == ((), (Lever.END_BREAKS,))
    assert best.recalled == ("W/1", "W/2", "W/3") and best.reason.because is Because.RECALL


def test_callbacks_beyond_two_are_called_back_in_a_planned_peak() -> None:
    peak = Policy(peak=True)
    best = advise(_on_break(5, "callback"), peak).advice[0]
    assert best.levers == (Lever.LIMIT_CALLBACK,) and best.recalled == ("W/1", "W/2", "W/3")
    assert advise(_on_break(2, "callback"), peak).advice == ()
    assert advise(_on_break(5, "callback")).advice == (), "at other times they are promises to customers"
    all_of_them = advise(_on_break(2, "callback"), Policy(level=1)).advice[0]
    assert all_of_them.levers == (Lever.STOP_CALLBACK,) and all_of_them.recalled == ("W/1", "W/2")


def _said(gained: Sequence[float], donor_misses: bool = False) -> Simulate:
    """A simulation in which every proposal saves so many calls of "hot" on each path."""

    def tally(lost: np.ndarray[Any, Any], timely: float) -> Tally:
        many = len(gained)
        offered = np.full((2, 2, many), 50.0)
        good = np.broadcast_to(np.array([10.0, timely])[:, None], (2, 2, many)).copy()
        gone = np.zeros((2, 2, many))
        gone[0, 0] = lost
        return Tally(offered, offered, good, gone, np.zeros((2, 2, many)))

    def run(proposals: Sequence[Proposal]) -> list[Tally]:
        base = np.full(len(gained), 30.0)
        moved = tally(base - np.array(gained), 30.0 if donor_misses else 45.0)
        return [moved if each.moves else tally(base, 45.0) for each in proposals]

    return run


def test_an_effect_smaller_than_its_uncertainty_is_not_advised() -> None:
    """The same mean of three calls, three times out of four by luck or nearly always."""
    assert advise(burning(), simulate=_said([3.0, 2.0, 4.0, 3.0] * 20)).advice
    unsure = advise(burning(), simulate=_said([-14.0, 20.0, 20.0, -14.0] * 20))
    assert unsure.advice == () and unsure.idle is Idle.UNSURE


def test_an_effect_that_is_sure_but_small_is_not_advised() -> None:
    told = advise(burning(), simulate=_said([0.5] * 80))
    assert told.advice == () and told.idle is Idle.LITTLE


def test_what_makes_the_donor_miss_its_target_is_not_advised() -> None:
    told = advise(burning(), simulate=_said([9.0] * 80, donor_misses=True))
    assert told.advice == () and told.idle is Idle.HARM


def test_the_same_floor_has_the_same_advice() -> None:
    assert advise(burning()) == advise(burning())


def test_every_proposal_keeps_the_limits() -> None:
    """Six could go, but "cold" keeps six of its eight."""
    now = burning(able=6)
    cold = msgspec.structs.replace(now.queues[1], min_seats=6)
    told = advise(msgspec.structs.replace(now, queues=(now.queues[0], cold)))
    assert told.advice
    for each in told.advice:
        assert sum("cold" in move.leaves for move in each.moves) <= 2


def test_floors_on_which_there_is_nothing() -> None:
    """No queue, no seat, no forecast: nothing is advised, and nothing breaks."""
    nobody = floor([queue("hot", 8.0)], [])
    assert advise(nobody).idle is Idle.NOBODY
    assert advise(floor([], seats("A", 2, "a"))).idle is Idle.FINE
    assert advise(floor([], [])).idle is Idle.FINE
    unknown = floor([queue("hot", 8.0, rate=())], seats("H", 2, "hot"))
    assert advise(unknown).idle is Idle.FINE


def test_a_queue_out_of_sight_is_not_touched() -> None:
    """Seats that also serve a queue the viewer may not see: they go on serving it."""
    shared = [
        msgspec.structs.replace(
            each, queues={"cold": 0, "secret": 0}, skills={"cold": 0, "hot": 1, "secret": 0}
        )
        for each in seats("S", 2, "cold")
    ]
    told = advise(burning(*shared, able=0))
    assert told.advice
    for each in told.advice:
        assert all("secret" in move.after and "secret" not in move.leaves for move in each.moves)
        assert {effect.queue for effect in each.effects} <= {"hot", "cold"}
