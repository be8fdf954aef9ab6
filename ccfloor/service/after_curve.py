"""Who waited when, again from the stored calls: the step function that a rule watched. Pure.

Instants are UTC epoch seconds.
"""

from collections.abc import Collection, Iterable, Sequence

from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.rules.model import When

Curve = list[tuple[float, int]]  # (instant, callers waiting from then on)
Stretch = tuple[float, float]
_NEVER_WAITED = (Outcome.REFUSED_FULL, Outcome.REFUSED_EMPTY)


def waiting_curve(
    calls: Iterable[CallRow], start: float, end: float, queues: Collection[str] | None = None
) -> Curve:
    """Callers waiting in [start, end): (entered_at: one more, left_at: one less) of the calls of these
    queues (None: of all). Begins with the count at ``start``.
    """
    steps: dict[float, int] = {start: 0}
    for call in calls:
        if call.outcome in _NEVER_WAITED or (queues is not None and call.queue not in queues):
            continue
        left = call.left_at or float("inf")
        if call.entered_at >= end or left <= start or left <= call.entered_at:
            continue
        first = max(call.entered_at, start)
        steps[first] = steps.get(first, 0) + 1
        if left < end:
            steps[left] = steps.get(left, 0) - 1
    curve: Curve = []
    level = 0
    for at in sorted(steps):
        level += steps[at]
        if not curve or curve[-1][1] != level:
            curve.append((at, level))
    return curve


def stretches(curve: Curve, when: When, start: float, end: float, met: bool = True) -> list[Stretch]:
    """The parts of [start, end) in which the condition is met (or is not, ``met`` False)."""
    found: list[Stretch] = []
    for index, (at, value) in enumerate(curve):
        upto = curve[index + 1][0] if index + 1 < len(curve) else float("inf")
        first, last = max(at, start), min(upto, end)
        if first >= last or when.meets(value) is not met:
            continue
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def worst(curve: Curve, start: float, end: float) -> int | None:
    """The highest count in [start, end)."""
    values = [
        value
        for index, (at, value) in enumerate(curve)
        if at < end and (index + 1 == len(curve) or curve[index + 1][0] > start)
    ]
    return max(values, default=None)


def seconds(parts: Sequence[Stretch]) -> float:
    """How long they are in all."""
    return sum(end - start for start, end in parts)
