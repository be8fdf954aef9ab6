"""One agent's day: a line for each status, one for the calls, one for the roster; across midnight.

Plain HTML: every call is a link that opens its life, and works without a pointer. Where a status stands tells
it, its colour only repeats it.
"""

from datetime import date, datetime, timedelta
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.floor.records import CallRow
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import PRESENCE
from ccfloor.kpi.period import period
from ccfloor.service import runtime
from ccfloor.service.agent_timeline import Bit, DayLine, day_line, missed, of_kind, worked_ms
from ccfloor.service.kpi_site import kpi_book
from ccfloor.ui import people_kit as kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, excel_bytes
from ccfloor.ui.kpi_words import name_text, value_text
from ccfloor.ui.links import address, call_address
from ccfloor.ui.report_words import span
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, as_written, text
from ccfloor.ui.trend_state import State, asked, day_asked
from ccfloor.ui.trend_words import clock

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HOUR_S = 3600.0
_SLACK_MS = 60_000
# In this order; a status that did not occur has no line.
_LANES = {
    "ready": "ready",
    "ringing": "ink",
    "on_call": "contact",
    "on_hold": "contact",
    "wrap_up": "after",
    "other_call": "contact",
    "callback": "contact",
    "break": "away",
    "meal": "away",
    "meeting": "away",
    "training": "away",
    "coaching": "away",
    "busy": "busy",
    "auto_pause": "over",
    "other": "away",
}
_KPIS = ("aht", "talk", "acw", "calls_per_hour", "occupancy", "rona", "transfer_rate")
_CALL_COLUMNS = ("answered", "queue", "number", "wait", "talk", "hold", "acw", "ended")

_CSS = """
.td{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2rem .8rem;align-items:center;
padding:.4rem 0}
.td .k{font-size:.8125rem;color:var(--ink2);display:flex;justify-content:space-between;gap:.8rem;
min-width:8.5rem}
.td .k b{color:var(--ink);font-weight:400}
.td .t{position:relative;height:1.25rem;background:var(--surface)}
.td .t.x{background:none;height:1.5rem;font-size:.75rem;color:var(--ink2)}
.td .t.x a{position:absolute;top:0;padding:.1rem .15rem;color:var(--ink2);text-decoration:none}
.td .t.x a:hover,.td .t.x a:focus-visible{color:var(--ink);text-decoration:underline}
.td .s{position:absolute;top:0;bottom:0;min-width:1px;box-sizing:border-box}
.td a.s:hover,.td a.s:focus-visible{outline:2px solid var(--ink);outline-offset:1px;z-index:3}
.td a.c{min-width:3px;border-left:1px solid var(--ground)}
.td a.miss{background:none!important;border:2px solid var(--over);min-width:5px}
.td .o{position:absolute;top:-.1rem;bottom:-.1rem;border-left:1px dashed var(--ink2);z-index:2}
.td .out{position:absolute;top:0;bottom:0;background:var(--line);opacity:.55}
.td .blind{position:absolute;top:0;bottom:0;z-index:1;
background:repeating-linear-gradient(45deg,transparent 0 4px,var(--rule) 4px 5px)}
.td .g{position:absolute;top:0;bottom:0;border-left:1px solid var(--line)}
.td .r{border:1px solid var(--ink2);background:var(--raise);font-size:.6875rem;color:var(--ink2);
overflow:hidden;white-space:nowrap;padding:0 .2rem;line-height:1.1rem}
.tf{display:flex;flex-wrap:wrap;gap:.5rem 2rem;padding:.4rem 0 .6rem}.tf div{line-height:1.3}
.tf .v{font-size:1.125rem;display:block}.tf small{display:block}
@media(max-width:700px){.td .k{min-width:5.5rem;flex-direction:column;gap:0}.td .t{height:2rem}
.td .t.x a:nth-child(even){display:none}}
"""


