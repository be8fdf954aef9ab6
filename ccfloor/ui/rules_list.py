"""All rules of the site as a list: the plan's steps, then discipline and service, then what was retired."""

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from ccfloor.rules.model import Rule
from ccfloor.rules.places import Problem
from ccfloor.rules.reading import read_hold
from ccfloor.rules.write import rules_text
from ccfloor.service import runtime
from ccfloor.service.rulebook import Edition, editions
from ccfloor.service.rules_now import file_rules
from ccfloor.ui.downloads import download
from ccfloor.ui.rules_edit import (
    Draft,
    edit,
    facts,
    history,
    saving,
    show_problems,
    source_name,
)
from ccfloor.ui.rules_preview import preview
from ccfloor.ui.rules_words import clear_words, level_name, said, whom
from ccfloor.ui.shell import Look, page_of
from ccfloor.ui.system_rows import clock
from ccfloor.ui.texts import Lang, text, texts
from ccfloor.ui.tokens import COLOURS

NEW = "new"
# Rows between hairlines; a link to a rule is no choice of a page, which is what Streamlit draws.
_STYLE = """
[class*=st-key-rule-row]{border-top:1px solid %(line)s;padding:.5rem 0 .25rem}
[class*=st-key-rule] [data-testid=stPageLink-NavLink]{background:none;padding:0}
[class*=st-key-rule] [data-testid=stPageLink-NavLink] p{text-decoration:underline;font-weight:700}
[class*=st-key-rule-row] [data-testid=stVerticalBlock]{gap:.15rem}
[class*=st-key-rule-row] [data-testid=stHorizontalBlock]{gap:.35rem 1.5rem}
[data-testid=stHeading] h3{padding-bottom:.4rem}
[class*=st-key-rules][class*=-yaml] textarea{font-family:monospace;font-size:.875rem}
"""
_RANK = {"alarm": 0, "warn": 1, "info": 2}


def show(seen: Look) -> None:
    """The list, or the rule that the URL names."""
    st.html(f"<style>{_STYLE % COLOURS[seen.theme]}</style>")
    told = st.session_state.pop("rules:told", "")
    if told:
        st.success(told)
    service = runtime.service()
    stories = _stories(editions(service.engine, service.viewer(seen.lang)))
    asked = st.query_params.get("rule", "")
    _address(asked)
    if asked and (asked == NEW or asked in stories):
        one(asked, stories.get(asked, []), seen)
    else:
        _list(stories, seen)


def _address(asked: str) -> None:
    """Streamlit does not write a link to the same page into the address: do it once for each."""
    before = st.session_state.get("rules:address")
    st.session_state["rules:address"] = asked
    if before is not None and before != asked:
        st.query_params.from_dict(st.query_params.to_dict())


def _stories(found: Iterable[Edition]) -> dict[str, list[Edition]]:
    """Every rule's versions, newest first."""
    stories: dict[str, list[Edition]] = {}
    for item in found:
        stories.setdefault(item.rule_id, []).append(item)
    return {name: sorted(story, key=lambda item: -item.version) for name, story in stories.items()}


def in_force(story: list[Edition], now: float) -> Edition | None:
    """The version that counts now; None before the first."""
    begun = [item for item in story if item.valid_from <= now]
    return max(begun, key=lambda item: (item.valid_from, item.version), default=None)


# -- the list ------------------------------------------------------------------------------------------


def _list(stories: dict[str, list[Edition]], seen: Look) -> None:
    service, lang = runtime.service(), seen.lang
    now = service.floor_now()
    st.caption(text("rules.lead", lang))
    _files(lang)
    present = {name: in_force(story, now) or story[0] for name, story in stories.items()}
    if not present:
        st.caption(text("rules.none", lang))
    for title, items in groups(present.values(), lang):
        st.subheader(title, anchor=False)
        for item in items:
            with st.container(key=f"rule-row-{item.rule_id}"):
                _row(item, seen)
    st.divider()
    left, right, _ = st.columns([1, 2, 3], vertical_alignment="center")
    with left:
        _link(text("rules.new", lang), seen, NEW)
    rules = [item.rule for item in present.values() if item.rule is not None]
    download(
        text("rules.download", lang),
        lambda: rules_text(rules).encode(),
        f"ccfloor-{service.config.site}-rules.yaml",
        "application/yaml",
        disabled=not rules,
        where=right,
    )


