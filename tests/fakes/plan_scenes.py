"""Scripted emergency plans over the scripted floors: the message field ``plan`` in every state.

``Script`` makes the plan of an instant; what people did (acknowledged, ticked) is put in by whoever runs it.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ccfloor.rules.alarms import alarm_key
from tests.fakes.floor_scenes import Scene, calm, hostile, stale, surge

Plan = dict[str, Any]
Steps = list[tuple[float, int]]
HELD_S = 2562.0  # level 1 has been held for 42:42
WATCH_S, LEVEL1_S, LEVEL2_S = 300.0, 1800.0, 1800.0


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


# -- the curve -----------------------------------------------------------------------------------------


def quiet_steps(now: float, hours: float = 4.0) -> Steps:
    """A calm morning between 0 and 6."""
    levels = [2, 3, 3, 2, 1, 2, 4, 5, 4, 3, 2, 2, 1, 0, 1, 2, 3, 4, 3, 2, 3, 4, 6, 5, 4, 3, 3, 2, 1, 2, 3, 4]
    step = 97.0
    count = int(hours * 3600 / step)
    return [(now - step * (count - i), levels[i * 7 % len(levels)]) for i in range(count)] + [(now - 20, 4)]


def surge_steps(now: float) -> Steps:
    """From below 8 to a hold of 42:42 with two forgiven dips and two touches of 16, 13 at the end."""
    begin = now - HELD_S
    steps = [(at, level) for at, level in quiet_steps(now) if at < begin - 400]
    steps += [(begin - 400 + 50 * i, level) for i, level in enumerate((4, 5, 7, 6, 5, 7, 6, 7))]
    high = [9, 10, 12, 11, 9, 8, 10, 12, 13, 11, 10, 9, 11, 14, 12, 10, 8, 9, 12, 11, 13, 15, 14, 12, 13]
    steps += [(begin + 41 * i, high[i * 3 % len(high)]) for i in range(int(HELD_S / 41))]
    for start, length, level in ((728, 42, 7), (1408, 35, 6), (2146, 14, 16), (2298, 8, 17)):
        before = [level for at, level in steps if at <= begin + start + length][-1]
        inside = (begin + start, begin + start + length)
        steps = [step for step in steps if not inside[0] <= step[0] < inside[1]]
        steps = sorted([*steps, (inside[0], level), (inside[1], before)])
    return [step for step in steps if step[0] < now - 34] + [(now - 34, 13)]


# -- the parts of a plan -------------------------------------------------------------------------------

READINGS = (
    words(
        "等待人数不低于 8 持续 5 分钟；一低于 8 就重新计时。",
        "Waiting at least 8 for 5 minutes; below 8 the clock starts anew.",
    ),
    words(
        "“连续30分钟排队等待人数达到8人”＝ 等待人数一直不低于 8，满 30 分钟；"
        "中间低于 8 的时间每次不超过 60 秒，不打断计时。",
        "“Waiting reaches 8 for 30 consecutive minutes” = waiting never below 8 for 30 minutes; "
        "a dip of at most 60 s does not restart the clock.",
    ),
    words(
        "“连续30分钟内排队等待人数达到16人”＝ 任意 30 分钟之内，等待人数不低于 16 的时间累计满 60 秒。",
        "“Waiting reaches 16 within 30 consecutive minutes” = at least 16 for 60 s in all "
        "inside any 30 minutes.",
    ),
)
SAYS = (
    words("发现呼入高峰，立即调度人员上线", "Peak building up: move people on line now"),
    words("停止回拨服务，全部人员暂停工间休息", "Stop callbacks, suspend all breaks"),
    words("主管、普通坐席全部接线", "Supervisors and all seats take calls"),
)
SOURCES = (
    "班长负责对热线呼入情况进行实时监控，发现呼入高峰立即调度人员上线",
    "连续30分钟排队等待人数达到8人时，停止回拨服务、全部人员暂停工间休息",
    "连续30分钟内排队等待人数达到16人时，主管、普通坐席全部接线",
)
RULES = ("peak-watch", "peak-level-1", "peak-level-2")
NAMES = (
    words("话务高峰预警", "Peak watch"),
    words("话务高峰一级", "Peak level 1"),
    words("话务高峰二级", "Peak level 2"),
)
HOLDS = (
    {"kind": "strict", "for_s": WATCH_S, "dip_s": 0.0, "share": 1.0, "reached_s": 0.0},
    {"kind": "forgive", "for_s": LEVEL1_S, "dip_s": 60.0, "share": 1.0, "reached_s": 0.0},
    {"kind": "within", "for_s": LEVEL2_S, "dip_s": 0.0, "share": 1.0, "reached_s": 60.0},
)
CLEARS = (
    {"level": 5.0, "for_s": 300.0, "min_on_s": 0.0},
    {"level": 5.0, "for_s": 600.0, "min_on_s": 900.0},
    {"level": 10.0, "for_s": 600.0, "min_on_s": 900.0},
)


def step(level: int, value: float, **more: Any) -> Plan:
    """A rung of the ladder."""
    entry = {
        "rule": RULES[level], "version": 3, "level": level, "name": NAMES[level], "say": SAYS[level],
        "reading": READINGS[level], "source": SOURCES[level], "state": "inactive", "value": value,
        "threshold": (8.0, 8.0, 16.0)[level], "active_at": 0.0, "held_s": 0.0,
        "needed_s": (WATCH_S, LEVEL1_S, 60.0)[level], "holding": False, "due_at": 0.0, "blind_s": 0.0,
        "fired_at": 0.0, "cleared_at": 0.0, "clears_at": 0.0, "acked_by": "", "acked_at": 0.0, "key": "",
        "sound": ("once", "repeat", "repeat")[level], "metric": "waiting", "hold": HOLDS[level],
        "clear": CLEARS[level],
    }  # fmt: skip
    entry |= more
    if entry["fired_at"]:
        entry["key"] = alarm_key(entry["rule"], "", entry["fired_at"])
    return entry


def firing(level: int, value: float, fired_at: float, held_s: float, **more: Any) -> Plan:
    """A rung that fires."""
    needed = (WATCH_S, LEVEL1_S, 60.0)[level]
    counted = {"held_s": needed, "active_at": fired_at - held_s, "fired_at": fired_at}
    return step(level, value, state="firing", **counted, **more)


def alarm(
    rule: str, kind: str, subject: str, name: Plan, about: Plan, say: Plan, since: float, **more: Any
) -> Plan:
    """A rule beside the plan that fires since an instant, or is near."""
    entry = {
        "rule": rule, "key": alarm_key(rule, subject, since), "subject": subject, "kind": kind, "name": name,
        "about": about, "say": say, "severity": "warn", "state": "firing", "near": True, "value": 1.0,
        "active_at": since - 900.0, "due_at": 0.0, "fired_at": since, "cleared_at": 0.0, "acked_by": "",
        "acked_at": 0.0, "owner": "lead", "sound": "none",
    }  # fmt: skip
    return entry | more


def busy_alarm(now: float, **more: Any) -> Plan:
    """Seat 133 busy for longer than 15 minutes."""
    return alarm(
        "seat-busy", "seat", "seat:PJSIP/133", words("示忙超时", "Busy too long"), words("董洁", "J. Dong"),
        words("超过 15 分钟须报告并安排替岗", "Over 15 min: report it and arrange a stand-in"), now - 95,
        **more,
    )  # fmt: skip


def queue_alarm(now: float, **more: Any) -> Plan:
    """The service level of a queue below its target."""
    return alarm(
        "queue-service", "queue", "queue:repairs", words("服务水平低于目标", "Service level under target"),
        words("报修", "Repairs"), words("核对排班与技能组", "Check staffing and skills"), now - 610,
        value=0.46, **more,
    )  # fmt: skip


def empty_plan(now: float, value: float = 4.0) -> Plan:
    """Nothing holds and nothing fires."""
    return {
        "at": now, "level": -1, "level_since": now - 9000, "rule": "", "key": "",
        "ladder": [step(level, value) for level in range(3)], "alarms": [], "todo": [],
        "open": [], "planned": [], "planned_over": None, "incidents": [], "notices_failed": 0,
        "last_failed": None, "other_readings": other_readings(now, fired=False),
    }  # fmt: skip


def other_readings(now: float, fired: bool = True) -> list[Plan]:
    """What the readings that are not in force would have said today of level 1 and level 2."""
    begin = now - HELD_S
    rows = (
        ("strict", words("逐秒严格，不容短降", "strict, no dips"), 0.0, begin + 3243, False),
        ("forgive", words("短降不超过 60 秒不计", "dips of at most 60 s forgiven"), begin + 1800, 0.0, True),
        (
            "share",
            words("30 分内 80 % 的时间不低于 8", "at least 8 for 80 % of 30 min"),
            begin + 1536,
            0.0,
            False,
        ),
        ("mean", words("30 分均值不低于 8", "30-min mean at least 8"), begin + 1117, 0.0, False),
        (
            "within",
            words("30 分内达到 8 累计 60 秒", "at least 8 for 60 s within 30 min"),
            begin + 60,
            0.0,
            False,
        ),
    )
    return [
        {
            "rule": RULES[1], "kind": kind, "words": text, "fired_at": at if fired else 0.0,
            "would_at": would if fired else 0.0, "in_force": ours,
        }
        for kind, text, at, would, ours in rows
    ]  # fmt: skip


def todo(*items: tuple[str, str, str, bool, int]) -> list[Plan]:
    """Checklist items (id, zh, en, order, left)."""
    return [
        {
            "id": name, "text": words(zh, en), "order": order, "left": left, "by": "", "at": 0.0,
            "done": order and left == 0,
        }
        for name, zh, en, order, left in items
    ]  # fmt: skip


def open_seat(
    index: int, agent: str, agent_en: str, kind: str, since: float, due_at: float, item: str
) -> Plan:
    """A seat that does not comply."""
    return {
        "seat": f"PJSIP/{100 + index}", "agent": agent, "agent_en": agent_en,
        "team": "ABCDEF"[(index - 1) // 8], "kind": kind, "since": since, "due_at": due_at, "item": item,
    }  # fmt: skip


def campaign(now: float, running: bool) -> Plan:
    """A planned peak: from now on for two hours, or in 88 minutes."""
    start = now - 1800 if running else now + 5280
    return {
        "id": 7, "name": "夏令营报名", "start": start, "end": start + 7200, "queues": ["hotline"],
        "running": running,
    }  # fmt: skip


# -- whole plans ---------------------------------------------------------------------------------------


def calm_plan(now: float) -> Plan:
    """A planned peak to come, and one seat close to its limit."""
    near = busy_alarm(now, state="pending", fired_at=0.0, key="", due_at=now + 70)
    return empty_plan(now) | {"planned": [campaign(now, running=False)], "alarms": [near]}


def peak_plan(now: float) -> Plan:
    """A planned peak runs, with one seat too many on callback."""
    over = {"limit": 2, "now": 3}
    return empty_plan(now) | {"planned": [campaign(now, running=True)], "planned_over": over}


def pending_plan(now: float) -> Plan:
    """Eight have been waiting for three minutes and a half."""
    held = {"state": "pending", "held_s": 215.0, "holding": True, "active_at": now - 215}
    ladder = [
        step(0, 9, **held, due_at=now + 85, near=True), step(1, 9, **held, due_at=now + 1585), step(2, 9),
    ]  # fmt: skip
    return empty_plan(now) | {"ladder": ladder}


def watch_plan(now: float) -> Plan:
    """Watch fires since 2:10; 35 seconds out of sight are not counted."""
    since = now - 130
    ladder = [
        firing(0, 11, since, WATCH_S, blind_s=35.0),
        step(
            1, 11, state="pending", held_s=430.0, holding=True, active_at=now - 465, due_at=now + 1370,
            blind_s=35.0,
        ),
        step(2, 11),
    ]  # fmt: skip
    parts = {"ladder": ladder, "level": 0, "level_since": since, "rule": RULES[0], "key": ladder[0]["key"]}
    tasks = todo(("call-in", "调度机动人员上线", "Move reserve people on line", False, 0))
    return empty_plan(now) | parts | {"todo": tasks, "alarms": [busy_alarm(now)]}


def level1_plan(now: float) -> Plan:
    """Level 1 since 12:42, four seats do not comply, level 2 comes nearer."""
    since = now - HELD_S + LEVEL1_S
    ladder = [
        firing(0, 13, now - HELD_S + WATCH_S, WATCH_S),
        firing(1, 13, since, LEVEL1_S),
        step(2, 13, state="pending", held_s=22.0, active_at=now - 416),
    ]
    tasks = todo(
        ("callback", "停止回拨服务", "Stop callback service", True, 1),
        ("breaks", "休息人员全部归队", "Everyone back from break", True, 3),
        ("announce", "广播：全员暂停工间休息", "Announce: breaks suspended", False, 0),
        ("report", "报告主管", "Report to the manager", False, 0),
    )
    due = since + 120
    people = [
        open_seat(3, "李想", "X. Li", "break", now - 906, due, "breaks"),
        open_seat(9, "孙浩", "H. Sun", "break", now - 951, due, "breaks"),
        open_seat(31, "萧然", "R. Xiao", "break", now - 912, due, "breaks"),
        open_seat(29, "彭飞", "F. Peng", "callback", now - 88, now + 32, "callback"),
    ]
    parts = {"ladder": ladder, "level": 1, "level_since": since, "rule": RULES[1], "key": ladder[1]["key"]}
    more = {"todo": tasks, "open": people, "alarms": [busy_alarm(now), queue_alarm(now)]}
    return empty_plan(now, 13) | parts | more | {"other_readings": other_readings(now)}


def level2_plan(now: float) -> Plan:
    """Level 2 since 4:20; a supervisor does not take calls, a message could not be delivered."""
    plan = level1_plan(now)
    since = now - 260
    plan["ladder"][2] = firing(2, 17, since, 60.0)
    plan |= {"level": 2, "level_since": since, "rule": RULES[2], "key": plan["ladder"][2]["key"]}
    plan["todo"] = todo(
        ("supervisors", "主管全部接线", "Supervisors on the queues", True, 1),
        ("seats", "普通坐席全部接线", "All normal seats on the queues", True, 1),
        ("report", "报告领导小组", "Report to the leading group", False, 0),
    )
    due = since + 120
    plan["open"] = [
        open_seat(47, "丁宁", "N. Ding", "not_on_queue", now - 4000, due, "supervisors"),
        open_seat(9, "孙浩", "H. Sun", "break", now - 951, due, "seats"),
    ]
    plan["notices_failed"] = 3
    plan["last_failed"] = {"channel": "dingtalk", "error": "HTTP 502", "at": now - 70}
    return plan


def chances(*shares: float, error: float = 0.02) -> list[Plan]:
    """Probabilities within 15, 30, 60 and 120 minutes."""
    marks = (900.0, 1800.0, 3600.0, 7200.0)
    return [{"within_s": mark, "share": at, "error": error} for mark, at in zip(marks, shares, strict=True)]


def ahead(level: int, shares: tuple[float, ...], median_s: float | None, **more: Any) -> Plan:
    """A rule in the time to come."""
    entry = {
        "rule": RULES[level], "subject": "", "level": level, "queues": [], "on": False,
        "fires": chances(*shares), "median_s": median_s, "clears": [], "clear_median_s": None, "told": False,
    }  # fmt: skip
    return entry | more


def outlook(now: float) -> Plan:
    """The watch on, level 1 likely, level 2 hardly; ending breaks helps, of a move nothing can be told."""
    over = {"on": True, "clears": chances(0.02, 0.04, 0.2, 0.5), "clear_median_s": 7000.0}
    none = (0.0, 0.0, 0.0, 0.0)
    plainly = [
        ahead(0, (0.0, 0.01, 0.02, 0.05), None, **over),
        ahead(1, (0.03, 0.71, 0.84, 0.9), 1500.0, told=True),
        ahead(2, (0.02, 0.12, 0.31, 0.44), None),
    ]
    helped = [
        ahead(0, (0.0, 0.02, 0.03, 0.06), None, **over | {"clears": chances(0.1, 0.34, 0.6, 0.9)}),
        ahead(1, (0.01, 0.42, 0.5, 0.55), 4200.0),
        ahead(2, (0.01, 0.05, 0.1, 0.2), None),
    ]
    gain = [
        ahead(0, none, None, on=True, clears=chances(0.08, 0.3, 0.4, 0.4)),
        ahead(1, (-0.02, -0.29, -0.34, -0.35), None),
        ahead(2, (-0.01, -0.07, -0.21, -0.24), None),
    ]
    same = [
        ahead(level, none, None, on=level == 0, clears=chances(*none) if level == 0 else [])
        for level in range(3)
    ]
    breaks = {"name": "end_breaks", "seats": 3, "source": "", "target": "", "rules": helped, "gain": gain}
    move = {
        "name": "move",
        "seats": 2,
        "source": "billing",
        "target": "repairs",
        "rules": plainly,
        "gain": same,
    }
    unsaid = {
        "rule": RULES[0],
        "subject": "queue:billing",
        "level": 0,
        "queues": ["billing"],
        "why": "no_rate",
    }
    return {"at": now, "why": "", "paths": 400, "rules": plainly, "deeds": [breaks, move], "unsaid": [unsaid]}


def ahead_plan(now: float) -> Plan:
    """Level 1 is likely within half an hour."""
    return watch_plan(now) | {"outlook": outlook(now - 5)}


def cleared_plan(now: float) -> Plan:
    """Level 1 is over since 1:35."""
    since = now - HELD_S + LEVEL1_S - 600
    over = now - 95
    ladder = [
        step(0, 4, state="cleared", fired_at=since - 1500, cleared_at=over + 1, active_at=since - 1800),
        step(1, 4, state="cleared", fired_at=since, cleared_at=over, active_at=since - 1800),
        step(2, 4),
    ]
    return empty_plan(now) | {"ladder": ladder, "level_since": over}


def incident_plan(now: float) -> Plan:
    """A fault of the network, declared fifteen minutes ago."""
    trouble = {
        "id": 4, "cause": "network", "text": "市政专线中断，来话只剩一半", "started_at": now - 920,
        "who": "周岚",
    }  # fmt: skip
    return empty_plan(now) | {"incidents": [trouble]}


def stale_plan(now: float) -> Plan:
    """As level 1, told 47 seconds ago."""
    return level1_plan(now - 47)


def hostile_plan(now: float) -> Plan:
    """Level 1 with markup and very long words wherever somebody else's words may stand."""
    bad = '<img src=x onerror="window.hacked=1">'
    plan = level1_plan(now)
    long = "很长很长的命令" * 12
    plan["ladder"][1]["say"] = words(long, "A very long order " * 8)
    plan["ladder"][1] |= {"acked_by": bad, "acked_at": now - 10, "state": "acknowledged", "source": bad}
    plan["open"][0] |= {"agent": bad, "agent_en": bad, "kind": bad, "team": bad, "seat": bad}
    plan["alarms"][0] |= {"name": words(bad, bad), "about": words(bad * 3, bad * 3), "say": words(bad, bad)}
    plan["todo"][0]["text"] = words(bad + long, bad)
    plan["todo"][2] |= {"by": bad, "at": now - 5, "done": True}
    plan["planned"] = [campaign(now, True) | {"name": bad, "queues": [bad]}]
    plan["incidents"] = [{"id": 1, "cause": bad, "text": bad, "started_at": now - 60, "who": bad}]
    plan |= {"notices_failed": 1, "last_failed": {"channel": bad, "error": bad, "at": now - 9}}
    return plan


