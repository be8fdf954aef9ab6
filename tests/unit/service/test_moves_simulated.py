"""The effect of a picked move by simulation: more seats help, who gives pays, nobody sees: nothing."""

import pytest
from msgspec.structs import replace

from ccfloor.floor.view import FloorView, Membership
from ccfloor.service.moves.preview import Effect, Moved
from ccfloor.service.staffing.effects import Simulated, effects_of
from ccfloor.service.staffing.present_learned import habits
from ccfloor.service.staffing.present_now import Present, Why, present_now
from ccfloor.staffing.advise import advise
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.limits import Moved as InForce
from ccfloor.staffing.limits import Policy
from ccfloor.staffing.membership import Wish
from tests.unit.service.present_floor import NINE, caller, config, past, paused, seat, view


def serves(name: str, *queues: str) -> object:
    return replace(seat(name), queues=tuple(Membership(queue, 1) for queue in queues))


def rush(*more: object) -> FloorView:
    """Three wait at the hotline, where one seat works; another queue has two seats."""
    callers = tuple(caller(f"c{n}", NINE - 30 - n) for n in range(3))
    seats = (serves("P/1", "hot"), serves("P/2", "vip"), serves("P/3", "vip"), *more)
    return view(*seats, last_30=30, callers=callers)  # type: ignore[arg-type]


def effect(floor: FloorView, wish: Wish, *seats: str, minutes: int = 0) -> dict[str, Effect]:
    present = present_now(floor, config(), past(), NINE)
    assert present.floor is not None
    return effects_of(present.floor, habits(past()), floor, Moved(wish, seats, {}), minutes)


def gain(told: Effect) -> float:
    assert told.before.abandoned is not None and told.after.abandoned is not None
    return told.before.abandoned - told.after.abandoned


def test_a_seat_more_helps_its_new_queue_and_two_help_more() -> None:
    one = effect(rush(), Wish({"hot": 1}), "P/2")
    two = effect(rush(), Wish({"hot": 1}), "P/2", "P/3")
    assert 0.05 < gain(one["hot"]) < gain(two["hot"])
    assert gain(one["vip"]) <= 0.0
    for told in (*one.values(), *two.values()):
        for figures in (told.before, told.after):
            assert 0 <= (figures.service_level or 0) <= 1 and (figures.wait_s or 0) >= 0


def test_a_seat_that_goes_on_with_what_it_serves_costs_its_queue_less() -> None:
    floor = replace(rush(), queues=tuple(
        replace(one, last_30=replace(one.last_30, offered=20)) for one in rush().queues
    ))  # fmt: skip
    away = effect(floor, Wish({"hot": 1}), "P/2", "P/3")
    beside = effect(floor, Wish({"hot": 1}, beside=True), "P/2", "P/3")
    assert gain(beside["vip"]) > gain(away["vip"])


def test_a_seat_that_goes_back_soon_helps_less_of_the_hour() -> None:
    brief = effect(rush(), Wish({"hot": 1}), "P/2", "P/3", minutes=40)
    lasting = effect(rush(), Wish({"hot": 1}), "P/2", "P/3")
    assert gain(brief["hot"]) < gain(lasting["hot"])


def test_who_is_on_a_break_helps_where_he_shall_take_calls() -> None:
    floor = rush(paused("P/4", "break", NINE - 5, role="agent", queues=(Membership("vip", 1, True),)))
    called = effect(floor, Wish({"hot": 1}, ready=True), "P/4", minutes=30)
    left = effect(floor, Wish({"hot": 1}), "P/4", minutes=30)
    assert gain(called["hot"]) > gain(left["hot"])


def test_who_is_called_back_helps_the_queue_he_serves() -> None:
    resting = rush(paused("P/4", "break", NINE - 5, role="agent", queues=(Membership("hot", 1, True),)))
    present = present_now(resting, config(), past(), NINE)
    assert present.floor is not None
    recall = Moved(Wish({}, beside=True, ready=True), ("P/4",), {"hot": (frozenset(), frozenset({"P/4"}))})
    told = effects_of(present.floor, habits(past()), resting, recall, 0)
    assert set(told) == {"hot"} and gain(told["hot"]) > 0.02


