"""The page of calibrations without a browser: calling, waiting, closing, reading, looking again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ccfloor.service import runtime
from ccfloor.service.qa import calibration, rechecks, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.store.viewer import Viewer
from ccfloor.ui.texts import LANGS, Lang
from tests.fakes.app_page import opened, press, quiet_service, words
from tests.fakes.stored_qa import (
    CONFIG,
    GOOD,
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
ENGLISH = re.compile(r"[A-Za-z]{4,}(\s+[A-Za-z]{3,})+")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        service.config, service.clock = CONFIG, lambda: NOW
        publish(service.engine)
        put_call(service.engine, 1, "陈思远", at(2))
        yield service


def page() -> None:
    from ccfloor.ui import qa_calibration_page
    from ccfloor.ui.shell import look

    qa_calibration_page.show(look())


def called(service: runtime.Service) -> int:
    draft = calibration.Draft("十一月校准", "small", "boss", [LI, ZHOU], DUE, (1, 1))
    return calibration.add_session(service.engine, MANAGER, CONFIG, draft, "", "每月一次", NOW)


def score(service: runtime.Service, number: int, viewer: Viewer, answers: dict[str, str]) -> None:
    row = scoring.open_score(service.engine, viewer, CONFIG, Begin(session=number), "", NOW)
    change = Change(answers, {"answer": [(None, "口径不完整")]}, "总评", base=row.saved_at)
    scoring.submit(service.engine, viewer, CONFIG, row.id, change, "", NOW)


def closed(service: runtime.Service) -> int:
    number = called(service)
    for viewer, answers in ((MANAGER, GOOD), (QA, GOOD | {"answer": "40"}), (OTHER_QA, POOR)):
        score(service, number, viewer, answers)
    calibration.close_session(service.engine, MANAGER, CONFIG, number, "", "解答按新口径", NOW)
    return number


def test_a_call_that_nobody_scored_is_chosen_and_the_session_called(service: runtime.Service) -> None:
    test = opened(page, "boss", lang="zh")
    test.selectbox(key="qa-calibration-agent").set_value("陈思远").run()
    assert "通话 2 分钟 30 秒" in test.selectbox(key="qa-calibration-call-陈思远-2026-11-18").options[0]
    label = "参加的质检员"
    next(one for one in test.text_input if one.label == label).set_value(f"{LI}、{ZHOU}")
    next(one for one in test.text_input if one.label == "说明").set_value("每月一次")
    press(test, "发起")
    (found,) = calibration.list_sessions(service.engine, MANAGER, CONFIG)
    assert found.row.reviewers == (LI, ZHOU) and found.row.reference == "boss"
    told = words(opened(page, LI, lang="zh"))
    assert "等您评分" in told and f"session={found.row.id}" in told and "0 / 3" not in told


def test_why_a_session_is_not_called_is_said(service: runtime.Service) -> None:
    test = opened(page, "boss", lang="zh")
    test.selectbox(key="qa-calibration-agent").set_value("陈思远").run()
    press(test, "发起")
    assert "说明" in words(test) and calibration.list_sessions(service.engine, MANAGER, CONFIG) == []


@pytest.mark.parametrize("lang", LANGS)
def test_an_open_session_tells_who_and_not_what(service: runtime.Service, lang: Lang) -> None:
    number = called(service)
    score(service, number, QA, GOOD | {"answer": "40"})
    told = words(opened(page, ZHOU, lang=lang, session=str(number)))
    assert LI in told and "口径不完整" not in told
    assert ("未提交" if lang == "zh" else "Not yet") in told
    service.clock = lambda: at(20)
    late = words(opened(page, "boss", lang=lang))
    assert ("已逾期" if lang == "zh" else "overdue") in late


@pytest.mark.parametrize("lang", LANGS)
def test_a_closed_session_shows_everybodys_answers(service: runtime.Service, lang: Lang) -> None:
    told = words(opened(page, "boss", lang=lang, session=str(closed(service))))
    for word in (LI, ZHOU, "解答按新口径", "口径不完整", "−11.1"):
        assert word in told, word
    assert ("需重新校准" if lang == "zh" else "must recalibrate") in told
    if lang == "zh":
        assert ENGLISH.search(re.sub(r"<[^>]+>", " ", told)) is None


def test_a_session_is_closed_on_its_page(service: runtime.Service) -> None:
    number = called(service)
    for viewer in (MANAGER, QA):
        score(service, number, viewer, GOOD)
    test = opened(page, "boss", lang="zh", session=str(number))
    press(test, "结束校准…")
    assert f"还没有提交：{ZHOU}" in words(test)
    next(one for one in test.text_input if one.label.startswith("结论")).set_value("一致")
    press(test, "确认")
    found = calibration.find_session(service.engine, MANAGER, CONFIG, number)
    assert found is not None and found.row.state == calibration.CLOSED


@pytest.mark.parametrize("lang", LANGS)
def test_standings_have_reviewers_questions_and_a_chart(service: runtime.Service, lang: Lang) -> None:
    closed(service)
    test = opened(page, "boss", lang=lang, view="standings")
    told = words(test)
    assert LI in told and ZHOU in told and len(test.get("plotly_chart")) == 1
    assert ("各题一致性" if lang == "zh" else "Agreement by question") in told


def test_there_is_nothing_of_days_without_sessions(service: runtime.Service) -> None:
    told = words(opened(page, "boss", lang="zh", view="standings"))
    assert "没有结束的校准" in told
    assert "没有这次校准" in words(opened(page, "boss", lang="zh", session="77"))
    assert "没有这次校准" in words(opened(page, "boss", lang="zh", session="x" * 30))


def test_re_checks_are_drawn_looked_at_and_adopted(service: runtime.Service) -> None:
    row = scoring.open_score(service.engine, QA, CONFIG, Begin("own", call=(1, 1), form="small"), "", NOW)
    scoring.submit(service.engine, QA, CONFIG, row.id, Change(POOR, {}, base=row.saved_at), "", NOW)
    test = opened(page, "boss", lang="zh", view="rechecks")
    test.number_input[0].set_value(100)
    next(one for one in test.text_input if one.label == "原因").set_value("每月抽查")
    press(test, "抽取")
    told = words(opened(page, "boss", lang="zh", view="rechecks"))
    assert "等您复核 1 份" in told and ">30<" not in told
    (draft,) = rechecks.to_check(service.engine, Viewer(), CONFIG, "boss")
    boss = Viewer()
    scoring.submit(service.engine, boss, CONFIG, draft.id, Change(GOOD, {}, base=draft.saved_at), "boss", NOW)
    test = opened(page, "boss", lang="zh", view="rechecks")
    assert ">30<" in words(test) and ">100<" in words(test)
    test.selectbox(key="qa-recheck-pick").set_value(draft.id).run()
    press(test, "更正…")
    next(one for one in test.text_input if one.key == f"people-why-qa-adopt:{draft.id}").set_value("复核为准")
    press(test, "确认")
    found = scoring.find_score(service.engine, MANAGER, CONFIG, row.id)
    assert found is not None and found.score == 100
