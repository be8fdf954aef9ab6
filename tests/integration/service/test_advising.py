"""Advice stored as it is given, moves set beside it, and what came of them."""

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, insert, select, update

from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.privacy import NumberKeeper
from ccfloor.service.settings import Settings
from ccfloor.service.staffing.advice_board import advice_board
from ccfloor.service.staffing.advice_past import past_of
from ccfloor.service.staffing.advising import Advisor, level_of, same
from ccfloor.service.staffing.foresight import Snapshot
from ccfloor.service.staffing.judged import by_hand, judge_moves, note_moves, pairs_of
from ccfloor.service.staffing.present_learned import habits
from ccfloor.service.staffing.present_now import Present, Why, present_now
from ccfloor.service.staffing.running import Running
from ccfloor.service.staffing.standing import pinned, standing
from ccfloor.staffing.judging import State, errors
from ccfloor.staffing.levers import Lever
from ccfloor.staffing.moves import Kind
from ccfloor.store.advice import advice_between, effects_between, latest_advice
from ccfloor.store.advice_tables import advice, move_effects
from ccfloor.store.engine import writing
from ccfloor.store.plan_rows import level_spans
from ccfloor.store.tables import alarms
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes import advised
from tests.fakes.moving_floor import BOSS, CONFIG, T0, MovingFloor
from tests.unit.service.present_floor import NINE, caller, config, past, seat, view

HALF, LATER = 1800.0, 4200.0


@pytest.fixture
def floor(database: Engine) -> MovingFloor:
    return MovingFloor(database)


def effects(engine: Engine) -> list[tuple[str, float, str, int]]:
    with engine.connect() as connection:
        rows = effects_between(connection, "main", 0, 1e11)
    return [(row.queue, row.ends_at - row.at, row.state, row.advice) for row in rows]


# -- given ---------------------------------------------------------------------------------------------------


def look(advisor: Advisor, floor: object, at: float) -> object:
    present = present_now(floor, config(), past(), at) if floor is not None else Present(None, Why.BLIND)
    snapshot = Snapshot(view(seat(), at=at), (), ())
    return advisor.look(present, habits(past()), snapshot)


def test_advice_is_given_when_it_is_due_and_stored_once_while_it_is_the_same(database: Engine) -> None:
    advisor = Advisor(database, config())
    calm = view(seat("P/1"), seat("P/2"), seat("P/3"), last_30=6)
    found = look(advisor, calm, NINE)
    assert found is not None
    assert look(advisor, calm, NINE + 59) is None, "it is not due"
    assert look(advisor, None, NINE + 60) is None, "nobody sees the floor"
    again = look(advisor, replace(calm, at=NINE + 121), NINE + 121)
    assert again is not None
    with database.connect() as connection:
        rows = advice_between(connection, "main", 0, NINE + 999)
    assert [(row.given_at, row.seen_at) for row in rows] == [(NINE, NINE + 121)]


def test_a_rush_is_answered_with_moves_or_with_why_not(database: Engine) -> None:
    callers = tuple(caller(f"c{n}", NINE - 60 - n) for n in range(6))
    vip = [replace(seat(f"P/{n}"), queues=(replace(seat().queues[0], queue="vip"),)) for n in (2, 3)]
    rush = view(seat("P/1"), *vip, last_30=60, callers=callers)
    found = look(Advisor(database, config()), rush, NINE)
    board = advice_board(database, BOSS, config(), NINE + 5)
    assert board.at == NINE and not board.stale
    assert bool(board.cards) != bool(board.idle)
    assert len(board.cards) == len(found.advice) <= 3  # type: ignore[attr-defined]


def test_the_levels_that_are_on_count() -> None:
    def rule(level: int, on: bool) -> Running:
        return Running(f"level-{level}", "", level, (), None, on)

    assert level_of(()) == 0
    assert level_of((rule(1, True), rule(2, False), rule(0, True))) == 1, "whatever it is of that they count"
    assert level_of((rule(1, True), rule(3, True))) == 3


def fired(
    rule: str, at: float, cleared: float = 0.0, level: int = 1, plan: str = "peak"
) -> dict[str, object]:
    told = {"rule": rule, "fired_at": at, "cleared_at": cleared, "level": level, "plan": plan}
    zero = dict.fromkeys(("active_at", "blind_s", "value", "worst"), 0.0)
    return {"site": "main", "subject": "", "version": 1, "severity": "warn", **zero, **told}


