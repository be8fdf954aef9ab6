"""A rule's condition and hold in words, in both languages: what 连续30分钟 is taken to mean."""

from ccfloor.rules.model import Hold, Rule, When, Words
from ccfloor.rules.signals import METRICS

_COMPARED = {
    (True, False): ("达到", "at least"),
    (True, True): ("超过", "above"),
    (False, False): ("不高于", "at most"),
    (False, True): ("低于", "below"),
}  # by (high is bad, the level itself does not count)
STATES = {
    "ready": ("空闲", "ready"),
    "ringing": ("振铃", "ringing"),
    "on_call": ("通话", "on a call"),
    "on_hold": ("保持", "on hold"),
    "wrap_up": ("话后整理", "wrap-up"),
    "other_call": ("外呼或内部通话", "other call"),
    "paused": ("示忙或休息", "paused"),
    "offline": ("离线", "offline"),
    "unknown": ("状态未知", "unknown"),
    "break": ("工间休息", "break"),
    "meal": ("用餐", "meal"),
    "meeting": ("会议", "meeting"),
    "training": ("培训", "training"),
    "coaching": ("辅导", "coaching"),
    "callback": ("回拨", "call-back"),
    "busy": ("示忙", "busy"),
    "auto_pause": ("漏接自动示忙", "paused after missed rings"),
    "other": ("其他", "other"),
}  # statuses and pause reasons
_UNITS_ZH = {"persons": " 人", "seats": " 个", "calls": " 通", "times": " 次"}


def duration(seconds: float) -> Words:
    """A span of time: whole minutes as minutes, whole hours as hours, else seconds."""
    if seconds and seconds % 3600 == 0:
        hours = f"{seconds / 3600:g}"
        return Words(zh=f"{hours} 小时", en=f"{hours} h")
    if seconds and seconds % 60 == 0:
        minutes = f"{seconds / 60:g}"
        return Words(zh=f"{minutes} 分钟", en=f"{minutes} min")
    return Words(zh=f"{seconds:g} 秒", en=f"{seconds:g} s")


def amount(value: float, unit: str) -> Words:
    """A value in its metric's unit."""
    if unit == "share":
        return Words(zh=f"{value * 100:g}%", en=f"{value * 100:g} %")
    if unit == "seconds":
        return duration(value)
    return Words(zh=f"{value:g}{_UNITS_ZH.get(unit, '')}", en=f"{value:g}")


def read_condition(rule: Rule) -> Words:
    """What is compared with what: ``排队人数达到 8 人``, ``callers waiting at least 8``."""
    when = rule.when
    metric = METRICS.get(when.metric)
    about, level = _about(when), amount(when.level, metric.unit if metric else "")
    if metric is not None and metric.unit == "yes":
        return about
    words = _COMPARED[when.upward, when.strictly]
    return Words(zh=f"{about.zh}{words[0]} {level.zh}", en=f"{about.en} {words[1]} {level.en}")


def _about(when: When) -> Words:
    """What is looked at, with the states and the window that are meant."""
    metric = METRICS.get(when.metric)
    if metric is None:
        return Words(zh=when.metric, en=when.metric)
    zh, en = metric.zh, metric.en
    states = [STATES.get(name, (name, name)) for name in (*when.status, *when.reasons)]
    if states:
        zh += "（" + "、".join(state[0] for state in states) + "）"
        en += f" ({', '.join(state[1] for state in states)})"
    if when.window_s:
        window = duration(when.window_s)
        zh, en = f"最近 {window.zh}的{zh}", f"{en} over the last {window.en}"
    return Words(zh=zh, en=en)


def read_hold(rule: Rule) -> Words:
    """How long the rule's condition must hold, with what interrupts it and what does not."""
    said, hold = read_condition(rule), rule.hold
    span = duration(hold.for_s)
    if not hold.for_s:
        return Words(zh=f"{said.zh}，立即生效", en=f"{said.en}: at once")
    zh, en = _how(rule, hold, span)
    return Words(zh=zh, en=en)


def _how(rule: Rule, hold: Hold, span: Words) -> tuple[str, str]:
    said = read_condition(rule)
    if hold.kind == "forgive":
        dip = duration(hold.dip_s)
        return (
            f"{said.zh}，连续 {span.zh}；每次不超过 {dip.zh}的回落不算中断，照样计时",
            f"{said.en} for {span.en} running; a dip of up to {dip.en} counts as held",
        )
    if hold.kind == "share":
        share = f"{hold.share * 100:g}"
        return (
            f"最近 {span.zh}内至少 {share}% 的时间{said.zh}",
            f"{said.en} for at least {share} % of the last {span.en}",
        )
    if hold.kind == "mean":
        return _mean(rule, span)
    if hold.kind == "within":
        reached = duration(hold.reached_s)
        return (
            f"最近 {span.zh}内{said.zh}，累计至少 {reached.zh}",
            f"{said.en} for at least {reached.en} in all within the last {span.en}",
        )
    return (
        f"{said.zh}，连续 {span.zh}不中断",
        f"{said.en} for {span.en} without any interruption",
    )


def _mean(rule: Rule, span: Words) -> tuple[str, str]:
    said = read_condition(rule)
    return f"按最近 {span.zh}的平均值计，{said.zh}", f"{said.en} on average over the last {span.en}"
