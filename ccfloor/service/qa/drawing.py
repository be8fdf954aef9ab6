"""Drawing the calls of a day by a plan, once, and making the same draw again to see that nobody meddled.

The seed is an HMAC of plan and day under the site's own key: nobody can try seeds until he likes one, nor
know before which calls will be drawn. It is kept with the draw. Its second part is the same on all days: it
says on which days of a week each agent's calls fall, and from which eighth of them each in turn is taken. Of
these turns there is one row of an agent's and a kind of reviewer's for a plan and calendar year.
"""

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.assign import Given, Reviewer, assign
from ccfloor.qa.draw import Pick, Want, draw
from ccfloor.qa.plan import Plan, Quota
from ccfloor.qa.quota import expected, span, want
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.audit import PROGRAM, Actor, acting, record
from ccfloor.service.people_log import PeopleError, said
from ccfloor.service.qa import versions
from ccfloor.service.qa.candidates import Known, Told, candidates, digest
from ccfloor.service.qa.shifts import NONE, Shifts, read, site_shifts
from ccfloor.service.qa.staff import reviewers
from ccfloor.service.qa.subject import name_of
from ccfloor.service.qa.versions import Version
from ccfloor.service.settings import Settings
from ccfloor.store import qa_samples as rows
from ccfloor.store import qa_versions
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.number_links import edge
from ccfloor.store.qa_samples import DrawRow, Had
from ccfloor.store.qa_seen import Seen, seen
from ccfloor.store.qa_tables import qa_samples
from ccfloor.store.repeats import WEEK_S
from ccfloor.store.sessions import key_of
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer

_MONTHS_DAYS = 92  # what a reviewer has of an agent is counted over so long
_BETWEEN = "."
_ALL = 1_000_000
_TRIES = 3


class Drawn(NamedTuple):
    """What a draw comes to. ``there``: all calls there were to draw from, by key."""

    there: Mapping[str, Told]
    picks: Sequence[Pick]


class Verdict(NamedTuple):
    """A draw made again. ``population``: calls there are now; ``own_seed``: it is the one of the site's key.

    ``gone``: calls drawn then and not now, ``new``: the other way round, ``otherwise``: drawn both times, for
    another quota or reason. Keys of calls. ``cleared``: the plan looks at repeated calls, the numbers that
    tell of them were cleared since, and all else is as it was: a difference may come from that.
    """

    draw: DrawRow
    own_seed: bool
    same_calls: bool
    population: int
    same_samples: bool  # as many as the draw says are kept
    gone: tuple[str, ...]
    new: tuple[str, ...]
    otherwise: tuple[str, ...]
    cleared: bool = False

    @property
    def sound(self) -> bool:
        """Whether the same draw comes out, by the site's own seed."""
        return self._kept and not self._differs

    @property
    def unclear(self) -> bool:
        """Whether all that can still be compared is as it was: what differs may come of cleared numbers."""
        return self._kept and self._differs and self.cleared and self.same_calls

    @property
    def _kept(self) -> bool:
        return self.own_seed and self.same_samples

    @property
    def _differs(self) -> bool:
        return bool(self.gone or self.new or self.otherwise)


# -- seeds -------------------------------------------------------------------------------------------


def draw_key(settings: Settings, engine: Engine, now: float) -> bytes:
    """The site's key for draws: of CCFLOOR_ACCESS_KEY where it is given, else the database's own."""
    given = settings.access.key.get_secret_value()
    if given:
        return hmac.digest(given.encode(), b"ccfloor.qa", hashlib.sha256)
    return key_of(engine, "qa", now)


def seed_of(key: bytes, site: str, plan: str, day: int) -> str:
    """The seed of a plan and day, and behind a dot that of the plan for all days."""
    told = (f"{site}\x1f{plan}\x1f{day}", f"{site}\x1f{plan}")
    return _BETWEEN.join(hmac.digest(key, text.encode(), hashlib.sha256).hex() for text in told)


# -- drawing -----------------------------------------------------------------------------------------


