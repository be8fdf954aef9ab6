"""Planned peaks, leave, incidents and the emergency group on the plan page: filled in, confirmed, undone."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.service import runtime
from ccfloor.service.campaigns import Draft, add_campaign, list_campaigns
from ccfloor.service.incidents import declare_incident, list_incidents, open_incidents
from ccfloor.service.leave import Asked, list_leave, request_leave
from ccfloor.service.people_log import entries
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import EVERYTHING


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A service over a database of its own, that collects nothing."""
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    metadata.create_all(service.engine)
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    from ccfloor.ui import plan_people
    from ccfloor.ui.shell import look

    plan_people.show(look())


def page(lang: str = "zh", who: str = "周岚") -> AppTest:
    """The sections after their first run, the name filled in."""
    test = AppTest.from_function(script, default_timeout=30)
    test.query_params["lang"] = lang
    test.run()
    if who:
        test.text_input(key="people-who").set_value(who).run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    """Everything the sections say, without the style."""
    kinds = ("caption", "subheader", "error", "warning")
    parts = [element.value for kind in kinds for element in test.get(kind)]
    parts += [re.sub(r"<style>.*?</style>", "", part.proto.body, flags=re.S) for part in test.get("html")]
    parts += [button.label for button in test.button] + [tab.label for tab in test.tabs]
    parts += [field.label for field in test.text_input] + [part.label for part in test.expander]
    return "\n".join(parts)


def press(test: AppTest, label: str) -> None:
    """Click the button of this label, the first there is."""
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception, test.exception


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sections_stand_on_an_empty_database(service: runtime.Service, lang: str) -> None:
    found = words(page(lang, who=""))
    assert ("计划高峰" if lang == "zh" else "Planned peaks") in found
    assert ("顾文昭" if lang == "zh" else "W. Gu") in found and "tel:02155500101" in found
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]", found)
    else:
        assert not re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", found))


def test_a_planned_peak_is_checked_confirmed_kept_and_cancelled(service: runtime.Service) -> None:
    test = page()
    test.text_input(key="pc-name-new").set_value("双十一 <b>")
    test.text_input(key="pc-why-new").set_value("促销")
    press(test, "核对…")
    assert list_campaigns(service.engine, "main") == []
    assert "双十一 &lt;b&gt;" in words(test) and "双十一 <b>" not in words(test)
    press(test, "确认")
    (row,) = list_campaigns(service.engine, "main")
    assert (row.name, row.who, row.queues) == ("双十一 <b>", "周岚", ())
    assert [(n.item, n.text) for n in entries(service.engine, EVERYTHING, f"campaign/{row.id}")] == [
        ("added", "促销")
    ]
    press(test, "取消…")
    test.text_input(key=f"people-why-campaign-cancel:{row.id}").set_value("改期")
    press(test, "确认")
    assert list_campaigns(service.engine, "main")[0].cancelled_by == "周岚"
    press(test, "恢复…")
    test.text_input(key=f"people-why-campaign-restore:{row.id}").set_value("又定了")
    press(test, "确认")
    assert list_campaigns(service.engine, "main")[0].cancelled_at is None


def test_nothing_is_kept_without_a_name(service: runtime.Service) -> None:
    test = page(who="")
    test.text_input(key="pc-name-new").set_value("促销")
    press(test, "核对…")
    press(test, "确认")
    assert "请先填写您的姓名。" in words(test) and list_campaigns(service.engine, "main") == []


def test_an_overlap_and_leave_that_would_collide_are_told_before(service: runtime.Service) -> None:
    now, viewer = service.clock(), service.viewer()
    hour = now - now % 3600 + 3600
    add_campaign(service.engine, viewer, service.config, Draft("早的", hour, hour + 600), "x", "y", now)
    asked = Asked("SIM/1003", hour + 1000, hour + 5000, "家事")
    request_leave(service.engine, viewer, service.config, asked, "周岚", now)
    test = page()
    test.text_input(key="pc-name-new").set_value("晚的")
    press(test, "核对…")
    found = words(test)
    assert "与“早的”" in found and "已有 1 人获准请假：李想" in found


def test_leave_is_refused_in_a_planned_peak_unless_force_majeure(service: runtime.Service) -> None:
    now, viewer = service.clock(), service.viewer()
    peak = Draft("报名", now - 60, now + 7 * 86_400)
    add_campaign(service.engine, viewer, service.config, peak, "x", "y", now)
    test = page()
    test.selectbox(key="pl-seat").set_value("SIM/1003")
    test.text_input(key="pl-reason").set_value("旅行")
    test.button(key="FormSubmitter:people-leave-核对…").click().run()
    assert "拒绝：与计划高峰相遇：报名" in words(test)
    press(test, "登记为拒绝")
    test.selectbox(key="pl-seat").set_value("SIM/1004")
    test.text_input(key="pl-reason").set_value("父亲急病")
    test.checkbox(key="pl-force").check()
    test.button(key="FormSubmitter:people-leave-核对…").click().run()
    press(test, "批准并登记")
    rows = list_leave(service.engine, viewer, service.config, now)
    told = [(row.seat, row.decision, row.why, row.who) for row in rows]
    assert told == [
        ("SIM/1003", "refused", "planned_peak", "周岚"),
        ("SIM/1004", "granted", "force_majeure", "周岚"),
    ]


def test_a_conflict_stands_on_top_as_soon_as_there_is_one(service: runtime.Service) -> None:
    now, viewer = service.clock(), service.viewer()
    asked = Asked("SIM/1003", now + 3600, now + 7200, "家事")
    request_leave(service.engine, viewer, service.config, asked, "周岚", now)
    test = page("en")
    assert "Conflict" not in words(test)
    peak = Draft("Sale", now, now + 5000)
    add_campaign(service.engine, viewer, service.config, peak, "x", "y", now)
    test.run()
    assert "Conflict: the leave of X. Li meets Sale" in words(test)


def test_an_incident_is_declared_logged_reported_and_closed(service: runtime.Service) -> None:
    test = page()
    test.text_input(key="pi-text").set_value("专线中断")
    test.button(key="FormSubmitter:people-incident-核对…").click().run()
    assert open_incidents(service.engine, "main") == []
    press(test, "确认")
    (row,) = open_incidents(service.engine, "main")
    assert (row.cause, row.text, row.who) == ("network", "专线中断", "周岚")
    test.text_input(key=f"pi-note-{row.id}").set_value("已切到备线")
    press(test, "记录")
    press(test, "报告主管")
    kinds = [(n.kind, n.item) for n in entries(service.engine, EVERYTHING, row.about)]
    assert kinds[:2] == [("note", "declared"), ("note", "done")] and kinds[2][0] == "report"
    assert "已切到备线" in entries(service.engine, EVERYTHING, row.about)[2].text
    press(test, "结束事件…")
    test.text_input(key=f"people-why-incident-close:{row.id}").set_value("已恢复")
    press(test, "确认")
    assert open_incidents(service.engine, "main") == []
    press(test, "重新打开…")
    test.text_input(key=f"people-why-incident-reopen:{row.id}").set_value("又断了")
    press(test, "确认")
    assert len(open_incidents(service.engine, "main")) == 1


def test_texts_of_people_cannot_bring_markup(service: runtime.Service) -> None:
    viewer, now = service.viewer(), time.time()
    declare_incident(service.engine, viewer, "power", "<img src=x onerror=alert(1)>", now, "<i>me</i>", now)
    assert list_incidents(service.engine, viewer)
    found = words(page("en"))
    assert "<img" not in found and "<i>me" not in found and "&lt;img" in found
