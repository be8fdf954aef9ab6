"""What a day has taught so far: the forecasts after its half hours that are over."""

from collections.abc import Mapping

from ccfloor.service.staffing_today.history import Columns, count_grid, seen_grid
from ccfloor.service.staffing_today.sight import over
from ccfloor.staffing.volume import Forecast, update
from ccfloor.store.seen import Seen

_COLUMNS = 48


def next_column(columns: Columns, now: float) -> int:
    """The column of the half hour that runs, or of the earliest one whose calls are not all stored yet; the
    number of columns once the day is over.
    """
    return min(columns.columns[over(columns, now) :], default=_COLUMNS)


def taught(
    of: Mapping[str, Forecast],
    columns: Columns,
    offered: Mapping[str, Mapping[float, int]],
    sight: Seen,
    now: float,
) -> dict[str, Forecast]:
    """The forecasts of a day, put right by its half hours that are over; of the one that runs nothing counts.

    ``of``: as they were before the day; ``offered``: queue → start of a half hour → calls that came;
    ``sight``: when anybody saw the floor. ``now``: UTC epoch seconds.
    """
    done = over(columns, now)
    if not done:
        return dict(of)
    rows = [Columns(columns.day, columns.halves[:done], columns.columns[:done])]
    shares, upto = seen_grid(rows, sight)[0], next_column(columns, now)
    return {
        queue: update(forecast, count_grid(rows, offered.get(queue, {}))[0], shares, upto)
        for queue, forecast in of.items()
    }
