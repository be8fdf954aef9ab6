"""Which seats should move, as an integer programme over groups of seats that are alike.

Seats serve sets of queues. Those of one set are a pool: the share of it that works for each of its queues is
a variable of its own, so that pooling is kept (the switch sends a free seat where somebody waits). Integers
are the seats that go from one pool to another. The loss of a queue is bounded below by straight lines
(``losses.lines``). Solved by HiGHS through scipy.

A big floor has thousands of possible moves. The prices of work in each pool as it stands say what a first
seat moved would gain, and no later one gains more without others moved before: those that gain most are let
into the integer programme, and the relaxation with all of them says how far from the best that may be.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from ccfloor.staffing.erlang_table import loss_table
from ccfloor.staffing.limits import Limits
from ccfloor.staffing.losses import Line, Table, lines, losses
from ccfloor.staffing.moves import Group, Kind, Move, Option, Queues, grouped, move_of

Pool = frozenset[str]
Row = NDArray[np.float64]
TIME_LIMIT_S, GAP = 1.0, 0.002
MOST_COLUMNS = 120


class Solved(NamedTuple):
    """Moves, and what the programme thinks of them.

    ``before``/``after``: calls lost over the span without and with them; ``supply``: seats' worth of work
    that each queue then gets; ``cost``: calls lost and the costs of the moves; ``gap``: how far below
    ``cost``, as a share of it, the best plan may still be; ``complete``: whether the integers were searched
    to the end within the time.
    """

    moves: tuple[Move, ...]
    before: float
    after: float
    supply: dict[str, float]
    cost: float
    gap: float
    complete: bool


class _Column(NamedTuple):
    group: int
    option: Option


class Programme:
    """The programme of one floor, to be solved for several numbers of moves.

    ``horizon_s``: the span over which losses count, seconds from the floor's ``at`` on.
    """

    def __init__(self, limits: Limits, horizon_s: float, table: Table = loss_table) -> None:
        self._limits = limits
        self.groups = grouped(limits, horizon_s)
        self._lines = {
            queue.queue: lines(
                losses(queue, limits.floor.step_s, horizon_s, self._most_seats(queue.queue), table)
            )
            for queue in limits.floor.queues
        }
        options = [(place, option) for place, group in enumerate(self.groups) for option in group.options]
        self._columns = [_Column(place, option) for place, option in options]
        self._gains = self._model(self._columns, 1).gains()
        self.still = self._model((), 0).solved(0.0, TIME_LIMIT_S)

    def _most_seats(self, queue: str) -> int:
        there = sum(len(group.seats) for group in self.groups if queue in dict(group.queues))
        return there + self._limits.policy.most

    def solve(
        self, most: int, kinds: Collection[Kind] = tuple(Kind), time_limit_s: float = TIME_LIMIT_S
    ) -> Solved:
        """The best plan of at most so many moves of these kinds; none where none pays.

        The gap is told of plans of all kinds alone.
        """
        ranked = sorted(zip(self._gains, range(len(self._columns)), strict=True), reverse=True)
        columns = [self._columns[place] for _, place in ranked if self._columns[place].option.kind in kinds]
        if not columns or most < 1:
            return self.still
        bound = self._model(columns, most).bound() if len(kinds) == len(Kind) else 0.0
        found = self._model(columns[:MOST_COLUMNS], most).solved(bound, time_limit_s)
        if found.cost <= self.still.cost:
            return found._replace(before=self.still.after)
        return self.still._replace(gap=_gap(self.still.cost, bound), complete=found.complete)

    @property
    def choices(self) -> int:
        """How many different moves are open."""
        return len(self._columns)

    def singles(self, most: int) -> list[Move]:
        """The moves that gain most by themselves, by the prices of work as it stands."""
        ranked = np.argsort(-self._gains, kind="stable")[:most]
        columns = [self._columns[place] for place in ranked if self._gains[place] > 0]
        return [move_of(self.groups[column.group].seats[0], column.option) for column in columns]

    def _model(self, columns: Sequence[_Column], most: int) -> "_Model":
        return _Model(self._limits, self.groups, self._lines, columns, most)


class _Model:
    """Columns: seats moved by each option; work of each pool for each of its queues; loss of each queue."""

    def __init__(
        self,
        limits: Limits,
        groups: Sequence[Group],
        bounds: Mapping[str, Sequence[Line]],
        columns: Sequence[_Column],
        most: int,
    ) -> None:
        self._groups, self._columns = groups, columns
        self._queues = sorted(bounds)
        pools = {_pool(group.queues) for group in groups} | {_pool(column.option.after) for column in columns}
        known = set(self._queues)
        self._work = [(pool, queue) for pool in sorted(pools, key=sorted) for queue in sorted(pool & known)]
        self._rows: list[tuple[dict[int, float], float]] = []  # coefficients, most of their sum
        self._limit_moves(limits, most)
        self._limit_pools()
        self._bound_losses(bounds)

    def _limit_moves(self, limits: Limits, most: int) -> None:
        taken: dict[int, dict[int, float]] = defaultdict(dict)
        left: dict[str, dict[int, float]] = defaultdict(dict)
        soon: dict[str, dict[int, float]] = defaultdict(dict)
        for place, (number, option) in enumerate(self._columns):
            taken[number][place] = 1.0
            group = self._groups[number]
            for queue in _pool(group.queues) - _pool(option.after):
                if group.lasting:
                    left[queue][place] = 1.0
                if group.coming:
                    soon[queue][place] = 1.0
        self._rows += [(row, float(len(self._groups[number].seats))) for number, row in taken.items()]
        self._rows += [(row, float(limits.spare.get(queue, 0))) for queue, row in left.items()]
        self._rows += [(row, float(limits.spare_soon.get(queue, 0))) for queue, row in soon.items()]
        self._rows.append((dict.fromkeys(range(len(self._columns)), 1.0), float(most)))

    def _limit_pools(self) -> None:
        """What a pool works is what its seats are there, with those who come and without those who go."""
        there: dict[Pool, float] = defaultdict(float)
        rows: dict[Pool, dict[int, float]] = defaultdict(dict)
        for group in self._groups:
            there[_pool(group.queues)] += group.share * len(group.seats)
        for place, (number, option) in enumerate(self._columns):
            group = self._groups[number]
            if _pool(group.queues) != _pool(option.after):
                rows[_pool(group.queues)][place] = group.share
                rows[_pool(option.after)][place] = -group.share
        for place, (pool, _) in enumerate(self._work, len(self._columns)):
            rows[pool][place] = 1.0
        self._rows += [(row, there[pool]) for pool, row in rows.items()]

    def _bound_losses(self, bounds: Mapping[str, Sequence[Line]]) -> None:
        of_queue: dict[str, list[int]] = defaultdict(list)
        for place, (_, queue) in enumerate(self._work, len(self._columns)):
            of_queue[queue].append(place)
        for place, queue in enumerate(self._queues, len(self._columns) + len(self._work)):
            for line in bounds[queue]:
                row = dict.fromkeys(of_queue[queue], line.slope) | {place: -1.0}
                self._rows.append((row, -line.at_zero))

    def _programme(self) -> tuple[Row, csr_array, Row, Row]:
        """Prices, matrix, what its rows may be at most, what each variable may be at most."""
        moves, size = len(self._columns), len(self._columns) + len(self._work) + len(self._queues)
        price, upper = np.zeros(size), np.full(size, np.inf)
        price[:moves] = [column.option.cost for column in self._columns]
        price[size - len(self._queues) :] = 1.0
        upper[:moves] = [len(self._groups[column.group].seats) for column in self._columns]
        return price, self._matrix(size), np.array([most for _, most in self._rows]), upper

    def bound(self) -> float:
        """What no plan can cost less than: the programme with parts of seats."""
        price, matrix, most, upper = self._programme()
        answer = milp(price, bounds=Bounds(0.0, upper), constraints=LinearConstraint(matrix, -np.inf, most))
        return -np.inf if answer.fun is None else float(answer.fun)

    def gains(self) -> Row:
        """Calls that the first seat moved by each option would save, by the prices of work as it stands."""
        price, matrix, most, upper = self._programme()
        upper[: len(self._columns)] = 0.0
        between = [(0.0, float(limit)) for limit in upper]
        answer = linprog(price, matrix, most, bounds=between)  # type: ignore[call-overload]  # sparse works
        gains: Row = matrix.T @ np.asarray(answer.ineqlin.marginals) - price
        return gains[: len(self._columns)]

    def solved(self, bound: float, time_limit_s: float) -> Solved:
        """Solve; an answer that did not come in time moves nobody. ``bound``: as of all options."""
        price, matrix, most, upper = self._programme()
        answer = milp(
            price,
            integrality=(np.arange(len(price)) < len(self._columns)).astype(np.int64),
            bounds=Bounds(0.0, upper),
            constraints=LinearConstraint(matrix, -np.inf, most),
            options={"time_limit": time_limit_s, "mip_rel_gap": GAP},
        )
        if answer.x is None:
            return Solved((), np.inf, np.inf, {}, np.inf, np.inf, False)
        cost = float(answer.fun)
        return self._read(np.asarray(answer.x), cost, _gap(cost, bound), answer.status == 0)

    def _matrix(self, size: int) -> csr_array:
        ends = np.cumsum([0, *(len(row) for row, _ in self._rows)])
        places = np.fromiter((place for row, _ in self._rows for place in row), np.int64, ends[-1])
        values = np.fromiter((value for row, _ in self._rows for value in row.values()), float, ends[-1])
        return csr_array((values, places, ends), shape=(len(self._rows), size))

    def _read(self, answer: Row, cost: float, gap: float, complete: bool) -> Solved:
        used: dict[int, int] = defaultdict(int)
        moves = []
        for (number, option), value in zip(self._columns, answer, strict=False):
            for _ in range(round(value)):
                moves.append(move_of(self._groups[number].seats[used[number]], option))
                used[number] += 1
        supply = dict.fromkeys(self._queues, 0.0)
        for (_, queue), value in zip(self._work, answer[len(self._columns) :], strict=False):
            supply[queue] += float(value)
        lost = float(answer[len(answer) - len(self._queues) :].sum())
        return Solved(tuple(moves), lost, lost, supply, cost, gap, complete)


def _pool(queues: Queues) -> Pool:
    return frozenset(queue for queue, _ in queues)


def _gap(cost: float, bound: float) -> float:
    return max(0.0, cost - bound) / cost if bound > 0 and cost > 0 else 0.0
