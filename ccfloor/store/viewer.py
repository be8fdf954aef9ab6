"""Who asks: every read takes a Viewer, so that rights and masking are enforced in one place."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement

from ccfloor.access.rights import Right, Role, may
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.numbers import is_cleared, mask_file_name, mask_text, mask_words, without_hashes
from ccfloor.floor.numbers import mask_number as mask_number

CLEARED_WORDS = {"zh": "号码已清除", "en": "number removed"}


class Forbidden(Exception):
    """Something a viewer may not see or do. ``right``: the one that is lacking; None: it is out of scope."""

    def __init__(self, right: Right | None = None) -> None:
        super().__init__(f"needs the right {right}" if right else "out of scope")
        self.right = right


@dataclass(frozen=True, slots=True)
class Viewer:
    """A reader's rights. ``queues``, ``teams`` and ``agents`` are None where all are allowed.

    Unless somebody asks it is the program itself. ``who``: the name of the account, "" on an open floor;
    ``source``: the address it asks from. ``numbered``: agents appear by their seat's number. ``agent``: under
    which name this account itself takes calls, whatever its role; "" where it takes none.
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
    agent: str = ""

    def may(self, right: Right) -> bool:
        """Whether this role has a right."""
        return may(self.role, right)

    def needs(self, *rights: Right) -> None:
        """Raises Forbidden unless this viewer has one of the rights."""
        if not any(self.may(right) for right in rights):
            raise Forbidden(rights[0] if rights else None)

    @property
    def only(self) -> frozenset[str] | None:
        """The people whose results alone this viewer may see; None: everybody's in scope."""
        return self.agents if self.agents is not None or self.may(Right.RESULTS) else frozenset()

    @property
    def own(self) -> frozenset[str]:
        """The agents that this account itself is: of their calls it judges nothing, and all of it is its own
        to read. Apart from ``only``: a lead who takes calls sees others' results, too.
        """
        return (self.agents or frozenset()) | ({self.agent} if self.agent else frozenset())

    def as_agent(self) -> "Viewer":
        """The same person as an agent of the floor, who reads the own results whatever else is in scope."""
        if self.agents is not None:
            return self
        return replace(self, role=Role.AGENT, agents=self.own, queues=None, teams=None)

    @property
    def whole(self) -> bool:
        """Whether the whole site is in scope."""
        return self.queues is None and self.teams is None and self.agents is None

    def needs_whole(self) -> None:
        """Raises Forbidden unless the whole site is in scope: what follows is about all of it."""
        if not self.whole:
            raise Forbidden

    def covers(self, kind: str, name: str) -> bool:
        """Whether all that a scope (``ccfloor.kpi.scope``) adds up is in sight, not a part of it only."""
        if self.agents is not None:
            return kind == "agent" and name in self.agents and self.queues is None
        if kind == "queue":
            return self.teams is None and self.sees_queue(name)
        if kind == "team":
            return self.queues is None and (self.teams is None or name in self.teams)
        return self.whole

    def sees_queue(self, queue: str) -> bool:
        """Whether a queue is in scope."""
        return self.queues is None or queue in self.queues

    def number(self, number: str) -> str:
        """A telephone number as this viewer may read it; words where it was cleared."""
        if is_cleared(number):
            return self._cleared
        return number if self.may_see_numbers else mask_number(number)

    def text(self, text: str) -> str:
        """A caller's name as this viewer may read it: switches often put the number there."""
        return (without_hashes if self.may_see_numbers else mask_text)(text, self._cleared)

    def words(self, text: str) -> str:
        """What people wrote about a caller, as this viewer may read it."""
        return text if self.may_see_numbers else mask_words(text)

    def file_name(self, name: str) -> str:
        """A recording's name as this viewer may read it: recorders put the caller's number there."""
        return without_hashes(name if self.may_see_numbers else mask_file_name(name), self._cleared)

    @property
    def _cleared(self) -> str:
        return CLEARED_WORDS.get(self.lang, CLEARED_WORDS["en"])

    def target(self, target: str) -> str:
        """Where a call was handed on, as this viewer may read it: that may be a queue beyond his scope."""
        if self.queues is not None and target.partition("@")[0] not in self.queues:
            return ""
        return self.text(target)

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


def own_scope(viewer: Viewer, column: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """The condition that keeps a query to the people whose results alone the viewer may see."""
    return [] if viewer.only is None else [column.in_(sorted(viewer.only))]


EVERYTHING = Viewer(may_see_numbers=True)
