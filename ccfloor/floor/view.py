"""FloorView: the floor at one instant, ready to be shown. Instants, not ages: clocks run in the reader."""

import msgspec


class Window(msgspec.Struct, frozen=True):
    """A queue's (or the floor's) numbers over one window; None where nothing can be divided.

    ``over_t``: callers waiting longer than T right now, already missed. Rates are shares (0..1).
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    timed_out: int = 0
    key_exit: int = 0
    withdrawn: int = 0
    left_empty: int = 0
    refused_full: int = 0
    refused_empty: int = 0
    transferred_out: int = 0
    lost: int = 0
    answered_in_t: int = 0
    abandoned_in_t: int = 0
    over_t: int = 0
    handled: int = 0
    service_level: float | None = None
    sl_variants: dict[str, float | None] = {}
    asa_s: float | None = None
    aht_s: float | None = None
    abandon_rate: float | None = None
    connect_rate: float | None = None
    occupancy: float | None = None


class SeatCounts(msgspec.Struct, frozen=True):
    """Seats by status; ``staffed`` are all that are signed in, ``paused`` by reason below it."""

    ready: int = 0
    ringing: int = 0
    on_call: int = 0
    on_hold: int = 0
    wrap_up: int = 0
    other_call: int = 0
    paused: int = 0
    offline: int = 0
    unknown: int = 0
    staffed: int = 0
    by_reason: dict[str, int] = {}


class QueueView(msgspec.Struct, frozen=True):
    """One queue, or the whole floor (``queue`` empty)."""

    queue: str
    waiting: int
    longest_wait_s: float
    oldest_at: float | None
    max_wait_today_s: float
    threshold_s: float
    target: float
    seats: SeatCounts
    today: Window
    last_15: Window
    last_30: Window
    interval: Window
    expected_wait_s: float | None = None
    expected_wait_range_s: tuple[float, float] | None = None


class CallerView(msgspec.Struct, frozen=True):
    """A caller waiting now. ``ringing``: the seat that rings for him, if any."""

    call: str
    queue: str
    entered_at: float
    position: int
    number: str
    name: str = ""
    ringing: str = ""


class AbandonView(msgspec.Struct, frozen=True):
    """A caller who gave up a little while ago."""

    call: str
    queue: str
    at: float
    wait_s: float
    number: str


class Membership(msgspec.Struct, frozen=True):
    """A queue the seat serves."""

    queue: str
    penalty: int = 0
    paused: bool = False
    reason: str = ""


class SeatDay(msgspec.Struct, frozen=True):
    """The business day so far of who sits here; seconds without the time in the present status.

    ``earlier_s``: busy and ready seconds today of those who sat here before.
    """

    handled: int = 0
    rona: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    acw_s: float = 0.0
    ready_s: float = 0.0
    busy_s: float = 0.0
    pause_s: dict[str, float] = {}
    login_at: float | None = None
    login_s: float = 0.0
    occupancy: float | None = None
    earlier_s: tuple[float, float] = (0.0, 0.0)


class SeatView(msgspec.Struct, frozen=True):
    """One seat. ``reason``: canonical pause reason; ``reason_text``: as the switch has it."""

    seat: str
    agent: str
    agent_en: str
    number: str
    team: str
    role: str
    status: str
    reason: str
    reason_text: str
    since: float
    paused: bool
    paused_since: float | None
    device: str
    queue: str
    call: str
    caller: str
    queues: tuple[Membership, ...]
    day: SeatDay


class FloorView(msgspec.Struct, frozen=True):
    """The floor at ``at`` (UTC epoch seconds). ``events``: applied so far; ``repairs``: by kind.

    ``waiting_curve``: (instant, callers waiting from then on) of the last hour; of every half minute the
    lowest, the highest and the last.
    """

    site: str
    at: float
    day_start: float
    floor: QueueView
    queues: tuple[QueueView, ...]
    seats: tuple[SeatView, ...]
    callers: tuple[CallerView, ...]
    abandons: tuple[AbandonView, ...]
    waiting_curve: tuple[tuple[float, int], ...] = ()
    events: int = 0
    repairs: dict[str, int] = {}
    blind_since: float | None = None
