"""What a rule may ask the calendar: shifts of seats, opening hours of queues, planned peaks."""

from typing import NamedTuple


class Campaign(NamedTuple):
    """A planned peak (可预见的规律性电话高峰). Instants are UTC epoch seconds; no queues: the whole floor."""

    start: float
    end: float
    queues: tuple[str, ...] = ()
    name: str = ""


class Shift(NamedTuple):
    """A shift's duty on the days it is worked: seconds after local midnight, in parts (before and after
    lunch); weekdays 0 Monday … 6 Sunday. A part that ends beyond 86400 runs over midnight.
    """

    name: str
    parts: tuple[tuple[int, int], ...]
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


class Calendar(NamedTuple):
    """Everything a rule may ask. ``seat_shift``: seat id → shift name; ``open``: queue → parts of the day
    as in Shift (a queue that is not named is always open).
    """

    zone: str = "Asia/Shanghai"
    campaigns: tuple[Campaign, ...] = ()
    shifts: tuple[Shift, ...] = ()
    seat_shift: dict[str, str] = {}
    open: dict[str, Shift] = {}
