"""Where the plan's rules stand at a view, taken from their engine: from there on they are foreseen.

Called in the collector's own thread, for nobody else may look at an engine: it costs as much as keeping the
machines of the plan once.
"""

from typing import NamedTuple

from ccfloor.floor.view import FloorView
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.machine import Machine
from ccfloor.rules.watching import Watch
from ccfloor.staffing.begun import of_machine
from ccfloor.staffing.trigger import HORIZON_S, Watched, foreseeable, watched


class Running(NamedTuple):
    """A rule of the plan for one subject. ``queues``: whose callers it counts; empty: all of them.

    ``watched`` None: it is of something that cannot be foreseen. ``on``: its alarm is on.
    """

    rule: str
    subject: str
    level: int
    queues: tuple[str, ...]
    watched: Watched | None
    on: bool = False


def running(engine: RuleEngine, view: FloorView, horizon_s: float = HORIZON_S) -> tuple[Running, ...]:
    """All rules of the plan, lowest level first."""
    found = [_running(watch, view, horizon_s) for watch in engine.watches() if watch.rule.plan is not None]
    return tuple(sorted(found, key=lambda one: (one.level, one.rule, one.subject)))


def _running(watch: Watch, view: FloorView, horizon_s: float) -> Running:
    rule = watch.rule
    level = rule.plan.level if rule.plan else 0
    kind, _, name = watch.subject.partition(":")
    queues = {"queue": (name,), "group": rule.scope.queues}.get(kind, ())
    on = watch.machine is not None and watch.machine.alarm is not None
    told = Running(rule.id, watch.subject, level, queues, None, on)
    if not foreseeable(rule):
        return told
    guard, value = watch.guard, _waiting(view, queues)
    machine = watch.machine or Machine(rule, watch.version, watch.subject)
    begun = of_machine(machine, view.at, value if guard is None or guard.on else watch.quiet)
    counts = None if guard is None else guard.within(view.at, view.at + horizon_s)
    spans = None if counts is None else [(start - view.at, end - view.at) for start, end in counts]
    return told._replace(watched=watched(rule, watch.subject, begun, spans), on=begun.on)


def _waiting(view: FloorView, queues: tuple[str, ...]) -> int:
    if not queues:
        return view.floor.waiting
    return sum(queue.waiting for queue in view.queues if queue.queue in queues)
