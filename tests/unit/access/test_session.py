"""Sessions end by themselves, with their account, and with what it may do; guessing gets slower."""

import pytest

from ccfloor.access.session import FREE_TRIES, LONGEST_WAIT_S, Session, alive, wait_s

HOUR = 3600.0
ONE = Session(account=7, account_version=3, began_at=0.0, seen_at=10 * HOUR)


def test_a_session_lives_while_it_is_used():
    assert alive(ONE, 3, disabled=False, idle_s=8 * HOUR, now=17.9 * HOUR)


def test_it_ends_at_the_idle_hour_itself():
    assert not alive(ONE, 3, disabled=False, idle_s=8 * HOUR, now=18 * HOUR)


def test_it_ends_at_once_with_a_disabled_account():
    assert not alive(ONE, 3, disabled=True, idle_s=8 * HOUR, now=10 * HOUR)


def test_it_ends_with_another_password_role_or_scope():
    assert not alive(ONE, 4, disabled=False, idle_s=8 * HOUR, now=10 * HOUR)


def test_the_first_slips_cost_nothing():
    assert [wait_s(failed) for failed in range(FREE_TRIES + 1)] == [0.0] * (FREE_TRIES + 1)


def test_each_further_one_doubles_the_wait_up_to_a_limit():
    waits = [wait_s(FREE_TRIES + more) for more in range(1, 5)]
    assert waits == [5.0, 10.0, 20.0, 40.0]


@pytest.mark.parametrize("failed", [20, 1000, 10**9])
def test_nobody_is_locked_out_for_ever(failed):
    assert wait_s(failed) == LONGEST_WAIT_S
