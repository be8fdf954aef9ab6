"""What the QA pages are asked for, read from the URL and kept there, so that a link opens the same view.

``period`` (or ``month``): 2026-11, 2026-W47, 2026-11-22, 2026; ``scope``; ``form``; ``view``; ``reviewer``;
``agent``; ``forms`` (all, fatal, failed), ``bin``, ``item``: which forms are listed.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, ahead, back, day_of, month_of, period, week_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.service import runtime
from ccfloor.service.qa.drill import Which
from ccfloor.service.qa.overview import Asked
from ccfloor.service.subjects import stored_queues, subjects
from ccfloor.ui import people_kit
from ccfloor.ui.texts import Lang, text

VIEWS = ("overview", "reviewers", "people", "forms")
ONLY = ("all", "fatal", "failed")
T = TypeVar("T")
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)  # that a calendar offers


class State(NamedTuple):
    """What the URL asks for. ``which``: the forms that are listed."""

    asked: Asked
    view: str
    which: Which


def asked(name: str) -> str:
    """A parameter of the URL."""
    return str(st.query_params.get(name, ""))


def one_of(word: str, known: Sequence[str]) -> str:
    """The word if it is known, else the first known one."""
    return word if word in known else known[0]


def state(forms: Sequence[str]) -> State:
    """What the URL asks for; what it names and is not there is left out. Raises ValueError with a sentence
    for a period that there is not.
    """
    config = runtime.service().config
    name = asked("period") or asked("month")
    of = period(config, name) if name else month_of(config, runtime.service().floor_now())
    if of.part == "halfhour":
        of = day_of(config, of.start)
    back(config, of)  # what it is compared with: before the calendar's first year there is nothing
    form = asked("form") if asked("form") in forms else ""
    told = Asked(of, _scope(), form)
    return State(told, one_of(asked("view"), VIEWS), _which())


def _scope() -> Scope:
    try:
        return read_scope(asked("scope"))
    except ValueError:
        return SITE


def _which() -> Which:
    only, lowest = asked("forms"), asked("bin")
    form, _, item = asked("item").partition("/")
    return Which(
        asked("agent"),
        asked("reviewer"),
        only if only in ONLY[1:] else "",
        int(lowest) // 5 * 5 if lowest.isdecimal() and int(lowest) < 100 else None,
        form if item else "",
        item,
    )


def scopes(now: Scope) -> list[Scope]:
    """What can be asked for: all that is in sight, teams, queues, and what is asked now."""
    service = runtime.service()
    viewer = service.viewer()
    teams = [one for one in subjects(service, viewer) if one.kind == "team"]
    named = [name for name in service.config.queues if viewer.sees_queue(name)]
    queues = dict.fromkeys([*named, *stored_queues(service.engine, viewer)])
    return list(dict.fromkeys([SITE, *teams, *(Scope("queue", name) for name in queues), now]))


def lengths(config: FloorConfig, of: Period, now: float) -> list[Period]:
    """The year, the month, the week and the day at the end of a period, as far as it has come."""
    at = max(of.start, min(of.end, now) - 1)
    year = period(config, month_of(config, at).name[:4])
    return [year, month_of(config, at), week_of(config, at), day_of(config, at)]


def after(config: FloorConfig, of: Period, now: float) -> Period | None:
    """The period after this one, once it has begun."""
    return ahead(config, of) if of.end <= now else None


def pick(
    name: str,
    label: str,
    options: Sequence[T],
    now: T,
    said: Callable[[T], str],
    word: Callable[[T], str],
    width: int = 260,
) -> None:
    """A list of which one is in the URL under ``name``."""
    key = f"qa-{name}"
    st.session_state[key] = now

    def keep() -> None:
        found = word(st.session_state[key])
        if found:
            st.query_params[name] = found
        else:
            st.query_params.pop(name, None)

    st.selectbox(label, options, format_func=said, key=key, on_change=keep, width=people_kit.wide(width))


def day(name: str, label: str, now: date, latest: date | None = None) -> None:
    """A day that is in the URL under ``name``, never after ``latest``."""
    key = f"qa-day-{name}"
    st.session_state[key] = now

    def keep() -> None:
        found = st.session_state[key]
        if isinstance(found, date):
            st.query_params[name] = found.isoformat()

    st.date_input(
        label,
        min_value=min(now, _FIRST),
        max_value=latest or max(now, _LAST),
        format="YYYY-MM-DD",
        key=key,
        on_change=keep,
        width=people_kit.wide(180),
    )


def segments(name: str, words: Sequence[str], lang: Lang) -> str:
    """One of a few words, kept in the URL; the texts are ``qa.<name>.<word>``."""
    now = one_of(asked(name), words)
    _segmented(name, f"qa-seg-{name}", words, now, text(f"qa.{name}", lang), f"qa.{name}", lang)
    return now


def view(offered: Sequence[str], part: str, label: str, lang: Lang, default: str = "") -> str:
    """Which part of a page is shown, kept in the URL under ``view``; the texts are ``<part>.<word>``."""
    found = asked("view")
    now = found if found in offered else default or offered[0]
    _segmented("view", f"qa-view-{part}", offered, now, label, part, lang)
    return now


def _segmented(
    name: str, key: str, words: Sequence[str], now: str, label: str, texts: str, lang: Lang
) -> None:
    """A row of words of which one is on; a choice is kept in the URL under ``name``."""
    st.session_state[key] = now

    def keep() -> None:
        st.query_params[name] = str(st.session_state[key] or now)

    st.segmented_control(
        label,
        words,
        required=True,
        format_func=lambda word: text(f"{texts}.{word}", lang),
        key=key,
        on_change=keep,
        label_visibility="collapsed",
    )
