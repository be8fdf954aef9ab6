"""A report as an Excel workbook: numbers as numbers, native charts on them, ready to be printed."""

import io
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from ccfloor.ui.export import safe
from ccfloor.ui.report_chart import COUNTED, GREY, INK, LINE, NEAR, OVER
from ccfloor.ui.report_tables import kpis, sentences, tables
from ccfloor.ui.report_words import FORMS, Cell, Table, Words

_MARKED = {"missed": OVER, "near": NEAR}
_CHART = (26.0, 7.5)  # cm
_WIDEST = 60.0
_BARE = 8  # columns of a sheet without a table
_LINE = 16.0  # points
_FONT = "Microsoft YaHei"  # has both languages, on Windows and on a Mac
_WIDE_FROM = 0x2E7F  # signs after it are as wide as two letters
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}
_RULE, _HAIR = Side(style="medium", color=INK[1:]), Side(style="hair", color=LINE[1:])


def report_excel(words: Words) -> bytes:
    """The report in its language: a summary, then one sheet a table; charts where they belong."""
    book = Workbook()
    first = book.active
    every = tables(words)
    _summary(first, words, kpis(words))
    for table in every:
        if table.key != "kpis":
            sheet = book.create_sheet(_name(table.title))
            _sheet(sheet, first, words, table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _summary(sheet: Any, words: Words, table: Table | None) -> None:
    data = words.data
    sheet.title = _name(words.say("sheet.summary"))
    _put(sheet, 1, 1, f"{words.title} · {words.period}", size=16)
    _put(sheet, 2, 1, f"{words.two(data.site)} · {words.about}", colour=GREY)
    _put(sheet, 3, 1, words.stamp, colour=GREY)
    said = sentences(words)
    slim = _without_trend(table) if table else None
    if slim:
        _fill(sheet, slim, 6 + len(said))
    else:
        _put(sheet, 5 + len(said), 1, words.say("no_figures"))
    wide = len(slim.header) if slim else _BARE
    for row, one in enumerate(said, 5):
        _sentence(sheet, row, wide, one)
    _page(sheet, words, wide, whole=True)


def _sentence(sheet: Any, row: int, wide: int, said: str, colour: str = INK) -> None:
    """A sentence across the table, as many lines high as it takes."""
    cell = _put(sheet, row, 1, said, colour=colour)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=wide)
    widths = (sheet.column_dimensions[get_column_letter(at)].width for at in range(1, wide + 1))
    sheet.row_dimensions[row].height = _LINE * max(1, ceil(1.1 * _signs(said) / sum(widths)))


def _without_trend(table: Table) -> Table:
    """Sparklines are drawn on paper; a workbook has the days on their own sheet."""
    kept = [at for at in range(len(table.header)) if not any(row[at].trend for row in table.rows)]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    left = frozenset(new for new, old in enumerate(kept) if old in table.left)
    return table._replace(header=tuple(table.header[at] for at in kept), rows=rows, left=left)


def _sheet(sheet: Any, summary: Any, words: Words, table: Table) -> None:
    _put(sheet, 1, 1, table.title, size=13)
    _put(sheet, 2, 1, f"{words.two(words.data.site)} · {words.about} · {words.period}", colour=GREY)
    slim = _without_trend(table)
    last = _fill(sheet, slim, 4)
    sheet.freeze_panes = "B5" if slim.rows else None
    _page(sheet, words, len(slim.header))
    sheet.print_title_rows = "4:4"
    if table.key == "parts":
        sheet.print_area = f"A1:{get_column_letter(len(slim.header))}{last + 2}"  # the summary has the charts
        right = get_column_letter(len(slim.header) + 2)
        _series(sheet, sheet, words, slim, last, (f"{right}4", f"{right}20"))
        below = summary.max_row + 3
        _series(summary, sheet, words, slim, last, (f"A{below}", f"A{below + 16}"))
    if table.key in ("queues", "teams"):
        _members(sheet, words, slim, last)


# -- cells -------------------------------------------------------------------------------------------


def _fill(sheet: Any, table: Table, top: int) -> int:
    """Header and rows from a line on; returns the last line of the rows."""
    for at, name in enumerate(table.header, 1):
        cell = _put(sheet, top, at, name, bold=True)
        cell.border = Border(bottom=_RULE)
        side, step = ("left", int(at > 1)) if at - 1 in table.left else ("right", 0)
        cell.alignment = Alignment(horizontal=side, wrap_text=True, indent=step)
        sheet.column_dimensions[get_column_letter(at)].width = _width(table, at - 1)
    for index, row in enumerate(table.rows, top + 1):
        total = index > top + len(table.rows) - table.totals
        for at, cell in enumerate(row, 1):
            _cell(sheet, index, at, cell, at - 1 in table.left, total)
        lines = max((ceil(_signs(row[at].text) / (_width(table, at) - 2)) for at in table.left), default=1)
        if lines > 1:  # not every program finds the height by itself
            sheet.row_dimensions[index].height = _LINE * lines
    last = top + len(table.rows)
    if table.note:
        _sentence(sheet, last + 2, len(table.header) or _BARE, table.note, GREY)
    return last


