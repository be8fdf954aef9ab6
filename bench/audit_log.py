"""The audit log with a million entries: how long the page's queries, an act's entry and a whole check take.

``python -m ccfloor bench audit_log [ENTRIES] [DATABASE]``; DATABASE: a URL or path, or ``postgresql`` for a
private server of this machine's programs. Without one a SQLite file. What is made here is deleted.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, text

from ccfloor.access.acts import Act
from ccfloor.access.chain import GENESIS, Entry, link
from ccfloor.access.rights import Role
from ccfloor.service import audit
from ccfloor.service.audit_check import Checker, check
from ccfloor.store.access_tables import audit as table
from ccfloor.store.audit import Place, Wanted
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.migrate import upgrade
from ccfloor.store.viewer import Viewer
from tests.fakes.postgres import private_postgres

START = 1_760_000_000.0
STEP_S = 60.0
SHOWN, AT_ONCE = 50, 20_000
BOSS = Viewer(Role.ADMIN, "main")
ACTS = list(Act)


def entries(count: int) -> Iterator[dict[str, Any]]:
    """One a minute: forty people, one of whom did next to nothing."""
    previous = GENESIS
    for number in range(1, count + 1):
        who = "rare" if number % 300_000 == 7 else f"lead{number % 40}"
        act, about = ACTS[number % 47], f"seat/PJSIP/{number % 500}"
        told = ('{"paused":false}', '{"command":7,"kind":"pause"}', "来电高峰")
        entry = Entry(
            "main", number, START + number * STEP_S, who, "lead", f"10.0.0.{number % 60}", act, about, *told
        )
        previous = link(previous, entry)
        yield entry._asdict() | {"hash": previous}


def fill(engine: Engine, count: int) -> None:
    """Write them, many at a time."""
    rows = entries(count)
    while some := list(islice(rows, AT_ONCE)):
        with writing(engine) as connection:
            connection.execute(insert(table), some)


def timed(name: str, call: Callable[[], Any], turns: int = 5) -> None:
    """The shortest and the longest of some turns."""
    took = []
    for _ in range(turns):
        begun = time.perf_counter()
        call()
        took.append(time.perf_counter() - begun)
    print(f"{name:44} {min(took) * 1000:9.1f} {max(took) * 1000:9.1f} ms")


def looks(engine: Engine, count: int) -> None:
    """What the page asks for."""
    end = START + count * STEP_S
    old: Place = (START + count * STEP_S / 2, count // 2)
    week = Wanted(source="10.0.0.9", start=end - 7 * 86_400, end=end)
    wanted: dict[str, tuple[Wanted, Place | None]] = {
        "the newest": (Wanted(), None),
        "from the middle on": (Wanted(), old),
        "by who": (Wanted(who="lead7"), None),
        "by who did next to nothing": (Wanted(who="rare"), None),
        "by an act": (Wanted(acts=("rule.saved",)), None),
        "by a group of acts": (Wanted(acts=("rule.saved", "rule.retired", "rule.file")), None),
        "by what it was done to": (Wanted(about="seat/PJSIP/77"), None),
        "by address, a week": (week, None),
        "by who and a rare act": (Wanted(who="rare", acts=("numbers.cleared",)), None),
        "by words that are there": (Wanted(words="来电"), None),
        "by words that are nowhere": (Wanted(words="nowhere"), None),
        "an old week": (Wanted(start=START, end=START + 7 * 86_400), None),
    }
    for name, (what, below) in wanted.items():
        timed(name, lambda what=what, below=below: audit.find(engine, BOSS, what, SHOWN, below))  # type: ignore[misc]
    timed("names of all who acted", lambda: audit.names(engine, BOSS, "who"))


def main(count: int, database: str) -> None:
    """Fill, look, write, check."""
    engine = open_engine(database)
    upgrade(engine)
    begun = time.perf_counter()
    fill(engine, count)
    if engine.dialect.name == "postgresql":  # as its own housekeeping does
        with writing(engine) as connection:
            connection.execute(text("ANALYZE"))
    print(f"{count:,} entries written in {time.perf_counter() - begun:.0f} s, shortest and longest of five:")
    looks(engine, count)
    told = (audit.Actor("boss", Role.ADMIN), Act.EXPORT_TAKEN, "export/a.csv", {"format": "csv"}, "")
    now = START + count * STEP_S
    timed("an entry of its own", lambda: audit.record_alone(engine, *told, now, site="main"))
    checker = Checker()
    timed("a look at the chain (20,000 entries)", lambda: checker.look(engine, BOSS, now))
    timed("the whole chain", lambda: check(engine, "main", now), 1)
    engine.dispose()


@contextmanager
def somewhere(named: str) -> Iterator[str]:
    """The database to fill."""
    if named == "postgresql":
        with private_postgres() as server:
            yield server.new_database()
    elif named:
        yield named
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder) / "audit.db")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with somewhere(sys.argv[2] if len(sys.argv) > 2 else "") as where:
        main(size, where)
