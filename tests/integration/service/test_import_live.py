"""A queue_log of the present read in beside a live feed: every call once, whoever told of it first."""

import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from ccfloor.acd.ami_translate import AmiTranslator
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent
from ccfloor.service.collecting import feed_of
from ccfloor.service.importing import FileResult, import_files
from ccfloor.service.keeper import RecorderKeeper
from ccfloor.service.lease import take_lease
from ccfloor.service.overlap import LIVE
from ccfloor.service.settings import Settings
from ccfloor.store import tables
from ccfloor.store.engine import open_engine
from ccfloor.store.rebuild import rebuild
from ccfloor.store.recorder import Item, Recorder
from tests.fakes import ami_run
from tests.fakes.current import upgrade

CONFIG = FloorConfig(zone="UTC")
SWITCH = Settings(source="asterisk")
LINES = gzip.decompress(ami_run.QUEUE_LOG.read_bytes()).decode().splitlines(keepends=True)
VISITS = Counter(
    (fields[1], fields[2]) for fields in (line.split("|") for line in LINES) if fields[4] == "ENTERQUEUE"
)
MOMENTS = (1795282900.4, 1795283050.7, 1795283200.1)


class Log:
    """The switch's queue_log, as far as it is written at an instant."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "queue_log"

    def until(self, at: float) -> list[Path]:
        self.path.write_text("".join(line for line in LINES if float(line.split("|")[0]) <= at))
        return [self.path]


class Link:
    """A collector on the AMI link, event by event of the recording. ``start``: it is heard from then on."""

    def __init__(self, engine: Engine, start: float = 0.0) -> None:
        poll = next((poll for poll in ami_run.polls() if poll.before > start), None)
        stream = ami_run.told() if not start else ami_run.cut(ami_run.told(), 0.0, poll)[1]  # type: ignore[arg-type]
        self.begun = stream[0].at
        feed = feed_of(engine, "main", SWITCH, lambda: self.begun)
        recorder = Recorder(engine, CONFIG, "main", feed, live=True)
        self.keeper = RecorderKeeper(recorder, take_lease(engine, "main"), lambda: self.begun)
        self.keeper.resume()
        self.recorder, self.name = recorder, f"ami:{self.begun}"
        self._events = _told(stream)
        self._next = next(self._events, None)
        self._position = 0

    def hear(self, until: float) -> None:
        """Everything up to an instant, in batches as a collector makes them."""
        batch: list[Item] = []
        while self._next is not None and self._next.at <= until:
            self._position += 1
            batch.append(Item(self.name, self._position, self._next))
            self._next = next(self._events, None)
            if len(batch) == 13:
                self.recorder.record(batch)
                batch = []
        self.recorder.record(batch)

    def stop(self) -> None:
        self.keeper.close()


def _told(stream: Sequence[ami_run.Told]) -> Iterator[AnyEvent]:
    translator = AmiTranslator()
    translator.opened()
    for at, message in stream:
        yield from translator.feed(message, at)  # type: ignore[misc]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path}/floor.db")
    upgrade(engine)
    return engine


def read_in(engine: Engine, files: list[Path], now: float) -> FileResult:
    (result,) = import_files(engine, CONFIG, files, clock=lambda: now)
    assert result.problem == ""
    return result


def counted(engine: Engine) -> tuple[Counter[tuple[str, str]], int, int, int]:
    """Visits by (call, queue) among the stored calls; offered, answered and open among the intervals."""
    calls, sums = tables.calls.c, tables.queue_intervals.c
    with engine.connect() as connection:
        rows = connection.execute(select(calls.call, calls.queue, calls.outcome)).all()
        totals = connection.execute(select(sums.offered, sums.answered, sums.open)).all()
    visits = Counter((row.call, row.queue) for row in rows if not row.outcome.startswith("refused"))
    return visits, *(sum(column) for column in zip(*totals, strict=True))  # type: ignore[return-value]


def consistent(engine: Engine) -> None:
    """Nobody is in there twice, the intervals say what the calls say, and it all follows from the journal."""
    visits, offered, _, _ = counted(engine)
    assert not visits - VISITS
    assert offered == visits.total()
    assert rebuild(engine, CONFIG, "main", replace=False).differences == []


def complete(engine: Engine) -> None:
    """The whole run is in there."""
    consistent(engine)
    visits, offered, answered, still_open = counted(engine)
    assert visits == VISITS and (offered, answered, still_open) == (387, 243, 0)


@pytest.mark.parametrize("lag", [0.0, 1.5])
def test_a_log_read_in_while_a_collector_is_at_work(engine: Engine, tmp_path: Path, lag: float) -> None:
    link, log = Link(engine), Log(tmp_path)
    for at in MOMENTS:
        link.hear(at - lag)
        before = len(LINES)
        result = read_in(engine, log.until(at), at)
        assert 0 < result.lines + result.known < before and result.left > 0
        visits, offered, _, _ = counted(engine)
        assert not visits - VISITS and offered == visits.total()
    link.hear(float("inf"))
    link.stop()
    assert read_in(engine, log.until(float("inf")), 1795283438.0).left == 0
    complete(engine)


def test_a_collector_that_comes_up_after_the_log(engine: Engine, tmp_path: Path) -> None:
    """Calls that were open at the log's end are the same calls when the link comes up."""
    log, at = Log(tmp_path), MOMENTS[1]
    assert read_in(engine, log.until(at), at).left == 0
    assert counted(engine)[3] > 0
    link = Link(engine, at)
    assert link.recorder.feed.startswith("import:")
    link.hear(float("inf"))
    consistent(engine)
    link.stop()
    read_in(engine, log.until(float("inf")), 1795283438.0)
    complete(engine)


