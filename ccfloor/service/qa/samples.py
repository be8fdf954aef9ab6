"""Samples: whose they are, taking one, and what becomes of one that cannot be scored.

A sample that cannot be used is replaced by the next one of its stratum, which chance chooses by the seed of
its draw: who replaces has no choice. Nobody is told what others said of a call. Days are 20261122.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import Connection, Engine, delete

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.draw import Candidate, chance, looked_for, stratum
from ccfloor.qa.plan import Plan, Quota
from ccfloor.qa.quota import span
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa.candidates import Known, Told, candidates
from ccfloor.service.qa.drawing import plan_of, pool, reach_begins, sample_values
from ccfloor.service.qa.shifts import read
from ccfloor.service.qa.staff import reviewers, scores_as
from ccfloor.service.qa.subject import counts_once, name_of
from ccfloor.service.qa.turns import hears, too_often
from ccfloor.service.qa.versions import current
from ccfloor.store import qa_samples as rows
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_samples import DrawRow, SampleRow, Wanted
from ccfloor.store.qa_scores import DRAFT
from ccfloor.store.qa_tables import qa_samples, qa_scores
from ccfloor.store.tables import calls
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer

Unusable = Literal["no_recording", "inaudible", "cut_off", "no_talk", "private", "other"]
UNUSABLE: tuple[Unusable, ...] = get_args(Unusable)
BY_HAND = "hand"  # the reason of a sample that somebody chose
_OPEN = (rows.OPEN,)
_MOST = 500


class Work(NamedTuple):
    """A sample as its reviewer has it. ``late``: working days since it was due, 0 where it is not.

    ``left``: working days that are left; ``draft``: number of the own draft of its score.
    """

    sample: SampleRow
    late: int
    left: int
    draft: int | None = None


# -- reading -------------------------------------------------------------------------------------------


def my_work(
    engine: Engine, viewer: Viewer, config: FloorConfig, calendar: WorkCalendar, who: str, now: float
) -> list[Work]:
    """What somebody has to score, overdue first; ``who``: the name that was typed on an open floor."""
    viewer.needs(Right.QA_SCORE)
    me = name_of(viewer, who)
    if not me:
        return []
    with engine.connect() as connection:
        found = rows.listed(
            connection, Wanted(reviewer=me, states=_OPEN), rows.seen_by(viewer, config), _MOST
        )
        drafts = _drafts(connection, viewer.site, me)
    return _work(config, calendar, now, found, drafts)


def free_work(
    engine: Engine, viewer: Viewer, config: FloorConfig, calendar: WorkCalendar, now: float
) -> list[Work]:
    """Samples of nobody that a viewer may take, those that are due first in front."""
    viewer.needs(Right.QA_SCORE)
    found: list[SampleRow] = []
    with engine.connect() as connection:
        for by in scores_as(viewer):
            wanted = Wanted(reviewer="", by=by, states=_OPEN)
            found += rows.listed(connection, wanted, rows.seen_by(viewer, config), _MOST)
    found = sorted(
        (one for one in found if one.agent not in viewer.own), key=lambda one: (one.due_day, one.id)
    )
    return _work(config, calendar, now, found)


def overdue(
    engine: Engine, viewer: Viewer, config: FloorConfig, calendar: WorkCalendar, now: float
) -> list[Work]:
    """Every sample in scope that was due before today, longest first."""
    today = day_number(business_date(config, now))
    found = list_samples(engine, viewer, config, Wanted(states=_OPEN, due_before=today))
    return _work(config, calendar, now, found)


def list_samples(
    engine: Engine, viewer: Viewer, config: FloorConfig, wanted: Wanted, limit: int = _MOST
) -> list[SampleRow]:
    """Samples in scope, those that are due first in front."""
    with engine.connect() as connection:
        found = rows.listed(connection, wanted, rows.seen_by(viewer, config), limit)
    return [one._replace(why=viewer.words(one.why)) for one in found]


def find_sample(engine: Engine, viewer: Viewer, config: FloorConfig, number: int) -> SampleRow | None:
    """One sample, where it is in scope."""
    with engine.connect() as connection:
        return rows.find(connection, number, rows.seen_by(viewer, config))


def _work(
    config: FloorConfig,
    calendar: WorkCalendar,
    now: float,
    found: Sequence[SampleRow],
    drafts: Mapping[int, int] | None = None,
) -> list[Work]:
    today = business_date(config, now)
    apart = {day: calendar.between(today, date_of(day)) for day in {one.due_day for one in found}}
    made = []
    for one in found:
        late = max(-apart[one.due_day], 1) if one.due_day < day_number(today) else 0
        made.append(Work(one, late, max(apart[one.due_day], 0), (drafts or {}).get(one.id)))
    return made


def _drafts(connection: Connection, site: str, me: str) -> dict[int, int]:
    table = qa_scores.c
    mine = (table.site == site, table.reviewer == me, table.state == DRAFT, table.sample.is_not(None))
    query = qa_scores.select().with_only_columns(table.sample, table.id).where(*mine)
    return {sample: number for sample, number in connection.execute(query)}


# -- taking, giving --------------------------------------------------------------------------------------


def take(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, now: float, why: str = ""
) -> SampleRow:
    """Take a sample of nobody to score it. ``why``: the reason to have more of an agent's than the plan lets
    one reviewer have while there is another; it is on record.

    Raises PeopleError: ``no_who``, ``unknown_qa_sample``, ``qa_sample_closed``, ``qa_not_yours`` (somebody
    was faster), ``qa_not_for_you`` (another kind of reviewer is to hear it), ``qa_own_call``,
    ``qa_too_often`` (without a reason).
    """
    viewer.needs(Right.QA_SCORE)
    me = named(name_of(viewer, who))
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        one = _open(connection, viewer, config, number)
        if one.reviewer == me:
            return one
        if one.reviewer:
            raise PeopleError("qa_not_yours")
        if one.by not in scores_as(viewer):
            raise PeopleError("qa_not_for_you")
        _not_own(one.agent, me, viewer)
        if not why.strip() and too_often(connection, one, me, viewer.site):
            raise PeopleError("qa_too_often")
        rows.change(connection, number, {"reviewer": me})
        was, now_is = {"reviewer": ""}, {"reviewer": me}
        _log(connection, viewer, one, Act.QA_SAMPLE_TAKEN, who, was, now_is, why.strip(), now)
    return one._replace(reviewer=me)


def give(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    reviewer: str,
    who: str,
    why: str,
    now: float,
    *,
    often: bool = False,
) -> SampleRow:
    """Give a sample to another reviewer, or to nobody (""): then whoever may takes it. A draft is let go.

    ``often``: also where he gets more of the agent's than the plan lets one reviewer have, for the reason
    that is given and kept. Raises PeopleError: ``no_why``, ``unknown_qa_sample``, ``qa_sample_closed``,
    ``unknown_qa_reviewer``, ``qa_own_call``, ``qa_same``, ``qa_too_often`` (unless ``often``).
    """
    viewer.needs(Right.QA_PLAN)
    words, to = said(why), reviewer.strip()
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        one = _open(connection, viewer, config, number)
        _not_own(one.agent, name_of(viewer, who), viewer)
        if one.reviewer == to:
            raise PeopleError("qa_same")
        if to:
            _may_hear(connection, viewer.site, one, to)
        if to and not often and too_often(connection, one, to, viewer.site):
            raise PeopleError("qa_too_often")
        _forget_drafts(connection, number)
        rows.change(connection, number, {"reviewer": to})
        was, now_is = {"reviewer": one.reviewer}, {"reviewer": to}
        _log(connection, viewer, one, Act.QA_SAMPLE_GIVEN, who, was, now_is, words, now)
    return one._replace(reviewer=to)


def over(engine: Engine, viewer: Viewer, one: SampleRow, who: str) -> bool:
    """Whether taking a sample needs a reason: too many of the agent's would be of the same reviewer."""
    viewer.needs(Right.QA_SCORE)
    me = name_of(viewer, who)
    with engine.connect() as connection:
        return bool(me) and too_often(connection, one, me, viewer.site)


