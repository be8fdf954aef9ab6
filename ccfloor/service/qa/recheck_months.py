"""The share of a month's forms that is scored again, drawn by the program when the month is over.

Each plan says the share: of the forms of its samples that were handed in in the month. It is drawn once, by a
seed that is an HMAC of plan and month under the site's key. What is drawn is nobody's until somebody who runs
the floor takes it; he sees the first score until then, as he does all others, and not from then on.
"""

import hmac
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import day_number
from ccfloor.service.audit import PROGRAM, acting, record
from ccfloor.service.people_log import PeopleError, named
from ccfloor.service.qa import versions
from ccfloor.service.qa.drawing import begins
from ccfloor.service.qa.rechecks import LETTERS, drawn, kept
from ccfloor.service.qa.subject import Subject, name_of
from ccfloor.service.qa.versions import Version, VersionError
from ccfloor.store import qa_rechecks as rows
from ccfloor.store import qa_scores, qa_versions
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_rechecks import Free, RecheckDraw
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.viewer import Viewer

_BACK = 2  # months that are made up for
_TRIES = 5

Month = tuple[date, date]  # its first and its last day


# -- drawing -----------------------------------------------------------------------------------------


def draw_months(engine: Engine, config: FloorConfig, key: bytes, last: date, now: float) -> int:
    """Draw of the months that were over on ``last`` and of which no plan of theirs has drawn; returns how
    many draws were made.
    """
    with engine.connect() as connection:
        due = list(_due(connection, config, last))
    return sum(draw_month(engine, config, version, month, key, now) is not None for version, month in due)


def _due(connection: Connection, config: FloorConfig, last: date) -> Iterator[tuple[Version, Month]]:
    for name in qa_versions.names(connection, config.site, "plan"):
        begun = begins(connection, config, name)
        done = rows.drawn_months(connection, config.site, name)
        for month in _months(last):
            if begun is None or month[1] < begun or _number(month) in done:
                continue
            version = _counting(connection, config.site, name, month[1])
            if version is not None and version.plan.rechecks:
                yield version, month


def _months(last: date) -> Iterator[Month]:
    """The months that were over on a day, the latest first."""
    day = last + timedelta(days=1)
    for _ in range(_BACK):
        end = day.replace(day=1) - timedelta(days=1)
        day = end.replace(day=1)
        yield day, end


def _number(month: Month) -> int:
    """A month as stored: 20261100."""
    return day_number(month[0]) // 100 * 100


def _counting(connection: Connection, site: str, name: str, day: date) -> Version | None:
    found = qa_versions.counting(connection, site, "plan", name, day_number(day))
    if found is None or found.state != qa_versions.PUBLISHED:
        return None
    try:
        return versions.version(connection.engine, site, "plan", name, found.version)
    except VersionError:
        return None


def draw_month(
    engine: Engine, config: FloorConfig, version: Version, month: Month, key: bytes, now: float
) -> RecheckDraw | None:
    """Draw a plan's share of a month that is over; None where it has been done. ``key``: the site's."""
    plan, days = version.plan, (day_number(month[0]), day_number(month[1]))
    seed = _seed(key, config.site, plan.id, _number(month))
    for _ in range(_TRIES):
        with engine.connect() as connection:
            there = rows.handed_in(connection, Viewer(site=config.site), config, days)
        made = drawn([one for one in there if one.plan == plan.id], plan.rechecks, seed)
        with writing(engine) as connection:
            lock_site(connection, config.site)
            if _number(month) in rows.drawn_months(connection, config.site, plan.id):
                return None
            if rows.standing(connection, config.site, made.numbers) < len(made.numbers):
                continue  # one was voided or taken meanwhile
            told: dict[str, Any] = {"plan": plan.id, "month": _number(month), "at": now, "who": "", "why": ""}
            told |= {"first_day": days[0], "last_day": days[1]} | kept(made, plan.rechecks)
            number = rows.add_draw(connection, config.site, told)
            qa_scores.add_many(connection, config.site, list(_drafts(connection, config, made.numbers, now)))
            _log(connection, config, version, told, made.numbers, now)
        return RecheckDraw(id=number, **told)
    return None


