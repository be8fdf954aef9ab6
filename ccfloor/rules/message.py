"""What a message says: level, since when, which value, what must be done. Pure; never a caller's number.

``compose`` makes one message of all notices that leave together, in one language; ``plain`` its text.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.rules.signals import METRICS
from ccfloor.rules.telling import CLEARED, ESCALATION, FIRST, REPEAT, Case

Lang = Literal["zh", "en"]
Tone = Literal["alarm", "warn", "info", "clear"]
MOST_ITEMS = 8
_TONES: dict[str, Tone] = {"alarm": "alarm", "warn": "warn", "info": "info"}
_TONE_RANK = {"alarm": 3, "warn": 2, "info": 1, "clear": 0}
_KIND_RANK = {FIRST: 2, ESCALATION: 3, REPEAT: 1, CLEARED: 0}
_LEVELS = {"zh": ("关注", "一级", "二级", "三级", "四级"), "en": ("Watch",)}

WORDS: dict[str, dict[Lang, str]] = {
    "level": {"zh": "{n} 级", "en": "Level {n}"},
    "plan": {"zh": "应急预案", "en": "Plan"},
    "alarm": {"zh": "告警", "en": "Alarm"},
    "warn": {"zh": "预警", "en": "Warning"},
    "info": {"zh": "提示", "en": "Notice"},
    "cleared": {"zh": "已解除", "en": "Cleared"},
    "escalation": {"zh": "无人确认", "en": "Not acknowledged"},
    "repeat": {"zh": "仍在持续", "en": "Still on"},
    "test": {
        "zh": "【测试】{site}的现场通知\n收到这条消息，说明该渠道可用。\n由 {who} 于 {at} 发出。",
        "en": "[Test] Floor messages of {site}\nThis channel works.\nSent by {who} at {at}.",
    },
    "simulated": {"zh": "模拟", "en": "Simulated"},
    "title": {"zh": "【{grade}】{name}", "en": "[{grade}] {name}"},
    "and_more": {"zh": "{title} 等 {n} 条", "en": "{title} and {more} more"},
    "head": {"zh": "{grade} · {name} · {about}", "en": "{grade} · {name} · {about}"},
    "held": {
        "zh": "{fired} 触发，条件自 {active} 起成立",
        "en": "Fired at {fired}, condition met since {active}",
    },
    "fired": {"zh": "{fired} 触发", "en": "Fired at {fired}"},
    "value": {
        "zh": "触发时{metric} {value}（界限 {level}）",
        "en": "{metric} at firing {value} (limit {level})",
    },
    "worst": {"zh": "，期间最差 {worst}", "en": ", worst {worst}"},
    "blind": {"zh": "期间看不到现场 {time}，未计入", "en": "{time} out of sight are not counted"},
    "say": {"zh": "要做：{say}", "en": "To do: {say}"},
    "acked": {"zh": "{by} 已于 {at} 确认", "en": "Acknowledged by {by} at {at}"},
    "unacked": {"zh": "无人确认已 {time}", "en": "Not acknowledged for {time}"},
    "over": {"zh": "{fired} – {cleared}，历时 {time}", "en": "{fired} – {cleared}, lasted {time}"},
    "still": {
        "zh": "同一预案中仍在持续：{name}（{at} 起）",
        "en": "Still on in the same plan: {name} (since {at})",
    },
    "passed": {
        "zh": "静默时段内另有 {n} 条来过并已解除",
        "en": "{n} more came and went in the quiet hours",
    },
    "incident": {"zh": "进行中的突发事件：{cause}，{at} 起", "en": "Open incident: {cause}, since {at}"},
    "more": {"zh": "另有 {n} 条，见应急页面", "en": "And {n} more, see the plan page"},
    "link": {"zh": "打开应急页面", "en": "Open the plan page"},
    "network": {"zh": "网络故障", "en": "network"},
    "equipment": {"zh": "设备故障", "en": "equipment"},
    "power": {"zh": "停电", "en": "power cut"},
    "other": {"zh": "其他原因", "en": "other cause"},
    "floor": {"zh": "全场", "en": "whole floor"},
}


class Incident(NamedTuple):
    """An open incident; ``since`` UTC epoch seconds."""

    cause: str
    since: float


class Part(NamedTuple):
    """One notice of a message: its kind, its alarm, and the subject's name."""

    kind: str
    key: str
    case: Case
    about: str


