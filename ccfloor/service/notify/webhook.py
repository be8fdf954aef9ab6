"""A generic webhook: JSON for a program, signed if it has a secret.

Headers: ``X-Ccfloor-Delivery`` is the same for every attempt of the same notices (drop what you have);
``X-Ccfloor-Timestamp`` seconds; ``X-Ccfloor-Signature`` is ``sha256=`` and the hex HMAC-SHA256, keyed with
the secret, of the timestamp, a full stop and the body's bytes. Any 2xx means taken.
"""

import hashlib
import hmac
from typing import Any

import msgspec

from ccfloor.rules.message import Message, Part, plain
from ccfloor.service.notify.outcome import Delivery, Outcome
from ccfloor.service.notify.post import Poster
from ccfloor.service.notify.robots import as_json

VERSION = 1


class Webhook:
    """One address. ``site`` is named in every message."""

    def __init__(self, poster: Poster, site: str, channel: str, secret: str = "") -> None:
        self._poster, self._site, self._channel, self._secret = poster, site, channel, secret

    def send(self, message: Message, delivery: Delivery) -> Outcome:
        """Post once."""
        body = as_json(self.body(message, delivery))
        stamp = str(int(delivery.at))
        headers = {"X-Ccfloor-Delivery": delivery.id, "X-Ccfloor-Timestamp": stamp}
        if self._secret:
            headers["X-Ccfloor-Signature"] = signature(self._secret, stamp, body)
        return self._poster.post(body, None, headers)

    def body(self, message: Message, delivery: Delivery) -> dict[str, Any]:
        """The message as facts and as text."""
        return {
            "version": VERSION,
            "site": self._site,
            "channel": self._channel,
            "kind": message.kind,
            "thread": delivery.thread,
            "lang": message.lang,
            "title": message.title,
            "text": plain(message),
            "url": message.link,
            "alarms": [_facts(part) for part in message.parts],
        }


def _facts(part: Part) -> dict[str, Any]:
    """An alarm as a program wants it; instants are UTC epoch seconds."""
    case = part.case
    rule = {"name": case.rule.name.model_dump(), "say": case.rule.say.model_dump()}
    told = {"kind": part.kind, "key": part.key, "about": part.about}
    acked = {"acked_at": case.acked_at, "acked_by": case.acked_by}
    return {**msgspec.structs.asdict(case.alarm), **rule, **told, **acked}


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The signature of a body sent at ``stamp``."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
