"""The day as a viewer asks for it: one queue or all of his, with what would be if calls or targets were
others.

Of several queues together calls and seats are added up: what a queue needs is its part of what all that share
seats need together, so that their sum is what they need. The band of their sum is narrower than the sum of
their bands, for not all are wrong at once: errors are taken to be alike by half (``TOGETHER``).
"""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

from ccfloor.access.rights import Right
from ccfloor.kpi.period import Period
from ccfloor.service.staffing_today.day import Today
from ccfloor.service.staffing_today.half_hours import Half, QueueDay, load
from ccfloor.service.staffing_today.measured import Measured
from ccfloor.service.staffing_today.needs import needs
from ccfloor.service.staffing_today.seated import load_of_day, seats_there
from ccfloor.store.viewer import Forbidden, Viewer

TOGETHER = 0.5  # correlation of queues' forecast errors: what makes one busier often makes others so
_TIE = 1e-9
_SHORT = 1.0  # seats; less is no whole seat


class WhatIf(NamedTuple):
    """What is changed of the half hours to come: calls and handle time so many times as many and long, and
    the share of calls to answer in time (None: each queue's own target).
    """

    volume: float = 1.0
    aht: float = 1.0
    level: float | None = None

    @property
    def changes(self) -> bool:
        """Whether anything is."""
        return self != WhatIf()


AS_IT_IS = WhatIf()


class Line(NamedTuple):
    """One half hour. ``state``: over, running or ahead. ``gap``: seats at work beyond those needed, of one to
    come those that the roster has at work; negative: too few; None: nobody tells. ``short``: a whole seat is
    missing, and the service level to expect with those there is under the target; ``act``: so it is now or
    later. ``changed``: seats needed under what is asked; None where that changes nothing.
    """

    half: Half
    state: str
    gap: float | None
    short: bool
    changed: float | None

    @property
    def act(self) -> bool:
        """Whether it asks for a hand: it can still be mended."""
        return self.short and self.state != "over"


class Totals(NamedTuple):
    """Of the day: calls that ``came`` in the half hours that are over to queues with a forecast, and those
    ``due`` in them as foreseen before the day; ``expected`` of the whole day now, ``ahead`` as foreseen;
    None without any forecast. ``needed_h``: seat hours from now on, ``changed_h`` under what is asked.
    ``short``: half hours now or later in which a whole seat is missing.
    """

    came: int
    due: float
    expected: float | None
    ahead: float | None
    needed_h: float
    changed_h: float
    short: int


class Sheet(NamedTuple):
    """``queue`` empty: all of ``queues``, which are the viewer's. ``days``: of these, for what each rests
    on. ``now``: seats at work this instant, ``now_short``: too few for the target. ``lost``: since when
    nobody sees the floor.
    """

    queue: str
    queues: tuple[str, ...]
    day: Period
    at: float
    learned: float | None
    what: WhatIf
    lines: tuple[Line, ...]
    totals: Totals
    days: tuple[QueueDay, ...]
    now: float | None
    lost: float | None = None
    now_short: bool = False

    @property
    def unforeseen(self) -> tuple[str, ...]:
        """Queues shown of which there is no forecast yet: nothing is known of days before this one. Of all
        queues together those that anybody called today; one that is asked for in any case.
        """
        return tuple(day.queue for day in self.days if day.basis is None and (self.queue or _called(day)))

    @property
    def running(self) -> Line | None:
        """The half hour that runs."""
        return next((line for line in self.lines if line.state == "running"), None)


def _called(day: QueueDay) -> bool:
    return any(half.actual or half.lately for half in day.halves)


def seen_queues(found: Today, viewer: Viewer) -> tuple[str, ...]:
    """The queues of the day that a viewer sees, in order."""
    viewer.needs(Right.FLOOR)
    return tuple(queue for queue in found.queues if viewer.sees_queue(queue))


def sheet(found: Today, viewer: Viewer, queue: str = "", what: WhatIf = AS_IT_IS) -> Sheet | None:
    """The day of a queue, "" for all of the viewer's; None where nothing of it is known.

    Raises Forbidden for a queue out of scope.
    """
    mine = seen_queues(found, viewer)
    if queue and not viewer.sees_queue(queue):
        raise Forbidden
    days = tuple(found.queues[name] for name in mine if queue in ("", name))
    if not days:
        return None
    each = tuple(day.halves for day in days)
    halves = each[0]
    if len(days) > 1:
        halves = tuple(_together(days, some, found.at) for some in zip(*each, strict=True))
    changed = _changed(found, days, what)
    lines = tuple(_line(half, found.at, more) for half, more in zip(halves, changed, strict=True))
    return Sheet(
        queue,
        mine,
        found.day,
        found.at,
        found.learned,
        what,
        lines,
        _totals(lines, days, found.at),
        days,
        _known([day.now for day in days]),
        found.lost,
        _now_short(days, lines, found.at),
    )


def _now_short(days: Sequence[QueueDay], lines: Sequence[Line], now: float) -> bool:
    """Of the seats at work this instant, in the half hour that runs."""
    place = next((at for at, line in enumerate(lines) if line.state == "running"), None)
    there = _known([day.now for day in days])
    if place is None or there is None:
        return False
    halves = [day.halves[place]._replace(level=day.now_level) for day in days]
    half = lines[place].half._replace(
        level=_weighted(halves, "level", now), aim=_weighted(halves, "aim", now)
    )
    return _short(half, _gap(half, there))


# -- several queues ----------------------------------------------------------------------------------


