"""The page that takes in monitoring sheets: choose a form, take its template, see what a file would do."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.access.uploads import refusal
from ccfloor.service.qa import sheets, versions
from ccfloor.service.qa.form_files import EXCEL
from ccfloor.service.qa.sheets import Batch, Seen
from ccfloor.service.qa.versions import PUBLISHED, Version
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.downloads import download
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.qa_calibration_words import form_name
from ccfloor.ui.qa_work_words import day_words
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.shell import Look
from ccfloor.ui.system_rows import clock
from ccfloor.ui.texts import Lang, text

_SEEN, _ROUND = "qa-sheets-seen", "qa-sheets-round"  # a new number empties the uploader
_PROBLEMS_SHOWN, _ROWS_SHOWN = 50, 10
_UPLOAD_MB = 100  # beyond it Streamlit itself refuses, in English; below we say why


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    kit.uploads(lang)
    st.header(text("page.qa_sheets", lang), anchor=False)
    with database_or_notice(lang):
        viewer = runtime.service().viewer(lang)
        if not viewer.whole:
            kit.piece(escape(text("access.forbidden", lang)), "cp-warn")
            return
        st.caption(text("qa_sheets.lead", lang))
        who = kit.who_acts(lang)
        chosen = _form(lang)
        if chosen is not None:
            preview = _file(chosen, lang)
            if preview is not None:
                _preview(preview, lang)
                _confirm(preview, who, lang)
        _history(who, lang)


def _form(lang: Lang) -> Version | None:
    """Choose a published version, the newest first, and take its template."""
    service = runtime.service()
    found = versions.list_versions(service.engine, service.viewer(lang), "form")
    known = {f"{one.name} v{one.version}": one for one in found if one.state == PUBLISHED and one.body}
    if not known:
        st.caption(text("qa_sheets.form.none", lang))
        return None
    name = st.selectbox(
        text("qa_sheets.form", lang), list(known), width=kit.wide(480), key="qa-sheets-form",
        format_func=lambda key: form_name(known[key].name, known[key].version, lang),
    )  # fmt: skip
    if name is None:
        return None
    chosen = known[name]
    made = partial(sheets.template, chosen.form, chosen.version, lang)
    download(text("qa_sheets.template", lang), made, f"{chosen.name}-v{chosen.version}.xlsx", EXCEL,
             key="qa-sheets-template")  # fmt: skip
    return chosen


def _file(chosen: Version, lang: Lang) -> Seen | None:
    """What the chosen file would do; judged once, and again when something was taken in or out."""
    service = runtime.service()
    viewer = service.viewer(lang)
    key = f"qa-sheets-file-{chosen.id}-{st.session_state.get(_ROUND, 0)}"
    found = st.file_uploader(text("qa_sheets.file", lang, n=f"{sheets.MOST:,}"), key=key,
                             max_upload_size=_UPLOAD_MB, **gate(Right.QA_PLAN, lang))  # fmt: skip
    if found is None:
        st.session_state.pop(_SEEN, None)
        return None
    latest = sheets.list_batches(service.engine, viewer, 1)
    mark = (found.file_id, chosen.id, latest[0] if latest else None)
    known = st.session_state.get(_SEEN)
    if known is None or known[0] != mark:
        told = sheets.preview(
            service.engine, viewer, service.config, chosen.name, chosen.version, found.name,
            found.getvalue(), service.floor_now(), refusal(found.type),
        )  # fmt: skip
        known = st.session_state[_SEEN] = (mark, told)
    preview: Seen = known[1]
    return preview


def _preview(seen: Seen, lang: Lang) -> None:
    config = runtime.service().config
    told = text("qa_sheets.seen", lang, file=seen.file, lines=seen.lines, good=len(seen.sheets),
                bad=len(seen.problems))  # fmt: skip
    kit.piece(f"<b>{escape(told)}</b>")
    if seen.before is not None:
        at = kit.at_clock(seen.before.at, config.zone)[:-3]
        kit.piece(escape(text("qa_sheets.before", lang, at=at, who=seen.before.who)), "cp-warn")
    if seen.problems:
        lines = [escape(problem.said(lang)) for problem in seen.problems[:_PROBLEMS_SHOWN]]
        more = len(seen.problems) - len(lines)
        lines += [escape(text("qa_sheets.more", lang, n=more))] if more else []
        kit.piece("<br>".join(lines), "cp-bad")
    if seen.sheets:
        header = [
            text(f"qa_sheets.col.{name}", lang) for name in ("line", "agent", "call", "reviewer", "points")
        ]
        cells = [
            [
                str(one.line),
                f"<b>{escape(agent_label(config, one.agent, lang))}</b>",
                clock(one.call_at, config.zone, "%Y-%m-%d %H:%M"),
                escape(one.reviewer),
                f"{one.points:g}",
            ]
            for one in seen.sheets[:_ROWS_SHOWN]
        ]
        kit.piece(kit.table(header, cells))
        more = len(seen.sheets) - len(cells)
        if more > 0:
            st.caption(text("qa_sheets.more", lang, n=more))


def _confirm(seen: Seen, who: str, lang: Lang) -> None:
    if not seen.sheets or seen.before is not None:
        return
    key = "qa_sheets.take" if seen.clean else "qa_sheets.take.good"
    with st.form("qa-sheets-take", border=False):
        why = st.text_input(text("qa_sheets.why", lang), max_chars=500)
        stands = gate(Right.QA_PLAN, lang)
        pressed = st.form_submit_button(text(key, lang, n=len(seen.sheets)), type="primary", **stands)

    def act() -> str:
        service = runtime.service()
        made = sheets.take_in(
            service.engine, service.viewer(lang), service.config, seen, who, why, service.floor_now(),
            good_lines=not seen.clean,
        )  # fmt: skip
        return text("qa_sheets.known" if made.known else "qa_sheets.taken", lang, n=made.forms)

    if pressed and kit.acting(lang, act):
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        st.session_state.pop(_SEEN, None)
        st.rerun()


# -- what was taken in -----------------------------------------------------------------------------------


def _history(who: str, lang: Lang) -> None:
    service = runtime.service()
    found = sheets.list_batches(service.engine, service.viewer(lang))
    st.subheader(text("qa_sheets.history", lang), anchor=False)
    if not found:
        st.caption(text("qa_sheets.history.none", lang))
        return
    header = [
        text(f"qa_sheets.{name}", lang) for name in ("at", "name", "of", "forms", "days", "who", "state")
    ]
    kit.piece(kit.table(header, [_row(one, lang) for one in found]))
    _turn({one.id: one for one in found}, who, lang)


def _row(one: Batch, lang: Lang) -> list[str]:
    zone = runtime.service().config.zone
    counts = one.undone_at is None
    state = text("qa_sheets.counts", lang) if counts else text("qa_sheets.undone", lang, who=one.undone_by)
    return [
        kit.at_clock(one.at, zone)[:-3],
        f"{escape(one.file)} <small>{escape(one.why)}</small>",
        escape(form_name(one.form, one.version, lang)),
        str(one.forms),
        f"{day_words(one.first_day)} – {day_words(one.last_day)}",
        escape(one.who),
        escape(state),
    ]


def _turn(known: dict[int, Batch], who: str, lang: Lang) -> None:
    """Take one back, or let it count again."""
    chosen = st.selectbox(
        text("qa_sheets.pick", lang), list(known), None, lambda number: known[number].file, placeholder="",
        key="qa-sheets-pick", width=kit.wide(420),
    )  # fmt: skip
    if chosen is None:
        return
    one = known[chosen]
    name = "undo" if one.undone_at is None else "restore"
    asked = f"qa-sheets-{name}:{chosen}"
    stands = gate(Right.QA_PLAN, lang)
    st.button(text(f"qa_sheets.{name}", lang), key="qa-sheets-turn", on_click=kit.opens(asked), **stands)

    def act(why: str) -> str:
        service = runtime.service()
        viewer, now = service.viewer(lang), service.floor_now()
        turn = sheets.undo if name == "undo" else sheets.restore
        n = turn(service.engine, viewer, service.config, chosen, who, why, now)
        return text("qa_sheets.turned", lang, n=n)

    if kit.is_open(asked):
        sentence = text(f"qa_sheets.{name}.ask", lang, file=one.file, n=one.forms)
        kit.question(asked, lang, sentence, text("people.why", lang), act, stands)
