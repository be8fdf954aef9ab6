"""While the simulated history is still being written: pages say so where their days are not there yet."""

import streamlit as st

from ccfloor.service import runtime
from ccfloor.service.history import read_progress
from ccfloor.ui.people_kit import at_clock
from ccfloor.ui.texts import Lang, text


def filling(start: float, end: float, lang: Lang) -> str:
    """What to say of [start, end) (UTC epoch seconds) while it is being filled; empty where it is not."""
    service = runtime.service()
    progress = read_progress(service.engine, service.config.site)
    if progress is None or progress.share >= 1 or end <= progress.at or start >= progress.end:
        return ""
    until = at_clock(progress.at, service.config.zone)
    return text("kpi.filling", lang, percent=f"{progress.share:.0%}", at=until)


def show_quality(lang: Lang) -> None:
    """Say that the simulated past of QA is still being written: it begins when all calls are there."""
    service = runtime.service()
    progress = read_progress(service.engine, service.config.site)
    if service.settings.source != "simulator" or progress is None or progress.qa_made:
        return
    if progress.share < 1:
        st.caption(text("qa.filling.calls", lang, percent=f"{progress.share:.0%}"))
        return
    until = at_clock(max(progress.quality, progress.start), service.config.zone)
    st.caption(text("qa.filling", lang, at=until))


def show(start: float, end: float, lang: Lang) -> None:
    """Draw it, if there is anything to say."""
    if told := filling(start, end, lang):
        st.caption(told)
