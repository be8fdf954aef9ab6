"""The plan put together: where the rules stand, what people noted, the floor at that moment. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.rules.alarms import RuleState, Standing, alarm_key
from ccfloor.rules.book import RuleBook
from ccfloor.rules.compliance import Breach, OnDuty, breaches, in_reasons, nobody
from ccfloor.rules.model import Rule, Words
from ccfloor.service.plan import (
    ON,
    AlarmView,
    ClearView,
    HoldView,
    OpenSeat,
    People,
    Planned,
    PlannedOver,
    PlanView,
    Reading,
    Rung,
    Text,
    TodoView,
    firing,
    with_level,
)
from ccfloor.service.plan_notes import Notes, acked, ticked

CLEARED_S = 300.0  # so long an alarm that is over is still shown
NO_PEOPLE = People()
_NEXT = 3
_COMPARE = {(True, False): "≥", (True, True): ">", (False, False): "≤", (False, True): "<"}
_WORST = {"alarm": 0, "warn": 1, "info": 2}


class RulesNow:
    """The rules of a book as they are shown: any version by its number, and those in force.

    ``read`` puts into words how long the condition of a rule must hold.
    """

    def __init__(self, book: RuleBook, read: Callable[[Rule], Words]) -> None:
        self.book, self._read = book, read
        self._all = {(item.id, item.version): item.rule for item in book.versions if item.rule is not None}
        self._words: dict[tuple[str, int], Text] = {}
        self._at, self._until = float("inf"), 0.0
        self._force: dict[str, int] = {}

    def version(self, rule: str, version: int) -> Rule | None:
        """That version of a rule."""
        return self._all.get((rule, version))

    def in_force(self, at: float) -> Iterator[tuple[int, Rule]]:
        """The rules in force at an instant, with their versions."""
        if not self._at <= at < self._until:
            self._force = {item.id: item.version for item in self.book.at(at).values()}
            self._at, self._until = at, self.book.next_change(at)
        return ((version, self._all[name, version]) for name, version in self._force.items())

    def reading(self, rule: Rule, version: int) -> Text:
        """How long the condition must hold, in words."""
        key = (rule.id, version)
        if key not in self._words:
            self._words[key] = words(self._read(rule))
        return self._words[key]


def words(given: Words) -> Text:
    """A rule's text as it is sent."""
    return Text(given.zh, given.en)


def compose(
    view: FloorView,
    standings: Iterable[Standing],
    rules: RulesNow,
    config: FloorConfig,
    people: People = NO_PEOPLE,
    readings: tuple[Reading, ...] = (),
    on_duty: OnDuty = nobody,
) -> PlanView:
    """The plan at the moment of a view. ``on_duty``: whether a seat's shift runs."""
    known = list(standings)
    ladder = _ladder(view.at, known, rules, people.notes)
    on = firing(ladder)
    top = on[0] if on else None
    late = [(rung, *broken) for rung in on for broken in _broken(rung, rules, view, on_duty)]
    planned = _planned(people.planned, view.at)
    place = {rung.rule: number for number, rung in enumerate(ladder)}
    plan = PlanView(
        at=view.at,
        alarms=_alarms(known, rules, view, config, people.notes),
        todo=_todo(top, rules, people.notes, [item for rung, item, _ in late if rung is top]),
        open=_open([(item, breach) for _, item, breach in late], view),
        planned=planned,
        planned_over=_planned_over(rules, view) if any(peak.running for peak in planned) else None,
        incidents=people.incidents,
        notices_failed=people.notices_failed,
        last_failed=people.last_failed,
        other_readings=tuple(sorted(readings, key=lambda one: place.get(one.rule, len(place)))),
    )
    return with_level(plan, ladder)


# -- the ladder --------------------------------------------------------------------------------------