def show(seen: Look, state: State) -> None:
    """The view."""
    lang, service = seen.lang, runtime.service()
    if state.scope.kind != "agent":
        _choose(state, lang)
        return
    if service.viewer(lang).queues is not None:
        st.caption(text("scope.time", lang))
        return
    day = day_asked(service.config, state.today)
    _days(day, state.today, lang)
    line = day_line(service, service.viewer(lang), state.scope.name, period(service.config, day.isoformat()))
    st.html(f"<style>{_CSS}</style>")
    if not line.bits and not line.shifts and not line.calls:
        who = as_written(agent_label(service.config, line.agent, lang))
        st.caption(text("trend.day.none", lang, who=who))
        return
    kit.piece(_facts(line, lang))
    start, end = _window(line)
    kit.piece(_gantt(line, start, end, lang))
    _notes(line, start, end, lang)
    _calls(line, start, end, lang)
    _files(line, lang)


def _choose(state: State, lang: Lang) -> None:
    """A team has no one day: its agents are listed."""
    st.caption(text("trend.day.who", lang))
    config = runtime.service().config
    agents = [scope for scope in state.scopes if scope.kind == "agent"]
    if state.scope.kind == "team":
        place = state.scopes.index(state.scope) + 1
        rest = state.scopes[place:]
        agents = rest[: next((at for at, one in enumerate(rest) if one.kind != "agent"), len(rest))]
    links = (
        f'<a href="{address({"scope": str(scope)})}" target="_self">'
        f"{escape(agent_label(config, scope.name, lang))}</a>"
        for scope in agents
    )
    kit.piece(" · ".join(links))


def _days(day: date, today: date, lang: Lang) -> None:
    """The day, the one before, the one after."""
    key = "tr-day"
    st.session_state[key] = day

    def keep() -> None:
        st.query_params["day"] = st.session_state[key].isoformat()
        st.query_params.pop("hour", None)

    left, right = st.columns([2, 5], vertical_alignment="bottom")
    with left:
        st.date_input(text("trend.day", lang), max_value=today, format="YYYY-MM-DD", key=key, on_change=keep)
    with right:
        links = []
        for step, name in ((-1, "before"), (1, "after")):
            to = day + timedelta(days=step)
            if to <= today:
                there = address({"day": to.isoformat(), "hour": ""})
                links.append(
                    f'<a href="{there}" target="_self">{text(f"trend.day.{name}", lang)} {to:%m-%d}</a>'
                )
        kit.piece(" · ".join(links))


# -- figures -----------------------------------------------------------------------------------------


def _facts(line: DayLine, lang: Lang) -> str:
    """The day's figures: presence, adherence to the shift, a few KPIs."""
    zone = runtime.service().config.zone
    parts: list[tuple[str, str, str]] = []
    if line.bits:
        first, last = line.bits[0], max(line.bits, key=lambda bit: bit.end)
        until = text("trend.day.now", lang) if last.open else clock(last.end, zone)
        parts.append(
            (text("trend.day.present", lang), f"{clock(first.start, zone)} – {until}", _cut(line, lang))
        )
        here = worked_ms(line.bits, line.start, line.end)
        parts.append((text("trend.day.worked", lang), _hmm(here), escape(_of_day(line, here, lang))))
    parts += _shift(line, lang)
    book = kpi_book(runtime.service()).kpis
    for name in _KPIS:
        if (kpi := book.get(name)) is not None and "agent" in kpi.scopes:
            result = compute(kpi, line.sums, "agent")
            if result.value is not None:
                parts.append((name_text(kpi, lang), value_text(kpi, result.value), _trend_link(name, lang)))
    cells = (
        f'<div><small>{escape(name)}</small><span class="v">{escape(value)}</span><small>{note}</small></div>'
        for name, value, note in parts
    )
    return f'<div class="tf">{"".join(cells)}</div>'


def _trend_link(kpi: str, lang: Lang) -> str:
    there = address({"view": "trend", "kpi": kpi, "day": "", "hour": ""})
    return f'<a href="{there}" target="_self">{escape(text("trend.day.trend", lang))}</a>'


def _cut(line: DayLine, lang: Lang) -> str:
    return escape(text("trend.day.midnight", lang)) if line.over_midnight else ""


