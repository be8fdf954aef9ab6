"""Rules in words: what a rule watches, when it is over, whom it is about, and lengths of time both ways."""

import re
from typing import Any

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule, Words
from ccfloor.rules.reading import amount, duration
from ccfloor.rules.signals import METRICS
from ccfloor.ui.system_rows import clock
from ccfloor.ui.texts import Lang, listed, text, texts

_UNITS = {
    "h": 3600.0, "hour": 3600.0, "hours": 3600.0, "小时": 3600.0, "时": 3600.0,
    "m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0, "分": 60.0, "分钟": 60.0,
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "秒": 1.0, "秒钟": 1.0,
}  # fmt: skip
_PART = re.compile(rf"\s*(\d+(?:\.\d+)?)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})?\s*")
_MOST_SPANS = 4


def said(words: Words, lang: Lang) -> str:
    """A text in the page's language."""
    return words.zh if lang == "zh" else words.en


def span(seconds: float, lang: Lang) -> str:
    """A length of time: ``30 分钟``, ``1 h 15 min``; rounded to seconds."""
    whole = round(seconds)
    if whole < 3600 or whole % 3600 == 0:
        if whole >= 60 and whole % 60:
            return f"{said(duration(whole - whole % 60), lang)} {said(duration(whole % 60), lang)}"
        return said(duration(seconds if seconds < 60 else whole), lang)
    minutes = f" {said(duration(whole % 3600 - whole % 60), lang)}" if whole % 3600 >= 60 else ""
    return f"{said(duration(whole - whole % 3600), lang)}{minutes}"


def seconds_of(words: str) -> float | None:
    """Seconds of ``30 分钟``, ``1h30m``, ``90 s`` or ``90``; None where it is none of these."""
    at, total = 0, 0.0
    for found in _PART.finditer(words):
        if found.start() != at or (not found[2] and not re.fullmatch(r"\s*[\d.]+\s*", words)):
            return None
        at, total = found.end(), total + float(found[1]) * _UNITS[found[2] or "s"]
    return total if at == len(words) and words.strip() else None


def metric_name(rule: Rule, lang: Lang) -> str:
    """What a rule watches, as people call it."""
    metric = METRICS.get(rule.when.metric)
    return rule.when.metric if metric is None else metric.zh if lang == "zh" else metric.en


def level_words(rule: Rule, value: float, lang: Lang) -> str:
    """A value of the rule's metric with its unit."""
    metric = METRICS.get(rule.when.metric)
    return said(amount(value, metric.unit if metric else ""), lang)


def clear_words(rule: Rule, lang: Lang) -> str:
    """When it is over."""
    clear = rule.clear
    time = span(clear.for_s, lang)
    if clear.level is None:
        key = "rules.clear.condition" if clear.for_s else "rules.clear.at_once"
        words = text(key, lang, time=time)
    else:
        side = text(f"rules.clear.side.{'up' if rule.when.upward else 'down'}", lang)
        key = "rules.clear.level_for" if clear.for_s else "rules.clear.level"
        level = level_words(rule, clear.level, lang)
        words = text(key, lang, metric=metric_name(rule, lang), side=side, level=level, time=time)
    if clear.min_on_s:
        words += text("rules.clear.min_on", lang, time=span(clear.min_on_s, lang))
    return words


def whom(rule: Rule, config: FloorConfig, lang: Lang) -> str:
    """Whom a rule watches, over which window, in which states, and when it counts at all."""
    scope, only = rule.scope, rule.only
    if scope.of == "group" and scope.name:
        first = said(scope.name, lang)
    elif scope.of == "queue" and scope.queues:
        first = listed((queue_name(config, queue, lang) for queue in scope.queues), lang)
    else:
        first = text(f"rules.about.{'floor' if scope.of == 'floor' else f'each_{scope.of}'}", lang)
    more = [*scope.teams, *(texts(lang).get(f"role.{role}", role) for role in scope.roles)]
    when = rule.when
    states = [texts(lang).get(f"status.long.{name}", name) for name in (*when.status, *when.reasons)]
    limits = [
        *([listed(more, lang)] if more else []),
        *([listed(states, lang)] if states else []),
        *([text("rules.window", lang, time=span(when.window_s, lang))] if when.window_s else []),
        *([text("rules.min_calls", lang, n=when.min_calls)] if when.min_calls else []),
        *([text("rules.only.open", lang)] if only.open_hours else []),
        *([text("rules.only.on_shift", lang)] if only.on_shift else []),
        *([text("rules.only.planned", lang)] if only.planned_peak else []),
    ]
    if only.around_shift_change_s:
        limits.append(text("rules.only.around", lang, time=span(only.around_shift_change_s, lang)))
    return " · ".join([first, *limits])


def queue_name(config: FloorConfig, queue: str, lang: Lang) -> str:
    """A queue's name in the page's language, its id where it has none."""
    info = config.queues.get(queue)
    return (info and (info.zh if lang == "zh" else info.en)) or queue


def about(subject: str, rule: Rule, config: FloorConfig, lang: Lang) -> str:
    """A subject of a rule as people call it."""
    kind, _, name = subject.partition(":")
    if kind == "queue":
        return queue_name(config, name, lang)
    if kind == "group":
        return said(rule.scope.name, lang) if rule.scope.name else name
    if kind == "seat":
        info = config.seats.get(name)
        return (info and (info.agent if lang == "zh" else info.agent_en)) or name
    return name or text("rules.about.floor", lang)


def level_name(rule: Rule, lang: Lang) -> str:
    """A step of a plan: 关注, 一级 …; empty for a rule of no plan."""
    if rule.plan is None:
        return ""
    known = texts(lang).get(f"rules.level.{rule.plan.level}")
    return known or text("rules.level.n", lang, n=rule.plan.level)


def firings(alarms: list[Alarm], end: float, zone: str, lang: Lang) -> str:
    """Firings of a day in one cell: how many, how long in all, from when to when."""
    if not alarms:
        return text("rules.preview.never", lang)
    spans = [_from_to(alarm, zone, lang) for alarm in alarms[:_MOST_SPANS]]
    if len(alarms) > _MOST_SPANS:
        spans.append(text("rules.preview.more", lang))
    total = sum(
        (min(alarm.cleared_at, end) if alarm.cleared_at else end) - alarm.fired_at for alarm in alarms
    )
    details: dict[str, Any] = {"n": len(alarms), "time": span(total, lang), "spans": listed(spans, lang)}
    return text("rules.preview.fired", lang, **details)


def _from_to(alarm: Alarm, zone: str, lang: Lang) -> str:
    start = clock(alarm.fired_at, zone, "%H:%M:%S")
    if not alarm.cleared_at:
        return text("rules.preview.still", lang, start=start)
    return f"{start}–{clock(alarm.cleared_at, zone, '%H:%M:%S')}"
