"""Who takes calls beside another role judges nothing of them, and reads and appeals as agents do."""

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.qa.appeals import Decision
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.access.accounts import Draft, add_account
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.identity import acting_as
from ccfloor.service.audit import Actor
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import appeal_views as views
from ccfloor.service.qa import appeals, feedback, rechecks, samples, scoring
from ccfloor.service.qa.appeals import Verdict
from ccfloor.service.qa.calendar import official
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import load
from ccfloor.store.qa_appeals import Which
from ccfloor.store.qa_scores import Call, ScoreRow, Wanted
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    GOOD,
    LI,
    MANAGER,
    MONDAY,
    POOR,
    QA,
    RULES,
    SITE,
    at,
    publish,
    put_call,
    put_plan,
    put_sample,
)

NOW = at(3, 15)
ROOT = Actor("root", Role.ADMIN)
ME = "王丽娜"
CALENDAR = WorkCalendar(official("CN"))


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    put_plan(database)
    return database


def signed_in(engine: Engine, role: Role, teams: frozenset[str] | None = None) -> Viewer:
    """Somebody with an account of a role who takes calls, too, as pages and routes see him."""
    draft = Draft("both", "两岗", role, None, teams, ME)
    account, _ = add_account(engine, SITE, draft, ROOT, "兼岗", NOW, config=CONFIG)
    settings = load(environ={"CCFLOOR_ACCESS_LOGIN": "always"}, source="none")
    doors = Doors(settings, engine, lambda: NOW)
    identity = doors.who(doors.open(account, "127.0.0.1", "a browser"))
    assert identity is not None
    with acting_as(identity):
        return doors.viewer("zh")


def begun(engine: Engine, viewer: Viewer, position: int, agent: str = ME) -> ScoreRow:
    call = put_call(engine, position, agent, at(1, 9 + position / 10))
    return scoring.open_score(engine, viewer, CONFIG, Begin("own", call=call, form="small"), "", NOW)


def scored(engine: Engine, position: int = 1, agent: str = ME) -> ScoreRow:
    row = begun(engine, QA, position, agent)
    return scoring.submit(engine, QA, CONFIG, row.id, Change(POOR, {}, base=row.saved_at), "", NOW)


def sampled(engine: Engine, position: int, **more: object) -> tuple[Call, int]:
    call = put_call(engine, position, ME, at(1, 9 + position / 10))
    return call, put_sample(engine, call, ME, at(1, 9 + position / 10), **more)  # type: ignore[arg-type]


def refused(error: pytest.ExceptionInfo[PeopleError]) -> str:
    return error.value.code


@pytest.mark.parametrize("role", [Role.LEAD, Role.QA, Role.MANAGER, Role.ADMIN])
def test_whatever_the_role_the_account_knows_under_which_name_it_takes_calls(
    engine: Engine, role: Role
) -> None:
    both = signed_in(engine, role)
    assert (both.agent, both.own, both.agents, both.only) == (ME, {ME}, None, None)


def test_a_lead_scores_no_call_of_his_own(engine: Engine) -> None:
    lead = signed_in(engine, Role.LEAD, frozenset(("A",)))
    with pytest.raises(PeopleError) as error:
        begun(engine, lead, 1)
    assert refused(error) == "qa_own_call"
    _, number = sampled(engine, 2, reviewer="", by="lead")
    assert samples.free_work(engine, lead, CONFIG, CALENDAR, NOW) == []
    for act in (
        lambda: samples.take(engine, lead, CONFIG, number, "", NOW),
        lambda: scoring.open_score(engine, lead, CONFIG, Begin(sample=number), "", NOW),
    ):
        with pytest.raises(PeopleError) as error:
            act()
        assert refused(error) == "qa_own_call"
    assert begun(engine, lead, 3, "陈思远").agent == "陈思远"


def test_who_runs_the_floor_takes_no_score_of_his_own_back(engine: Engine) -> None:
    boss, row = signed_in(engine, Role.MANAGER), scored(engine)
    for act in (
        lambda: scoring.void(engine, boss, CONFIG, row.id, "", "不公", NOW),
        lambda: scoring.correct(engine, boss, CONFIG, row.id, GOOD, "", "不公", NOW),
    ):
        with pytest.raises(PeopleError) as error:
            act()
        assert refused(error) == "qa_own_score"
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "录音不全", NOW)
    with pytest.raises(PeopleError) as error:
        scoring.restore(engine, boss, CONFIG, row.id, "", "又有了", NOW)
    assert refused(error) in ("qa_own_score", "unknown_qa_score")


