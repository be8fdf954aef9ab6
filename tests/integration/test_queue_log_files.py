"""Whole queue_log files: who they are, where reading goes on, and what is wrong in them."""

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.acd.asterisk_queue_log import import_file
from ccfloor.acd.queue_log_blocks import parse_body
from ccfloor.acd.queue_log_files import LogReader, locate, order_files, read_blocks
from ccfloor.floor.events import CallRang, FloorEvent, RingEnded, RingResult, SwitchStarted
from tests.fakes.notebook_sink import NotebookSink

FIXTURES = Path(__file__).parents[1] / "fixtures"
RUN_A = gzip.decompress((FIXTURES / "queue_log_run_a.gz").read_bytes())
LINES = RUN_A.splitlines(keepends=True)


def events_of(path: Path, start: int = 0, *, final: bool = True) -> list[tuple[int, FloorEvent]]:
    return [pair for block in read_blocks(path, start, final=final) for pair in block.events]


def load(sink: NotebookSink, path: Path, *, final: bool = True) -> int:
    return sum(import_file(sink, path, final=final))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_bytes(RUN_A)
    return path


# -- real logs ---------------------------------------------------------------------------------------


def test_every_line_of_a_real_log_is_read(log: Path) -> None:
    blocks = list(read_blocks(log))
    assert sum(len(block.bad) for block in blocks) == 0
    assert sum(block.lines for block in blocks) == len(LINES) == 1577
    kinds = Counter(type(event).__name__ for block in blocks for _, event in block.events)
    assert kinds == {
        "CallJoined": 387,
        "CallAnswered": 243,
        "CallEnded": 129 + 106 + 4 + 4,
        "CallLeft": 114 + 14 + 9 + 7,
        "RingEnded": 97 + 39,
        "SeatPaused": 81 + 26 + 248 + 28,
        "SeatJoined": 15,
        "SeatLeft": 7,
        "SeatPenalty": 9,
        "Noted": 6 + 3,
        "SwitchStarted": 1,
    }


def exported(path: Path) -> bytes:
    """Rows of a queue_log kept in a database, as lines; its local times are read as UTC."""
    with path.open(newline="") as rows:
        return b"".join(_line(row) for row in csv.DictReader(rows))


def _line(row: dict[str, str]) -> bytes:
    at = datetime.fromisoformat(row.pop("time")).replace(tzinfo=UTC).timestamp()
    del row["id"]
    return "|".join([f"{at:.6f}", *row.values()]).encode() + b"\n"


@pytest.mark.parametrize("year", ["2013", "2023"])
def test_logs_exported_from_a_database_are_read(year: str, tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(exported(FIXTURES / f"queue_log_fragment_{year}.csv"))
    sink = NotebookSink()
    assert load(sink, path) == len(sink.events) > 20
    assert sink.bads == []


def test_a_clock_that_jumps_back_loses_nothing(tmp_path: Path) -> None:
    """A laboratory's PBX of 2013 was restarted with its clock five hours behind."""
    path = tmp_path / "queue_log"
    path.write_bytes(exported(FIXTURES / "queue_log_fragment_2013.csv"))
    events = [event for _, event in events_of(path)]
    jumps = [(a.at, b.at) for a, b in pairwise(events) if b.at < a.at - 3600]
    assert len(jumps) == 1 and jumps[0][0] - jumps[0][1] > 5 * 3600
    assert sum(isinstance(event, SwitchStarted) for event in events) == 2
    assert sum(isinstance(event, CallRang) for event in events) == 5  # RINGING of an add-on


def test_several_seats_that_rang_in_vain_in_one_second_are_all_kept(log: Path) -> None:
    at = Counter(
        e.at for _, e in events_of(log) if isinstance(e, RingEnded) and e.result is RingResult.NO_ANSWER
    )
    second, times = at.most_common(1)[0]
    lines = [line for line in LINES if line.startswith(b"%d|" % second) and b"|RINGNOANSWER|8" in line]
    assert times == len(lines) > 1


# -- identity and resume -----------------------------------------------------------------------------


def test_reading_the_same_file_twice_changes_nothing(log: Path) -> None:
    sink = NotebookSink()
    assert load(sink, log) == 1577
    kept = dict(sink.kept)
    assert load(sink, log) == 0
    assert (sink.kept, sink.again) == (kept, 0)


def test_a_log_keeps_its_identity_when_renamed_grown_and_compressed(log: Path) -> None:
    sink = NotebookSink()
    log.write_bytes(b"".join(LINES[:700]))
    load(sink, log)
    older = log.rename(log.with_name("queue_log.0"))
    older.write_bytes(b"".join(LINES[:1100]))
    assert load(sink, older) == 400
    older.unlink()
    packed = log.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(RUN_A))
    assert load(sink, packed) == 477
    assert len(sink.sources) == 1 and sink.again == 0
    assert list(sink.kept) == [(sink.sources[0], position) for position, _ in parse_body(RUN_A, 0, 1).events]


