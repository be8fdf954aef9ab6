"""What a forecast is learned from: the calls that came to each queue, by business day and half hour.

Days and half hours are those of the site's own calendar: its zone, the hour its business day begins, its
holidays and shifted workdays, its planned peaks. Time in which nobody saw the floor is not time without
calls.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import exp, log
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import HALF_HOUR_S, Period, date_of, day_number, half_hours, period
from ccfloor.kpi.week import dates, slots_in_order
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.rules.calendar import Campaign
from ccfloor.service.campaigns import calendar_campaigns
from ccfloor.service.places import SettingsError
from ccfloor.service.qa.calendar import official, work_calendar
from ccfloor.service.settings import SiteSettings
from ccfloor.staffing.days import Day, Grid, History, Kind, Peak
from ccfloor.store.half_hour_counts import last_stored_day, offered_by_half
from ccfloor.store.seen import Seen, seen
from ccfloor.store.viewer import Viewer

log_ = logging.getLogger(__name__)
DAYS = 84
_APART_DAYS = 28  # so long after the last stored day the days are counted back from there
_OFF_DAYS = 14  # days off in a row that are looked back at
_PRIOR_PEAKS = 1.0  # so many past peaks weigh as much as what the site expects of one
_LEAST_USUAL = 20.0  # calls that a peak would usually have had: fewer tell nothing of it
Counts = Mapping[str, Mapping[float, int]]  # queue → start of the half hour → calls


class Past(NamedTuple):
    """Histories by queue, the day they are for, and what else was read for it.

    ``seen_days``: days of which anything was seen; ``first``: the oldest of them.
    """

    of: Mapping[str, History]
    days: Mapping[str, Day]
    seen_days: int
    first: date | None


class Columns(NamedTuple):
    """A business day's half hours as they pass, and the column of each: its place among the day's 48."""

    day: Period
    halves: Sequence[Period]
    columns: tuple[int, ...]

    @property
    def plain(self) -> bool:
        """Whether no clock is changed: every column comes once, one after the other."""
        return self.columns == tuple(range(len(self.columns)))


def columns_of(config: FloorConfig, day: date) -> Columns:
    """The half hours of a business day by the site's clock."""
    of = period(config, day.isoformat())
    halves = half_hours(config, of)
    place = {slot: column for column, slot in enumerate(slots_in_order(config))}
    return Columns(of, halves, tuple(place[slot_of(half)] for half in halves))


def slot_of(half: Period) -> int:
    """The half hour of the local clock that a half hour is: 0 is 00:00 to 00:30."""
    hour, minute = half.name[11:16].split(":")
    return int(hour) * 2 + int(minute) // 30


def read_past(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    settings: SiteSettings,
    day: date,
    usual_peak: float,
) -> Past:
    """Everything stored of the ``DAYS`` days before a business day, by queue; of one that lies long after the
    last stored day, of those up to that.

    ``usual_peak``: how many times the usual calls a planned peak brings where none was seen yet.
    """
    end = _known_until(engine, viewer, day)
    rows = [columns_of(config, end - timedelta(days=back)) for back in range(DAYS, 0, -1)]
    of = dates(config, rows[0].day.day, rows[-1].day.day)
    offered = offered_by_half(engine, viewer, config, of)
    with engine.connect() as connection:
        sight = seen(connection, viewer.site)
    shares = seen_grid(rows, sight)
    calendar = _calendar(settings)
    plain = [_day(calendar, row) for row in rows]
    today = columns_of(config, day)
    peaks = calendar_campaigns(engine, viewer.site)
    found, days = {}, {}
    for queue in sorted({*config.queues, *offered}):
        grid = count_grid(rows, offered.get(queue, {}))
        mine = [one for one in peaks if not one.queues or queue in one.queues]
        known, ahead = _peaks(mine, rows, grid, shares, plain, today.day, usual_peak)
        told = tuple(_with_peaks(one, row.day, known) for one, row in zip(plain, rows, strict=True))
        found[queue] = History(queue, told, grid, shares)
        days[queue] = _with_peaks(_day(calendar, today), today.day, ahead)
    known_days = [row.day.day for row, share in zip(rows, shares, strict=True) if share.any()]
    return Past(found, days, len(known_days), known_days[0] if known_days else None)


def _known_until(engine: Engine, viewer: Viewer, day: date) -> date:
    """The day itself, or that after the last stored one where nothing of the last weeks is."""
    last = last_stored_day(engine, viewer, day_number(day))
    if last is None or (day - date_of(last)).days <= _APART_DAYS:
        return day
    return date_of(last) + timedelta(days=1)


# -- grids: days × the 48 half hours of the local clock ----------------------------------------------


def count_grid(rows: Sequence[Columns], offered: Mapping[float, int]) -> Grid:
    """Calls by day and column; a half hour that came twice adds up in its column."""
    grid = np.zeros((len(rows), 48))
    for place, row in enumerate(rows):
        for half, column in zip(row.halves, row.columns, strict=True):
            grid[place, column] += offered.get(half.start, 0)
    return grid


