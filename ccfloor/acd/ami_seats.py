"""The members of the queues as AMI tells of them: membership, pause, penalty, device, hold.

One change of a device is told once per queue of the member; here it becomes one event. States are
compared, not toggled, so that a message told twice changes nothing.
"""

from collections.abc import Iterable

from ccfloor.acd import ami_fields as f
from ccfloor.acd.ami_dump import Report, member_state
from ccfloor.acd.ami_wire import Message
from ccfloor.floor.events import (
    Device,
    FloorEvent,
    MemberState,
    SeatDevice,
    SeatHeld,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SeatSigned,
)

ABSENT = frozenset((Device.UNAVAILABLE, Device.INVALID, Device.UNKNOWN))


class SeatBook:
    """Every membership known now. Methods append what changed to ``out``, the translator's list."""

    def __init__(self, out: list[FloorEvent]) -> None:
        self.members: dict[tuple[str, str], MemberState] = {}
        self.devices: dict[str, Device] = {}
        self.wires: dict[str, str] = {}  # seat → the device its state is taken from
        self._out = out
        self._seats: dict[str, dict[str, None]] = {}  # device → the seats on it
        self._last_calls: dict[str, float] = {}
        self._held: dict[str, str] = {}  # channel → the seat that holds it

    def replace(self, report: Report) -> None:
        """The memberships of a full report take the place of all that was known."""
        self.members = dict(report.members)
        self.devices = {member.seat: member.device for member in report.members.values()}
        self._last_calls = {}
        for member in report.members.values():
            self._last_calls[member.seat] = max(member.last_call, self._last_calls.get(member.seat, 0.0))
        self._seats.clear()
        self._held.clear()
        for seat, device in report.devices.items():
            self._wire(seat, device)

    def seats_of_channel(self, channel: str) -> list[str]:
        """The seats whose device this channel belongs to: none, one, or several that share a telephone."""
        return list(self._seats.get(f.device_of_channel(channel), ())) if channel else []

    def seat_of_channel(self, channel: str) -> str:
        """One seat of the channel, empty if it is nobody's."""
        return next(iter(self.seats_of_channel(channel)), "")

    def nobody_serves(self, queue: str) -> bool:
        """Whether every member of a queue is paused or away, or it has none."""
        mine = (member for (_, name), member in self.members.items() if name == queue)
        return all(member.paused or member.device in ABSENT for member in mine)

    def member(self, message: Message, at: float) -> Device | None:
        """A membership's state. Returns the seat's device where that has changed, None otherwise."""
        seat, queue = f.seat_of(message), message.get("Queue", "")
        if not seat or not queue:
            return None
        before = self.members.get((seat, queue))
        now = member_state(message, before)
        self.members[seat, queue] = now
        if "StateInterface" in message or seat not in self.wires:
            self._wire(seat, f.text(message, "StateInterface") or seat)
        if before is None:
            self._out.append(_joined(now, at))
        else:
            self._out.extend(_changes(before, now, at))
        return self._device(now, at) if "Status" in message else None

    def left(self, message: Message, at: float) -> None:
        """QueueMemberRemoved."""
        seat, queue = f.seat_of(message), message.get("Queue", "")
        if self.members.pop((seat, queue), None) is not None:
            self._out.append(SeatLeft(at=at, seat=seat, queue=queue))

    def hold(self, message: Message, at: float) -> None:
        """Hold and Unhold; up to 11 both are Hold, with Status On or Off. Callers' own holds are nobody's."""
        channel = message.get("Channel", "")
        if message.get("Event") == "Unhold" or message.get("Status", "").lower() == "off":
            self.release(channel, at)
        elif channel not in self._held and (seat := self.seat_of_channel(channel)):
            self._held[channel] = seat
            self._out.append(SeatHeld(at=at, seat=seat, held=True))

    def release(self, channel: str, at: float) -> None:
        """The channel is taken back, or gone."""
        if seat := self._held.pop(channel, ""):
            self._out.append(SeatHeld(at=at, seat=seat, held=False))

    def signed(self, message: Message, at: float) -> None:
        """AgentLogin and AgentLogoff of an agent pool."""
        agent = message.get("Agent", "")
        if not agent:
            return
        seat = self._seats.get(f"Agent:{agent}", self._seats.get(f"Agent/{agent}", {f"Agent/{agent}": None}))
        on = message.get("Event", "").lower() == "agentlogin"
        self._out.extend(SeatSigned(at=at, seat=name, on=on) for name in seat)

    def _wire(self, seat: str, device: str) -> None:
        self.wires[seat] = device
        for name in (device, f.device_of_member(seat)):
            self._seats.setdefault(name, {})[seat] = None

    def _device(self, member: MemberState, at: float) -> Device | None:
        seat = member.seat
        known, last_call = self.devices.get(seat), self._last_calls.get(seat, 0.0)
        if known == member.device and member.last_call <= last_call:
            return None
        self.devices[seat] = member.device
        self._last_calls[seat] = last_call = max(last_call, member.last_call)
        event = SeatDevice(at=at, seat=seat, device=member.device, agent=member.agent, last_call=last_call)
        self._out.append(event)
        return member.device if known != member.device else None


def _joined(member: MemberState, at: float) -> SeatJoined:
    return SeatJoined(
        at=at,
        seat=member.seat,
        queue=member.queue,
        agent=member.agent,
        penalty=member.penalty,
        paused=member.paused,
        reason=member.reason,
        device=member.device,
    )


def _changes(before: MemberState, now: MemberState, at: float) -> Iterable[FloorEvent]:
    if (before.paused, before.reason) != (now.paused, now.reason):
        yield SeatPaused(
            at=at, seat=now.seat, queue=now.queue, paused=now.paused, reason=now.reason, agent=now.agent
        )
    if before.penalty != now.penalty:
        yield SeatPenalty(at=at, seat=now.seat, queue=now.queue, penalty=now.penalty)
