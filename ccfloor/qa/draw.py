"""Drawing calls by chance, fairly: every call of an agent has the same chance, whatever its stratum.

Few calls are drawn of a day, mostly one, so that a day's draw alone cannot give each stratum its share: draws
remember. A day's calls of an agent are put in order of their strata, which is the same on all days, and the
order is parted into eighths. Of eight picks that follow one another, over days and weeks, each eighth has
one, in an order that chance gives, and chance says where in it (Latin hypercube sampling, McKay 1979): each
of N calls is picked with the chance 1/N, each stratum has its share of a month much more exactly than by
plain chance, the first ones of a plan most exactly, and what was drawn tells nothing of what comes next, but
of the last of eight.

Seeds have two parts: ``seed`` of the day, and ``luck``, the same on all days, which gives the order of the
strata and that of the eighths. Chance is SHA-256 of a seed and a name: who has the seed and the number of
picks before can draw again, with any tool, and finds the same calls.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from math import floor
from typing import NamedTuple, TypeVar

from ccfloor.qa.model import exact
from ccfloor.qa.plan import Plan, Stratum

_SPLIT = "\x1f"
T = TypeVar("T")


class Candidate(NamedTuple):
    """A call that may be drawn. ``hour``: of the site's ``day`` (20261122); ``talk_s``: seconds talked."""

    key: str  # as in the table of calls: source and position
    agent: str
    team: str
    queue: str
    hour: int
    talk_s: float
    transfer: bool = False
    complaint: bool = False
    repeat: bool = False
    day: int = 0
    shift: str = ""  # that ran at its seat when it was answered


class Want(NamedTuple):
    """So many calls of an agent for a quota. ``taken``: calls that were drawn before. The first ``own`` of
    them are drawn from calls of ``day``, the rest from all since ``since``.

    ``row``: quotas of one row go on in its eighths together; ``before``: random picks of the row until now.
    """

    agent: str
    quota: str
    number: int
    taken: frozenset[str] = frozenset()
    own: int = 0
    day: int = 0
    since: int = 0
    row: str = ""
    before: int = 0


class Pick(NamedTuple):
    """A call that was drawn. ``reason``: ``random``, or what was looked for; ``stratum``: its place, in words
    of data: ``shift=day queue=sales hour=10``. ``population``: calls of the agent it was drawn from.
    """

    key: str
    agent: str
    quota: str
    reason: str
    stratum: str
    population: int


def chance(seed: str, *names: str) -> float:
    """A number in [0, 1) that depends on seed and names alone."""
    text = _SPLIT.join((seed, *names)).encode()
    return (int.from_bytes(sha256(text).digest()[:7]) >> 3) / 2**53  # as many bits as a float has


PARTS = 8  # of an order of calls, from each of which one is drawn in turn


def draw(
    calls: Iterable[Candidate], wants: Sequence[Want], plan: Plan, seed: str, luck: str = ""
) -> list[Pick]:
    """Draw for each want as many as there are; no call twice. In the order of the wants."""
    by_agent: dict[str, list[Candidate]] = defaultdict(list)
    for call in {(call.agent, call.key): call for call in calls}.values():
        if call.talk_s >= plan.least_s:
            by_agent[call.agent].append(call)
    made: dict[str, _Made] = {}
    found: list[Pick] = []
    for want in wants:
        before = made.setdefault(want.agent, _Made(set(), set(), defaultdict(int)))
        before.gone.update(want.taken)
        found += _Drawing(want, plan, before, seed, luck).picks(by_agent[want.agent])
    return found


def point(number: int, seed: str, luck: str) -> float:
    """Where in the order of the calls (0..1) the pick lies before which there were ``number`` in its row."""
    whole, turn = divmod(number, PARTS)
    parts = sorted(range(PARTS), key=lambda part: chance(luck, "part", str(whole), str(part)))
    return (parts[turn] + chance(seed, "within", str(number))) / PARTS


class _Made(NamedTuple):
    """Of an agent's calls: ``gone``: those that are drawn no more; ``random``: those that chance drew now, so
    many of each row in ``rows``.
    """

    gone: set[str]
    random: set[str]
    rows: dict[str, int]


