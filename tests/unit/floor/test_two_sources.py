"""The live link and the queue_log tell of the same calls: together they give each call once."""

from ccfloor.floor.events import (
    Device,
    EndedBy,
    FloorSnapshot,
    MemberState,
    Outcome,
    QueueState,
    RingEnded,
    RingResult,
    SourceLost,
    TalkState,
    WaitingState,
)
from ccfloor.floor.state import Floor
from tests.unit.floor.stories import (
    CONFIG,
    T0,
    answer,
    dequeue,
    end,
    join,
    leave,
    member,
    play,
    queue,
    seat,
    totals,
)

LINK = (
    member(0, "P/1", agent="王芳"),
    join(1.4, "a"),
    dequeue(5.3, "a"),
    answer(5.3, "a", "P/1", wait=4),
    join(6.2, "b"),
    leave(46.2, "b", wait=40),
    dequeue(46.2, "b"),
    end(65.9, "a", "P/1", talk=60, by=EndedBy.UNKNOWN),
)
LOG = (
    join(1, "a"),
    answer(5, "a", "王芳", wait=4),
    join(6, "b"),
    leave(46, "b", outcome=Outcome.TIMED_OUT, wait=40),
    end(65, "a", "王芳", talk=60, by=EndedBy.AGENT),
)


def check(floor: Floor) -> None:
    ledger = floor.take()
    rows = {row.call: row for row in ledger.calls.values()}
    assert len(ledger.calls) == 2
    assert (rows["a"].seat, rows["a"].talk_ms, rows["a"].ended_by) == ("P/1", 60_000, EndedBy.AGENT)
    assert rows["b"].outcome is Outcome.TIMED_OUT
    counts = totals(ledger)
    assert (counts["offered"], counts["answered"], counts["abandoned"], counts["timed_out"]) == (2, 1, 0, 1)
    assert floor.repairs == {}


def test_log_after_link() -> None:
    floor = play(Floor(CONFIG), *LINK)
    play(floor, *LOG, log=True, source=2)
    check(floor)


def test_log_and_link_line_by_line() -> None:
    floor = Floor(CONFIG)
    told = [(event.at, 1, event) for event in LINK] + [(event.at + 0.9, 2, event) for event in LOG]
    for number, (_, source, event) in enumerate(sorted(told, key=lambda item: item[:2])):
        floor.apply(event, source, number, log=source == 2)
    check(floor)


def test_link_after_log_as_when_the_log_is_quicker() -> None:
    floor = play(Floor(CONFIG), LINK[0])
    play(floor, *LOG[:1], log=True, source=2)
    assert queue(floor, 2).waiting == 0, "the link drives the present"
    play(floor, *LINK[1:2], start=10)
    assert queue(floor, 2).waiting == 1
    play(floor, *LINK[2:], start=11)
    play(floor, *LOG[1:], log=True, source=2, start=2)
    check(floor)


def test_the_log_fills_what_the_broken_link_missed() -> None:
    floor = play(Floor(CONFIG), *LINK[:2], SourceLost(at=T0 + 2))
    play(floor, *LOG, log=True, source=2)
    assert seat(floor, 66, "P/1").status == "wrap_up", "with the link down the log shows the present"
    ledger = floor.take()
    assert totals(ledger)["offered"] == 2
    assert {row.call: row.outcome.value for row in ledger.calls.values()} == {
        "a": "answered",
        "b": "timed_out",
    }


def test_a_name_learnt_from_a_stored_call_stays_a_name() -> None:
    first = play(Floor(CONFIG), member(0, "P/1", agent="A"), join(1, "a"), answer(4, "a", "P/1"))
    second = Floor(CONFIG, live=False)
    second.recall(play(first, end(20, "a", "P/1"), start=10).take().calls.values())
    play(second, join(30, "b"), answer(33, "b", "A", wait=3), log=True, source=2)
    row = next(row for row in second.take().calls.values() if row.call == "b")
    assert (row.seat, row.agent) == ("P/1", "A")


def test_the_log_knows_an_answer_that_the_link_did_not_see() -> None:
    floor = play(Floor(CONFIG), LINK[0], LINK[1], SourceLost(at=T0 + 2))
    report = FloorSnapshot(at=T0 + 50, talking=(TalkState("a", "hot", "P/1"),), blind_since=T0 + 2)
    play(floor, report, start=10)
    play(floor, *LOG[:2], log=True, source=2)
    (row,) = floor.take().calls.values()
    assert (row.answered_at, row.wait_ms, row.agent) == (T0 + 5, 4000, "王芳")


