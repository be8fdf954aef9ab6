"""The chart of a report as plain shapes: counts stacked, one KPI below; drawn the same in PDF and HTML.

Lengths are points, y grows upwards. Colours are those of paper.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from ccfloor.service.reports.data import Point, Target
from ccfloor.ui.report_words import Words, value_text
from ccfloor.ui.tokens import COLOURS

Anchor = Literal["start", "middle", "end"]
PAPER = COLOURS["light"]
INK, GREY, LINE = PAPER["ink"], PAPER["ink2"], PAPER["line"]
COUNTED = (PAPER["contact"], PAPER["over"])
OVER, NEAR = PAPER["over"], PAPER["warn-ink"]
SIZE = 7.5
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 34.0, 74.0, 14.0, 14.0, 30.0
_COUNTS_SHARE = 0.54
_STEPS = (1, 2, 5)


class Rect(NamedTuple):
    """A filled block."""

    x: float
    y: float
    width: float
    height: float
    fill: str


class Stroke(NamedTuple):
    """A line through points. ``dash``: on, off; empty for a plain one."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.0
    dash: tuple[float, float] | tuple[()] = ()


class Area(NamedTuple):
    """A filled or hollow polygon."""

    points: tuple[tuple[float, float], ...]
    fill: str
    stroke: str = ""


class Label(NamedTuple):
    """A text on its baseline."""

    x: float
    y: float
    text: str
    colour: str = GREY
    anchor: Anchor = "start"


Shape = Rect | Stroke | Area | Label


def chart(words: Words, width: float, height: float) -> list[Shape]:
    """Both panels; empty where there is nothing to draw."""
    drawn = words.data.series
    if drawn is None or not any(any(point.counts) or point.main is not None for point in drawn.points):
        return []
    upper = (height - _TOP - _BOTTOM - _GAP) * _COUNTS_SHARE
    lower = (height - _TOP - _BOTTOM - _GAP) - upper
    high = _Panel(words, width, height - _TOP - upper, upper)
    low = _Panel(words, width, _BOTTOM, lower)
    return [*high.counts(), *low.main(), *low.times()]