def others(engine: Engine, viewer: Viewer, one: SampleRow) -> list[str]:
    """The accounts that a sample may be given to; nobody where there are no accounts of reviewers: then any
    name may be typed.
    """
    viewer.needs(Right.QA_PLAN)
    with engine.connect() as connection:
        staff = reviewers(connection, viewer.site)
    return [other.name for other in staff if hears(other, one) and other.name != one.reviewer]


def _may_hear(connection: Connection, site: str, one: SampleRow, to: str) -> None:
    """Where there are accounts, a reviewer is one of them, and of the right kind and scope."""
    staff = reviewers(connection, site)
    mine = [other for other in staff if other.name == to]
    if to == one.agent or any(other.agent == one.agent for other in mine):
        raise PeopleError("qa_own_call")
    if staff and not any(hears(other, one) for other in mine):
        raise PeopleError("unknown_qa_reviewer")


def _not_own(agent: str, me: str, viewer: Viewer) -> None:
    if agent == me or agent in viewer.own:
        raise PeopleError("qa_own_call")


# -- what cannot be scored ---------------------------------------------------------------------------------


def replace(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    calendar: WorkCalendar,
    number: int,
    reason: str,
    words: str,
    who: str,
    now: float,
) -> SampleRow | None:
    """Replace a sample that cannot be scored by the next of its stratum; returns that one, None where the
    agent has no other call: then the next draw makes up for it. The own draft of it is let go.

    Raises PeopleError: ``no_who``, ``qa_no_reason``, ``no_why``, ``unknown_qa_sample``,
    ``qa_sample_closed``, ``qa_own_call``, ``qa_not_yours``, ``qa_by_hand`` (nobody drew it; it can be
    dropped).
    """
    viewer.needs(Right.QA_SCORE)
    me = named(name_of(viewer, who))
    if reason not in UNUSABLE:
        raise PeopleError("qa_no_reason")
    why = f"{reason}: {said(words)}"
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        one = _open(connection, viewer, config, number)
        _not_own(one.agent, me, viewer)
        if one.reviewer != me and not viewer.may(Right.QA_PLAN):
            raise PeopleError("qa_not_yours")
        drawn = rows.draw_of(connection, viewer.site, one.draw) if one.draw is not None else None
        if drawn is None:
            raise PeopleError("qa_by_hand")
        _forget_drafts(connection, number)
        rows.change(connection, number, {"state": rows.REPLACED, "closed_at": now, "why": why, "who": me})
        made = _next(connection, config, calendar, one, drawn, now)
        was, now_is = {"state": rows.OPEN}, {"state": rows.REPLACED, "replaced_by": made.id if made else None}
        _log(connection, viewer, one, Act.QA_SAMPLE_REPLACED, who, was, now_is, why, now)
    return made