class Ready(NamedTuple):
    """A draw as it would be written. ``seen``: what there was to draw from, in short; ``who``: who scored;
    ``values``: the columns of the draw, ``samples``: those of its samples, without its number.
    """

    plan: Plan
    day: date
    seen: Seen
    who: Sequence[Reviewer]
    values: dict[str, Any]
    samples: Sequence[dict[str, Any]]


def draw_day(
    engine: Engine,
    config: FloorConfig,
    version: Version,
    day: date,
    key: bytes,
    calendar: WorkCalendar,
    now: float,
    by: Actor = PROGRAM,
    why: str = "",
    shifts: Shifts = NONE,
) -> DrawRow | None:
    """Draw the calls of a day that is over and give them to reviewers; None where it has been done.

    All is read and drawn before anybody has to wait; what is written must still be so then, else it is
    drawn anew. ``key``: see ``draw_key``; ``shifts``: see ``site_shifts``.
    """
    for _ in range(_TRIES):
        with engine.connect() as connection:
            staff = reviewers(connection, config.site)
            found = ready(connection, config, version, day, key, calendar, staff, now, shifts)
        if found is None:
            return None
        with writing(engine) as connection:
            lock_site(connection, config.site)
            if stands(connection, config, found):
                return _write(connection, config, found, by, why)
    with writing(engine) as connection:  # something changes all the time: let everybody wait for once
        lock_site(connection, config.site)
        staff = reviewers(connection, config.site)
        found = ready(connection, config, version, day, key, calendar, staff, now, shifts)
        return _write(connection, config, found, by, why) if found else None


def ready(
    connection: Connection,
    config: FloorConfig,
    version: Version,
    day: date,
    key: bytes,
    calendar: WorkCalendar,
    staff: Sequence[Reviewer],
    now: float,
    shifts: Shifts = NONE,
) -> Ready | None:
    """Draw without writing; None where it has been done. ``staff``: who scores."""
    plan, number = version.plan, day_number(day)
    if rows.find_draw(connection, config.site, plan.id, number) is not None:
        return None
    there, seed = _seen(connection, config, plan, day), seed_of(key, config.site, plan.id, number)
    shifts = shifts if "shift" in plan.strata else NONE
    drawn = _draw(connection, config, plan, day, Known(now, now), seed, shifts)
    values = {
        "plan": plan.id, "version": version.version, "day": number, "until": now, "seed": seed,
        "digest": digest([told.call for told in drawn.there.values()]), "population": len(drawn.there),
        "picks": len(drawn.picks), "at": now, "shifts": shifts.kept(),
    }  # fmt: skip
    due = day_number(calendar.after(business_date(config, now), plan.due_days))
    given = _given(connection, config, plan, day, drawn, staff, seed, now)
    samples = [_sample(plan, day, one, drawn.there[one.pick.key], due, now) for one in given]
    return Ready(plan, day, there, staff, values, samples)


def stands(connection: Connection, config: FloorConfig, found: Ready) -> bool:
    """Whether a draw that is ready can be written as it is: it would come out the same."""
    if _seen(connection, config, found.plan, found.day) != found.seen:
        return False
    return _able(reviewers(connection, config.site)) == _able(found.who)


def _able(staff: Sequence[Reviewer]) -> list[Reviewer]:
    """Who may score what, whatever else they have to do."""
    return [one._replace(load=0) for one in staff]


def _seen(connection: Connection, config: FloorConfig, plan: Plan, day: date) -> Seen:
    first, pool = day_number(reach_begins(plan, day)), day_number(pool_begins(plan, day))
    return seen(connection, config.site, plan.id, first, pool, day_number(day))


def _write(connection: Connection, config: FloorConfig, found: Ready, by: Actor, why: str) -> DrawRow | None:
    made = keep(connection, config, found, by, why)
    if made is None:
        return None
    after = {"plan": made.plan, "version": made.version, "day": made.day}
    after |= {"population": made.population, "picks": made.picks}
    about = f"qa_draw/{made.plan} {date_of(made.day)}"
    record(connection, by, Act.QA_DRAWN, about, None, after, why, made.at, site=config.site)
    return made


