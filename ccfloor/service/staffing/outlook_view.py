"""What is to be expected of the plan's levels, as it is sent to the screens beside the plan itself.

Instants are UTC epoch seconds, spans seconds from ``Outlook.at`` on. The numbers come of the simulation of
``ccfloor.staffing.trigger``; ``error`` is the standard error that comes of its number of paths.
"""

import msgspec

STALE_S = 60.0  # older ones are not shown as current, unless it is looked at seldom
GONE_S = 600.0  # and these not at all
TOLD_WITHIN_S = 1800.0  # whoever is warned is warned of so much time
CALM = 2 / 3  # of the share at which a level is told: below, it is told no longer


class Chance(msgspec.Struct, frozen=True):
    """A probability, or the difference that an action makes to it, within ``within_s`` seconds."""

    within_s: float
    share: float
    error: float


class RuleAhead(msgspec.Struct, frozen=True):
    """A rule of the plan in the time to come. ``queues``: whose callers it counts; empty: all of them.

    ``on``: its alarm is on; then ``clears`` tells when it is over, and ``fires`` when it fires anew. Medians
    None: in less than half of the courses, or a difference. ``told``: likely enough to be told on the wall.
    """

    rule: str
    subject: str
    level: int
    queues: tuple[str, ...]
    on: bool
    fires: tuple[Chance, ...]
    median_s: float | None
    clears: tuple[Chance, ...] = ()
    clear_median_s: float | None = None
    told: bool = False

    def chance(self, within_s: float) -> Chance | None:
        """The probability that it fires within a span that was asked for."""
        return next((one for one in self.fires if one.within_s == within_s), None)


class Unsaid(msgspec.Struct, frozen=True):
    """A rule of which nothing can be said. ``why``: ``metric`` (only waiting callers can be foreseen),
    ``no_rate`` (nobody knows how many call), ``lost`` (a queue's source is lost).
    """

    rule: str
    subject: str
    level: int
    queues: tuple[str, ...]
    why: str


class DeedAhead(msgspec.Struct, frozen=True):
    """What could be done now, what is then to be expected, and its difference to doing nothing (``gain``).

    ``name``: end_breaks, stop_callbacks, on_line or move; ``seats``: how many it concerns, 0 where the reader
    may not know; ``source`` and ``target``: the queues of a move.
    """

    name: str
    seats: int
    source: str
    target: str
    rules: tuple[RuleAhead, ...]
    gain: tuple[RuleAhead, ...]


class Outlook(msgspec.Struct, frozen=True):
    """Everything said at ``at`` on so many ``paths``. ``why``: nothing can be said, and why (see
    ``present_now.Why``; ``fault``: an error of ours, which the log tells). ``stale_s``: so old it is not
    shown as current any more.
    """

    at: float
    why: str = ""
    paths: int = 0
    rules: tuple[RuleAhead, ...] = ()
    deeds: tuple[DeedAhead, ...] = ()
    unsaid: tuple[Unsaid, ...] = ()
    stale_s: float = STALE_S


def is_current(outlook: Outlook, now: float) -> bool:
    """Whether it may be shown as what is to be expected now."""
    return now - outlook.at <= outlook.stale_s


def scoped_outlook(outlook: Outlook, queues: frozenset[str] | None, whole: bool) -> Outlook:
    """The part for who may see these queues (None: all): rules that count no other queue, moves between them.

    What rests on the whole floor is for those who see all of it. ``whole``: all teams too; else nobody is
    told how many seats an action concerns.
    """
    if queues is None and whole:
        return outlook
    seen = msgspec.structs.replace(outlook, deeds=tuple(_countless(deed) for deed in outlook.deeds))
    if queues is None:
        return seen
    return msgspec.structs.replace(
        seen,
        rules=_mine(seen.rules, queues),
        unsaid=tuple(one for one in seen.unsaid if _all(one.queues, queues)),
        deeds=tuple(
            msgspec.structs.replace(deed, rules=_mine(deed.rules, queues), gain=_mine(deed.gain, queues))
            for deed in seen.deeds
            if {deed.source, deed.target} - {""} <= queues and _mine(deed.rules, queues)
        ),
    )


def _countless(deed: DeedAhead) -> DeedAhead:
    return msgspec.structs.replace(deed, seats=0)


def _mine(rules: tuple[RuleAhead, ...], queues: frozenset[str]) -> tuple[RuleAhead, ...]:
    return tuple(one for one in rules if _all(one.queues, queues))


def _all(named: tuple[str, ...], queues: frozenset[str]) -> bool:
    return bool(named) and queues.issuperset(named)
