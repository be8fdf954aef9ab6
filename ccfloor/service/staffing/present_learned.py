"""What the past weeks teach of a floor: handling, patience, the week's course, pauses, who works when.

Read once in a while in a job's thread and kept (``Learner``); never read for a look at the present.
"""

import logging
import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

import msgspec
import numpy as np
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.kpi.period import day_of
from ccfloor.kpi.week import SLOTS, Cell, cells, dates
from ccfloor.staffing.days import HALF_HOUR_S, Day, Kind
from ccfloor.staffing.days import Past as DaysPast
from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.live import Moments, Past, mean_past, moments_of_sums, rate_past
from ccfloor.staffing.strange import begun
from ccfloor.store.seen import Span, seen
from ccfloor.store.staffing_facts import (
    CallSums,
    Spread,
    Sums,
    call_sums,
    pause_lengths,
    queue_quarters,
    work_quarters,
)

log = logging.getLogger(__name__)
WEEKS = 6
ANEW_S = 900.0
_SOON_S, _LITTLE_S = 120.0, 10 * 86_400.0  # where less than ten days were seen, more may be there soon
LEAST_CALLS = 5  # so many of a queue answered: the agent can
_LEVEL_CV, _LEVEL_DAYS = 0.15, 4.0  # spread of days where few were seen, and how many days that weighs
_LEAST_CV = 0.02
_UNSURE = 0.2  # a mean that nothing of the past tells of
_DAY_S = 86_400.0
_LENGTHS = {
    "break": (600.0, 240.0), "meal": (2400.0, 600.0), "meeting": (1800.0, 900.0),
    "training": (3600.0, 1800.0), "coaching": (1200.0, 600.0), "callback": (480.0, 300.0),
    "busy": (240.0, 240.0), "auto_pause": (60.0, 60.0), "other_call": (120.0, 120.0),
}  # fmt: skip
_ANY_LENGTH = (900.0, 900.0)
_LENGTH_WEIGHT = 5.0  # observations that these guesses weigh
NOTHING = Moments(0, 0.0, 0.0)
_RUSHES_WEIGHT, _RUSHES_APART_H = 0.5, 100.0  # rushes that are assumed, and hours between two
_SATURDAY = 5
_NO_LEAVE = frozenset(("auto_pause",))  # follows a missed ring, not work


class QueuePast(msgspec.Struct, frozen=True):
    """A queue's past. ``aht``: handle time of ``handled`` calls, its ``n`` the weight it has beside calls of
    today. ``patience``: of ``abandoned`` callers; ``waits``: by how much all waiting exceeds that of who was
    answered or gave up. ``ring``, ``talk``, ``wrap``: the parts of a call. ``level_cv``: spread of whole days
    around the week's course, from ``days`` of them; ``calls``: those that came in each half hour of the week,
    in ``Learned.seen_s`` seconds.
    """

    aht: Moments | None = None
    handled: int = 0
    patience: Past | None = None
    abandoned: int = 0
    waits: float = 1.0
    ring: Moments = NOTHING
    talk: Moments = NOTHING
    wrap: Moments = NOTHING
    level_cv: float = _LEVEL_CV
    days: int = 0
    calls: Mapping[Cell, int] = {}


class Length(msgspec.Struct, frozen=True):
    """How long pauses of a reason last, in seconds; ``n`` were seen. ``rate``: times a second of work."""

    n: int
    mean_s: float
    sd_s: float
    rate: float = 0.0