class Around(NamedTuple):
    """What a message is written in and beside. ``link``: of the plan page, empty for none.

    ``still``: lower steps of the plans in the message that fire on; ``passed``: how many came and went
    in quiet hours.
    """

    now: float
    lang: Lang
    zone: str
    link: str = ""
    simulated: bool = False
    still: Sequence[Case] = ()
    incidents: Sequence[Incident] = ()
    passed: int = 0


class Item(NamedTuple):
    """One alarm of a message."""

    head: str
    lines: tuple[str, ...]
    tone: Tone


class Message(NamedTuple):
    """A message before any channel's own form. ``parts``: what it is about, for programs."""

    kind: str
    lang: Lang
    title: str
    tone: Tone
    items: tuple[Item, ...] = ()
    foot: tuple[str, ...] = ()
    link: str = ""
    parts: tuple[Part, ...] = ()


def compose(parts: Sequence[Part], around: Around) -> Message:
    """One message of one or many notices; an alarm stands in it once, the weightiest first."""
    best: dict[str, Part] = {}
    for part in parts:
        if part.key not in best or _KIND_RANK[part.kind] > _KIND_RANK[best[part.key].kind]:
            best[part.key] = part
    ranked = sorted(best.values(), key=_rank, reverse=True)
    items = [_item(part, around) for part in ranked]
    top = ranked[0]
    foot = _foot(around, len(items) - MOST_ITEMS)
    kind = top.kind if top.case.firing else CLEARED
    title = _title(top, len(items), around)
    shown = tuple(items[:MOST_ITEMS])
    return Message(kind, around.lang, title, items[0].tone, shown, foot, around.link, tuple(ranked))


def free(kind: str, text: str, around: Around, tone: Tone = "info") -> Message:
    """A message that is not about alarms: a report, a test. Its first line is the title."""
    title, _, rest = text.partition("\n")
    lines = tuple(line for line in rest.splitlines() if line.strip())
    return Message(kind, around.lang, _marked(title, around), tone, (), lines, around.link)


def plain(message: Message) -> str:
    """The message as text, for mail and for the record."""
    lines = [message.title]
    for item in message.items:
        lines += ["", item.head, *item.lines]
    if message.foot:
        lines += ["", *message.foot]
    if message.link:
        lines += ["", f"{word('link', message.lang)}: {message.link}"]
    return "\n".join(lines)


def word(key: str, lang: Lang, **details: object) -> str:
    """One of our texts with its places filled."""
    return WORDS[key][lang].format(**details)


def grade(case: Case, lang: Lang) -> str:
    """The step of the plan, or the severity, as people call it."""
    alarm, names = case.alarm, _LEVELS[lang]
    if not alarm.plan or alarm.level < 0:
        return word(alarm.severity, lang)
    level = names[alarm.level] if alarm.level < len(names) else word("level", lang, n=alarm.level)
    plan = word("plan", lang)
    return plan if level in _name(case, lang) else f"{plan} · {level}"  # a name that says it says it once


