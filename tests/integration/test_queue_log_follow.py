"""Stories of a queue_log that is being written while we read it. Time passes only where a story says so."""

import asyncio
import contextlib
import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ccfloor.acd.asterisk_queue_log import AHEAD_BYTES, GONE_S, QueueLogFollower, import_file
from ccfloor.acd.base import CommandKind, Health, LinkState, SeatCommand
from ccfloor.acd.queue_log_lines import parse_line
from ccfloor.acd.sentences import say
from ccfloor.floor.events import FloorEvent
from tests.fakes.notebook_sink import NotebookSink

Act = Callable[[], object]
CALLS = [
    line
    for serial in range(1, 400)
    for line in (
        f"{1795282800 + serial}|{serial}.0|sales|NONE|ENTERQUEUE||13{serial:09d}|1",
        f"{1795282805 + serial}|{serial}.0|sales|NONE|ABANDON|1|1|5",
    )
]


class Curtain(Exception):
    """The story is over."""


class Stage:
    """A folder with a log, a clock, and a follower that reads between the acts of a story."""

    def __init__(self, folder: Path, *, lag: bool = False) -> None:
        self.log = folder / "queue_log"
        self.sink = NotebookSink(lag=lag)
        self.now = 1795282800.0
        self.rests: list[float] = []
        self._coming: Iterator[Act] = iter(())
        self.start()

    def start(self) -> None:
        """A new process, which remembers nothing."""
        self.follower = QueueLogFollower(self.log, clock=lambda: self.now, sleep=self._sleep)

    def play(self, *acts: Act) -> None:
        """Each act happens when the follower has nothing left to read; then it reads on."""
        self._coming = iter(acts)
        with contextlib.suppress(Curtain):
            asyncio.run(self.follower.run(self.sink))

    async def _sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        if seconds:
            self.now += seconds
            next(self._coming, self._end)()

    def _end(self) -> None:
        raise Curtain

    def write(self, *lines: str, to: str = "queue_log", end: str = "\n") -> None:
        with self.log.with_name(to).open("a") as log:
            log.write("".join(f"{line}\n" for line in lines).removesuffix("\n") + end)

    def rename(self, old: str, new: str) -> None:
        self.log.with_name(old).rename(self.log.with_name(new))

    def compress(self, name: str) -> None:
        path = self.log.with_name(name)
        path.with_name(f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()

    def copy_and_truncate(self, copy: str) -> None:
        shutil.copy(self.log, self.log.with_name(copy))
        os.truncate(self.log, 0)

    @property
    def states(self) -> list[tuple[LinkState, str]]:
        return [(report.state, report.code) for report in self.sink.reports]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def events(*lines: str) -> list[object]:
    return [parse_line(line) for line in lines]


def read(stage: Stage) -> list[FloorEvent]:
    assert stage.sink.again == 0, "a line was read twice"
    return stage.sink.events


def test_lines_are_read_as_they_are_written(stage: Stage) -> None:
    stage.write(*CALLS[:2])
    stage.play(lambda: stage.write(*CALLS[2:4]), lambda: stage.write(CALLS[4]))
    assert read(stage) == events(*CALLS[:5])
    assert stage.states == [(LinkState.UP, "queue_log_following")]


def test_a_half_line_waits_for_its_end(stage: Stage) -> None:
    stage.write(*CALLS[:2])
    stage.write(CALLS[2][:30], end="")
    seen: list[int] = []
    stage.play(
        lambda: seen.append(len(stage.sink.events)),
        lambda: stage.write(CALLS[2][30:]),
    )
    assert seen == [2]
    assert read(stage) == events(*CALLS[:3])
    assert stage.sink.bads == []


def test_a_rotation_while_reading_finishes_the_old_file_first(stage: Stage) -> None:
    def rotate() -> None:
        stage.write(*CALLS[2:4])
        stage.rename("queue_log", "queue_log.0")
        stage.write("1795282809|NONE|NONE|NONE|CONFIGRELOAD|", *CALLS[4:6])

    stage.write(*CALLS[:2])
    stage.play(rotate, lambda: stage.write(CALLS[6]))
    reload = "1795282809|NONE|NONE|NONE|CONFIGRELOAD|"
    assert read(stage) == events(*CALLS[:4], reload, *CALLS[4:7])
    assert len(stage.sink.sources) == 2


def test_the_switch_writes_on_in_the_renamed_file_until_it_reopens(stage: Stage) -> None:
    """As with logrotate, which renames first and tells Asterisk afterwards."""
    stage.write(*CALLS[:2])
    stage.play(
        lambda: stage.rename("queue_log", "queue_log.1"),
        lambda: stage.write(*CALLS[2:4], to="queue_log.1"),
        lambda: stage.log.touch(),
        lambda: stage.write(*CALLS[4:6], to="queue_log.1"),
        lambda: stage.write(CALLS[6]),
    )
    assert read(stage) == events(*CALLS[:7])
    assert stage.states == [(LinkState.UP, "queue_log_following")]


def test_a_half_line_at_the_end_of_a_rotated_file_is_reported(stage: Stage) -> None:
    def crash() -> None:
        stage.write(CALLS[2][:40], end="")
        stage.rename("queue_log", "queue_log.0")
        stage.write(CALLS[4])

    stage.write(*CALLS[:2])
    stage.play(crash)
    assert read(stage) == events(*CALLS[:2], CALLS[4])
    ((_, place, why),) = stage.sink.bads
    assert place == f"{stage.log}:3" and CALLS[2][:40] in why


def test_a_restart_goes_on_where_it_stopped(stage: Stage) -> None:
    stage.write(*CALLS[:7])
    stage.play()
    stage.start()
    stage.write(*CALLS[7:9])
    stage.play(lambda: stage.write(CALLS[9]))
    assert read(stage) == events(*CALLS[:10])


def test_files_rotated_while_we_were_away_are_found_and_finished(stage: Stage) -> None:
    stage.write("1795200000|NONE|NONE|NONE|QUEUESTART|", to="queue_log.8")  # of before our time
    stage.write(*CALLS[:4])
    stage.play()
    stage.start()
    stage.write(*CALLS[4:6])  # from here on we are away
    stage.rename("queue_log", "queue_log.0")
    stage.write(*CALLS[6:10])
    stage.rename("queue_log.0", "queue_log.1")
    stage.rename("queue_log", "queue_log.0")
    stage.compress("queue_log.1")
    stage.write(*CALLS[10:12])
    stage.play(lambda: stage.write(CALLS[12]))
    assert read(stage) == events(*CALLS[:13])


def test_a_first_start_leaves_older_files_to_the_import(stage: Stage) -> None:
    stage.write(*CALLS[:4], to="queue_log.0")
    stage.write(*CALLS[4:6])
    stage.play()
    assert read(stage) == events(*CALLS[4:6])


def test_a_file_copied_away_and_truncated_loses_nothing(stage: Stage) -> None:
    def copytruncate() -> None:
        stage.write(*CALLS[4:6])  # written, but not seen by us before the file is cut
        stage.copy_and_truncate("queue_log.1")

    stage.write(*CALLS[:4])
    stage.play(copytruncate, lambda: stage.write(*CALLS[6:8]))
    assert read(stage) == events(*CALLS[:8])


def test_a_truncated_file_that_outgrew_our_position_is_noticed(stage: Stage) -> None:
    def rewrite() -> None:
        os.truncate(stage.log, 0)
        stage.write(*CALLS[100:140])

    stage.write(*CALLS[:4])
    stage.play(rewrite)
    assert read(stage) == events(*CALLS[:4], *CALLS[100:140])


def test_a_file_replaced_by_a_longer_copy_of_itself_goes_on(stage: Stage) -> None:
    """A log that is fetched from the switch every minute: another file each time, the same content."""

    def fetch(until: int, half: int) -> None:
        stage.write(*CALLS[:until], to="incoming")
        stage.write(CALLS[until][:half], to="incoming", end="")
        stage.log.with_name("incoming").replace(stage.log)

    fetch(4, 20)
    stage.play(lambda: fetch(9, 33), lambda: fetch(12, 0))
    assert read(stage) == events(*CALLS[:12])
    assert stage.sink.bads == []


def test_what_is_handed_over_but_not_stored_yet_is_not_read_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lag=True)

    def rotate() -> None:
        stage.rename("queue_log", "queue_log.0")
        stage.write(*CALLS[4:6])

    stage.write(*CALLS[:2])
    stage.play(stage.sink.store, lambda: stage.write(*CALLS[2:4]), rotate)
    assert read(stage) == events(*CALLS[:6])