@pytest.mark.parametrize("packed", [False, True])
def test_reading_goes_on_at_the_byte_where_it_stopped(packed: bool, log: Path) -> None:
    if packed:
        log.write_bytes(gzip.compress(b"".join(LINES[:800])) + gzip.compress(b"".join(LINES[800:])))
    whole = events_of(log)
    for middle in (1, 799, 800, 1500):
        start = len(b"".join(LINES[:middle]))
        assert events_of(log, start) == [pair for pair in whole if pair[0] > start]
    assert events_of(log, len(RUN_A)) == events_of(log, len(RUN_A) + 10) == []


def test_a_resumed_file_still_counts_its_lines_from_the_top(log: Path) -> None:
    log.write_bytes(b"".join([*LINES[:500], b"rubbish\n"]))
    (fault,) = [f for block in read_blocks(log, len(b"".join(LINES[:300]))) for f in block.bad]
    assert fault.line == 501


def test_another_file_with_the_same_first_line_is_another_source(tmp_path: Path) -> None:
    """Two switches restarted in the same second; whichever is longer, neither hides the other."""
    start = b"1795282809|NONE|NONE|NONE|QUEUESTART|\n"
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    one.write_bytes(start + b"".join(LINES[1:200]))
    two.write_bytes(start + b"".join(LINES[700:800]))
    three.write_bytes(start + b"".join(LINES[900:1400]))
    sink = NotebookSink()
    assert [load(sink, path) for path in (one, two, three)] == [200, 101, 501]
    assert len(sink.sources) == 3
    assert [load(sink, path) for path in (three, one, two)] == [0, 0, 0]


def test_a_shorter_copy_of_a_known_file_brings_nothing_new(log: Path) -> None:
    sink = NotebookSink()
    load(sink, log)
    for lines in (1, 2, 5, 60, 1000):
        copy = log.with_name(f"copy{lines}")
        copy.write_bytes(b"".join(LINES[:lines]))
        assert load(sink, copy) == 0
    assert len(sink.sources) == 1


def test_events_may_be_stored_further_than_the_mark_that_proves_the_file(log: Path) -> None:
    """A batch that held only some of a block's events was stored, then the power went."""
    sink = NotebookSink()
    blocks = read_blocks(log)
    first = next(blocks)
    source = load_source(log)
    beyond = next(blocks, first).events[10][0]
    sink.progress(source, beyond, first.mark)
    assert locate(log, sink.cursor) == (source, beyond)
    sink.progress(source, beyond, "")
    assert locate(log, sink.cursor) == (source, beyond)


def load_source(path: Path) -> str:
    located = locate(path, NotebookSink().cursor)
    assert located is not None
    return located.source


