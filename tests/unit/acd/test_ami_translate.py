"""What Asterisk's messages mean: orders of events that a recording shows seldom, and any order at all."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccfloor.acd.ami_translate import AmiTranslator, wanted
from ccfloor.acd.ami_wire import Message
from ccfloor.floor.events import (
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    CallRefused,
    Device,
    EndedBy,
    FloorEvent,
    FloorSnapshot,
    Noted,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatHeld,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SeatSigned,
    SourceLost,
    TalkState,
)
from tests.fakes import ami_run
from tests.fakes.ami_run import block_of, new_floor

T = 1_800_000_000.0
CALL = {"Queue": "support", "Uniqueid": "7.1", "Channel": "PJSIP/trunk-00000001"}
AGENT = {**CALL, "Interface": "PJSIP/101", "MemberName": "Alice"}
DONE = {"Event": "QueueStatusComplete"}
CHANNELS_DONE = {"Event": "CoreShowChannelsComplete"}


def member(seat: str = "PJSIP/101", queue: str = "support", **more: str) -> Message:
    base = {"Event": "QueueMember", "Queue": queue, "Name": "Alice", "Location": seat, "Status": "1"}
    return {**base, "StateInterface": seat, "Paused": "0", "Penalty": "0", **more}


def status(value: str, queue: str = "support", seat: str = "PJSIP/101", **more: str) -> Message:
    return {
        "Event": "QueueMemberStatus",
        "Queue": queue,
        "Interface": seat,
        "MemberName": "Alice",
        "StateInterface": seat,
        "Status": value,
        "Paused": "0",
        **more,
    }


class Line:
    """A translator in mid-session; ``send`` at seconds after T."""

    def __init__(self, *report: Message, channels: Iterable[Message] = ()) -> None:
        self.translator = AmiTranslator()
        self.translator.opened()
        begin = [{"Event": "QueueParams", "Queue": "support"}, *report, DONE, *channels, CHANNELS_DONE]
        self.begin = [event for message in begin for event in self.translator.feed(message, T)]

    def send(self, at: float, event: str, **fields: str) -> list[FloorEvent]:
        return self.translator.feed({"Event": event, **fields}, T + at)

    def tell(self, at: float, message: Message) -> list[FloorEvent]:
        return self.translator.feed(message, T + at)


def kinds(events: Iterable[FloorEvent]) -> list[type]:
    return [type(event) for event in events]


def outcomes(events: Iterable[FloorEvent]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, CallLeft)]


# -- how a visit ends ----------------------------------------------------------------------------------


def test_a_served_call_leaves_before_it_is_answered() -> None:
    line = Line(member())
    line.send(
        0, "QueueCallerJoin", **CALL, Count="1", Linkedid="7.1", CallerIDNum="138", CallerIDName="<unknown>"
    )
    line.send(1, "AgentCalled", **AGENT)
    left = line.send(4, "QueueCallerLeave", **CALL, Count="0")
    won = line.send(4, "AgentConnect", **AGENT, HoldTime="4", RingTime="3")
    over = line.send(20, "AgentComplete", **AGENT, HoldTime="4", TalkTime="16", Reason="caller")
    assert left == [CallDequeued(at=T + 4, call="7.1", queue="support", count=0)]
    assert won == [CallAnswered(at=T + 4, call="7.1", queue="support", seat="PJSIP/101", wait_s=4, ring_s=3)]
    assert over == [
        CallEnded(
            at=T + 20,
            call="7.1",
            queue="support",
            seat="PJSIP/101",
            by=EndedBy.CALLER,
            talk_s=16,
            wait_s=4,
        )
    ]
    assert outcomes(line.translator.tick(T + 60)) == []


def test_an_abandon_after_a_hangup_request_is_one_at_once() -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(5, "HangupRequest", **CALL)
    given_up = line.send(5, "QueueCallerAbandon", **CALL, HoldTime="5", Position="2")
    assert given_up == [
        CallLeft(at=T + 5, call="7.1", queue="support", outcome=Outcome.ABANDONED, wait_s=5, position=2)
    ]
    assert line.send(5, "QueueCallerLeave", **CALL, Count="0") == []


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("TIMEOUT", Outcome.TIMED_OUT),
        ("WITHDRAW", Outcome.WITHDRAWN),
        ("LEAVEEMPTY", Outcome.LEFT_EMPTY),
        ("LEAVEUNAVAIL", Outcome.LEFT_EMPTY),
    ],
)
def test_the_dialplan_tells_what_an_abandon_was(value: str, outcome: Outcome) -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    assert line.send(9, "QueueCallerAbandon", **CALL, HoldTime="9") == []
    assert kinds(line.send(9, "QueueCallerLeave", **CALL, Count="0")) == [CallDequeued]
    told = line.send(9, "VarSet", Uniqueid="7.1", Variable="QUEUESTATUS", Value=value)
    assert outcomes(told) == [outcome]


def test_the_dialplan_corrects_what_was_said_before() -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(8, "HangupRequest", **CALL)
    first = line.send(9, "QueueCallerAbandon", **CALL, HoldTime="9")
    again = line.send(9, "VarSet", Uniqueid="7.1", Variable="QUEUESTATUS", Value="TIMEOUT")
    assert outcomes(first + again) == [Outcome.ABANDONED, Outcome.TIMED_OUT]
    assert line.send(9, "VarSet", Uniqueid="7.1", Variable="QUEUESTATUS", Value="TIMEOUT") == []


def test_an_abandon_without_a_hangup_is_a_timeout() -> None:
    """The dialplan is not visible; hang-ups are, and this caller's channel lives on."""
    line = Line(member())
    line.send(0, "Hangup", Uniqueid="1.1", Channel="PJSIP/trunk-00000009")
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(9, "QueueCallerAbandon", **CALL, HoldTime="9")
    line.send(9, "QueueCallerLeave", **CALL, Count="0")
    assert line.translator.tick(T + 10) == []
    assert outcomes(line.translator.tick(T + 11)) == [Outcome.TIMED_OUT]