class Learned(msgspec.Struct, frozen=True):
    """The past of a site from ``since`` to ``until`` (the beginning of its present day), read at ``at``.

    ``seen_s``: seconds of each half hour of the week in which the floor was in sight. ``work``: agent → half
    hour of the week → share of it at work. ``answered``: agent → queue → calls. ``rushes``: how many
    began on the floor, and in how many hours. ``fault``: it could not be read anew.
    """

    at: float = 0.0
    since: float = 0.0
    until: float = 0.0
    queues: Mapping[str, QueuePast] = {}
    seen_s: Mapping[Cell, float] = {}
    pauses: Mapping[str, Length] = {}
    work: Mapping[str, Mapping[Cell, float]] = {}
    answered: Mapping[str, Mapping[str, int]] = {}
    rushes: tuple[int, float] = (0, 0.0)
    fault: str = ""

    def pause(self, reason: str) -> Length:
        """Lengths of the pauses of a reason; a guess where none was seen."""
        return self.pauses.get(reason) or Length(0, *_LENGTHS.get(reason, _ANY_LENGTH))

    def rate(self, queue: str, cell: Cell) -> float | None:
        """Calls a second of a queue in a half hour of the week (Jeffreys); None where it was never seen."""
        past, seen_s = self.queues.get(queue), self.seen_s.get(cell, 0.0)
        if past is None or seen_s < INTERVAL_S:
            return None
        return (past.calls.get(cell, 0) + 0.5) / seen_s

    def at_work(self, agent: str, cell: Cell) -> float | None:
        """Share of a half hour of the week in which an agent was at work; None where nothing is known."""
        known = self.work.get(agent)
        if not known or not self.seen_s.get(cell):
            return None
        return known.get(cell, 0.0)


def learned(engine: Engine, config: FloorConfig, now: float, weeks: int = WEEKS) -> Learned:
    """What the past weeks up to the present business day teach. Raises SQLAlchemyError."""
    today = day_of(config, now)
    first = config.business_date(today.start - weeks * 7 * _DAY_S)
    last = config.business_date(today.start - 1)
    of = dates(config, first, last)
    week = _Week([(cell, half.start, half.end, day.start) for cell, half, day in cells(config, of)])
    with engine.connect() as connection:
        sight = seen(connection, config.site)
        week.see(sight.sight)
        came = queue_quarters(connection, config.site, of.start, of.end)
        sums = {
            queue: call_sums(connection, config.site, queue, of.start, of.end)
            for queue in sorted({*came, *config.queues})
        }
        pauses, worked_s = pause_lengths(connection, config.site, of.start, of.end)
        work = work_quarters(connection, config.site, of.start, of.end)
    return Learned(
        at=now,
        since=of.start,
        until=of.end,
        queues={queue: _queue(told, came.get(queue, {}), week) for queue, told in sums.items()},
        seen_s=week.seen_s,
        pauses={reason: _length(reason, told, worked_s) for reason, told in pauses.items()},
        work=_shares(work, week),
        answered=_answered(sums),
        rushes=begun([_past(week, quarters, config) for quarters in came.values()]),
    )


def habits(past: Learned) -> Habits:
    """How seats come and go on this floor, and how unsure its means are, for the simulation."""
    leaves = [
        Leave(reason, length.rate, length.mean_s)
        for reason, length in sorted(past.pauses.items())
        if length.rate > 0 and reason not in _NO_LEAVE
    ]
    spread = [length.sd_s / length.mean_s for length in past.pauses.values() if length.n >= _LENGTH_WEIGHT]
    known = list(past.queues.values())
    return Habits(
        leaves=tuple(leaves),
        aht_cv=_mean_of([_mean_cv(one.aht) for one in known if one.aht], _UNSURE),
        patience_cv=_mean_of([1 / sqrt(one.patience.events) for one in known if one.patience], _UNSURE),
        back_cv=sum(spread) / len(spread) if spread else 0.5,
        rush_rate=_rush_rate(*past.rushes),
    )


def _mean_cv(aht: Moments) -> float:
    """How unsure a mean is that rests on the past alone, as a share of it."""
    return aht.sd / aht.mean / sqrt(aht.n) if aht.mean > 0 and aht.n > 0 else _UNSURE


