"""Who stands before a board: the walls that hold a link's token, as this process remembers them."""

import logging

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.rights import Role
from ccfloor.service.access.displays import hashed_token
from ccfloor.service.access.identity import Identity
from ccfloor.store import displays as rows
from ccfloor.store.displays import Display

log = logging.getLogger(__name__)
_TOUCH_S = 60.0
_TOKEN_MAX = 200


class Boards:
    """The links that were asked for, until something changes."""

    def __init__(self, engine: Engine, site: str) -> None:
        self._engine, self._site = engine, site
        self._held: dict[str, Display] = {}
        self._touched: dict[int, float] = {}

    def forget(self) -> None:
        """Links, accounts or sessions changed: what is remembered is old."""
        self._held.clear()

    def who(self, token: str, now: float) -> Identity | None:
        """The wall of a token, which is seen by this; None where no link that stands has it.

        While the database is away those that are known stay known. Raises SQLAlchemyError for others.
        """
        if not token or len(token) > _TOKEN_MAX:
            return None
        key = hashed_token(token)
        display = self._held.get(key) or self._read(key)
        if display is None:
            return None
        self._touch(display, now)
        return _identity(display)

    def _read(self, key: str) -> Display | None:
        with self._engine.connect() as connection:
            found = rows.display_of_token(connection, self._site, key)
        if found:
            self._held[key] = found
        return found

    def _touch(self, display: Display, now: float) -> None:
        if now - self._touched.get(display.id, display.seen_at) < _TOUCH_S:
            return
        self._touched[display.id] = now
        try:
            rows.touch_display(self._engine, display.id, now)
        except SQLAlchemyError as error:
            log.warning("that a wall was seen cannot be noted: %s", type(error).__name__)


def _identity(display: Display) -> Identity:
    return Identity(
        name=f"display/{display.id}",
        shown=display.name,
        role=Role.DISPLAY,
        queues=display.queues,
        teams=display.teams,
        numbered=display.numbered,
        board=display.board,
    )
