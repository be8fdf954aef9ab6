"""Writes a made-up queue_log of any length: 50 queues, 500 agents, every common verb, seeded.

    python bench/make_queue_log.py 1000000 big_queue_log

Calls keep their real order (each ENTERQUEUE has one exit, each CONNECT one end); the same number and
seed give the same bytes.
"""

import argparse
import heapq
import random
from collections.abc import Iterator
from pathlib import Path

QUEUES = [f"queue{number:02d}" for number in range(50)]
AGENTS = [f"Agent {number:03d}" for number in range(500)]
REASONS = ("lunch", "meeting", "coaching", "callback", "break", "")
START = 1_750_000_000
Later = list[tuple[float, int, str]]


def lines(count: int, seed: int = 7) -> Iterator[str]:
    """``count`` lines in order of time, the first ones signing 500 agents on to their queues."""
    chance = random.Random(seed)
    opening = (line for line in _members(chance))
    for place, line in enumerate(_from(opening, _floor(chance))):
        if place == count:
            return
        yield line


def _from(*sources: Iterator[str]) -> Iterator[str]:
    for source in sources:
        yield from source


def _members(chance: random.Random) -> Iterator[str]:
    yield f"{START}|NONE|NONE|NONE|QUEUESTART|"
    for agent in AGENTS:
        for queue in chance.sample(QUEUES, 2):
            yield f"{START}|MANAGER|{queue}|{agent}|ADDMEMBER|"


def _floor(chance: random.Random) -> Iterator[str]:
    """Endless: a call begins every half second or so, a pause now and then."""
    later: Later = []
    now, serial = float(START + 1), 0
    while True:
        now += chance.expovariate(2.0)
        serial += 1
        _plan_call(chance, later, now, serial)
        if chance.random() < 0.12:
            _plan_pause(chance, later, now)
        while later and later[0][0] <= now:
            at, _, rest = heapq.heappop(later)
            yield f"{int(at)}|{rest}"


def _push(later: Later, at: float, rest: str) -> None:
    heapq.heappush(later, (at, len(later), rest))


def _plan_call(chance: random.Random, later: Later, now: float, serial: int) -> None:
    call, queue, agent = f"{int(now)}.{serial}", chance.choice(QUEUES), chance.choice(AGENTS)
    number = f"13{chance.randrange(10**9):09d}"
    _push(later, now, f"{call}|{queue}|NONE|ENTERQUEUE||{number}|{chance.randint(1, 9)}")
    wait = min(chance.expovariate(1 / 18), 900.0)
    if chance.random() < 0.2:
        other = chance.choice(AGENTS)
        _push(later, now + wait * 0.5, f"{call}|{queue}|{other}|RINGNOANSWER|{chance.choice((0, 8000))}")
    if chance.random() < 0.12:
        _push(later, now + wait, f"{call}|{queue}|NONE|ABANDON|1|2|{int(wait)}")
        return
    talk = chance.lognormvariate(5.0, 0.7)
    end = "COMPLETECALLER" if chance.random() < 0.6 else "COMPLETEAGENT"
    _push(later, now + wait, f"{call}|{queue}|{agent}|CONNECT|{int(wait)}|{call}9|{int(min(wait, 8))}")
    _push(later, now + wait + talk, f"{call}|{queue}|{agent}|{end}|{int(wait)}|{int(talk)}|1")


def _plan_pause(chance: random.Random, later: Later, now: float) -> None:
    agent, queue, reason = chance.choice(AGENTS), chance.choice(QUEUES), chance.choice(REASONS)
    _push(later, now, f"NONE|{queue}|{agent}|PAUSE|{reason}")
    _push(later, now + chance.expovariate(1 / 300), f"NONE|{queue}|{agent}|UNPAUSE|")


def write(path: Path, count: int, seed: int = 7) -> None:
    """Writes the log in one go; flat memory."""
    with path.open("w", encoding="utf-8") as out:
        for line in lines(count, seed):
            out.write(line + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    write(given.path, given.lines, given.seed)