def test_an_abandon_in_a_queue_nobody_serves_is_a_left_empty() -> None:
    line = Line(member(Paused="1", PausedReason="meeting"), member("PJSIP/102", Status="5"))
    line.send(0, "Hangup", Uniqueid="1.1", Channel="PJSIP/trunk-00000009")
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(9, "QueueCallerAbandon", **CALL, HoldTime="9")
    assert outcomes(line.translator.tick(T + 11)) == [Outcome.LEFT_EMPTY]


def test_without_the_class_call_an_abandon_is_an_abandon() -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(9, "QueueCallerAbandon", **CALL, HoldTime="9")
    assert outcomes(line.translator.tick(T + 11)) == [Outcome.ABANDONED]


def test_a_driver_that_never_asks_before_it_hangs_up() -> None:
    line = Line(member())
    call = {**CALL, "Channel": "DAHDI/1-1"}
    line.send(0, "QueueCallerJoin", **call)
    line.send(9, "QueueCallerAbandon", **call, HoldTime="9")
    assert outcomes(line.send(9.01, "Hangup", Uniqueid="7.1", Channel="DAHDI/1-1")) == [Outcome.ABANDONED]


def test_a_leave_alone_is_a_key_exit_decided_by_the_next_queue() -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(3, "DTMFEnd", Uniqueid="7.1", Digit="2")
    line.send(3, "QueueCallerLeave", **CALL, Count="0", Position="1")
    moved = line.send(3.2, "QueueCallerJoin", **{**CALL, "Queue": "vip"})
    assert moved[0] == CallLeft(
        at=T + 3, call="7.1", queue="support", outcome=Outcome.KEY_EXIT, wait_s=3, key="2", position=1
    )
    assert kinds(moved) == [CallLeft, CallJoined]


def test_a_leave_alone_is_a_key_exit_after_a_while() -> None:
    line = Line(member())
    line.send(0.9, "QueueCallerJoin", **CALL)
    line.send(4.1, "QueueCallerLeave", **CALL)
    assert line.tell(5, status("1")) == []
    (left,) = line.tell(6, status("1"))
    assert left == CallLeft(at=T + 4.1, call="7.1", queue="support", outcome=Outcome.KEY_EXIT, wait_s=4)


