"""The history of queues, against plain counting: the week by half hours, waits, callers, transfers."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from ccfloor.floor.config import INTERVAL_S, FloorConfig, QueueInfo
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.records import CallRow
from ccfloor.kpi.week import Cell, cells, dates, halves_of
from ccfloor.store import queue_history, queue_moves
from ccfloor.store.metrics_query import metric_rows
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_calls import call, put

VIEWER = Viewer()
ONE_QUEUE = Viewer(queues=frozenset(("hot",)))
CHANGES = (date(2026, 10, 20), date(2026, 11, 3))  # clocks change in Berlin and New York
SPRING = (date(2026, 9, 29), date(2026, 10, 6))  # and on Lord Howe Island, by half an hour
PLACES = [
    (FloorConfig(zone="Europe/Berlin"), CHANGES),
    (FloorConfig(zone="America/New_York", day_start_s=6 * 3600), CHANGES),
    (FloorConfig(zone="Asia/Kathmandu", day_start_s=5400), SPRING),
    (FloorConfig(zone="Australia/Lord_Howe"), SPRING),
]


def everywhere(start: float, end: float) -> Iterator[CallRow]:
    """Callers at all hours: some give up, some in another queue."""
    dice = random.Random(11)
    at, position = start, 0
    while at < end:
        position += 1
        wait = dice.choice((0.0, 3.0, 19.0, 20.0, 21.0, 90.0))
        outcome = dice.choice((Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABANDONED))
        number = f"138{dice.randint(0, 99):08}"
        queue = dice.choice(("hot", "hot", "vip"))
        yield call(position, at, queue, wait, outcome=outcome, number=number)
        at += dice.expovariate(1 / 500)


@pytest.mark.parametrize(("config", "days"), PLACES, ids=[place.zone for place, _ in PLACES])
def test_the_week_is_the_sum_of_its_half_hours(
    engine: Engine, config: FloorConfig, days: tuple[date, date]
) -> None:
    of = dates(config, *days)
    rows = list(everywhere(of.start - 7200, of.end + 7200))
    put(engine, rows)
    wanted: Counter[Cell] = Counter()
    in_time: Counter[Cell] = Counter()
    for at, half, _ in cells(config, of):
        inside = [row for row in rows if half.start <= row.entered_at < half.end]
        wanted[at] += len(inside)
        in_time[at] += sum(row.outcome is Outcome.ANSWERED and row.wait_ms <= 20_000 for row in inside)
    found = queue_history.week_cells(engine, VIEWER, config, "", of)
    assert {at: told["queue.offered"] for at, told in found.items()} == {
        at: n for at, n in wanted.items() if n
    }
    assert {at: told["queue.answered_in_t"] for at, told in found.items()} == {
        at: in_time[at] for at in found
    }
    (whole,) = metric_rows(engine, VIEWER, config, of.start, of.end)
    assert sum(told["queue.offered"] for told in found.values()) == whole["offered"]


def test_the_week_of_one_queue_and_of_a_viewer_of_one(engine: Engine) -> None:
    config = FloorConfig()
    of = dates(config, *CHANGES)
    rows = list(everywhere(of.start, of.end))
    put(engine, rows)
    hot = sum(row.queue == "hot" for row in rows)
    asked = [(VIEWER, "hot"), (ONE_QUEUE, ""), (ONE_QUEUE, "hot"), (ONE_QUEUE, "vip")]
    sums = [
        sum(
            told["queue.offered"]
            for told in queue_history.week_cells(engine, who, config, queue, of).values()
        )
        for who, queue in asked
    ]
    assert sums == [hot, hot, hot, 0]
    ranges = [set(queue_history.range_counts(engine, who, config, queue, of)) for who, queue in asked]
    assert ranges == [{"hot"}, {"hot"}, {"hot"}, set()]


def test_a_cell_opens_its_own_calls_and_days(engine: Engine) -> None:
    config = FloorConfig(zone="Europe/Berlin")
    of = dates(config, *CHANGES)
    rows = list(everywhere(of.start, of.end))
    put(engine, rows)
    halves = halves_of(config, of, Cell(6, 4))  # Sunday 02:00: the hour that comes twice is in it
    assert len(halves) == 3
    wanted = {row.position for row in rows for half in halves if half.start <= row.entered_at < half.end}
    found = queue_history.cell_calls(engine, VIEWER, config, "", halves)
    assert {row.position for row in found} == wanted and len(found) == len(wanted) > 3
    told = queue_history.half_hour_counts(engine, VIEWER, "", halves)
    assert sum(one["queue.offered"] for one in told.values()) == len(wanted)
    assert all("*" in row.number for row in found)
    some = queue_history.cell_calls(engine, VIEWER, config, "", halves, limit=2)
    assert [row.position for row in some] == [row.position for row in found][:2]


def test_the_quantiles_of_waits_are_those_of_the_calls(engine: Engine) -> None:
    config = FloorConfig()
    of = dates(config, *CHANGES)
    rows = [call(n, of.start + n, wait_s=(n * 37 % 211) / 7) for n in range(1, 212)]
    rows += [call(n, of.start + n, wait_s=n / 3, outcome=Outcome.ABANDONED) for n in range(300, 310)]
    put(engine, [*rows, call(999, of.end, wait_s=900.0)])
    shares = (0.005, 0.5, 0.8, 0.9, 0.95, 1.0)
    for outcome in (Outcome.ANSWERED, Outcome.ABANDONED):
        found = queue_history.waits(engine, VIEWER, "", of, outcome, shares)
        ordered = sorted(row.wait_ms for row in rows if row.outcome is outcome)
        assert (found.n, found.longest_ms) == (len(ordered), ordered[-1])
        for share, wait in found.at_share.items():
            assert sum(one <= wait for one in ordered) >= share * len(ordered)
            assert sum(one < wait for one in ordered) < share * len(ordered)
    assert queue_history.waits(engine, VIEWER, "vip", of, Outcome.ANSWERED, shares).n == 0


def test_who_called_most_often(engine: Engine) -> None:
    config = FloorConfig()
    of = dates(config, *CHANGES)
    one, other = "13800001111", "13900002222"
    rows = [call(n, of.start + n, number=one) for n in range(1, 4)]
    rows += [call(n, of.start + n, number=other, outcome=Outcome.ABANDONED) for n in (11, 12)]
    rows += [call(n, of.start + n, number="anonymous") for n in range(20, 30)]
    rows += [
        call(n, of.start + n, queue, number="13600004444", call="on")
        for n, queue in ((30, "hot"), (31, "vip"))
    ]
    rows += [call(40, of.start + 40, number="13700003333"), call(41, of.end + 1, number="13700003333")]
    put(engine, rows)
    found = queue_history.called_again(engine, VIEWER, "", of)
    assert [(a.number, a.calls, a.answered, a.abandoned, a.last) for a in found] == [
        ("138****1111", 3, 3, 0, (1, 3)),
        ("139****2222", 2, 0, 2, (1, 12)),
    ]
    assert queue_history.called_again(engine, VIEWER, "vip", of) == []


def test_seen_days_and_queues(engine: Engine) -> None:
    assert queue_history.seen_days(engine, VIEWER) is None
    start = dates(FloorConfig(), *CHANGES).start
    put(engine, [call(1, start), call(2, start + 5 * 86_400)])
    assert queue_history.seen_days(engine, VIEWER) == (start, start + 5 * 86_400)
    assert start % INTERVAL_S == 0


# -- between queues ----------------------------------------------------------------------------------

QUEUES = FloorConfig(queues={name: QueueInfo(name) for name in ("hot", "vip", "night")})


def by_seat(position: int, at: float, queue: str = "hot", **more: object) -> CallRow:
    return call(position, at, queue, agent="陈思远", ended_by=EndedBy.BLIND_TRANSFER, **more)


def test_where_callers_went(engine: Engine) -> None:
    of = dates(QUEUES, *CHANGES)
    at = of.start
    put(
        engine,
        [
            by_seat(1, at, call="a"),
            call(2, at + 80, "vip", 30.0, call="a"),
            by_seat(3, at + 100, call="b", target="vip"),
            call(4, at + 200, "vip", 10.0, call="b", outcome=Outcome.ABANDONED),
            call(5, at + 300, call="c", outcome=Outcome.TIMED_OUT),
            call(6, at + 400, "night", 50.0, call="c"),
            by_seat(7, at + 500, call="d", target="13800001111@outside"),
            call(8, at + 600, call="e", outcome=Outcome.KEY_EXIT),
            by_seat(9, at + 700, call="f", target="night@queues"),
            call(10, at + 800, call="g"),
            call(11, at + 900, call="h", outcome=Outcome.ABANDONED),
        ],
    )
    found = queue_moves.moves(engine, VIEWER, QUEUES, "", of)
    assert not found.cut and [move.key[1] for move in found.found] == [9, 8, 7, 5, 3, 1]
    assert queue_moves.pairs(found.found) == {
        ("hot", "vip"): queue_moves.Pair(n=2, transfers=2, known=2, answered=1, wait_ms=40_000),
        ("hot", "night"): queue_moves.Pair(n=2, transfers=1, known=1, answered=1, wait_ms=50_000),
        ("hot", ""): queue_moves.Pair(n=2, transfers=1, known=0, answered=0, wait_ms=0),
    }
    outside = next(move for move in found.found if move.key[1] == 7)
    assert outside.target == "138****1111@outside" and outside.next_key is None
    assert queue_moves.moves(engine, VIEWER, QUEUES, "vip", of).found == []


def test_a_queue_out_of_sight_is_not_named(engine: Engine) -> None:
    of = dates(QUEUES, *CHANGES)
    put(
        engine,
        [
            by_seat(1, of.start, call="a"),
            call(2, of.start + 80, "vip", call="a"),
            by_seat(3, of.start + 90, call="b", target="vip"),
        ],
    )
    found = queue_moves.moves(engine, ONE_QUEUE, QUEUES, "", of)
    assert [(move.to, move.next_key) for move in found.found] == [("", None), ("", None)]


def test_a_caller_who_visits_three_queues_moves_twice(engine: Engine) -> None:
    of = dates(QUEUES, *CHANGES)
    rows = [by_seat(n, of.start + 100 * n, queue, call="a") for n, queue in enumerate(("hot", "vip", "hot"))]
    put(engine, [*rows, call(9, of.start + 900, "night", call="a")])
    found = queue_moves.moves(engine, VIEWER, QUEUES, "", of).found
    assert [(move.queue, move.to) for move in found] == [("hot", "night"), ("vip", "hot"), ("hot", "vip")]
