"""The recorded Asterisk run as messages, and the same run as another switch would have told it."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ccfloor.acd.ami_fields import DEVICES
from ccfloor.acd.ami_translate import AmiTranslator
from ccfloor.acd.ami_wire import Message, parse_block
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import FloorEvent
from ccfloor.floor.state import Floor

FOLDER = Path(__file__).parents[1] / "fixtures" / "asterisk_run_a_trimmed"
RAW, ARRIVALS = FOLDER / "ami.raw.gz", FOLDER / "arrivals.tsv.gz"
QUEUE_LOG = FOLDER.parent / "queue_log_run_a.gz"


class Told(NamedTuple):
    """One message and when it arrived."""

    at: float
    message: Message


class Poll(NamedTuple):
    """What the switch itself said of its queues, asked between two instants."""

    before: float
    after: float
    events: list[Message]


@cache
def _told() -> tuple[Told, ...]:
    raw = gzip.decompress(RAW.read_bytes())
    rows = (line.split("\t") for line in gzip.decompress(ARRIVALS.read_bytes()).decode().splitlines())
    return tuple(
        Told(float(at), parse_block(raw[int(offset) : int(offset) + int(length)]))
        for at, _session, offset, length, _name in rows
    )


def told() -> list[Told]:
    """Every message of the recording; the messages are copies."""
    return [Told(at, dict(message)) for at, message in _told()]


@cache
def polls() -> tuple[Poll, ...]:
    """The switch's own answers, every ten seconds, from the first one after the phones registered."""
    lines = gzip.decompress((FOLDER / "polls.jsonl.gz").read_bytes()).decode().splitlines()
    found = [Poll(row["before"], row["after"], row["events"]) for row in map(json.loads, lines)]
    begin = _told()[0].at + 1.0
    return tuple(poll for poll in found if poll.before > begin)


def block_of(message: Message) -> bytes:
    """The message as it goes over the wire."""
    return ("".join(f"{key}: {value}\r\n" for key, value in message.items()) + "\r\n").encode()


# -- ground truth ------------------------------------------------------------------------------------


def differences(floor: Floor, poll: Poll, reasons: bool = True) -> list[tuple[object, ...]]:
    """Where the floor and the switch's own answer disagree, with or without the reasons of pauses."""
    view = floor.view(poll.before)
    waiting = {queue.queue: queue.waiting for queue in view.queues}
    seats = {seat.seat: seat for seat in view.seats}
    ours: set[tuple[object, ...]] = {("waiting", queue, count) for queue, count in waiting.items()}
    theirs: set[tuple[object, ...]] = set()
    for seat in seats.values():
        for member in seat.queues:
            reason = member.reason if reasons else ""
            state = (seat.device, member.paused, reason, member.penalty)
            ours.add(("member", seat.seat, member.queue, *state))
    for event in poll.events:
        if event["Event"] == "QueueParams":
            theirs.add(("waiting", event["Queue"], int(event["Calls"])))
        elif event["Event"] == "QueueMember":
            paused = event["Paused"] == "1"
            reason = event.get("PausedReason", "") if paused and reasons else ""
            state = (DEVICES[event["Status"]].value, paused, reason, int(event["Penalty"]))
            theirs.add(("member", event["Location"], event["Queue"], *state))
    return sorted((*row, poll.before) for row in ours ^ theirs)


def new_floor() -> Floor:
    """A floor that knows nothing of its site."""
    return Floor(FloorConfig())


def compare(
    stream: Iterable[Told],
    floor: Floor,
    translator: AmiTranslator,
    check: Iterable[Poll],
    reasons: bool = True,
) -> tuple[int, list[tuple[object, ...]]]:
    """Play a stream into a floor, holding it against every poll; returns (polls held, differences)."""
    due = iter(check)
    poll = next(due, None)
    held, found, position = 0, [], floor.events
    for at, message in stream:
        while poll is not None and at > poll.after:
            found += differences(floor, poll, reasons)
            held += 1
            poll = next(due, None)
        for event in translator.feed(message, at):
            position += 1
            floor.apply(event, 1, position)  # type: ignore[arg-type]
    return held, found


