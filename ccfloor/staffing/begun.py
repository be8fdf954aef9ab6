"""How far a rule has come by now: the hold that runs, the dip it is in, the window behind, or the alarm that
is on.

Taken from the rule's own machine, so that what is foreseen goes on exactly where the engine stands. Who has
no machine at hand makes one of the curve of the last hour, and corrects it by the standing that the engine
told.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ccfloor.rules.alarms import RuleState, Standing
from ccfloor.rules.holds import Sliding, Steady
from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Rule

Curve = Sequence[tuple[float, float | None]]  # (instant, value from then on; None: out of sight)


class Span(NamedTuple):
    """A stretch behind, seconds from now (negative), with the value it adds a second (see ``Piece.rate``)."""

    start: float
    end: float
    rate: float
    met: bool


class Begun(msgspec.Struct, frozen=True):
    """Seconds are from now, negative ones lie behind; time out of sight is left out of them.

    ``held_from``: the strict or forgiving hold that runs began then; ``dip_from``: it has dipped since then.
    ``past``: the sliding window's curve; ``known_from``: in sight without a break since then. ``on``: the
    alarm is on since ``fired``; ``good_from``: its clear clock runs since then.
    """

    held_from: float | None = None
    dip_from: float | None = None
    past: tuple[Span, ...] = ()
    known_from: float = 0.0
    on: bool = False
    fired: float = 0.0
    good_from: float | None = None


NOTHING = Begun()


def of_machine(machine: Machine, at: float, value: float) -> Begun:
    """Where a machine stands at ``at`` with the value that holds from then on (what it is told there).

    The machine itself is told nothing. An instant before its last change counts as that.
    """
    copy = Machine(machine.rule, machine.version, machine.subject)
    copy.restore(machine.dump())
    at = max(at, copy.at)
    copy.change(at, value)
    copy.advance(at)
    if copy.alarm is not None:
        good = copy.good_at + copy.dark_s - at if copy.good else None
        return Begun(on=True, fired=copy.alarm.fired_at - at, good_from=good)
    if isinstance(copy.hold, Steady):
        return _of_steady(copy.hold, at)
    return _of_sliding(copy.hold, at) if isinstance(copy.hold, Sliding) else NOTHING


def of_curve(rule: Rule, curve: Curve, at: float) -> Begun:
    """Where a rule stands at ``at`` after this curve, oldest step first, begun from nothing."""
    machine, last = Machine(rule, 1, ""), 0.0
    for when, value in curve:
        if when <= at:
            machine.change(when, value)
            last = last if value is None else value
    return of_machine(machine, at, last)


def of_standing(rule: Rule, told: Standing, curve: Curve, at: float) -> Begun:
    """Where a rule stands by what its engine told at ``at``; the curve, which may be thinned out, gives a
    sliding window, and the beginning of a dip.
    """
    if told.state in (RuleState.FIRING, RuleState.ACKNOWLEDGED):
        good = min(0.0, told.clears_at - at - rule.clear.for_s) if told.clears_at else None
        return Begun(on=True, fired=min(0.0, told.fired_at - at), good_from=good)
    if rule.hold.kind not in ("strict", "forgive"):
        spans = _spans(rule, curve, max(at - rule.hold.for_s, told.cleared_at), at)
        known = 0.0
        for span in reversed(spans):
            known = span.start if span.end == known else known
        return Begun(past=tuple(span for span in spans if span.rate or span.met), known_from=known)
    if not told.active_at:
        return NOTHING
    if told.holding:
        return Begun(held_from=-told.held_s)
    dip = _dip_at(rule, curve, at) - at
    return Begun(held_from=dip - told.held_s, dip_from=dip)


def _dip_at(rule: Rule, curve: Curve, at: float) -> float:
    """When the value last left the condition; now, if the curve shows nothing of it."""
    left, met = at, True
    for when, value in curve:
        now = value is not None and rule.when.meets(value)
        if met and not now and when <= at:
            left = when
        met = now
    return left if not met else at


def _spans(rule: Rule, curve: Curve, since: float, at: float) -> list[Span]:
    """The curve's steps from an instant on, as a sliding window counts them."""
    steps = [step for step in curve if step[0] <= at]
    ends = [when for when, _ in steps[1:]] + [at]
    sign = 1.0 if rule.when.upward else -1.0
    found = []
    for (when, value), end in zip(steps, ends, strict=True):
        if value is not None and end > max(when, since):
            met = rule.when.meets(value)
            rate = sign * value if rule.hold.kind == "mean" else float(met)
            found.append(Span(max(when, since) - at, end - at, rate, met))
    return found


def _of_steady(hold: Steady, at: float) -> Begun:
    if not hold.began(at):
        return NOTHING
    dip = hold.dip_at + hold.dark_s - hold.dip_dark - at if hold.dipping else None
    return Begun(held_from=hold.from_at + hold.dark_s - at, dip_from=dip)


def _of_sliding(hold: Sliding, at: float) -> Begun:
    pieces, edge = list(hold.pieces), at - hold.for_s
    ends = [piece.start for piece in pieces[1:]] + [at]
    spans = (
        Span(max(piece.start, edge) - at, end - at, piece.rate, piece.met)
        for piece, end in zip(pieces, ends, strict=True)
        if end > max(piece.start, edge)
    )
    past = tuple(span for span in spans if span.rate or span.met)
    return Begun(past=past, known_from=min(0.0, hold.known_at - at))
