"""The data that KPIs are computed from: every field by name, and where it comes from.

A period's figures are sums of fields, so that any longer period, and any group, is a sum. A field that
no source gave is absent, never 0. Durations are milliseconds in fields ending in ``_ms``.
"""

from collections.abc import Mapping

from ccfloor.floor.metrics import FIELDS, FLOW_OUT_FIELDS
from ccfloor.floor.records import AGENT_FIELDS

Figures = Mapping[str, float]

QUEUE = tuple(f"queue.{name}" for name in FIELDS)  # sums of queue_intervals: site, queue
AGENT = tuple(f"agent.{name}" for name in AGENT_FIELDS)  # sums of agent_intervals: site, team, agent
# Time in status: summed over the agents whose presence a switch tells of; absent where it tells of none,
# since a log of calls alone would make everybody always busy.
PRESENCE = tuple(name for name in AGENT[AGENT_FIELDS.index("ready_ms") :] if name != "agent.unknown_ms")
# Calls that agents answered whose time is told: what is divided by that time. Absent where the time is.
PRESENT_ANSWERED = "agent.answered_present"
# Not a sum: the longest wait of any caller in the period.
GREATEST = ("queue.max_wait_ms",)
RING_CADENCE_MS = 5000  # one ring: a second of tone, four of silence (China, most of Europe)
# Counted from the stored calls themselves, by the entry of the call (the answer, for an agent).
CALLS = (
    "calls.known",  # calls whose number is known
    "calls.repeat_24h",  # … and had called in the 24 hours before
    "calls.repeat_48h",
    "calls.repeat_7d",
    "calls.answered_known",  # answered calls whose number is known
    "calls.again_7d",  # … and called again within 7 days after
    "calls.queued",  # calls that waited at all
    "calls.queued_wait_ms",
    "calls.held",  # answered calls with any hold
    "calls.in_15s",  # answered within 15 seconds
    "calls.in_3_rings",  # answered within three rings of the seat
    "calls.wait_answered_ms",  # wait of the answered, for scopes that have no queue fields
    "calls.answered_in_t",
    "calls.answered",
)
# From spans of seats that are not a sum of statuses.
SEATS = (
    "seats.busy_spells_over",  # spells of busy longer than the limit
    "seats.out_calls",  # outbound calls, as far as the switch tells of them
    "seats.scheduled_ms",  # from the roster
    "seats.adherent_ms",
    "seats.worked_scheduled_ms",
    "seats.productive_ms",  # of rostered agents alone: handling calls, or free for one
    "seats.rostered",
    "seats.present",
    "seats.late",  # late comings and early leavings beyond the grace
    "seats.late_ms",
    "seats.agent_days",  # one for each agent and day with any presence or any call
)
# Fields of the floor that stand beside an import in one KPI: import's field → them. Figures have them a
# second time, as ``queue.answered@ivr.entries``: of the days alone on which the import tells of its own.
LOST = tuple(
    f"queue.{name}" for name in ("abandoned", *FLOW_OUT_FIELDS, "lost", "refused_full", "refused_empty")
)
BESIDE: dict[str, tuple[str, ...]] = {
    "ivr.entries": ("queue.answered", "queue.offered", "queue.refused_full", "queue.refused_empty"),
    "trunk.busy": ("queue.answered", *LOST),
    "outbound.dialled": ("seats.agent_days",),
    "hr.paid_h": tuple(
        f"agent.{name}_ms" for name in ("ready", "ringing", "on_call", "on_hold", "wrap_up", "callback")
    ),
    "cost.total": ("queue.answered", "agent.answered"),
    "complaints.verified": ("queue.answered", "agent.answered"),
}
# What a day that is over is counted for, beside its intervals; the days of agents are counted as they are.
COUNTED = (*CALLS, *(name for name in SEATS if name != "seats.agent_days"))


def origin(field: str) -> str:
    """Where a field comes from: ``queue``, ``agent``, ``calls``, ``seats``, else the import's dataset."""
    return field.partition(".")[0]


def add(parts: list[Figures]) -> dict[str, float]:
    """The sum of figures; a field is known where any part knows it. Of GREATEST the greatest is kept."""
    total: dict[str, float] = {}
    for part in parts:
        for name, value in part.items():
            before = total.get(name, 0)
            total[name] = max(before, value) if name in GREATEST else before + value
    return total
