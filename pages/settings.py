"""What is set here, to read: settings, queues with their targets, pause reasons. Changed in files."""

import streamlit as st

from ccfloor.service import runtime
from ccfloor.ui.shell import look
from ccfloor.ui.system_rows import reason_rows, setting_rows, target_rows
from ccfloor.ui.texts import text

seen = look()
service = runtime.service()

st.header(text("page.settings", seen.lang), anchor=False)
st.caption(text("settings.lead", seen.lang))
for key, rows in (
    ("queue", target_rows(service.config, seen.lang)),
    ("reason", reason_rows(service.config, seen.lang)),
    ("all", setting_rows(service.settings, seen.lang)),
):
    st.subheader(text(f"settings.{key}.title", seen.lang), anchor=False)
    if rows:
        st.table(rows, hide_index=True)
    else:
        st.caption(text("settings.none", seen.lang))