class _Panel:
    """One panel: its frame, and where an instant and a value lie in it."""

    def __init__(self, words: Words, width: float, bottom: float, height: float) -> None:
        drawn = words.data.series
        assert drawn is not None
        self.words, self.drawn, self.points = words, drawn, drawn.points
        self.right, self.bottom, self.height = width - _RIGHT, bottom, height
        self.step = (self.right - _LEFT) / len(self.points)
        self.most = 1.0

    def x(self, index: int) -> float:
        """The middle of a part."""
        return _LEFT + (index + 0.5) * self.step

    def y(self, value: float) -> float:
        """Where a value lies."""
        return self.bottom + value / self.most * self.height

    def _grid(self, ticks: Iterable[tuple[float, str]]) -> Iterator[Shape]:
        for value, shown in ticks:
            y = self.y(value)
            yield Stroke(((_LEFT, y), (self.right, y)), LINE, 0.4)
            yield Label(_LEFT - 4, y - 2.6, shown, GREY, "end")

    # -- counts ------------------------------------------------------------------------------------

    def counts(self) -> Iterator[Shape]:
        """Stacked bars with their names at the last one."""
        totals = [sum(value or 0 for value in point.counts) for point in self.points]
        step = nice(max(totals, default=1) / 4)
        self.most = max(1.0, step * -(-max(totals, default=1) // step))
        names = [self.words.two(one.name) for one in self.drawn.counts]
        title = self.words.say("chart.counts", names=" + ".join(names))
        yield Label(_LEFT, self.bottom + self.height + 5, title, INK)
        yield from self._grid((value, f"{value:,.0f}") for value in _ticks(self.most, step))
        wide = self.step * 0.72
        for index, point in enumerate(self.points):
            base = 0.0
            for value, fill in zip(point.counts, COUNTED, strict=False):
                if value:
                    height = self.y(value) - self.y(0)
                    yield Rect(self.x(index) - wide / 2, self.y(base), wide, height, fill)
                    base += value
        yield from self._names(names)

    def _names(self, names: Sequence[str]) -> Iterator[Shape]:
        sums = [sum(point.counts[at] or 0 for point in self.points) for at in range(len(names))]
        for at, (name, total) in enumerate(zip(names, sums, strict=True)):
            y = self.bottom + self.height * 0.35 + at * 22
            yield Rect(self.right + 6, y, 5, 5, COUNTED[at])
            yield Label(self.right + 14, y, name, INK)
            yield Label(self.right + 14, y - 9, f"{total:,.0f}", GREY)

    # -- the KPI -----------------------------------------------------------------------------------

    def main(self) -> Iterator[Shape]:
        """The line, its target dashed, misses marked by shape."""
        of = self.drawn.main
        known = [point.main for point in self.points if point.main is not None]
        edges = [edge for point in self.points for edge in _edges(point.target)]
        if of.unit == "%":
            self.most, step = 1.0, 0.25
        else:
            step = nice(max([*known, *edges, 1.0]) / 3)
            self.most = step * -(-max([*known, *edges, 1.0]) // step)
        yield Label(_LEFT, self.bottom + self.height + 5, self.words.two(of.name), INK)
        yield from self._grid((v, _tick(of.unit, v)) for v in _ticks(self.most, step))
        yield from self._targets()
        for run in _runs(self.points):
            line = tuple((self.x(index), self.y(min(value, self.most))) for index, value in run)
            if len(line) > 1:
                yield Stroke(line, INK, 1.2)
        for index, point in enumerate(self.points):
            if point.main is not None:
                yield self._mark(index, point, point.main)

    def _targets(self) -> Iterator[Shape]:
        """Where the target stands; its words at the right end."""
        for pick in ("at_least", "at_most"):
            for first, last, edge in _levels([getattr(point.target, pick) for point in self.points]):
                y = self.y(edge)
                ends = ((self.x(first) - self.step / 2, y), (self.x(last) + self.step / 2, y))
                yield Stroke(ends, GREY, 0.8, (3, 2))
                if last == len(self.points) - 1:
                    sign = "≥ " if pick == "at_least" else "≤ "
                    aim = sign + self.words.edge(self.drawn.main, edge)
                    yield Label(self.right + 6, y - 2.6, self.words.say("chart.target", target=aim))

    def _mark(self, index: int, point: Point, value: float) -> Shape:
        x, y = self.x(index), self.y(min(value, self.most))
        return mark(point.light, x, y, min(2.4, self.step * 0.3))

    def times(self) -> Iterator[Shape]:
        """Names of the parts below, as many as there is room for."""
        room = 34.0
        every = max(1, -(-int(room // 1) // max(1, int(self.step))))
        for index, point in enumerate(self.points):
            if index % every == 0:
                yield Label(self.x(index), self.bottom - 11, self.words.part(point.start)[:5], GREY, "middle")


def mark(light: str, x: float, y: float, size: float) -> Shape:
    """A point as its verdict: a dot, a hollow or a solid triangle."""
    if light in ("near", "missed"):
        big = size * 1.5
        triangle = ((x, y + big), (x - big, y - big * 0.8), (x + big, y - big * 0.8))
        return Area(triangle, OVER) if light == "missed" else Area(triangle, "", NEAR)
    corners = ((x - size * 0.7, y), (x, y + size * 0.7), (x + size * 0.7, y), (x, y - size * 0.7))
    return Area(corners, INK)


def trend(values: Sequence[float | None], target: Target, width: float, height: float) -> list[Shape]:
    """A small line in a table: its target dashed, only misses dotted."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return []
    edges = [edge for edge in _edges(target) if min(known) * 0.5 <= edge <= max(known) * 1.5]
    low, high = min([*known, *edges]), max([*known, *edges])
    spread = (high - low) or 1.0

    def place(index: int, value: float) -> tuple[float, float]:
        return 2 + index * (width - 4) / max(1, len(values) - 1), 2 + (value - low) / spread * (height - 4)

    shapes: list[Shape] = []
    for edge in edges:
        y = place(0, edge)[1]
        shapes.append(Stroke(((2, y), (width - 2, y)), GREY, 0.5, (2, 1.5)))
    for run in _chains(list(enumerate(values))):
        points = tuple(place(index, value) for index, value in run)
        if len(points) == 1:  # a day between two gaps
            ((x, y),) = points
            points = ((x - 0.8, y), (x + 0.8, y))
        shapes.append(Stroke(points, INK, 0.8))
    for index, value in enumerate(values):
        if value is not None and _missed(target, value):
            x, y = place(index, value)
            shapes.append(Area(((x - 1.3, y - 1), (x, y + 1.5), (x + 1.3, y - 1)), OVER))
    return shapes


# -- helpers -----------------------------------------------------------------------------------------


def nice(step: float) -> float:
    """The next round step: 1, 2 or 5 times a power of ten; never below one."""
    power = 1.0
    while True:
        for one in _STEPS:
            if one * power >= step:
                return one * power
        power *= 10


def _ticks(most: float, step: float) -> list[float]:
    return [step * index for index in range(round(most / step) + 1)]


def _tick(unit: str, value: float) -> str:
    return f"{value * 100:.0f}%" if unit == "%" else value_text(unit, value)


def _edges(target: Target) -> list[float]:
    return [edge for edge in (target.at_least, target.at_most) if edge is not None]


def _missed(target: Target, value: float) -> bool:
    low, high = target.at_least, target.at_most
    return (low is not None and value < low) or (high is not None and value > high)


def _runs(points: Sequence[Point]) -> list[list[tuple[int, float]]]:
    return _chains([(index, point.main) for index, point in enumerate(points)])


def _chains(values: Sequence[tuple[int, float | None]]) -> list[list[tuple[int, float]]]:
    """Stretches without a gap."""
    found: list[list[tuple[int, float]]] = [[]]
    for index, value in values:
        if value is None:
            found.append([])
        else:
            found[-1].append((index, value))
    return [run for run in found if run]


def _levels(values: Sequence[float | None]) -> list[tuple[int, int, float]]:
    """(first, last, value) of every stretch of one value."""
    found: list[tuple[int, int, float]] = []
    for index, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1][1] == index - 1 and found[-1][2] == value:
            found[-1] = (found[-1][0], index, value)
        else:
            found.append((index, index, value))
    return found
