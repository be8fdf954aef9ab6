"""A report as one HTML file: no script, no other file, fit for the screen, the printer and an archive."""

from collections.abc import Sequence
from html import escape

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
    chart,
    trend,
)
from ccfloor.ui.report_tables import headline, sentences, tables
from ccfloor.ui.report_words import Cell, Table, Words
from ccfloor.ui.tokens import FONT

_CHART = (720.0, 250.0)
_TREND = (76.0, 18.0)
_CSS = f"""
*{{box-sizing:border-box}}
body{{font:14px/1.5 {FONT};color:{INK};background:#fff;margin:0 auto;padding:32px 24px 48px;max-width:980px;
font-variant-numeric:tabular-nums lining-nums}}
h1{{font-size:24px;line-height:1.3;margin:0}}h2{{font-size:16px;margin:28px 0 8px}}p{{margin:.25em 0}}
small,.n,th{{color:{GREY};font-size:12.5px;font-weight:400}}
.head{{display:flex;flex-wrap:wrap;gap:10px 30px;border-top:2px solid {INK};border-bottom:1px solid {LINE};
padding:10px 0;margin:16px 0 4px}}.head b{{display:block;font-size:24px;line-height:1.25}}
.head small{{display:block}}
.wide{{overflow-x:auto}}table{{border-collapse:collapse;width:100%}}
th{{text-align:right;border-bottom:2px solid {INK};vertical-align:bottom}}
td{{text-align:right;border-bottom:1px solid {LINE};vertical-align:top}}th,td{{padding:4px 10px 4px 0}}
.l{{text-align:left}}tr.total td{{border-top:2px solid {INK};border-bottom:0}}
.missed{{color:{OVER};font-weight:700;white-space:nowrap}}.near{{color:{NEAR};font-weight:700;white-space:nowrap}}
svg{{display:block;max-width:100%;height:auto}}svg text{{font:{SIZE}px {FONT}}}td svg{{margin-left:auto}}
@media print{{body{{padding:0;max-width:none;font-size:11px}}h2{{break-after:avoid}}tr{{break-inside:avoid}}}}
"""


def report_html(words: Words) -> bytes:
    """The report in its language, UTF-8."""
    data = words.data
    lang = "zh-CN" if words.lang == "zh" else "en"
    title = f"{words.title} · {words.period}"
    site = words.two(data.site)
    made = " · ".join(
        (
            words.state,
            words.say("made", at=words.moment(data.made_at)),
            words.say("digest", digest=data.digest),
        )
    )
    body = [
        f"<small>{escape(site)} · {escape(words.about)}</small><h1>{escape(title)}</h1>",
        f"<small>{escape(made)}</small>",
        _head(words),
        _said(words),
        _chart(words),
        *(_table(table) for table in tables(words)),
    ]
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(site)} {escape(title)}</title><style>{_CSS}</style></head>"
        f"<body>{''.join(body)}</body></html>"
    )
    return page.encode()


def _head(words: Words) -> str:
    cells = []
    for line, value, aim, change in headline(words):
        light = words.light(line.light)
        mark = f'<span class="{line.light}">{escape(light)}</span> ' if line.light != "none" else ""
        under = " ".join(part for part in (aim, change if change != "–" else "") if part)
        name = escape(words.two(line.of.name))
        cells.append(
            f"<div><small>{name}</small><b>{escape(value)}</b><small>{mark}{escape(under)}</small></div>"
        )
    if not cells:
        return f"<p>{escape(words.say('no_figures'))}</p>"
    return f'<div class="head">{"".join(cells)}</div>'


def _said(words: Words) -> str:
    said = sentences(words)
    if not said:
        return ""
    return f"<h2>{escape(words.say('summary'))}</h2>{''.join(f'<p>{escape(one)}</p>' for one in said)}"


def _chart(words: Words) -> str:
    shapes = chart(words, *_CHART)
    if not shapes:
        return ""
    title = words.say("chart.halfhours" if words.data.period.part == "day" else "chart.days")
    return f"<h2>{escape(title)}</h2>{svg(shapes, *_CHART, title)}"


def _table(table: Table) -> str:
    title = f"<h2>{escape(table.title)}</h2>"
    note = f'<p class="n">{escape(table.note)}</p>' if table.note else ""
    if not table.rows:
        return title + note
    left = table.left
    head = "".join(
        f"<th{' class=l' if at in left else ''}>{escape(name)}</th>" for at, name in enumerate(table.header)
    )
    first_total = len(table.rows) - table.totals
    rows = "".join(
        f"<tr{' class=total' if index >= first_total else ''}>"
        f"{''.join(_cell(cell, at in left) for at, cell in enumerate(row))}</tr>"
        for index, row in enumerate(table.rows)
    )
    return f'{title}<div class="wide"><table><tr>{head}</tr>{rows}</table></div>{note}'


def _cell(cell: Cell, left: bool) -> str:
    side = ' class="l"' if left else ""
    if cell.trend:
        return f"<td{side}>{svg(trend(cell.trend, cell.target, *_TREND), *_TREND)}</td>"
    if cell.light in ("near", "missed"):
        shape = "▲" if cell.light == "missed" else "△"
        said = escape(f"{shape} {cell.text.removeprefix(shape).strip()}")
        return f'<td{side}><span class="{cell.light}">{said}</span></td>'
    return f"<td{side}>{escape(cell.text)}</td>"


def svg(shapes: Sequence[Shape], width: float, height: float, label: str = "") -> str:
    """Shapes as an inline picture, its size in points of the page."""
    said = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    inner = "".join(_shape(shape, height) for shape in shapes)
    big = 1.3 if label else 1.0
    size = f'width="{width * big:.0f}" height="{height * big:.0f}" viewBox="0 0 {width:g} {height:g}"'
    return f"<svg {size}{said}>{inner}</svg>"


def _shape(shape: Shape, height: float) -> str:
    if isinstance(shape, Label):
        place = f'x="{shape.x:.1f}" y="{height - shape.y:.1f}" text-anchor="{shape.anchor}"'
        return f'<text {place} fill="{shape.colour}">{escape(shape.text)}</text>'
    if isinstance(shape, Rect):
        top = height - shape.y - shape.height
        place = f'x="{shape.x:.1f}" y="{top:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}"'
        return f'<rect {place} fill="{shape.fill}"/>'
    points = " ".join(f"{x:.1f},{height - y:.1f}" for x, y in shape.points)
    if isinstance(shape, Area):
        stroke = f' stroke="{shape.stroke}"' if shape.stroke else ""
        return f'<polygon points="{points}" fill="{shape.fill or "none"}"{stroke}/>'
    dash = f' stroke-dasharray="{" ".join(f"{part:g}" for part in shape.dash)}"' if shape.dash else ""
    stroke = f'stroke="{shape.colour}" stroke-width="{shape.width:g}"{dash}'
    return f'<polyline points="{points}" fill="none" {stroke}/>'
