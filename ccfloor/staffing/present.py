"""What staffing is told of a floor at one instant: queues, seats, and how sure each number is."""

from enum import StrEnum

import msgspec


class Estimate(msgspec.Struct, frozen=True):
    """A number that was measured, and how far it may be off.

    ``low``..``high``: what holds it four times out of five; ``sample``: the observations it rests on today;
    ``prior``: how many observations of the past weigh in beside them.
    """

    value: float
    low: float
    high: float
    sample: int
    prior: float = 0.0


class Doing(StrEnum):
    """What a seat does for the queues it serves."""

    IDLE = "idle"  # the next call may ring here
    BUSY = "busy"  # rings, talks, holds or wraps up: free after a while
    AWAY = "away"  # paused or not there


class Rush(msgspec.Struct, frozen=True):
    """A rush (突发话务) that is on with a probability of ``share``, until a chance end.

    ``steady``: calls a second in each step without it, ``rates``: while it is on. ``cv``: how wrong the
    latter may be, as a share.
    """

    share: float
    steady: tuple[float, ...]
    rates: tuple[float, ...]
    cv: float = 0.0


class QueueNow(msgspec.Struct, frozen=True):
    """One queue from ``FloorNow.at`` on.

    ``rate``: calls a second expected in each step of ``FloorNow.step_s``; the last step goes on for ever.
    ``level_cv``: standard deviation of the whole course's level, as a share of it: how wrong the rates may
    be all together. ``aht_s``/``aht_sd_s``: seconds a call takes a seat (ringing, talk, hold, wrap-up).
    ``waiting``: when each caller who waits came (epoch seconds), oldest first. ``threshold_s``/``target``:
    of the service level; ``abandon_target``: share of callers that may give up. ``min_seats``: working seats
    this queue keeps whatever happens. ``ringing``: how many of ``waiting``, the oldest, ring at a seat
    already, which is busy with their call. ``ring_s``: of ``aht_s``, the seconds in which it rings and the
    caller still waits. ``rush``: what ``rate`` is the mean of, where a rush may be on.
    """

    queue: str
    rate: tuple[float, ...]
    level_cv: float
    aht_s: float
    aht_sd_s: float
    patience_s: float
    waiting: tuple[float, ...] = ()
    threshold_s: float = 20.0
    target: float = 0.8
    abandon_target: float = 0.05
    min_seats: int = 1
    ringing: int = 0
    ring_s: float = 0.0
    rush: Rush | None = None


class SeatNow(msgspec.Struct, frozen=True):
    """One seat. ``queues``: served now, with the penalty; ``skills``: what it could serve, with the penalty.

    ``free_in_s``: expected seconds until a busy seat is free. ``back_in_s``: seconds until who is away
    comes back; None if nobody knows. ``leaves_in_s``: seconds until the shift ends; None if not known.
    ``reason``: canonical pause reason while away (``break``, ``callback``…). ``role``: agent, lead or
    supervisor. ``pinned``: why this seat is not to be moved, in a word the caller knows; empty if it may be.
    """

    seat: str
    agent: str
    role: str
    queues: dict[str, int]
    skills: dict[str, int]
    doing: Doing
    free_in_s: float = 0.0
    back_in_s: float | None = None
    leaves_in_s: float | None = None
    reason: str = ""
    pinned: str = ""


class FloorNow(msgspec.Struct, frozen=True):
    """The floor at ``at`` (UTC epoch seconds) as staffing sees it; ``step_s``: length of a step of rates.
    ``rush_s``: mean seconds that a rush which is on still lasts.
    """

    at: float
    step_s: float
    queues: tuple[QueueNow, ...]
    seats: tuple[SeatNow, ...]
    rush_s: float = 3000.0
