"""Which agents make a team by the site's files: those of its seats, under every name they sign on with.

That is today; who was in which team when is told by ``store.team_terms``.
"""

from ccfloor.floor.config import FloorConfig
from ccfloor.store.viewer import Viewer


def team_of(config: FloorConfig) -> dict[str, str]:
    """Name of an agent (or of a seat, where the switch names no agent) → team.

    Who is at home at one seat and signs on at another team's in other shifts belongs to the home.
    """
    found: dict[str, str] = {}
    for seat in config.seats.values():
        for name in (seat.agent, seat.seat, *seat.aliases):
            if name and seat.team:
                found.setdefault(name, seat.team)
    for seat in config.seats.values():
        for name in seat.others:
            if seat.team:
                found.setdefault(name, seat.team)
    return found


def teams(config: FloorConfig, viewer: Viewer) -> list[str]:
    """The teams of the site that a viewer may see, in the order of the seats."""
    named = dict.fromkeys(seat.team for seat in config.seats.values() if seat.team)
    return [team for team in named if viewer.teams is None or team in viewer.teams]
