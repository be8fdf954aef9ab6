"""What a rule may watch: every metric with its unit, its names, for whom it exists and what it means.

Each is an exact step function between events, or a ramp (seconds since an instant) whose crossings of the
rule's levels are known beforehand. Where nothing can be said (a share of nothing, fewer calls than
``min_calls``) there is no verdict: the condition is not met.
"""

from typing import NamedTuple

from ccfloor.rules.model import Rule

GRID_S = 10.0  # occupancy and expected wait are looked at on whole multiples of this in event time


class Metric(NamedTuple):
    """One metric. ``windows``: lengths of the trailing window to choose from, empty: none is taken.

    ``states``: the condition names seat statuses or pause reasons; ``ramp``: grows by itself, so that its
    mean is no question to ask; ``verdict``: takes ``min_calls``. ``unit``: persons, seats, calls, times,
    seconds, share (0..1) or yes (1 or 0).
    """

    name: str
    unit: str
    zh: str
    en: str
    scopes: frozenset[str]
    means_zh: str
    means_en: str
    windows: tuple[int, ...] = ()
    states: bool = False
    ramp: bool = False
    verdict: bool = False


_QUEUES = frozenset(("floor", "queue", "group"))
_MANY = frozenset(("floor", "queue", "group", "team"))
_SEAT = frozenset(("seat",))
_HALF = (900, 1800)
_HOUR = (900, 1800, 3600)

