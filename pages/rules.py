"""The floor's rules: what each watches, what it would have done, who changed it and why."""

import streamlit as st

from ccfloor.ui import rules_list
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look
from ccfloor.ui.texts import text

seen = look()
st.header(text("page.rules", seen.lang), anchor=False)
with database_or_notice(seen.lang):
    rules_list.show(seen)
