"""The page of a reviewer's work: lists, taking, replacing, quotas, draws made again. No browser."""

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.kpi.period import business_date
from ccfloor.service import runtime
from ccfloor.service.qa import calibration, drawing, samples, versions
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.files import sync_files
from ccfloor.service.settings import load
from ccfloor.store.qa_samples import Wanted
from ccfloor.store.viewer import Viewer
from ccfloor.ui.texts import LANGS, Lang, text
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import at, put_call, put_work

ROOT = Path(__file__).resolve().parents[3]
MAIN = ROOT / "ccfloor" / "ui" / "main.py"
NOW = at(7, 9)  # Monday morning: last week's calls have been drawn
SUNDAY = date(2026, 11, 22)
WHO = "周岚"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    db = f"sqlite:///{tmp_path / 'floor.db'}"
    made = runtime.Service(load(environ={}, db=db, source="none", site__data=str(tmp_path / "data")))
    upgrade(made.engine)
    made.clock = lambda: NOW
    sync_files(made.engine, made.config, made.settings.site, at(0))
    for position in range(1, 41):
        put_call(made.engine, position, "陈思远", at(position % 7, 9 + position // 7))
    put_work(made.engine, 7, {"陈思远": "A"})
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


def draw(service: runtime.Service) -> None:
    version = versions.current(service.engine, Viewer(), "plan", "weekly", SUNDAY)
    calendar = work_calendar(service.settings.site)
    key = drawing.draw_key(service.settings, service.engine, NOW)
    made = drawing.draw_day(service.engine, service.config, version, SUNDAY, key, calendar, at(7, 1.0))
    assert made is not None and made.picks >= 3


def shown(view: str, lang: Lang = "zh", **asked: str) -> AppTest:
    test = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in {"lang": lang, "view": view, **asked}.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("../../pages/qa_work.py").run()
    assert not test.exception, test.exception
    return test


def said(test: AppTest) -> str:
    kinds = ("header", "subheader", "caption", "html", "error", "toast")
    parts = [str(getattr(one, "value", "") or one.proto.body) for kind in kinds for one in test.get(kind)]
    parts += [str(one.label) for kind in ("button", "selectbox", "text_input") for one in test.get(kind)]
    parts = [part for part in parts if "ccfloor-switch" not in part]
    return re.sub(r"<style>.*?</style>", "", "\n".join(parts), flags=re.DOTALL)


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click().run()
    assert not test.exception, test.exception
    return test


def called(test: AppTest, who: str = WHO) -> AppTest:
    next(one for one in test.text_input if one.key == "people-who").set_value(who).run()
    return test


def chosen(test: AppTest, number: int) -> AppTest:
    test.selectbox(key="qa-work-pick-0").set_value(number).run()
    assert not test.exception, test.exception
    return test


def all_of(service: runtime.Service, **narrow: object) -> list[samples.SampleRow]:
    wanted = Wanted(**narrow)  # type: ignore[arg-type]
    return samples.list_samples(service.engine, Viewer(), service.config, wanted)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", ["mine", "free", "overdue", "quota", "draws"])
def test_every_view_says_in_its_language_that_there_is_nothing_yet(
    service: runtime.Service, view: str, lang: Lang
) -> None:
    told = said(shown(view, lang))
    assert text("page.qa_work", lang) in told
    words = {"mine": "name_first", "free": "free.none", "overdue": "overdue.none", "draws": "draws.none"}
    assert view not in words or text(f"qa_work.{words[view]}", lang) in told
    assert bool(re.search("[一-鿿]", told)) or lang == "en"


def test_a_free_sample_is_taken_replaced_and_opened(service: runtime.Service) -> None:
    draw(service)
    test = called(shown("free"))
    one = all_of(service, by="qa")[0]
    press(chosen(test, one.id), "领取")
    assert [row.id for row in all_of(service, reviewer=WHO)] == [one.id]
    test = called(shown("mine"))
    assert f"qa_score?lang=zh&amp;sample={one.id}" in said(test) and "还有" in said(test)
    press(chosen(test, one.id), "更换这一通")
    press(test, "确认")
    assert "请选择更换的原因" in said(test)
    next(box for box in test.selectbox if box.label == "为什么不能评分").set_value("inaudible")
    next(box for box in test.text_input if box.label == "说明").set_value("杂音")
    press(test, "确认")
    mine = all_of(service, reviewer=WHO)
    assert {row.state for row in mine} == {"replaced", "open"} and len(mine) == 2
    assert test.selectbox(key="qa-work-pick-1").value is None, "what is gone is no longer chosen"


def test_an_open_calibration_is_in_the_work_of_who_is_to_score_it(service: runtime.Service) -> None:
    due = SUNDAY + timedelta(days=3)
    draft = calibration.Draft("周会校准", "hotline", "主任", (WHO, "李敏"), due, call=(1, 1))
    made = calibration.add_session(service.engine, Viewer(), service.config, draft, "主管", "每月一次", NOW)
    told = said(called(shown("mine")))
    assert "待我评分的校准（1）" in told and "周会校准" in told
    assert f"qa_score?lang=zh&amp;session={made}" in told
    assert "周会校准" not in said(called(shown("mine"), "别人"))


def test_who_runs_the_floor_gives_and_drops_samples(service: runtime.Service) -> None:
    draw(service)
    one = all_of(service, by="qa")[0]
    test = press(chosen(called(shown("free")), one.id), "改派")
    next(box for box in test.text_input if box.label.startswith("改派给")).set_value("李敏")
    next(box for box in test.text_input if box.label == "说明").set_value("请假")
    press(test, "确认")
    assert [row.id for row in all_of(service, reviewer="李敏")] == [one.id]
    other = all_of(service, by="qa", reviewer="")[0]
    test = press(chosen(called(shown("free")), other.id), "作废")
    next(box for box in test.text_input if box.label == "说明").set_value("测试通话")
    press(test, "确认")
    assert [row.id for row in all_of(service, states=("dropped",))] == [other.id]


def test_late_samples_are_told_first_with_their_working_days(service: runtime.Service) -> None:
    draw(service)
    service.clock = lambda: at(14, 9)
    told = said(shown("overdue"))
    assert "逾期 2 个工作日" in told and "2026-11-26" in told


def test_the_board_tells_of_the_week_of_a_day(service: runtime.Service) -> None:
    draw(service)
    assert business_date(service.config, NOW) == date(2026, 11, 23)
    told = said(shown("quota", day="2026-11-22"))
    assert "2026-W47" in told and "0 / 3" in told and "陈思远" in told
    assert "全部跟上进度" in told, "what was drawn still has time"
    service.clock = lambda: at(14, 9)
    assert "1 人落后于进度" in said(shown("quota", day="2026-11-22")), "it is overdue"


def test_a_draw_is_made_again_and_a_missed_day_is_drawn(service: runtime.Service) -> None:
    draw(service)
    test = press(shown("draws"), "重现并核对")
    assert "重现一致" in said(test)
    test = called(shown("draws"))
    next(box for box in test.text_input if box.label == "原因").set_value("停机")
    press(test, "抽取")
    assert "已经按该方案抽取过" in said(test), "yesterday is offered first"
