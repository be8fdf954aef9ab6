"""A report as PDF, Excel, HTML and mail: opened again and read; the same figures in all of them."""

import io
import re
from datetime import time
from typing import Any

import openpyxl
import pypdfium2
import pytest
from msgspec.structs import replace

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import back, days, period
from ccfloor.kpi.scope import SITE
from ccfloor.service.reports.data import (
    Cell,
    Flow,
    Happening,
    Line,
    Meaning,
    Measure,
    Member,
    Members,
    Point,
    Quality,
    Remark,
    ReportData,
    Series,
    Target,
    Two,
    Watched,
)
from ccfloor.ui.pdf_fonts import face
from ccfloor.ui.report_chart import Area, Label, Rect, Stroke, chart, nice
from ccfloor.ui.report_files import ReportWriter
from ccfloor.ui.report_pdf import report_pdf
from ccfloor.ui.report_tables import sentences, tables
from ccfloor.ui.report_words import MINUS, Words, change_text, span, value_text

CONFIG = FloorConfig(zone="Asia/Shanghai")
OF = period(CONFIG, "2026-W46")
DAYS = days(CONFIG, OF)
BARE = face(())  # a machine without any font

OFFERED = Measure("offered", Two("总呼叫数", "Offered"), "n", "context", "calls")
ANSWERED = Measure("answered", Two("接通量", "Answered"), "n", "context", "calls")
GONE = Measure("abandoned", Two("放弃量", "Abandoned"), "n", "down", "calls")
LEVEL = Measure("service_level", Two("服务水平", "Service level"), "%", "up", "waiting")
AHT = Measure("aht", Two("平均处理时间", "AHT"), "s", "band", "handling")
CSAT = Measure("csat", Two("满意度", "CSAT"), "%", "up", "voice")
AIM = Target(0.8, None, "own")
LEVELS = (0.91, 0.62, None, 0.88, 0.79, 0.95, 0.9)
POINTS = tuple(
    Point(day.start, day.end, (900.0 + n, 10.0 * n), LEVELS[n], AIM, "missed" if LEVELS[n] == 0.62 else "met")
    for n, day in enumerate(DAYS)
)
DATA = ReportData(
    kind="figures",
    site=Two("客服中心", "Contact centre"),
    zone=CONFIG.zone,
    scope=SITE,
    about=Two("", ""),
    period=OF,
    before=back(CONFIG, OF),
    year=None,
    made_at=OF.end + 30_000,
    final=True,
    lines=(
        Line(OFFERED, 12_345.0, Target(), "none", 12_000.0, None, by_day=tuple(p.counts[0] for p in POINTS)),
        Line(
            LEVEL,
            0.6213,
            AIM,
            "missed",
            0.7,
            None,
            variant=Two("忽略 T 内放弃", "Abandons within T ignored"),
            by_day=LEVELS,
            causes=(("surge", 1.5, (("count", 12_345.0), ("share", 0.2))),),
        ),
        Line(AHT, 242.4, Target(270, 360, "suggested"), "missed", 250.0, None),
        Line(CSAT, None, Target(0.9, None, "industry"), "none", None, None, missing=("survey.satisfied",)),
    ),
    days=tuple(day.start for day in DAYS),
    series=Series((ANSWERED, GONE), LEVEL, POINTS),
    members=(
        Members(
            "queue",
            (OFFERED, LEVEL, AHT),
            (
                Member(
                    "queue:hot", Two("热线", "Hotline"), "", (Cell(9000.0), Cell(0.55, "missed"), Cell(240.0))
                ),
                Member("queue:vip", Two("=贵宾", "=VIP"), "", (Cell(3345.0), Cell(0.83), Cell(None))),
            ),
            (Cell(12_345.0), Cell(0.6213, "missed"), Cell(242.4)),
        ),
    ),
    flows=(
        Flow("answered", 12_000),
        Flow("abandoned", 300),
        Flow("short_abandoned", 45),
        Flow("refused_full", 7),
    ),
    happenings=(
        Happening(
            "fired",
            Two("一级响应", "Level 1"),
            OF.start + 40_000,
            OF.start + 43_000,
            "周岚",
            5,
            6,
            0.4,
            0.8,
            12.5,
        ),
        Happening("incident", Two("专线中断", "专线中断"), OF.start + 90_000, 0.0, "network"),
    ),
    quality=Quality(2, OF.end, 320.0, ((OF.start + 100, OF.start + 420),), (("seat_in_two_calls", 3),), 4),
    meanings=(
        Meaning(
            Two("服务水平", "Service level"), Two("T 秒内接起 ÷ 应接", "in T over wanted"), Two("甲", "A"), 2
        ),
    ),
)
WATCH = replace(
    DATA,
    kind="monitoring",
    watched=(
        Watched(
            Two("周岚", "L. Zhou"),
            "A",
            AHT,
            300.0,
            250.0,
            (240.0, 500.0, None, 250.0, 260.0, 255.0, 250.0),
            252.0,
            200.0,
            310.0,
            (("wheeler_1", 1, 1, 1),),
        ),
        Watched(Two("韦杰", "J. Wei"), "A", AHT, 250.0, 250.0, (250.0,) * 7),
    ),
    watched_days=DATA.days,
    remarks=(Remark("team:A", Two("A", "A"), "training", 20261110, 20261111, "新版话术"),),
)
WRITER = ReportWriter()


