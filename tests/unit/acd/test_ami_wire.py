"""Bytes in, messages out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.acd.ami_wire import LONGEST_MESSAGE, AmiParser, encode_action, event_name, parse_block

HELLO = b"Asterisk Call Manager/11.0.0\r\n"


def test_the_greeting_is_not_a_message() -> None:
    parser = AmiParser()
    assert parser.feed(HELLO + b"Response: Success\r\nMessage: ok\r\n\r\n") == [
        {"Response": "Success", "Message": "ok"}
    ]
    assert parser.banner == "11.0.0"
    assert parser.stranger == b""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_pieces_of_any_size_give_the_same_messages(size: int) -> None:
    stream = HELLO + b"Event: A\r\nName: \xe7\x8e\x8b\xe8\x8a\xb3\r\n\r\nEvent: B\r\nEmpty:\r\n\r\n"
    parser = AmiParser()
    messages = [m for i in range(0, len(stream), size) for m in parser.feed(stream[i : i + size])]
    assert messages == [{"Event": "A", "Name": "王芳"}, {"Event": "B", "Empty": ""}]


def test_a_commands_text_may_hold_empty_lines() -> None:
    parser = AmiParser()
    text = b"Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\none\ntwo: 2\r\n\r\nthree\n"
    assert parser.feed(HELLO + text) == []
    messages = parser.feed(b"--END COMMAND--\r\n\r\nEvent: After\r\n\r\n")
    assert messages[0]["ActionID"] == "7"
    assert messages[0]["Output"].startswith("one\ntwo: 2\nthree")
    assert messages[1] == {"Event": "After"}


def test_repeated_keys_and_lines_without_a_colon_are_kept() -> None:
    block = b"Response: Success\r\nOutput: one\r\nOutput: two\r\nthree\r\n\r\n"
    assert parse_block(block) == {"Response": "Success", "Output": "one\ntwo\nthree"}


def test_values_keep_their_colons_and_rubbish_is_replaced() -> None:
    assert parse_block(b"Name: a: b|c\r\nBad: \xff\xfe\r\n") == {"Name": "a: b|c", "Bad": "\ufffd\ufffd"}


def test_another_service_is_remembered() -> None:
    parser = AmiParser()
    parser.feed(b"SSH-2.0-OpenSSH\r\n")
    assert parser.banner == ""
    assert parser.stranger.startswith(b"SSH-2.0")


def test_unwanted_blocks_are_not_read() -> None:
    parser = AmiParser(lambda block: event_name(block) == b"Keep")
    assert parser.feed(HELLO + b"Event: Drop\r\n\r\nEvent: Keep\r\nA: 1\r\n\r\n") == [
        {"Event": "Keep", "A": "1"}
    ]


def test_a_message_without_end_is_dropped_and_the_stream_goes_on() -> None:
    parser = AmiParser()
    parser.feed(HELLO)
    for _ in range(LONGEST_MESSAGE // 2**20 + 1):
        parser.feed(b"x" * 2**20)
    assert parser.dropped == 1
    assert parser.feed(b"\r\n\r\nEvent: A\r\n\r\n")[-1] == {"Event": "A"}


def test_no_value_can_add_a_line_to_an_action() -> None:
    action = encode_action("QueuePause", {"Reason": "lunch\r\nAction: Originate\n\x00x"}, "7")
    assert action.count(b"\r\n") == 4
    assert parse_block(action) == {
        "Action": "QueuePause",
        "ActionID": "7",
        "Reason": "lunch Action: Originate x",
    }


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_arbitrary_bytes_never_raise(pieces: list[bytes]) -> None:
    for parser in (AmiParser(), AmiParser(lambda block: bool(event_name(block)))):
        parser.feed(HELLO)
        for piece in pieces:
            for message in parser.feed(piece):
                assert all(isinstance(text, str) for pair in message.items() for text in pair)


@given(
    st.lists(st.sampled_from([b"\r\n", b"Event: X", b": ", b"--END COMMAND--", b"Response: Follows", b"\n"]))
)
def test_arbitrary_fragments_never_raise(pieces: list[bytes]) -> None:
    parser = AmiParser()
    for piece in [HELLO, *pieces, b"\r\n\r\n"]:
        parser.feed(piece)
