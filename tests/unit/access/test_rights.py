"""The table of rights: everyone's duties are possible, and nobody's reach beyond."""

import itertools

import pytest

from ccfloor.access.places import PAGES, ROUTES
from ccfloor.access.rights import RIGHTS, Right, Role, may, rights_of


def test_every_right_is_somebodys_and_the_admins():
    assert set(RIGHTS) == set(Right)
    assert rights_of(Role.ADMIN) == frozenset(Right)
    assert rights_of(Role.SYSTEM) == frozenset(Right)


def test_a_wall_shows_the_floor_and_does_nothing():
    assert rights_of(Role.DISPLAY) == {Right.FLOOR}


def test_an_agent_sees_the_own_results_and_what_numbers_mean():
    assert rights_of(Role.AGENT) == {Right.OWN, Right.DEFINITIONS}


def test_a_lead_moves_seats_and_a_reviewer_does_not():
    assert may(Role.LEAD, Right.SEATS)
    assert not may(Role.QA, Right.SEATS)
    assert not may(Role.LEAD, Right.RULES)


def test_a_manager_has_all_but_accounts_and_the_doors():
    assert frozenset(Right) - rights_of(Role.MANAGER) == {Right.ACCOUNTS, Right.NOTIFY}


@pytest.mark.parametrize("role", ["", "root", "viewer", "ADMIN"])
def test_an_unknown_role_may_nothing(role):
    assert rights_of(role) == frozenset()


def test_each_role_may_what_the_one_below_may():
    order = [Role.AGENT, Role.QA, Role.MANAGER, Role.ADMIN]
    for lower, higher in itertools.pairwise(order):
        assert rights_of(lower) <= rights_of(higher)
    assert rights_of(Role.LEAD) <= rights_of(Role.MANAGER)


@pytest.mark.parametrize("place", [*PAGES.items(), *ROUTES.items()], ids=lambda place: place[0])
def test_every_place_is_public_or_needs_a_right(place):
    _, needed = place
    assert needed.public or needed.rights or needed.change
    assert not (needed.public and (needed.rights or needed.change))
