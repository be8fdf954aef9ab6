"""Forms that are looked at again: drawing them, what is still to be looked at, and what came of it."""

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import date_of
from ccfloor.service import runtime
from ccfloor.service.qa import recheck_months, rechecks
from ccfloor.service.qa.rechecks import SHARE, Pair, Results
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_calibration_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.rules_words import said
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.texts import Lang, text

_PICK, _FREE = "qa-recheck-pick", "qa-recheck-free"
_SHOWN = 100


def show(first: date, last: date, who: str, lang: Lang) -> None:
    """Draw the section. ``first``, ``last``: days on which the forms were handed in."""
    service = runtime.service()
    viewer = service.viewer(lang)
    st.caption(text("qa_recheck.lead", lang))
    if waiting := rechecks.to_check(service.engine, viewer, service.config, who):
        st.subheader(text("qa_recheck.mine", lang, n=len(waiting)), anchor=False)
        _waiting(waiting, lang)
    if viewer.may(Right.QA_PLAN):
        if left := recheck_months.free(service.engine, viewer, service.config, who):
            _free(left, who, lang)
        _draw(first, last, who, lang)
        if viewer.whole:
            _draws(lang)
    told = rechecks.results(service.engine, viewer, service.config, first, last, who)
    _counts(told, lang)
    if told.pairs:
        words.standings(told.compared, lang)
        _pairs(told, lang)
        if viewer.may(Right.QA_PLAN):
            _adopt(told.pairs, who, lang)
        words.agreements(told.compared, told.forms, lang)


def _waiting(found: Sequence[ScoreRow], lang: Lang) -> None:
    config = runtime.service().config
    header = [text(f"qa_recheck.col.{name}", lang) for name in ("call", "agent", "form", "open")]
    cells = []
    for one in found:
        where = page_address("qa_score", {"id": str(one.id)})
        cells.append([
            kit.at_clock(one.call_at, config.zone)[:-3],
            f"<b>{escape(agent_label(config, one.agent, lang))}</b>",
            escape(words.form_name(one.form, one.version, lang)),
            f'<a href="{where}" target="_self">{escape(text("qa_recheck.open", lang))}</a>',
        ])  # fmt: skip
    kit.piece(kit.table(header, cells))


def _free(found: Sequence[ScoreRow], who: str, lang: Lang) -> None:
    """What the program drew and nobody has taken."""
    service, config = runtime.service(), runtime.service().config
    st.subheader(text("qa_recheck.free", lang, n=len(found)), anchor=False)
    known = {one.id: one for one in found}
    chosen = st.selectbox(
        text("qa_recheck.free.pick", lang),
        list(known),
        format_func=lambda number: (
            f"{agent_label(config, known[number].agent, lang)} · "
            f"{kit.at_clock(known[number].call_at, config.zone)[:-3]}"
        ),
        key=_FREE,
        width=kit.wide(420),
    )

    def act() -> str:
        now, viewer = service.floor_now(), service.viewer(lang)
        recheck_months.take(service.engine, viewer, config, chosen, who, now)
        return text("qa_recheck.taken", lang)

    stands = gate(Right.QA_PLAN, lang)
    if st.button(text("qa_recheck.take", lang), key="qa-recheck-take", **stands) and kit.acting(lang, act):
        st.rerun()


def _draws(lang: Lang) -> None:
    """What was drawn, by the program and by hand."""
    service = runtime.service()
    found = recheck_months.list_draws(service.engine, service.viewer(lang))
    with st.expander(text("qa_recheck.draws", lang), key="qa-recheck-draws"):
        st.caption(text("qa_recheck.draws.lead", lang))
        if not found:
            st.caption(text("qa_recheck.draws.none", lang))
            return
        header = [text(f"qa_recheck.draws.{name}", lang) for name in ("at", "by", "plan", "days")]
        header += [text(f"qa_recheck.draws.{name}", lang) for name in ("share", "forms")]
        header.append(text("people.why", lang))
        cells = [
            [
                kit.at_clock(one.at, service.config.zone)[:-3],
                f"<b>{escape(one.who or text('qa_recheck.by_program', lang))}</b>",
                escape(one.plan) or words.DASH,
                f"{date_of(one.first_day)} – {date_of(one.last_day)}",
                words.share(one.share),
                f"{one.picks} / {one.population}",
                escape(one.why) or words.DASH,
            ]
            for one in found
        ]
        kit.piece(kit.table(header, cells))


