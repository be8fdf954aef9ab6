"""One batch of events through a Floor: the same steps when it is recorded, replayed and rebuilt."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ccfloor.floor.calls import MATCH_ALONE_S
from ccfloor.floor.events import AnyEvent
from ccfloor.floor.records import Ledger
from ccfloor.floor.state import Floor
from ccfloor.store.coverage import Coverage
from ccfloor.store.recall import Recall

LONGEST_CALL_S = 6 * 3600.0  # a call that was open when a live source came up began at most so long before


class Run(NamedTuple):
    """What one source (its id) told in a row. ``log``: it is a queue_log."""

    source: int
    log: bool
    positions: Sequence[int]
    events: Sequence[AnyEvent]


class Played(NamedTuple):
    """What a batch changed. ``recalled``: stored calls that had to be given back to the Floor."""

    ledger: Ledger
    recalled: int


def play(
    floor: Floor,
    coverage: Coverage,
    batch: Sequence[Run],
    ask: Callable[[Recall, Sequence[AnyEvent]], None] | None = None,
) -> Played:
    """Apply a batch and take the ledger. ``ask`` reads stored calls for a log that covers live time."""
    logged = [event for run in batch if run.log for event in run.events]
    recall = Recall()
    floor.covered = _covered(coverage, logged)
    if floor.covered and ask is not None:
        ask(recall, logged)
    apply, note = floor.apply, coverage.note
    for source, log, positions, events in batch:
        if log and not recall.found:
            floor.apply_logged(events, source, positions)
            continue
        for position, event in zip(positions, events, strict=True):
            if not log:
                note(source, event)
            elif recall.found:
                recall.before(floor, event)
            apply(event, source, position, log=log)
    return Played(floor.take(), recall.count)


def _covered(coverage: Coverage, logged: Sequence[AnyEvent]) -> list[tuple[float, float]]:
    if not logged or coverage.empty:
        return []
    instants = [event.at for event in logged]
    return coverage.spans(min(instants) - MATCH_ALONE_S, max(instants) + LONGEST_CALL_S)
