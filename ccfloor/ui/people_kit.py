"""What the forms about people share: rows in the product's dress, who acts, and asking before acting.

Texts that people entered reach the page as escaped HTML, never as Markdown.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ccfloor.service.access.accounts import AccountError
from ccfloor.service.access.displays import DisplayError
from ccfloor.service.access.identity import acting_name
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa.versions import VersionError
from ccfloor.store.viewer import Forbidden
from ccfloor.ui import chart_scale
from ccfloor.ui.access_kit import Gate
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, as_written, text
from ccfloor.ui.tokens import css_variables

_OPEN = "people-open"
WHO = "people-who"
_STEP_S = 300

_CSS = """
[data-testid=InputInstructions]{display:none}
.cp{font-family:var(--font);color:var(--ink);font-size:.875rem;line-height:1.5;
font-variant-numeric:tabular-nums lining-nums;overflow-wrap:anywhere}
.cp b{font-weight:700}.cp small{color:var(--ink2);font-size:.8125rem}
.cp-row{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;align-items:baseline;padding:.35rem 0}
.cp-row .t{color:var(--ink2)}.cp-row .s{border:1px solid var(--rule);padding:0 .45rem;font-size:.8125rem}
.cp-row .s.now{background:var(--warn);border-color:var(--warn);color:var(--warn-on);font-weight:700}
.cp-row .s.bad{background:var(--over);border-color:var(--over);color:var(--over-on);font-weight:700}
.cp-row.past{color:var(--ink2)}
[class*=st-key-people-row-]{border-top:1px solid var(--line);padding-top:.5rem}
.cp-bad{border-left:.3rem solid var(--over);padding:.3rem .8rem;font-weight:700}
.cp-warn{border-left:.3rem solid var(--warn);padding:.3rem .8rem}
.cp-log{color:var(--ink2);padding:.1rem 0}.cp-log span{display:inline-block;min-width:4.5rem}
.cp-tab{border-collapse:collapse;width:100%;overflow-wrap:break-word}.cp-wide{overflow-x:auto}
.cp-tab th{font-weight:400;color:var(--ink2);text-align:left;font-size:.8125rem}
.cp-tab :is(td,th){padding:.3rem 1rem .3rem 0;border-top:1px solid var(--line);vertical-align:top}
.cp-tab tr:first-child>th{border-top:0}
.cp-tab td.bad{font-weight:700;color:var(--over)}.cp-tab td.bad span::before{content:'▲ ';font-size:.8em}
.cp a{color:inherit}
.cp-head{color:var(--ink2);font-size:.8125rem}
.cp-tel{min-height:2.75rem;display:inline-flex;align-items:center;font-weight:700;white-space:nowrap}
[data-testid=stBaseButton-primary],[data-testid=stBaseButton-primaryFormSubmit]
{background:var(--ink);border-color:var(--ink);color:var(--ground)}
:is([data-testid^=stBaseButton-pills],[data-testid^=stBaseButton-segmented_control]){border-radius:0}
.st-key-people-who{width:17.5rem!important;max-width:100%}
@media(max-width:700px){.st-key-people-heads{display:none}
[class*=st-key-people-row-] [data-testid=stHorizontalBlock]{gap:.15rem}
[class*=st-key-people-row-] [data-testid=stColumn]{min-width:100%}
.cp-cell{display:flex;gap:.8rem;align-items:baseline}.cp-cell span{min-width:0}
.cp-cell::before{content:attr(data-h);flex:0 0 7.5rem;color:var(--ink2)}
[class*=st-key-people-row-] [data-testid=stColumn]:last-child{padding-top:.35rem}
[class*=st-key-people-row-] [data-testid=stButton] button{min-height:2.75rem}
.cp-tab :is(tbody,tr,td){display:block}.cp-tab tr{border-top:1px solid var(--line)}
.cp-tab tr{padding:.4rem 0}.cp-tab tr:first-child,.cp-tab td.none{display:none}
.cp-tab td{border:0;padding:.1rem 0;display:flex;gap:.8rem;align-items:baseline}
.cp-tab td::before{content:attr(data-h);flex:0 0 7.5rem;color:var(--ink2);font-weight:400}
.cp-tab td>span{min-width:0}
.cp-tab td a{min-height:2.75rem;display:inline-flex;align-items:center}
[data-testid=stBaseButton-segmented_control]{border-color:var(--rule)!important}
[data-testid=stElementContainer]:has([data-testid=stButtonGroup]){max-width:100%}}
pre.cp{white-space:pre-wrap;border:1px solid var(--line);padding:.6rem .8rem;margin:0}
"""

# Streamlit's own words on the uploader are English: ours stand in their place.
_UPLOADER = """
[data-testid=stFileUploaderDropzoneInstructions]{display:none}
[data-testid=stFileUploaderDropzone]>span button p{font-size:0}
[data-testid=stFileUploaderDropzone]>span button p::after{content:'%s';font-size:.875rem}
[data-testid=stFileUploaderDropzone]:not(:has([data-testid=stFileChip]))::after{content:'%s';
font-size:.875rem;color:var(--ink2);margin-left:.8rem;align-self:center}
[data-testid=stFileUploaderDropzone] [data-testid=stBaseButton-borderlessIcon]{display:none}
"""


def uploads(lang: Lang) -> None:
    """Our words on the page's fields for files."""
    st.html(f"<style>{_UPLOADER % (text('imports.browse', lang), text('imports.drop', lang))}</style>")


