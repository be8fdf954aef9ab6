"""Which proposal a move follows: by its seats, its way and its return."""

import pytest
from msgspec.structs import replace

from ccfloor.staffing.advise import Advice
from ccfloor.staffing.following import HEARD_S, Heard, Made, followed
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import Estimate
from ccfloor.staffing.reason import Because, Reason

T0 = 1_800_000_000.0
NOTHING = Estimate(0.0, 0.0, 0.0, 0)
REASON = Reason(Because.SHORT, "hotline", 2, 0, 3.0)


def move(seat: str, queue: str = "hotline", kind: Kind = Kind.INSTEAD) -> Move:
    after = {queue: 1} if kind is Kind.INSTEAD else {queue: 1, "cards": 1}
    return Move(seat, "", ("cards",), queue, 1, after, kind)


def proposal(*seats: str, kind: Kind = Kind.INSTEAD, back_at: float | None = T0 + 1800) -> Advice:
    moves = tuple(move(seat, kind=kind) for seat in seats)
    back = {} if back_at is None else {"hotline": back_at}
    return Advice(moves, (), (), back, (), NOTHING, NOTHING, 0.9, REASON)


def made(*seats: str, at: float = T0, queues: tuple[str, ...] = ("hotline",), **more: object) -> Made:
    told = {"minutes": 30, **more}
    return Made(at, frozenset(seats), frozenset(queues), **told)  # type: ignore[arg-type]


def heard(*advice: Advice, id_: int = 1) -> Heard:
    return Heard(id_, T0 - 60, T0, advice)


def test_a_move_that_takes_the_seats_of_a_proposal_follows_it() -> None:
    old = Heard(1, T0 - 600, T0 - 60, [proposal("S/1", "S/2")])
    new = heard(proposal("S/9"), proposal("S/1", "S/2", "S/3"), id_=2)
    later = T0 + 30
    assert followed([old, new], made("S/1", "S/2", at=later)) == (new, 1)
    assert followed([old], made("S/1", "S/2", at=later)) == (old, 0)
    assert followed([old, new], made("S/1", at=later)) == (old, 0), "the newest did not say so"


@pytest.mark.parametrize(
    "other",
    [
        made("S/1", "S/2", at=T0 + HEARD_S + 1),
        made("S/1", "S/2", at=T0 - 61),
        made("S/7", "S/8"),
        made("S/1", "S/7", "S/8", "S/9"),
        made("S/1", "S/2", queues=("loans",)),
        made("S/1", "S/2", queues=("hotline", "loans")),
        made("S/1", "S/2", beside=True),
        made("S/1", "S/2", minutes=60),
        made("S/1", "S/2", minutes=10),
        made("S/1", "S/2", minutes=0),
        made("S/1", "S/2", queues=()),
    ],
)
def test_another_move_follows_nothing(other: Made) -> None:
    assert followed([heard(proposal("S/1", "S/2"))], other) is None
    assert followed([], other) is None


def test_how_long_a_proposal_may_be_followed_is_the_sites_to_say() -> None:
    late = made("S/1", at=T0 + 600)
    given = heard(proposal("S/1", back_at=T0 + 2400))
    assert followed([given], late) is None
    assert followed([given], late, heard_s=900.0) == (given, 0)


def test_a_seat_moved_instead_does_not_follow_a_proposal_to_serve_both() -> None:
    both = heard(proposal("S/1", kind=Kind.BESIDE))
    assert followed([both], made("S/1")) is None
    assert followed([both], made("S/1", queues=("hotline", "cards"))) is None
    assert followed([both], made("S/1", beside=True)) == (both, 0)


@pytest.mark.parametrize(
    ("back_at", "minutes", "follows"),
    [
        (T0 + 1800, 45, True),
        (T0 + 1800, 46, False),
        (T0 + 7200, 80, True),  # a third earlier
        (T0 + 7200, 79, False),
        (None, 0, True),
        (None, 600, False),
    ],
)
def test_the_return_is_about_the_one_proposed(back_at: float | None, minutes: int, follows: bool) -> None:
    given = heard(proposal("S/1", back_at=back_at))
    assert (followed([given], made("S/1", minutes=minutes)) is not None) == follows


def test_each_way_of_a_proposal_is_followed_on_its_own() -> None:
    three = proposal("S/1", "S/2", "S/3")
    mixed = heard(replace(three, moves=(*three.moves, move("S/4", "loans")), back_at={"hotline": T0 + 1800}))
    assert followed([mixed], made("S/1", "S/2", "S/3")) == (mixed, 0)
    assert followed([mixed], made("S/4", queues=("loans",), minutes=0)) == (mixed, 0)
    assert followed([mixed], made("S/4")) is None


def test_people_called_back_follow_a_proposal_that_calls_them() -> None:
    back = replace(proposal(), recalled=("S/1", "S/2"))
    both = replace(proposal("S/9"), recalled=("S/1", "S/2"))
    called = made("S/1", "S/2", queues=(), beside=True, minutes=0)
    assert followed([heard(both, back)], called) == (heard(both, back), 1), "the likest"
    assert followed([heard(both)], called) == (heard(both), 0), "a part of it"
    assert followed([heard(both, back)], made("S/7", queues=())) is None


def test_who_goes_home_early_serves_what_he_served() -> None:
    home = replace(proposal(), moves=(move("S/1", kind=Kind.HOME),), back_at={})
    called = made("S/1", queues=("hotline", "cards"), minutes=0)
    assert followed([heard(home)], called) == (heard(home), 0)
    assert followed([heard(home)], made("S/1", minutes=0)) is None
