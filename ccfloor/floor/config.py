"""What a site decides about its floor, as plain values. Read from files elsewhere; here only used."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

INTERVAL_S = 900  # stored intervals are quarter hours; every zone's offset is a multiple of it


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
        zone = ZoneInfo(self.zone)
        shift = timedelta(seconds=self.day_start_s)
        local = datetime.fromtimestamp(at, zone).replace(tzinfo=None) - shift
        midnight = datetime(local.year, local.month, local.day)
        start = (midnight + shift).replace(tzinfo=zone)
        end = (midnight + timedelta(days=1) + shift).replace(tzinfo=zone)
        return start.timestamp(), end.timestamp()


def interval_start(at: float) -> int:
    """Start of the stored quarter hour that contains ``at`` (UTC epoch seconds)."""
    return int(at // INTERVAL_S) * INTERVAL_S
