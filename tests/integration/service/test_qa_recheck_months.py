"""What is scored again of a month that is over: by the plan's share, once, of nobody until it is taken."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from msgspec.json import decode
from sqlalchemy import Engine, select, update

from ccfloor.access.acts import Act
from ccfloor.kpi.period import day_number
from ccfloor.qa.plan import Plan
from ccfloor.service.audit import PROGRAM
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import recheck_months, rechecks, scoring
from ccfloor.service.qa.drawing_job import recheck_due
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import load
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_recheck_draws, qa_scores
from ccfloor.store.viewer import Forbidden
from tests.fakes.stored_qa import (
    CONFIG,
    GOOD,
    LEAD_B,
    LI,
    MANAGER,
    OTHER_QA,
    QA,
    ZHOU,
    at,
    publish,
    put_call,
    put_plan,
    put_sample,
)

WORDS = {"zh": "周", "en": "week"}
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
OVER = at(15, 2.0)  # Tuesday 1 December, two o'clock
KEY = b"k" * 32
SETTINGS = load(db="sqlite://", source="none")


def plan(share: float) -> Plan:
    quota = {"id": "week", "name": WORDS, "every": "week", "at_least": 1}
    told = {"id": "weekly", "name": WORDS, "form": "small", "quotas": [quota], "rechecks": share}
    return Plan.model_validate(told)


def scored(engine: Engine, number: int, viewer: Any, day: int = 1) -> list[int]:
    """So many samples of a reviewer, scored."""
    found = []
    for place in range(number):
        when = at(day, 9) + place * 60
        call = put_call(engine, 1000 * viewer.account + 100 * day + place, "孙浩", when)
        sample = put_sample(engine, call, "孙浩", when, viewer.who)
        row = scoring.open_score(engine, viewer, CONFIG, Begin(sample=sample), "", when + 600)
        told = Change(GOOD, {}, base=row.saved_at)
        found.append(scoring.submit(engine, viewer, CONFIG, row.id, told, "", when + 700).id)
    return found


@pytest.fixture
def floor(database: Engine) -> Engine:
    publish(database)
    put_plan(database, plan(0.25), at(-14))
    return database


def drafts(engine: Engine) -> list[Any]:
    query = select(qa_scores).where(qa_scores.c.kind == "recheck").order_by(qa_scores.c.id)
    with engine.connect() as connection:
        return list(connection.execute(query).all())


def test_the_months_end_draws_the_share_of_each_reviewer_once(floor: Engine) -> None:
    mine = {LI: set(scored(floor, 9, QA)), ZHOU: set(scored(floor, 4, OTHER_QA))}
    assert recheck_due(floor, CONFIG, SETTINGS, at(14, 23.0)) == 0, "the month is not over"
    assert recheck_due(floor, CONFIG, SETTINGS, at(15, 7.0)) == 1
    assert recheck_due(floor, CONFIG, SETTINGS, at(15, 8.0)) == 0
    made = drafts(floor)
    assert {row.original for row in made} <= mine[LI] | mine[ZHOU] and {row.reviewer for row in made} == {""}
    assert [sum(row.original in mine[name] for row in made) for name in (LI, ZHOU)] == [3, 1]
    (drawn,) = recheck_months.list_draws(floor, MANAGER)
    assert (drawn.who, drawn.plan, drawn.month, drawn.share) == ("", "weekly", 20261100, 0.25)
    assert (drawn.population, drawn.picks) == (13, 4)
    assert (drawn.first_day, drawn.last_day) == (20261101, 20261130)
    with floor.connect() as connection:
        entry = connection.execute(select(audit).where(audit.c.act == Act.QA_RECHECKS_DRAWN)).one()
    told = decode(entry.after)
    assert entry.who == PROGRAM.who
    assert sorted(told["numbers"]) == sorted(row.original for row in made) and told["seed"] == drawn.seed


def test_it_comes_out_again_by_its_seed(floor: Engine) -> None:
    numbers = scored(floor, 12, QA)
    version = put_plan(floor, plan(0.25), at(-14))
    made = recheck_months.draw_month(floor, CONFIG, version, (FIRST, LAST), KEY, OVER)
    assert made is not None and recheck_months.draw_month(
        floor, CONFIG, version, (FIRST, LAST), KEY, OVER + 60) is None  # fmt: skip
    there = [rechecks.Scored(number, LI, "孙浩", False, "weekly") for number in numbers]
    again = rechecks.drawn(there, 0.25, made.seed)
    assert again.numbers == tuple(sorted(row.original for row in drafts(floor)))
    assert (again.digest, again.population) == (made.digest, made.population)


def test_a_plan_without_a_share_and_forms_of_no_plan_are_left_alone(database: Engine) -> None:
    publish(database)
    put_plan(database, plan(0.0), at(-14))
    scored(database, 3, QA)
    assert recheck_due(database, CONFIG, SETTINGS, OVER + 40_000) == 0
    put_plan(database, plan(1.0), at(-14))
    call = put_call(database, 5, "孙浩", at(2))
    row = scoring.open_score(database, QA, CONFIG, Begin("own", call=call, form="small"), "", at(2, 15))
    scoring.submit(database, QA, CONFIG, row.id, Change(GOOD, {}, base=row.saved_at), "", at(2, 16))
    assert recheck_due(database, CONFIG, SETTINGS, OVER + 40_000) == 1
    assert len(drafts(database)) == 3, "not the one that was chosen by hand"


def test_what_was_drawn_by_hand_counts_for_the_share(floor: Engine) -> None:
    scored(floor, 8, QA)
    rechecks.draw(floor, MANAGER, CONFIG, FIRST, LAST, 0.125, "", "每月抽查", at(8))
    assert recheck_due(floor, CONFIG, SETTINGS, OVER + 40_000) == 1
    assert len(drafts(floor)) == 2 and [row.reviewer for row in drafts(floor)] == ["boss", ""]
    program, hand = recheck_months.list_draws(floor, MANAGER)
    assert (hand.who, hand.month, hand.why) == ("boss", None, "每月抽查") and program.who == ""


def test_who_runs_the_floor_takes_one_and_no_longer_sees_the_first(floor: Engine) -> None:
    scored(floor, 4, QA)
    recheck_due(floor, CONFIG, SETTINGS, OVER + 40_000)
    (free,) = recheck_months.free(floor, MANAGER, CONFIG)
    assert free.answers == {} and free.score is None
    assert scoring.find_score(floor, MANAGER, CONFIG, free.original or 0) is not None
    with pytest.raises(Forbidden):
        recheck_months.take(floor, QA, CONFIG, free.id, "", OVER + 50_000)
    recheck_months.take(floor, MANAGER, CONFIG, free.id, "", OVER + 50_000)
    assert scoring.find_score(floor, MANAGER, CONFIG, free.original or 0) is None
    assert [row.id for row in rechecks.to_check(floor, MANAGER, CONFIG)] == [free.id]
    assert recheck_months.free(floor, MANAGER, CONFIG) == []
    with pytest.raises(PeopleError) as error:
        recheck_months.take(floor, replace(MANAGER, who="other", account=12), CONFIG, free.id, "", OVER)
    assert error.value.code == "unknown_qa_score"
    done = Change(GOOD, {}, base=free.saved_at)
    scoring.submit(floor, MANAGER, CONFIG, free.id, done, "", OVER + 60_000)
    assert rechecks.results(floor, QA, CONFIG, FIRST, LAST).counts[LI] == (1, 4)


def test_nobody_takes_his_own_form_nor_looks_beyond_his_scope(floor: Engine) -> None:
    scored(floor, 4, QA)
    recheck_due(floor, CONFIG, SETTINGS, OVER + 40_000)
    own = replace(MANAGER, who=LI, account=7)
    assert recheck_months.free(floor, own, CONFIG) == []
    (free,) = recheck_months.free(floor, MANAGER, CONFIG)
    with pytest.raises(PeopleError) as error:
        recheck_months.take(floor, own, CONFIG, free.id, "", OVER)
    assert error.value.code == "qa_own_score"
    of_a = replace(MANAGER, teams=frozenset(("A",)))
    assert recheck_months.free(floor, of_a, CONFIG) == []
    for viewer in (of_a, LEAD_B, QA):
        with pytest.raises(Forbidden):
            recheck_months.list_draws(floor, viewer)


def test_a_form_that_is_taken_back_is_not_drawn(floor: Engine) -> None:
    numbers = scored(floor, 4, QA)
    with writing(floor) as connection:
        gone = update(qa_scores).where(qa_scores.c.id.in_(numbers[:3]))
        connection.execute(gone.values(state="void"))
    recheck_due(floor, CONFIG, SETTINGS, OVER + 40_000)
    assert [row.original for row in drafts(floor)] == numbers[3:]
    with floor.connect() as connection:
        assert connection.scalar(select(qa_recheck_draws.c.month)) == day_number(FIRST) - 1