def _seed(key: bytes, site: str, plan: str, month: int) -> str:
    text = f"{site}\x1frecheck\x1f{plan}\x1f{month}"
    return hmac.digest(key, text.encode(), sha256).hex()[:32].translate(LETTERS)


def _drafts(
    connection: Connection, config: FloorConfig, numbers: tuple[int, ...], now: float
) -> Iterator[dict[str, Any]]:
    """A draft of each form, of nobody."""
    found = rows.scores(connection, [qa_scores.mine_of(config.site)], numbers)
    for row in found.values():
        told = {name: getattr(row, name) for name in Subject._fields}
        told |= {"kind": "recheck", "sample": None, "session": None, "original": row.id}
        yield told | {"reviewer": "", "state": qa_scores.DRAFT, "began_at": now, "saved_at": now}


def _log(
    connection: Connection,
    config: FloorConfig,
    version: Version,
    told: dict[str, Any],
    numbers: tuple[int, ...],
    now: float,
) -> None:
    after = {"plan": version.name, "version": version.version, "share": told["share"], "forms": len(numbers)}
    after |= {"population": told["population"], "seed": told["seed"], "digest": told["digest"]}
    after |= {"numbers": list(numbers)}
    about = f"qa_recheck/{version.name} {told['month'] // 10_000}-{told['month'] // 100 % 100:02}"
    record(connection, PROGRAM, Act.QA_RECHECKS_DRAWN, about, None, after, "", now, site=config.site)


# -- reading, taking -----------------------------------------------------------------------------------


def list_draws(engine: Engine, viewer: Viewer, limit: int = 24) -> list[RecheckDraw]:
    """The drawings, by the program and by hand, the latest first."""
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    with engine.connect() as connection:
        found = rows.draws(connection, viewer.site, limit)
    return [one._replace(why=viewer.words(one.why)) for one in found]


def free(engine: Engine, viewer: Viewer, config: FloorConfig, who: str = "") -> list[ScoreRow]:
    """What the program drew and nobody has taken, as far as a viewer may: none of his own forms or calls.
    The oldest call first; nothing of the first score.
    """
    viewer.needs(Right.QA_PLAN)
    me = name_of(viewer, who)
    with engine.connect() as connection:
        return [one.row for one in _untaken(connection, viewer, config) if not _own(one, viewer, me)]


def take(engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, now: float) -> ScoreRow:
    """Take what the program drew, to score it again; from now on the first score is out of sight.

    Raises PeopleError: ``no_who``, ``unknown_qa_score`` (or somebody was faster), ``qa_own_score``.
    """
    viewer.needs(Right.QA_PLAN)
    me = named(name_of(viewer, who))
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        found = next((one for one in _untaken(connection, viewer, config) if one.row.id == number), None)
        if found is None:
            raise PeopleError("unknown_qa_score")
        if _own(found, viewer, me):
            raise PeopleError("qa_own_score")
        qa_scores.change(connection, number, {"reviewer": me, "began_at": now})
        by, about = acting(me, viewer), f"qa_score/{number}"
        told = {"reviewer": ""}, {"reviewer": me}
        record(connection, by, Act.QA_RECHECK_TAKEN, about, *told, "", now, site=viewer.site)
    return found.row


def _untaken(connection: Connection, viewer: Viewer, config: FloorConfig) -> list[Free]:
    within = qa_scores.within_scope(viewer, config)
    return rows.untaken(connection, [qa_scores.mine_of(viewer.site), *within])


def _own(one: Free, viewer: Viewer, me: str) -> bool:
    return bool(me) and (me in (one.first, one.row.agent) or one.row.agent in viewer.own)
