"""Appeals: who reads, files and decides what, by the queries themselves; clocks over the long holidays."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.kpi.period import day_number
from ccfloor.qa.appeals import AppealState, Decision, Step
from ccfloor.service.doctor_qa import qa_clocks
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import appeal_notices, appeals, scoring
from ccfloor.service.qa import appeal_views as views
from ccfloor.service.qa.appeal_rules import AppealFile, rules_of
from ccfloor.service.qa.appeal_stats import statistics
from ccfloor.service.qa.appeal_views import Shown
from ccfloor.service.qa.appeals import Verdict
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file
from ccfloor.store import qa_appeals as stored
from ccfloor.store import qa_scores
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import writing
from ccfloor.store.qa_appeals import Which
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_tables import qa_appeals, qa_versions
from ccfloor.store.qa_tables import qa_scores as scores
from ccfloor.store.tables import notices
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    GOOD,
    LEAD_B,
    LI,
    MANAGER,
    OTHER_QA,
    POOR,
    QA,
    RULES,
    ZONE,
    at,
    publish,
    put_call,
)

NOW = at(3, 15)  # a Thursday
DAY_S = 86_400
WANG = Viewer(Role.AGENT, account=13, who="wang", agents=frozenset(("王丽娜",)))
LEAD_A = Viewer(Role.LEAD, account=12, who="lead.a", teams=frozenset(("A",)))
HEAD = Viewer(Role.MANAGER, account=14, who="head")
OPEN = Viewer(Role.ADMIN)  # an open floor: whoever gives a name
NO, PARTLY, YES = Verdict(Decision.DISMISSED), Decision.PARTLY, Decision.UPHELD
S = AppealState


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    return database


def scored(
    engine: Engine,
    position: int = 1,
    agent: str = "陈思远",
    viewer: Viewer = QA,
    now: float = NOW,
    answers: dict[str, str] = POOR,
) -> ScoreRow:
    call = put_call(engine, position, agent, now - 2 * DAY_S)
    row = scoring.open_score(engine, viewer, CONFIG, Begin("own", call=call, form="small"), "", now)
    return scoring.submit(engine, viewer, CONFIG, row.id, Change(answers, {}, base=row.saved_at), "", now)


def filed(engine: Engine, row: ScoreRow, items: tuple[str, ...] = ("greet",), now: float = NOW) -> int:
    return appeals.file_appeal(engine, CHEN, CONFIG, RULES, row.id, items, "我问候了", "", now)


def seen(engine: Engine, number: int, now: float = NOW, viewer: Viewer = MANAGER) -> Shown:
    found = views.find_appeal(engine, viewer, CONFIG, RULES, number, now)
    assert found is not None
    return found


def refused(error: pytest.ExceptionInfo[PeopleError]) -> str:
    return error.value.code


def answered(engine: Engine, number: int, verdict: Verdict = NO, now: float = NOW) -> None:
    appeals.answer(engine, LEAD_A, CONFIG, RULES, number, verdict, "", "录音里没有", now)


# -- who reads what, by the queries --------------------------------------------------------------------


def test_an_agent_finds_the_own_appeals_and_no_others(engine: Engine) -> None:
    number = filed(engine, scored(engine))
    assert [one.row.id for one in views.list_appeals(engine, CHEN, CONFIG, RULES, Which(), NOW)] == [number]
    assert views.list_appeals(engine, WANG, CONFIG, RULES, Which(), NOW) == []
    assert views.find_appeal(engine, WANG, CONFIG, RULES, number, NOW) is None
    assert views.list_steps(engine, WANG, CONFIG, number) == []
    with engine.connect() as connection:
        assert stored.find(connection, number, stored.readable(connection, WANG, CONFIG, "wang")) is None
    with pytest.raises(Forbidden):
        views.list_appeals(engine, Viewer(Role.DISPLAY), CONFIG, RULES, Which(), NOW)


def test_an_agent_appeals_against_the_own_scores_alone(engine: Engine) -> None:
    row = scored(engine)
    with pytest.raises(PeopleError) as error:
        appeals.file_appeal(engine, WANG, CONFIG, RULES, row.id, ["greet"], "不对", "", NOW)
    assert refused(error) == "unknown_qa_score"
    assert views.chance(engine, WANG, CONFIG, RULES, row.id, NOW) is None
    for viewer in (MANAGER, LEAD_A, OTHER_QA):
        with pytest.raises(PeopleError) as error:
            appeals.file_appeal(engine, viewer, CONFIG, RULES, row.id, ["greet"], "不对", "", NOW)
        assert refused(error) == "unknown_qa_score", viewer.who
    told = views.chance(engine, CHEN, CONFIG, RULES, row.id, NOW)
    assert told is not None and told.open


def test_a_reviewer_appeals_not_against_the_own_score(engine: Engine) -> None:
    """Not even one whose account is an agent's, too, and not by a name typed on an open floor."""
    row = scored(engine)
    both = Viewer(Role.LEAD, account=7, who=LI, agents=frozenset(("陈思远",)))
    with engine.connect() as connection:
        assert qa_scores.find(connection, row.id, qa_scores.seen_by(connection, both, CONFIG, LI)) is not None
        assert qa_scores.find(connection, row.id, stored.appealable(connection, both, CONFIG, LI)) is None
    for viewer, who in ((both, ""), (OPEN, LI)):
        with pytest.raises(PeopleError) as error:
            appeals.file_appeal(engine, viewer, CONFIG, RULES, row.id, ["greet"], "不对", who, NOW)
        assert refused(error) == "unknown_qa_score"


