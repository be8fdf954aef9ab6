"""The figures of one scope, gathered from days, intervals, calls and imports for several periods at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby, product
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.fields import BESIDE, CALLS, GREATEST
from ccfloor.kpi.period import Period, business_date, date_of, day_number, day_numbers, day_of, days
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import Terms
from ccfloor.store import fact_sums, team_scope
from ccfloor.store.call_counts import count_calls
from ccfloor.store.complete_sums import Clear, clear_by_day, none_by_day
from ccfloor.store.day_sums import QUEUE_NAMES, Sums, add_sums, agent_sums, present_on, queue_sums
from ccfloor.store.days import Calendar, stored_mark
from ccfloor.store.half_hours import Span, agent_halves, queue_halves, runs
from ccfloor.store.seen import Seen, seen
from ccfloor.store.span_sums import agent_span, calls_of_agents, present_around, queue_span
from ccfloor.store.tables import calls, queue_intervals
from ccfloor.store.team_scope import Whom
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer, queue_scope

T = TypeVar("T")
Days = tuple[int, int]  # first and last, both inclusive


class Asked(NamedTuple):
    """Who asks what. ``kept``: the stored days are those of this calendar, ``counted``: so are the days that
    were counted. ``terms``: who was in which team when.
    """

    connection: Connection
    viewer: Viewer
    config: FloorConfig
    seen: Seen
    kept: bool
    counted: bool
    terms: Terms

    @classmethod
    def of(cls, connection: Connection, viewer: Viewer, config: FloorConfig) -> "Asked":
        """What is known of the site before anything is read."""
        calendar = Calendar(config)
        counted = stored_mark(connection, viewer.site) == calendar.key
        kept = counted and calendar.mark is not None
        told = terms(connection, config, viewer.site)
        return cls(connection, viewer, config, seen(connection, viewer.site), kept, counted, told)

    def whom(self, scope: Scope, days: Days) -> list[Whom]:
        """The agents that a scope adds up from the first to the last of these days."""
        return team_scope.whom(self.viewer, self.config, self.terms, scope, days)

    def spans(self, scope: Scope, of: Period) -> Iterator[tuple[float, float, Whom]]:
        """The same as instants: start, end and agents of each stretch of a period."""
        parts = self.whom(scope, team_scope.numbers(self.config, of))
        return team_scope.spans(self.config, of.start, of.end, parts)

    def told_days(self, of: Iterable[Period]) -> list[Period]:
        """The days of these periods that any source tells of, in order, each once.

        Also those that nobody saw and on which somebody called: who waited when a link came up.
        """
        every = {day.start: day for one in of for day in days(self.config, one)}
        if not every:
            return []
        called = self._called(min(every), max(day.end for day in every.values()))
        told = (start for start in every if start in called or self.seen.tells_of(start, every[start].end))
        return [every[start] for start in sorted(told)]

    def _called(self, start: float, end: float) -> set[float]:
        """The beginnings of days with a call in time that nobody saw."""
        entered, found = calls.c.entered_at, set[float]()
        first = select(entered).where(calls.c.site == self.viewer.site).order_by(entered).limit(1)
        for at, until in self.seen.gaps(start, end):
            while (call := self.connection.scalar(first.where(entered >= at, entered < until))) is not None:
                day = day_of(self.config, call)
                found.add(day.start)
                at = day.end
        return found


class AgentSpans:
    """Agents' sums where no stored day tells them: of half hours, and of days that are not kept."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._present: dict[float, set[str]] = {}  # by the start of the day

    def of(self, one: Period) -> Iterator[tuple[int, dict[str, Sums]]]:
        """(business day, agent → sums): of a half hour, or of each day of a longer period."""
        asked = self._asked
        for part in days(asked.config, one) if is_whole(one) else [one]:
            if asked.seen.tells_of(part.start, part.end):
                there = self.there(day_of(asked.config, part.start)).__contains__
                span = (part.start, part.end)
                viewer = team_scope.open_viewer(asked.viewer)
                found = agent_span(asked.connection, viewer, asked.config, span, there)
                yield team_scope.numbers(asked.config, part)[0], found

    def there(self, day: Period) -> set[str]:
        """Agents whose presence was told of on a day or beside it."""
        if day.start not in self._present:
            self._present[day.start] = self._read(day)
        return self._present[day.start]

    def _read(self, day: Period) -> set[str]:
        asked = self._asked
        if not asked.kept:
            return present_around(asked.connection, asked.config, asked.viewer.site, (day.start, day.end))
        first, last = (day_number(business_date(asked.config, at)) for at in (day.start - 1, day.end))
        return present_on(asked.connection, asked.viewer.site, first, last)


