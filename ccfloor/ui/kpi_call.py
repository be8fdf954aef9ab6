"""One call's life: what became of it, a bar of its time, each step, the lines of the journal behind it."""

from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec
import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow, LegRow
from ccfloor.kpi.period import Period, day_of, half_hours
from ccfloor.service import runtime
from ccfloor.store.agent_day import visits_of
from ccfloor.store.queries import BEYOND, CallLife, JournalLine, call_life
from ccfloor.ui import people_kit, qa_by_hand
from ccfloor.ui.history_calls import call_link
from ccfloor.ui.history_words import DASH, lasting, moment, outcome_words
from ccfloor.ui.links import page_address
from ccfloor.ui.people_kit import at_clock
from ccfloor.ui.reveal_kit import number_button
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text, texts

_CSS = """
.kc-facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem;margin:0!important}
.kc-facts :is(dt,dd){padding:0;margin:0!important}
.kc-facts dt{color:var(--ink2)}.kc-facts dd{margin:0}
.kc-bar{display:flex;height:1.5rem;margin:.5rem 0;background:var(--raise)}.kc-bar span{min-width:2px}
.kc-wait{background:var(--rule)}.kc-ring{background:var(--inv)}.kc-talk{background:var(--contact)}
.kc-hold{background:var(--busy)}.kc-acw{background:var(--after)}
.kc-key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.8125rem}
.kc-key span::before{content:'';display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem}
.kc-key .w::before{background:var(--rule)}
.kc-key .r::before{background:var(--inv);outline:1px solid var(--rule)}
.kc-key .t::before{background:var(--contact)}.kc-key .h::before{background:var(--busy)}
.kc-key .a::before{background:var(--after)}
"""
# The event's fields that say something to a reader, in the order in which they are told.
_TOLD = (
    *("queue", "seat", "agent", "number", "name", "outcome", "by", "result"),
    *("wait_s", "ring_s", "talk_s", "key", "position", "target", "linked"),
)


