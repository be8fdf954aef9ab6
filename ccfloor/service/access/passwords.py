"""Passwords: argon2id hashes, what a password must be, and first passwords that nobody guesses."""

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that reads like another
_FEWEST_DIFFERENT = 5
_at_once = BoundedSemaphore(2)  # each takes 64 MiB: a flood of tries must not take the memory of the floor


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's own parameters: RFC 9106, low memory


def hashed(password: str) -> str:
    """The argon2id hash that is stored; takes some tens of milliseconds on purpose."""
    with _at_once:
        return _hasher().hash(password)


def matches(password: str, stored: str) -> bool:
    """Whether a password is the one of a hash. An empty hash costs the same time and is never matched."""
    known = stored or _nobody()
    try:
        with _at_once:
            return _hasher().verify(known, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return hashed(secrets.token_urlsafe(24))


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def fault_of(password: str, name: str) -> str:
    """What is wrong with a new password, as a code: ``short``, ``long``, ``named``, ``plain``; "" if nothing.

    Length does it, not mixtures of signs (NIST SP 800-63B); ``plain``: a few signs over and over.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    if name and name.casefold() in password.casefold():
        return "named"
    return "plain" if len(set(password)) < _FEWEST_DIFFERENT else ""


def first_password() -> str:
    """A password to begin with, in groups that can be read out: some 79 bits."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
