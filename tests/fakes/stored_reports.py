"""A floor of two queues and three agents with some weeks of steady days in a database, for reports."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.kpi.period import Period, period
from ccfloor.service.settings import ReportSettings, Settings, SiteSettings
from ccfloor.store.recorder import Recorder
from tests.fakes.stored import day, items

ZONE = "Asia/Shanghai"
SEATS = {
    f"P/{n}": SeatInfo(f"P/{n}", f"Agent {n}", ("A. Zero", "B. One", "C. Two")[n], team="A" if n else "B")
    for n in range(3)
}
CONFIG = FloorConfig(
    zone=ZONE,
    queues={
        "hot": QueueInfo("hot", "热线", "Hotline", (QueueTarget(wrap_up_s=10.0),)),
        "vip": QueueInfo("vip", "贵宾", "VIP"),
    },
    seats=SEATS,
)
FIRST = period(CONFIG, "2026-09-21")
DAYS, CALLS = 14, 40


@dataclass
class FakeService:
    """What reports ask of a service; its time stands still until it is set."""

    engine: Engine
    now: float
    settings: Settings
    config: FloorConfig = CONFIG

    def floor_now(self) -> float:
        return self.now

    def clock(self) -> float:
        return self.now


def opens(of: Period) -> float:
    """When the calls of a day begin: nine o'clock."""
    return of.start + 9 * 3600


def fill(engine: Engine, count: int = DAYS, first: int = 0) -> None:
    """So many days of the floor; day by day one call more."""
    recorder = Recorder(engine, CONFIG, CONFIG.site, "live", live=True)
    for number in range(first, first + count):
        start = opens(FIRST) + number * 86_400
        recorder.record(items(day(CALLS + number, start), source=f"ami-{number}"))


def service(engine: Engine, folder: Path, now: float, **more: Any) -> FakeService:
    """A service on this database; its reports go to the folder."""
    site = SiteSettings(zone=ZONE, **more)
    return FakeService(engine, now, Settings(site=site, reports=ReportSettings(folder=str(folder))))
