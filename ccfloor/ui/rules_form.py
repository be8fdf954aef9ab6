"""The form that edits a rule: a widget for every number, text, item of the checklist and whom to tell.

It edits plain values (the rule as a tree) and judges nothing: what is wrong is told by the same checks that
a file goes through. What a form does not show (scope, metric, plan) is kept as it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import streamlit as st

from ccfloor.floor.seats import PauseReason
from ccfloor.rules.checks import ROLES
from ccfloor.rules.model import Rule
from ccfloor.rules.reading import read_condition
from ccfloor.rules.signals import METRICS
from ccfloor.ui.rules_words import said, seconds_of, span
from ccfloor.ui.texts import Lang, text, texts

Tree = dict[str, Any]
SEVERITIES = ("info", "warn", "alarm")
SOUNDS = ("none", "once", "repeat")
KINDS = ("strict", "forgive", "share", "mean", "within")
ORDERS = ("none", "forbid", "on_queue")


class Filled(NamedTuple):
    """What the form holds, and entries that are no value at all."""

    tree: Tree
    wrong: list[str]


class _Form:
    """Widgets with keys of one rule; ``wrong`` gathers what cannot be read."""

    def __init__(self, key: str, lang: Lang) -> None:
        self.key, self.lang = key, lang
        self.wrong: list[str] = []

    def word(self, name: str) -> str:
        return text(f"rules.field.{name}", self.lang)

    def at(self, *name: object) -> str:
        return ":".join([self.key, *map(str, name)])

    def span(self, name: str, seconds: float) -> float:
        label = self.word(name)
        hint = text("rules.form.span_help", self.lang)
        shown = span(seconds, self.lang)
        value = st.text_input(label, shown, key=self.at(name), help=hint)
        return self.read(label, value, shown, seconds)

    def read(self, label: str, value: str, shown: str, seconds: float) -> float:
        """The length of time somebody wrote; as it was where nothing (or nothing sensible) is written."""
        found = seconds if value == shown else seconds_of(value)
        if found is None:
            self.wrong.append(text("rules.form.bad_span", self.lang, field=label, value=value))
        return seconds if found is None else found

    def line(self, name: str, value: str, key: str = "", area: bool = False) -> str:
        widget = st.text_area if area else st.text_input
        return str(widget(self.word(name), value, key=self.at(key or name)))

    def number(self, name: str, value: float, unit: str = "") -> float:
        if unit == "seconds":
            return self.span(name, value)
        if unit == "share":
            percent = round(value * 100, 6)
            shown = st.number_input(
                f"{self.word(name)} · %", -100.0, 100.0, percent, 1.0, "%g", key=self.at(name)
            )
            return round(float(shown) / 100, 8)
        return float(st.number_input(self.word(name), None, None, float(value), 1.0, "%g", key=self.at(name)))

    def choice(self, name: str, options: Sequence[Any], value: Any, words: dict[Any, str]) -> Any:
        index = options.index(value) if value in options else 0
        label = self.word(name)
        return st.selectbox(label, options, index, lambda option: words[option], key=self.at(name))

    def several(
        self, label: str, options: Iterable[str], value: Sequence[str], key: str, words: str
    ) -> list[str]:
        known = sorted({*options, *value})
        shown = texts(self.lang)
        return list(
            st.multiselect(
                label,
                known,
                list(value),
                lambda name: shown.get(f"{words}.{name}", name),
                key=self.at(key),
                placeholder="–",
            )
        )


def fill(rule: Rule, key: str, lang: Lang, channels: Iterable[str]) -> Filled:
    """Draw the form for a rule. ``key`` begins the widgets' keys, ``channels`` may be told."""
    form = _Form(key, lang)
    tree: Tree = rule.model_dump(mode="json")
    names = ("numbers", "texts", "checklist", "tell")
    tabs = st.tabs([text(f"rules.form.{name}", lang) for name in names])
    for tab, part in zip(tabs, (_numbers, _texts, _checklist), strict=False):
        with tab:
            part(form, tree, rule)
    with tabs[-1]:
        _tell(form, tree, channels)
    return Filled(tree, form.wrong)


