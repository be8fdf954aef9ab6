"""The page of QA forms and sampling plans: a list, and one of them to read, write, publish and compare.

In the URL: ``kind`` (form, plan), ``name``, ``view`` (read, edit, versions, compare), ``version``.
"""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.service import runtime
from ccfloor.service.qa import versions as qa
from ccfloor.service.qa.files import keep_files
from ccfloor.service.qa.form_files import EXCEL, excel_bytes, yaml_bytes
from ccfloor.service.qa.versions import DRAFT, KINDS, RETIRED, Kind, Version, counting, planned
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_forms_paper as paper
from ccfloor.ui import qa_state
from ccfloor.ui.downloads import download
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.qa_forms_new import starting
from ccfloor.ui.qa_forms_state import editing
from ccfloor.ui.qa_forms_versions import TOLD, comparing, history, offering, retiring
from ccfloor.ui.qa_forms_words import by_whom, states, summary, title, version_name
from ccfloor.ui.qa_forms_write import Names, forms_named, write
from ccfloor.ui.shell import Look, page_of
from ccfloor.ui.texts import Lang, as_written, text

VIEWS = ("read", "edit", "versions", "compare")

_CSS = """
[class*=st-key-qf-row]{border-top:1px solid var(--line);padding:.5rem 0 .25rem}
[class*=st-key-qf-row] [data-testid=stVerticalBlock]{gap:.15rem}
[class*=st-key-qf-row] [data-testid=stHorizontalBlock]{gap:.35rem 1.5rem}
[class*=st-key-qf-link] [data-testid=stPageLink-NavLink]{background:none;padding:0}
[class*=st-key-qf-link] [data-testid=stPageLink-NavLink] p{text-decoration:underline;font-weight:700}
.st-key-qf-outline{border-right:1px solid var(--line);padding-right:1rem}
.st-key-qf-outline [data-testid=stRadio] label{align-items:flex-start}
[class*=st-key-qf-yaml] textarea{font-family:monospace;font-size:.875rem}
@media(max-width:700px){
.st-key-qf-outline{border-right:0;border-bottom:1px solid var(--line);padding:0 0 1rem}
.st-key-qf-outline [data-testid=stRadio] label{min-height:2.75rem;align-items:center}}
"""


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    kit.uploads(lang)
    st.html(f"<style>{_CSS}{paper.CSS}</style>")
    st.header(text("page.qa_forms", lang), anchor=False)
    if told := st.session_state.pop(TOLD, ""):
        st.toast(as_written(told))  # seen wherever on the page one is
    with database_or_notice(lang):
        names = _read(lang)
        kind, name = st.query_params.get("kind", ""), st.query_params.get("name", "")
        _address(f"{kind}/{name}")
        found = next((versions for key, versions in names.items() if key == (kind, name)), None)
        if found:
            one(found, names, seen)
        else:
            _list(names, seen)


def _address(asked: str) -> None:
    """Streamlit does not write a link to the same page into the address: do it once for each."""
    before = st.session_state.get("qf-address")
    st.session_state["qf-address"] = asked
    if before is not None and before != asked:
        st.query_params.from_dict(st.query_params.to_dict())


def _read(lang: Lang) -> Names:
    """Every version by kind and name; what the files say now is taken up first."""
    service = runtime.service()
    synced = keep_files(service.engine, service.config, service.settings.site, service.floor_now())
    if synced.problems:
        lines = "\n".join(f"- {as_written(problem.said(lang))}" for problem in synced.problems)
        st.error(f"{text('qa_forms.files.refused', lang)}\n\n{lines}")
    names: Names = {}
    for version in qa.list_versions(service.engine, service.viewer(lang)):
        kind: Kind = "plan" if version.kind == "plan" else "form"
        names.setdefault((kind, version.name), []).append(version)
    return names


# -- the list ------------------------------------------------------------------------------------------


def _list(names: Names, seen: Look) -> None:
    service, lang = runtime.service(), seen.lang
    st.caption(text("qa_forms.lead", lang))
    for kind in KINDS:
        st.subheader(text(f"qa_forms.kinds.{kind}", lang), anchor=False)
        mine = {name: found for (one, name), found in names.items() if one == kind}
        for name, found in sorted(mine.items(), key=lambda item: _rank(item[1])):
            with st.container(key=f"qf-row-{kind}-{name}"):
                _row(kind, name, found, seen)
        if not mine:
            st.caption(text("qa_forms.none", lang))
    viewer = service.viewer(lang)
    if viewer.may(Right.QA_FORMS) and viewer.whole:
        st.subheader(text("qa_forms.new", lang), anchor=False)
        who = kit.who_acts(lang)
        starting(names, who, lang)


def _rank(found: list[Version]) -> tuple[bool, str]:
    """What counts stands before what does not."""
    service = runtime.service()
    today = qa.today(service.config, service.floor_now())
    return counting(found, today) is None and planned(found, today) is None, found[0].name


