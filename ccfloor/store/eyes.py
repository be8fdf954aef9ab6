"""Whose work a viewer may see in what is stored: a call belongs to its queue, who took it to a team.

A viewer of some teams reads the calls of all queues in his scope, but of those that others took not who
did. Who may see the own results alone is kept to the own calls before (``store.viewer.own_scope``).
"""

from typing import NamedTuple, Self

from sqlalchemy import Connection

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.records import CallRow
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.teams import Terms
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer


class Eyes(NamedTuple):
    """A viewer's. ``seats``: ids and agents of the seats of his teams; None: everybody's."""

    viewer: Viewer
    config: FloorConfig
    terms: Terms
    seats: frozenset[str] | None

    @classmethod
    def of(cls, connection: Connection, viewer: Viewer, config: FloorConfig) -> Self:
        """The eyes of a viewer."""
        return cls(viewer, config, terms(connection, config, viewer.site), viewer.seats(config))

    @property
    def limited(self) -> bool:
        """Whether there is anybody whom these eyes do not see."""
        return self.viewer.only is not None or self.seats is not None

    def sees(self, agent: str, seat: str, at: float) -> bool:
        """Whether he may know who did something at an instant (UTC epoch seconds); "" is nobody."""
        if self.viewer.only is not None:
            return agent in self.viewer.only or not (agent or seat)
        if self.seats is None or not (agent or seat):
            return True
        if not agent:
            return seat in self.seats
        day = day_number(business_date(self.config, at))
        return agent in self.seats or self.terms.team_on(agent, day) in (self.viewer.teams or ())

    def call(self, row: CallRow) -> CallRow:
        """A call, without who took it where that is not for these eyes; changes the row."""
        if not self.sees(row.agent, row.seat, row.answered_at or row.entered_at):
            row.agent = row.seat = ""
        return row
