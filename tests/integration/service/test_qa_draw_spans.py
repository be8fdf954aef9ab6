"""What a week's and a month's draws come to together: from when on, how evenly, and whose work they are."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.qa.plan import Plan
from ccfloor.qa.quota import Meter
from ccfloor.qa.workdays import Official, WorkCalendar
from ccfloor.rules.calendar import Shift
from ccfloor.service.access.accounts import Draft
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import drawing, quotas, samples, scoring, versions
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.qa.shifts import NONE, Shifts
from ccfloor.store.access_tables import audit
from ccfloor.store.qa_samples import SampleRow, Wanted
from ccfloor.store.viewer import Viewer
from ccfloor.ui.qa_work_words import meter_words
from tests.fakes.staff import hire
from tests.fakes.stored_qa import (
    CONFIG,
    GOOD,
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
WORDS = {"zh": "周", "en": "week"}
WEEK = {"id": "week", "name": WORDS, "every": "week", "at_least": 3}


def plan(**more: Any) -> Plan:
    told = {"id": "weekly", "name": WORDS, "form": "small", "quotas": [WEEK], "strata": ["queue", "hour"]}
    return Plan.model_validate(told | more)


def draw(engine: Engine, version: versions.Version, step: int, shifts: Shifts = NONE) -> None:
    """Draw a day, and make the draw again: it comes out the same."""
    day, night = MONDAY + timedelta(days=step), at(step + 1, 1.0)
    made = drawing.draw_day(engine, CONFIG, version, day, KEY, CALENDAR, night, shifts=shifts)
    assert made is not None
    verdict = drawing.verify(engine, QA, CONFIG, KEY, version.name, day)
    assert verdict.sound and verdict.same_calls


def found(engine: Engine, **narrow: Any) -> list[SampleRow]:
    return samples.list_samples(engine, Viewer(site=SITE), CONFIG, Wanted(**narrow))


@pytest.mark.parametrize("begins", ["plan", "form", "both"])
def test_what_begins_within_a_week_draws_no_call_from_before(database: Engine, begins: str) -> None:
    """Every call that is drawn can be scored: the plan's form counts on its day."""
    publish(database, from_day=0 if begins == "plan" else 20261118)
    version = put_plan(database, plan(), at(0 if begins == "form" else 2, 9.0))
    for position, (day, hour) in enumerate([(day, hour) for day in range(4) for hour in (9, 11, 13)]):
        put_call(database, position, "陈思远", at(day, hour))
    put_work(database, 7)
    for step in range(2, 7):
        draw(database, version, step)
    drawn = found(database, by="qa")
    assert drawn and min(one.day for one in drawn) >= 20261118
    for one in drawn:
        assert scoring.open_score(database, QA, CONFIG, Begin(sample=one.id), "", at(7, 9.0)).version == 1
    fresh = samples.replace(
        database, QA, CONFIG, CALENDAR, drawn[0].id, "inaudible", "听不清", "", at(7, 9.5)
    )
    assert fresh is None or fresh.day >= 20261118


MORNING = Shifts(CONFIG.zone, (Shift("early", ((8 * 3600, 12 * 3600),)),), {"SIM/1001": "early"})


def test_draws_go_on_in_turn_by_shift_and_each_comes_out_again(database: Engine) -> None:
    """Half of the calls are of the shift, half after its end; so are those drawn in three weeks."""
    publish(database)
    month = {"id": "month", "name": WORDS, "every": "month", "at_least": 40}
    version = put_plan(database, plan(quotas=[WEEK, month], strata=["shift", "hour"]))
    for step in range(15):
        for place, hour in enumerate((9, 10, 11, 11.5, 13, 14, 15, 16)):
            put_call(database, 10 * step + place, "陈思远", at(step, hour))
    for step in range(15):
        draw(database, version, step, MORNING)
    drawn = found(database)
    early = sum(one.stratum.startswith("shift=early ") for one in drawn)
    assert len(drawn) >= 16 and all(one.stratum.startswith(("shift=early ", "shift=- ")) for one in drawn)
    assert abs(early - len(drawn) / 2) <= 2


