"""A clearing in a process of its own that is killed between two of its transactions.

Arguments: database URL, the edge, after how many transactions it dies (0: it lives).
"""

import itertools
import os
import signal
import sys

from ccfloor.floor.numbers import Clearing
from ccfloor.store import row_pages
from ccfloor.store.clearing import clear
from ccfloor.store.engine import open_engine


def main(url: str, until: str, last: str) -> None:
    count = itertools.count(1)

    def pause() -> None:
        if next(count) == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    row_pages.AT_ONCE = 3
    edge = float(until)
    clear(open_engine(url), "main", Clearing(b"a key"), edge, edge, lambda *_: None, pause)


if __name__ == "__main__":
    main(*sys.argv[1:])
