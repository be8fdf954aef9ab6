"""A sample of nobody is heard by the kind of reviewer that its quota names, whichever way he comes to it."""

import pytest
from sqlalchemy import Engine, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import samples, scoring
from ccfloor.service.qa.scoring import Begin
from ccfloor.store.access_tables import audit
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_qa import CONFIG, LI, MANAGER, QA, at, publish, put_call, put_plan, put_sample

NOW = at(3, 15)
AGENT = "陈思远"
LEAD_A = Viewer(Role.LEAD, account=12, who="lead.a", teams=frozenset(("A",)))


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    put_plan(database)
    return database


def free(engine: Engine, position: int, by: str) -> int:
    when = at(1, 9 + position)
    return put_sample(engine, put_call(engine, position, AGENT, when), AGENT, when, reviewer="", by=by)


def reviewer_of(engine: Engine, number: int) -> str:
    found = samples.find_sample(engine, MANAGER, CONFIG, number)
    assert found is not None
    return found.reviewer


@pytest.mark.parametrize(("viewer", "by"), [(LEAD_A, "qa"), (QA, "lead")])
def test_its_address_opens_no_other_s_sample(engine: Engine, viewer: Viewer, by: str) -> None:
    number = free(engine, 1, by)
    with pytest.raises(PeopleError) as error:
        scoring.open_score(engine, viewer, CONFIG, Begin(sample=number), "", NOW)
    assert (error.value.code, reviewer_of(engine, number)) == ("qa_not_for_you", "")


def test_who_was_given_it_scores_it(engine: Engine) -> None:
    when = at(1)
    number = put_sample(engine, put_call(engine, 1, AGENT, when), AGENT, when, reviewer="lead.a")
    assert scoring.open_score(engine, LEAD_A, CONFIG, Begin(sample=number), "", NOW).sample == number


def test_who_begins_with_it_has_taken_it_and_that_is_logged(engine: Engine) -> None:
    number = free(engine, 1, "qa")
    scoring.open_score(engine, QA, CONFIG, Begin(sample=number), "", NOW)
    scoring.open_score(engine, QA, CONFIG, Begin(sample=number), "", NOW + 1)
    assert reviewer_of(engine, number) == LI
    query = select(audit.c.who, audit.c.at).where(audit.c.act == Act.QA_SAMPLE_TAKEN)
    with engine.connect() as connection:
        assert connection.execute(query.where(audit.c.about == f"qa_sample/{number}")).all() == [(LI, NOW)]
