"""Who makes a team, under which names."""

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.store.members import team_of, teams
from ccfloor.store.viewer import Viewer

CONFIG = FloorConfig(
    seats={
        "P/1": SeatInfo("P/1", agent="Ann", team="red", aliases=("SIP/1",), others={"Eve": "Eve"}),
        "P/2": SeatInfo("P/2", agent="Bob", team="blue", others={"Ann": "Ann", "Cid": "Cid"}),
        "P/3": SeatInfo("P/3", agent="Dan"),
    }
)


def agents_of(config: FloorConfig, team: str) -> set[str]:
    return {name for name, theirs in team_of(config).items() if theirs == team}


def test_a_team_has_the_agents_of_its_seats_in_every_shift() -> None:
    assert agents_of(CONFIG, "red") == {"P/1", "SIP/1", "Ann", "Eve"}
    assert agents_of(CONFIG, "blue") == {"P/2", "Bob", "Cid"}, "Ann is at home in another team"
    assert "Dan" not in team_of(CONFIG)


def test_a_team_has_the_same_agents_for_its_own_viewer() -> None:
    for team in ("red", "blue"):
        assert Viewer(teams=frozenset((team,))).seats(CONFIG) == agents_of(CONFIG, team)


def test_a_viewer_sees_the_teams_that_are_his() -> None:
    assert teams(CONFIG, Viewer()) == ["red", "blue"]
    assert teams(CONFIG, Viewer(teams=frozenset(("blue", "green")))) == ["blue"]