def groups(items: Iterable[Edition], lang: Lang) -> list[tuple[str, list[Edition]]]:
    """The list's parts: each plan with its steps in order, the other rules, the retired ones."""

    def place(item: Edition) -> tuple[int, str, int, str]:
        rule = item.rule
        if rule is None:
            return 2, "", 0, item.rule_id
        if rule.plan is not None:
            return 0, rule.plan.plan, rule.plan.level, rule.id
        return 1, "", _RANK[rule.severity], rule.id

    ordered = sorted(items, key=place)
    return [(_title(key, lang), list(some)) for key, some in groupby(ordered, lambda item: place(item)[:2])]


def _title(key: tuple[int, str], lang: Lang) -> str:
    part, plan = key
    if part:
        return text("rules.group.other" if part == 1 else "rules.group.off", lang)
    return texts(lang).get(f"rules.group.plan.{plan}") or text("rules.group.plan", lang, plan=plan)


def _row(item: Edition, seen: Look) -> None:
    lang, config = seen.lang, runtime.service().config
    name_at, words_at, since_at = st.columns([3, 6, 3], gap="medium")
    rule = item.rule
    with name_at:
        _link(said(rule.name, lang) if rule else item.rule_id, seen, item.rule_id)
        st.caption(" · ".join(_marks(rule, lang)))
    if rule is not None:
        words_at.markdown(said(read_hold(rule), lang))
        words_at.caption(f"{whom(rule, config, lang)} · {clear_words(rule, lang)}")
    since = clock(item.valid_from, config.zone, "%Y-%m-%d %H:%M") if item.valid_from else ""
    source = source_name(item.source, lang)
    key = "rules.since" if since else "rules.since.first"
    since_at.caption(text(key, lang, version=item.version, at=since, source=source))


def _marks(rule: Rule | None, lang: Lang) -> list[str]:
    """Whether it is on, which step of a plan it is, how grave."""
    if rule is None:
        return [text("rules.state.retired", lang)]
    state = text("rules.state.on" if rule.enabled else "rules.state.off", lang)
    step = level_name(rule, lang)
    return [state, *([step] if step else []), text(f"rules.severity.{rule.severity}", lang)]


def _link(label: str, seen: Look, rule: str = "") -> None:
    """A link to this page: to one rule, or to the list."""
    kept: dict[str, str] = {"lang": seen.lang, "theme": seen.theme}
    with st.container(key=f"rule-link-{rule}"):
        st.page_link(
            page_of("rules", seen), label=label, query_params=kept | ({"rule": rule} if rule else {})
        )


def _files(lang: Lang) -> None:
    """What is wrong with the rule files as they are now: the running rules do not have it."""
    service = runtime.service()
    loaded = file_rules(service.config, service.settings.site)
    if loaded.problems:
        st.error(f"{text('rules.files.refused', lang)}\n\n{_lines(loaded.problems, lang)}")
    if loaded.warnings:
        with st.expander(text("rules.files.warned", lang)):
            st.markdown(_lines(loaded.warnings, lang))


def _lines(problems: Iterable[Problem], lang: Lang) -> str:
    return "\n".join(f"- {problem.said(lang)}" for problem in problems)


# -- one rule ------------------------------------------------------------------------------------------


def one(name: str, story: list[Edition], seen: Look) -> None:
    """A rule's editor, preview, save and history. ``story`` is empty for a new one."""
    service, lang = runtime.service(), seen.lang
    now, zone = service.floor_now(), service.config.zone
    _link(f"‹ {text('rules.back', lang)}", seen)
    last = story[0] if story else None
    # A retired rule can be brought back as it was.
    start = next((item.rule for item in story if item.rule is not None), None)
    present = in_force(story, now)
    if start is not None and last is not None:
        st.subheader(f"{said(start.name, lang)} · {start.id}", anchor=False)
        st.caption(" · ".join(_marks(last.rule, lang)))
        facts(start, lang)
        if last.valid_from > now:
            st.info(text("rules.planned", lang, at=clock(last.valid_from, zone)))
    else:
        st.subheader(text("rules.new", lang), anchor=False)
    key = f"rules:{name}:{last.version if last else 0}"
    draft = edit(key, start, lang)
    show_problems(draft, lang)
    shown: Rule | None = present.rule if present else None
    preview(draft, shown, key, lang, seen.theme)
    saving(Draft(draft.rule, draft.problems), last, lang)
    if story:
        history(story, now, zone, lang)
