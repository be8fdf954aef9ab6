"""Blocks of lines: the quick way agrees with the careful one, whatever the bytes."""

from hypothesis import given
from hypothesis import strategies as st

from ccfloor.acd.queue_log_blocks import parse_body
from ccfloor.acd.queue_log_lines import BadLine, parse_line
from ccfloor.acd.queue_log_verbs import VERBS
from ccfloor.floor.events import CallAnswered, SeatPaused, SwitchStarted

NAMES = st.sampled_from(["NONE", "", "王芳", "Bob Li", "A|B", "PJSIP/101", "MANAGER", "1795282817.0", "VIP"])
DATA = st.sampled_from(
    ["", "0", "4", "12.5", "-1", "3600", "8000", "999999", "x", "1.1", "1e3", " 5", "+5", "٣"]
)
KNOWN = st.sampled_from([*sorted(VERBS), "SHIFTNOTE"])
TIMES = st.sampled_from(["1795282822", "1795282823", "1795282822.5", "917852394", "-5", "x", "", "1e9", "٣"])
LINES = st.builds(
    lambda at, names, verb, data: "|".join([at, *names, verb, *data]),
    TIMES,
    st.lists(NAMES, min_size=3, max_size=3),
    KNOWN,
    st.lists(DATA, max_size=6),
)


@given(st.lists(LINES, max_size=8))
def test_the_quick_way_and_the_careful_way_agree(lines: list[str]) -> None:
    parsed = parse_body("".join(f"{line}\n" for line in lines).encode(), 0, 1)
    careful = [parse_line(line) for line in lines]
    kept = [found.event if isinstance(found, BadLine) else found for found in careful]
    assert [event for _, event in parsed.events] == [event for event in kept if event is not None]
    bad = [(place, found) for place, found in enumerate(careful, 1) if isinstance(found, BadLine)]
    assert [(fault.line, fault.bad) for fault in parsed.bad] == bad


@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_it_raise(body: bytes) -> None:
    parsed = parse_body(body, 0, 1)
    ends = [end for end, _ in parsed.events]
    assert ends == sorted(set(ends)) and all(0 < end <= len(body) for end in ends)


GOOD = [
    "1795282822|1795282817.0|support|王芳|CONNECT|4|1795282818.2|3",
    "1795282822|NONE|NONE|NONE|QUEUESTART|",
]
RUBBISH = st.binary(max_size=60).map(lambda noise: noise.replace(b"\n", b"\x01"))


@given(st.lists(st.tuples(RUBBISH, st.sampled_from(GOOD), RUBBISH), min_size=1, max_size=5))
def test_rubbish_around_a_good_line_does_not_harm_it(pieces: list[tuple[bytes, str, bytes]]) -> None:
    body = b"".join(before + b"\n" + good.encode() + b"\n" + after + b"\n" for before, good, after in pieces)
    events = [event for _, event in parse_body(body, 0, 1).events]
    wanted = [parse_line(good) for _, good, _ in pieces]
    assert [event for event in events if event in wanted] == wanted


def test_positions_are_byte_offsets_behind_each_line() -> None:
    body = (GOOD[0] + "\n" + "rubbish\n" + GOOD[1] + "\r\n" + GOOD[1]).encode()
    parsed = parse_body(body, 1000, 7)
    ends = [end - 1000 for end, _ in parsed.events]
    assert [body[:end][-2:] for end in ends] == [b"3\n", b"\r\n", b"T|"]
    assert ends[-1] == len(body)
    assert [fault.line for fault in parsed.bad] == [8]
    assert parsed.lines == 4


def test_lines_end_at_line_feeds_alone() -> None:
    """A vertical tab or a Unicode line separator in a name does not split the line."""
    line = "1795282822|NONE|sales|Eve\x0b\x85\u2028Sun|PAUSE|lunch"
    ((_, event),) = parse_body(line.encode() + b"\n", 0, 1).events
    assert event == SeatPaused(
        at=1795282822.0, seat="Eve\x0b\x85\u2028Sun", queue="sales", paused=True, reason="lunch"
    )


def test_a_name_in_another_encoding_is_kept_with_replacement_marks() -> None:
    body = b"1795282822|1.1|sales|" + "王芳".encode("gb18030") + b"|CONNECT|3|1.2|3\n"
    ((end, event),) = parse_body(body, 0, 1).events
    assert isinstance(event, CallAnswered) and "\ufffd" in event.seat
    assert end == len(body)


def test_zeros_left_by_a_crash_do_not_hide_the_next_line() -> None:
    parsed = parse_body(b"\0" * 40 + GOOD[1].encode() + b"\n", 0, 1)
    assert [event for _, event in parsed.events] == [SwitchStarted(at=1795282822.0)]
    assert [fault.bad.code for fault in parsed.bad] == ["line_torn"]


def test_blank_lines_are_nothing() -> None:
    parsed = parse_body(b"\n  \n\r\n", 0, 1)
    assert (parsed.events, parsed.bad, parsed.lines) == ([], [], 3)
