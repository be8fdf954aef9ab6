"""A call counts once, whichever way somebody came to score it, and whoever handed in first."""

import pytest
from sqlalchemy import Engine, func, select

from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import samples, scoring
from ccfloor.service.qa.calendar import official
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.store.qa_scores import COUNTING, SUBMITTED, Call, ScoreRow
from ccfloor.store.qa_tables import qa_scores
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_qa import (
    CONFIG,
    GOOD,
    LI,
    MANAGER,
    OTHER_QA,
    POOR,
    QA,
    ZHOU,
    at,
    publish,
    put_call,
    put_plan,
    put_sample,
)

NOW = at(3, 15)
AGENT = "陈思远"
CALENDAR = WorkCalendar(official("CN"))


@pytest.fixture
def call(database: Engine) -> Call:
    publish(database)
    put_plan(database)
    return put_call(database, 1, AGENT, at(1))


def by_hand(engine: Engine, viewer: Viewer, call: Call) -> ScoreRow:
    return scoring.open_score(engine, viewer, CONFIG, Begin("own", call=call, form="small"), "", NOW)


def as_sample(engine: Engine, viewer: Viewer, number: int) -> ScoreRow:
    return scoring.open_score(engine, viewer, CONFIG, Begin(sample=number), "", NOW)


def hand_in(engine: Engine, viewer: Viewer, row: ScoreRow, answers: dict[str, str] = GOOD) -> None:
    scoring.submit(engine, viewer, CONFIG, row.id, Change(answers, {}, base=row.saved_at), "", NOW + 60)


def counting(engine: Engine, call: Call) -> int:
    table = qa_scores.c
    this = (table.source_id == call[0], table.position == call[1])
    with engine.connect() as connection:
        query = select(func.count()).where(*this, table.state == SUBMITTED, table.kind.in_(COUNTING))
        return int(connection.scalar(query) or 0)


def test_of_two_who_began_by_hand_the_first_to_hand_in_counts(database: Engine, call: Call) -> None:
    first, second = by_hand(database, QA, call), by_hand(database, OTHER_QA, call)
    hand_in(database, OTHER_QA, second)
    with pytest.raises(PeopleError, match="qa_scored_call"):
        hand_in(database, QA, first, POOR)
    assert counting(database, call) == 1


def test_a_call_that_waits_as_a_sample_is_not_begun_by_hand(database: Engine, call: Call) -> None:
    for reviewer in (ZHOU, LI, ""):
        put_sample(database, call, AGENT, at(1), reviewer)
        with pytest.raises(PeopleError, match="qa_sampled_call"):
            by_hand(database, QA, call)


def test_a_call_that_is_drawn_while_somebody_scores_it_by_hand_is_its_samples(
    database: Engine, call: Call
) -> None:
    mine = by_hand(database, QA, call)
    sample = put_sample(database, call, AGENT, at(1), ZHOU)
    with pytest.raises(PeopleError, match="qa_sampled_call"):
        hand_in(database, QA, mine)
    hand_in(database, OTHER_QA, as_sample(database, OTHER_QA, sample), POOR)
    with pytest.raises(PeopleError, match="qa_scored_call"):
        hand_in(database, QA, mine)
    assert counting(database, call) == 1


def test_a_sample_of_a_call_that_counts_is_neither_begun_nor_handed_in(database: Engine, call: Call) -> None:
    mine = by_hand(database, QA, call)
    hand_in(database, QA, mine)
    with pytest.raises(PeopleError, match="qa_scored_call"):
        as_sample(database, OTHER_QA, put_sample(database, call, AGENT, at(1), ZHOU))
    assert counting(database, call) == 1


def test_what_was_taken_back_does_not_come_back_beside_another_score(database: Engine, call: Call) -> None:
    mine = by_hand(database, QA, call)
    hand_in(database, QA, mine)
    scoring.void(database, MANAGER, CONFIG, mine.id, "", "听错了", NOW + 70)
    other = by_hand(database, OTHER_QA, call)
    hand_in(database, OTHER_QA, other, POOR)
    with pytest.raises(PeopleError, match="qa_scored_call"):
        scoring.restore(database, MANAGER, CONFIG, mine.id, "", "其实没错", NOW + 80)
    scoring.void(database, MANAGER, CONFIG, other.id, "", "评错了", NOW + 90)
    put_sample(database, call, AGENT, at(1), ZHOU)
    with pytest.raises(PeopleError, match="qa_sampled_call"):
        scoring.restore(database, MANAGER, CONFIG, mine.id, "", "其实没错", NOW + 95)
    assert counting(database, call) == 0


def test_a_call_that_counts_is_not_made_a_sample_by_hand(database: Engine, call: Call) -> None:
    def add() -> None:
        told = ("weekly", "week", call, ZHOU, "", "有投诉", NOW)
        samples.add_by_hand(database, MANAGER, CONFIG, CALENDAR, *told)

    mine = by_hand(database, QA, call)
    hand_in(database, QA, mine)
    with pytest.raises(PeopleError, match="qa_scored_call"):
        add()
    scoring.void(database, MANAGER, CONFIG, mine.id, "", "听错了", NOW + 70)
    add()
