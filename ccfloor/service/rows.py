"""Stored metrics as rows, asked for by words: on the command line and over HTTP alike."""

import time
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.metrics import DEFAULT_SL
from ccfloor.service.instants import instant
from ccfloor.store import metrics_query
from ccfloor.store.tables import queue_intervals
from ccfloor.store.viewer import Viewer

WORDS = ("from", "to", "by", "threshold", "sl-variant", "zone", "site")


def metric_rows(
    engine: Engine, config: FloorConfig, viewer: Viewer, words: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Rows for the words given. Without ``from`` and ``to``: every day that has anything stored.

    ``from`` and ``to``: a day, an instant or epoch seconds; the end is not included, a day as ``to``
    ends at its start. Raises ValueError with one sentence on a wrong word.
    """
    viewer.needs(Right.RESULTS)
    unknown = sorted(words.keys() - set(WORDS))
    if unknown:
        raise ValueError(f"unknown word {unknown[0]!r}; there are {', '.join(WORDS)}")
    zone = words.get("zone") or config.zone
    if zone not in available_timezones():
        raise ValueError(f"{zone!r} is not a time zone such as Asia/Shanghai")
    stored = _stored(engine, replace(config, zone=zone))
    start = instant(words["from"], zone, config.day_start_s) if words.get("from") else stored[0]
    end = instant(words["to"], zone, config.day_start_s) if words.get("to") else stored[1]
    if end < start:
        raise ValueError("the period ends before it begins")
    return metrics_query.metric_rows(
        engine,
        viewer,
        config,
        start,
        end,
        (words.get("by") or "floor").split(","),
        threshold_s=_threshold(words.get("threshold")),
        variant=words.get("sl-variant") or DEFAULT_SL,
        zone=zone,
    )


def _threshold(text: str | None) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 86400:
        raise ValueError(f"{text!r} is not a threshold in seconds")
    return seconds


def _stored(engine: Engine, config: FloorConfig) -> tuple[float, float]:
    """The business days that have anything stored; the present one where there is nothing."""
    table = queue_intervals.c
    query = select(func.min(table.start), func.max(table.start)).where(table.site == config.site)
    with engine.connect() as connection:
        first, last = connection.execute(query).one()
    if first is None:
        return config.business_day(time.time())
    return config.business_day(first)[0], config.business_day(last)[1]
