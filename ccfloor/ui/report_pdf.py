"""A report as a PDF: A4 upright, vector chart, tables that go over pages with their heads, page numbers."""

from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, Polygon, PolyLine, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    KeepTogether,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from ccfloor.ui.pdf_fonts import Face, face
from ccfloor.ui.pdf_paper import MARGIN, Cover, pdf_bytes
from ccfloor.ui.report_chart import (
    GREY,
    INK,
    LINE,
    NEAR,
    OVER,
    SIZE,
    Area,
    Label,
    Rect,
    Shape,
    Stroke,
    chart,
    trend,
)
from ccfloor.ui.report_tables import headline, sentences, tables
from ccfloor.ui.report_words import Cell, Table, Words

_WIDTH = A4[0] - 2 * MARGIN
_CHART = 225.0
_TREND = (62.0, 12.0)
_LEAST = 26.0
_TITLE_LEAST = 12.0
_SHORT = 14  # a table of so many lines is kept on one page
_PLAIN: list[Any] = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
_INK, _GREY, _OVER, _NEAR = HexColor(INK), HexColor(GREY), HexColor(OVER), HexColor(NEAR)


def report_pdf(words: Words, fonts: Face | None = None) -> bytes:
    """The report in its language. ``fonts``: those of the machine."""
    return _Paper(words, fonts or face()).file()


class _Paper:
    def __init__(self, words: Words, fonts: Face) -> None:
        self.words, self.face = words, fonts
        self.site = words.two(words.data.site)
        wrap = "CJK" if words.lang == "zh" else None
        base: dict[str, Any] = {"fontName": fonts.latin, "wordWrap": wrap, "splitLongWords": 1}
        self.title = ParagraphStyle("title", fontSize=19, leading=25, textColor=_INK, **base)
        self.head = ParagraphStyle(
            "head", fontSize=12, leading=16, spaceBefore=11, spaceAfter=4, textColor=_INK, **base
        )
        self.lead = ParagraphStyle("lead", fontSize=9.5, leading=14.5, textColor=_INK, **base)
        self.body = ParagraphStyle("body", fontSize=8, leading=10.5, textColor=_INK, **base)
        self.number = ParagraphStyle("number", alignment=2, parent=self.body)
        self.small = ParagraphStyle("small", fontSize=7.3, leading=10, textColor=_GREY, **base)
        self.small_right = ParagraphStyle("small-right", alignment=2, parent=self.small)
        self.big = ParagraphStyle("big", fontSize=16, leading=20, textColor=_INK, **base)

    def file(self) -> bytes:
        """The file."""
        words = self.words
        cover = Cover(A4, f"{words.title} · {words.period} · {words.about}", self.site, words.lang)
        return pdf_bytes(cover, self._story, self._foot)

    # -- what stands on it -------------------------------------------------------------------------

    def _story(self) -> list[Any]:
        words = self.words
        story: list[Any] = [
            self.say(f"{self.site} · {words.about}", self.small),
            self._title(f"{words.title} · {words.period}"),
            self.say(words.stamp, self.small),
            Spacer(0, 9),
        ]
        story += self._headline()
        said = sentences(words)
        if said:
            story += [self.say(words.say("summary"), self.head), *(self.say(one, self.lead) for one in said)]
        story += self._chart()
        for table in tables(words):
            story += self._table(table)
        return story

    def _title(self, said: str) -> Paragraph:
        """On one line, somewhat smaller where it is long."""
        wide = self.face.width(said, self.title.fontSize)
        size = max(_TITLE_LEAST, min(1.0, 0.99 * _WIDTH / wide) * self.title.fontSize)
        return self.say(said, ParagraphStyle("fitting", parent=self.title, fontSize=size))

    def say(self, said: str, style: ParagraphStyle) -> Paragraph:
        """A text as a paragraph that breaks where it must."""
        return Paragraph(self.face.markup(said) or "&nbsp;", style)

    def _headline(self) -> list[Any]:
        found = headline(self.words)
        if not found:
            return [self.say(self.words.say("no_figures"), self.lead)]
        cells = []
        for line, value, aim, change in found:
            under = " ".join(part for part in (aim, change if change != "–" else "") if part)
            light = self._mark(line.light, self.words.light(line.light)) if line.light != "none" else ""
            cells.append(
                [
                    self.say(self.words.two(line.of.name), self.small),
                    self.say(value, self.big),
                    *([light] if light else []),
                    self.say(under, self.small),
                ]
            )
        rule = [
            ("LINEABOVE", (0, 0), (-1, 0), 0.8, _INK),
            ("LINEBELOW", (0, 0), (-1, 0), 0.4, HexColor(LINE)),
        ]
        wide = [_WIDTH / len(cells)] * len(cells)
        return [Grid([cells], colWidths=wide, style=[*_PLAIN, *rule, ("RIGHTPADDING", (0, 0), (-1, -1), 4)])]

    def _chart(self) -> list[Any]:
        shapes = chart(self.words, _WIDTH, _CHART)
        if not shapes:
            return []
        day = self.words.data.period.part == "day"
        head = self.say(self.words.say("chart.halfhours" if day else "chart.days"), self.head)
        return [KeepTogether([head, self.draw(shapes, _WIDTH, _CHART)])]

    def _table(self, table: Table) -> list[Any]:
        head = self.say(table.title, self.head)
        note = [Spacer(0, 3), self.say(table.note, self.small)] if table.note else []
        if not table.rows:
            return [KeepTogether([head, *note])]
        grid = self._grid(table)
        if len(table.rows) <= _SHORT:
            return [KeepTogether([head, grid, *note])]
        return [CondPageBreak(120), head, grid, *note]

    def _grid(self, table: Table) -> Grid:
        rows: list[list[Any]] = [
            [
                self.say(name, self.small if at in table.left else self.small_right)
                for at, name in enumerate(table.header)
            ]
        ]
        rows += [[self._cell(cell, at in table.left) for at, cell in enumerate(row)] for row in table.rows]
        style: list[Any] = [
            *_PLAIN,
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor(LINE)),
            ("TOPPADDING", (0, 0), (-1, -1), 2.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
            ("VALIGN", (0, 1), (-1, -1), "MIDDLE" if any(row[-1].trend for row in table.rows) else "TOP"),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            *(("LEFTPADDING", (at, 0), (at, -1), 9) for at in table.left if at and at - 1 not in table.left),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ]
        if table.totals:
            style.append(("LINEABOVE", (0, -table.totals), (-1, -table.totals), 0.8, _INK))
        return Grid(rows, colWidths=self._widths(table), repeatRows=1, splitInRow=1, style=style)

    def _cell(self, cell: Cell, left: bool) -> Any:
        if cell.trend:
            return self.draw(trend(cell.trend, cell.target, *_TREND), *_TREND)
        if cell.light in ("near", "missed"):
            return self._mark(cell.light, cell.text, left)
        return self.say(cell.text, self.body if left else self.number)

    def _mark(self, light: str, said: str, left: bool = True) -> Paragraph:
        """A text with its verdict's shape, in its colour where a hand is needed."""
        colour = {"missed": OVER, "near": NEAR}.get(light, GREY)
        shape = {"missed": "▲", "near": "△"}.get(light, "●")
        bare = said.removeprefix(shape).strip()
        style = self.body if left else self.number
        markup = f'<font color="{colour}">{self.face.markup(f"{shape} {bare}")}</font>'
        return Paragraph(markup, style)

    def _widths(self, table: Table) -> list[float]:
        """As wide as the texts are where there is room for all; the widest give way first."""
        size = self.body.fontSize
        wanted = []
        for at, name in enumerate(table.header):
            cells = [row[at] for row in table.rows]
            texts = [
                name,
                *(f"▲ {cell.text}" if cell.light in ("near", "missed") else cell.text for cell in cells),
            ]
            widest = max(self.face.width(one, size) for one in texts) + (17 if at and at in table.left else 8)
            wanted.append(max(_TREND[0] + 6 if any(cell.trend for cell in cells) else _LEAST, widest))
        room = _WIDTH - sum(wanted)
        if room >= 0:
            return [width + room / len(wanted) for width in wanted]
        return _squeezed(wanted, _WIDTH)

    # -- shapes ------------------------------------------------------------------------------------

    def draw(self, shapes: Sequence[Shape], width: float, height: float) -> Drawing:
        """Shapes as a drawing."""
        drawing = Drawing(width, height)
        for shape in shapes:
            if isinstance(shape, Label):
                self._label(drawing, shape)
            else:
                drawing.add(_drawn(shape))
        return drawing

    def _label(self, drawing: Drawing, label: Label) -> None:
        whole = self.face.width(label.text, SIZE)
        x = label.x - {"start": 0.0, "middle": whole / 2, "end": whole}[label.anchor]
        for font, part in self.face.runs(label.text):
            drawing.add(
                String(x, label.y, part, fontName=font, fontSize=SIZE, fillColor=HexColor(label.colour))
            )
            x += self.face._replace(han=font, latin=font).width(part, SIZE)

    # -- every page --------------------------------------------------------------------------------

    def _foot(self, canvas: Canvas, number: int, pages: int) -> None:
        words = self.words
        left = words.foot
        room = _WIDTH - 80
        while left and self.face.width(left, SIZE) > room:
            left = left[:-2] + "…"
        self._put(canvas, MARGIN, left)
        page = words.say("page", n=number, all=pages)
        self._put(canvas, A4[0] - MARGIN - self.face.width(page, SIZE), page)

    def _put(self, canvas: Canvas, x: float, said: str) -> None:
        canvas.setFillColor(_GREY)
        for font, part in self.face.runs(said):
            canvas.setFont(font, SIZE)
            canvas.drawString(x, 8 * mm, part)
            x += canvas.stringWidth(part, font, SIZE)


