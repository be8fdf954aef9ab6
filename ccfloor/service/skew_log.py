"""What is kept of the switch's clock: a row when the difference to ours changes, and while it lasts."""

from collections.abc import Iterable

from sqlalchemy import Engine, insert

from ccfloor.acd.base import Health
from ccfloor.store.engine import writing
from ccfloor.store.tables import clock_skews

_STEP_S = 0.5  # a smaller change is none
_EVERY_S = 3600.0


class SkewLog:
    """Notes the skew that the collector reports. For one thread."""

    def __init__(self, engine: Engine, site: str) -> None:
        self._engine, self._site = engine, site
        self._at, self._seconds = 0.0, 0.0

    def note(self, reports: Iterable[Health], now: float) -> None:
        """Write down what changed, 0.0 when the clocks agree again. ``now``: our clock, UTC epoch seconds."""
        told = (report.details.get("seconds", "0") for report in reports if report.code == "clock_skew")
        seconds = float(next(iter(told), "0"))
        same = abs(seconds - self._seconds) < _STEP_S and bool(seconds) == bool(self._seconds)
        if same and (not seconds or now - self._at < _EVERY_S):
            return
        row = {"site": self._site, "at": now, "seconds": seconds}
        with writing(self._engine) as connection:
            connection.execute(insert(clock_skews).values(row))
        self._at, self._seconds = now, seconds
