"""The reports page: what failed is said in the reader's language, and tried again with who and why."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccfloor.kpi.period import period
from ccfloor.service import runtime
from ccfloor.service.people_log import entries
from ccfloor.service.reports.due import Owed
from ccfloor.service.reports.plans import Body, add_plan, remove_plan
from ccfloor.service.reports.reasons import because
from ccfloor.service.reports.runs import asked, claim, finish
from ccfloor.store.viewer import EVERYTHING
from tests.fakes.app_page import opened, press, quiet_service, words

ENGLISH = re.compile(r"[A-Za-z]{3,}(\s+[A-Za-z]{2,})+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REFUSED = because("refused", told=3, all=4, refused="d@example.com (550)")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as found:
        yield found


def script() -> None:
    from ccfloor.ui import report_page
    from ccfloor.ui.shell import look

    report_page.show(look())


def failed(service: runtime.Service, name: str, error: str, told: tuple[str, ...] = ()) -> int:
    """A plan with a run that failed; the plan's number."""
    engine, viewer, now = service.engine, service.viewer(), service.clock()
    plan = add_plan(engine, viewer, name, Body(), "Chen", "asked", now)
    one = Owed(period(service.config, "2026-11-20"), now)
    run = claim(engine, viewer.site, plan, one, now)
    assert run
    finish(engine, run, now, error=error, told=told)
    return plan


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_was_refused_is_said_in_the_readers_language(service: runtime.Service, lang: str) -> None:
    failed(service, "Daily 7", REFUSED, ("a@example.com", "b@example.com", "c@example.com"))
    told = words(opened(script, lang=lang, view="made"))
    assert "d@example.com (550)" in told
    if lang == "zh":
        assert "部分送达" in told and "已发给 4 个收件人中的 3 个" in told
        assert not ENGLISH.search(re.sub(r"<[^>]+>", " ", told))
    else:
        assert "partly sent" in told and "Sent to 3 of 4 recipients" in told
        assert not CHINESE.search(told)


def test_trying_again_needs_who_and_why_and_stays_in_sight(service: runtime.Service) -> None:
    plan = failed(service, "日报", because("channel_off", channel="boss"))
    remove_plan(service.engine, service.viewer(), plan, "陈", "不再需要", service.clock())
    test = opened(script, lang="zh", view="made")
    press(test, "重试…")
    press(test, "确认")
    assert [error.value for error in test.error] == ["请先填写您的姓名。"]
    test.text_input(key="people-who").set_value("周岚").run()
    press(test, "确认")
    assert [error.value for error in test.error] == ["请填写原因。"]
    assert asked(service.engine, "main") == []
    run = next(box for box in test.text_input if str(box.key).startswith("people-why-report-retry"))
    run.set_value("邮件渠道已启用")
    press(test, "确认")
    assert [one.plan for one in asked(service.engine, "main")] == [plan]
    told = words(test)
    assert "等待重试" in told and "邮件渠道已启用" in told and "要求重新生成" in told
    assert [note.who for note in entries(service.engine, EVERYTHING, f"report/{plan}")][-1] == "周岚"


NONSENSE = (
    "2026-W99",
    "2026-13",
    "0000-00",
    "99999999-01-01",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "\u202e",
)


@pytest.mark.parametrize("word", NONSENSE)
@pytest.mark.parametrize("name", ["period", "month", "scope", "report", "view", "run"])
def test_an_address_of_nonsense_opens_the_page_all_the_same(
    service: runtime.Service, name: str, word: str
) -> None:
    told = words(opened(script, lang="zh", **{name: word}))
    assert "报表" in told and "<img" not in told