def _of_day(line: DayLine, here: int, lang: Lang) -> str:
    """The presence of the business day, where what is drawn is another stretch."""
    whole = round(sum(line.sums.get(name, 0) for name in PRESENCE))
    other = whole and abs(whole - here) > _SLACK_MS
    return text("trend.day.worked.day", lang, time=_hmm(whole)) if other else ""


def _shift(line: DayLine, lang: Lang) -> list[tuple[str, str, str]]:
    """Adherence and conformance of a rostered day."""
    if not line.shifts:
        return [(text("trend.day.adherence", lang), "–", escape(text("trend.day.noroster", lang)))]
    zone, kept = runtime.service().config.zone, line.kept
    shift = f"{clock(line.shifts[0].start, zone)} – {clock(max(s.end for s in line.shifts), zone)}"
    if kept is None or not kept.scheduled_ms:
        key = "trend.day.notold" if kept is None else "trend.day.leave"
        return [(text("trend.day.shift", lang), shift, escape(text(key, lang)))]
    late = [
        text(f"trend.day.{name}", lang, time=span(ms / 1000))
        for name, ms in (("late", kept.late_ms), ("early", kept.early_ms))
        if ms
    ]
    if not kept.present:
        late = [text("trend.day.absent", lang)]
    return [
        (text("trend.day.shift", lang), shift, escape(" · ".join(late)) or text("trend.day.intime", lang)),
        (
            text("trend.day.adherence", lang),
            f"{kept.adherent_ms / kept.scheduled_ms:.1%}",
            escape(text("trend.day.of", lang, a=_hmm(kept.adherent_ms), b=_hmm(kept.scheduled_ms))),
        ),
        (
            text("trend.day.conformance", lang),
            f"{kept.worked_ms / kept.scheduled_ms:.1%}",
            escape(text("trend.day.of", lang, a=_hmm(kept.worked_ms), b=_hmm(kept.scheduled_ms))),
        ),
    ]


# -- the drawing -------------------------------------------------------------------------------------


def _window(line: DayLine) -> tuple[float, float]:
    """The hour that the URL asks for, else everything."""
    zone = ZoneInfo(runtime.service().config.zone)
    try:
        at = datetime.fromisoformat(asked("hour")).replace(tzinfo=zone).timestamp()
    except ValueError:
        return line.start, line.end
    return (at, at + _HOUR_S) if line.start <= at < line.end else (line.start, line.end)


def _gantt(line: DayLine, start: float, end: float, lang: Lang) -> str:
    sums = of_kind(line.bits, line.start, line.end)
    behind = _behind(line, start, end)
    rows = [f'<div class="k">{_zoom(line, start, end, lang)}</div>{_axis(start, end)}']
    if line.shifts:
        cells = "".join(
            _segment(
                s.start,
                s.end,
                start,
                end,
                "s r",
                text(f"trend.activity.{s.activity}", lang),
                text(f"trend.activity.{s.activity}", lang),
            )
            for s in line.shifts
        )
        rows.append(_lane(text("trend.day.roster", lang), "", behind + cells))
    for kind, colour in _LANES.items():
        bits = [bit for bit in line.bits if bit.kind == kind]
        if bits:
            cells = "".join(_bit(bit, start, end, colour, lang) for bit in bits)
            rows.append(_lane(text(f"status.{kind}", lang), _hmm(sums.get(kind, 0)), behind + cells))
    rows.append(
        _lane(text("trend.day.calls", lang), _count(line, lang), behind + _call_marks(line, start, end, lang))
    )
    return f'<div class="td">{"".join(rows)}</div>'


def _lane(name: str, total: str, cells: str) -> str:
    return f'<div class="k"><b>{escape(name)}</b><span>{total}</span></div><div class="t">{cells}</div>'


def _zoom(line: DayLine, start: float, end: float, lang: Lang) -> str:
    """Out of an hour again, or a hint that there is a way in."""
    if (start, end) == (line.start, line.end):
        return f"<span>{escape(text('trend.day.zoom', lang))}</span>"
    return f'<a href="{address({"hour": ""})}" target="_self">{escape(text("trend.day.whole", lang))}</a>'


