"""What previews showed last, so that a move is recorded with the effect that its asker saw."""

from collections import OrderedDict
from threading import Lock

import msgspec

from ccfloor.service.moves.ask import Wanted
from ccfloor.service.moves.preview import QueuePreview
from ccfloor.store.viewer import Viewer

_Shown = tuple[QueuePreview, ...]
_MOST = 256
KEPT_S = 30.0  # a page looks again sooner: what is older is nobody's last look


class ShownEffects:
    """By who looked and at what, in this process; instants are those of the floor. Safe between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Viewer, bytes], tuple[float, _Shown]] = OrderedDict()
        self._lock = Lock()

    def keep(self, viewer: Viewer, wanted: Wanted, shown: _Shown, now: float) -> None:
        """Note what a look at ``wanted`` showed at ``now``."""
        look = viewer, _key(wanted)
        with self._lock:
            self._known[look] = (now, shown)
            self._known.move_to_end(look)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)

    def last(self, viewer: Viewer, wanted: Wanted, now: float) -> _Shown | None:
        """What this viewer saw of it last; None where that is too long ago, or was in another process."""
        with self._lock:
            at, shown = self._known.get((viewer, _key(wanted)), (0.0, ()))
        return shown if 0 <= now - at <= KEPT_S else None


def _key(wanted: Wanted) -> bytes:
    """All but the insisting, which is about what was shown, and the group's name."""
    told = (sorted(wanted.seats), sorted(wanted.queues.items()), wanted.beside, wanted.ready, wanted.minutes)
    return msgspec.json.encode(told)