def keep(
    connection: Connection, config: FloorConfig, found: Ready, by: Actor = PROGRAM, why: str = ""
) -> DrawRow | None:
    """Write a draw in a transaction of the caller's, who keeps the log; None where it has been done."""
    if rows.find_draw(connection, config.site, found.plan.id, day_number(found.day)) is not None:
        return None
    values = found.values | {"who": "" if by is PROGRAM else by.who, "why": why}
    made = rows.add_draw(connection, config.site, values)
    rows.add_many(connection, config.site, [one | {"draw": made} for one in found.samples])
    return DrawRow(id=made, **values)


def draw_by_hand(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    settings: Settings,
    calendar: WorkCalendar,
    plan: str,
    day: date,
    who: str,
    why: str,
    now: float,
) -> DrawRow:
    """Draw the calls of a past day that were not drawn at night.

    Raises PeopleError: ``no_why``, ``qa_day_not_over``, ``qa_drawn_already``; VersionError ``not_in_force``.
    """
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    words = said(why)
    if day >= business_date(config, now):
        raise PeopleError("qa_day_not_over")
    version = versions.current(engine, viewer, "plan", plan, day)
    key, by = draw_key(settings, engine, now), acting(name_of(viewer, who), viewer)
    shifts = site_shifts(settings.site, config)
    made = draw_day(engine, config, version, day, key, calendar, now, by, words, shifts)
    if made is None:
        raise PeopleError("qa_drawn_already")
    return made


def _draw(
    connection: Connection,
    config: FloorConfig,
    plan: Plan,
    day: date,
    known: Known,
    seed: str,
    shifts: Shifts,
    made: int | None = None,
) -> Drawn:
    """Draw by what was known at an instant. ``made``: the number of the draw that is made again."""
    teams = terms(connection, config)
    there = candidates(
        connection, config, teams, plan, pool(connection, config, plan, day), known, (), shifts
    )
    first = reach_begins(plan, day)
    had = rows.had(connection, config.site, day_number(first), day_number(day), known.at, made)
    calls = [told.call for told in there.values()]
    agents = {call.agent for call in calls if call.talk_s >= plan.least_s}
    own, luck = seed.split(_BETWEEN)
    begun = begins(connection, config, plan.id) or day
    since, last = day_number(day.replace(month=1, day=1)), day_number(day)
    before = rows.random_before(connection, config.site, plan.id, since, last, known.at, made)
    asked = [
        one._replace(before=before.get((one.agent, one.row), 0), row=f"{one.row} {day.year}")
        for one in wants(plan, day, agents, had, luck, begun)
    ]
    return Drawn(there, draw(calls, asked, plan, own, luck))


def begins(connection: Connection, config: FloorConfig, plan: str) -> date | None:
    """The first day of which a plan draws: on which it was published, or from which it counts."""
    stored = qa_versions.all_rows(connection, config.site, "plan", plan)
    days = [
        max(business_date(config, row.published_at), date_of(row.from_day) if row.from_day else date.min)
        for row in stored
        if row.published_at is not None
    ]
    return min(days, default=None)


def pool_begins(plan: Plan, day: date) -> date:
    """The first day whose calls a draw may take: on the day that closes a week or month the week's first."""
    if day.weekday() == 6 or any(span(quota, day).last == day for quota in plan.quotas):
        return day - timedelta(days=day.weekday())
    return day


def pool(connection: Connection, config: FloorConfig, plan: Plan, day: date) -> tuple[date, date]:
    """The days whose calls a draw may take: none from before its plan began, nor from before the plan's form
    counts, by which they could not be scored.
    """
    begun = begins(connection, config, plan.id)
    first = max(pool_begins(plan, day), begun if begun and begun <= day else date.min)
    while first <= day and not _has_form(connection, config.site, plan.form, first):
        first += timedelta(days=1)
    return first, day


