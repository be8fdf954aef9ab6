"""The history and the after-action sheet on the page, over a stored story."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.rules.alarms import Alarm
from ccfloor.service import runtime
from ccfloor.service.incidents import declare_incident
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from tests.fakes.small_peak import KEY, T0
from tests.fakes.stored_peak import put_alarm, put_small_peak


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A service ten minutes after the small peak."""
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    metadata.create_all(service.engine)
    put_small_peak(service.engine)
    service.clock = lambda: T0 + 600
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    from ccfloor.ui import plan_history
    from ccfloor.ui.shell import look

    plan_history.show(look())


def page(lang: str = "zh", **asked: str) -> AppTest:
    test = AppTest.from_function(script, default_timeout=30)
    for name, value in {"lang": lang, **asked}.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = ("header", "caption", "subheader", "warning")
    parts = [element.value for kind in kinds for element in test.get(kind)]
    parts += [re.sub(r"<style>.*?</style>", "", part.proto.body, flags=re.S) for part in test.get("html")]
    parts += [button.label for button in test.get("download_button")]
    return "\n".join(parts)


def test_the_history_has_a_line_with_its_figures_and_its_sheet(service: runtime.Service) -> None:
    found = words(page())
    line = re.search(r"<tr>(?:(?!</tr>).)*一级.*?</tr>", found)
    assert line is not None
    cells = [re.sub("<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", line[0])]
    assert cells[:6] == ["11-22 02:01:20", "一级", "1:00", "2", "周岚 02:01:25", "0 / 2，最长超 0:30"]
    assert f"sheet={KEY.replace('/', '%2F')}" in line[0] and "lang=zh" in line[0]


def test_filters_by_rule_level_and_day(service: runtime.Service) -> None:
    put_alarm(service.engine, Alarm("busy", "seat:SIM/1003", T0 + 10, 1, T0 + 5, T0 + 20))
    declare_incident(service.engine, service.viewer(), "power", "停电", T0 + 30, "周岚", T0 + 40)
    test = page("en")
    assert "2 in all" in words(test) and "busy" not in words(test)
    test.toggle(key="history-every").set_value(True).run()
    assert "3 in all" in words(test)
    test.selectbox(key="history-rule").set_value("incidents").run()
    assert "1 in all" in words(test) and "Incident · Power" in words(test)
    test.selectbox(key="history-rule").set_value("").run()
    test.button_group(key="history-level").set_value([1]).run()
    assert "1 in all" in words(test) and "Level 1" in words(test)


def test_days_without_anything(service: runtime.Service) -> None:
    service.clock = lambda: T0 + 30 * 86_400
    assert "这段时间没有。" in words(page())


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ["处置复盘单", "怎样理解", "执行情况", "时间线", "服务水平与损失", "导出 PDF", "未执行"]),
        ("en", ["After-action sheet", "How it is read", "Compliance", "Timeline", "PDF", "韦杰"]),
    ],
)
def test_the_sheet_of_the_url(service: runtime.Service, lang: str, expected: list[str]) -> None:
    test = page(lang, sheet=KEY)
    found = words(test)
    assert [part for part in expected if part not in found] == []
    assert len(test.get("plotly_chart")) == 1
    if lang == "zh":
        assert not re.search(
            r"[A-Za-z]{3,}\s+[A-Za-z]{3,}", re.sub(r"<[^>]+>|callers waiting.*|for 1 min.*", " ", found)
        )


def test_a_sheet_that_is_not_there_is_one_sentence(service: runtime.Service) -> None:
    assert "没有这张复盘单" in words(page(sheet="peak-1//1.000"))


def test_the_sheet_of_an_incident(service: runtime.Service) -> None:
    made = declare_incident(service.engine, service.viewer(), "power", "停电 <b>", T0 + 30, "周岚", T0 + 40)
    found = words(page(sheet=f"incident/{made}"))
    assert "突发事件 · 停电：停电 &lt;b&gt;" in found and "宣布突发事件" in found and "一级：触发" in found


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'none.db'}", source="none"))
    runtime.use(service)
    try:
        assert "数据库暂时读不到" in words(page()) and "数据库暂时读不到" in words(page(sheet=KEY))
    finally:
        runtime.use(None)
