"""What a look at the day needs and what changes slowly: kept for some minutes."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

T = TypeVar("T")


class _Known(NamedTuple):
    key: object
    at: float
    value: Any


class Kept:
    """Answers by name. For one thread."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def get(self, name: str, key: object, now: float, for_s: float, read: Callable[[], T]) -> T:
        """What was read under this name, at most ``for_s`` seconds ago; read anew where ``key`` changed."""
        known = self._known.get(name)
        if known is None or known.key != key or not 0 <= now - known.at < for_s:
            return self.put(name, key, now, read())
        return cast(T, known.value)

    def put(self, name: str, key: object, now: float, value: T) -> T:
        """Keep what was read now."""
        self._known[name] = _Known(key, now, value)
        return value