def test_what_was_never_stored_is_read_again_by_the_next_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lag=True)
    stage.write(*CALLS[:4])
    stage.play()
    stage.sink.kept.clear()  # lost with the store, which asks for it again
    stage.play()
    assert read(stage) == events(*CALLS[:4])


def test_a_large_backlog_does_not_run_away_from_the_store(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lag=True)
    notes = [
        f"1795282800|NONE|NONE|NONE|NOTE|{'x' * 6000}{number}" for number in range(AHEAD_BYTES // 6000 + 90)
    ]
    stage.write(*notes)
    stage.play(stage.sink.store)
    rested = stage.rests.index(next(rest for rest in stage.rests if rest))
    assert 0 < rested < len(stage.rests) - 2  # it rested in the middle, and went on when that was stored
    assert len(read(stage)) == len(notes)


def test_import_and_following_agree_on_the_source(stage: Stage) -> None:
    stage.write(*CALLS[:6])
    assert sum(import_file(stage.sink, stage.log)) == 6
    stage.play(lambda: stage.write(*CALLS[6:8]))
    assert read(stage) == events(*CALLS[:8])
    assert len(stage.sink.sources) == 1


# -- trouble -----------------------------------------------------------------------------------------


def test_a_missing_file_is_reported_and_waited_for(stage: Stage) -> None:
    stage.play(lambda: None, lambda: stage.write(*CALLS[:2]))
    assert read(stage) == events(*CALLS[:2])
    assert stage.states == [(LinkState.DOWN, "queue_log_missing"), (LinkState.UP, "queue_log_following")]
    down = stage.sink.reports[0]
    assert down.source == "queue_log:queue_log" and down.retry_at > down.since and down.retries == 1
    assert str(stage.log) in say(down.code, down.details, "en")


def test_a_file_that_stays_away_is_missing_though_we_still_hold_it(stage: Stage) -> None:
    def wait() -> None:
        stage.now += GONE_S

    stage.write(*CALLS[:2])
    stage.play(lambda: stage.rename("queue_log", "gone"), wait, lambda: stage.write(CALLS[2]))
    assert read(stage) == events(*CALLS[:3])
    assert [code for _, code in stage.states] == [
        "queue_log_following",
        "queue_log_missing",
        "queue_log_following",
    ]


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Root may read everything, so these tests are somebody else for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_we_may_not_read_says_so_in_both_languages(stage: Stage) -> None:
    stage.write(*CALLS[:2])
    stage.log.chmod(0)
    with nobody():
        stage.play()
    stage.log.chmod(0o600)
    stage.play()
    assert stage.states == [(LinkState.DOWN, "queue_log_denied"), (LinkState.UP, "queue_log_following")]
    report = stage.sink.reports[0]
    assert "没有读取" in say(report.code, report.details, "zh")
    assert read(stage) == events(*CALLS[:2])


def test_a_folder_in_place_of_the_file_is_unreadable(stage: Stage) -> None:
    stage.log.mkdir()
    stage.play()
    assert stage.states == [(LinkState.DOWN, "queue_log_unreadable")]
    assert isinstance(stage.sink.reports[0], Health)


def test_the_log_cannot_be_asked_to_do_anything(stage: Stage) -> None:
    result = asyncio.run(stage.follower.send(SeatCommand(CommandKind.PAUSE, "PJSIP/101", "")))
    assert not result.ok and "connect the AMI" in result.message
