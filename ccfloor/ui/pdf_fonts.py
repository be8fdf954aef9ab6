"""Fonts of PDF files that hold Chinese, on any machine.

A TrueType font with Chinese that is installed is embedded; where there is none (a bare server, or only
fonts with PostScript outlines) the file names Adobe's STSong-Light, for which every reader has a font of
its own. Then Latin letters and digits are in Helvetica, so that they do not come out half as wide again.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_NAMED = "STSong-Light"
_LATIN = "Helvetica"
_PROBE = "停应队席"
_FILES = (
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)

Run = tuple[str, str]  # font, text


class Face(NamedTuple):
    """``han``: the font for everything, or beside ``latin`` for what that does not have."""

    han: str
    latin: str

    def runs(self, text: str) -> Iterator[Run]:
        """The text cut where the font changes."""
        if self.han == self.latin:
            yield self.han, text
            return
        text = text.replace("\u2212", "\u2013")  # Helvetica has no minus, the Chinese font's is a sign wide
        start = 0
        for index in range(1, len(text) + 1):
            if index == len(text) or _plain(text[index]) is not _plain(text[start]):
                yield (self.latin if _plain(text[start]) else self.han), text[start:index]
                start = index

    def markup(self, text: str) -> str:
        """The text as markup of a paragraph; one that is longer than anybody writes ends with "…"."""
        shown = text if len(text) <= _MOST else f"{text[:_MOST]}…"
        runs = self.runs(shown.translate(_CONTROL))
        found = (f'<font name="{font}">{escape(part)}</font>' for font, part in runs if part)
        return "".join(found).replace("\n", "<br/>")

    def width(self, text: str, size: float) -> float:
        """How wide the text is, in points."""
        return sum(float(pdfmetrics.stringWidth(part, font, size)) for font, part in self.runs(text))


_MOST = 1200  # signs; breaking lines takes the square of it
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


def _plain(sign: str) -> bool:
    """Whether Helvetica has the sign."""
    try:
        return len(sign.encode("cp1252")) == 1
    except UnicodeEncodeError:
        return False


@cache
def face(files: Sequence[str] = _FILES) -> Face:
    """The fonts of this machine; the first file that can be embedded and has Chinese, else none of them."""
    for index, file in enumerate(files):
        name = _embedded(file, f"ccfloor-{index}")
        if name:
            return Face(name, name)
    pdfmetrics.registerFont(UnicodeCIDFont(_NAMED))
    return Face(_NAMED, _LATIN)


def _embedded(file: str, name: str) -> str:
    if not Path(file).is_file():
        return ""
    try:
        font = TTFont(name, file)
    except (TTFError, OSError):
        return ""
    if any(ord(sign) not in font.face.charToGlyph for sign in _PROBE):
        return ""
    pdfmetrics.registerFont(font)
    return name
