"""queue_logs through the Floor: the figures a supervisor would read, from the first line to the last."""

from collections import Counter
from pathlib import Path

from ccfloor.acd.queue_log_blocks import parse_body
from ccfloor.acd.queue_log_files import read_blocks
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.metrics import Counts, add_vectors, counts
from ccfloor.floor.records import CallRow, Ledger
from ccfloor.floor.state import Floor

FIXTURES = Path(__file__).parents[1] / "fixtures"
T0 = 1795282800


def played(body: bytes, floor: Floor | None = None) -> Floor:
    floor = floor or Floor(FloorConfig(zone="UTC"), live=True)
    for position, event in parse_body(body, 0, 1).events:
        floor.apply(event, 1, position, log=True)
    return floor


def story(*lines: str) -> Floor:
    """Lines with seconds after the start in place of the epoch."""
    told = (line.split("|", 1) for line in lines)
    return played("".join(f"{T0 + int(at)}|{rest}\n" for at, rest in told).encode())


def ledger_of(path: Path) -> Ledger:
    floor = Floor(FloorConfig(zone="UTC"), live=False)
    for block in read_blocks(path):
        for position, event in block.events:
            floor.apply(event, 1, position, log=True)
    return floor.take()


def totals(ledger: Ledger, queue: str = "") -> Counts:
    return counts(
        add_vectors(vector for (name, _), vector in ledger.queue_deltas.items() if queue in ("", name))
    )


def calls(floor: Floor) -> list[CallRow]:
    return list(floor.take().calls.values())


# -- real logs ---------------------------------------------------------------------------------------

BALANCE = {  # offered, answered, abandoned, timed out, key exits, withdrawn, transferred out
    "complaints": (39, 30, 8, 0, 0, 1, 1),
    "sales": (107, 58, 32, 9, 4, 4, 2),
    "support": (196, 116, 69, 5, 4, 2, 5),
    "vip": (45, 39, 5, 0, 1, 0, 0),
}


def test_a_recorded_run_of_asterisk_balances_queue_by_queue() -> None:
    ledger = ledger_of(FIXTURES / "queue_log_run_a.gz")
    for queue, wanted in BALANCE.items():
        c = totals(ledger, queue)
        got = (c.offered, c.answered, c.abandoned, c.timed_out, c.key_exit, c.withdrawn, c.transferred_out)
        assert got == wanted, queue
    assert totals(ledger).open == totals(ledger).lost == 0
    ends = Counter(call.ended_by for call in ledger.calls.values() if call.outcome is Outcome.ANSWERED)
    assert ends == {
        EndedBy.AGENT: 129,
        EndedBy.CALLER: 106,
        EndedBy.BLIND_TRANSFER: 4,
        EndedBy.ATTENDED_TRANSFER: 4,
    }


def test_a_banks_morning_gives_the_figures_computed_by_others() -> None:
    ledger = ledger_of(FIXTURES / "queue_log_bank_morning")
    c = totals(ledger)
    assert (c.offered, c.answered, c.abandoned) == (51, 47, 4)
    assert (c.answered_in_t, c.abandoned_in_t) == (44, 3)
    assert c.talk_ms == (113 + 1913 + 3155) * 1000
    assert max(ledger.max_wait_ms.values()) == 134_000


# -- stories -----------------------------------------------------------------------------------------


def test_exitempty_written_twice_is_one_caller_who_left() -> None:
    """Asterisk 11 writes the line twice."""
    floor = story(
        "0|1.0|complaints|NONE|ENTERQUEUE||139|1",
        "9|1.0|complaints|NONE|EXITEMPTY|1|1|9",
        "9|1.0|complaints|NONE|EXITEMPTY|1|1|9",
    )
    ledger = floor.take()
    c = totals(ledger)
    assert (c.offered, c.left_empty, c.abandoned) == (1, 1, 0)
    assert len(ledger.calls) == 1


def test_a_log_that_starts_in_mid_call_still_counts_the_conversation() -> None:
    floor = story("0|1.0|sales|Eve|COMPLETECALLER|7|100|1", "5|2.0|sales|NONE|ENTERQUEUE||139|1")
    rows = {row.call: row for row in calls(floor)}
    assert set(rows) == {"1.0", "2.0"}
    assert (rows["1.0"].talk_ms, rows["1.0"].wait_ms) == (100_000, 7_000)
    assert rows["1.0"].entered_at == T0 - 107


