"""AMI on the wire: bytes in, messages out; actions as bytes.

A message is a block of ``Key: value`` lines that ends with an empty line. Two oddities: the greeting is a
single line without an empty one behind it, and a command's reply up to Asterisk 13 (``Response: Follows``)
carries free text with empty lines of its own until ``--END COMMAND--``.
"""

import re
from collections.abc import Callable, Mapping

Message = dict[str, str]

END = b"\r\n\r\n"
COMMAND_END = b"--END COMMAND--"
GREETING = b"Asterisk Call Manager/"
LONGEST_MESSAGE = 4 * 1024 * 1024
_NAME = re.compile(rb"^Event:[ ]?([^\r\n]*)", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]+")


def parse_block(block: bytes) -> Message:
    """One message of its bytes, with or without the empty line behind it. Never raises.

    Bytes that are not UTF-8 become the replacement sign. The values of a repeated key are joined with
    line feeds; a line without a colon is a command's text and counts as ``Output``.
    """
    message: Message = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        if not line:
            continue
        key, colon, value = line.partition(":")
        if not colon or "\n" in key:
            key, value = "Output", line
        value = value.strip(" ")
        message[key] = f"{message[key]}\n{value}" if key in message else value
    return message


def event_name(block: bytes) -> bytes:
    """The event a block tells of, empty for anything else. Cheaper than reading the whole block."""
    found = _NAME.match(block)
    return found.group(1).strip() if found else b""


class AmiParser:
    """Cuts a byte stream into messages, whatever the pieces it arrives in.

    ``banner`` is the greeting's version (``11.0.0``), empty until it came; ``stranger`` holds the first
    bytes of whatever greeted us instead. ``wanted`` may refuse a block before it is read in full.
    """

    def __init__(self, wanted: Callable[[bytes], bool] | None = None) -> None:
        self.banner = ""
        self.stranger = b""
        self.dropped = 0
        self._wanted = wanted
        self._rest = b""
        self._greeted = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages completed by these bytes."""
        self._rest += data
        if not self._greeted and not self._greet():
            return []
        return [parse_block(block) for block in self._blocks() if self._wanted is None or self._wanted(block)]

    @property
    def greeted(self) -> bool:
        """Whether the first line has come, whatever it was."""
        return self._greeted

    def _greet(self) -> bool:
        head = self._rest.lstrip(b"\r\n")
        if len(head) < len(GREETING) and GREETING.startswith(head):
            return False
        if not head.startswith(GREETING):
            self._greeted = True
            # a stream that was cut open starts in the middle; anything else is not an Asterisk
            self.stranger = head[:80]
            return True
        line, end, rest = head.partition(b"\n")
        if not end:
            return False
        self.banner = line[len(GREETING) :].strip().decode("ascii", "replace")
        self._rest, self._greeted = rest, True
        return True

    def _blocks(self) -> list[bytes]:
        blocks: list[bytes] = []
        start = 0
        while (end := self._end_of(start)) >= 0:
            block = self._rest[start:end].lstrip(b"\r\n")
            start = end + len(END)
            if block:
                blocks.append(block)
        self._rest = self._rest[start:]
        if len(self._rest) > LONGEST_MESSAGE:
            self._rest = b""
            self.dropped += 1
        return blocks

    def _end_of(self, start: int) -> int:
        """Where the message that starts here ends, -1 while it has not."""
        while self._rest.startswith(b"\r\n", start):
            start += 2
        if self._rest[start : start + 17].lower() == b"response: follows":
            command = self._rest.find(COMMAND_END, start)
            return self._rest.find(END, command) if command >= 0 else -1
        return self._rest.find(END, start)


def encode_action(name: str, fields: Mapping[str, str], action_id: str = "") -> bytes:
    """An action as bytes. Control characters become spaces, so that no value can add a line of its own."""
    lines = [f"Action: {name}"]
    if action_id:
        lines.append(f"ActionID: {action_id}")
    lines.extend(f"{key}: {_UNSAFE.sub(' ', value)}" for key, value in fields.items())
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