def test_a_reviewer_decides_not_about_the_own_score(engine: Engine) -> None:
    """A manager who scored it himself: nothing waits for him, and what he tries is refused."""
    row = scored(engine, viewer=MANAGER)
    number = filed(engine, row)
    assert views.find_appeal(engine, MANAGER, CONFIG, RULES, number, NOW) is not None
    with engine.connect() as connection:
        assert stored.find(connection, number, stored.decidable(connection, MANAGER, CONFIG, "boss")) is None
        assert stored.find(connection, number, stored.decidable(connection, HEAD, CONFIG, "head")) is not None
    assert views.to_decide(engine, MANAGER, CONFIG, RULES, NOW) == []
    with pytest.raises(PeopleError) as error:
        appeals.answer(engine, MANAGER, CONFIG, RULES, number, Verdict(YES, {"greet": "yes"}), "", "对", NOW)
    assert refused(error) == "qa_appeal_own_score"
    late = NOW + 9 * DAY_S
    with pytest.raises(PeopleError) as error:
        appeals.decide(engine, MANAGER, CONFIG, RULES, number, Verdict(YES, {"greet": "yes"}), "", "对", late)
    assert refused(error) == "qa_appeal_own_score"
    assert scoring.list_revisions(engine, HEAD, CONFIG, row.id) == []


def test_nor_does_the_agent_nor_a_reviewer_who_only_scores(engine: Engine) -> None:
    number = filed(engine, scored(engine))
    for viewer in (CHEN, QA, OTHER_QA):
        with pytest.raises(Forbidden):
            appeals.answer(engine, viewer, CONFIG, RULES, number, NO, "", "对", NOW)
        with pytest.raises(Forbidden):
            views.to_decide(engine, viewer, CONFIG, RULES, NOW)
    with pytest.raises(Forbidden):
        appeals.decide(engine, LEAD_A, CONFIG, RULES, number, NO, "", "对", NOW)
    promoted = Viewer(Role.LEAD, account=11, who="chen")
    with pytest.raises(PeopleError) as error:
        appeals.answer(engine, promoted, CONFIG, RULES, number, NO, "", "对", NOW)
    assert refused(error) == "qa_appeal_own_score", "the account that filed it, whatever it is by now"
    for who in (LI, "陈思远"):
        with pytest.raises(PeopleError) as error:
            appeals.answer(engine, OPEN, CONFIG, RULES, number, NO, who, "对", NOW)
        assert refused(error) == "qa_appeal_own_score"


def test_a_lead_finds_those_of_his_teams(engine: Engine) -> None:
    number = filed(engine, scored(engine))
    assert [one.row.id for one in views.to_decide(engine, LEAD_A, CONFIG, RULES, NOW)] == [number]
    assert views.to_decide(engine, LEAD_B, CONFIG, RULES, NOW) == []
    with pytest.raises(PeopleError) as error:
        appeals.answer(engine, LEAD_B, CONFIG, RULES, number, NO, "", "对", NOW)
    assert refused(error) == "unknown_qa_appeal"
    other_queue = replace(MANAGER, queues=frozenset(("support",)))
    assert views.find_appeal(engine, other_queue, CONFIG, RULES, number, NOW) is None