def events_of(stream: Iterable[Told]) -> list[FloorEvent]:
    """All events of one session."""
    translator = AmiTranslator()
    translator.opened()
    return [event for at, message in stream for event in translator.feed(message, at)]


def totals(floor: Floor) -> dict[str, int]:
    """The day's counts of the whole floor."""
    today = floor.view(floor.at).floor.today
    names = ("offered", "answered", "abandoned", "timed_out", "key_exit", "withdrawn", "left_empty")
    more = ("refused_full", "refused_empty", "transferred_out", "lost", "handled")
    return {name: getattr(today, name) for name in (*names, *more)}


# -- the same run as another switch tells it -----------------------------------------------------------


def without(stream: Iterable[Told], *names: str) -> Iterator[Told]:
    """The stream without these events."""
    return (one for one in stream if one.message.get("Event") not in names)


def stamped(stream: Iterable[Told], skew_s: float = 0.0) -> Iterator[Told]:
    """With systemname and timestampevents: ids and events carry more. ``skew_s``: our clock less its."""
    for at, message in stream:
        for key, value in message.items():
            if key.lower().endswith(("uniqueid", "linkedid")) and value and "Bridge" not in key:
                message[key] = f"pbx1-{value}"
        if "Event" in message and "Privilege" in message:
            head = {"Event": message.pop("Event"), "Privilege": message.pop("Privilege")}
            stamp = {"Timestamp": f"{at - 0.0004:.6f}", "SystemName": "pbx1"}
            yield Told(at + skew_s, {**head, **stamp, **message})
        else:
            yield Told(at + skew_s, message)


def as_13(stream: Iterable[Told]) -> Iterator[Told]:
    """Asterisk 13 has fewer fields and repeats the reason of a pause."""
    for at, message in stream:
        for name in ("LastPause", "LoginTime", "Wrapuptime", "ServicelevelPerf2", "Uptime", "LastReload"):
            message.pop(name, None)
        if message.get("Event") == "QueueMemberPause" and message.get("PausedReason"):
            message["Reason"] = message["PausedReason"]
        yield Told(at, message)


def reset(stream: Iterable[Told], start: float) -> Iterator[Told]:
    """``queue reset stats all``, then ``module reload app_queue``: the members' own counters begin anew."""
    taken: dict[tuple[str, str], int] = {}
    reloaded = False
    for at, message in stream:
        if at > start and not reloaded:
            reloaded = True
            yield Told(at, {"Event": "Reload", "Privilege": "system,all", "Module": "app_queue.so"})
        if "CallsTaken" in message:
            member = (message.get("Queue", ""), message.get("Interface") or message.get("Location", ""))
            if not reloaded:
                taken[member] = int(message["CallsTaken"])
            else:
                message["CallsTaken"] = str(int(message["CallsTaken"]) - taken.get(member, 0))
            if reloaded and float(message["LastCall"]) <= start:
                message["LastCall"] = "0"
        yield Told(at, message)


_OLD_NAMES = {
    "QueueCallerJoin": "Join",
    "QueueCallerLeave": "Leave",
    "QueueMemberPause": "QueueMemberPaused",
    "Unhold": "Hold",
    "DTMFEnd": "DTMF",
}
_OLD_FIELDS = {
    "Join": ("Channel", "CallerIDNum", "CallerIDName", "Queue", "Position", "Count", "Uniqueid"),
    "Leave": ("Channel", "Queue", "Count", "Position", "Uniqueid"),
    "QueueCallerAbandon": ("Queue", "Uniqueid", "Position", "OriginalPosition", "HoldTime"),
    "AgentRingNoAnswer": ("Queue", "Uniqueid", "MemberName", "RingTime"),
    "AgentConnect": ("Queue", "Uniqueid", "MemberName", "HoldTime", "RingTime"),
    "AgentComplete": ("Queue", "Uniqueid", "MemberName", "HoldTime", "TalkTime", "Reason"),
    "QueueMemberPaused": ("Queue", "MemberName", "Paused"),
    "QueueMemberRemoved": ("Queue", "MemberName"),
    "QueueMemberPenalty": ("Queue", "Penalty"),
    "QueueMemberRinginuse": ("Queue", "Ringinuse"),
    "VarSet": ("Channel", "Variable", "Value", "Uniqueid"),
    "Hold": ("Channel", "Uniqueid"),
}