_ALL = (
    Metric("waiting", "persons", "排队人数", "callers waiting", _QUEUES,
           "此刻在排队的来电人数",
           "callers who wait now"),
    Metric("longest_wait_s", "seconds", "最长等待", "longest wait", _QUEUES,
           "等得最久的来电已等待的秒数；没有人排队时为 0",
           "seconds the longest waiting caller has waited; 0 where nobody waits", ramp=True),
    Metric("wait_over_limit_s", "seconds", "超出等待上限", "wait over its limit", _QUEUES,
           "等得最久的来电超出其队列等待上限的秒数；未超出时为 0",
           "seconds by which a caller has waited longer than his queue allows; 0 where none has", ramp=True),
    Metric("expected_wait_s", "seconds", "预计等待", "expected wait", frozenset(("queue",)),
           "现在打进来预计要等的秒数，每逢 10 秒整计算一次；无人服务时无法判断",
           "seconds a caller who came now would wait, reckoned on every full ten seconds; no verdict "
           "where nobody serves"),
    Metric("seats", "seats", "坐席数", "seats", _MANY,
           "处于所列状态或所列示忙原因的坐席数；都不写则为全部坐席",
           "seats in one of the given statuses or pause reasons; all seats if none is given", states=True),
    Metric("ready", "seats", "空闲坐席", "ready seats", _MANY,
           "可以立即接听的坐席数；队列内已示忙的不计",
           "seats free to take a call; not those paused in the queue"),
    Metric("staffed", "seats", "在线坐席", "staffed seats", _MANY,
           "已签入的坐席数，包括示忙的",
           "seats signed on, paused ones included"),
    Metric("serving", "seats", "服务中坐席", "serving seats", _MANY,
           "已签入且未示忙的坐席数，不论空闲或在忙",
           "seats signed on and not paused, free or at work"),
    Metric("callback", "seats", "回拨坐席", "seats on callback", _MANY,
           "正在回拨的坐席数",
           "seats calling customers back"),
    Metric("in_status", "yes", "坐席状态", "seat in a state", _SEAT,
           "坐席处于所列状态或所列示忙原因时为 1",
           "1 while the seat is in one of the given statuses or pause reasons", states=True),
    Metric("rona_streak", "times", "连续漏接", "missed ringings in a row", _SEAT,
           "两次接听之间连续响铃未接的次数，签出后清零",
           "ringings missed in a row with no call answered in between; starts anew when the seat "
           "signs off"),
    Metric("late_login_s", "seconds", "迟到", "late login", _SEAT,
           "当班首次签入晚于上班时间的秒数；签入后 15 分钟内有效",
           "seconds by which the shift's first login came late; told for a quarter of an hour"),
    Metric("missing_s", "seconds", "未到岗", "not logged in", _SEAT,
           "班次已开始而仍未签入的秒数",
           "seconds since the shift began without a login", ramp=True),
    Metric("early_logout_s", "seconds", "早退", "early logout", _SEAT,
           "下班时刻坐席已签出：最后一次签出早于下班时间的秒数；下班后 15 分钟内有效",
           "seconds by which the last logout came before the shift's end, told at that end for a "
           "quarter of an hour"),
    Metric("off_duty", "yes", "班中离线", "offline on duty", _SEAT,
           "班次进行中，曾签入而现在离线时为 1",
           "1 while the seat is offline within its shift after having logged in"),
    Metric("service_level", "share", "服务水平", "service level", _QUEUES,
           "窗口内在时限内接听的比例",
           "share answered within the threshold over the window", _HALF, verdict=True),
    Metric("service_gap", "share", "服务水平差距", "service level below target", _QUEUES,
           "服务水平目标减去窗口内的服务水平；达标时为负",
           "the target minus the service level over the window; negative where the target is met",
           _HALF, verdict=True),
    Metric("abandon_rate", "share", "放弃率", "abandonment", _QUEUES,
           "窗口内放弃占接听加放弃的比例",
           "abandoned over answered and abandoned in the window", _HALF, verdict=True),
    Metric("asa_s", "seconds", "平均应答速度", "average speed of answer", _QUEUES,
           "窗口内接听来电的平均等待秒数",
           "mean wait in seconds of the calls answered in the window", _HALF, verdict=True),
    Metric("offered", "calls", "呼入量", "offered", _QUEUES,
           "窗口内进入队列的来电数",
           "calls that entered in the window", _HALF),
    Metric("answered", "calls", "接听量", "answered", _QUEUES,
           "窗口内接听的来电数",
           "calls answered in the window", _HALF),
    Metric("abandoned", "calls", "放弃量", "abandoned", _QUEUES,
           "窗口内放弃的来电数",
           "calls abandoned in the window", _HALF),
    Metric("occupancy", "share", "占用率", "occupancy", _MANY | _SEAT,
           "窗口内忙碌时间占忙碌加空闲时间的比例，每逢 10 秒整计算一次；窗口未满时无法判断",
           "busy time over busy and free time in the window, reckoned on every full ten seconds; no "
           "verdict before the window is full", _HOUR),
)  # fmt: skip
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def misfits(rule: Rule) -> list[tuple[str, str, str]]:
    """What of a rule's condition does not go with its metric: (field, English, Chinese); empty: it fits."""
    metric = METRICS.get(rule.when.metric)
    if metric is None:
        known = ", ".join(METRICS)
        why = f"there is no such metric; there are {known}", f"没有这个指标；可用：{known}"
        return [("when.metric", *why)]
    found = list(_scope_misfits(rule, metric))
    when = rule.when
    if metric.windows and when.window_s not in metric.windows:
        lengths = ", ".join(map(str, metric.windows))
        why = f"this metric needs one of {lengths}", f"该指标需要其中之一：{lengths}"
        found.append(("when.window_s", *why))
    if not metric.windows and when.window_s is not None:
        found.append(("when.window_s", "this metric takes no window", "该指标不带窗口"))
    if when.min_calls and not metric.verdict:
        found.append(("when.min_calls", "this metric counts no calls", "该指标不按来电数判断"))
    if (when.status or when.reasons) and not metric.states:
        found.append(("when.status", "this metric takes no status and no reasons", "该指标不带状态和原因"))
    if metric.name == "in_status" and not (when.status or when.reasons):
        found.append(("when.status", "status or reasons are needed", "需要写明状态或原因"))
    if metric.unit == "share" and not 0 <= when.level <= 1:
        found.append(("when", "a share lies between 0 and 1", "比例应在 0 与 1 之间"))
    if metric.name != "service_gap":
        why = "this metric is never negative", "该指标不会为负"
        below = ((("when",), when.level), (("clear", "level"), rule.clear.level))
        found += [(".".join(loc), *why) for loc, level in below if level is not None and level < 0]
    if metric.ramp and rule.hold.kind == "mean":
        why = "a time that runs has no mean; use strict", "持续增长的时长没有平均值，请用 strict"
        found.append(("hold.kind", *why))
    return found


def _scope_misfits(rule: Rule, metric: Metric) -> list[tuple[str, str, str]]:
    if rule.scope.of in metric.scopes:
        return []
    order = ("floor", "queue", "group", "team", "seat")
    scopes = ", ".join(scope for scope in order if scope in metric.scopes)
    return [("scope.of", f"{metric.name} is known for {scopes}", f"{metric.zh}只适用于 {scopes}")]
