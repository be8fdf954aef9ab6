"""A made-up peak small enough to check by hand: six callers, three seats, one rule, one evening.

Times are seconds after T0. Waiting: 1 from 10, 2 from 20, 3 from 30, 2 from 50, 1 from 70 (a dip of 5 s),
2 from 75, 1 from 120, 0 from 150. The rule: waiting at least 2 for 60 s, dips of 10 s forgiven: under way
at 20, fires at 80, cleared at 140 (at most 1 for 20 s). Its order: no breaks, 15 s of grace.
"""

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.service.after_action import Material
from ccfloor.service.after_timeline import Fired
from ccfloor.service.plan_notes import Note
from ccfloor.store.plan_rows import CommandFact, NoticeFact

T0 = 1_795_284_000.0  # 2026-11-22 02:00 in Shanghai
CONFIG = FloorConfig(
    queues={
        "hot": QueueInfo("hot", "热线", "Hotline", (QueueTarget(threshold_s=20, target=0.8),)),
        "vip": QueueInfo("vip", "贵宾", "VIP", (QueueTarget(threshold_s=20, target=0.9),)),
    },
    seats={
        "P/1": SeatInfo("P/1", "周岚", "L. Zhou", team="A", role="lead"),
        "P/2": SeatInfo("P/2", "李想", "X. Li", team="A", others={"韦杰": "J. Wei"}),
        "P/3": SeatInfo("P/3", "孙浩", "H. Sun", team="B"),
    },
)
RULE = Rule.model_validate(
    {
        "id": "peak-1",
        "name": {"zh": "一级", "en": "Level 1"},
        "source": "连续1分钟排队等待人数达到2人时，全部人员暂停工间休息",
        "when": {"metric": "waiting", "at_least": 2},
        "hold": {"kind": "forgive", "for_s": 60, "dip_s": 10},
        "clear": {"level": 1, "for_s": 20},
        "severity": "alarm",
        "plan": {"plan": "peak", "level": 1},
        "say": {"zh": "全部人员暂停工间休息", "en": "All staff suspend breaks"},
        "todo": [
            {"id": "announce", "text": {"zh": "广播", "en": "Announce it"}},
            {
                "id": "breaks",
                "text": {"zh": "休息人员归队", "en": "Everyone back from break"},
                "order": {"forbid_reasons": ["break"], "grace_s": 15},
            },
        ],
    }
)
ALARM = Alarm(
    "peak-1", "", T0 + 80, 3, T0 + 20, T0 + 140, value=2, worst=2, severity="alarm", plan="peak", level=1
)
KEY = ALARM.key


def call(number: int, queue: str, entered: float, left: float, outcome: Outcome) -> CallRow:
    """A call that left the queue ``left`` seconds after T0 (0: it still waits)."""
    row = CallRow(1, number, f"c{number}", queue, T0 + entered, outcome=outcome, final=left > 0)
    if left:
        row.left_at = T0 + left
        row.wait_ms = round((left - entered) * 1000)
    if outcome is Outcome.ANSWERED:
        row.answered_at = row.left_at
    return row


CALLS = [
    call(1, "hot", 10, 50, Outcome.ANSWERED),  # 40 s: beyond T
    call(2, "hot", 20, 70, Outcome.ABANDONED),
    call(3, "vip", 30, 120, Outcome.ANSWERED),
    call(4, "hot", 75, 150, Outcome.ANSWERED),
    call(5, "hot", 160, 165, Outcome.ANSWERED),  # 5 s: within T
    call(6, "hot", 90, 90, Outcome.REFUSED_FULL),  # never waited
]
SPANS = [
    # On break since before the order, back 5 s after its grace.
    SpanRow("P/2", "韦杰", T0 - 100, T0 + 100, "paused", "break"),
    SpanRow("P/2", "韦杰", T0 + 100, T0 + 200, "ready"),
    # Goes on break while the order stands, and is still there when it is over.
    SpanRow("P/3", "孙浩", T0 - 50, T0 + 110, "on_call", queue="hot"),
    SpanRow("P/3", "孙浩", T0 + 110, T0 + 190, "paused", "break"),
    # A meal is not forbidden.
    SpanRow("P/1", "周岚", T0 + 60, T0 + 130, "paused", "meal"),
]
NOTES = [
    Note(1, KEY, T0 + 85, "周岚", "ack"),
    Note(2, KEY, T0 + 90, "周岚", "tick", "announce"),
    Note(3, KEY, T0 + 95, "周岚", "command", "7", "结束休息"),
    Note(4, KEY, T0 + 130, "周岚", "note", "", "=已电话通知"),
]
COMMANDS = [
    CommandFact(7, T0 + 95, "lead", "结束休息", "unpause", "P/2", "done"),
    CommandFact(8, T0 + 99, "lead", "手动", "pause", "P/3", "refused"),
]
NOTICES = [NoticeFact(KEY, T0 + 81, "dingtalk", "first", "sent")]


def material(**changes: object) -> Material:
    """The story as it is stored, ten minutes later."""
    told = Material(
        key=KEY,
        fired=Fired(ALARM, RULE, T0 - 86_400),
        incident=None,
        others=[],
        notes=NOTES,
        commands=COMMANDS,
        notices=NOTICES,
        calls=CALLS,
        spans=SPANS,
        blind=[(T0 + 60, T0 + 64)],
        now=T0 + 600,
    )
    return told._replace(**changes)