def test_who_runs_the_floor_puts_no_sample_of_his_own_calls_aside(engine: Engine) -> None:
    boss = signed_in(engine, Role.MANAGER)
    _, number = sampled(engine, 1, reviewer=LI)
    for act in (
        lambda: samples.drop(engine, boss, CONFIG, number, "", "不合适", NOW),
        lambda: samples.give(engine, boss, CONFIG, number, "", "", "换人", NOW),
        lambda: samples.replace(engine, boss, CONFIG, CALENDAR, number, "inaudible", "听不清", "", NOW),
    ):
        with pytest.raises(PeopleError) as error:
            act()
        assert refused(error) == "qa_own_call"
    assert samples.find_sample(engine, MANAGER, CONFIG, number).state == "open"  # type: ignore[union-attr]


def test_nobody_answers_an_appeal_about_his_own_call(engine: Engine) -> None:
    """Whoever of his accounts filed it."""
    lead, row = signed_in(engine, Role.LEAD, frozenset(("A",))), scored(engine)
    other = Viewer(Role.AGENT, account=99, who="wang.agent", agents=frozenset((ME,)))
    number = appeals.file_appeal(engine, other, CONFIG, RULES, row.id, ["greet"], "我问候了", "", NOW)
    assert views.to_decide(engine, lead, CONFIG, RULES, NOW) == []
    with pytest.raises(PeopleError) as error:
        told = Verdict(Decision.UPHELD, {"greet": "yes"})
        appeals.answer(engine, lead, CONFIG, RULES, number, told, "", "我对", NOW)
    assert refused(error) == "qa_appeal_own_score"
    assert scoring.find_score(engine, MANAGER, CONFIG, row.id).score == row.score  # type: ignore[union-attr]


def test_no_form_of_his_own_calls_is_drawn_for_him_to_look_at_again(engine: Engine) -> None:
    boss, row = signed_in(engine, Role.MANAGER), scored(engine)
    with pytest.raises(PeopleError) as error:
        rechecks.draw(engine, boss, CONFIG, MONDAY, MONDAY.replace(day=20), 1.0, "", "抽查", NOW)
    assert refused(error) == "qa_nothing_to_draw"
    drawn = rechecks.draw(engine, MANAGER, CONFIG, MONDAY, MONDAY.replace(day=20), 1.0, "", "抽查", NOW)
    assert drawn.numbers == (row.id,)


@pytest.mark.parametrize("team", ["A", "B"])
def test_he_reads_his_own_forms_says_so_and_appeals(engine: Engine, team: str) -> None:
    """Also where he leads another team than the one in which he takes calls."""
    lead, row = signed_in(engine, Role.LEAD, frozenset((team,))), scored(engine)
    mine = scoring.list_scores(engine, lead, CONFIG, Wanted(agent=ME))
    assert [one.id for one in mine] == [row.id]
    feedback.acknowledge(engine, lead, CONFIG, row.id, "收到", "", NOW + 1)
    told = views.chance(engine, lead, CONFIG, RULES, row.id, NOW + 2)
    assert told is not None and told.open
    number = appeals.file_appeal(engine, lead, CONFIG, RULES, row.id, ["greet"], "我问候了", "", NOW + 2)
    assert [one.row.id for one in views.list_appeals(engine, lead, CONFIG, RULES, Which(agent=ME), NOW)]
    appeals.withdraw(engine, lead, CONFIG, RULES, number, "", "算了", NOW + 3)
    found = scoring.find_score(engine, lead, CONFIG, row.id)
    assert found is not None and found.seen_words == "收到"


def test_what_he_was_told_at_once_he_says_he_heard(engine: Engine) -> None:
    lead = signed_in(engine, Role.LEAD, frozenset(("B",)))
    number = feedback.tell(engine, MANAGER, CONFIG, ME, "先问候", "", NOW)
    found = feedback.list_feedback(engine, lead, CONFIG, NOW - 1, NOW + 1, agent=ME, open_only=True)
    assert [one.id for one in found] == [number]
    feedback.hear(engine, lead, number, "好", "", NOW + 1)


def test_another_team_s_forms_stay_out_of_sight(engine: Engine) -> None:
    """The own forms are let through, and nothing else."""
    lead = signed_in(engine, Role.LEAD, frozenset(("B",)))
    other, row = scored(engine, 1, "陈思远"), scored(engine, 2)
    assert scoring.find_score(engine, lead, CONFIG, row.id) is not None
    assert scoring.find_score(engine, lead, CONFIG, other.id) is None
    assert scoring.find_score(engine, CHEN, CONFIG, row.id) is None
