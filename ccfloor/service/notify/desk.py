"""The desk between outbox and channels: what is due, which messages leave now, what became of them.

Time is an argument; nothing here sends. A message that was handed out and never settled (the process died)
is handed out again by the next start: at least once for what was on its way, once for everything else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.message import Around, Lang, Message, Part, compose, free, plain
from ccfloor.rules.telling import (
    HOUR_S,
    OUT,
    REPORT,
    SENT,
    TEST,
    WAITING,
    Case,
    Channel,
    Told,
    due,
    pressing,
    ready,
)
from ccfloor.service.notify.names import subject_name
from ccfloor.service.notify.outbox import Outbox
from ccfloor.service.notify.outcome import Outcome
from ccfloor.service.notify.reasons import because

FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 300.0
MOST_ATTEMPTS = 17  # the pauses between them add up to an hour


NO_LISTS: Mapping[str, Sequence[str]] = MappingProxyType({})


class Job(NamedTuple):
    """A message to hand to a channel. ``attempts``: of each notice in it; ``at``: by the floor's clock."""

    channel: str
    ids: tuple[int, ...]
    abouts: frozenset[str]
    attempts: tuple[int, ...]
    kind: str
    message: Message
    delivery: str
    thread: str
    at: float


class Wording(NamedTuple):
    """What messages are written from. ``link``: address of the plan page, empty for none."""

    config: FloorConfig
    link: str = ""
    simulated: bool = False


def retry_s(attempts: int) -> float:
    """Seconds until the next try after so many."""
    return float(min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** max(0, attempts - 1)))


