"""One AMI session: connect, log in once, ask and be answered, notice when the other side is gone.

No error, log line or repr of this module contains the secret. Where Asterisk offers it, the secret does
not even cross the wire: the login answers a challenge.
"""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ccfloor.acd.ami_translate import wanted
from ccfloor.acd.ami_wire import AmiParser, Message, encode_action

CHUNK = 65536

# What a floor needs to hear. Sent as filters of the session, so that the rest never leaves the switch.
FILTERS = (
    "Event: Queue",
    "Event: Agent",
    "Event: (Join|Leave|Hangup|SoftHangup|Hold|Unhold|BlindTransfer|AttendedTransfer|Transfer)",
    "Event: (Reload|Shutdown|FullyBooted)",
    "Variable: QUEUESTATUS",
    "Application: Queue",
)
CLASSES = "agent,call,system"
FILTERED_CLASSES = "agent,call,system,dialplan"


@dataclass(frozen=True)
class AmiAccess:
    """Where the switch is and who we are there. ``ca``: file of the CA its certificate must chain to."""

    host: str
    port: int = 5038
    user: str = ""
    secret: str = field(default="", repr=False)
    tls: bool = False
    ca: str = ""


@dataclass(frozen=True)
class AmiTimes:
    """Patience in seconds. ``silence_s``: nothing at all received, not even an answer to our pings."""

    connect_s: float = 10.0
    answer_s: float = 10.0
    ping_s: float = 10.0
    silence_s: float = 25.0
    tick_s: float = 0.5
    look_s: float = 30.0
    first_retry_s: float = 1.0
    longest_retry_s: float = 30.0
    refused_retry_s: float = 60.0


class LinkError(Exception):
    """Why a session could not begin or go on: a code of the sentences and its details."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class AmiLink:
    """A session with Asterisk. ``on_message`` gets every message that matters, in order."""

    def __init__(
        self,
        access: AmiAccess,
        times: AmiTimes,
        on_message: Callable[[Message], None],
        on_data: Callable[[], None],
    ) -> None:
        self._access = access
        self._times = times
        self._on_message = on_message
        self._on_data = on_data
        self._parser = AmiParser(wanted)
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._count = 0
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    @property
    def version(self) -> str:
        """The version of AMI in the greeting, such as 11.0.0."""
        return self._parser.banner

    async def connect(self) -> None:
        """Open the socket and read the greeting. Raises LinkError."""
        access, details = self._access, {"host": self._access.host, "port": str(self._access.port)}
        try:
            async with asyncio.timeout(self._times.connect_s):
                self._reader, self._writer = await asyncio.open_connection(
                    access.host, access.port, ssl=_tls(access) if access.tls else None
                )
                await self._greeting()
        except TimeoutError:
            raise LinkError("ami_timeout", **details, seconds=f"{self._times.connect_s:g}") from None
        except socket.gaierror:
            raise LinkError("ami_unknown_host", **details) from None
        except ConnectionRefusedError:
            raise LinkError("ami_refused", **details) from None
        except ssl.SSLError as error:
            raise LinkError("ami_tls", **details, reason=_tls_reason(error)) from None
        except OSError as error:
            raise LinkError("ami_unreachable", **details, reason=error.strerror or str(error)) from None

    async def _greeting(self) -> None:
        parser = self._parser
        while not parser.banner and not parser.stranger:
            data = await self._reader.read(CHUNK)
            if not data:
                break
            for message in parser.feed(data):
                self._take(message)
        if not parser.banner:
            heard = parser.stranger.decode("ascii", "replace").split("\r\n")[0][:60]
            raise LinkError("ami_not_ami", host=self._access.host, port=str(self._access.port), text=heard)

    async def listen(self) -> None:
        """Read until the session ends, which is always a LinkError."""
        try:
            while True:
                async with asyncio.timeout(self._times.silence_s):
                    data = await self._reader.read(CHUNK)
                if not data:
                    raise LinkError("ami_lost", host=self._access.host)
                self._on_data()
                for message in self._parser.feed(data):
                    self._take(message)
        except TimeoutError:
            raise self._silent() from None
        except ssl.SSLError as error:
            raise LinkError("ami_tls", **self._place(), reason=_tls_reason(error)) from None
        except OSError:
            raise LinkError("ami_lost", host=self._access.host) from None

    async def login(self) -> None:
        """The one login of the session, with no events yet. Raises LinkError."""
        access = self._access
        fields = {"Username": access.user, "Events": "off"}
        challenge = (await self.ask("Challenge", {"AuthType": "MD5"})).get("Challenge", "")
        if challenge:
            key = hashlib.md5((challenge + access.secret).encode(), usedforsecurity=False).hexdigest()
            fields |= {"AuthType": "MD5", "Key": key}
        else:
            fields["Secret"] = access.secret
        answer = await self.ask("Login", fields)
        if answer.get("Response") != "Success":
            raise LinkError("ami_login", user=access.user, reason=answer.get("Message", ""))

    async def choose_events(self) -> bool:
        """Ask for what a floor needs and nothing else. False: filters are denied, the classes are chosen."""
        filtered = True
        for expression in FILTERS:
            answer = await self.ask("Filter", {"Operation": "Add", "Filter": expression})
            if answer.get("Response") != "Success":
                filtered = False
                break
        await self.ask("Events", {"EventMask": FILTERED_CLASSES if filtered else CLASSES})
        return filtered

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> Message:
        """An action and its answer. Raises LinkError if none comes in time."""
        if self._writer is None:
            raise LinkError("ami_lost", host=self._access.host)
        self._count += 1
        action_id = f"{self._count}-{action}"
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[action_id] = answer
        try:
            self._writer.write(encode_action(action, fields or {}, action_id))
            async with asyncio.timeout(self._times.answer_s):
                return await answer
        except TimeoutError:
            raise self._silent() from None
        finally:
            self._answers.pop(action_id, None)

    def close(self) -> None:
        """Let the socket go; whoever still waits for an answer is told that the link is lost."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LinkError("ami_lost", host=self._access.host))
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _take(self, message: Message) -> None:
        answer = self._answers.get(message.get("ActionID", "")) if "Response" in message else None
        if answer is not None and not answer.done():
            answer.set_result(message)
        self._on_message(message)

    def _silent(self) -> LinkError:
        return LinkError("ami_silent", host=self._access.host, seconds=f"{self._times.silence_s:g}")

    def _place(self) -> dict[str, str]:
        return {"host": self._access.host, "port": str(self._access.port)}


def _tls(access: AmiAccess) -> ssl.SSLContext:
    """Raises LinkError where the CA file cannot be used."""
    try:
        return ssl.create_default_context(cafile=access.ca or None)
    except (OSError, ssl.SSLError) as error:
        raise LinkError("ami_ca", path=access.ca, reason=error.strerror or type(error).__name__) from None


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or type(error).__name__).replace("_", " ").lower()
