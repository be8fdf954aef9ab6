"""A rule's condition and hold in words, in both languages: what 连续30分钟 is taken to mean."""

from ccfloor.rules.model import Hold, Rule, Words
from ccfloor.rules.signals import METRICS

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
    level = amount(when.level, metric.unit if metric else "")
    zh, en = (metric.zh, metric.en) if metric else (when.metric, when.metric)
    if metric is not None and metric.unit == "yes":
        return Words(zh=zh, en=en)
    if when.upward:
        words = ("超过", "above") if when.strictly else ("达到", "at least")
    else:
        words = ("低于", "below") if when.strictly else ("不高于", "at most")
    return Words(zh=f"{zh}{words[0]} {level.zh}", en=f"{en} {words[1]} {level.en}")


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
            f"{said.zh}，连续 {span.zh}；不超过 {dip.zh}的回落不算中断",
            f"{said.en} for {span.en} running; dips of up to {dip.en} do not interrupt it",
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
            f"{said.en} for {reached.en} in all within the last {span.en}",
        )
    return (
        f"{said.zh}，连续 {span.zh}不中断",
        f"{said.en} for {span.en} without any interruption",
    )


def _mean(rule: Rule, span: Words) -> tuple[str, str]:
    said = read_condition(rule)
    return f"最近 {span.zh}的平均值：{said.zh}", f"mean of the last {span.en}: {said.en}"
