"""A manager interface on loopback that behaves as Asterisk's does, as far as a wallboard can tell.

It checks logins (plain and by challenge), honours the event mask and the session's filters, answers the
actions the product sends, and tells its sessions whatever a test wants them to hear.
"""

import asyncio
import hashlib
import re
import ssl
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ccfloor.acd.ami_wire import Message, parse_block
from tests.fakes.ami_run import block_of

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
CLASSES = {"agent", "call", "system", "dialplan", "reporting", "security"}


@dataclass(eq=False)
class Session:
    """One connected client."""

    writer: asyncio.StreamWriter
    logged_in: bool = False
    mask: frozenset[str] = frozenset()
    filters: list[re.Pattern[str]] = field(default_factory=list)

    def hears(self, block: bytes, privilege: str) -> bool:
        """Whether an event of this class reaches the client: mask first, then its include filters."""
        if not self.logged_in or privilege.split(",")[0] not in self.mask:
            return False
        text = block.decode("utf-8", "replace")
        return not self.filters or any(found.search(text) for found in self.filters)


class FakeAmi:
    """The server. ``denied``: actions it refuses; ``readable``: classes the user may read."""

    def __init__(self, user: str = "ccfloor", secret: str = "open sesame") -> None:
        self.user, self.secret = user, secret
        self.greeting = GREETING
        self.challenges = True
        self.denied: set[str] = set()
        self.readable = frozenset(CLASSES)
        self.ahead_s = 7.0  # its clock, before ours
        self.mute = False  # takes everything, answers nothing
        self.started = "2026-11-21 17:40:08"
        self.report: list[Message] = []  # QueueParams, QueueMember, QueueEntry
        self.channels: list[Message] = []
        self.refusals: dict[str, str] = {}  # action → message
        self.actions: list[Message] = []
        self.sessions: list[Session] = []
        self.logins = 0
        self.port = 0
        self.sent_bytes = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port of the loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut everybody off."""
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Cut every session off."""
        for session in self.sessions:
            session.writer.close()
        self.sessions.clear()

    def tell(self, messages: Iterable[Message]) -> None:
        """Send events to every session that may hear them."""
        for message in messages:
            block = block_of(message)
            for session in self.sessions:
                if session.hears(block, message.get("Privilege", "system,all")):
                    self._send(session, block)

    def asked(self, action: str) -> list[Message]:
        """The actions of this name that came so far."""
        return [message for message in self.actions if message.get("Action") == action]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        session = Session(writer)
        self.sessions.append(session)
        writer.write(self.greeting)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):  # how every session ends
                while block := await reader.readuntil(b"\r\n\r\n"):
                    if not self.mute:
                        self._obey(session, parse_block(block))
        finally:
            if session in self.sessions:
                self.sessions.remove(session)
            writer.close()
            self._tasks.discard(task)

    def _send(self, session: Session, block: bytes) -> None:
        self.sent_bytes += len(block)
        session.writer.write(block)

    def _answer(self, session: Session, asked: Message, response: str, **fields: str) -> None:
        head = {"Response": response}
        if "ActionID" in asked:
            head["ActionID"] = asked["ActionID"]
        self._send(session, block_of({**head, **fields}))

    def _obey(self, session: Session, asked: Message) -> None:
        action = asked.get("Action", "")
        self.actions.append(asked)
        if action == "Challenge" and self.challenges:
            self._answer(session, asked, "Success", Challenge="170012345")
        elif action == "Login":
            self._login(session, asked)
        elif not session.logged_in or action in self.denied:
            self._answer(session, asked, "Error", Message="Permission denied")
        elif action in self.refusals:
            self._answer(session, asked, "Error", Message=self.refusals[action])
        else:
            self._do(session, asked, action)

    def _login(self, session: Session, asked: Message) -> None:
        key = hashlib.md5(b"170012345" + self.secret.encode()).hexdigest()
        known = asked.get("Key") == key or asked.get("Secret") == self.secret
        if asked.get("Username") != self.user or not known:
            self._answer(session, asked, "Error", Message="Authentication failed")
            session.writer.close()
            return
        self.logins += 1
        session.logged_in = True
        if asked.get("Events", "on") != "off":
            session.mask = self.readable
        self._answer(session, asked, "Success", Message="Authentication accepted")
        boot = {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": "1", "Status": "Fully Booted"}
        self._send(session, block_of(boot))

    def _do(self, session: Session, asked: Message, action: str) -> None:
        if action == "Events":
            session.mask = self.readable & frozenset(asked["EventMask"].split(","))
            self._answer(session, asked, "Success", Events="On")
        elif action == "Filter":
            session.filters.append(re.compile(asked["Filter"]))
            self._answer(session, asked, "Success", Message="Filter added successfully")
        elif action == "CoreStatus":
            day, clock = self.started.split(" ")
            self._answer(session, asked, "Success", CoreStartupDate=day, CoreStartupTime=clock)
        elif action == "QueueStatus":
            self._list(session, asked, self.report, "QueueStatusComplete")
        elif action == "CoreShowChannels":
            self._list(session, asked, self.channels, "CoreShowChannelsComplete")
        elif action == "ListCommands":
            names = {"QueuePause", "QueueAdd", "QueueStatus", "Filter", "CoreShowChannels"} - self.denied
            self._answer(session, asked, "Success", **{name: "something (Priv: agent,all)" for name in names})
        elif action == "Ping":
            self._answer(
                session, asked, "Success", Ping="Pong", Timestamp=f"{time.time() + self.ahead_s:.6f}"
            )
        else:
            self._answer(session, asked, "Success", Message=f"{action} done")

    def _list(self, session: Session, asked: Message, items: Sequence[Message], end: str) -> None:
        same = {"ActionID": asked["ActionID"]}
        self._answer(session, asked, "Success", EventList="start")
        for item in [*items, {"Event": end, "EventList": "Complete", "ListItems": str(len(items))}]:
            self._send(session, block_of({**item, **same}))
