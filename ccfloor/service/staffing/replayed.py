"""Stored days once more, in steps: what would have been advised, and how far the figures foretold without any
move were off from what came.

At every step only what was known by then counts: the floor as it had been told, the plan's level that was
on, the past weeks up to that day and the forecast made of them, learned from the half hours that were over.
Calendar, campaigns and roster are those stored now. Moves that people made meanwhile are in what came, and
are counted. Instants are UTC epoch seconds.
"""

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.rules.calendar import Calendar
from ccfloor.service.rulebook import book
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing.arrivals import Rates
from ccfloor.service.staffing.coming import Around, around
from ccfloor.service.staffing.present_learned import Learned, habits, learned
from ccfloor.service.staffing.present_now import present_now
from ccfloor.service.staffing.rates import RatesKeeper
from ccfloor.service.staffing.seats_now import Options
from ccfloor.service.staffing.site_options import plan_now, site_policy
from ccfloor.staffing.advise import Advised, advise
from ccfloor.staffing.effect import Proposal, QueueEffect, Tally, every_queue, simulator
from ccfloor.staffing.judging import Pair, foretold, out_of_sight
from ccfloor.staffing.limits import Policy
from ccfloor.staffing.present import FloorNow
from ccfloor.store.advice import came
from ccfloor.store.plan_rows import level_spans
from ccfloor.store.seen import seen
from ccfloor.store.tape import Shelf, Tape

STEP_S = 900.0
_PATHS = 100


class Step(NamedTuple):
    """One instant. ``advised`` None: nobody saw the floor. ``pairs``: what was foretold, and what came."""

    at: float
    advised: Advised | None
    pairs: tuple[Pair, ...]


class _Known(NamedTuple):
    """What was known at an instant beside the floor."""

    past: Learned
    rates: Rates | None
    beside: Around


def replayed(
    engine: Engine,
    config: FloorConfig,
    calendar: Calendar,
    start: float,
    end: float,
    options: Options | None = None,
    step_s: float = STEP_S,
    settings: SiteSettings | None = None,
) -> Iterator[Step]:
    """The steps of [start, end) at which anybody is at work or calls. Raises SQLAlchemyError."""
    tape = Tape(engine, config, config.site, None, Shelf())
    past: Learned | None = None
    ahead = RatesKeeper(engine, config, settings or SiteSettings(), inf)
    rules = book(engine, config.site)
    with engine.connect() as connection:
        levels = level_spans(connection, config.site, start, end)
    at = start
    while at < end:
        if tape.feed is not None and tape.at <= at:
            tape.run(at)
        else:
            tape.seek(at)
        view = tape.view()
        if view is not None and _open(view):
            if past is None or not past.until <= at < past.until + 86_400.0:
                past = learned(engine, config, at)
            ahead.look(at)
            known = _Known(past, ahead.rates, around(engine, config, calendar, past, at))
            level = max((one.level for one in levels if one.start <= at < one.end), default=0)
            plan = plan_now(level, calendar, rules, at)
            policy = site_policy(settings or SiteSettings(), config, plan)
            yield _step(engine, config, view, known, at, options, policy)
        at += step_s


def _open(view: FloorView) -> bool:
    """Whether there is anything to foretell."""
    there = any(seat.status not in ("offline", "unknown") for seat in view.seats)
    return there or bool(view.callers) or any(queue.last_30.offered for queue in view.queues)


def _step(
    engine: Engine,
    config: FloorConfig,
    view: FloorView,
    known: _Known,
    at: float,
    options: Options | None,
    policy: Policy,
) -> Step:
    floor = present_now(view, config, known.past, at, known.rates, known.beside, options).floor
    if floor is None:
        return Step(at, None, ())
    usual = habits(known.past)
    (plain,) = simulator(floor, usual, paths=_PATHS)([Proposal()])
    return Step(at, advise(floor, policy, usual), tuple(_pairs(engine, config, floor, plain)))


def _pairs(engine: Engine, config: FloorConfig, floor: FloorNow, plain: Tally) -> Iterator[Pair]:
    """Of each queue and span what was foretold without a move, where most of the span was in sight."""
    effects: Sequence[QueueEffect] = every_queue(floor, plain)
    with engine.connect() as connection:
        sight = seen(connection, config.site)
        for told in foretold(effects):
            until = floor.at + told.horizon_s
            unseen_s = sight.gap_s(floor.at, until)
            if sight.until >= until and not out_of_sight(unseen_s, told.horizon_s):
                threshold_s = config.target(told.queue, floor.at).threshold_s
                yield told, came(connection, config.site, told.queue, floor.at, until, threshold_s)