def test_what_was_on_is_found_again_for_days_gone_by(database: Engine) -> None:
    rows = [
        *(fired("one", NINE - 600, NINE, 1), fired("one", NINE + 60, NINE + 600, 1)),
        *(fired("two", NINE + 300, 0.0, 2), fired("late", NINE + 3600, 0.0, 3)),
        *(fired("calm", NINE, 0.0, 0), fired("seat", NINE, 0.0, -1, plan="")),
    ]
    with writing(database) as connection:
        connection.execute(insert(alarms), rows)
        found = level_spans(connection, "main", NINE, NINE + 3600)
    assert found == [(NINE + 60, NINE + 600, 1), (NINE + 300, NINE + 3600, 2)]


def test_what_is_shown_for_a_quarter_of_an_hour_may_be_followed_as_long(floor: MovingFloor) -> None:
    given = advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    floor.now = T0 + 600
    floor.ask("S/1", minutes=30)
    dead = Snapshot(view(seat(), at=T0 + 660), (), ())
    Advisor(floor.engine, CONFIG, 300.0, stale_s=900.0).look(Present(None, Why.BLIND), habits(past()), dead)
    assert {row[3] for row in effects(floor.engine)} == {given}


# -- moves in force and under way ---------------------------------------------------------------------------


def test_a_seat_under_way_is_left_alone_and_a_moved_one_knows_its_home(floor: MovingFloor) -> None:
    floor.deaf = True
    floor.ask("S/1", minutes=30)
    floor.step()
    with floor.engine.connect() as connection:
        stands = standing(connection, "main", floor.now)
    assert stands.moving == {"S/1"} and stands.moved == ()
    seats = present_now(floor.view(), CONFIG, past(), floor.now).floor
    assert seats is not None
    assert {one.seat for one in pinned(seats, stands).seats if one.pinned == "moving"} == {"S/1"}
    floor.deaf = False
    floor.step(times=4)
    with floor.engine.connect() as connection:
        stands = standing(connection, "main", floor.now)
    (moved,) = stands.moved
    assert (moved.seat, moved.home, moved.until) == ("S/1", {"loans": 1}, T0 + HALF)
    assert stands.moving == frozenset() and set(stands.held) == {"S/1"}


# -- followed ------------------------------------------------------------------------------------------------


def test_a_move_that_follows_advice_is_judged_by_it(floor: MovingFloor) -> None:
    given = advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    floor.ask("S/1", "S/2", minutes=30)
    assert note_moves(floor.engine, "main", T0 + 60) == 1
    assert note_moves(floor.engine, "main", T0 + 61) == 0, "once"
    floor.step(times=4)
    assert effects(floor.engine) == [
        ("fraud", HALF, State.PENDING, given),
        ("loans", HALF, State.PENDING, given),
        ("fraud", 2 * HALF, State.PENDING, given),
        ("loans", 2 * HALF, State.PENDING, given),
    ]
    advised.came(floor.engine, "fraud", T0, timely=8, late=2)
    advised.came(floor.engine, "loans", T0, timely=9, late=0, gone=1)
    assert judge_moves(floor.engine, CONFIG, T0 + HALF) == 0, "who came last is still served"
    assert judge_moves(floor.engine, CONFIG, T0 + HALF + 300) == 2
    with floor.engine.connect() as connection:
        rows = effects_between(connection, "main", 0, 1e11)
    found = errors(pairs_of(rows))
    assert found.n == 2 and (found.right, found.signs) == (2, 2)
    assert found.service_level.bias == pytest.approx((0.1 + 0.0) / 2)
    assert found.abandoned.mae == pytest.approx((0.1 + 0.0) / 2)
    assert judge_moves(floor.engine, CONFIG, T0 + 2 * HALF + 300) == 2
    assert {state for _, _, state, _ in effects(floor.engine)} == {State.JUDGED}


def test_a_move_by_hand_is_judged_by_its_preview(floor: MovingFloor) -> None:
    wanted = Wanted(("S/1",), {"fraud": 0}, minutes=30)
    told = advised.shown(0.6, 0.7)
    ask_move(floor.engine, BOSS, floor.view(), wanted, "高峰", T0, who="周岚", predicted=told)
    assert note_moves(floor.engine, "main", T0 + 60) == 1
    assert effects(floor.engine) == [("fraud", HALF, State.PENDING, 0)]
    (one,) = by_hand(told, 30)
    assert one.gets and one.after.service_level is not None and one.after.service_level.low is None
    assert by_hand(advised.shown(0.6, 0.7), 60)[0].horizon_s == 2 * HALF
    assert by_hand("", 30) == ()


