"""Below the live plan: planned peaks, leave, incidents and the emergency group. One fragment of the page."""

import streamlit as st

from ccfloor.ui import people_kit, plan_campaigns, plan_incidents, plan_leave
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import text

_REFRESH_S = 20
_TABS = ("campaign", "leave", "incident", "contact")


def show(seen: Look) -> None:
    """Draw the sections; they read anew every little while, so that a collision shows without a click."""
    people_kit.dress(seen)
    _sections(seen)


@st.fragment(run_every=_REFRESH_S)
def _sections(seen: Look) -> None:
    lang = seen.lang
    st.subheader(text("people.title", lang), anchor=False)
    who = people_kit.who_acts(lang)
    campaign, leave, incident, contact = st.tabs([text(f"people.tab.{name}", lang) for name in _TABS])
    with database_or_notice(lang):
        with campaign:
            plan_campaigns.show(seen, who)
        with leave:
            plan_leave.show(seen, who)
        with incident:
            plan_incidents.show(seen, who)
        with contact:
            plan_incidents.contacts(seen)
