"""What is suspicious behind a number, named with the figures it rests on. To be looked into, not proved.

A low connect rate has three usual reasons: too few seats for the calls, queues that refuse callers, or a
switch that loses calls. The limits below say from when on a figure is worth a look.
"""

from collections.abc import Callable
from typing import NamedTuple

from ccfloor.floor.metrics import FLOW_OUT_FIELDS, occupancy, ratio
from ccfloor.kpi.fields import PRESENCE, Figures
from ccfloor.kpi.model import Kpi


class Cause(NamedTuple):
    """``id``: its words are ``kpi.cause.<id>`` in the texts; ``weight``: times its limit.

    ``numbers``: place in the words → figure: ``count`` calls, ``share`` 0..1, ``…_s`` seconds.
    """

    id: str
    numbers: dict[str, float]
    weight: float


class Seen(NamedTuple):
    """The figures of the period and of the one before (empty where there are none)."""

    now: Figures
    before: Figures


_REFUSED = 0.01  # of all calls
_LOST = 0.01
_BETWEEN = 0.10  # of the calls that entered the IVR
_BLOCKED = 0.01  # of the attempts
_LONG_WAITS = 0.05  # of the calls that left the queue
_RONA = 0.05
_FULL_OCCUPANCY = 0.88
_SURGE = 0.15  # more calls than in the period before
_LONGER = 0.10  # longer than in the period before …
_LONGER_S = 3.0  # … and by more than a blink
_IMPATIENT_S = 20.0
_SHORT = 0.30  # of the abandons
_GAVE_UP = 0.10
_TRANSFERRED = 0.10


def causes(kpi: Kpi, now: Figures, before: Figures) -> list[Cause]:
    """The suspicious causes of this KPI (its ``see``) that the figures show, the weightiest first.

    ``before``: the figures of the period before, for what is told by its growth; may be empty.
    """
    seen = Seen(now, before)
    found = [cause for name in kpi.see for cause in LOOKS[name](seen) if cause.weight >= 1]
    return sorted(found, key=lambda cause: -cause.weight)


# -- how figures are looked at -----------------------------------------------------------------------


def _sum(figures: Figures, *names: str) -> float:
    return sum(figures.get(f"queue.{name}", 0) for name in names)


def _either(figures: Figures, name: str) -> float | None:
    """A figure of the queues, or of agents where the scope is theirs."""
    found = figures.get(f"queue.{name}")
    return figures.get(f"agent.{name}") if found is None else found


def _share(name: str, count: float, of: float, limit: float) -> list[Cause]:
    part = ratio(count, of)
    return [] if part is None else [Cause(name, {"count": count, "share": part}, part / limit)]


def _ended(figures: Figures) -> float:
    return _sum(figures, "answered", "abandoned", *FLOW_OUT_FIELDS, "lost")


def _too_few_seats(seen: Seen) -> list[Cause]:
    """Seats that never rest, or, where nobody tells of seats, callers who left after a long wait."""
    if any(seen.now.get(name) for name in PRESENCE):
        names = ("on_call", "on_hold", "wrap_up", "ringing", "callback")
        busy = sum(seen.now.get(f"agent.{name}_ms", 0) for name in names) / 1000
        share = occupancy(busy, seen.now.get("agent.ready_ms", 0) / 1000)
        return [] if share is None else [Cause("too_few_seats", {"share": share}, share / _FULL_OCCUPANCY)]
    late = _sum(seen.now, "abandoned", "timed_out") - _sum(seen.now, "abandoned_in_t")
    return _share("long_waits", late, _ended(seen.now), _LONG_WAITS)


def _refused_full(seen: Seen) -> list[Cause]:
    all_calls = _sum(seen.now, "offered", "refused_full", "refused_empty")
    return _share("refused_full", _sum(seen.now, "refused_full"), all_calls, _REFUSED)


def _nobody_on_queue(seen: Seen) -> list[Cause]:
    all_calls = _sum(seen.now, "offered", "refused_full", "refused_empty")
    return _share("nobody_on_queue", _sum(seen.now, "refused_empty", "left_empty"), all_calls, _REFUSED)


