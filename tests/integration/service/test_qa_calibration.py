"""Calibrations: called, scored blind, closed, read; forms looked at again by chance; who may do what."""

from datetime import date, timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import calibration, rechecks, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.store import accounts
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_tables import qa_scores as scores
from ccfloor.store.qa_tables import qa_sessions
from ccfloor.store.tables import kpi_facts
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    GOOD,
    LEAD_B,
    LI,
    MANAGER,
    MONDAY,
    OTHER_QA,
    POOR,
    QA,
    ZHOU,
    at,
    publish,
    put_call,
)

NOW = at(3, 15)
DUE = MONDAY + timedelta(days=7)
CALL = (1, 1)
PEOPLE = {"boss": MANAGER, LI: QA, ZHOU: OTHER_QA}


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    put_call(database, 1, "陈思远", at(1))
    return database


def called(engine: Engine, viewer: Viewer = MANAGER, **more: Any) -> int:
    told: dict[str, Any] = {"name": "十一月校准", "form": "small", "reference": "boss", "due": DUE}
    draft = calibration.Draft(**told | {"reviewers": [LI, ZHOU], "call": CALL} | more)
    return calibration.add_session(engine, viewer, CONFIG, draft, "", "每月一次", NOW)


def score(engine: Engine, session: int, name: str, answers: dict[str, str]) -> ScoreRow:
    viewer = PEOPLE[name]
    row = scoring.open_score(engine, viewer, CONFIG, Begin(session=session), "", NOW + 60)
    change = Change(answers, {}, "总评", base=row.saved_at)
    return scoring.submit(engine, viewer, CONFIG, row.id, change, "", NOW + 120)


def closed(engine: Engine) -> int:
    number = called(engine)
    score(engine, number, "boss", GOOD)
    score(engine, number, LI, GOOD | {"answer": "40"})
    score(engine, number, ZHOU, POOR)
    calibration.close_session(engine, MANAGER, CONFIG, number, "", "解答一项再讲", NOW + 3600)
    return number


def code(error: pytest.ExceptionInfo[PeopleError]) -> str:
    return error.value.code


def facts(engine: Engine) -> dict[str, float]:
    query = select(kpi_facts.c.field, kpi_facts.c.value).where(
        kpi_facts.c.field.like("qa.%"), kpi_facts.c.scope == "site", kpi_facts.c.day == 20261119
    )
    with engine.connect() as connection:
        return {field: value for field, value in connection.execute(query)}


def test_a_session_is_scored_blind_and_read_when_it_is_closed(engine: Engine) -> None:
    number = called(engine)
    score(engine, number, "boss", GOOD)
    first = score(engine, number, LI, GOOD | {"answer": "40"})
    for viewer in (OTHER_QA, MANAGER, Viewer(Role.ADMIN, account=20, who="root")):
        assert scoring.find_score(engine, viewer, CONFIG, first.id) is None
        with pytest.raises(PeopleError) as error:
            calibration.results(engine, viewer, CONFIG, number)
        assert code(error) == "qa_session_open"
    found = calibration.find_session(engine, OTHER_QA, CONFIG, number)
    assert found is not None and found.missing == [ZHOU] and (found.mine, found.done) == (True, False)
    score(engine, number, ZHOU, POOR)
    calibration.close_session(engine, MANAGER, CONFIG, number, "", "解答一项再讲", NOW + 3600)
    told = calibration.results(engine, QA, CONFIG, number)
    assert [one.reviewer for one in told.scores] == [LI, ZHOU] and told.reference is not None
    drifts = {one.drift.reviewer: one.drift for one in told.compared.reviewers}
    assert drifts[LI].absolute == pytest.approx(11.1) and drifts[LI].leniency == pytest.approx(-11.1)
    assert told.said[first.id]["answer"].answer == "40" and told.said[first.id]["hold"].answer == "na"


def test_a_closed_session_counts_on_its_day_and_one_called_off_no_more(engine: Engine) -> None:
    number = closed(engine)
    drifts = calibration.results(engine, QA, CONFIG, number).compared.reviewers
    told = facts(engine)
    assert told["qa.calibrated"] == 2
    assert told["qa.drift_points"] == pytest.approx(sum(one.drift.absolute for one in drifts))
    off = calibration.call_off(engine, MANAGER, CONFIG, number, "", "通话选错了", NOW + 7200)
    assert off.state == calibration.CALLED_OFF and facts(engine) == {}
    with pytest.raises(PeopleError) as error:
        calibration.call_off(engine, MANAGER, CONFIG, number, "", "再次", NOW + 7300)
    assert code(error) == "qa_session_off"


