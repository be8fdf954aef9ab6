"""Recordings played again: several sessions, damage, speed, and the connector around them."""

import asyncio
import gzip
from pathlib import Path

import pytest

from ccfloor.acd.base import CommandKind, LinkState, SeatCommand
from ccfloor.acd.recording import AmiRecording, Played, is_empty, play
from ccfloor.acd.sentences import in_language
from ccfloor.floor.events import CallJoined, FloorSnapshot, SourceLost
from tests.fakes import ami_run
from tests.fakes.ami_run import Told, block_of
from tests.fakes.fake_sink import FakeSink

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def written(folder: Path, sessions: list[list[Told]], packed: bool = False) -> tuple[list[Path], Path]:
    """The sessions as files: raw bytes each, and one table of arrivals."""
    raws, rows = [], []
    for number, session in enumerate(sessions, start=1):
        raw = bytearray(GREETING)
        for at, message in session:
            block = block_of(message)
            rows.append(f"{at:.6f}\t{number}\t{len(raw)}\t{len(block)}\tEvent\n")
            raw += block
        path = folder / f"ami.s{number}.raw{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(bytes(raw)) if packed else bytes(raw))
        raws.append(path)
    table = folder / "arrivals.tsv"
    table.write_text("".join(rows))
    return raws, table


def two_sessions() -> list[list[Told]]:
    poll = ami_run.polls()[20]
    first, second = ami_run.cut(ami_run.told(), poll.before - 2.0, poll)
    return [first, second]


def listen() -> tuple[list[tuple[str, str]], object]:
    heard: list[tuple[str, str]] = []
    return heard, lambda place, code, details: heard.append((place, code))


@pytest.mark.parametrize("packed", [False, True])
def test_a_gap_between_sessions_is_a_lost_link(tmp_path: Path, packed: bool) -> None:
    sessions = two_sessions()
    raws, table = written(tmp_path, sessions, packed)
    heard, complain = listen()
    played = list(play(raws, table, complain))  # type: ignore[arg-type]
    assert heard == []
    sources = list(dict.fromkeys(one.source for one in played))
    assert sources == [f"ami:{session[0].at:.3f}" for session in sessions]
    for source in sources:
        positions = [one.position for one in played if one.source == source]
        assert positions == list(range(1, len(positions) + 1))
    (lost,) = [one.event for one in played if isinstance(one.event, SourceLost)]
    _, again = [one.event for one in played if isinstance(one.event, FloorSnapshot)]
    assert lost.at == pytest.approx(sessions[0][-1].at, abs=1e-5)
    assert again.blind_since == lost.at
    floor = ami_run.new_floor()
    for number, one in enumerate(played, start=1):
        floor.apply(one.event, 1, number)  # type: ignore[arg-type]
    assert ami_run.differences(floor, ami_run.polls()[-1]) == []


def test_playing_twice_gives_the_same_places(tmp_path: Path) -> None:
    raws, table = written(tmp_path, two_sessions())
    runs: list[list[Played]] = [list(play(raws, table, lambda *_: None)) for _ in range(2)]
    assert runs[0] == runs[1]


def test_damage_is_told_and_the_rest_played(tmp_path: Path) -> None:
    raws, table = written(tmp_path, [ami_run.told()[:300]])
    lines = table.read_text().splitlines(keepends=True)
    lines[3:3] = ["nonsense\n", "\n", "1.0\t1\t-5\t10\tEvent\n", "nan\t1\t5\t10\tEvent\n"]
    lines += [f"1795283000.0\t1\t{10**9}\t50\tEvent\n", "1795283000.0\t2\t0\t50\tEvent\n"]
    table.write_bytes("".join(lines).encode() + b"\xff\xfe\x00")
    heard, complain = listen()
    played = list(play(raws, table, complain))  # type: ignore[arg-type]
    assert heard == [
        ("arrivals.tsv:4", "arrival_unreadable"),
        ("arrivals.tsv:6", "arrival_unreadable"),
        ("arrivals.tsv:7", "arrival_unreadable"),
        ("arrivals.tsv:305", "arrival_outside"),
        ("arrivals.tsv:306", "arrival_outside"),
        ("arrivals.tsv:307", "arrival_unreadable"),
    ]
    whole = list(play(*written(tmp_path, [ami_run.told()[:300]]), lambda *_: None))
    assert [one.event for one in played if not isinstance(one.event, SourceLost)] == [
        one.event for one in whole
    ]


def test_an_archive_cut_short_gives_what_it_holds(tmp_path: Path) -> None:
    for name in ("ami.raw.gz", "arrivals.tsv.gz"):
        source = ami_run.FOLDER / name
        (tmp_path / name).write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    for raw, table, code in (
        (ami_run.RAW, tmp_path / "arrivals.tsv.gz", "archive_broken"),
        (tmp_path / "ami.raw.gz", ami_run.ARRIVALS, "arrival_outside"),
    ):
        heard, complain = listen()
        played = list(play([raw], table, complain))  # type: ignore[arg-type]
        assert {said for _, said in heard} == {code}
        assert 100 < sum(isinstance(one.event, CallJoined) for one in played) < 387


def test_the_connector_plays_to_the_end_and_obeys_nobody() -> None:
    sink = FakeSink()
    connector = AmiRecording([ami_run.RAW], ami_run.ARRIVALS, clock=lambda: 5.0)

    async def scene() -> str:
        await connector.run(sink)
        return (await connector.send(SeatCommand(CommandKind.PAUSE, "PJSIP/101"))).message

    refusal = asyncio.run(scene())
    assert [event for _, _, event in sink.events] == ami_run.events_of(ami_run.told())
    assert [report.state for report in sink.reports] == [LinkState.UP, LinkState.DONE]
    assert sink.reports[-1].details == {
        "messages": str(len(ami_run.told())),
        "events": str(len(sink.events)),
    }
    assert in_language(refusal, "zh") != refusal


def test_a_speed_keeps_the_recorded_distances() -> None:
    """Ten times as fast: the pauses asked for add up to a tenth of the recording."""
    now = [100.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    sink = FakeSink()
    connector = AmiRecording([ami_run.RAW], ami_run.ARRIVALS, clock=lambda: now[0], speed=10.0, sleep=sleep)
    asyncio.run(connector.run(sink))
    stamps = [event.at for _, _, event in sink.events]
    assert now[0] - 100.0 == pytest.approx((max(stamps) - min(stamps)) / 10, rel=0.01)


def test_a_table_that_is_shifted_as_a_whole_is_told_line_by_line(tmp_path: Path) -> None:
    raws, table = written(tmp_path, [ami_run.told()[:50]])
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    table.write_text("".join("\t".join([*row[:2], str(int(row[2]) + 7), *row[3:]]) + "\n" for row in rows))
    heard, complain = listen()
    assert list(play(raws, table, complain)) == []  # type: ignore[arg-type]
    assert {code for _, code in heard[:-1]} == {"arrival_misplaced"} and len(heard) == 50
    assert heard[-1][1] == "arrival_outside", "the last one runs over the end"
    assert not is_empty(table)
    table.write_text("\n \n")
    assert is_empty(table)
