"""Why a rule was firing at a moment, or why not: its value, what counted so far, what was missing, dips.

The journal is played again up to that moment, by the rules that were in force. Instants are UTC epoch s.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.alarms import RuleState, Standing
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule
from ccfloor.rules.watching import Watch
from ccfloor.store.past import feed_at
from ccfloor.store.rerun import WARM_S, Watching, played_to

Told = tuple[float, float | None]  # from that instant on the rule was told this value; None: out of sight


class Stretch(msgspec.Struct, frozen=True):
    """A part of the hold that was below the level or out of sight. ``end`` 0.0: it goes on."""

    start: float
    end: float
    seconds: float
    value: float | None


class Reason(msgspec.Struct, frozen=True):
    """Where a rule stood for a subject, and why. ``missing_s``: what the hold still needed; ``broken``: the
    last time before the hold in which the condition was not met.
    """

    rule: str
    version: int
    valid_from: float
    subject: str
    state: RuleState
    value: float | None
    level: float
    met: bool
    since: float
    held_s: float
    needed_s: float
    missing_s: float
    active_at: float
    due_at: float
    fired_at: float
    cleared_at: float
    clears_at: float
    blind_s: float
    broken: Stretch | None
    dips: list[Stretch]
    blind: list[Stretch]


class Absent(msgspec.Struct, frozen=True):
    """A rule that did not count then. ``why``: unknown, not_yet, retired, off; ``at``: since or from when."""

    rule: str
    why: str
    at: float = 0.0


class Explained(msgspec.Struct, frozen=True):
    """A moment explained. ``seen_at``: the last event up to then; ``dark``: the floor was out of sight."""

    at: float
    seen_at: float
    dark: bool
    reasons: list[Reason]
    absent: list[Absent]


class _Played(NamedTuple):
    watching: Watching
    told: dict[tuple[str, str], list[Told]]
    begun: float


def explain(
    engine: Engine,
    config: FloorConfig,
    book: RuleBook,
    calendar: Calendar,
    at: float,
    rule: str = "",
    subject: str | None = None,
) -> Explained | None:
    """How every rule stood at ``at`` that was not idle (or one rule, of all subjects or of one).

    None where nothing was journalled before ``at``.
    """
    made = _Rerun(engine, config, book, calendar, at)
    if made.feed is None:
        return None
    played = made.play(made.since, known=True)
    wanted = _wanted(played.watching.rules, at, rule, subject)
    began = min((standing.active_at for _, standing in wanted if standing.active_at), default=played.begun)
    if began < played.begun:  # dips before the checkpoint are told, too
        again = made.play(began, known=False)
        if again.begun <= began:
            played = again._replace(watching=played.watching)
    valid_from = {name: item.valid_from for name, item in book.at(at).items()}
    reasons = [_reason(watch, standing, played, at, valid_from) for watch, standing in wanted]
    rules = played.watching.rules
    return Explained(at, min(made.seen_at, at), rules.dark, reasons, list(_absent(book, at, rule)))


class _Rerun:
    """The journal up to a moment, to be played as often as needed."""

    def __init__(
        self, engine: Engine, config: FloorConfig, book: RuleBook, calendar: Calendar, at: float
    ) -> None:
        self.engine, self.config, self.book, self.calendar, self.at = engine, config, book, calendar, at
        self.since = min(config.business_day(at)[0], at - WARM_S)
        self.seen_at = 0.0
        with engine.connect() as connection:
            self.feed = feed_at(connection, config.site, at)

    def play(self, since: float, known: bool) -> _Played:
        """Play it from the checkpoint before ``since``, noting what every rule is told."""
        told: dict[tuple[str, str], list[Told]] = {}
        begun = 0.0

        def ready(rules: RuleEngine) -> None:
            nonlocal begun
            begun = rules.at

            def hear(watch: Watch, at: float) -> None:
                told.setdefault(watch.key, []).append((at, None if rules.dark else watch.seen(at)))

            for watch in rules.watches():
                hear(watch, rules.at)
            rules.heard = hear

        assert self.feed is not None
        with self.engine.connect() as connection:
            site = self.config.site
            watching = played_to(
                connection, self.config, site, self.feed, self._make, since, self.at, known=known, ready=ready
            )
        self.seen_at = watching.seen_at
        return _Played(watching, told, begun)

    def _make(self, known: bytes | None) -> RuleEngine:
        if known is None:
            return RuleEngine(self.book, self.config, self.calendar)
        return RuleEngine.load(self.book, self.config, self.calendar, known)


def _wanted(rules: RuleEngine, at: float, rule: str, subject: str | None) -> list[tuple[Watch, Standing]]:
    """The watches asked for; without a rule, those that are not idle and those of a plan."""
    watches = {watch.key: watch for watch in rules.watches()}
    found = {(standing.rule, standing.subject): standing for standing in rules.standings(at)}
    if rule:
        for key, watch in watches.items():
            if key[0] == rule and key not in found:
                found[key] = _idle(watch, rules, at)
    return [
        (watches[key], standing)
        for key, standing in found.items()
        if key in watches and rule in ("", key[0]) and subject in (None, key[1])
    ]


def _idle(watch: Watch, rules: RuleEngine, at: float) -> Standing:
    value = None if rules.dark else watch.actual(at)
    if watch.machine is not None:
        return msgspec.structs.replace(watch.machine.standing(at), value=value)
    return Standing(watch.rule.id, watch.subject, watch.version, RuleState.INACTIVE, value,
                    needed_s=watch.rule.hold.for_s)  # fmt: skip


def _reason(
    watch: Watch, standing: Standing, played: _Played, at: float, valid_from: dict[str, float]
) -> Reason:
    rule, told = watch.rule, played.told.get(watch.key, [])
    end = standing.fired_at or at
    dips, blind = _stretches(rule, told, standing.active_at, end) if standing.active_at else ([], [])
    before = _stretches(rule, told, 0.0, standing.active_at)[0] if standing.active_at else []
    seen = told[-1][1] if told else None
    met = seen is not None and rule.when.meets(seen)
    firing = standing.state is RuleState.FIRING
    return Reason(
        rule=rule.id,
        version=standing.version,
        valid_from=valid_from.get(rule.id, 0.0),
        subject=standing.subject,
        state=standing.state,
        value=standing.value,
        level=rule.when.level,
        met=met,
        since=_since(rule, told, met),
        held_s=standing.held_s,
        needed_s=standing.needed_s,
        missing_s=0.0 if firing else max(0.0, standing.needed_s - standing.held_s),
        active_at=standing.active_at,
        due_at=standing.due_at,
        fired_at=standing.fired_at,
        cleared_at=standing.cleared_at,
        clears_at=standing.clears_at,
        blind_s=standing.blind_s,
        broken=before[-1] if before else None,
        dips=dips,
        blind=blind,
    )


def _since(rule: Rule, told: list[Told], met: bool) -> float:
    """Since when the condition is met, or is not."""
    since = 0.0
    for at, value in reversed(told):
        if (value is not None and rule.when.meets(value)) is not met:
            break
        since = at
    return since


def _stretches(rule: Rule, told: list[Told], start: float, end: float) -> tuple[list[Stretch], list[Stretch]]:
    """What lay below the level, and what was out of sight, between two instants."""
    dips: list[Stretch] = []
    blind: list[Stretch] = []
    for (at, value), after in zip(told, [*(item[0] for item in told[1:]), end], strict=True):
        first, last = max(at, start), min(after, end)
        if last <= first or (value is not None and rule.when.meets(value)):
            continue
        kind = blind if value is None else dips
        if kind and kind[-1].end == first:
            before = kind.pop()
            first, value = before.start, _worse(rule, before.value, value)
        kind.append(Stretch(first, last, last - first, value))
    return dips, blind


def _worse(rule: Rule, one: float | None, two: float | None) -> float | None:
    if one is None or two is None:
        return None
    return min(one, two) if rule.when.upward else max(one, two)


def _absent(book: RuleBook, at: float, rule: str) -> Iterator[Absent]:
    """Rules of the book that do not count at ``at``; of one rule also that it is unknown."""
    names: Iterable[str] = [rule] if rule else dict.fromkeys(item.id for item in book.versions)
    present = book.at(at)
    for name in names:
        if name in present:
            continue
        history = book.history(name)
        if not history:
            yield Absent(name, "unknown")
            continue
        begun = [item for item in history if item.valid_from <= at]
        yield _why_absent(name, begun[-1] if begun else None, history[0].valid_from)


def _why_absent(name: str, last: RuleVersion | None, first: float) -> Absent:
    if last is None:
        return Absent(name, "not_yet", first)
    return Absent(name, "retired" if last.rule is None else "off", last.valid_from)
