"""The page Today: what is tried above, then the day's figures, its charts and its table.

What has no choice in it is drawn anew by itself every minute; the figures come from what the process keeps.
"""

from html import escape

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.staffing_today.day import Today
from ccfloor.service.staffing_today.history import DAYS
from ccfloor.service.staffing_today.sheet import Sheet, WhatIf, seen_queues, sheet
from ccfloor.ui import (
    beyond,
    charts,
    filling,
    people_kit,
    today_chart,
    today_live,
    today_state,
    today_table,
    today_words,
)
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_REFRESH_S = 60.0
_DAY_S = 86_400.0

_CSS = """
.td-facts{display:flex;flex-wrap:wrap;gap:.5rem 2.2rem;padding:.3rem 0 .5rem}
.td-facts div{line-height:1.35}.td-facts .v{font-size:1.25rem;display:block}
.td-facts .v.act{background:var(--over);color:var(--over-on);font-weight:700;padding:0 .4rem}
.td-facts .v.act::before{content:'▲ '}.td-facts .v.if{color:var(--after);font-weight:700}
.td-facts small{display:block}.td-facts .v.lost{color:var(--ink2)}
.td-lost{border-left:4px solid var(--warn);color:var(--ink);padding:.3rem .7rem;margin:.2rem 0 .4rem}
.td-how{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1.2rem}
.td-how b{font-weight:400;color:var(--ink2)}
@media(max-width:700px){.td-how{grid-template-columns:1fr}.td-how span{padding-bottom:.4rem}
.td-facts{gap:.4rem 1.4rem}}
"""


def show(seen: Look) -> None:
    """Draw the page."""
    lang, service = seen.lang, runtime.service()
    st.header(text("page.today", lang), anchor=False)
    people_kit.dress(seen)
    st.html(f"<style>{_CSS}{today_table.CSS}</style>")
    viewer, queue = service.viewer(lang), today_state.asked_queue()
    if queue and not viewer.sees_queue(queue):
        beyond.tell(viewer, Scope("queue", queue), lang, {"scope": ""})
        return
    found = service.today.today()
    filling.show(found.day.start - DAYS * _DAY_S, found.day.start, lang)
    queues = _in_order(service.config, seen_queues(found, viewer))
    if not queues:
        st.caption(text("today.none", lang))
        return
    if queue and queue not in queues:
        st.caption(text("today.none.queue", lang, queue=queue_label(service.config, queue, lang)))
        queue = ""
    levels = [_usual_level(found, one) for one in ([queue] if queue else queues)]
    _controls(service.config, queues, queue, levels, lang)
    _body(seen, queue, levels[0])


def _in_order(config: FloorConfig, queues: tuple[str, ...]) -> list[str]:
    """As the site lists them, then what it does not list."""
    place = {queue: at for at, queue in enumerate(config.queues)}
    return sorted(queues, key=lambda one: (place.get(one, len(place)), one))


def _usual_level(found: Today, queue: str) -> int:
    """A queue's target in per cent."""
    return round(found.queues[queue].target.target * 100)


def _controls(config: FloorConfig, queues: list[str], queue: str, levels: list[int], lang: Lang) -> None:
    level = levels[0]  # where the slider begins
    left, right = st.columns([3, 9], vertical_alignment="bottom")
    with left:
        today_state.queue_picker(config, queues, queue, lang)
    with right:
        today_state.sliders(levels, lang)
    if today_state.what_if(level).changes:
        tried, back = st.columns([9, 3], vertical_alignment="center")
        with tried:
            st.caption(text("today.if.note", lang))
        back.button(text("today.if.back", lang), key="td-as-it-is", on_click=today_state.as_it_is)


@st.fragment(run_every=_REFRESH_S)
def _body(seen: Look, queue: str, level: int) -> None:
    """Everything below the choices."""
    service, lang = runtime.service(), seen.lang
    config, what = service.config, today_state.what_if(level)
    made = sheet(service.today.today(), service.viewer(lang), queue, what)
    if made is None:
        return
    lines = today_table.shown(made)
    people_kit.piece(_notices(made, config, lang))
    people_kit.piece(_facts(made, config.zone, lang))
    _title("today.chart.calls", lang, today_words.foreseen_words(made, lines, lang))
    charts.show(today_chart.calls_chart(made, lines, seen.theme, config.zone, lang), "td-chart-calls")
    _title("today.chart.seats", lang)
    charts.show(today_chart.seats_chart(made, lines, seen.theme, config.zone, lang), "td-chart-seats")
    people_kit.piece(f"<small>{_basis(made, config, service.floor_now(), lang)}</small>")
    today_table.show(made, lines, config, lang)
    today_live.show(queue, service.floor_now(), lang)
    with st.expander(text("today.how", lang), key="td-how"):
        people_kit.piece(_how(made, lang))


def _notices(made: Sheet, config: FloorConfig, lang: Lang) -> str:
    """What is not known: who is there while nobody sees the floor, and queues without a forecast."""
    lost, fresh = (
        told(made, config, lang) for told in (today_words.lost_words, today_words.unforeseen_words)
    )
    parts = [f'<div class="td-lost" role="status">△ {escape(lost)}</div>'] if lost else []
    return "".join((*parts, f"<small>{escape(fresh)}</small>" if fresh else ""))


def _title(key: str, lang: Lang, note: str = "") -> None:
    small = f" <small>{escape(note)}</small>" if note else ""
    people_kit.piece(f'<b style="font-size:.9375rem">{escape(text(key, lang))}</b>{small}')


