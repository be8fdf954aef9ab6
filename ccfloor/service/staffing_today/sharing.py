"""Seats that serve several queues, counted once: each is divided among its queues where it is needed most."""

from collections.abc import Mapping

import numpy as np

from ccfloor.service.staffing_today.pooling import Groups
from ccfloor.staffing.live_seats import divide


def share(groups: Groups, need: Mapping[str, float]) -> dict[str, float]:
    """Seats of each queue, so that queues that share are supplied alike as far as skills allow.

    ``need``: seats that each queue needs. A queue without need gets of a group only where none of the others
    has any. A group of no queue is left out.
    """
    served = [queues for queues in groups if queues]
    names = sorted({queue for queues in served for queue in queues})
    if not names:
        return {}
    place = {queue: at for at, queue in enumerate(names)}
    parts = divide(
        [{place[queue]: 0 for queue in queues} for queues in served],
        [groups[queues] for queues in served],
        np.array([max(0.0, need.get(queue, 0.0)) for queue in names]),
    )
    return dict(zip(names, map(float, parts.sum(axis=0)), strict=True))
