"""A form's way: begun, saved, handed in, read, taken back, corrected; who may do what and reads what."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.numbers import Clearing
from ccfloor.kpi.period import date_of
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import feedback, rechecks, scoring
from ccfloor.service.qa.scoring import Begin, Change, Conflict
from ccfloor.store import qa_scores
from ccfloor.store.access_tables import audit
from ccfloor.store.clearing import clear
from ccfloor.store.qa_scores import ScoreRow, Wanted
from ccfloor.store.qa_tables import qa_samples
from ccfloor.store.qa_tables import qa_scores as scores
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    FORM,
    GOOD,
    LEAD_B,
    LI,
    MANAGER,
    OTHER_QA,
    POOR,
    QA,
    ZHOU,
    at,
    publish,
    put_call,
    put_sample,
)

NOW = at(3, 15)


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    return database


def begun(engine: Engine, position: int = 1, agent: str = "陈思远", viewer: Viewer = QA) -> ScoreRow:
    call = put_call(engine, position, agent, at(1))
    begin = Begin("own", call=call, form="small")
    return scoring.open_score(engine, viewer, CONFIG, begin, "", NOW)


def change(row: ScoreRow, answers: dict[str, str], **more: Any) -> Change:
    return Change(answers, more.pop("comments", {}), base=row.saved_at, **more)


def handed_in(engine: Engine, answers: dict[str, str], position: int = 1, **more: Any) -> ScoreRow:
    row = begun(engine, position, **{k: more.pop(k) for k in ("agent", "viewer") if k in more})
    viewer = QA if row.reviewer == LI else OTHER_QA
    return scoring.submit(engine, viewer, CONFIG, row.id, change(row, answers, **more), "", NOW + 60)


def code(error: pytest.ExceptionInfo[PeopleError]) -> str:
    return error.value.code


def test_a_draft_takes_its_day_team_and_version_from_the_call(engine: Engine) -> None:
    later = publish(engine, FORM.model_copy(update={"pass_mark": 90.0}), from_day=20261118)
    row = begun(engine)
    assert (row.day, row.team, row.queue, row.version, row.reviewer) == (20261117, "A", "sales", 1, LI)
    call = put_call(engine, 2, "陈思远", at(2))
    row = scoring.open_score(engine, QA, CONFIG, Begin("own", call=call, form="small"), "", NOW)
    assert row.version == later == 2


def test_opening_again_goes_on_with_the_same_draft(engine: Engine) -> None:
    row = begun(engine)
    again = scoring.open_score(engine, QA, CONFIG, Begin("own", call=row.call, form="small"), "", NOW + 9)
    assert again == row


def test_a_saved_draft_has_its_total_and_who_saved_meanwhile_is_said(engine: Engine) -> None:
    row = begun(engine)
    first = scoring.save(engine, QA, CONFIG, row.id, change(row, {"greet": "yes"}), "", NOW)
    assert first.score == 100.0 and first.saved_at > row.saved_at
    with pytest.raises(Conflict) as error:
        scoring.save(engine, QA, CONFIG, row.id, change(row, {"greet": "no"}), "", NOW + 1)
    assert error.value.row.answers == {"greet": "yes"} and error.value.row.reviewer == LI
    stored = scoring.find_score(engine, QA, CONFIG, row.id)
    assert stored is not None and stored.answers == {"greet": "yes"}


@pytest.mark.parametrize("answers", [{"answer": "55"}, {"greet": "na"}, {"nothing": "yes"}, {"hold": "3"}])
def test_an_answer_that_cannot_be_is_refused(engine: Engine, answers: dict[str, str]) -> None:
    row = begun(engine)
    with pytest.raises(PeopleError) as error:
        scoring.save(engine, QA, CONFIG, row.id, change(row, answers), "", NOW)
    assert code(error) == "qa_bad_answer"


def test_a_call_counts_once(engine: Engine) -> None:
    row = handed_in(engine, GOOD)
    again = Begin("own", call=row.call, form="small")
    for viewer in (QA, OTHER_QA):
        with pytest.raises(PeopleError) as error:
            scoring.open_score(engine, viewer, CONFIG, again, "", NOW)
        assert code(error) == "qa_scored_call"
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "错听", NOW)
    assert scoring.open_score(engine, OTHER_QA, CONFIG, again, "", NOW).id != row.id


def test_only_a_complete_form_is_handed_in(engine: Engine) -> None:
    row = begun(engine)
    some = {name: answer for name, answer in GOOD.items() if name != "record"}
    with pytest.raises(PeopleError) as error:
        scoring.submit(engine, QA, CONFIG, row.id, change(row, some), "", NOW)
    assert code(error) == "qa_incomplete"
    done = scoring.submit(engine, QA, CONFIG, row.id, change(row, GOOD), "", NOW)
    assert (done.score, done.passed, done.fatal, done.polite, done.record) == (100.0, True, False, 1, 1)
    with pytest.raises(PeopleError) as error:
        scoring.save(engine, QA, CONFIG, row.id, change(done, POOR), "", NOW)
    assert code(error) == "qa_not_draft"


def test_something_fatal_is_said_in_words(engine: Engine) -> None:
    row = begun(engine)
    with pytest.raises(PeopleError) as error:
        scoring.submit(engine, QA, CONFIG, row.id, change(row, GOOD | {"insult": "yes"}), "", NOW)
    assert code(error) == "qa_fatal_words"
    told = change(row, GOOD | {"insult": "yes"}, comments={"insult": [(61.04, "骂人")]})
    done = scoring.submit(engine, QA, CONFIG, row.id, told, "", NOW)
    assert (done.score, done.passed, done.fatal) == (0.0, False, True)
    assert done.comments == {"insult": [(61.0, "骂人")]}


def test_handing_in_closes_the_sample_and_keeps_the_lines(engine: Engine) -> None:
    call = put_call(engine, 5, "陈思远", at(1))
    sample = put_sample(engine, call, "陈思远", at(1))
    with engine.connect() as connection:
        assert qa_scores.to_score(connection, "main", LI) == {call}
    row = begun_sample(engine, sample)
    scoring.submit(engine, QA, CONFIG, row.id, change(row, POOR), "", NOW)
    with engine.connect() as connection:
        assert connection.execute(select(qa_samples.c.state, qa_samples.c.closed_at)).one() == ("done", NOW)
        lines = {line.item: line for line in qa_scores.lines(connection, row.id)}
    assert lines["answer"] == ("answer", True, 30_000, 50_000, False)
    assert lines["hold"].earned_milli == 0 and not lines["insult"].fatal


def begun_sample(engine: Engine, sample: int, viewer: Viewer = QA) -> ScoreRow:
    """The sample's form is that of its plan; here the plan's own text says so."""
    put_plan(engine)
    return scoring.open_score(engine, viewer, CONFIG, Begin(sample=sample), "", NOW)


def put_plan(engine: Engine) -> None:
    from ccfloor.qa.plan import Plan
    from ccfloor.qa.write import kept_text
    from ccfloor.store import qa_versions
    from ccfloor.store.engine import writing

    words = {"zh": "周", "en": "week"}
    quota = {"id": "week", "name": words, "every": "week", "at_least": 3}
    plan = Plan.model_validate({"id": "weekly", "name": words, "form": "small", "quotas": [quota]})
    values = {"state": "published", "from_day": 0, "body": kept_text(plan), "who": "", "why": "", "at": 0.0}
    with writing(engine) as connection:
        if not qa_versions.all_rows(connection, "main", "plan"):
            qa_versions.add(connection, "main", "plan", "weekly", values | {"published_at": 0.0})


def test_a_sample_is_its_reviewers_alone_and_a_free_one_is_who_opens_its(engine: Engine) -> None:
    call = put_call(engine, 5, "陈思远", at(1))
    theirs = put_sample(engine, call, "陈思远", at(1), reviewer=ZHOU)
    with pytest.raises(PeopleError) as error:
        begun_sample(engine, theirs)
    assert code(error) == "qa_not_yours"
    free = put_sample(engine, put_call(engine, 6, "孙浩", at(1)), "孙浩", at(1), reviewer="")
    assert begun_sample(engine, free).reviewer == LI
    with engine.connect() as connection:
        assert connection.scalar(select(qa_samples.c.reviewer).where(qa_samples.c.id == free)) == LI


def test_the_whole_way(engine: Engine) -> None:
    row = begun(engine)
    assert begun_again(engine, row) == row
    saved = scoring.save(engine, QA, CONFIG, row.id, change(row, POOR), "", NOW)
    with pytest.raises(Conflict):
        scoring.save(engine, QA, CONFIG, row.id, change(row, GOOD), "", NOW)
    scoring.submit(engine, QA, CONFIG, row.id, change(saved, POOR, tell_now=True, summary="要听完"), "", NOW)
    scoring.correct(engine, MANAGER, CONFIG, row.id, {"greet": "yes"}, "", "申诉", NOW)
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "错听", NOW)
    scoring.restore(engine, MANAGER, CONFIG, row.id, "", "对的", NOW)
    feedback.acknowledge(engine, CHEN, CONFIG, row.id, "收到", "", NOW)
    (mine,) = scoring.list_scores(engine, CHEN, CONFIG, Wanted())
    assert (mine.score, mine.revision, mine.seen_words) == (50.0, 1, "收到")
    later = scoring.list_scores(engine, QA, CONFIG, Wanted(), below=(mine.call_at, mine.id))
    assert later == [] and len(scoring.list_revisions(engine, CHEN, CONFIG, mine.id)) == 1


def begun_again(engine: Engine, row: ScoreRow) -> ScoreRow:
    begin = Begin("own", call=row.call, form="small")
    return scoring.open_score(engine, QA, CONFIG, begin, "", NOW + 9)


# -- who reads what ------------------------------------------------------------------------------------


def test_an_agent_reads_the_own_scores_and_no_others(engine: Engine) -> None:
    mine = handed_in(engine, POOR)
    theirs = handed_in(engine, GOOD, 2, agent="王丽娜")
    draft = begun(engine, 3)
    read = [row.id for row in scoring.list_scores(engine, CHEN, CONFIG, Wanted(states=()))]
    assert read == [mine.id]
    for other in (theirs, draft):
        assert scoring.find_score(engine, CHEN, CONFIG, other.id) is None
    with pytest.raises(Forbidden):
        scoring.list_scores(engine, Viewer(Role.DISPLAY), CONFIG, Wanted())


def test_a_lead_reads_of_his_teams_and_a_queue_is_a_scope(engine: Engine) -> None:
    of_a, of_b = handed_in(engine, GOOD), handed_in(engine, GOOD, 2, agent="孙浩")
    assert [row.id for row in scoring.list_scores(engine, LEAD_B, CONFIG, Wanted())] == [of_b.id]
    assert scoring.find_score(engine, LEAD_B, CONFIG, of_a.id) is None
    support = replace(MANAGER, queues=frozenset(("support",)))
    assert scoring.list_scores(engine, support, CONFIG, Wanted()) == []


def test_who_is_to_score_a_call_reads_nothing_that_others_said_of_it(engine: Engine) -> None:
    first = handed_in(engine, POOR)
    assert scoring.find_score(engine, OTHER_QA, CONFIG, first.id) is not None
    day = date_of(first.submitted_day)
    rechecks.draw(engine, MANAGER, CONFIG, day, day, 1.0, "", "抽查", NOW)
    again = scoring.open_score(engine, MANAGER, CONFIG, Begin("recheck", original=first.id), "", NOW)
    assert (again.kind, again.original, again.version, again.answers) == ("recheck", first.id, 1, {})
    assert scoring.find_score(engine, MANAGER, CONFIG, first.id) is None
    assert scoring.find_score(engine, QA, CONFIG, again.id) is None, "a draft is its reviewer's alone"
    scoring.submit(engine, MANAGER, CONFIG, again.id, change(again, GOOD), "", NOW)
    assert scoring.find_score(engine, MANAGER, CONFIG, first.id) is not None
    assert [row.id for row in scoring.list_scores(engine, CHEN, CONFIG, Wanted())] == [first.id]


@pytest.mark.parametrize("viewer", [OTHER_QA, MANAGER])
def test_nothing_is_scored_again_that_was_not_drawn_for_it(engine: Engine, viewer: Viewer) -> None:
    first = handed_in(engine, GOOD)
    assert scoring.find_score(engine, viewer, CONFIG, first.id) is not None, "read, and so not blind"
    with pytest.raises(PeopleError) as error:
        scoring.open_score(engine, viewer, CONFIG, Begin("recheck", original=first.id), "", NOW)
    assert code(error) == "qa_not_drawn"
    with engine.connect() as connection:
        assert list(connection.scalars(select(scores.c.id))) == [first.id]


def test_an_open_sample_hides_the_call_from_its_reviewer(engine: Engine) -> None:
    first = handed_in(engine, POOR)
    assert first.call is not None
    put_sample(engine, first.call, "陈思远", at(1), reviewer=ZHOU)
    assert scoring.find_score(engine, OTHER_QA, CONFIG, first.id) is None
    assert scoring.find_score(engine, MANAGER, CONFIG, first.id) is not None


def test_nobody_scores_himself_again_nor_the_own_call(engine: Engine) -> None:
    first = handed_in(engine, POOR)
    with pytest.raises(PeopleError) as error:
        scoring.open_score(engine, QA, CONFIG, Begin("recheck", original=first.id), "", NOW)
    assert code(error) == "qa_own_score"
    call = put_call(engine, 9, "孙浩", at(1))
    with pytest.raises(PeopleError) as error:
        scoring.open_score(engine, Viewer(), CONFIG, Begin("own", call=call, form="small"), "孙浩", NOW)
    assert code(error) == "qa_own_call"
    with pytest.raises(Forbidden):
        scoring.open_score(engine, LEAD_B, CONFIG, Begin("own", call=first.call, form="small"), "", NOW)
    with pytest.raises(Forbidden):
        scoring.open_score(engine, CHEN, CONFIG, Begin("own", call=call, form="small"), "", NOW)


def test_telephone_numbers_in_words_are_hidden_from_who_may_not_read_them(engine: Engine) -> None:
    row = handed_in(
        engine, GOOD, summary="客户 13812342071 来电", comments={"greet": [(None, "13812342071")]}
    )
    seen = scoring.find_score(engine, QA, CONFIG, row.id)
    assert seen is not None and "13812342071" not in str(seen)
    whole = scoring.find_score(engine, replace(QA, may_see_numbers=True), CONFIG, row.id)
    assert whole is not None and whole.summary == "客户 13812342071 来电"


def test_numbers_in_words_are_cleared_with_all_others(engine: Engine) -> None:
    notes = {"greet": [(3.0, "留了 13812342071")]}
    row = handed_in(engine, POOR, summary="回电 13812342071", comments=notes, tell_now=True)
    feedback.acknowledge(engine, CHEN, CONFIG, row.id, "我打了 13812342071", "", NOW + 61)
    clear(engine, "main", Clearing(b"key"), NOW + 9e5, NOW + 9e5, lambda *_: None)
    whole = replace(QA, may_see_numbers=True)
    seen = scoring.find_score(engine, whole, CONFIG, row.id)
    (told,) = feedback.list_feedback(engine, whole, CONFIG, 0, NOW + 99)
    assert seen is not None and "13812342071" not in f"{seen} {told}"
    assert seen.summary.startswith("回电 ") and seen.comments["greet"][0][0] == 3.0


# -- afterwards ----------------------------------------------------------------------------------------


def test_what_is_taken_back_counts_no_more_and_its_sample_is_open_again(engine: Engine) -> None:
    call = put_call(engine, 5, "陈思远", at(1))
    sample = put_sample(engine, call, "陈思远", at(1))
    row = begun_sample(engine, sample)
    scoring.submit(engine, QA, CONFIG, row.id, change(row, POOR), "", NOW)
    with pytest.raises(Forbidden):
        scoring.void(engine, QA, CONFIG, row.id, "", "错听", NOW)
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "错听", NOW)
    with engine.connect() as connection:
        assert connection.scalar(select(qa_samples.c.state)) == "open"
        assert qa_scores.lines(connection, row.id) == []
    again = begun_sample(engine, sample)
    with pytest.raises(PeopleError) as error:
        scoring.restore(engine, MANAGER, CONFIG, row.id, "", "对的", NOW)
    assert again.id != row.id and code(error) == "qa_scored_again"
    scoring.discard(engine, QA, CONFIG, again.id, "", "不评了", NOW)
    scoring.restore(engine, MANAGER, CONFIG, row.id, "", "对的", NOW)
    back = scoring.find_score(engine, MANAGER, CONFIG, row.id)
    assert back is not None and back.state == "submitted"


def test_a_correction_keeps_what_was_before_and_is_never_the_reviewers(engine: Engine) -> None:
    row = handed_in(engine, POOR)
    own = Viewer(Role.MANAGER, account=7, who=LI)
    with pytest.raises(PeopleError) as error:
        scoring.correct(engine, own, CONFIG, row.id, {"greet": "yes"}, "", "申诉成立", NOW)
    assert code(error) == "qa_own_score"
    with pytest.raises(PeopleError) as error:
        scoring.correct(engine, MANAGER, CONFIG, row.id, {"greet": "no"}, "", "申诉成立", NOW)
    assert code(error) == "qa_same"
    made = scoring.correct(engine, MANAGER, CONFIG, row.id, {"greet": "yes"}, "", "申诉成立", NOW)
    assert (made.score, made.revision, made.polite) == (50.0, 1, 1)
    (before,) = scoring.list_revisions(engine, MANAGER, CONFIG, row.id)
    assert (before.points, before.answers, before.who, before.why) == (30.0, POOR, "boss", "申诉成立")
    assert scoring.list_revisions(engine, LEAD_B, CONFIG, row.id) == []


def test_what_the_agent_shall_hear_at_once_is_kept_until_he_says_so(engine: Engine) -> None:
    row = begun(engine)
    with pytest.raises(PeopleError) as error:
        scoring.submit(engine, QA, CONFIG, row.id, change(row, POOR, tell_now=True), "", NOW)
    assert code(error) == "qa_tell_words"
    told = change(row, POOR, tell_now=True, summary="先听客户说完")
    scoring.submit(engine, QA, CONFIG, row.id, told, "", NOW)
    feedback.tell(engine, QA, CONFIG, "孙浩", "工单要写全", "", NOW + 1)
    (mine,) = feedback.list_feedback(engine, CHEN, CONFIG, 0, NOW + 9)
    assert (mine.score, mine.text, mine.heard_at) == (row.id, "先听客户说完", None)
    assert len(feedback.list_feedback(engine, QA, CONFIG, 0, NOW + 9)) == 2
    assert [one.agent for one in feedback.list_feedback(engine, LEAD_B, CONFIG, 0, NOW + 9)] == ["孙浩"]
    for queue, seen in (("sales", 1), ("support", 0)):
        lead = replace(MANAGER, queues=frozenset((queue,)))
        assert len(feedback.list_feedback(engine, lead, CONFIG, 0, NOW + 9)) == seen
    with pytest.raises(PeopleError):
        feedback.hear(engine, replace(CHEN, agents=frozenset(("孙浩",))), mine.id, "", "", NOW + 2)
    feedback.hear(engine, CHEN, mine.id, "明白", "", NOW + 2)
    assert feedback.list_feedback(engine, CHEN, CONFIG, 0, NOW + 9, open_only=True) == []
    with pytest.raises(PeopleError) as error:
        feedback.hear(engine, CHEN, mine.id, "", "", NOW + 3)
    assert code(error) == "qa_heard_already"


def test_an_agent_acknowledges_the_own_score_once(engine: Engine) -> None:
    row = handed_in(engine, POOR)
    for viewer in (QA, MANAGER, replace(CHEN, agents=frozenset(("孙浩",)))):
        with pytest.raises(PeopleError):
            feedback.acknowledge(engine, viewer, CONFIG, row.id, "", "", NOW)
    feedback.acknowledge(engine, CHEN, CONFIG, row.id, "收到", "", NOW)
    seen = scoring.find_score(engine, CHEN, CONFIG, row.id)
    assert seen is not None and (seen.seen_at, seen.seen_words) == (NOW, "收到")


def test_every_step_is_in_the_log_but_the_drafts_savings(engine: Engine) -> None:
    row = handed_in(engine, POOR)
    scoring.correct(engine, MANAGER, CONFIG, row.id, {"greet": "yes"}, "", "申诉", NOW)
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "错听", NOW)
    with engine.connect() as connection:
        acts = list(connection.scalars(select(audit.c.act).order_by(audit.c.number)))
        assert connection.scalar(select(scores.c.state)) == "void"
    assert acts == [
        Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED, Act.QA_SCORE_CORRECTED, Act.QA_SCORE_VOIDED
    ]  # fmt: skip


def test_a_mail_is_scored_by_what_it_is_about(engine: Engine) -> None:
    begin = Begin("dial_test", form="small", about="拨测 10:05", agent="孙浩", queue="sales", at=at(2))
    row = scoring.open_score(engine, QA, CONFIG, begin, "", NOW)
    assert (row.kind, row.call, row.about, row.team, row.day) == (
        "dial_test", None, "拨测 10:05", "B", 20261118
    )  # fmt: skip
    with pytest.raises(PeopleError) as error:
        scoring.open_score(engine, QA, FloorConfig(), begin._replace(about=" "), "", NOW)
    assert code(error) == "qa_no_about"
