"""The page of improvement without a browser: plans and their effect, needs, cases."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.qa import cases, improving, needs, scoring
from ccfloor.service.qa.improving import Draft
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.ui.texts import LANGS, Lang
from tests.fakes.app_page import opened, press, quiet_service, words
from tests.fakes.stored_qa import (
    CONFIG,
    GOOD,
    LI,
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
FIRST, LAST = MONDAY + timedelta(days=7), MONDAY + timedelta(days=20)
AGENT = Scope("agent", "陈思远")
ENGLISH = re.compile(r"[A-Za-z]{4,}(\s+[A-Za-z]{3,})+")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        service.config, service.clock = CONFIG, lambda: NOW
        publish(service.engine)
        put_plan(service.engine)
        yield service


def page() -> None:
    from ccfloor.ui import qa_improve_page
    from ccfloor.ui.shell import look

    qa_improve_page.show(look())


def scored(service: runtime.Service, day: int, answers: dict[str, str], place: int = 0) -> int:
    """A form of a call that chance drew; its number."""
    call = put_call(service.engine, 10 * day + place, "陈思远", at(day, 9 + place))
    begin = Begin(sample=put_sample(service.engine, call, "陈思远", at(day, 9 + place)))
    row = scoring.open_score(service.engine, QA, CONFIG, begin, "", at(day, 15))
    told = Change(answers, {}, "先致歉再解释", base=row.saved_at)
    return scoring.submit(service.engine, QA, CONFIG, row.id, told, "", at(day, 16)).id


def planned(service: runtime.Service, **more: Any) -> int:
    told: dict[str, Any] = {"scope": AGENT, "goal": "得分 90 以上", "measure": "qa_score", "target": 90.0}
    told |= {"actions": "每周两次旁听", "owner": "lead.a", "first": FIRST, "last": LAST}
    return improving.add_improvement(service, QA, Draft(**told | more), "", NOW)


def field(test: AppTest, label: str) -> Any:
    fields = [*test.text_input, *test.text_area]
    return next(one for one in fields if one.label.startswith(label))


@pytest.mark.parametrize("lang", LANGS)
def test_a_plan_tells_what_came_of_it(service: runtime.Service, lang: Lang) -> None:
    for day, answers in ((1, POOR), (2, GOOD), (8, POOR), (15, GOOD), (22, GOOD)):
        scored(service, day, answers)
    test = opened(page, LI, lang=lang, plan=str(planned(service)))
    told = words(test)
    assert "65.0" in told and "100.0" in told and len(test.get("plotly_chart")) == 1
    assert re.search(r"data-h=\"[^\"]+\"><span>得分 90 以上", told), "a phone shows the goal with its name"
    assert ("达到目标 ≥ 90.0" if lang == "zh" else "target ≥ 90.0 met") in told
    if lang == "zh":
        assert ENGLISH.search(re.sub(r"<[^>]+>", " ", told)) is None


def test_a_plan_by_one_question_is_told_in_percent(service: runtime.Service) -> None:
    scored(service, 2, POOR)
    scored(service, 8, GOOD)
    number = planned(service, measure="item:small:answer", target=0.9)
    told = words(opened(page, LI, lang="zh", plan=str(number)))
    assert "answer（小表） ≥ 90.0%" in told and "+40.0 个百分点" in told


def test_a_plan_is_made_on_the_page(service: runtime.Service) -> None:
    test = opened(page, LI, lang="zh", scope="agent:陈思远")
    field(test, "目标").set_value("一次讲清")
    field(test, "措施").set_value("旁听")
    next(one for one in test.number_input if "目标值" in one.label).set_value(92.0)
    press(test, "制定")
    (found,) = improving.list_improvements(service.engine, MANAGER, CONFIG)
    assert (found.goal, found.target, found.owner, found.measure) == ("一次讲清", 92.0, LI, "qa_score")
    assert "一次讲清" in words(opened(page, LI, lang="zh"))


def test_a_share_is_entered_in_percent(service: runtime.Service) -> None:
    test = opened(page, LI, lang="zh", scope="agent:陈思远", measure="qa_pass")
    field(test, "目标").set_value("合格")
    field(test, "措施").set_value("旁听")
    next(one for one in test.number_input if "目标值（%" in one.label).set_value(95.0)
    press(test, "制定")
    (found,) = improving.list_improvements(service.engine, MANAGER, CONFIG)
    assert found.target == 0.95


def test_a_plan_that_is_over_is_decided_and_changed_into_another(service: runtime.Service) -> None:
    number = planned(service)
    assert "已到期，待定论" in words(opened(page, LI, lang="zh"))
    test = opened(page, LI, lang="zh", plan=str(number))
    press(test, "定论…")
    test.button_group(key=f"qa-outcome-{number}").set_value("changed").run()
    field(test, "理由和结论").set_value("换成录音复盘")
    press(test, "确认")
    found = {one.id: one for one in improving.list_improvements(service.engine, MANAGER, CONFIG)}
    assert found[number].state == "changed" and any(one.follows == number for one in found.values())
    test = opened(page, LI, lang="zh", plan=str(number))
    assert "已调整" in words(test) and "换成录音复盘" in words(test)
    assert "没有这个改进计划" in words(opened(page, LI, lang="zh", plan="99"))


def test_needs_are_suggested_taken_handed_over_and_done(service: runtime.Service) -> None:
    for place in range(3):
        scored(service, 8, POOR, place)
    test = opened(page, LI, lang="zh", view="needs")
    assert "最近 30 天反复失分 4 项" in words(test)
    test.multiselect(key="qa-need-take").set_value([0, 1]).run()
    press(test, "列入清单")
    assert len(needs.list_needs(service.engine, MANAGER, CONFIG)) == 2
    test = opened(page, LI, lang="zh", view="needs")
    assert "没有启用的邮件渠道" not in words(test)
    press(test, "邮件发送…")
    assert "没有启用的邮件渠道" in words(test)
    press(test, "已当面交给…")
    field(test, "交给谁").set_value("培训组")
    press(test, "确认")
    told = needs.list_needs(service.engine, MANAGER, CONFIG)
    assert {(one.state, one.sent_to) for one in told} == {("sent", "培训组")}


def test_a_need_is_entered_in_words(service: runtime.Service) -> None:
    test = opened(page, LI, lang="en", view="needs")
    press(test, "Enter")
    assert "Choose" in words(test) and needs.list_needs(service.engine, MANAGER, CONFIG) == []
    next(one for one in test.selectbox if one.label == "Agent").set_value("孙浩")
    field(test, "Or in words").set_value("新系统")
    press(test, "Enter")
    (found,) = needs.list_needs(service.engine, MANAGER, CONFIG)
    assert (found.agent, found.topic) == ("孙浩", "新系统")


def test_a_case_is_made_of_a_score_and_found(service: runtime.Service) -> None:
    score = scored(service, 8, GOOD)
    test = opened(page, LI, lang="zh", score=str(score))
    assert field(test, "要点").value == "先致歉再解释"
    field(test, "标题").set_value("安抚到位")
    field(test, "标签").set_value("安抚、退费")
    press(test, "收入案例库")
    (found,) = cases.list_cases(service.engine, MANAGER, CONFIG)
    assert (found.title, found.tags, found.good) == ("安抚到位", ("安抚", "退费"), True)
    test = opened(page, LI, lang="zh", view="cases")
    assert "安抚到位" in words(test) and "退费" in words(test)
    test.text_input(key="qa-case-search").set_value("没有这样的").run()
    assert "没有符合的案例" in words(test)
    assert "已经在案例库里" in words(opened(page, LI, lang="zh", score=str(score)))


def test_a_score_is_chosen_from_the_latest(service: runtime.Service) -> None:
    score = scored(service, 8, GOOD)
    test = opened(page, LI, lang="zh", view="cases")
    test.selectbox(key="qa-case-choose").set_value(score).run()
    assert test.query_params["score"] == str(score) and field(test, "要点").value == "先致歉再解释"