def _has_form(connection: Connection, site: str, form: str, day: date) -> bool:
    found = qa_versions.counting(connection, site, "form", form, day_number(day))
    return found is not None and found.state == qa_versions.PUBLISHED


def reach_begins(plan: Plan, day: date) -> date:
    """The first day of the weeks and months that a draw counts for."""
    return min(span(quota, day).first for quota in plan.quotas)


def wants(
    plan: Plan, day: date, agents: Iterable[str], had: Iterable[Had], luck: str, begun: date = date.min
) -> Iterator[Want]:
    """What is to be drawn of each agent on a day. A call that was drawn for the week is one of the month,
    too, where the same kind of reviewer hears it. A plan that began within a week or month owes nothing for
    the days before.
    """
    of: dict[str, list[Had]] = defaultdict(list)
    for one in had:
        of[one.agent].append(one)
    for agent in sorted(agents):
        taken = frozenset(one.key for one in of[agent])
        drawn: Counter[str] = Counter()
        for quota in plan.quotas:
            mine = [one.day for one in of[agent] if _counts(one, plan, quota)]
            there = made_up(quota, day, begun, mine) + drawn[quota.by]
            one_want = want(quota, agent, day, there=there, taken=taken, seed=luck)
            drawn[quota.by] += one_want.number
            if one_want.number:
                yield one_want._replace(row=quota.by)


def _counts(one: Had, plan: Plan, quota: Quota) -> bool:
    return one.counts and one.plan == plan.id and one.by == quota.by


def made_up(quota: Quota, day: date, begun: date, days: Iterable[int]) -> int:
    """What counts as drawn of a quota's span, of calls of these days: no less than the share of what went by
    before the plan began.
    """
    within = span(quota, day)
    inside = [one for one in days if day_number(within.first) <= one <= day_number(within.last)]
    if not within.first < begun <= day:
        return len(inside)
    before = sum(one < day_number(begun) for one in inside)
    return len(inside) + max(expected(quota, begun - timedelta(days=1)) - before, 0)


def _given(
    connection: Connection,
    config: FloorConfig,
    plan: Plan,
    day: date,
    drawn: Drawn,
    staff: Sequence[Reviewer],
    seed: str,
    now: float,
) -> list[Given]:
    since = day_number(day - timedelta(days=_MONTHS_DAYS))
    before = rows.reviewed(connection, config.site, since, now)
    calls = [told.call for told in drawn.there.values()]
    teams, queues = {call.agent: call.team for call in calls}, {call.key: call.queue for call in calls}
    return assign(drawn.picks, teams, staff, before, plan, seed, queues)


def _sample(plan: Plan, day: date, one: Given, told: Told, due: int, now: float) -> dict[str, Any]:
    pick = one.pick
    return sample_values(plan, day, told, pick.quota) | {
        "reason": pick.reason, "stratum": pick.stratum, "population": pick.population,
        "reviewer": one.reviewer, "due_day": due, "at": now,
    }  # fmt: skip


def sample_values(plan: Plan, day: date, told: Told, quota_id: str) -> dict[str, Any]:
    """The columns of an open sample that say which call it is, and for which quota."""
    quota = next(quota for quota in plan.quotas if quota.id == quota_id)
    call = told.call
    return {
        "plan": plan.id, "quota": quota.id, "span": span(quota, day).name, "by": quota.by,
        "source_id": told.source, "position": told.position, "call_at": told.at, "day": call.day,
        "agent": call.agent, "team": call.team, "queue": call.queue, "state": rows.OPEN, "why": "", "who": "",
    }  # fmt: skip


# -- the same draw again -------------------------------------------------------------------------------


def list_draws(engine: Engine, viewer: Viewer, plan: str = "", limit: int = 100) -> list[DrawRow]:
    """The draws of a plan (empty: of all), latest days first."""
    viewer.needs(Right.QA_FORMS, Right.QA_PLAN)
    viewer.needs_whole()
    with engine.connect() as connection:
        found = rows.draws(connection, viewer.site, plan, limit)
    return [one._replace(why=viewer.words(one.why)) for one in found]


