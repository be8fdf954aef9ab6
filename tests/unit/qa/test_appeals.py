"""Appeals: every step in every state by everybody, and clocks over the long holidays."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.appeals import (
    Appeal,
    AppealState,
    Clocks,
    Decision,
    Parties,
    Refused,
    Step,
    file,
    last_day_to_file,
    late,
    passed,
    take,
)
from tests.unit.qa.test_workdays import CALENDAR

CLOCKS = Clocks()
WHO = Parties("amy", "ivy")
MONDAY = date(2026, 11, 16)
S = AppealState


def _filed(day: date = MONDAY) -> Appeal:
    return file(day, day, WHO, CLOCKS, CALENDAR)


def _step(appeal: Appeal, step: Step, who: str, day: date, decision: Decision | None = None) -> Appeal:
    return take(appeal, step, who, day, CLOCKS, CALENDAR, decision)


def _answered(day: date = MONDAY) -> Appeal:
    return _step(_filed(day), Step.ANSWER, "lea", day, Decision.DISMISSED)


def _in(state: AppealState) -> Appeal:
    """An appeal of Monday in a state, as it comes there."""
    escalated = _step(_answered(), Step.ESCALATE, "amy", MONDAY)
    decided = _step(escalated, Step.DECIDE, "max", MONDAY, Decision.UPHELD)
    return {
        S.FILED: _filed(),
        S.ANSWERED: _answered(),
        S.ESCALATED: escalated,
        S.DECIDED: decided,
        S.CLOSED: _step(decided, Step.REASONS, "max", MONDAY),
        S.WITHDRAWN: _step(_filed(), Step.WITHDRAW, "amy", MONDAY),
    }[state]


LEADS_TO = {
    (S.FILED, Step.ANSWER): (S.ANSWERED, 5, {"lea", "max", "zoe"}),
    (S.FILED, Step.HAND_ON): (S.ESCALATED, 10, {"lea", "max", "zoe"}),
    (S.FILED, Step.WITHDRAW): (S.WITHDRAWN, None, {"amy"}),
    (S.ANSWERED, Step.ESCALATE): (S.ESCALATED, 10, {"amy"}),
    (S.ESCALATED, Step.DECIDE): (S.DECIDED, 5, {"max", "zoe"}),  # Lea answered first
    (S.ESCALATED, Step.WITHDRAW): (S.CLOSED, None, {"amy"}),  # with the answer that there was
    (S.DECIDED, Step.REASONS): (S.CLOSED, None, {"lea", "max", "zoe"}),
}
WRONG = {"amy": "own_score", "ivy": "own_score", "lea": "same_judge"}


@pytest.mark.parametrize(("state", "step"), list(product(S, Step)))
def test_every_step_in_every_state_by_everybody(state: AppealState, step: Step) -> None:
    before, today = _in(state), MONDAY + timedelta(days=1)
    assert before.state == state
    for who in ("amy", "ivy", "lea", "max", "zoe"):
        leads = LEADS_TO.get((state, step))
        if leads is None or who not in leads[2]:
            with pytest.raises(Refused) as refused:
                _step(before, step, who, today, Decision.PARTLY)
            mine = step in (Step.ESCALATE, Step.WITHDRAW)
            assert refused.value.code == ("not_now" if leads is None else "not_yours" if mine else WRONG[who])
            continue
        after = _step(before, step, who, today, Decision.PARTLY)
        due = None if leads[1] is None else CALENDAR.after(today, leads[1])
        assert (after.state, after.since, after.due) == (leads[0], today, due)
        judged = step in (Step.ANSWER, Step.DECIDE)
        assert after.decision == (Decision.PARTLY if judged else before.decision)
        assert after.parties.answered == (who if step == Step.ANSWER else before.parties.answered)


def test_what_nobody_has_answered_is_withdrawn_wherever_it_is() -> None:
    handed_on = _step(_filed(), Step.HAND_ON, "lea", MONDAY)
    assert _step(handed_on, Step.WITHDRAW, "amy", MONDAY).state == S.WITHDRAWN
    unanswered = passed(_filed(), date(2026, 11, 24), CLOCKS, CALENDAR)
    assert (
        unanswered.forced and _step(unanswered, Step.WITHDRAW, "amy", date(2026, 11, 24)).state == S.WITHDRAWN
    )


@pytest.mark.parametrize("first", list(Decision))
def test_leadership_that_keeps_a_score_takes_back_nothing_of_the_answer(first: Decision) -> None:
    answered = _step(_filed(), Step.ANSWER, "lea", MONDAY, first)
    gone_on = _step(answered, Step.ESCALATE, "amy", MONDAY)
    assert _step(gone_on, Step.DECIDE, "max", MONDAY, Decision.DISMISSED).decision == first
    assert _step(gone_on, Step.DECIDE, "max", MONDAY, Decision.UPHELD).decision == Decision.UPHELD


@pytest.mark.parametrize("state", [S.FILED, S.ESCALATED])
def test_a_decision_says_something(state: AppealState) -> None:
    step = Step.ANSWER if state == S.FILED else Step.DECIDE
    with pytest.raises(Refused, match="no_decision"):
        _step(_in(state), step, "max", MONDAY)


def test_who_is_open_and_who_is_not() -> None:
    assert {state for state in S if _in(state).open} == {S.FILED, S.ESCALATED, S.DECIDED}


def test_an_appeal_is_filed_in_time() -> None:
    published = date(2026, 11, 19)  # a Thursday: Friday, Monday, Tuesday
    assert last_day_to_file(published, CLOCKS, CALENDAR) == date(2026, 11, 24)
    assert file(published, date(2026, 11, 24), WHO, CLOCKS, CALENDAR) == Appeal(
        S.FILED, date(2026, 11, 24), date(2026, 12, 1), WHO
    )
    with pytest.raises(Refused, match="too_late"):
        file(published, date(2026, 11, 25), WHO, CLOCKS, CALENDAR)
    with pytest.raises(Refused, match="own_score"):
        file(published, published, Parties("ivy", "ivy"), CLOCKS, CALENDAR)


@pytest.mark.parametrize(
    ("published", "last"),
    [
        ("2026-02-12", "2026-02-24"),  # Fri 13, Sat 14 (worked), then Spring Festival until Mon 23
        ("2026-02-13", "2026-02-25"),
        ("2026-02-16", "2026-02-26"),  # New Year's Eve: Tue 24, Wed 25, Thu 26
        ("2026-09-29", "2026-10-09"),  # Wed 30, then National Day until Wed 7, Thu 8, Fri 9
        ("2026-09-30", "2026-10-10"),  # Thu 8, Fri 9, Sat 10 (worked)
        ("2025-01-23", "2025-01-27"),  # Fri 24, Sun 26 (worked), Mon 27
    ],
)
def test_the_days_to_file_over_the_long_holidays(published: str, last: str) -> None:
    assert last_day_to_file(date.fromisoformat(published), CLOCKS, CALENDAR) == date.fromisoformat(last)


def test_a_whole_appeal_over_spring_festival() -> None:
    one = file(date(2026, 2, 11), date(2026, 2, 12), WHO, CLOCKS, CALENDAR)
    assert one.due == date(2026, 2, 26)  # 13, 14, then 24, 25, 26
    one = _step(one, Step.ANSWER, "lea", date(2026, 2, 26), Decision.DISMISSED)
    assert one.due == date(2026, 3, 4)  # 27, Sat 28, 2, 3, 4 March
    one = _step(one, Step.ESCALATE, "amy", date(2026, 3, 4))
    assert one.due == date(2026, 3, 18)
    one = _step(one, Step.DECIDE, "max", date(2026, 3, 18), Decision.UPHELD)
    assert one.due == date(2026, 3, 25)
    one = _step(one, Step.REASONS, "max", date(2026, 3, 25))
    assert (one.state, one.decision, one.forced) == (S.CLOSED, Decision.UPHELD, False)


def test_unanswered_in_time_it_goes_on_by_itself() -> None:
    one = _filed()
    assert one.due == date(2026, 11, 23)
    assert passed(one, date(2026, 11, 23), CLOCKS, CALENDAR) == one
    gone = passed(one, date(2026, 11, 24), CLOCKS, CALENDAR)
    assert (gone.state, gone.since, gone.due, gone.forced) == (
        *(S.ESCALATED, date(2026, 11, 23)),
        *(date(2026, 12, 7), True),
    )
    with pytest.raises(Refused, match="not_now"):
        _step(one, Step.ANSWER, "lea", date(2026, 11, 24), Decision.UPHELD)
    decided = _step(one, Step.DECIDE, "lea", date(2026, 11, 24), Decision.UPHELD)
    assert decided.state == S.DECIDED and decided.forced, "nobody answered first, so any may decide"


def test_not_taken_on_in_time_it_is_over() -> None:
    one = _answered()
    assert one.due == date(2026, 11, 23)
    over = passed(one, date(2026, 11, 24), CLOCKS, CALENDAR)
    assert (over.state, over.since, over.due) == (S.CLOSED, date(2026, 11, 23), None)
    assert over.decision == Decision.DISMISSED
    with pytest.raises(Refused, match="too_late"):
        _step(one, Step.ESCALATE, "amy", date(2026, 11, 24))
    assert _step(one, Step.ESCALATE, "amy", date(2026, 11, 23)).state == S.ESCALATED


@pytest.mark.parametrize("state", [S.ESCALATED, S.DECIDED])
def test_leaderships_work_is_late_and_still_to_be_done(state: AppealState) -> None:
    one = _in(state)
    assert one.due is not None
    after = one.due + timedelta(days=1)
    assert not late(one, one.due) and late(one, after)
    assert passed(one, after, CLOCKS, CALENDAR) == one
    step = Step.DECIDE if state == S.ESCALATED else Step.REASONS
    assert _step(one, step, "max", after, Decision.PARTLY).since == after


def test_what_is_over_is_never_late() -> None:
    far = MONDAY + timedelta(days=365)
    assert not any(late(_in(state), far) for state in (S.ANSWERED, S.CLOSED, S.WITHDRAWN))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 12), st.sampled_from(Step), st.sampled_from(("amy", "ivy", "lea", "max")),
            st.sampled_from((*Decision, None)),
        ),
        max_size=12,
    ),
    st.dates(date(2024, 1, 1), date(2026, 6, 1)),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_whatever_is_tried_no_judge_is_a_party_and_the_end_is_the_end(
    tries: list[tuple[int, Step, str, Decision | None]], day: date
) -> None:
    one = _filed(day)
    judges: list[str] = []
    for days, step, who, decision in tries:
        day += timedelta(days=days)
        was = passed(one, day, CLOCKS, CALENDAR)
        assert passed(was, day, CLOCKS, CALENDAR) == was
        try:
            one = _step(one, step, who, day, decision)
        except Refused:
            continue
        assert was.state not in (S.CLOSED, S.WITHDRAWN)
        assert one.due is None or (CALENDAR.works(one.due) and one.due > day)
        assert one.parties[:2] == WHO[:2]
        if step in (Step.ANSWER, Step.DECIDE):
            assert one.decision == decision
            judges.append(who)
    assert len(judges) == len(set(judges)) and not {"amy", "ivy"} & set(judges)
