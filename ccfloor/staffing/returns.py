"""When a queue needs the seats no more that it is lent."""

import numpy as np

from ccfloor.staffing.erlang_table import loss_table
from ccfloor.staffing.losses import Table, course_of
from ccfloor.staffing.present import QueueNow

SHORTEST_S, LONGEST_S = 1200.0, 3600.0  # a move for less is not worth it; after more it is judged anew


def return_s(queue: QueueNow, seats: float, step_s: float, table: Table = loss_table) -> float:
    """Seconds after which the queue meets its target with ``seats`` alone, by its expected course.

    ``seats``: its own, in seats' worth of work. The first step of the course from which on every later one
    within LONGEST_S is met; between SHORTEST_S and LONGEST_S.
    """
    rates = course_of(queue.rate, step_s, LONGEST_S)
    most = int(np.ceil(seats))
    levels = table(rates, queue.aht_s, queue.patience_s, queue.threshold_s, most).level
    part = seats - int(seats)
    level = levels[:, int(seats)] * (1 - part) + levels[:, most] * part
    short = np.flatnonzero(level < queue.target)
    needed = (float(short[-1]) + 1) * step_s if len(short) else 0.0
    return min(max(needed, SHORTEST_S), LONGEST_S)
