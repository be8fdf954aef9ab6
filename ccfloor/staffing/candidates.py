"""What is worth trying on a floor: plans of the integer programme, single moves, levers, parts of plans."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from ccfloor.staffing.effect import HORIZON_S, Proposal, givers
from ccfloor.staffing.erlang_table import loss_table
from ccfloor.staffing.levers import Lever, levers, pulled, together
from ccfloor.staffing.limits import Limits
from ccfloor.staffing.losses import Table
from ccfloor.staffing.moves import Kind, Move, ordered
from ccfloor.staffing.programme import Programme
from ccfloor.staffing.returns import return_s

_MANY = 400  # possible moves: from there on fewer plans are asked for
_SINGLES = 3
_ALL, _LENT, _SHARED = tuple(Kind), (Kind.INSTEAD, Kind.HOME), (Kind.BESIDE, Kind.HOME)


class Candidates:
    """Proposals for one floor. ``solved``: the programme's plan with all moves open, which tells the gap."""

    def __init__(self, limits: Limits, table: Table = loss_table) -> None:
        self.limits, self._table = limits, table
        self._programme = Programme(limits, HORIZON_S, table)
        self.solved = self._programme.solve(limits.policy.most)
        self.levers = levers(limits.floor, limits.policy)
        self._until = {
            queue.queue: return_s(
                queue, self._programme.still.supply.get(queue.queue, 0.0), limits.floor.step_s, table
            )
            for queue in limits.floor.queues
        }

    @property
    def moves(self) -> int:
        """How many different moves the limits leave open."""
        return self._programme.choices

    def first(self) -> list[Proposal]:
        """The first round, no two alike."""
        return unlike([*self._plans(), *self._singles(), *self._pulled()])

    def parts(self, proposal: Proposal, spoilt: Collection[str]) -> list[Proposal]:
        """A plan without its moves that take from ``spoilt`` queues, with one of them, and with half of them.

        Where none takes from them, seats they share with others are drawn elsewhere: by any of its moves.
        """
        floor, every = self.limits.floor, proposal.moves
        bad = [move for move in every if givers(floor, [move]) & set(spoilt)] or list(every)
        kept = [move for move in every if move not in bad]
        some = sorted({0, 1, len(bad) // 2} - {len(bad)})
        found = [[*kept, *bad[:many]] for many in some]
        return unlike(self._proposal(moves, proposal.levers) for moves in found if moves)

    def _plans(self) -> Iterator[Proposal]:
        most = self.limits.policy.most
        yield self._proposal(self.solved.moves)
        wished = [(number, _ALL) for number in (1, 2, 4)]
        if self.moves <= _MANY:
            wished += [(number, kinds) for number in (2, most) for kinds in (_LENT, _SHARED)]
        for number, kinds in wished:
            if number <= most:
                yield self._proposal(self._programme.solve(number, kinds).moves)

    def _singles(self) -> Iterator[Proposal]:
        for move in self._programme.singles(_SINGLES):
            yield self._proposal((move,))

    def _pulled(self) -> Iterator[Proposal]:
        """Every lever alone, all together, and all together with the moves that then still pay."""
        every = tuple(self.levers)
        yield from (self._proposal((), (lever,)) for lever in every)
        yield self._proposal((), every)
        if every:
            action = together(self.levers.values())
            back = {change.seat for change in action.changes}
            limits = self.limits.on(pulled(self.limits.floor, action))
            plan = Programme(limits, HORIZON_S, self._table).solve(limits.policy.most)
            yield self._proposal([move for move in plan.moves if move.seat not in back], every)

    def _proposal(self, moves: Sequence[Move], some: Sequence[Lever] = ()) -> Proposal:
        until = {move.queue: self._until[move.queue] for move in moves}
        return Proposal(tuple(moves), until, tuple(some), together(self.levers[lever] for lever in some))


def unlike(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Those that do something, each once."""
    found: dict[object, Proposal] = {}
    for each in proposals:
        if each.moves or each.recalled:
            found.setdefault(what(each), each)
    return list(found.values())


def what(proposal: Proposal) -> object:
    """What a proposal does, whoever does it."""
    ways = Counter((move.leaves, ordered(move.after), move.kind) for move in proposal.moves)
    return frozenset(ways.items()), proposal.recalled
