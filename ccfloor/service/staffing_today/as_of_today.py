"""How today's calls differ from the usual ones: handle time and patience of the half hours still to come.

What live parameters are reckoned with now (``present_now``) counts for the half hour that runs. It is not
known how long a slow system or an unusual day goes on: by and by each half hour's own mean takes over.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from ccfloor.floor.view import FloorView
from ccfloor.kpi.period import Period
from ccfloor.service.staffing.present_learned import Learned, QueuePast
from ccfloor.service.staffing.present_now import DEFAULT_HANDLE_S, together
from ccfloor.service.staffing_today.measured import LEAST_S, MOST_PATIENCE_S, Measured
from ccfloor.staffing.live import PATIENCE_S, Moments, patience, still_waited, timing
from ccfloor.store.staffing_facts import Sums, sums_between

HALF_LIFE_S = 3 * 3600.0


def live(
    connection: Connection,
    site: str,
    past: Learned,
    view: FloorView | None,
    queues: Iterable[str],
    now: float,
) -> dict[str, Measured]:
    """Queue → its handle time and patience as of now, from today's calls and the past weeks together.

    ``view``: the floor this instant, for who waits; None: nobody sees it. Raises SQLAlchemyError.
    """
    today = sums_between(connection, site, past.until, now)
    site_wide, waits = together(past.queues.values()), _waits(view, now)
    return {
        queue: estimate(own, today.get(queue, Sums()), still_waited(waits.get(queue, ()), own.patience))
        for queue in queues
        for own in (_own(past, queue, site_wide),)
    }


def _own(past: Learned, queue: str, otherwise: QueuePast) -> QueuePast:
    known = past.queues.get(queue)
    return known if known is not None and known.handled else otherwise


def _waits(view: FloorView | None, now: float) -> Mapping[str, list[float]]:
    """Seconds that who waits now has waited: he did not give up so far, and that counts, too."""
    found: dict[str, list[float]] = {}
    for caller in view.callers if view is not None else ():
        found.setdefault(caller.queue, []).append(now - caller.entered_at)
    return found


def estimate(past: QueuePast, today: Sums, waiting_s: float = 0.0) -> Measured:
    """Today's calls drawn to the past by its weight; the usual where there is neither."""
    mean = today.handle_s / today.handled if today.handled else 0.0
    handle = timing(Moments(today.handled, mean, past.aht.sd if past.aht else mean), past.aht)
    stays = patience(today.abandoned, today.waited_s * past.waits + waiting_s, past.patience)
    return Measured(
        DEFAULT_HANDLE_S if handle is None else max(LEAST_S, handle.mean.value),
        PATIENCE_S if stays is None else min(stays.value, MOST_PATIENCE_S),
        today.handled,
        today.abandoned,
    )


def fading(now_is: Measured | None, usual: Measured, half: Period, now: float) -> Measured:
    """What a half hour is reckoned with: the present as it runs, less of it the later it begins.

    By half every ``HALF_LIFE_S`` on a logarithm; the observations told are the half hour's own. One that is
    over keeps the usual.
    """
    if now_is is None or half.end <= now:
        return usual
    weight = 0.5 ** (max(0.0, half.start - now) / HALF_LIFE_S)
    return usual._replace(
        aht_s=usual.aht_s * (now_is.aht_s / usual.aht_s) ** weight,
        patience_s=usual.patience_s * (now_is.patience_s / usual.patience_s) ** weight,
    )
