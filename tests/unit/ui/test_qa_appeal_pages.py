"""The agent's own QA page and the page of appeals: read, filed, decided, without a browser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.kpi.scope import Scope
from ccfloor.qa.appeals import Decision
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import OPEN, Identity
from ccfloor.service.qa import appeals, feedback, improving, needs, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import load
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import access_kit
from tests.fakes import app_page
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    MANAGER,
    MONDAY,
    POOR,
    QA,
    RULES,
    at,
    publish,
    put_call,
    put_plan,
    put_sample,
)

ROOT = Path(__file__).resolve().parents[3]
NOW = at(3, 15)
AGENT = Identity(11, "chen", "陈思远", Role.AGENT, agents=frozenset(("陈思远",)))
OTHER = Identity(13, "wang", "王丽娜", Role.AGENT, agents=frozenset(("王丽娜",)))
LEAD = Identity(12, "lead.a", "班长", Role.LEAD, teams=frozenset(("A",)))
HEAD = Identity(14, "head", "主管", Role.MANAGER)
TAKES_CALLS = Identity(15, "sun", "孙浩", Role.LEAD, teams=frozenset(("B",)), agent="孙浩")
REVIEWER = Identity(7, "li.qa", "李", Role.QA)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    made = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    made.config, made.clock = CONFIG, lambda: NOW + 60
    upgrade(made.engine)
    publish(made.engine)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture
def row(service: runtime.Service) -> ScoreRow:
    """A score below the mark, of which the agent was told at once."""
    call = put_call(service.engine, 1, "陈思远", at(1))
    one = scoring.open_score(service.engine, QA, CONFIG, Begin("own", call=call, form="small"), "", NOW)
    told = Change(POOR, {"greet": [(61, "没有问候")]}, "先问候", tell_now=True, base=one.saved_at)
    return scoring.submit(service.engine, QA, CONFIG, one.id, told, "", NOW)


def opened(patch: pytest.MonkeyPatch, who: Identity, page: str, lang: str = "zh", **asked: str) -> AppTest:
    patch.setattr(identity, "_asks", [lambda: who])
    test = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
    for name, value in {"lang": lang, **asked}.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def filed(service: runtime.Service, row: ScoreRow) -> int:
    return appeals.file_appeal(
        service.engine, CHEN, CONFIG, RULES, row.id, ["greet"], "我问候了", "", NOW + 1
    )


def test_the_agent_reads_what_is_new_and_until_when_there_may_be_an_appeal(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = app_page.words(opened(monkeypatch, AGENT, "qa_mine"))
    assert "有 1 份评分等您确认" in said and "有 1 条即时反馈等您确认" in said and "先问候" in said
    assert "<b>30</b> 不合格" in said and "可申诉至 2026-11-24，还剩 3 个工作日" in said
    assert "还没有评分" in app_page.words(opened(monkeypatch, OTHER, "qa_mine"))
    assert "没有对应的坐席" in app_page.words(opened(monkeypatch, HEAD, "qa_mine"))


def test_another_agent_does_not_read_it(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = app_page.words(opened(monkeypatch, OTHER, "qa_mine", score=str(row.id)))
    assert "没有这份评分" in said and "没有问候" not in said


def test_he_says_that_he_read_it_and_heard_it(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(monkeypatch, AGENT, "qa_mine")
    app_page.press(test, "我已知晓")
    assert feedback.list_feedback(service.engine, CHEN, CONFIG, 0, NOW + 99, open_only=True) == []
    test = opened(monkeypatch, AGENT, "qa_mine", score=str(row.id))
    test.text_input(key=f"qa-seen-w-{row.id}").set_value("收到")
    app_page.press(test, "确认已阅")
    seen = scoring.find_score(service.engine, CHEN, CONFIG, row.id)
    assert seen is not None and seen.seen_words == "收到"
    assert "已确认。收到" in app_page.words(test)


def test_he_appeals_and_the_lead_corrects_the_score(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(monkeypatch, AGENT, "qa_mine", score=str(row.id))
    items = test.pills(key=f"qa-file-items-{row.id}")
    order = [option.split(" ")[0] for option in items.options]
    assert order == ["greet", "answer", "record", "hold", "insult"], "what lost most comes first"
    items.set_value(["greet"])
    app_page.press(test, "提出申诉")
    assert "待答复" not in app_page.words(test), "not without a reason"
    test.pills(key=f"qa-file-items-{row.id}").set_value(["greet"])
    test.text_area(key=f"qa-file-why-{row.id}").set_value("我问候了")
    app_page.press(test, "提出申诉")
    assert "待答复" in app_page.words(test) and "我问候了" in app_page.words(test)

    said = app_page.words(opened(monkeypatch, LEAD, "qa_appeals"))
    assert "2026-11-26 到期，还剩 5 个工作日" in said and "处理" in said
    test = opened(monkeypatch, LEAD, "qa_appeals", appeal="1")
    assert "1:01 没有问候" in app_page.words(test)
    test.segmented_control(key="qa-decision-1").set_value("upheld").run()
    test.selectbox(key="qa-correct-1-greet").set_value("yes").run()
    assert "得分 30 → 50" in app_page.words(test)
    test.text_area(key="qa-decide-why-1").set_value("0:05 有问候")
    app_page.press(test, "答复申诉")
    after = scoring.find_score(service.engine, MANAGER, CONFIG, row.id)
    assert after is not None and (after.score, after.revision) == (50.0, 1)

    said = app_page.words(opened(monkeypatch, AGENT, "qa_mine", score=str(row.id)))
    assert "申诉成立" in said and "更正得分 30 → 50" in said and "再次申诉，请领导复核" in said


def test_corrections_stand_among_the_steps_in_their_order(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = filed(service, row)
    right = appeals.Verdict(Decision.PARTLY, {"greet": "yes"})
    told = (CONFIG, RULES, number)
    lead = replace(MANAGER, role=Role.LEAD, account=12, who="lead.a")
    appeals.answer(service.engine, lead, *told, right, "", "听得到问候", NOW + 20)
    appeals.escalate(service.engine, CHEN, *told, "", "还不对", NOW + 40)
    said = app_page.words(opened(monkeypatch, HEAD, "qa_appeals", appeal=str(number)))
    places = [said.index(words) for words in ("听得到问候", "更正得分 30 → 50", "还不对")]
    assert places == sorted(places)


def test_he_takes_it_on_and_leadership_decides_and_gives_reasons(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = filed(service, row)
    test = opened(monkeypatch, LEAD, "qa_appeals", appeal=str(number))
    test.segmented_control(key=f"qa-decision-{number}").set_value("dismissed").run()
    assert test.selectbox == []
    test.text_area(key=f"qa-decide-why-{number}").set_value("没有问候")
    app_page.press(test, "答复申诉")
    test = opened(monkeypatch, AGENT, "qa_mine", score=str(row.id))
    app_page.press(test, "再次申诉，请领导复核")
    test.text_input(key=f"people-why-qa-appeal-escalate:{number}").set_value("请听 0:05")
    app_page.press(test, "确认")
    app_page.press(test, "撤回申诉")
    assert "撤回后以原答复为准，不能再次申诉" in app_page.words(test)
    assert "不由您处理" in app_page.words(opened(monkeypatch, LEAD, "qa_appeals", appeal=str(number)))
    test = opened(monkeypatch, HEAD, "qa_appeals", appeal=str(number))
    test.segmented_control(key=f"qa-decision-{number}").set_value("dismissed").run()
    test.text_area(key=f"qa-decide-why-{number}").set_value("重听后维持")
    app_page.press(test, "作出决定")
    test.text_area(key=f"qa-reasons-why-{number}").set_value("书面理由如下")
    app_page.press(test, "送达")
    said = app_page.words(opened(monkeypatch, AGENT, "qa_mine", score=str(row.id)))
    assert "已结束" in said and "书面理由如下" in said


def test_a_reviewer_reads_of_it_and_decides_nothing(
    service: runtime.Service, row: ScoreRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = filed(service, row)
    test = opened(monkeypatch, REVIEWER, "qa_appeals")
    assert "待我处理" not in str(test.get("button_group")[0].proto) and "查看" in app_page.words(test)
    test = opened(monkeypatch, REVIEWER, "qa_appeals", appeal=str(number))
    assert "不由您处理" in app_page.words(test) and test.text_area == []


def improved(service: runtime.Service, row: ScoreRow) -> None:
    """A call of the agent's drawn by chance and scored, a plan and a training; a plan of somebody else's."""
    put_plan(service.engine)
    number = put_sample(service.engine, put_call(service.engine, 2, "陈思远", at(1)), "陈思远", at(1))
    one = scoring.open_score(service.engine, QA, CONFIG, Begin(sample=number), "", NOW)
    scoring.submit(service.engine, QA, CONFIG, one.id, Change(POOR, {}, base=one.saved_at), "", NOW)
    days = MONDAY - timedelta(days=7), MONDAY + timedelta(days=20)
    for agent, goal in (("陈思远", "先问候再作答"), ("孙浩", "少转接")):
        told = improving.Draft(Scope("agent", agent), goal, "qa_score", 90.0, "每周旁听", "班长", *days)
        improving.add_improvement(service, QA, told, "", NOW)
    need = needs.Draft("陈思远", "item:small:greet", "练习开场", row.id)
    needs.add_need(service.engine, QA, CONFIG, need, "", NOW)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_he_reads_the_own_plans_and_trainings(
    service: runtime.Service, row: ScoreRow, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    improved(service, row)
    said = app_page.words(opened(monkeypatch, AGENT, "qa_mine", lang))
    assert ("我的改进计划" if lang == "zh" else "My improvement plans") in said
    assert ("我的培训" if lang == "zh" else "My trainings") in said
    for word in ("先问候再作答", "每周旁听", "≥ 90.0", "30.0", "练习开场", f"score={row.id}"):
        assert word in said, word
    assert "少转接" not in said and "qa_improve?" not in said
    other = app_page.words(opened(monkeypatch, OTHER, "qa_mine", lang))
    assert "先问候再作答" not in other and "练习开场" not in other


def test_on_an_open_floor_the_chosen_agents_plans_and_trend_stand_there(
    service: runtime.Service, row: ScoreRow
) -> None:
    improved(service, row)
    test = AppTest.from_file(str(ROOT / "pages/qa_mine.py"), default_timeout=60)
    test.query_params["lang"], test.query_params["agent"] = "zh", "陈思远"
    test.run()
    assert not test.exception, test.exception
    said = app_page.words(test)
    assert "先问候再作答" in said and "我的得分走势" in said and "少转接" not in said


@pytest.mark.parametrize(
    ("who", "there"), [(AGENT, True), (HEAD, False), (REVIEWER, False), (TAKES_CALLS, True), (OPEN, True)]
)
def test_the_menu_leads_to_own_scores_where_there_may_be_any(
    service: runtime.Service, who: Identity, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: who])
    assert access_kit.offered("qa_mine") is there
    assert access_kit.offered("qa") is (who is not AGENT)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_statistics_in_both_languages(
    service: runtime.Service, row: ScoreRow, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(service, row)
    said = app_page.words(opened(monkeypatch, HEAD, "qa_appeals", lang, view="stats"))
    assert ("按评分项" if lang == "zh" else "By question") in said and "100.0" in said
    for page, asked in (("qa_mine", {"score": str(row.id)}), ("qa_appeals", {"view": "all"})):
        who = AGENT if page == "qa_mine" else HEAD
        english = app_page.words(opened(monkeypatch, who, page, "en", **asked))
        stored = "我问候了|没有问候|先问候|陈思远|小表|李"
        assert lang == "zh" or not re.search(r"[\u4e00-\u9fff]", re.sub(stored, "", english))
