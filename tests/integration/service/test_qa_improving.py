"""Improvement plans and their effect, training needs sent as a list, cases to learn from; whose they are."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from ccfloor.kpi.scope import Scope
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import cases, improving, needs, scoring
from ccfloor.service.qa.improving import Draft
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.reports.mailing import MailError
from ccfloor.service.settings import Settings, SiteSettings, load
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.smtp_catcher import MailCatcher, mail_catching
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
    put_plan,
    put_sample,
)

NOW = at(29, 10)
AGENT = Scope("agent", "陈思远")
FIRST, LAST = MONDAY + timedelta(days=7), MONDAY + timedelta(days=20)


class Floor:
    """What is asked of a service, at a moment of its own."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.config, self.settings, self.now = engine, CONFIG, settings, NOW

    def floor_now(self) -> float:
        return self.now


@pytest.fixture
def floor(database: Engine) -> Floor:
    publish(database)
    put_plan(database)
    return Floor(database, load(environ={}, source="none"))


def scored(floor: Floor, day: int, answers: dict[str, str], agent: str = "陈思远", place: int = 0) -> int:
    """A form of a call that chance drew, so many days after MONDAY; its number."""
    call = put_call(floor.engine, 10 * day + place, agent, at(day, 9 + place))
    sample = put_sample(floor.engine, call, agent, at(day, 9 + place))
    row = scoring.open_score(floor.engine, QA, CONFIG, Begin(sample=sample), "", at(day, 15))
    change = Change(answers, {}, "总评", base=row.saved_at)
    return scoring.submit(floor.engine, QA, CONFIG, row.id, change, "", at(day, 16)).id


def draft(**more: Any) -> Draft:
    told: dict[str, Any] = {"scope": AGENT, "goal": "得分 90 以上", "measure": "qa_score", "target": 90.0}
    told |= {"actions": "每周两次旁听", "owner": "lead.a", "first": FIRST, "last": LAST}
    return Draft(**told | more)


def add(floor: Floor, **more: Any) -> int:
    return improving.add_improvement(floor, QA, draft(**more), "", NOW)


def read(floor: Floor, number: int, viewer: Viewer = QA) -> improving.Improvement:
    found = improving.find_improvement(floor.engine, viewer, CONFIG, number)
    assert found is not None
    return found


def code(error: pytest.ExceptionInfo[PeopleError]) -> str:
    return error.value.code


# -- plans -----------------------------------------------------------------------------------------------


def test_what_came_of_a_plan_is_told_by_its_measure_before_during_and_after(floor: Floor) -> None:
    for day, answers in ((1, POOR), (2, GOOD), (8, POOR), (15, GOOD), (16, GOOD), (22, GOOD)):
        scored(floor, day, answers)
    poor = scoring.result_of(floor.engine, "main", only_score(floor, 1)).score or 0.0
    told = improving.effect(floor, QA, read(floor, add(floor)))
    means = {one.name: one.result.value for one in told.stages}
    assert means["before"] == pytest.approx((poor + 100) / 2)
    assert means["during"] == pytest.approx((poor + 200) / 3)  # a mean of forms, not of weeks
    assert means["after"] == 100 and told.met is True
    assert [(one.first, one.last) for one in told.stages] == [
        (FIRST - timedelta(days=14), FIRST - timedelta(days=1)),
        (FIRST, LAST),
        (LAST + timedelta(days=1), MONDAY + timedelta(days=28)),
    ]
    weeks = {start: result.value for start, result in told.weeks}
    assert weeks[MONDAY] == means["before"] and weeks[FIRST] == pytest.approx(poor)


def only_score(floor: Floor, day: int) -> scoring.ScoreRow:
    wanted = scoring.Wanted(20261116 + day, 20261116 + day)
    (found,) = scoring.list_scores(floor.engine, MANAGER, CONFIG, wanted)
    return found


def test_the_day_that_runs_is_not_judged_and_stages_to_come_are_not_told(floor: Floor) -> None:
    floor.now = at(8, 10)
    scored(floor, 8, GOOD)
    told = improving.effect(floor, QA, read(floor, add(floor)))
    assert [one.name for one in told.stages] == ["before", "during"]
    during = told.stage("during")
    assert during is not None and (during.last, during.result.value) == (FIRST, None)
    assert told.met is None and told.stage("after") is None
    floor.now = at(-30)
    assert improving.effect(floor, QA, read(floor, add(floor))).stages == ()


