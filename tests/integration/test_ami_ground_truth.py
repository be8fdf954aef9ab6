"""A recorded Asterisk, held against Asterisk's own answers every ten seconds and its own ledger."""

from collections import Counter

import msgspec
import pytest

from ccfloor.acd.ami_translate import AmiTranslator
from ccfloor.acd.recording import play
from ccfloor.floor.events import CallEnded, FloorSnapshot, SourceLost
from ccfloor.floor.records import CallRow
from ccfloor.floor.state import Floor
from tests.fakes import ami_run
from tests.fakes.ami_run import Told, Variant

BALANCE = {
    "offered": 387,
    "answered": 243,
    "abandoned": 114,
    "timed_out": 14,
    "key_exit": 9,
    "withdrawn": 7,
    "left_empty": 0,
    "refused_full": 7,
    "refused_empty": 1,
    "transferred_out": 8,
    "lost": 0,
    "handled": 243,
}
# without the dialplan's variable a withdrawal looks like a time-out, and refusals leave no trace
NARROW = BALANCE | {"timed_out": 21, "withdrawn": 0, "refused_full": 0, "refused_empty": 0}


def everything(stream: list[Told]) -> list[Told]:
    return stream


def narrow(stream: list[Told]) -> list[Told]:
    """As it is heard where filters are not allowed: the classes agent, call and system alone."""
    return list(ami_run.without(stream, "VarSet", "Newexten", "DTMFEnd", "RTCPSent"))


def stamped_ahead(stream: list[Told]) -> list[Told]:
    return list(ami_run.stamped(stream))


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (everything, BALANCE),
        (narrow, NARROW),
        (stamped_ahead, BALANCE),
        (ami_run.as_13, BALANCE),
        (ami_run.as_11, BALANCE),
    ],
)
def test_every_poll_and_the_balance_agree(variant: Variant, expected: dict[str, int]) -> None:
    floor, translator = ami_run.new_floor(), AmiTranslator()
    translator.opened()
    held, found = ami_run.compare(variant(ami_run.told()), floor, translator, ami_run.polls())
    assert found == []
    assert held == len(ami_run.polls()) == 71
    assert ami_run.totals(floor) == expected
    assert floor.repairs == {}


@pytest.mark.parametrize("variant", [everything, stamped_ahead, ami_run.as_13, ami_run.as_11])
@pytest.mark.parametrize("number", [9, 33, 58])
def test_a_reset_of_the_switchs_counters_changes_none_of_ours(number: int, variant: Variant) -> None:
    """QueueReset and a reload in the middle, calls waiting and talking: nothing is forgotten or doubled."""
    start = ami_run.polls()[number].after
    floor, translator = ami_run.new_floor(), AmiTranslator()
    translator.opened()
    stream = variant(ami_run.reset(ami_run.told(), start))
    held, found = ami_run.compare(stream, floor, translator, ami_run.polls())
    assert (held, found) == (71, [])
    assert ami_run.totals(floor) == BALANCE and floor.repairs == {}
    whole = ami_run.new_floor()
    for position, event in enumerate(ami_run.events_of(variant(ami_run.told())), 1):
        whole.apply(event, 1, position)  # type: ignore[arg-type]
    assert spoken(floor) == spoken(whole)


def spoken(floor: Floor) -> list[tuple[object, ...]]:
    """What is known of every call, without the places of the events that told it."""
    rows = (msgspec.structs.asdict(row) for row in rows_of(floor))
    return sorted(tuple(row[name] for name in row if name not in ("source", "position")) for row in rows)


def test_a_reset_while_the_link_is_lost() -> None:
    """What comes back reports counters of zero: the calls before the loss keep what they had."""
    poll = ami_run.polls()[20]
    stream = list(ami_run.reset(ami_run.told(), poll.before - 1.0))
    zeroed = [
        event | ({"CallsTaken": "0", "LastCall": "0"} if event["Event"] == "QueueMember" else {})
        for event in poll.events
    ]
    first, second = ami_run.cut(stream, poll.before - 2.0, poll._replace(events=zeroed))
    floor, translator = ami_run.new_floor(), AmiTranslator()
    translator.opened()
    ami_run.compare(first, floor, translator, ())
    for event in translator.closed("ami_lost"):
        floor.apply(event, 1, floor.events + 1)  # type: ignore[arg-type]
    before = {row.call: row.talk_ms for row in rows_of(floor) if row.ended_at}
    translator.opened()
    held, found = ami_run.compare(second, floor, translator, ami_run.polls()[21:])
    assert found == [] and held == len(ami_run.polls()) - 21
    after = {row.call: row.talk_ms for row in rows_of(floor)}
    assert {call: after[call] for call in before} == before and len(before) > 50


