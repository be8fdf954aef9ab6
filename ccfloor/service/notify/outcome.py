"""What became of an attempt to send: sent, to be tried again, or never to work like this."""

from typing import NamedTuple, Protocol

from ccfloor.rules.message import Message


class Outcome(NamedTuple):
    """``again``: worth another try, not before ``wait_s`` seconds. ``error``: for people, no secret in it.
    ``refused``: addresses that a mail server did not take, each with its code.
    """

    sent: bool
    again: bool = False
    error: str = ""
    wait_s: float = 0.0
    refused: tuple[tuple[str, int], ...] = ()


SENT = Outcome(True)


def later(error: str, wait_s: float = 0.0) -> Outcome:
    """Not this time: the other side is away, busy, or wants fewer messages."""
    return Outcome(False, True, error, wait_s)


def never(error: str) -> Outcome:
    """It will not work like this, however often: a wrong key, address or form."""
    return Outcome(False, False, error)


class Delivery(NamedTuple):
    """One message on its way. ``id``: the same for every attempt of the same notices; ``thread``: of one
    plan or alarm; ``at``: this attempt, UTC epoch seconds.
    """

    id: str
    thread: str
    at: float


class Sender(Protocol):
    """A channel that can send. Called in a thread of its own; returns after its timeout at the latest."""

    def send(self, message: Message, delivery: Delivery) -> Outcome:
        """Try once; whatever goes wrong is an outcome."""
