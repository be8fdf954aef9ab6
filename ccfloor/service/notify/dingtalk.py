"""DingTalk 钉钉 group robots: Markdown; with 加签 the address carries a timestamp and its signature.

sign = urlencode(base64(HMAC-SHA256(key = secret, text = "<milliseconds>\\n<secret>"))). ``errcode`` 0 is
taken; a robot that sends more than 20 messages a minute is shut for ten.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from ccfloor.rules.message import Message
from ccfloor.service.notify.outcome import Delivery, Outcome
from ccfloor.service.notify.post import Poster
from ccfloor.service.notify.robots import as_json, coded, cut, digest, escaped, markdown

_BUSY = (-1, 130101, 302033, 410100)  # system busy; too many messages
_SHUT_S = 600.0
_TEXT_MAX = 18_000  # the whole body may have 20,000 bytes


class DingTalk:
    """One robot. ``mobiles``: staff to mention; the text must name them, or nobody is called."""

    def __init__(
        self, poster: Poster, secret: str = "", mobiles: tuple[str, ...] = (), everybody: bool = False
    ) -> None:
        self._poster, self._secret, self._mobiles, self._everybody = poster, secret, mobiles, everybody

    def send(self, message: Message, delivery: Delivery) -> Outcome:
        """Post once."""
        query = signature(self._secret, delivery.at) if self._secret else ""
        return self._poster.post(as_json(self.body(message)), judged, query=query)

    def body(self, message: Message) -> dict[str, Any]:
        """The message in DingTalk's form; a blank line begins a new line there."""
        blocks = [block.replace("\n", "\n\n") for block in markdown(message)]
        text = "\n\n".join([f"### {escaped(message.title)}", *blocks])
        called = " ".join(f"@{number}" for number in self._mobiles)
        text = cut(text, _TEXT_MAX) + (f"\n\n{called}" if called else "")
        return {
            "msgtype": "markdown",
            "markdown": {"title": message.title, "text": text},
            "at": {"atMobiles": list(self._mobiles), "isAtAll": self._everybody},
        }


def signature(secret: str, at: float) -> str:
    """``timestamp=…&sign=…`` for an attempt at ``at`` (UTC epoch seconds)."""
    stamp = str(round(at * 1000))
    signed = digest(secret, f"{stamp}\n{secret}")
    return f"timestamp={stamp}&sign={quote_plus(signed)}"


def judged(answer: Mapping[str, Any]) -> Outcome:
    """The outcome of DingTalk's answer."""
    return coded(answer.get("errcode"), answer.get("errmsg"), _BUSY, _SHUT_S)