def test_a_published_form_cannot_be_edited_by_an_appeal_or_anybody(engine: Engine) -> None:
    """A correction changes a score's answers and nothing of the form that it is scored by."""
    with engine.connect() as connection:
        before = connection.execute(select(qa_versions)).all()
    number = filed(engine, scored(engine))
    answered(engine, number, Verdict(YES, {"greet": "yes"}))
    with pytest.raises(PeopleError) as error:
        scoring.correct(engine, MANAGER, CONFIG, 1, {"new_item": "yes"}, "", "加一项", NOW)
    assert refused(error) == "qa_bad_answer"
    with engine.connect() as connection:
        assert connection.execute(select(qa_versions)).all() == before


# -- filing --------------------------------------------------------------------------------------------


def test_it_is_about_questions_that_were_asked_and_says_something(engine: Engine) -> None:
    row = scored(engine)
    for items, text, code in ((["nothing"], "不对", "qa_appeal_item"), (["greet"], " ", "no_text")):
        with pytest.raises(PeopleError) as error:
            appeals.file_appeal(engine, CHEN, CONFIG, RULES, row.id, items, text, "", NOW)
        assert refused(error) == code
    number = filed(engine, row, ("answer", "greet"))
    assert seen(engine, number).row.items == ["greet", "answer"], "in the order of the form"
    with pytest.raises(PeopleError) as error:
        filed(engine, row)
    assert refused(error) == "qa_appeal_there"


def test_one_that_was_withdrawn_may_be_filed_again_while_there_is_time(engine: Engine) -> None:
    row = scored(engine)
    number = filed(engine, row)
    with pytest.raises(PeopleError) as error:
        appeals.withdraw(engine, WANG, CONFIG, RULES, number, "", "算了", NOW)
    assert refused(error) == "unknown_qa_appeal"
    appeals.withdraw(engine, CHEN, CONFIG, RULES, number, "", "算了", NOW)
    assert seen(engine, number).now.state == S.WITHDRAWN
    assert filed(engine, row, now=NOW + 60) != number
    appeals.withdraw(engine, CHEN, CONFIG, RULES, number + 1, "", "算了", NOW + 60)
    with pytest.raises(PeopleError) as error:
        filed(engine, row, now=at(9))
    assert refused(error) == "qa_appeal_too_late"


def test_one_that_was_answered_is_not_filed_again_by_withdrawing_it(engine: Engine) -> None:
    row = scored(engine)
    number = filed(engine, row)
    answered(engine, number, NO)
    appeals.escalate(engine, CHEN, CONFIG, RULES, number, "", "我不接受", NOW)
    appeals.withdraw(engine, CHEN, CONFIG, RULES, number, "", "算了", NOW)
    shown = seen(engine, number)
    assert (shown.now.state, shown.row.decision) == (S.CLOSED, "dismissed"), "the answer stands"
    with pytest.raises(PeopleError) as error:
        filed(engine, row, now=NOW + 60)
    assert refused(error) == "qa_appeal_there"


def test_what_leadership_keeps_was_still_partly_right(engine: Engine) -> None:
    number = filed(engine, scored(engine), ("greet", "record"))
    answered(engine, number, Verdict(PARTLY, {"greet": "yes"}))
    appeals.escalate(engine, CHEN, CONFIG, RULES, number, "", "我不接受", NOW)
    appeals.decide(engine, HEAD, CONFIG, RULES, number, NO, "", "维持", NOW)
    shown = seen(engine, number)
    assert (shown.row.after, shown.row.decision) == (50.0, "partly")
    steps = views.list_steps(engine, CHEN, CONFIG, number)
    assert [step.decision for step in steps] == ["partly", "", "dismissed"], "what was said stays on record"


def test_what_was_taken_back_is_not_decided_any_more(engine: Engine) -> None:
    row = scored(engine)
    number = filed(engine, row)
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "错听", NOW)
    shown = seen(engine, number)
    assert shown.moot and not shown.open and shown.steps == ()
    assert views.to_decide(engine, LEAD_A, CONFIG, RULES, NOW) == []
    assert seen(engine, number, viewer=CHEN).moot, "the agent still reads of it"
    with pytest.raises(PeopleError) as error:
        answered(engine, number)
    assert refused(error) == "qa_appeal_moot"


