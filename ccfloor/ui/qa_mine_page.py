"""An agent's own QA results: what is new, the scores, one of them with its appeal, the own trend.

In the URL: ``score``; ``agent`` on a floor without accounts, where nobody can tell whose page it is.
"""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import Part, business_date
from ccfloor.kpi.scope import Scope
from ccfloor.qa.appeals import AppealState, Step
from ccfloor.service import runtime
from ccfloor.service.agent_trend import BACK_DAYS, Asked, trend
from ccfloor.service.qa import appeal_views, feedback, scoring
from ccfloor.service.qa.appeal_rules import Rules, rules_of
from ccfloor.service.qa.appeal_views import Shown
from ccfloor.service.qa.feedback import Feedback
from ccfloor.store.qa_appeals import Which
from ccfloor.store.qa_scores import COUNTING, SUBMITTED, ScoreRow, Wanted
from ccfloor.store.viewer import Viewer
from ccfloor.ui import charts, qa_mine_plans, qa_mine_score, qa_state, trend_chart
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_appeal_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.qa_appeal_words import DASH
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_LATEST = 100
_FEEDBACK_S = 90 * 86_400.0
_PART: Part = "week"


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    with database_or_notice(lang):
        score = st.query_params.get("score", "")
        if not score:
            st.header(text("page.qa_mine", lang), anchor=False)
        whose = _whose(lang)
        who = kit.who_acts(lang) if not runtime.service().viewer(lang).account else ""
        if not whose:
            st.caption(text("qa_mine.nobody", lang))
        elif score:
            qa_mine_score.show(seen, int(score) if score.isdecimal() and len(score) < 19 else -1, who)
        else:
            _home(seen, whose, who)


def _whose(lang: Lang) -> list[str]:
    """The agents that this account is; on an open floor the one that is chosen."""
    service = runtime.service()
    viewer = service.viewer(lang)
    if viewer.account:
        return sorted(viewer.own)
    config = service.config
    names = sorted({seat.agent for seat in config.seats.values() if seat.agent})
    asked = st.query_params.get("agent", "")
    if not names or st.query_params.get("score"):
        return names
    found = asked if asked in names else names[0]
    qa_state.pick(
        "agent", text("qa_mine.agent", lang), names, found, lambda one: agent_label(config, one, lang), str
    )
    return [found]


def _reader(lang: Lang) -> Viewer:
    """Who reads the own results: an account as an agent of the floor; on an open floor whoever sits there."""
    viewer = runtime.service().viewer(lang)
    return viewer.as_agent() if viewer.account else viewer


def _home(seen: Look, whose: Sequence[str], who: str) -> None:
    service, lang = runtime.service(), seen.lang
    viewer, config, now = service.viewer(lang), service.config, service.floor_now()
    rules = rules_of(service.settings.site, lang)
    rows, running = list[ScoreRow](), list[Shown]()
    for agent in whose:
        wanted = Wanted(agent=agent, kinds=COUNTING, states=(SUBMITTED,))
        rows += scoring.list_scores(service.engine, viewer, config, wanted, who, limit=_LATEST)
        asked = (service.engine, viewer, config, rules, Which(agent=agent), now, who)
        running += appeal_views.list_appeals(*asked, limit=_LATEST)
    told = _told(whose, lang)
    _news(rows, running, told, lang)
    _feedback(told, who, lang)
    _trends(seen, whose)
    qa_mine_plans.show(whose, _reader(lang), lang)
    st.subheader(text("qa_mine.scores", lang), anchor=False)
    if not rows:
        st.caption(text("qa_mine.scores.none", lang))
        return
    names = ("call", "queue", "score", "seen", "appeal", "open")
    header = [text(f"qa_mine.col.{name}", lang) for name in names]
    anew = appeal_views.corrected(service.engine, viewer, rows)
    kit.piece(kit.table(header, [_row(row, running, rules, anew.get(row.id), lang) for row in rows]))
    if len(rows) >= _LATEST:
        st.caption(text("qa_mine.latest", lang, n=_LATEST))


# -- what is new -----------------------------------------------------------------------------------------


def _news(rows: Sequence[ScoreRow], running: Sequence[Shown], told: Sequence[Feedback], lang: Lang) -> None:
    """What the agent is asked for, in a sentence each."""
    unread = sum(row.seen_at is None for row in rows)
    takable = [one for one in running if Step.ESCALATE in one.steps]
    lines = [text("qa_mine.news.unread", lang, n=unread)] if unread else []
    lines += [text("qa_mine.news.told", lang, n=len(told))] if told else []
    for one in takable:
        due = words.due_words(one, lang)
        lines.append(text("qa_mine.news.answered", lang, n=one.row.id, due=due))
    if lines:
        kit.piece("<br>".join(map(escape, lines)), "cp-warn")