def as_11(stream: Iterable[Told]) -> Iterator[Told]:
    """Asterisk 11 has other names, and tells of an abandon after the leaving."""
    held: Told | None = None
    for at, message in stream:
        old = Told(at, _old_message(message))
        if message.get("Event") == "QueueCallerAbandon":
            held = old
            continue
        yield old
        if held is not None and message.get("Event") == "QueueCallerLeave":
            yield held
            held = None


def _old_message(message: Message) -> Message:
    event = message.get("Event", "")
    name = _OLD_NAMES.get(event, event)
    fields = _OLD_FIELDS.get(name, tuple(key for key in message if key not in ("Event", "Interface")))
    old = {"Event": name} if name else {}
    old |= {key: message[key] for key in fields if key in message and key != "Event"}
    for key in ("Linkedid", "PausedReason", "LastPause", "LoginTime", "Wrapuptime", "Uptime", "LastReload"):
        old.pop(key, None)
    if bridge := old.pop("BridgeId", ""):
        old["BridgedChannel"] = bridge.partition("|")[2 if message["Application"] == "Queue" else 0]
    if seat := message.get("Interface"):
        old |= _old_seat(name, seat, message)
    if name == "Hold":
        old["Status"] = "Off" if event == "Unhold" else "On"
    if name == "QueueMemberPaused" and message.get("PausedReason"):
        old["Reason"] = message["PausedReason"]
    return old


def _old_seat(name: str, seat: str, message: Message) -> Message:
    if name == "AgentCalled":
        agent, calling = message.get("MemberName", ""), message.get("Channel", "")
        return {"AgentCalled": seat, "AgentName": agent, "ChannelCalling": calling}
    if name.startswith("Agent"):
        return {"Member": seat, "Channel": message.get("DestChannel", "")}
    return {"Location": seat}


# -- a link that was cut in the middle -------------------------------------------------------------------


def cut(stream: list[Told], start: float, poll: Poll) -> tuple[list[Told], list[Told]]:
    """The run in two sessions: nothing was heard from ``start`` until the switch was asked at ``poll``."""
    first = [one for one in stream if one.at <= start]
    rest = [one for one in stream if one.at > poll.after]
    at = poll.after
    boot = {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": "300", "Status": "Fully Booted"}
    status = next(message for _, message in stream if "CoreStartupTime" in message)
    entries = [*poll.events, {"Event": "QueueStatusComplete", "EventList": "Complete"}]
    channels = [*channels_at(stream, at), {"Event": "CoreShowChannelsComplete", "EventList": "Complete"}]
    report = [Told(at, dict(message)) for message in (boot, status, *entries, *channels)]
    return first, [*report, *rest]


def channels_at(stream: Iterable[Told], at: float) -> list[Message]:
    """CoreShowChannels as it would have been: who waits, and who is bridged with whom."""
    shown: dict[str, list[Message]] = {}
    open_calls: dict[tuple[str, str], str] = {}
    for when, message in stream:
        if when > at:
            break
        call, event = message.get("Uniqueid", ""), message.get("Event")
        seat = (message.get("Queue", ""), message.get("Interface", ""))
        if event == "AgentConnect":
            open_calls[seat] = call
            shown[call] = _bridge(message)
        elif event == "AgentComplete":
            shown.pop(open_calls.pop(seat, call), None)
    return [channel for pair in shown.values() for channel in pair]


def _bridge(message: Message) -> list[Message]:
    bridge = f"{message['Channel']}|{message['DestChannel']}"  # any text that only these two share
    caller = {
        "Event": "CoreShowChannel",
        "Channel": message["Channel"],
        "Uniqueid": message["Uniqueid"],
        "Application": "Queue",
        "ApplicationData": f"{message['Queue']},t,,,45",
        "BridgeId": bridge,
    }
    agent = {
        "Event": "CoreShowChannel",
        "Channel": message["DestChannel"],
        "Uniqueid": message["DestUniqueid"],
        "Application": "AppQueue",
        "ApplicationData": "(Outgoing Line)",
        "BridgeId": bridge,
    }
    return [caller, agent]


Variant = Callable[[Iterable[Told]], Iterator[Told]]
