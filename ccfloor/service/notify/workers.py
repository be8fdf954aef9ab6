"""A thread a channel, so that one that never answers holds up nobody else."""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from ccfloor.service.notify.desk import Job
from ccfloor.service.notify.outcome import Outcome, never
from ccfloor.service.notify.reasons import because

log = logging.getLogger(__name__)
Send = Callable[[Job], Outcome]
Settled = tuple[Job, Outcome] | None


class Workers:
    """Hands messages to channels; what becomes of each comes out of ``settled``."""

    def __init__(self, settled: "SimpleQueue[Settled]") -> None:
        self._settled = settled
        self._lines: dict[str, SimpleQueue[tuple[Job, Send] | None]] = {}

    def hand(self, job: Job, send: Send) -> None:
        """Send in the channel's own thread."""
        if job.channel not in self._lines:
            line: SimpleQueue[tuple[Job, Send] | None] = SimpleQueue()
            self._lines[job.channel] = line
            name = f"ccfloor-notify-{job.channel}"
            # a daemon: what it waits for must not hold up the end of the program
            threading.Thread(target=self._run, args=(line,), name=name, daemon=True).start()
        self._lines[job.channel].put((job, send))

    def close(self) -> None:
        """No more: threads end as soon as they are done with what they have."""
        for line in self._lines.values():
            line.put(None)

    def _run(self, line: "SimpleQueue[tuple[Job, Send] | None]") -> None:
        while (work := line.get()) is not None:
            job, send = work
            try:
                outcome = send(job)
            except Exception as error:
                # only its kind: a message may carry the address, which is a secret
                log.error("channel %s: a fault while sending: %s", job.channel, type(error).__name__)
                outcome = never(because("fault", reason=type(error).__name__))
            self._settled.put((job, outcome))