def test_waits_and_talks_are_the_switchs_own_numbers() -> None:
    events = ami_run.events_of(ami_run.told())
    talks = sum(event.talk_s or 0 for event in events if isinstance(event, CallEnded))
    ended = Counter(event.by.value for event in events if isinstance(event, CallEnded))
    assert ended == {"caller": 106, "agent": 129, "blind_transfer": 4, "attended_transfer": 4}
    completes = [m for _, m in ami_run.told() if m.get("Event") == "AgentComplete"]
    assert talks == sum(int(message["TalkTime"]) for message in completes)


def test_a_switch_clock_that_is_off_is_kept_and_told() -> None:
    """Events carry the switch's own time; only the first report has no stamp and comes by our clock."""
    translator = AmiTranslator()
    translator.opened()
    stream = ami_run.stamped(ami_run.told(), skew_s=30.0)
    events = [event for at, message in stream for event in translator.feed(message, at)]
    joined = [event.at for event in events if event.__class__.__name__ == "CallJoined"]
    first = next(at for at, message in ami_run.told() if message.get("Event") == "QueueCallerJoin")
    assert joined[0] == pytest.approx(first, abs=0.001)
    assert translator.skew_s == pytest.approx(30.0, abs=0.001)


@pytest.mark.parametrize("variant", [everything, stamped_ahead, ami_run.as_13, ami_run.as_11])
@pytest.mark.parametrize("gap", [(16, 18), (30, 36), (41, 42)])
def test_a_cut_link_resynchronizes(gap: tuple[int, int], variant: Variant) -> None:
    """Nothing is heard between two polls: from the second on, the floor is right again."""
    lost, back = (ami_run.polls()[index] for index in gap)
    first, second = ami_run.cut(ami_run.told(), lost.before - 3.0, back)
    floor, translator = ami_run.new_floor(), AmiTranslator()
    translator.opened()
    ami_run.compare(variant(first), floor, translator, ())
    for event in translator.closed("ami_lost"):
        floor.apply(event, 1, floor.events + 1)  # type: ignore[arg-type]
    assert floor.view(floor.at).blind_since == pytest.approx(first[-1].at, abs=0.01)
    translator.opened()
    rest, told = ami_run.polls()[gap[1] + 1 :], variant is not ami_run.as_11  # 11 reports no reasons
    held, found = ami_run.compare(variant(second), floor, translator, rest, told)
    assert found == []
    assert held == len(ami_run.polls()) - gap[1] - 1
    seen = ami_run.totals(floor)
    assert seen["offered"] <= BALANCE["offered"]
    assert seen["answered"] + seen["abandoned"] + seen["timed_out"] + seen["lost"] <= seen["offered"]
    assert not [row for row in rows_of(floor) if not row.final]


def test_conversations_go_on_across_a_cut_link() -> None:
    """Who talks before and after the gap is the same conversation, with the switch's own talk time."""
    poll = ami_run.polls()[20]
    stream = ami_run.told()
    first, second = ami_run.cut(stream, poll.before - 2.0, poll)
    floor, translator = ami_run.new_floor(), AmiTranslator()
    translator.opened()
    ami_run.compare(first, floor, translator, ())
    open_before = {row.call for row in rows_of(floor) if row.answered_at and not row.ended_at}
    for event in translator.closed("ami_lost"):
        floor.apply(event, 1, floor.events + 1)  # type: ignore[arg-type]
    translator.opened()
    ami_run.compare(second, floor, translator, ())
    still = {c["Uniqueid"] for c in ami_run.channels_at(stream, poll.after)}
    both = open_before & still
    assert len(both) >= 4
    talks = {m["Uniqueid"]: int(m["TalkTime"]) for _, m in stream if m.get("TalkTime") and "Uniqueid" in m}
    rows = {row.call: row for row in rows_of(floor) if row.call in both}
    assert [call for call in both if rows[call].repaired] == []
    assert {c: (r.talk_ms + r.hold_ms) // 1000 for c, r in rows.items()} == {c: talks[c] for c in both}


def test_the_recording_connector_gives_the_same_events() -> None:
    complaints: list[str] = []
    played = list(play([ami_run.RAW], ami_run.ARRIVALS, lambda place, *_: complaints.append(place)))
    assert [one.event for one in played] == ami_run.events_of(ami_run.told())
    assert [one.position for one in played] == list(range(1, len(played) + 1))
    assert isinstance(played[0].event, FloorSnapshot)
    assert not any(isinstance(one.event, SourceLost) for one in played)
    assert complaints == []


def rows_of(floor: Floor) -> list[CallRow]:
    """Every call at hand, as the store would get it."""
    return [visit.row for visit in floor.book.visits.values()]
