"""What AMI calls things, in every version from 11 to 23: one reader for each kind of field."""

import re

from ccfloor.acd.ami_wire import Message
from ccfloor.floor.events import Device, Outcome

DEVICES = {
    "0": Device.UNKNOWN,
    "1": Device.IDLE,
    "2": Device.IN_USE,
    "3": Device.BUSY,
    "4": Device.INVALID,
    "5": Device.UNAVAILABLE,
    "6": Device.RINGING,
    "7": Device.RINGING_IN_USE,
    "8": Device.ON_HOLD,
}

# QUEUESTATUS of a caller who had entered the queue
EXITS = {
    "TIMEOUT": Outcome.TIMED_OUT,
    "WITHDRAW": Outcome.WITHDRAWN,
    "LEAVEEMPTY": Outcome.LEFT_EMPTY,
    "LEAVEUNAVAIL": Outcome.LEFT_EMPTY,
}
# ... and of one who was not let in
REFUSALS = {
    "FULL": Outcome.REFUSED_FULL,
    "JOINEMPTY": Outcome.REFUSED_EMPTY,
    "JOINUNAVAIL": Outcome.REFUSED_EMPTY,
}

_NOBODY = frozenset(("", "unknown", "<unknown>", "<Unknown>"))
_INSTANCE = re.compile(r"-[0-9a-fA-F]{6,16}(;[12])?$")


def text(message: Message, *names: str) -> str:
    """The first of these fields that says something."""
    for name in names:
        if value := message.get(name):
            return value
    return ""


def caller_text(message: Message, *names: str) -> str:
    """A caller's number or name, empty where Asterisk writes that it does not know."""
    value = text(message, *names)
    return "" if value in _NOBODY else value


def number(message: Message, *names: str) -> float | None:
    """A field as a finite number, None where it is missing or not one."""
    try:
        value = float(text(message, *names))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None  # also refuses nan and infinities


def whole(message: Message, *names: str, default: int = 0) -> int:
    """A field as a whole number."""
    value = number(message, *names)
    return default if value is None else int(value)


def call_of(message: Message) -> str:
    """The caller's channel id."""
    return text(message, "Uniqueid", "UniqueID")


def seat_of(message: Message) -> str:
    """The member: Interface since 12; before that Location, Member or AgentCalled, by event."""
    return text(message, "Interface", "Location", "Member", "AgentCalled")


def agent_of(message: Message) -> str:
    """The member's name, empty where it is only the interface again."""
    name = text(message, "MemberName", "AgentName", "Name")
    return "" if name == seat_of(message) else name


def reason_of(message: Message) -> str:
    """The pause reason; 11 says Reason, and an unpause may carry the reason of the unpausing."""
    return text(message, "PausedReason", "Reason")


def queue_of_application(data: str) -> str:
    """The queue in the arguments of the Queue application."""
    return data.partition(",")[0].strip()


def device_of_channel(channel: str) -> str:
    """The device a channel belongs to: PJSIP/112-0000001c → PJSIP/112, Local/9@x-00000002;1 → Local/9@x."""
    return _INSTANCE.sub("", channel)


def device_of_member(interface: str) -> str:
    """A member's interface or state interface without dialling options: Local/9@x/n → Local/9@x."""
    head, slash, options = interface.rpartition("/")
    return head if slash and "@" in head and len(options) <= 4 else interface


def technology(channel: str) -> str:
    """The channel driver, such as PJSIP."""
    return channel.partition("/")[0]
