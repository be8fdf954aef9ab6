"""The emergency plan: levels, checklist, who complies, other alarms; below it what people enter, the past."""

import streamlit as st

from ccfloor.ui import live, plan_history, plan_people
from ccfloor.ui.people_kit import WHO
from ccfloor.ui.shell import look

_BOARD = "live-plan"


def _same_name() -> None:
    """The name given on the board is the one under which the forms below act."""
    if name := st.session_state[_BOARD].get("who"):
        st.session_state[WHO] = name


seen = look()
if plan_history.asked():  # an after-action sheet stands alone
    plan_history.show(seen)
else:
    live.board("plan", lang=seen.lang, theme=seen.theme, on_change={"who": _same_name})
    if not live.asked_day():  # in a replay there is nothing to enter
        plan_people.show(seen)
        plan_history.show(seen)