def test_a_report_that_is_older_than_the_log_opens_no_call_anew() -> None:
    floor = play(Floor(CONFIG), LINK[0], SourceLost(at=T0 + 0.5))
    play(floor, *LOG, log=True, source=2)
    waiting = (WaitingState("b", "hot", 1, 40.0),)
    talking = (TalkState("a", "hot", "P/1"),)
    report = FloorSnapshot(at=T0 + 46.5, waiting=waiting, blind_since=T0 + 0.5)
    play(floor, report, FloorSnapshot(at=T0 + 66, talking=talking, blind_since=T0 + 47), start=10)
    check(floor)


def test_ringings_are_counted_once() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", agent="A"), join(1, "a"))
    missed = RingEnded(at=T0 + 20, call="a", queue="hot", seat="P/1", result=RingResult.NO_ANSWER, ring_s=8)
    again = RingEnded(at=T0 + 20, call="a", queue="hot", seat="A", result=RingResult.NO_ANSWER, ring_s=8)
    play(floor, missed, missed, start=10)
    play(floor, join(1, "a"), again, again, log=True, source=2)
    ledger = floor.take()
    assert totals(ledger)["rona"] == 2
    assert len(ledger.legs) == 2


def test_a_recalled_call_knows_the_ringings_that_were_told() -> None:
    first = play(Floor(CONFIG), member(0, "P/1", agent="A"), join(1, "a"))
    missed = RingEnded(at=T0 + 20, call="a", queue="hot", seat="P/1", result=RingResult.NO_ANSWER, ring_s=8)
    play(first, missed, leave(30, "a"), start=10)
    stored = first.take()
    second = Floor(CONFIG, live=False)
    second.covered = [(T0, T0 + 100)]
    second.recall(stored.calls.values(), stored.legs.values())
    again = RingEnded(at=T0 + 20, call="a", queue="hot", seat="A", result=RingResult.NO_ANSWER, ring_s=8)
    play(second, join(1, "a"), again, leave(30, "a", wait=29), log=True, source=2)
    ledger = second.take()
    assert totals(ledger, totals(stored))["rona"] == 1
    assert set(ledger.legs) <= set(stored.legs)


def test_a_stored_call_is_recalled_and_matched() -> None:
    first = play(Floor(CONFIG), *LINK)
    stored = first.take()
    second = Floor(CONFIG, live=False)
    second.covered = [(T0, T0 + 100)]
    second.recall(stored.calls.values())
    play(second, *LOG, log=True, source=2)
    ledger = second.take()
    counts = totals(ledger, totals(stored))
    assert (counts["offered"], counts["answered"], counts["abandoned"], counts["timed_out"]) == (2, 1, 0, 1)
    assert ledger.spans == [] and set(ledger.calls) == set(stored.calls)
    agents: dict[tuple[str, int], list[int]] = {}
    for deltas in (stored.agent_deltas, ledger.agent_deltas):
        for key, vector in deltas.items():
            agents[key] = [a + b for a, b in zip(agents.get(key, [0] * len(vector)), vector, strict=True)]
    assert sum(vector[0] for vector in agents.values()) == 1


def test_two_links_of_two_switches_tell_of_their_own_queues() -> None:
    """One is lost and comes back with a report: nothing of the other one's is touched."""

    def report(at: float, queue: str, seat: str, **more: object) -> FloorSnapshot:
        members = (MemberState(seat=seat, queue=queue, agent=f"at {seat}", device=Device.IDLE),)
        return FloorSnapshot(at=T0 + at, queues=(QueueState(queue),), members=members, partial=True, **more)

    floor = play(Floor(CONFIG), report(0, "hot", "P/1"), report(1, "vip", "P/2"))
    play(floor, join(2, "a"), join(3, "b", "vip"), answer(5, "b", "P/2", "vip"), start=3)
    play(floor, SourceLost(at=T0 + 6, others=True), start=6)
    view = floor.view(T0 + 7)
    assert view.blind_since is None and queue(floor, 7).waiting == 1
    assert {seat.seat: seat.status for seat in view.seats} == {"P/1": "ready", "P/2": "on_call"}
    play(floor, report(9, "hot", "P/1", blind_since=T0 + 6), start=7)
    view = floor.view(T0 + 10)
    assert {seat.seat: seat.status for seat in view.seats} == {"P/1": "ready", "P/2": "on_call"}
    assert queue(floor, 10).waiting == 0 and seat(floor, 10, "P/2").since == T0 + 5
    rows = {row.call: row for row in floor.take().calls.values()}
    assert rows["a"].outcome is Outcome.LOST and rows["b"].outcome is Outcome.ANSWERED
    assert not rows["b"].repaired and not rows["b"].ended_at