def pdf_text(data: ReportData, lang: Any) -> list[str]:
    document = pypdfium2.PdfDocument(report_pdf(Words(data, lang), BARE))
    return [str(document[index].get_textpage().get_text_range()) for index in range(len(document))]


def html(data: ReportData, lang: str) -> str:
    return WRITER.file(data, lang, "html").decode()


def book(data: ReportData, lang: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(WRITER.file(data, lang, "xlsx")))


def shown(text: str) -> str:
    return re.sub(r"<[^>]+>", "\n", text)


ZH = [
    "运营周报",
    "2026 年第 46 周",
    "最终数据",
    "12,345",
    "62.1%",
    "4:02",
    "≥ 80%",
    "4:30–6:00",
    "建议",
    "满意度调查",
    "热线",
    "一级响应",
    "5 / 6",
    "专线中断",
    "网络",
    "未解除",
    "一个坐席同时在两通电话里 3",
    "忽略 T 内放弃",
    "满员拒入",
    "数据中断合计 5 分钟",
    DATA.digest,
]
EN = [
    "Weekly operations report",
    "Week 46 of 2026",
    "Final",
    "12,345",
    "62.1%",
    "4:02",
    "Hotline",
    "Level 1",
    "5 of 6",
    "still on",
    "Refused: queue full",
    "Abandons within T ignored",
    DATA.digest,
]


@pytest.mark.parametrize(("lang", "expected"), [("zh", ZH), ("en", EN)])
def test_pdf_and_html_say_the_same(lang: Any, expected: list[str]) -> None:
    pages = pdf_text(DATA, lang)
    paper = re.sub(r"\s+", "", "".join(pages))
    screen = html(DATA, lang)
    for part in expected:
        assert part.replace(" ", "") in paper, part
        assert part in screen, part
    last = f"第 {len(pages)} / {len(pages)} 页" if lang == "zh" else f"Page {len(pages)} of {len(pages)}"
    assert last in pages[-1]


def test_no_chinese_in_english_and_no_english_in_chinese() -> None:
    english = shown(html(DATA, "en")).replace("专线中断", "").replace("周岚", "")
    assert not re.search("[\u4e00-\u9fff]", english)
    chinese = shown(re.sub(r"<style>.*?</style>", "", html(DATA, "zh"), flags=re.DOTALL))
    assert re.findall(r"[A-Za-z]{3,}", chinese.replace(DATA.digest, "")) == []


def test_the_workbook_has_numbers_charts_and_no_formula() -> None:
    found = book(DATA, "zh")
    first = found.worksheets[0]
    rows = {row[0].value: row for row in first.iter_rows()}
    assert rows["总呼叫数"][1].value == 12_345 and rows["总呼叫数"][1].number_format == "#,##0"
    level = next(row for name, row in rows.items() if name and str(name).startswith("服务水平 ·"))
    assert (level[1].value, level[1].number_format, level[2].value) == (0.6213, "0.0%", "≥ 80%")
    assert rows["平均处理时间"][1].value == time(0, 4, 2)
    assert level[3].value == "▲ 不达标" and level[5].value == -7.9
    parts = next(sheet for sheet in found.worksheets if sheet.title == "逐日数据")
    assert [cell.value for cell in parts["D"][4:11]] == [*LEVELS[:2], "–", *LEVELS[3:]]
    assert [len(sheet._charts) for sheet in (first, parts)] == [2, 2]
    queues = next(sheet for sheet in found.worksheets if sheet.title == "各队列")
    assert {cell.value for cell in queues["A"]} >= {"热线", "'=贵宾", "合计"}
    assert all(
        cell.data_type != "f" for sheet in found.worksheets for row in sheet.iter_rows() for cell in row
    )


