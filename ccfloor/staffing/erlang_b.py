"""Erlang B: a loss system (M/M/n/n). Nobody waits; who finds every seat busy is turned away.

The recursion runs on the odds of all seats being busy (B against 1 - B) and not on B itself: neither share
loses digits where it is small, at any load.
"""

import numpy as np

from ccfloor.staffing.erlang_cells import Row


def odds(erlangs: float, seats: int) -> float:
    """B / (1 - B); infinite without seats.

    From 1 / B(k) = 1 + k / (A B(k-1)): the odds at k are A B(k-1) / k.
    """
    found, blocked = np.inf, 1.0
    for number in range(1, seats + 1):
        found = erlangs * blocked / number
        blocked = found / (1 + found)
    return found


def odds_table(erlangs: Row, most: int) -> Row:
    """The odds of every load (rows) with 0..``most`` seats (columns)."""
    found = np.full((most + 1, len(erlangs)), np.inf)
    blocked = np.ones_like(erlangs)
    for number in range(1, most + 1):
        now = erlangs * blocked / number
        found[number] = now
        blocked = now / (1 + now)
    return np.ascontiguousarray(found.T)


def blocking(erlangs: float, seats: int) -> float:
    """Share of calls turned away, 0..1. Without seats: all of them."""
    against = odds(erlangs, seats)
    return 1.0 if np.isinf(against) else against / (1 + against)


def carried(erlangs: float, seats: int) -> float:
    """Erlangs that the seats carry: A (1 - B)."""
    return erlangs / (1 + odds(erlangs, seats))