def show(seen: Look, key: str) -> None:
    """Draw the call of a key, ``<source>-<position>``."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{_CSS}</style>")
    st.header(text("kpi.call", lang), anchor=False)
    service = runtime.service()
    viewer = service.viewer(lang)
    place = _place(key)
    config = service.config
    life = call_life(service.engine, viewer, config, *place) if place else None
    if life is None:
        unknown = "kpi.call.unknown" if viewer.whole else "kpi.call.unknown.mine"
        home = f'<a href="{page_address("kpi", {})}" target="_self">{escape(text("kpi.back_home", lang))}</a>'
        people_kit.piece(f"{escape(text(unknown, lang, call=key[:60]))} {home}", "cp-warn")
        return
    with service.engine.connect() as connection:
        others = visits_of(connection, viewer, config, {life.row.call, life.row.linked} - {""})
    _head(life.row, config, lang)
    number_button((life.row.source, life.row.position), life.row.number, lang)
    if viewer.may(Right.QA_SCORE) and life.row.agent:
        _score_link(life.row, lang)
    if viewer.may(Right.QA_PLAN) and life.row.agent and life.row.final:
        qa_by_hand.show(life.row, lang)
    _bar(life.row, lang)
    st.subheader(text("kpi.call.steps", lang), anchor=False)
    people_kit.piece(_steps(life, config, lang))
    _others(life.row, [row for rows in others.values() for row in rows], config, lang)
    _journal(life.lines, config, lang)


def _score_link(row: CallRow, lang: Lang) -> None:
    """To the scoring of this very call."""
    where = page_address("qa_score", {"call": f"{row.source}-{row.position}"})
    people_kit.piece(f'<a href="{where}" target="_self">{escape(text("qa_score.this_call", lang))}</a>')


def _place(key: str) -> tuple[int, int] | None:
    source, _, position = key.partition("-")
    if len(key) > 40 or not (source.isdecimal() and position.isdecimal()):
        return None
    found = int(source), int(position)
    return found if max(found) < BEYOND else None


# -- what became of it -------------------------------------------------------------------------------


def _head(row: CallRow, config: FloorConfig, lang: Lang) -> None:
    """Who called when, where, what became of it; links to its half hour and its agent."""
    half = next(
        half
        for half in half_hours(config, day_of(config, row.entered_at))
        if half.start <= row.entered_at < half.end
    )
    number = f"{row.number or text('kpi.call.withheld', lang)} {row.name}".strip()
    facts = [
        ("entered", _entered(row, config, half)),
        ("queue", _queue(row, config, half, lang)),
        ("number", escape(number)),
        ("outcome", escape(_became(row, lang))),
        ("agent", _agent(row, config, lang)),
        ("ended_by", escape(_ended(row, config, lang))),
        ("id", escape(row.call)),
    ]
    cells = "".join(
        f"<dt>{escape(text(f'kpi.call.{name}', lang))}</dt><dd>{cell}</dd>" for name, cell in facts
    )
    people_kit.piece(f'<dl class="kc-facts">{cells}</dl>')
    notes = [name for name in ("repaired", "estimated") if getattr(row, name)]
    notes += [] if row.final else ["open"]
    for name in notes:
        st.caption(text(f"kpi.call.note.{name}", lang))


def _queue(row: CallRow, config: FloorConfig, half: Period, lang: Lang) -> str:
    """Its name, linked to its half hour for who may see that."""
    name = escape(queue_label(config, row.queue, lang))
    if runtime.service().viewer().only is not None:
        return name
    where = page_address("kpi", {"period": half.name, "scope": f"queue:{row.queue}"})
    return f'<a href="{where}" target="_self">{name}</a>'


def _entered(row: CallRow, config: FloorConfig, half: Period) -> str:
    """When it came, linked to the calls of that half hour."""
    where = page_address("kpi", {"period": half.name})
    return f'<a href="{where}" target="_self">{escape(moment(row.entered_at, config.zone))}</a>'


def _became(row: CallRow, lang: Lang) -> str:
    words = outcome_words(row, lang)
    if row.outcome is Outcome.ABANDONED and row.wait_ms < row.short_ms:
        words += text("kpi.call.short", lang)
    if row.outcome is Outcome.ANSWERED:
        late = row.wait_ms > row.threshold_ms
        words += text("kpi.call.late" if late else "kpi.call.in_t", lang, t=f"{row.threshold_ms / 1000:g}")
    return words


def _agent(row: CallRow, config: FloorConfig, lang: Lang) -> str:
    if not row.agent:
        return DASH
    day = day_of(config, row.answered_at or row.entered_at).name
    where = page_address("kpi", {"period": day, "scope": f"agent:{row.agent}"})
    name = escape(agent_label(config, row.agent, lang))
    return f'<a href="{where}" target="_self">{name}</a> {escape(row.seat)}'


def _ended(row: CallRow, config: FloorConfig, lang: Lang) -> str:
    if row.ended_by is None:
        return DASH
    name = queue_label(config, row.target, lang) if row.target in config.queues else row.target
    target = f" → {name}" if name else ""
    return text(f"kpi.ended.{row.ended_by.value}", lang) + target


def _bar(row: CallRow, lang: Lang) -> None:
    """Its time as a bar: waiting, ringing, talk, hold, work after the call."""
    ring = min(row.ring_ms, row.wait_ms)
    parts = [
        ("wait", "w", row.wait_ms - ring),
        ("ring", "r", ring),
        ("talk", "t", row.talk_ms),
        ("hold", "h", row.hold_ms),
        ("acw", "a", row.acw_ms),
    ]
    shown = [(name, kind, ms) for name, kind, ms in parts if ms > 0]
    if not shown:
        return
    bars = "".join(f'<span class="kc-{name}" style="flex:{ms}"></span>' for name, _, ms in shown)
    keys = "".join(
        f'<span class="{kind}">{escape(text(f"kpi.time.{name}", lang))} {lasting(ms)}</span>'
        for name, kind, ms in shown
    )
    people_kit.piece(f'<div class="kc-bar" aria-hidden="true">{bars}</div><div class="kc-key">{keys}</div>')


# -- step by step ------------------------------------------------------------------------------------


def _steps(life: CallLife, config: FloorConfig, lang: Lang) -> str:
    rows = sorted(_told(life, config, lang), key=lambda step: (step[0], step[1]))
    body = [
        [
            at_clock(at, config.zone, life.row.entered_at),
            escape(words),
            escape(f"{agent_label(config, agent, lang)} {seat}".strip()) or DASH,
            lasting(ms) if ms is not None else DASH,
        ]
        for at, _, words, agent, seat, ms in rows
    ]
    head = [text(f"kpi.step.{name}", lang) for name in ("at", "what", "who", "lasted")]
    return people_kit.table(head, body)


def _told(
    life: CallLife, config: FloorConfig, lang: Lang
) -> Iterator[tuple[float, int, str, str, str, int | None]]:
    """(instant, order within it, what, agent, seat, milliseconds) of the steps that are stored."""
    row = life.row
    yield row.entered_at, 0, text("kpi.step.entered", lang), "", "", None
    for leg in life.legs:
        yield from _leg(leg, lang)
    if row.left_at and row.outcome not in (Outcome.ANSWERED, Outcome.WAITING):
        yield row.left_at, 4, outcome_words(row, lang), "", "", row.wait_ms
    if row.ended_at and row.outcome is Outcome.ANSWERED:
        yield row.ended_at, 5, _ended(row, config, lang), row.agent, row.seat, row.talk_ms + row.hold_ms
        if row.acw_ms:
            yield (
                row.ended_at + row.acw_ms / 1000,
                6,
                text("kpi.step.acw", lang),
                row.agent,
                row.seat,
                row.acw_ms,
            )


def _leg(leg: LegRow, lang: Lang) -> Iterator[tuple[float, int, str, str, str, int | None]]:
    yield leg.rang_at, 1, text("kpi.step.rang", lang), leg.agent, leg.seat, None
    if leg.answered_at:
        yield leg.answered_at, 3, text("kpi.step.answered", lang), leg.agent, leg.seat, leg.ring_ms
    elif leg.result != "ringing":
        words = text(f"kpi.ring.{leg.result}", lang)
        yield leg.ended_at or leg.rang_at + leg.ring_ms / 1000, 2, words, leg.agent, leg.seat, leg.ring_ms


def _others(row: CallRow, rows: list[CallRow], config: FloorConfig, lang: Lang) -> None:
    """Other visits of the same caller's call: to other queues, before or after a transfer."""
    others = [one for one in rows if (one.source, one.position) != (row.source, row.position)]
    if not others:
        return
    st.subheader(text("kpi.call.others", lang), anchor=False)
    body = [
        [
            call_link((one.source, one.position), at_clock(one.entered_at, config.zone)),
            escape(queue_label(config, one.queue, lang)),
            escape(outcome_words(one, lang)),
            lasting(one.wait_ms),
        ]
        for one in sorted(others, key=lambda one: one.entered_at)
    ]
    head = [text(f"kpi.call.{name}", lang) for name in ("entered", "queue", "outcome", "wait")]
    people_kit.piece(people_kit.table(head, body))