def duration(seconds: float, lang: Lang) -> str:
    """A length of time in its two largest units."""
    units = ("小时", "分", "秒") if lang == "zh" else ("h", "min", "s")
    whole = max(0, round(seconds))
    parts = [whole // 3600, whole // 60 % 60, whole % 60]
    first = next((index for index, part in enumerate(parts) if part), 2)
    shown = [(part, unit) for part, unit in zip(parts, units, strict=True)][first : first + 2]
    said = [f"{part} {unit}" for part, unit in shown if part] or [f"0 {units[2]}"]
    return " ".join(said) + ("钟" if said[0].endswith("分") and len(said) == 1 else "")


def amount(value: float, unit: str, lang: Lang) -> str:
    """A value in its unit (``ccfloor.rules.signals``)."""
    if unit == "share":
        return f"{value:.1%}"
    if unit == "seconds":
        return duration(value, lang)
    return f"{value:g}" if value == round(value) else f"{value:.1f}"


def _rank(part: Part) -> tuple[bool, int, int, int, float]:
    alarm = part.case.alarm
    kind = min(_KIND_RANK[part.kind], 2)
    return part.case.firing, kind, alarm.level, _TONE_RANK[alarm.severity], alarm.fired_at


def _title(top: Part, count: int, around: Around) -> str:
    lang, named = around.lang, grade(top.case, around.lang)
    if not top.case.firing:
        named = word("cleared", lang)
    elif top.kind in (ESCALATION, REPEAT):
        named = f"{word(top.kind, lang)} · {named}"
    title = word("title", lang, grade=named, name=_name(top.case, lang))
    if count > 1:
        title = word("and_more", lang, title=title, n=count, more=count - 1)
    return _marked(title, around)


def _marked(title: str, around: Around) -> str:
    if not around.simulated:
        return title
    return word("title", around.lang, grade=word("simulated", around.lang), name=title)


def _item(part: Part, around: Around) -> Item:
    case, lang = part.case, around.lang
    named = grade(case, lang) if case.firing else word("cleared", lang)
    head = word("head", lang, grade=named, name=_name(case, lang), about=part.about)
    if not case.firing:
        return Item(head, (_over(case, around), *_value(case, around)), "clear")
    lines = (_fired(case, around), *_value(case, around), *_blind(case, lang))
    say = word("say", lang, say=case.rule.say.zh if lang == "zh" else case.rule.say.en)
    return Item(head, (*lines, say, *_acked(part, around)), _TONES[case.alarm.severity])


def _fired(case: Case, around: Around) -> str:
    fired, active = case.alarm.fired_at, case.alarm.active_at
    if fired - active < 1:
        return word("fired", around.lang, fired=_clock(fired, around))
    return word("held", around.lang, fired=_clock(fired, around), active=_clock(active, around))


def _over(case: Case, around: Around) -> str:
    alarm = case.alarm
    fired, cleared = _clock(alarm.fired_at, around), _clock(alarm.cleared_at, around)
    lasted = duration(alarm.cleared_at - alarm.fired_at, around.lang)
    return word("over", around.lang, fired=fired, cleared=cleared, time=lasted)


def _value(case: Case, around: Around) -> tuple[str, ...]:
    """The value against its limit; a seat's being in a state has none."""
    alarm, when, lang = case.alarm, case.rule.when, around.lang
    known = METRICS.get(when.metric)
    if known is None or known.unit == "yes":
        return ()
    metric = known.zh if lang == "zh" else known.en[:1].upper() + known.en[1:]
    value, level, worst = (
        amount(number, known.unit, lang) for number in (alarm.value, when.level, alarm.worst)
    )
    text = word("value", lang, metric=metric, value=value, level=level)
    worse = alarm.worst > alarm.value if when.upward else alarm.worst < alarm.value
    return (text + word("worst", lang, worst=worst) if worse else text,)


def _blind(case: Case, lang: Lang) -> tuple[str, ...]:
    blind = case.alarm.blind_s
    return (word("blind", lang, time=duration(blind, lang)),) if blind >= 1 else ()


def _acked(part: Part, around: Around) -> tuple[str, ...]:
    case, lang = part.case, around.lang
    if case.acked_at:
        return (word("acked", lang, by=case.acked_by, at=_clock(case.acked_at, around)),)
    if part.kind in (REPEAT, ESCALATION):
        return (word("unacked", lang, time=duration(around.now - case.alarm.fired_at, lang)),)
    return ()


def _foot(around: Around, more: int) -> tuple[str, ...]:
    lang = around.lang
    lines = [word("more", lang, n=more)] if more > 0 else []
    for case in around.still:
        name = f"{grade(case, lang)} {_name(case, lang)}"
        lines.append(word("still", lang, name=name, at=_clock(case.alarm.fired_at, around)))
    for incident in around.incidents:
        cause = word(incident.cause, lang) if incident.cause in WORDS else incident.cause
        lines.append(word("incident", lang, cause=cause, at=_clock(incident.since, around)))
    if around.passed:
        lines.append(word("passed", lang, n=around.passed))
    return tuple(lines)


def _name(case: Case, lang: Lang) -> str:
    return case.rule.name.zh if lang == "zh" else case.rule.name.en


def _clock(at: float, around: Around) -> str:
    """An instant on the site's clock; with its day where that is not today."""
    zone = ZoneInfo(around.zone)
    local, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(around.now, zone)
    return local.strftime("%H:%M:%S" if local.date() == today.date() else "%m-%d %H:%M")