# -- deciding ------------------------------------------------------------------------------------------


def test_an_appeal_that_is_right_corrects_the_score_and_keeps_what_it_was(engine: Engine) -> None:
    row = scored(engine)
    number = filed(engine, row, ("greet", "record"))
    with pytest.raises(PeopleError) as error:
        appeals.answer(engine, LEAD_A, CONFIG, RULES, number, NO, "", " ", NOW)
    assert refused(error) == "no_why"
    answered(engine, number, Verdict(PARTLY, {"greet": "yes"}))
    shown, now_is = seen(engine, number), scoring.find_score(engine, CHEN, CONFIG, row.id)
    assert (shown.row.before, shown.row.after, shown.row.decision) == (30.0, 50.0, "partly")
    assert shown.now.state == S.ANSWERED and shown.row.answered_by == "lead.a"
    assert now_is is not None and (now_is.score, now_is.revision) == (50.0, 1)
    (was,) = scoring.list_revisions(engine, CHEN, CONFIG, row.id)
    assert (was.points, was.who, was.why, was.appeal) == (30.0, "lead.a", "录音里没有", number)
    (step,) = views.list_steps(engine, CHEN, CONFIG, number)
    assert (step.who, step.step, step.decision, step.text) == ("lead.a", "answer", "partly", "录音里没有")


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict(YES), "qa_appeal_no_change"),
        (Verdict(YES, {"greet": "no"}), "qa_appeal_no_change"),
        (Verdict(Decision.DISMISSED, {"greet": "yes"}), "qa_appeal_dismissed"),
        (Verdict(YES, {"greet": "yes", "record": "yes"}), "qa_appeal_other_item"),
        (Verdict(YES, {"answer": "20"}), "qa_appeal_lower"),
        (Verdict(YES, {"answer": "55"}), "qa_bad_answer"),
    ],
)
def test_a_verdict_that_cannot_be_changes_nothing(engine: Engine, verdict: Verdict, code: str) -> None:
    row = scored(engine)
    number = filed(engine, row, ("greet", "answer"))
    with pytest.raises(PeopleError) as error:
        answered(engine, number, verdict)
    assert refused(error) == code
    after = scoring.find_score(engine, MANAGER, CONFIG, row.id)
    assert after is not None and (after.answers, after.revision) == (POOR, 0)
    assert seen(engine, number).now.state == S.FILED
    assert views.list_steps(engine, MANAGER, CONFIG, number) == []


def test_leadership_is_somebody_else_than_who_answered(engine: Engine) -> None:
    number = filed(engine, scored(engine), ())
    appeals.answer(engine, MANAGER, CONFIG, RULES, number, NO, "", "录音里没有", NOW)
    appeals.escalate(engine, CHEN, CONFIG, RULES, number, "", "我不接受", NOW)
    assert views.to_decide(engine, MANAGER, CONFIG, RULES, NOW) == []
    assert views.to_decide(engine, LEAD_A, CONFIG, RULES, NOW) == [], "a lead decides nothing for good"
    with pytest.raises(PeopleError) as error:
        appeals.decide(engine, MANAGER, CONFIG, RULES, number, NO, "", "还是没有", NOW)
    assert refused(error) == "qa_appeal_same_judge"
    (waits,) = views.to_decide(engine, HEAD, CONFIG, RULES, NOW)
    assert (waits.row.id, waits.steps) == (number, (Step.DECIDE,))
    appeals.decide(engine, HEAD, CONFIG, RULES, number, Verdict(YES, GOOD), "", "重听后成立", NOW)
    appeals.give_reasons(engine, MANAGER, CONFIG, RULES, number, "", "书面理由", NOW)
    shown = seen(engine, number)
    assert (shown.now.state, shown.row.after, shown.row.decision) == (S.CLOSED, 100.0, "upheld")
    with engine.connect() as connection:
        acts = list(connection.scalars(select(audit.c.act).order_by(audit.c.number)))
    assert acts[2:] == [
        Act.QA_APPEAL_FILED, Act.QA_APPEAL_ANSWERED, Act.QA_APPEAL_ESCALATED, Act.QA_SCORE_CORRECTED,
        Act.QA_APPEAL_DECIDED, Act.QA_APPEAL_REASONS,
    ]  # fmt: skip


