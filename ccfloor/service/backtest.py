"""What a rule would have done: the journal of stored days played again with it. Instants are UTC epoch s."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule
from ccfloor.store.rerun import Peek, alarms_of, feed_spans
from ccfloor.store.watched import Rules

PRESENT, DRAFT = "present", "draft"
DAYS_BACK = 14
Point = tuple[float, float | None]


class Day(NamedTuple):
    """A business day that has stored events: from ``start`` to ``end``, or to now."""

    start: float
    end: float


class Trial(NamedTuple):
    """One day with the rule as it is and as it would be. ``curve``: the metric for ``subject``."""

    day: Day
    present: list[Alarm]
    draft: list[Alarm]
    subject: str
    curve: list[Point]


def stored_days(engine: Engine, config: FloorConfig, now: float) -> list[Day]:
    """The last business days of which the journal tells something, newest first."""
    with engine.connect() as connection:
        spans = feed_spans(connection, config.site)
    found, at = [], now
    for _ in range(DAYS_BACK):
        start, end = config.business_day(at)
        if any(span.first_at < min(end, now) and span.last_at >= start for span in spans):
            found.append(Day(start, min(end, now)))
        at = start - 1
    return found


def backtest(
    engine: Engine,
    config: FloorConfig,
    calendar: Calendar,
    rule: Rule,
    start: float,
    end: float,
) -> list[Alarm]:
    """What this rule would have fired from ``start`` to ``end``, had it been in force all the time."""
    return alarms_of(engine, config, config.site, _maker(config, calendar, [rule]), (start, end))


def try_days(
    engine: Engine,
    config: FloorConfig,
    calendar: Calendar,
    present: Rule | None,
    draft: Rule,
    days: Iterable[Day],
) -> list[Trial]:
    """Both versions of a rule on some days, oldest first, in one pass over days that follow each other."""
    rules = [draft.model_copy(update={"id": DRAFT, "plan": None})]
    if present is not None:
        rules.append(present.model_copy(update={"id": PRESENT, "plan": None}))
    found: list[Trial] = []
    for run in _runs(days):
        found += _try_run(engine, config, calendar, rules, run)
    return found


def _runs(days: Iterable[Day]) -> Iterator[list[Day]]:
    """Days that follow each other are played in one go."""
    run: list[Day] = []
    for day in sorted(days):
        if run and day.start - run[-1].end > 1:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _try_run(
    engine: Engine, config: FloorConfig, calendar: Calendar, rules: list[Rule], days: list[Day]
) -> Iterator[Trial]:
    seen: dict[str, list[Point]] = {}

    def look(running: RuleEngine, at: float) -> None:
        for watch in running.watches(rules[0].id if rules[0].enabled else PRESENT):
            value = None if running.dark else watch.actual(at)
            seen.setdefault(watch.subject, []).append((at, value))

    start, end = days[0].start, days[-1].end
    make = _maker(config, calendar, rules)
    alarms = alarms_of(engine, config, config.site, make, (start, end), Peek(look, start))
    for day in days:
        yield _of_day(day, alarms, seen, rules[0])


def _of_day(day: Day, alarms: list[Alarm], seen: dict[str, list[Point]], rule: Rule) -> Trial:
    mine = [alarm for alarm in alarms if day.start <= alarm.fired_at < day.end]
    told = {name: [alarm for alarm in mine if alarm.rule == name] for name in (PRESENT, DRAFT)}
    today = {
        subject: [point for point in curve if day.start <= point[0] < day.end]
        for subject, curve in seen.items()
    }
    subject = _most_telling(told[DRAFT] or told[PRESENT], today, rule)
    return Trial(day, told[PRESENT], told[DRAFT], subject, sorted(today.get(subject, []), key=_instant))


def _instant(point: Point) -> float:
    return point[0]


def _maker(config: FloorConfig, calendar: Calendar, rules: Iterable[Rule]) -> Rules:
    book = RuleBook(RuleVersion(rule.id, 1, 0.0, rule) for rule in rules)
    return lambda known: RuleEngine(book, config, calendar)


def _most_telling(alarms: list[Alarm], seen: dict[str, list[Point]], rule: Rule) -> str:
    """Whom to draw: who fired most, else whose metric went furthest the bad way."""
    counts: dict[str, int] = {}
    for alarm in alarms:
        counts[alarm.subject] = counts.get(alarm.subject, 0) + 1
    if counts:
        return max(sorted(counts), key=lambda subject: counts[subject])
    sign = 1.0 if rule.when.upward else -1.0

    def furthest(subject: str) -> float:
        return max((sign * value for _, value in seen[subject] if value is not None), default=float("-inf"))

    return max(sorted(seen), key=furthest, default="")
