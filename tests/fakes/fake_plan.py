"""The fake hub with an emergency plan behind it: ``python -m tests.fakes.fake_plan --port N --db FILE``.

The product's own routes write what people do into a SQLite file; the fake plan takes it from there, as the
collector would. A seat that is brought back leaves the list of those who do not comply.
"""

import argparse
import asyncio
import copy
import time
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st
from sqlalchemy import Engine, delete, insert, update

from ccfloor.acd.base import SeatCommand
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.floor.view import FloorView
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.service import routes_plan, routes_queues, routes_seats, runtime
from ccfloor.service.hub import LiveRow
from ccfloor.service.plan import PlanView
from ccfloor.service.plan_notes import acked, read_notes, split_key, ticked
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms, calls, commands, live_view, plan_notes, rule_versions
from tests.fakes.fake_day import DayHub, fill
from tests.fakes.fake_hub import SCENES, app
from tests.fakes.floor_scenes import plain
from tests.fakes.plan_scenes import Plan, Steps, empty_plan

LOOK_S = 0.2


def calls_of(steps: Steps) -> list[CallRow]:
    """Calls whose waiting adds up to these steps: who came first leaves first."""
    found: list[CallRow] = []
    waiting: list[CallRow] = []
    for at, level in steps:
        while len(waiting) < level:
            call = CallRow(1, len(found), f"step-{len(found)}", "hotline", at, outcome=Outcome.WAITING)
            waiting.append(call)
            found.append(call)
        while len(waiting) > level:
            call = waiting.pop(0)
            call.left_at, call.outcome, call.final = at, Outcome.ABANDONED, True
    return found


def rule_of(rung: Plan, tasks: list[Plan]) -> Rule:
    """A rule with the checklist that a scene shows."""
    order = {"forbid_reasons": ["break"]}
    todo = [
        {"id": task["id"], "text": task["text"], **({"order": order} if task["order"] else {})}
        for task in tasks
    ]
    when = {"metric": "waiting", "at_least": rung["threshold"]}
    level = {"plan": "peak", "level": rung["level"]}
    words = {"name": rung["name"], "say": rung["say"]}
    return Rule.model_validate({"id": rung["rule"], "when": when, "plan": level, "todo": todo, **words})


def store(engine: Engine, view: FloorView, plan: Plan, steps: Steps) -> None:
    """What would be stored of a floor with this plan."""
    fill(engine, view)
    fires = [entry for entry in (*plan["ladder"], *plan["alarms"]) if entry["key"]]
    with writing(engine) as connection:
        for table in (alarms, plan_notes, commands, calls, rule_versions):
            connection.execute(delete(table))
        rows = [
            {"site": "main", **msgspec.structs.asdict(call)} | {"source_id": 1} for call in calls_of(steps)
        ]
        connection.execute(insert(calls), [{k: v for k, v in row.items() if k in calls.c} for row in rows])
        for entry in fires:
            connection.execute(insert(alarms).values(_alarm(entry)))
        for rung in plan["ladder"]:
            body = rule_of(rung, plan["todo"]).model_dump_json()
            row = {"site": "main", "rule": rung["rule"], "version": rung["version"], "body": body}
            row |= {"valid_from": 0.0, "at": 0.0, "source": "file", "who": "", "why": ""}
            connection.execute(insert(rule_versions).values(row))


def _alarm(entry: Plan) -> dict[str, Any]:
    rule, subject, _ = split_key(entry["key"])
    instants = {name: entry[name] for name in ("fired_at", "active_at", "cleared_at")}
    version, level = entry.get("version", 1), entry.get("level", -1)
    alarm = Alarm(rule, subject, version=version, level=level, plan="peak" if level >= 0 else "", **instants)
    return {"site": "main", **msgspec.structs.asdict(alarm)}


def noted(plan: Plan, notes: dict[str, Any]) -> Plan:
    """The plan with what people noted."""
    plan = copy.deepcopy(plan)
    for entry in (*plan["ladder"], *plan["alarms"]):
        if entry["key"] and (note := acked(notes.get(entry["key"], ()))):
            entry |= {"acked_by": note.who, "acked_at": note.at}
            entry["state"] = "acknowledged" if entry["state"] == "firing" else entry["state"]
    ticks = ticked(notes.get(plan["key"], ()))
    for task in plan["todo"]:
        if not task["order"]:
            note = ticks.get(task["id"])
            task |= {"by": note.who if note else "", "at": note.at if note else 0.0, "done": note is not None}
    return plan


def plan_view(plan: Plan) -> PlanView:
    """The plan in the hub's own type: the scenes keep to the contract."""
    return msgspec.convert(plan, PlanView)


class PlanHub(DayHub):
    """Scenes with a plan; a scene without one gets a plan in which nothing stands."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.plan: Plan = {}
        super().__init__(name, engine)
        self.show(name)

    def show(self, name: str) -> None:
        self.scene = SCENES[name](time.time())
        self.scene.site["zone"] = "Asia/Shanghai"
        self.view = plain(self.scene)
        self.scene.plan = self.scene.plan or empty_plan(time.time())
        self.plan = copy.deepcopy(self.scene.plan)
        store(self.engine, self.scene.view, self.plan, self.scene.steps)
        self.publish()

    def publish(self) -> None:
        """The live row and the service's own hub know the floor and the plan."""
        view = msgspec.convert(self.view, FloorView)
        payload = {"payload": msgspec.json.encode(view), "plan": msgspec.json.encode(self.plan)}
        with writing(self.engine) as connection:
            connection.execute(update(live_view).values(payload))
        row = LiveRow(1, time.time(), view, (), plan_view(self.plan))
        runtime.service().hub.accept(row)

    def take(self, parts: dict[str, Any]) -> None:
        super().take(parts)
        if "plan" in parts:
            self.plan = copy.deepcopy(parts["plan"] or {})
        if "seats" in parts:
            self.publish()

    async def beat(self) -> None:
        """What people do comes back as the plan, beside ticks and commands."""
        await asyncio.gather(super().beat(), self.follow())

    async def follow(self) -> None:
        """Take notes into the plan, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.tell()

    async def tell(self) -> None:
        """Send the plan if it is not what was sent last."""
        if not self.plan:
            return
        keys = [entry["key"] for entry in (*self.plan["ladder"], *self.plan["alarms"]) if entry["key"]]
        with self.engine.connect() as connection:
            notes = read_notes(connection, "main", keys)
        plan = noted(self.plan, notes)
        if plan != self.scene.plan:
            self.scene.plan = plan
            await self.say("diff", plan=plan)

    async def obey(self, command: SeatCommand) -> None:
        self.plan["open"] = [item for item in self.plan["open"] if item["seat"] != command.seat]
        for task in self.plan["todo"]:
            if task["order"]:
                task["left"] = sum(item["item"] == task["id"] for item in self.plan["open"])
                task["done"] = task["left"] == 0
        await super().obey(command)  # last: while it speaks, another scene may be put up


def plan_app(scene: str, db: Path) -> st.App:
    """The product's pages over the fake hub and a plan."""
    settings = load(environ={}, db=f"sqlite:///{db}", source="simulator", site__zone="Asia/Shanghai")
    service = runtime.Service(settings)
    runtime.use(service)
    hub = PlanHub(scene, service.engine)
    return app(scene, [*routes_seats.routes, *routes_queues.routes, *routes_plan.routes], hub)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--scene", choices=sorted(SCENES), default="plan_calm")
    given = parser.parse_args()
    plan_app(given.scene, given.db).run(config={"server.port": given.port, "server.address": "127.0.0.1"})
