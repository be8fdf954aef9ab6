"""What the log keeps of those who tried to move seats and may not."""

from sqlalchemy import Engine

from ccfloor.access.acts import Act
from ccfloor.service.audit import acting, record
from ccfloor.service.commands import CommandError
from ccfloor.service.moves.ask import WHY_MAX, Wanted
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Forbidden, Viewer

_TOLD = 20  # seats and queues of a try that the log names
_BEYOND = ("unknown_seat", "unknown_queue")


def note_denied(
    engine: Engine, viewer: Viewer, wanted: Wanted, error: Exception, why: str, now: float, *, who: str = ""
) -> bool:
    """Keep a try that was refused for want of the right, or for what is out of the viewer's sight.

    Any other refusal is none of the log's; returns whether it was kept. ``now``: UTC epoch seconds.
    """
    code = error.code if isinstance(error, CommandError) else "forbidden"
    if not isinstance(error, Forbidden) and code not in _BEYOND:
        return False
    tried = {"seats": list(wanted.seats[:_TOLD]), "queues": list(wanted.queues)[:_TOLD], "message": code}
    about = f"seat/{wanted.seats[0]}" if wanted.seats else "move"
    by = acting(who or viewer.role, viewer)
    with writing(engine) as connection:
        record(connection, by, Act.MOVE_DENIED, about, None, tried, why[:WHY_MAX], now, site=viewer.site)
    return True