def _ladder(at: float, known: list[Standing], rules: RulesNow, notes: Notes) -> tuple[Rung, ...]:
    """Every rule of the plan, lowest level first; of a rule with many subjects the worst one."""
    found: dict[str, Standing] = {}
    for standing in known:
        other = found.get(standing.rule)
        if other is None or _urgency(standing) > _urgency(other):
            found[standing.rule] = standing
    rungs = [
        _rung(rule, version, found.get(rule.id), rules, notes)
        for version, rule in rules.in_force(at)
        if rule.plan is not None
    ]
    return tuple(sorted(rungs, key=lambda rung: (rung.level, rung.rule)))


def _urgency(standing: Standing) -> tuple[int, float]:
    """Firing before pending before the rest; the earlier one first."""
    if standing.state in ON:
        return 3, -standing.fired_at
    if standing.state is RuleState.PENDING:
        return 2, -(standing.due_at or float("inf"))
    return int(standing.state is RuleState.CLEARED), standing.cleared_at


def _rung(rule: Rule, version: int, standing: Standing | None, rules: RulesNow, notes: Notes) -> Rung:
    assert rule.plan is not None
    if standing is None:
        standing = Standing(rule.id, "", version, RuleState.INACTIVE, None)
    key, state, by, acked_at = _taken_on(standing, notes)
    rule = rules.version(rule.id, standing.version) or rule
    return Rung(
        rule=rule.id,
        version=standing.version,
        level=rule.plan.level if rule.plan else 0,
        name=words(rule.name),
        say=words(rule.say),
        reading=rules.reading(rule, standing.version),
        source=rule.source,
        state=state,
        value=standing.value,
        threshold=rule.when.level,
        active_at=standing.active_at,
        held_s=standing.held_s,
        needed_s=standing.needed_s,
        holding=standing.holding,
        due_at=standing.due_at,
        blind_s=standing.blind_s,
        fired_at=standing.fired_at,
        cleared_at=standing.cleared_at,
        clears_at=standing.clears_at,
        acked_by=by,
        acked_at=acked_at,
        key=key,
        sound=rule.sound,
        subject=standing.subject,
        metric=rule.when.metric,
        hold=HoldView(**rule.hold.model_dump()),
        clear=ClearView(**rule.clear.model_dump()),
        compare=_COMPARE[rule.when.upward, rule.when.strictly],
    )


def _taken_on(standing: Standing, notes: Notes) -> tuple[str, RuleState, str, float]:
    """Key, state, and who acknowledged when."""
    if not standing.fired_at:
        return "", standing.state, "", 0.0
    key = alarm_key(standing.rule, standing.subject, standing.fired_at)
    note = acked(notes.get(key, ()))
    if note is None:
        return key, standing.state, "", 0.0
    state = RuleState.ACKNOWLEDGED if standing.state is RuleState.FIRING else standing.state
    return key, state, note.who, note.at


# -- the checklist and who complies ------------------------------------------------------------------


def _broken(rung: Rung, rules: RulesNow, view: FloorView, on_duty: OnDuty) -> Iterator[tuple[str, Breach]]:
    """Seats that break an order of a firing rule, with the item that orders it."""
    rule = rules.version(rung.rule, rung.version)
    for item in rule.todo if rule else ():
        if item.order is not None:
            for breach in breaches(item.order, view.seats, rung.fired_at, on_duty):
                yield item.id, breach


def _todo(top: Rung | None, rules: RulesNow, notes: Notes, late: list[str]) -> tuple[TodoView, ...]:
    rule = rules.version(top.rule, top.version) if top else None
    if top is None or rule is None:
        return ()
    ticks = ticked(notes.get(top.key, ()))
    found = []
    for item in rule.todo:
        note, left = ticks.get(item.id), late.count(item.id)
        done = left == 0 if item.order else note is not None
        by, at = (note.who, note.at) if note else ("", 0.0)
        found.append(TodoView(item.id, words(item.text), item.order is not None, left, by, at, done))
    return tuple(found)


