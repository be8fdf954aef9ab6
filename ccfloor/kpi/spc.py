"""The individuals chart (XmR): natural limits of a series, and the run rules by their names.

Limits after Shewhart and Wheeler: the mean, plus and minus 2.660 times the mean moving range of two; the
moving range itself may reach 3.268 times its mean. A value that is missing (a day off, nothing to divide
by) is passed over: neighbours are the values before and after it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Literal, NamedTuple

X_FACTOR = 2.66  # 3 / d2, d2 = 1.128 for ranges of two
MR_FACTOR = 3.268  # D4 for ranges of two
LEAST = 8  # fewer values give no limits,
FIRM = 17  # and fewer than these give limits that still move (Wheeler: seventeen to be solid)

Values = Sequence[float | None]
Side = Literal[-1, 0, 1]
RuleSet = Literal["wheeler", "western_electric", "nelson"]


class Limits(NamedTuple):
    """Of one stretch [first, last] of a series. ``lower`` and ``upper`` are cut at what is possible.

    ``sigma``: a third of the distance from the centre to an uncut limit. ``n``: values they rest on.
    """

    first: int
    last: int
    centre: float
    lower: float
    upper: float
    sigma: float
    mr_mean: float
    mr_upper: float
    n: int

    @property
    def firm(self) -> bool:
        """Whether enough values stand behind them."""
        return self.n >= FIRM


class Finding(NamedTuple):
    """A rule that the series breaks from ``first`` to ``last``; ``points``: the values that count for it.

    ``side``: +1 above the centre (or rising), -1 below (or falling), 0 where there is no side.
    """

    rule: str
    first: int
    last: int
    side: Side
    points: tuple[int, ...]


def limits(
    values: Values,
    first: int = 0,
    last: int | None = None,
    *,
    base: int = 0,
    least: float = 0.0,
    most: float = float("inf"),
) -> Limits | None:
    """The natural limits of values[first..last]; None where too few values are known.

    ``base``: they rest on so many values from the first on (0: on all), and judge the others. ``least`` and
    ``most``: what the values cannot pass, a share 0 and 1, a duration 0.
    """
    last = len(values) - 1 if last is None else last
    known = [value for value in values[first : last + 1] if value is not None][: base or None]
    if len(known) < LEAST:
        return None
    centre = fmean(known)
    mr_mean = fmean(abs(b - a) for a, b in pairwise(known))
    reach = X_FACTOR * mr_mean
    lower, upper = max(least, centre - reach), min(most, centre + reach)
    return Limits(first, last, centre, lower, upper, reach / 3, mr_mean, MR_FACTOR * mr_mean, len(known))


def stretches(
    values: Values,
    cuts: Sequence[int] = (),
    *,
    base: int = 0,
    least: float = 0.0,
    most: float = float("inf"),
) -> list[Limits]:
    """Limits of each stretch between cuts; a cut is the index at which a new stretch begins.

    A stretch with too few values has none.
    """
    edges = sorted({0, *(cut for cut in cuts if 0 < cut < len(values)), len(values)})
    found = (limits(values, a, b - 1, base=base, least=least, most=most) for a, b in pairwise(edges))
    return [one for one in found if one is not None]


# -- run rules ---------------------------------------------------------------------------------------

# What a rule yields: (side, indexes of the points that count) in the order of the series, of points given
# as (index, distance from the centre in sigmas).
_Point = tuple[int, float]
_Hit = tuple[Side, tuple[int, ...]]
_Rule = Callable[[Sequence[_Point]], Iterator[_Hit]]


def _beyond(count: int, of: int, sigmas: float) -> _Rule:
    """``count`` of ``of`` successive values on one side, more than so many sigmas from the centre."""

    def find(points: Sequence[_Point]) -> Iterator[_Hit]:
        sides: tuple[Side, Side] = (1, -1)
        for end in range(count, len(points) + 1):
            window = points[max(0, end - of) : end]
            for side in sides:
                hits = tuple(at for at, z in window if z * side > sigmas)
                if len(hits) >= count and hits[-1] == window[-1][0]:
                    yield side, hits

    return find


def _steady(length: int) -> _Rule:
    """So many values in a row, each above (below) the one before."""

    def find(points: Sequence[_Point]) -> Iterator[_Hit]:
        sides: tuple[Side, Side] = (1, -1)
        for window in _windows(points, length):
            for side in sides:
                if all((b[1] - a[1]) * side > 0 for a, b in pairwise(window)):
                    yield side, _at(window)

    return find


def _alternating(length: int) -> _Rule:
    def find(points: Sequence[_Point]) -> Iterator[_Hit]:
        for window in _windows(points, length):
            steps = [b[1] - a[1] for a, b in pairwise(window)]
            if all(one * other < 0 for one, other in pairwise(steps)):
                yield 0, _at(window)

    return find


def _hugging(length: int) -> _Rule:
    """So many in a row within one sigma of the centre."""

    def find(points: Sequence[_Point]) -> Iterator[_Hit]:
        for window in _windows(points, length):
            if all(abs(z) < 1 for _, z in window):
                yield 0, _at(window)

    return find


def _shunning(length: int) -> _Rule:
    """So many in a row, none within one sigma of the centre, on both sides of it."""

    def find(points: Sequence[_Point]) -> Iterator[_Hit]:
        for window in _windows(points, length):
            both = {z > 0 for _, z in window} == {True, False}
            if both and all(abs(z) > 1 for _, z in window):
                yield 0, _at(window)

    return find


def _windows(points: Sequence[_Point], length: int) -> Iterator[Sequence[_Point]]:
    return (points[start : start + length] for start in range(len(points) - length + 1))


def _at(window: Sequence[_Point]) -> tuple[int, ...]:
    return tuple(at for at, _ in window)


# Wheeler, Understanding Variation (1993): a point beyond a limit; eight in a row on one side; three of four
# nearer a limit than the centre. Western Electric (1956): the four zone tests. Nelson (1984): his eight.
RULES: dict[RuleSet, dict[str, _Rule]] = {
    "wheeler": {
        "wheeler_1": _beyond(1, 1, 3.0),
        "wheeler_2": _beyond(8, 8, 0.0),
        "wheeler_3": _beyond(3, 4, 1.5),
    },
    "western_electric": {
        "western_electric_1": _beyond(1, 1, 3.0),
        "western_electric_2": _beyond(2, 3, 2.0),
        "western_electric_3": _beyond(4, 5, 1.0),
        "western_electric_4": _beyond(8, 8, 0.0),
    },
    "nelson": {
        "nelson_1": _beyond(1, 1, 3.0),
        "nelson_2": _beyond(9, 9, 0.0),
        "nelson_3": _steady(6),
        "nelson_4": _alternating(14),
        "nelson_5": _beyond(2, 3, 2.0),
        "nelson_6": _beyond(4, 5, 1.0),
        "nelson_7": _hugging(15),
        "nelson_8": _shunning(8),
    },
}
OUTSIDE = frozenset(("wheeler_1", "western_electric_1", "nelson_1"))  # a point beyond a limit


def findings(values: Values, of: Limits, rules: RuleSet = "wheeler") -> list[Finding]:
    """Where a stretch breaks a rule of the set, in the order of the rules; hits that touch are one."""
    if of.sigma <= 0:
        return []
    points = [
        (at, (value - of.centre) / of.sigma)
        for at, value in enumerate(values[: of.last + 1])
        if value is not None and at >= of.first
    ]
    return [found for name, rule in RULES[rules].items() for found in _merged(name, rule(points), points)]


def _merged(name: str, hits: Iterator[_Hit], points: Sequence[_Point]) -> list[Finding]:
    """Hits of one side that overlap or follow each other become one finding; single points stay single."""
    place = {at: index for index, (at, _) in enumerate(points)}
    found: list[Finding] = []
    for side, at in sorted(hits, key=lambda hit: (hit[0], hit[1])):
        last = found[-1] if found else None
        if last and last.side == side and place[at[0]] <= place[last.last] + (len(at) > 1):
            together = tuple(sorted({*last.points, *at}))
            found[-1] = Finding(name, together[0], together[-1], side, together)
        else:
            found.append(Finding(name, at[0], at[-1], side, at))
    return sorted(found, key=lambda one: one.first)
