"""What a check of an installation finds."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One check. ``state`` as a word; the sentences say what is so and, where needed, what to do."""

    check: str
    state: Literal["ok", "warn", "fail"]
    zh: str
    en: str
