"""The scoring page: one score with its call, or what the reviewer has begun and handed in.

The address says what is scored: ``sample``, ``session``, ``recheck`` (a score to look at again), ``call``
with ``form`` (chosen by hand), or ``id`` of a score. What it names is begun once the reviewer is known.
"""

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.access.places import PAGES
from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import feedback, scoring, versions
from ccfloor.service.qa.scoring import Begin, Kind
from ccfloor.service.qa.versions import Version
from ccfloor.service.subjects import subjects
from ccfloor.store.qa_scores import DRAFT, SUBMITTED, VOID, ScoreRow, Wanted
from ccfloor.store.viewer import Forbidden
from ccfloor.ui import people_kit, qa_score_acts, qa_score_board
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_NUMBERS = ("sample", "session", "recheck", "id")
_LATEST = 20
_DAY_S = 86_400.0
_SHOWN_DAYS = 30
_DASH = "–"
_TOLD = "qa-told"


def show(seen: Look) -> None:
    """Draw the page."""
    people_kit.dress(seen)
    with database_or_notice(seen.lang):
        if not _asked():
            st.header(text("page.qa_score", seen.lang), anchor=False)
        who = people_kit.who_acts(seen.lang) if _needs_name() else ""
        if not _asked():
            _home(seen, who)
        elif who or not _needs_name():
            _one(seen, who)
        else:
            st.caption(text("qa_score.name_first", seen.lang))


def _needs_name() -> bool:
    """Whether nobody is signed in: then the name is typed."""
    return not runtime.service().viewer().account


def _asked() -> dict[str, str]:
    """What the address asks to be scored."""
    asked = st.query_params
    return {name: asked[name] for name in (*_NUMBERS, "call", "form") if asked.get(name)}


# -- one score -------------------------------------------------------------------------------------------


def _one(seen: Look, who: str) -> None:
    lang = seen.lang
    work = "sample" in _asked() and "qa_work" in PAGES
    back = page_address("qa_work" if work else "qa_score", {})
    try:
        number = _begun(_asked(), who)
        if number is None:
            _choose_form(lang)
            return
        told = qa_score_board.show(seen, number, who, back)
    except PeopleError as error:
        _refused(text(f"people.error.{error.code}", lang), lang)
    except Forbidden:
        _refused(text("access.forbidden", lang), lang)
    else:
        qa_score_acts.show(told["score"]["id"], who, lang)


def _refused(words: str, lang: Lang) -> None:
    home = (
        f'<a href="{page_address("qa_score", {})}" target="_self">{escape(text("qa_score.back", lang))}</a>'
    )
    people_kit.piece(f"{escape(words)} {home}", "cp-warn")


def _begun(asked: dict[str, str], who: str) -> int | None:
    """The score that the address names, begun where it is not yet; None: a form is still to be chosen."""
    service = runtime.service()
    numbers = {name: _number(asked[name]) for name in _NUMBERS if name in asked}
    if "id" in numbers:
        return numbers["id"]
    begin = Begin("recheck", original=numbers["recheck"]) if "recheck" in numbers else Begin(
        sample=numbers.get("sample"), session=numbers.get("session")
    )  # fmt: skip
    if not numbers:
        if not asked.get("form") or not asked.get("call"):
            return None
        source, _, position = asked["call"].partition("-")
        begin = Begin("own", call=(_number(source), _number(position)), form=asked["form"])
    now = service.floor_now()
    return scoring.open_score(service.engine, service.viewer(), service.config, begin, who, now).id


def _number(words: str) -> int:
    """A number of the address; one that can be none of ours where it is none."""
    return int(words) if words.isdecimal() and len(words) < 19 else -1


def _choose_form(lang: Lang) -> None:
    """A call that was chosen by hand needs a form."""
    service = runtime.service()
    today = versions.today(service.config, service.floor_now())
    found = versions.in_force(service.engine, service.viewer(lang), "form", today)
    people_kit.piece(escape(text("qa_score.choose_form", lang)))
    links = "".join(_form_link(one, lang) for one in found if one.form.channel == "call")
    people_kit.piece(links or escape(text("people.error.qa_no_form", lang)))


def _form_link(one: Version, lang: Lang) -> str:
    where = page_address("qa_score", {"call": st.query_params.get("call", ""), "form": one.name})
    name = one.form.name.zh if lang == "zh" else one.form.name.en
    return f'<p><a href="{where}" target="_self">{escape(name)}</a></p>'


# -- what there is -----------------------------------------------------------------------------------------


def _home(seen: Look, who: str) -> None:
    """Own drafts, what was handed in last, what agents were told at once; a test call or a mail to score."""
    service, lang = runtime.service(), seen.lang
    viewer = service.viewer(lang)
    me = viewer.who if viewer.account else who.strip()
    for title, states in (("qa_score.drafts", (DRAFT,)), ("qa_score.latest", (SUBMITTED, VOID))):
        wanted = Wanted(reviewer=me, states=states)
        asked = (service.engine, viewer, service.config, wanted, who)
        _list(title, scoring.list_scores(*asked, limit=_LATEST) if me else [], lang)
    _told_at_once(who, lang)
    _tell(who, lang)
    _other(who, lang)


def _list(title: str, rows: list[ScoreRow], lang: Lang) -> None:
    st.subheader(text(title, lang), anchor=False)
    if not rows:
        st.caption(text("qa_score.none", lang))
        return
    names = ("call", "agent", "queue", "kind", "score", "open")
    header = [text(f"qa_score.col.{name}", lang) for name in names]
    people_kit.piece(people_kit.table(header, [_row(row, lang) for row in rows]))


