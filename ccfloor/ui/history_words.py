"""Numbers and half hours of the queue history in words; a number that is not there is a dash."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.floor.records import CallRow
from ccfloor.kpi.model import Bound
from ccfloor.kpi.result import Light
from ccfloor.kpi.week import Cell
from ccfloor.ui.report_words import DASH as DASH
from ccfloor.ui.report_words import span, value_text
from ccfloor.ui.texts import Lang, text

MARKS: dict[Light, str] = {"missed": "▲", "near": "△", "met": "", "none": ""}


def share(value: float | None) -> str:
    """A share (0..1) in per cent with one decimal."""
    return value_text("%", value)


def short_share(value: float | None, bound: Bound | None = None) -> str:
    """A share in per cent, in few signs; with a decimal where it would look like the target it misses."""
    if value is None:
        return DASH
    percent = value * 100
    if bound and bound.at_least is not None and value < bound.at_least <= round(percent) / 100:
        return f"{math.floor(percent * 10) / 10:.1f}"
    if bound and bound.at_most is not None and round(percent, 1) / 100 <= bound.at_most < value:
        return f"{math.ceil(percent * 10) / 10:.1f}"
    return f"{percent:.1f}" if 0 < percent < 10 else f"{percent:.0f}"


def mean_count(value: float | None) -> str:
    """A mean number of calls: with a decimal below ten."""
    if value is None:
        return DASH
    return f"{value:.0f}" if value >= 9.95 or value == int(value) else f"{value:.1f}"


def lasting(ms: float | None) -> str:
    """Milliseconds as m:ss, from an hour on as h:mm:ss."""
    return DASH if ms is None else span(ms / 1000)


def clock(slot: int) -> str:
    """The beginning of a half hour of the day."""
    return f"{slot // 2:02}:{slot % 2 * 30:02}"


def slot_words(slot: int) -> str:
    """A half hour of the day, from when to when."""
    return f"{clock(slot)}–{clock((slot + 1) % 48)}"


def cell_words(at: Cell, lang: Lang) -> str:
    """A cell of the week: its weekday and half hour."""
    return f"{text(f'qh.day.{at.weekday}', lang)} {slot_words(at.slot)}"


def bound_words(bound: Bound | None, lang: Lang) -> str:
    """A target that is a share, in words; empty where there is none."""
    if bound is None:
        return ""
    parts = []
    if bound.at_least is not None:
        parts.append(f"≥ {bound.at_least * 100:g}%")
    if bound.at_most is not None:
        parts.append(f"≤ {bound.at_most * 100:g}%")
    return text("qh.target", lang, target=" ".join(parts))


def moment(at: float, zone: str) -> str:
    """An instant by the site's clock; a dash where there is none."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if at > 0 else DASH


def outcome_words(row: CallRow, lang: Lang) -> str:
    """How a call went on."""
    return text(f"qh.outcome.{row.outcome.value}", lang)
