"""What is done with one sample: taken, replaced by the next, given to another, dropped."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.qa import samples
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.samples import UNUSABLE, Work
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import Gate, gate
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.texts import Lang, text

_PICK, _TURN = "qa-work-pick", "qa-work-turn"
Act = Callable[[Work, str, Lang], None]


def show(found: Sequence[Work], offered: Sequence[str], who: str, lang: Lang) -> None:
    """Choose a sample of a list and do what may be done with it."""
    may = runtime.service().viewer(lang).may(Right.QA_PLAN)
    acts = [name for name in offered if may or name in ("take", "replace")]
    known = {one.sample.id: one for one in found}
    if not acts:
        return
    chosen = st.selectbox(
        text("qa_work.pick", lang),
        list(known),
        index=None,
        format_func=lambda number: _label(known[number], lang),
        placeholder=text("qa_work.pick.hint", lang),
        key=_key(known),
        width=kit.wide(420),
    )
    if chosen is None:
        return
    one = known[chosen]
    with st.container(horizontal=True):
        for name in acts:
            if name == "take":
                over = _over(one, who, lang)
                act = kit.opens(_asked(name, one)) if over else partial(_take, one, who, lang)
                st.button(text("qa_work.do.take", lang), type="primary", key="qa-work-take",
                          on_click=act, **gate(Right.QA_SCORE, lang))  # fmt: skip
            else:
                st.button(
                    text(f"qa_work.do.{name}", lang),
                    key=f"qa-work-{name}",
                    on_click=kit.opens(_asked(name, one)),
                    **gate(Right.QA_SCORE if name == "replace" else Right.QA_PLAN, lang),
                )
    for name in acts:
        if name in _ASKS and kit.is_open(_asked(name, one)):
            _ASKS[name](one, who, lang)


def _key(known: Collection[int]) -> str:
    """The field's key; another one when what was chosen is gone from the list: the browser would go on to
    show it.
    """
    turn = int(st.session_state.get(_TURN, 0))
    chosen = st.session_state.get(f"{_PICK}-{turn}")
    if chosen is not None and chosen not in known:
        st.session_state[_TURN] = turn = turn + 1
    return f"{_PICK}-{turn}"


def _label(one: Work, lang: Lang) -> str:
    config = runtime.service().config
    at = kit.at_clock(one.sample.call_at, config.zone)[:-3]
    return f"{one.sample.id} · {agent_label(config, one.sample.agent, lang)} · {at}"


def _asked(name: str, one: Work) -> str:
    return f"qa-{name}:{one.sample.id}"


def _take(one: Work, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act() -> str:
        now = service.floor_now()
        samples.take(service.engine, service.viewer(lang), service.config, one.sample.id, who, now)
        return text("qa_work.did.taken", lang)

    kit.acting(lang, act)


def _over(one: Work, who: str, lang: Lang) -> bool:
    service = runtime.service()
    return samples.over(service.engine, service.viewer(lang), one.sample, who)


def _take_often(one: Work, who: str, lang: Lang) -> None:
    """Why the same reviewer is to hear the agent once more."""
    service, number = runtime.service(), one.sample.id

    def act(why: str) -> str:
        now = service.floor_now()
        samples.take(service.engine, service.viewer(lang), service.config, number, who, now, why)
        return text("qa_work.did.taken", lang)

    told = (text("qa_work.ask.often", lang), text("qa_work.ask.why", lang))
    kit.question(_asked("take", one), lang, *told, act, gate(Right.QA_SCORE, lang))


def _replace(one: Work, who: str, lang: Lang) -> None:
    """The reason of a list, words, and the next call of the stratum."""
    service, number = runtime.service(), one.sample.id

    def act() -> str:
        calendar = work_calendar(service.settings.site)
        made = samples.replace(
            service.engine, service.viewer(lang), service.config, calendar, number, reason or "", why, who,
            service.floor_now(),
        )  # fmt: skip
        return text("qa_work.did.replaced" if made else "qa_work.did.replaced.none", lang, n=made and made.id)

    with st.container(border=True, key=f"people-q-replace-{number}"):
        kit.piece(escape(text("qa_work.ask.replace", lang)))
        with st.form(f"qa-work-replace-{number}", border=False):
            reason = st.selectbox(
                text("qa_work.ask.reason", lang),
                UNUSABLE,
                index=None,
                format_func=lambda code: text(f"qa_work.unusable.{code}", lang),
                placeholder="",
                width=kit.wide(320),
            )
            why = st.text_input(text("qa_work.ask.why", lang), max_chars=500)
            _finish(act, lang, gate(Right.QA_SCORE, lang))


def _finish(act: Callable[[], str], lang: Lang, stands: Gate) -> None:
    """The two buttons of a form; ``stands``: how the one that does it stands."""
    with st.container(horizontal=True):
        yes = st.form_submit_button(text("people.confirm", lang), type="primary", **stands)
        no = st.form_submit_button(text("people.back", lang))
    if (yes and kit.acting(lang, act)) or no:
        kit.close()
        kit.again()


def _give(one: Work, who: str, lang: Lang) -> None:
    service, number = runtime.service(), one.sample.id

    def act() -> str:
        now = service.floor_now()
        told = (service.engine, service.viewer(lang), service.config, number, to, who, why, now)
        samples.give(*told, often=often)
        return text("qa_work.did.given", lang)

    with st.container(border=True, key=f"people-q-give-{number}"):
        kit.piece(escape(text("qa_work.ask.give", lang, n=number)))
        with st.form(f"qa-work-give-{number}", border=False):
            to = _reviewer(one, lang)
            why = st.text_input(text("qa_work.ask.why", lang), max_chars=500)
            often = st.checkbox(text("qa_work.ask.give.often", lang))
            _finish(act, lang, gate(Right.QA_PLAN, lang))


def _reviewer(one: Work, lang: Lang) -> str:
    """One of the accounts that may hear it; on an open floor a name that is typed."""
    service = runtime.service()
    known, label = samples.others(service.engine, service.viewer(lang), one.sample), "qa_work.ask.reviewer"
    if not known:
        return st.text_input(text(label, lang), max_chars=60, width=kit.wide(320))
    offered = [*([""] if one.sample.reviewer else []), *known]
    return st.selectbox(
        text(label, lang),
        offered,
        format_func=lambda name: name or text("qa_work.nobody", lang),
        width=kit.wide(320),
    )


def _drop(one: Work, who: str, lang: Lang) -> None:
    service, number = runtime.service(), one.sample.id

    def act(why: str) -> str:
        now = service.floor_now()
        samples.drop(service.engine, service.viewer(lang), service.config, number, who, why, now)
        return text("qa_work.did.dropped", lang)

    told = (text("qa_work.ask.drop", lang), text("qa_work.ask.why", lang))
    kit.question(_asked("drop", one), lang, *told, act, gate(Right.QA_PLAN, lang))


_ASKS: dict[str, Act] = {"take": _take_often, "replace": _replace, "give": _give, "drop": _drop}