def _told(whose: Sequence[str], lang: Lang) -> list[Feedback]:
    """What the agent was told at once and has not said yet that he heard it."""
    service = runtime.service()
    now, found = service.floor_now(), list[Feedback]()
    viewer, config = service.viewer(lang), service.config
    for agent in whose:
        asked = (service.engine, viewer, config, now - _FEEDBACK_S, now + 1)
        found += feedback.list_feedback(*asked, agent=agent, open_only=True)
    return found


def _feedback(told: Sequence[Feedback], who: str, lang: Lang) -> None:
    if not told:
        return
    service = runtime.service()
    st.subheader(text("qa_mine.told", lang), anchor=False)
    for one in told:
        with st.container(key=f"people-row-told-{one.id}"):
            at = kit.at_clock(one.at, service.config.zone)
            link = ""
            if one.score:
                address = page_address("qa_mine", {"score": str(one.score)})
                link = f'<a href="{address}" target="_self">{escape(text("qa_mine.open", lang))}</a>'
            head = f'<span class="t">{at}</span><b>{escape(one.who)}</b>{link}'
            kit.piece(f'<div class="cp-row">{head}</div>{escape(one.text)}')
            _hear(one, who, lang)


def _hear(one: Feedback, who: str, lang: Lang) -> None:
    service = runtime.service()
    with st.form(f"qa-hear-{one.id}", border=False):
        field, button = st.columns([4, 1], vertical_alignment="bottom")
        said = field.text_input(text("qa_mine.words", lang), max_chars=1000, key=f"qa-hear-words-{one.id}")
        stands = gate(Right.OWN, lang)
        pressed = button.form_submit_button(text("qa_mine.heard", lang), type="primary", **stands)

    def act() -> str:
        feedback.hear(service.engine, service.viewer(lang), one.id, said, who, service.floor_now())
        return text("qa_mine.heard.done", lang)

    if pressed and kit.acting(lang, act):
        kit.again()


# -- the trend -------------------------------------------------------------------------------------------


def _trends(seen: Look, whose: Sequence[str]) -> None:
    """The own score week by week, with natural limits."""
    service, lang = runtime.service(), seen.lang
    today = business_date(service.config, service.floor_now())
    asked = Asked("qa_score", _PART, today - timedelta(days=BACK_DAYS[_PART]), today)
    for agent in whose:
        made = trend(service, _reader(lang), Scope("agent", agent), asked)
        if any(point.result.value is not None for point in made.points):
            st.subheader(text("qa_mine.trend", lang), anchor=False)
            charts.show(trend_chart.control_chart(made, seen.theme, lang, 260), f"qa-mine-{agent}")


# -- the list --------------------------------------------------------------------------------------------


def _row(
    row: ScoreRow, running: Sequence[Shown], rules: Rules, corrected: float | None, lang: Lang
) -> list[str]:
    config = runtime.service().config
    address = page_address("qa_mine", {"score": str(row.id)})
    opened = text("qa_mine.open", lang)
    queue = queue_label(config, row.queue, lang) if row.queue else row.about
    verdict = text(f"qa_score.{'is_fatal' if row.fatal else 'passed' if row.passed else 'not_passed'}", lang)
    read = text("qa_mine.unread", lang) if row.seen_at is None else kit.at_clock(row.seen_at, config.zone)
    return [
        escape(kit.at_clock(row.call_at, config.zone)),
        escape(queue) or DASH,
        f"<b>{row.score:g}</b> {escape(verdict)}" if row.score is not None else DASH,
        escape(read),
        escape(_appeal_words(row, running, rules, corrected, lang)),
        f'<a href="{address}" target="_self">{escape(opened)}</a>',
    ]


def _appeal_words(
    row: ScoreRow, running: Sequence[Shown], rules: Rules, corrected: float | None, lang: Lang
) -> str:
    """How it stands with the appeal, or until when there may be one."""
    service = runtime.service()
    mine = [one for one in running if one.row.score == row.id]
    asked = (service.config, rules, row, [one.row for one in mine], service.floor_now(), corrected)
    told = appeal_views.chance_of(*asked)
    if told.open:
        return words.last_day_words(told.last, told.left, lang)
    if not mine:
        return DASH
    newest = mine[0]
    decided = newest.row.decision and newest.now.state != AppealState.WITHDRAWN
    more = f" · {words.decision_words(newest.row.decision, lang)}" if decided else ""
    return words.state_words(newest, lang) + more
