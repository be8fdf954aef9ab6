"""How many queue_log lines a second become events, beside a plain split of the same file.

    python bench/parse_queue_log.py [LINES] [--log FILE]

Processor time of this process, the least of three rounds, both in the same run.
"""

import argparse
import contextlib
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from make_queue_log import write

from ccfloor.acd.queue_log_files import BLOCK_BYTES, open_log, read_blocks


def plain_split(path: Path) -> int:
    """The baseline: read the same blocks, cut them into lines and fields, and drop them."""
    count, carry = 0, ""
    with contextlib.closing(open_log(path)) as log:
        while chunk := log.read(BLOCK_BYTES):
            *lines, carry = (carry + chunk.decode("utf-8", "replace")).split("\n")
            for line in lines:
                line.split("|")
            count += len(lines)
    return count


def parse(path: Path) -> int:
    """The real thing: events with positions, faults and marks."""
    return sum(block.lines for block in read_blocks(path))


def least(work: Callable[[Path], int], path: Path, rounds: int = 3) -> tuple[int, float]:
    """(lines, seconds) of the fastest round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        count = work(path)
        times.append(time.process_time() - start)
    return count, min(times)


def report(path: Path) -> None:
    """Prints both figures, their ratio and the peak memory."""
    count, split_s = least(plain_split, path)
    parsed, parse_s = least(parse, path)
    assert parsed == count, (parsed, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"lines        {count:,}")
    print(f"plain split  {split_s / count * 1e6:.2f} µs a line, {count / split_s:,.0f} lines/s")
    print(f"events       {parse_s / count * 1e6:.2f} µs a line, {count / parse_s:,.0f} lines/s")
    print(f"ratio        {parse_s / split_s:.1f} × the plain split")
    print(f"peak memory  {peak:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--log", type=Path, help="a log to read instead of a made-up one")
    given = parser.parse_args()
    if given.log:
        report(given.log)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "queue_log"
        write(path, given.lines)
        report(path)


if __name__ == "__main__":
    main()
