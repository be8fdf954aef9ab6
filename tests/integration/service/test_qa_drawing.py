"""Draws of days, the same draw again, and what becomes of samples. On both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import json
from sqlalchemy import Engine, event, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.floor.numbers import Clearing
from ccfloor.kpi.period import day_number
from ccfloor.kpi.scope import SITE as SITE_SCOPE
from ccfloor.qa.plan import Plan
from ccfloor.qa.workdays import Official, WorkCalendar
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import desk, drawing, quotas, samples, scoring, versions
from ccfloor.service.qa.candidates import Known, candidates
from ccfloor.service.qa.drawing_job import DayDrawer, draw_due
from ccfloor.service.qa.scoring import Begin
from ccfloor.service.qa.staff import reviewers
from ccfloor.service.settings import load
from ccfloor.store.access_tables import accounts, audit
from ccfloor.store.call_counts import count_calls
from ccfloor.store.clearing import clear
from ccfloor.store.engine import writing
from ccfloor.store.qa_samples import Wanted
from ccfloor.store.qa_tables import qa_draws, qa_samples
from ccfloor.store.tables import agent_days, calls, import_rows, imports
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer
from ccfloor.ui.qa_work_words import verdict_words
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    LEAD_B,
    LI,
    MANAGER,
    MONDAY,
    QA,
    SITE,
    ZHOU,
    at,
    publish,
    put_call,
    put_plan,
    put_sample,
    put_work,
)

CALENDAR = WorkCalendar(Official(lambda day: "", lambda day: False, lambda year: True))
KEY = b"k" * 32
NIGHT = at(1, 1.0)  # Tuesday, one o'clock: Monday is over
WORDS = {"zh": "周", "en": "week"}
SUNDAY = MONDAY + timedelta(days=6)
WHY = "录音缺失"


def plan(**more: Any) -> Plan:
    quotas = [{"id": "week", "name": WORDS, "every": "week", "at_least": 3, "at_most": 5}]
    quotas.append({"id": "lead", "name": WORDS, "every": "month", "at_least": 2, "by": "lead"})
    told = {"id": "weekly", "name": WORDS, "form": "small", "quotas": quotas, "strata": ["queue", "hour"]}
    return Plan.model_validate(told | more)


def put_account(engine: Engine, name: str, role: Role, **more: Any) -> None:
    values = {column.name: "" for column in accounts.c if column.type.python_type is str}
    values |= {column.name: 0 for column in accounts.c if column.type.python_type in (int, float)}
    values |= {column.name: False for column in accounts.c if column.type.python_type is bool}
    del values["id"]
    told = {"site": SITE, "name": name, "role": role, "subject": name, **more}
    with writing(engine) as connection:
        connection.execute(insert(accounts).values(values | told))


@pytest.fixture
def floor(database: Engine) -> Engine:
    """A week of calls: six a day of each agent, of two queues."""
    publish(database)
    position = 0
    for day in range(7):
        for agent in ("陈思远", "王丽娜", "孙浩"):
            for hour in range(9, 15):
                position += 1
                queue = "support" if hour % 2 else "sales"
                put_call(database, position, agent, at(day, hour + 0.5), queue)
    put_work(database, 7)
    for name, role in ((LI, Role.QA), (ZHOU, Role.QA), ("lead.a", Role.LEAD)):
        put_account(database, name, role, **({"teams": '["A"]'} if role == Role.LEAD else {}))
    return database


def draw(engine: Engine, version: versions.Version, day: date, now: float) -> drawing.Verdict:
    """Draw a day, and make the draw again."""
    assert drawing.draw_day(engine, CONFIG, version, day, KEY, CALENDAR, now) is not None
    return drawing.verify(engine, QA, CONFIG, KEY, version.name, day)


def draw_week(engine: Engine, version: versions.Version) -> None:
    for step in range(7):
        verdict = draw(engine, version, MONDAY + timedelta(days=step), at(step + 1, 1.0))
        assert verdict.sound and verdict.same_calls


def found(engine: Engine, **narrow: Any) -> list[samples.SampleRow]:
    return samples.list_samples(engine, Viewer(site=SITE), CONFIG, Wanted(**narrow))


def code(act: Callable[[], object]) -> str:
    with pytest.raises(PeopleError) as error:
        act()
    return error.value.code


# -- drawing -------------------------------------------------------------------------------------------


def test_a_week_of_draws_meets_the_quota_of_everybody_and_each_comes_out_again(floor: Engine) -> None:
    draw_week(floor, put_plan(floor, plan(), at(0)))
    for agent in ("陈思远", "王丽娜", "孙浩"):
        mine = found(floor, agent=agent, by="qa")
        assert len(mine) == 3 and {one.span for one in mine} == {"2026-W47"}
        assert len({one.key for one in found(floor, agent=agent)}) == len(found(floor, agent=agent))
    assert {one.reviewer for one in found(floor, by="qa")} == {LI, ZHOU}
    assert {one.reviewer for one in found(floor, by="lead", team="A")} <= {"lead.a"}
    assert {one.reviewer for one in found(floor, by="lead", team="B")} <= {""}, "no lead has this team"


def test_a_day_is_drawn_once_and_the_log_tells_of_it(floor: Engine) -> None:
    version = put_plan(floor, plan(), at(0))
    assert drawing.draw_day(floor, CONFIG, version, MONDAY, KEY, CALENDAR, NIGHT) is not None
    assert drawing.draw_day(floor, CONFIG, version, MONDAY, KEY, CALENDAR, NIGHT + 60) is None
    with floor.connect() as connection:
        acts = list(connection.scalars(select(audit.c.act).where(audit.c.act == Act.QA_DRAWN)))
        assert len(acts) == 1 and len(list(connection.execute(select(qa_draws)))) == 1


def test_nobody_waits_while_a_draw_reads_calls(floor: Engine) -> None:
    version, told = put_plan(floor, plan(), at(0)), list[str]()

    def listen(_connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        told.append(sql)

    event.listen(floor, "before_cursor_execute", listen)
    made = drawing.draw_day(floor, CONFIG, version, MONDAY, KEY, CALENDAR, NIGHT)
    event.remove(floor, "before_cursor_execute", listen)
    locks = ("BEGIN IMMEDIATE", "pg_advisory_xact_lock")
    locked = next(place for place, sql in enumerate(told) if any(lock in sql for lock in locks))
    read = [place for place, sql in enumerate(told) if "FROM calls" in sql]
    assert made is not None and read and max(read) < locked


def other_samples(engine: Engine) -> None:
    put_sample(engine, (1, 5), "陈思远", at(0, 10), LI)


def a_late_call(engine: Engine) -> None:
    put_call(engine, 900, "陈思远", at(0, 20))
    with writing(engine) as connection:
        table = agent_days.c
        mine = (table.agent == "陈思远", table.day == day_number(MONDAY))
        connection.execute(update(agent_days).where(*mine).values(answered=table.answered + 1))


def nothing_at_all(_engine: Engine) -> None:
    """A floor on which nothing happens."""


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        (nothing_at_all, True),
        (other_samples, False),
        (a_late_call, False),
        (lambda engine: complain(engine, "c3", at(0, 20)), False),
        (lambda engine: put_account(engine, "qa.new", Role.QA), False),
        (lambda engine: put_plan(engine, plan(least_s=30), at(0, 22)), False),
    ],
)
def test_what_was_read_before_the_lock_is_looked_at_again(
    floor: Engine, change: Callable[[Engine], object], stands: bool
) -> None:
    version = put_plan(floor, plan(), at(0))
    with floor.connect() as connection:
        staff = reviewers(connection, SITE)
        told = (version, MONDAY, KEY, CALENDAR, staff, NIGHT)
        ready = drawing.ready(connection, CONFIG, *told)
    change(floor)
    with writing(floor) as connection:
        assert ready is not None and drawing.stands(connection, CONFIG, ready) is stands


def test_what_changes_between_is_drawn_anew_and_comes_out_again(floor: Engine) -> None:
    """A call is taken by hand just when a draw has been read and is not written yet."""
    version, left = put_plan(floor, plan(), at(0)), [1]

    def meanwhile(_connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        if "FROM calls" in sql and left:
            left.clear()
            other_samples(floor)

    event.listen(floor, "after_cursor_execute", meanwhile)
    verdict = draw(floor, version, MONDAY, NIGHT)
    event.remove(floor, "after_cursor_execute", meanwhile)
    assert verdict.sound and not left
    assert [one.key for one in found(floor)].count("1:5") == 1


def test_a_draw_comes_out_again_after_the_samples_were_scored_and_replaced(floor: Engine) -> None:
    version = put_plan(floor, plan(), at(0))
    draw_week(floor, version)
    first, second, *_ = found(floor, by="qa", reviewer=LI)
    samples.replace(floor, QA, CONFIG, CALENDAR, first.id, "no_recording", WHY, LI, at(8))
    with writing(floor) as connection:
        done = update(qa_samples).where(qa_samples.c.id == second.id)
        connection.execute(done.values(state="done", closed_at=at(8)))
    for step in range(7):
        day = MONDAY + timedelta(days=step)
        assert drawing.verify(floor, QA, CONFIG, KEY, "weekly", day).sound, day


def test_a_seed_of_another_key_and_a_sample_put_in_its_place_are_found(floor: Engine) -> None:
    version = put_plan(floor, plan(), at(0))
    draw(floor, version, SUNDAY, at(7, 1.0))
    assert not drawing.verify(floor, QA, CONFIG, b"other", "weekly", SUNDAY).own_seed
    taken = found(floor)[0]
    free = next(place for place in range(1, 127) if f"1:{place}" not in {one.key for one in found(floor)})
    with writing(floor) as connection:
        mine = update(qa_samples).where(qa_samples.c.id == taken.id)
        connection.execute(mine.values(position=free))
    verdict = drawing.verify(floor, QA, CONFIG, KEY, "weekly", SUNDAY)
    assert not verdict.sound and verdict.gone == (f"1:{free}",) and verdict.new == (taken.key,)


def test_calls_that_come_later_are_told(floor: Engine) -> None:
    version = put_plan(floor, plan(), at(0))
    draw(floor, version, SUNDAY, at(7, 1.0))
    put_call(floor, 900, "陈思远", at(6, 20))
    verdict = drawing.verify(floor, QA, CONFIG, KEY, "weekly", SUNDAY)
    assert not verdict.same_calls and verdict.population == verdict.draw.population + 1


def test_what_is_looked_for_is_found_by_complaint_repeat_and_queue(floor: Engine) -> None:
    body = plan(
        wanted=[{"of": "complaint", "share": 0.5}],
        quotas=[{"id": "week", "name": WORDS, "every": "week", "at_least": 2}],
    )
    complain(floor, "c3", at(2))
    draw(floor, put_plan(floor, body), SUNDAY, at(7, 1.0))
    picked = [one for one in found(floor, agent="陈思远") if one.reason == "complaint"]
    assert [one.key for one in picked] == ["1:3"] and len(found(floor, agent="陈思远")) == 2
    assert drawing.verify(floor, QA, CONFIG, KEY, "weekly", SUNDAY).sound
    complain(floor, "c4", at(9))
    assert drawing.verify(floor, QA, CONFIG, KEY, "weekly", SUNDAY).sound, "not known by then"


def complain(engine: Engine, call: str, when: float) -> None:
    """A complaint about a call, taken in at an instant."""
    told = {"site": SITE, "dataset": "complaints", "file": "t", "digest": call, "who": "", "why": ""}
    more = {"rows": 1, "first_day": 20261116, "last_day": 20261116, "undone_by": "", "undone_why": ""}
    with writing(engine) as connection:
        made = insert(imports).values(told | more | {"at": when}).returning(imports.c.id)
        number = connection.execute(made).scalar_one()
        row = {"import_id": number, "line": 2, "site": SITE, "dataset": "complaints", "key": call}
        body = json.encode({"key": call, "state": "verified", "call": call}).decode()
        connection.execute(insert(import_rows).values(row | {"day": 20261117, "body": body, "current": True}))


def put_numbers(engine: Engine, numbers: dict[int, str], **more: Any) -> None:
    """Whose calls they were: position → number."""
    with writing(engine) as connection:
        for position, number in numbers.items():
            told = {"number": number, **more}
            connection.execute(update(calls).where(calls.c.position == position).values(told))


REPEATS = [{"of": "repeat", "share": 0.5}]


def strange(position: int) -> str:
    """A number that called once."""
    return f"1380000{position:04d}"


def test_a_repeat_is_what_the_kpi_calls_one(floor: Engine) -> None:
    """Neither another visit of the same call is one, nor a second call from a withheld number."""
    put_numbers(floor, {position: strange(position) for position in range(1, 19)})
    put_numbers(floor, {1: "13812342071", 2: "13812342071"}, call="c1")  # went on to another queue
    put_numbers(floor, {3: "anonymous", 4: "anonymous", 7: "13900001111", 8: "13900001111"})
    with floor.connect() as connection:
        told = terms(connection, CONFIG)
        there = candidates(connection, CONFIG, told, plan(), (MONDAY, MONDAY), Known(NIGHT, NIGHT))
    assert {key for key, one in there.items() if one.call.repeat} == {"1:8"}
    days = [CONFIG.day_begins(MONDAY), CONFIG.day_begins(MONDAY + timedelta(days=1))]
    with floor.connect() as connection:
        (counted,) = count_calls(connection, SITE, days)
    assert counted[SITE_SCOPE]["calls.repeat_7d"] == 1
    for position, before in ((2, 0), (4, 0), (8, 1)):
        begin = Begin("own", call=(1, position), form="small")
        row = scoring.open_score(floor, QA, CONFIG, begin, "", NIGHT)
        shown = desk.desk(floor, QA, CONFIG, load(environ={}, source="none").qa, row.id)
        assert shown["call"]["repeats"] == before, position


@pytest.mark.parametrize("until", [at(3), at(8)])
def test_a_draw_comes_out_again_after_numbers_were_cleared(floor: Engine, until: float) -> None:
    """Also where the edge lies between two calls of one caller."""
    put_numbers(floor, {position: strange(position % 40) for position in range(1, 127)})
    version = put_plan(floor, plan(strata=["repeat"], wanted=REPEATS))
    draw_week(floor, version)
    assert any(one.reason == "repeat" for one in found(floor))
    clear(floor, SITE, Clearing(b"z" * 32), until, at(9), lambda connection, cleared: None)
    for step in range(7):
        verdict = drawing.verify(floor, QA, CONFIG, KEY, "weekly", MONDAY + timedelta(days=step))
        assert verdict.sound and not verdict.unclear


def test_where_cleared_numbers_cannot_be_compared_nobody_is_accused(floor: Engine) -> None:
    """The key by which numbers are cleared was changed: the same caller has two names now."""
    put_numbers(floor, {position: strange(position % 40) for position in range(1, 127)})
    draw_week(floor, put_plan(floor, plan(strata=["repeat"], wanted=REPEATS)))
    for key, until in ((b"a", at(3)), (b"b", at(8))):
        clear(floor, SITE, Clearing(key * 32), until, at(9), lambda connection, cleared: None)
    days = [MONDAY + timedelta(days=step) for step in range(7)]
    told = {day: drawing.verify(floor, QA, CONFIG, KEY, "weekly", day) for day in days}
    changed = [day for day in days if not told[day].sound]
    assert changed and all(told[day].unclear for day in changed)
    words = verdict_words(told[changed[0]], "zh")
    assert words[0].startswith("号码已清除，是否重复来电已无法核对")
    one = found(floor, draw=told[changed[0]].draw.id)[0]
    with writing(floor) as connection:  # somebody puts a call of another agent in its place
        other = {"position": next(p for p in range(1, 127) if p % 18 != one.position % 18)}
        mine = (qa_samples.c.id == one.id,)
        connection.execute(update(qa_samples).where(*mine).values(other))
    after = drawing.verify(floor, QA, CONFIG, KEY, "weekly", changed[0])
    assert not after.sound and not after.unclear


def test_only_calls_of_the_plans_queues_and_teams_are_drawn(floor: Engine) -> None:
    draw(floor, put_plan(floor, plan(queues=["sales"], teams=["B"])), SUNDAY, at(7, 1.0))
    assert {(one.agent, one.queue) for one in found(floor)} == {("孙浩", "sales")}


def test_a_plan_that_begins_late_in_a_month_owes_its_share_of_it(floor: Engine) -> None:
    monthly = plan(quotas=[{"id": "month", "name": WORDS, "every": "month", "at_least": 15}])
    draw(floor, put_plan(floor, monthly, at(0)), SUNDAY, at(7, 1.0))  # on the 16th of 30 days
    assert {len(found(floor, agent=agent)) for agent in ("陈思远", "孙浩")} <= {3, 4, 5}
    board = quotas.board(floor, QA, CONFIG, "weekly", SUNDAY, at(7, 12))
    assert {one.meters[0].wanted for one in board.agents} == {8}


def test_by_hand_a_day_that_is_over_is_drawn_by_who_may(floor: Engine) -> None:
    put_plan(floor, plan(), at(0))
    settings = load(db="sqlite://")

    def by_hand(viewer: Viewer, day: date, now: float) -> object:
        return drawing.draw_by_hand(
            floor, viewer, CONFIG, settings, CALENDAR, "weekly", day, "", "夜里停机", now
        )

    with pytest.raises(Forbidden):
        by_hand(QA, MONDAY, NIGHT)
    assert code(lambda: by_hand(MANAGER, MONDAY, at(0, 22))) == "qa_day_not_over"
    by_hand(MANAGER, MONDAY, NIGHT)
    assert code(lambda: by_hand(MANAGER, MONDAY, NIGHT)) == "qa_drawn_already"


def test_the_job_draws_what_was_missed_since_the_plan_was_published(floor: Engine) -> None:
    put_plan(floor, plan(), at(2))
    settings = load(db="sqlite://", source="none")
    assert draw_due(floor, CONFIG, settings, at(5, 1.0)) == 2, "Friday's calls may not all be in yet"
    assert draw_due(floor, CONFIG, settings, at(5, 7.0)) == 1
    assert DayDrawer(settings, CONFIG, floor, lambda: at(5, 8.0)).look() == 0
    with floor.connect() as connection:
        days = sorted(connection.scalars(select(qa_draws.c.day)))
    assert days == [20261118, 20261119, 20261120]


# -- samples -------------------------------------------------------------------------------------------


def test_a_replacement_is_the_next_of_the_same_stratum_and_nobodys_choice(floor: Engine) -> None:
    draw_week(floor, put_plan(floor, plan(strata=["queue"])))
    one = found(floor, by="qa", reviewer=LI)[0]
    made = samples.replace(floor, QA, CONFIG, CALENDAR, one.id, "inaudible", WHY, LI, at(8))
    assert made is not None and made.stratum == one.stratum and made.agent == one.agent
    assert (made.reviewer, made.replaces, made.draw) == (LI, one.id, one.draw)
    assert made.key != one.key and found(floor, states=("open",), agent=one.agent).count(made) == 1
    gone = samples.find_sample(floor, QA, CONFIG, one.id)
    assert gone is not None and (gone.state, gone.why) == ("replaced", f"inaudible: {WHY}")
    assert code(lambda: samples.replace(
        floor, QA, CONFIG, CALENDAR, one.id, "inaudible", WHY, LI, at(8))) == "qa_sample_closed"  # fmt: skip


def test_a_replacement_needs_a_reason_and_is_the_reviewers_own_matter(floor: Engine) -> None:
    draw_week(floor, put_plan(floor, plan(), at(0)))
    mine, theirs = found(floor, by="qa", reviewer=LI)[0], found(floor, by="qa", reviewer=ZHOU)[0]

    def by(viewer: Viewer, number: int, reason: str = "cut_off", words: str = WHY) -> Callable[[], object]:
        return lambda: samples.replace(floor, viewer, CONFIG, CALENDAR, number, reason, words, "", at(8))

    assert code(by(QA, mine.id, "boring")) == "qa_no_reason"
    assert code(by(QA, mine.id, words=" ")) == "no_why"
    assert code(by(QA, theirs.id)) == "qa_not_yours"
    assert code(by(LEAD_B, next(one for one in found(floor, team="A")).id)) == "unknown_qa_sample"
    with pytest.raises(Forbidden):
        by(CHEN, mine.id)()


def test_the_next_draw_makes_up_for_a_sample_that_was_dropped(floor: Engine) -> None:
    version = put_plan(floor, plan(), at(0))
    for step in range(5):
        draw(floor, version, MONDAY + timedelta(days=step), at(step + 1, 1.0))
    one = found(floor, by="qa")[0]
    with pytest.raises(Forbidden):
        samples.drop(floor, QA, CONFIG, one.id, LI, WHY, at(5, 9))
    samples.drop(floor, MANAGER, CONFIG, one.id, "", WHY, at(5, 9))
    draw(floor, version, SUNDAY, at(7, 1.0))
    kept = [other for other in found(floor, agent=one.agent, by="qa") if other.state == "open"]
    assert len(kept) == 3 and one.key not in {other.key for other in kept}


def test_a_free_sample_goes_to_who_takes_it_first(floor: Engine) -> None:
    with writing(floor) as connection:
        connection.execute(update(accounts).values(disabled=True))
    draw_week(floor, put_plan(floor, plan(), at(0)))
    one = found(floor, by="qa")[0]
    assert one.reviewer == "" and one in [work.sample for work in samples.free_work(
        floor, QA, CONFIG, CALENDAR, at(8))]  # fmt: skip
    assert samples.take(floor, QA, CONFIG, one.id, "", at(8)).reviewer == LI
    other = replace(QA, who=ZHOU, account=8)
    assert code(lambda: samples.take(floor, other, CONFIG, one.id, "", at(8))) == "qa_not_yours"
    leads = found(floor, by="lead", team="B")[0]
    assert code(lambda: samples.take(floor, QA, CONFIG, leads.id, "", at(8))) == "qa_not_for_you"
    assert samples.take(floor, LEAD_B, CONFIG, leads.id, "", at(8)).reviewer == "lead.b"
    work = samples.my_work(floor, QA, CONFIG, CALENDAR, "", at(8))
    assert [item.sample.id for item in work] == [one.id]


def test_who_runs_the_floor_gives_a_sample_to_another(floor: Engine) -> None:
    draw_week(floor, put_plan(floor, plan(), at(0)))
    one = found(floor, by="qa", reviewer=LI)[0]

    def give(to: str) -> samples.SampleRow:
        return samples.give(floor, MANAGER, CONFIG, one.id, to, "", "病假", at(8), often=True)

    assert code(lambda: give("nobody")) == "unknown_qa_reviewer"
    assert code(lambda: give("lead.a")) == "unknown_qa_reviewer", "a lead hears his own quota"
    assert code(lambda: give(LI)) == "qa_same"
    assert give(ZHOU).reviewer == ZHOU and give("").reviewer == ""


def test_a_call_chosen_by_hand_is_told_apart_and_kept_to_the_quota(floor: Engine) -> None:
    put_plan(floor, plan(), at(0))

    def add(position: int, quota: str = "week") -> samples.SampleRow:
        return samples.add_by_hand(
            floor, MANAGER, CONFIG, CALENDAR, "weekly", quota, (1, position), LI, "", WHY, at(8)
        )

    one = add(1)
    assert (one.reason, one.agent, one.draw, one.reviewer) == ("hand", "陈思远", None, LI)
    assert code(lambda: add(1)) == "qa_sampled_already"
    assert code(lambda: add(5000)) == "unknown_qa_call"
    assert code(lambda: add(2, "none")) == "unknown_qa_quota"
    for position in (2, 3, 4, 5):
        add(position)
    assert code(lambda: add(6)) == "qa_most"
    assert code(lambda: samples.replace(
        floor, QA, CONFIG, CALENDAR, one.id, "cut_off", WHY, "", at(8))) == "qa_by_hand"  # fmt: skip


def test_what_is_overdue_is_counted_in_working_days(floor: Engine) -> None:
    version = put_plan(floor, plan(), at(0))
    draw(floor, version, SUNDAY, at(7, 1.0))  # on Monday: due on Thursday
    assert {one.due_day for one in found(floor)} == {20261126}
    assert samples.overdue(floor, QA, CONFIG, CALENDAR, at(10, 12)) == []
    late = samples.overdue(floor, QA, CONFIG, CALENDAR, at(14, 12))  # Monday after
    assert late and {work.late for work in late} == {2}


# -- quotas --------------------------------------------------------------------------------------------


def test_the_board_tells_of_every_agent_and_reviewer_in_scope(floor: Engine) -> None:
    draw_week(floor, put_plan(floor, plan(), at(0)))
    mine = found(floor, agent="陈思远", by="qa")
    with writing(floor) as connection:
        done = update(qa_samples).where(qa_samples.c.id == mine[0].id)
        connection.execute(done.values(state="done", closed_at=at(7)))
    board = quotas.board(floor, QA, CONFIG, "weekly", SUNDAY, at(14, 12))
    assert [one.agent for one in board.agents] == ["王丽娜", "陈思远", "孙浩"]
    week, lead = next(one.meters for one in board.agents if one.agent == "陈思远")
    assert (week.wanted, week.done, week.drawn, week.late, week.span) == (3, 1, 2, 2, "2026-W47")
    assert not week.met and week.short == 2 and week.behind and lead.wanted == 1, "half of the month"
    assert sum(meter.wanted for meter in board.reviewers if meter.who in (LI, ZHOU)) == 9
    scoped = quotas.board(floor, LEAD_B, CONFIG, "weekly", SUNDAY, at(14, 12))
    assert [one.agent for one in scoped.agents] == ["孙浩"]
    with pytest.raises(Forbidden):
        quotas.board(floor, CHEN, CONFIG, "weekly", SUNDAY, at(14, 12))


def test_who_has_not_worked_in_the_week_owes_nothing(floor: Engine) -> None:
    put_plan(floor, plan(), at(0))
    with writing(floor) as connection:
        connection.execute(calls.delete().where(calls.c.agent == "孙浩"))
    board = quotas.board(floor, QA, CONFIG, "weekly", SUNDAY + timedelta(days=7), at(14, 12))
    assert {one.meters[0].wanted for one in board.agents} == {0}
    assert {one.meters[1].wanted for one in board.agents} == {1}, "half of the month"
    assert day_number(board.spans[0].first) == 20261123


def test_a_week_before_there_was_a_plan_owes_nothing(floor: Engine) -> None:
    put_plan(floor, plan(), at(9))
    board = quotas.board(floor, QA, CONFIG, "weekly", SUNDAY, at(14, 12))
    weeks = [one.meters[0] for one in board.agents]
    assert len(weeks) == 3 and not any(week.wanted or week.behind for week in weeks)