def test_a_move_that_was_taken_back_is_marked_and_not_judged_beyond_that(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    move = floor.ask("S/1", minutes=45)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    floor.now = T0 + HALF + 10
    floor.undo(move)
    assert judge_moves(floor.engine, CONFIG, T0 + LATER) == 4
    assert [(span, state) for _, span, state, _ in effects(floor.engine)] == [
        (HALF, State.JUDGED), (HALF, State.JUDGED), (2 * HALF, State.UNDONE), (2 * HALF, State.UNDONE),
    ]  # fmt: skip


def test_what_the_switch_refused_is_not_judged(floor: MovingFloor) -> None:
    floor.refuses["fraud"] = "no such member"
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    floor.ask("S/1", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert {state for _, _, state, _ in effects(floor.engine)} == {State.NOT_DONE}


def states(engine: Engine, queue: str = "fraud") -> list[str]:
    return [state for of, _, state, _ in effects(engine) if of == queue]


def test_a_move_of_which_the_switch_did_a_part_is_not_judged_as_if_all_had_moved(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2", "S/3")), T0)
    move = floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert states(floor.engine) == [State.PARTLY] * 2, "one of the three that were proposed stayed away"
    with floor.engine.connect() as connection:
        assert past_of(connection, "main", T0 + LATER).errors(BOSS.sees_queue, T0 + LATER).n == 0
    assert floor.states(move) == {"S/1": "confirmed", "S/2": "confirmed"}


def test_who_was_refused_did_not_move_though_he_was_sent_home_in_time(floor: MovingFloor) -> None:
    floor.refuses["fraud"] = "no such member"
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    move = floor.ask("S/1", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    floor.now = T0 + HALF + 5
    floor.step(times=4)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert floor.states(move)["S/1"] in ("refused", "returned")
    assert set(states(floor.engine)) == {State.NOT_DONE}


def test_a_seat_taken_back_of_two_leaves_a_part(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    move = floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    floor.now = T0 + 600
    floor.undo(move, "S/2")
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert states(floor.engine) == [State.PARTLY] * 2


def test_a_move_taken_back_before_it_began_does_not_wait_for_its_span(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    move = floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    assert judge_moves(floor.engine, CONFIG, T0 + 6) == 0, "it may still come about"
    floor.undo(move)
    assert judge_moves(floor.engine, CONFIG, T0 + 10) == 4, "two queues over two spans"
    assert set(states(floor.engine)) == {State.UNDONE}


def test_two_moves_that_carry_out_one_proposal_are_judged_as_one(floor: MovingFloor) -> None:
    whole = advised.proposal(T0, "S/1", "S/2")
    ways = replace(whole, moves=(whole.moves[0], replace(whole.moves[1], kind=Kind.BESIDE)))
    given = advised.keep(floor.engine, advised.told(ways), T0)
    floor.ask("S/1", minutes=30)
    floor.ask("S/2", minutes=30, beside=True)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert {row[2:] for row in effects(floor.engine)} == {(State.JUDGED, given)}
    with floor.engine.connect() as connection:
        assert past_of(connection, "main", T0 + LATER).errors(BOSS.sees_queue, T0 + LATER).n == 4, "once each"


def test_what_else_was_done_to_the_queue_is_told_and_no_error_of_foretelling(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    floor.now = T0 + 2400
    floor.ask("S/4", minutes=30)
    floor.step(times=4)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert states(floor.engine) == [State.JUDGED, State.MIXED], "in its second half hour"
    assert states(floor.engine, "loans") == [State.JUDGED, State.JUDGED], "cards gave, not loans"
    with floor.engine.connect() as connection:
        rows = effects_between(connection, "main", 0, 1e11)
    assert errors(pairs_of(rows)).n == 3 and errors(pairs_of(rows, State.MIXED)).n == 1


def test_a_level_of_the_plan_that_fires_in_the_span_mixes_with_the_move(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    with writing(floor.engine) as connection:
        connection.execute(insert(alarms), [fired("early", T0 - 60), fired("late", T0 + 2400)])
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    assert states(floor.engine) == states(floor.engine, "loans") == [State.JUDGED, State.MIXED]


def test_a_move_of_which_nothing_was_foretold_is_marked_at_once(floor: MovingFloor) -> None:
    floor.ask("S/1")
    assert note_moves(floor.engine, "main", T0 + 5) == 1
    assert note_moves(floor.engine, "main", T0 + 65) == 0, "nobody looks for it again"
    assert effects(floor.engine) == [("fraud", 0.0, State.UNTOLD, 0)]
    floor.step(times=4)
    assert judge_moves(floor.engine, CONFIG, T0 + LATER) == 0


def test_a_move_for_longer_or_beside_is_no_following_of_the_advice(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    floor.ask("S/1", minutes=180)
    floor.ask("S/2", minutes=30, beside=True)
    note_moves(floor.engine, "main", T0 + 5)
    assert {row[3] for row in effects(floor.engine)} == {0}


def test_one_bad_row_keeps_no_other_from_being_judged(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    wanted = Wanted(("S/4",), {"cards": 3})
    ask_move(floor.engine, BOSS, floor.view(), wanted, "高峰", T0, predicted="{not json")
    floor.ask("S/1", minutes=30)
    assert note_moves(floor.engine, "main", T0 + 5) == 2
    with floor.engine.begin() as connection:
        first = (move_effects.c.place == 0, move_effects.c.queue == "fraud")
        connection.execute(update(move_effects).where(*first).values(foretold="{}"))
    floor.step(times=4)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    states = sorted(state for _, _, state, _ in effects(floor.engine))
    assert states == [State.JUDGED] * 3 + [State.UNREADABLE] * 2


def test_advice_that_cannot_be_read_is_no_advice(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    with floor.engine.begin() as connection:
        connection.execute(update(advice).values(body='{"advice": 3}'))
    floor.ask("S/1")
    note_moves(floor.engine, "main", T0 + 5)
    assert effects(floor.engine) == [("fraud", 0.0, State.UNTOLD, 0)]
    assert advice_board(floor.engine, BOSS, CONFIG, T0 + 5).cards == ()


# -- shown ---------------------------------------------------------------------------------------------------


def test_the_board_says_what_to_do_until_when_and_how_it_went_before(floor: MovingFloor) -> None:
    found = advised.told(advised.proposal(T0, "S/1", "S/2"), advised.proposal(T0, "S/4", donor="cards"))
    advised.keep(floor.engine, found, T0)
    floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    advised.came(floor.engine, "fraud", T0, timely=8, late=2)
    judge_moves(floor.engine, CONFIG, T0 + LATER)
    board = advice_board(floor.engine, BOSS, CONFIG, T0 + 180)
    assert (board.at, board.stale, board.idle, board.blocked) == (T0, False, "", {"away": 2})
    first, second = board.cards
    (order,) = first.orders
    assert (order.seats, order.queues, order.minutes, order.beside) == (
        ("S/1", "S/2"),
        {"fraud": 1},
        30,
        False,
    )
    assert first.past.n == 0, "the judged moves are of days to come"
    assert second.orders[0].seats == ("S/4",)
    later = advice_board(floor.engine, BOSS, CONFIG, T0 + LATER)
    assert later.stale and later.cards[0].past.n == 4


def test_a_board_that_is_asked_again_decodes_nothing_until_something_is_judged(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    floor.ask("S/1", "S/2", minutes=30)
    note_moves(floor.engine, "main", T0 + 5)
    floor.step(times=4)
    now = T0 + LATER
    judge_moves(floor.engine, CONFIG, T0 + HALF + 300)
    lead = Viewer(role="lead", queues=frozenset(("fraud", "cards")))
    with floor.engine.connect() as connection:
        first = past_of(connection, "main", now)
        assert past_of(connection, "main", now + 1) is first
        assert first.errors(BOSS.sees_queue, now).n == 2 and first.errors(lead.sees_queue, now).n == 1
        assert first.errors(lead.sees_queue, now, {"loans"}).n == 0
        assert first.errors(BOSS.sees_queue, T0 + HALF).n == 0, "as it was known then"
        assert past_of(connection, "elsewhere", now).errors(BOSS.sees_queue, now).n == 0
    judge_moves(floor.engine, CONFIG, now)
    with floor.engine.connect() as connection:
        assert past_of(connection, "main", now).errors(BOSS.sees_queue, now).n == 4


def test_how_old_advice_may_be_is_the_sites_to_say(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    usual, patient = (
        advice_board(floor.engine, BOSS, CONFIG, T0 + 600, stale_s=old) for old in (180.0, 900.0)
    )
    assert (usual.stale, usual.stale_s) == (True, 180.0)
    assert (patient.stale, patient.stale_s) == (False, 900.0)


def test_people_to_be_called_back_are_an_order_of_their_own(floor: MovingFloor) -> None:
    back = replace(advised.proposal(T0), moves=(), levers=(Lever.END_BREAKS,), recalled=("S/2", "S/3"))
    advised.keep(floor.engine, advised.told(back), T0)
    (card,) = advice_board(floor.engine, BOSS, CONFIG, T0).cards
    (order,) = card.orders
    assert (order.seats, order.queues, order.beside, order.ready) == (("S/2", "S/3"), {}, True, True)
    floor.rest("S/2", "S/3")
    wanted = Wanted(order.seats, order.queues, order.beside, order.ready, order.minutes)
    move = ask_move(floor.engine, BOSS, floor.view(), wanted, "高峰", floor.now)
    assert note_moves(floor.engine, "main", T0 + 5) == 1
    assert {row[0] for row in effects(floor.engine)} == {"fraud", "loans"}
    floor.step(times=4)
    assert floor.states(move) == {"S/2": "confirmed", "S/3": "confirmed"}


def test_who_is_not_there_yet_is_no_seat_that_may_not_be_moved(floor: MovingFloor) -> None:
    found = replace(advised.CALM, blocked={"coming": 9, "care": 2, "away": 1})
    advised.keep(floor.engine, found, T0)
    assert advice_board(floor.engine, BOSS, CONFIG, T0).blocked == {"care": 2, "away": 1}


def test_a_lead_is_told_of_nothing_beyond_his_scope(floor: MovingFloor) -> None:
    found = advised.told(advised.proposal(T0, "S/1"), advised.proposal(T0, "S/4", donor="cards"))
    advised.keep(floor.engine, found, T0)
    lead = Viewer(role="lead", queues=frozenset(("fraud", "cards")))
    assert [card.orders[0].seats for card in advice_board(floor.engine, lead, CONFIG, T0).cards] == [("S/4",)]
    team = Viewer(role="lead", queues=lead.queues, teams=frozenset(("A",)))
    board = advice_board(floor.engine, team, CONFIG, T0)
    assert (board.cards, board.idle, board.blocked) == ((), "none", {})
    advised.keep(floor.engine, advised.CALM, T0 + 60)
    assert advice_board(floor.engine, team, CONFIG, T0 + 60).idle == "none", "nor how other queues are"
    assert advice_board(floor.engine, BOSS, CONFIG, T0 + 60).idle == "fine"
    with pytest.raises(Forbidden):
        advice_board(floor.engine, Viewer(role="agent"), CONFIG, T0)


def test_a_seat_that_is_lent_goes_home_by_the_end_of_its_move(floor: MovingFloor) -> None:
    move = floor.ask("S/1", minutes=60)
    floor.step(times=4)
    home = advised.proposal(T0, "S/1", queue="loans", donor="fraud", kind=Kind.HOME)
    advised.keep(floor.engine, advised.told(home), floor.now)
    (card,) = advice_board(floor.engine, BOSS, CONFIG, floor.now).cards
    assert [(order.undo, order.seats) for order in card.orders] == [(move, ("S/1",))]


def test_what_had_been_advised_at_an_instant_is_told_of_it(floor: MovingFloor) -> None:
    advised.keep(floor.engine, advised.told(advised.proposal(T0, "S/1")), T0)
    advised.keep(floor.engine, advised.CALM, T0 + 60)
    then = advice_board(floor.engine, BOSS, CONFIG, T0 + 30, T0 + 30)
    assert len(then.cards) == 1 and then.at == T0 and not then.stale
    assert advice_board(floor.engine, BOSS, CONFIG, T0 - 1, T0 - 1).at is None


# -- kept for so many days -----------------------------------------------------------------------------------


def test_old_advice_is_deleted_by_the_job_that_deletes_what_is_old(database: Engine) -> None:
    advised.keep(database, advised.told(advised.proposal(T0, "S/1")), T0)
    advised.keep(database, advised.CALM, T0 + 86_400)
    for days, left in ((0, 2), (400, 1)):
        settings = Settings(advice={"days": days})  # type: ignore[arg-type]
        keeper = NumberKeeper(settings, database, lambda: T0 + 400.5 * 86_400)
        assert keeper.look_advice() == 2 - left
        with database.connect() as connection:
            assert len(connection.execute(select(advice.c.id)).all()) == left
    with database.connect() as connection:
        last = latest_advice(connection, "main")
    assert last is not None and last.same == same(advised.CALM)