def test_telephone_numbers_in_reasons_are_hidden(engine: Engine) -> None:
    row = scored(engine)
    told = "客户 13812342071 说的"
    number = appeals.file_appeal(engine, CHEN, CONFIG, RULES, row.id, [], told, "", NOW)
    appeals.answer(engine, LEAD_A, CONFIG, RULES, number, NO, "", told, NOW)
    shown, (step,) = seen(engine, number), views.list_steps(engine, CHEN, CONFIG, number)
    assert "13812342071" not in shown.row.text + step.text
    assert seen(engine, number, viewer=replace(MANAGER, may_see_numbers=True)).row.text == told


# -- clocks --------------------------------------------------------------------------------------------


def on(day: str, hour: float = 12.0) -> float:
    return (datetime.fromisoformat(day).replace(tzinfo=ZONE) + timedelta(hours=hour)).timestamp()


@pytest.mark.parametrize(
    ("published", "last", "late"),
    [
        ("2026-02-12", "2026-02-24", "2026-02-25"),  # Fri 13, Sat 14 (worked), free until Mon 23, Tue 24
        ("2026-09-30", "2026-10-10", "2026-10-11"),  # free until Wed 7, Thu 8, Fri 9, Sat 10 (worked)
        ("2026-11-19", "2026-11-24", "2026-11-25"),
    ],
)
def test_the_last_day_to_file_over_the_long_holidays(
    engine: Engine, published: str, last: str, late: str
) -> None:
    one, two = (scored(engine, position, now=on(published)) for position in (1, 2))
    told = views.chance(engine, CHEN, CONFIG, RULES, one.id, on(published))
    assert told is not None and (told.last, told.left) == (date.fromisoformat(last), 3)
    assert filed(engine, one, now=on(last, 23.9))
    with pytest.raises(PeopleError) as error:
        filed(engine, two, now=on(late, 0.1))
    assert refused(error) == "qa_appeal_too_late"


def test_a_whole_appeal_over_spring_festival(engine: Engine) -> None:
    row = scored(engine, now=on("2026-02-11"))
    number = filed(engine, row, now=on("2026-02-12"))
    shown = seen(engine, number, on("2026-02-22"))
    assert (shown.now.due, shown.left) == (date(2026, 2, 26), 3), "13, 14, then 24, 25, 26"
    answered(engine, number, now=on("2026-02-26"))
    assert seen(engine, number, on("2026-02-26")).now.due == date(2026, 3, 4), "Sat 28 is worked"
    appeals.escalate(engine, CHEN, CONFIG, RULES, number, "", "不接受", on("2026-03-04"))
    assert seen(engine, number, on("2026-03-04")).now.due == date(2026, 3, 18)
    late = seen(engine, number, on("2026-03-20"), HEAD)
    assert (late.late, late.left, late.steps) == (True, -2, (Step.DECIDE,))


def test_unanswered_over_national_day_it_goes_on_by_itself_and_is_written_down_once(engine: Engine) -> None:
    number = filed(engine, scored(engine, now=on("2026-09-29")), now=on("2026-09-30"))
    due = on("2026-10-13")  # Thu 8, Fri 9, Sat 10 (worked), Mon 12, Tue 13
    assert seen(engine, number, due).left == 0 and appeals.pass_on(engine, CONFIG, RULES, due) == 0
    after = on("2026-10-14")
    shown = seen(engine, number, after)
    assert (shown.now.state, shown.row.state, shown.now.forced) == (S.ESCALATED, "filed", True)
    assert views.to_decide(engine, LEAD_A, CONFIG, RULES, after) == []
    with pytest.raises(PeopleError) as error:
        answered(engine, number, now=after)
    assert refused(error) == "qa_appeal_not_now"
    assert [appeals.pass_on(engine, CONFIG, RULES, after) for _ in range(2)] == [1, 0]
    shown = seen(engine, number, after)
    assert (shown.row.state, shown.row.forced, shown.now.due) == ("escalated", True, date(2026, 10, 27))
    (step,) = views.list_steps(engine, CHEN, CONFIG, number)
    assert (step.who, step.step, step.day) == ("", "lapsed", 20261013)