def test_the_half_hours_of_a_day_are_drawn_by_their_clock() -> None:
    day = period(CONFIG, "2026-11-10")
    points = tuple(
        replace(POINTS[0], start=day.start + n * 1800, end=day.start + (n + 1) * 1800) for n in range(48)
    )
    one = replace(DATA, period=day, series=Series((ANSWERED, GONE), LEVEL, points))
    words = Words(one, "en")
    assert "Half hour by half hour" in [table.title for table in tables(words)]
    labels = [shape.text for shape in chart(words, 500, 200) if isinstance(shape, Label)]
    assert "00:00" in labels and "09:00" not in labels[:1] and sum(":" in label for label in labels) < 20


def test_the_chart_stays_within_its_frame_and_marks_misses() -> None:
    shapes = chart(Words(DATA, "zh"), 510, 225)
    places = [(x, y) for shape in shapes if isinstance(shape, Stroke | Area) for x, y in shape.points] + [
        (shape.x + shape.width, shape.y + shape.height) for shape in shapes if isinstance(shape, Rect)
    ]
    assert all(0 <= x <= 510 and 0 <= y <= 225 for x, y in places)
    marks = [shape for shape in shapes if isinstance(shape, Area)]
    assert len(marks) == 6 and len([mark for mark in marks if len(mark.points) == 3]) == 1
    lines = [shape for shape in shapes if isinstance(shape, Stroke) and shape.width == 1.2]
    assert [len(line.points) for line in lines] == [2, 4]  # a day without calls is a gap, no zero
    assert chart(Words(replace(DATA, series=None), "zh"), 510, 225) == []


def test_what_it_comes_to_tells_own_targets_from_suggested_ones() -> None:
    said = sentences(Words(DATA, "zh"))
    assert said[0] == "不达标 1 项：服务水平 62.1%（目标 ≥ 80%）。"
    assert said[1].startswith("与参考值（建议或行业）相比未达到的 1 项：平均处理时间 4:02")
    met = replace(
        DATA, lines=(replace(DATA.lines[1], light="met", causes=()),), happenings=(), quality=Quality()
    )
    assert sentences(Words(met, "zh")) == ["有目标的 1 项指标全部达标。"]


def test_monitoring_tells_signals_and_annotations() -> None:
    paper = re.sub(r"\s+", "", "".join(pdf_text(WATCH, "zh")))
    for part in ("质检监测周报", "2名坐席中1名出现异常信号", "11-10超出上控制限", "3:20–5:10", "新版话术"):
        assert part in paper, part
    calm = replace(WATCH, watched=WATCH.watched[1:])
    assert "1 名坐席在本期均无异常信号。" in html(calm, "zh")


def test_a_provisional_report_says_so_and_compares_no_counts() -> None:
    running = replace(DATA, final=False, quality=Quality(seen_until=OF.start + 90_000))
    words = Words(running, "zh")
    assert words.state == "暂定数据，统计至 2026-11-10 01:00"
    (kpis, *_) = tables(words)
    change = kpis.header.index("变化")
    assert [row[change].text for row in kpis.rows] == ["–", f"{MINUS}7.9pp", f"{MINUS}0:08"]


def test_a_provisional_report_says_so_on_every_page() -> None:
    running = replace(DATA, final=False, quality=Quality(seen_until=OF.start + 90_000))
    for lang, mark in (("zh", "暂定数据"), ("en", "Provisional")):
        pages = pdf_text(running, lang)
        assert len(pages) > 1 and all(mark in page for page in pages)
        assert not any(mark in page for page in pdf_text(DATA, lang))
        feet = [sheet.oddFooter.left.text or "" for sheet in book(running, lang).worksheets]
        assert len(feet) > 1 and all(mark in foot for foot in feet)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_made_it_stands_in_every_file(lang: Any) -> None:
    for plan in ("", "经理日报"):
        signed = replace(DATA, made_by="周岚", plan=plan)
        assert signed.digest == DATA.digest
        first = book(signed, lang).worksheets[0]["A3"].value
        for told in (first, shown(html(signed, lang)), re.sub(r"\s+", "", pdf_text(signed, lang)[0])):
            assert "周岚" in told and plan in told
    assert "周岚" not in book(DATA, lang).worksheets[0]["A3"].value


