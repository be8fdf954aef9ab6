"""The page of QA forms and plans: list, reading, writing, publishing, comparing, from a file. No browser."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.qa.load import check_tree
from ccfloor.qa.write import kept_text
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.qa import files, versions
from ccfloor.service.qa.files import sync_files
from ccfloor.service.qa.form_files import excel_bytes
from ccfloor.service.settings import load
from ccfloor.store import qa_versions
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Viewer
from ccfloor.ui.qa_forms_words import place, problem_words
from tests.fakes.current import upgrade
from tests.unit.qa.test_forms_edit import tree

ROOT = Path(__file__).resolve().parents[3]
MAIN = ROOT / "ccfloor" / "ui" / "main.py"
NOW = 1_795_147_200.0  # noon in Shanghai
TODAY = date(2026, 11, 20)
WHO = "周岚"
NAMES = (("form", "hotline"), ("plan", "weekly"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    db = f"sqlite:///{tmp_path / 'floor.db'}"
    made = runtime.Service(load(environ={}, db=db, source="none", site__data=str(tmp_path / "data")))
    upgrade(made.engine)
    made.clock = lambda: NOW
    sync_files(made.engine, made.config, made.settings.site, NOW)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


def shown(lang: str = "zh", **asked: str) -> AppTest:
    test = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in {"lang": lang, **asked}.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("../../pages/qa_forms.py").run()
    assert not test.exception, test.exception
    return test


def said(test: AppTest) -> str:
    kinds = (
        "header",
        "subheader",
        "caption",
        "markdown",
        "warning",
        "error",
        "info",
        "success",
        "toast",
        "html",
    )
    parts = []
    for one in (one for kind in kinds for one in test.get(kind)):
        words = str(getattr(one, "value", "") or one.proto.body)
        if "ccfloor-switch" not in words:  # the names of the languages, each in its own
            parts.append(re.sub(r"<style>.*?</style>", "", words, flags=re.DOTALL))
    for kind in (
        "text_input",
        "selectbox",
        "number_input",
        "multiselect",
        "checkbox",
        "button",
        "radio",
        "text_area",
    ):
        parts += [str(widget.label) for widget in test.get(kind)]
        parts += [str(option) for widget in test.get(kind) for option in getattr(widget, "options", [])]
    return "\n".join(parts)


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click().run()
    assert not test.exception, test.exception
    return test


def fill(test: AppTest, label: str, value: str, number: int = 0) -> AppTest:
    kinds = [*test.text_input, *test.text_area]
    [one for one in kinds if one.label == label][number].set_value(value).run()
    assert not test.exception, test.exception
    return test


def because(test: AppTest, why: str, button: str) -> AppTest:
    """Give a reason in a form and press its button."""
    next(one for one in test.text_input if one.label == "原因").set_value(why)
    return press(test, button)


def choose(test: AppTest, at: str) -> AppTest:
    """Open a part in the outline."""
    radio = next(one for one in test.radio if one.label == "结构")
    radio.set_value(at).run()
    assert not test.exception, test.exception
    return test


def draft() -> versions.Version:
    found = versions.list_versions(runtime.service().engine, Viewer(), "form", "hotline")
    return next(one for one in found if one.state == versions.DRAFT)


# -- reading -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_says_how_it_stands_with_each(service: runtime.Service, lang: str) -> None:
    text = said(shown(lang))
    first = {"en": "In force: version 1 (from the beginning)", "zh": "在用：第 1 版（自始）"}
    assert text.count(first[lang]) == 3
    assert ("100 points · pass mark 85" if lang == "en" else "满分 100 · 合格线 85") in text
    assert lang == "zh" or not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("view", ["read", "edit", "versions", "compare"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_every_view_of_what_is_shipped_opens(
    service: runtime.Service, kind: str, name: str, lang: str, view: str
) -> None:
    text = said(shown(lang, kind=kind, name=name, view=view))
    assert "qa_forms." not in text
    names = re.sub(r"中文[^\n]*", "", text)
    assert lang == "zh" or not re.search(r"[\u4e00-\u9fff]", names)


@pytest.mark.parametrize("view", ["read", "edit"])
def test_a_condition_is_told_in_words(service: runtime.Service, view: str) -> None:
    text = said(shown(kind="form", name="appointment", view=view))
    assert "仅当“化解第一个顾虑”不答“不适用”时" in text


def test_a_form_is_tried_out(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline")
    box = next(one for one in test.selectbox if one.label == "开场白并报工号")
    box.set_value("part").run()
    assert "已评 5 分中得 3 分" in said(test) and "60.0" in said(test)
    next(one for one in test.selectbox if one.label == "泄露客户信息").set_value("yes").run()
    assert "致命：泄露客户信息，整表 0 分" in said(test)


# -- writing -----------------------------------------------------------------------------------------------


def test_an_item_is_changed_kept_published_and_compared(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline", view="edit")
    assert "没有未保存的改动" in said(test)
    choose(test, "s1i0")
    next(one for one in test.number_input if one.label == "分值").set_value(12.0).run()
    assert "有未保存的改动" in said(test) and "先保存草稿，再发布。" in said(test)
    press(test, "保存草稿")
    assert "请先填写您的姓名。" in said(test)
    fill(test, "您的姓名", WHO)
    press(test, "保存草稿")
    assert draft().form.item("listening").points == 12
    press(test, "发布")
    assert "请写明原因。" in said(test)
    because(test, "倾听更重要", "发布")
    assert "第 2 版已发布，2026-11-20 起生效。" in said(test)
    now = versions.current(service.engine, Viewer(), "form", "hotline", TODAY)
    assert now.form.item("listening").points == 12 and now.published_by == WHO
    text = said(shown(kind="form", name="hotline", view="compare"))
    assert all(word in text for word in ("倾听，不打断", "分值", "10", "12"))
    assert "倾听更重要" in said(shown(kind="form", name="hotline", view="versions"))


def test_what_is_wrong_is_told_with_its_place_and_may_be_kept(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline", view="edit")
    fill(test, "您的姓名", WHO)
    choose(test, "s0i0")
    press(test, "加项目")
    assert "开场与结束 › 第 2 项 › 中文名：不能为空" in said(test)
    press(test, "保存草稿")
    assert draft().body is None and len(draft().problems) == 2
    for label, value in (("中文名", "致谢"), ("英文名", "Thanks")):
        fill(test, label, value)
    press(test, "保存草稿")
    assert draft().form.items[1].name.zh == "致谢"


def test_parts_move_and_go(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline", view="edit")
    fill(test, "您的姓名", WHO)
    choose(test, "s0i1")
    press(test, "下移")
    press(test, "复制")
    press(test, "删除")
    press(test, "保存草稿")
    assert [item.id for item in draft().form.items[:3]] == ["opening", "closing", "listening"]
    assert draft().form.sections[1].items[0].id == "closing"


def test_a_condition_is_written(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline", view="edit")
    fill(test, "您的姓名", WHO)
    choose(test, "s3i1")
    next(one for one in test.selectbox if one.label == "何时提问").set_value("readback").run()
    next(one for one in test.multiselect if one.label == "其中之一").set_value(["yes", "na"]).run()
    assert not test.exception
    press(test, "保存草稿")
    when = draft().form.item("hold").when
    assert when is not None and (when.item, when.is_) == ("readback", ("yes", "na"))


def test_a_draft_is_written_as_text_and_dropped(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline", view="edit")
    fill(test, "您的姓名", WHO)
    next(one for one in test.get("button_group") if one.label == "编辑方式").set_value("yaml").run()
    area = next(one for one in test.text_area if one.label == "YAML")
    area.set_value(area.value.replace("points: 15", "points: -1")).run()
    assert "不能为负" in said(test)
    area = next(one for one in test.text_area if one.label == "YAML")
    area.set_value(area.value.replace("points: -1", "points: 16")).run()
    press(test, "保存草稿")
    assert draft().form.item("tone").points == 16
    press(test, "删除草稿")
    because(test, "写错了", "确认")
    assert "草稿已删除。" in said(test)
    found = versions.list_versions(service.engine, Viewer(), "form", "hotline")
    assert [one.state for one in found] == [versions.PUBLISHED]


def test_changes_are_undone(service: runtime.Service) -> None:
    test = shown(kind="form", name="hotline", view="edit")
    fill(test, "中文名", "改了")
    assert "有未保存的改动" in said(test)
    press(test, "放弃改动")
    assert "没有未保存的改动" in said(test)
    assert next(one for one in test.text_input if one.label == "中文名").value == "热线来电质检表"


def test_a_plan_is_changed(service: runtime.Service) -> None:
    test = shown(kind="plan", name="weekly", view="edit")
    fill(test, "您的姓名", WHO)
    next(one for one in test.number_input if one.label == "至少").set_value(4).run()
    next(one for one in test.number_input if one.label == "长通话 · %").set_value(10.0).run()
    press(test, "保存草稿")
    found = versions.list_versions(service.engine, Viewer(), "plan", "weekly")[0].plan
    assert found.quotas[0].at_least == 4
    assert {one.of: one.share for one in found.wanted} == {"complaint": 0.15, "repeat": 0.1, "long": 0.1}


def test_a_new_form_begins_as_a_copy(service: runtime.Service) -> None:
    test = shown()
    fill(test, "您的姓名", WHO)
    fill(test, "编号", "vip-line")
    next(one for one in test.selectbox if one.label == "以此为底稿").set_value("hotline").run()
    press(test, "建立草稿")
    found = versions.list_versions(service.engine, Viewer(), "form", "vip-line")
    assert found[0].form.id == "vip-line" and len(found[0].form.items) == 17
    assert test.query_params["name"] in ("vip-line", ["vip-line"]) and "预览" in said(test)


@pytest.mark.parametrize(("name", "sentence"), [("", "不合规"), ("hotline", "已被使用")])
def test_an_id_that_cannot_be_used(service: runtime.Service, name: str, sentence: str) -> None:
    test = shown()
    fill(test, "您的姓名", WHO)
    fill(test, "编号", name)
    press(test, "建立草稿")
    assert sentence in said(test)


def test_a_form_is_retired(service: runtime.Service) -> None:
    test = shown(kind="form", name="appointment", view="versions")
    fill(test, "您的姓名", WHO)
    because(test, "不再预约", "停用")
    assert [one.value for one in test.toast] == ["2026\\-11-20 起停用。"] and "已停用" in said(test)


def test_a_file_is_taken_in(service: runtime.Service) -> None:
    body = versions.current(service.engine, Viewer(), "form", "hotline", TODAY).form
    made = body.model_copy(update={"id": "from-file"})
    test = shown()
    fill(test, "您的姓名", WHO)
    test.get("file_uploader")[0].upload("a.xlsx", excel_bytes(made, "zh")).run()
    assert not test.exception
    press(test, "作为草稿导入")
    assert versions.list_versions(service.engine, Viewer(), "form", "from-file")[0].form == made


# -- rights ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "writes", "publishes"),
    [(Role.LEAD, False, False), (Role.QA, True, False), (Role.MANAGER, True, True)],
)
def test_who_may_write_and_who_may_publish(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, role: Role, writes: bool, publishes: bool
) -> None:
    text = (ROOT / "data" / "qa" / "forms" / "hotline.yaml").read_text(encoding="utf-8")
    changed = text.replace("pass_mark: 85", "pass_mark: 90")
    versions.save_draft(service.engine, Viewer(), "form", "hotline", changed, WHO, "", NOW)
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(7, "somebody", role=role)])
    listed = said(opened())
    assert ("新建或导入" in listed) == writes
    shown_one = said(opened(kind="form", name="hotline", view="edit"))
    assert ("保存草稿" in shown_one) == writes
    assert ("按通话所在的营业日选用版本" in shown_one) == publishes
    assert ("您可以编辑草稿；发布由主管进行。" in shown_one) == (writes and not publishes)
    assert ("从这一天起不再使用" in said(opened(kind="form", name="hotline", view="versions"))) == publishes


def opened(**asked: str) -> AppTest:
    """The page alone, without the navigation."""
    test = AppTest.from_file(str(ROOT / "pages" / "qa_forms.py"), default_timeout=60)
    for name, value in {"lang": "zh", **asked}.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


# -- places in words ---------------------------------------------------------------------------------------


def test_a_place_is_told_by_the_names_of_its_parts() -> None:
    made = tree()
    assert place("sections[1].items[0].points", made, "zh") == ["服务态度", "倾听，不打断", "分值"]
    assert place("sections[0].items[0].options[1].name.en", made, "en")[-1] == "English name"
    made["sections"][1]["items"][0]["points"] = 0
    problem = check_tree("form", "", made).problems[0]
    assert problem_words(problem, made, "zh") == "服务态度 › 倾听，不打断 › 分值：缺少分值"


def test_what_is_new_in_the_product_is_offered_and_goes_into_the_draft(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(service.settings.site.data) / "qa"
    monkeypatch.setattr(files, "product_folder", lambda: folder)  # as if it were the product's
    body = versions.version(service.engine, "main", "form", "hotline", 1).form
    own = kept_text(body.model_copy(update={"pass_mark": 95.0}))
    with writing(service.engine) as connection:
        values = {"state": versions.PUBLISHED, "from_day": 0, "body": own, "who": WHO, "why": "", "at": NOW}
        values |= {"published_at": NOW, "published_by": WHO}
        qa_versions.add(connection, "main", "form", "hotline", values)
    file = folder / "forms" / "hotline.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("pass_mark: 85", "pass_mark: 91"), "utf-8")
    test = shown(kind="form", name="hotline")
    assert "产品更新了这份内容（第 3 版）" in said(test) and "在用：第 2 版" in said(test)
    fill(test, "您的姓名", WHO)
    press(test, "把产品的新版放进草稿")
    assert draft().form.pass_mark == 91
    assert versions.current(service.engine, Viewer(), "form", "hotline", TODAY).form.pass_mark == 95
