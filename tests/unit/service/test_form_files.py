"""Forms and plans taken away and brought back, as YAML and Excel: nothing is lost on the way."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from ccfloor.qa.load import load
from ccfloor.qa.model import Form
from ccfloor.service.qa.form_files import excel_bytes, read_file, yaml_bytes
from tests.unit.qa.test_forms_load import forms

DATA = Path(__file__).resolve().parents[3] / "data" / "qa"
FILES = sorted(DATA.rglob("*.yaml"))


def shipped(path: Path) -> Any:
    return load(path.parent.name[:-1], path.name, path.read_text(encoding="utf-8")).body


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_taken_away_is_brought_back_as_it_was(path: Path, lang: str) -> None:
    body = shipped(path)
    kind, loaded = read_file("a.xlsx", excel_bytes(body, lang))
    assert (kind, loaded.problems, loaded.body) == (path.parent.name[:-1], [], body)
    kind, loaded = read_file("a.yaml", yaml_bytes(body))
    assert (kind, loaded.problems, loaded.body) == (path.parent.name[:-1], [], body)


@settings(deadline=None, max_examples=25)
@given(forms())
def test_any_form_survives_a_workbook(made: Form) -> None:
    for lang in ("zh", "en"):
        _, loaded = read_file("a.xlsx", excel_bytes(made, lang))
        assert loaded.problems == []
        assert trimmed(loaded.body.model_dump()) == trimmed(made.model_dump())


def trimmed(value: Any) -> Any:
    """A workbook's texts begin and end with a sign that is seen."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [trimmed(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


def changed(change: Callable[[Workbook], None], path: Path = DATA / "forms" / "hotline.yaml") -> list[str]:
    book = load_workbook(io.BytesIO(excel_bytes(shipped(path), "zh")))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return [problem.said("zh") for problem in read_file("表.xlsx", file.getvalue())[1].problems]


def put(sheet: str, cell: str, value: object) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[sheet][cell] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("项目", "F4", None), "表.xlsx › 项目:4: 分值: 缺少分值"),
        (put("项目", "F4", "十分"), "表.xlsx › 项目:4: 分值: '十分' 不是数字"),
        (put("项目", "A4", "nowhere"), "表.xlsx › 项目:4: 板块编号: 'nowhere' 不存在"),
        (put("项目", "C4", None), "表.xlsx › 项目:4: 中文名: 缺少这一项"),
        (put("项目", "J4", "也许"), "表.xlsx › 项目:4: 可不适用: 只能填 是 或 否"),
        (put("项目", "Z1", "备注"), "表.xlsx › 项目:1: 备注: 没有这一列"),
        (put("质检表", "B6", 120), "表.xlsx › 质检表:6: 合格线: 不能大于 100"),
        (put("选项", "B3", "full"), "表.xlsx › 项目:2: options: 选项 'full' 重复"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_sheet_line_and_column(
    change: Callable[[Workbook], None], sentence: str
) -> None:
    assert changed(change)[:1] == [sentence]


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    body = shipped(DATA / "forms" / "hotline.yaml")
    odd = body.model_copy(update={"name": body.name.model_copy(update={"zh": "=1+1"})})
    assert read_file("a.xlsx", excel_bytes(odd, "zh"))[1].body == odd


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"PK\x03\x04 broken"), ("a.xlsx", b"no book"), ("a.yaml", b"\x00\x01"), ("a.yaml", b"")],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(name: str, content: bytes) -> None:
    _, loaded = read_file(name, content)
    assert loaded.body is None and len(loaded.problems) == 1 and str(loaded.problems[0]).startswith("a.")


def test_another_workbook_is_not_taken_for_a_form() -> None:
    file = io.BytesIO()
    Workbook().save(file)
    _, loaded = read_file("a.xlsx", file.getvalue())
    assert [problem.zh for problem in loaded.problems] == [
        "没有工作表 质检表/Form, 抽样方案/Plan 中的任何一个"
    ]