def test_a_minus_is_no_wider_than_its_digits_where_no_font_is_embedded() -> None:
    assert list(BARE.runs(f"{MINUS}0.5pp")) == [("Helvetica", "–0.5pp")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_long_title_stays_on_one_line(lang: Any) -> None:
    long = replace(DATA, about=Two("", ""), period=period(CONFIG, "2026-W53"))
    lines = pdf_text(long, lang)[0].splitlines()
    title = Words(long, lang)
    assert any(f"{title.title} · {title.period}".replace(" ", "") in line.replace(" ", "") for line in lines)


def test_a_workbook_of_monitoring_begins_with_its_figures() -> None:
    first = book(WATCH, "zh").worksheets[0]
    cells = [str(cell.value) for row in first.iter_rows() for cell in row if cell.value is not None]
    assert "本期没有数据。" not in cells and "总呼叫数" in cells
    empty = replace(WATCH, lines=(), members=(), watched=(), remarks=(), meanings=())
    assert "本期没有数据。" in [
        cell.value for row in book(empty, "zh").worksheets[0].iter_rows() for cell in row
    ]


def test_a_workbook_prints_the_head_of_a_table_on_every_page_and_no_text_over_another() -> None:
    long = replace(WATCH.watched[0], findings=(("wheeler_1", 1, 1, 1), ("wheeler_2", 0, 6, 1)) * 4)
    sheet = next(
        one for one in book(replace(WATCH, watched=(long,)), "zh").worksheets if one.title == "异常信号"
    )
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.row_dimensions[5].height > 40


def test_an_empty_period_is_said_not_shown_as_zero() -> None:
    empty = replace(DATA, lines=(), series=None, members=(), flows=(), happenings=(), meanings=())
    assert "本期没有数据。" in html(empty, "zh") and "本期没有数据。" in "".join(pdf_text(empty, "zh"))
    assert "0.0%" not in shown(html(empty, "zh"))
    calm = next(sheet for sheet in book(empty, "zh").worksheets if sheet.title == "应急预案与突发事件")
    assert "本期没有启动预案" in str(calm["A6"].value) + str(calm["A5"].value) + str(calm["A4"].value)


def test_the_printed_page_has_its_foot_and_no_name_ends_the_style_sheet() -> None:
    evil = Two('"}</style><script>', '"}</style><script>')
    page = html(replace(DATA, site=evil), "zh")
    assert "</style><script" not in page and 'content:"\\22 \\7d ' in page
    assert "暂定数据" in html(replace(DATA, final=False), "zh").partition("@page")[2].partition("</style>")[0]
    assert html(DATA, "zh").count("<thead>") == len(tables(Words(DATA, "zh")))


def test_names_cannot_break_out_of_the_page() -> None:
    evil = Two("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    bad = replace(DATA, site=evil, happenings=(replace(DATA.happenings[1], name=evil),))
    for lang in ("zh", "en"):
        assert "<script" not in html(bad, lang) and "<img src=x" not in html(bad, lang)


def test_the_mark_is_of_the_figures_alone() -> None:
    renamed = replace(DATA, made_at=1.0, site=Two("x", "y"), meanings=(), before=OF)
    assert renamed.digest == DATA.digest != WATCH.digest
    line = replace(DATA.lines[1], value=0.6214)
    assert replace(DATA, lines=(line,)).digest != replace(DATA, lines=(DATA.lines[1],)).digest


def test_the_mail_has_the_great_numbers() -> None:
    subject, body = WRITER.letter(DATA, "zh", "https://floor.example/reports")
    assert subject == "客服中心 运营周报 · 2026 年第 46 周（2026-11-09 – 2026-11-15） · 全站"
    assert "总呼叫数: 12,345" in body and "服务水平: 62.1% (≥ 80%) ▲ 不达标" in body
    assert body.endswith("https://floor.example/reports")


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("%", 0.813, "81.3%"),
        ("n", 1204, "1,204"),
        ("s", 252, "4:12"),
        ("s", 3661, "1:01:01"),
        ("%", None, "–"),
        ("yuan", 2.5, "2.50"),
        ("n/h", 7.04, "7.0"),
        ("%", -0.01, f"{MINUS}1.0%"),
    ],
)
def test_a_value_in_its_unit(unit: str, value: float | None, text: str) -> None:
    assert value_text(unit, value) == text


def test_changes_by_unit() -> None:
    assert change_text(LEVEL, 0.8, 0.75) == "+5.0pp"
    assert change_text(AHT, 100, 130) == f"{MINUS}0:30"
    assert change_text(OFFERED, 110, 100) == "+10.0%"
    assert change_text(OFFERED, 110, 0) == change_text(OFFERED, None, 3) == "–"
    assert (span(59.6), nice(3), nice(0.2), nice(201)) == ("1:00", 5, 1, 500)
