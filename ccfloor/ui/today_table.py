"""The table of the page Today, by half hour with sums; the same as files."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.service.staffing_today.sheet import Line, Sheet
from ccfloor.ui import people_kit, today_words
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, csv_bytes, excel_bytes
from ccfloor.ui.report_words import DASH
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LEAST = 0.5  # calls: half hours at the edges of the day with fewer are left out

CSS = """
.td-wide{overflow-x:auto}
.td-tab{border-collapse:collapse;width:100%;max-width:76rem}
.td-tab th{font-weight:400;color:var(--ink2);font-size:.8125rem;text-align:right;vertical-align:bottom}
.td-tab :is(td,th){padding:.16rem .7rem .16rem 0;border-top:1px solid var(--line);white-space:nowrap}
.td-tab thead th{border-top:0}.td-tab td{text-align:right}
.td-tab :is(td,th):first-child{text-align:left}
.td-tab tr.over td{color:var(--ink2)}
.td-tab tr.running td{border-top:1px solid var(--ink);border-bottom:1px solid var(--ink);font-weight:700}
.td-tab tfoot td{border-top:1px solid var(--rule);font-weight:700}
.td-tab td.act{background:var(--over);color:var(--over-on);font-weight:700;padding-right:.4rem}
.td-tab td.act::before{content:'▲ '}
.td-tab td.short{font-weight:700;color:var(--over)}.td-tab td.short::before{content:'▲ ';font-size:.8em}
.td-tab td.if{color:var(--after);font-weight:700}
.td-tab tr.running td.lost{color:var(--ink2);font-weight:400}
.td-tab small{color:var(--ink2);font-size:.8125rem}
.td-tab tr.running small{font-weight:400}
@media(max-width:700px){.td-tab .x{display:none}.td-tab :is(td,th){padding-right:.45rem}
.td-tab th{white-space:normal;overflow-wrap:normal}}
"""


def shown(made: Sheet) -> tuple[Line, ...]:
    """The half hours to show: from the first to the last in which anybody calls or is to call."""
    busy = [
        place
        for place, line in enumerate(made.lines)
        if line.state == "running" or max(value or 0.0 for value in _calls(line)) >= _LEAST
    ]
    return made.lines[busy[0] : busy[-1] + 1] if busy else made.lines


def _calls(line: Line) -> tuple[float | None, ...]:
    half = line.half
    return half.mean, half.ahead, half.lately, half.actual


def show(made: Sheet, lines: Sequence[Line], config: FloorConfig, lang: Lang) -> None:
    """Draw the table and its files."""
    people_kit.piece(_table(made, lines, config.zone, lang))
    who = queue_label(config, made.queue, lang) if made.queue else text("today.all", lang)
    title = text("today.title", lang, who=who, day=made.day.name)
    name = f"ccfloor-{config.site}-today-{made.queue or 'all'}-{made.day.name}"
    header, rows = file_header(made, lang), cells(made, config.zone, lang)
    with st.container(horizontal=True):
        excel = partial(excel_bytes, title, header, rows)
        download(text("today.excel", lang), excel, f"{name}.xlsx", EXCEL, key="td-excel")
        plain = partial(csv_bytes, header, rows)
        download(text("today.csv", lang), plain, f"{name}.csv", "text/csv", key="td-csv")


# -- on the page -------------------------------------------------------------------------------------


def _columns(made: Sheet) -> list[str]:
    planned = any(line.half.planned is not None for line in made.lines)
    return [
        *("time", "forecast", "came", "handle", "needed"),
        *(("changed",) if made.what.changes else ()),
        "present",
        *(("roster", "planned") if planned else ()),
        "gap",
    ]


_WIDE = {"handle", "roster", "planned"}  # columns that a narrow screen leaves out


def _table(made: Sheet, lines: Sequence[Line], zone: str, lang: Lang) -> str:
    columns, told = _columns(made), dict(_told(made, lang))
    head = "".join(_head(name, told.get(name, ""), lang) for name in columns)
    body = "".join(
        f'<tr class="{line.state}">'
        f"{''.join(_cell(name, line, zone, lang, made.lost) for name in columns)}</tr>"
        for line in lines
    )
    over = [line for line in made.lines if line.state == "over"]
    foot = "".join(_foot(name, made, lang) for name in columns)
    if over:
        so_far = "".join(_foot_over(name, over, lang) for name in columns)
        foot = f"{so_far}</tr><tr>{foot}"
    return (
        f'<div class="td-wide"><table class="td-tab"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody><tfoot><tr>{foot}</tr></tfoot></table></div>"
    )


def _told(made: Sheet, lang: Lang) -> list[tuple[str, str]]:
    """Formula of each column, by the column."""
    names = ("forecast", "band", "came", "handle", "needed", "roster", "present", "planned", "gap", "all")
    return list(zip(names, (words for _, words in today_words.formulas(made, lang)), strict=False))


def _head(name: str, told: str, lang: Lang) -> str:
    kind = ' class="x"' if name in _WIDE else ""
    return f'<th{kind} title="{escape(told)}">{escape(text(f"today.col.{name}", lang))}</th>'


def _cell(name: str, line: Line, zone: str, lang: Lang, lost: float | None = None) -> str:
    half = line.half
    if name == "time":
        start, end = (today_words.clock(at, zone) for at in (half.start, half.end))
        words = f'{start}<span class="x">–{end}</span>'
    elif name == "forecast":
        words = f'{today_words.calls(half.mean)} <small class="x">{today_words.band(line)}</small>'
    elif name == "came":
        words = DASH if line.state == "ahead" else today_words.calls(half.actual)
        if line.state == "running" and half.actual is not None:
            words += f' <small class="x">{escape(text("today.so_far", lang))}</small>'
    elif name == "gap":
        kind = "act" if line.act else "short" if line.short else ""
        return f'<td class="{kind}"{_behind(line, lang)}>{today_words.gap(line.gap)}</td>'
    elif name == "present" and line.state == "running" and lost is not None:
        since = escape(text("today.lost.since", lang, since=today_words.clock(lost, zone)))
        return f'<td class="lost">{DASH} <small class="x">{since}</small></td>'
    elif name == "changed":
        return f'<td class="if">{today_words.seats(line.changed)}</td>'
    elif name == "handle":
        sample = escape(text("today.sample", lang, calls=half.of.calls, left=half.of.left))
        return f'<td class="x" title="{sample}">{today_words.seconds(half.of.aht_s)}</td>'
    else:
        value = {
            "needed": half.needed,
            "roster": half.rostered,
            "present": half.present,
            "planned": half.planned,
        }
        words = today_words.seats(value[name])
    return f"<td{' class=x' if name in _WIDE else ''}>{words}</td>"


def _behind(line: Line, lang: Lang) -> str:
    """What a gap is reckoned from, and the level to expect with the seats there: an attribute of its cell."""
    half = line.half
    parts = (
        [("due", half.due), ("needed", half.needed)] if line.state == "ahead" and half.due is not None else []
    )
    words = [f"{text(f'today.col.{name}', lang)} {today_words.seats(value)}" for name, value in parts]
    if half.level is not None:
        words.append(today_words.level(line, lang))
    return f' title="{escape(" · ".join(words))}"' if words else ""


_SEATS = ("needed", "changed", "present", "planned", "roster", "gap")


def _foot(name: str, made: Sheet, lang: Lang) -> str:
    """Sums of the whole day: calls foreseen, and seat hours; of what is known of a part alone none."""
    words = ""
    if name == "time":
        words = escape(text("today.sum", lang))
    elif name == "forecast":
        words = today_words.calls(made.totals.expected)
    elif name in ("came", "present"):
        words = DASH
    elif name in _SEATS and name != "gap":
        words = _hours(name, made.lines, lang)
    return f"<td{' class=x' if name in _WIDE else ''}>{words}</td>"


def _foot_over(name: str, over: Sequence[Line], lang: Lang) -> str:
    """Sums of half hours that are over and known, each column of the same ones: like beside like."""
    seen = [line for line in over if line.half.actual is not None]
    words = ""
    if name == "time":
        words = escape(text("today.sum.over", lang))
    elif name == "forecast":
        words = today_words.calls(_sum([line.half.ahead for line in seen]))
    elif name == "came":
        words = today_words.calls(sum(line.half.actual or 0 for line in seen))
    elif name in _SEATS and name != "changed":
        words = _hours(name, [line for line in over if line.gap is not None], lang)
    return f"<td{' class=x' if name in _WIDE else ''}>{words}</td>"


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _hours(name: str, lines: Sequence[Line], lang: Lang) -> str:
    """Seat hours of the half hours that have a number, as HTML."""
    values: dict[str, Sequence[float | None]] = {
        "needed": [line.half.needed for line in lines],
        "changed": [line.changed for line in lines],
        "present": [line.half.present for line in lines],
        "planned": [line.half.planned for line in lines],
        "roster": [line.half.rostered for line in lines],
        "gap": [line.gap for line in lines],
    }
    total = _sum(values[name])
    if total is None:
        return DASH
    shown = today_words.gap(total / 2) if name == "gap" else f"{total / 2:.1f}"
    return f'{shown} <small class="x">{escape(text("today.hours.unit", lang))}</small>'


# -- as files ----------------------------------------------------------------------------------------

_FILE = (
    *("time", "forecast", "low", "high", "ahead", "came", "handle", "patience", "needed"),
    *("changed", "roster", "present", "planned", "due", "gap"),
)


def file_header(made: Sheet, lang: Lang) -> list[str]:
    """The columns of the files; seconds and seats are named as such."""
    return [text(f"today.file.{name}", lang) for name in _FILE if name != "changed" or made.what.changes]


def cells(made: Sheet, zone: str, lang: Lang) -> list[list[Cell]]:
    """One row a half hour of the whole day: numbers as numbers."""
    return [_row(made, line, zone) for line in made.lines]


def _row(made: Sheet, line: Line, zone: str) -> list[Cell]:
    half = line.half
    came = None if line.state == "ahead" else half.actual
    calls: list[Cell] = [_rounded(one) for one in (half.mean, half.low, half.high, half.ahead)]
    means: list[Cell] = [round(half.of.aht_s, 1), round(half.of.patience_s, 1)]
    tried: list[Cell] = [_rounded(line.changed)] if made.what.changes else []
    there: list[Cell] = [_rounded(one) for one in (half.present, half.planned, half.due, line.gap)]
    return [
        today_words.half_hour(line, zone),
        *calls,
        came,
        *means,
        _rounded(half.needed),
        *tried,
        half.rostered,
        *there,
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