@pytest.mark.parametrize("killed", [False, True])
def test_a_log_fills_the_hole_while_no_collector_is_at_work(
    engine: Engine, tmp_path: Path, killed: bool
) -> None:
    """The link was lost with calls in hand; the log goes on with them, and hands others over in its turn."""
    link, log = Link(engine), Log(tmp_path)
    link.hear(MOMENTS[0])
    if killed:
        link.keeper._lease.release()
    else:
        link.stop()
    assert read_in(engine, log.until(MOMENTS[1]), MOMENTS[1]).left == 0
    consistent(engine)
    again = Link(engine, MOMENTS[1])
    assert again.recorder.feed == LIVE
    again.hear(float("inf"))
    again.stop()
    read_in(engine, log.until(float("inf")), 1795283438.0)
    complete(engine)


def test_an_old_log_beside_a_collector_is_read_whole(engine: Engine, tmp_path: Path) -> None:
    link = Link(engine)
    link.hear(MOMENTS[0])
    (tmp_path / "old").write_text(
        "1700000000|c1|sales|NONE|ENTERQUEUE||138|1\n1700000009|c1|sales|NONE|ABANDON|1|1|9\n"
    )
    result = read_in(engine, [tmp_path / "old"], MOMENTS[0])
    assert (result.lines, result.left) == (2, 0)
    link.hear(MOMENTS[1])
    assert rebuild(engine, CONFIG, "main", replace=False).differences == []


def test_a_log_that_the_collector_follows_itself_is_left_to_it(engine: Engine, tmp_path: Path) -> None:
    link, log = Link(engine), Log(tmp_path)
    link.hear(MOMENTS[0])
    link.stop()
    read_in(engine, log.until(MOMENTS[0]), MOMENTS[0])  # now it is a source of the live feed
    link = Link(engine, MOMENTS[0])
    link.hear(MOMENTS[1])
    result = read_in(engine, log.until(MOMENTS[1]), MOMENTS[1])
    assert result.lines == result.events == 0 and result.left > 0
    link.stop()
    assert read_in(engine, log.until(MOMENTS[1]), MOMENTS[1]).left == 0
    consistent(engine)
