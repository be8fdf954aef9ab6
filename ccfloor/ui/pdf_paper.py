"""A PDF from what stands on it: one frame a page, a foot that knows how many pages there are."""

import io
from collections.abc import Callable
from typing import Any, NamedTuple

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from ccfloor.ui.texts import Lang

MARGIN = 15 * mm


class Cover(NamedTuple):
    """What the file says of itself, and the size of its pages in points."""

    page: tuple[float, float]
    title: str
    subject: str
    lang: Lang


def pdf_bytes(
    cover: Cover, story: Callable[[], list[Any]], foot: Callable[[Canvas, int, int], None]
) -> bytes:
    """The file. Built twice, from a new story each time: only then it is known how many pages there are.

    ``foot``: draws below a page; gets its number and how many there are.
    """
    return _built(cover, story(), foot, _built(cover, story(), foot, 0)[1])[0]


def _built(
    cover: Cover, story: list[Any], foot: Callable[[Canvas, int, int], None], pages: int
) -> tuple[bytes, int]:
    file = io.BytesIO()
    width, height = cover.page
    document = BaseDocTemplate(
        file,
        pagesize=cover.page,
        title=cover.title,
        author="ccfloor",
        subject=cover.subject,
        lang="zh-CN" if cover.lang == "zh" else "en",
    )
    inside = Frame(
        MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip

    def below(canvas: Canvas, at: BaseDocTemplate) -> None:
        foot(canvas, at.page, pages)

    document.addPageTemplates(PageTemplate("page", [inside], onPage=below))
    document.build(story)
    return file.getvalue(), document.page
