"""Whatever the order of events: counts stay sound, no time is lost or doubled, a restart changes nothing."""

from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    FloorSnapshot,
    MemberState,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatHeld,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SourceLost,
    SwitchStarted,
    TalkState,
    WaitingState,
    WrapUpEnded,
    decode,
    encode,
)
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import CallRow, LegRow, SpanRow
from ccfloor.floor.seats import SeatStatus
from ccfloor.floor.state import Floor

T0 = 1_780_000_000.0
CONFIG = FloorConfig(queues={"q1": QueueInfo("q1", targets=(QueueTarget(wrap_up_s=5.0),))})

calls = st.sampled_from(["c1", "c2", "c3", "c4"])
queues = st.sampled_from(["q1", "q2"])
seats = st.sampled_from(["s1", "s2", "s3", "Agent/s3"])
seconds = st.floats(0, 40)
exits = st.sampled_from(
    [Outcome.ABANDONED, Outcome.TIMED_OUT, Outcome.KEY_EXIT, Outcome.WITHDRAWN, Outcome.LEFT_EMPTY]
)


def kind(cls: type, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[AnyEvent]:
    return st.builds(cls, at=st.just(T0), **fields)


snapshots = kind(
    FloorSnapshot,
    waiting=st.lists(st.builds(WaitingState, calls, queues, st.just(1), seconds), max_size=2).map(tuple),
    talking=st.lists(st.builds(TalkState, calls, queues, seats), max_size=2).map(tuple),
    members=st.lists(
        st.builds(MemberState, seats, queues, device=st.sampled_from(list(Device)), paused=st.booleans()),
        max_size=3,
    ).map(tuple),
    restarted=st.booleans(),
)
events = st.one_of(
    kind(CallJoined, call=calls, queue=queues, number=st.just("13812342071")),
    kind(CallJoined, call=calls, queue=queues),
    kind(CallRang, call=calls, queue=queues, seat=seats),
    kind(
        RingEnded,
        call=calls,
        queue=queues,
        seat=seats,
        result=st.sampled_from(list(RingResult)),
        ring_s=seconds,
    ),
    kind(CallDequeued, call=calls, queue=queues),
    kind(CallAnswered, call=calls, queue=queues, seat=seats, wait_s=st.none() | seconds),
    kind(CallAnswered, call=calls, queue=queues, seat=seats),
    kind(CallLeft, call=calls, queue=queues, outcome=exits, wait_s=st.none() | seconds),
    kind(CallEnded, call=calls | st.just(""), queue=queues, seat=seats, talk_s=st.none() | seconds),
    kind(SeatJoined, seat=seats, queue=queues, agent=st.sampled_from(["", "Ann", "王芳"])),
    kind(SeatLeft, seat=seats, queue=queues),
    kind(SeatPaused, seat=seats, queue=queues | st.just(""), paused=st.booleans(), reason=st.just("break")),
    kind(SeatDevice, seat=seats, device=st.sampled_from(list(Device))),
    kind(SeatHeld, seat=seats, held=st.booleans()),
    kind(WrapUpEnded, seat=seats),
    kind(SourceLost),
    kind(SwitchStarted),
    snapshots,
)
Step = tuple[AnyEvent, float, bool, bool]
steps = st.lists(st.tuples(events, st.floats(-3, 30), st.booleans(), st.booleans()), max_size=60)


def stream(told: list[Step]) -> list[tuple[AnyEvent, int, bool]]:
    """Events with instants that mostly grow (and sometimes jump back), some of them told twice."""
    at, made = T0, []
    for event, later, log, twice in told:
        at = max(T0, at + later)
        moved = msgspec.structs.replace(event, at=at)
        log = log and not isinstance(event, (FloorSnapshot, SourceLost))
        made += [(moved, len(made) + 1, log)] * (2 if twice else 1)
    return [(event, position, log) for position, (event, _, log) in enumerate(made, 1)]


class Stored:
    """What a store would hold after any number of ledgers."""

    def __init__(self) -> None:
        self.calls: dict[tuple[int, int], CallRow] = {}
        self.legs: dict[tuple[int, int, int], LegRow] = {}
        self.spans: list[SpanRow] = []
        self.counts: dict[tuple[str, int], list[int]] = {}
        self.agents: dict[tuple[str, int], list[int]] = {}

    def add(self, floor: Floor) -> None:
        ledger = floor.take()
        self.calls |= {key: msgspec.structs.replace(row) for key, row in ledger.calls.items()}
        self.legs |= {key: msgspec.structs.replace(row) for key, row in ledger.legs.items()}
        self.spans += ledger.spans
        for held, deltas in ((self.counts, ledger.queue_deltas), (self.agents, ledger.agent_deltas)):
            for key, vector in deltas.items():
                held[key] = [a + b for a, b in zip(held.get(key, [0] * len(vector)), vector, strict=True)]

    def plain(self) -> tuple[object, ...]:
        counts = {key: vector for key, vector in self.counts.items() if any(vector)}
        agents = {key: vector for key, vector in self.agents.items() if any(vector)}
        return (
            msgspec.to_builtins(list(self.calls.values())),
            msgspec.to_builtins(self.spans),
            counts,
            agents,
        )


def run(
    told: list[tuple[AnyEvent, int, bool]], cuts: set[int], *, live: bool = True, restart: bool = False
) -> Stored:
    floor, stored = Floor(CONFIG, live=live), Stored()
    for event, position, log in told:
        floor.apply(event, 1, position, log=log)
        if position in cuts:
            stored.add(floor)
            if live:
                floor.view(floor.at + 100)
            if restart:
                floor = Floor.load(CONFIG, floor.dump(), live=live)
    stored.add(floor)
    return stored


def check_sound(floor: Floor) -> None:
    view = floor.view(floor.at)
    for queue in (*view.queues, view.floor):
        for window in (queue.today, queue.last_15, queue.last_30, queue.interval):
            numbers = msgspec.to_builtins(window)
            assert all(value >= 0 for value in numbers.values() if isinstance(value, (int, float))), numbers
            shares = [
                *window.sl_variants.values(),
                window.occupancy,
                window.abandon_rate,
                window.connect_rate,
            ]
            assert all(share is None or 0 <= share <= 1 for share in shares), numbers
        assert queue.waiting >= 0
    held = [seat.visit for seat in floor.seats() if seat.visit is not None]
    assert len(held) == len(set(held)), "no caller talks to two seats"
    assert view.floor.waiting == len(view.callers) == floor.waiting_now


@settings(max_examples=120, deadline=None)
@given(steps)
def test_any_stream_leaves_the_floor_sound(told: list[Step]) -> None:
    floor = Floor(CONFIG)
    for event, position, log in stream(told):
        floor.apply(event, 1, position, log=log)
        check_sound(floor)


@settings(max_examples=120, deadline=None)
@given(steps, st.sets(st.integers(1, 120)))
def test_any_cut_into_batches_stores_the_same(told: list[Step], cuts: set[int]) -> None:
    events_told = stream(told)
    assert run(events_told, cuts).plain() == run(events_told, set()).plain()


@settings(max_examples=120, deadline=None)
@given(steps, st.sets(st.integers(1, 120)))
def test_restarts_change_nothing(told: list[Step], cuts: set[int]) -> None:
    events_told = stream(told)
    assert run(events_told, cuts, restart=True).plain() == run(events_told, set()).plain()


@settings(max_examples=120, deadline=None)
@given(steps)
def test_a_restarted_floor_shows_the_same_view(told: list[Step]) -> None:
    floor = Floor(CONFIG)
    for event, position, log in stream(told):
        floor.apply(event, 1, position, log=log)
    floor.take()
    again = Floor.load(CONFIG, floor.dump())
    later = floor.at + 20
    assert msgspec.to_builtins(again.view(later)) == msgspec.to_builtins(floor.view(later))


@settings(max_examples=120, deadline=None)
@given(steps)
def test_stored_counts_are_those_of_the_stored_calls(told: list[Step]) -> None:
    stored = run(stream(told), set())
    summed = [sum(column) for column in zip(*stored.counts.values(), strict=True)] or [0] * len(FIELDS)
    named = dict(zip(FIELDS, summed, strict=True))
    outcomes = [row.outcome for row in stored.calls.values()]
    refused = outcomes.count(Outcome.REFUSED_FULL) + outcomes.count(Outcome.REFUSED_EMPTY)
    assert min(summed) >= 0
    assert named["offered"] == len(outcomes) - refused
    assert named["answered"] == outcomes.count(Outcome.ANSWERED)
    assert named["abandoned"] == outcomes.count(Outcome.ABANDONED)
    assert named["lost"] == outcomes.count(Outcome.LOST)
    assert named["talk_ms"] == sum(row.talk_ms for row in stored.calls.values() if row.ended_at)


@settings(max_examples=120, deadline=None)
@given(steps)
def test_a_seats_spans_never_overlap_and_sum_to_its_intervals(told: list[Step]) -> None:
    stored = run(stream(told), set())
    by_seat: dict[str, list[SpanRow]] = {}
    for span in stored.spans:
        by_seat.setdefault(span.seat, []).append(span)
        assert span.end > span.start
        assert span.status in set(SeatStatus)
    for spans in by_seat.values():
        spans.sort(key=lambda span: span.start)
        assert all(first.end <= second.start for first, second in pairwise(spans))
    spent = sum(round(span.end * 1000) - round(span.start * 1000) for span in stored.spans)
    assert spent == sum(sum(vector[7:]) for vector in stored.agents.values())


@settings(max_examples=120, deadline=None)
@given(steps)
def test_a_ledger_only_floor_stores_what_a_live_one_does(told: list[Step]) -> None:
    events_told = stream(told)
    assert run(events_told, set(), live=False).plain() == run(events_told, set()).plain()


@settings(max_examples=120, deadline=None)
@given(events)
def test_an_event_survives_the_journal(event: AnyEvent) -> None:
    assert decode(encode(event)) == event
