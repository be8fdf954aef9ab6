"""Queues simulated call by call by Ciw, which knows nothing of our formulas: one skill, or two skills."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

import ciw

STUDENT_99 = 3.250  # of ten runs: 99 of 100 intervals hold the mean


class Call(NamedTuple):
    """How one caller fared."""

    queue: str
    wait_s: float
    served: bool


class Skills(ciw.Node):
    """Seats numbered up to ``dedicated`` serve A alone, the others both; the skilled few are spared."""

    dedicated = 0

    def find_free_server(self, ind):  # type: ignore[no-untyped-def]
        """The first free seat that may take this caller."""
        able = (seat for seat in self.servers if ind.customer_class == "A" or seat.id_number > self.dedicated)
        return next((seat for seat in able if not seat.busy), None)

    def choose_next_customer(self):  # type: ignore[no-untyped-def]
        """The first in line for whom a seat is free: who needs another skill does not hold up the rest."""
        waiting = (ind for line in self.individuals for ind in line if not ind.server)
        return next((ind for ind in waiting if self.find_free_server(ind) is not None), None)


def one_skill(rate: float, aht_s: float, patience_s: float, seats: int, seed: int, calls: int) -> list[Call]:
    """Callers of one queue after a tenth of them has filled it."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Exponential(1 / aht_s)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / patience_s)],
        number_of_servers=[seats],
    )
    return _calls(network, ciw.Node, seed, calls, rate)


def two_skills(
    rates: tuple[float, float],
    aht_s: float,
    patience_s: float,
    seats: tuple[int, int],
    seed: int,
    calls: int,
    *,
    b_first: bool = True,
) -> list[Call]:
    """Queues A and B; ``seats`` for A alone and for both. A seat that can do both takes B first, or whoever
    waits longest.
    """
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(r)] for name, r in zip("AB", rates, strict=True)},
        service_distributions={name: [ciw.dists.Exponential(1 / aht_s)] for name in "AB"},
        reneging_time_distributions={name: [ciw.dists.Exponential(1 / patience_s)] for name in "AB"},
        priority_classes={"A": int(b_first), "B": 0},
        number_of_servers=[sum(seats)],
    )
    node = type("Site", (Skills,), {"dedicated": seats[0]})
    return _calls(network, node, seed, calls, sum(rates))


def _calls(
    network: ciw.network.Network, node: type[ciw.Node], seed: int, calls: int, rate: float
) -> list[Call]:
    ciw.seed(seed)
    simulation = ciw.Simulation(network, node_class=node)
    until = calls / rate
    simulation.simulate_until_max_time(until)
    records = simulation.get_all_records()
    return list(_told(records, until * 0.1, until * 0.95))


def _told(records: Iterable[ciw.data_record.DataRecord], first: float, last: float) -> Iterator[Call]:
    for record in records:
        if first <= record.arrival_date < last:
            yield Call(str(record.customer_class), record.waiting_time, record.record_type == "service")


class Interval(NamedTuple):
    """A mean over runs, and how far the truth may lie from it."""

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        """Whether the value may be the truth."""
        return abs(value - self.mean) <= self.half


def interval(runs: Sequence[list[Call]], figure: Callable[[list[Call]], float]) -> Interval:
    """A figure over ten independent runs, with its 99 % interval."""
    assert len(runs) == 10, "the factor is that of ten runs"
    told = [figure(run) for run in runs]
    return Interval(fmean(told), STUDENT_99 * stdev(told) / sqrt(len(told)))
