"""The scoring page without a browser: what it asks first, what it lists, what it begins and refuses."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from ccfloor.service import runtime
from ccfloor.service.qa import scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui.qa_score_board import module_source
from ccfloor.ui.texts import texts
from tests.fakes.app_page import opened, press, quiet_service, words
from tests.fakes.stored_qa import CONFIG, GOOD, LI, MANAGER, POOR, QA, at, publish, put_call

NOW = at(3, 15)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        service.config, service.clock = CONFIG, lambda: NOW
        publish(service.engine)
        yield service


def page() -> None:
    from ccfloor.ui import qa_score_page
    from ccfloor.ui.shell import look

    qa_score_page.show(look())


def scored(service: runtime.Service, answers: dict[str, str], position: int = 1, **more: Any) -> ScoreRow:
    begin = Begin("own", call=put_call(service.engine, position, "陈思远", at(1)), form="small")
    row = scoring.open_score(service.engine, QA, CONFIG, begin, "", NOW)
    told = Change(answers, {}, base=row.saved_at, **more)
    return scoring.submit(service.engine, QA, CONFIG, row.id, told, "", NOW)


def test_on_an_open_floor_the_name_comes_first(service: runtime.Service) -> None:
    key = put_call(service.engine, 1, "陈思远", at(1))
    asked = {"call": f"{key[0]}-{key[1]}", "form": "small", "lang": "zh"}
    assert "先填写您的姓名" in words(opened(page, **asked))
    told = words(opened(page, "周岚", **asked))
    assert "先填写您的姓名" not in told and "没有" not in told
    rows = scoring.list_scores(service.engine, MANAGER, CONFIG, scoring.Wanted(states=()))
    assert rows == [], "a draft is its reviewer's alone"


def test_a_call_without_a_form_asks_for_one(service: runtime.Service) -> None:
    put_call(service.engine, 1, "陈思远", at(1))
    told = words(opened(page, "周岚", call="1-1", lang="zh"))
    assert "用哪张质检表" in told and "form=small" in told


@pytest.mark.parametrize(
    "asked", [{"id": "99"}, {"id": "x"}, {"sample": "7"}, {"recheck": "1"}, {"session": "3"}]
)
def test_what_there_is_not_is_said_in_a_sentence(service: runtime.Service, asked: dict[str, str]) -> None:
    told = words(opened(page, "周岚", lang="en", **asked))
    assert "There is no such" in told and "Back" in told


def test_the_list_has_drafts_what_was_handed_in_and_what_was_told(service: runtime.Service) -> None:
    scored(service, POOR, tell_now=True, summary="先听客户说完")
    scored(service, GOOD | {"insult": "yes"}, 2, summary="骂人")
    begin = Begin("own", call=put_call(service.engine, 3, "孙浩", at(1)), form="small")
    scoring.open_score(service.engine, QA, CONFIG, begin, "", NOW)
    told = words(opened(page, LI, lang="zh"))
    for word in ("孙浩", "继续评分", "30 不合格", "致命，0 分", "先听客户说完", "未确认"):
        assert word in told, word


def test_a_score_that_was_handed_in_is_taken_back_by_who_may(service: runtime.Service) -> None:
    row = scored(service, POOR)
    for who, word in ((LI, "不能由评分人"), ("老板", "恢复这份评分")):
        test = opened(page, who, id=str(row.id), lang="zh")
        press(test, "作废这份评分")
        test.text_input(key="people-why-qa-void").set_value("错听")
        press(test, "确认")
        assert word in words(test)
    stored = scoring.find_score(service.engine, MANAGER, CONFIG, row.id)
    assert stored is not None and stored.state == "void"


def test_what_was_corrected_is_told_with_what_it_was(service: runtime.Service) -> None:
    row = scored(service, POOR)
    scoring.correct(service.engine, MANAGER, CONFIG, row.id, {"greet": "yes"}, "", "申诉成立", NOW)
    told = words(opened(page, "老板", id=str(row.id), lang="zh"))
    assert "更正记录" in told and "申诉成立" in told and ">30<" in told


def test_an_obvious_error_is_corrected_without_an_appeal(service: runtime.Service) -> None:
    row = scored(service, POOR)
    test = opened(page, "老板", id=str(row.id), lang="zh")
    press(test, "更正这份评分")
    assert "请更正至少一项评分" in words(test)
    test.selectbox(key=f"qa-correct-{row.id}-0-greet").set_value("yes").run()
    assert "得分 30 → 50" in words(test)
    press(test, "更正")
    assert scoring.list_revisions(service.engine, MANAGER, CONFIG, row.id) == [], "not without a reason"
    test.text_input(key=f"qa-correct-why-{row.id}-0").set_value("0:05 有问候")
    press(test, "更正")
    told = words(test)
    assert "更正记录" in told and "0:05 有问候" in told and ">30<" in told
    stored = scoring.find_score(service.engine, MANAGER, CONFIG, row.id)
    assert stored is not None and (stored.score, stored.revision) == (50.0, 1)


def test_the_reviewer_does_not_correct_the_own_score(service: runtime.Service) -> None:
    row = scored(service, POOR)
    test = opened(page, LI, id=str(row.id), lang="zh")
    press(test, "更正这份评分")
    test.selectbox(key=f"qa-correct-{row.id}-0-greet").set_value("yes").run()
    test.text_input(key=f"qa-correct-why-{row.id}-0").set_value("再听")
    press(test, "更正")
    assert "不能由评分人" in words(test)
    assert scoring.list_revisions(service.engine, MANAGER, CONFIG, row.id) == []


def test_a_plan_and_a_case_are_begun_from_a_score(service: runtime.Service) -> None:
    row = scored(service, POOR)
    told = words(opened(page, "老板", id=str(row.id), lang="zh"))
    asked = {"lang": "zh", "view": "plans", "scope": "agent:陈思远", "measure": "item:small:greet"}
    assert f"qa_improve?{escape(urlencode(asked))}" in told and "制定改进计划" in told
    assert f"view=cases&amp;score={row.id}" in told and "收入案例库" in told


def test_a_mail_is_begun_from_the_list(service: runtime.Service) -> None:
    test = opened(page, "周岚", lang="zh")
    press(test, "开始评分")
    assert "请写明评的是什么" in words(test)
    field = next(one for one in test.text_input if one.label.startswith("评的是什么"))
    field.set_value("客户邮件 4711")
    press(test, "开始评分")
    assert test.query_params["id"]


def test_an_agent_is_told_something_without_a_form(service: runtime.Service) -> None:
    test = opened(page, "周岚", lang="zh")
    press(test, "告知")
    assert "请选择坐席" in words(test)
    test.selectbox(key="qa-tell-agent-0").set_value("孙浩")
    test.text_area(key="qa-tell-text-0").set_value("工单要写全")
    press(test, "告知")
    assert "工单要写全" in words(test) and "未确认" in words(test)


def test_every_text_that_the_component_asks_for_is_there() -> None:
    source = module_source()
    keys = source.partition("const KEYS = [")[2].partition("];")[0]
    foot = source.partition("  foot() {")[2].partition("\n  }")[0]
    shut = foot.index("if (!draft.open) return")
    assert shut < foot.index('t("qa_score.tell")'), "what is only read offers nothing to tell"
    asked = set(re.findall(r'\bt\(\s*"([a-z_]+\.[\w.]+)"', source))
    made = {f"qa_score.key.{name}" for name in re.findall(r'\["[^"]*", "(\w+)"\]', keys)}
    assert len(asked) > 30 and len(made) > 10
    assert (asked | made) - texts("zh").keys() == set()
