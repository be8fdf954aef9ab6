"""The channels on the settings page: how they do, a test message, the last messages."""

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import routes_notify, runtime
from ccfloor.service.notify.ask import AskError
from ccfloor.service.notify.file import QuietEntry
from ccfloor.service.notify.overview import ChannelState, Overview, overview
from ccfloor.service.notify.reasons import in_language
from ccfloor.service.notify.status import Passed
from ccfloor.ui import people_kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.system_rows import DASH, Row, clock
from ccfloor.ui.texts import Lang, text

_ASKED, _WHO = "notify-asked", "notify-who"
_LATE_S = 15.0


def show(lang: Lang) -> None:
    """The section. Raises SQLAlchemyError where the database is away."""
    service = runtime.service()
    site = service.settings.site
    found = overview(service.engine, site.id, site.data, service.clock())
    st.subheader(text("notify.title", lang), anchor=False)
    st.caption(text("notify.lead", lang, path=found.path))
    for problem in found.problems:
        st.error(problem.said(lang))
    if found.channels:
        st.table([channel_row(item, site.zone, lang) for item in found.channels], hide_index=True)
    _doubts(found, lang)
    if any(item.enabled for item in found.channels):
        _test(found, lang)
    else:
        st.caption(text("notify.none_on", lang))
    if found.messages:
        st.subheader(text("notify.recent.title", lang), anchor=False)
        st.table([message_row(item, site.zone, lang) for item in found.messages], hide_index=True)


def _doubts(found: Overview, lang: Lang) -> None:
    for item in found.unknown:
        rule = item.rule.name.zh if lang == "zh" else item.rule.name.en
        st.warning(text("notify.unknown", lang, rule=rule, name=item.name))


def channel_row(item: ChannelState, zone: str, lang: Lang) -> Row:
    """One channel as a row of the table."""
    values = {
        "name": item.name,
        "kind": text(f"notify.kind.{item.kind}", lang),
        "on": text("notify.on" if item.enabled else "notify.off", lang),
        "last": f"✗ {in_language(item.trouble, lang)}" if item.trouble else _result(item.last, zone, lang),
        "quiet": " · ".join(quiet_words(window, lang) for window in item.quiet) or DASH,
        "lang": text(f"lang.{item.lang}", lang),
        "target": item.target or DASH,
    }
    return {text(f"notify.col.{name}", lang): value for name, value in values.items()}


def quiet_words(window: QuietEntry, lang: Lang) -> str:
    """Quiet hours in words."""
    days = " ".join(text(f"notify.day.{day}", lang) for day in window.days)
    return f"{days} {window.begin}–{window.end}".strip()


def _result(last: Passed | None, zone: str, lang: Lang) -> str:
    if last is None:
        return DASH
    state = text(f"notify.state.{last.state}", lang)
    error = f" · {in_language(last.error, lang)}" if last.error else ""
    return f"{clock(last.at, zone, '%m-%d %H:%M:%S')} {state}{error}"


def message_row(item: Passed, zone: str, lang: Lang) -> Row:
    """One of the last messages as a row of the table."""
    values = {
        "at": clock(item.at, zone, "%m-%d %H:%M:%S"),
        "channel": item.channel,
        "kind": text(f"notify.what.{item.kind}", lang),
        "state": text(f"notify.state.{item.state}", lang),
        "title": item.title or DASH,
        "alarms": str(item.alarms),
        "error": in_language(item.error, lang) or DASH,
    }
    return {text(f"notify.msg.{name}", lang): value for name, value in values.items()}


# -- a test message ----------------------------------------------------------------------------------


def _test(found: Overview, lang: Lang) -> None:
    with st.form("notify-test", border=False):
        left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
        names = [item.name for item in found.channels if item.enabled]
        channel = left.selectbox(text("notify.test.channel", lang), names)
        who = people_kit.who_field(middle, text("notify.test.who", lang), _WHO, lang)
        label, stands = text("notify.test.send", lang), gate(Right.NOTIFY, lang)
        pressed = right.form_submit_button(label, use_container_width=True, **stands)
    if pressed:
        try:
            number = routes_notify.ask(channel or "", who)
            st.session_state[_ASKED] = (number, channel, runtime.service().clock())
        except AskError as error:
            st.session_state.pop(_ASKED, None)
            st.error(text(f"notify.error.{error.code}", lang))
    if _ASKED in st.session_state:
        waits = routes_notify.result(st.session_state[_ASKED][0])[0] == "waiting"
        st.fragment(_became, run_every=1.0 if waits else None)(lang, waits)


def _became(lang: Lang, waited: bool) -> None:
    """What became of the test; looked at every second until it is known."""
    number, channel, asked_at = st.session_state[_ASKED]
    state, error = routes_notify.result(number)
    if state == "waiting":
        late = runtime.service().clock() - asked_at > _LATE_S
        st.info(text("notify.test.late" if late else "notify.test.waiting", lang, channel=channel))
    elif waited:
        st.rerun()  # the table above tells it too
    elif state == "sent":
        st.success(text("notify.test.sent", lang, channel=channel))
    else:
        st.error(text("notify.test.failed", lang, channel=channel, why=in_language(error, lang)))