def _axis(start: float, end: float) -> str:
    """Hours, each a link to itself; of one hour its ten minutes, the hours around it at the ends."""
    zone = runtime.service().config.zone
    step = _HOUR_S if end - start > _HOUR_S else 600.0
    hours = (end - start) / step
    thin = 2 if hours > 16 else 1
    marks = []
    for index in range(int(hours)):
        at = start + index * step
        if index % thin == 0:
            place = f'style="left:{index / hours:.4%}"'
            marks.append(_hour_link(at if step == _HOUR_S else None, clock(at, zone), place))
    return f'<div class="t x">{"".join(marks)}</div>'


def _hour_link(at: float | None, words: str, place: str) -> str:
    if at is None:
        return f"<a {place}>{words}</a>"
    local = datetime.fromtimestamp(at, ZoneInfo(runtime.service().config.zone))
    return (
        f'<a href="{address({"hour": local.strftime("%Y-%m-%dT%H:%M")})}" target="_self" {place}>{words}</a>'
    )


def _behind(line: DayLine, start: float, end: float) -> str:
    """What lies outside the business day, and the time in which nobody saw the floor."""
    parts = [
        _segment(a, b, start, end, "out", "", "")
        for a, b in ((start, line.day.start), (line.day.end, end))
        if b > a
    ]
    parts += [_segment(a, b, start, end, "blind", "", "") for a, b in line.blind]
    zone = runtime.service().config.zone
    at = start + (_HOUR_S - start % _HOUR_S) % _HOUR_S
    while at < end and end - start > _HOUR_S:
        if clock(at, zone) == "00:00" and at > start:
            parts.append(f'<span class="o" style="left:{(at - start) / (end - start):.4%}"></span>')
        elif at > start:
            parts.append(f'<span class="g" style="left:{(at - start) / (end - start):.4%}"></span>')
        at += _HOUR_S
    return "".join(parts)


def _bit(bit: Bit, start: float, end: float, colour: str, lang: Lang) -> str:
    zone = runtime.service().config.zone
    until = text("trend.day.now", lang) if bit.open else clock(bit.end, zone, True)
    queue = queue_label(runtime.service().config, bit.queue, lang) if bit.queue else ""
    words = [
        f"{clock(bit.start, zone, True)} – {until}",
        text(f"status.long.{bit.kind}", lang),
        span(bit.end - bit.start),
        queue,
    ]
    if bit.repaired:
        words.append(text("trend.day.repaired", lang))
    tip = " · ".join(word for word in words if word)
    style = f"background:var(--{colour})"
    link = call_address(bit.row.source, bit.row.position) if bit.row else ""
    return _segment(bit.start, bit.end, start, end, "s", tip, "", style, link)


def _call_marks(line: DayLine, start: float, end: float, lang: Lang) -> str:
    """Each answered call from its ringing to its end, each ring in vain hollow; all are links."""
    found = []
    now = runtime.service().floor_now()
    for row in line.calls:
        first, last = row.answered_at - row.ring_ms / 1000, (row.ended_at or now) + row.acw_ms / 1000
        link = call_address(row.source, row.position)
        found.append(
            _segment(
                first, last, start, end, "s c", _call_tip(row, lang), "", "background:var(--contact)", link
            )
        )
    for bit in missed(line):
        if bit.row is not None:
            link = call_address(bit.row.source, bit.row.position)
            tip = f"{_call_tip(bit.row, lang)} · {text('trend.day.missed', lang)}"
            found.append(_segment(bit.start, bit.end, start, end, "s miss", tip, "", "", link))
    return "".join(found)


def _call_tip(row: CallRow, lang: Lang) -> str:
    config = runtime.service().config
    at = clock(row.answered_at or row.entered_at, config.zone, True)
    spent = span((row.talk_ms + row.hold_ms + row.acw_ms) / 1000)
    return " · ".join(part for part in (at, queue_label(config, row.queue, lang), row.number, spent) if part)


