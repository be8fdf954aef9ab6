"""The shapes of a sheet's waiting curve, for Plotly and PDF alike: steps, held areas, bands, event lines."""

from typing import NamedTuple

from ccfloor.service.after_action import Sheet
from ccfloor.service.after_curve import Stretch

Points = list[tuple[float, float]]
ROWS = 3  # of words above the picture


class Line(NamedTuple):
    """An event: a vertical line with its words. ``kind``: active, fired or cleared; ``row``: how high its
    words stand, each on a row of its own: so they never meet.
    """

    at: float
    kind: str
    words: str
    row: int = 0


def steps(sheet: Sheet) -> Points:
    """The curve as corner points, from the first instant to the last."""
    found: Points = []
    for at, value in sheet.curve:
        if found:
            found.append((at, found[-1][1]))
        found.append((at, float(value)))
    if found and found[-1][0] < sheet.end:
        found.append((sheet.end, found[-1][1]))
    return found


def areas(sheet: Sheet) -> list[Points]:
    """Outlines of what lies between the level and the curve while that was counted or the rule fired."""
    if sheet.step is None or sheet.step.threshold is None:
        return []
    level = sheet.step.threshold
    return [_outline(steps(sheet), part, level) for part in (*sheet.held, *sheet.on)]


def _outline(corners: Points, part: Stretch, level: float) -> Points:
    """The curve within a stretch, closed along the level. A stretch at the level itself is flat."""
    start, end = part
    inside = [(at, value) for at, value in corners if start < at < end]
    first, last = _value(corners, start), _value(corners, end, before=True)
    return [(start, level), (start, first), *inside, (end, last), (end, level)]


def _value(corners: Points, at: float, before: bool = False) -> float:
    """The curve's value from an instant on, or up to it."""
    found = corners[0][1] if corners else 0.0
    for when, value in corners:
        if when > at or (before and when == at):
            break
        found = value
    return found


def top(sheet: Sheet) -> float:
    """The highest value that must be on the picture."""
    values = [float(value) for _, value in sheet.curve] + [level for level, _ in sheet.levels]
    return max([4.0, *values]) * 1.15


def lines(sheet: Sheet, words: dict[str, str]) -> list[Line]:
    """The sheet's own events that lie on the picture, in order. ``words`` by kind."""
    step = sheet.step
    if step is not None:
        found = [("active", step.active_at), ("fired", step.fired_at), ("cleared", step.cleared_at)]
    else:
        found = [("active", sheet.begun), ("cleared", sheet.over)]
    shown = [(kind, at) for kind, at in found if sheet.start <= at <= sheet.end and at > 0]
    return [Line(at, kind, words[kind], row) for row, (kind, at) in enumerate(shown)]
