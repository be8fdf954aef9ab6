"""The after-action sheet as PDF and Excel: opened again and read."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from msgspec.structs import replace
from reportlab import rl_config
from reportlab.pdfbase.ttfonts import TTFont

from ccfloor.service.after_action import Sheet, build
from ccfloor.ui import sheet_curve
from ccfloor.ui.pdf_fonts import Face, face
from ccfloor.ui.report_words import span
from ccfloor.ui.sheet_excel import sheet_excel
from ccfloor.ui.sheet_pdf import sheet_pdf
from ccfloor.ui.sheet_rows import Words
from tests.fakes.small_peak import CONFIG, NOTES, RULE, T0, material

NAMES = ("客服中心", "Contact centre")
BARE = face(())  # a machine without any font


def words(lang: Any = "zh", sheet: Sheet | None = None) -> Words:
    return Words(sheet or build(material(), CONFIG), CONFIG, lang)


def pages(data: bytes) -> list[Any]:
    document = pypdfium2.PdfDocument(data)
    return [document[index] for index in range(len(document))]


def read(page: Any) -> str:
    return str(page.get_textpage().get_text_range())


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ["处置复盘单", "一级", "怎样理解", "连续 1 分钟", "for 1 min running", "韦杰", "未执行",
                "周岚", "=已电话通知", "第 1 / "]),
        ("en", ["After-action sheet", "Level 1", "How it is read", "连续 1 分钟", "J. Wei", "never",
                "X. Li: End pause", "page 1 / "]),
    ],
)  # fmt: skip
def test_the_pdf_says_what_the_sheet_says(lang: str, expected: list[str]) -> None:
    found = pages(sheet_pdf(words(lang), NAMES, BARE))
    text = "\n".join(map(read, found))
    assert [part for part in expected if part not in text] == []
    last = "第 {n} / {n} 页" if lang == "zh" else "page {n} / {n}"
    assert last.format(n=len(found)) in read(found[-1])
    if lang == "en":
        own = (RULE.source, words().sheet.step.reading.zh, "周岚", "=已电话通知", "结束休息", "手动")  # type: ignore[union-attr]
        for part in own:
            text = text.replace(part, "")
        assert not re.search("[\u4e00-\u9fff]", text)


def test_the_figures_of_the_pdf_are_those_of_the_sheet() -> None:
    text = "\n".join(map(read, pages(sheet_pdf(words("en"), NAMES, BARE))))
    for row in words("en").figures().rows:
        assert re.search(r"[\s▲]*".join(re.escape(cell) for cell in row), text), row


def test_nothing_lies_outside_the_page_with_long_names_and_texts() -> None:
    long = "这是一个非常长的没有任何空格的说明文字" * 60
    name = "Maximiliana-Alexandrina_von_und_zu_Hohenlohe-Schillingsfürst" * 2
    notes = [*NOTES, NOTES[0]._replace(id=9, who=name, kind="note", text=long, at=T0 + 100)]
    notes += [
        NOTES[0]._replace(id=10 + n, kind="note", text=f"{n} {'x' * 300}", at=T0 + 110) for n in range(90)
    ]
    sheet = build(material(notes=notes), CONFIG)
    for lang in ("zh", "en"):
        found = pages(sheet_pdf(words(lang, sheet), NAMES, BARE))
        assert len(found) >= 3
        for page in found:
            wide, tall = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                assert left > 20 and right < wide - 20 and bottom > 10 and top < tall - 20


def test_the_curve_is_vectors_not_a_picture() -> None:
    (first, *_) = pages(sheet_pdf(words(), NAMES, BARE))
    kinds = [item.type for item in first.get_objects(max_depth=6)]
    assert pypdfium2.raw.FPDF_PAGEOBJ_IMAGE not in kinds
    assert kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_PATH) >= 10


def test_a_font_that_is_installed_is_embedded() -> None:
    vera = Path(next(p for p in rl_config.TTFSearchPath if (Path(p) / "Vera.ttf").is_file())) / "Vera.ttf"
    assert face((str(vera), "/no/such/font.ttf")) == BARE  # it has no Chinese
    from reportlab.pdfbase import pdfmetrics

    pdfmetrics.registerFont(TTFont("vera-here", str(vera)))
    data = sheet_pdf(words("en"), NAMES, Face("vera-here", "vera-here"))
    assert b"FontFile2" in data and b"STSong" not in data
    assert b"STSong" in sheet_pdf(words(), NAMES, BARE)


def test_latin_and_chinese_are_told_apart() -> None:
    assert list(BARE.runs("一级 Level 1 ≥ 8，H. Lü")) == [
        ("STSong-Light", "一级"),
        ("Helvetica", " Level 1 "),
        ("STSong-Light", "≥"),
        ("Helvetica", " 8"),
        ("STSong-Light", "，"),
        ("Helvetica", "H. Lü"),
    ]
    assert BARE.markup("<b>&甲\n") == (
        '<font name="Helvetica">&lt;b&gt;&amp;</font><font name="STSong-Light">甲</font>'
        '<font name="Helvetica"><br/></font>'
    )
    assert "".join(part for _, part in BARE.runs("")) == ""


def test_the_excel_file_has_every_table_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheet_excel(words())))
    assert book.sheetnames == ["概况", "服务水平与损失", "执行情况", "时间线", "谁做了什么", "排队人数"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "'=已电话通知" in [cell.value for cell in cells]
    curve = [tuple(cell.value for cell in row) for row in book["排队人数"].iter_rows(min_row=3)]
    assert curve[:3] == [("2026-11-22 02:00:10", 1), ("2026-11-22 02:00:20", 2), ("2026-11-22 02:00:30", 3)]
    figures = [tuple(cell.value for cell in row) for row in book["服务水平与损失"].iter_rows(min_row=2)]
    assert figures[1][3:7] == (3, 2, 0, 1) and figures[1][11] == pytest.approx(2.5)
    assert figures[2][9] is None or figures[2][9] == "–"


def test_areas_lie_between_the_level_and_the_curve() -> None:
    sheet = build(material(), CONFIG)
    first = [(at - T0, value) for at, value in sheet_curve.areas(sheet)[0]]
    assert first == [(20, 2), (20, 2), (30, 2), (30, 3), (50, 3), (50, 2), (70, 2), (70, 2)]
    corners = sheet_curve.steps(sheet)
    assert corners[-1] == (sheet.end, 0) and corners[1] == (T0 + 10, 0) and corners[2] == (T0 + 10, 1)
    rows = [line.row for line in sheet_curve.lines(sheet, {"active": "a", "fired": "b", "cleared": "c"})]
    assert rows == [0, 1, 2]


def test_a_sheet_without_calls_or_rule_is_a_file_too() -> None:
    given = material(calls=[], spans=[], notes=[], commands=[], notices=[])
    bare = build(given._replace(fired=given.fired._replace(rule=None) if given.fired else None), CONFIG)
    for lang in ("zh", "en"):
        assert len(pages(sheet_pdf(words(lang, bare), NAMES, BARE))) >= 1
        assert openpyxl.load_workbook(io.BytesIO(sheet_excel(words(lang, bare))))


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (59.6, "1:00"), (762, "12:42"), (3599.4, "59:59"), (3725, "1:02:05")]
)
def test_spans_of_time(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_one_that_still_fires_says_so() -> None:
    alarm = replace(material().fired.alarm, cleared_at=0.0) if material().fired else None
    given = material()
    assert alarm is not None and given.fired is not None
    found = words("zh", build(given._replace(fired=given.fired._replace(alarm=alarm), now=T0 + 150), CONFIG))
    assert ("解除", "仍在进行") in found.facts()
    assert "尚未执行" in [row[7] for row in found.duties().rows]
