"""A half hour and a queue's day, as every part of Today knows them. Instants are UTC epoch seconds."""

from typing import NamedTuple

from ccfloor.floor.config import QueueTarget
from ccfloor.service.staffing_today.measured import Measured
from ccfloor.service.staffing_today.site import Rule
from ccfloor.staffing.volume import Basis


class Half(NamedTuple):
    """One half hour of a queue, or of several together.

    ``mean``: calls expected, ``low``..``high``: what holds them four times out of five; ``ahead``: as
    expected before the day; None without a forecast, and ``lately``: the calls it would bring if they came as
    in the last half hour. ``actual``: calls that came, so far; None: not begun, or nobody saw it. ``of``:
    what its seats are worked out from. ``needed``: seats at work, of shared ones its part; ``rostered``:
    people to plan for it; None: nobody knows. ``present``, ``planned``: seats at work (on average, so far)
    and by the roster; None where nobody tells. ``due``: of those planned the ones really at work, as
    ``needed`` counts them. ``level``: service level to expect with the seats there, of a half hour to come
    with those due; None where nobody tells of seats, or nobody calls. ``aim``: the level to reach.
    """

    start: float
    end: float
    mean: float | None
    low: float | None
    high: float | None
    ahead: float | None
    actual: int | None
    of: Measured
    needed: float | None
    rostered: int | None
    present: float | None = None
    planned: float | None = None
    due: float | None = None
    lately: float | None = None
    level: float | None = None
    aim: float | None = None


class QueueDay(NamedTuple):
    """A queue's day. ``basis``: what the forecast rests on, None: there is none; ``level_cv``: how wrong the
    rest of the day may be all together, as a share; ``now``: its share of the seats at work this instant,
    None: nobody sees the floor; ``now_level``: service level to expect with it.
    """

    queue: str
    halves: tuple[Half, ...]
    target: QueueTarget
    rule: Rule
    basis: Basis | None
    level_cv: float
    now: float | None = None
    now_level: float | None = None


def load(half: Half, now: float) -> float | None:
    """Calls that its seats are worked out from: those that came, as far as somebody saw them, and those
    expected in what is left of it. None: nobody knows.
    """
    expected = half.lately if half.mean is None else half.mean
    if half.actual is None or half.start >= now:
        return expected
    if half.end <= now:
        return float(half.actual)
    return None if expected is None else half.actual + expected * (half.end - now) / (half.end - half.start)