def supervised(now: float) -> Scene:
    """The surge with a supervisor who serves no queue."""
    scene = surge(now)
    people = list(scene.view.seats)
    parts: Any = {
        "role": "supervisor",
        "status": "ready",
        "queues": (),
        "queue": "",
        "call": "",
        "caller": "",
    }
    people[46] = replace(people[46], **parts, since=now - 4000)
    scene.view = replace(scene.view, seats=tuple(people))
    return scene


# -- plans with their floors ---------------------------------------------------------------------------


@dataclass
class Script:
    """A floor, the plan over it, and the steps of its curve."""

    floor: Callable[[float], Scene]
    plan: Callable[[float], Plan]
    steps: Callable[[float], Steps]

    def scene(self, now: float) -> Scene:
        """The floor as of now, carrying the plan."""
        scene = self.floor(now)
        steps = self.steps(scene.view.at)
        level = steps[-1][1]
        recent = tuple(step for step in steps if step[0] > scene.view.at - 3600)
        view = replace(scene.view, floor=replace(scene.view.floor, waiting=level), waiting_curve=recent)
        scene.view, scene.plan, scene.steps = view, copy.deepcopy(self.plan(now)), steps
        return scene


SCRIPTS = {
    "plan_calm": Script(calm, calm_plan, quiet_steps),
    "plan_peak": Script(calm, peak_plan, quiet_steps),
    "plan_pending": Script(calm, pending_plan, lambda now: [*quiet_steps(now)[:-4], (now - 215, 9)]),
    "plan_watch": Script(
        surge, watch_plan, lambda now: [*quiet_steps(now)[:-6], (now - 465, 9), (now - 60, 11)]
    ),
    "plan_ahead": Script(
        surge, ahead_plan, lambda now: [*quiet_steps(now)[:-6], (now - 465, 9), (now - 60, 11)]
    ),
    "plan_level1": Script(surge, level1_plan, surge_steps),
    "plan_level2": Script(supervised, level2_plan, surge_steps),
    "plan_cleared": Script(calm, cleared_plan, lambda now: [*surge_steps(now - 700), (now - 695, 4)]),
    "plan_incident": Script(calm, incident_plan, quiet_steps),
    "plan_stale": Script(stale, stale_plan, surge_steps),
    "plan_hostile": Script(hostile, hostile_plan, surge_steps),
}
PLAN_SCENES = {name: script.scene for name, script in SCRIPTS.items()}