def test_a_step_after_a_clock_ran_out_writes_that_down_too(engine: Engine) -> None:
    number = filed(engine, scored(engine))
    late = NOW + 20 * DAY_S
    appeals.decide(engine, HEAD, CONFIG, RULES, number, NO, "", "录音里没有", late)
    assert [step.step for step in views.list_steps(engine, CHEN, CONFIG, number)] == [
        "lapsed",
        "decide",
    ]
    assert seen(engine, number, late).row.forced


def test_an_answer_that_nobody_takes_on_is_the_end_of_it(engine: Engine) -> None:
    number = filed(engine, scored(engine))
    answered(engine, number)
    late = NOW + 20 * DAY_S
    assert seen(engine, number, late).now.state == S.CLOSED
    with pytest.raises(PeopleError) as error:
        appeals.escalate(engine, CHEN, CONFIG, RULES, number, "", "不接受", late)
    assert refused(error) == "qa_appeal_too_late"
    assert appeals.pass_on(engine, CONFIG, RULES, late) == 1
    with engine.connect() as connection:
        assert connection.scalar(select(qa_appeals.c.state)) == "closed"


def test_late_ones_come_first(engine: Engine) -> None:
    days = ((1, 0), (2, -30), (3, -1))
    rows = [scored(engine, position) for position, _ in days]
    numbers = [filed(engine, row) for row in rows]
    for number, (_, day) in zip(numbers, days, strict=True):
        due = day_number(date(2026, 11, 19) + timedelta(days=day))
        values = {"state": "escalated", "since_day": 20261001, "due_day": due}
        with writing(engine) as connection:
            connection.execute(update(qa_appeals).where(qa_appeals.c.id == number).values(values))
    found = views.to_decide(engine, HEAD, CONFIG, RULES, NOW)
    assert [one.row.id for one in found] == [numbers[1], numbers[2], numbers[0]]
    assert [one.late for one in found] == [True, True, False]


def test_the_sites_own_clocks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = SiteSettings(data=str(tmp_path))
    assert rules_of(settings).clocks == AppealFile()
    (tmp_path / "appeals.yaml").write_text("file: 5\nanswer: 7\n", encoding="utf-8")
    told = rules_of(settings)
    assert (told.clocks.file, told.clocks.answer, told.clocks.review) == (5, 7, 10)
    assert told.calendar is work_calendar(settings)
    (tmp_path / "appeals.yaml").write_text("file: 0\n", encoding="utf-8")
    assert rules_of(settings).clocks == AppealFile() and "appeals.yaml" in caplog.text


def test_the_shipped_clocks_are_the_handbooks() -> None:
    assert site_file(AppealFile, SiteSettings(), "appeals.yaml") == AppealFile()


def test_a_void_score_is_not_appealed_against(engine: Engine) -> None:
    row = scored(engine)
    with writing(engine) as connection:
        connection.execute(update(scores).where(scores.c.id == row.id).values(state="void"))
    with pytest.raises(PeopleError) as error:
        filed(engine, row)
    assert refused(error) == "unknown_qa_score"


# -- what became of them -------------------------------------------------------------------------------


