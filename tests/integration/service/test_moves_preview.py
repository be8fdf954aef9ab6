"""Looking at a move before it is asked for, saved groups, and the routes of both."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.floor.view import FloorView, Membership
from ccfloor.service import routes_moves, runtime
from ccfloor.service.commands import CommandError
from ccfloor.service.hub import LiveRow
from ccfloor.service.moves import crews
from ccfloor.service.moves.ask import Wanted
from ccfloor.service.moves.balance import balance
from ccfloor.service.moves.preview import Effect, Moved, Outcome, Preview, preview_move
from ccfloor.service.moves.shown import KEPT_S
from ccfloor.service.settings import load
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.moving_floor import BOSS, MovingFloor

LEAD = Viewer(role="lead", queues=frozenset({"loans", "fraud"}))


@pytest.fixture
def floor(database: Engine) -> MovingFloor:
    return MovingFloor(database)


def look(floor: MovingFloor, wanted: Wanted, viewer: Viewer = BOSS) -> Preview:
    return preview_move(floor.engine, viewer, floor.view(), wanted, balance)


# -- the preview ---------------------------------------------------------------------------------------


def test_a_preview_counts_who_works_before_and_after(floor: MovingFloor) -> None:
    floor.rest("S/2")
    floor.desks["S/1"].status = "on_call"
    found = look(floor, Wanted(("S/1", "S/2"), {"fraud": 0}))
    assert {one.queue: (one.seats_before, one.seats_after) for one in found.queues} == {
        "loans": (2, 1),
        "fraud": (1, 2),
    }
    assert (found.waits, found.paused) == (("S/1",), ("S/2",))
    assert floor.stands() == []  # looking changes nothing


def test_who_is_called_back_counts_for_what_he_serves(floor: MovingFloor) -> None:
    floor.rest("S/1")
    (loans,) = look(floor, Wanted(("S/1",), {}, beside=True, ready=True)).queues
    assert (loans.queue, loans.seats_before, loans.seats_after) == ("loans", 2, 3)
    assert loans.before.wait_s is not None and loans.after.wait_s is not None
    assert loans.after.wait_s < loans.before.wait_s
    also = look(floor, Wanted(("S/1",), {"fraud": 0}, beside=True, ready=True)).queues
    assert {one.queue: (one.seats_before, one.seats_after) for one in also} == {
        "loans": (2, 3),
        "fraud": (1, 2),
    }


def test_more_seats_mean_less_waiting_as_erlang_has_it(floor: MovingFloor) -> None:
    found = {one.queue: one for one in look(floor, Wanted(("S/1",), {"fraud": 0})).queues}
    gains, gives = found["fraud"], found["loans"]
    for better, worse in ((gains.after, gains.before), (gives.before, gives.after)):
        assert better.service_level is not None and worse.service_level is not None
        assert better.abandoned is not None and worse.abandoned is not None
        assert better.wait_s is not None and worse.wait_s is not None
        assert better.service_level > worse.service_level
        assert better.abandoned < worse.abandoned
        assert better.wait_s < worse.wait_s


def test_half_a_seat_lies_between_none_and_a_whole_one(floor: MovingFloor) -> None:
    floor.desks["S/6"].queues["cards"] = Membership("cards")  # half of it is for fraud
    beside = look(floor, Wanted(("S/1",), {"fraud": 0}, beside=True))
    (fraud,) = [one for one in beside.queues if one.queue == "fraud"]
    assert fraud.before.wait_s is not None and fraud.after.wait_s is not None
    instead = look(floor, Wanted(("S/1",), {"fraud": 0}))
    (whole,) = [one for one in instead.queues if one.queue == "fraud"]
    assert whole.after.wait_s is not None
    assert whole.after.wait_s < fraud.after.wait_s < fraud.before.wait_s


def test_of_a_queue_without_a_known_call_nothing_is_told(floor: MovingFloor) -> None:
    view = floor.view()
    mute = tuple(replace(one, today=type(one.today)(), last_30=type(one.today)()) for one in view.queues)
    found = preview_move(
        floor.engine, BOSS, replace(view, queues=mute), Wanted(("S/1",), {"fraud": 0}), balance
    )
    assert {one.before for one in found.queues} == {Outcome()} and len(found.queues) == 2


def test_whoever_tells_effects_better_is_asked_instead(floor: MovingFloor) -> None:
    asked: list[tuple[Moved, int]] = []

    def oracle(view: FloorView, moved: Moved, minutes: int) -> Mapping[str, Effect]:
        asked.append((moved, minutes))
        return {"fraud": Effect(Outcome(0.5), Outcome(0.9))}

    wanted = Wanted(("S/1",), {"fraud": 0}, minutes=30)
    found = preview_move(floor.engine, BOSS, floor.view(), wanted, oracle)
    assert {one.queue: one.after.service_level for one in found.queues} == {"fraud": 0.9, "loans": None}
    ((moved, minutes),) = asked
    assert (moved.seats, minutes) == (("S/1",), 30)
    assert moved.served["fraud"] == (frozenset({"S/6"}), frozenset({"S/6", "S/1"}))


def test_a_preview_says_why_it_would_be_refused(floor: MovingFloor) -> None:
    floor.ask("S/1", minutes=30)
    floor.desks["S/5"].status = "offline"
    found = look(floor, Wanted(("S/1", "S/4", "S/5", "S/6"), {"fraud": 1}))
    assert (found.held, found.offline, found.lonely, found.idle) == (("S/1",), ("S/5",), ("cards",), ("S/6",))


def test_a_lead_s_preview_tells_of_his_queues_alone(floor: MovingFloor) -> None:
    floor.desks["S/1"].queues["cards"] = Membership("cards")
    found = look(floor, Wanted(("S/1",), {"fraud": 0}), LEAD)
    assert {one.queue for one in found.queues} == {"loans", "fraud"}


# -- saved groups --------------------------------------------------------------------------------------

PEAK = Wanted(("S/1", "S/2"), {"fraud": 1}, minutes=45)


def names(floor: MovingFloor, viewer: Viewer = BOSS) -> list[tuple[str, bool]]:
    with floor.engine.connect() as connection:
        found = crews.list_crews(connection, viewer, floor.view(), floor.now)
    return [(crew.name, crew.removed_at is None) for crew in found]


def test_a_group_is_replaced_only_on_demand_and_the_old_one_can_be_brought_back(floor: MovingFloor) -> None:
    args, other = (floor.engine, BOSS, floor.view()), Wanted(("S/4",), {"loans": 0})
    first = crews.save_crew(*args, "高峰组", PEAK, floor.now, who="周岚")
    with pytest.raises(CommandError, match="crew_exists") as raised:
        crews.save_crew(*args, " 高峰组 ", other, floor.now, who="李")
    assert raised.value.about == {"by": ("周岚",)}
    second = crews.save_crew(*args, "高峰组", other, floor.now, who="李", replace=True)
    with floor.engine.connect() as connection:
        new, old = crews.list_crews(connection, BOSS, floor.view(), floor.now)
    assert (new.id, new.seats, new.who) == (second, ("S/4",), "李")
    assert (old.id, old.seats, old.who, old.removed_by) == (first, PEAK.seats, "周岚", "李")
    crews.remove_crew(*args, second, floor.now)
    crews.restore_crew(*args, first, floor.now)
    assert names(floor) == [("高峰组", True), ("高峰组", False)]


def test_a_group_is_saved_removed_and_brought_back(floor: MovingFloor) -> None:
    args = (floor.engine, BOSS, floor.view())
    first = crews.save_crew(*args, " 高峰组 ", PEAK, floor.now, who="周岚")
    crews.remove_crew(*args, first, floor.now)
    assert names(floor) == [("高峰组", False)]
    with pytest.raises(CommandError, match="unknown_crew"):
        crews.remove_crew(*args, first, floor.now)
    second = crews.save_crew(*args, "高峰组", PEAK, floor.now)
    with pytest.raises(CommandError, match="crew_taken"):
        crews.restore_crew(*args, first, floor.now)
    crews.remove_crew(*args, second, floor.now)
    crews.restore_crew(*args, first, floor.now)
    floor.now += crews.KEPT_S + 1
    assert names(floor) == [("高峰组", True)]
    with pytest.raises(CommandError, match="no_name"):
        crews.save_crew(*args, "  ", PEAK, floor.now)


def test_a_group_beyond_the_own_scope_is_not_there(floor: MovingFloor) -> None:
    view = floor.view()
    far = crews.save_crew(floor.engine, BOSS, view, "卡组", Wanted(("S/4",), {"loans": 0}), floor.now)
    crews.save_crew(floor.engine, LEAD, view, "高峰组", PEAK, floor.now)
    assert names(floor, LEAD) == [("高峰组", True)]
    for act in (crews.remove_crew, crews.restore_crew):
        with pytest.raises(CommandError, match="unknown_crew"):
            act(floor.engine, LEAD, view, far, floor.now)
    with pytest.raises(CommandError, match="unknown_crew"):
        crews.save_crew(floor.engine, LEAD, view, "卡组", PEAK, floor.now)
    with pytest.raises(CommandError, match="unknown_seat"):
        crews.save_crew(floor.engine, LEAD, view, "x", Wanted(("S/4",), {"loans": 0}), floor.now)


# -- the routes ----------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    made = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}"))
    upgrade(made.engine)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture
def stage(service: runtime.Service) -> MovingFloor:
    floor = MovingFloor(service.engine)
    service.clock = lambda: floor.now
    service.hub.accept(LiveRow(1, floor.now, floor.view(), ()))
    return floor


BODY = {"seats": ["S/1", "S/2"], "queues": {"fraud": 2}, "minutes": 30, "why": "高峰", "who": "周岚"}


def test_a_move_is_recorded_with_the_effect_that_its_asker_saw(
    service: runtime.Service, stage: MovingFloor
) -> None:
    told = iter((0.7, 0.8, 0.9))

    def oracle(view: FloorView, moved: Moved, minutes: int) -> Mapping[str, Effect]:
        return {"fraud": Effect(Outcome(0.5), Outcome(next(told)), rough=True)}

    service.effects = oracle
    client = TestClient(Starlette(routes=routes_moves.routes))

    def foretold() -> list[tuple[float, bool]]:
        moves = client.get("/api/v1/moves").json()["moves"]
        rows = [one for move in moves for one in move["predicted"] if one["queue"] == "fraud"]
        return [(one["after"]["service_level"], one["rough"]) for one in rows]

    shown = client.post("/api/v1/moves/preview", json={**BODY, "seats": ["S/2", "S/1"]}).json()
    assert {one["queue"]: one["rough"] for one in shown["queues"]} == {"fraud": True, "loans": False}
    client.post("/api/v1/moves", json=BODY)
    assert foretold() == [(0.7, True)]
    other = {**BODY, "seats": ["S/3"], "beside": True}
    client.post("/api/v1/moves/preview", json=other)
    stage.now += KEPT_S + 1  # a look of long ago is nobody's last
    service.hub.accept(LiveRow(2, stage.now, stage.view(), ()))
    client.post("/api/v1/moves", json=other)
    assert sorted(foretold()) == [(0.7, True), (0.9, True)]


def test_a_page_looks_asks_follows_and_takes_back(service: runtime.Service, stage: MovingFloor) -> None:
    client = TestClient(Starlette(routes=routes_moves.routes))

    def post(path: str, body: dict[str, Any]) -> tuple[int, Any]:
        answer = client.post(f"/api/v1/{path}", json=body)
        return answer.status_code, answer.json()

    status, shown = post("moves/preview", BODY)
    assert status == 200 and {one["queue"] for one in shown["queues"]} == {"loans", "fraud"}
    status, asked = post("moves", BODY)
    assert status == 200
    assert post("moves", BODY) == (409, {"error": "seat_held", "seats": ["S/1", "S/2"]})
    assert post("moves", {**BODY, "seats": ["S/9"]}) == (404, {"error": "unknown_seat", "seats": ["S/9"]})
    assert post("moves", {**BODY, "queues": {"fraud": 2.5}})[0] == 400
    stage.step(times=4)
    (move,) = client.get("/api/v1/moves").json()["moves"]
    assert (move["id"], move["by"], move["why"], move["minutes"]) == (asked["id"], "周岚", "高峰", 30)
    assert [seat["state"] for seat in move["seats"]] == ["confirmed", "confirmed"]
    assert {one["queue"]: one["seats_after"] for one in move["predicted"]} == {"fraud": 3, "loans": 1}
    back = {"why": "错了", "who": "李", "seats": ["S/1"]}
    assert post(f"moves/{asked['id']}/undo", back) == (200, {"seats": ["S/1"]})
    assert post(f"moves/{asked['id'] + 7}/undo", back) == (404, {"error": "unknown_move"})
    stage.step(times=5)
    (move,) = client.get("/api/v1/moves").json()["moves"]
    assert [(seat["state"], seat["undone_by"]) for seat in move["seats"]] == [
        ("undone", "李"),
        ("confirmed", ""),
    ]
    status, crew = post("crews", {**BODY, "name": "高峰组"})
    (kept,) = client.get("/api/v1/moves").json()["crews"]
    assert (kept["id"], kept["name"], kept["seats"], kept["queues"]) == (
        crew["id"], "高峰组", ["S/1", "S/2"], {"fraud": 2},
    )  # fmt: skip
    assert post(f"crews/{crew['id']}/remove", {})[0] == 200
    assert post(f"crews/{crew['id']}/restore", {})[0] == 200


def test_where_there_is_no_switch_nothing_is_moved(stage: MovingFloor, service: runtime.Service) -> None:
    service.settings = service.settings.model_copy(update={"source": "none"})
    answer = TestClient(Starlette(routes=routes_moves.routes)).post("/api/v1/moves", json=BODY)
    assert (answer.status_code, answer.json()) == (409, {"error": "no_switch"})


def test_who_looks_at_the_board_has_the_past_read_before_the_first_preview(
    service: runtime.Service, stage: MovingFloor
) -> None:
    client = TestClient(Starlette(routes=routes_moves.routes))
    assert service.knowing.past is None
    assert client.get("/api/v1/moves").status_code == 200
    service.knowing.wait(30)
    assert service.knowing.past is not None