def test_a_seat_that_hears_an_announcement_first_is_waited_for() -> None:
    """The member's dialplan may run for seconds between the leaving and the connecting."""
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(1, "AgentCalled", **AGENT)
    line.tell(1, status("6"))
    line.tell(3, status("2"))
    line.send(3, "QueueCallerLeave", **CALL)
    assert line.translator.tick(T + 9) == []
    assert kinds(line.send(10, "AgentConnect", **AGENT, HoldTime="3", RingTime="2")) == [CallAnswered]


@pytest.mark.parametrize(
    ("value", "outcome"), [("FULL", Outcome.REFUSED_FULL), ("JOINEMPTY", Outcome.REFUSED_EMPTY)]
)
def test_a_refused_call_is_told_by_the_dialplan_alone(value: str, outcome: Outcome) -> None:
    line = Line(member())
    line.send(0, "Newexten", Uniqueid="7.1", Application="Queue", AppData="sales,t,,,35")
    said = {
        "Uniqueid": "7.1",
        "Variable": "QUEUESTATUS",
        "Value": value,
        "Exten": "6002",
        "CallerIDNum": "138",
    }
    refused = line.send(0, "VarSet", **said)
    assert refused == [CallRefused(at=T, call="7.1", queue="sales", outcome=outcome, number="138")]
    other = line.send(1, "VarSet", **{**said, "Uniqueid": "7.2"})
    assert other == [CallRefused(at=T + 1, call="7.2", queue="6002", outcome=outcome, number="138")]


def test_the_same_caller_may_come_back_to_the_same_queue() -> None:
    line = Line(member())
    events = []
    for start in (0, 10):
        events += line.send(start, "QueueCallerJoin", **CALL)
        events += line.send(start + 2, "QueueCallerLeave", **CALL)
        events += line.send(start + 2, "AgentConnect", **AGENT)
        events += line.send(start + 5, "AgentComplete", **AGENT, TalkTime="3", Reason="transfer")
    assert kinds(events) == [CallJoined, CallDequeued, CallAnswered, CallEnded] * 2


# -- rings and talks ---------------------------------------------------------------------------------


def test_ring_times_come_in_two_units() -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(0, "AgentCalled", **AGENT)
    (missed,) = line.send(8, "AgentRingNoAnswer", **AGENT, RingTime="8000")
    line.send(9, "AgentCalled", **AGENT)
    (busy,) = line.send(9, "AgentRingNoAnswer", **AGENT, RingTime="0")
    assert isinstance(missed, RingEnded)
    assert (missed.result, missed.ring_s) == (RingResult.NO_ANSWER, 8.0)
    assert isinstance(busy, RingEnded)
    assert (busy.result, busy.ring_s) == (RingResult.REJECTED, 0.0)


def test_the_losers_of_a_ringall_are_cancelled() -> None:
    line = Line(member(), member("PJSIP/102"))
    line.send(0, "QueueCallerJoin", **CALL)
    for seat in ("PJSIP/101", "PJSIP/102"):
        line.send(1, "AgentCalled", **{**AGENT, "Interface": seat})
    events = line.send(3.5, "AgentConnect", **AGENT, HoldTime="3")
    assert events[0] == RingEnded(
        at=T + 3.5,
        call="7.1",
        queue="support",
        seat="PJSIP/102",
        result=RingResult.CANCELED,
        ring_s=2.5,
    )
    assert kinds(events) == [RingEnded, CallAnswered]


def test_a_telephone_that_fell_silent_rings_no_more() -> None:
    line = Line(member())
    line.send(0, "QueueCallerJoin", **CALL)
    line.send(0, "AgentCalled", **AGENT)
    line.tell(0, status("6"))
    line.tell(5, status("1"))
    (canceled,) = line.translator.tick(T + 7)
    assert isinstance(canceled, RingEnded)
    assert (canceled.result, canceled.ring_s) == (RingResult.CANCELED, 5.0)


def test_an_end_without_the_caller_is_found_by_queue_and_seat() -> None:
    line = Line(member())
    line.send(0, "AgentConnect", **AGENT)
    lost = {"Queue": "support", "Interface": "PJSIP/101", "TalkTime": "9", "HoldTime": "2", "Reason": "agent"}
    (ended,) = line.send(9, "AgentComplete", **lost)
    assert isinstance(ended, CallEnded)
    assert (ended.call, ended.by, ended.talk_s) == ("7.1", EndedBy.AGENT, 9)
    (unknown,) = line.send(10, "AgentComplete", **lost)
    assert isinstance(unknown, CallEnded)
    assert unknown.call == ""


