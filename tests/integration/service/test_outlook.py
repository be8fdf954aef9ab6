"""What the plan is likely to come to, as the collector finds it beside the plan and a web server reads it."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.events import AnyEvent
from ccfloor.service.keeper import RecorderKeeper, live_source
from ccfloor.service.lease import take_lease
from ccfloor.service.plan_desk import PlanDesk
from ccfloor.service.scope import Scope, scoped, scoped_plan
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site_rules import SiteRules
from ccfloor.service.staffing import foresight as module
from ccfloor.service.staffing.foresight import Foresight
from ccfloor.service.staffing.outlook_view import GONE_S, Outlook, RuleAhead, is_current
from ccfloor.staffing.begun import NOTHING
from ccfloor.staffing.membership import Member, Sight, Wish
from ccfloor.staffing.moving import Leg, State
from ccfloor.store.engine import writing
from ccfloor.store.moves import MoveRow, add_move, add_seat
from ccfloor.store.recorder import Item, Recorder
from tests.fakes.surge import CONFIG, PLAN, T0, surge
from tests.integration.service.test_plan_desk import plain, write


@pytest.fixture(scope="module")
def rush() -> list[AnyEvent]:
    return surge(50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small plan, and a level of the same plan for one queue alone."""
    folder = tmp_path / "data"
    hotline = {"of": "queue", "queues": ["hotline"]}
    one = plain(PLAN[0], id="hotline", scope=hotline, plan={"plan": "queue", "level": 0})
    slow = plain(PLAN[0], id="slow", when={"metric": "longest_wait_s", "at_least": 300})
    slow["plan"] = {"plan": "slow", "level": 0}
    write(folder, *map(plain, PLAN), one, slow)
    return folder


class Stage:
    """A collector's keeper and what is foreseen beside it; the thread is who calls ``look``."""

    def __init__(self, engine: Engine, folder: Path, events: Sequence[AnyEvent], **told: Any) -> None:
        self.engine, self.events, self.told, self.now, self.rested = engine, events, 0, T0, 0.0
        settings = SiteSettings(data=str(folder))
        rules = SiteRules(engine, CONFIG, settings)
        rules.sync(T0)
        self.recorder = Recorder(engine, CONFIG, "main", "live", live=True, rules=rules.make)
        more: dict[str, Any] = {"first_s": 0.0, "clock": lambda: self.rested, "threaded": False, **told}
        self.foresight = Foresight(engine, CONFIG, settings, rules, **more)
        self.desk = PlanDesk(self.recorder, CONFIG, rules, lambda: self.now, self.foresight)
        self.keeper = RecorderKeeper(self.recorder, take_lease(engine, "main"), lambda: self.now, self.desk)
        self.read = live_source(engine, "main")
        self.reports: list[Health] = []

    def play(self, minute: float) -> None:
        """Store everything up to a minute of the surge."""
        self.now = T0 + minute * 60
        fresh = []
        while self.told < len(self.events) and self.events[self.told].at <= self.now:
            self.told += 1
            fresh.append(Item("sim", self.told, self.events[self.told - 1]))
        self.recorder.record(fresh)

    def tick(self) -> None:
        """The floor is shown, a second later."""
        self.now += 1.0
        self.keeper.show(self.now, self.reports)

    def outlook(self) -> Outlook | None:
        """As it is stored beside the view."""
        row = self.read(-1)
        assert row is not None and row.plan is not None
        return row.plan.outlook

    def foreseen(self, minute: float) -> Outlook:
        """What is stored after a look at a minute of the surge."""
        self.play(minute)
        self.tick()
        self.foresight.look()
        self.tick()
        found = self.outlook()
        assert found is not None
        return found


@pytest.fixture
def stage(database: Engine, folder: Path, rush: list[AnyEvent]) -> Iterator[Stage]:
    made = Stage(database, folder, rush)
    yield made
    made.keeper.close()


def rule(outlook: Outlook, name: str) -> RuleAhead:
    return next(one for one in outlook.rules if one.rule == name)


def share(outlook: Outlook, name: str, within_s: float) -> float:
    found = rule(outlook, name).chance(within_s)
    assert found is not None
    return found.share


def test_what_is_foreseen_is_stored_beside_the_plan_a_tick_later(stage: Stage) -> None:
    stage.play(8)
    stage.tick()
    assert stage.outlook() is None
    taken = stage.now
    stage.foresight.look()
    stage.tick()
    found = stage.outlook()
    assert found is not None and (found.at, found.why) == (taken, "")
    assert {one.rule for one in found.rules} == {"watch", "level1", "level2", "hotline"}
    for one in found.rules:
        shares = [chance.share for chance in one.fires]
        assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 1
        assert all(chance.error > 0 for chance in one.fires)


