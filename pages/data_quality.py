"""How far the numbers can be trusted: links, streams, unreadable lines, repairs."""

import streamlit as st

from ccfloor.service import runtime
from ccfloor.store.quality import repair_rows, repairs_by_hour
from ccfloor.store.queries import bad_lines, repair_counts, source_rows
from ccfloor.ui import charts
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look
from ccfloor.ui.system_rows import bad_table, link_rows, named, repair_table, source_table
from ccfloor.ui.texts import text

DAY_S = 86_400

seen = look()
lang = seen.lang
service = runtime.service()
viewer = service.viewer(lang)
zone = service.config.zone
now = service.clock()
start, end = now - now % 3600 - DAY_S + 3600, now - now % 3600 + 3600


def section(key: str, rows: list[dict[str, str]]) -> None:
    """A titled table, or the sentence that says there is nothing."""
    st.subheader(text(f"quality.{key}.title", lang), anchor=False)
    if rows:
        st.table(rows, hide_index=True)
    else:
        st.caption(text(f"quality.{key}.none", lang))


st.header(text("page.data_quality", lang), anchor=False)
st.caption(text("quality.lead", lang))
with database_or_notice(lang):
    section("link", link_rows(service.hub.sources, zone, lang))
    section("source", source_table(source_rows(service.engine, viewer), zone, lang))
    section("bad", bad_table(bad_lines(service.engine, viewer), zone, lang))

    counts = repair_counts(service.engine, viewer, start, end)
    section("repair", repair_table(repair_rows(service.engine, viewer, start, end), zone, lang))
    if counts:
        kinds = sorted(counts.items(), key=lambda item: -item[1])
        st.caption(" · ".join(f"{named('repair', kind, lang)} {count:,}" for kind, count in kinds))
        hours = repairs_by_hour(service.engine, viewer, start, end)
        words = text("quality.repair.bar", lang)
        charts.show(
            charts.bars(seen.theme, charts.local(list(hours), zone), list(hours.values()), words), "repairs"
        )