def _row(row: ScoreRow, lang: Lang) -> list[str]:
    config = runtime.service().config
    at = datetime.fromtimestamp(row.call_at, ZoneInfo(config.zone)).strftime("%Y-%m-%d %H:%M")
    where = page_address("qa_score", {"id": str(row.id)})
    go_on = text("qa_score.go_on" if row.state == DRAFT else "qa_score.read", lang)
    return [
        escape(at),
        escape(agent_label(config, row.agent, lang) if row.agent else row.about) or _DASH,
        escape(queue_label(config, row.queue, lang)) if row.queue else _DASH,
        escape(text(f"qa_score.kind.{row.kind}", lang)),
        escape(_outcome(row, lang)),
        f'<a href="{where}" target="_self">{escape(go_on)}</a>',
    ]


def _outcome(row: ScoreRow, lang: Lang) -> str:
    if row.score is None:
        return _DASH
    if row.state == VOID:
        return text("qa_score.voided", lang)
    if row.state == DRAFT:
        return f"{row.score:g}"
    if row.fatal:
        return text("qa_score.is_fatal", lang)
    return f"{row.score:g} {text('qa_score.passed' if row.passed else 'qa_score.not_passed', lang)}"


def _told_at_once(who: str, lang: Lang) -> None:
    """The log of what agents were told at once, and whether they heard it."""
    service = runtime.service()
    now = service.floor_now()
    viewer, config = service.viewer(lang), service.config
    found = feedback.list_feedback(
        service.engine, viewer, config, now - _SHOWN_DAYS * _DAY_S, now + 1, limit=_LATEST, who=who
    )
    st.subheader(text("qa_score.told", lang), anchor=False)
    if not found:
        st.caption(text("qa_score.told.none", lang))
        return
    header = [text(f"qa_score.told.{name}", lang) for name in ("at", "agent", "who", "text", "heard")]
    body = []
    for one in found:
        heard = people_kit.at_clock(one.heard_at, config.zone) if one.heard_at else ""
        words = f"{heard} {one.heard_words}".strip() or text("qa_score.told.open", lang)
        link = page_address("qa_score", {"id": str(one.score)}) if one.score else ""
        shown = escape(people_kit.at_clock(one.at, config.zone))
        body.append([
            f'<a href="{link}" target="_self">{shown}</a>' if link else shown,
            escape(agent_label(config, one.agent, lang)), escape(one.who), escape(one.text), escape(words),
        ])  # fmt: skip
    people_kit.piece(people_kit.table(header, body))


def _tell(who: str, lang: Lang) -> None:
    """Tell an agent something at once, without a form."""
    with (
        st.expander(text("qa_score.tell.form", lang), key="qa-tell"),
        st.form("qa-tell-form", border=False),
    ):
        told = st.session_state.get(_TOLD, 0)  # fields of their own each time: empty when it was done
        agent = _agent_field(f"qa-tell-agent-{told}", lang)
        said = st.text_area(text("qa_score.tell.text", lang), max_chars=1000, key=f"qa-tell-text-{told}")
        if st.form_submit_button(text("qa_score.tell.send", lang), **gate(Right.QA_SCORE, lang)):
            _told_now(agent, said, who, lang)


def _told_now(agent: str, said: str, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act() -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        feedback.tell(service.engine, viewer, service.config, agent, said, who, now)
        return text("qa_score.tell.done", lang)

    if people_kit.acting(lang, act):
        st.session_state[_TOLD] = st.session_state.get(_TOLD, 0) + 1
        st.rerun()


def _agent_field(key: str, lang: Lang) -> str:
    """One of the agents that the viewer sees, or nobody."""
    service = runtime.service()
    config = service.config
    agents = [one.name for one in subjects(service, service.viewer(lang)) if one.kind == "agent"]
    found = st.selectbox(
        text("qa_score.col.agent", lang),
        ["", *agents],
        format_func=lambda one: agent_label(config, one, lang) if one else _DASH,
        key=key,
    )
    return found or ""


# -- what is no call ---------------------------------------------------------------------------------------


def _other(who: str, lang: Lang) -> None:
    """Begin a form about a mail, a chat or a test call."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    forms = versions.in_force(service.engine, viewer, "form", versions.today(config, service.floor_now()))
    if not forms:
        return
    names = {one.name: one.form.name.zh if lang == "zh" else one.form.name.en for one in forms}
    with (
        st.expander(text("qa_score.other", lang), key="qa-other"),
        st.form("qa-other-form", border=False),
    ):
        people_kit.piece(escape(text("qa_score.other.note", lang)))
        left, right = st.columns(2)
        form = left.selectbox(text("qa_score.other.form", lang), list(names), format_func=names.__getitem__)
        kinds: list[Kind] = ["dial_test", "own"]
        kind = right.selectbox(
            text("qa_score.col.kind", lang),
            kinds,
            format_func=lambda one: text(f"qa_score.other.{one}", lang),
        )
        about = left.text_input(text("qa_score.other.about", lang), max_chars=200)
        with right:
            agent = _agent_field("qa-other-agent", lang)
        at = people_kit.when(text("qa_score.other.at", lang), "qa-other-at", config.zone, service.floor_now())
        stands = gate(Right.QA_SCORE, lang)
        if st.form_submit_button(text("qa_score.other.begin", lang), type="primary", **stands):
            begin = Begin(kind or "own", form=form or "", about=about, agent=agent, at=at)
            _begin_other(begin, who, lang)


def _begin_other(begin: Begin, who: str, lang: Lang) -> None:
    service = runtime.service()
    made: list[int] = []

    def act() -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        made.append(scoring.open_score(service.engine, viewer, service.config, begin, who, now).id)
        return text("qa_score.begun", lang)

    if people_kit.acting(lang, act):
        st.query_params["id"] = str(made[0])
        st.rerun()
