"""Callers who gave up: their attempts brought together, and whether they were reached afterwards. Pure.

Somebody who tries three times is one caller. Attempts of one number belong together as long as no more
than the window lies between two of them and nobody spoke to the caller in between. Instants are UTC epoch
seconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from ccfloor.floor.numbers import names_caller

Key = tuple[int, int]  # source and position of a call
State = Literal["ticked", "reached", "open", "unknown"]
WINDOWS: dict[str, int] = {"24h": 86_400, "48h": 2 * 86_400, "7d": 7 * 86_400}


known = names_caller  # whether a number names a caller, so that calls can be told to be of one


class Attempt(NamedTuple):
    """A call that was given up. ``at``: its entry; ``short``: shorter than the queue's short abandon."""

    key: Key
    at: float
    number: str
    name: str
    queue: str
    wait_ms: int
    short: bool


class Answer(NamedTuple):
    """A call of the same number that was answered. ``at``: its entry."""

    key: Key
    at: float


class Tick(NamedTuple):
    """Somebody says that the caller was called back, after the attempt ``key``."""

    id: int
    key: Key
    at: float
    who: str
    note: str


class Case(NamedTuple):
    """One caller: the attempts, oldest first, and what came of them.

    ``ticked``: somebody says so; ``reached``: the same number was answered within the window after the last
    attempt; ``open``: neither; ``unknown``: neither, and the number is withheld, so nobody can tell.
    """

    attempts: tuple[Attempt, ...]
    state: State
    tick: Tick | None = None
    answer: Answer | None = None

    @property
    def last(self) -> Attempt:
        """The latest attempt: the one that a tick is about."""
        return self.attempts[-1]

    @property
    def short(self) -> bool:
        """Whether every attempt was a short abandon."""
        return all(attempt.short for attempt in self.attempts)


def cases(
    attempts: Iterable[Attempt],
    answers: Mapping[str, Sequence[Answer]],
    ticks: Mapping[Key, Tick],
    window_s: float,
    cleared: Mapping[str, str] = {},
) -> list[Case]:
    """The callers behind these attempts, the latest last attempt first.

    ``answers``: by number, in order of their entry. Withheld numbers are never brought together.
    ``cleared``: number → the text that stands for it where it was cleared already.
    """
    found: list[Case] = []
    answers = _one_name(answers, cleared) if cleared else answers
    for number, tries in _by_number(attempts, cleared).items():
        if known(number):
            runs: Iterable[Sequence[Attempt]] = _runs(tries, answers.get(number, ()), ticks, window_s)
        else:
            runs = ([one] for one in tries)
        found += (_case(run, answers.get(number, ()), ticks, window_s) for run in runs)
    return sorted(found, key=lambda case: (case.last.at, case.last.key), reverse=True)


def _by_number(attempts: Iterable[Attempt], cleared: Mapping[str, str]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    for attempt in sorted(attempts, key=lambda one: (one.at, one.key)):
        found.setdefault(cleared.get(attempt.number, attempt.number), []).append(attempt)
    return found


def _one_name(
    answers: Mapping[str, Sequence[Answer]], cleared: Mapping[str, str]
) -> Mapping[str, Sequence[Answer]]:
    """The answers of a caller together, under whichever text each of them stands."""
    found: dict[str, list[Answer]] = {}
    for number, told in answers.items():
        found.setdefault(cleared.get(number, number), []).extend(told)
    return {number: sorted(told, key=lambda one: one.at) for number, told in found.items()}


def _runs(
    tries: Sequence[Attempt], answers: Sequence[Answer], ticks: Mapping[Key, Tick], window_s: float
) -> Iterator[list[Attempt]]:
    """The attempts of one number, cut where the caller was spoken to or let too much time pass."""
    run = [tries[0]]
    for before, after in pairwise(tries):
        spoken = before.key in ticks or any(before.at < answer.at <= after.at for answer in answers)
        if spoken or after.at - before.at > window_s:
            yield run
            run = []
        run.append(after)
    yield run


def _case(
    run: Sequence[Attempt], answers: Sequence[Answer], ticks: Mapping[Key, Tick], window_s: float
) -> Case:
    last = run[-1]
    if tick := ticks.get(last.key):
        return Case(tuple(run), "ticked", tick)
    if not known(last.number):
        return Case(tuple(run), "unknown")
    later = (answer for answer in answers if last.at < answer.at <= last.at + window_s)
    answer = next(later, None)
    return Case(tuple(run), "reached" if answer else "open", None, answer)
