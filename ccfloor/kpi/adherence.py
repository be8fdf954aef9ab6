"""How a day kept to its roster: adherence (when), conformance (how much), late, early, absent.

Adherence: seconds in the agreed activity at the agreed second over scheduled seconds. Conformance: worked
over scheduled seconds, whenever they were worked; it may pass 1. Fifteen minutes late and fifteen longer
in an hour: 75 % and 100 %. Seconds of an agreed exception (leave, a system failure) are in neither part.
Instants are UTC epoch seconds, results milliseconds.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ccfloor.floor.records import millis

GRACE_S = 120.0
ABSENT_S = 3600.0  # later than this is not late but absent
REACH_S = 4 * 3600.0  # how far around a shift work may lie and still belong to it

WORK = "queue"
BREAKS = frozenset(("break", "meal"))
LEAVE = "leave"
_TRAINING = frozenset(("training", "coaching"))
_WORKING = frozenset(("ready", "ringing", "on_call", "on_hold", "wrap_up", "other_call", "callback"))
_PRODUCTIVE = _WORKING - {"other_call"}  # handling calls, or free for one
_AWAY = "away"  # busy, auto-pause, unnamed pauses: present, and agreed to nothing


class Shift(NamedTuple):
    """An entry of the roster. ``activity``: queue, break, meal, training, meeting, other or leave."""

    start: float
    end: float
    activity: str = WORK


class Stay(NamedTuple):
    """A span of an agent at a seat: ``status``, or the reason of a pause (break, meal …)."""

    start: float
    end: float
    status: str


class Adherence(NamedTuple):
    """One agent's rostered day. ``late_ms``, ``early_ms``: 0 within the grace, and where absent."""

    scheduled_ms: int = 0
    adherent_ms: int = 0
    worked_ms: int = 0
    productive_ms: int = 0
    late_ms: int = 0
    early_ms: int = 0
    rostered: int = 0
    present: int = 0

    @property
    def figures(self) -> dict[str, float]:
        """As fields of ``ccfloor.kpi.fields``; empty where nothing was scheduled."""
        if not self.rostered:
            return {}
        return {
            "seats.scheduled_ms": self.scheduled_ms,
            "seats.adherent_ms": self.adherent_ms,
            "seats.worked_scheduled_ms": self.worked_ms,
            "seats.productive_ms": self.productive_ms,
            "seats.rostered": self.rostered,
            "seats.present": self.present,
            "seats.late": (self.late_ms > 0) + (self.early_ms > 0),
            "seats.late_ms": self.late_ms + self.early_ms,
        }


_Span = tuple[float, float]


def stay(start: float, end: float, status: str, reason: str = "") -> Stay:
    """A stay of a row of seat_spans."""
    return Stay(start, end, (reason or "other") if status == "paused" else status)


def reach(shifts: Sequence[Shift], before: float = 0.0, after: float = float("inf")) -> _Span:
    """The time whose stays belong to a rostered day, for asking the database.

    ``before``, ``after``: end of the agent's shift before and start of the one after; the time between two
    shifts is parted in its middle.
    """
    first, last = min(s.start for s in shifts), max(s.end for s in shifts)
    start = max(first - REACH_S, (before + first) / 2) if before else first - REACH_S
    end = min(last + REACH_S, (last + after) / 2)
    return min(start, first), max(end, last)


def adherence(
    shifts: Sequence[Shift],
    stays: Iterable[Stay],
    *,
    grace_s: float = GRACE_S,
    absent_s: float = ABSENT_S,
    excused: Sequence[_Span] = (),
    told: bool = True,
) -> Adherence | None:
    """One agent's rostered day against where the agent was, within ``reach`` of it.

    ``excused``: agreed exceptions beside the roster's own leave. A deviation that touches a change of the
    agreed activity and lasts no longer than ``grace_s`` is forgiven; a longer one counts as a whole. None
    where the switch tells of conversations alone: then nobody knows who was there in between. ``told``:
    whether it told of anybody's presence; else one who was not seen is not absent, and the result None.
    """
    free = _joined([*excused, *((s.start, s.end) for s in shifts if s.activity == LEAVE)])
    plan = [
        Shift(a, b, s.activity)
        for s in sorted(shifts)
        if s.activity != LEAVE
        for a, b in _without((s.start, s.end), free)
    ]
    was = sorted(stays)
    if not was and not told:
        return None
    if was and not any(one.status in ("ready", *BREAKS) or _class(one.status) == _AWAY for one in was):
        return None
    if not plan:
        return Adherence()
    here = [one for one in was if one.end > plan[0].start and one.start < plan[-1].end]
    late_s, early_s, present = _ends(plan, here, free, grace_s, absent_s)
    return Adherence(
        scheduled_ms=sum(millis(s.end - s.start) for s in plan),
        adherent_ms=sum(_kept_ms(s, was, grace_s) for s in plan) if here else 0,
        worked_ms=_worked_ms(plan, was, free),
        productive_ms=_productive_ms(was, free),
        late_ms=millis(late_s),
        early_ms=millis(early_s),
        rostered=1,
        present=int(present),
    )


