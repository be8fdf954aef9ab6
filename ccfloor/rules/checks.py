"""What a well-formed rule may still get wrong: a metric that does not go with it, names nobody knows."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import PauseReason, SeatStatus
from ccfloor.rules.model import Rule
from ccfloor.rules.places import Loc
from ccfloor.rules.signals import METRICS, misfits

STATUSES = frozenset(status.value for status in SeatStatus)
REASONS = frozenset(reason.value for reason in PauseReason)
ROLES = frozenset(("agent", "senior", "lead", "supervisor", "manager"))


class Known(NamedTuple):
    """What a site's rules may name. None: not known here, nothing is said about it."""

    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    channels: frozenset[str] | None = None

    @classmethod
    def of(cls, config: FloorConfig, channels: Iterable[str] | None = None) -> "Known":
        """What a site's own files name."""
        seats = list(config.seats.values())
        return cls(
            frozenset(config.queues) or None,
            frozenset(seat.team for seat in seats if seat.team) or None,
            frozenset(seat.role for seat in seats) or None,
            None if channels is None else frozenset(channels),
        )


ANYTHING = Known()


class Check(NamedTuple):
    """One finding. ``doubt``: the rule is taken all the same."""

    loc: Loc
    en: str
    zh: str
    doubt: bool = False


def check_rule(rule: Rule, known: Known) -> Iterator[Check]:
    """Everything wrong or doubtful about one rule by itself."""
    if rule.when.metric not in METRICS:
        yield Check(("when", "metric"), *no_metric(rule.when.metric))
    else:
        for field, en, zh in misfits(rule):
            yield Check(tuple(field.split(".")), en, zh)
    yield from _states(rule)
    yield from _people(rule, known)
    yield from _checklist(rule)
    yield from _told(rule, known)


def no_metric(name: str) -> tuple[str, str]:
    """That there is no such metric, with the one that was perhaps meant."""
    known, close = ", ".join(METRICS), get_close_matches(name, METRICS, 1)
    hint = (f"; perhaps {close[0]}?", f"；是否指 {close[0]}？") if close else ("", "")
    en, zh = f"there is no such metric; there are {known}", f"没有这个指标；可用：{known}"
    return en + hint[0], zh + hint[1]


def _states(rule: Rule) -> Iterator[Check]:
    yield from _named(("when", "status"), rule.when.status, STATUSES, ("status", "状态"))
    yield from _named(("when", "reasons"), rule.when.reasons, REASONS, ("pause reason", "示忙原因"))
    for index, item in enumerate(rule.todo):
        if item.order:
            loc = ("todo", index, "order", "forbid_reasons")
            yield from _named(loc, item.order.forbid_reasons, REASONS, ("pause reason", "示忙原因"))


def _people(rule: Rule, known: Known) -> Iterator[Check]:
    roles = ROLES | (known.roles or frozenset())
    yield from _named(("scope", "roles"), rule.scope.roles, roles, ("role", "角色"))
    for index, item in enumerate(rule.todo):
        if item.order:
            yield from _named(("todo", index, "order", "roles"), item.order.roles, roles, ("role", "角色"))
    if known.queues is not None:
        words = ("queue of this site", "本站点的队列")
        yield from _named(("scope", "queues"), rule.scope.queues, known.queues, words, doubt=True)
    if known.teams is not None:
        words = ("team of this site", "本站点的班组")
        yield from _named(("scope", "teams"), rule.scope.teams, known.teams, words, doubt=True)


def _checklist(rule: Rule) -> Iterator[Check]:
    seen: set[str] = set()
    for index, item in enumerate(rule.todo):
        if item.id in seen:
            yield Check(("todo", index, "id"), f"{item.id!r} stands twice in the list", f"{item.id!r} 重复")
        seen.add(item.id)


def _told(rule: Rule, known: Known) -> Iterator[Check]:
    tell = rule.tell
    if tell.escalate_s and not tell.escalate_to:
        why = "nobody is named to escalate to", "没有写明升级给谁"
        yield Check(("tell", "escalate_to"), *why, doubt=True)
    if known.channels is None:
        return
    words = ("channel of data/notify.yaml", "data/notify.yaml 中的通道")
    for field, names in (("channels", tell.channels), ("escalate_to", tell.escalate_to)):
        yield from _named(("tell", field), names, known.channels, words, doubt=True)


def _named(
    loc: Loc, names: Iterable[str], known: frozenset[str], what: tuple[str, str], doubt: bool = False
) -> Iterator[Check]:
    for index, name in enumerate(names):
        if name not in known:
            there = ", ".join(sorted(known)) or "–"
            en, zh = f"{name!r} is no {what[0]}; there are {there}", f"{name!r} 不是{what[1]}；可用：{there}"
            yield Check((*loc, index), en, zh, doubt)
