"""Seats and callers: the recursion against a floor that is run event by event."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.staffing.course import Course, draw
from ccfloor.staffing.crew import Place, crew_of, places
from ccfloor.staffing.flow import Flow, flow
from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.present import Doing, FloorNow, SeatNow
from tests.unit.staffing import small

HORIZON_S = 3600.0


def course_of(
    floor: FloorNow, callers: list[tuple[float, int, float, float]], factors: float = 1.0
) -> Course:
    """One path of these callers: when, queue, patience, service; nothing by chance."""
    rows = len(callers)

    def column(place: int) -> np.ndarray:
        return np.array([[caller[place]] for caller in callers], dtype=float).reshape(rows, 1)

    drawn = draw(floor, Habits(), 1, HORIZON_S, 1)
    ones = np.full((len(floor.seats), 1), factors)
    return drawn._replace(
        at=column(0),
        queue=column(1).astype(np.int64),
        patience=column(2),
        service=column(3),
        active=np.ones(rows, dtype=np.int64),
        ringing=np.zeros(rows, dtype=bool),
        busy=ones,
        back=ones,
    )


def ran(
    floor: FloorNow, course: Course, seats: list[Place] | None = None, habits: Habits | None = None
) -> Flow:
    return flow(course, crew_of(floor, course, seats or places(floor)), habits or Habits())


class ByEvents:
    """The same floor event by event: a free seat takes who waits longest in its queues; a caller takes the
    free seat of the least penalty, of those that serve the same the one that has been free longest.
    """

    def __init__(self, floor: FloorNow, callers: list[tuple[float, int, float, float]]) -> None:
        self._names = [queue.queue for queue in floor.queues]
        self._seats = floor.seats
        self._free = [_free(seat) for seat in floor.seats]
        alike = list(dict.fromkeys(tuple(sorted(seat.queues.items())) for seat in floor.seats))
        self._alike = [alike.index(tuple(sorted(seat.queues.items()))) for seat in floor.seats]
        self._callers = callers
        self._fate: dict[int, tuple[float, bool]] = {}

    def run(self) -> list[tuple[float, bool]]:
        instants = {0.0, *(max(caller[0], 0.0) for caller in self._callers)}
        while instants:
            at = min(instants)
            instants.remove(at)
            for caller, (came, _, patience, _) in enumerate(self._callers):
                if max(came, 0.0) <= at and caller not in self._fate:
                    self._offer(caller, at, max(came, 0.0) + patience)
            later = [free for free in self._free if at < free < inf]
            if later:
                instants.add(min(later))
        for caller, (came, _, patience, _) in enumerate(self._callers):
            self._fate.setdefault(caller, (max(came, 0.0) + patience, False))
        return [self._fate[caller] for caller in range(len(self._callers))]

    def _offer(self, caller: int, at: float, gone: float) -> None:
        if gone < at:
            self._fate[caller] = (gone, False)
            return
        queue = self._names[self._callers[caller][1]]
        able = [
            (seat.queues[queue], self._alike[place], self._free[place], place)
            for place, seat in enumerate(self._seats)
            if queue in seat.queues and self._free[place] <= at and at < _leaves(seat)
        ]
        if able:
            place = min(able)[-1]
            self._fate[caller] = (at, True)
            end = at + self._callers[caller][3]
            self._free[place] = end if end < _leaves(self._seats[place]) else inf


def _leaves(seat: SeatNow) -> float:
    return inf if seat.leaves_in_s is None else seat.leaves_in_s


def _free(seat: SeatNow) -> float:
    free = seat.free_in_s if seat.doing is Doing.BUSY else 0.0
    if seat.doing is Doing.AWAY:
        free = inf if seat.back_in_s is None else seat.back_in_s
    return free if free < _leaves(seat) else inf


instants = st.integers(0, 12_000).map(lambda tenth: tenth / 10)
seconds = st.integers(1, 4_000).map(lambda tenth: tenth / 10)
names = ("a", "b", "c")
served = st.dictionaries(st.sampled_from(names), st.integers(0, 2), min_size=1, max_size=3)


@st.composite
def a_seat(draw: st.DrawFn) -> SeatNow:
    doing = draw(st.sampled_from(list(Doing)))
    return small.seat(
        "S",
        draw(served),
        doing,
        free_in_s=draw(seconds),
        back_in_s=draw(st.one_of(st.none(), seconds)),
        leaves_in_s=draw(st.one_of(st.none(), instants)),
    )


a_caller = st.tuples(instants, st.integers(0, 2), seconds, seconds)


@settings(max_examples=200, deadline=None)
@given(st.lists(a_seat(), min_size=1, max_size=6), st.lists(a_caller, min_size=1, max_size=25))
def test_every_caller_has_the_fate_of_a_floor_run_by_events(
    several: list[SeatNow], callers: list[tuple[float, int, float, float]]
) -> None:
    floor = small.floor([small.queue(name) for name in names], several)
    callers = sorted((at + number * 1e-3, *rest) for number, (at, *rest) in enumerate(callers))
    found = ran(floor, course_of(floor, callers))
    for row, (left, answered) in enumerate(ByEvents(floor, callers).run()):
        assert bool(found.answered[row, 0]) == answered
        assert found.left[row, 0] == pytest.approx(left, abs=1e-6)


# -- seats that change ---------------------------------------------------------------------------------


def test_a_moved_seat_finishes_its_call_first_and_goes_home_in_time() -> None:
    """S/0 is busy for 50 s, serves b until 300 s, then a again; nobody else is there."""
    floor = small.floor([small.queue("a"), small.queue("b")], small.seats(1, {"a": 0}, 1, 50.0))
    callers = [
        (10.0, 1, 500.0, 100.0),
        (20.0, 0, 900.0, 60.0),
        (200.0, 1, 500.0, 40.0),
        (310.0, 1, 60.0, 40.0),
    ]
    seat = places(floor)[0]._replace(queues={"b": 0}, until_s=300.0, home={"a": 0})
    found = ran(floor, course_of(floor, callers), [seat])
    assert found.left[:, 0].tolist() == [50.0, 300.0, 200.0, 370.0]
    assert found.answered[:, 0].tolist() == [True, True, True, False]


def test_a_call_that_goes_on_beyond_the_return_makes_it_late() -> None:
    floor = small.floor([small.queue("a"), small.queue("b")], small.seats(1, {"a": 0}))
    seat = places(floor)[0]._replace(queues={"b": 0}, until_s=300.0, home={"a": 0})
    callers = [(250.0, 1, 500.0, 90.0), (301.0, 0, 500.0, 10.0)]
    assert ran(floor, course_of(floor, callers), [seat]).left[:, 0].tolist() == [250.0, 340.0]


def test_who_comes_back_from_a_break_takes_the_longest_waiting() -> None:
    away = small.seat("S", {"a": 0, "b": 0}, Doing.AWAY, back_in_s=100.0)
    floor = small.floor([small.queue("a"), small.queue("b")], [away])
    callers = [(10.0, 1, 500.0, 30.0), (20.0, 0, 500.0, 30.0)]
    assert ran(floor, course_of(floor, callers)).left[:, 0].tolist() == [100.0, 130.0]


def test_away_for_nobody_knows_how_long_is_not_there() -> None:
    floor = small.floor([small.queue("a")], [small.seat("S", {"a": 0}, Doing.AWAY)])
    found = ran(floor, course_of(floor, [(10.0, 0, 50.0, 30.0)]))
    assert not found.answered[0, 0]
    assert found.left[0, 0] == 60.0


def test_called_back_a_seat_is_there_sooner_but_never_later() -> None:
    away = small.seat("S", {"a": 0}, Doing.AWAY, back_in_s=100.0)
    floor = small.floor([small.queue("a")], [away])
    callers = [(10.0, 0, 500.0, 30.0)]
    for back_s, at in ((40.0, 40.0), (400.0, 100.0)):
        seat = places(floor)[0]._replace(back_s=back_s)
        assert ran(floor, course_of(floor, callers), [seat]).left[0, 0] == at


def test_a_floor_without_seats_loses_everybody() -> None:
    floor = small.floor([small.queue("a")], [])
    found = ran(floor, course_of(floor, [(10.0, 0, 50.0, 30.0), (11.0, 0, 50.0, 30.0)]))
    assert not found.answered.any()


def test_who_rings_already_needs_no_other_seat() -> None:
    """Of two who wait the older rings at the busy seat: only the other one takes a seat of his own."""
    queue = small.queue("a", waiting=(small.AT - 9.0, small.AT - 5.0), ringing=1, ring_s=6.0)
    floor = small.floor([queue], small.seats(2, {"a": 0}, 1))
    course = draw(floor, Habits(), 50, HORIZON_S, 1)
    found = ran(floor, course._replace(patience=np.full(course.at.shape, 1e6)))
    assert (found.left[0] == 3.0).all()
    assert (found.left[1] == 6.0).all()
    assert found.answered[:2].all()


def test_a_caller_may_give_up_while_a_seat_rings_for_him() -> None:
    queue = small.queue("a", ring_s=6.0)
    floor = small.floor([queue], small.seats(2, {"a": 0}))
    found = ran(floor, course_of(floor, [(10.0, 0, 4.0, 60.0), (20.0, 0, 7.0, 60.0), (30.0, 0, 7.0, 60.0)]))
    assert found.answered[:, 0].tolist() == [False, True, True]
    assert found.left[:, 0].tolist() == [14.0, 26.0, 36.0]


def test_seats_go_away_as_often_as_they_are_said_to() -> None:
    """Away a third of the time: as much work is done as by two thirds of the seats that are always there."""
    busy = small.queue("a", rate=1.0, patience_s=30.0)
    habits = Habits(leaves=(Leave("break", 1 / 4000, 1200.0), Leave("meal", 1 / 4000, 800.0)))
    floor = small.floor([busy], small.seats(30, {"a": 0}))
    course = draw(floor, habits, 40, 6 * HORIZON_S, 1)
    work = ran(floor, course, habits=habits).answered.sum()
    assert work == pytest.approx(ran(floor, course).answered.sum() * 2 / 3, rel=0.05)
    stopped = habits.without(("break", "meal"))
    assert ran(floor, course, habits=stopped).answered.sum() == ran(floor, course).answered.sum()