def _mean_of(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


# -- half hours of the week -----------------------------------------------------------------------------

_Half = tuple[Cell, float, float, float]  # cell, start, end, start of its business day


class _Week:
    """The half hours of the past weeks, and how much of each was seen."""

    def __init__(self, halves: Sequence[_Half]) -> None:
        self.halves = halves
        self._starts = [half[1] for half in halves]
        self.seen_in: list[float] = [0.0] * len(halves)
        self.seen_s: dict[Cell, float] = {}

    def see(self, sight: Sequence[Span]) -> None:
        """Take in when the floor was in sight (spans in order)."""
        for index, (cell, start, end, _) in enumerate(self.halves):
            self.seen_in[index] = _overlap(sight, start, end)
            self.seen_s[cell] = self.seen_s.get(cell, 0.0) + self.seen_in[index]

    def of(self, quarters: Mapping[int, float]) -> list[float]:
        """What quarter hours come to in each half hour; nothing of those that nobody saw."""
        found = [0.0] * len(self.halves)
        for at, value in quarters.items():
            index = self._place(at)
            if index is not None and self.seen_in[index]:
                found[index] += value
        return found

    def day_of(self, at: float) -> float | None:
        """Start of the business day of a quarter hour; None where it lies beyond these weeks."""
        index = self._place(at)
        return None if index is None else self.halves[index][3]

    def _place(self, at: float) -> int | None:
        index = bisect_right(self._starts, at) - 1
        return index if index >= 0 and at < self.halves[index][2] else None


def _overlap(spans: Sequence[Span], start: float, end: float) -> float:
    first = max(0, bisect_right(spans, (start, start)) - 1)
    total = 0.0
    for begin, finish in spans[first:]:
        if begin >= end:
            break
        total += max(0.0, min(finish, end) - max(begin, start))
    return total


def _past(week: _Week, quarters: Mapping[int, Sums], config: FloorConfig) -> DaysPast:
    """A queue's calls by day and half hour."""
    starts = sorted({half[3] for half in week.halves})
    rows = {start: row for row, start in enumerate(starts)}
    counts, seen_s = np.zeros((len(rows), SLOTS)), np.zeros((len(rows), SLOTS))
    came = week.of({at: told.offered for at, told in quarters.items()})
    for (cell, *_, day), calls, known_s in zip(week.halves, came, week.seen_in, strict=True):
        counts[rows[day], cell.slot] += calls
        seen_s[rows[day], cell.slot] += known_s
    return DaysPast(tuple(_day(config, start) for start in starts), counts, seen_s / HALF_HOUR_S)


def _day(config: FloorConfig, start: float) -> Day:
    date = config.business_date(start)
    return Day(date, Kind.WORKDAY if date.weekday() < _SATURDAY else Kind.WEEKEND, start)


def _rush_rate(begun: int, hours: float) -> float:
    """Rushes a second, drawn towards few where not much was seen."""
    return (begun + _RUSHES_WEIGHT) / (hours + _RUSHES_WEIGHT * _RUSHES_APART_H) / 3600


# -- from sums to what they teach -----------------------------------------------------------------------


def _queue(sums: CallSums, quarters: Mapping[int, Sums], week: _Week) -> QueuePast:
    came = week.of({at: told.offered for at, told in quarters.items()})
    calls: dict[Cell, int] = {}
    for (cell, *_), value in zip(week.halves, came, strict=True):
        if value:
            calls[cell] = calls.get(cell, 0) + int(value)
    cv, days = _level(came, calls, week)
    handle, ring, talk, wrap = (
        moments_of_sums(*told) for told in (sums.handle, sums.ring, sums.talk, sums.wrap)
    )
    by_day = _by_day(quarters, week)
    waits = sums.waited_s / sums.stayed_s if sums.stayed_s > 0 else 1.0
    lengths = [Moments(day.handled, day.handle_s / day.handled, handle.sd) for day in by_day if day.handled]
    abandoned = [day.abandoned for day in by_day]
    patience = rate_past(abandoned, [day.waited_s * waits for day in by_day])
    return QueuePast(
        mean_past(lengths), sum(day.handled for day in by_day), patience, sum(abandoned), waits,
        ring=ring, talk=talk, wrap=wrap, level_cv=cv, days=days, calls=calls,
    )  # fmt: skip


def _by_day(quarters: Mapping[int, Sums], week: _Week) -> list[Sums]:
    """The sums of each business day."""
    found: dict[float, Sums] = {}
    for at, told in quarters.items():
        day = week.day_of(at)
        if day is not None:
            before = found.get(day, Sums())
            found[day] = Sums(
                before.offered + told.offered,
                before.handled + told.handled,
                before.handle_s + told.handle_s,
                before.abandoned + told.abandoned,
                before.waited_s + told.waited_s,
            )
    return list(found.values())


def _level(came: Sequence[float], calls: Mapping[Cell, int], week: _Week) -> tuple[float, int]:
    """(spread of whole days' levels, days it rests on): each day against what the others of its weekday say.

    What chance alone makes of a day's calls is taken off; few days are drawn toward a common spread.
    """
    days: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])  # calls, expected, its variance
    for index, (cell, _, _, day) in enumerate(week.halves):
        own_s = week.seen_in[index]
        others_s = week.seen_s[cell] - own_s
        if own_s and others_s >= own_s:
            share = own_s / others_s
            others = calls.get(cell, 0) - came[index]
            told = days[day]
            told[0], told[1], told[2] = (
                told[0] + came[index],
                told[1] + others * share,
                told[2] + others * share * share,
            )
    kept = [told for told in days.values() if told[1] >= 20]
    beyond = sum((n / e - 1) ** 2 - 1 / e - v / (e * e) for n, e, v in kept)
    variance = (_LEVEL_DAYS * _LEVEL_CV**2 + beyond) / (_LEVEL_DAYS + len(kept))
    return max(_LEAST_CV, sqrt(max(0.0, variance))), len(kept)


