"""Appeals against a red line, against what a score became later, and those that a lead hands on."""

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.qa.appeals import AppealState, Decision, Step
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import appeal_views as views
from ccfloor.service.qa import appeals, feedback, rechecks, scoring
from ccfloor.service.qa.appeal_stats import statistics
from ccfloor.service.qa.appeals import Verdict
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.store import qa_appeals as stored
from ccfloor.store.qa_appeals import Which
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_qa import CHEN, CONFIG, GOOD, MANAGER, MONDAY, POOR, QA, RULES, at, publish, put_call

NOW = at(3, 15)
DAY_S = 86_400
LEAD_A = Viewer(Role.LEAD, account=12, who="lead.a", teams=frozenset(("A",)))
HEAD = Viewer(Role.MANAGER, account=14, who="head")
NO = Verdict(Decision.DISMISSED)


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    return database


def scored(engine: Engine, answers: dict[str, str], now: float = NOW, position: int = 1) -> ScoreRow:
    call = put_call(engine, position, "陈思远", now - DAY_S)
    row = scoring.open_score(engine, QA, CONFIG, Begin("own", call=call, form="small"), "", now)
    told = Change(answers, {}, "说明", base=row.saved_at)
    return scoring.submit(engine, QA, CONFIG, row.id, told, "", now)


def filed(engine: Engine, row: ScoreRow, items: list[str], now: float = NOW) -> int:
    return appeals.file_appeal(engine, CHEN, CONFIG, RULES, row.id, items, "不是这样", "", now)


def answered(engine: Engine, viewer: Viewer, number: int, verdict: Verdict, now: float = NOW) -> None:
    appeals.answer(engine, viewer, CONFIG, RULES, number, verdict, "", "听了录音", now)


def stands(engine: Engine, number: int) -> ScoreRow:
    found = scoring.find_score(engine, HEAD, CONFIG, number)
    assert found is not None
    return found


def rechecked(engine: Engine, answers: dict[str, str], now: float) -> int:
    """The one form that there is, scored again by who runs the floor and so corrected."""
    rechecks.draw(engine, MANAGER, CONFIG, MONDAY, MONDAY.replace(day=30), 1.0, "", "抽查", now)
    (again,) = rechecks.to_check(engine, MANAGER, CONFIG)
    scoring.submit(engine, MANAGER, CONFIG, again.id, Change(answers, {}, base=again.saved_at), "", now)
    return again.id


# -- something fatal ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", [Decision.UPHELD, Decision.PARTLY])
def test_an_appeal_against_a_red_line_is_upheld_and_the_rest_is_judged_then(
    engine: Engine, decision: Decision
) -> None:
    """The form was ended at it: nothing else had been answered, and whoever decides fills it in."""
    row = scored(engine, {"insult": "yes"})
    number = filed(engine, row, ["insult"])
    with pytest.raises(PeopleError) as error:
        answered(engine, LEAD_A, number, Verdict(decision, {"insult": "no"}))
    assert error.value.code == "qa_incomplete"
    answered(engine, LEAD_A, number, Verdict(decision, {"insult": "no", **GOOD}))
    now_is = stands(engine, row.id)
    assert (row.score, now_is.score, now_is.fatal, now_is.passed) == (0.0, 100.0, False, True)


def test_what_was_judged_before_something_fatal_stays_as_it_was(engine: Engine) -> None:
    row = scored(engine, {"greet": "no", "insult": "yes"})
    number = filed(engine, row, ["insult"])
    with pytest.raises(PeopleError) as error:
        answered(engine, LEAD_A, number, Verdict(Decision.UPHELD, {"insult": "no", **GOOD}))
    assert error.value.code == "qa_appeal_other_item"
    answered(engine, LEAD_A, number, Verdict(Decision.UPHELD, {"insult": "no", **GOOD, "greet": "no"}))
    assert stands(engine, row.id).answers["greet"] == "no"