def lend(engine: Engine, seats: Sequence[str], until: float) -> None:
    """These seats of the hotline were lent by another queue until then, as the switch confirmed."""
    home = Sight({"billing-line": Member()})
    leg = Leg(Wish({"hotline": 0}), until, State.CONFIRMED, before=home, touched=True)
    with writing(engine) as connection:
        move = add_move(connection, "main", MoveRow(T0, "周岚", "高峰", {"hotline": 0}))
        for seat in seats:
            add_seat(connection, "main", move, seat, seat, leg, T0)


def test_lent_seats_go_home_in_what_is_foreseen(stage: Stage) -> None:
    stage.play(5)
    stage.tick()
    snapshot = stage.foresight._snapshot
    assert snapshot is not None
    stay = share(stage.foresight._found(snapshot), "level1", 7200)
    seats = [one.seat for one in snapshot.view.seats if any(of.queue == "hotline" for of in one.queues)]
    lend(stage.engine, seats, stage.now + 600)
    assert share(stage.foresight._found(snapshot), "level1", 7200) > stay + 0.2


def test_what_already_runs_counts_and_what_is_on_is_told_when_it_ends(stage: Stage) -> None:
    stage.play(11)
    stage.tick()
    snapshot = stage.foresight._snapshot
    assert snapshot is not None
    anew = [
        one._replace(watched=one.watched and replace(one.watched, begun=NOTHING)) for one in snapshot.rules
    ]
    begun = stage.foresight._found(snapshot)
    fresh = stage.foresight._found(snapshot._replace(rules=tuple(anew)))
    assert share(begun, "watch", 900) > share(fresh, "watch", 900) > 0
    assert rule(begun, "watch").told and not rule(begun, "watch").on
    stage.foresight.look()
    fired = rule(stage.foreseen(20), "watch")
    assert fired.on and not fired.told and fired.clears


def test_what_cannot_be_foreseen_is_said_so(stage: Stage) -> None:
    found = stage.foreseen(8)
    assert [(one.rule, one.why) for one in found.unsaid] == [("slow", "metric")]


def test_what_can_be_done_is_compared_on_the_same_courses(stage: Stage) -> None:
    found = stage.foreseen(14)
    assert found.deeds
    for deed in found.deeds:
        assert deed.seats > 0
        for with_it, plainly, gain in zip(deed.rules, found.rules, deed.gain, strict=True):
            for one, other, difference in zip(with_it.fires, plainly.fires, gain.fires, strict=True):
                assert difference.share == pytest.approx(one.share - other.share, abs=2e-4)


def test_there_is_a_look_every_fifteen_seconds_and_none_while_one_is_at_work(stage: Stage) -> None:
    first = stage.foreseen(8)
    for _ in range(13):
        stage.tick()
        stage.foresight.look()
    assert stage.outlook() == first
    stage.tick()  # handed over, and the thread takes its time
    taken = stage.now
    for _ in range(40):
        stage.tick()
    assert stage.outlook() == first
    stage.foresight.look()
    stage.tick()
    again = stage.outlook()
    assert again is not None and again.at == taken


def test_an_outlook_that_is_looked_at_seldom_is_current_for_longer(
    database: Engine, folder: Path, rush: list[AnyEvent]
) -> None:
    seldom = Stage(database, folder, rush, every_s=600.0)
    found = seldom.foreseen(8)
    assert found.stale_s == 1800.0
    assert is_current(found, found.at + 1800) and not is_current(found, found.at + 1801)
    seldom.now = found.at + 1700
    seldom.tick()
    assert seldom.outlook() == found, "until the next one"
    seldom.keeper.close()


def test_after_a_long_look_there_is_a_rest(stage: Stage) -> None:
    """However fast the floor's own time runs."""
    stage.play(8)
    stage.tick()
    found = stage.foresight._found

    def slow(snapshot: module.Snapshot) -> Outlook:
        stage.rested += 4.0
        return found(snapshot)

    stage.foresight._found = slow  # type: ignore[method-assign]
    stage.foresight.look()
    first = stage.foreseen(10)
    assert first.at == T0 + 8 * 60 + 1
    stage.rested += 8.0
    assert stage.foreseen(12).at == T0 + 12 * 60 + 1