def _next(
    connection: Connection,
    config: FloorConfig,
    calendar: WorkCalendar,
    one: SampleRow,
    drawn: DrawRow,
    now: float,
) -> SampleRow | None:
    """The next call, by the seed of the draw, among those that it drew from and nobody has."""
    plan, day = plan_of(connection, config.site, drawn.plan, drawn.version), date_of(drawn.day)
    teams = terms(connection, config)
    days, known = pool(connection, config, plan, day), Known(drawn.until, drawn.at)
    shifts, this = read(drawn.shifts), [calls.c.agent == one.agent]
    mine = candidates(connection, config, teams, plan, days, known, this, shifts)
    first = day_number(reach_begins(plan, day))
    had = rows.had(connection, config.site, first, drawn.day, now, None, one.agent)
    taken = {past.key for past in had}
    heard = {key: told for key, told in mine.items() if told.call.talk_s >= plan.least_s}
    left = [told for key, told in heard.items() if key not in taken]
    if not left:
        return None
    chosen = min(left, key=lambda told: _order(told.call, one, plan, drawn.seed))
    return _add_next(connection, config, calendar, plan, one, drawn, chosen, len(heard), now)


def _order(call: Candidate, one: SampleRow, plan: Plan, seed: str) -> tuple[bool, bool, float]:
    """What is looked for comes first, then the same stratum, then chance."""
    looked = one.reason == "random" or looked_for(call, one.reason, plan)
    return not looked, stratum(call, plan) != one.stratum, chance(seed, "replace", call.key)


def _add_next(
    connection: Connection,
    config: FloorConfig,
    calendar: WorkCalendar,
    plan: Plan,
    one: SampleRow,
    drawn: DrawRow,
    chosen: Told,
    population: int,
    now: float,
) -> SampleRow:
    looked = one.reason == "random" or looked_for(chosen.call, one.reason, plan)
    values = sample_values(plan, date_of(drawn.day), chosen, one.quota) | {
        "draw": drawn.id, "reason": one.reason if looked else "random", "population": population,
        "stratum": stratum(chosen.call, plan), "reviewer": one.reviewer, "at": now, "replaces": one.id,
        "due_day": day_number(calendar.after(business_date(config, now), plan.due_days)),
    }  # fmt: skip
    number = rows.add(connection, config.site, [values])[0]
    return SampleRow(id=number, closed_at=None, **values)