def test_a_calibrations_score_that_is_taken_back_counts_no_more(engine: Engine) -> None:
    number = closed(engine)
    reference = calibration.results(engine, QA, CONFIG, number).reference
    assert reference is not None
    root = Viewer(Role.ADMIN, account=20, who="root")
    scoring.void(engine, root, CONFIG, reference.id, "", "听错了通话", NOW + 4000)
    assert facts(engine) == {} and calibration.results(engine, QA, CONFIG, number).compared == ((), ())


def test_what_is_not_handed_in_by_closing_is_let_go_of(engine: Engine) -> None:
    number = called(engine)
    score(engine, number, "boss", GOOD)
    score(engine, number, LI, GOOD)
    late = scoring.open_score(engine, OTHER_QA, CONFIG, Begin(session=number), "", NOW + 60)
    calibration.close_session(engine, MANAGER, CONFIG, number, "", "一致", NOW + 3600)
    assert scoring.find_score(engine, OTHER_QA, CONFIG, late.id) is None
    with pytest.raises(PeopleError) as error:
        scoring.submit(
            engine, OTHER_QA, CONFIG, late.id, Change(GOOD, {}, base=late.saved_at), "", NOW + 3700
        )
    assert code(error) == "unknown_qa_score"
    with engine.connect() as connection:
        entry = connection.scalar(select(audit.c.after).where(audit.c.act == Act.QA_SESSION_CLOSED))
    assert ZHOU in entry


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"name": " "}, "no_name"),
        ({"reference": ""}, "qa_no_reference_name"),
        ({"reviewers": ["boss", " "]}, "qa_no_reviewers"),
        ({"due": date(2026, 11, 18)}, "qa_due_past"),
        ({"form": "nothing"}, "qa_no_form"),
        ({"call": (1, 99)}, "unknown_qa_call"),
        ({"call": None}, "qa_no_about"),
        ({"reviewers": [LI, "陈思远"]}, "qa_own_call"),
    ],
)
def test_a_session_that_cannot_be_is_not_called(engine: Engine, more: dict[str, Any], wanted: str) -> None:
    with pytest.raises(PeopleError) as error:
        called(engine, **more)
    assert code(error) == wanted


def test_who_has_judged_the_call_before_is_not_asked(engine: Engine) -> None:
    row = scoring.open_score(engine, QA, CONFIG, Begin("own", call=CALL, form="small"), "", NOW)
    with pytest.raises(PeopleError) as error:
        called(engine)
    assert code(error) == "qa_call_known"
    scoring.discard(engine, QA, CONFIG, row.id, "", "不评了", NOW + 1)
    assert called(engine)


def test_where_there_are_accounts_reviewers_are_accounts_that_score(engine: Engine) -> None:
    def account(name: str, role: Role, agent: str = "") -> None:
        told: dict[str, Any] = {"name": name, "shown": "", "role": role, "agent": agent, "password": "x"}
        told |= {"queues": "", "teams": "", "subject": "", "must_change": False, "disabled": False}
        told |= dict.fromkeys(("version", "failed"), 0)
        told |= dict.fromkeys(("tried_at", "made_at", "changed_at", "seen_at"), 0.0)
        with writing(engine) as connection:
            accounts.put_account(connection, "main", told)

    account("boss", Role.MANAGER)
    account(LI, Role.QA)
    account("chen", Role.AGENT, "陈思远")
    account(ZHOU, Role.LEAD, "陈思远")
    assert calibration.possible_reviewers(engine, MANAGER) == ["boss", LI, ZHOU]
    for names, wanted in (([LI, "wu"], "qa_unknown_reviewer"), (["chen"], "qa_unknown_reviewer")):
        with pytest.raises(PeopleError) as error:
            called(engine, reviewers=names)
        assert code(error) == wanted
    with pytest.raises(PeopleError) as error:
        called(engine, reviewers=[LI, ZHOU])  # who takes the agent's calls himself
    assert code(error) == "qa_own_call"
    assert called(engine, reviewers=[LI])


