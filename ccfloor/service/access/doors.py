"""The doors of the floor: whether one has to sign in, who holds which session, and when it is over.

A session is a random token. The browser has it in a cookie, signed; the database has its hash alone. What
is known of a session is remembered here until accounts or sessions change, which one small query a second
and process finds out.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from hmac import compare_digest
from threading import Lock
from typing import NamedTuple

from itsdangerous import Signer
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.acts import Act
from ccfloor.access.local import loopback
from ccfloor.access.rights import Right, Role, may
from ccfloor.access.session import Session, alive
from ccfloor.service.access.boards import Boards
from ccfloor.service.access.identity import OPEN, Identity, SignedOut, nobody, stated
from ccfloor.service.audit import Actor, acting, record
from ccfloor.service.settings import Settings
from ccfloor.store import accounts as account_rows
from ccfloor.store import sessions as session_rows
from ccfloor.store.access_tables import sessions
from ccfloor.store.accounts import Account
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.viewer import Forbidden, Viewer

log = logging.getLogger(__name__)
_LOOK_S = 1.0
_TOUCH_S = 60.0
_TOKEN_BYTES = 32
_PROGRAM_MAX = 200


class Held(NamedTuple):
    """A session as it is remembered."""

    session: Session
    identity: Identity
    version: int
    disabled: bool


class Doors:
    """One process's doors. ``listening``: the address that the web server listens on."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Callable[[], float],
        listening: Callable[[], str] | None = None,
    ) -> None:
        self._settings, self._engine, self._clock = settings, engine, clock
        self._listening = listening or (lambda: settings.web.host)
        self._held: dict[str, Held] = {}
        self._touched: dict[str, float] = {}
        self._mark, self._looked_at = -1, 0.0
        self._lock = Lock()
        self._boards = Boards(engine, settings.site.id)
        self._signer: Signer | None = None

    def listen_on(self, listening: Callable[[], str]) -> None:
        """Learn from the web server itself where it listens."""
        self._listening = listening

    # -- must one sign in? ------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether everybody has to sign in: beyond this machine, before a real switch, or by the settings."""
        settings = self._settings
        beyond = not (loopback(settings.web.host) and loopback(self._listening()))
        return beyond or settings.source == "asterisk" or settings.access.login == "always"

    def identity(self) -> Identity:
        """Who asks now. Raises SignedOut."""
        found = stated()
        if found is None and (self.closed or nobody()):
            raise SignedOut
        return found or OPEN

    def viewer(self, lang: str) -> Viewer:
        """The Viewer of who asks now. Raises SignedOut."""
        found = self.identity()
        site = self._settings.site
        return Viewer(
            found.role,
            site.id,
            found.queues,
            found.teams,
            not site.mask_numbers and not found.board,
            lang,
            found.agents,
            found.account,
            found.name,
            found.source,
            found.numbered,
            found.agent,
        )

    # -- sessions ---------------------------------------------------------------------------------

    def open(self, account: Account, source: str, program: str) -> str:
        """A new session of an account; returns what goes into the cookie. Never an old one: whoever put a
        token into a browser before does not share what is opened there. ``account.failed``: how many wrong
        passwords came before.
        """
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._clock()
        values = {
            "token": _hash(token),
            "site": account.site,
            "account": account.id,
            "account_version": account.version,
            **{"began_at": now, "seen_at": now, "source": source, "program": program[:_PROGRAM_MAX]},
            "csrf": secrets.token_urlsafe(_TOKEN_BYTES),
        }
        by = Actor(account.name, account.role, source)
        after: dict[str, object] = {"program": program[:_PROGRAM_MAX]}
        if account.failed:
            after["refused_before"] = account.failed
        with writing(self._engine) as connection:
            session_rows.put_session(connection, values)
            told = (Act.SESSION_IN, f"account/{account.name}", None, after, "", now)
            record(connection, by, *told, site=account.site)
        return self._signed(token)

    def let_in(self, account: Account, source: str, program: str) -> str:
        """``open``, and the sessions that are over go: the table holds no more than are in use."""
        self.clear()
        return self.open(account, source, program)

    def who(self, cookie: str, *, used: bool = True) -> Identity | None:
        """Who holds this cookie; None where its session is over. ``used``: this is a use of the session.

        While the database is away those who are known stay known. Raises SQLAlchemyError for others.
        """
        token = self._token(cookie)
        if not token:
            return None
        key, now = _hash(token), self._clock()
        self._look(now)
        held = self._held.get(key) or self._read(key)
        if held and not self._alive(held, now):
            held = self._read(key)  # used at another server, perhaps
        if held is None or not self._alive(held, now):
            self._held.pop(key, None)
            return None
        if used:
            self._use(key, held, now)
        return held.identity

    def board(self, token: str) -> Identity | None:
        """The wall that holds this token, which is seen by this; None where its link is revoked or none.

        While the database is away those that are known stay known. Raises SQLAlchemyError for others.
        """
        now = self._clock()
        self._look(now)
        return self._boards.who(token, now)

    def close(self, cookie: str) -> None:
        """Sign out."""
        if token := self._token(cookie):
            self._end(_hash(token))

    def end(self, session: str) -> None:
        """End one session, by the hash of its token: an own one, or any for who manages accounts.

        Raises Forbidden.
        """
        with self._engine.connect() as connection:
            kept = session_rows.session_of(connection, session)
        asks = stated()
        if kept and asks and asks.account != kept.account.id and not may(asks.role, Right.ACCOUNTS):
            raise Forbidden(Right.ACCOUNTS)
        self._end(session)

    def end_others(self) -> int:
        """End every session of who asks but the one he asks by; returns how many."""
        here = self.identity().session
        others = [one.token for one in self.mine() if one.token != here]
        for token in others:
            self._end(token)
        return len(others)

    def mine(self) -> list[session_rows.Open]:
        """The sessions of who asks that stand, the last used first; none on an open floor."""
        found, now = self.identity(), self._clock()
        if not found.account:
            return []
        with self._engine.connect() as connection:
            account = account_rows.account_of(connection, found.account)
            kept = session_rows.sessions_of(connection, self._settings.site.id, found.account)
        version = account.version if account else 0
        return [one for one in kept if alive(one.session, version, False, self._idle_s, now)]

    def _end(self, session: str) -> None:
        with writing(self._engine) as connection:
            lock_site(connection, self._settings.site.id)
            kept = session_rows.session_of(connection, session)
            gone = session_rows.end_sessions(connection, self._settings.site.id, sessions.c.token == session)
            if kept and gone:
                self._log_end(connection, kept)
        self._held.pop(session, None)

    def _log_end(self, connection: Connection, kept: session_rows.Kept) -> None:
        """Who signs out ends the own session; another may have ended it."""
        account = kept.account
        mine = Actor(account.name, account.role, kept.source)
        by = acting() if stated() else mine
        act = Act.SESSION_OUT if by.who == account.name else Act.SESSION_ENDED
        told = (act, f"account/{account.name}", None, {"from": kept.source}, "", self._clock())
        record(connection, by, *told, site=account.site)

    def clear(self) -> int:
        """Delete the sessions that are over; returns how many."""
        with writing(self._engine) as connection:
            lock_site(connection, self._settings.site.id)
            old = sessions.c.seen_at < self._clock() - self._idle_s
            return session_rows.end_sessions(connection, self._settings.site.id, old)

    def key(self) -> bytes:
        """What cookies are signed with, each kind with a salt of its own. Raises SQLAlchemyError."""
        given = self._settings.access.key.get_secret_value()
        return given.encode() or session_rows.key_of(self._engine, "session", self._clock())

    # -- inside -----------------------------------------------------------------------------------

    @property
    def _idle_s(self) -> float:
        return self._settings.access.idle_hours * 3600.0

    def _alive(self, held: Held, now: float) -> bool:
        return alive(held.session, held.version, held.disabled, self._idle_s, now)

    def _look(self, now: float) -> None:
        """Forget what is remembered once something changed."""
        with self._lock:
            if now - self._looked_at < _LOOK_S:
                return
            self._looked_at = now
        try:
            with self._engine.connect() as connection:
                mark = account_rows.marked(connection, self._settings.site.id)
        except SQLAlchemyError as error:
            log.warning("sessions cannot be looked up: %s", type(error).__name__)
            return
        if mark != self._mark:
            self._held.clear()
            self._boards.forget()
            self._mark = mark

    def _read(self, key: str) -> Held | None:
        with self._engine.connect() as connection:
            kept = session_rows.session_of(connection, key)
        if kept is None or kept.account.site != self._settings.site.id:
            return None
        held = Held(kept.session, _identity(kept, key), kept.account.version, kept.account.disabled)
        self._held[key] = held
        return held

    def _use(self, key: str, held: Held, now: float) -> None:
        self._held[key] = held._replace(session=held.session._replace(seen_at=now))
        if now - self._touched.get(key, held.session.began_at) < _TOUCH_S:
            return
        self._touched[key] = now
        try:
            session_rows.touch(self._engine, key, now)
        except SQLAlchemyError as error:
            log.warning("a session's use cannot be noted: %s", type(error).__name__)

    def _signed(self, token: str) -> str:
        return self._made_signer().sign(token).decode()

    def _token(self, cookie: str) -> str:
        """The token of a cookie that we signed; "" of any other.

        What counts is the cookie as we would write it, letter by letter: the last letter of a signature
        carries bits that mean nothing, which decoding it would overlook.
        """
        token = cookie.rpartition(".")[0]
        return token if token and compare_digest(self._signed(token).encode(), cookie.encode()) else ""

    def _made_signer(self) -> Signer:
        if self._signer is None:
            self._signer = Signer(self.key(), salt="ccfloor.session", digest_method=hashlib.sha256)
        return self._signer


def _identity(kept: session_rows.Kept, key: str) -> Identity:
    account = kept.account
    return Identity(
        account.id,
        account.name,
        account.shown,
        account.role,
        account.queues,
        account.teams,
        frozenset((account.agent,)) if account.role == Role.AGENT else None,
        must_change=account.must_change,
        source=kept.source,
        csrf=kept.csrf,
        session=key,
        local=account.local,
        agent=account.agent,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
