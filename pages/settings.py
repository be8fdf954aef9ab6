"""What is set here: channels, queues with their targets, pause reasons, settings. Changed in files."""

import streamlit as st

from ccfloor.service import runtime
from ccfloor.ui import accounts_page, displays_section, notify_section
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look
from ccfloor.ui.system_rows import reason_rows, setting_rows, target_rows
from ccfloor.ui.texts import text

seen = look()
service = runtime.service()

st.header(text("page.settings", seen.lang), anchor=False)
st.caption(text("settings.lead", seen.lang))
with database_or_notice(seen.lang):
    notify_section.show(seen.lang)
    displays_section.show(seen)
st.subheader(text("rights.title", seen.lang), anchor=False)
st.caption(text("rights.lead", seen.lang))
accounts_page.rights_table(seen.lang)
for key, rows in (
    ("queue", target_rows(service.config, service.viewer(seen.lang), seen.lang)),
    ("reason", reason_rows(service.config, seen.lang)),
    ("all", setting_rows(service.settings, seen.lang)),
):
    st.subheader(text(f"settings.{key}.title", seen.lang), anchor=False)
    if rows:
        st.table(rows, hide_index=True)
    else:
        st.caption(text("settings.none", seen.lang))