def test_an_open_session_is_changed_and_who_is_done_stays(engine: Engine) -> None:
    number = called(engine)
    score(engine, number, LI, GOOD)
    draft = scoring.open_score(engine, OTHER_QA, CONFIG, Begin(session=number), "", NOW)
    later = DUE + timedelta(days=3)
    calibration.change_session(engine, MANAGER, CONFIG, number, ["wu.qa"], later, "", "周请假", NOW)
    found = calibration.find_session(engine, MANAGER, CONFIG, number)
    assert found is not None and found.row.reviewers == (LI, "wu.qa") and found.row.due_day == 20261126
    assert scoring.find_score(engine, OTHER_QA, CONFIG, draft.id) is None
    with pytest.raises(PeopleError) as error:
        calibration.change_session(engine, MANAGER, CONFIG, number, ["wu.qa"], later, "", "再", NOW)
    assert code(error) == "qa_same"


def test_it_is_closed_with_a_reference_and_something_beside_it(engine: Engine) -> None:
    number = called(engine)
    score(engine, number, LI, GOOD)
    with pytest.raises(PeopleError) as error:
        calibration.close_session(engine, MANAGER, CONFIG, number, "", "一致", NOW)
    assert code(error) == "qa_no_reference"
    other = called(engine, name="另一次", call=put_call(engine, 2, "孙浩", at(1)))
    score(engine, other, "boss", GOOD)
    with pytest.raises(PeopleError) as error:
        calibration.close_session(engine, MANAGER, CONFIG, other, "", "一致", NOW)
    assert code(error) == "qa_no_scores"


def test_who_may_do_what(engine: Engine) -> None:
    number = called(engine)
    for viewer in (QA, LEAD_B):
        with pytest.raises(Forbidden):
            called(engine, viewer)
        with pytest.raises(Forbidden):
            calibration.close_session(engine, viewer, CONFIG, number, "", "一致", NOW)
        with pytest.raises(Forbidden):
            rechecks.draw(engine, viewer, CONFIG, MONDAY, DUE, 0.5, "", "抽查", NOW)
    with pytest.raises(Forbidden):
        calibration.list_sessions(engine, CHEN, CONFIG)
    assert [one.row.id for one in calibration.list_sessions(engine, QA, CONFIG)] == [number]
    assert calibration.list_sessions(engine, LEAD_B, CONFIG) == []  # of another team's agent
    support = Viewer(Role.QA, account=21, who="wu.qa", queues=frozenset(("support",)))
    assert calibration.find_session(engine, support, CONFIG, number) is None
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(qa_sessions)) == 1


def test_standings_go_over_sessions_and_tell_who_took_part_in_none(engine: Engine) -> None:
    closed(engine)
    put_call(engine, 5, "孙浩", at(2))
    wu = Viewer(Role.QA, account=21, who="wu.qa")
    row = scoring.open_score(engine, wu, CONFIG, Begin("own", call=(1, 5), form="small"), "", NOW)
    scoring.submit(engine, wu, CONFIG, row.id, Change(GOOD, {}, base=row.saved_at), "", NOW)
    told = calibration.standings(engine, MANAGER, CONFIG, MONDAY, DUE)
    assert (told.sessions, told.absent) == (1, ("wu.qa",))
    assert [one.drift.reviewer for one in told.compared.reviewers] == [ZHOU, LI]
    none = calibration.standings(engine, MANAGER, CONFIG, DUE, DUE)
    assert none.compared.reviewers == () and none.absent == ()


# -- re-checks -------------------------------------------------------------------------------------------


def scored(engine: Engine, number: int, viewer: Viewer, answers: dict[str, str] = GOOD) -> list[int]:
    """So many forms of a reviewer's."""
    found = []
    for place in range(number):
        call = put_call(engine, 100 * viewer.account + place, "孙浩", at(1) + place)
        row = scoring.open_score(engine, viewer, CONFIG, Begin("own", call=call, form="small"), "", NOW)
        change = Change(answers, {}, base=row.saved_at)
        found.append(scoring.submit(engine, viewer, CONFIG, row.id, change, "", NOW).id)
    return found


def drawn(engine: Engine, share: float, **more: Any) -> rechecks.Drawn:
    return rechecks.draw(engine, MANAGER, CONFIG, MONDAY, DUE, share, "", "每月抽查", NOW + 60, **more)


