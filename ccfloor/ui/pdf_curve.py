"""The waiting curve of an after-action sheet as vectors for a PDF, in the light colours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reportlab.graphics.shapes import Drawing, Line, Polygon, PolyLine, String
from reportlab.lib.colors import Color, HexColor

from ccfloor.ui import sheet_curve
from ccfloor.ui.pdf_fonts import Face
from ccfloor.ui.sheet_rows import Words
from ccfloor.ui.tokens import COLOURS

_PAPER = COLOURS["light"]
INK, GREY, RULE = HexColor(_PAPER["ink"]), HexColor(_PAPER["ink2"]), HexColor(_PAPER["line"])
OVER = HexColor(_PAPER["over"])
_HELD, _DIP, _BLIND = HexColor("#F0D5CD"), HexColor("#FFE7B0"), HexColor(_PAPER["raise"])
_LEFT, _RIGHT, _BOTTOM, _TOP = 20.0, 2.0, 16.0, 38.0
_DASHES = ([5, 3], [1.5, 2.5], [6, 2, 1, 2])
_SIZE = 8.0


class Curve:
    """Draws onto a Drawing of a given size in points."""

    def __init__(self, words: Words, face: Face, width: float, height: float) -> None:
        self.words, self.sheet, self.face = words, words.sheet, face
        self.width, self.height = width, height
        self.high = sheet_curve.top(self.sheet)
        self.drawing = Drawing(width, height)

    def draw(self) -> Drawing:
        """Bands below, then areas, levels, the curve, and the lines with their words."""
        for parts, paint in ((self.sheet.blind, _BLIND), (self.sheet.dips, _DIP)):
            for start, end in parts:
                self._band(start, end, paint)
        for outline in sheet_curve.areas(self.sheet):
            points = [value for at, y in outline for value in (self.x(at), self.y(y))]
            self.drawing.add(Polygon(points, fillColor=_HELD, strokeColor=None, strokeWidth=0))
        self._axes()
        self._levels()
        corners = [value for at, y in sheet_curve.steps(self.sheet) for value in (self.x(at), self.y(y))]
        if len(corners) >= 4:
            self.drawing.add(PolyLine(corners, strokeColor=INK, strokeWidth=0.9, strokeLineJoin=0))
        self._lines()
        return self.drawing

    def x(self, at: float) -> float:
        """Points from the left."""
        span = max(1.0, self.sheet.end - self.sheet.start)
        return _LEFT + (at - self.sheet.start) / span * (self.width - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Points from below."""
        return _BOTTOM + value / self.high * (self.height - _BOTTOM - _TOP)

    def put(self, x: float, y: float, text: str, paint: Color, anchor: str = "start") -> None:
        """A text in as many strings as it has fonts."""
        whole = self.face.width(text, _SIZE)
        x -= {"start": 0.0, "middle": whole / 2, "end": whole}[anchor]
        for font, part in self.face.runs(text):
            self.drawing.add(String(x, y, part, fontName=font, fontSize=_SIZE, fillColor=paint))
            x += self.face._replace(han=font, latin=font).width(part, _SIZE)

    def _band(self, start: float, end: float, paint: Color) -> None:
        x0, x1 = self.x(start), self.x(end)
        wide = max(0.8, x1 - x0)
        tall = self.y(self.high) - self.y(0)
        corners = [x0, self.y(0), x0 + wide, self.y(0), x0 + wide, self.y(0) + tall, x0, self.y(0) + tall]
        self.drawing.add(Polygon(corners, fillColor=paint, strokeColor=None, strokeWidth=0))

    def _axes(self) -> None:
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**6) if self.high / s <= 6)
        for value in range(0, int(self.high) + 1, step):
            y = self.y(value)
            self.drawing.add(Line(_LEFT, y, self.width - _RIGHT, y, strokeColor=RULE, strokeWidth=0.4))
            self.put(_LEFT - 4, y - 3, str(value), GREY, "end")
        for at in self._ticks():
            clock = datetime.fromtimestamp(at, ZoneInfo(self.words.config.zone)).strftime("%H:%M")
            self.put(self.x(at), 3, clock, GREY, "middle")

    def _ticks(self) -> list[float]:
        """Round clock times, some eight of them."""
        span = self.sheet.end - self.sheet.start
        step = next(s for s in (60, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400, 10**9) if span / s <= 10)
        zone = ZoneInfo(self.words.config.zone)
        first = datetime.fromtimestamp(self.sheet.start, zone)
        midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
        begin = midnight + timedelta(seconds=-(-(first - midnight).seconds // step) * step)
        at, found = begin.timestamp(), []
        while at <= self.sheet.end and step < 10**9:
            if self.x(at) > _LEFT + 10 and self.x(at) < self.width - _RIGHT - 10:
                found.append(at)
            at += step
        return found

    def _levels(self) -> None:
        for index, (level, name) in enumerate(self.sheet.levels):
            y = self.y(level)
            dash = _DASHES[min(index, len(_DASHES) - 1)]
            right = self.width - _RIGHT
            self.drawing.add(
                Line(_LEFT, y, right, y, strokeColor=GREY, strokeWidth=0.7, strokeDashArray=dash)
            )
            self.put(right, y + 2, f"{name.said(self.words.lang)} {level:g}", GREY, "end")

    def _lines(self) -> None:
        """Event lines with their words."""
        said = {kind: self.words.say(f"line.{kind}") for kind in ("active", "fired", "cleared")}
        middle = (self.sheet.start + self.sheet.end) / 2
        for line in sheet_curve.lines(self.sheet, said):
            x = self.x(line.at)
            paint = OVER if line.kind == "fired" else INK
            top = self.height - _TOP + 2
            self.drawing.add(Line(x, self.y(0), x, top, strokeColor=paint, strokeWidth=0.8))
            anchor = "start" if line.at < middle else "end"
            self.put(x, top + 3 + 11 * line.row, f"{line.words} {self.words.clock(line.at)}", paint, anchor)
