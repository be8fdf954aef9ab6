"""The log of what agents were told at once: whose it is to read, by the query itself, and blind."""

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.service.qa import feedback, rechecks, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    GOOD,
    LEAD_B,
    MANAGER,
    MONDAY,
    POOR,
    QA,
    at,
    publish,
    put_call,
)

NOW = at(3, 15)


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    return database


def read(engine: Engine, viewer: Viewer, limit: int = 20) -> list[str]:
    found = feedback.list_feedback(engine, viewer, CONFIG, NOW - 999, NOW + 999, limit=limit)
    return [one.text for one in found]


def told_with_a_form(engine: Engine) -> ScoreRow:
    call = put_call(engine, 1, "陈思远", at(1))
    row = scoring.open_score(engine, QA, CONFIG, Begin("own", call=call, form="small"), "", NOW)
    told = Change(POOR, {}, "态度差，扣 70 分", 0, True, row.saved_at)
    return scoring.submit(engine, QA, CONFIG, row.id, told, "", NOW)


def test_what_others_were_told_takes_no_place_of_his_team_s(engine: Engine) -> None:
    """However much was told since to other teams: his latest entries are found."""
    for number in range(25):
        feedback.tell(engine, MANAGER, CONFIG, "陈思远", f"第 {number} 条", "", NOW + number)
    feedback.tell(engine, MANAGER, CONFIG, "孙浩", "要紧", "", NOW - 5)
    assert read(engine, LEAD_B) == ["要紧"]
    assert len(read(engine, MANAGER)) == 20


def test_who_looks_at_a_form_again_reads_nothing_of_what_was_told_about_it(engine: Engine) -> None:
    row = told_with_a_form(engine)
    assert read(engine, MANAGER) == ["态度差，扣 70 分"]
    rechecks.draw(engine, MANAGER, CONFIG, MONDAY, MONDAY.replace(day=21), 1.0, "", "抽查", NOW)
    assert scoring.find_score(engine, MANAGER, CONFIG, row.id) is None
    assert read(engine, MANAGER) == []
    assert read(engine, QA) == read(engine, CHEN) == ["态度差，扣 70 分"]  # who said it, and who was told
    (again,) = rechecks.to_check(engine, MANAGER, CONFIG)
    scoring.submit(engine, MANAGER, CONFIG, again.id, Change(GOOD, {}, base=again.saved_at), "", NOW)
    assert read(engine, MANAGER) == ["态度差，扣 70 分"]


def test_of_some_queues_only_what_came_of_their_calls_is_told(engine: Engine) -> None:
    told_with_a_form(engine)
    feedback.tell(engine, MANAGER, CONFIG, "陈思远", "无关的话", "", NOW)
    sales, support = (
        Viewer(Role.QA, account=20, who="q2", queues=frozenset((queue,))) for queue in ("sales", "support")
    )
    assert (read(engine, sales), read(engine, support)) == (["态度差，扣 70 分"], [])
