"""Instants and periods as people write them on a command line or in an address."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ccfloor.floor.config import first_instant


def instant(text: str, zone: str, day_start_s: int = 0) -> float:
    """UTC epoch seconds of ``2026-11-21``, ``2026-11-21T09:30``, with or without offset, or of epoch seconds.

    A day alone is the start of that business day. Raises ValueError with one sentence.
    """
    try:
        return float(text)
    except ValueError:
        pass
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2026-11-21 or 2026-11-21T09:30") from None
    if len(text.strip()) == 10:
        parsed += timedelta(seconds=day_start_s)
    return parsed.timestamp() if parsed.tzinfo else first_instant(parsed, ZoneInfo(zone))
