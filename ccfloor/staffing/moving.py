"""One seat on its way to other queues and back: what state it is in, and what is to be asked next.

Asked → waits for the call it has → sent → confirmed, refused, or unconfirmed after CONFIRM_S; then due back,
by time or because somebody takes it back → the same on the way back → returned or undone. Two clocks are
given: ``at``, the floor's, by which it is due; ``clock``, ours, by which answers are late. UTC epoch seconds.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from ccfloor.staffing.membership import Change, Sight, Wish, changes, shows, taking_back

CONFIRM_S = 10.0
SETTLED_S = 2.0  # after an answer: by then the floor's view shows what it did
LATE_S = 60.0  # a return later than this is said to be late
UNSEEN_S = 120.0  # out of sight for so long, what was asked is not begun any more
GONE_S = 30.0  # signed off without any queue for so long: a floor that is just being read looks so, too
_NOTED_S = 30.0  # so often it is noted that a seat which waits is in sight


class State(StrEnum):
    """Where a seat's move stands."""

    ASKED = "asked"
    WAITING = "waiting"  # for the end of its call
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    DUE = "due"  # to go back; may wait for the end of its call
    BACK_SENT = "back_sent"
    BACK_REFUSED = "back_refused"
    BACK_UNCONFIRMED = "back_unconfirmed"
    RETURNED = "returned"
    UNDONE = "undone"


class Back(StrEnum):
    """Why a seat goes back."""

    NO = ""
    RETURN = "return"  # its time is over
    UNDO = "undo"