def _draw(first: date, last: date, who: str, lang: Lang) -> None:
    service = runtime.service()
    with st.expander(text("qa_recheck.draw", lang), key="qa-recheck-draw"):
        st.caption(text("qa_recheck.draw.lead", lang, first=first.isoformat(), last=last.isoformat()))
        with st.form("qa-recheck-form", border=False):
            percent = st.number_input(
                text("qa_recheck.share", lang), 1, 100, round(SHARE * 100), 1, width=kit.wide(180)
            )
            why = st.text_input(text("people.why", lang), max_chars=500)
            stands = gate(Right.QA_PLAN, lang)
            pressed = st.form_submit_button(text("qa_recheck.draw.do", lang), type="primary", **stands)

    def act() -> str:
        made = rechecks.draw(
            service.engine, service.viewer(lang), service.config, first, last, int(percent) / 100, who, why,
            service.floor_now(),
        )  # fmt: skip
        return text("qa_recheck.drawn", lang, n=len(made.numbers), of=made.population)

    if pressed and kit.acting(lang, act):
        st.rerun()


def _counts(told: Results, lang: Lang) -> None:
    if not told.counts:
        st.caption(text("qa_recheck.none", lang))
        return
    st.subheader(text("qa_recheck.counts", lang), anchor=False)
    header = [text(f"qa_recheck.count.{name}", lang) for name in ("reviewer", "forms", "checked", "share")]
    cells = [
        [f"<b>{escape(name)}</b>", str(total), str(checked), words.share(checked / total)]
        for name, (checked, total) in sorted(told.counts.items())
    ]
    kit.piece(kit.table(header, cells))


def _pairs(told: Results, lang: Lang) -> None:
    """Both forms of each call, those farthest apart first."""
    config = runtime.service().config
    st.subheader(text("qa_recheck.pairs", lang), anchor=False)
    columns = ("call", "agent", "reviewer", "first", "second", "apart", "items")
    header = [text(f"qa_recheck.col.{name}", lang) for name in columns]
    cells, bad = [], set()
    for place, one in enumerate(told.pairs[:_SHOWN]):
        form = told.forms[one.second.form, one.second.version]
        items = ("、" if lang == "zh" else ", ").join(said(form.item(name).name, lang) for name in one.items)
        cells.append([
            kit.at_clock(one.first.call_at, config.zone)[:-3],
            escape(agent_label(config, one.first.agent, lang)),
            f"<b>{escape(one.first.reviewer)}</b>",
            _link(one.first, lang),
            _link(one.second, lang),
            words.signed(one.apart, lang),
            escape(items) or words.DASH,
        ])  # fmt: skip
        if one.first.fatal != one.second.fatal:
            bad.add((place, columns.index("apart")))
    kit.piece(kit.table(header, cells, bad))


def _link(row: ScoreRow, lang: Lang) -> str:
    where = page_address("qa_score", {"id": str(row.id)})
    fatal = f" {escape(text('qa_calibration.is_fatal', lang))}" if row.fatal else ""
    by = f" <small>{escape(row.reviewer)}</small>" if row.kind == "recheck" else ""
    return f'<a href="{where}" target="_self">{row.score or 0:g}</a>{fatal}{by}'


def _adopt(pairs: Sequence[Pair], who: str, lang: Lang) -> None:
    """Correct a form by its re-check."""
    service, config = runtime.service(), runtime.service().config
    known = {one.second.id: one for one in pairs if one.items}
    if not known:
        return
    chosen = st.selectbox(
        text("qa_recheck.adopt.pick", lang),
        list(known),
        index=None,
        format_func=lambda number: (
            f"{agent_label(config, known[number].first.agent, lang)} · "
            f"{kit.at_clock(known[number].first.call_at, config.zone)[:-3]}"
        ),
        placeholder="",
        key=_PICK,
        width=kit.wide(420),
    )
    if chosen is None:
        return
    name = f"qa-adopt:{chosen}"
    stands = gate(Right.QA_PLAN, lang)
    st.button(text("qa_recheck.adopt", lang), key="qa-recheck-adopt", on_click=kit.opens(name), **stands)
    if not kit.is_open(name):
        return

    def act(why: str) -> str:
        now, viewer = service.floor_now(), service.viewer(lang)
        made = rechecks.adopt(service.engine, viewer, config, chosen, who, why, now)
        return text("qa_recheck.adopted", lang, points=f"{made.score or 0:g}")

    one = known[chosen]
    sentence = text(
        "qa_recheck.adopt.ask", lang, first=f"{one.first.score or 0:g}", second=f"{one.second.score or 0:g}"
    )
    kit.question(name, lang, sentence, text("people.why", lang), act, stands)