# -- numbers -------------------------------------------------------------------------------------------


def _numbers(form: _Form, tree: Tree, rule: Rule) -> None:
    left, middle, right = st.columns(3, gap="medium")
    with left:
        tree["enabled"] = st.toggle(form.word("enabled"), tree["enabled"], key=form.at("enabled"))
        _condition(form, tree, rule)
        words = {name: text(f"rules.severity.{name}", form.lang) for name in SEVERITIES}
        tree["severity"] = form.choice("severity", SEVERITIES, tree["severity"], words)
    with middle:
        st.subheader(text("rules.form.hold", form.lang), anchor=False)
        _hold(form, tree["hold"])
        tree["near_s"] = form.span("near", tree["near_s"])
    with right:
        st.subheader(text("rules.form.clear", form.lang), anchor=False)
        _clear(form, tree["clear"], rule)


def _condition(form: _Form, tree: Tree, rule: Rule) -> None:
    st.caption(text("rules.field.condition", form.lang, words=said(read_condition(rule), form.lang)))
    when, metric = tree["when"], METRICS[rule.when.metric]
    side = next(name for name in ("at_least", "above", "at_most", "below") if when[name] is not None)
    if metric.unit != "yes":
        when[side] = form.number("level", when[side], metric.unit)
    if metric.windows:
        lengths = {length: span(length, form.lang) for length in metric.windows}
        when["window_s"] = form.choice("window", metric.windows, when["window_s"], lengths)
    if metric.verdict:
        when["min_calls"] = int(form.number("min_calls", when["min_calls"]))
    if tree["only"]["around_shift_change_s"]:
        tree["only"]["around_shift_change_s"] = form.span("around", tree["only"]["around_shift_change_s"])


def _hold(form: _Form, hold: Tree) -> None:
    words = {kind: text(f"rules.hold.{kind}", form.lang) for kind in KINDS}
    kind = hold["kind"] = form.choice("kind", KINDS, hold["kind"], words)
    hold["for_s"] = form.span("for", hold["for_s"])
    if kind == "forgive":
        hold["dip_s"] = form.span("dip", hold["dip_s"] or 60.0)
    if kind == "share":
        hold["share"] = form.number("share", hold["share"], "share")
    if kind == "within":
        hold["reached_s"] = form.span("reached", hold["reached_s"] or 60.0)


def _clear(form: _Form, clear: Tree, rule: Rule) -> None:
    own = st.toggle(form.word("clear_own"), clear["level"] is not None, key=form.at("clear_own"))
    unit = METRICS[rule.when.metric].unit
    if own:
        level = clear["level"] if clear["level"] is not None else rule.when.level
        clear["level"] = form.number("clear_level", level, unit)
    else:
        clear["level"] = None
    clear["for_s"] = form.span("clear_for", clear["for_s"])
    clear["min_on_s"] = form.span("min_on", clear["min_on_s"])


# -- texts and the checklist ---------------------------------------------------------------------------


def _texts(form: _Form, tree: Tree, rule: Rule) -> None:
    left, right = st.columns(2, gap="medium")
    for column, lang in ((left, "zh"), (right, "en")):
        with column:
            tree["name"][lang] = form.line(f"name_{lang}", tree["name"][lang])
            tree["say"][lang] = form.line(f"say_{lang}", tree["say"][lang], area=True)
    tree["owner"] = form.line("owner", tree["owner"])
    tree["source"] = form.line("source", tree["source"], area=True)


