"""The after-action sheet (处置复盘单): what happened, who did what when, who complied, what was lost. Pure.

Computed from stored rows alone, so that it says the same a year later. Instants are UTC epoch seconds,
0.0: not (yet).
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from ccfloor.floor.calls import contributions
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import FIELDS, Counts, asa_s, counts, service_level
from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.rules.model import Rule
from ccfloor.rules.reading import read_hold
from ccfloor.service.after_curve import Curve, Stretch, seconds, stretches, waiting_curve, worst
from ccfloor.service.after_orders import Duty, OnDuty, Tally, duties, nobody, tally
from ccfloor.service.after_timeline import Fired, Moment, Text, both, moments
from ccfloor.service.incidents import IncidentRow
from ccfloor.service.plan_notes import Note, acked
from ccfloor.store.plan_rows import CommandFact, NoticeFact

AROUND_S = 1800.0  # shown and counted before and after


class Material(NamedTuple):
    """Everything stored about one alarm or incident and the time around it.

    ``others``: alarms of plans that fired in its time; ``notes`` by what they are about; ``now``: what is
    later has not happened.
    """

    key: str
    fired: Fired | None
    incident: IncidentRow | None
    others: Sequence[Fired]
    notes: Sequence[Note]
    commands: Sequence[CommandFact]
    notices: Sequence[NoticeFact]
    calls: Sequence[CallRow]
    spans: Sequence[SpanRow]
    blind: Sequence[Stretch]
    now: float
    on_duty: OnDuty = nobody


class Step(msgspec.Struct, frozen=True):
    """A rule that fired. ``reading``: its hold in words; ``source``: the sentence it comes from."""

    key: str
    rule: str
    version: int
    valid_from: float
    plan: str
    level: int
    severity: str
    name: Text
    say: Text
    reading: Text
    source: str
    subject: str
    active_at: float
    fired_at: float
    cleared_at: float
    blind_s: float
    value: float
    worst: float
    metric: str
    threshold: float | None
    acked_at: float
    acked_by: str


class Figures(msgspec.Struct, frozen=True):
    """The calls that entered in a part of the time. ``name``: before, build, during or after.

    ``counted``: what the service level is a share of; ``target`` of the queues, weighted by their calls;
    ``lost``: (target - service level) x offered, 0 where the target was reached.
    """

    name: str
    start: float
    end: float
    offered: int
    answered: int
    answered_in_t: int
    abandoned: int
    waiting: int
    asa_s: float | None
    service_level: float | None
    target: float | None
    lost: float | None


class Sheet(msgspec.Struct, frozen=True):
    """The whole sheet. ``start``, ``end``: what the curve shows; ``begun``, ``over``: the matter itself.

    ``held``: at or beyond the level before firing; ``dips``: below it; ``on``: beyond it while it fired.
    """

    key: str
    at: float
    step: Step | None
    incident: IncidentRow | None
    others: tuple[Step, ...]
    begun: float
    over: float
    start: float
    end: float
    moments: tuple[Moment, ...]
    curve: tuple[tuple[float, int], ...]
    worst: int | None
    levels: tuple[tuple[float, Text], ...]
    held: tuple[Stretch, ...]
    dips: tuple[Stretch, ...]
    on: tuple[Stretch, ...]
    blind: tuple[Stretch, ...]
    blind_s: float
    figures: tuple[Figures, ...]
    items: dict[str, Text]
    duties: tuple[Duty, ...]
    tally: Tally


def build(material: Material, config: FloorConfig) -> Sheet:
    """The sheet of an alarm or an incident. Raises ValueError where the material has neither."""
    begun, fired_at, over = _times(material)
    start, end = begun - AROUND_S, min((over or material.now) + AROUND_S, material.now)
    queues = _queues(material.fired)
    curve = waiting_curve(material.calls, start, end, queues)
    blind = tuple((max(a, start), min(b, end)) for a, b in material.blind if a < end and b > start)
    found = _duties(material, config, fired_at, over or material.now)
    rule = material.fired.rule if material.fired else None
    steps = [*([material.fired] if material.fired else []), *material.others]
    notes = [note for note in material.notes if note.about == material.key]
    return Sheet(
        key=material.key,
        at=material.now,
        step=_step(material.fired, notes) if material.fired else None,
        incident=material.incident,
        others=tuple(_step(other, _about(material.notes, other)) for other in material.others),
        begun=begun,
        over=over,
        start=start,
        end=end,
        moments=tuple(moments(steps, material.notes, material.commands, material.notices, blind, config)),
        curve=tuple(curve),
        worst=worst(curve, begun, over or end),
        levels=_levels(material),
        **_parts(rule, curve, begun, fired_at, over or end),
        blind=blind,
        blind_s=seconds(_within(blind, begun, over or end)),
        figures=tuple(_figures(material, config, queues, begun, fired_at, over)),
        items={item.id: both(item.text) for item in rule.todo} if rule else {},
        duties=tuple(found),
        tally=tally(found),
    )


def complied(material: Material, config: FloorConfig) -> list[Duty]:
    """The duties of the sheet alone, for a list of many."""
    _, fired_at, over = _times(material)
    return _duties(material, config, fired_at, over or material.now)


def during(material: Material, config: FloorConfig) -> Figures:
    """The figures of the time it fired (an incident: it was open) alone, for a list of many."""
    _, fired_at, over = _times(material)
    queues = _queues(material.fired)
    return figures("during", material.calls, config, queues, fired_at, over or material.now, material.now)


# -- times and scope ---------------------------------------------------------------------------------


def _times(material: Material) -> tuple[float, float, float]:
    """Since when it was under way, when it fired, when it was over (0.0: it is not)."""
    if material.fired is not None:
        alarm = material.fired.alarm
        return min(alarm.active_at or alarm.fired_at, alarm.fired_at), alarm.fired_at, alarm.cleared_at
    if material.incident is not None:
        incident = material.incident
        return incident.started_at, incident.started_at, incident.closed_at or 0.0
    raise ValueError("neither an alarm nor an incident")


def _queues(fired: Fired | None) -> frozenset[str] | None:
    """The queues that a rule's subject is made of; None: all."""
    if fired is None:
        return None
    kind, _, name = fired.alarm.subject.partition(":")
    if kind == "queue":
        return frozenset((name,))
    if kind == "group" and fired.rule is not None:
        return frozenset(fired.rule.scope.queues)
    return None


