"""What the trends page shows, read from the URL and kept there, so that a link opens the same view.

``scope`` (agent:…, team:…, site), ``kpi``, ``by`` (day, week, month), ``from``, ``to``: business days;
``rules``, ``base``: how limits are set and judged; ``view``: what is drawn; ``with``: who is compared;
``day``, ``hour``: the day line. ``month`` or ``period`` of another page is understood where no days are
given.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from html import escape
from typing import NamedTuple, TypeVar, cast

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import Part, business_date, date_of, period
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.kpi.spc import RULES, RuleSet
from ccfloor.service import runtime
from ccfloor.service.agent_trend import BACK_DAYS, BASES, PARTS, Asked, kpis_of
from ccfloor.service.subjects import subjects
from ccfloor.store.viewer import Viewer
from ccfloor.ui import beyond, people_kit
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_words import scope_label

VIEWS = ("trend", "compare", "team", "day", "handle")
OWN_VIEWS = ("trend", "day", "handle")  # that show nobody else
FIRST_KPI = "aht"
_FIRST = date(1900, 1, 1)  # no floor is older, and a step back from here still is a day
T = TypeVar("T")
_BELOW = ("hour",)  # what belongs to one day of one agent


class State(NamedTuple):
    """What the URL asks for. ``scopes``: everybody who could be asked for."""

    scope: Scope
    scopes: list[Scope]
    kpi: Kpi
    part: Part
    first: date
    last: date
    rules: RuleSet
    base: str
    view: str
    today: date
    lang: Lang

    @property
    def asked(self) -> Asked:
        """The same for the service."""
        return Asked(self.kpi.id, self.part, self.first, self.last, self.rules, self.base)


def controls(lang: Lang) -> State | None:
    """Draw the choices; what is asked for. None where nobody is known, or for this viewer; it says which."""
    service = runtime.service()
    config, today = service.config, business_date(service.config, service.floor_now())
    viewer = service.viewer(lang)
    scopes = subjects(service, viewer)
    refused = _beyond(viewer, scopes)
    if refused is not None:
        beyond.tell(viewer, refused, lang, {"scope": ""})
        return None
    if not scopes:
        st.caption(text("trend.nobody", lang))
        return None
    scope = _scope(scopes)
    views = VIEWS if viewer.only is None else OWN_VIEWS
    view = one_of(asked("view"), views)
    kpis = kpis_of(service, scope.kind)
    known = {one.id: one for one in kpis}
    kpi = known.get(asked("kpi"), known.get(FIRST_KPI, kpis[0]))
    part = cast(Part, one_of(asked("by"), cast(Sequence[str], PARTS)))
    first, last = _range(config, part, today)
    _row(lang, config, scopes, scope, kpis, kpi, first, last, today)
    segments("view", views, lang, collapsed=True)
    if asked("view") in VIEWS and asked("view") not in views:
        name = text(f"trend.view.{asked('view')}", lang)
        people_kit.piece(escape(text("trend.view.beyond", lang, view=name)), "cp-warn")
    rules = cast(RuleSet, one_of(asked("rules"), tuple(RULES)))
    return State(
        scope, scopes, kpi, part, first, last, rules, one_of(asked("base"), BASES), view, today, lang
    )


def asked(name: str, default: str = "") -> str:
    """A parameter of the URL."""
    return str(st.query_params.get(name, default))


def one_of(word: str, known: Sequence[str]) -> str:
    """The word if it is known, else the first known one."""
    return word if word in known else known[0]


def day_asked(config: FloorConfig, today: date) -> date:
    """The day of the day line; without one the last of the range, at most today."""
    try:
        found = date.fromisoformat(asked("day"))
        period(config, found.isoformat())
    except (ValueError, OverflowError):
        return today
    return min(found, today)


# -- the row of choices ------------------------------------------------------------------------------


def _row(
    lang: Lang,
    config: FloorConfig,
    scopes: list[Scope],
    scope: Scope,
    kpis: list[Kpi],
    kpi: Kpi,
    first: date,
    last: date,
    today: date,
) -> None:
    who, what, days, by = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
    with who:
        pick("scope", scopes, scope, lambda one: scope_label(config, one, lang), lang, word=str)
    with what:
        name = (lambda one: one.zh) if lang == "zh" else (lambda one: one.en)
        pick("kpi", kpis, kpi, name, lang, word=lambda one: one.id)
    with days:
        _days(first, last, today, lang)
    with by:
        segments("by", cast(Sequence[str], PARTS), lang)


def pick(
    name: str,
    options: Sequence[T],
    now: T,
    label: Callable[[T], str],
    lang: Lang,
    *,
    word: Callable[[T], str],
) -> None:
    """A list of which one is in the URL under ``name``."""
    key = f"tr-{name}"
    st.session_state[key] = now

    def keep() -> None:
        st.query_params[name] = word(st.session_state[key])
        _close()

    st.selectbox(text(f"trend.{name}", lang), options, format_func=label, key=key, on_change=keep)


def segments(name: str, words: Sequence[str], lang: Lang, *, collapsed: bool = False) -> str:
    """One of a few words, kept in the URL; the texts are ``trend.<name>.<word>``."""
    key, now = f"tr-{name}", one_of(asked(name), words)
    st.session_state[key] = now

    def keep() -> None:
        st.query_params[name] = str(st.session_state[key] or now)
        _close()

    st.segmented_control(
        text(f"trend.{name}", lang),
        words,
        required=True,
        format_func=lambda word: text(f"trend.{name}.{word}", lang),
        key=key,
        on_change=keep,
        label_visibility="collapsed" if collapsed else "visible",
    )
    return now


def _close() -> None:
    for name in _BELOW:
        st.query_params.pop(name, None)


def _beyond(viewer: Viewer, scopes: list[Scope]) -> Scope | None:
    """What the URL asks for beyond the rights of who sees a part of the site; None where it does not."""
    try:
        found = read_scope(asked("scope"))
    except ValueError:
        return None
    limited = not viewer.whole and (bool(asked("scope")) or viewer.only == frozenset())
    return found if limited and found not in scopes else None


def _scope(scopes: list[Scope]) -> Scope:
    """Whom the URL names; the first team where it names nobody known."""
    try:
        found = read_scope(asked("scope"))
    except ValueError:
        return scopes[0]
    return found if found in scopes and asked("scope") else scopes[0]


# -- days --------------------------------------------------------------------------------------------


def _range(config: FloorConfig, part: Part, today: date) -> tuple[date, date]:
    """The days the URL names, else so many back from today as suit the steps."""
    try:
        first, last = date.fromisoformat(asked("from")), date.fromisoformat(asked("to"))
        if min(first, last) < _FIRST:
            raise ValueError(first)
        period(config, first.isoformat()), period(config, last.isoformat())
        return (first, last) if first <= last else (last, first)
    except (ValueError, OverflowError):
        pass
    last = _named(config) or today
    return last - timedelta(days=BACK_DAYS[part]), last


def _named(config: FloorConfig) -> date | None:
    """The last day of the period or month that another page named."""
    for name in ("period", "month"):
        try:
            found = period(config, asked(name))
        except ValueError:
            continue
        last = business_date(config, found.end - 1)
        return last if last > _FIRST + timedelta(days=400) else None
    return None


def _days(first: date, last: date, today: date, lang: Lang) -> None:
    key = "tr-days"
    picked = st.session_state.get(key)
    if not isinstance(picked, tuple) or len(picked) == 2:
        st.session_state[key] = (first, last)

    def keep() -> None:
        found = st.session_state[key]
        if isinstance(found, tuple) and len(found) == 2:
            st.query_params["from"], st.query_params["to"] = (day.isoformat() for day in found)

    st.date_input(
        text("trend.days", lang),
        max_value=max(today, last),
        min_value=min(first, date_of(20000101)),
        format="YYYY-MM-DD",
        key=key,
        on_change=keep,
    )
