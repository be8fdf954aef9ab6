"""Entries of the audit log by a process of its own: ``python -m tests.fakes.audit_writer URL WHO COUNT``."""

import sys
import time

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.service.audit import Actor, record_alone
from ccfloor.store.engine import open_engine


def main(url: str, who: str, count: int) -> None:
    """Say that it is ready, wait for a line, then write as fast as it can."""
    engine = open_engine(url)
    with engine.connect():
        print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        told = (Actor(who, Role.LEAD), Act.EXPORT_TAKEN, f"export/{number}.csv", {"format": "csv"}, "")
        record_alone(engine, *told, time.time(), site="main")
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