def dress(seen: Look) -> None:
    """The sections' own style, in the theme of the page."""
    st.html(f"<style>:root{{{css_variables(seen.theme)}}}{_CSS}</style>")


def piece(markup: str, kind: str = "") -> None:
    """A piece of the page. ``markup``: HTML whose texts are escaped already."""
    st.html(f'<div class="cp {kind}">{markup}</div>')


def table(header: Sequence[str], rows: Iterable[Sequence[str]], bad: Collection[tuple[int, int]] = ()) -> str:
    """A table as HTML; cells are HTML already. ``bad``: (row, column) of what is not as it should be.

    On a narrow screen every row is a block, its cells with the names of their columns.
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        f"<tr>{''.join(_cell(header[c], cell, (r, c) in bad) for c, cell in enumerate(row))}</tr>"
        for r, row in enumerate(rows)
    )
    return f'<div class="cp-wide"><table class="cp-tab"><tr>{head}</tr>{body}</table></div>'


def _cell(name: str, cell: str, bad: bool) -> str:
    kind = "bad" if bad else "none" if cell.strip() in ("", "–", "– / –") else ""
    return f'<td class="{kind}" data-h="{escape(name)}"><span>{cell}</span></td>'


def heads(widths: Sequence[float], labels: Sequence[str]) -> None:
    """The names of the columns of a list with buttons; on a narrow screen each cell has its own."""
    with st.container(key="people-heads"):
        for column, label in zip(st.columns(widths), labels, strict=True):
            with column:
                piece(escape(label), "cp-head")


def row(widths: Sequence[float], labels: Sequence[str], cells: Sequence[str]) -> list[Any]:
    """A row below them; cells are HTML already. Returns its columns: the last ones are left to fill."""
    columns = st.columns(widths, vertical_alignment="center")
    for column, label, cell in zip(columns, labels, cells, strict=False):
        with column:
            st.html(f'<div class="cp cp-cell" data-h="{escape(label)}"><span>{cell}</span></div>')
    return columns


def wide(pixels: int) -> int:
    """How wide a field is: so many pixels, more on a great screen, where letters are larger."""
    return round(pixels * chart_scale.asked())


# -- time --------------------------------------------------------------------------------------------


def at_clock(at: float, zone: str, near: float = 0.0) -> str:
    """An instant as the site's clock shows it; without its day where that is the day of ``near``."""
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    same = near and datetime.fromtimestamp(near, ZoneInfo(zone)).date() == local.date()
    return local.strftime("%H:%M:%S" if same else "%m-%d %H:%M:%S")


def period(start: float, end: float, zone: str) -> str:
    """From when to when, to the minute; the day once where it is the same one."""
    first, last = (datetime.fromtimestamp(at, ZoneInfo(zone)) for at in (start, end))
    ends = last.strftime("%H:%M" if first.date() == last.date() else "%m-%d %H:%M")
    return f"{first:%Y-%m-%d %H:%M} – {ends}"


