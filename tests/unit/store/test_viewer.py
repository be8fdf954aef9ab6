"""Masking and scope."""

import pytest

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.store.viewer import Viewer, mask_number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812342071", "138****2071"),
        ("+8613812342071", "+86138****2071"),
        ("62345678", "******78"),
        ("8001", "**01"),
        ("12", "**"),
        ("", ""),
        ("138****2071", "138****2071"),
    ],
)
def test_a_number_keeps_its_ends_only(number: str, shown: str) -> None:
    assert mask_number(number) == shown
    assert Viewer().number(number) == shown
    assert Viewer(may_see_numbers=True).number(number) == number


def test_a_number_within_a_name_is_masked_too() -> None:
    assert Viewer().text("Wang 13812342071, seat 12") == "Wang 138****2071, seat 12"
    assert Viewer(may_see_numbers=True).text("13812342071") == "13812342071"


def test_teams_name_their_seats_and_agents() -> None:
    config = FloorConfig(
        seats={
            "P/1": SeatInfo("P/1", agent="Ann", team="red", aliases=("SIP/1",)),
            "P/2": SeatInfo("P/2", agent="Bob", team="blue", others={"Cid": "Cid", "Ann": "Ann"}),
        }
    )
    assert Viewer().seats(config) is None
    assert Viewer(teams=frozenset({"blue"})).seats(config) == {"P/2", "Bob", "Cid"}, (
        "Ann is at home elsewhere"
    )
    assert Viewer(teams=frozenset({"red"})).seats(config) == {"P/1", "Ann", "SIP/1"}
    assert Viewer(teams=frozenset()).seats(config) == frozenset()
