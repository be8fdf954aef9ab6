"""The present as Prometheus reads it."""

from collections.abc import Iterable

from ccfloor.acd.base import LinkState
from ccfloor.floor.view import QueueView, SeatCounts
from ccfloor.service.hub import LiveRow

_STATUSES = (
    "ready", "ringing", "on_call", "on_hold", "wrap_up", "other_call", "paused", "offline", "unknown",
)  # fmt: skip


def exposition(row: LiveRow | None, readers: int, now: float) -> str:
    """The text of ``/metrics``. Counters are of the business day, so they fall to 0 at its start."""
    lines = [*_gauge("ccfloor_readers", "Readers connected to the live stream", [("", readers)])]
    if row is None:
        return "\n".join(lines) + "\n"
    view = row.view
    lines += _gauge("ccfloor_view_age_seconds", "Age of the live view", [("", now - view.at)])
    lines += _gauge("ccfloor_waiting", "Callers waiting", _by_queue(view.queues, "waiting"))
    lines += _gauge("ccfloor_longest_wait_seconds", "Longest wait now", _waits(view.queues, view.at))
    for name in ("offered", "answered", "abandoned"):
        values = [(_label(queue=queue.queue), getattr(queue.today, name)) for queue in view.queues]
        lines += _gauge(f"ccfloor_today_{name}", f"Callers {name} today", values)
    lines += _gauge("ccfloor_seats", "Seats by status", _seats(view.floor.seats))
    lines += _gauge("ccfloor_repairs", "Repairs of the state by kind", _repairs(view.repairs))
    up = [(_label(source=report.source), int(report.state is LinkState.UP)) for report in row.sources]
    lines += _gauge("ccfloor_source_up", "Whether a source's link is up", up)
    return "\n".join(lines) + "\n"


Value = tuple[str, float]


def _gauge(name: str, words: str, values: Iterable[Value]) -> list[str]:
    lines = [f"{name}{labels} {value:g}" for labels, value in values]
    return [f"# HELP {name} {words}", f"# TYPE {name} gauge", *lines]


def _label(**labels: str) -> str:
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items()) + "}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _by_queue(queues: Iterable[QueueView], field: str) -> list[Value]:
    return [(_label(queue=queue.queue), getattr(queue, field)) for queue in queues]


def _waits(queues: Iterable[QueueView], at: float) -> list[Value]:
    return [
        (_label(queue=queue.queue), 0.0 if queue.oldest_at is None else max(0.0, at - queue.oldest_at))
        for queue in queues
    ]


def _seats(counts: SeatCounts) -> list[Value]:
    return [(_label(status=status), getattr(counts, status)) for status in _STATUSES]


def _repairs(repairs: dict[str, int]) -> list[Value]:
    return [(_label(kind=kind), count) for kind, count in sorted(repairs.items())]
