"""From queue to queue: who is handed on or flows out, how many of how many, and how long they wait again."""

from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from ccfloor.floor.metrics import ratio
from ccfloor.service import runtime
from ccfloor.store.queue_history import range_counts
from ccfloor.store.queue_moves import MOST, Move, Pair, moves, pairs
from ccfloor.ui import people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.history_calls import call_link
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked
from ccfloor.ui.history_words import DASH, lasting, moment, share
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, as_written, text

_SHOWN = 200
_HEAD = ("from", "to", "n", "transfers", "flows", "of_answered", "waits", "answered")
_SHEET = (*_HEAD[:-2], "waits_s", "answered")
_LIST = ("entered", "from", "to", "kind", "agent", "number", "again")


def show(asked: Asked) -> None:
    """Draw a row a pair of queues; the pair that the URL opens with its calls."""
    lang, service = asked.lang, runtime.service()
    found = moves(service.engine, service.viewer(lang), service.config, asked.queue, asked.of)
    if not found.found:
        st.caption(text("qh.moves.none", lang))
        return
    if found.cut:
        st.warning(text("qh.moves.cut", lang, n=f"{MOST:,}"))
    counted = pairs(found.found)
    answered = _answered(asked)
    people_kit.piece(escape(text("qh.moves.said", lang)))
    people_kit.piece(_table(counted, answered, asked))
    opened = str(st.query_params.get("pair", ""))
    shown = [move for move in found.found if _pair_word(move.queue, move.to) == opened]
    if shown:
        _list(shown, asked)
    file = f"ccfloor-{service.config.site}-transfers-{asked.of.name}.xlsx"
    make = partial(_excel, counted, answered, found.found, lang)
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-moves-excel")


def _answered(asked: Asked) -> dict[str, float]:
    """Answered calls of each queue: what its transfers are a share of."""
    service = runtime.service()
    told = range_counts(service.engine, service.viewer(asked.lang), service.config, asked.queue, asked.of)
    return {queue: one.get("queue.answered", 0) for queue, one in told.items()}


def _pair_word(start: str, to: str) -> str:
    return f"{start}>{to}"


def _name(queue: str, lang: Lang) -> str:
    if not queue:
        return text("qh.moves.outside", lang)
    return queue_label(runtime.service().config, queue, lang)


def _order(counted: Mapping[tuple[str, str], Pair]) -> list[tuple[tuple[str, str], Pair]]:
    return sorted(counted.items(), key=lambda item: (-item[1].n, item[0]))


def _table(counted: Mapping[tuple[str, str], Pair], answered: Mapping[str, float], asked: Asked) -> str:
    rows, lang = [], asked.lang
    for (start, to), pair in _order(counted):
        link = f'<a href="{asked.address({"pair": _pair_word(start, to)})}" target="_self">{pair.n:,}</a>'
        told = [escape(str(cell)) for cell in _told(start, to, pair, answered, lang)]
        rows.append([*told[:2], link, *told[3:]])
    return people_kit.table([text(f"qh.moves.{name}", lang) for name in _HEAD], rows)


def _figures(start: str, pair: Pair, answered: Mapping[str, float]) -> list[float | None]:
    """Calls, by a seat, unanswered, share of the answered, seconds waited again, share answered there.

    The wait is a sum over a number, never a mean of means.
    """
    of_answered = ratio(pair.transfers, answered.get(start, 0)) if pair.transfers else None
    waited = ratio(pair.wait_ms / 1000, pair.known)
    return [
        pair.n,
        pair.transfers,
        pair.n - pair.transfers,
        of_answered,
        waited,
        ratio(pair.answered, pair.known),
    ]


def _told(start: str, to: str, pair: Pair, answered: Mapping[str, float], lang: Lang) -> list[str]:
    """A pair in words."""
    n, transfers, flows, of_answered, waited, there = _figures(start, pair, answered)
    counts = (f"{value:,}" if value else DASH for value in (n, transfers, flows))
    again = lasting(None if waited is None else waited * 1000)
    return [_name(start, lang), _name(to, lang), *counts, share(of_answered), again, share(there)]


def _list(shown: list[Move], asked: Asked) -> None:
    lang = asked.lang
    config = runtime.service().config
    first = shown[0]
    title = text("qh.moves.title", lang, start=_name(first.queue, lang), to=_name(first.to, lang))
    st.subheader(as_written(title), anchor="pair")
    close = text("qh.close", lang)
    people_kit.piece(f'<a href="{asked.address({"pair": ""})}" target="_self">{escape(close)}</a>')
    rows = []
    for move in shown[:_SHOWN]:
        line = [escape(str(cell)) for cell in _line(move, lang)]
        again = call_link(move.next_key, lasting(move.next_wait_ms)) if move.next_key else DASH
        rows.append([call_link(move.key, moment(move.at, config.zone)), *line[1:-1], again])
    people_kit.piece(people_kit.table([text(f"qh.moves.{name}", lang) for name in _LIST], rows))
    if len(shown) > _SHOWN:
        st.caption(text("qh.cell.latest", lang, n=_SHOWN, all=len(shown)))


def _line(move: Move, lang: Lang) -> list[Cell]:
    config = runtime.service().config
    outside = f"{_name('', lang)} {move.target}".strip() if not move.to else _name(move.to, lang)
    return [
        moment(move.at, config.zone),
        _name(move.queue, lang),
        outside,
        text(f"qh.moves.kind.{move.kind}", lang),
        agent_label(config, move.agent, lang) if move.agent else DASH,
        move.number or DASH,
        lasting(move.next_wait_ms) if move.next_key else DASH,
    ]


def _excel(
    counted: Mapping[tuple[str, str], Pair], answered: Mapping[str, float], found: list[Move], lang: Lang
) -> bytes:
    told = [
        [_name(start, lang), _name(to, lang), *_figures(start, pair, answered)]
        for (start, to), pair in _order(counted)
    ]
    lines = [_line(move, lang) for move in found]
    return book_bytes(
        [
            (text("qh.view.moves", lang), [text(f"qh.moves.{name}", lang) for name in _SHEET], told),
            (text("qh.moves.calls", lang), [text(f"qh.moves.{name}", lang) for name in _LIST], lines),
        ]
    )