def _drawn(shape: Rect | Stroke | Area) -> Any:
    if isinstance(shape, Rect):
        x, y, right, top = shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        return _polygon([x, y, right, y, right, top, x, top], shape.fill, "")
    points = [value for point in shape.points for value in point]
    if isinstance(shape, Area):
        return _polygon(points, shape.fill, shape.stroke)
    line: dict[str, Any] = {"strokeColor": HexColor(shape.colour), "strokeWidth": shape.width}
    if shape.dash:
        line["strokeDashArray"] = list(shape.dash)
    return Line(*points, **line) if len(shape.points) == 2 else PolyLine(points, strokeLineJoin=1, **line)


def _polygon(points: Sequence[float], fill: str, stroke: str) -> Polygon:
    look: dict[str, Any] = {
        "fillColor": HexColor(fill) if fill else None,
        "strokeColor": HexColor(stroke) if stroke else None,
        "strokeWidth": 0.9 if stroke else 0,
    }
    return Polygon(list(points), **look)


def _squeezed(wanted: Sequence[float], room: float) -> list[float]:
    """Widths that fit: every column gets its wish up to one common most."""
    low, high = _LEAST, room
    for _ in range(40):
        middle = (low + high) / 2
        if sum(min(width, middle) for width in wanted) > room:
            high = middle
        else:
            low = middle
    found = [min(width, low) for width in wanted]
    scale = min(1.0, room / sum(found))
    return [width * scale for width in found]
