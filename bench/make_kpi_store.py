"""Fills a SQLite database with months of a big floor: 500 agents, 50 queues, 250,000 calls a month, seeded.

    python bench/make_kpi_store.py 12 floor.db

Calls, the intervals of queues and agents, and all that is kept beside them (days, what is counted of a day)
as an import would leave them; neither journal nor spans. Made with numpy, a day at a time.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, insert

from ccfloor.floor.config import INTERVAL_S, FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.metrics import FIELDS, HISTOGRAM_EDGES_S, INDEX
from ccfloor.floor.records import AGENT_FIELDS, AGENT_INDEX
from ccfloor.kpi.period import Period, days, period
from ccfloor.store import tables
from ccfloor.store.cold import mend_indexes, put_off_indexes
from ccfloor.store.days import Calendar, prepare_days
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.facts import count_facts
from ccfloor.store.migrate import upgrade
from ccfloor.store.writer import write_rows

QUEUES = [f"queue{number:02d}" for number in range(50)]
AGENTS = [f"Agent {number:03d}" for number in range(500)]
CALLS_A_MONTH = 250_000
SITE, SOURCE = "main", 1
FIRST = (2023, 12)
OPEN_S, SHIFT_S, HOURS = 8 * 3600, 8 * 3600, 12
QUARTERS = HOURS * 4
_SEATS = {
    f"P/{number:03d}": SeatInfo(f"P/{number:03d}", agent, team=f"Team {number // 20:02d}")
    for number, agent in enumerate(AGENTS)
}
CONFIG = FloorConfig(
    site=SITE, zone="Asia/Shanghai", queues={name: QueueInfo(name) for name in QUEUES}, seats=_SEATS
)


def month(number: int) -> Period:
    """The month of that number, from 0."""
    year, index = divmod(FIRST[1] - 1 + number, 12)
    return period(CONFIG, f"{FIRST[0] + year}-{index + 1:02d}")


class Store:
    """A database that grows by months."""

    def __init__(self, path: Path, seed: int = 7) -> None:
        self.path, self.engine = path, open_engine(str(path))
        self.months = self.calls = 0
        self._chance = np.random.default_rng(seed)
        self._calendar = Calendar(CONFIG)
        upgrade(self.engine)
        prepare_days(self.engine, CONFIG, SITE)
        with writing(self.engine) as connection:
            source = {"site": SITE, "feed": "made", "name": "made", "kind": "log", "cursor": 0, "mark": ""}
            figures = {"id": SOURCE, "first_at": 0.0, "last_at": 0.0, "events": 0, "bad": 0}
            connection.execute(insert(tables.sources).values(source | figures))
            feed = {"site": SITE, "feed": "made", "head": 0, "batch": 0, "events": 0, "at": 0.0}
            connection.execute(insert(tables.feeds).values(feed))

    def grow(self, months: int) -> dict[str, float]:
        """Add months up to this number; seconds spent by part."""
        spent: dict[str, float] = {}
        began = time.perf_counter()
        _drop_indexes(self.engine)
        for number in range(self.months, months):
            with writing(self.engine) as connection:
                for day in days(CONFIG, month(number)):
                    self._add_day(connection, day)
                self._seen(connection, month(number).end)
        self.months = months
        spent["rows"] = time.perf_counter() - began
        for name, work in (
            ("indexes", lambda: mend_indexes(self.engine)),
            ("counting", lambda: count_facts(self.engine, CONFIG, SITE)),
            ("analyze", self._settle),
        ):
            began = time.perf_counter()
            work()
            spent[name] = time.perf_counter() - began
        return spent

    def _seen(self, connection: Connection, until: float) -> None:
        first = month(0).start
        connection.execute(
            tables.sources.update().values(first_at=first, last_at=until - 1, events=self.calls)
        )
        connection.execute(tables.feeds.update().values(at=until))

    def _settle(self) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    # -- one day ---------------------------------------------------------------------------------

    def _add_day(self, connection: Connection, day: Period) -> None:
        count = round(CALLS_A_MONTH * 12 / 365)
        told = _day_of_calls(self._chance, day.start, count)
        write_rows(connection, tables.calls, _call_rows(told, self.calls), None, SITE)
        intervals = {
            "queue_intervals": _queue_rows(told, day.start),
            "agent_intervals": _agent_rows(self._chance, told, day.start),
        }
        for name, rows in (intervals | self._calendar.rows(intervals)).items():
            write_rows(connection, tables.metadata.tables[name], rows, None, SITE)
        self.calls += count


Told = dict[str, Any]


def _day_of_calls(chance: np.random.Generator, start: float, count: int) -> Told:
    entered = np.sort(OPEN_S + chance.beta(2.0, 2.0, count) * HOURS * 3600).round(3)
    wait = np.minimum(chance.exponential(16.0, count), 600.0)
    wait[chance.random(count) < 0.35] = 0.0
    gave_up = (chance.random(count) < 0.06) & (wait > 3)
    talk = np.where(gave_up, 0.0, chance.lognormal(5.2, 0.6, count))
    # The first half of the agents works from eight, the others until twenty.
    early = entered + wait < OPEN_S + HOURS * 3600 - SHIFT_S
    late = entered + wait >= OPEN_S + SHIFT_S
    half = np.where(early, 0, np.where(late, 1, chance.integers(0, 2, count)))
    ms = (wait * 1000).astype(np.int64)
    return {
        "entered": start + entered,
        "quarter": ((entered - OPEN_S) // INTERVAL_S).astype(np.int64).clip(0, QUARTERS - 1),
        "answer": ((entered + wait - OPEN_S) // INTERVAL_S).astype(np.int64).clip(0, QUARTERS - 1),
        "queue": chance.integers(0, len(QUEUES), count),
        "agent": half * 250 + chance.integers(0, 178, count) * 7 % 250,
        "number": 13_000_000_000 + (chance.pareto(1.2, count) * 40_000).astype(np.int64) % 900_000_000,
        "wait": ms,
        "ring": np.minimum(ms, 4000),
        "answered": ~gave_up,
        "talk": (talk * 1000).astype(np.int64),
        "hold": np.where((chance.random(count) < 0.15) & ~gave_up, 25_000, 0),
        "acw": np.where(gave_up, 0, (chance.exponential(30.0, count) * 1000).astype(np.int64)),
    }


def _call_rows(told: Told, first: int) -> list[Sequence[Any]]:
    columns = {name: values.tolist() for name, values in told.items()}
    rows = []
    for index, (entered, number) in enumerate(zip(columns["entered"], columns["number"], strict=True)):
        answered, wait = columns["answered"][index], columns["wait"][index]
        talk, hold, acw = columns["talk"][index], columns["hold"][index], columns["acw"][index]
        left = entered + wait / 1000
        ended = left + talk / 1000 if answered else 0.0
        agent = columns["agent"][index]
        who = (f"P/{agent:03d}", AGENTS[agent], left) if answered else ("", "", 0.0)
        rows.append(
            (
                *(SOURCE, first + index + 1, f"{entered:.3f}.{index}", QUEUES[columns["queue"][index]]),
                *(entered, "", str(number), ""),
                *("answered" if answered else "abandoned", "caller" if answered else None),
                *(*who, 0.0 if answered else left, ended),
                *(wait, columns["ring"][index] if answered else 0, talk, hold, acw),
                *(20_000, 5_000, "", "", 0, False, False, True, False, True),
            )
        )
    return rows


def _queue_rows(told: Told, start: float) -> list[Sequence[Any]]:
    table = np.zeros((len(QUEUES), QUARTERS, len(FIELDS) + 1), np.int64)
    where = (told["queue"], told["quarter"])
    answered, wait, gave_up = told["answered"], told["wait"], ~told["answered"]
    amounts = {
        "offered": np.ones_like(wait),
        "answered": answered,
        "handled": answered,
        "abandoned": gave_up,
        "short_abandoned": gave_up & (wait < 5000),
        "answered_in_t": answered & (wait <= 20_000),
        "abandoned_in_t": gave_up & (wait <= 20_000),
        "short_in_t": gave_up & (wait < 5000),
        "wait_answered_ms": np.where(answered, wait, 0),
        "wait_abandoned_ms": np.where(gave_up, wait, 0),
        "ring_ms": np.where(answered, told["ring"], 0),
        **{f"{name}_ms": told[name] for name in ("talk", "hold", "acw")},
    }
    for name, amount in amounts.items():
        np.add.at(table[..., INDEX[name]], where, amount)
    bucket = np.searchsorted(HISTOGRAM_EDGES_S[:-1], wait / 1000)
    np.add.at(table, (*where, INDEX["wait_h0"] + bucket), answered)
    np.maximum.at(table[..., -1], where, wait)
    return [
        (QUEUES[queue], int(start) + OPEN_S + quarter * INTERVAL_S, *table[queue, quarter].tolist())
        for queue, quarter in np.argwhere(table[..., 0]).tolist()
    ]


def _agent_rows(chance: np.random.Generator, told: Told, start: float) -> list[Sequence[Any]]:
    table = np.zeros((len(AGENTS), QUARTERS, len(AGENT_FIELDS)), np.int64)
    answered = told["answered"]
    where = (told["agent"][answered], told["answer"][answered])
    np.add.at(table[..., AGENT_INDEX["answered"]], where, 1)
    for name in ("talk", "hold", "acw", "ring"):
        np.add.at(table[..., AGENT_INDEX[f"{name}_ms"]], where, told[name][answered])
    here = np.unique(told["agent"])
    for half in (0, 1):
        theirs = here[here // 250 == half]
        shift = slice(half * 16, half * 16 + SHIFT_S // INTERVAL_S)
        talk = table[theirs, shift, AGENT_INDEX["talk_ms"]].clip(0, 600_000)
        wrap = table[theirs, shift, AGENT_INDEX["acw_ms"]].clip(0, 200_000)
        rest = chance.integers(0, 60_000, talk.shape)
        for name, spent in (
            ("on_call_ms", talk),
            ("wrap_up_ms", wrap),
            ("break_ms", rest),
            ("ready_ms", INTERVAL_S * 1000 - talk - wrap - rest),
        ):
            table[theirs, shift, AGENT_INDEX[name]] = spent
    return [
        (AGENTS[agent], int(start) + OPEN_S + quarter * INTERVAL_S, *table[agent, quarter].tolist())
        for agent, quarter in np.argwhere(table.any(axis=2)).tolist()
    ]


def _drop_indexes(engine: Engine) -> None:
    """Also of a table that holds rows: they are made again in one go."""
    if not put_off_indexes(engine):
        with writing(engine) as connection:
            for index in tables.calls.indexes:
                index.drop(connection, checkfirst=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("months", type=int)
    parser.add_argument("path", type=Path)
    given = parser.parse_args()
    store = Store(given.path)
    for name, seconds in store.grow(given.months).items():
        print(f"{name:10} {seconds:7.1f} s")
