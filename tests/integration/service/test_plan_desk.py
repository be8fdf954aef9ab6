"""The plan as the collector writes it and the hub reads it: files, edits, notes and campaigns on the way."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, event, select

from ccfloor.floor.events import AnyEvent
from ccfloor.rules.alarms import RuleState
from ccfloor.rules.model import Rule
from ccfloor.service.campaigns import Draft, add_campaign
from ccfloor.service.incidents import declare_incident
from ccfloor.service.keeper import RecorderKeeper, live_source
from ccfloor.service.lease import take_lease
from ccfloor.service.plan import PlanView
from ccfloor.service.plan_desk import PlanDesk
from ccfloor.service.plan_notes import acknowledge, tick
from ccfloor.service.rulebook import save
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import ROOT
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.rebuild import rebuild
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.tables import alarms, rule_versions
from ccfloor.store.viewer import Viewer
from tests.fakes.surge import CONFIG, PLAN, T0, surge

LEAD = Viewer(role="lead")
BREAKS = {"id": "breaks", "text": {"zh": "停休息", "en": "No breaks"}, "order": {"forbid_reasons": ["break"]}}
TELL = {"id": "tell", "text": {"zh": "报告", "en": "Report"}}


def plain(rule: Rule, **more: Any) -> dict[str, Any]:
    return rule.model_dump(mode="json", exclude_unset=True) | more


def write(folder: Path, *rules: dict[str, Any]) -> None:
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"rules": list(rules)}, allow_unicode=True)
    (folder / "rules" / "plan.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's folder with the small plan and none of the shipped rules."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("queues", "seats", "reasons"):
        shutil.copy(ROOT / "data" / f"{name}.yaml", folder)
    watch, level1, level2 = PLAN
    write(folder, plain(watch), plain(level1), plain(level2, todo=[BREAKS, TELL]))
    return folder


class Stage:
    """A collector's keeper, told events up to a minute; the clock is the floor's."""

    def __init__(self, engine: Engine, folder: Path, events: Sequence[AnyEvent], told: int = 0) -> None:
        self.engine, self.events, self.told, self.now = engine, events, told, T0
        self.settings = SiteSettings(data=str(folder))
        self.rules = SiteRules(engine, CONFIG, self.settings)
        self.rules.sync(T0)
        self.recorder = Recorder(engine, CONFIG, "main", "live", live=True, rules=self.rules.make)
        desk = PlanDesk(self.recorder, CONFIG, self.rules, self.clock)
        self.keeper = RecorderKeeper(self.recorder, take_lease(engine, "main"), self.clock, desk)
        self._read = live_source(engine, "main")

    def clock(self) -> float:
        return self.now

    def play(self, minute: float) -> None:
        """Store everything up to a minute of the surge."""
        self.now = T0 + minute * 60
        fresh = []
        while self.told < len(self.events) and self.events[self.told].at <= self.now:
            self.told += 1
            fresh.append(Item("sim", self.told, self.events[self.told - 1]))
        self.recorder.record(fresh)

    def show(self) -> PlanView:
        """The plan as a web server reads it a moment later."""
        self.now += 2.0
        self.keeper.show(self.now, [])
        row = self._read(-1)
        assert row is not None and row.plan is not None
        return row.plan

    def die(self) -> None:
        """The process is gone; nothing was kept in order."""
        self.keeper._lease.release()


@pytest.fixture(scope="module")
def rush() -> list[AnyEvent]:
    return surge(50)


@pytest.fixture
def stage(database: Engine, folder: Path, rush: list[AnyEvent]) -> Iterator[Stage]:
    made = Stage(database, folder, rush)
    yield made
    made.die()


def rung(plan: PlanView, name: str) -> Any:
    return next(found for found in plan.ladder if found.rule == name)


def test_the_plan_rises_with_the_surge(stage: Stage) -> None:
    stage.play(5)
    plan = stage.show()
    assert (plan.level, [found.state for found in plan.ladder]) == (-1, [RuleState.INACTIVE] * 3)
    stage.play(11)
    pending = rung(stage.show(), "watch")
    assert pending.state is RuleState.PENDING and 0 < pending.held_s < 300 and pending.holding
    assert stage.keeper.next_due == pytest.approx(pending.due_at)
    stage.play(16)
    plan = stage.show()
    assert (plan.level, plan.rule, rung(plan, "watch").state) == (2, "level2", RuleState.FIRING)
    assert plan.at == stage.now and "累计至少 1 分钟" in rung(plan, "level2").reading.zh
    kinds = {reading.kind for reading in plan.other_readings if reading.rule == "level1"}
    assert kinds == {"strict", "forgive", "share", "mean", "within"}
    assert [reading.kind for reading in plan.other_readings if reading.in_force] == [
        found.hold.kind for found in plan.ladder
    ]


def test_what_people_do_is_seen_within_a_moment(stage: Stage) -> None:
    stage.play(16)
    plan = stage.show()
    assert [(item.id, item.order) for item in plan.todo] == [("breaks", True), ("tell", False)]
    assert plan.open and {late.kind for late in plan.open} == {"break"}
    assert plan.todo[0].left == len(plan.open) and not plan.todo[0].done
    acknowledge(stage.engine, LEAD, CONFIG, plan.key, "周岚", stage.now)
    tick(stage.engine, LEAD, CONFIG, plan.key, "tell", "李想", stage.now)
    declare_incident(stage.engine, LEAD, "network", "line", stage.now - 60, "周岚", stage.now)
    add_campaign(
        stage.engine, LEAD, CONFIG, Draft("sale", stage.now + 60, stage.now + 3600), "周岚", "why", stage.now
    )
    plan = stage.show()
    assert rung(plan, "level2").state is RuleState.ACKNOWLEDGED and rung(plan, "level2").acked_by == "周岚"
    assert (plan.todo[1].done, plan.todo[1].by) == (True, "李想")
    assert [(one.cause, one.who) for one in plan.incidents] == [("network", "周岚")]
    assert [(one.name, one.running) for one in plan.planned] == [("sale", False)]


def test_with_nothing_new_one_small_query_a_second(stage: Stage) -> None:
    stage.play(16)
    stage.show()
    asked: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")) and "live_view" not in statement:
            asked.append(statement)

    event.listen(stage.engine, "before_cursor_execute", note)
    for _ in range(25):
        stage.now += 0.1
        stage.keeper.show(stage.now, [])
    event.remove(stage.engine, "before_cursor_execute", note)
    assert len(asked) == 2 and all("plan_notes" in statement for statement in asked)


def test_a_rule_that_is_edited_counts_from_when_it_was_taken_up(stage: Stage, rush: list[AnyEvent]) -> None:
    """The page says now, the collector hears of it a little later: that is when the version begins."""
    stage.play(10)
    stage.show()
    said_at = stage.now
    watch = PLAN[0].model_copy(update={"hold": PLAN[0].hold.model_copy(update={"for_s": 120.0})})
    save(stage.engine, Viewer(role="manager"), watch, "earlier", said_at, said_at, "周岚")
    stage.play(10.5)
    plan = stage.show()
    assert rung(plan, "watch").version == 1  # in force with the next event
    stage.play(13)
    plan = stage.show()
    assert (rung(plan, "watch").version, rung(plan, "watch").needed_s) == (2, 120.0)
    with stage.engine.connect() as connection:
        begins = connection.scalar(select(rule_versions.c.valid_from).where(rule_versions.c.version == 2))
        fired = connection.execute(select(alarms).where(alarms.c.rule == "watch")).all()
    assert begins is not None and said_at < begins <= T0 + 10.5 * 60 + 1e-3
    assert [(row.version, row.fired_at > begins) for row in fired] == [(2, True)]
    assert rebuild(stage.engine, CONFIG, "main", replace=False, watched=stage.rules.watched).differences == []


def test_a_file_that_is_changed_is_taken_up_and_a_bad_one_is_not(stage: Stage, folder: Path) -> None:
    stage.play(3)
    assert len(stage.show().ladder) == 3
    write(folder, plain(PLAN[0]), plain(PLAN[1]), plain(PLAN[2], when={"metric": "nonsense", "at_least": 1}))
    stage.play(4)
    assert len(stage.show().ladder) == 3
    write(folder, plain(PLAN[0]), plain(PLAN[1]))
    stage.play(5)
    stage.show()
    stage.play(6)
    assert [found.rule for found in stage.show().ladder] == ["watch", "level1"]


def test_killed_and_started_again_the_plan_goes_on(
    database: Engine, folder: Path, rush: list[AnyEvent]
) -> None:
    before = Stage(database, folder, rush)
    before.play(20)
    shown = before.show()
    assert (shown.level, rung(shown, "level1").state) == (2, RuleState.PENDING)
    before.die()
    after = Stage(database, folder, rush, before.told)
    after.now = before.now - 2.0
    again = after.show()
    assert (again.ladder, again.level, again.key) == (shown.ladder, shown.level, shown.key)
    after.keeper.resume()
    after.now += 60
    dark = rung(after.show(), "level1")
    assert dark.blind_s > 0 and not dark.holding and dark.due_at == 0.0
    after.die()


def test_without_any_rule_the_plan_is_empty_and_the_floor_is_shown(
    database: Engine, tmp_path: Path, rush: list[AnyEvent]
) -> None:
    (tmp_path / "none").mkdir()
    bare = Stage(database, tmp_path / "none", rush)
    bare.play(5)
    plan = bare.show()
    assert (plan.level, plan.ladder, plan.alarms) == (-1, (), ())
    bare.die()
