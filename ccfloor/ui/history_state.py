"""What the queue history shows, read from the URL and kept there, so that a link opens the same view.

``from``, ``to``: business days; ``scope``: ``queue:ID`` or nothing; ``view``, ``metric``, ``sl``, ``within``:
what is drawn; ``cell``, ``pair``: what is opened below it. ``month`` or ``period`` of another page is
understood where no days are given.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.metrics import SL_VARIANTS
from ccfloor.kpi.callers import WINDOWS
from ccfloor.kpi.period import Period, business_date, period
from ccfloor.kpi.scope import SITE, Scope, scope
from ccfloor.kpi.week import dates
from ccfloor.service import runtime
from ccfloor.store.queue_history import queues_seen, seen_days
from ccfloor.ui.links import address
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text

VIEWS = ("heat", "waits", "callers", "repeats", "moves", "variants")
METRICS = ("volume", "service_level", "abandon_rate")
WEEKS_DAYS = 28
MOST_DAYS = 366
_OPENED = ("cell", "pair")  # what belongs to one view of one range


class Asked(NamedTuple):
    """``of``: the days ``first`` to ``last``; ``queue`` empty: all; ``variant`` empty: the one in force.

    ``first_at``: when anything was stored first; ``now``: the floor's own time (UTC epoch seconds).
    """

    of: Period
    first: date
    last: date
    queue: str
    view: str
    variant: str
    lang: Lang
    first_at: float
    now: float

    @property
    def scope(self) -> Scope:
        """Whose figures."""
        return Scope("queue", self.queue) if self.queue else SITE

    def value(self, name: str, known: tuple[str, ...]) -> str:
        """A parameter of the URL that is one of these words; the first where it is none of them."""
        return one_of(str(st.query_params.get(name, "")), known)

    def address(self, changed: Mapping[str, str]) -> str:
        """This view's address with some parameters changed; it names the days, so tomorrow it opens the same.

        The page never writes them into the browser's address by itself: a page that does so while it is
        being drawn takes away what a quick Back has just brought.
        """
        return address({"from": self.first.isoformat(), "to": self.last.isoformat(), **changed})


def one_of(word: str, known: tuple[str, ...]) -> str:
    """The word if it is known, else the first known one."""
    return word if word in known else known[0]


def controls(lang: Lang) -> Asked | None:
    """Draw the choice of days, queue and view; what is asked for. None where nothing is stored yet."""
    service = runtime.service()
    config, viewer, now = service.config, service.viewer(lang), service.floor_now()
    seen = seen_days(service.engine, viewer)
    if seen is None:
        return None
    first, last = _range(config, seen, now)
    named = [name for name in config.queues if viewer.sees_queue(name)]
    queues = ("", *dict.fromkeys((*named, *queues_seen(service.engine, viewer))))
    queue = one_of(asked_queue(), queues)
    left, middle, right = st.columns([3, 3, 4], vertical_alignment="bottom")
    with left:
        _days(config, first, last, now, lang)
    with middle:
        _pick("scope", queues, queue, lang, lambda name: _name(config, name, lang), _scope_word)
    with right:
        _variant(lang)
    view = _views(lang)
    variant = str(st.query_params.get("sl", ""))
    return Asked(
        dates(config, first, last),
        first,
        last,
        queue,
        view,
        variant if variant in SL_VARIANTS else "",
        lang,
        seen[0],
        now,
    )


def segments(name: str, words: tuple[str, ...], label: str, lang: Lang) -> str:
    """One of a few words, kept in the URL under ``name``; texts are ``qh.<name>.<word>``."""
    now = one_of(str(st.query_params.get(name, "")), words)
    picked = st.segmented_control(
        label,
        words,
        default=now,
        required=True,
        format_func=lambda word: text(f"qh.{name}.{word}", lang),
        key=f"qh-{name}",
        on_change=_keeps(f"qh-{name}", name),
        label_visibility="collapsed",
    )
    return str(picked or now)


def window(lang: Lang) -> str:
    """Within which time a caller counts as having called again."""
    return segments("within", tuple(WINDOWS), text("qh.within", lang), lang)


# -- days --------------------------------------------------------------------------------------------


def _range(config: FloorConfig, seen: tuple[float, float], now: float) -> tuple[date, date]:
    """The days the URL names, at most a year; else the last four whole weeks with data."""
    asked = _asked_days(config)
    if asked is not None:
        first, last = asked
        return max(first, last - timedelta(days=MOST_DAYS - 1)), last
    today = business_date(config, now)
    begun, latest = business_date(config, seen[0]), business_date(config, seen[1])
    last = latest if begun == today else min(latest, today - timedelta(days=1))
    return last - timedelta(days=WEEKS_DAYS - 1), last


def _asked_days(config: FloorConfig) -> tuple[date, date] | None:
    asked = st.query_params
    try:
        first, last = date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])
        dates(config, first, last)
        return (first, last) if first <= last else (last, first)
    except (KeyError, ValueError, OverflowError):
        pass
    for name in ("period", "month"):
        try:
            found = period(config, asked.get(name, ""))
        except ValueError:
            continue
        if found.part != "halfhour":
            return found.day, business_date(config, found.end - 1)
        return found.day, found.day
    return None


def _days(config: FloorConfig, first: date, last: date, now: float, lang: Lang) -> None:
    today = business_date(config, now)
    st.date_input(
        text("qh.days", lang),
        (first, last),
        max_value=max(today, last),
        format="YYYY-MM-DD",
        key="qh-days",
        on_change=_keep_days,
    )


def _keep_days() -> None:
    picked = st.session_state.get("qh-days")
    if isinstance(picked, tuple) and len(picked) == 2:
        st.query_params["from"], st.query_params["to"] = (day.isoformat() for day in picked)
        _close()


# -- the rest ----------------------------------------------------------------------------------------


def asked_queue() -> str:
    """The queue that the URL names; "" for none."""
    try:
        found = scope(str(st.query_params.get("scope", "")))
    except ValueError:
        return ""
    return found.name if found.kind == "queue" else ""


def _scope_word(queue: str) -> str:
    return str(Scope("queue", queue)) if queue else ""


def _name(config: FloorConfig, queue: str, lang: Lang) -> str:
    return queue_label(config, queue, lang) if queue else text("qh.all", lang)


def _variant(lang: Lang) -> None:
    words = ("", *SL_VARIANTS)
    now = one_of(str(st.query_params.get("sl", "")), words)
    _pick("sl", words, now, lang, lambda word: text(f"qh.sl.{word}" if word else "qh.sl.in_force", lang), str)


def _views(lang: Lang) -> str:
    return segments("view", VIEWS, text("qh.view", lang), lang)


def _pick(
    name: str,
    options: tuple[str, ...],
    now: str,
    lang: Lang,
    words: Callable[[str], str],
    kept: Callable[[str], str],
) -> None:
    key = f"qh-{name}"
    st.selectbox(
        text(f"qh.{name}", lang),
        options,
        index=options.index(now),
        format_func=words,
        key=key,
        on_change=_keeps(key, name, kept),
    )


def _keeps(key: str, name: str, word: Callable[[str], str] = str) -> Callable[[], None]:
    """A callback that writes what was picked into the URL; what was opened below is closed."""

    def call() -> None:
        picked = word(str(st.session_state.get(key) or ""))
        if picked:
            st.query_params[name] = picked
        else:
            st.query_params.pop(name, None)
        if name != "metric":
            _close()

    return call


def _close() -> None:
    for name in _OPENED:
        st.query_params.pop(name, None)
