"""How long a session lasts, and how long somebody who guesses passwords has to wait.

Instants are UTC epoch seconds.
"""

from typing import NamedTuple

FREE_TRIES = 4  # wrong passwords that cost no wait
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 15 * 60.0


class Session(NamedTuple):
    """One signed-in browser. ``account_version``: that of the account when it signed in."""

    account: int
    account_version: int
    began_at: float
    seen_at: float


def alive(session: Session, account_version: int, disabled: bool, idle_s: float, now: float) -> bool:
    """Whether a session still stands: used within ``idle_s``, its account as it was and not disabled.

    An account's version grows with everything that must end its sessions: another password, role or scope.
    """
    used = now - session.seen_at < idle_s
    return used and not disabled and session.account_version == account_version


def wait_s(failed: int) -> float:
    """Seconds until the next try after so many wrong passwords in a row: doubling, and never for ever.

    Never for ever, so that nobody can lock somebody else out for good by guessing at the account.
    """
    if failed <= FREE_TRIES:
        return 0.0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(failed - FREE_TRIES - 1, 20))