def drop(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Drop an open sample without another in its place: it counts for no quota. Nobody drops one of the own
    calls.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_sample``, ``qa_sample_closed``, ``qa_own_call``.
    """
    viewer.needs(Right.QA_PLAN)
    me, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        one = _open(connection, viewer, config, number)
        _not_own(one.agent, me, viewer)
        _forget_drafts(connection, number)
        rows.change(connection, number, {"state": rows.DROPPED, "closed_at": now, "why": words, "who": me})
        was, now_is = {"state": rows.OPEN}, {"state": rows.DROPPED}
        _log(connection, viewer, one, Act.QA_SAMPLE_DROPPED, who, was, now_is, words, now)


# -- by hand -----------------------------------------------------------------------------------------------


def add_by_hand(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    calendar: WorkCalendar,
    plan: str,
    quota: str,
    call: tuple[int, int],
    reviewer: str,
    who: str,
    why: str,
    now: float,
) -> SampleRow:
    """Make a sample of a call that somebody chose, for a quota of a plan; told apart from those that chance
    chose. ``reviewer`` "": whoever may takes it.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_call``, ``unknown_qa_quota``,
    ``qa_sampled_already``, ``qa_scored_call`` (it counts already), ``qa_most``, ``unknown_qa_reviewer``,
    ``qa_own_call``; VersionError.
    """
    viewer.needs(Right.QA_PLAN)
    me, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        at = _answered(connection, viewer.site, call)
        day = business_date(config, at)
        body = current(engine, viewer, "plan", plan, day).plan
        of = next((one for one in body.quotas if one.id == quota), None)
        if of is None:
            raise PeopleError("unknown_qa_quota")
        told = _told(connection, config, body, call, at)
        if told is None or not _sees(viewer, config, told.call):
            raise PeopleError("unknown_qa_call")
        if rows.sampled(connection, viewer.site, [call]):
            raise PeopleError("qa_sampled_already")
        counts_once(connection, viewer.site, call)
        _room(connection, viewer.site, body, of, told.call)
        values = sample_values(body, day, told, quota) | {
            "draw": None, "reason": BY_HAND, "stratum": stratum(told.call, body), "population": 0,
            "reviewer": reviewer.strip(), "at": now, "why": words, "who": me, "replaces": None,
            "due_day": day_number(calendar.after(business_date(config, now), body.due_days)),
        }  # fmt: skip
        made = SampleRow(id=0, closed_at=None, **values)
        if made.reviewer:
            _may_hear(connection, viewer.site, made, made.reviewer)
        made = made._replace(id=rows.add(connection, viewer.site, [values])[0])
        after = {"agent": made.agent, "quota": quota, "reviewer": made.reviewer}
        _log(connection, viewer, made, Act.QA_SAMPLE_ADDED, who, None, after, words, now)
    return made


def _answered(connection: Connection, site: str, call: tuple[int, int]) -> float:
    found = rows.answered_at(connection, site, call)
    if not found:
        raise PeopleError("unknown_qa_call")
    return found


def _told(
    connection: Connection, config: FloorConfig, plan: Plan, call: tuple[int, int], at: float
) -> Told | None:
    day, forever = business_date(config, at), float("inf")
    open_plan = plan.model_copy(update={"queues": (), "teams": ()})
    teams = terms(connection, config)
    this = [calls.c.source_id == call[0], calls.c.position == call[1]]
    drawn = rows.find_draw(connection, config.site, plan.id, day_number(day))
    shifts, known = read(drawn.shifts if drawn else ""), Known(forever, forever)
    there = candidates(connection, config, teams, open_plan, (day, day), known, this, shifts)
    return there.get(f"{call[0]}:{call[1]}")


def _sees(viewer: Viewer, config: FloorConfig, call: Candidate) -> bool:
    seats = viewer.seats(config)
    team = viewer.teams is None or call.team in viewer.teams or call.agent in (seats or ())
    return viewer.sees_queue(call.queue) and team


def _room(connection: Connection, site: str, plan: Plan, quota: Quota, call: Candidate) -> None:
    """Raises PeopleError ``qa_most`` where the quota allows no more of this agent."""
    if quota.at_most is None:
        return
    within = span(quota, date_of(call.day))
    wanted = Wanted(
        day_number(within.first), day_number(within.last), plan=plan.id, agent=call.agent, by=quota.by,
        states=rows.KEPT,
    )  # fmt: skip
    if rows.count(connection, wanted, [qa_samples.c.site == site]) >= quota.at_most:
        raise PeopleError("qa_most")


# -- shared ------------------------------------------------------------------------------------------------


def _open(connection: Connection, viewer: Viewer, config: FloorConfig, number: int) -> SampleRow:
    one = rows.find(connection, number, rows.seen_by(viewer, config))
    if one is None:
        raise PeopleError("unknown_qa_sample")
    if one.state != rows.OPEN:
        raise PeopleError("qa_sample_closed")
    return one


def _forget_drafts(connection: Connection, sample: int) -> None:
    table = qa_scores.c
    connection.execute(delete(qa_scores).where(table.sample == sample, table.state == DRAFT))


def _log(
    connection: Connection,
    viewer: Viewer,
    one: SampleRow,
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    why: str,
    now: float,
) -> None:
    by = acting(name_of(viewer, who), viewer)
    record(connection, by, act, f"qa_sample/{one.id}", before, after, why, now, site=viewer.site)