def _checklist(form: _Form, tree: Tree, rule: Rule) -> None:
    shown = st.session_state.setdefault(form.at("todos"), len(tree["todo"]))
    items = [*tree["todo"], *(_new_item(tree["todo"], index) for index in range(shown - len(tree["todo"])))]
    if not items:
        st.caption(text("rules.todo.none", form.lang))
    kept = [item for index, item in enumerate(items) if _item(form, item, index)]
    tree["todo"] = [item for item in kept if item["text"]["zh"].strip() or item["text"]["en"].strip()]

    def more() -> None:
        st.session_state[form.at("todos")] += 1

    st.button(text("rules.todo.add", form.lang), key=form.at("todo", "add"), on_click=more)


def _new_item(items: list[Tree], index: int) -> Tree:
    taken = {item["id"] for item in items}
    name = next(
        f"item-{number}" for number in range(len(items) + index + 1, 1000) if f"item-{number}" not in taken
    )
    return {"id": name, "text": {"zh": "", "en": ""}, "order": None}


def _item(form: _Form, item: Tree, index: int) -> bool:
    """One item; False where it is to go."""
    key = f"todo:{index}"
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        with left:
            item["text"]["zh"] = form.line("text_zh", item["text"]["zh"], f"{key}:zh")
            item["text"]["en"] = form.line("text_en", item["text"]["en"], f"{key}:en")
        with right:
            item["order"] = _order(form, item["order"], key)
        return not st.checkbox(text("rules.todo.drop", form.lang), key=form.at(key, "drop"))


def _order(form: _Form, order: Tree | None, key: str) -> Tree | None:
    lang = form.lang
    kind = "none" if order is None else "on_queue" if order["on_queue"] else "forbid"
    words = {name: text(f"rules.order.{name}", lang) for name in ORDERS}
    label = text("rules.order.kind", lang)
    kind = st.selectbox(label, ORDERS, ORDERS.index(kind), lambda name: words[name], key=form.at(key, "kind"))
    if kind == "none":
        return None
    made: Tree = {"forbid_reasons": [], "on_queue": False, "roles": [], "limit": 0, "grace_s": 120.0} | (
        order or {}
    )
    made["on_queue"] = kind == "on_queue"
    reasons = [reason.value for reason in PauseReason]
    if kind == "forbid":
        label = text("rules.order.reasons", lang)
        made["forbid_reasons"] = form.several(
            label, reasons, made["forbid_reasons"], f"{key}:reasons", "reason"
        )
    else:
        made["forbid_reasons"] = []
    label = text("rules.order.roles", lang)
    made["roles"] = form.several(label, ROLES, made["roles"], f"{key}:roles", "role")
    label = text("rules.order.limit", lang)
    made["limit"] = int(st.number_input(label, 0, 999, int(made["limit"]), 1, key=form.at(key, "limit")))
    label = text("rules.order.grace", lang)
    shown = span(made["grace_s"], lang)
    value = st.text_input(label, shown, key=form.at(key, "grace"))
    made["grace_s"] = form.read(label, value, shown, made["grace_s"])
    return made


# -- telling -------------------------------------------------------------------------------------------


def _tell(form: _Form, tree: Tree, channels: Iterable[str]) -> None:
    tell, lang = tree["tell"], form.lang
    left, right = st.columns(2, gap="medium")
    with left:
        tell["channels"] = form.several(form.word("channels"), channels, tell["channels"], "channels", "-")
        tell["after_s"] = form.span("after_s", tell["after_s"])
        tell["repeat_s"] = form.span("repeat_s", tell["repeat_s"])
        words = {name: text(f"rules.sound.{name}", lang) for name in SOUNDS}
        tree["sound"] = form.choice("sound", SOUNDS, tree["sound"], words)
    with right:
        to = form.several(form.word("escalate_to"), channels, tell["escalate_to"], "escalate_to", "-")
        tell["escalate_to"] = to
        tell["escalate_s"] = form.span("escalate_s", tell["escalate_s"])
        tell["urgent"] = st.toggle(form.word("urgent"), tell["urgent"], key=form.at("urgent"))
    st.caption(form.word("wait"))
