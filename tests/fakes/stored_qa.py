"""A small form, calls of two teams' agents, and a reviewer's samples of them, as they are stored."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import Engine, insert

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.records import AGENT_FIELDS, CallRow
from ccfloor.kpi.period import business_date, day_number
from ccfloor.qa.appeals import Clocks
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.qa.write import kept_text
from ccfloor.service.qa.appeal_rules import Rules
from ccfloor.service.qa.calendar import official
from ccfloor.service.qa.versions import Version, version
from ccfloor.store import qa_versions
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_samples
from ccfloor.store.tables import agent_days, calls
from ccfloor.store.viewer import Viewer

SITE = "main"
ZONE = ZoneInfo("Asia/Shanghai")
TEAMS = {"陈思远": "A", "王丽娜": "A", "孙浩": "B"}
CONFIG = FloorConfig(
    zone="Asia/Shanghai",
    queues={name: QueueInfo(name, zh, name) for name, zh in (("sales", "销售"), ("support", "支持"))},
    seats={
        f"SIM/{number}": SeatInfo(f"SIM/{number}", agent, agent, str(number), team)
        for number, (agent, team) in enumerate(TEAMS.items(), 1001)
    },
)
RULES = Rules(Clocks(), WorkCalendar(official("CN")))
MONDAY = date(2026, 11, 16)
LI, ZHOU = "li.qa", "zhou.qa"
QA = Viewer(Role.QA, account=7, who=LI)
OTHER_QA = Viewer(Role.QA, account=8, who=ZHOU)
MANAGER = Viewer(Role.MANAGER, account=9, who="boss")
LEAD_B = Viewer(Role.LEAD, account=10, who="lead.b", teams=frozenset(("B",)))
CHEN = Viewer(Role.AGENT, account=11, who="chen", agents=frozenset(("陈思远",)))


def _item(name: str, kind: str, points: float = 0, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "points": points, "name": {"zh": name, "en": name}, **more}


_ITEMS = [
    _item("greet", "yes_no", 20, tags=["polite"]),
    _item("hold", "yes_no", 10, na=True),
    _item("answer", "points", 50, step=10),
    _item("record", "yes_no", 20, tags=["record"]),
    _item("insult", "fatal"),
]
FORM = Form.model_validate(
    {
        "id": "small",
        "name": {"zh": "小表", "en": "Small form"},
        "pass_mark": 80,
        "sections": [{"id": "talk", "name": {"zh": "通话", "en": "Talk"}, "items": _ITEMS}],
    }
)
GOOD = {"greet": "yes", "hold": "na", "answer": "50", "record": "yes"}
POOR = {"greet": "no", "hold": "no", "answer": "30", "record": "no"}


def at(day: int, hour: float = 10.0) -> float:
    """An instant so many days after MONDAY, by the site's clock."""
    local = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=ZONE)
    return (local + timedelta(days=day, hours=hour)).timestamp()


def publish(engine: Engine, form: Form = FORM, from_day: int = 0) -> int:
    """Put a form in force; returns its version."""
    kept = {"state": qa_versions.PUBLISHED, "from_day": from_day, "body": kept_text(form), "who": ""}
    more = {"why": "", "at": 0.0, "published_at": 0.0, "published_by": ""}
    with writing(engine) as connection:
        return qa_versions.add(connection, SITE, "form", form.id, kept | more)


def put_plan(engine: Engine, body: Plan | None = None, published_at: float = 0.0) -> Version:
    """Put a plan in force; without one a call of each agent a week, scored by the small form."""
    quota = {"id": "week", "name": {"zh": "周", "en": "week"}, "every": "week", "at_least": 1}
    told = {"id": "weekly", "name": quota["name"], "form": FORM.id, "quotas": [quota]}
    plan = body or Plan.model_validate(told)
    kept = {"state": qa_versions.PUBLISHED, "from_day": 0, "body": kept_text(plan), "who": "", "why": ""}
    more = {"at": 0.0, "published_at": published_at, "published_by": ""}
    with writing(engine) as connection:
        number = qa_versions.add(connection, SITE, "plan", plan.id, kept | more)
    return version(engine, SITE, "plan", plan.id, number)


def put_call(engine: Engine, position: int, agent: str, when: float, queue: str = "sales") -> tuple[int, int]:
    """A call that an agent answered; its key."""
    row = CallRow(
        source=1,
        position=position,
        call=f"c{position}",
        queue=queue,
        entered_at=when - 10,
        number="13812342071",
        outcome=Outcome.ANSWERED,
        ended_by=EndedBy.CALLER,
        seat="SIM/1001",
        agent=agent,
        answered_at=when,
        left_at=when,
        ended_at=when + 180,
        wait_ms=10_000,
        ring_ms=4000,
        talk_ms=150_000,
        hold_ms=30_000,
        final=True,
    )
    told = structs.asdict(row)
    with writing(engine) as connection:
        connection.execute(insert(calls).values({"source_id": told.pop("source"), "site": SITE, **told}))
    return 1, position


def put_sample(
    engine: Engine, call: tuple[int, int], agent: str, when: float, reviewer: str = LI, **more: Any
) -> int:
    """A sample of a call; its number."""
    day = day_number(business_date(CONFIG, when))
    values: dict[str, Any] = {
        "site": SITE, "plan": "weekly", "quota": "week", "span": "2026-W47", "source_id": call[0],
        "position": call[1], "agent": agent, "team": TEAMS[agent], "queue": "sales", "call_at": when,
        "day": day, "reason": "random", "stratum": "", "population": 9, "reviewer": reviewer, "by": "qa",
        "state": "open", "due_day": day, "at": when, "why": "", "who": "",
    }  # fmt: skip
    with writing(engine) as connection:
        made = insert(qa_samples).values(values | more).returning(qa_samples.c.id)
        return int(connection.execute(made).scalar_one())


def put_work(engine: Engine, days: int, agents: Mapping[str, str] = TEAMS, first: date = MONDAY) -> None:
    """So many days from the first one on which all of them answered calls."""
    rows = [
        {"site": SITE, "agent": agent, "day": day_number(first + timedelta(days=step))}
        | dict.fromkeys(AGENT_FIELDS, 0)
        | {"answered": 10}
        for step in range(days)
        for agent in agents
    ]
    with writing(engine) as connection:
        connection.execute(insert(agent_days), rows)