# -- where it comes from -----------------------------------------------------------------------------


def _journal(lines: list[JournalLine], config: FloorConfig, lang: Lang) -> None:
    """Every line of the journal about it, as the sources told it, with its place in them."""
    st.subheader(text("kpi.call.journal", lang), anchor=False)
    if not lines:
        st.caption(text("kpi.call.journal.none", lang))
        return
    body = [
        [
            at_clock(line.at, config.zone, lines[0].at),
            escape(_event(line, lang)),
            escape(_detail(line, lang)),
            escape(f"{line.source} @ {line.position}"),
        ]
        for line in lines
    ]
    head = [text(f"kpi.journal.{name}", lang) for name in ("at", "event", "says", "place")]
    people_kit.piece(people_kit.table(head, body))
    if any(line.source.startswith("queue_log:") for line in lines):
        st.caption(text("kpi.journal.find", lang))


def _event(line: JournalLine, lang: Lang) -> str:
    kind = str(line.event.__struct_config__.tag)
    return texts(lang).get(f"kpi.event.{kind}", kind)


def _detail(line: JournalLine, lang: Lang) -> str:
    """The event's own words; codes and numbers as the switch gave them."""
    fields: dict[str, Any] = msgspec.to_builtins(line.event)
    told = [(name, fields[name]) for name in _TOLD if fields.get(name) not in (None, "", -1)]
    said = (f"{text(f'kpi.field.{name}', lang)} {_plain(name, value, lang)}" for name, value in told)
    return ("，" if lang == "zh" else ", ").join(said)


def _plain(name: str, value: object, lang: Lang) -> str:
    if name in ("outcome", "by", "result"):
        kind = {"outcome": "qh.outcome", "by": "kpi.ended", "result": "kpi.ring"}[name]
        return texts(lang).get(f"{kind}.{value}", str(value))
    if isinstance(value, float):
        return f"{value:g} s" if lang == "en" else f"{value:g} 秒"
    return str(value)