def verify(engine: Engine, viewer: Viewer, config: FloorConfig, key: bytes, plan: str, day: date) -> Verdict:
    """Make a draw again from its seed and what was known then, and compare. Changes nothing.

    Raises PeopleError ``unknown_qa_draw``.
    """
    viewer.needs(Right.QA_FORMS, Right.QA_PLAN)
    viewer.needs_whole()
    with engine.connect() as connection:
        found = rows.find_draw(connection, viewer.site, plan, day_number(day))
        if found is None:
            raise PeopleError("unknown_qa_draw")
        return _verdict(connection, config, key, found)


_Picked = Mapping[tuple[str, str], tuple[str, str, str]]  # agent and key → quota, reason, stratum


def _verdict(connection: Connection, config: FloorConfig, key: bytes, found: DrawRow) -> Verdict:
    body = versions.version(connection.engine, config.site, "plan", found.plan, found.version).plan
    again = drawn_again(connection, config, body, found)
    own = (qa_samples.c.site == config.site,)
    first = day_number(pool_begins(body, date_of(found.day)))
    stored = rows.listed(connection, rows.Wanted(first, found.day, draw=found.id), own, _ALL)
    then = {(one.agent, one.key): (one.quota, one.reason, one.stratum) for one in stored if not one.replaces}
    now = {(one.agent, one.key): (one.quota, one.reason, one.stratum) for one in again.picks}
    both = then.keys() & now.keys()
    return Verdict(
        draw=found,
        own_seed=hmac.compare_digest(
            found.seed.encode(), seed_of(key, config.site, found.plan, found.day).encode()
        ),
        same_calls=digest([told.call for told in again.there.values()]) == found.digest,
        population=len(again.there),
        same_samples=len(then) == found.picks,
        gone=_keys(then.keys() - now.keys()),
        new=_keys(now.keys() - then.keys()),
        otherwise=_keys(name for name in both if then[name] != now[name]),
        cleared=_cleared(connection, config, body, found) and _alike(then, now, again),
    )


def _cleared(connection: Connection, config: FloorConfig, plan: Plan, found: DrawRow) -> bool:
    """Whether numbers by which a plan knows repeated calls were cleared after a draw."""
    looks = "repeat" in plan.strata or any(one.of == "repeat" for one in plan.wanted)
    last = edge(connection, config.site)
    reach = config.day_begins(pool_begins(plan, date_of(found.day))) - WEEK_S
    return looks and last.at > found.at and last.until > reach


def _alike(then: _Picked, now: _Picked, again: Drawn) -> bool:
    """Whether calls that there are were drawn, as many of each agent for each quota as there should be."""
    counts = [Counter((agent, told[0]) for (agent, _), told in picked.items()) for picked in (then, now)]
    return counts[0] == counts[1] and all(
        key in again.there and again.there[key].call.agent == agent for agent, key in then
    )


def drawn_again(connection: Connection, config: FloorConfig, plan: Plan, found: DrawRow) -> Drawn:
    """What a draw gives when it is made again by the calls that there are now."""
    seed = found.seed if _BETWEEN in found.seed else found.seed + _BETWEEN
    known, shifts = Known(found.until, found.at), read(found.shifts)
    return _draw(connection, config, plan, date_of(found.day), known, seed, shifts, found.id)


def plan_of(connection: Connection, site: str, name: str, number: int) -> Plan:
    """A version of a plan."""
    return versions.version(connection.engine, site, "plan", name, number).plan


def _keys(found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(key for _, key in found))


# -- what is due -----------------------------------------------------------------------------------------


def due_days(connection: Connection, config: FloorConfig, plan: str, last: date, back: int) -> list[date]:
    """The days up to ``last`` of which a plan has not drawn: since it was published, so many back at most."""
    begun = begins(connection, config, plan)
    if begun is None:
        return []
    first = max(begun, last - timedelta(days=back - 1))
    drawn = rows.drawn_days(connection, config.site, plan, day_number(first))
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if day_number(day) not in drawn]