class Reply(StrEnum):
    """What the switch said to one request."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # it never answered


class Answer(msgspec.Struct, frozen=True):
    """An answer, when it came (our clock), and its words."""

    reply: Reply = Reply.OPEN
    at: float = 0.0
    words: str = ""


class Said(StrEnum):
    """Why nothing was asked of the switch."""

    GONE = "gone"  # the seat signed off
    OVER = "over"  # its call went on until the move's time was over
    OTHER = "other"  # another person sits there
    LAST_SEAT = "last_seat"  # a queue would lose the last seat that works for it
    UNSEEN = "unseen"  # the floor was out of sight for too long


class Leg(msgspec.Struct, frozen=True):
    """One seat's move. ``until``: when it goes back (floor's clock); None: it stays.

    ``call``: the one whose end it waits for. ``before``: how the seat was when it was asked for, then
    anew when the first request was given.
    ``plan[:asked]``: what was asked of the switch; ``[:forth]`` of it on the way there, ``[start:]`` on the
    way it is on. ``touched``: something may have been changed. ``said``: a Said, or the switch's words.
    ``late_s``: how late its return began. ``seen_at``: when, as was noted last, the seat was in sight while
    it waited to begin (floor's clock; 0: not known). ``gone_at``: since when it is signed off without a queue
    while it is due back (our clock; 0: it is not).
    """

    wish: Wish
    until: float | None = None
    state: State = State.ASKED
    back: Back = Back.NO
    call: str = ""
    before: Sight | None = None
    plan: tuple[Change, ...] = ()
    asked: int = 0
    start: int = 0
    forth: int = 0
    sent_at: float = 0.0
    touched: bool = False
    said: str = ""
    late_s: float = 0.0
    seen_at: float = 0.0
    gone_at: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nobody else may move the seat meanwhile."""
        if self.state in (State.CONFIRMED, State.REFUSED):
            return self.touched and self.until is not None
        return self.state not in _OVER

    @property
    def in_force(self) -> bool:
        """Whether it changed what the seat serves, and did not go back."""
        return self.touched and self.state not in (State.RETURNED, State.UNDONE)

    @property
    def undoable(self) -> bool:
        """Whether somebody may take it back now."""
        return self.state in _WAITS or (self.touched and self.state in _STANDS)


_OVER = (State.RETURNED, State.UNDONE, State.BACK_REFUSED)
_WAITS = (State.ASKED, State.WAITING)
_STANDS = (
    *(State.SENT, State.CONFIRMED, State.REFUSED, State.UNCONFIRMED),
    *(State.BACK_REFUSED, State.BACK_UNCONFIRMED),
)
_ENDS = {Back.RETURN: State.RETURNED, Back.UNDO: State.UNDONE}


def take_back(leg: Leg) -> Leg:
    """Somebody takes a move back; one that waits is over at once. Raises ValueError unless it is undoable."""
    if not leg.undoable:
        raise ValueError(leg.state)
    if leg.state in _WAITS:
        return replace(leg, state=State.UNDONE, back=Back.UNDO)
    return replace(leg, state=State.DUE, back=Back.UNDO, call="", said="")


def advance(
    leg: Leg, sight: Sight | None, answers: Sequence[Answer], at: float, clock: float, *, last: bool = False
) -> Leg:
    """The move a moment later. Where ``asked`` grew, those changes of the plan are to be asked of the switch.

    ``sight``: the seat now; None while the switch is out of sight. ``answers``: to ``plan[:asked]``.
    ``last``: if it went now, a queue would lose the last seat that works for it, and nobody insisted on that.
    """
    if leg.holds and _another(leg, sight):
        return _left(leg, Said.OTHER)
    if leg.state in _WAITS:
        return _begin(leg, sight, at, clock, last)
    over = leg.until is not None and at >= leg.until
    if leg.state in (State.SENT, State.UNCONFIRMED):
        told = _settle(leg, sight, answers, clock)
        return _due(told, at) if over and told.touched else told
    if leg.state in (State.CONFIRMED, State.REFUSED):
        return _due(leg, at) if over and leg.touched else leg
    if leg.state is State.DUE:
        return _go_back(leg, sight, answers, clock)
    if leg.state in (State.BACK_SENT, State.BACK_UNCONFIRMED):
        return _settle_back(leg, sight, answers, clock)
    return leg


def _due(leg: Leg, at: float) -> Leg:
    late = at - (leg.until or at)
    late_s = late if late > LATE_S else 0.0
    return replace(leg, state=State.DUE, back=Back.RETURN, call="", said="", late_s=late_s)


def _another(leg: Leg, sight: Sight | None) -> bool:
    """Whether somebody else sits there than whom the move is about."""
    if sight is None or leg.before is None:
        return False
    return bool(sight.agent and leg.before.agent) and sight.agent != leg.before.agent


def _left(leg: Leg, said: Said) -> Leg:
    """It ends here, and nothing is asked of the switch: who was moved is not at the seat any more."""
    if leg.state in _WAITS:
        return replace(leg, state=State.REFUSED, call="", said=said)
    back = Back.RETURN if leg.back is Back.NO else leg.back
    return replace(leg, state=_ENDS[back], back=back, call="", said=said)


def _waits_for(leg: Leg, sight: Sight) -> str | None:
    """The call to wait for, "" if its id is not known; None: none.

    Where callers wait, the next call rings the moment the one before ends: once the seat has another one, the
    one it had is over.
    """
    if not sight.busy or (leg.call and sight.call and sight.call != leg.call):
        return None
    return leg.call or sight.call


# -- the way there ---------------------------------------------------------------------------------------


def _begin(leg: Leg, sight: Sight | None, at: float, clock: float, last: bool) -> Leg:
    if leg.until is not None and at >= leg.until:
        return replace(leg, state=State.RETURNED, back=Back.RETURN, said=Said.OVER)
    if leg.seen_at and at - leg.seen_at > UNSEEN_S:
        return _left(leg, Said.UNSEEN)
    if sight is None:
        return leg if leg.seen_at else replace(leg, seen_at=at)
    if not sight.there:
        return _left(leg, Said.GONE)
    call = _waits_for(leg, sight)
    if call is not None:
        noted = leg.seen_at if 0.0 <= at - leg.seen_at < _NOTED_S else at
        return replace(leg, state=State.WAITING, call=call, seen_at=noted)
    if last:
        return _left(leg, Said.LAST_SEAT)
    plan = changes(_still(leg), sight)
    begun = replace(leg, before=sight, plan=plan, forth=len(plan), call="", sent_at=clock)
    if not plan:
        return replace(begun, state=State.CONFIRMED)
    return replace(begun, state=State.SENT, asked=_stage_end(plan, 0), touched=True)


def _still(leg: Leg) -> Wish:
    """What is wished, without calling back who went on a pause only after it was asked."""
    rested = leg.before is None or leg.before.paused
    return replace(leg.wish, ready=leg.wish.ready and rested)


def _stage_end(plan: Sequence[Change], start: int) -> int:
    """Up to where the stage reaches that begins here."""
    stage = plan[start].stage
    return next((place for place in range(start, len(plan)) if plan[place].stage != stage), len(plan))


def _settle(leg: Leg, sight: Sight | None, answers: Sequence[Answer], clock: float) -> Leg:
    refused = _refusal(leg, sight, answers)
    if refused is not None:
        touched = any(answer.reply is not Reply.REFUSED for answer in answers)
        return replace(leg, state=State.REFUSED, said=refused, touched=touched)
    if _known(leg, sight, answers):
        if leg.asked == len(leg.plan):
            return replace(leg, state=State.CONFIRMED)
        return replace(leg, asked=_stage_end(leg.plan, leg.asked))
    late = clock - leg.sent_at >= CONFIRM_S
    return replace(leg, state=State.UNCONFIRMED) if late else leg


def _now(leg: Leg, answers: Sequence[Answer]) -> Iterable[tuple[Change, Answer]]:
    """What was asked on this way, each with its answer."""
    return zip(leg.plan[leg.start : leg.asked], answers[leg.start : leg.asked], strict=True)


def _known(leg: Leg, sight: Sight | None, answers: Sequence[Answer]) -> bool:
    """Whether all that was asked on this way is done, as the switch says or as it is seen."""
    return all(answer.reply is Reply.DONE or _seen(change, sight) for change, answer in _now(leg, answers))


def _refusal(leg: Leg, sight: Sight | None, answers: Sequence[Answer]) -> str | None:
    """The words of the first refusal; what is already as it was wanted is none."""
    for change, answer in _now(leg, answers):
        if answer.reply is Reply.REFUSED and not _seen(change, sight):
            return answer.words
    return None


def _seen(change: Change, sight: Sight | None) -> bool:
    return sight is not None and shows(change, sight)


# -- the way back ----------------------------------------------------------------------------------------


def _go_back(leg: Leg, sight: Sight | None, answers: Sequence[Answer], clock: float) -> Leg:
    if sight is None or not _settled(answers, clock):
        return leg
    if not (sight.there or sight.queues):
        return _gone(leg, clock)
    leg = replace(leg, gone_at=0.0)
    call = _waits_for(leg, sight)
    if call is not None:
        return replace(leg, call=call)
    before = leg.before or sight
    done = _maybe_done(leg, answers)
    more = taking_back(done, before, sight, pause=leg.back is Back.UNDO)
    if not more:
        return replace(leg, state=_ENDS[leg.back], call="")
    forth = min(leg.forth, leg.asked)  # what was never asked is dropped
    plan = leg.plan[: leg.asked] + more
    asked = _stage_end(plan, leg.asked)
    going = replace(leg, state=State.BACK_SENT, plan=plan, forth=forth, start=leg.asked, asked=asked)
    return replace(going, call="", sent_at=clock)


def _gone(leg: Leg, clock: float) -> Leg:
    """Who is signed off and serves nothing has nothing to go back to; he signs on to what is his."""
    if not leg.gone_at:
        return replace(leg, gone_at=clock)
    return _left(leg, Said.GONE) if clock - leg.gone_at >= GONE_S else leg


def _settled(answers: Sequence[Answer], clock: float) -> bool:
    """Whether every request has its answer, and the view had the time to show what it did."""
    return all(answer.reply is not Reply.OPEN and clock - answer.at >= SETTLED_S for answer in answers)


def _maybe_done(leg: Leg, answers: Sequence[Answer]) -> list[Change]:
    """What was asked on the way there and not refused: whether it was done is seen at the seat."""
    there = zip(leg.plan[: leg.forth], answers[: leg.forth], strict=False)
    return [change for change, answer in there if answer.reply is not Reply.REFUSED]


def _settle_back(leg: Leg, sight: Sight | None, answers: Sequence[Answer], clock: float) -> Leg:
    refused = _refusal(leg, sight, answers)
    if refused is not None:
        return replace(leg, state=State.BACK_REFUSED, said=refused)
    if _known(leg, sight, answers):
        if leg.asked == len(leg.plan):
            return replace(leg, state=_ENDS[leg.back])
        return replace(leg, asked=_stage_end(leg.plan, leg.asked))
    late = clock - leg.sent_at >= CONFIRM_S
    return replace(leg, state=State.BACK_UNCONFIRMED) if late else leg
