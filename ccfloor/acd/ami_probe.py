"""A short visit to a switch that changes nothing: can we get in, what may we do there, is its clock right."""

import asyncio
from collections.abc import Callable

import msgspec

from ccfloor.acd.ami_fields import number
from ccfloor.acd.ami_link import AmiAccess, AmiLink, AmiTimes, LinkError

# the action that shows a right, and the line of manager.conf that grants it
RIGHTS = (("QueuePause", "write=agent"), ("Filter", "write=system"), ("CoreShowChannels", "write=reporting"))


class Probe(msgspec.Struct, frozen=True):
    """What a visit found. ``code`` and ``details``: a sentence (``ami_up``, ``ami_rights`` or a failure).

    ``skew_s``: our clock less the switch's in seconds, None where it does not tell its time.
    """

    code: str
    details: dict[str, str]
    queues: int = 0
    seats: int = 0
    skew_s: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the switch let us in."""
        return self.code in ("ami_up", "ami_rights")


async def probe(access: AmiAccess, clock: Callable[[], float], times: AmiTimes | None = None) -> Probe:
    """Log in, look, leave. ``clock``: UTC epoch seconds. Never raises for a switch that refuses."""
    queues: set[str] = set()
    seats: set[str] = set()

    def notice(message: dict[str, str]) -> None:
        if message.get("Event") in ("QueueParams", "QueueMember"):
            queues.add(message.get("Queue", ""))
            seats.update({message["Location"]} if "Location" in message else ())
        if message.get("Event") == "QueueStatusComplete":
            complete.set()

    complete = asyncio.Event()
    times = times or AmiTimes()
    link = AmiLink(access, times, notice, lambda: None)
    listening: asyncio.Task[None] | None = None
    details = {"host": access.host, "port": str(access.port), "user": access.user}
    try:
        await link.connect()
        listening = asyncio.create_task(link.listen())
        await link.login()
        allowed = await link.ask("ListCommands")
        asked = clock()
        stamp = number(await link.ask("Ping"), "Timestamp")
        skew_s = None if stamp is None else round((asked + clock()) / 2 - stamp, 3)
        answer = await link.ask("QueueStatus")
        if answer.get("Response") == "Error":
            raise LinkError("ami_denied", action="QueueStatus", reason=answer.get("Message", ""))
        async with asyncio.timeout(times.answer_s):
            await complete.wait()
    except LinkError as error:
        return Probe(error.code, details | error.details)
    except TimeoutError:
        return Probe("ami_not_ready", details | {"action": "QueueStatus", "reason": f"{times.answer_s:g} s"})
    finally:
        link.close()
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    missing = [right for action, right in RIGHTS if action not in allowed]
    details |= {"version": link.version, "rights": ", ".join(missing)}
    return Probe("ami_rights" if missing else "ami_up", details, len(queues), len(seats), skew_s)