def free(engine: Engine, number: int) -> list[int]:
    """Samples of one agent in one week, of nobody."""
    publish(engine)
    put_plan(engine, plan(same_reviewer=0.5))
    put = ((put_call(engine, at_, "陈思远", at(0, 9 + at_)), at(0, 9 + at_)) for at_ in range(number))
    return [put_sample(engine, call, "陈思远", when, reviewer="") for call, when in put]


def reasons(engine: Engine, act: str) -> list[str]:
    with engine.connect() as connection:
        return list(
            connection.scalars(select(audit.c.why).where(audit.c.act == act).order_by(audit.c.number))
        )


def test_nobody_takes_all_samples_of_an_agent_while_another_may(database: Engine) -> None:
    for name in (LI, ZHOU):
        hire(database, Draft(name, name, Role.QA), at(0))
    numbers = free(database, 4)
    for number in numbers[:2]:
        samples.take(database, QA, CONFIG, number, "", at(8))
    with pytest.raises(PeopleError, match="qa_too_often"):
        samples.take(database, QA, CONFIG, numbers[2], "", at(8))
    with pytest.raises(PeopleError, match="qa_too_often"):
        scoring.open_score(database, QA, CONFIG, Begin(sample=numbers[2]), "", at(8))
    with pytest.raises(PeopleError, match="qa_too_often"):
        samples.give(database, MANAGER, CONFIG, numbers[2], LI, "", "赶进度", at(8))
    samples.take(database, QA, CONFIG, numbers[2], "", at(8), "另一位请假")
    assert reasons(database, Act.QA_SAMPLE_TAKEN) == ["", "", "另一位请假"]
    samples.give(database, MANAGER, CONFIG, numbers[3], LI, "", "另一位请假", at(8), often=True)
    samples.give(database, MANAGER, CONFIG, numbers[3], ZHOU, "", "回来了", at(9))
    assert reasons(database, Act.QA_SAMPLE_GIVEN) == ["另一位请假", "回来了"]


def test_on_an_open_floor_who_scored_lately_is_another(database: Engine) -> None:
    anyone = Viewer(site=SITE)
    numbers = free(database, 4)
    for number in numbers[:3]:
        samples.take(database, anyone, CONFIG, number, "周岚", at(8))
    other = put_sample(database, put_call(database, 50, "孙浩", at(0)), "孙浩", at(0), reviewer="钱敏")
    with pytest.raises(PeopleError, match="qa_too_often"):
        samples.take(database, anyone, CONFIG, numbers[3], "周岚", at(8))
    samples.take(database, anyone, CONFIG, numbers[3], "钱敏", at(8))
    assert {one.reviewer for one in found(database) if one.id != other} == {"周岚", "钱敏"}


def test_who_had_fewer_calls_than_the_quota_wants_is_not_behind_for_ever(database: Engine) -> None:
    """The board says that there are no more calls, and how many there may be at most."""
    publish(database)
    version = put_plan(database, plan(quotas=[WEEK | {"at_most": 4}]))
    for place in range(2):
        put_call(database, place, "陈思远", at(place, 10))
    put_work(database, 2, {"陈思远": "A"})
    for step in range(7):
        draw(database, version, step)

    def meter() -> Meter:
        told = quotas.board(database, MANAGER, CONFIG, "weekly", MONDAY + timedelta(days=6), at(8, 9))
        return told.agents[0].meters[0]

    assert (meter().behind, meter_words(meter(), "zh")) == (True, "0 / 3–4 · 待评 2 · 没有更多通话可抽")
    for one in found(database):
        row = scoring.open_score(database, Viewer(site=SITE), CONFIG, Begin(sample=one.id), "周岚", at(8, 9))
        change = Change(GOOD, {}, base=row.saved_at)
        scoring.submit(database, Viewer(site=SITE), CONFIG, row.id, change, "周岚", at(8, 10))
    assert (meter().behind, meter_words(meter(), "en")) == (False, "2 / 3–4 · no more calls")
    put_call(database, 2, "陈思远", at(3, 10))
    assert not meter().all
    for place in range(3, 6):
        put_sample(database, put_call(database, place, "陈思远", at(3, 10)), "陈思远", at(3, 10))
    assert meter_words(meter(), "en").endswith("above 4")
