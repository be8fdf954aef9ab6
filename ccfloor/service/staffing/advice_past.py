"""How far foretelling was off of late, kept in memory: pages ask every second, and it changes with judging.

Decoded once per process, site and set of judged moves; asked anew with one look at an index. Instants are UTC
epoch seconds.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from ccfloor.service.staffing.judged import Known, known_of
from ccfloor.staffing.judging import Errors, errors
from ccfloor.store.advice import judged_effects, judged_mark

PAST_S = 90 * 86_400.0
PAST_MOST = 2000
_DAY_S = 86_400.0  # the window begins with a day: what falls out of it does so once a day
_ROUND = 500  # so many answers are kept of one set of judged moves
Mark = tuple[int, float, float]


class Past:
    """The judged moves that followed advice, as of one look, and the errors that were asked of them."""

    def __init__(self, mark: Mark, known: Iterable[Known]) -> None:
        self.mark, self._known = mark, tuple(known)
        self._queues = frozenset(one.told.queue for one in self._known)
        self._newest = max((one.judged_at for one in self._known), default=0.0)
        self._answers: dict[frozenset[str], Errors] = {}

    def errors(self, sees: Callable[[str], bool], now: float, queues: Iterable[str] | None = None) -> Errors:
        """Errors known at ``now`` of the ``queues`` (None: all) that somebody ``sees``."""
        of = frozenset(filter(sees, self._queues if queues is None else self._queues.intersection(queues)))
        if now < self._newest:
            return self._errors(of, now)
        if of not in self._answers:
            if len(self._answers) >= _ROUND:
                self._answers.clear()
            self._answers[of] = self._errors(of, now)
        return self._answers[of]

    def _errors(self, queues: frozenset[str], now: float) -> Errors:
        known = (one for one in self._known if one.told.queue in queues and one.judged_at <= now)
        return errors((one.told, one.came) for one in known)


class _Key(NamedTuple):
    site: str
    since: float


_kept: WeakKeyDictionary[Engine, dict[_Key, Past]] = WeakKeyDictionary()
_KEPT = 8  # windows: today's, and of instants gone by that somebody looks at


def past_of(connection: Connection, site: str, now: float) -> Past:
    """What is known of the 90 days before ``now``. Raises SQLAlchemyError."""
    key = _Key(site, (now // _DAY_S) * _DAY_S - PAST_S)
    mark = judged_mark(connection, site, key.since)
    mine = _kept.setdefault(connection.engine, {})
    kept = mine.get(key)
    if kept is None or kept.mark != mark:
        kept = Past(mark, known_of(judged_effects(connection, site, key.since, PAST_MOST)))
        if len(mine) >= _KEPT:
            mine.clear()
        mine[key] = kept
    return kept


class Told(NamedTuple):
    """How far foretelling was off: of a proposal's own queues (``own``) or of all in sight."""

    errors: Errors
    own: bool


def told_of(past: Past, sees: Callable[[str], bool], now: float, queues: Iterable[str], few: int) -> Told:
    """The errors of these queues, of all in sight where fewer than ``few`` spans of them were judged."""
    own = past.errors(sees, now, queues)
    return Told(own, True) if own.n >= few else Told(past.errors(sees, now), False)
