"""Floors of two queues that can be judged by hand: one burns, one is idle."""

from typing import Any

from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow

AT = 1_763_341_200.0


def queue(name: str, erlangs: float, **more: Any) -> QueueNow:
    """So many erlangs of calls of four minutes; nothing unsure about their level."""
    told: dict[str, Any] = {
        "rate": (erlangs / 240.0,) * 8,
        "level_cv": 0.0,
        "aht_s": 240.0,
        "aht_sd_s": 150.0,
    }
    return QueueNow(name, **{**told, "patience_s": 150.0, **more})


def seat(name: str, serves: str, *skills: str, doing: Doing = Doing.IDLE, **more: Any) -> SeatNow:
    """A seat of one queue that could serve others too."""
    could = {serves: 0} | {skill: 1 for skill in skills}
    return SeatNow(name, f"agent {name}", more.pop("role", "agent"), {serves: 0}, could, doing, **more)


def seats(letter: str, many: int, serves: str, *skills: str, **more: Any) -> list[SeatNow]:
    """So many alike, named A/1, A/2 …"""
    return [seat(f"{letter}/{number}", serves, *skills, **more) for number in range(1, many + 1)]


def floor(queues: list[QueueNow], of: list[SeatNow]) -> FloorNow:
    return FloorNow(AT, 900.0, tuple(queues), tuple(of))


def burning(*more: SeatNow, idle: int = 8, able: int = 2) -> FloorNow:
    """Queue "hot" has 8 erlangs for 7 seats, "cold" 2 erlangs for 8, of which 2 can serve "hot" too."""
    own = seats("H", 7, "hot")
    others = seats("C", idle - able, "cold") + seats("K", able, "cold", "hot")
    return floor([queue("hot", 8.0), queue("cold", 2.0)], [*own, *others, *more])