def _row(kind: Kind, name: str, found: list[Version], seen: Look) -> None:
    service, lang = runtime.service(), seen.lang
    today = qa.today(service.config, service.floor_now())
    name_at, words_at, state_at = st.columns([3, 5, 4], gap="medium")
    with name_at:
        _link(title(name, found, lang), seen, {"kind": kind, "name": name}, f"{kind}-{name}")
        st.caption(name)
    shown = counting(found, today) or next((one for one in found if one.body is not None), None)
    if shown is not None and shown.body is not None:
        with words_at:
            kit.piece(escape(summary(shown.body, lang)))
    with state_at:
        kit.piece(_chips(states(found, today, lang)))


def _chips(words: list[str]) -> str:
    return (
        '<div class="cp-row">' + " ".join(f'<span class="s">{escape(one)}</span>' for one in words) + "</div>"
    )


def _link(label: str, seen: Look, asked: dict[str, str], key: str) -> None:
    kept: dict[str, str] = {"lang": seen.lang, "theme": seen.theme}
    if site := st.query_params.get("site"):
        kept["site"] = site
    with st.container(key=f"qf-link-{key}"):
        st.page_link(page_of("qa_forms", seen), label=as_written(label), query_params=kept | asked)


# -- one of them ---------------------------------------------------------------------------------------


def one(found: list[Version], names: Names, seen: Look) -> None:
    """A form or plan: its head, and the view that is asked for."""
    service, lang = runtime.service(), seen.lang
    kind: Kind = "plan" if found[0].kind == "plan" else "form"
    today = qa.today(service.config, service.floor_now())
    _link(f"‹ {text('qa_forms.back', lang)}", seen, {}, "back")
    st.subheader(f"{as_written(title(found[0].name, found, lang))} · {found[0].name}", anchor=False)
    kit.piece(_chips(states(found, today, lang)))
    viewer = service.viewer(lang)
    may_write = viewer.may(Right.QA_FORMS) and viewer.whole
    view = _view([name for name in VIEWS if name != "edit" or may_write], lang)
    _offer(kind, found, may_write and view in ("read", "compare"), seen)
    if view == "edit":
        write(editing(kind, found[0].name, found), found, names, lang)
    elif view == "versions":
        history(found, lang)
        if may_write:
            retiring(kind, found[0].name, found, kit.who_acts(lang), lang)
    elif view == "compare":
        comparing(found, lang)
    else:
        _one_version(found, names, lang)


def _offer(kind: Kind, found: list[Version], may_write: bool, seen: Look) -> None:
    """What is new in the product, and what can be done about it."""
    new, lang, name = qa.offered(found), seen.lang, found[0].name
    if new is None:
        return
    kit.piece(escape(text("qa_forms.offered", lang, n=new.version)), "cp-warn")
    with st.container(horizontal=True, vertical_alignment="center"):
        there = {"kind": kind, "name": name, "view": "compare"}
        _link(text("qa_forms.offered.compare", lang), seen, there, "offered")
        if may_write:
            offering(kind, name, found, kit.who_acts(lang), lang)


def _view(offered: list[str], lang: Lang) -> str:
    return qa_state.view(offered, "qa_forms.view", text("qa_forms.view", lang), lang)


def _one_version(found: list[Version], there: Names, lang: Lang) -> None:
    """The form as it is read, in any of its versions."""
    service = runtime.service()
    today = qa.today(service.config, service.floor_now())
    readable = [one for one in found if one.body is not None and one.state != RETIRED]
    if not readable:
        st.caption(text("qa_forms.read.none", lang))
        return
    asked = st.query_params.get("version", "")
    start = next((one for one in readable if str(one.version) == asked), None) or counting(found, today)
    start = start if start in readable else readable[0]
    names = {one.version: version_name(one, lang) for one in readable}
    number = st.selectbox(
        text("qa_forms.read.version", lang), list(names), list(names).index(start.version if start else 0),
        lambda one: names[one], key=f"qf-read:{found[0].kind}:{found[0].name}", width=kit.wide(420),
    )  # fmt: skip
    shown = next(one for one in readable if one.version == number)
    body = shown.body
    assert body is not None
    if shown.state != DRAFT:
        st.caption(
            text(
                "qa_forms.read.by",
                lang,
                who=as_written(by_whom(shown, lang)),
                why=as_written(shown.why) or "–",
            )
        )
    paper.body_paper(body, service.config, forms_named(there, lang), lang)
    _takeaway(body, shown.version, lang)
    if isinstance(body, Form):
        with st.expander(text("qa_forms.try", lang)):
            st.caption(text("qa_forms.try.lead", lang))
            paper.try_form(body, f"qf-read:{body.id}:{shown.version}", lang)


def _takeaway(body: Form | Plan, version: int, lang: Lang) -> None:
    name = f"{body.id}-v{version}"
    with st.container(horizontal=True):
        download(text("qa_forms.take.excel", lang), lambda: excel_bytes(body, lang), f"{name}.xlsx", EXCEL,
                 key="qf-take-xlsx")  # fmt: skip
        download(text("qa_forms.take.yaml", lang), lambda: yaml_bytes(body), f"{name}.yaml",
                 "application/yaml", key="qf-take-yaml")  # fmt: skip