@pytest.mark.parametrize(
    ("message", "by", "target"),
    [
        (
            {
                "Event": "BlindTransfer",
                "TransfererChannel": "PJSIP/101-0000000a",
                "TransfereeUniqueid": "7.1",
                "Extension": "6003",
            },
            EndedBy.BLIND_TRANSFER,
            "6003",
        ),
        (
            {
                "Event": "AttendedTransfer",
                "OrigTransfererChannel": "PJSIP/101-0000000a",
                "TransfereeUniqueid": "7.1",
                "TransferTargetCallerIDNum": "112",
            },
            EndedBy.ATTENDED_TRANSFER,
            "112",
        ),
        (
            {
                "Event": "Transfer",
                "TransferType": "Attended",
                "Channel": "PJSIP/101-0000000a",
                "TargetUniqueid": "7.1",
                "TransferExten": "113",
            },
            EndedBy.ATTENDED_TRANSFER,
            "113",
        ),
        ({"Event": "Nothing"}, EndedBy.BLIND_TRANSFER, ""),
    ],
)
def test_transfers_end_the_conversation(message: Message, by: EndedBy, target: str) -> None:
    line = Line(member())
    line.send(0, "AgentConnect", **AGENT)
    line.tell(5, message)
    (ended,) = line.send(5, "AgentComplete", **AGENT, TalkTime="5", Reason="transfer")
    assert isinstance(ended, CallEnded)
    assert (ended.by, ended.target) == (by, target)


# -- seats -------------------------------------------------------------------------------------------


def test_one_change_of_a_device_is_one_event() -> None:
    line = Line(member(), member(queue="vip"))
    events = line.tell(1, status("6")) + line.tell(1, status("6", "vip"))
    assert events == [SeatDevice(at=T + 1, seat="PJSIP/101", device=Device.RINGING, agent="Alice")]


def test_pauses_are_states_and_an_unpause_has_no_reason() -> None:
    line = Line(member())
    pause = {"Queue": "support", "Interface": "PJSIP/101", "MemberName": "Alice", "Paused": "1"}
    back = {**pause, "Paused": "0", "PausedReason": "back"}
    changed = {**pause, "PausedReason": "meeting"}
    first = line.send(1, "QueueMemberPause", **pause, PausedReason="lunch")
    assert first == [
        SeatPaused(at=T + 1, seat="PJSIP/101", queue="support", paused=True, reason="lunch", agent="Alice")
    ]
    assert line.send(2, "QueueMemberPause", **pause, PausedReason="lunch") == []
    (again,) = line.send(3, "QueueMemberPause", **changed)
    assert isinstance(again, SeatPaused)
    assert again.reason == "meeting"
    (unpaused,) = line.send(4, "QueueMemberPause", **back)
    assert isinstance(unpaused, SeatPaused)
    assert (unpaused.paused, unpaused.reason) == (False, "")
    assert line.send(5, "QueueMemberPause", **back) == []


def test_members_come_go_and_change_penalty() -> None:
    line = Line(member())
    added = {"Queue": "vip", "Interface": "PJSIP/101", "MemberName": "Alice", "Status": "1", "Penalty": "2"}
    (joined,) = line.send(1, "QueueMemberAdded", **added, Paused="0")
    assert isinstance(joined, SeatJoined)
    assert (joined.queue, joined.penalty, joined.device) == ("vip", 2, Device.IDLE)
    assert line.send(2, "QueueMemberPenalty", **{**added, "Penalty": "5"}) == [
        SeatPenalty(at=T + 2, seat="PJSIP/101", queue="vip", penalty=5)
    ]
    assert line.send(3, "QueueMemberRemoved", **added) == [SeatLeft(at=T + 3, seat="PJSIP/101", queue="vip")]
    assert line.send(3, "QueueMemberRemoved", **added) == []


def test_a_member_nobody_told_of_joins_with_its_first_status() -> None:
    """A reload adds members silently."""
    line = Line()
    events = line.tell(1, status("1", Penalty="3"))
    assert kinds(events) == [SeatJoined, SeatDevice]


