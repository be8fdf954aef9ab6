"""One rule on the page: its draft as a form or as YAML, what it would do, saving it, its history."""

import difflib
from typing import NamedTuple

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.rules.checks import Known
from ccfloor.rules.load import load_rule
from ccfloor.rules.model import Rule
from ccfloor.rules.places import Problem
from ccfloor.rules.reading import read_hold
from ccfloor.rules.write import rule_text, tree_text
from ccfloor.service import runtime
from ccfloor.service.instants import instant
from ccfloor.service.rulebook import Edition, RuleError, retire, save
from ccfloor.service.rules_now import channel_names, known_names
from ccfloor.store.viewer import Forbidden
from ccfloor.ui import people_kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.rules_form import fill
from ccfloor.ui.rules_words import clear_words, said, whom
from ccfloor.ui.system_rows import clock
from ccfloor.ui.texts import Lang, text, texts

FORM, YAML = "form", "yaml"
TEMPLATE = """\
id: new-rule
name: {zh: 新规则, en: New rule}
scope: {of: floor}
when: {metric: waiting, at_least: 8}
hold: {kind: strict, for_s: 300}
clear: {level: 5, for_s: 60}
severity: warn
say: {zh: 要做的事, en: What must be done}
"""


class Draft(NamedTuple):
    """What the editor holds: a rule, or why it is none yet."""

    rule: Rule | None
    problems: list[str]


def edit(key: str, start: Rule | None, lang: Lang) -> Draft:
    """The editor for a rule (none: a new one). ``key`` changes with every saved version."""
    base: Rule | None = st.session_state.setdefault(f"{key}:base", start)
    turn = st.session_state.setdefault(f"{key}:turn", 0)

    def switched() -> None:
        """The other way of editing goes on with what was right last."""
        st.session_state[f"{key}:base"] = st.session_state.get(f"{key}:good", base)
        st.session_state[f"{key}:turn"] = turn + 1

    words = {mode: text(f"rules.edit.{mode}", lang) for mode in (FORM, YAML)}
    label = text("rules.edit.mode", lang)
    if base is None:
        mode = YAML
    else:
        mode = st.radio(
            label, (FORM, YAML), 0, lambda name: words[name], key=f"{key}:mode", horizontal=True,
            label_visibility="collapsed", on_change=switched,
        )  # fmt: skip
    draft = _as_yaml(f"{key}:{turn}", base, lang) if mode == YAML or base is None else None
    draft = draft or _as_form(f"{key}:{turn}", base or _template(), lang)
    if draft.rule is not None:
        st.session_state[f"{key}:good"] = draft.rule
    return draft


def _known() -> Known:
    service = runtime.service()
    return known_names(service.config, service.settings.site)


def _template() -> Rule:
    return load_rule("", TEMPLATE).found[0].rule


def _as_yaml(key: str, base: Rule | None, lang: Lang) -> Draft:
    shown = TEMPLATE if base is None else rule_text(base)
    written = st.text_area(
        text("rules.edit.yaml", lang), shown, 520, key=f"{key}:yaml", label_visibility="collapsed"
    )
    loaded = load_rule("YAML", written, _known())
    _warn(loaded.warnings, lang)
    return Draft(next(iter(loaded.rules.values()), None), [problem.said(lang) for problem in loaded.problems])


def _as_form(key: str, base: Rule, lang: Lang) -> Draft:
    filled = fill(base, key, lang, channel_names(runtime.service().settings.site) or [])
    loaded = load_rule("", tree_text(filled.tree), _known())
    _warn(loaded.warnings, lang)
    problems = [
        f"{problem.field}: {problem.zh if lang == 'zh' else problem.why}" for problem in loaded.problems
    ]
    wrong = [*filled.wrong, *problems]
    return Draft(None if wrong else next(iter(loaded.rules.values()), None), wrong)


def _warn(warnings: list[Problem], lang: Lang) -> None:
    if warnings:
        lines = "\n".join(f"- {doubt.field}: {doubt.zh if lang == 'zh' else doubt.why}" for doubt in warnings)
        st.caption(f"{text('rules.files.warned', lang)}\n{lines}")


def show_problems(draft: Draft, lang: Lang) -> None:
    """Why a draft cannot be used."""
    if draft.problems:
        lines = "\n".join(f"- {problem}" for problem in draft.problems)
        st.warning(f"{text('rules.draft.wrong', lang)}\n\n{lines}")


def facts(rule: Rule, lang: Lang) -> None:
    """The rule in words: whom it watches, how it must hold, when it is over, where it comes from."""
    config = runtime.service().config
    st.markdown(f"**{said(read_hold(rule), lang)}**")
    st.caption(f"{whom(rule, config, lang)} · {clear_words(rule, lang)}")
    if rule.source:
        st.caption(text("rules.source", lang, source=rule.source))