def test_an_attended_transfer_into_a_queue_connects_without_having_entered() -> None:
    floor = story("20|1.0|sales|Eve|CONNECT|8|1.1|3", "50|1.0|sales|Eve|COMPLETEAGENT|8|30|1")
    (row,) = calls(floor)
    assert (row.outcome, row.entered_at, row.wait_ms, row.talk_ms) == (
        Outcome.ANSWERED,
        T0 + 12,
        8_000,
        30_000,
    )


def test_one_caller_through_several_queues_is_one_visit_to_each() -> None:
    floor = story(
        "0|1.0|sales|NONE|ENTERQUEUE||139|1",
        "30|1.0|sales|NONE|EXITWITHTIMEOUT|1|1|30",
        "30|1.0|support|NONE|ENTERQUEUE||139|1",
        "40|1.0|support|NONE|EXITWITHKEY|2|1|1|10",
        "40|1.0|sales|NONE|ENTERQUEUE||139|1",
        "45|1.0|sales|Eve|CONNECT|5|1.1|2",
        "65|1.0|sales|Eve|BLINDTRANSFER|6001|agents|5|20|1",
    )
    rows = sorted(calls(floor), key=lambda row: row.position)
    assert [(row.queue, row.outcome) for row in rows] == [
        ("sales", Outcome.TIMED_OUT),
        ("support", Outcome.KEY_EXIT),
        ("sales", Outcome.ANSWERED),
    ]
    assert (rows[1].key, rows[2].target, rows[2].talk_ms) == ("2", "6001@agents", 20_000)


def test_a_pause_of_all_queues_and_of_one() -> None:
    members = [f"0|MANAGER|{queue}|Eve|ADDMEMBER|" for queue in ("sales", "vip")]
    alone = story(*members, "5|NONE|sales|Eve|PAUSE|lunch")
    everywhere = story(
        *members,
        "5|NONE|NONE|Eve|PAUSEALL|lunch",
        "5|NONE|sales|Eve|PAUSE|lunch",
        "5|NONE|vip|Eve|PAUSE|lunch",
    )
    assert [paused_queues(floor) for floor in (alone, everywhere)] == [["sales"], ["sales", "vip"]]
    back = played(f"{T0 + 9}|NONE|NONE|Eve|UNPAUSEALL|\n".encode(), everywhere)
    assert paused_queues(back) == []


def paused_queues(floor: Floor) -> list[str]:
    (seat,) = floor.view(T0 + 20).seats
    return sorted(member.queue for member in seat.queues if member.paused)


def test_what_was_open_before_the_window_begins_is_seen_in_it() -> None:
    """Signed on and paused hours before the period one looks at."""
    floor = story("0|MANAGER|sales|Eve|ADDMEMBER|", "5|NONE|sales|Eve|PAUSE|lunch")
    (seat,) = floor.view(T0 + 7200).seats
    assert (seat.status, seat.since, seat.reason_text) == ("paused", T0 + 5, "lunch")


def test_several_seats_ringing_in_vain_in_one_second_are_each_told() -> None:
    floor = story(
        "0|1.0|vip|NONE|ENTERQUEUE||139|1",
        *[f"8|1.0|vip|{seat}|RINGNOANSWER|8000" for seat in ("Eve", "Bob", "王芳")],
        "9|1.0|vip|Li|RINGNOANSWER|0",
        "10|1.0|vip|NONE|ABANDON|1|1|10",
    )
    ledger = floor.take()
    assert totals(ledger).rona == 3
    assert sorted(leg.seat for leg in ledger.legs.values() if leg.result == "no_answer") == [
        "Bob",
        "Eve",
        "王芳",
    ]


def test_a_clock_that_jumps_back_leaves_the_counts_whole() -> None:
    floor = story(
        "9000|1.0|sales|NONE|ENTERQUEUE||139|1",
        "9010|1.0|sales|Eve|CONNECT|10|1.1|3",
        "20|1.0|sales|Eve|COMPLETECALLER|10|-8990|1",
        "30|2.0|sales|NONE|ENTERQUEUE||139|1",
        "35|2.0|sales|NONE|ABANDON|1|1|5",
    )
    c = totals(floor.take())
    assert (c.offered, c.answered, c.abandoned, c.open) == (2, 1, 1, 0)
    assert c.talk_ms >= 0 and c.wait_answered_ms == 10_000
