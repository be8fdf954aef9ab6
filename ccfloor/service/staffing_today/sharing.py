"""Seats that serve several queues, counted once: each is divided among its queues where it is needed most."""

from collections.abc import Iterable, Mapping

Groups = Mapping[frozenset[str], float]  # queues served together → seats
_ROUNDS = 60
_SAME = 1e-6  # seats


def share(groups: Groups, need: Mapping[str, float]) -> dict[str, float]:
    """Seats of each queue: every group is divided so that the queues it serves are supplied alike.

    ``need``: seats that each queue needs; what counts is the share of it that is there (max-min fair). A
    queue without need gets of a group only where none of the others has any. A group of no queue is left out.
    One group after the other is poured anew until nothing changes: the fairest division is the only one that
    stays.
    """
    parts = {queues: dict.fromkeys(queues, 0.0) for queues in groups if queues}
    total = dict.fromkeys((queue for queues in parts for queue in queues), 0.0)
    ordered = sorted(parts, key=lambda queues: (len(queues), sorted(queues)))
    for _ in range(_ROUNDS):
        moved = 0.0
        for queues in ordered:
            mine = parts[queues]
            others = {queue: total[queue] - mine[queue] for queue in queues}
            fresh = _poured(groups[queues], others, need)
            moved = max(moved, *(abs(fresh[queue] - mine[queue]) for queue in queues))
            total |= {queue: others[queue] + fresh[queue] for queue in queues}
            parts[queues] = fresh
        if moved < _SAME:
            break
    return total


def _poured(seats: float, there: Mapping[str, float], need: Mapping[str, float]) -> dict[str, float]:
    """A group's seats over its queues, which have ``there`` from others: the emptiest first, to one level."""
    weights = {queue: max(0.0, need.get(queue, 0.0)) for queue in there}
    if not any(weights.values()):
        weights = dict.fromkeys(there, 1.0)
    filled = sorted((there[queue] / weight, queue) for queue, weight in weights.items() if weight > 0)
    level = _level(seats, [(at, weights[queue]) for at, queue in filled])
    return {
        queue: max(0.0, level * weights[queue] - there[queue]) if weights[queue] > 0 else 0.0
        for queue in there
    }


def _level(seats: float, filled: Iterable[tuple[float, float]]) -> float:
    """To which share of its need each queue below is filled with these seats. (share now, need), in order."""
    weight = poured = 0.0
    level = 0.0
    for at, more in filled:
        if weight and (at * weight - poured) >= seats:
            break
        weight, poured = weight + more, poured + at * more
        level = (seats + poured) / weight
    return level