def test_a_plan_can_be_measured_by_one_question(floor: Floor) -> None:
    for day, answers in ((2, POOR), (3, GOOD | {"answer": "40"}), (8, GOOD)):
        scored(floor, day, answers)
    scored(floor, 4, POOR, "孙浩")  # another's
    told = improving.effect(floor, QA, read(floor, add(floor, measure="item:small:answer", target=0.9)))
    before = told.stage("before")
    assert before is not None and told.kpi is None
    assert (before.result.value, before.result.n) == (pytest.approx(70 / 100), 2)
    assert told.met is True


def test_a_kpi_that_shall_fall_is_met_below_its_target(floor: Floor) -> None:
    scored(floor, 8, POOR)
    told = improving.effect(floor, QA, read(floor, add(floor, measure="qa_fatal", target=0.01)))
    assert (told.direction, told.met) == ("down", True)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"goal": " "}, "no_goal"),
        ({"actions": ""}, "no_actions"),
        ({"owner": ""}, "no_owner"),
        ({"measure": "nothing"}, "unknown_qa_measure"),
        ({"measure": "item:small:insult"}, "unknown_qa_measure"),
        ({"last": FIRST - timedelta(days=1)}, "ends_first"),
        ({"last": FIRST + timedelta(days=366)}, "qa_plan_long"),
        ({"scope": Scope("queue", "sales")}, "unknown_scope"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(floor: Floor, more: dict[str, Any], wanted: str) -> None:
    with pytest.raises(PeopleError) as error:
        add(floor, **more)
    assert code(error) == wanted


def test_a_plan_is_changed_until_it_is_decided(floor: Floor) -> None:
    number = add(floor)
    with pytest.raises(PeopleError) as error:
        improving.change_improvement(floor, QA, number, draft(), "", "没变", NOW)
    assert code(error) == "qa_same"
    improving.change_improvement(floor, QA, number, draft(target=92.0), "", "更高", NOW)
    assert read(floor, number).target == 92
    improving.decide(floor, QA, number, "consolidated", "固化为班前会内容", "", NOW)
    with pytest.raises(PeopleError) as error:
        improving.change_improvement(floor, QA, number, draft(), "", "再改", NOW)
    assert code(error) == "qa_plan_decided"
    improving.reopen(floor, QA, number, "", "还不稳定", NOW)
    assert read(floor, number).state == improving.OPEN and read(floor, number).decided_at is None


def test_a_plan_that_is_changed_goes_on_as_another(floor: Floor) -> None:
    number = add(floor)
    later = draft(goal="一次讲清", first=LAST, last=LAST + timedelta(days=14))
    with pytest.raises(PeopleError) as error:
        improving.decide(floor, QA, number, "changed", "措施换成录音复盘", "", NOW)
    assert code(error) == "qa_no_follow"
    made = improving.decide(floor, QA, number, "changed", "措施换成录音复盘", "", NOW, follow=later)
    assert made is not None and read(floor, made).follows == number and read(floor, number).state == "changed"
    with pytest.raises(PeopleError) as error:
        improving.reopen(floor, QA, number, "", "弄错了", NOW)
    assert code(error) == "qa_plan_followed"


def test_whose_plans_one_reads_and_makes(floor: Floor) -> None:
    number = add(floor)
    assert [one.id for one in improving.list_improvements(floor.engine, CHEN, CONFIG)] == [number]
    other = Viewer(CHEN.role, account=12, who="sun", agents=frozenset(("孙浩",)))
    assert improving.list_improvements(floor.engine, other, CONFIG) == []
    assert improving.list_improvements(floor.engine, LEAD_B, CONFIG) == []
    with pytest.raises(PeopleError) as error:
        improving.decide(floor, LEAD_B, number, "dropped", "不管", "", NOW)
    assert code(error) == "unknown_qa_improvement"
    with pytest.raises(PeopleError) as error:
        improving.add_improvement(floor, LEAD_B, draft(), "", NOW)
    assert code(error) == "unknown_scope"
    with pytest.raises(Forbidden):
        improving.add_improvement(floor, CHEN, draft(), "", NOW)


def test_nobody_decides_what_becomes_of_his_own_plan(floor: Floor) -> None:
    number = add(floor)
    himself = replace(MANAGER, agent="陈思远")
    for act in (
        lambda: improving.decide(floor, himself, number, "consolidated", "做到了", "", NOW),
        lambda: improving.change_improvement(floor, himself, number, draft(goal="少做一点"), "", "太多", NOW),
    ):
        with pytest.raises(PeopleError) as error:
            act()
        assert code(error) == "qa_own_plan"
    improving.decide(floor, MANAGER, number, "dropped", "换人负责", "", NOW)
    with pytest.raises(PeopleError) as error:
        improving.reopen(floor, himself, number, "", "再来一次", NOW)
    assert code(error) == "qa_own_plan" and read(floor, number).state == "dropped"


def test_what_one_does_not_see_takes_no_place_in_the_list(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = add(floor)
    for _ in range(3):
        add(floor, scope=Scope("agent", "孙浩"))
    monkeypatch.setattr(improving, "_MOST", 2)
    assert [one.id for one in improving.list_improvements(floor.engine, CHEN, CONFIG)] == [mine]
    assert len(improving.list_improvements(floor.engine, MANAGER, CONFIG)) == 2


# -- needs -----------------------------------------------------------------------------------------------


def need(floor: Floor, viewer: Viewer = QA, **more: Any) -> int:
    told = {"agent": "陈思远", "topic": "item:small:answer", "text": "退费口径"} | more
    return needs.add_need(floor.engine, viewer, CONFIG, needs.Draft(**told), "", NOW)  # type: ignore[arg-type]


def states(floor: Floor) -> list[str]:
    return [one.state for one in needs.list_needs(floor.engine, QA, CONFIG)]


def test_what_is_lost_again_and_again_is_suggested_until_it_is_entered(floor: Floor) -> None:
    for place in range(3):
        scored(floor, 8, POOR, place=place)
        scored(floor, 9, GOOD | {"answer": "40"}, "孙浩", place)
    days = MONDAY, MONDAY + timedelta(days=13)
    found = needs.suggestions(floor.engine, QA, CONFIG, *days)
    assert {(one.agent, one.item) for one in found} == {
        ("陈思远", item) for item in ("greet", "hold", "answer", "record")
    }
    assert found[0].share == 1.0 and found[-1].item == "answer" and found[-1].share == pytest.approx(0.4)
    need(floor, score=found[-1].score)
    left = needs.suggestions(floor.engine, QA, CONFIG, *days)
    assert {one.item for one in left} == {"greet", "hold", "record"}


def test_a_need_goes_its_way_and_back(floor: Floor) -> None:
    number = need(floor)
    with pytest.raises(PeopleError) as error:
        need(floor)
    assert code(error) == "qa_need_there"
    needs.hand_over(floor.engine, QA, CONFIG, [number], "培训组", "", NOW)
    needs.finish(floor.engine, QA, CONFIG, [number], "", NOW)
    with pytest.raises(PeopleError) as error:
        needs.drop(floor.engine, QA, CONFIG, number, "", "不用了", NOW)
    assert code(error) == "qa_need_closed"
    needs.reopen(floor.engine, QA, CONFIG, number, "", "没学会", NOW)
    assert states(floor) == ["sent"]
    needs.drop(floor.engine, QA, CONFIG, number, "", "离岗", NOW)
    assert states(floor) == ["dropped"]
    assert need(floor)  # of the same topic again


@pytest.mark.parametrize(
    ("more", "wanted"),
    [({"agent": ""}, "no_agent"), ({"topic": " "}, "no_topic"), ({"score": 99}, "unknown_qa_score")],
)
def test_a_need_that_cannot_be_is_refused(floor: Floor, more: dict[str, Any], wanted: str) -> None:
    with pytest.raises(PeopleError) as error:
        need(floor, **more)
    assert code(error) == wanted


def test_a_need_shows_in_a_score_of_the_same_agent(floor: Floor) -> None:
    other = scored(floor, 8, POOR, "孙浩")
    with pytest.raises(PeopleError) as error:
        need(floor, score=other)
    assert code(error) == "unknown_qa_score"


def test_whose_needs_one_reads(floor: Floor) -> None:
    number = need(floor)
    assert [one.id for one in needs.list_needs(floor.engine, CHEN, CONFIG)] == [number]
    assert needs.list_needs(floor.engine, LEAD_B, CONFIG) == []
    with pytest.raises(PeopleError) as error:
        needs.finish(floor.engine, LEAD_B, CONFIG, [number], "", NOW)
    assert code(error) == "unknown_qa_need"
    with pytest.raises(PeopleError) as error:
        need(floor, LEAD_B)
    assert code(error) == "no_agent"
    with pytest.raises(Forbidden):
        needs.finish(floor.engine, CHEN, CONFIG, [number], "", NOW)


SHEET = needs.Sheet("培训需求", ("坐席", "内容", "说明", "提出人", "日期"),
                    [("陈思远", "解答", "=1+1", "li.qa", "2026-12-15")])  # fmt: skip


def sent(floor: Floor, folder: Path, post: MailCatcher, numbers: list[int]) -> tuple[str, ...]:
    (folder / "notify.yaml").write_text(
        "channels:\n  boss:\n    kind: email\n    enabled: true\n    host: 127.0.0.1\n"
        f"    port: {post.port}\n    security: none\n    from: floor@example.com\n    to: [a@example.com]\n",
        encoding="utf-8",
    )
    site, to = SiteSettings(data=str(folder)), ["train@example.com"]
    return needs.send(floor.engine, QA, CONFIG, site, numbers, SHEET, "boss", to, "", NOW)


def test_a_list_goes_out_by_mail_with_a_workbook(floor: Floor, tmp_path: Path) -> None:
    number = need(floor)
    with mail_catching() as post:
        assert sent(floor, tmp_path, post, [number]) == ("train@example.com",)
        (mail,) = post.wait(1)
    assert mail["Subject"] == "培训需求" and "陈思远" in mail.get_body().get_content()  # type: ignore[union-attr]
    (file,) = mail.iter_attachments()
    page = load_workbook(io.BytesIO(file.get_payload(decode=True))).worksheets[0]  # type: ignore[arg-type]
    told = ["'=1+1" if cell == "=1+1" else cell for cell in SHEET.rows[0]]
    assert [cell.value for cell in page[2]] == told and page["C2"].data_type == "s"
    (one,) = needs.list_needs(floor.engine, QA, CONFIG)
    assert (one.state, one.sent_to, one.sent_at) == ("sent", "train@example.com", NOW)


def test_a_mail_that_does_not_go_out_leaves_the_list_open(floor: Floor, tmp_path: Path) -> None:
    number = need(floor)
    with mail_catching() as post:
        post.says["RCPT"] = "550 no such user"
        with pytest.raises(MailError):
            sent(floor, tmp_path, post, [number])
    assert states(floor) == ["open"]


# -- cases -----------------------------------------------------------------------------------------------


def test_a_case_is_found_by_tag_and_words_removed_and_put_back(floor: Floor) -> None:
    score = scored(floor, 8, GOOD)
    told = cases.Draft("安抚到位", "客户来电 13812342071,先致歉再解释", [" 安抚 ", "安抚", "退费"], True)
    number = cases.add_case(floor.engine, QA, CONFIG, score, told, "", NOW)
    with pytest.raises(PeopleError) as error:
        cases.add_case(floor.engine, QA, CONFIG, score, told, "", NOW)
    assert code(error) == "qa_case_there"
    (found,) = cases.list_cases(floor.engine, QA, CONFIG, tag="安抚", words="致歉 退费")
    assert found.tags == ("安抚", "退费") and found.agent == "陈思远" and found.points == 100
    assert "13812342071" not in found.text  # who may not see numbers reads none
    assert cases.list_cases(floor.engine, QA, CONFIG, good=False) == []
    cases.change_case(floor.engine, QA, CONFIG, number, told._replace(good=False), "", "反例", NOW)
    assert len(cases.list_cases(floor.engine, QA, CONFIG, good=False)) == 1
    cases.remove_case(floor.engine, QA, CONFIG, number, "", "重复", NOW)
    assert cases.list_cases(floor.engine, QA, CONFIG) == []
    cases.restore_case(floor.engine, QA, CONFIG, number, "", "有用", NOW)
    assert [one.id for one in cases.list_cases(floor.engine, QA, CONFIG)] == [number]


def test_cases_are_of_calls_that_one_may_read(floor: Floor) -> None:
    score = scored(floor, 8, GOOD)
    number = cases.add_case(floor.engine, QA, CONFIG, score, cases.Draft("例", "说明"), "", NOW)
    assert cases.find_case(floor.engine, LEAD_B, CONFIG, number) is None
    with pytest.raises(PeopleError) as error:
        cases.remove_case(floor.engine, LEAD_B, CONFIG, number, "", "不是我的", NOW)
    assert code(error) == "unknown_qa_case"
    with pytest.raises(Forbidden):
        cases.list_cases(floor.engine, CHEN, CONFIG)
    zhou = Viewer(QA.role, account=8, who="zhou.qa")
    assert cases.list_cases(floor.engine, zhou, CONFIG)
    put_sample(floor.engine, (1, 80), "陈思远", at(8, 9), "zhou.qa")
    assert cases.list_cases(floor.engine, zhou, CONFIG) == []  # blind, as the call is his to score
    with pytest.raises(PeopleError) as error:
        cases.add_case(floor.engine, QA, CONFIG, 99, cases.Draft("例", "说明"), "", NOW)
    assert code(error) == "unknown_qa_score"
