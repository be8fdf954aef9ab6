"""Views of a floor for tests: a plain one, and any number of random ones."""

from hypothesis import strategies as st
from msgspec.structs import replace

from ccfloor.floor.view import (
    AbandonView,
    CallerView,
    FloorView,
    Membership,
    QueueView,
    SeatCounts,
    SeatDay,
    SeatView,
    Window,
)

AT = 1_800_000_000.0
QUEUES = ("support", "sales", "vip")
SEATS = tuple(f"PJSIP/{100 + index}" for index in range(5))


def queue(name: str, waiting: int = 0, offered: int = 0) -> QueueView:
    window = Window(offered=offered)
    oldest = AT - 30 if waiting else None
    return QueueView(
        name,
        waiting,
        30.0 if waiting else 0.0,
        oldest,
        40.0,
        20.0,
        0.8,
        SeatCounts(),
        window,
        window,
        window,
        window,
    )


def seat(name: str, status: str = "ready", queue: str = "support", team: str = "A") -> SeatView:
    return SeatView(
        name,
        name + " agent",
        "",
        "1",
        team,
        "agent",
        status,
        "",
        "",
        AT - 60,
        False,
        None,
        "idle",
        "",
        "",
        "13812342071" if status == "on_call" else "",
        (Membership(queue),),
        SeatDay(),
    )


def view(at: float = AT, **parts: object) -> FloorView:
    """A small calm floor; ``parts`` replace its parts."""
    calm = FloorView(
        "main", at, AT - 3600, queue(""), tuple(map(queue, QUEUES)), tuple(map(seat, SEATS)), (), (), ()
    )
    return replace(calm, **parts)


def caller(call: str, queue: str = "support") -> CallerView:
    return CallerView(call, queue, AT - 30, 1, "13812342071", "caller 13812342071")


def abandon(call: str, queue: str = "support") -> AbandonView:
    return AbandonView(call, queue, AT - 5, 12.0, "13812342071")


_windows = st.builds(
    Window,
    offered=st.integers(0, 3),
    answered=st.integers(0, 3),
    occupancy=st.none() | st.floats(0, 1),
    aht_s=st.none() | st.floats(0, 300),
    service_level=st.none() | st.sampled_from([0.5, 0.8, 1.0]),
)
_days = st.builds(
    SeatDay,
    handled=st.integers(0, 3),
    ready_s=st.floats(0, 60),
    pause_s=st.dictionaries(st.just("break"), st.floats(0, 60)),
    occupancy=st.none() | st.floats(0, 1),
)


def _queues(name: str) -> st.SearchStrategy[QueueView]:
    return st.builds(
        lambda waiting, age, today, last, wait: replace(
            queue(name, waiting),
            longest_wait_s=age,
            max_wait_today_s=age,
            today=today,
            last_15=last,
            expected_wait_s=wait,
        ),
        st.integers(0, 2),
        st.floats(0, 90),
        _windows,
        _windows,
        st.none() | st.floats(0, 300),
    )


def _seats(name: str) -> st.SearchStrategy[SeatView]:
    statuses = st.sampled_from(["ready", "on_call", "paused"])
    return st.builds(lambda status, day: replace(seat(name, status), day=day), statuses, _days)


def _some(names: tuple[str, ...], make: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.sets(st.sampled_from(names)).flatmap(
        lambda chosen: st.tuples(*(make(name) for name in names if name in chosen))
    )


views = st.builds(
    view,
    at=st.floats(AT, AT + 100),
    floor=_queues(""),
    queues=st.tuples(*map(_queues, QUEUES)),
    seats=_some(SEATS, _seats),
    callers=_some(("a", "b"), lambda call: st.just(caller(call))),
    abandons=_some(("c", "d"), lambda call: st.just(abandon(call))),
    waiting_curve=st.lists(st.tuples(st.just(AT), st.integers(0, 3)), max_size=2).map(tuple),
    blind_since=st.none() | st.just(AT - 9),
)
