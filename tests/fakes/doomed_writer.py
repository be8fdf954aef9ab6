"""A recorder in a process of its own that is killed in the middle of a transaction.

Arguments: database URL, calls of the day, batch size, number of the write that is its last (0: it lives).
"""

import itertools
import os
import signal
import sys
from typing import Any

from ccfloor.store import page
from ccfloor.store.engine import open_engine
from ccfloor.store.recorder import Recorder
from tests.fakes.stored import CONFIG, cut, day, items


def main(url: str, calls: str, size: str, last: str) -> None:
    count = itertools.count(1)
    write = page.write_rows

    def fatal(*arguments: Any) -> None:
        write(*arguments)
        if next(count) == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    page.write_rows = fatal
    recorder = Recorder(open_engine(url), CONFIG, "main", "live", live=True)
    stored = recorder.cursor("ami")
    for batch in cut(items(day(int(calls))), int(size)):
        if stored is None or batch[-1].position > stored[0]:
            recorder.record(batch)


if __name__ == "__main__":
    main(*sys.argv[1:])
