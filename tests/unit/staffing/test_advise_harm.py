"""No queue is spoilt by advice: not one that gives and gets, nor one beside, nor one that drowns already."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from ccfloor.staffing.advise import Advised, Idle, advise
from ccfloor.staffing.candidates import Candidates
from ccfloor.staffing.effect import HORIZON_S, Proposal, Simulate, Tally, queue_effects, simulator
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.harm import spoilt
from ccfloor.staffing.limits import Limits, Policy
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import FloorNow
from ccfloor.staffing.reason import reason
from tests.unit.staffing.two_queues import burning, floor, queue, seat, seats

EVERYTHING = Policy(missed=1.0, drained=1.0)


def chain(hot: float = 10.0, middle: float = 4.6) -> FloorNow:
    """Seats of "a" could go to "b" and those of "b" to "c", which burns."""
    own = [*seats("A", 3, "a", "b"), *seats("AX", 1, "a"), *seats("B", 8, "b", "c"), *seats("C", 6, "c")]
    return floor([queue("a", 1.0), queue("b", middle), queue("c", hot)], own)


def of_b(told: Advised) -> list[tuple[bool, bool, float]]:
    effects = [effect for each in told.advice for effect in each.effects if effect.queue == "b"]
    return [(effect.gets, effect.gives, effect.missed) for effect in effects]


def test_a_queue_that_gets_a_seat_does_not_give_four_for_it() -> None:
    """Without the limit three or four seats of "b" go on to "c" for one of "a", and "b" misses its target."""
    blind = advise(chain(), EVERYTHING)
    assert max(missed for gets, _, missed in of_b(blind) if gets) > 0.5
    told = advise(chain())
    assert told.advice
    assert {gets for gets, _, _ in of_b(told)} == {True, False}
    assert all(gives and missed <= Policy().missed for _, gives, missed in of_b(told))


@pytest.mark.parametrize("hot", [7.5, 8.5, 10.0])
@pytest.mark.parametrize("middle", [4.0, 4.6, 5.2])
def test_no_queue_of_a_chain_misses_what_it_would_have_met(hot: float, middle: float) -> None:
    told = advise(chain(hot, middle))
    missed = [effect.missed for each in told.advice for effect in each.effects]
    assert max(missed, default=0.0) <= Policy().missed


def _to(name: str, *moves: str, kind: Kind = Kind.INSTEAD) -> list[Move]:
    home = {"A": "a", "B": "b", "H": "hot", "K": "cold"}
    return [
        Move(each, f"agent {each}", (home[each[0]],), name, 1, {name: 1}, kind)
        for each in moves
    ]  # fmt: skip


def test_who_gives_and_gets_is_called_both_and_pays_if_it_loses_most() -> None:
    now = chain()
    proposal = Proposal((*_to("b", "A/1"), *_to("c", "B/1", "B/2", "B/3")))
    before, after = simulator(now, Habits(), paths=60)([Proposal(), proposal])
    flags = {each.queue: (each.gets, each.gives) for each in queue_effects(now, proposal, before, after)}
    assert flags == {"a": (False, True), "b": (True, True), "c": (True, False)}
    told = reason(now, proposal, before, after)
    assert (told.queue, told.donor) == ("c", "b") and told.costs > 1
    assert spoilt(now, proposal.moves, before, after, Policy()) == {"b"}


def test_two_queues_that_swap_seats_are_not_both_the_one_that_pays() -> None:
    """The one that gains is not its own donor."""
    now = burning()
    now = msgspec.structs.replace(now, seats=(*now.seats, seat("H/9", "hot", "cold")))
    proposal = Proposal((*_to("hot", "K/1", "K/2"), *_to("cold", "H/9")))
    before, after = simulator(now, Habits(), paths=60)([Proposal(), proposal])
    told = reason(now, proposal, before, after)
    assert (told.queue, told.donor) == ("hot", "cold")


def _tally(level: float, paths: int = 100) -> Tally:
    """Two queues with 50 callers each half hour; the first in time to such a share, the second all."""
    shape = (2, 2, paths)
    offered = np.full(shape, 50.0)
    timely = offered * np.array([level, 1.0])[:, None]
    return Tally(offered, offered, timely, np.zeros(shape), np.zeros(shape))


def test_a_queue_under_its_target_is_not_drained_further() -> None:
    """It cannot miss what it misses anyway, but from 60 % it may not fall below 55 %."""
    now = burning()
    for after, bad in ((0.55, set()), (0.54, {"hot"}), (0.70, set())):
        moves = _to("cold", "H/1")
        assert spoilt(now, moves, _tally(0.6), _tally(after), Policy()) == bad
    assert spoilt(now, _to("cold", "H/1"), _tally(0.6), _tally(0.4), Policy(drained=0.3)) == set()


def test_who_belongs_elsewhere_may_go_home_all_the_same() -> None:
    """Unless others who are no guests are taken from that queue with it."""
    now = burning()
    home, taken = _to("cold", "H/1", kind=Kind.HOME), _to("cold", "H/2")
    assert spoilt(now, home, _tally(0.6), _tally(0.4), Policy()) == set()
    assert spoilt(now, [*home, *taken], _tally(0.6), _tally(0.4), Policy()) == {"hot"}
    assert spoilt(now, home, _tally(0.9), _tally(0.4), Policy()) == {"hot"}  # it would have met its target


def test_a_queue_nobody_calls_is_not_spoilt() -> None:
    still = burning()
    none = Tally(*(np.zeros((2, 2, 10)) for _ in Tally._fields))
    assert spoilt(still, _to("cold", "H/1"), none, none, Policy()) == set()


def _fall(told: Advised) -> float:
    """How far the service level of "cold" falls at most over the hour, of its 41 %."""
    levels = [
        (effect.before.service_level, effect.after.service_level)
        for each in told.advice
        for effect in each.effects
        if (effect.queue, effect.horizon_s) == ("cold", HORIZON_S)
    ]
    return max((one.value - two.value for one, two in levels if one and two), default=0.0)


def test_two_that_drown_do_not_take_from_each_other() -> None:
    """Callers of "hot" give up within a minute, those of "cold" wait half an hour: calls alone would say
    that "cold" gives three of its six seats.
    """
    queues = [queue("hot", 9.0, patience_s=60.0), queue("cold", 6.0, patience_s=1800.0)]
    now = floor(queues, [*seats("H", 4, "hot"), *seats("K", 6, "cold", "hot")])
    assert _fall(advise(now, EVERYTHING)) > 0.3
    told = advise(now)
    assert told.advice == () and told.idle is Idle.HARM


def test_parts_are_without_what_takes_from_the_spoilt_or_with_some_of_it() -> None:
    now = chain()
    every = Candidates(Limits(now, Policy()))
    plan = Proposal((*_to("b", "A/1"), *_to("c", "B/1", "B/2")))
    assert [[move.seat for move in part.moves] for part in every.parts(plan, {"b"})] == [
        ["A/1"],
        ["A/1", "B/1"],
    ]
    greedy = every.parts(Proposal(tuple(_to("c", "B/1", "B/2", "B/3", "B/4"))), {"b"})
    assert [len(part.moves) for part in greedy] == [1, 2]
    beside = every.parts(plan, {"c"})  # nobody takes from it: others it shares seats with draw them away
    assert [[move.seat for move in part.moves] for part in beside] == [["A/1"]]


def _by_course(gained: list[float]) -> Simulate:
    """A simulation in which whatever is moved saves so many calls of "hot" on each course."""

    def run(proposals: Sequence[Proposal]) -> list[Tally]:
        found = []
        for each in proposals:
            tally = _tally(0.2, len(gained))
            lost = np.full(len(gained), 30.0) - (np.array(gained) if each.moves else 0.0)
            tally.gone[0, 0] = lost
            found.append(tally)
        return found

    return run


@pytest.mark.parametrize(
    ("gained", "advised"),
    [
        ([3.0] * 8 + [-1.0] * 2, True),  # 2.2 by chance that nobody can know: on eight courses of ten
        ([3.0] * 6 + [-1.0] * 4, False),  # 1.4, on six courses of ten only
        ([9.0] * 3 + [0.2] * 7, True),  # 2.8, never nothing
    ],
)
def test_what_helps_on_too_few_courses_is_not_advised(gained: list[float], advised: bool) -> None:
    told = advise(burning(), simulate=_by_course(gained * 20))
    assert bool(told.advice) is advised
    assert told.idle is (None if advised else Idle.UNSURE)


@pytest.mark.parametrize(("known", "advised"), [(True, True), (False, False)])
def test_an_effect_is_greater_than_what_is_not_known_of_it(known: bool, advised: bool) -> None:
    """It is 2.1 give or take 3.6: by chance that is one thing, by a level of calls nobody knows another."""
    gained = [8.0, 4.0, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 6.9] * 20
    level = np.linspace(0.7, 1.3, len(gained)) if known else np.array(gained) / 4
    run = _by_course(gained)

    def drawn(proposals: Sequence[Proposal]) -> list[Tally]:
        return [tally._replace(unknown=level[None, :]) for tally in run(proposals)]

    told = advise(burning(), simulate=drawn)
    assert bool(told.advice) is advised
    if not advised:
        assert told.idle is Idle.UNSURE
    else:
        assert told.advice[0].gain.low > 0