def _within(parts: Iterable[Stretch], start: float, end: float) -> list[Stretch]:
    return [(max(a, start), min(b, end)) for a, b in parts if a < end and b > start]


def _parts(
    rule: Rule | None, curve: Curve, begun: float, fired_at: float, over: float
) -> dict[str, tuple[Stretch, ...]]:
    """Where the curve was beyond the rule's level, where a rule watches it at all."""
    if rule is None or rule.when.metric != "waiting":
        return {"held": (), "dips": (), "on": ()}
    return {
        "held": tuple(stretches(curve, rule.when, begun, fired_at)),
        "dips": tuple(stretches(curve, rule.when, begun, fired_at, met=False)),
        "on": tuple(stretches(curve, rule.when, fired_at, over)),
    }


def _levels(material: Material) -> tuple[tuple[float, Text], ...]:
    """The levels of the curve that the rules of this time watch, lowest first."""
    every = [material.fired, *material.others] if material.fired else list(material.others)
    found: dict[float, tuple[int, Text]] = {}
    for fired in every:
        if fired.rule and fired.rule.when.metric == "waiting" and _queues(fired) == _queues(material.fired):
            own = (fired.alarm.level, both(fired.rule.name))
            found[fired.rule.when.level] = max(found.get(fired.rule.when.level, own), own, key=lambda x: x[0])
    return tuple((level, found[level][1]) for level in sorted(found))


# -- parts -------------------------------------------------------------------------------------------


def _about(notes: Iterable[Note], fired: Fired) -> list[Note]:
    return [note for note in notes if note.about == fired.alarm.key]


def _step(fired: Fired, notes: Iterable[Note]) -> Step:
    alarm, rule = fired.alarm, fired.rule
    ack = acked(notes)
    unknown = Text(alarm.rule, alarm.rule)
    return Step(
        key=alarm.key,
        rule=alarm.rule,
        version=alarm.version,
        valid_from=fired.valid_from,
        plan=alarm.plan,
        level=alarm.level,
        severity=alarm.severity,
        name=both(rule.name) if rule else unknown,
        say=both(rule.say) if rule else unknown,
        reading=both(read_hold(rule)) if rule else unknown,
        source=rule.source if rule else "",
        subject=alarm.subject,
        active_at=alarm.active_at,
        fired_at=alarm.fired_at,
        cleared_at=alarm.cleared_at,
        blind_s=alarm.blind_s,
        value=alarm.value,
        worst=alarm.worst,
        metric=rule.when.metric if rule else "",
        threshold=rule.when.level if rule else None,
        acked_at=ack.at if ack else 0.0,
        acked_by=ack.who if ack else "",
    )


def _duties(material: Material, config: FloorConfig, ordered_at: float, until: float) -> list[Duty]:
    rule = material.fired.rule if material.fired else None
    found: list[Duty] = []
    for item in rule.todo if rule else ():
        if item.order is not None:
            found += duties(
                item.id, item.order, material.spans, config.seats, ordered_at, until, material.on_duty
            )
    return found


def _figures(
    material: Material,
    config: FloorConfig,
    queues: Collection[str] | None,
    begun: float,
    fired_at: float,
    over: float,
) -> list[Figures]:
    now = material.now
    parts = [
        ("before", begun - AROUND_S, begun),
        ("build", begun, fired_at),
        ("during", fired_at, over or now),
        *([("after", over, min(over + AROUND_S, now))] if over else []),
    ]
    return [
        figures(name, material.calls, config, queues, start, end, now)
        for name, start, end in parts
        if end > start or name == "during"
    ]


def figures(
    name: str,
    calls: Iterable[CallRow],
    config: FloorConfig,
    queues: Collection[str] | None,
    start: float,
    end: float,
    now: float,
) -> Figures:
    """The figures of the calls that entered in [start, end); who waits beyond T at ``now`` is missed."""
    vector = [0] * len(FIELDS)
    over_t = waiting = 0
    promised = 0.0
    for call in calls:
        if not start <= call.entered_at < end or (queues is not None and call.queue not in queues):
            continue
        for index, _, amount in contributions(call):
            vector[index] += amount
        if call.outcome not in (Outcome.REFUSED_FULL, Outcome.REFUSED_EMPTY):
            promised += config.target(call.queue, call.entered_at).target
        if call.outcome is Outcome.WAITING:
            waiting += 1
            over_t += now - call.entered_at > call.threshold_ms / 1000
    return _counted(name, start, end, counts(vector, over_t), waiting, promised)


def _counted(name: str, start: float, end: float, c: Counts, waiting: int, promised: float) -> Figures:
    level = service_level(c)
    target = promised / c.offered if c.offered else None
    missed = max(0.0, target - level) if target is not None and level is not None else None
    return Figures(
        name=name,
        start=start,
        end=end,
        offered=c.offered,
        answered=c.answered,
        answered_in_t=c.answered_in_t,
        abandoned=c.abandoned,
        waiting=waiting,
        asa_s=asa_s(c),
        service_level=level,
        target=target,
        lost=missed * c.offered if missed is not None else None,
    )
