"""A floor for tests of what staffing is told: two queues, four seats of one team, a past of some weeks."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.view import CallerView, FloorView, Membership, QueueView, SeatDay, SeatView
from ccfloor.kpi.week import SLOTS, Cell
from ccfloor.service.staffing.present_learned import Learned, Length, QueuePast
from ccfloor.staffing.live import Moments, Past
from tests.unit.service.views import queue as queue_view
from tests.unit.service.views import view as floor_view

ZONE = "Asia/Shanghai"
MONDAY = datetime(2026, 11, 23, tzinfo=ZoneInfo(ZONE)).timestamp()
NINE = MONDAY + 9 * 3600
AGENTS = {"P/1": "Mei", "P/2": "Lan", "P/3": "Bo", "P/4": "Chief"}


def config(**more: Any) -> FloorConfig:
    seats = {
        seat: SeatInfo(seat, agent, team="A", role="lead" if agent == "Chief" else "agent")
        for seat, agent in AGENTS.items()
    }
    target = QueueTarget(threshold_s=15.0, target=0.9, wrap_up_s=60.0)
    queues = {"hot": QueueInfo("hot", targets=(target,)), "vip": QueueInfo("vip")}
    return FloorConfig(zone=ZONE, queues=queues, seats=seats, reasons={"休息": "break"}, **more)


def seat(name: str = "P/1", status: str = "ready", **parts: Any) -> SeatView:
    """A seat of the team that serves the hotline; ``parts`` replace its parts."""
    agent = AGENTS.get(name, "")
    plain = SeatView(
        name, agent, "", name[2:], "A", "lead" if agent == "Chief" else "agent", status, "", "", NINE - 60,
        False, None, "", "hot", "", "", (Membership("hot"),), SeatDay(),
    )  # fmt: skip
    return replace(plain, **parts)


def paused(name: str, reason: str, since: float, **parts: Any) -> SeatView:
    told = {"reason": reason, "reason_text": reason, "since": since, "paused": True, "paused_since": since}
    return seat(name, "paused", **(told | parts))


def queue(name: str, last_30: int = 0, last_15: int | None = None) -> QueueView:
    """``last_15``: of them in the last quarter of an hour; half, if not given."""
    plain = queue_view(name)
    last = (last_30 + 1) // 2 if last_15 is None else last_15
    late, half = replace(plain.last_15, offered=last), replace(plain.last_30, offered=last_30)
    return replace(plain, last_15=late, last_30=half)


def caller(name: str, entered_at: float, queue: str = "hot", ringing: str = "") -> CallerView:
    return CallerView(name, queue, entered_at, 1, "13812340000", ringing=ringing)


def view(
    *seats: SeatView, last_30: int = 0, last_15: int | None = None, at: float = NINE, **parts: Any
) -> FloorView:
    queues = (queue("hot", last_30, last_15), queue("vip"))
    return floor_view(at, **{"queues": queues, "seats": seats, **parts})


def past(**more: Any) -> Learned:
    """Six weeks in sight; 60 calls an hour on the hotline from eight to eighteen, none on the other."""
    seen_s = {Cell(day, slot): 6 * 1800.0 for day in range(7) for slot in range(SLOTS)}
    calls = {cell: 180 for cell in seen_s if 16 <= cell.slot < 36}
    hot = QueuePast(
        handled=5000, aht=Moments(60, 200.0, 150.0), abandoned=400, patience=Past(60.0, 60 * 240.0),
        ring=Moments(5000, 5.0, 2.0), talk=Moments(5000, 165.0, 140.0), wrap=Moments(5000, 30.0, 20.0),
        level_cv=0.2, days=36, calls=calls,
    )  # fmt: skip
    pauses = {"break": Length(400, 600.0, 180.0, 1e-4), "other_call": Length(300, 120.0, 80.0, 5e-5)}
    known = {"queues": {"hot": hot, "vip": QueuePast()}, "seen_s": seen_s, "pauses": pauses}
    return Learned(at=NINE, since=MONDAY - 42 * 86_400, until=MONDAY, **(known | more))