def test_hold_is_matched_by_channel_and_ends_with_it() -> None:
    seat = "Local/113@from-queue/n"
    line = Line(member(seat, StateInterface="PJSIP/113"))
    channel = {"Channel": "PJSIP/113-0000000a", "Uniqueid": "8.1"}
    assert line.send(1, "Hold", Channel="PJSIP/trunk-00000001", Uniqueid="7.1") == []
    assert line.send(1, "Hold", **channel) == [SeatHeld(at=T + 1, seat=seat, held=True)]
    assert line.send(2, "Hold", **channel) == []
    assert line.send(3, "Unhold", **channel) == [SeatHeld(at=T + 3, seat=seat, held=False)]
    assert line.send(4, "Unhold", **channel) == []
    line.send(5, "Hold", **channel, Status="On")
    assert line.send(6, "Hangup", **channel) == [SeatHeld(at=T + 6, seat=seat, held=False)]


def test_agents_of_a_pool_sign_on_and_off() -> None:
    line = Line(member("Local/1001@agents", StateInterface="Agent:1001"))
    assert line.send(1, "AgentLogin", Agent="1001", Channel="PJSIP/101-0000000a") == [
        SeatSigned(at=T + 1, seat="Local/1001@agents", on=True)
    ]
    assert line.send(2, "Agentlogoff", Agent="2002") == [SeatSigned(at=T + 2, seat="Agent/2002", on=False)]


# -- reports -----------------------------------------------------------------------------------------


def entry(call: str = "7.1", wait: str = "12") -> Message:
    caller = {"Event": "QueueEntry", "Queue": "support", "Position": "1", "Uniqueid": call, "Wait": wait}
    return {**caller, "Channel": "PJSIP/trunk-00000001", "CallerIDNum": "138", "CallerIDName": "unknown"}


def channel(name: str, call: str, bridge: str, application: str = "Queue", **more: str) -> Message:
    said = {"Event": "CoreShowChannel", "Channel": name, "Uniqueid": call, "BridgeId": bridge}
    return {**said, "Application": application, "ApplicationData": "support,t,,,45", **more}


def snapshot(line: Line) -> FloorSnapshot:
    (event,) = [event for event in line.begin if isinstance(event, FloorSnapshot)]
    return event


def test_a_report_with_its_channels_is_one_snapshot() -> None:
    pair = [
        channel("PJSIP/trunk-00000005", "6.1", "b1"),
        channel("PJSIP/101-00000006", "6.2", "b1", "AppQueue"),
        channel("PJSIP/trunk-00000001", "7.1", ""),
        channel("PJSIP/trunk-00000007", "5.1", "b2"),
        channel("PJSIP/777-00000008", "5.2", "b2", "AppDial"),
    ]
    line = Line(member(), entry(), channels=pair)
    assert kinds(line.begin) == [FloorSnapshot]
    report = snapshot(line)
    assert report.talking == (TalkState(call="6.1", queue="support", seat="PJSIP/101"),)
    assert [(state.call, state.wait_s, state.name) for state in report.waiting] == [("7.1", 12.0, "")]


def test_who_talks_is_told_by_asterisk_11_too() -> None:
    pair = [
        channel("SIP/trunk-00000005", "6.1", "", BridgedChannel="SIP/101-00000006"),
        channel("SIP/trunk-00000006", "6.3", "", BridgedChannel=""),
    ]
    line = Line(member("SIP/101"), channels=pair)
    assert snapshot(line).talking == (TalkState(call="6.1", queue="support", seat="SIP/101"),)


def test_a_local_member_is_found_by_its_own_channel() -> None:
    seat = "Local/113@from-queue/n"
    pair = [
        channel("PJSIP/trunk-00000005", "6.1", "b1"),
        channel("Local/113@from-queue-0000002c;1", "6.2", "b1", "AppQueue"),
    ]
    line = Line(member(seat, StateInterface="PJSIP/113", Status="2"), channels=pair)
    assert snapshot(line).talking == (TalkState(call="6.1", queue="support", seat=seat),)