def _switch_trouble(seen: Seen) -> list[Cause]:
    """Calls that ended out of sight; calls that entered the IVR and reached neither its end nor a queue."""
    lost = _share("switch_trouble", _sum(seen.now, "lost"), _ended(seen.now), _LOST)
    entries, finished = (seen.now.get(f"ivr.{name}") for name in ("entries", "self_finished"))
    if entries is None or finished is None:
        return lost
    names = ("queue.offered", "queue.refused_full", "queue.refused_empty")
    arrived = sum(seen.now.get(f"{name}@ivr.entries", seen.now.get(name, 0)) for name in names)
    return [*lost, *_share("lost_between", max(0.0, entries - finished - arrived), entries, _BETWEEN)]


def _busy_lines(seen: Seen) -> list[Cause]:
    return _share("busy_lines", seen.now.get("trunk.busy", 0), seen.now.get("trunk.attempts", 0), _BLOCKED)


def _rona(seen: Seen) -> list[Cause]:
    missed, answered = _either(seen.now, "rona") or 0, _either(seen.now, "answered") or 0
    return _share("rona", missed, missed + answered, _RONA)


def _surge(seen: Seen) -> list[Cause]:
    now, before = _sum(seen.now, "offered"), _sum(seen.before, "offered")
    growth = ratio(now - before, before)
    return [] if growth is None else [Cause("surge", {"count": now, "share": growth}, growth / _SURGE)]


def _mean_s(figures: Figures, *parts: str) -> float | None:
    people = "queue.handled" not in figures
    handled = figures.get("agent.answered" if people else "queue.handled", 0)
    told = [_either(figures, f"{part}_ms") for part in parts]
    return ratio(sum(value or 0 for value in told) / 1000, handled)


def _longer(name: str, *parts: str) -> Callable[[Seen], list[Cause]]:
    """A part of the handling that takes longer than in the period before."""

    def look(seen: Seen) -> list[Cause]:
        now, before = _mean_s(seen.now, *parts), _mean_s(seen.before, *parts)
        if now is None or not before or now - before < _LONGER_S:
            return []
        growth = now / before - 1
        return [Cause(name, {"now_s": now, "before_s": before, "share": growth}, growth / _LONGER)]

    return look


def _impatient(seen: Seen) -> list[Cause]:
    mean = ratio(_sum(seen.now, "wait_abandoned_ms") / 1000, _sum(seen.now, "abandoned"))
    return [] if not mean else [Cause("impatient", {"now_s": mean}, _IMPATIENT_S / mean)]


def _short_hang_ups(seen: Seen) -> list[Cause]:
    short = _sum(seen.now, "short_abandoned")
    return _share("short_hang_ups", short, _sum(seen.now, "abandoned"), _SHORT)


def _gave_up_and_again(seen: Seen) -> list[Cause]:
    gone = _sum(seen.now, "abandoned")
    return _share("gave_up_and_again", gone, gone + _sum(seen.now, "answered"), _GAVE_UP)


def _transferred(seen: Seen) -> list[Cause]:
    moved, answered = _either(seen.now, "transferred_out") or 0, _either(seen.now, "answered") or 0
    return _share("transferred", moved, answered, _TRANSFERRED)


# What a KPI's ``see`` may name → how the figures are looked at for it.
LOOKS: dict[str, Callable[[Seen], list[Cause]]] = {
    "too_few_seats": _too_few_seats,
    "refused_full": _refused_full,
    "nobody_on_queue": _nobody_on_queue,
    "switch_trouble": _switch_trouble,
    "busy_lines": _busy_lines,
    "rona": _rona,
    "surge": _surge,
    "long_handling": _longer("long_handling", "talk", "hold", "acw"),
    "longer_talk": _longer("longer_talk", "talk"),
    "longer_hold": _longer("longer_hold", "hold"),
    "longer_acw": _longer("longer_acw", "acw"),
    "impatient": _impatient,
    "short_hang_ups": _short_hang_ups,
    "gave_up_and_again": _gave_up_and_again,
    "transferred": _transferred,
}
CAUSES = (*LOOKS, "long_waits", "lost_between")  # every id a cause can have
