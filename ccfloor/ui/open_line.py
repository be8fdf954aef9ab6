"""That the floor stands open without a login: one quiet line on every page, on walls and telephones, too.

It stands in the margin below everything, belongs to no element of a page, and moves none.
"""

import json

import streamlit as st

from ccfloor.ui import access_kit
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme

_STYLE = (
    "<style>body::after{content:%s;position:fixed;right:0;bottom:0;z-index:2147483001;pointer-events:none;"
    "padding:0 .5em;font-size:max(.6875rem,1.2vh);line-height:1.15;color:%s;background:%s}"
    "body:has(.ccfloor-replay)::after{bottom:5.75rem}"  # above the strip, which is the replay's own
    "@media print{body::after{display:none}}</style>"
)


def open_line(lang: Lang, theme: Theme) -> None:
    """Put the line on the page, where the floor stands open."""
    found = access_kit.who()
    if found.account or found.board:
        return
    words = json.dumps(text("access.open", lang), ensure_ascii=False)
    colour = COLOURS[theme]
    st.html(_STYLE % (words, colour["ink2"], colour["ground"]))
