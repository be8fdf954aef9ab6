"""What the command line says of rules, as lines for a terminal."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.rules.alarms import Alarm, RuleState
from ccfloor.rules.model import Rule
from ccfloor.rules.reading import amount, read_hold
from ccfloor.rules.series import spelled
from ccfloor.rules.signals import METRICS
from ccfloor.service.explain import Absent, Explained, Reason, Stretch

_ABSENT = {
    "unknown": "there is no such rule",
    "not_yet": "not in force yet, first from {at}",
    "retired": "retired since {at}",
    "off": "switched off since {at}",
}


def when(at: float, zone: str) -> str:
    """An instant by the site's clock, to the second."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if at else "the beginning"


def rule_lines(rules: Iterable[tuple[int, Rule]]) -> Iterator[str]:
    """(version, rule) of what is in force; version 0 is one from a file that is not taken up yet."""
    for version, rule in rules:
        step = f" [{rule.plan.plan} {rule.plan.level}]" if rule.plan else ""
        yield f"{rule.id}{step}  {rule.name.en}  ({f'version {version}' if version else 'file'})"
        yield f"    {read_hold(rule).en}"


def alarm_lines(rule: Rule, alarms: list[Alarm], end: float, zone: str) -> Iterator[str]:
    """What a rule would have done in a period that ends at ``end``."""
    total = sum((alarm.cleared_at or end) - alarm.fired_at for alarm in alarms)
    times = "once" if len(alarms) == 1 else f"{len(alarms)} times"
    yield f"{rule.id}: {read_hold(rule).en}"
    yield (
        f"it would have fired {times}, for {spelled(round(total))} in all"
        if alarms
        else "it would not have fired"
    )
    for alarm in alarms:
        over = when(alarm.cleared_at, zone) if alarm.cleared_at else "still on"
        length = spelled(round((alarm.cleared_at or end) - alarm.fired_at))
        unseen = f", {spelled(round(alarm.blind_s))} out of sight not counted" if alarm.blind_s else ""
        yield (
            f"  {when(alarm.fired_at, zone)} – {over}  {length}  {alarm.subject or 'floor'}"
            f"  value {_value(rule, alarm.value)}, worst {_value(rule, alarm.worst)}{unseen}"
        )


def explained_lines(told: Explained, rules: Mapping[tuple[str, int], Rule], zone: str) -> Iterator[str]:
    """Why rules were firing or not. ``rules`` by (id, version)."""
    sight = "the floor was out of sight" if told.dark else f"last event at {when(told.seen_at, zone)}"
    yield f"{when(told.at, zone)}: {sight}"
    for reason in told.reasons:
        yield from _reason(reason, rules[reason.rule, reason.version], told.at, zone)
    for absent in told.absent:
        yield f"{absent.rule}: {_absent(absent, zone)}"
    if not told.reasons and not told.absent:
        yield "no rule stood anywhere near firing"


def _absent(absent: Absent, zone: str) -> str:
    return _ABSENT[absent.why].format(at=when(absent.at, zone))


def _reason(reason: Reason, rule: Rule, at: float, zone: str) -> Iterator[str]:
    yield (f"{rule.id}  {rule.name.en}  (version {reason.version}, from {when(reason.valid_from, zone)} on)")
    yield f"    {read_hold(rule).en}"
    yield f"  {reason.subject or 'floor'}: {reason.state.value}; {_stand(reason, rule, zone)}"
    if reason.state in (RuleState.FIRING, RuleState.ACKNOWLEDGED):
        over = f", clears at {when(reason.clears_at, zone)} if nothing changes" if reason.clears_at else ""
        began = when(reason.active_at, zone)
        yield f"    fired at {when(reason.fired_at, zone)}, hold since {began}{over}"
    else:
        yield from _hold(reason, rule, at, zone)
    if reason.blind_s:
        yield f"    {spelled(round(reason.blind_s, 1))} out of sight did not count"
    for name, stretches in (("dip", reason.dips), ("out of sight", reason.blind)):
        for stretch in stretches:
            yield f"    {name}: {_stretch(stretch, rule, zone)}"


def _stand(reason: Reason, rule: Rule, zone: str) -> str:
    side = "met" if reason.met else "not met"
    since = f" since {when(reason.since, zone)}" if reason.since else ""
    return f"value {_value(rule, reason.value)} (level {_value(rule, reason.level)}), condition {side}{since}"


def _hold(reason: Reason, rule: Rule, at: float, zone: str) -> Iterator[str]:
    if reason.cleared_at:
        yield f"    fired at {when(reason.fired_at, zone)}, cleared at {when(reason.cleared_at, zone)}"
    if not reason.active_at:
        yield "    nothing of the hold counts"
        return
    mean = rule.hold.kind == "mean"
    held, needed, missing = (
        f"{value:g}" if mean else spelled(round(value, 1))
        for value in (reason.held_s, reason.needed_s, reason.missing_s)
    )
    unit = " value-seconds" if mean else ""
    due = "does not fire as it is"
    if reason.due_at:
        due = f"fires at {when(reason.due_at, zone)} if nothing changes"
    since = when(reason.active_at, zone)
    yield f"    held {held} of {needed}{unit} since {since}, {missing} missing; {due}"
    if reason.broken:
        yield f"    before that the condition was not met: {_stretch(reason.broken, rule, zone)}"


def _stretch(stretch: Stretch, rule: Rule, zone: str) -> str:
    length = spelled(round(stretch.seconds, 1))
    value = f", value {_value(rule, stretch.value)}" if stretch.value is not None else ""
    start = when(stretch.start, zone) if stretch.start else "–"
    return f"{start} – {when(stretch.end, zone)[11:]}  {length}{value}"


def _value(rule: Rule, value: float | None) -> str:
    metric = METRICS.get(rule.when.metric)
    return "–" if value is None else amount(round(value, 3), metric.unit if metric else "").en


def all_good(count: int) -> dict[str, str]:
    """By language: so many rules were read and none of them is wrong."""
    return {"zh": f"{count} 条规则可用", "en": "1 rule is good" if count == 1 else f"{count} rules are good"}
