"""Forms that are 0 for something fatal: told at once on the site's channels, and listed while they are new.

Each is told once, as soon as it counts: handed in so, or corrected to it. Neither the agent nor the reviewer
is named: a channel may be read by many.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, or_, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import date_of
from ccfloor.rules.model import Part
from ccfloor.service.notify.ask import send_to
from ccfloor.service.notify.file import NotifyFile, told_on
from ccfloor.service.places import SettingsError
from ccfloor.service.qa import scoring
from ccfloor.service.qa.subject import name_of
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file
from ccfloor.store import qa_scores
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_tables import qa_revisions
from ccfloor.store.qa_tables import qa_scores as scores
from ccfloor.store.tables import notices
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
FILE = "qa_fatal.yaml"
SHOWN_DAYS = 7
_NEW_DAYS = 3  # a channel that is named later does not hear of what was long ago
_DAY_S = 86_400.0
_MOST = 50
_HEARD = tuple(kind for kind in qa_scores.COUNTING if kind != "import")  # what somebody heard now
_t = scores.c


class FatalFile(Part):
    """The site's ``qa_fatal.yaml``. ``tell``: names of channels or lists of its notification file."""

    tell: tuple[str, ...] = ()


def tell(engine: Engine, config: FloorConfig, settings: SiteSettings, now: float) -> int:
    """Send what has not been told yet; returns how many forms were told of. Raises SQLAlchemyError."""
    try:
        names = site_file(FatalFile, settings, FILE).tell
        file = told_on(settings.data, names)
    except SettingsError as error:
        log.warning("fatal forms cannot be told of: %s", error)
        return 0
    if file is None:
        return 0
    with engine.connect() as connection:
        if not _untold(connection, config, now):
            return 0
    with writing(engine) as connection:
        lock_site(connection, config.site)
        found = _untold(connection, config, now)
        for row in found:
            _send(connection, config, settings, file, names, row, now)
    return len(found)


def recent(engine: Engine, viewer: Viewer, config: FloorConfig, now: float, who: str = "") -> list[ScoreRow]:
    """Fatal forms of the last days that a viewer may read, the latest first."""
    viewer.needs(Right.QA)
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
        return _fatal(connection, config, now - SHOWN_DAYS * _DAY_S, within)


def _untold(connection: Connection, config: FloorConfig, now: float) -> list[ScoreRow]:
    there = _fatal(connection, config, now - _NEW_DAYS * _DAY_S, [])
    mine = (notices.c.site == config.site, notices.c.about.in_([_about(row) for row in there]))
    told = set(connection.scalars(select(notices.c.about).where(*mine)))
    return [row for row in there if _about(row) not in told]


def _fatal(
    connection: Connection, config: FloorConfig, since: float, within: Sequence[ColumnElement[bool]]
) -> list[ScoreRow]:
    """Fatal forms that were handed in or corrected since then, and count."""
    later = (qa_revisions.c.site == config.site, qa_revisions.c.at >= since)
    new = or_(_t.submitted_at >= since, _t.id.in_(select(qa_revisions.c.score).where(*later)))
    counts = (_t.site == config.site, _t.state == qa_scores.SUBMITTED, _t.kind.in_(_HEARD), _t.fatal)
    query = select(scores).where(*counts, new, *within).order_by(_t.submitted_at.desc(), _t.id.desc())
    return [qa_scores.row_of(row) for row in connection.execute(query.limit(_MOST)).mappings()]


def _about(row: ScoreRow) -> str:
    return f"qa_fatal/{row.id}"


def _send(
    connection: Connection,
    config: FloorConfig,
    settings: SiteSettings,
    file: NotifyFile,
    names: tuple[str, ...],
    row: ScoreRow,
    now: float,
) -> None:
    form = scoring.form_of(connection.engine, config.site, row)
    items = [form.item(item).name for item in scoring.result_of(connection.engine, config.site, row).fatal]
    day = date_of(row.day)
    zh, en = "、".join(one.zh for one in items), ", ".join(one.en for one in items)
    texts = {
        "zh": f"【质检致命项】{settings.name_zh}\n评分 {row.id}（{form.name.zh}）：{zh}。"
        f"通话日期 {day:%Y-%m-%d}，请在质检页面查看并处理。",
        "en": f"[QA: fatal] {settings.name_en}\nForm {row.id} ({form.name.en}): {en}. "
        f"Call of {day:%Y-%m-%d}; see it on the QA page.",
    }
    send_to(connection, config.site, file, names, _about(row), texts, now)
