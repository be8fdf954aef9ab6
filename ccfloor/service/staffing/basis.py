"""What staffing reckons with, as rows for a page: each number, how sure it is and where it comes from."""

import logging
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.rights import Right
from ccfloor.acd.base import Health
from ccfloor.floor.view import FloorView
from ccfloor.service.places import SettingsError
from ccfloor.service.staffing.knowing import Knowing
from ccfloor.service.staffing.present_learned import Learned, habits
from ccfloor.service.staffing.present_now import From, Measures, Present, Why
from ccfloor.staffing.live_seats import effective
from ccfloor.staffing.present import Estimate
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
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


class Told(NamedTuple):
    """The rows a viewer may see, of the floor at ``at``; ``why`` there are none: see ``present_now.Why``, or
    "reading" while the past is read for the first time, "unread" where the database did not answer.
    """

    at: float | None = None
    rows: tuple[Row, ...] = ()
    why: str = ""


def told(knowing: Knowing, view: FloorView | None, reports: Sequence[Health], viewer: Viewer) -> Told:
    """What staffing reckons with. ``view``: of the whole site. Raises Forbidden."""
    viewer.needs(Right.FLOOR)
    if view is None:
        return Told(why=Why.NO_VIEW)
    if not knowing.begun(view):
        return Told(view.at, why="reading")
    try:
        present, _ = knowing.present(view, reports)
    except (SQLAlchemyError, SettingsError) as error:
        log.debug("the present cannot be read: %s", type(error).__name__)
        return Told(view.at, why="unread")
    if present.floor is None or knowing.past is None:
        return Told(view.at, why=str(present.why or Why.NO_PAST))
    return Told(view.at, tuple(rows(present, knowing.past, viewer)))


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