def test_a_local_member_on_the_hook_has_handed_its_caller_on() -> None:
    """Its channel stays between the caller and whoever has the caller now, until the very end."""
    seat = "Local/113@from-queue/n"
    pair = [
        channel("PJSIP/trunk-00000005", "6.1", "b1"),
        channel("Local/113@from-queue-0000002c;1", "6.2", "b1", "AppQueue"),
    ]
    line = Line(member(seat, StateInterface="PJSIP/113", Status="1"), channels=pair)
    assert snapshot(line).talking == (TalkState(call="6.1", queue="support"),)
    over = {"Queue": "support", "Uniqueid": "6.1", "Interface": seat, "TalkTime": "41", "Reason": "agent"}
    assert kinds(line.send(9, "AgentComplete", **over)) == [CallEnded]
    same = [{"Event": "QueueParams", "Queue": "support"}, member()]
    (again,) = [event for message in [*same, DONE] for event in line.tell(10, message)]
    assert isinstance(again, FloorSnapshot)
    assert again.talking == ()


def test_a_join_contained_in_the_report_does_not_double() -> None:
    line = Line(member(), entry())
    assert line.send(0.01, "QueueCallerJoin", **CALL) == []
    (left,) = line.send(3, "QueueCallerLeave", **CALL)
    assert isinstance(left, CallDequeued)


def test_events_between_report_and_channels_come_after_the_snapshot() -> None:
    translator = AmiTranslator()
    translator.opened()
    begin = [{"Event": "QueueParams", "Queue": "support"}, member(), entry(), DONE]
    assert [event for message in begin for event in translator.feed(message, T)] == []
    assert translator.feed({"Event": "QueueCallerLeave", **CALL}, T + 0.01) == []
    assert translator.feed({"Event": "AgentConnect", **AGENT, "HoldTime": "12"}, T + 0.01) == []
    ended = {**AGENT, "Uniqueid": "6.1", "Interface": "PJSIP/102", "TalkTime": "40", "Reason": "agent"}
    assert translator.feed({"Event": "AgentComplete", **ended}, T + 0.01) == []
    for name, bridged in (("PJSIP/trunk-00000001", "7.1"), ("PJSIP/101-00000006", "6.2")):
        translator.feed(channel(name, bridged, "b1", "Queue" if bridged == "7.1" else "AppQueue"), T + 0.02)
    events = translator.feed(CHANNELS_DONE, T + 0.02)
    assert kinds(events) == [FloorSnapshot, CallDequeued, CallAnswered, CallEnded]
    report = events[0]
    assert isinstance(report, FloorSnapshot)
    assert [state.call for state in report.waiting] == ["7.1"]
    assert report.talking == (TalkState(call="6.1", queue="support", seat="PJSIP/102"),)
    (over,) = translator.feed({"Event": "AgentComplete", **AGENT, "TalkTime": "5", "Reason": "caller"}, T + 5)
    assert isinstance(over, CallEnded)


@pytest.mark.parametrize("how", ["denied", "never"])
def test_a_report_does_not_wait_for_channels_for_ever(how: str) -> None:
    translator = AmiTranslator()
    translator.opened()
    for message in ({"Event": "QueueParams", "Queue": "support"}, member(), DONE):
        assert translator.feed(message, T) == []
    denied = {"Response": "Error", "ActionID": "9-CoreShowChannels", "Message": "Permission denied"}
    events = translator.feed(denied, T) if how == "denied" else translator.tick(T + 3)
    assert kinds(events) == [FloorSnapshot]


def test_a_later_report_speaks_only_when_it_differs() -> None:
    line = Line(member())
    same = [{"Event": "QueueParams", "Queue": "support"}, member()]
    assert [event for message in [*same, DONE] for event in line.tell(5, message)] == []
    other = [*same, member("PJSIP/102")]
    line.send(6, "AgentConnect", **AGENT)
    (again,) = [event for message in [*other, DONE] for event in line.tell(7, message)]
    assert isinstance(again, FloorSnapshot)
    assert again.blind_since == 0
    assert again.talking == (TalkState(call="7.1", queue="support", seat="PJSIP/101"),)