class Desk:
    """The desk of one site. Used by one thread; ``steady`` times are of a clock that only runs."""

    def __init__(self, outbox: Outbox, wording: Wording) -> None:
        self._outbox, self._wording = outbox, wording
        self._out: dict[str, Job] = {}
        self._retry_at: dict[str, float] = {}
        self._sent: dict[str, list[float]] | None = None
        self._watched: set[str] = set()

    def step(
        self,
        now: float,
        steady: float,
        channels: Mapping[str, Channel],
        langs: Mapping[str, Lang],
        lists: Mapping[str, Sequence[str]] = NO_LISTS,
    ) -> list[Job]:
        """Look once at ``now`` (floor's clock); returns the messages that may leave now, one a channel.

        Each is to be begun before it is handed out.
        """
        if self._sent is None:
            self._watched = self._outbox.remembered(now)
            self._sent = self._outbox.recent(now)
        seen = self._outbox.look(self._watched)
        told = self._not_out(seen.told)
        found = due(now, seen.cases, told, channels, lists)
        if found.notices or found.changes:
            self._outbox.write(now, found.notices, found.changes)
            seen = self._outbox.look(self._watched)
            told = self._not_out(seen.told)
        firing = {key for key, case in seen.cases.items() if case.firing}
        waiting = [row for row in told if row.state == WAITING]
        self._turn_away(now, waiting, channels)
        jobs = [
            job
            for name in channels
            if name not in self._out
            and (job := self._job(now, steady, channels[name], langs[name], waiting, seen.cases))
        ]
        self._watched = firing.union(*(job.abouts for job in (*self._out.values(), *jobs)))
        return jobs

    def _turn_away(self, now: float, waiting: Sequence[Told], channels: Mapping[str, Channel]) -> None:
        """A report or a test for a channel that is off does not wait for ever."""
        gone = [row.id for row in waiting if row.kind in (REPORT, TEST) and row.channel not in channels]
        self._outbox.give_up(gone, now, because("channel_gone"))

    def _not_out(self, told: Sequence[Told]) -> list[Told]:
        """Without what is on its way, but with what else its channel was told."""
        out = {number for job in self._out.values() for number in job.ids}
        return [row._replace(state=OUT) if row.id in out else row for row in told]

    def _job(
        self,
        now: float,
        steady: float,
        channel: Channel,
        lang: Lang,
        waiting: Sequence[Told],
        cases: Mapping[str, Case],
    ) -> Job | None:
        free_ = (REPORT, TEST)
        mine = [row for row in waiting if row.channel == channel.name]
        mine = [row for row in mine if row.kind in free_ or row.about in cases]
        if steady < self._retry_at.get(channel.name, 0.0):
            mine = [row for row in mine if row.kind in free_ and not row.attempts]
        sent = [at for at in (self._sent or {}).get(channel.name, []) if at > now - HOUR_S]
        rows = ready(now, channel, mine, sent, pressing(mine, cases))
        if not rows:
            return None
        if rows[0].kind in free_:
            message, thread = self._free(now, lang, rows[0]), rows[0].about
        else:
            message, thread = self._alarms(now, lang, channel, rows, cases, max(sent, default=0.0))
        return Job(
            channel.name,
            tuple(row.id for row in rows),
            frozenset(row.about for row in rows),
            tuple(row.attempts + 1 for row in rows),
            rows[0].kind,
            message,
            self._named(",".join(str(row.id) for row in rows)),
            thread,
            now,
        )

    def _free(self, now: float, lang: Lang, row: Told) -> Message:
        return free(row.kind, self._outbox.text(row.id), self._around(now, lang))

    def _alarms(
        self,
        now: float,
        lang: Lang,
        channel: Channel,
        rows: Sequence[Told],
        cases: Mapping[str, Case],
        since: float,
    ) -> tuple[Message, str]:
        config = self._wording.config
        parts = []
        for row in rows:
            case = cases[row.about]
            about = subject_name(case.alarm.subject, case.rule, config, lang)
            parts.append(Part(row.kind, row.about, case, about))
        plans = {part.case.alarm.plan for part in parts} - {""}
        still = [
            case
            for key, case in cases.items()
            if case.firing and case.alarm.plan in plans and key not in {part.key for part in parts}
        ]
        around = self._around(now, lang)._replace(
            still=sorted(still, key=lambda case: -case.alarm.level),
            incidents=self._outbox.incidents(),
            passed=self._outbox.passed(channel.name, since),
        )
        message = compose(parts, around)
        return message, self._thread(message.parts[0])

    def _around(self, now: float, lang: Lang) -> Around:
        link = f"{self._wording.link}?lang={lang}" if self._wording.link else ""
        return Around(now, lang, self._wording.config.zone, link, self._wording.simulated)

    def _thread(self, top: Part) -> str:
        """A plan is one thread a day; any other alarm is one of its own."""
        alarm, zone = top.case.alarm, ZoneInfo(self._wording.config.zone)
        day = datetime.fromtimestamp(alarm.fired_at, zone).date()
        return self._named(f"{alarm.plan}/{day}" if alarm.plan else top.key)

    def _named(self, text: str) -> str:
        """A short name that is the same whenever it is asked for, and differs between sites."""
        site = self._wording.config.site
        return f"ccfloor.{site}.{hashlib.sha256(f'{site} {text}'.encode()).hexdigest()[:16]}"

    @property
    def on_the_way(self) -> bool:
        """Whether a channel has a message that it has not settled."""
        return bool(self._out)

    def begin(self, job: Job) -> None:
        """A message is about to be handed to its channel."""
        text = None if job.kind in (REPORT, TEST) else plain(job.message)
        self._outbox.begin(job.ids, text)
        self._out[job.channel] = job

    def done(self, job: Job, outcome: Outcome, now: float, steady: float) -> None:
        """What became of a message. One that did not go waits for another try, up to an hour."""
        if outcome.sent:
            self._outbox.settle(job.ids, SENT, outcome.error, job.at)
            self._retry_at.pop(job.channel, None)
            if self._sent is not None:
                self._sent.setdefault(job.channel, []).append(job.at)
        else:
            self._failed(job, outcome, now, steady)
        del self._out[job.channel]

    def _failed(self, job: Job, outcome: Outcome, now: float, steady: float) -> None:
        for_good = not outcome.again or job.kind == TEST
        tries = dict(zip(job.ids, job.attempts, strict=True))
        over = [number for number, tried in tries.items() if for_good or tried >= MOST_ATTEMPTS]
        again = [number for number in tries if number not in over]
        self._outbox.give_up(over, now, outcome.error)
        self._outbox.settle(again, WAITING, outcome.error)
        if again:
            pause = retry_s(max(tries[number] for number in again))
            self._retry_at[job.channel] = steady + max(pause, outcome.wait_s)
        elif outcome.wait_s:
            self._retry_at[job.channel] = steady + outcome.wait_s
