"""Rules, standings and plans for tests."""

from typing import Any

from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.view import FloorView
from ccfloor.rules.alarms import RuleState, Standing, alarm_key
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.model import Rule, Words
from ccfloor.service.plan import People, PlanView
from ccfloor.service.plan_compose import NO_PEOPLE, RulesNow, compose
from tests.unit.service.views import AT, view

CONFIG = FloorConfig(
    queues={"support": QueueInfo("support", "支持", "Support"), "sales": QueueInfo("sales")},
    seats={"PJSIP/100": SeatInfo("PJSIP/100", "周岚", "L. Zhou", team="A")},
)


def rule(name: str, **more: Any) -> Rule:
    """A small rule."""
    parts = {
        "id": name,
        "name": {"zh": f"规则{name}", "en": f"Rule {name}"},
        "say": {"zh": "上线", "en": "Go on line"},
        "when": {"metric": "waiting", "at_least": 8},
    }
    return Rule.model_validate(parts | more)


def step(name: str, level: int, *todo: dict[str, Any]) -> Rule:
    """A step of the plan."""
    items = [{"id": item["id"], "text": {"zh": "做", "en": "Do"}, **item} for item in todo]
    return rule(name, plan={"plan": "peak", "level": level}, hold={"for_s": 300}, todo=items)


WATCH = step("watch", 0)
LEVEL1 = step(
    "level1",
    1,
    {"id": "breaks", "order": {"forbid_reasons": ["break"], "grace_s": 120}},
    {"id": "tell"},
)
LEVEL2 = step("level2", 2, {"id": "leads", "order": {"on_queue": True, "roles": ["lead"], "grace_s": 60}})
LADDER = (WATCH, LEVEL1, LEVEL2)


def rules_now(*rules: Rule) -> RulesNow:
    """A book of these rules, in force from the beginning."""
    book = RuleBook(RuleVersion(one.id, 1, 0.0, one) for one in rules)
    return RulesNow(book, lambda one: Words(zh=f"{one.id}持续", en=f"{one.id} holds"))


def standing(name: str, state: RuleState = RuleState.FIRING, subject: str = "", **more: Any) -> Standing:
    """Where a rule stands; firing since a minute ago unless told otherwise."""
    parts: dict[str, Any] = {"value": 9.0}
    if state is RuleState.FIRING:
        parts |= {"fired_at": AT - 60, "active_at": AT - 360, "held_s": 300.0, "needed_s": 300.0}
    return Standing(name, subject, 1, state, **parts | more)


def key(name: str, subject: str = "", fired_at: float = AT - 60) -> str:
    """The key of a standing's alarm."""
    return alarm_key(name, subject, fired_at)


def plan_of(
    *standings: Standing,
    rules: RulesNow,
    people: People = NO_PEOPLE,
    floor: FloorView | None = None,
    **more: Any,
) -> PlanView:
    """The plan of these standings."""
    return compose(floor or view(), standings, rules, CONFIG, people, **more)
