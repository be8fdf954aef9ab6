"""The channels on the settings page: what is shown, what a test message does, and no secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.service import runtime
from ccfloor.service.notify.outbox import Outbox
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from tests.fakes.alarm_book import AlarmBook
from tests.fakes.tell_stage import rule

MAIN = Path(__file__).resolve().parents[3] / "ccfloor" / "ui" / "main.py"
FILE = (
    "channels:\n"
    "  lead: {kind: dingtalk, enabled: true, url: {env: CCFLOOR_TEST_URL}, quiet: [{to: '08:00'}]}\n"
    "  lost: {kind: wecom, enabled: true, url: {env: CCFLOOR_TEST_NOWHERE}}\n"
)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[runtime.Service]:
    monkeypatch.setenv("CCFLOOR_TEST_URL", "https://oapi.example/robot/send?access_token=hush-4711")
    (tmp_path / "notify.yaml").write_text(FILE, encoding="utf-8")
    given = {"db": f"sqlite:///{tmp_path / 'floor.db'}", "site__data": str(tmp_path), "source": "none"}
    service = runtime.Service(load(environ={}, **given))
    metadata.create_all(service.engine)
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def settings_page(lang: str) -> AppTest:
    test = AppTest.from_file(str(MAIN), default_timeout=30)
    test.query_params["lang"] = lang
    test.run()
    test.switch_page("../../pages/settings.py").run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = ("subheader", "caption", "warning", "error", "info", "success")
    parts = [element.value for kind in kinds for element in test.get(kind)]
    return "\n".join([*parts, *(frame.value.to_csv() for frame in test.get("table"))])


@pytest.mark.parametrize(
    ("lang", "trouble", "kind"),
    [
        ("zh", "环境变量 CCFLOOR_TEST_NOWHERE 没有设置", "钉钉"),
        ("en", "The variable CCFLOOR_TEST_NOWHERE", "DingTalk"),
    ],
)
def test_channels_are_shown_with_their_troubles_and_without_secrets(
    service: runtime.Service, lang: str, trouble: str, kind: str
) -> None:
    found = words(settings_page(lang))
    assert trouble in found and kind in found and "21:00–08:00" in found and "oapi.example" in found
    assert "hush" not in found


def test_a_test_message_is_sent_by_a_name_and_its_result_is_shown(service: runtime.Service) -> None:
    page = settings_page("zh")
    page.button[0].click().run()
    assert "请填写您的姓名" in words(page)
    page.text_input[0].set_value("李蕾")
    page.button[0].click().run()
    (told,) = AlarmBook(service.engine).told()
    assert (told.kind, told.channel) == ("test", "lead") and "正在向“lead”发送测试消息" in words(page)
    Outbox(service.engine, "main").settle([told.id], "sent", "", service.clock())
    page.run()
    assert "测试消息已由“lead”接收" in words(page) and "✓ 已发出" in words(page)


def test_a_rule_that_tells_somebody_unknown_is_named(service: runtime.Service) -> None:
    AlarmBook(service.engine).fire(rule(channels=("nobody",)), 0.0)
    assert "规则“规则long-wait”要通知“nobody”" in words(settings_page("zh"))


def test_a_wrong_file_is_one_sentence_with_its_place(service: runtime.Service, tmp_path: Path) -> None:
    (tmp_path / "notify.yaml").write_text("channels:\n  a: {kind: fax}\n")
    found = words(settings_page("zh"))
    assert "notify.yaml:2: channels.a.kind: 只能是" in found and "还没有启用任何渠道" in found
