"""Whose request is being answered. Set by the guard for routes and sockets; pages ask by their own way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from ccfloor.access.rights import Role


class SignedOut(Exception):
    """Nobody is signed in, where somebody has to be."""


class Identity(NamedTuple):
    """Who asks. None as ``queues``, ``teams`` or ``agents``: all of them.

    ``name`` signs in and ``shown`` is read; both "" on an open floor. ``numbered``: agents appear by number.
    ``board``: what a wall's link shows, "" for people. ``session``: hash of the session's token, "" without.
    ``agent``: under which name the account itself takes calls, whatever its role.
    """

    account: int = 0
    name: str = ""
    shown: str = ""
    role: Role = Role.ADMIN
    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    numbered: bool = False
    must_change: bool = False
    source: str = ""
    board: str = ""
    csrf: str = ""
    session: str = ""
    local: bool = True  # has a password of its own here
    agent: str = ""


OPEN = Identity()  # on a floor without a login: whoever sits at this machine
NOBODY = Identity(role=Role.DISPLAY, queues=frozenset())  # looked for by the guard, and not found

Ask = Callable[[], Identity | None]
_now: ContextVar[Identity | None] = ContextVar("ccfloor_identity", default=None)
_asks: list[Ask] = []


@contextmanager
def acting_as(identity: Identity) -> Iterator[None]:
    """Everything inside is asked by this one."""
    token = _now.set(identity)
    try:
        yield
    finally:
        _now.reset(token)


def ask_by(ask: Ask) -> None:
    """Ask this way where no request is being answered, as in a page's script; the last one counts."""
    _asks[:] = [ask]


def acting_name(typed: str) -> str:
    """The name under which somebody acts: the account's where there is one, whatever was typed."""
    found = stated()
    return found.shown or found.name if found and found.account else typed


def stated() -> Identity | None:
    """Who asks, as far as it is known; None where nobody said."""
    found = _now.get() or (_asks[0]() if _asks else None)
    return None if found is NOBODY else found


def nobody() -> bool:
    """Whether the guard found nobody behind what is being answered."""
    return _now.get() is NOBODY
