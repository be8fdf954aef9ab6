"""AsteriskAmi: the live door to one Asterisk. One login however many watch; reconnects by itself."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable

from ccfloor.acd.ami_link import AmiAccess, AmiLink, AmiTimes, LinkError
from ccfloor.acd.ami_translate import AmiTranslator
from ccfloor.acd.ami_wire import Message
from ccfloor.acd.base import CommandKind, CommandResult, Health, LinkState, SeatCommand, Sink
from ccfloor.acd.sentences import say
from ccfloor.floor.events import FloorEvent

log = logging.getLogger(__name__)

PROGRESS_S = 5.0
FEW_CONVERSATIONS = 3  # so many ends without one hang-up seen: the class call is not allowed
MANY_KEY_EXITS = 5  # ... or so many callers gone without a word and none served: see the next line
SILENT_QUEUES = "eventwhencalled=yes, eventmemberstatus=yes"  # queues.conf, needed up to Asterisk 11
_UNTRIED = frozenset(("ami_login", "ami_denied", "ami_ca"))  # trying again soon would not help


class AsteriskAmi:
    """Connector (see ``base.Connector``). ``clock``: UTC epoch seconds; ``name``: the source's name.

    Every session is a source of its own, ``name:epoch``, whose positions count its events. The source
    ``name`` itself has no events: its cursor keeps when the switch was last seen (epoch milliseconds) and
    when it had started, so that a restart of ours knows the gap.
    """

    def __init__(
        self,
        access: AmiAccess,
        *,
        clock: Callable[[], float],
        name: str = "ami",
        times: AmiTimes | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._access = access
        self._clock = clock
        self._name = name
        self._times = times or AmiTimes()
        self._jitter = jitter
        self._translator = AmiTranslator()
        self._link: AmiLink | None = None
        self._source = ""
        self._position = 0
        self._kept_at = 0.0
        self._retries = 0
        self._missing: frozenset[str] = frozenset()

    async def run(self, sink: Sink) -> None:
        """Stay connected until cancelled."""
        kept = sink.cursor(self._name)
        last_seen, started = (kept[0] / 1000, kept[1]) if kept else (0.0, "")
        self._health(sink, LinkState.CONNECTING, "ami_connecting", self._place())
        try:
            while True:
                error = await self._session(sink, last_seen, started)
                self._put(sink, self._translator.closed(error.code))
                self._keep(sink, 0.0)
                await self._pause(sink, error)
        finally:
            self._keep(sink, 0.0)

    async def send(self, command: SeatCommand) -> CommandResult:
        """Ask Asterisk. Its refusal is returned in its own words."""
        link = self._link
        if link is None or not self._translator.synchronized:
            return CommandResult(False, say("ami_command_down", {}, "en"))
        try:
            answer = await link.ask(*self._action(command))
        except LinkError:
            return CommandResult(False, say("ami_command_unanswered", {}, "en"), answered=False)
        return CommandResult(answer.get("Response") == "Success", answer.get("Message", ""))

    # -- one session ---------------------------------------------------------------------------------

    async def _session(self, sink: Sink, last_seen: float, started: str) -> LinkError:
        """Live through one session; returns why it ended."""
        self._translator.opened(last_seen, started)
        self._source, self._position = f"{self._name}:{self._clock():.3f}", 0
        link = AmiLink(self._access, self._times, lambda message: self._take(sink, message), self._seen)
        tasks: list[asyncio.Task[None]] = []
        try:
            await link.connect()
            tasks = [asyncio.create_task(link.listen()), asyncio.create_task(self._live(sink, link))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            link.close()
            await asyncio.wait(tasks, timeout=self._times.answer_s)
        except LinkError as error:
            return error
        finally:
            self._link = None
            link.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self._cause(tasks)

    def _cause(self, tasks: list[asyncio.Task[None]]) -> LinkError:
        """Why the session ended: a refusal and the closing of the socket after it come together."""
        lost = LinkError("ami_lost", host=self._access.host)
        for task in tasks:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, LinkError):
                lost = error if error.code != "ami_lost" else lost
            elif error is not None:
                raise error
        return lost

    async def _live(self, sink: Sink, link: AmiLink) -> None:
        await link.login()
        await link.choose_events()
        self._missing = frozenset()
        await self._report(link)
        await self._await_snapshot(sink)
        self._link, self._retries = link, 0
        self._up(sink, link)
        if "QueuePause" not in await link.ask("ListCommands"):
            self._lacks(sink, link, "write=agent")
        await self._watch(sink, link)

    async def _await_snapshot(self, sink: Sink) -> None:
        """The lists that were promised come a moment after the promise."""
        deadline = self._now() + self._times.answer_s
        while not self._translator.synchronized:
            if self._now() > deadline:
                seconds = f"{self._times.answer_s:g}"
                raise LinkError("ami_not_ready", action="QueueStatus", reason=f"{seconds} s")
            await asyncio.sleep(self._times.tick_s / 10)
            self._put(sink, self._translator.tick(self._clock()))

    async def _report(self, link: AmiLink) -> None:
        """Ask for the whole present; the answers go through the translator like everything else."""
        await link.ask("CoreStatus")
        answer = await link.ask("QueueStatus")
        if answer.get("Response") == "Error":
            raise self._no_status(answer.get("Message", ""))
        channels = await link.ask("CoreShowChannels")
        if channels.get("Response") == "Error":
            self._missing |= {"write=reporting"}

    def _no_status(self, reason: str) -> LinkError:
        """A right that is missing will be missing again; a switch that still starts will not."""
        if "denied" in reason.lower():
            return LinkError("ami_denied", user=self._access.user, action="QueueStatus", reason=reason)
        return LinkError("ami_not_ready", action="QueueStatus", reason=reason)

    async def _watch(self, sink: Sink, link: AmiLink) -> None:
        """Ping, let time pass for the translator, ask again when the switch changed without an event."""
        pinged = looked = self._now()
        while True:
            await asyncio.sleep(self._times.tick_s)
            self._put(sink, self._translator.tick(self._clock()))
            self._keep(sink, PROGRESS_S)
            if self._translator.wants_report:
                self._translator.wants_report = False
                await self._report(link)
            if self._now() - pinged >= self._times.ping_s:
                await link.ask("Ping")
                pinged = self._now()
            if self._now() - looked >= self._times.look_s:
                await self._look(sink, link)
                looked = self._now()

    async def _look(self, sink: Sink, link: AmiLink) -> None:
        """Where no event tells of the queues, compare with a report: quiet hours, or a missing right?"""
        translator = self._translator
        if translator.conversations >= FEW_CONVERSATIONS and not translator.sees_hangups:
            self._lacks(sink, link, "read=call")
        if not translator.conversations and translator.key_exits >= MANY_KEY_EXITS:
            self._lacks(sink, link, SILENT_QUEUES)
        if translator.agent_events:
            return
        if translator.corrections:
            self._lacks(sink, link, "read=agent")
        await link.ask("QueueStatus")

    def _take(self, sink: Sink, message: Message) -> None:
        self._put(sink, self._translator.feed(message, self._clock()))

    def _seen(self) -> None:
        self._translator.seen(self._clock())

    def _put(self, sink: Sink, events: Iterable[FloorEvent]) -> None:
        for event in events:
            self._position += 1
            sink.put(self._source, self._position, event)

    def _keep(self, sink: Sink, every_s: float) -> None:
        seen = self._translator.last_seen
        if seen > self._kept_at + every_s:
            self._kept_at = seen
            sink.progress(self._name, int(seen * 1000), self._translator.started)

    # -- health --------------------------------------------------------------------------------------

    async def _pause(self, sink: Sink, error: LinkError) -> None:
        """Tell what is wrong and wait: longer each time, and not in step with anybody else."""
        times = self._times
        delay = min(times.longest_retry_s, times.first_retry_s * 2 ** min(self._retries, 16))
        if error.code in _UNTRIED:
            delay = max(delay, times.refused_retry_s)
        delay *= 0.5 + self._jitter() / 2
        self._retries += 1
        retry_at = self._clock() + delay
        self._health(sink, LinkState.DOWN, error.code, error.details, retry_at)
        log.warning("%s: %s", self._name, say(error.code, error.details, "en"))
        await asyncio.sleep(delay)

    def _up(self, sink: Sink, link: AmiLink) -> None:
        details = self._place() | {"user": self._access.user, "version": link.version}
        code = "ami_up"
        if "read=agent" in self._missing:
            code = "ami_no_agent_events"
        elif SILENT_QUEUES in self._missing:
            code = "ami_silent_queues"
            details["options"] = SILENT_QUEUES
        elif self._missing:
            code = "ami_rights"
            details["rights"] = ", ".join(sorted(self._missing))
        self._health(sink, LinkState.UP, code, details)

    def _lacks(self, sink: Sink, link: AmiLink, right: str) -> None:
        if right not in self._missing:
            self._missing |= {right}
            self._up(sink, link)

    def _health(
        self, sink: Sink, state: LinkState, code: str, details: dict[str, str], retry_at: float = 0.0
    ) -> None:
        retries = self._retries if state is LinkState.DOWN else 0
        now = self._clock()
        sink.health(Health(self._name, state, code, details, since=now, retry_at=retry_at, retries=retries))

    def _place(self) -> dict[str, str]:
        return {"host": self._access.host, "port": str(self._access.port)}

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    # -- commands ------------------------------------------------------------------------------------

    def _action(self, command: SeatCommand) -> tuple[str, dict[str, str]]:
        """The AMI action of a seat command."""
        fields = {"Interface": command.seat}
        if command.queue:
            fields["Queue"] = command.queue
        if command.kind in (CommandKind.PAUSE, CommandKind.UNPAUSE):
            fields["Paused"] = "true" if command.kind is CommandKind.PAUSE else "false"
            if command.reason:
                fields["Reason"] = command.reason
            return "QueuePause", fields
        if command.kind is CommandKind.REMOVE:
            return "QueueRemove", fields
        fields["Penalty"] = str(command.penalty)
        if command.kind is CommandKind.PENALTY:
            return "QueuePenalty", fields
        if command.paused:
            fields |= {"Paused": "true"} | ({"Reason": command.reason} if command.reason else {})
        return "QueueAdd", fields | self._identity(command)

    def _identity(self, command: SeatCommand) -> dict[str, str]:
        """Name and state device of a seat that joins a queue: those it has in its other queues."""
        fields = {}
        if agent := command.agent or self._translator.agent(command.seat):
            fields["MemberName"] = agent
        device = self._translator.seats().get(command.seat, "")
        if device and device != command.seat:
            fields["StateInterface"] = device
        return fields
