"""Feishu 飞书 group robots: an interactive card; with 签名校验 the body carries a signed timestamp.

sign = base64(HMAC-SHA256(key = "<seconds>\\n<secret>", text = "")): the secret is in the key and nothing is
signed, other than at DingTalk. ``code`` 0 is taken (``StatusCode`` at older robots); 100 messages a minute.
"""

from collections.abc import Mapping
from typing import Any

from ccfloor.rules.message import Message, word
from ccfloor.service.notify.outcome import Delivery, Outcome, later
from ccfloor.service.notify.post import Poster
from ccfloor.service.notify.reasons import because
from ccfloor.service.notify.robots import as_json, coded, cut, digest, escaped

_BUSY = (11232, 11233, 99991400)  # too many messages
_WAIT_S = 60.0
_MIXED = 9499  # a wrong body, or too many messages: only the sentence tells
_TEXT_MAX = 4000
_COLOURS = {"alarm": "red", "warn": "orange", "info": "blue", "clear": "green"}


class Feishu:
    """One robot. ``users``: open ids of members to mention."""

    def __init__(
        self, poster: Poster, secret: str = "", users: tuple[str, ...] = (), everybody: bool = False
    ) -> None:
        self._poster, self._secret, self._users, self._everybody = poster, secret, users, everybody

    def send(self, message: Message, delivery: Delivery) -> Outcome:
        """Post once."""
        signed = signature(self._secret, delivery.at) if self._secret else {}
        return self._poster.post(as_json({**signed, **self.body(message)}), judged)

    def body(self, message: Message) -> dict[str, Any]:
        """The message as a card."""
        blocks = [
            _block("\n".join([f"**{escaped(item.head)}**", *map(escaped, item.lines)]))
            for item in message.items
        ]
        calls = [f"<at id={user}></at>" for user in (*self._users, *(["all"] if self._everybody else []))]
        foot = [line for line in ("\n".join(map(escaped, message.foot)), " ".join(calls)) if line]
        elements = [*blocks, *map(_block, foot)]
        if message.link:
            label = {"tag": "plain_text", "content": word("link", message.lang)}
            button = {"tag": "button", "text": label, "type": "primary", "url": message.link}
            elements.append({"tag": "action", "actions": [button]})
        title = {"tag": "plain_text", "content": message.title}
        header = {"title": title, "template": _COLOURS[message.tone]}
        card = {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
        return {"msg_type": "interactive", "card": card}


def _block(text: str) -> dict[str, Any]:
    return {"tag": "div", "text": {"tag": "lark_md", "content": cut(text, _TEXT_MAX)}}


def signature(secret: str, at: float) -> dict[str, str]:
    """``timestamp`` and ``sign`` of the body for an attempt at ``at`` (UTC epoch seconds)."""
    stamp = str(int(at))
    return {"timestamp": stamp, "sign": digest(f"{stamp}\n{secret}", "")}


def judged(answer: Mapping[str, Any]) -> Outcome:
    """The outcome of Feishu's answer."""
    code = answer.get("code", answer.get("StatusCode"))
    said = answer.get("msg", answer.get("StatusMessage"))
    if code == _MIXED and "too many" in str(said).lower():
        return later(because("code", code=code, said=said), _WAIT_S)
    return coded(code, said, _BUSY, _WAIT_S)