def seen_grid(rows: Sequence[Columns], sight: Seen) -> Grid:
    """Half hours of each column in which a source had the floor in sight (0: an outage, 1: all of it)."""
    grid = np.zeros((len(rows), 48))
    for place, row in enumerate(rows):
        gaps = sight.gaps(row.day.start, row.day.end) if sight.told else [(row.day.start, row.day.end)]
        for half, column in zip(row.halves, row.columns, strict=True):
            blind = sum(max(0.0, min(end, half.end) - max(start, half.start)) for start, end in gaps)
            grid[place, column] += max(0.0, half.end - half.start - blind) / HALF_HOUR_S
    return grid


# -- the calendar ------------------------------------------------------------------------------------


def _calendar(settings: SiteSettings) -> WorkCalendar:
    """The site's calendar; plain weekdays where its file cannot be used, which the doctor tells."""
    try:
        return work_calendar(settings)
    except SettingsError as error:
        log_.warning("working days cannot be read for the forecast: %s", error)
        return WorkCalendar(official(""))


def kind_of(calendar: WorkCalendar, day: date) -> Kind:
    """What the calendar says of a day."""
    if calendar.works(day):
        return Kind.WORKDAY if day.weekday() < 5 else Kind.SHIFTED
    return Kind.HOLIDAY if calendar.named(day) or day.weekday() < 5 else Kind.WEEKEND


def _day(calendar: WorkCalendar, of: Columns) -> Day:
    day = of.day.day
    return Day(
        date=day,
        kind=kind_of(calendar, day),
        begins=of.day.start,
        columns=() if of.plain else of.columns,
        after_off=_after_off(calendar, day),
    )


def _after_off(calendar: WorkCalendar, day: date) -> bool:
    """Whether the days off right before a worked day were more than a weekend."""
    if not calendar.works(day):
        return False
    kinds = []
    for back in range(1, _OFF_DAYS + 1):
        kind = kind_of(calendar, day - timedelta(days=back))
        if kind in (Kind.WORKDAY, Kind.SHIFTED):
            break
        kinds.append(kind)
    return Kind.HOLIDAY in kinds


# -- planned peaks -----------------------------------------------------------------------------------


def _with_peaks(day: Day, of: Period, peaks: Iterable[Peak]) -> Day:
    mine = tuple(peak for peak in peaks if peak.start < of.end and peak.end > of.start)
    return Day(day.date, day.kind, day.begins, day.columns, mine, day.after_off) if mine else day


def _peaks(
    campaigns: Sequence[Campaign],
    rows: Sequence[Columns],
    grid: Grid,
    shares: Grid,
    days: Sequence[Day],
    today: Period,
    usual: float,
) -> tuple[list[Peak], list[Peak]]:
    """The peaks of a queue's past with what each brought, and those from today on with what such ones bring.

    What one brought: its calls over those of the same half hours of like days outside of any peak. What
    another will bring is the geometric mean of all of them and of what the site expects.
    """
    if not campaigns:
        return [], []
    inside = np.array([_inside(row, campaigns) for row in rows])
    known = []
    for one in campaigns:
        if one.start < rows[-1].day.end:
            ratio = _brought(one, rows, grid, shares, days, inside)
            known.append((Peak(one.start, one.end, ratio or usual), ratio))
    told = [log(ratio) for _, ratio in known if ratio]
    next_one = exp((_PRIOR_PEAKS * log(usual) + sum(told)) / (_PRIOR_PEAKS + len(told)))
    ahead = [Peak(one.start, one.end, next_one) for one in campaigns if one.end > today.start]
    return [peak for peak, _ in known], ahead


def _inside(row: Columns, campaigns: Iterable[Campaign]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which columns of a day have a part in any of these peaks."""
    found = np.zeros(48, dtype=np.bool_)
    for one in campaigns:
        for half, column in zip(row.halves, row.columns, strict=True):
            if one.start < half.end and one.end > half.start:
                found[column] = True
    return found


def _brought(
    one: Campaign,
    rows: Sequence[Columns],
    grid: Grid,
    shares: Grid,
    days: Sequence[Day],
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> float | None:
    """How many times the usual calls a peak brought; None where too few usual ones are known."""
    came = usual = 0.0
    for place, row in enumerate(rows):
        mine = _inside(row, [one])
        if not mine.any():
            continue
        like = [at for at, day in enumerate(days) if day.group == days[place].group and at != place]
        free = shares[like] * ~inside[like]
        calls, time = (grid[like] * ~inside[like]).sum(axis=0), free.sum(axis=0)
        fits = mine & (time > 0) & (shares[place] > 0)
        came += float(grid[place][fits].sum())
        usual += float((calls[fits] / time[fits] * shares[place][fits]).sum())
    return (came + 0.5) / usual if usual >= _LEAST_USUAL else None
