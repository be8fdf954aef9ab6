"""A full status report of Asterisk while it comes in: queues, members, callers, channels."""

from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from ccfloor.acd import ami_fields as f
from ccfloor.acd.ami_wire import Message
from ccfloor.floor.events import Device, MemberState, QueueState, TalkState, WaitingState


class Report:
    """What a QueueStatus says, gathered message by message until it is complete."""

    def __init__(self) -> None:
        self.queues: dict[str, None] = {}
        self.members: dict[tuple[str, str], MemberState] = {}
        self.waiting: dict[str, WaitingState] = {}
        self.devices: dict[str, str] = {}  # seat → the device its state is taken from
        self._unsaid: set[tuple[str, str]] = set()  # memberships whose pause reason is not reported

    def queue(self, message: Message) -> None:
        """QueueParams."""
        if name := message.get("Queue"):
            self.queues[name] = None

    def member(self, message: Message) -> None:
        """QueueMember."""
        queue, seat = message.get("Queue", ""), f.seat_of(message)
        if queue and seat:
            self.members[seat, queue] = member_state(message, None)
            if "PausedReason" not in message:
                self._unsaid.add((seat, queue))
            self.devices[seat] = f.text(message, "StateInterface") or seat

    def keep_reasons(self, known: dict[tuple[str, str], MemberState]) -> None:
        """Asterisk 11 reports no pause reasons: a pause that goes on keeps the one its event told."""
        for key in self._unsaid & known.keys():
            now, before = self.members[key], known[key]
            if now.paused and before.paused:
                self.members[key] = msgspec.structs.replace(
                    now, reason=before.reason, paused_since=before.paused_since
                )

    def entry(self, message: Message) -> None:
        """QueueEntry: a caller who waits."""
        queue, call = message.get("Queue", ""), f.call_of(message)
        if not queue or not call:
            return
        self.waiting[call] = WaitingState(
            call=call,
            queue=queue,
            position=f.whole(message, "Position"),
            wait_s=max(0.0, f.number(message, "Wait") or 0.0),
            number=f.caller_text(message, "CallerIDNum", "CallerID"),
            name=f.caller_text(message, "CallerIDName"),
        )

    def queue_states(self) -> tuple[QueueState, ...]:
        """The queues, in Asterisk's order."""
        return tuple(QueueState(queue=name) for name in self.queues)


def member_state(message: Message, before: MemberState | None) -> MemberState:
    """A membership as this message tells it; what it leaves out is as it was before.

    ``PausedReason`` counts only while paused: an unpause may carry the reason for unpausing.
    """
    old = before or MemberState(seat=f.seat_of(message), queue=message.get("Queue", ""))
    paused = message["Paused"] == "1" if "Paused" in message else old.paused
    said = "PausedReason" in message or "Reason" in message or old.paused != paused
    reason = f.reason_of(message) if said else old.reason
    return MemberState(
        seat=old.seat,
        queue=old.queue,
        agent=f.agent_of(message) or old.agent,
        penalty=f.whole(message, "Penalty", default=old.penalty),
        paused=paused,
        reason=reason if paused else "",
        device=f.DEVICES.get(message.get("Status", ""), old.device),
        last_call=max(old.last_call, f.number(message, "LastCall") or 0.0),
        paused_since=(f.number(message, "LastPause") or old.paused_since) if paused else 0.0,
    )


def talks_of(channels: Iterable[Message], seat_of_channel: Callable[[str], str]) -> list[TalkState]:
    """Who talks to whom, by the channels: a caller inside the Queue application, bridged with a seat.

    A caller bridged with a channel that is no seat's has been handed on: that is no queue call any more.
    The seat is empty where the switch does not show the other side.
    """
    channels = list(channels)
    bridges: defaultdict[str, list[str]] = defaultdict(list)
    for channel in channels:
        if bridge := channel.get("BridgeId"):
            bridges[bridge].append(channel.get("Channel", ""))
    talks = []
    for channel in channels:
        call, queue = f.call_of(channel), f.queue_of_application(channel.get("ApplicationData", ""))
        if channel.get("Application") != "Queue" or not call or not queue:
            continue
        peers = [name for name in bridges[channel.get("BridgeId", "")] if name != channel.get("Channel")]
        peers = peers if channel.get("BridgeId") else _named_peer(channel)
        seats = [seat for peer in peers if (seat := seat_of_channel(peer))]
        if seats or (not peers and channel.get("BridgeId")):
            talks.append(TalkState(call=call, queue=queue, seat=seats[0] if seats else ""))
    return talks


def _named_peer(channel: Message) -> list[str]:
    """Asterisk 11 has no bridges: it names the other channel."""
    peer = channel.get("BridgedChannel", "")
    return [peer] if peer else []


def same_members(
    ours: dict[tuple[str, str], MemberState], theirs: dict[tuple[str, str], MemberState]
) -> bool:
    """Whether two reports agree on who serves what, paused or not, at which penalty."""
    return {key: _essence(member) for key, member in ours.items()} == {
        key: _essence(member) for key, member in theirs.items()
    }


def _essence(member: MemberState) -> tuple[bool, str, int, Device]:
    return member.paused, member.reason, member.penalty, member.device
