"""Streamlit's entry script: the Viewer's language and theme, and the navigation. Pages do the rest.

It lives away from ``pages/`` on purpose: beside that folder a page could be opened before this script
has run once, past everything decided here.
"""

import streamlit as st

from ccfloor.ui import access_kit
from ccfloor.ui.notice import trouble_notice
from ccfloor.ui.open_line import open_line
from ccfloor.ui.shell import BOARDS, closed_to, look, shell

st.set_page_config(page_title="ccfloor", layout="wide", initial_sidebar_state=200)
access_kit.listen()
page = shell()
open_line(look().lang, look().theme)
if page.url_path not in BOARDS:
    trouble_notice(look().lang)
if not closed_to(page):
    page.run()