def test_a_preview_knows_that_lent_seats_go_home() -> None:
    floor = view(*(serves(f"P/{n}", "hot") for n in (1, 2)), serves("P/3", "vip"), last_30=30)  # type: ignore[arg-type]
    present = present_now(floor, config(), past(), NINE)
    lent = [InForce("P/2", {"vip": 1}, NINE - 900, NINE + 300)]
    wish = Moved(Wish({"hot": 1}), ("P/3",), {})
    told = Simulated(Known(present, ready=True), tuple, meanwhile, lambda now: lent)  # type: ignore[arg-type]
    blind = Simulated(Known(present, ready=True), tuple, meanwhile)  # type: ignore[arg-type]
    knows, guesses = (each(floor, wish, 30)["hot"].before.abandoned for each in (told, blind))
    assert knows is not None and guesses is not None and knows > guesses + 0.05


def test_a_recall_is_previewed_as_it_was_advised() -> None:
    """The card's figures are those of the form that it fills."""
    meets = paused("P/4", "meeting", NINE - 5, role="lead", queues=(Membership("hot", 1, True),))
    resting = rush(meets)
    present = present_now(resting, config(), past(), NINE)
    assert present.floor is not None
    best = advise(present.floor, Policy(level=2), habits(past())).advice
    card = next(one for one in best if not one.moves and one.recalled == ("P/4",))
    recall = Moved(Wish({}, beside=True, ready=True), card.recalled, {"hot": (frozenset(), frozenset())})
    told = effects_of(present.floor, habits(past()), resting, recall, 60)["hot"]
    (said,) = [one for one in card.effects if (one.queue, one.horizon_s) == ("hot", 3600.0)]
    for figures, shown in ((said.before, told.before), (said.after, told.after)):
        assert figures.service_level and figures.abandoned and figures.wait_s
        assert shown.service_level == pytest.approx(figures.service_level.value)
        assert shown.abandoned == pytest.approx(figures.abandoned.value)
        assert shown.wait_s == pytest.approx(figures.wait_s.value)


class Known:
    """What is known, once it was learned: from the second question on."""

    def __init__(self, present: Present, ready: bool) -> None:
        self._present, self.ready = present, ready

    def begun(self, floor: FloorView) -> bool:
        ready, self.ready = self.ready, True
        return ready

    def present(self, floor: FloorView, reports: object = ()) -> tuple[Present, Habits]:
        return self._present, habits(past())


def meanwhile(floor: FloorView, moved: Moved, minutes: int) -> dict[str, Effect]:
    return {"meanwhile": Effect()}


def test_until_the_past_is_known_something_simpler_tells() -> None:
    known = Known(present_now(rush(), config(), past(), NINE), ready=False)
    told = Simulated(known, tuple, meanwhile)  # type: ignore[arg-type]
    moved = Moved(Wish({"hot": 1}), ("P/2",), {})
    assert set(told(rush(), moved, 30)) == {"meanwhile"}
    assert set(told(rush(), moved, 30)) == {"meanwhile", "hot", "vip"}, "what is simulated comes first"


def test_where_nobody_sees_the_floor_no_effect_is_told() -> None:
    told = Simulated(Known(Present(None, Why.BLIND), True), tuple, meanwhile)  # type: ignore[arg-type]
    assert told(rush(), Moved(Wish({"hot": 1}), ("P/2",), {}), 30) == {}


@pytest.mark.parametrize("minutes", [15, 30])
def test_a_short_move_is_told_of_the_half_hour(minutes: int) -> None:
    half = effect(rush(), Wish({"hot": 1}), "P/2", minutes=minutes)
    hour = effect(rush(), Wish({"hot": 1}), "P/2", minutes=60)
    assert half["hot"].before != hour["hot"].before