class _Drawing(NamedTuple):
    """What one want draws by. ``before``: what was drawn before, which it goes on with."""

    want: Want
    plan: Plan
    before: _Made
    seed: str
    luck: str

    def picks(self, calls: Sequence[Candidate]) -> list[Pick]:
        """First what is to come from calls of the day itself, then the rest."""
        want = self.want
        today = [call for call in calls if call.day == want.day] if want.own else []
        own = self._some(today, min(want.own, want.number), "own")
        since = [call for call in calls if call.day >= want.since]
        return own + self._some(since, want.number - len(own), "")

    def _some(self, calls: Sequence[Candidate], number: int, part: str) -> list[Pick]:
        """First what is looked for, by its share of the number; the rest at random among all that is left."""
        gone, drawn = self.before.gone, self.before.random
        seed = _SPLIT.join((self.seed, self.want.agent, self.want.quota, *([part] if part else [])))
        there = [call for call in calls if call.key not in gone]
        population = sum(call.key not in drawn for call in there)
        found: list[Pick] = []
        shares = _shares(number, self.plan, chance(seed, "share"))
        for wanted, share in zip(self.plan.wanted, shares, strict=True):
            free = (call for call in there if call.key not in gone and call.key not in drawn)
            among = self._ordered([call for call in free if _LOOKS[wanted.of](call, self.plan)], seed)
            start = chance(seed, wanted.of, "start")
            taken = even(among, share, start) if share > 0 else []
            gone.update(call.key for call in taken)
            found += [self._pick(call, wanted.of, population) for call in taken]
        left = self._ordered([call for call in there if call.key not in gone], seed)
        return found + [
            self._pick(call, "random", population) for call in self._random(left, number - len(found))
        ]

    def _random(self, order: Sequence[Candidate], number: int) -> Iterator[Candidate]:
        """The next of the row, each the call at its point, or the next one after it that is not drawn yet."""
        rows, row, drawn = self.before.rows, self.want.row, self.before.random
        free = sum(call.key not in drawn for call in order)
        for _ in range(min(number, free)):
            luck = _SPLIT.join((self.luck, self.want.agent, row))
            at = point(self.want.before + rows[row], _SPLIT.join((self.seed, self.want.agent, row)), luck)
            place = min(int(at * len(order)), len(order) - 1)
            while order[place].key in drawn:
                place = (place + 1) % len(order)
            rows[row] += 1
            drawn.add(order[place].key)
            yield order[place]

    def _ordered(self, calls: Sequence[Candidate], seed: str) -> list[Candidate]:
        """By stratum, within one by chance. Each part of the strata goes to and fro, so that what is alike in
        it stays together where the part before it changes.
        """
        known: dict[str, float] = {}
        luck = _SPLIT.join((self.luck, self.want.agent))
        back = [False] * len(self.plan.strata)

        def some(among: Sequence[Candidate], level: int) -> Iterator[Candidate]:
            if level == len(self.plan.strata):
                yield from sorted(among, key=lambda call: chance(seed, "call", call.key))
                return
            groups: dict[str, list[Candidate]] = defaultdict(list)
            for call in among:
                groups[_part(call, self.plan.strata[level], self.plan)].append(call)
            for name in groups.keys() - known.keys():
                known[name] = chance(luck, "stratum", name)
            for name in sorted(groups, key=known.__getitem__, reverse=back[level]):
                yield from some(groups[name], level + 1)
            back[level] = not back[level]

        return list(some(calls, 0))

    def _pick(self, call: Candidate, reason: str, population: int) -> Pick:
        words = stratum(call, self.plan)
        return Pick(call.key, call.agent, self.want.quota, reason, words, population)


def stratum(call: Candidate, plan: Plan) -> str:
    """A call's stratum: the parts of it that a plan looks at."""
    return " ".join(_part(call, name, plan) for name in plan.strata)


def _part(call: Candidate, name: Stratum, plan: Plan) -> str:
    return f"{name}={_PARTS[name](call, plan)}"


def looked_for(call: Candidate, reason: str, plan: Plan) -> bool:
    """Whether a call is one of those that a plan looks for under a name; False for other names."""
    return reason in _LOOKS and _LOOKS[reason](call, plan)


def even(keys: Sequence[T], number: int, start: float) -> list[T]:
    """``number`` of the keys at even steps, the first at ``start`` (0..1) of the first step (Madow 1949)."""
    if number >= len(keys):
        return list(keys)
    step, begin = Fraction(len(keys), max(number, 1)), Fraction(start)
    return [keys[floor((place + begin) * step)] for place in range(number)]


def _shares(number: int, plan: Plan, luck: float) -> list[int]:
    """The shares of a number in whole calls: what is over whole ones is left to chance, as even steps from a
    start, so that each share holds over many draws of few calls and all together are no more than theirs.
    """
    ends = [Fraction(luck)]
    for wanted in plan.wanted:
        ends.append(ends[-1] + number * exact(wanted.share))
    return [floor(end) - floor(begin) for begin, end in pairwise(ends)]


def _length(call: Candidate, plan: Plan) -> int:
    return sum(call.talk_s >= end for end in plan.length_s)


_PARTS: Mapping[Stratum, Callable[[Candidate, Plan], object]] = {
    "shift": lambda call, plan: call.shift or "-",
    "queue": lambda call, plan: call.queue,
    "hour": lambda call, plan: call.hour,
    "length": _length,
    "transfer": lambda call, plan: int(call.transfer),
    "complaint": lambda call, plan: int(call.complaint),
    "repeat": lambda call, plan: int(call.repeat),
}
_LOOKS: Mapping[str, Callable[[Candidate, Plan], bool]] = {
    "complaint": lambda call, plan: call.complaint,
    "repeat": lambda call, plan: call.repeat,
    "transfer": lambda call, plan: call.transfer,
    "long": lambda call, plan: _length(call, plan) == len(plan.length_s),
}
