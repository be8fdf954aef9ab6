"""What staffing reckons with, as rows for a page: each number, how sure it is and where it comes from."""

from collections.abc import Iterator
from typing import NamedTuple

from ccfloor.access.rights import Right
from ccfloor.service.staffing.present_learned import Learned, habits
from ccfloor.service.staffing.present_now import From, Measures, Present
from ccfloor.staffing.live_seats import effective
from ccfloor.staffing.present import Estimate
from ccfloor.store.viewer import Viewer

HOUR_S = 3600.0
SEATS_AHEAD_S = 1800.0
_SIDE = 1.2816


class Row(NamedTuple):
    """One number. ``what``: rate (calls an hour), aht, patience or pause (seconds), seats (as many as a queue
    really has over the next half hour), level (share by which whole days differ). ``about``: a queue, or the
    reason of a pause. ``low``..``high`` hold it four times out of five, None where that is not known.
    ``sample``: observations of today; ``past``: those of the past that weigh in, or all there are.
    """

    what: str
    about: str
    value: float
    low: float | None
    high: float | None
    sample: int
    past: float
    source: str


def rows(present: Present, past: Learned, viewer: Viewer) -> list[Row]:
    """The numbers of the queues this viewer may see, then of pauses. Raises Forbidden."""
    viewer.needs(Right.FLOOR)
    floor = present.floor
    seats = effective(floor, SEATS_AHEAD_S, habits(past).back_cv) if floor is not None else {}
    found: list[Row] = []
    for queue, measures in present.measures.items():
        if viewer.sees_queue(queue):
            found += _of_queue(queue, measures, seats[queue].effective, past)
    if viewer.queues is None:
        found += _pauses(past)
    return found


def _of_queue(queue: str, told: Measures, seats: Estimate, past: Learned) -> Iterator[Row]:
    yield _row("rate", queue, told.rate.estimate, told.rate.source, HOUR_S)
    yield _row("aht", queue, told.aht_s.estimate, told.aht_s.source)
    yield _row("patience", queue, told.patience_s.estimate, told.patience_s.source)
    yield _row("seats", queue, seats, From.SEATS)
    known = past.queues.get(queue)
    if known is not None:
        source = From.WEEK if known.days else From.GUESS
        yield Row("level", queue, known.level_cv, None, None, 0, known.days, source)


def _row(what: str, about: str, told: Estimate, source: str, times: float = 1.0) -> Row:
    value, low, high = (float(number) * times for number in (told.value, told.low, told.high))
    return Row(what, about, value, low, high, told.sample, told.prior, source)


def _pauses(past: Learned) -> Iterator[Row]:
    for reason, length in sorted(past.pauses.items()):
        side = _SIDE * length.sd_s / max(1, length.n) ** 0.5
        low, high = max(0.0, length.mean_s - side), length.mean_s + side
        yield Row("pause", reason, length.mean_s, low, high, 0, length.n, From.WEEK)