def test_what_is_old_is_not_current_and_then_not_told_at_all(stage: Stage) -> None:
    found = stage.foreseen(8)
    assert is_current(found, found.at + 60) and not is_current(found, found.at + 61)
    stage.now = found.at + GONE_S - 1
    stage.tick()
    assert stage.outlook() is None


def test_a_fault_leaves_the_plan_and_is_told_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*given: Any, **more: Any) -> None:
        raise ArithmeticError("nothing adds up")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(module, "foresee", broken)
        for minute in (8, 9, 10):
            assert stage.foreseen(minute).why == "fault"
        row = stage.read(-1)
    assert row is not None and row.plan is not None and len(row.plan.ladder) == 5
    assert [(one.code, one.state) for one in row.sources] == [("outlook_failed", LinkState.UP)]
    assert sum("cannot be foreseen" in record.message for record in caplog.records) == 1
    assert stage.foreseen(11).why == ""
    stage.tick()
    row = stage.read(-1)
    assert row is not None and row.sources == ()


def test_a_fault_of_advice_is_told_and_the_outlook_goes_on(stage: Stage) -> None:
    faults = [ArithmeticError("nothing adds up"), None]

    def then(*given: object) -> None:
        if fault := faults.pop(0):
            raise fault

    stage.foresight._then = then
    assert stage.foreseen(8).why == ""
    stage.tick()
    row = stage.read(-1)
    assert row is not None and [one.code for one in row.sources] == ["advice_failed"]
    assert stage.foreseen(9).why == ""
    stage.tick()
    row = stage.read(-1)
    assert row is not None and row.sources == ()


def test_a_fault_in_taking_the_view_does_not_hurt_the_tick(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> None:
        raise KeyError("queue")

    monkeypatch.setattr(module, "running", broken)
    stage.play(8)
    stage.tick()
    found = stage.outlook()
    assert found is not None and found.why == "fault"


def test_out_of_sight_nothing_is_foreseen(stage: Stage) -> None:
    stage.play(8)
    stage.keeper.resume()
    stage.tick()
    stage.foresight.look()
    stage.tick()
    found = stage.outlook()
    assert found is not None and (found.why, found.rules) == ("blind", ())


def test_a_level_with_a_lost_queue_is_not_foreseen(stage: Stage) -> None:
    stage.reports = [Health("other", LinkState.DOWN, queues=("hotline",))]
    found = stage.foreseen(8)
    assert found.rules == ()
    assert {(one.rule, one.why) for one in found.unsaid} >= {("hotline", "lost"), ("level1", "lost")}


def test_who_sees_some_queues_is_told_of_their_rules_alone(stage: Stage) -> None:
    stage.foreseen(14)
    row = stage.read(-1)
    assert row is not None and row.plan is not None and row.plan.outlook is not None

    def told(scope: Scope) -> Outlook:
        assert row is not None and row.plan is not None
        found = scoped_plan(row.plan, scoped(row.view, scope), scope).outlook
        assert found is not None
        return found

    assert told(Scope("main")) == row.plan.outlook
    mine = told(Scope("main", queues=frozenset(("hotline",))))
    assert [one.rule for one in mine.rules] == ["hotline"] and not mine.unsaid
    for deed in mine.deeds:
        assert deed.name != "move" and deed.seats == 0
        assert [one.rule for one in (*deed.rules, *deed.gain)] == ["hotline", "hotline"]
    other = told(Scope("main", queues=frozenset(("vip",))))
    assert (other.rules, other.deeds, other.unsaid) == ((), (), ())
    team = told(Scope("main", teams=frozenset(("A",))))
    assert team.rules == row.plan.outlook.rules and {deed.seats for deed in team.deeds} == {0}


def test_the_thread_looks_by_itself_and_ends_with_the_keeper(
    database: Engine, folder: Path, rush: list[AnyEvent]
) -> None:
    made = Stage(database, folder, rush)
    made.foresight._threaded = True
    made.play(8)
    made.tick()
    thread = made.foresight._thread
    assert thread is not None
    made.keeper.close()
    assert not thread.is_alive()
    assert made.foresight.told(made.now) is not None or made.foresight._snapshot is not None


def test_it_stays_told_until_it_is_clearly_less_likely() -> None:
    level = RuleAhead("a", "", 1, (), False, (module.Chance(1800.0, 0.4, 0.02),), None)
    told = [
        module._told(replace(level, fires=(module.Chance(1800.0, at, 0.02),)), 0.5, before).told
        for at, before in ((0.4, ()), (0.5, ()), (0.4, {("a", "")}), (0.33, {("a", "")}), (0.33, ()))
    ]
    assert told == [False, True, True, False, False]
