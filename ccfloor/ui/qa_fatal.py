"""Above the QA overview: the forms of the last days that are 0 for something fatal, each with its link."""

from html import escape

from ccfloor.service import runtime
from ccfloor.service.qa import fatal_news, scoring
from ccfloor.service.qa.versions import Names
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import people_kit, qa_lists
from ccfloor.ui.links import page_address
from ccfloor.ui.qa_words import item_name
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, text


def show(names: Names, lang: Lang) -> None:
    """Draw it; nothing where there are none."""
    service = runtime.service()
    viewer, now = service.viewer(lang), service.floor_now()
    found = fatal_news.recent(service.engine, viewer, service.config, now, qa_lists.typed_name())
    if not found:
        return
    head = text("qa.fatal_news", lang, n=len(found), days=fatal_news.SHOWN_DAYS)
    lines = "".join(_line(row, names, lang) for row in found)
    people_kit.piece(f"<b>{escape(head)}</b>{lines}", "cp-bad")


def _line(row: ScoreRow, names: Names, lang: Lang) -> str:
    service = runtime.service()
    config = service.config
    fatal = scoring.result_of(service.engine, config.site, row).fatal
    parts = [
        agent_label(config, row.agent, lang) if row.agent else row.about,
        queue_label(config, row.queue, lang) if row.queue else "",
        ("、" if lang == "zh" else ", ").join(item_name(names, row.form, item, lang) for item in fatal),
        text("qa.fatal_news.read" if row.seen_at else "qa.fatal_news.unread", lang),
    ]
    at = escape(people_kit.at_clock(row.submitted_at or row.call_at, config.zone))
    where = page_address("qa_score", {"id": str(row.id)})
    opened = f'<a href="{where}" target="_self">{escape(text("qa.open", lang))}</a>'
    return f'<div class="cp-log"><span>{at}</span> {escape(" · ".join(filter(None, parts)))} {opened}</div>'
