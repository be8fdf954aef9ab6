"""A report as one HTML file: no script, no other file, fit for the screen, the printer and an archive."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ccfloor.ui.report_chart import SIZE, Area, Label, Rect, Shape, chart, trend
from ccfloor.ui.report_tables import headline, sentences, tables
from ccfloor.ui.report_words import Cell, Table, Words
from ccfloor.ui.tokens import COLOURS, FONT, Theme, css_variables

_CHART = (720.0, 250.0)
_SLIM = (330.0, 250.0)  # the same on a telephone
_TREND = (76.0, 18.0)
_SHORT = 14  # a table of so many lines stays on one page of paper
_USED = ("over", "warn-ink", "contact", "line", "ink2", "ink")
# Of the report wherever it stands; its colours are those of the page around it.
CSS = """
.rp{font:.875rem/1.5 var(--font);color:var(--ink);font-variant-numeric:tabular-nums lining-nums}
.rp{max-width:61.25rem}
.rp h1{font-size:1.5rem;line-height:1.3;margin:0;padding:0}
.rp h2{font-size:1rem;margin:1.75rem 0 .5rem;padding:0}
.rp p{margin:.25em 0}.rp small,.rp .n,.rp th{color:var(--ink2);font-size:.7812rem;font-weight:400}
.rp .head{display:flex;flex-wrap:wrap;gap:.625rem 1.875rem;border-top:2px solid var(--ink);padding:.625rem 0}
.rp .head{border-bottom:1px solid var(--line);margin:1rem 0 .25rem}.rp .head small{display:block}
.rp .head b{display:block;font-size:1.5rem;line-height:1.25}
.rp .wide{overflow-x:auto}.rp table{border-collapse:collapse;width:100%}
.rp th{text-align:right;border-bottom:2px solid var(--ink);vertical-align:bottom}
.rp td{text-align:right;border-bottom:1px solid var(--line);vertical-align:top}
.rp :is(th,td){padding:.25rem .625rem .25rem 0;border-left:0;border-right:0;border-top:0}
.rp .l{text-align:left}.rp tr.total td{border-top:2px solid var(--ink);border-bottom:0}
.rp .missed{color:var(--over);font-weight:700;white-space:nowrap}
.rp .near{color:var(--warn-ink);font-weight:700;white-space:nowrap}
.rp th{white-space:nowrap}.rp td:not(.l){white-space:nowrap}.rp .l+.l,.rp :not(.l)+.l{padding-left:.625rem}
.rp img{display:block;max-width:100%;height:auto}.rp img.chart{width:100%}
.rp img.trend{width:4.75rem;min-width:4.75rem}.rp img.slim{display:none;width:100%}
@media(max-width:700px){.rp img.chart{display:none}.rp img.slim{display:block}
.rp td.l{min-width:6rem}.rp .long td.l+.l{min-width:14rem}
.rp :is(th,td):first-child{position:sticky;left:0;background:var(--ground);max-width:8.5rem}
.rp th:first-child{white-space:normal}}
"""
_PAPER = """
*{box-sizing:border-box}body{background:#fff;margin:0 auto;padding:32px 24px 48px;max-width:64.25rem}
@media(max-width:700px){body{padding:16px 14px 32px}}
@media print{body{padding:0;max-width:none}.rp{max-width:none;font-size:11px}.rp .wide{overflow:visible}
.rp img.chart{display:block}.rp img.slim{display:none}
.rp :is(h2,thead){break-after:avoid}.rp :is(tr,.short,img){break-inside:avoid}}
@page{size:A4;margin:14mm 12mm 16mm;@bottom-left{content:"%s";font:7.5pt sans-serif;color:#666}
@bottom-right{content:counter(page) " / " counter(pages);font:7.5pt sans-serif;color:#666}}
"""
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}
_LONG = frozenset({"meanings", "missing", "remarks", "quality"})  # tables of sentences


def report_html(words: Words) -> bytes:
    """The report in its language as a file of its own, UTF-8."""
    lang = "zh-CN" if words.lang == "zh" else "en"
    title = f"{words.two(words.data.site)} {words.title} · {words.period}"
    style = f":root{{{css_variables('light')}}}{CSS}{_PAPER % _quoted(words.foot)}"
    inner = body(words, "light")
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{inner}</body></html>"
    )
    return page.translate(_CONTROL).encode()


def _quoted(text: str) -> str:
    """A text within quotation marks of a style sheet, which no sign of it can end."""
    return "".join(sign if sign.isalnum() or sign in " ·.–-," else f"\\{ord(sign):x} " for sign in text)


def body(words: Words, theme: Theme) -> str:
    """The report as a piece of a page that has CSS and the colours of this theme."""
    pieces = [
        f"<small>{escape(words.two(words.data.site))} · {escape(words.about)}</small>",
        f"<h1>{escape(f'{words.title} · {words.period}')}</h1>",
        f"<small>{escape(words.stamp)}</small>",
        _head(words),
        _said(words),
        _chart(words, theme),
        *(_table(table, theme) for table in tables(words)),
    ]
    return f'<div class="rp">{"".join(pieces)}</div>'


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


def _chart(words: Words, theme: Theme) -> str:
    shapes = chart(words, *_CHART)
    if not shapes:
        return ""
    title = words.say("chart.halfhours" if words.data.period.part == "day" else "chart.days")
    slim = picture(chart(words, *_SLIM), *_SLIM, theme, title, "slim")
    return f"<section><h2>{escape(title)}</h2>{picture(shapes, *_CHART, theme, title)}{slim}</section>"


def _table(table: Table, theme: Theme) -> str:
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
        f"{''.join(_cell(cell, at in left, theme) for at, cell in enumerate(row))}</tr>"
        for index, row in enumerate(table.rows)
    )
    kinds = " short" * (len(table.rows) <= _SHORT) + " long" * (table.key in _LONG)
    grid = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<section class="part{kinds}">{title}<div class="wide">{grid}</div>{note}</section>'


def _cell(cell: Cell, left: bool, theme: Theme) -> str:
    side = ' class="l"' if left else ""
    if cell.trend:
        return f"<td{side}>{picture(trend(cell.trend, cell.target, *_TREND), *_TREND, theme)}</td>"
    if cell.light in ("near", "missed"):
        shape = "▲" if cell.light == "missed" else "△"
        said = escape(f"{shape} {cell.text.removeprefix(shape).strip()}")
        return f'<td{side}><span class="{cell.light}">{said}</span></td>'
    return f"<td{side}>{escape(cell.text)}</td>"


def picture(
    shapes: Sequence[Shape], width: float, height: float, theme: Theme, label: str = "", kind: str = ""
) -> str:
    """Shapes as a picture in the colours of a theme; ``label``: what it shows, where it is a large one;
    ``kind``: its class where it is none of the usual ones.
    """
    inner = "".join(_shape(shape, height) for shape in shapes)
    for name in _USED:
        inner = inner.replace(f'"{COLOURS["light"][name]}"', f'"{COLOURS[theme][name]}"')
    big = 1.3 if label else 1.0
    size = f'width="{width * big:.0f}" height="{height * big:.0f}"'
    font = escape(FONT.replace('"', "'"))
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:g} {height:g}" '
        f'font-family="{font}" font-size="{SIZE}">{inner}</svg>'
    )
    kind = kind or ("chart" if label else "trend")
    return f'<img class="{kind}" alt="{escape(label)}" {size} src="data:image/svg+xml,{quote(drawn)}">'


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