def _length(reason: str, told: Spread, worked_s: float) -> Length:
    guess_s, guess_sd = _LENGTHS.get(reason, _ANY_LENGTH)
    own = moments_of_sums(*told)
    weight = _LENGTH_WEIGHT + told.n
    mean = (_LENGTH_WEIGHT * guess_s + told.n * own.mean) / weight
    sd = (_LENGTH_WEIGHT * guess_sd + told.n * own.sd) / weight
    return Length(told.n, mean, sd, told.n / worked_s if worked_s > 0 else 0.0)


def _shares(work: Mapping[str, Mapping[int, float]], week: _Week) -> dict[str, dict[Cell, float]]:
    found: dict[str, dict[Cell, float]] = {}
    for agent, quarters in work.items():
        sums: dict[Cell, float] = {}
        for (cell, *_), worked_s in _worked(week, quarters):
            sums[cell] = sums.get(cell, 0.0) + worked_s
        found[agent] = {cell: min(1.0, value / week.seen_s[cell]) for cell, value in sums.items()}
    return found


def _worked(week: _Week, quarters: Mapping[int, float]) -> Iterable[tuple[_Half, float]]:
    return ((half, value) for half, value in zip(week.halves, week.of(quarters), strict=True) if value)


def _answered(sums: Mapping[str, CallSums]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for queue, told in sums.items():
        for agent, n in told.by_agent.items():
            if agent and n:
                found.setdefault(agent, {})[queue] = n
    return found


# -- kept ---------------------------------------------------------------------------------------------------


class Learner:
    """Keeps what was learned of a site. ``look`` is for a job's thread, ``past`` for everybody at any time.

    A read that failed leaves what is known and says so in ``Learned.fault``.
    """

    def __init__(self, engine: Engine, config: FloorConfig, anew_s: float = ANEW_S) -> None:
        self._engine, self._config, self._anew_s = engine, config, anew_s
        self._reading = threading.Lock()
        self._tried_at: float | None = None
        self.past: Learned | None = None

    def due(self, now: float) -> bool:
        """Whether what is known is old."""
        little = self.past is not None and sum(self.past.seen_s.values()) < _LITTLE_S
        after = min(_SOON_S, self._anew_s) if little else self._anew_s
        return self._tried_at is None or not 0 <= now - self._tried_at < after

    def look(self, now: float) -> Learned | None:
        """What is known, read anew where it is old. None while it could never be read."""
        with self._reading:
            if self.due(now):
                self._tried_at = now
                self.past = self._read(now)
        return self.past

    def _read(self, now: float) -> Learned | None:
        try:
            return learned(self._engine, self._config, now)
        except SQLAlchemyError as error:
            log.warning("the past could not be read: %s", getattr(error, "orig", None) or error)
            return self.past and msgspec.structs.replace(self.past, fault=type(error).__name__)