def test_each_reviewers_share_is_drawn_once_and_can_be_drawn_again(engine: Engine) -> None:
    mine = {LI: set(scored(engine, 11, QA)), ZHOU: set(scored(engine, 3, OTHER_QA))}
    first = drawn(engine, 0.2, seed="s")
    for name, there in mine.items():
        assert len(there & set(first.numbers)) == ceil(0.2 * len(there)), name
    keys = sorted(mine[LI] | mine[ZHOU])
    digest = sha256("\n".join(map(str, keys)).encode()).hexdigest()
    assert first.digest == "".join("abcdefghijklmnop"[int(sign, 16)] for sign in digest)
    with pytest.raises(PeopleError) as error:
        drawn(engine, 0.2)
    assert code(error) == "qa_nothing_to_draw"
    more = drawn(engine, 0.4, seed="s")
    assert not set(first.numbers) & set(more.numbers) and len(more.numbers) == (5 - 3) + (2 - 1)


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        opened = open_engine(str(tmp_path / f"{name}.db"))
        upgrade(opened)
        publish(opened)
        scored(opened, 12, QA)
        found.append((drawn(opened, 0.25, seed="s"), drawn(opened, 0.5, seed="t")))
    assert found[0] == found[1] and found[0][0].numbers != found[0][1].numbers


def test_the_first_score_is_out_of_sight_until_the_second_is_handed_in(engine: Engine) -> None:
    (number,) = scored(engine, 1, QA, POOR)
    drawn(engine, 1.0)
    assert scoring.find_score(engine, MANAGER, CONFIG, number) is None
    (draft,) = rechecks.to_check(engine, MANAGER, CONFIG)
    assert (draft.original, draft.answers, draft.score) == (number, {}, None)
    change = Change(GOOD, {}, base=draft.saved_at)
    scoring.submit(engine, MANAGER, CONFIG, draft.id, change, "", NOW + 90)
    assert scoring.find_score(engine, MANAGER, CONFIG, number) is not None
    assert rechecks.to_check(engine, MANAGER, CONFIG) == []
    told = rechecks.results(engine, QA, CONFIG, MONDAY, DUE)
    (pair,) = told.pairs
    assert (pair.first.id, pair.second.id) == (number, draft.id) and pair.apart < 0
    assert set(pair.items) == {"greet", "hold", "answer", "record"}
    assert told.counts == {LI: (1, 1)} and told.compared.reviewers[0].again
    with engine.connect() as connection:
        counting = select(func.count()).where(scores.c.kind == "recheck", scores.c.polite.is_not(None))
        assert connection.scalar(counting) == 1
    # Neither what was chosen by hand counts nor its re-check.
    assert "qa.forms" not in facts_of_day(engine, 20261117)


def facts_of_day(engine: Engine, day: int) -> dict[str, float]:
    table = kpi_facts.c
    query = select(table.field, table.value).where(table.scope == "site", table.day == day)
    with engine.connect() as connection:
        return {field: value for field, value in connection.execute(query)}


def test_a_recheck_stands_beside_what_was_handed_in_and_can_be_adopted(engine: Engine) -> None:
    (number,) = scored(engine, 1, QA, POOR)
    drawn(engine, 1.0)
    (draft,) = rechecks.to_check(engine, MANAGER, CONFIG)
    done = scoring.submit(engine, MANAGER, CONFIG, draft.id, Change(GOOD, {}, base=draft.saved_at), "", NOW)
    before = rechecks.results(engine, MANAGER, CONFIG, MONDAY, DUE)
    made = rechecks.adopt(engine, MANAGER, CONFIG, done.id, "", "以复核为准", NOW + 120)
    assert made.id == number and made.answers == GOOD and made.score == 100
    after = rechecks.results(engine, MANAGER, CONFIG, MONDAY, DUE)
    assert after.pairs[0].apart == before.pairs[0].apart != 0
    with pytest.raises(PeopleError) as error:
        rechecks.adopt(engine, MANAGER, CONFIG, number, "", "不是复核", NOW + 130)
    assert code(error) == "unknown_qa_score"


def test_the_draw_is_logged_with_what_it_takes_to_draw_again(engine: Engine) -> None:
    scored(engine, 4, QA)
    made = drawn(engine, 0.5)
    with engine.connect() as connection:
        entry = connection.scalar(select(audit.c.after).where(audit.c.act == Act.QA_RECHECKS_DRAWN))
    assert made.seed in entry and made.digest in entry and len(made.seed) == 32


@pytest.mark.parametrize(
    ("share", "days", "wanted"),
    [(0.0, (MONDAY, DUE), "qa_bad_share"), (1.5, (MONDAY, DUE), "qa_bad_share"),
     (0.5, (DUE, MONDAY), "ends_first"), (0.5, (DUE, DUE), "qa_nothing_to_draw")],
)  # fmt: skip
def test_a_draw_that_cannot_be(engine: Engine, share: float, days: tuple[date, date], wanted: str) -> None:
    with pytest.raises(PeopleError) as error:
        rechecks.draw(engine, MANAGER, CONFIG, *days, share, "", "每月抽查", NOW)
    assert code(error) == wanted
