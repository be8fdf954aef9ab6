"""What a site decides about its floor, as plain values. Read from files elsewhere; here only used."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

INTERVAL_S = 900  # stored intervals are quarter hours; every zone's offset is a multiple of it
_DAY = timedelta(days=1)


class QueueTarget(msgspec.Struct, frozen=True):
    """A queue's promise, valid from an instant (UTC epoch seconds) on.

    ``threshold_s`` T of the service level; ``target`` the share to reach (0..1); ``short_s`` an
    abandon below it is a short one; ``wrap_up_s`` after-call work the switch grants (0: none).
    """

    valid_from: float = 0.0
    threshold_s: float = 20.0
    target: float = 0.8
    short_s: float = 5.0
    wrap_up_s: float = 0.0
    abandon_target: float = 0.05
    wait_limit_s: float = 120.0


class QueueInfo(msgspec.Struct, frozen=True):
    """A queue's names and its targets in order of ``valid_from`` (never empty)."""

    queue: str
    zh: str = ""
    en: str = ""
    targets: tuple[QueueTarget, ...] = (QueueTarget(),)
    hidden: bool = False

    def target_at(self, at: float) -> QueueTarget:
        """The target that applies to a call entering at this instant."""
        if len(self.targets) == 1:
            return self.targets[0]
        starts = [target.valid_from for target in self.targets]
        return self.targets[max(0, bisect_right(starts, at) - 1)]


class SeatInfo(msgspec.Struct, frozen=True):
    """What the site knows of a seat beyond what the switch says. ``aliases``: other ids of it.

    ``others``: agents who sign on here in other shifts, their name → their English name.
    """

    seat: str
    agent: str = ""
    agent_en: str = ""
    number: str = ""
    team: str = ""
    role: str = "agent"
    aliases: tuple[str, ...] = ()
    others: Mapping[str, str] = {}


class FloorConfig(msgspec.Struct, frozen=True):
    """Everything the Floor needs to know of its site.

    ``reasons`` maps a pause-reason text of the switch (lower case) to a PauseReason value;
    ``day_start_s`` is the business day's start in seconds after local midnight.
    """

    site: str = "main"
    zone: str = "Asia/Shanghai"
    day_start_s: int = 0
    queues: Mapping[str, QueueInfo] = {}
    seats: Mapping[str, SeatInfo] = {}
    reasons: Mapping[str, str] = {}
    default_target: QueueTarget = QueueTarget()

    def target(self, queue: str, at: float) -> QueueTarget:
        """The target of a queue for a call entering at ``at``; unknown queues get the default."""
        info = self.queues.get(queue)
        return info.target_at(at) if info else self.default_target

    def business_day(self, at: float) -> tuple[float, float]:
        """Start and end (UTC epoch seconds) of the business day that contains ``at``.

        23 or 25 hours long where the zone changes its clock.
        """
        day = self.business_date(at)
        return self.day_begins(day), self.day_begins(day + _DAY)

    def business_date(self, at: float) -> date:
        """The date by which the business day that contains ``at`` (UTC epoch seconds) is called."""
        local = datetime.fromtimestamp(at, ZoneInfo(self.zone)).replace(tzinfo=None)
        day = (local - timedelta(seconds=self.day_start_s)).date()
        while at < self.day_begins(day):  # near a change the clock alone does not tell
            day -= _DAY
        while at >= self.day_begins(day + _DAY):
            day += _DAY
        return day

    def day_begins(self, day: date) -> float:
        """When the business day of a date begins (UTC epoch seconds): when the clock first shows its hour."""
        return _begins(self.zone, self.day_start_s, day.toordinal())


@lru_cache(maxsize=8192)
def _begins(zone: str, day_start_s: int, ordinal: int) -> float:
    return first_instant(datetime.fromordinal(ordinal) + timedelta(seconds=day_start_s), ZoneInfo(zone))


def first_instant(wall: datetime, zone: ZoneInfo) -> float:
    """When a clock first shows a time (without a zone), in UTC epoch seconds; where it leaves that time out,
    when it goes on.
    """
    late = wall.replace(tzinfo=zone, fold=0).timestamp()
    if _shown(late, zone) == wall:
        return late
    early = wall.replace(tzinfo=zone, fold=1).timestamp()  # the change lies between the two
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (early, middle) if _shown(middle, zone) >= wall else (middle, late)
    return late


def _shown(at: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None)


def interval_start(at: float) -> int:
    """Start of the stored quarter hour that contains ``at`` (UTC epoch seconds)."""
    return int(at // INTERVAL_S) * INTERVAL_S
