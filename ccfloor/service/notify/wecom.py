"""WeCom 企业微信 group robots: Markdown, or plain text where members are mentioned.

Markdown mentions nobody by list, so a message that must call somebody goes as text. At most 4096 bytes of
Markdown and 2048 of text; ``errcode`` 0 is taken; 20 messages a minute.
"""

from collections.abc import Mapping
from typing import Any

from ccfloor.rules.message import Message, plain
from ccfloor.service.notify.outcome import Delivery, Outcome
from ccfloor.service.notify.post import Poster
from ccfloor.service.notify.robots import as_json, coded, cut, escaped, markdown

_BUSY = (-1, 45009, 45033)  # system busy; too many messages; too many at once
_WAIT_S = 60.0
_MARKDOWN_MAX, _TEXT_MAX = 4096, 2048
_COLOURS = {"alarm": "warning", "warn": "warning", "info": "comment", "clear": "info"}


class WeCom:
    """One robot. ``users``: member ids to mention (``@all``: everybody), ``mobiles``: by their number."""

    def __init__(self, poster: Poster, users: tuple[str, ...] = (), mobiles: tuple[str, ...] = ()) -> None:
        self._poster, self._users, self._mobiles = poster, users, mobiles

    def send(self, message: Message, delivery: Delivery) -> Outcome:
        """Post once."""
        return self._poster.post(as_json(self.body(message)), judged)

    def body(self, message: Message) -> dict[str, Any]:
        """The message in WeCom's form."""
        if self._users or self._mobiles:
            text: dict[str, Any] = {"content": cut(plain(message), _TEXT_MAX)}
            text |= {"mentioned_list": list(self._users)} if self._users else {}
            text |= {"mentioned_mobile_list": list(self._mobiles)} if self._mobiles else {}
            return {"msgtype": "text", "text": text}
        title = f'<font color="{_COLOURS[message.tone]}">{escaped(message.title)}</font>'
        content = cut("\n\n".join([f"### {title}", *markdown(message)]), _MARKDOWN_MAX)
        return {"msgtype": "markdown", "markdown": {"content": content}}


def judged(answer: Mapping[str, Any]) -> Outcome:
    """The outcome of WeCom's answer."""
    return coded(answer.get("errcode"), answer.get("errmsg"), _BUSY, _WAIT_S)