def test_statistics_by_question_reviewer_outcome_and_duration(engine: Engine) -> None:
    mine = [scored(engine, position) for position in (1, 2, 3)]
    other = scored(engine, 4, viewer=OTHER_QA)
    right, wrong, late = (filed(engine, row, ("greet", "record")[: n + 1]) for n, row in enumerate(mine))
    gone = filed(engine, other, ())
    answered(engine, right, Verdict(YES, {"greet": "yes"}), now=NOW + DAY_S)
    answered(engine, wrong, now=at(7))
    appeals.withdraw(engine, CHEN, CONFIG, RULES, gone, "", "算了", NOW)
    appeals.decide(engine, HEAD, CONFIG, RULES, late, NO, "", "录音里没有", at(11))
    told = statistics(engine, MANAGER, CONFIG, RULES, date(2026, 11, 16), date(2026, 11, 22))
    assert told.total.of == {"upheld": 1, "dismissed": 2, "withdrawn": 1} and told.total.right == 1 / 3
    assert [(form, tally.name, tally.filed) for form, tally in told.items] == [
        ("small", "greet", 3), ("small", "record", 2), ("small", "", 1)
    ]  # fmt: skip
    assert [(one.name, one.filed, told.scores[one.name]) for one in told.reviewers] == [
        (LI, 3, 3), (OTHER_QA.who, 1, 1)
    ]  # fmt: skip
    answer, review, _ = told.took
    assert (answer.n, answer.median, answer.longest, answer.late) == (2, 1.5, 2, 1)
    assert (review.n, review.median, review.late) == (1, 1, 0), "from Thursday 26, on which it went on"
    none = statistics(engine, LEAD_B, CONFIG, RULES, date(2026, 11, 16), date(2026, 11, 22))
    assert none.total.filed == 0 and none.scores == {}
    with pytest.raises(Forbidden):
        statistics(engine, CHEN, CONFIG, RULES, date(2026, 11, 16), date(2026, 11, 22))


# -- notices -------------------------------------------------------------------------------------------


CHANNELS = """
channels:
  leads: {kind: webhook, enabled: true, url: {env: LEADS_HOOK}, lang: zh}
  boss: {kind: webhook, enabled: true, url: {env: BOSS_HOOK}, lang: en}
"""


def told(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        query = select(notices.c.about, notices.c.channel, notices.c.text).order_by(notices.c.id)
        return [(about, channel, text) for about, channel, text in connection.execute(query)]


def test_channels_hear_once_what_waits_and_nobody_is_named(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "notify.yaml").write_text(CHANNELS, encoding="utf-8")
    (tmp_path / "appeals.yaml").write_text("tell: [leads, boss, nobody]\n", encoding="utf-8")
    settings = SiteSettings(data=str(tmp_path))
    number = filed(engine, scored(engine))
    for now in (at(3, 22), at(5, 12)):  # by night, on a Saturday
        assert appeal_notices.tell(engine, CONFIG, settings, RULES, now) == 0
    assert [appeal_notices.tell(engine, CONFIG, settings, RULES, at(4, 9)) for _ in range(2)] == [1, 0]
    (one, two) = told(engine)
    assert one[:2] == (f"qa_appeal/{number}/answer", "leads")
    assert "待班长答复：2026-11-26 到期，还剩 4 个工作日" in one[2]
    assert "waits for a lead's answer: due 2026-11-26, 4 working days left" in two[2]
    appeal_notices.look_after(engine, CONFIG, settings, at(11, 9))
    assert told(engine)[2][0] == f"qa_appeal/{number}/decide", "it went on by itself"
    appeal_notices.look_after(engine, CONFIG, settings, at(28, 9))
    assert "已逾期 2 个工作日" in told(engine)[4][2]
    assert not any(name in text for _, _, text in told(engine) for name in ("陈思远", "chen", LI))


def test_without_channels_or_with_a_file_that_cannot_be_used_nothing_is_told(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = SiteSettings(data=str(tmp_path))
    filed(engine, scored(engine))
    assert appeal_notices.tell(engine, CONFIG, settings, RULES, at(4, 9)) == 0
    (tmp_path / "appeals.yaml").write_text("tell: [leads]\n", encoding="utf-8")
    (tmp_path / "notify.yaml").write_text("channels: 7\n", encoding="utf-8")
    assert appeal_notices.tell(engine, CONFIG, settings, RULES, at(4, 9)) == 0
    assert "notify.yaml" in caplog.text and told(engine) == []


def test_doctor_says_how_the_clocks_are_and_what_is_wrong(tmp_path: Path) -> None:
    (before,) = qa_clocks(SiteSettings())
    assert before.state == "ok" and "appeals 3/5/5/10/5 working days" in before.en
    (tmp_path / "appeals.yaml").write_text("tell: [leads]\n", encoding="utf-8")
    settings = SiteSettings(data=str(tmp_path))
    assert [(one.state, "leads" in one.en) for one in qa_clocks(settings)] == [("warn", True), ("ok", False)]
    (tmp_path / "appeals.yaml").write_text("file: 0\n", encoding="utf-8")
    (wrong,) = qa_clocks(settings)
    assert wrong.state == "fail" and "appeals.yaml:1: file" in wrong.en