def test_another_red_line_is_not_found_in_an_appeal(engine: Engine) -> None:
    row = scored(engine, POOR)
    number = filed(engine, row, ["greet"])
    with pytest.raises(PeopleError) as error:
        answered(engine, LEAD_A, number, Verdict(Decision.UPHELD, {"greet": "yes", "insult": "yes"}))
    assert error.value.code == "qa_appeal_other_item"


# -- a score that was corrected later ------------------------------------------------------------------------


def test_a_score_that_is_lowered_later_is_read_anew_and_may_be_appealed_against(engine: Engine) -> None:
    row, later = scored(engine, GOOD), NOW + 9 * DAY_S
    feedback.acknowledge(engine, CHEN, CONFIG, row.id, "收到", "", NOW + 10)
    told = views.chance(engine, CHEN, CONFIG, RULES, row.id, later)
    assert told is not None and told.refused == "qa_appeal_too_late"
    again = rechecked(engine, POOR, later)
    rechecks.adopt(engine, HEAD, CONFIG, again, "", "确实如此", later + 1)
    lowered = stands(engine, row.id)
    assert (lowered.score, lowered.seen_at, lowered.seen_words) == (30.0, None, "")
    told = views.chance(engine, CHEN, CONFIG, RULES, row.id, later + 2)
    assert told is not None and told.open and told.left == RULES.clocks.file
    number = filed(engine, row, ["greet"], later + 2)
    assert views.find_appeal(engine, CHEN, CONFIG, RULES, number, later + 3) is not None
    late = later + 20 * DAY_S
    told = views.chance(engine, CHEN, CONFIG, RULES, row.id, late)
    assert told is not None and told.refused == "qa_appeal_there"


def test_one_appeal_before_it_was_lowered_is_not_the_last(engine: Engine) -> None:
    row, later = scored(engine, GOOD | {"greet": "no"}), NOW + 15 * DAY_S
    first = filed(engine, row, ["greet"])
    answered(engine, LEAD_A, first, NO)
    scoring.correct(engine, MANAGER, CONFIG, row.id, POOR, "", "漏听了后半段", later)
    second = filed(engine, row, ["hold"], later + 1)
    assert second != first
    with pytest.raises(PeopleError) as error:
        filed(engine, row, ["hold"], later + 2)
    assert error.value.code == "qa_appeal_there"


def test_while_somebody_is_to_decide_the_score_is_corrected_by_the_appeal_alone(engine: Engine) -> None:
    row = scored(engine, POOR)
    number = filed(engine, row, ["greet"])
    with pytest.raises(PeopleError) as error:
        scoring.correct(engine, MANAGER, CONFIG, row.id, GOOD, "", "改分", NOW)
    assert error.value.code == "qa_appeal_running"
    answered(engine, LEAD_A, number, Verdict(Decision.UPHELD, {"greet": "yes"}))
    assert stands(engine, row.id).score == 50.0


def test_a_correction_by_an_appeal_opens_no_other_one(engine: Engine) -> None:
    row = scored(engine, POOR)
    feedback.acknowledge(engine, CHEN, CONFIG, row.id, "收到", "", NOW + 1)
    answered(engine, LEAD_A, filed(engine, row, ["greet"]), Verdict(Decision.UPHELD, {"greet": "yes"}))
    told = views.chance(engine, CHEN, CONFIG, RULES, row.id, NOW + 5)
    assert told is not None and told.refused == "qa_appeal_there"
    assert stands(engine, row.id).seen_words == "收到"