def test_a_conversation_whose_caller_hung_up_is_not_reported_as_going_on() -> None:
    line = Line(member())
    line.send(0, "AgentConnect", **AGENT)
    line.send(4, "Hangup", Uniqueid="7.1", Channel=CALL["Channel"])
    other = [{"Event": "QueueParams", "Queue": "support"}, member(), member("PJSIP/102")]
    (again,) = [event for message in [*other, DONE] for event in line.tell(5, message)]
    assert isinstance(again, FloorSnapshot)
    assert again.talking == ()
    lost = {"Queue": "support", "Interface": "PJSIP/101", "TalkTime": "4", "Reason": "caller"}
    (ended,) = line.send(5, "AgentComplete", **lost)
    assert isinstance(ended, CallEnded)
    assert ended.call == "7.1"


def test_a_report_without_pause_reasons_keeps_those_known() -> None:
    """Asterisk 11 tells the reason of a pause only as it happens."""
    seat = member(Paused="0")
    line = Line(seat, member(queue="vip"))
    line.send(1, "QueueMemberPaused", Queue="support", Location="PJSIP/101", Paused="1", Reason="lunch")
    line.translator.closed("ami_lost")
    line.translator.opened()
    begin = [
        {"Event": "QueueParams", "Queue": "support"},
        member(Paused="1"),
        member(queue="vip", Paused="1"),
    ]
    (report,) = [event for message in [*begin, DONE, CHANNELS_DONE] for event in line.tell(9, message)]
    assert isinstance(report, FloorSnapshot)
    assert [(seen.queue, seen.reason) for seen in report.members] == [("support", "lunch"), ("vip", "")]


def test_a_cut_link_leaves_a_blind_gap() -> None:
    line = Line(member())
    line.send(5, "QueueCallerJoin", **CALL)
    assert line.translator.closed("ami_lost") == [SourceLost(at=T + 5, why="ami_lost")]
    line.translator.opened()
    assert line.translator.closed("ami_refused") == []
    line.translator.opened()
    begin = [{"Event": "QueueParams", "Queue": "support"}, member(), DONE, CHANNELS_DONE]
    (report,) = [event for message in begin for event in line.tell(30, message)]
    assert isinstance(report, FloorSnapshot)
    assert (report.blind_since, report.restarted, report.waiting) == (T + 5, False, ())


@pytest.mark.parametrize("sign", ["status", "uptime", "shutdown"])
def test_a_restart_of_the_switch_shows(sign: str) -> None:
    line = Line(member())
    started = {"Response": "Success", "CoreStartupDate": "2026-11-21", "CoreStartupTime": "17:40:08"}
    line.tell(0, started)
    if sign == "shutdown":
        assert kinds(line.send(4, "Shutdown", Shutdown="Cleanly", Restart="True")) == [Noted]
    line.send(5, "QueueCallerJoin", **CALL)
    line.translator.closed("ami_lost")
    line.translator.opened()
    again = {
        "status": {**started, "CoreStartupTime": "18:00:00"},
        "uptime": {"Event": "FullyBooted", "Uptime": "4"},
        "shutdown": started,
    }
    begin = [again[sign], {"Event": "QueueParams", "Queue": "support"}, member(), DONE, CHANNELS_DONE]
    (report,) = [event for message in begin for event in line.tell(30, message)]
    assert isinstance(report, FloorSnapshot)
    assert report.restarted


def test_a_restart_closes_everything_on_the_floor() -> None:
    floor, line = new_floor(), Line(member())
    events = list(line.begin)
    events += line.send(1, "QueueCallerJoin", **CALL)
    events += line.send(2, "QueueCallerJoin", **{**CALL, "Uniqueid": "8.1"})
    events += line.send(3, "AgentConnect", **AGENT)
    events += line.send(4, "Shutdown", Shutdown="Cleanly", Restart="True")
    events += line.translator.closed("ami_lost")
    line.translator.opened()
    for message in ({"Event": "QueueParams", "Queue": "support"}, member(), DONE, CHANNELS_DONE):
        events += line.tell(9, message)
    for position, event in enumerate(events, start=1):
        floor.apply(event, 1, position)  # type: ignore[arg-type]
    view = floor.view(T + 10)
    assert view.floor.waiting == 0
    assert [seat.status for seat in view.seats] == ["ready"]
    assert all(visit.row.final and visit.row.repaired for visit in floor.book.visits.values())


