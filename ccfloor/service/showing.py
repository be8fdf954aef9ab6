"""The floor at a moment: from the live view, or from the journal; as text for a terminal."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.service.instants import instant
from ccfloor.service.keeper import live_source
from ccfloor.store.past import show_at


def view_at(engine: Engine, config: FloorConfig, at: str) -> FloorView | None:
    """The floor at ``at``, or the live view where it is empty. Raises ValueError on a wrong time."""
    if not at:
        row = live_source(engine, config.site)(-1)
        return row.view if row else None
    return show_at(engine, config, config.site, instant(at, config.zone, config.day_start_s))


def text(view: FloorView, zone: str) -> str:
    """The floor as lines: queues, then seats."""
    when = datetime.fromtimestamp(view.at, ZoneInfo(zone)).isoformat(timespec="seconds")
    lines = [f"{view.site} {when}", ""]
    for queue in (view.floor, *view.queues):
        level = queue.today.service_level
        lines.append(
            f"{queue.queue or '*':16} waiting {queue.waiting:3}  longest {queue.longest_wait_s:5.0f} s"
            f"  offered {queue.today.offered:5}  answered {queue.today.answered:5}"
            f"  abandoned {queue.today.abandoned:4}  SL {'–' if level is None else f'{level:.1%}'}"
        )
    lines.append("")
    for seat in view.seats:
        since = datetime.fromtimestamp(seat.since, ZoneInfo(zone)).strftime("%H:%M:%S")
        status = f"{seat.status}/{seat.reason}" if seat.reason else seat.status
        served = ",".join(member.queue for member in seat.queues)
        lines.append(f"{seat.seat:16} {status:20} since {since}  {seat.agent}  {served}")
    return "\n".join(lines)
