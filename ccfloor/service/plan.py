"""What the pages show of the rules: the plan's level, its checklist, who complies, every other alarm.

Instants are UTC epoch seconds, 0.0: none. Clocks and bars run in the reader, from the instants given here.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ccfloor.rules.alarms import RuleState
from ccfloor.service.plan_notes import Notes
from ccfloor.service.staffing.outlook_view import Outlook

ON = (RuleState.FIRING, RuleState.ACKNOWLEDGED)


class Text(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class HoldView(msgspec.Struct, frozen=True):
    """How the condition of a rung must hold; as in ``ccfloor.rules.model.Hold``."""

    kind: str
    for_s: float
    dip_s: float
    share: float
    reached_s: float


class ClearView(msgspec.Struct, frozen=True):
    """When a rung is over; as in ``ccfloor.rules.model.Clear``. ``level`` None: the condition not met."""

    level: float | None
    for_s: float
    min_on_s: float


class Rung(msgspec.Struct, frozen=True):
    """A rule of the plan and where it stands; see Standing. ``reading``: its hold in words; ``metric``:
    what is held against the threshold.
    """

    rule: str
    version: int
    level: int
    name: Text
    say: Text
    reading: Text
    source: str
    state: RuleState
    value: float | None
    threshold: float
    active_at: float
    held_s: float
    needed_s: float
    holding: bool
    due_at: float
    blind_s: float
    fired_at: float
    cleared_at: float
    clears_at: float
    acked_by: str
    acked_at: float
    key: str
    sound: str
    subject: str = ""
    metric: str = ""
    hold: HoldView | None = None
    clear: ClearView | None = None
    compare: str = ""  # ≥ > ≤ <


class AlarmView(msgspec.Struct, frozen=True):
    """A rule outside the plan that fires, is near to it, or was over a little while ago.

    ``kind``: floor, queue, group, team or seat; ``about``: the subject's name; ``queues``: those it is of.
    """

    rule: str
    key: str
    subject: str
    kind: str
    name: Text
    about: Text
    say: Text
    severity: str
    state: RuleState
    near: bool
    value: float | None
    active_at: float
    due_at: float
    fired_at: float
    cleared_at: float
    acked_by: str
    acked_at: float
    owner: str
    sound: str
    queues: tuple[str, ...] = ()


class TodoView(msgspec.Struct, frozen=True):
    """An item of the checklist. ``order``: checked live, done when ``left`` seats are 0; else by ticking."""

    id: str
    text: Text
    order: bool
    left: int
    by: str
    at: float
    done: bool


class OpenSeat(msgspec.Struct, frozen=True):
    """A seat that does not comply; overdue once it is past ``due_at``."""

    seat: str
    agent: str
    agent_en: str
    team: str
    kind: str
    since: float
    due_at: float
    item: str


class Planned(msgspec.Struct, frozen=True):
    """A planned peak; no queues: the whole floor."""

    id: int
    name: str
    start: float
    end: float
    queues: tuple[str, ...]
    running: bool


class PlannedOver(msgspec.Struct, frozen=True):
    """Seats on callback while a planned peak runs, and how many may be."""

    limit: int
    now: int


class Incident(msgspec.Struct, frozen=True):
    """An open incident."""

    id: int
    cause: str
    text: str
    started_at: float
    who: str


class LastFailed(msgspec.Struct, frozen=True):
    """The last message that could not be delivered. ``error`` in English, ``error_zh`` in Chinese."""

    channel: str
    error: str
    at: float
    error_zh: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What another reading of a plan rule's hold has said today: first fired, or would fire if nothing
    changes. ``in_force``: the reading that the rule itself has.
    """

    rule: str
    kind: str
    words: Text
    fired_at: float
    would_at: float
    in_force: bool


class PlanView(msgspec.Struct, frozen=True):
    """Everything of the rules at ``at``. ``level``: −1 none, 0 watch, 1, 2 …; ``rule`` and ``key``: of it.

    ``outlook``: what they are likely to come to, as of its own instant; None: not known, or long ago.
    """

    at: float
    level: int = -1
    level_since: float = 0.0
    rule: str = ""
    key: str = ""
    ladder: tuple[Rung, ...] = ()
    alarms: tuple[AlarmView, ...] = ()
    todo: tuple[TodoView, ...] = ()
    open: tuple[OpenSeat, ...] = ()
    planned: tuple[Planned, ...] = ()
    planned_over: PlannedOver | None = None
    incidents: tuple[Incident, ...] = ()
    notices_failed: int = 0
    last_failed: LastFailed | None = None
    other_readings: tuple[Reading, ...] = ()
    outlook: Outlook | None = None


class People(NamedTuple):
    """What people did and entered, as it is stored."""

    notes: Notes = {}
    planned: tuple[Planned, ...] = ()  # not cancelled ones, in order of their start
    incidents: tuple[Incident, ...] = ()
    notices_failed: int = 0
    last_failed: LastFailed | None = None


def with_level(plan: PlanView, ladder: Iterable[Rung]) -> PlanView:
    """The plan with this ladder and the level that it gives."""
    ladder = tuple(ladder)
    on = firing(ladder)
    if not on:
        return replace(plan, ladder=ladder, level=-1, level_since=0.0, rule="", key="", todo=())
    top = on[0]
    same = plan.key in ("", top.key)
    todo = plan.todo if same else ()
    return replace(
        plan, ladder=ladder, level=top.level, level_since=top.fired_at, rule=top.rule, key=top.key, todo=todo
    )


def firing(ladder: Iterable[Rung]) -> list[Rung]:
    """The rungs that fire, highest first."""
    return [rung for rung in sorted(ladder, key=lambda rung: -rung.level) if rung.state in ON]