def _cell(sheet: Any, row: int, column: int, cell: Cell, left: bool, total: bool) -> None:
    known = cell.value is not None
    put = _put(sheet, row, column, cell.value if known else cell.text, bold=total or cell.light in _MARKED)
    if known and cell.form and not isinstance(cell.value, str):
        put.number_format = cell.form
    if cell.light in _MARKED:
        put.font = Font(name=_FONT, bold=True, color=_MARKED[cell.light][1:])
    side, step = ("left", int(column > 1)) if left else ("right", 0)
    put.alignment = Alignment(horizontal=side, vertical="top", wrap_text=left, indent=step)
    put.border = Border(top=_RULE) if total else Border(bottom=_HAIR)


def _put(
    sheet: Any, row: int, column: int, value: Any, *, bold: bool = False, size: float = 11, colour: str = INK
) -> Any:
    shown = safe(value)
    cell = sheet.cell(row, column, shown.translate(_CONTROL) if isinstance(shown, str) else shown)
    if isinstance(shown, str):
        cell.data_type = "s"
    cell.font = Font(name=_FONT, bold=bold, size=size, color=colour[1:])
    return cell


def _width(table: Table, at: int) -> float:
    texts = [table.header[at], *(row[at].text for row in table.rows)]
    return float(min(_WIDEST, max(9.0, max(map(_signs, texts)) + 2)))


def _signs(text: str) -> float:
    """How wide a text is in the width of a digit."""
    return sum(2.1 if ord(sign) > _WIDE_FROM else 1.05 for sign in text)


def _page(sheet: Any, words: Words, columns: int, whole: bool = False) -> None:
    """One page wide when printed, across where there are many columns; ``whole``: on one page altogether."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape" if columns > 6 and not whole else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(whole)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = words.foot.replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"
    for part in (sheet.oddFooter.left, sheet.oddFooter.right):
        part.size = 8


def _name(title: str) -> str:
    return title.translate({ord(sign): " " for sign in "[]:*?/\\"})[:28]


# -- charts ------------------------------------------------------------------------------------------


def _series(sheet: Any, data: Any, words: Words, table: Table, last: int, at: tuple[str, str]) -> None:
    """Counts stacked, and the KPI with its target as lines, on the numbers of the sheet ``data``."""
    drawn = words.data.series
    if drawn is None or not table.rows:
        return
    counts = len(drawn.counts)
    labels = Reference(data, min_col=1, min_row=5, max_row=last)
    bars = BarChart()
    bars.type, bars.grouping, bars.overlap, bars.gapWidth = "col", "stacked", 100, 40
    names = " + ".join(words.two(one.name) for one in drawn.counts)
    _dress(bars, words.say("chart.counts", names=names), FORMS["n"])
    bars.add_data(
        Reference(data, min_col=2, max_col=1 + counts, min_row=4, max_row=last), titles_from_data=True
    )
    bars.set_categories(labels)
    for series, colour in zip(bars.series, COUNTED, strict=False):
        series.graphicalProperties.solidFill = colour[1:]
        series.graphicalProperties.line.noFill = True
    sheet.add_chart(bars, at[0])
    lines = LineChart()
    _dress(lines, words.two(drawn.main.name), FORMS.get(drawn.main.unit, "0.00"))
    main, verdict = 2 + counts, len(table.header)
    for column in range(main, verdict):  # the KPI, then the ends of its target
        one = Reference(data, min_col=column, min_row=4, max_row=last)
        lines.add_data(one, titles_from_data=True)
    lines.set_categories(labels)
    _line(lines.series[0], INK, 22_000, "")
    for series in lines.series[1:]:
        _line(series, GREY, 12_000, "dash")
    if drawn.main.unit == "%":
        lines.y_axis.scaling.min, lines.y_axis.scaling.max = 0, 1
    sheet.add_chart(lines, at[1])


def _members(sheet: Any, words: Words, table: Table, last: int) -> None:
    """The first count of each member as bars."""
    rows = len(table.rows) - table.totals
    if rows < 2 or len(table.header) < 2:
        return
    bars = BarChart()
    bars.type, bars.gapWidth = "bar", 50
    _dress(bars, str(table.header[1]), FORMS["n"])
    bars.add_data(Reference(sheet, min_col=2, min_row=4, max_row=4 + rows), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=5, max_row=4 + rows))
    bars.series[0].graphicalProperties.solidFill = COUNTED[0][1:]
    bars.x_axis.scaling.orientation = "maxMin"
    bars.y_axis.crosses = "max"  # its numbers below, though the first member stands above
    bars.x_axis.tickLblSkip = 1
    bars.legend = None
    bars.height = max(6.0, 2.4 + 0.9 * rows)
    sheet.add_chart(bars, f"A{last + 4}")


def _dress(chart: Any, title: str, form: str) -> None:
    chart.title, chart.height, chart.width = title, _CHART[1], _CHART[0]
    chart.legend.position = "b"
    chart.y_axis.number_format = form
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=LINE[1:], w=6350))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"


def _line(series: Any, colour: str, width: int, dash: str) -> None:
    series.smooth = False
    series.graphicalProperties.line.solidFill = colour[1:]
    series.graphicalProperties.line.width = width
    series.marker.symbol = "none"
    if dash:
        series.graphicalProperties.line.dashStyle = dash
