"""Small floors and rules for the tests of what is foreseen."""

from typing import Any

import msgspec

from ccfloor.rules.model import Clear, Hold, Rule, Scope, When
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow
from tests.unit.rules.streams import WORDS

AT = 1_763_341_200.0


def queue(name: str = "a", rate: float = 1 / 30, aht_s: float = 100.0, **more: Any) -> QueueNow:
    """A queue with exponential service times and nothing unsure about its level, unless told otherwise."""
    return msgspec.structs.replace(QueueNow(name, (rate,), 0.0, aht_s, aht_s, 120.0), **more)


def seat(name: str, queues: dict[str, int], doing: Doing = Doing.IDLE, **more: Any) -> SeatNow:
    return SeatNow(name, name, more.pop("role", "agent"), queues, more.pop("skills", queues), doing, **more)


def seats(
    many: int, queues: dict[str, int], busy: int = 0, free_in_s: float = 100.0, **more: Any
) -> list[SeatNow]:
    """So many seats of which some are busy."""
    return [
        seat(f"S/{number}", queues, Doing.BUSY, free_in_s=free_in_s, **more)
        if number < busy
        else seat(f"S/{number}", queues, **more)
        for number in range(many)
    ]


def floor(queues: list[QueueNow], of: list[SeatNow]) -> FloorNow:
    return FloorNow(AT, 900.0, tuple(queues), tuple(of))


def rule(level: float = 8, hold: Hold | None = None, **more: Any) -> Rule:
    """Fires at so many waiting callers."""
    more = {"clear": Clear(), "scope": Scope(), **more}
    when = When(metric="waiting", at_least=level)
    return Rule(id="peak", name=WORDS, say=WORDS, when=when, hold=hold or Hold(), **more)
