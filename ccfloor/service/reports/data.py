"""What stands in a report, as plain values in no language: shares 0..1, durations in seconds, instants
in UTC epoch seconds. Whoever renders it needs nothing else.
"""

import hashlib
from typing import Literal, NamedTuple

import msgspec

from ccfloor.kpi.period import Period
from ccfloor.kpi.result import Light
from ccfloor.kpi.scope import Scope
from ccfloor.service.reports.plans import ReportKind

Origin = Literal["own", "suggested", "industry", ""]


class Two(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The text; in the other language where this one has none."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


class Target(msgspec.Struct, frozen=True):
    """What is to be reached: at least, at most, or between; and whose target it is."""

    at_least: float | None = None
    at_most: float | None = None
    origin: Origin = ""


class Measure(msgspec.Struct, frozen=True):
    """A KPI as a column or a line calls it."""

    id: str
    name: Two
    unit: str
    direction: str = "context"
    group: str = ""


class Line(msgspec.Struct, frozen=True):
    """A KPI of the period. ``missing``: fields without data; ``by_day``: its values day by day.

    ``causes``: what is suspicious where the target is missed, with the numbers it rests on.
    """

    of: Measure
    value: float | None
    target: Target
    light: Light
    before: float | None
    year_ago: float | None
    missing: tuple[str, ...] = ()
    variant: Two = Two("", "")
    by_day: tuple[float | None, ...] = ()
    causes: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = ()


class Point(msgspec.Struct, frozen=True):
    """A day, or a half hour of a day. ``main``: the KPI drawn as a line; ``target``: its bound then."""

    start: float
    end: float
    counts: tuple[float | None, ...]
    main: float | None
    target: Target
    light: Light


class Series(msgspec.Struct, frozen=True):
    """What is drawn: counts on top of each other, and one KPI below them."""

    counts: tuple[Measure, ...]
    main: Measure
    points: tuple[Point, ...]


class Cell(msgspec.Struct, frozen=True):
    """A KPI of one member."""

    value: float | None
    light: Light = "none"


class Member(msgspec.Struct, frozen=True):
    """A queue, team or agent with its KPIs, in the order of the table's measures."""

    scope: str
    name: Two
    team: str
    cells: tuple[Cell, ...]


class Members(msgspec.Struct, frozen=True):
    """A table of queues, teams or agents; ``total``: the whole, by the same formulas."""

    kind: Literal["queue", "team", "agent"]
    measures: tuple[Measure, ...]
    rows: tuple[Member, ...]
    total: tuple[Cell, ...] = ()


class Flow(msgspec.Struct, frozen=True):
    """A way in which calls ended. ``id``: a field of the counts."""

    id: str
    count: int


class Happening(msgspec.Struct, frozen=True):
    """A step of the plan that fired, or an incident. ``in_time`` of ``bound`` seats followed the order."""

    kind: Literal["fired", "incident"]
    name: Two
    at: float
    over: float
    acked_by: str = ""
    in_time: int = 0
    bound: int = 0
    level: float | None = None
    target: float | None = None
    lost: float | None = None


class Quality(msgspec.Struct, frozen=True):
    """How far the figures can be trusted. ``gaps``: (start, end) in which no live source saw the floor."""

    open_calls: int = 0
    seen_until: float = 0.0
    gap_s: float = 0.0
    gaps: tuple[tuple[float, float], ...] = ()
    repairs: tuple[tuple[str, int], ...] = ()
    bad_lines: int = 0


class Meaning(msgspec.Struct, frozen=True):
    """A definition that was used."""

    name: Two
    formula: Two
    source: Two
    version: int
    variant: Two = Two("", "")


class Watched(msgspec.Struct, frozen=True):
    """A KPI of one agent as a control chart reads it: values by day, limits, and what it breaks.

    ``findings``: (run rule, first day, last day, side), days as numbers of the series.
    """

    name: Two
    team: str
    measure: Measure
    value: float | None
    team_median: float | None
    values: tuple[float | None, ...]
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    findings: tuple[tuple[str, int, int, int], ...] = ()


class Remark(msgspec.Struct, frozen=True):
    """An annotation of the period: training, coaching, a new form."""

    scope: str
    about: Two
    kind: str
    first: int
    last: int
    text: str


class Picking(msgspec.Struct, frozen=True):
    """Forms by how their calls came to be scored: ``random``, ``wanted``, ``own``, ``test``."""

    picked: str
    forms: int
    mean: float | None
    passed: float | None
    fatal: float | None


class LostItem(msgspec.Struct, frozen=True):
    """Where points were lost. ``share``: given of those possible, ``before``: in the period before; ``part``:
    of all points lost, ``upto``: with all items before it; ``worst``: teams with the least share.
    """

    name: Two
    form: Two
    applies: int
    share: float | None
    before: float | None
    lost: float
    part: float
    upto: float
    worst: tuple[tuple[str, float], ...] = ()


class Handled(msgspec.Struct, frozen=True):
    """An improvement plan and what came of it. Days as ISO dates; ``met`` None: nothing can be said yet."""

    scope: str
    about: Two
    goal: str
    measure: Measure
    target: float | None
    actions: str
    owner: str
    first: str
    last: str
    state: str
    before: float | None
    during: float | None
    after: float | None
    met: bool | None


class Agreement(msgspec.Struct, frozen=True):
    """A reviewer: forms, mean given, mean distance from references (and of how many), leniency (own minus
    reference), the same from who scored again; ``must``: he is to calibrate again.
    """

    name: str
    forms: int
    mean: float | None
    calibrated: float | None
    calibrations: int
    leniency: float | None
    rechecked: float | None
    rechecks: int
    must: bool


class QaPart(msgspec.Struct, frozen=True):
    """What a QA report tells beyond KPIs. ``worked``: agents who answered calls, ``scored``: those of them
    who have a form, ``without``: the others.
    """

    picked: tuple[Picking, ...] = ()
    items: tuple[LostItem, ...] = ()
    lost_milli: int = 0
    handled: tuple[Handled, ...] = ()
    reviewers: tuple[Agreement, ...] = ()
    worked: int = 0
    scored: int = 0
    without: tuple[Two, ...] = ()


class ReportData(msgspec.Struct, frozen=True):
    """A report. ``days``: starts of the days that ``by_day`` and ``values`` tell of."""

    kind: ReportKind
    site: Two
    zone: str
    scope: Scope
    about: Two
    period: Period
    before: Period
    year: Period | None
    made_at: float
    final: bool
    lines: tuple[Line, ...] = ()
    days: tuple[float, ...] = ()
    series: Series | None = None
    members: tuple[Members, ...] = ()
    flows: tuple[Flow, ...] = ()
    happenings: tuple[Happening, ...] = ()
    watched: tuple[Watched, ...] = ()
    watched_days: tuple[float, ...] = ()
    remarks: tuple[Remark, ...] = ()
    quality: Quality = Quality()
    meanings: tuple[Meaning, ...] = ()
    made_by: str = ""  # who asked for it, or for the plan
    plan: str = ""  # what the plan is called by which it was made
    fair: bool = True  # the period before was seen as a whole, so that counts can be set beside it
    fair_year: bool = True  # so was that of last year
    qa: QaPart | None = None

    @property
    def digest(self) -> str:
        """Sixteen signs that are the same for the same figures, whenever the report is made and whatever
        queues, agents and KPIs are called by then.
        """
        return hashlib.sha256(msgspec.json.encode(self._figures())).hexdigest()[:16]

    def _figures(self) -> list[object]:
        lines = [(x.of.id, x.value, x.light, x.target, x.before, x.year_ago, x.by_day) for x in self.lines]
        members = [
            (x.kind, [one.id for one in x.measures], [(row.scope, row.cells) for row in x.rows], x.total)
            for x in self.members
        ]
        events = [
            (x.kind, x.at, x.over, x.in_time, x.bound, x.level, x.target, x.lost) for x in self.happenings
        ]
        charts = [
            (
                x.name.zh,
                x.measure.id,
                x.value,
                x.team_median,
                x.values,
                x.centre,
                x.lower,
                x.upper,
                x.findings,
            )
            for x in self.watched
        ]
        drawn = self.series.points if self.series else ()
        about = (self.kind, str(self.scope), self.period, self.final)
        found = [about, lines, drawn, members, self.flows, events, charts, self.quality]
        return found if self.qa is None else [*found, *self._qa_figures(self.qa)]

    def _qa_figures(self, qa: QaPart) -> list[object]:
        items = [(x.applies, x.share, x.before, x.lost, x.worst) for x in qa.items]
        plans = [(x.scope, x.state, x.target, x.before, x.during, x.after) for x in qa.handled]
        return [qa.picked, items, plans, qa.reviewers, qa.worked, qa.scored]

    def line(self, kpi: str) -> Line | None:
        """The line of a KPI."""
        return next((line for line in self.lines if line.of.id == kpi), None)
