"""What is told on the site's channels about appeals: what waits for whom, and what is late.

Told once each, on working days by day, and only while it is new: a channel that is named later does not hear
of what was long ago. Agents and reviewers are not named: a channel may be read by many.
"""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date
from ccfloor.qa import appeals as core
from ccfloor.qa.appeals import Appeal, AppealState
from ccfloor.service.notify.ask import send_to
from ccfloor.service.notify.file import NotifyFile, told_on
from ccfloor.service.places import SettingsError
from ccfloor.service.qa import fatal_news
from ccfloor.service.qa.appeal_rules import Rules, file_of, rules_of
from ccfloor.service.qa.appeal_views import stored_appeal
from ccfloor.service.qa.appeals import pass_on
from ccfloor.service.settings import SiteSettings
from ccfloor.store import qa_appeals as rows
from ccfloor.store import qa_scores
from ccfloor.store.engine import writing
from ccfloor.store.tables import notices
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
_HOURS = range(8, 20)  # by the site's clock
_NEW_DAYS, _LATE_DAYS = 3, 7
_MOST = 200
_WAITS = {
    AppealState.FILED: ("answer", "待班长答复", "waits for a lead's answer"),
    AppealState.ESCALATED: ("decide", "待领导复核", "waits for leadership's decision"),
    AppealState.DECIDED: ("reasons", "待送达书面理由", "waits for its written reasons"),
}
_LATE = ("late", "已逾期", "is late")
What = tuple[str, str, str]


def look_after(engine: Engine, config: FloorConfig, settings: SiteSettings, now: float) -> None:
    """Pass on the appeals whose time ran out, and tell what waits; and what fatal forms nobody told of yet.

    Raises SQLAlchemyError, SettingsError.
    """
    fatal_news.tell(engine, config, settings, now)
    rules = rules_of(settings)
    pass_on(engine, config, rules, now)
    tell(engine, config, settings, rules, now)


def tell(engine: Engine, config: FloorConfig, settings: SiteSettings, rules: Rules, now: float) -> int:
    """Send what has not been told yet; returns how many appeals were told of."""
    names = file_of(settings).tell
    today = business_date(config, now)
    by_day = datetime.fromtimestamp(now, ZoneInfo(config.zone)).hour in _HOURS
    if not by_day or not rules.calendar.works(today):
        return 0
    try:
        file = told_on(settings.data, names)
    except SettingsError as error:
        log.warning("appeals cannot be told of: %s", error)
        return 0
    if file is None:
        return 0
    found = _untold(engine, config, rules, today)
    if not found:
        return 0
    with writing(engine) as connection:
        told = [one for one in found if not _told(connection, config.site, _about(*one[:2]))]
        for number, what, appeal in told:
            _send(connection, config, settings, file, names, (number, what, appeal), rules, today, now)
    return len(told)


def _untold(engine: Engine, config: FloorConfig, rules: Rules, today: date) -> list[tuple[int, What, Appeal]]:
    """What waits or is late, is new, and has not been told."""
    whole = Viewer(site=config.site)
    with engine.connect() as connection:
        within = rows.readable(connection, whole, config, "")
        there = rows.listed(connection, rows.Which(states=rows.UNDER_WAY), within)
        standing = [
            (row.id, core.passed(stored_appeal(row), today, *rules))
            for row in there
            if row.score_state == qa_scores.SUBMITTED
        ]
        due = [(number, what, one) for number, one in standing if (what := _what(one, today))]
        return [one for one in due if not _told(connection, config.site, _about(*one[:2]))][:_MOST]


def _what(one: Appeal, today: date) -> What | None:
    if core.late(one, today) and one.due is not None:
        return _LATE if (today - one.due).days <= _LATE_DAYS else None
    waits = _WAITS.get(one.state)
    return waits if waits and (today - one.since).days <= _NEW_DAYS else None


def _about(number: int, what: What) -> str:
    return f"qa_appeal/{number}/{what[0]}"


def _told(connection: Connection, site: str, about: str) -> bool:
    mine = (notices.c.site == site, notices.c.about == about)
    return connection.execute(select(notices.c.id).where(*mine).limit(1)).first() is not None


def _send(
    connection: Connection,
    config: FloorConfig,
    settings: SiteSettings,
    file: NotifyFile,
    names: tuple[str, ...],
    told: tuple[int, What, Appeal],
    rules: Rules,
    today: date,
    now: float,
) -> None:
    number, what, appeal = told
    due = appeal.due or today
    left = rules.calendar.between(today, due)
    zh = f"还剩 {left} 个工作日" if left >= 0 else f"已逾期 {-left} 个工作日"
    en = f"{left} working days left" if left >= 0 else f"{-left} working days late"
    texts = {
        "zh": f"【质检申诉】{settings.name_zh}\n申诉 {number} {what[1]}：{due:%Y-%m-%d} 到期，{zh}。",
        "en": f"[QA appeal] {settings.name_en}\nAppeal {number} {what[2]}: due {due:%Y-%m-%d}, {en}.",
    }
    send_to(connection, config.site, file, names, _about(number, what), texts, now)