def _open(late: list[tuple[str, Breach]], view: FloorView) -> tuple[OpenSeat, ...]:
    """Each seat once, under the highest level's item; longest first."""
    seats = {seat.seat: seat for seat in view.seats}
    found: dict[str, OpenSeat] = {}
    for item, (name, kind, since, due_at) in late:
        seat = seats[name]
        known = found.get(name)
        if known is not None and known.due_at <= due_at:
            continue
        item = known.item if known else item
        found[name] = OpenSeat(name, seat.agent, seat.agent_en, seat.team, kind, since, due_at, item)
    return tuple(sorted(found.values(), key=lambda seat: (seat.since, seat.seat)))


# -- everything else ---------------------------------------------------------------------------------


def _alarms(
    known: list[Standing], rules: RulesNow, view: FloorView, config: FloorConfig, notes: Notes
) -> tuple[AlarmView, ...]:
    seats = {seat.seat: seat for seat in view.seats}
    found = []
    for standing in known:
        if _shown(standing, view.at):
            rule = rules.version(standing.rule, standing.version)
            if rule is not None and rule.plan is None:
                found.append(_alarm(standing, rule, config, seats, notes))
    return tuple(sorted(found, key=_rank))


def _shown(standing: Standing, at: float) -> bool:
    if standing.state is RuleState.CLEARED:
        return standing.near or at - standing.cleared_at < CLEARED_S
    return standing.state in ON or (standing.state is RuleState.PENDING and standing.near)


def _rank(alarm: AlarmView) -> tuple[int, int, float, str]:
    on = 0 if alarm.state in ON else 2 if alarm.state is RuleState.CLEARED else 1
    return on, _WORST.get(alarm.severity, 3), -(alarm.fired_at or alarm.active_at), alarm.subject


def _alarm(
    standing: Standing, rule: Rule, config: FloorConfig, seats: Mapping[str, SeatView], notes: Notes
) -> AlarmView:
    kind, _, name = standing.subject.partition(":")
    key, state, by, acked_at = _taken_on(standing, notes)
    return AlarmView(
        rule=rule.id,
        key=key,
        subject=standing.subject,
        kind=kind or "floor",
        name=words(rule.name),
        about=_about(kind, name, rule, config, seats),
        say=words(rule.say),
        severity=rule.severity,
        state=state,
        near=standing.near,
        value=standing.value,
        active_at=standing.active_at,
        due_at=standing.due_at,
        fired_at=standing.fired_at,
        cleared_at=standing.cleared_at,
        acked_by=by,
        acked_at=acked_at,
        owner=rule.owner,
        sound=rule.sound,
        queues=(name,) if kind == "queue" else rule.scope.queues if kind == "group" else (),
    )


def _about(kind: str, name: str, rule: Rule, config: FloorConfig, seats: Mapping[str, SeatView]) -> Text:
    if kind == "queue":
        queue = config.queues.get(name)
        return Text(queue.zh or name, queue.en or name) if queue else Text(name, name)
    if kind == "group" and rule.scope.name is not None:
        return words(rule.scope.name)
    if kind == "team":
        return Text(f"{name}组", f"Team {name}")
    if kind == "seat":
        seat = seats.get(name) or config.seats.get(name)
        return Text(seat.agent or name, seat.agent_en or seat.agent or name) if seat else Text(name, name)
    return Text("全场", "Whole floor")


def _planned(planned: Iterable[Planned], at: float) -> tuple[Planned, ...]:
    """Those that run, and the next ones."""
    ahead = [replace(peak, running=peak.start <= at) for peak in planned if peak.end > at]
    running = [peak for peak in ahead if peak.running]
    return (*running, *[peak for peak in ahead if not peak.running][:_NEXT])


def _planned_over(rules: RulesNow, view: FloorView) -> PlannedOver | None:
    """The seats on callback beside how many the order of the planned peak's rule allows."""
    for _, rule in rules.in_force(view.at):
        for item in rule.todo if rule.only.planned_peak else ():
            order = item.order
            if order is not None and order.forbid_reasons:
                return PlannedOver(order.limit, in_reasons(view.seats, order.forbid_reasons, order.roles))
    return None