def is_whole(of: Period) -> bool:
    """Whether a period is made of days."""
    return of.part != "halfhour"


def nothing_happened() -> Sums:
    """Queue fields of a time that a source told of, in which nobody called."""
    return dict.fromkeys(QUEUE_NAMES, 0)


def without_waits(sums: Sums) -> Sums:
    """Where nobody called there is no longest wait."""
    return sums if sums.get("queue.offered") else {name: sums[name] for name in sums if name not in GREATEST}


class Gathering:
    """The figures of one scope. ``told`` reads everything once."""

    def __init__(self, asked: Asked, scope: Scope, periods: Sequence[Period]) -> None:
        self.asked, self.scope, self.periods = asked, scope, periods
        self.found: list[Sums] = [{} for _ in periods]
        self._kept: dict[int, Sums] = {}  # what the stored days tell, by day
        self._numbers = {one: day_numbers(asked.config, one) for one in periods if is_whole(one)}
        self._ranges = _outer(self._numbers.values())
        self._spans = AgentSpans(asked)

    def told(self) -> list[dict[str, float]]:
        """One mapping a period."""
        if self.scope.kind in ("site", "queue"):
            self._queues()
        if self.scope.kind != "queue" and self.asked.viewer.queues is None:
            self._agents()
        elif self.scope.kind in ("team", "agent"):
            self._agents_by_calls()
        self._counted()
        self._imported()
        return [without_waits(sums) for sums in self.found]

    # -- queues ----------------------------------------------------------------------------------

    def _queues(self) -> None:
        asked, viewer = self.asked, self._viewer()
        by_day: dict[int | str, Sums] = {}
        if asked.kept:
            for first, last in self._ranges:
                by_day |= queue_sums(asked.connection, viewer, first, last, "day")
        self._keep(by_day)
        known = self._known_queue()
        halves = self._halves(lambda run: queue_halves(asked.connection, viewer, run))
        for total, one in zip(self.found, self.periods, strict=True):
            if known and asked.seen.tells_of(one.start, one.end):
                add_sums(total, nothing_happened())
            if asked.kept and is_whole(one):
                self._add_days(total, one, by_day)
                continue
            if one.start in halves and not is_whole(one):
                add_sums(total, halves[one.start])
                continue
            for sums in queue_span(asked.connection, viewer, asked.config, (one.start, one.end)).values():
                add_sums(total, sums)

    def _halves(self, read: Callable[[Sequence[Span]], Mapping[float, Sums]]) -> dict[float, Sums]:
        """Start of a half hour → its sums, for those among the periods that can be read many at once."""
        found: dict[float, Sums] = {}
        for run in runs((one.start, one.end) for one in self.periods if not is_whole(one)):
            found |= {start: {} for start, _ in run} | dict(read(run))
        return found

    def _viewer(self) -> Viewer:
        """The viewer, looking at this scope's queue alone."""
        only = frozenset((self.scope.name,)) if self.scope.kind == "queue" else self.asked.viewer.queues
        return replace(self.asked.viewer, queues=only)

    def _known_queue(self) -> bool:
        if self.scope.kind == "site" or self.scope.name in self.asked.config.queues:
            return True
        table = queue_intervals.c
        query = select(table.start).where(
            table.site == self.asked.viewer.site, table.queue == self.scope.name
        )
        return self.asked.connection.scalar(query.limit(1)) is not None

    def _add_days(self, total: Sums, one: Period, by_day: Mapping[int | str, Sums]) -> None:
        first, last = self._numbers[one]
        for day, sums in by_day.items():
            if isinstance(day, int) and first <= day <= last:
                add_sums(total, sums)

    def _keep(self, by_day: Mapping[int | str, Sums]) -> None:
        for day, sums in by_day.items():
            self._kept.setdefault(int(day), {}).update(sums)

    # -- agents ----------------------------------------------------------------------------------

    def _agents(self) -> None:
        asked, site = self.asked, self.asked.viewer.site
        by_day: dict[int | str, Sums] = {}
        if asked.kept:
            for first, last in self._ranges:
                for part in asked.whom(self.scope, (first, last)):
                    by_day |= agent_sums(asked.connection, site, part.agents, part.first, part.last, "day")
        self._keep(by_day)
        halves = self._halves(self._agent_halves)
        for total, one in zip(self.found, self.periods, strict=True):
            if asked.kept and is_whole(one):
                self._add_days(total, one, by_day)
            elif one.start in halves and not is_whole(one):
                add_sums(total, halves[one.start])
            else:
                for day, found in self._spans.of(one):
                    for part in asked.whom(self.scope, (day, day)):
                        _add_agents(total, found, part)

    def _agent_halves(self, run: Sequence[Span]) -> dict[float, Sums]:
        """The half hours of a run that a source tells of, by the days they belong to."""
        asked, found = self.asked, dict[float, Sums]()
        told = [span for span in run if asked.seen.tells_of(*span)]
        for day, spans in groupby(told, lambda span: day_of(asked.config, span[0])):
            site, there, number = asked.viewer.site, self._spans.there(day), day_number(day.day)
            of_day = list(runs(spans))
            for part, some in product(asked.whom(self.scope, (number, number)), of_day):
                for start, sums in agent_halves(asked.connection, site, some, part.agents, there).items():
                    add_sums(found.setdefault(start, {}), sums)
        return found

    def _agents_by_calls(self) -> None:
        """What a viewer of some queues may know of agents: their calls in these."""
        asked = self.asked
        for total, one in zip(self.found, self.periods, strict=True):
            for start, end, part in asked.spans(self.scope, one):
                viewer = team_scope.open_viewer(asked.viewer)
                _add_agents(
                    total, calls_of_agents(asked.connection, viewer, asked.config, (start, end)), part
                )

    # -- what no interval tells ------------------------------------------------------------------

    def _counted(self) -> None:
        whole = [one for one in self.periods if is_whole(one)]
        by_day, unknown = self._counted_days(whole)
        spans = self._counted_spans([one for one in self.periods if not is_whole(one)])
        seats = {day: seats_of(sums) for day, sums in by_day.items()}
        for total, one in zip(self.found, self.periods, strict=True):
            in_vain = self._asks_in_vain(total)
            if not is_whole(one):
                add_sums(total, {} if in_vain else dict.fromkeys(CALLS, 0) | spans.get(one.start, {}))
                continue
            first, last = self._numbers[one]
            if not any(first <= day <= last for day in unknown):
                # Of who was rostered and took no call the roster alone tells.
                add_sums(total, {} if in_vain else dict.fromkeys(CALLS, 0))
                self._add_days(total, one, seats if in_vain else by_day)

    def _asks_in_vain(self, total: Sums) -> bool:
        """Whether no source tells of the time, or nothing of this queue or these agents in it."""
        first = "agent.answered" if self.scope.kind in ("team", "agent") else "queue.offered"
        return first not in total

    def _counted_days(self, whole: Sequence[Period]) -> tuple[dict[int | str, Sums], Collection[int]]:
        """Sums by day, and the days of which they cannot be told."""
        asked, by_day = self.asked, dict[int | str, Sums]()
        told = asked.told_days(whole)
        limited = asked.viewer.queues is not None and self.scope.kind in ("team", "agent")
        where = queue_scope(asked.viewer, calls.c.queue) if limited else []
        fresh = fact_sums.uncounted(asked.connection, asked.viewer.site, told, where, asked.counted)
        parts = (
            [] if limited or not asked.counted else [part for of in self._ranges for part in self._scopes(of)]
        )
        for first, last, scopes in parts:
            by_day |= fact_sums.counted_by_day(
                asked.connection, asked.viewer.site, scopes, first, last, fresh.days.keys()
            )
        if self.scope == SITE and asked.viewer.teams is not None and asked.counted:
            by_day = self._with_my_seats(by_day)
        for day, counted in fresh.days.items():
            self._add_scopes(by_day.setdefault(day, {}), day, counted)
        return by_day, fresh.too_many

    def _with_my_seats(self, by_day: Mapping[int | str, Sums]) -> dict[int | str, Sums]:
        """The site's calls are those of its queues, its seats those of the viewer's teams."""
        asked = self.asked
        found = {day: {name: sums[name] for name in sums if name in CALLS} for day, sums in by_day.items()}
        for part in [part for of in self._ranges for part in asked.whom(SITE, of)]:
            mine = {Scope("agent", name) for name in part.agents or ()}
            days = (part.first, part.last)
            told = fact_sums.counted_by_day(asked.connection, asked.viewer.site, mine, *days)
            for day, sums in told.items():
                found.setdefault(day, {}).update(seats_of(sums))
        return found

    def _scopes(self, of: Days) -> list[tuple[int, int, set[Scope]]]:
        """The scopes whose counted days add up to this one: first day, last day, scopes."""
        queues = self.asked.viewer.queues
        if self.scope.kind in ("team", "agent"):
            return [
                (part.first, part.last, {Scope("agent", name) for name in part.agents or (self.scope.name,)})
                for part in self.asked.whom(self.scope, of)
            ]
        if self.scope == SITE and queues is not None:
            return [(*of, {Scope("queue", name) for name in queues})]
        return [(*of, {self.scope})]

    def _add_scopes(self, total: Sums, day: int, counted: Mapping[Scope, Mapping[str, float]]) -> None:
        for _, _, scopes in self._scopes((day, day)):
            for scope in scopes & counted.keys():
                add_sums(total, counted[scope])

    def _counted_spans(self, spans: Sequence[Period]) -> dict[float, Sums]:
        """Sums by the start of a span."""
        asked, found = self.asked, dict[float, Sums]()
        limited = queue_scope(asked.viewer, calls.c.queue)
        of_day = {one.start: team_scope.numbers(asked.config, one)[0] for one in spans}
        for edges in _runs(spans):
            site, people = asked.viewer.site, self.scope.kind in ("team", "agent")
            parts = count_calls(asked.connection, site, edges, *limited, agents_too=people)
            for start, counted in zip(edges, parts, strict=False):
                found[start] = {}
                if start in of_day:
                    self._add_scopes(found[start], of_day[start], counted)
        return found

    # -- imports ---------------------------------------------------------------------------------

    def _imported(self) -> None:
        """What belongs to no queue is not for a viewer of some queues, what is told of the site as a whole
        for none of a part of it.
        """
        asked, by_day = self.asked, dict[int, Sums]()
        if asked.viewer.queues is not None and self.scope.kind != "queue":
            return
        if asked.viewer.teams is not None and self.scope.kind == "site":
            return
        months = any(one.part in ("month", "year") for one in self.periods)
        site = asked.viewer.site
        for first, last in self._ranges:
            begin = first // 100 * 100 if months else first
            by_day |= fact_sums.imported_by_day(asked.connection, site, self.scope, begin, last)
        clear: Clear = {}
        for first, last in self._ranges if self.scope.kind != "site" else ():
            clear |= clear_by_day(asked.connection, site, self.scope.kind, first, last)
        by_day, clear = self._seen(by_day), self._seen(clear)
        for total, one in zip(self.found, self.periods, strict=True):
            if is_whole(one):
                self._add_imported(total, one, by_day, clear)

    def _seen(self, by_day: dict[int, T]) -> dict[int, T]:
        """Of an agent who is in another team today the days on which he was in one of the viewer's."""
        if self.scope.kind != "agent" or self.asked.viewer.teams is None:
            return by_day
        about = (self.asked.viewer, self.asked.config, self.asked.terms, self.scope.name)
        return {day: sums for day, sums in by_day.items() if team_scope.sees_day(*about, day)}

    def _add_imported(self, total: Sums, one: Period, by_day: Mapping[int, Sums], clear: Clear) -> None:
        first, last = self._numbers[one]
        months = one.part in ("month", "year")
        of_month = first // 100 * 100 if months else first
        told = {
            day: by_day[day] for day in by_day if of_month <= day <= last and (months or not _is_month(day))
        }
        of_period = {day: fields for day, fields in clear.items() if first <= day <= last}
        named = {field for sums in told.values() for field in sums}
        for day, none in none_by_day(of_period, named).items():
            told[day] = {**none, **told.get(day, {})}
        for sums in told.values():
            add_sums(total, sums)
        for field, beside in BESIDE.items():
            days_told = {day for day, sums in told.items() if field in sums}
            if days_told and self.asked.kept:  # days without a call are told of, too
                add_sums(total, {f"{name}@{field}": 0 for name in beside if name in total})
            for day, sums in self._kept.items() if days_told else ():
                if first <= day <= last and (day in days_told or day // 100 * 100 in days_told):
                    add_sums(total, {f"{name}@{field}": sums[name] for name in beside if name in sums})


def seats_of(sums: Sums) -> Sums:
    """What was counted of a day but for its calls."""
    return {name: sums[name] for name in sums if name not in CALLS}


def _add_agents(total: Sums, found: Mapping[str, Sums], part: Whom) -> None:
    for agent, sums in found.items():
        if part.has(agent):
            add_sums(total, sums)


def _is_month(day: int) -> bool:
    """Whether the number is that of a whole month: day 0 of it."""
    return day % 100 == 0


def _outer(ranges: Iterable[Days]) -> list[Days]:
    """The ranges that lie in no other one, those that follow each other as one: what is to be read."""
    found: list[Days] = []
    for first, last in sorted(set(ranges), key=lambda days: (days[0], -days[1])):
        if found and first <= _day_after(found[-1][1]):
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def _day_after(day: int) -> int:
    return day_number(date_of(day) + timedelta(days=1))


def _runs(spans: Sequence[Period]) -> list[list[float]]:
    """Edges of spans that follow each other without a gap."""
    found: list[list[float]] = []
    for one in sorted(spans, key=lambda span: span.start):
        if found and one.start == found[-1][-1]:
            found[-1].append(one.end)
        elif not found or one.start > found[-1][-1]:
            found.append([one.start, one.end])
    return found
