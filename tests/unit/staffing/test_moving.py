"""One seat's move: step time, answer as the switch would, look at the state."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from ccfloor.staffing.membership import Change, Kind, Member, Sight, Wish
from ccfloor.staffing.moving import (
    CONFIRM_S,
    SETTLED_S,
    Answer,
    Back,
    Leg,
    Reply,
    Said,
    State,
    advance,
    take_back,
)

T0 = 1_800_000_000.0
HOME = Sight({"loans": Member(1)})
THERE = Sight({"fraud": Member(0)})
WISH = Wish({"fraud": 0})


def done(*ats: float) -> list[Answer]:
    return [Answer(Reply.DONE, at) for at in ats]


def step(leg: Leg, sight: Sight | None, answers: Sequence[Answer] = (), at: float = 0.0) -> Leg:
    return advance(leg, sight, answers, T0 + at, T0 + at)


def confirmed(until: float | None = None) -> Leg:
    """In force since second 1; joined and left with answers at seconds 0.2 and 0.8."""
    leg = step(Leg(WISH, until and T0 + until), HOME)
    leg = step(leg, HOME, done(T0 + 0.2), 0.5)
    return step(leg, HOME, done(T0 + 0.2, T0 + 0.8), 1)


ANSWERED = done(T0 + 0.2, T0 + 0.8)


def test_a_free_seat_is_moved_at_once_stage_by_stage() -> None:
    sent = step(Leg(WISH), HOME)
    assert (sent.state, sent.asked, sent.before) == (State.SENT, 1, HOME)
    leaving = step(sent, HOME, done(T0 + 0.2), 0.5)
    assert (leaving.state, leaving.asked) == (State.SENT, 2)
    there = step(leaving, HOME, done(T0 + 0.2, T0 + 0.8), 1)
    assert there.state is State.CONFIRMED
    assert not there.holds and there.undoable  # it stays, so nobody is kept from moving the seat on


def test_a_busy_seat_is_moved_when_its_call_is_over() -> None:
    leg = step(Leg(WISH), replace(HOME, busy=True, call="c1"))
    assert (leg.state, leg.call, leg.asked) == (State.WAITING, "c1", 0)
    leg = step(leg, replace(HOME, busy=True, call=""), at=30)  # it wraps up
    assert leg.state is State.WAITING
    assert step(leg, HOME, at=40).state is State.SENT


def test_the_next_call_does_not_hold_it_up_again() -> None:
    leg = step(Leg(WISH), replace(HOME, busy=True, call="c1"))
    assert step(leg, replace(HOME, busy=True, call="c2"), at=30).state is State.SENT


def test_who_signs_off_meanwhile_is_not_moved() -> None:
    leg = step(Leg(WISH), replace(HOME, there=False))
    assert (leg.state, leg.said, leg.holds, leg.undoable) == (State.REFUSED, Said.GONE, False, False)


def test_a_call_longer_than_the_move_leaves_nothing_to_move() -> None:
    leg = step(Leg(WISH, T0 + 600), replace(HOME, busy=True, call="c1"))
    over = step(leg, HOME, at=601)
    assert (over.state, over.said, over.asked) == (State.RETURNED, Said.OVER, 0)


def test_a_refusal_stops_the_move_before_it_leaves_anything() -> None:
    sent = step(Leg(WISH), HOME)
    refused = step(sent, HOME, [Answer(Reply.REFUSED, T0, "No such queue")], 1)
    assert (refused.state, refused.said, refused.touched) == (State.REFUSED, "No such queue", False)
    assert not refused.holds


def test_a_refusal_halfway_can_be_taken_back_and_comes_back_by_time() -> None:
    leg = step(step(Leg(WISH, T0 + 600), HOME), HOME, done(T0), 0.5)
    both = Sight({"loans": Member(1), "fraud": Member(0)})
    answers = [*done(T0), Answer(Reply.REFUSED, T0 + 1, "no")]
    half = step(leg, both, answers, 1)
    assert (half.state, half.holds, half.undoable) == (State.REFUSED, True, True)
    due = step(half, both, answers, 600)
    assert due.state is State.DUE
    back = step(due, both, answers, 601)
    assert [(one.kind, one.queue) for one in back.plan[back.start :]] == [(Kind.REMOVE, "fraud")]


def test_what_the_switch_refuses_because_it_is_so_already_is_done() -> None:
    leg = step(step(Leg(WISH), HOME), HOME, done(T0), 0.5)
    answers = [*done(T0), Answer(Reply.REFUSED, T0 + 1, "Unable to remove interface: Not there")]
    assert step(leg, THERE, answers, 1).state is State.CONFIRMED


@pytest.mark.parametrize("reply", [Reply.OPEN, Reply.UNKNOWN])
def test_without_an_answer_for_ten_seconds_it_is_unconfirmed(reply: Reply) -> None:
    sent = step(Leg(WISH), HOME)
    silent = [Answer(reply, T0 + 5)]
    assert step(sent, HOME, silent, CONFIRM_S - 0.1).state is State.SENT
    late = step(sent, HOME, silent, CONFIRM_S)
    assert late.state is State.UNCONFIRMED
    both = Sight({"loans": Member(1), "fraud": Member(0)})
    seen = step(late, both, silent, 20)  # it was done after all, as the floor shows: the move goes on
    assert (seen.state, seen.asked) == (State.UNCONFIRMED, 2)
    assert step(seen, THERE, [*silent, Answer()], 21).state is State.CONFIRMED


def test_a_switch_out_of_sight_is_asked_nothing() -> None:
    assert step(Leg(WISH), None).state is State.ASKED
    due = take_back(confirmed())
    assert step(due, None, ANSWERED, 60) == due


def test_a_move_returns_by_time() -> None:
    leg = confirmed(600)
    assert leg.holds
    assert step(leg, THERE, ANSWERED, 599.9).state is State.CONFIRMED
    due = step(leg, THERE, ANSWERED, 600)
    assert (due.state, due.back, due.late_s) == (State.DUE, Back.RETURN, 0.0)
    back = step(due, THERE, ANSWERED, 600.5)
    assert (back.state, back.asked) == (State.BACK_SENT, 3)
    back = step(back, THERE, [*ANSWERED, *done(T0 + 601)], 601)
    assert (back.state, back.asked) == (State.BACK_SENT, 4)
    home = step(back, THERE, [*ANSWERED, *done(T0 + 601, T0 + 602)], 602)
    assert (home.state, home.holds) == (State.RETURNED, False)


def test_a_return_that_was_due_while_nobody_looked_is_late_and_says_so() -> None:
    due = step(confirmed(600), THERE, ANSWERED, 1500)
    assert (due.state, due.late_s) == (State.DUE, 900.0)


def test_the_way_back_waits_for_the_call_too() -> None:
    due = step(confirmed(600), THERE, ANSWERED, 600)
    on_call = replace(THERE, busy=True, call="c9")
    waits = step(due, on_call, ANSWERED, 601)
    assert (waits.state, waits.call) == (State.DUE, "c9")
    assert step(waits, THERE, ANSWERED, 700).state is State.BACK_SENT


def test_undo_of_a_move_that_waits_asks_nothing() -> None:
    leg = take_back(step(Leg(WISH), replace(HOME, busy=True, call="c1")))
    assert (leg.state, leg.asked) == (State.UNDONE, 0)


def test_undo_waits_for_answers_and_for_the_view_to_show_them() -> None:
    leg = take_back(step(Leg(WISH), HOME))
    assert step(leg, HOME, [Answer()], 5).state is State.DUE
    answered = done(T0 + 6)
    both = Sight({"loans": Member(1), "fraud": Member(0)})
    assert step(leg, HOME, answered, 6 + SETTLED_S - 0.1).state is State.DUE
    back = step(leg, both, answered, 6 + SETTLED_S)
    assert [(one.kind, one.queue) for one in back.plan] == [(Kind.ADD, "fraud"), (Kind.REMOVE, "fraud")]
    home = step(back, HOME, [*answered, Answer()], 9)
    assert home.state is State.UNDONE


def test_undo_when_all_is_as_it_was_ends_at_once() -> None:
    due = take_back(confirmed())
    assert step(due, HOME, ANSWERED, 60).state is State.UNDONE


def test_a_way_back_that_is_refused_can_be_tried_again() -> None:
    back = step(take_back(confirmed()), THERE, ANSWERED, 60)
    refused = step(back, THERE, [*ANSWERED, Answer(Reply.REFUSED, T0 + 61, "no")], 61)
    assert (refused.state, refused.said, refused.holds) == (State.BACK_REFUSED, "no", False)
    again = step(take_back(refused), THERE, [*ANSWERED, Answer(Reply.REFUSED, T0 + 61, "no")], 70)
    assert (again.state, again.start, again.asked) == (State.BACK_SENT, 3, 4)


def test_a_way_back_without_an_answer_is_unconfirmed() -> None:
    back = step(take_back(confirmed()), THERE, ANSWERED, 60)
    late = step(back, THERE, [*ANSWERED, Answer()], 60 + CONFIRM_S)
    assert late.state is State.BACK_UNCONFIRMED and late.undoable


def test_who_signed_off_goes_back_once_signed_on() -> None:
    due = step(confirmed(600), THERE, ANSWERED, 600)
    gone = step(due, Sight(there=False), ANSWERED, 700)
    assert gone.state is State.DUE
    assert step(gone, THERE, ANSWERED, 9000).state is State.BACK_SENT


def test_who_serves_it_already_has_nothing_to_take_back() -> None:
    leg = step(Leg(WISH, T0 + 600), THERE)
    assert (leg.state, leg.asked, leg.holds, leg.undoable) == (State.CONFIRMED, 0, False, False)


@pytest.mark.parametrize("state", [State.RETURNED, State.UNDONE, State.DUE, State.BACK_SENT])
def test_what_is_over_or_on_its_way_back_is_not_taken_back(state: State) -> None:
    with pytest.raises(ValueError, match=state):
        take_back(replace(confirmed(), state=state))


class Moves(RuleBasedStateMachine):
    """A switch that does, refuses or loses what it is asked, people who meddle, calls that come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = T0
        self.calls = 0
        self.call = ""
        self.meddled = self.blind = False
        self.there = True
        self.asked: list[Change] = []
        self.answers: list[Answer] = []
        self.seen: Sight | None = None

    @initialize(
        home=st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), min_size=1),
        wanted=st.dictionaries(st.sampled_from("bcd"), st.integers(0, 3), min_size=1),
        flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        until=st.none() | st.floats(20, 200),
        meddling=st.booleans(),
        rough=st.booleans(),
    )
    def ask(
        self,
        home: dict[str, int],
        wanted: dict[str, int],
        flags: Any,
        until: float | None,
        meddling: bool,
        rough: bool,
    ) -> None:
        beside, ready, paused = flags
        self.meddling, self.rough = meddling, rough
        self.members = {queue: Member(penalty, paused) for queue, penalty in home.items()}
        self.home = dict(self.members)
        self.leg = Leg(Wish(wanted, beside, ready), None if until is None else T0 + until)

    def sight(self) -> Sight:
        paused = bool(self.members) and all(one.paused for one in self.members.values())
        queues = {queue: replace(one, paused=one.paused) for queue, one in self.members.items()}
        return Sight(queues, bool(self.call), self.call, paused, there=self.there)

    @rule(seconds=st.sampled_from((0.5, 1.0, 2.5, 11.0, 70.0)))
    def time_goes_on(self, seconds: float) -> None:
        self.clock += seconds
        self.seen = None if self.blind else self.sight()
        before = self.leg
        self.leg = advance(before, self.seen, self.answers, self.clock, self.clock)
        fresh = self.leg.plan[len(self.asked) : self.leg.asked]
        assert not (fresh and before.state in (State.ASKED, State.WAITING, State.DUE)) or self.may_begin(
            before
        )
        self.asked += fresh
        self.answers += [Answer() for _ in fresh]

    def may_begin(self, before: Leg) -> bool:
        """Whether the seat is seen, and the call it had is over."""
        return self.seen is not None and (not self.seen.busy or before.call not in ("", self.seen.call))

    def _next(self) -> int | None:
        return next((i for i, answer in enumerate(self.answers) if answer.reply is Reply.OPEN), None)

    @precondition(lambda self: self._next() is not None)
    @rule(how=st.sampled_from(("done", "done", "refused", "lost", "lost but done")))
    def the_switch_answers(self, how: str) -> None:
        place = self._next()
        assert place is not None
        fits = self.fits(self.asked[place])
        if fits and how in ("done", "lost but done"):
            self.carry_out(self.asked[place])
        reply = {"done": Reply.DONE if fits else Reply.REFUSED, "refused": Reply.REFUSED}.get(how)
        self.answers[place] = Answer(reply or Reply.UNKNOWN, self.clock, how)

    def fits(self, change: Change) -> bool:
        if change.kind is Kind.ADD:
            return change.queue not in self.members
        return not change.queue or change.queue in self.members

    def carry_out(self, change: Change) -> None:
        if change.kind is Kind.ADD:
            self.members[change.queue] = Member(change.penalty, change.paused)
        elif change.kind is Kind.REMOVE:
            del self.members[change.queue]
        elif change.kind is Kind.PENALTY:
            self.members[change.queue] = replace(self.members[change.queue], penalty=change.penalty)
        else:
            paused = change.kind is Kind.PAUSE
            for queue in [change.queue] if change.queue else list(self.members):
                self.members[queue] = replace(self.members[queue], paused=paused)

    @precondition(lambda self: self.rough)
    @rule(ends=st.booleans())
    def a_call(self, ends: bool) -> None:
        self.calls += 1
        self.call = "" if ends else f"c{self.calls}"

    @precondition(lambda self: self.meddling)
    @rule(queue=st.sampled_from("abcd"), penalty=st.none() | st.integers(0, 5))
    def somebody_meddles(self, queue: str, penalty: int | None) -> None:
        self.meddled = True
        if penalty is not None:
            self.members[queue] = Member(penalty)
        else:
            self.members.pop(queue, None)

    @precondition(lambda self: self.rough)
    @rule()
    def sight_is_lost_or_found(self) -> None:
        self.blind = not self.blind

    @precondition(lambda self: self.rough)
    @rule()
    def signs_off_or_on(self) -> None:
        self.there = not self.there

    @precondition(lambda self: self.leg.undoable)
    @rule()
    def undo(self) -> None:
        self.leg = take_back(self.leg)
        assert self.leg.state in (State.DUE, State.UNDONE)

    @invariant()
    def all_that_was_asked_is_of_the_plan(self) -> None:
        if hasattr(self, "leg"):
            assert tuple(self.asked) == self.leg.plan[: self.leg.asked]

    @invariant()
    def a_seat_is_never_left_without_a_queue(self) -> None:
        assert not hasattr(self, "leg") or self.meddled or self.members

    @invariant()
    def what_is_over_is_as_it_was(self) -> None:
        if not hasattr(self, "leg") or self.meddled or self.leg.state not in (State.RETURNED, State.UNDONE):
            return
        was = {queue: one.penalty for queue, one in self.home.items()}
        assert {queue: one.penalty for queue, one in self.members.items()} == was

    @invariant()
    def nothing_is_sent_for_longer_than_it_may_be(self) -> None:
        if hasattr(self, "leg") and self.leg.state in (State.SENT, State.BACK_SENT):
            known = all(one.reply is Reply.DONE for one in self.answers)
            assert known or self.clock - self.leg.sent_at < CONFIRM_S + 70

    @invariant()
    def what_holds_nothing_moves_no_more(self) -> None:
        if hasattr(self, "leg") and not self.leg.holds:
            later = advance(self.leg, self.sight(), self.answers, self.clock + 1e6, self.clock + 1e6)
            assert later == self.leg


Moves.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestMoves = Moves.TestCase