def when(label: str, key: str, zone: str, default: float) -> float:
    """Ask for an instant by the site's clock; returns UTC epoch seconds (0.0: none entered)."""
    local = datetime.fromtimestamp(default, ZoneInfo(zone)).replace(tzinfo=None)
    start = local - timedelta(minutes=local.minute % 5, seconds=local.second, microseconds=local.microsecond)
    found = st.datetime_input(label, start, key=key, format="YYYY-MM-DD", step=_STEP_S)
    return found.replace(tzinfo=ZoneInfo(zone)).timestamp() if found else 0.0


# -- acting ------------------------------------------------------------------------------------------


def who_acts(lang: Lang) -> str:
    """The name under which this viewer acts: the account's; else it is asked once for the session."""
    if mine := acting_name(""):
        piece(escape(text("people.me", lang, who=mine)))
        return mine
    st.text_input(
        text("people.who", lang),
        key=WHO,
        max_chars=60,
        width=280,
        persist_state="session",
        placeholder=text("people.who.hint", lang),
    )
    return str(st.session_state.get(WHO, ""))


def who_field(where: Any, label: str, key: str, lang: Lang) -> str:
    """The same as a field of a form: filled in and not to be changed where there is an account."""
    mine = acting_name("")
    if not mine:
        return str(where.text_input(label, key=key, max_chars=60))
    where.text_input(label, mine, disabled=True, key=f"{key}-mine", help=text("people.me.why", lang))
    return mine


def acting(lang: Lang, act: Callable[[], str]) -> bool:
    """Do what was confirmed; say so, or say in one sentence why it was not done."""
    try:
        done = act()
    except PeopleError as error:
        st.error(text(f"people.error.{error.code}", lang))
        return False
    except AccountError as error:
        st.error(text(f"account.error.{error.code}", lang))
        return False
    except VersionError as error:
        st.error(text(f"qa_forms.error.{error.code}", lang, **error.details))
        return False
    except DisplayError as error:
        st.error(text(f"display.error.{error.code}", lang))
        return False
    except Forbidden:
        st.error(text("access.forbidden", lang))
        return False
    st.toast(as_written(done))
    return True


def again() -> None:
    """Draw the sections anew; the whole page where it is not their fragment that runs."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


def opens(name: str) -> Callable[[], None]:
    """A callback that opens the question of this name, closing any other."""

    def call() -> None:
        st.session_state[_OPEN] = name

    return call


def is_open(name: str) -> bool:
    """Whether this question is open."""
    return bool(st.session_state.get(_OPEN) == name)


def close() -> None:
    """Close the question that is open."""
    st.session_state.pop(_OPEN, None)


def question(
    name: str, lang: Lang, sentence: str, label: str, act: Callable[[str], str], stands: Gate
) -> None:
    """Ask why and whether; ``act`` gets the reason and returns what to say when it is done.

    ``label``: what to ask for; "" asks nothing but whether. ``stands``: how the button that does it stands
    (``access_kit.gate``).
    """
    with st.container(border=True, key=f"people-q-{name.replace(':', '-')}"):
        piece(escape(sentence))
        with st.form(f"people-f-{name}", border=False):
            why = st.text_input(label, key=f"people-why-{name}", max_chars=1000) if label else ""
            with st.container(horizontal=True):
                yes = st.form_submit_button(
                    text("people.confirm", lang), type="primary", key=f"people-yes-{name}", **stands
                )
                no = st.form_submit_button(text("people.back", lang), key=f"people-back-{name}")
        if yes and acting(lang, lambda: act(why)):
            close()
            again()
        if no:
            close()
            again()


def log_lines(notes: Iterable[tuple[float, str, str, str]], zone: str, lang: Lang, now: float) -> str:
    """What was done, one line an entry: (at, who, item, text)."""
    return "".join(
        f'<div class="cp-log"><span>{at_clock(at, zone, now)}</span> <b>{escape(who)}</b> '
        f"{escape(text(f'people.did.{item}', lang))} {escape(words)}</div>"
        for at, who, item, words in notes
    )
