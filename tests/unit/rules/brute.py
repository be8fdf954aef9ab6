"""A second evaluation of rules: second by second, by definition, with no state but the list of seconds.

``seconds[i]`` is the value from second i to second i + 1, None out of sight. "At n" sees the seconds before
n and the value that begins at n.
"""

import itertools
from fractions import Fraction

from ccfloor.rules.model import Rule, When

Seconds = list[float | None]


def first_complete(rule: Rule, seconds: Seconds, origin: int = 0) -> int | None:
    """The first full second at which the hold, begun from nothing at ``origin``, is complete."""
    return next((n for n in range(origin, len(seconds)) if complete(rule, seconds, origin, n)), None)


def complete(rule: Rule, seconds: Seconds, origin: int, n: int) -> bool:
    if rule.hold.kind in ("strict", "forgive"):
        return _steady(rule, seconds, origin, n)
    window = seconds[max(origin, n - int(rule.hold.for_s)) : n]
    if rule.hold.kind == "mean":
        return _mean(rule.when, window, int(rule.hold.for_s))
    met = sum(value is not None and rule.when.meets(value) for value in window)
    share = Fraction(str(rule.hold.share)) * int(rule.hold.for_s)
    return met >= (rule.hold.reached_s if rule.hold.kind == "within" else share)


def _mean(when: When, window: Seconds, for_s: int) -> bool:
    whole = len(window) == for_s and None not in window
    if not when.upward and not whole:
        return False
    mean = sum(Fraction(value) for value in window if value is not None) / for_s
    return when.meets(mean)  # type: ignore[arg-type]


def _steady(rule: Rule, seconds: Seconds, origin: int, n: int) -> bool:
    """The seconds in sight since the last long blindness, dips filled, end in a long enough run."""
    before = seconds[_after_long_blindness(seconds, origin, n, int(rule.hold.for_s)) : n]
    sides = [rule.when.meets(value) for value in before if value is not None]
    present = seconds[n]
    now = present is not None and rule.when.meets(present)
    dip_s = int(rule.hold.dip_s) if rule.hold.kind == "forgive" else 0
    filled = _fill([*sides, *([True] if now else [])], dip_s)[: len(sides)]
    if not now and not (filled and filled[-1]):
        return False
    return _last_run(filled) >= rule.hold.for_s


def _after_long_blindness(seconds: Seconds, origin: int, n: int, limit: int) -> int:
    run, start = 0, origin
    for index in range(origin, n):
        run = run + 1 if seconds[index] is None else 0
        if run > limit:
            start = index + 1
    return start


def _fill(sides: list[bool], dip_s: int) -> list[bool]:
    """Runs of at most ``dip_s`` unmet seconds between met ones count as met."""
    filled, met = list(sides), [index for index, side in enumerate(sides) if side]
    for left, right in itertools.pairwise(met):
        if right - left - 1 <= dip_s:
            filled[left:right] = [True] * (right - left)
    return filled


def _last_run(sides: list[bool]) -> int:
    return next((length for length, side in enumerate(reversed(sides)) if not side), len(sides))


def alarms(rule: Rule, seconds: Seconds) -> list[tuple[int, int | None]]:
    """All firings with their clearings (None: still on), for holds that complete on full seconds."""
    found: list[tuple[int, int | None]] = []
    origin, fired = 0, None
    for n in range(len(seconds)):
        while True:
            if fired is None and complete(rule, seconds, origin, n):
                fired = n
            elif fired is not None and _clear(rule, seconds, fired, n):
                found.append((fired, n))
                origin, fired = n, None
            else:
                break
    return found if fired is None else [*found, (fired, None)]


def _clear(rule: Rule, seconds: Seconds, fired: int, n: int) -> bool:
    in_sight = (n > fired and _good(rule, seconds[n - 1])) or _good(rule, seconds[n])
    if not in_sight or n < fired + rule.clear.min_on_s:
        return False
    sides = [_good(rule, value) for value in seconds[fired:n] if value is not None]
    return _last_run(sides) >= rule.clear.for_s


def _good(rule: Rule, value: float | None) -> bool:
    if value is None:
        return False
    if rule.clear.level is None:
        return not rule.when.meets(value)
    return value <= rule.clear.level if rule.when.upward else value >= rule.clear.level