@pytest.mark.parametrize(("adopts", "barred"), [(MANAGER, [MANAGER]), (HEAD, [MANAGER, HEAD])])
def test_whose_judgement_the_score_is_by_now_decides_nothing_about_it(
    engine: Engine, adopts: Viewer, barred: list[Viewer]
) -> None:
    """Who scored it again and who adopted that; anybody else may."""
    row = scored(engine, GOOD)
    rechecks.adopt(engine, adopts, CONFIG, rechecked(engine, POOR, NOW), "", "确实如此", NOW + 1)
    number = filed(engine, row, ["greet"], NOW + 2)
    third = Viewer(Role.MANAGER, account=15, who="third")
    for viewer in (MANAGER, HEAD, third, LEAD_A):
        waits = [one.row.id for one in views.to_decide(engine, viewer, CONFIG, RULES, NOW + 3)]
        assert waits == ([] if viewer in barred else [number]), viewer.who
        (listed,) = views.list_appeals(engine, viewer, CONFIG, RULES, Which(), NOW + 3)
        assert (Step.ANSWER in listed.steps) is (viewer not in barred)
        with engine.connect() as connection:
            within = stored.decidable(connection, viewer, CONFIG, viewer.who)
            assert (stored.find(connection, number, within) is None) is (viewer in barred)
    for viewer in barred:
        with pytest.raises(PeopleError) as error:
            answered(engine, viewer, number, NO, NOW + 4)
        assert error.value.code == "qa_appeal_own_score"
    answered(engine, third, number, NO, NOW + 4)


def test_a_re_check_that_changed_nothing_keeps_nobody_from_deciding(engine: Engine) -> None:
    row = scored(engine, POOR)
    rechecked(engine, POOR, NOW)
    number = filed(engine, row, ["greet"], NOW + 2)
    answered(engine, MANAGER, number, NO, NOW + 3)


# -- handed on -----------------------------------------------------------------------------------------------


def test_a_lead_who_cannot_answer_hands_it_on_and_leadership_decides(engine: Engine) -> None:
    number = filed(engine, scored(engine, POOR), ["greet"])
    with pytest.raises(PeopleError) as error:
        appeals.hand_on(engine, LEAD_A, CONFIG, RULES, number, "", "  ", NOW)
    assert error.value.code == "no_why"
    appeals.hand_on(engine, LEAD_A, CONFIG, RULES, number, "", "规则没有写到", NOW + DAY_S)
    found = views.find_appeal(engine, HEAD, CONFIG, RULES, number, NOW + DAY_S)
    assert found is not None
    assert (found.now.state, found.left, found.now.forced) == (AppealState.ESCALATED, 10, False)
    assert [step.text for step in views.list_steps(engine, CHEN, CONFIG, number)] == ["规则没有写到"]
    with pytest.raises(PeopleError) as error:
        answered(engine, LEAD_A, number, NO, NOW + DAY_S)
    assert error.value.code == "qa_appeal_not_now"
    with pytest.raises(Forbidden):
        appeals.decide(engine, LEAD_A, CONFIG, RULES, number, NO, "", "维持", NOW + DAY_S)
    later = NOW + 4 * DAY_S
    told = Verdict(Decision.UPHELD, {"greet": "yes"})
    appeals.decide(engine, HEAD, CONFIG, RULES, number, told, "", "有问候", later)
    found_in = statistics(engine, HEAD, CONFIG, RULES, MONDAY, MONDAY.replace(day=30))
    took = {one.step: (one.n, one.longest) for one in found_in.took}
    assert (took["answer"], took["decide"]) == ((0, None), (1, 1))  # from Friday, when it came, to Monday


def test_only_who_may_answer_hands_on(engine: Engine) -> None:
    number = filed(engine, scored(engine, POOR), ["greet"])
    for viewer in (CHEN, QA):
        with pytest.raises(Forbidden):
            appeals.hand_on(engine, viewer, CONFIG, RULES, number, "", "不会", NOW)
    mine = Viewer(Role.MANAGER, account=7, who="li.qa")  # who scored it
    with pytest.raises(PeopleError) as error:
        appeals.hand_on(engine, mine, CONFIG, RULES, number, "", "不会", NOW)
    assert error.value.code == "qa_appeal_own_score"
