"""Erlang C: callers who never give up (M/M/n)."""

import numpy as np

from ccfloor.staffing.erlang_cells import Cells, Waits


def patient(cells: Cells) -> Waits:
    """What callers of endless patience meet.

    P(W > 0) from the loss formula, a wait is exponential with mean AHT / (n - A). With no more seats than
    erlangs there is no balance: everybody waits, for ever.
    """
    spare = cells.seats - cells.rate * cells.aht_s
    calm = spare > 0
    room = np.where(calm, spare, 1.0)
    lift = np.where(calm, cells.odds, 0.0) * (cells.seats / room)
    waiting = np.where(calm, lift / (1 + lift), 1.0)
    late = np.where(calm, np.exp(-room * cells.threshold_s / cells.aht_s), 1.0)
    wait = np.where(calm, waiting * cells.aht_s / room, np.inf)
    none, beyond = np.zeros_like(waiting), waiting * late
    return Waits(waiting, none, none + 1, 1 - beyond, none, beyond, wait, wait)
