"""A call is made a sample by hand on the page of its life: with a quota, a reason and a name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccfloor.access.rights import Role
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.qa import samples
from ccfloor.store.qa_samples import SampleRow, Wanted
from ccfloor.store.viewer import Viewer
from ccfloor.ui.texts import LANGS, Lang
from tests.fakes.app_page import opened, press, quiet_service, words
from tests.fakes.stored_qa import CONFIG, at, publish, put_call, put_plan, put_work

NOW = at(3, 15)
BUTTON = {"zh": "加入质检样本", "en": "Make it a QA sample"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        service.config, service.clock = CONFIG, lambda: NOW
        publish(service.engine)
        put_plan(service.engine)
        put_work(service.engine, 4)
        put_call(service.engine, 1, "陈思远", at(1))
        yield service


def page() -> None:
    from ccfloor.ui import kpi_call
    from ccfloor.ui.shell import look

    kpi_call.show(look(), "1-1")


def made(service: runtime.Service) -> list[SampleRow]:
    return samples.list_samples(service.engine, Viewer(), service.config, Wanted())


@pytest.mark.parametrize("lang", LANGS)
def test_a_call_is_made_a_sample_with_a_name_and_a_reason(service: runtime.Service, lang: Lang) -> None:
    test = opened(page, lang=lang)
    press(test, BUTTON[lang])
    confirm = next(button.label for button in test.button if button.form_id == "qa-hand-form")
    press(test, confirm)
    assert made(service) == [] and test.error, "not without a name and a reason"
    test.text_input(key="people-who").set_value("主任").run()
    test.text_input(key="qa-hand-reviewer").set_value("李敏")
    test.text_input(key="qa-hand-why").set_value("客户来信表扬")
    press(test, confirm)
    (one,) = made(service)
    assert (one.reason, one.quota, one.reviewer) == ("hand", "week", "李敏")
    assert (one.who, one.why) == ("主任", "客户来信表扬")
    told = words(test)
    assert f"qa_score?lang={lang}&amp;sample={one.id}" in told and BUTTON[lang] not in told


def test_a_call_is_no_sample_twice(service: runtime.Service) -> None:
    for answer in ("已加入", "已经"):
        test = opened(page, lang="zh")
        press(test, BUTTON["zh"])
        test.text_input(key="people-who").set_value("主任").run()
        test.text_input(key="qa-hand-why").set_value("抽听")
        press(test, "确认")
        assert answer in words(test)
    assert len(made(service)) == 1


def test_who_may_not_draw_by_hand_is_offered_none(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(7, "li.qa", "李", Role.QA)])
    told = words(opened(page, lang="zh"))
    assert "给这通电话评分" in told and BUTTON["zh"] not in told