def _class(status: str) -> str:
    """The activity class of a status or pause reason."""
    if status in _WORKING:
        return WORK
    if status in _TRAINING:
        return "training"
    return status if status in BREAKS or status == "meeting" else _AWAY


def agrees(activity: str, status: str) -> bool:
    """Whether a status is what an entry of the roster asks for. ``other`` asks for presence alone."""
    if activity == "other":
        return True
    if activity in BREAKS:
        return _class(status) in BREAKS
    return _class(status) == activity


def _kept_ms(shift: Shift, was: Sequence[Stay], grace_s: float) -> int:
    """Milliseconds of one entry that were kept, with short deviations at its edges forgiven."""
    good = _joined(
        [
            (max(one.start, shift.start), min(one.end, shift.end))
            for one in was
            if one.start < shift.end and one.end > shift.start and agrees(shift.activity, one.status)
        ]
    )
    if shift.activity in BREAKS:  # away from the seat may mean signed off
        good = _joined([*good, *_without((shift.start, shift.end), _joined([(s.start, s.end) for s in was]))])
    missed = _without((shift.start, shift.end), good)
    counted = ((a, b) for a, b in missed if b - a > grace_s or not (a == shift.start or b == shift.end))
    return millis(shift.end - shift.start) - sum(millis(b - a) for a, b in counted)


def _worked_ms(plan: Sequence[Shift], was: Sequence[Stay], free: Sequence[_Span]) -> int:
    """Work whenever it was done, and breaks up to what the roster grants.

    So a break taken at another time costs adherence alone, one that is longer costs conformance too.
    """
    work = [(s.start, s.end) for s in was if _class(s.status) in (WORK, "meeting", "training")]
    for entry in plan:
        if entry.activity == "other":
            work += [(max(s.start, entry.start), min(s.end, entry.end)) for s in was]
    worked = sum(millis(b - a) for a, b in _outside(_joined(work), free))
    granted = sum(millis(s.end - s.start) for s in plan if s.activity in BREAKS)
    return worked + min(granted, _break_ms(plan, was, free)) if was else 0


def _productive_ms(was: Sequence[Stay], free: Sequence[_Span]) -> int:
    """Time of handling calls or being free for one, whenever it was."""
    spans = _joined([(s.start, s.end) for s in was if s.status in _PRODUCTIVE])
    return sum(millis(b - a) for a, b in _outside(spans, free))


def _break_ms(plan: Sequence[Shift], was: Sequence[Stay], free: Sequence[_Span]) -> int:
    """Time on break: said so, or signed off within a break of the roster."""
    here = _joined([(s.start, s.end) for s in was])
    said = [(s.start, s.end) for s in was if _class(s.status) in BREAKS]
    off = [gap for s in plan if s.activity in BREAKS for gap in _without((s.start, s.end), here)]
    return sum(millis(b - a) for a, b in _outside(_joined([*said, *off]), free))


def _ends(
    plan: Sequence[Shift], here: Sequence[Stay], free: Sequence[_Span], grace_s: float, absent_s: float
) -> tuple[float, float, bool]:
    """(late s, early s, whether present) by the first and the last time the agent was there."""
    if not here:
        return 0.0, 0.0, False
    late = _lasting((plan[0].start, here[0].start), free)
    if late > absent_s:
        return 0.0, 0.0, False
    early = _lasting((max(one.end for one in here), plan[-1].end), free)
    return (late if late > grace_s else 0.0), (early if early > grace_s else 0.0), True


# -- spans of time -----------------------------------------------------------------------------------


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """The union of spans, in order."""
    found: list[_Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _without(span: _Span, holes: Sequence[_Span]) -> list[_Span]:
    """What is left of a span; ``holes`` are joined."""
    edges = [span[0]]
    for start, end in holes:
        if start < span[1] and end > span[0]:
            edges += [max(start, span[0]), min(end, span[1])]
    edges.append(span[1])
    return [(a, b) for a, b in list(pairwise(edges))[::2] if b > a]


def _lasting(span: _Span, holes: Sequence[_Span]) -> float:
    """Seconds of a span outside of holes; 0 of one that ends before it begins."""
    return sum(end - start for start, end in _without(span, holes)) if span[1] > span[0] else 0.0


def _outside(spans: Sequence[_Span], holes: Sequence[_Span]) -> list[_Span]:
    return [part for span in spans for part in _without(span, holes)]
