"""What the plans made: each period with its files, whom it went to, and whether it were the same today.

One that failed, or did not reach everybody, can be made once more, with who and why.
"""

from html import escape
from pathlib import Path

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import period
from ccfloor.service import runtime
from ccfloor.service.people_log import entries
from ccfloor.service.reports.data import ReportData
from ccfloor.service.reports.making import NotMade, folder_of, planned
from ccfloor.service.reports.plans import Format, Plan, read_plans
from ccfloor.service.reports.reasons import in_language
from ccfloor.service.reports.runs import ASKED, DONE, FAILED, RUNNING, Run, read_runs, retry
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.downloads import download
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.report_files import MIME, ReportWriter
from ccfloor.ui.texts import Lang, text

_SHOWN = 30
_COLUMNS = ("due", "plan", "period", "state", "files", "told", "digest")
_SHAPES = {DONE: "●", RUNNING: "△", ASKED: "△"}


@st.fragment
def show(lang: Lang) -> None:
    """The runs, latest first; of one that is picked its files, made again where they lie elsewhere."""
    st.subheader(text("report.runs", lang), anchor=False)
    with database_or_notice(lang):
        service = runtime.service()
        viewer = service.viewer(lang)
        runs = read_runs(service.engine, viewer, _SHOWN)
        if not runs:
            st.caption(text("report.runs.none", lang))
            return
        named = {plan.id: plan for plan in read_plans(service.engine, viewer, removed=True)}
        who = kit.who_acts(lang)
        header = [text(f"report.runs.{name}", lang) for name in _COLUMNS]
        rows = [_row(run, named.get(run.plan), lang) for run in runs]
        bad = {(index, _COLUMNS.index("state")) for index, run in enumerate(runs) if run.state == FAILED}
        kit.piece(kit.table(header, rows, bad))
        _one(runs, named, who, lang)


def _state(run: Run) -> str:
    """How it stands, as a word of the texts."""
    return "partly" if run.partly else run.state


def _row(run: Run, plan: Plan | None, lang: Lang) -> list[str]:
    zone = runtime.service().config.zone
    state = text(f"report.runs.state.{_state(run)}", lang)
    shape = f"{_SHAPES[run.state]} " if run.state in _SHAPES else ""
    error = f"<br><small>{escape(in_language(run.error, lang))}</small>" if run.error else ""
    return [
        escape(kit.at_clock(run.due_at, zone)[:-3]),
        escape(plan.name if plan else str(run.plan)),
        escape(run.period),
        f"{shape}{escape(state)}{error}",
        "<br>".join(escape(Path(name).name) for name in run.files) or "–",
        escape(", ".join(run.told)) or "–",
        escape(run.digest) or "–",
    ]


def _one(runs: list[Run], named: dict[int, Plan], who: str, lang: Lang) -> None:
    """Take the files of one run, or see whether it would be the same today."""
    known = {run.id: run for run in runs if run.plan in named}
    if not known:
        return

    def shown(number: int) -> str:
        run = known[number]
        return f"{run.period} · {named[run.plan].name}"

    picked = st.selectbox(
        text("report.runs.pick", lang), list(known), format_func=shown, key="report-run", width=480
    )
    run = known[picked]
    plan = named[run.plan]
    with st.container(horizontal=True):
        for form in plan.body.formats:
            name = _name(run, plan, form)
            download(
                text(f"report.page.get.{form}", lang),
                lambda form=form: _file(run, plan, form),  # type: ignore[misc]
                name,
                MIME[form],
                key=f"report-run-{run.id}-{form}",
                disabled=run.state == RUNNING,
            )
        check = st.button(text("report.runs.check", lang), key=f"report-check-{run.id}")
        _retry_button(run, lang)
    if check:
        _compare(run, plan, lang)
    _asking(run, plan, who, lang)
    _log(run, plan, lang)


def _retry_button(run: Run, lang: Lang) -> None:
    if run.stuck(runtime.service().clock()):
        return
    name = _asks(run)
    label = text("report.runs.resend" if run.partly else "report.runs.retry", lang)
    click = kit.close if kit.is_open(name) else kit.opens(name)
    st.button(label, key=f"people-b-{name}", on_click=click, **gate(Right.SCHEDULE, lang))


def _asks(run: Run) -> str:
    return f"report-retry:{run.id}"


def _asking(run: Run, plan: Plan, who: str, lang: Lang) -> None:
    """Who and why, before it is made once more."""
    if not kit.is_open(_asks(run)):
        return
    service = runtime.service()
    details = {"name": plan.name, "period": run.period}

    def act(why: str) -> str:
        retry(service.engine, service.viewer(lang), run.id, who, why, service.clock())
        return text("report.runs.retried", lang)

    sentence = text(f"report.runs.{'resend' if run.partly else 'retry'}.ask", lang, **details)
    kit.question(_asks(run), lang, sentence, text("people.why", lang), act, gate(Right.SCHEDULE, lang))


def _log(run: Run, plan: Plan, lang: Lang) -> None:
    """Who asked for this one once more."""
    service = runtime.service()
    notes = entries(service.engine, service.viewer(lang), plan.about)
    lines = [
        (note.at, note.who, note.item, note.text)
        for note in notes
        if note.item == "report_retried" and note.text.startswith(f"{run.period} · ")
    ]
    kit.piece(kit.log_lines(lines, service.config.zone, lang, 0.0))


def _compare(run: Run, plan: Plan, lang: Lang) -> None:
    try:
        data = _data(run, plan)
    except NotMade as error:
        st.warning(in_language(str(error), lang))
        return
    same = data.digest == run.digest
    words = text("report.runs.same" if same else "report.runs.changed", lang, digest=data.digest)
    kit.piece(escape(words), "" if same else "cp-warn")


def _data(run: Run, plan: Plan) -> ReportData:
    """The run's report from what is stored now. Raises NotMade."""
    service = runtime.service()
    return planned(service, plan, period(service.config, run.period), service.clock())


def _name(run: Run, plan: Plan, form: Format) -> str:
    found = next((name for name in run.files if name.endswith(f".{form}")), "")
    return Path(found).name if found else f"{run.period}-{plan.body.lang}.{form}"


def _file(run: Run, plan: Plan, form: Format) -> bytes:
    """The file as it was made; made anew where it lies on another server or was taken away."""
    top = folder_of(runtime.service().settings).resolve()
    for name in run.files:
        path = (top / name).resolve()
        if name.endswith(f".{form}") and path.is_relative_to(top) and path.is_file():
            return path.read_bytes()
    return ReportWriter().file(_data(run, plan), plan.body.lang, form)