def difference(old: Rule | None, new: Rule | None) -> str:
    """What changed from one version to another, line by line; empty where nothing did."""
    before, after = (rule_text(rule).splitlines() if rule else [] for rule in (old, new))
    return "\n".join(line for line in difflib.unified_diff(before, after, lineterm="", n=2))


def show_difference(old: Rule | None, new: Rule | None) -> None:
    """The same on the page, without the file names of a diff."""
    lines = difference(old, new).splitlines()[2:]
    st.code("\n".join(line for line in lines if not line.startswith("@@")), language="diff", wrap_lines=True)


# -- saving --------------------------------------------------------------------------------------------


def saving(draft: Draft, last: Edition | None, lang: Lang) -> None:
    """Who, why, from when; and the two buttons."""
    key = f"rules:save:{last.rule_id if last else 'new'}"
    st.subheader(text("rules.save.title", lang), anchor=False)
    who_at, why_at, from_at = st.columns([1, 2, 1], gap="medium")
    who = people_kit.who_field(who_at, text("rules.save.who", lang), "rules:who", lang)
    why = why_at.text_input(
        text("rules.save.why", lang), key=f"{key}:why", placeholder=text("rules.save.why.hint", lang)
    )
    start = from_at.text_input(
        text("rules.save.from", lang), key=f"{key}:from", placeholder=text("rules.save.from.hint", lang)
    )
    present = last.rule if last else None
    if draft.rule is not None and present is not None:
        if draft.rule == present:
            st.caption(text("rules.diff.none", lang))
        else:
            with st.expander(text("rules.diff", lang)):
                show_difference(present, draft.rule)
    save_at, retire_at, _ = st.columns([1, 1, 3])
    beyond = not runtime.service().viewer(lang).whole
    stands = gate(Right.RULES, lang, beyond=beyond, off=draft.rule is None)
    if save_at.button(text("rules.save", lang), type="primary", key=f"{key}:go", **stands):
        _save(draft, last, who, why, start, lang)
    stands = gate(Right.RULES, lang, beyond=beyond)
    retired = present is not None and retire_at.button(
        text("rules.retire", lang), key=f"{key}:retire", **stands
    )
    if retired:
        _retire(last, who, why, lang)


def _save(draft: Draft, last: Edition | None, who: str, why: str, start: str, lang: Lang) -> None:
    service = runtime.service()
    rule, config, now = draft.rule, service.config, service.floor_now()
    assert rule is not None
    if last is not None and rule.id != last.rule_id:
        st.error(text("rules.error.id_changed", lang))
        return
    try:
        since = instant(start, config.zone, config.day_start_s) if start.strip() else now
    except ValueError:
        st.error(text("rules.error.when", lang))
        return
    seen = last.version if last else 0
    try:
        version = save(service.engine, service.viewer(lang), rule, why, since, now, who, seen=seen)
    except RuleError as error:
        code = "id_taken" if last is None and error.code == "changed_meanwhile" else error.code
        st.error(text(f"rules.error.{code}", lang, **error.details))
        return
    except Forbidden:
        st.error(text("access.forbidden", lang))
        return
    st.session_state["rules:told"] = text("rules.saved", lang, version=version)
    st.query_params["rule"] = rule.id
    st.rerun()


def _retire(last: Edition | None, who: str, why: str, lang: Lang) -> None:
    assert last is not None
    service = runtime.service()
    try:
        retire(
            service.engine,
            service.viewer(lang),
            last.rule_id,
            why,
            service.floor_now(),
            who,
            seen=last.version,
        )
    except RuleError as error:
        st.error(text(f"rules.error.{error.code}", lang, **error.details))
        return
    except Forbidden:
        st.error(text("access.forbidden", lang))
        return
    st.session_state["rules:told"] = text("rules.retired", lang)
    st.rerun()


# -- history -------------------------------------------------------------------------------------------


def history(story: list[Edition], now: float, zone: str, lang: Lang) -> None:
    """Every version, newest first: who, when, why, and what changed."""
    st.subheader(text("rules.history", lang), anchor=False)
    older: list[Edition | None] = [*story[1:], None]
    for item, before in zip(story, older, strict=True):
        who = text("rules.source.file", lang) if item.source == "file" else item.who
        since = clock(item.valid_from, zone) if item.valid_from else text("rules.history.first", lang)
        line = text("rules.history.line", lang, version=item.version, who=who, **{"from": since})
        if item.rule is None:
            line += f" · {text('rules.history.retired', lang)}"
        if item.valid_from > now:
            line += f" · {text('rules.history.planned', lang)}"
        with st.expander(line):
            if item.why:
                st.markdown(text("rules.history.why", lang, why=item.why))
            st.caption(clock(item.at, zone))
            show_difference(before.rule if before else None, item.rule)


def source_name(source: str, lang: Lang) -> str:
    """Where a version comes from, in words."""
    return texts(lang).get(f"rules.source.{source}", source)
