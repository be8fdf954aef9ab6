"""What the three kinds of group robots have in common: bodies as JSON, codes in the answer, long texts cut.

All three answer HTTP 200 to what they refuse; a code in the body says whether the message was taken.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from typing import Any

from ccfloor.rules.message import Message, word
from ccfloor.service.notify.outcome import SENT, Outcome, later, never
from ccfloor.service.notify.reasons import because

_CUT = "…"
_MARKS = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in "`*<>"}


def as_json(body: Mapping[str, Any]) -> bytes:
    """A body as UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def digest(key: str, text: str) -> str:
    """HMAC-SHA256, base64."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def coded(code: object, said: object, busy: Collection[int], wait_s: float) -> Outcome:
    """The outcome of a code: 0 taken, one of ``busy`` to be tried later, else refused for good."""
    if code == 0:
        return SENT
    error = because("code", code=code, said=said)
    return later(error, wait_s) if code in busy else never(error)


def cut(text: str, most: int) -> str:
    """A text of at most ``most`` bytes in UTF-8, cut at a line where it can be."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    kept = raw[: most - len(_CUT.encode()) - 1].decode(errors="ignore")
    head, newline, _rest = kept.rpartition("\n")
    return f"{head if newline else kept}\n{_CUT}"


def markdown(message: Message) -> list[str]:
    """The message below its title as Markdown blocks."""
    blocks = []
    for item in message.items:
        lines = [f"**{escaped(item.head)}**", *(f"> {escaped(line)}" for line in item.lines)]
        blocks.append("\n".join(lines))
    blocks += [escaped(line) for line in message.foot]
    if message.link:
        blocks.append(f"[{word('link', message.lang)}]({message.link})")
    return blocks


def escaped(text: str) -> str:
    """A text whose marks are shown as they are: those signs become their full-width kin."""
    return text.translate(_MARKS).replace("](", "］(")
