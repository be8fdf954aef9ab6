"""How advice went: a month's errors by queue and span, the moves of it, and one of them with its figures.

The URL keeps what is shown: ``month`` (2026-11) and ``move``.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date
from ccfloor.service import runtime
from ccfloor.service.staffing.advice_month import AdviceMonth, Judged, MoveWent, advice_month
from ccfloor.staffing.judging import Came, Errors, Level, State
from ccfloor.store.viewer import Viewer
from ccfloor.ui import people_kit
from ccfloor.ui.advice_words import points, sentence, share_text
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, csv_bytes, excel_bytes
from ccfloor.ui.links import address
from ccfloor.ui.scope_words import queue_label, seat_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, listed, text

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MONTHS = 13
_FIGURES = ("service_level", "abandoned", "wait_s")
_SHOWN = 200  # moves on the page; the file has them all


def show(seen: Look) -> None:
    """Draw the page."""
    lang, service = seen.lang, runtime.service()
    st.header(text("page.advice", lang), anchor=False)
    people_kit.dress(seen)
    viewer, months = service.viewer(lang), _months(service.config, service.floor_now())
    month = _asked_month(months)
    st.selectbox(
        text("advice.month", lang), months, index=months.index(month), key="ad-month", on_change=_keep_month
    )
    found = advice_month(service.engine, viewer, service.config, month)
    if not found.moves:
        st.caption(text("advice.month.none", lang))
        return
    _summary(found, lang)
    _queues(found, service.config, lang)
    _one(found, viewer, service.config, lang)
    _moves(found, viewer, service.config, lang)
    _files(found, viewer, service.config, month, lang)


def _months(config: FloorConfig, now: float) -> list[str]:
    """The months that can be chosen, the present one first."""
    today = business_date(config, now)
    return months_before(today.year, today.month, _MONTHS)


def months_before(year: int, month: int, count: int) -> list[str]:
    """So many months up to one, the last first."""
    last = year * 12 + month - 1
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(last, last - count, -1)]


def _asked_month(months: list[str]) -> str:
    asked = str(st.query_params.get("month", ""))
    return asked if asked in months else months[0]


def _keep_month() -> None:
    st.query_params["month"] = str(st.session_state.get("ad-month") or "")
    st.query_params.pop("move", None)


# -- the month -----------------------------------------------------------------------------------------------


def _summary(found: AdviceMonth, lang: Lang) -> None:
    told = [
        text(
            "advice.month.moves", lang, n=len(found.moves), followed=sum(one.followed for one in found.moves)
        ),
        text("advice.month.judged", lang, n=found.states.get(State.JUDGED, 0), of=_spans(found)),
    ]
    for key, errors in (("advice.month.all", found.all), ("advice.month.by_hand", found.by_hand)):
        if errors.service_level.mae is not None:
            told.append(text(key, lang, **_error_words(errors)))
    told += _left_out(found, lang)
    people_kit.piece("<br>".join(map(escape, told)))
    people_kit.piece(f"<small>{escape(text('advice.month.how', lang))}</small>")


def _spans(found: AdviceMonth) -> int:
    """All spans: a move of which nothing was foretold has none."""
    return sum(found.states.values()) - found.states.get(State.UNTOLD, 0)


def _left_out(found: AdviceMonth, lang: Lang) -> Iterator[str]:
    """What the errors leave out, where there is any."""
    if mixed := found.states.get(State.MIXED, 0):
        key = "advice.month.mixed" if found.mixed.service_level.mae is not None else "advice.month.mixed.none"
        yield text(key, lang, **{**_error_words(found.mixed), "n": mixed})
    for state in (State.PARTLY, State.UNTOLD):
        if count := found.states.get(state, 0):
            yield text(f"advice.month.{state}", lang, n=count)


def _error_words(errors: Errors) -> dict[str, object]:
    level, gone = errors.service_level, errors.abandoned
    figures = {"bias": points(level.bias), "mae": points(level.mae).lstrip("+")}
    return {**figures, "gone": points(gone.mae).lstrip("+"), "right": errors.right, "signs": errors.signs}


def _queues(found: AdviceMonth, config: FloorConfig, lang: Lang) -> None:
    if not found.queues:
        st.caption(text("advice.month.nothing", lang))
        return
    rows = [
        [escape(queue_label(config, queue, lang)), *map(escape, _cells(minutes, errors))]
        for (queue, minutes), errors in found.queues.items()
    ]
    people_kit.piece(people_kit.table(_header(lang), rows))


def _header(lang: Lang) -> list[str]:
    names = [text("advice.queue", lang), text("advice.span.minutes", lang), text("advice.spans", lang)]
    for name in _FIGURES:
        label, unit = text(f"moves.effect.{name}", lang), text(f"advice.unit.{name}", lang)
        names += [f"{label} {text(f'advice.{part}', lang)} ({unit})" for part in ("bias", "mae")]
    return [*names, text("advice.held", lang), text("advice.right", lang)]


def _cells(minutes: int, errors: Errors) -> Iterator[str]:
    yield str(minutes)
    yield str(errors.n)
    for name in _FIGURES:
        off, scale = getattr(errors, name), 1.0 if name == "wait_s" else 100.0
        yield points(off.bias, scale)
        yield points(off.mae, scale).lstrip("+")
    level = errors.service_level
    yield share_text(level.held / level.spans if level.spans else None)
    yield f"{errors.right} / {errors.signs}" if errors.signs else "–"


# -- the moves -----------------------------------------------------------------------------------------------


def _moves(found: AdviceMonth, viewer: Viewer, config: FloorConfig, lang: Lang) -> None:
    st.subheader(text("advice.moves", lang), anchor=False)
    header = [text(f"advice.col.{name}", lang) for name in ("at", "seats", "queues", "why", "by", "stands")]
    rows = [_move_row(one, viewer, config, lang) for one in found.moves[:_SHOWN]]
    people_kit.piece(people_kit.table(header, rows))
    if len(found.moves) > _SHOWN:
        st.caption(text("advice.moves.more", lang, n=_SHOWN, of=len(found.moves)))


def _move_row(one: MoveWent, viewer: Viewer, config: FloorConfig, lang: Lang) -> list[str]:
    at = f'<a href="{address({"move": str(one.move.id)})}" target="_self">{_clock(one.move.at, config)}</a>'
    queues = listed((queue_label(config, queue, lang) for queue in one.move.queues), lang)
    by = text("advice.by.advice" if one.followed else "advice.by.hand", lang)
    told = [_seats(one.seats, config, lang), queues, viewer.words(one.move.why), by, _stands(one, lang)]
    return [at, *map(escape, told)]


def _stands(one: MoveWent, lang: Lang) -> str:
    """How its spans stand, each word once."""
    return listed(dict.fromkeys(text(f"advice.state.{row.state}", lang) for row in one.rows), lang)


def _seats(seats: Iterable[str], config: FloorConfig, lang: Lang) -> str:
    return listed((seat_label(config, seat, lang) for seat in seats), lang)


def _clock(at: float, config: FloorConfig) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(config.zone)).strftime("%m-%d %H:%M")


def _one(found: AdviceMonth, viewer: Viewer, config: FloorConfig, lang: Lang) -> None:
    """The move that the URL names, if it is one of these."""
    asked = str(st.query_params.get("move", ""))
    one = next((one for one in found.moves if str(one.move.id) == asked), None)
    if one is None:
        return
    title = text("advice.one", lang, at=_clock(one.move.at, config), seats=_seats(one.seats, config, lang))
    st.subheader(title.replace("[", "\\["), anchor=False)
    said = [viewer.words(one.move.why)]
    if one.advice is not None:
        said.append(sentence(one.advice.reason, config, lang))
    people_kit.piece("<br>".join(escape(words) for words in said))
    header = [
        text(f"advice.col.{name}", lang)
        for name in ("queue", "span", "figure", "before", "after", "came", "off")
    ]
    rows = [row for judged in one.rows for row in _figures(judged, config, lang)]
    people_kit.piece(people_kit.table(header, rows))
    people_kit.piece(
        f'<a href="{address({"move": ""})}" target="_self">{escape(text("advice.one.close", lang))}</a>'
    )


def _figures(row: Judged, config: FloorConfig, lang: Lang) -> Iterator[list[str]]:
    head = [queue_label(config, row.queue, lang) if row.queue else "–", str(row.minutes or "–")]
    if row.told is None:
        yield [*map(escape, (*head, text(f"advice.state.{row.state}", lang))), "–", "–", "–", "–"]
        return
    for name in _FIGURES:
        before, after = (_value(level, name) for level in (row.told.before, row.told.after))
        real = getattr(row.came or Came(), name)
        off = after - real if after is not None and real is not None else None
        scale = 1.0 if name == "wait_s" else 100.0
        came = _said(real, name) if row.came is not None else text(f"advice.state.{row.state}", lang)
        if row.state == State.MIXED:
            came = f"{came} ({text('advice.state.mixed', lang)})"
        figures = [text(f"moves.effect.{name}", lang), _said(before, name), _span(row.told.after, name)]
        yield [escape(words) for words in (*head, *figures, came, points(off, scale))]


def _value(level: Level, name: str) -> float | None:
    told = getattr(level, name)
    return None if told is None else float(told.value)


def _span(level: Level, name: str) -> str:
    told = getattr(level, name)
    if told is None or told.low is None or told.high is None:
        return _said(_value(level, name), name)
    return f"{_said(told.value, name)} ({_said(told.low, name)}–{_said(told.high, name)})"


def _said(value: float | None, name: str) -> str:
    return share_text(value) if name != "wait_s" else "–" if value is None else f"{value:.0f} s"


# -- as files ------------------------------------------------------------------------------------------------


def _files(found: AdviceMonth, viewer: Viewer, config: FloorConfig, month: str, lang: Lang) -> None:
    header, rows = (
        [text(f"advice.file.{name}", lang) for name in _FILE],
        list(cells(found, config, viewer.words, lang)),
    )
    name = f"ccfloor-{config.site}-advice-{month}"
    with st.container(horizontal=True):
        excel = partial(excel_bytes, f"{text('page.advice', lang)} {month}", header, rows)
        download(text("today.excel", lang), excel, f"{name}.xlsx", EXCEL, key="ad-excel")
        plain = partial(csv_bytes, header, rows)
        download(text("today.csv", lang), plain, f"{name}.csv", "text/csv", key="ad-csv")


_FILE = (
    *("at", "move", "seats", "queues", "why", "by", "queue", "span", "state"),
    *(f"{figure}_{part}" for figure in _FIGURES for part in ("before", "after", "low", "high", "came")),
)


def cells(
    found: AdviceMonth, config: FloorConfig, words: Callable[[str], str], lang: Lang
) -> Iterator[list[Cell]]:
    """One row a move, queue and span: numbers as numbers, shares 0..1."""
    for one in found.moves:
        by = text("advice.by.advice" if one.followed else "advice.by.hand", lang)
        queues = listed((queue_label(config, queue, lang) for queue in one.move.queues), lang)
        at = datetime.fromtimestamp(one.move.at, ZoneInfo(config.zone)).replace(tzinfo=None)
        head: list[Cell] = [at, one.move.id, _seats(one.seats, config, lang), queues, words(one.move.why), by]
        for row in one.rows:
            state = text(f"advice.state.{row.state}", lang)
            yield [*head, row.queue, row.minutes or None, state, *_numbers(row)]


def _numbers(row: Judged) -> Iterator[Cell]:
    for name in _FIGURES:
        after = getattr(row.told.after, name) if row.told is not None else None
        yield _value(row.told.before, name) if row.told is not None else None
        yield from (None, None, None) if after is None else (after.value, after.low, after.high)
        yield getattr(row.came, name) if row.came is not None else None