# -- the day's figures -------------------------------------------------------------------------------


def _facts(made: Sheet, zone: str, lang: Lang) -> str:
    told = {
        name: words for (_, words), name in zip(today_words.formulas(made, lang), _FORMULAS, strict=False)
    }
    parts = [_came(made, zone, told, lang), _expected(made, told, lang), _now(made, zone, told, lang)]
    parts += [_short(made, zone, told, lang), *([_tried(made, told, lang)] if made.what.changes else [])]
    return f'<div class="td-facts">{"".join(parts)}</div>'


_FORMULAS = ("forecast", "band", "came", "handle", "needed", "roster", "present", "planned", "gap", "all")


def _fact(label: str, value: str, beside: str, tip: str, kind: str = "") -> str:
    """A figure with its name above and what it is compared with below; cells are texts."""
    return (
        f'<div title="{escape(tip)}"><small>{escape(label)}</small>'
        f'<span class="v {kind}">{escape(value)}</span><small>{escape(beside)}</small></div>'
    )


def _came(made: Sheet, zone: str, told: dict[str, str], lang: Lang) -> str:
    """Calls so far; beside them those of half hours that are over, and what was forecast of these."""
    totals = made.totals
    came = sum(line.half.actual or 0 for line in made.lines if line.state != "ahead")
    beside = text("today.fact.came.none", lang)
    if totals.due >= 1:
        change = today_words.percent(totals.came / totals.due - 1)
        over = [line.half.end for line in made.lines if line.state == "over"]
        at = today_words.clock(max(over, default=made.at), zone)
        words = {"came": today_words.calls(totals.came), "due": today_words.calls(totals.due)}
        beside = text("today.fact.came.beside", lang, at=at, change=change, **words)
    return _fact(text("today.fact.came", lang), today_words.calls(came), beside, told["came"])


def _expected(made: Sheet, told: dict[str, str], lang: Lang) -> str:
    totals = made.totals
    ahead = today_words.calls(totals.ahead)
    beside = text("today.fact.expected.beside", lang, ahead=ahead)
    if totals.expected is None:
        beside = text("today.unforeseen.short", lang)
    return _fact(
        text("today.fact.expected", lang), today_words.calls(totals.expected), beside, told["forecast"]
    )


def _now(made: Sheet, zone: str, told: dict[str, str], lang: Lang) -> str:
    """Seats at work this instant and needed in the half hour that runs; while nobody sees the floor "–"."""
    line = made.running
    if line is None:
        return ""
    there, need = made.now, line.half.needed
    gap = None if there is None or need is None else there - need
    value = f"{today_words.seats(there)} / {today_words.seats(need)}"
    beside = text("today.fact.now.beside", lang, gap=today_words.gap(gap))
    act = "act" if made.now_short else ""
    if made.lost is not None:
        act, since = "lost", today_words.clock(made.lost, zone)
        beside = text("today.lost.since", lang, since=since)
    return _fact(text("today.fact.now", lang), value, beside, f"{told['present']} {told['needed']}", act)


def _short(made: Sheet, zone: str, told: dict[str, str], lang: Lang) -> str:
    """How many half hours lack seats from now on, and the worst."""
    missing = [line for line in made.lines if line.act]
    now, later = (
        [line.gap is not None for line in made.lines if line.state == state] for state in ("running", "ahead")
    )
    if later and not any(later) and any(now):
        value, beside = f"{len(missing)}", text("today.fact.short.now", lang)
    elif not any(now + later):
        value, beside = "–", text("today.fact.short.unknown", lang)
    elif missing:
        worst = min(missing, key=lambda line: line.gap or 0.0)
        at, gap = today_words.clock(worst.half.start, zone), today_words.gap(worst.gap)
        value, beside = f"{len(missing)}", text("today.fact.short.worst", lang, at=at, gap=gap)
    else:
        value, beside = "0", text("today.fact.short.none", lang)
    return _fact(text("today.fact.short", lang), value, beside, told["gap"])


def _tried(made: Sheet, told: dict[str, str], lang: Lang) -> str:
    totals = made.totals
    value = text("today.hours", lang, h=f"{totals.changed_h:.1f}")
    more = today_words.gap(totals.changed_h - totals.needed_h)
    beside = text("today.fact.if.beside", lang, h=f"{totals.needed_h:.1f}", more=more)
    tip = f"{_said(made.what, lang)} {told['needed']}"
    return _fact(text("today.fact.if", lang), value, beside, tip, "if")


def _said(what: WhatIf, lang: Lang) -> str:
    """What is tried, in words."""
    level = text("today.own", lang) if what.level is None else f"{what.level:.0%}"
    return text("today.if.said", lang, calls=f"{what.volume:.0%}", handle=f"{what.aht:.0%}", level=level)


def _basis(made: Sheet, config: FloorConfig, now: float, lang: Lang) -> str:
    age = max(0, round(now - made.at))
    told = text("today.age", lang, at=today_words.clock(made.at, config.zone), s=age)
    rests = today_words.basis_words(made, config, lang)
    parts = [today_words.day_name(made, lang), rests, told]
    if rests == today_words.unforeseen_words(made, config, lang):  # it stands above already
        parts.remove(rests)
    return " · ".join(map(escape, parts))


def _how(made: Sheet, lang: Lang) -> str:
    rows = (
        f"<b>{escape(name)}</b><span>{escape(words)}</span>"
        for name, words in today_words.formulas(made, lang)
    )
    return f'<div class="td-how">{"".join(rows)}</div>'
