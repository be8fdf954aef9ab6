"""Who asks: every read takes a Viewer, so that rights and masking are enforced in one place."""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from ccfloor.access.rights import Right, Role, may
from ccfloor.floor.config import FloorConfig

_DIGITS = re.compile(r"\+?\d{5,}")


class Forbidden(Exception):
    """Something a viewer may not see or do. ``right``: the one that is lacking; None: it is out of scope."""

    def __init__(self, right: Right | None = None) -> None:
        super().__init__(f"needs the right {right}" if right else "out of scope")
        self.right = right


@dataclass(frozen=True, slots=True)
class Viewer:
    """A reader's rights. ``queues``, ``teams`` and ``agents`` are None where all are allowed.

    Unless somebody asks it is the program itself. ``who``: the name of the account, "" on an open floor;
    ``source``: the address it asks from. ``numbered``: agents appear by their seat's number.
    """

    role: str = Role.SYSTEM
    site: str = "main"
    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    may_see_numbers: bool = False
    lang: str = "zh"
    agents: frozenset[str] | None = None
    account: int = 0
    who: str = ""
    source: str = ""
    numbered: bool = False

    def may(self, right: Right) -> bool:
        """Whether this role has a right."""
        return may(self.role, right)

    def needs(self, *rights: Right) -> None:
        """Raises Forbidden unless this viewer has one of the rights."""
        if not any(self.may(right) for right in rights):
            raise Forbidden(rights[0] if rights else None)

    def sees_queue(self, queue: str) -> bool:
        """Whether a queue is in scope."""
        return self.queues is None or queue in self.queues

    def number(self, number: str) -> str:
        """A telephone number as this viewer may read it."""
        return number if self.may_see_numbers else mask_number(number)

    def text(self, text: str) -> str:
        """A caller's name as this viewer may read it: switches often put the number there."""
        return text if self.may_see_numbers else _DIGITS.sub(lambda found: mask_number(found[0]), text)

    def seats(self, config: FloorConfig) -> frozenset[str] | None:
        """Ids and agent names of the seats of the viewer's teams; None: all seats.

        Who signs on at such a seat in other shifts is among them, but for those at home in another team.
        """
        if self.teams is None:
            return None
        mine = [seat for seat in config.seats.values() if seat.team in self.teams]
        at_home = {seat.agent for seat in config.seats.values()}
        others = {name for seat in mine for name in seat.others} - at_home
        names = (name for seat in mine for name in (seat.seat, seat.agent, *seat.aliases))
        return frozenset((*names, *others)) - {""}


def mask_number(number: str) -> str:
    """A telephone number with its middle hidden (138****2071); a short one keeps its last two digits."""
    if "*" in number:
        return number
    if len(number) >= 11:
        return f"{number[:-8]}****{number[-4:]}"
    kept = number[-2:] if len(number) > 2 else ""
    return "*" * (len(number) - len(kept)) + kept


def sees_subject(viewer: Viewer, config: FloorConfig, subject: str) -> bool:
    """Whether a viewer may hear of a rule's subject: his queues, his teams and their seats, the floor."""
    kind, _, name = subject.partition(":")
    if kind == "queue":
        return viewer.sees_queue(name)
    if kind == "team":
        return viewer.teams is None or name in viewer.teams
    if kind == "seat":
        mine = viewer.seats(config)
        return mine is None or name in mine
    return kind != "group" or viewer.queues is None


def queue_scope(viewer: Viewer, column: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """The condition that keeps a query to the viewer's queues."""
    return [] if viewer.queues is None else [column.in_(sorted(viewer.queues))]


EVERYTHING = Viewer(may_see_numbers=True)
