"""The day as a viewer asks for it: one queue or all of his, with what would be if calls or targets were
others.

Of several queues together calls and seats are added up. The band of their sum is narrower than the sum of
their bands, for not all are wrong at once: errors are taken to be alike by half (``TOGETHER``).
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from ccfloor.access.rights import Right
from ccfloor.kpi.period import Period
from ccfloor.service.staffing_today.day import Half, QueueDay, Today, load
from ccfloor.service.staffing_today.measured import Measured
from ccfloor.service.staffing_today.needs import needed
from ccfloor.store.viewer import Forbidden, Viewer

TOGETHER = 0.5  # correlation of queues' forecast errors: what makes one busier often makes others so
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
    come those that the roster has at work; negative: too few; None: nobody tells. ``act``: a whole seat is
    missing now or later. ``changed``: seats needed under what is asked; None where that changes nothing.
    """

    half: Half
    state: str
    gap: float | None
    act: bool
    changed: int | None


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
    on. ``lost``: since when nobody sees the floor.
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
    halves = each[0] if len(each) == 1 else tuple(_together(some) for some in zip(*each, strict=True))
    changed = _changed(days, what, found.at)
    lines = tuple(_line(half, found.at, more) for half, more in zip(halves, changed, strict=True))
    nows = [day.now for day in days if day.now is not None]
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
        sum(nows) if nows else None,
        found.lost,
    )


# -- several queues ----------------------------------------------------------------------------------


def _together(halves: Sequence[Half]) -> Half:
    """Of what is forecast the sum of the queues that have a forecast; likewise of seats needed."""
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
        needed=_whole([half.needed for half in halves]),
        rostered=_whole([half.rostered for half in halves]),
        present=_sum([half.present for half in halves]),
        planned=_sum([half.planned for half in halves]),
        due=_sum([half.due for half in halves]),
        lately=_known([half.lately for half in halves]),
    )


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


def _whole(parts: Sequence[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


# -- lines -------------------------------------------------------------------------------------------


def state_of(half: Half, now: float) -> str:
    """over, running or ahead."""
    return "over" if half.end <= now else "running" if half.start <= now else "ahead"


def _line(half: Half, now: float, changed: int | None) -> Line:
    state = state_of(half, now)
    there = half.due if state == "ahead" else half.present
    gap = None if there is None or half.needed is None else there - half.needed
    return Line(half, state, gap, state != "over" and gap is not None and gap <= -_SHORT, changed)


def _changed(days: Sequence[QueueDay], what: WhatIf, now: float) -> list[int | None]:
    """Seats needed in each half hour under what is asked; None: it is over, or nothing is asked."""
    total: list[int | None] = [None] * len(days[0].halves)
    if not what.changes:
        return total
    for day in days:
        loads = [load(half, now) for half in day.halves]
        ahead = [at for at, half in enumerate(day.halves) if half.end > now and loads[at] is not None]
        halves = [day.halves[place] for place in ahead]
        calls = [(loads[place] or 0.0) * what.volume for place in ahead]
        of = [half.of._replace(aht_s=half.of.aht_s * what.aht) for half in halves]
        lengths = [half.end - half.start for half in halves]
        seats = needed(calls, lengths, of, day.target, day.rule, what.level) if halves else []
        for place, count in zip(ahead, seats, strict=True):
            total[place] = (total[place] or 0) + count
    return total


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


def _if_changed(line: Line) -> int:
    return (line.half.needed or 0) if line.changed is None else line.changed