def _together(days: Sequence[QueueDay], halves: Sequence[Half], now: float) -> Half:
    """Of what is forecast the sum of the queues that have a forecast; likewise of seats needed. The level to
    expect weighs by calls.
    """
    mean, low, high = _band(halves)
    known = [half.actual for half in halves if half.actual is not None]
    return Half(
        start=halves[0].start,
        end=halves[0].end,
        mean=mean,
        low=low,
        high=high,
        ahead=_known([half.ahead for half in halves]),
        actual=sum(known) if len(known) == len(halves) else None,
        of=_mean_of(halves),
        needed=_known([half.needed for half in halves]),
        rostered=_roster(days, halves),
        present=_sum([half.present for half in halves]),
        planned=_sum([half.planned for half in halves]),
        due=_sum([half.due for half in halves]),
        lately=_known([half.lately for half in halves]),
        level=_weighted(halves, "level", now),
        aim=_weighted(halves, "aim", now),
    )


def _roster(days: Sequence[QueueDay], halves: Sequence[Half]) -> int | None:
    """People for the sum, rounded once."""
    people = _known(
        [
            None if half.needed is None else half.needed / (1 - day.rule.shrinkage)
            for day, half in zip(days, halves, strict=True)
        ]
    )
    return None if people is None else ceil(people - 1e-6)


def _weighted(halves: Sequence[Half], field: str, now: float) -> float | None:
    """By the calls of those that have a level: where none come, none is to be expected."""
    known = [(load(half, now) or 0.0, getattr(half, field)) for half in halves if half.level is not None]
    calls = sum(weight for weight, _ in known)
    return sum(weight * value for weight, value in known) / calls if calls > 0 else None


def _band(halves: Sequence[Half]) -> tuple[float | None, float | None, float | None]:
    bands = [
        (half.mean, half.low, half.high)
        for half in halves
        if half.mean is not None and half.low is not None and half.high is not None
    ]
    if not bands:
        return None, None, None
    mean = sum(one for one, _, _ in bands)
    below, above = [one - low for one, low, _ in bands], [high - one for one, _, high in bands]
    return mean, mean - _spread(below), mean + _spread(above)


def _spread(parts: Sequence[float]) -> float:
    apart, alike = sum(part * part for part in parts), sum(parts) ** 2
    return sqrt((1 - TOGETHER) * apart + TOGETHER * alike)


def _mean_of(halves: Sequence[Half]) -> Measured:
    """Handle time and patience by the calls expected."""
    expected = [half.mean or half.lately or 0.0 for half in halves]
    calls = sum(expected)
    weights = [one / calls if calls > 0 else 1 / len(halves) for one in expected]
    pairs = list(zip(weights, (half.of for half in halves), strict=True))
    return Measured(
        sum(weight * one.aht_s for weight, one in pairs),
        sum(weight * one.patience_s for weight, one in pairs),
        sum(one.calls for _, one in pairs),
        sum(one.left for _, one in pairs),
    )


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _known(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


# -- lines -------------------------------------------------------------------------------------------


def state_of(half: Half, now: float) -> str:
    """over, running or ahead."""
    return "over" if half.end <= now else "running" if half.start <= now else "ahead"


def _line(half: Half, now: float, changed: float | None) -> Line:
    there = seats_there(half, now)
    gap = None if there is None else _gap(half, there)
    return Line(half, state_of(half, now), gap, _short(half, gap), changed)


def _gap(half: Half, there: float) -> float | None:
    return None if half.needed is None else there - half.needed


def _short(half: Half, gap: float | None) -> bool:
    missing = gap is not None and gap <= -_SHORT + 1e-6
    return missing and half.level is not None and half.aim is not None and half.level < half.aim - _TIE


def _changed(found: Today, days: Sequence[QueueDay], what: WhatIf) -> list[float | None]:
    """Seats needed in each half hour under what is asked of these queues, all others as they are; None: it is
    over, or nothing is asked.
    """
    if not what.changes:
        return [None] * len(days[0].halves)
    now, shown = found.at, {day.queue for day in days}
    tried = {
        queue: load_of_day(day, now, what.volume, what.aht, what.level)
        if queue in shown
        else load_of_day(day, now)
        for queue, day in found.queues.items()
    }
    seats = needs(tried, found.merges).seats
    return [
        sum(float(seats[day.queue][place]) for day in days)
        if half.end > now and any(load(day.halves[place], now) is not None for day in days)
        else None
        for place, half in enumerate(days[0].halves)
    ]


def _totals(lines: Sequence[Line], days: Sequence[QueueDay], now: float) -> Totals:
    over = [
        place for place, line in enumerate(lines) if line.state == "over" and line.half.actual is not None
    ]
    foreseen = [day.halves[place] for day in days if day.basis is not None for place in over]
    known = any(day.basis is not None for day in days)
    left = [line for line in lines if line.state != "over"]
    hours = [(line, (line.half.end - max(line.half.start, now)) / 3600) for line in left]
    return Totals(
        came=sum(half.actual or 0 for half in foreseen),
        due=sum(half.ahead or 0.0 for half in foreseen),
        expected=sum(load(line.half, now) or 0.0 for line in lines) if known else None,
        ahead=_known([line.half.ahead for line in lines]),
        needed_h=sum((line.half.needed or 0) * hour for line, hour in hours),
        changed_h=sum(_if_changed(line) * hour for line, hour in hours),
        short=sum(line.act for line in lines),
    )


def _if_changed(line: Line) -> float:
    return (line.half.needed or 0) if line.changed is None else line.changed