def _segment(
    at: float,
    until: float,
    start: float,
    end: float,
    kind: str,
    tip: str,
    words: str,
    style: str = "",
    link: str = "",
) -> str:
    """A stretch of a line, cut to what is shown; nothing where it lies outside."""
    first, last = max(at, start), min(until, end)
    if last <= first:
        return ""
    left, wide = (first - start) / (end - start), (last - first) / (end - start)
    where = f'style="left:{left:.4%};width:{wide:.4%};{style}"'
    said = f' title="{escape(tip)}"' if tip else ""
    if link:
        return f'<a class="{kind}" href="{link}" target="_self" {where}{said} aria-label="{escape(tip)}"></a>'
    return f'<span class="{kind}" {where}{said}>{escape(words)}</span>'


def _count(line: DayLine, lang: Lang) -> str:
    return text("trend.day.n", lang, n=len(line.calls))


def _notes(line: DayLine, start: float, end: float, lang: Lang) -> None:
    notes = [text("trend.day.outside", lang)] if start < line.day.start or end > line.day.end else []
    if line.before:
        zone = runtime.service().config.zone
        notes.append(text("trend.day.earlier", lang, at=clock(line.before, zone)))
    if any(b > start and a < end for a, b in line.blind):
        notes.append(text("trend.day.blind", lang))
    if missed(line):
        notes.append(text("trend.day.misses", lang))
    if notes:
        st.caption(" ".join(notes))


# -- the calls ---------------------------------------------------------------------------------------


def _calls(line: DayLine, start: float, end: float, lang: Lang) -> None:
    rows = [row for row in line.calls if start <= row.answered_at < end]
    st.subheader(text("trend.day.list", lang, n=len(rows)), anchor=False)
    if not rows:
        return
    header = [text(f"trend.day.col.{name}", lang) for name in _CALL_COLUMNS]
    body = [[*map(escape, _call_cells(row, lang)), _open(row, lang)] for row in rows]
    with st.container(height=360 if len(rows) > 9 else "content", border=False, key="tr-calls"):
        kit.piece(kit.table([*header, text("trend.handle.col.open", lang)], body))


def _open(row: CallRow, lang: Lang) -> str:
    link = call_address(row.source, row.position)
    return f'<a href="{link}" target="_self">{escape(text("trend.handle.open", lang))}</a>'


def _call_cells(row: CallRow, lang: Lang) -> list[str]:
    config = runtime.service().config
    times = (row.wait_ms, row.talk_ms, row.hold_ms, row.acw_ms)
    return [
        clock(row.answered_at, config.zone, True),
        queue_label(config, row.queue, lang),
        row.number or "–",
        *(span(ms / 1000) for ms in times),
        text(f"trend.ended.{row.ended_by.value}", lang) if row.ended_by else text("trend.ended.open", lang),
    ]


def _files(line: DayLine, lang: Lang) -> None:
    """Everything of the day as a file."""
    config = runtime.service().config
    zone = ZoneInfo(config.zone)
    header = [text(f"trend.day.file.{name}", lang) for name in ("start", "end", "status", "seconds", "queue")]
    cells: list[list[Cell]] = [
        [
            datetime.fromtimestamp(int(bit.start), zone).replace(tzinfo=None),
            datetime.fromtimestamp(int(bit.end), zone).replace(tzinfo=None),
            text(f"status.{bit.kind}", lang),
            round(bit.end - bit.start, 1),
            queue_label(config, bit.queue, lang) if bit.queue else "",
        ]
        for bit in line.bits
    ]
    make = partial(excel_bytes, f"{agent_label(config, line.agent, lang)} {line.day.name}", header, cells)
    name = f"ccfloor-{config.site}-{line.agent}-{line.day.name}.xlsx"
    download(text("trend.excel", lang), make, name, _EXCEL, key="tr-day-excel")


def _hmm(ms: int) -> str:
    """Hours and minutes: 7:05; below an hour minutes and seconds."""
    seconds = round(ms / 1000)
    if seconds < 3600:
        return f"{seconds // 60}′{seconds % 60:02d}″"
    minutes = round(ms / 60_000)
    return f"{minutes // 60}h{minutes % 60:02d}"
