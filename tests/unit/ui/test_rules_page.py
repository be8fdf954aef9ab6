"""The rules page: words, the list, an edit with preview and reason, refused files. No browser."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.rules.model import Rule
from ccfloor.service import runtime
from ccfloor.service.rulebook import book, editions, save, sync_files
from ccfloor.service.settings import load
from ccfloor.store.recorder import Recorder
from ccfloor.ui.rules_edit import difference
from ccfloor.ui.rules_words import clear_words, seconds_of, span
from tests.fakes.crowd import crowd
from tests.fakes.current import upgrade
from tests.fakes.stored import cut, items

ROOT = Path(__file__).resolve().parents[3]
MAIN = ROOT / "ccfloor" / "ui" / "main.py"
WORDS = {"zh": "排队", "en": "Queue"}
NOW = 1_795_147_200.0  # noon in Shanghai


def rule(level: float = 8, **more: object) -> Rule:
    tree = {"id": "peak", "name": WORDS, "when": {"metric": "waiting", "at_least": level}, "say": WORDS}
    return Rule.model_validate(tree | more)


# -- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("30 分钟", 1800), ("30min", 1800), ("90 秒", 90), ("1 小时 30 分", 5400), ("1h30m", 5400),
        ("90", 90), ("0.5 s", 0.5), ("", None), ("soon", None),
        ("30 分钟左右", None), ("5 10", None), ("-5 s", None),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read_as_people_write_it(words: str, seconds: float | None) -> None:
    assert seconds_of(words) == seconds


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 90, 1800, 3600, 3661 - 1, 5400, 36000])
def test_a_length_of_time_reads_as_it_was_written(seconds: int) -> None:
    assert seconds_of(span(seconds, "zh")) == seconds_of(span(seconds, "en")) == seconds


def test_when_it_is_over_in_words() -> None:
    assert clear_words(rule(clear={"level": 4, "for_s": 600, "min_on_s": 900}), "zh") == (
        "排队人数不高于 4 人满 10 分钟后解除；至少持续 15 分钟"
    )
    assert clear_words(rule(), "en") == "over as soon as the condition is not met"


def test_the_difference_of_two_versions_is_line_by_line() -> None:
    lines = difference(rule(), rule(6)).splitlines()
    assert (
        "-when: {metric: waiting, at_least: 8}" in lines and "+when: {metric: waiting, at_least: 6}" in lines
    )
    assert difference(rule(), rule()) == ""


# -- the page ----------------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A site with the shipped rules taken up, and an hour of crowded floor in its journal."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    db = f"sqlite:///{tmp_path / 'floor.db'}"
    made = runtime.Service(load(environ={}, db=db, source="none", site__data=str(tmp_path / "data")))
    upgrade(made.engine)
    made.clock = lambda: NOW
    sync_files(made.engine, "main", tmp_path / "data" / "rules", NOW - 7200)
    recorder = Recorder(made.engine, made.config, "main", "live", live=True)
    peak = [(0.0, 0), (60.0, 12), (600.0, 0), (900.0, 0)]
    for batch in cut(items(crowd(NOW - 3600, peak, "hotline")), 50):
        recorder.record(batch)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


def shown(lang: str, **asked: str) -> AppTest:
    test = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in {"lang": lang, **asked}.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("../../pages/rules.py").run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = ("header", "subheader", "caption", "markdown", "warning", "error", "info", "success")
    parts = [element.value for kind in kinds for element in test.get(kind)]
    parts += [
        widget.label for kind in ("text_input", "selectbox", "toggle", "button") for widget in test.get(kind)
    ]
    return "\n".join(parts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_shows_every_rule_with_its_hold_in_words(service: runtime.Service, lang: str) -> None:
    text = words(shown(lang))
    count = len({item.id for item in book(service.engine, "main").versions})
    assert count > 15 and len(re.findall("文件" if lang == "zh" else "· file", text)) == count
    reading = (
        "连续 30 分钟；每次不超过 1 分钟的回落不算中断"
        if lang == "zh"
        else "for 30 min running; a dip of up to 1 min"
    )
    assert reading in text
    assert lang == "zh" or not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_shipped_rule_opens_in_the_editor(service: runtime.Service, lang: str) -> None:
    for name in sorted({item.id for item in book(service.engine, "main").versions}):
        text = words(shown(lang, rule=name))
        assert "还不能用" not in text and "cannot be used" not in text, name


def test_a_number_is_edited_tried_and_saved_with_a_reason(service: runtime.Service) -> None:
    test = shown("zh", rule="peak-watch")
    level = next(widget for widget in test.number_input if widget.label == "触发线")
    level.set_value(20.0).run()
    next(button for button in test.button if button.label == "试算此版本").click().run()
    assert not test.exception
    assert "此版本触发 0 次，现行版本 1 次" in words(test)
    go = next(button for button in test.button if button.label == "保存新版本")
    go.click().run()
    assert "请写明修改原因" in words(test)
    for label, value in (("修改人", "周岚"), ("原因", "人手已增加")):
        next(widget for widget in test.text_input if widget.label == label).set_value(value)
    next(button for button in test.button if button.label == "保存新版本").click().run()
    assert not test.exception and "已保存第 2 版" in words(test)
    newest = editions(service.engine, service.viewer(), "peak-watch")[0]
    assert (newest.version, newest.who, newest.why, newest.source) == (2, "周岚", "人手已增加", "page")
    assert newest.rule is not None and newest.rule.when.level == 20
    old = editions(service.engine, service.viewer(), "peak-watch")[1].rule
    assert old is not None and newest.rule == old.model_copy(update={"when": newest.rule.when})


def test_what_is_wrong_in_the_form_is_told_and_cannot_be_saved(service: runtime.Service) -> None:
    test = shown("zh", rule="peak-watch")
    clear = next(widget for widget in test.number_input if widget.label == "解除线")
    clear.set_value(9.0).run()
    assert "解除线 9 高于触发线 8" in words(test)
    assert next(button for button in test.button if button.label == "保存新版本").disabled
    clear.set_value(5.0).run()
    held = next(widget for widget in test.text_input if widget.label == "持续")
    held.set_value("一会儿").run()
    assert "“一会儿”不是时长" in words(test)


def test_the_whole_rule_is_edited_as_yaml(service: runtime.Service) -> None:
    test = shown("en", rule="peak-watch")
    test.radio[0].set_value("yaml").run()
    area = test.text_area[0]
    assert area.value.startswith("id: peak-watch\n")
    area.set_value(area.value.replace("metric: waiting", "metric: waitng")).run()
    assert re.search(r"YAML:\d+: when\.metric: there is no such metric", words(test))


def test_a_bad_file_is_told_and_the_rules_stay(service: runtime.Service) -> None:
    before = service.engine
    path = Path(service.settings.site.data) / "rules" / "peak.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("for_s: 300", "for_s: -300"), encoding="utf-8")
    text = words(shown("zh"))
    assert "正在执行的规则保持不变" in text and re.search(
        r"peak\.yaml:\d+: rules\[0\]\.hold\.for_s: 不能为负", text
    )
    assert len(book(before, "main").at(service.clock())) > 15


def test_a_version_planned_for_later_is_said(service: runtime.Service) -> None:
    now = service.clock()
    present = book(service.engine, "main").at(now)["peak-watch"].rule
    assert present is not None
    later = present.model_copy(update={"near_s": 60.0})
    save(service.engine, service.viewer(), later, "tomorrow", now + 86400, now, "Zhou")
    assert "another version is planned" in words(shown("en", rule="peak-watch")).lower()