def test_a_reload_asks_for_a_report() -> None:
    line = Line(member())
    assert kinds(line.send(1, "Reload", Module="All")) == [Noted]
    assert line.translator.wants_report
    for message in ({"Event": "QueueParams", "Queue": "support"}, member(), DONE):
        line.tell(2, message)
    assert not line.translator.wants_report


def test_the_switchs_own_stamp_is_the_time() -> None:
    line = Line(member())
    (joined,) = line.send(5.25, "QueueCallerJoin", **CALL, Timestamp=f"{T + 5.0:.6f}", SystemName="pbx1")
    assert joined.at == T + 5.0
    assert line.translator.skew_s == pytest.approx(0.25)


def test_what_does_not_matter_is_not_wanted() -> None:
    assert not wanted(block_of({"Event": "RTCPSent", "Queue": "x"}))
    assert not wanted(block_of({"Event": "VarSet", "Variable": "BRIDGEPEER"}))
    assert not wanted(block_of({"Event": "Newexten", "Application": "Dial"}))
    assert wanted(block_of({"Event": "VarSet", "Variable": "QUEUESTATUS"}))
    assert wanted(block_of({"Event": "Newexten", "Application": "Queue", "AppData": "x"}))
    assert wanted(block_of({"Response": "Success"}))


# -- any order at all ----------------------------------------------------------------------------------

PIECE = 400


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    start=st.integers(0, 6000),
    order=st.randoms(use_true_random=False),
    copies=st.integers(1, 3),
    cut=st.booleans(),
)
def test_shuffled_doubled_and_cut_streams_never_raise(
    start: int, order: object, copies: int, cut: bool
) -> None:
    stream = ami_run.told()
    piece = [*stream[:60], *stream[start : start + PIECE]] * copies
    order.shuffle(piece)  # type: ignore[attr-defined]
    floor, translator = new_floor(), AmiTranslator()
    translator.opened()
    events = [event for at, message in piece[: len(piece) // 2] for event in translator.feed(message, at)]
    if cut:
        events += translator.closed("ami_lost")
        translator.opened()
    events += [event for at, message in piece[len(piece) // 2 :] for event in translator.feed(message, at)]
    for position, event in enumerate(events, start=1):
        floor.apply(event, 1, position)  # type: ignore[arg-type]
    view = floor.view(floor.at)
    assert all(queue.waiting >= 0 for queue in view.queues)
    assert view.floor.waiting == sum(visit.row.outcome == "waiting" for visit in floor.book.visits.values())


WORDS = st.sampled_from(
    ["", "1", "support", "7.1", "PJSIP/101", "PJSIP/101-0000000a", "nan", "-5", "1e400", "王芳"]
)
NAMES = st.sampled_from(sorted(AmiTranslator()._handlers))
KEYS = st.sampled_from(
    [
        "Queue",
        "Uniqueid",
        "Interface",
        "Location",
        "Member",
        "Channel",
        "Status",
        "Paused",
        "Penalty",
        "Count",
        "HoldTime",
        "RingTime",
        "TalkTime",
        "Wait",
        "Timestamp",
        "Uptime",
        "Variable",
        "Value",
        "Application",
        "Position",
        "LastCall",
        "BridgeId",
        "BridgedChannel",
        "ApplicationData",
        "CoreStartupTime",
        "Response",
    ]
)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, st.dictionaries(KEYS, WORDS), st.floats(0, 1e9)), max_size=60))
def test_nonsense_never_raises(messages: list[tuple[str, Message, float]]) -> None:
    translator = AmiTranslator()
    translator.opened()
    for name, fields, at in messages:
        translator.feed({"Event": name, **fields}, at)
        translator.tick(at + 1)
    translator.closed("ami_lost")


def test_every_kind_of_event_of_the_recording_is_covered() -> None:
    """The recorded run shows each of these; should one vanish, the tests above prove less than they say."""
    seen = set(kinds(ami_run.events_of(ami_run.told())))
    assert {CallJoined, CallRang, RingEnded, CallAnswered, CallEnded, CallLeft, CallRefused} <= seen
    assert {SeatJoined, SeatLeft, SeatPaused, SeatPenalty, SeatDevice, SeatHeld, FloorSnapshot} <= seen
