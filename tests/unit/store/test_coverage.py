"""The spans of time that a live source saw without a gap."""

from ccfloor.floor.events import CallJoined, FloorSnapshot, SourceLost
from ccfloor.store.coverage import Coverage


def seen(at: float) -> CallJoined:
    return CallJoined(at=at, call="a", queue="q")


def test_a_lost_link_ends_a_span_and_the_next_event_begins_another() -> None:
    coverage = Coverage([])
    assert coverage.empty
    for event in (seen(10), seen(20), seen(15), SourceLost(at=25), seen(40), seen(50)):
        coverage.note(1, event)
    assert coverage.spans(0, 100) == [(10, 25), (40, 50)]
    assert coverage.spans(26, 39) == []
    assert coverage.changed() == [(1, 10, 25, False), (1, 40, 50, True)]
    assert coverage.changed() == []


def test_a_report_after_a_gap_nobody_told_of_cuts_the_span_at_the_last_sighting() -> None:
    coverage = Coverage([])
    for event in (seen(10), seen(20), FloorSnapshot(at=60, blind_since=18), seen(70)):
        coverage.note(1, event)
    assert coverage.spans(0, 100) == [(10, 18), (60, 70)]


def test_a_stored_span_goes_on_where_it_was_open() -> None:
    coverage = Coverage([(1, 10.0, 20.0, False), (1, 30.0, 40.0, True), (2, 5.0, 6.0, False)])
    coverage.note(1, seen(50))
    coverage.note(2, seen(60))
    assert coverage.changed() == [(1, 30.0, 50, True), (2, 60, 60, True)]
