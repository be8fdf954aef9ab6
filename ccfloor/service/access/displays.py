"""Links for walls: made, listed, revoked. Each by somebody, for a reason, on the log.

A link shows one board and nothing else, looks only, and stands until it is revoked. Its token is told once;
the database has its hash alone.
"""

import hashlib
import secrets
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.board import BOARDS, TOKEN, board_text, page_of, query_on
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.service.audit import Actor, record
from ccfloor.service.settings import Settings
from ccfloor.store import displays as rows
from ccfloor.store.accounts import Names, names_text
from ccfloor.store.displays import Display
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.viewer import Viewer

NAME_MAX, WHY_MAX = 60, 1000
_TOKEN_BYTES = 32


class DisplayError(ValueError):
    """Something about a wall's link that is not done. ``code`` picks the sentence (``display.error.…``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Draft(NamedTuple):
    """A new link. None as ``queues`` or ``teams``: all of them. ``numbered``: agents appear by number."""

    name: str
    page: str = BOARDS[0]
    queues: Names = None
    teams: Names = None
    numbered: bool = False


def hashed_token(token: str) -> str:
    """What of a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_display(
    engine: Engine, config: FloorConfig, viewer: Viewer, draft: Draft, by: Actor, why: str, now: float
) -> tuple[Display, str]:
    """A new link and its token, which nobody can be told again.

    Raises Forbidden, and DisplayError: ``no_name``, ``bad_board``, ``unknown_queue``, ``unknown_team``,
    ``beyond_scope``, ``no_who``, ``no_why``.
    """
    viewer.needs(Right.DISPLAYS)
    _asked(by, why)
    _fits(config, viewer, draft)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    values = {
        "token": hashed_token(token),
        "name": " ".join(draft.name.split())[:NAME_MAX],
        "board": board_text(draft.page),
        **{"queues": names_text(draft.queues), "teams": names_text(draft.teams)},
        **{"numbered": draft.numbered, "made_by": by.who.strip(), "why": why.strip()[:WHY_MAX]},
        **{"made_at": now, "revoked_by": "", "revoked_why": "", "seen_at": 0.0},
    }
    with writing(engine) as connection:
        lock_site(connection, config.site)
        made = _known(connection, config.site, rows.put_display(connection, config.site, values))
        told = (Act.DISPLAY_ADDED, f"display/{made.id}", None, _shown(made), why, now)
        record(connection, by, *told, site=config.site)
    return made, token


def revoke_display(engine: Engine, viewer: Viewer, number: int, by: Actor, why: str, now: float) -> Display:
    """The link stands no longer: its walls go dark within two seconds.

    Raises Forbidden, and DisplayError: ``unknown_display``, ``is_revoked``, ``no_who``, ``no_why``.
    """
    viewer.needs(Right.DISPLAYS)
    _asked(by, why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        before = _known(connection, viewer.site, number)
        if not _within(viewer, before.queues, before.teams):
            raise DisplayError("unknown_display")
        if before.revoked_at is not None:
            raise DisplayError("is_revoked")
        rows.set_revoked(connection, before, by.who.strip(), why.strip()[:WHY_MAX], now)
        after = _known(connection, viewer.site, number)
        told = (Act.DISPLAY_REVOKED, f"display/{number}", _shown(before), _shown(after), why, now)
        record(connection, by, *told, site=viewer.site)
    return after


def displays_for(engine: Engine, viewer: Viewer) -> list[Display]:
    """The links that a viewer may hear of: those of nothing beyond his own scope. Raises Forbidden."""
    viewer.needs(Right.DISPLAYS)
    with engine.connect() as connection:
        found = rows.all_displays(connection, viewer.site)
    seen = (one for one in found if _within(viewer, one.queues, one.teams))
    return [
        one._replace(why=viewer.words(one.why), revoked_why=viewer.words(one.revoked_why)) for one in seen
    ]


def link(home: str, display: Display, token: str, lang: str) -> str:
    """The address for the wall's browser. ``home``: the server's, with its base."""
    query = f"{urlencode({TOKEN: token})}&{query_on(display.board, [('lang', lang)])}"
    return f"{home.rstrip('/')}/{page_of(display.board)}?{query}"


def _known(connection: Connection, site: str, number: int) -> Display:
    found = rows.display_of(connection, site, number)
    if found is None:
        raise DisplayError("unknown_display")
    return found


def _asked(by: Actor, why: str) -> None:
    if not by.who.strip():
        raise DisplayError("no_who")
    if not why.strip():
        raise DisplayError("no_why")


def _fits(config: FloorConfig, viewer: Viewer, draft: Draft) -> None:
    if not draft.name.strip():
        raise DisplayError("no_name")
    if draft.page not in BOARDS:
        raise DisplayError("bad_board")
    if not _among(draft.queues, config.queues):
        raise DisplayError("unknown_queue")
    if not _among(draft.teams, {seat.team for seat in config.seats.values()}):
        raise DisplayError("unknown_team")
    if not _within(viewer, draft.queues, draft.teams):
        raise DisplayError("beyond_scope")


def _among(names: Names, known: Collection[str]) -> bool:
    return names is None or (bool(names) and all(name in known for name in names))


def _within(viewer: Viewer, queues: Names, teams: Names) -> bool:
    """Whether nothing is shown that the viewer may not see himself."""
    pairs = ((queues, viewer.queues), (teams, viewer.teams))
    return all(mine is None or (theirs is not None and theirs <= mine) for theirs, mine in pairs)


def _shown(display: Display) -> dict[str, object]:
    """A link as the audit log tells it."""
    names = ("name", "board", "queues", "teams", "numbered")
    return {name: getattr(display, name) for name in names} | {"stands": display.revoked_at is None}


def home_of(settings: Settings) -> str:
    """The server's address as walls reach it: the public one, else where it listens."""
    web = settings.web
    host = f"[{web.host}]" if ":" in web.host else web.host
    return web.public_url or f"http://{host}:{web.port}"
