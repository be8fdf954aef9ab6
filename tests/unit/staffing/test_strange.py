"""Rushes of the past: told from busy days and from what comes back, and counted once for the whole floor."""

import numpy as np
import pytest

from ccfloor.staffing.days import Past, made_ready
from ccfloor.staffing.strange import begun, ordinary
from tests.unit.staffing.volume_days import but, day, lived

MOTHER = lived(42)


def past(counts: np.ndarray) -> Past:
    return made_ready(but(MOTHER, counts), day(42), 120)


def with_rush(number: int, first: int, last: int, times: float) -> np.ndarray:
    counts = MOTHER.counts.copy()
    counts[number, first:last] *= times
    return counts


def test_an_ordinary_past_stays_as_it_is():
    assert (ordinary(past(MOTHER.counts)).weight == past(MOTHER.counts).weight).all()


def test_a_rush_counts_as_not_seen_and_nothing_else_does():
    found = ordinary(past(with_rush(30, 20, 23, 2.5)))
    assert (found.weight[30, 20:23] == 0).all() and (found.counts[30, 20:23] == 0).all()
    assert (found.weight == 0).sum() == (past(MOTHER.counts).weight == 0).sum() + 3


def test_its_edges_go_with_it():
    counts = with_rush(30, 20, 22, 2.5)
    counts[30, [19, 22]] *= 1.6
    assert (ordinary(past(counts)).weight[30, 19:23] == 0).all()


def test_a_busy_day_is_no_rush():
    assert (ordinary(past(with_rush(30, 0, 48, 2.0))).weight[30, 16:44] > 0).all()


def test_what_comes_every_week_is_none():
    counts = MOTHER.counts.copy()
    counts[1::7, 20:22] *= 2.5
    assert (ordinary(past(counts)).weight[1::7, 20:22] > 0).all()


@pytest.mark.parametrize("days", [1, 4])
def test_of_a_few_days_nobody_knows_what_is_usual(days: int):
    one = past(with_rush(3, 20, 23, 5))
    cut = Past(one.days[:days], one.counts[:days], one.weight[:days])
    assert (ordinary(cut).weight == cut.weight).all()


def test_one_rush_in_several_queues_is_one_and_two_a_day_are_two():
    both = past(with_rush(30, 20, 23, 2.5)), past(with_rush(30, 21, 24, 2.5))
    assert begun(both)[0] == 1
    twice = with_rush(30, 20, 23, 2.5)
    twice[30, 30:32] *= 2.5
    assert begun([past(twice)])[0] == 2


def test_hours_are_those_in_which_anybody_ever_calls():
    count, hours = begun([past(MOTHER.counts)])
    called = (MOTHER.counts.sum(axis=0) > 0).sum()
    assert (count, hours) == (0, 42 * called / 2)
    assert begun([]) == (0, 0.0)