def test_an_empty_file_has_no_identity_yet(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(b"")
    assert locate(path, NotebookSink().cursor) is None
    path.write_bytes(b"1795282809|NONE|NO")
    assert locate(path, NotebookSink().cursor, final=False) is None


def test_files_are_ordered_by_their_first_event(tmp_path: Path) -> None:
    names = {"c": LINES[:500], "a.gz": LINES[500:1000], "b": LINES[1000:], "d": [b"rubbish\n"], "e": []}
    for name, lines in names.items():
        body = b"".join(lines)
        (tmp_path / name).write_bytes(gzip.compress(body) if name.endswith("gz") else body)
    paths = [tmp_path / name for name in ("b", "missing", "e", "d", "a.gz", "c")]
    assert [path.name for path in order_files(paths)] == ["c", "a.gz", "b", "missing", "e", "d"]


# -- the last line, endless lines, damaged archives --------------------------------------------------


def test_a_whole_last_line_without_its_end_counts_when_the_file_is_final(log: Path) -> None:
    log.write_bytes(b"".join(LINES[:10]).removesuffix(b"\n"))
    sink = NotebookSink()
    load(sink, log)
    assert (len(sink.events), sink.bads) == (10, [])
    assert load(sink, log) == 0


def test_a_half_last_line_is_reported_with_its_place(log: Path) -> None:
    log.write_bytes(b"".join(LINES[:10]) + b"1795282834|1795282832.16|sales|NONE|ABANDON|3")
    sink = NotebookSink()
    load(sink, log)
    assert len(sink.events) == 10
    ((source, place, why),) = sink.bads
    assert (source, place) == (sink.sources[0], f"{log}:11")
    assert why == (
        "The last line of the file has no end and is only half written: "
        "1795282834|1795282832.16|sales|NONE|ABANDON|3"
    )


def test_a_half_last_line_of_a_growing_file_is_read_once_it_is_whole(log: Path) -> None:
    cut = len(b"".join(LINES[:9])) + 20
    log.write_bytes(RUN_A[:cut])
    sink = NotebookSink()
    load(sink, log, final=False)
    assert len(sink.events) == 9 and len(sink.bads) == 1
    log.write_bytes(b"".join(LINES[:12]))
    load(sink, log, final=False)
    assert len(sink.events) == 12 and len(sink.bads) == 1


def test_a_line_without_end_is_skipped_in_flat_memory(log: Path) -> None:
    log.write_bytes(b"".join([*LINES[:3], b"x" * 300_000, b"\n", *LINES[3:6], b"rubbish\n"]))
    sink = NotebookSink()
    load(sink, log)
    assert sink.events == [event for _, event in parse_body(b"".join(LINES[:6]), 0, 1).events]
    assert [place.rpartition(":")[2] for _, place, _ in sink.bads] == ["4", "8"]
    assert "There is no end of line within" in sink.bads[0][2]


@pytest.mark.parametrize("damage", ["cut short", "overwritten", "no gzip at all"])
def test_a_damaged_archive_gives_what_it_has_and_says_so(damage: str, tmp_path: Path) -> None:
    body = RUN_A * 20  # large enough for something to come out before the damage
    packed = bytearray(gzip.compress(body))
    half = len(packed) // 2
    if damage == "cut short":
        del packed[half:]
    elif damage == "overwritten":
        packed[half : half + 200] = b"\xff" * 200
    else:
        packed[2:] = b"\xff" * 100
    path = tmp_path / "queue_log.1.gz"
    path.write_bytes(bytes(packed))
    bad = [fault.bad for block in read_blocks(path) for fault in block.bad]
    assert [one.code for one in bad][-1] == "archive_broken"
    assert (len(events_of(path)) > 1000) is (damage != "no gzip at all")


RUBBISH: list[tuple[bytes, str]] = [
    (LINES[0], ""),
    (b"\x89PNG\r\x1a\x00\xff\xfe|\x00|\n", "2: The line is incomplete: it has 3 fields"),
    (LINES[4], ""),
    (b"1795282834|1795282832.16|sales\n", "4: The line is incomplete: it has 3 fields"),
    (
        b"1795282834|1795282832.16|sales|NONE|ABANDON|3|3\n",
        "5: The line is incomplete: ABANDON has 2 data fields",
    ),
    (b"yesterday|1795282832.16|sales|NONE|ABANDON|3|3|1\n", "6: Field 1 (time) is not an instant"),
    (b"-1795282834|1795282832.16|sales|NONE|ABANDON|3|3|1\n", "7: Field 1 (time) is not an instant"),
    (
        b"1795282834|1795282832.16|sales|Eve Sun|CONNECT|x|1.2|3\n",
        "8: The field 'hold time' of CONNECT is not a",
    ),
    (b"1795282834|NONE|NONE|NONE|SITE_VERB|a|b\n", ""),
    (b"1795282834|1795282832.16|sales|E|S|RINGNOANSWER|8000\n", ""),
    (b"1795200000|1795282832.16|sales|NONE|ABANDON|3|3|1\r\n", ""),
    (b"1795282834||sales|NONE|ABANDON|3|3|1\n", "12: Field 2 (call) of ABANDON is empty"),
    (b"1795282834|1.1|sales|\xff\xfe|CONNECT|3|1.2|3\n", ""),
    (b"\n", ""),
    (
        b"1795282834|1.1|sales|Eve|COMPLETEAGENT|3|-8|1\n",
        "15: The field 'talk time' of COMPLETEAGENT is negative",
    ),
    (LINES[5], ""),
]


def test_a_rubbish_file_keeps_every_good_line_and_names_every_bad_one(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(b"".join(line for line, _ in RUBBISH))
    sink = NotebookSink()
    load(sink, path)
    wanted = [said for _, said in RUBBISH if said]
    told = [f"{place.rpartition(':')[2]}: {why}" for _, place, why in sink.bads]
    assert len(told) == len(wanted)
    assert all(one.startswith(said) for one, said in zip(told, wanted, strict=True)), told
    assert len(sink.events) == len(RUBBISH) - len(wanted) - 1 + 1  # no blank line; the negative one is kept


# -- blocks may be cut anywhere ----------------------------------------------------------------------


class Dribble:
    """A stream that gives a few bytes at a time."""

    def __init__(self, body: bytes, sizes: list[int]) -> None:
        self._body, self._sizes = body, sizes

    def read(self, size: int, /) -> bytes:
        self._sizes.append(self._sizes.pop(0))
        cut = min(size, self._sizes[0])
        chunk, self._body = self._body[:cut], self._body[cut:]
        return chunk


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.integers(2, 40))
def test_blocks_may_be_cut_anywhere(sizes: list[int], count: int) -> None:
    body = b"".join(LINES[20 : 20 + count])
    reader = LogReader(Dribble(body, sizes))
    blocks = list(iter(reader.block, None))
    assert [pair for block in blocks for pair in block.events] == parse_body(body, 0, 1).events
    assert (reader.position, reader.line) == (len(body), count + 1)
