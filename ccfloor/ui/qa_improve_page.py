"""The page of what follows from scores: improvement plans, training needs, cases to learn from.

In the URL: ``plan``, or ``view`` (plans, needs, cases); ``score``: of which a case is to be made; ``scope``
and ``measure``: what a new plan begins with.
"""

import streamlit as st

from ccfloor.service import runtime
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_cases_section, qa_needs_section, qa_plan_one, qa_plans_section, qa_state
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

VIEWS = ("plans", "needs", "cases")


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    st.header(text("page.qa_improve", lang), anchor=False)
    with database_or_notice(lang):
        viewer = runtime.service().viewer(lang)
        who = "" if viewer.account else kit.who_acts(lang)
        asked = st.query_params.get("plan", "")
        if asked:
            number = int(asked) if asked.isdecimal() and len(asked) < 19 else -1
            qa_plan_one.show(number, who, seen)
            return
        view = _view(lang)
        if view == "plans":
            qa_plans_section.show(who, lang)
        elif view == "needs":
            qa_needs_section.show(who, lang)
        else:
            qa_cases_section.show(who, lang)


def _view(lang: Lang) -> str:
    default = "cases" if st.query_params.get("score") else ""
    return qa_state.view(VIEWS, "qa_improve.view", text("page.qa_improve", lang), lang, default)
