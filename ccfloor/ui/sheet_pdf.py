"""The after-action sheet as a PDF: A4 across, vector curve, tables that go over pages, page numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import KeepTogether, Paragraph, Spacer, Table

from ccfloor.ui.pdf_curve import GREY, INK, OVER, RULE, Curve
from ccfloor.ui.pdf_fonts import Face, face
from ccfloor.ui.pdf_paper import MARGIN, Cover, pdf_bytes
from ccfloor.ui.sheet_rows import Part, Words

_PAGE = landscape(A4)
_WIDTH = _PAGE[0] - 2 * MARGIN
_LEAST = 30.0  # of a column, in points
_PLAIN: list[Any] = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
_CURVE = 225.0  # its height
_SHORT = 12  # a table of so many lines is kept on one page


def sheet_pdf(words: Words, names: tuple[str, str], fonts: Face | None = None) -> bytes:
    """The sheet in its language. ``names``: the site's, zh and en; ``fonts``: those of the machine."""
    paper = _Paper(words, names[0 if words.lang == "zh" else 1], fonts or face())
    return paper.file()


class _Paper:
    def __init__(self, words: Words, site: str, fonts: Face) -> None:
        self.words, self.site, self.face = words, site, fonts
        wrap = "CJK" if words.lang == "zh" else None
        base: dict[str, Any] = {"fontName": fonts.latin, "wordWrap": wrap, "splitLongWords": 1}
        self.title = ParagraphStyle("title", fontSize=17, leading=22, textColor=INK, **base)
        self.head = ParagraphStyle("head", fontSize=11.5, leading=15, spaceBefore=9, spaceAfter=3, **base)
        self.body = ParagraphStyle("body", fontSize=8.5, leading=11.5, textColor=INK, **base)
        self.small = ParagraphStyle("small", fontSize=7.5, leading=10, textColor=GREY, **base)
        self.bad = ParagraphStyle("bad", fontSize=8.5, leading=11.5, textColor=OVER, **base)
        self.big = ParagraphStyle("big", fontSize=14, leading=18, textColor=INK, **base)
        self.big_bad = ParagraphStyle("big-bad", fontSize=14, leading=18, textColor=OVER, **base)

    def file(self) -> bytes:
        """The file."""
        words = self.words
        cover = Cover(_PAGE, f"{words.say('title')} · {words.title}", self.site, words.lang)
        return pdf_bytes(cover, self._story, self._foot)

    def _story(self) -> list[Any]:
        words = self.words
        curve = Curve(words, self.face, _WIDTH, _CURVE).draw()
        story: list[Any] = [
            self.say(f"{self.site} · {words.say('title')}", self.small),
            self.say(words.title, self.title),
            Spacer(0, 4),
            self._headline(),
            Spacer(0, 6),
            self._facts(),
            KeepTogether(
                [
                    self.say(words.say("title.curve"), self.head),
                    curve,
                    self.say(words.say("curve.note"), self.small),
                ]
            ),
        ]
        for part in words.parts():
            story += self._part(part)
        return story

    def say(self, text: str, style: ParagraphStyle) -> Paragraph:
        """A text as a paragraph that breaks where it must."""
        return Paragraph(self.face.markup(text) or "&nbsp;", style)

    def _headline(self) -> Table:
        cells = [
            [self.say(label, self.small), self.say(f"▲ {value}" if bad else value, self._big(bad))]
            for label, value, bad in self.words.headline()
        ]
        return Table(
            [cells],
            colWidths=[_WIDTH / len(cells)] * len(cells),
            style=_PLAIN,
        )

    def _big(self, bad: bool) -> ParagraphStyle:
        return self.big_bad if bad else self.big

    def _facts(self) -> Table:
        """Facts at the left, order and readings at the right."""
        left, right = (
            self._pairs(self.words.facts(), _WIDTH * 0.42),
            self._pairs(self.words.readings(), _WIDTH * 0.55),
        )
        return Table(
            [[left, right]],
            colWidths=[_WIDTH * 0.44, _WIDTH * 0.56],
            style=_PLAIN,
        )

    def _pairs(self, pairs: Sequence[tuple[str, str]], width: float) -> Any:
        if not pairs:
            return ""
        rows = [[self.say(label, self.small), self.say(value, self.body)] for label, value in pairs]
        style = [*_PLAIN, ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
        return Table(rows, colWidths=[90, width - 90], style=style)

    def _part(self, part: Part) -> list[Any]:
        head = self.say(part.title, self.head)
        note = [self.say(part.note, self.small)] if part.note else []
        if not part.rows:
            return [KeepTogether([head, *note])]
        rows = [[self.say(name, self.small) for name in part.header]]
        for index, row in enumerate(part.rows):
            cells = [self.say(cell, self.body) for cell in row]
            if index in part.marks:
                cells[part.marked] = self.say(f"▲ {row[part.marked]}", self.bad)
            rows.append(cells)
        style: list[Any] = [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            *_PLAIN,
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
        table = Table(rows, colWidths=self._widths(part), repeatRows=1, splitInRow=1, style=style)
        whole = [head, table, *note]
        return [KeepTogether(whole)] if len(rows) <= _SHORT else whole

    def _widths(self, part: Part) -> list[float]:
        """As wide as the texts are where there is room for all; the widest give way first."""
        columns = list(zip(*([part.header, *part.rows]), strict=True))
        size = self.body.fontSize
        wanted = [
            max(_LEAST, min(_WIDTH, max(self.face.width(cell, size) for cell in column) + 8))
            for column in columns
        ]
        if sum(wanted) <= _WIDTH:
            wanted[-1] += _WIDTH - sum(wanted)
            return wanted
        return _squeezed(wanted, _WIDTH)

    # -- every page ------------------------------------------------------------------------------

    def _foot(self, canvas: Canvas, number: int, pages: int) -> None:
        at = datetime.fromtimestamp(self.words.sheet.at, ZoneInfo(self.words.config.zone))
        made = self.words.say("made", at=at.strftime("%Y-%m-%d %H:%M"))
        left = f"{self.words.title} · {made}"
        room = _WIDTH - 80
        while left and self.face.width(left, 7.5) > room:
            left = left[:-2] + "…"
        self._put(canvas, MARGIN, left)
        page = self.words.say("page", n=number, all=pages)
        self._put(canvas, _PAGE[0] - MARGIN - self.face.width(page, 7.5), page)

    def _put(self, canvas: Canvas, x: float, text: str) -> None:
        canvas.setFillColor(GREY)
        for font, part in self.face.runs(text):
            canvas.setFont(font, 7.5)
            canvas.drawString(x, 8 * mm, part)
            x += canvas.stringWidth(part, font, 7.5)


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
