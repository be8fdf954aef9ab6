"""Adherence and conformance of rostered days."""

import pytest

from ccfloor.kpi.adherence import Adherence, Shift, Stay, adherence, reach, stay

H, M = 3600.0, 60.0
NINE = 9 * H
HOUR = [Shift(NINE, NINE + H)]


def _shares(found: Adherence | None) -> tuple[float, float]:
    assert found
    return found.adherent_ms / found.scheduled_ms, found.worked_ms / found.scheduled_ms


def test_fifteen_minutes_late_and_fifteen_longer() -> None:
    found = adherence(HOUR, [Stay(NINE + 15 * M, NINE + 75 * M, "ready")])
    assert _shares(found) == (0.75, 1.0)
    assert found and (found.late_ms, found.early_ms, found.present) == (900_000, 0, 1)


def test_a_deviation_within_the_grace_counts_as_kept_a_longer_one_as_a_whole() -> None:
    assert _shares(adherence(HOUR, [Stay(NINE + 120, NINE + H, "ready")]))[0] == 1.0
    late = adherence(HOUR, [Stay(NINE + 121, NINE + H, "ready")])
    assert late and (late.adherent_ms, late.late_ms) == (3_479_000, 121_000)


def test_a_short_absence_in_the_middle_is_not_forgiven() -> None:
    stays = [Stay(NINE, NINE + 30 * M, "ready"), Stay(NINE + 31 * M, NINE + H, "on_call")]
    assert _shares(adherence(HOUR, stays))[0] == pytest.approx(59 / 60)


DAY = [
    Shift(NINE, NINE + 2 * H),
    Shift(NINE + 2 * H, NINE + 2.5 * H, "break"),
    Shift(NINE + 2.5 * H, NINE + 4 * H),
]


def test_a_break_at_another_time_costs_adherence_alone() -> None:
    stays = [
        Stay(NINE, NINE + H, "ready"),
        stay(NINE + H, NINE + 1.5 * H, "paused", "break"),
        Stay(NINE + 1.5 * H, NINE + 4 * H, "on_call"),
    ]
    assert _shares(adherence(DAY, stays)) == (0.75, 1.0)


def test_a_longer_break_costs_conformance_too() -> None:
    stays = [
        Stay(NINE, NINE + 2 * H, "ready"),
        stay(NINE + 2 * H, NINE + 3 * H, "paused", "meal"),
        Stay(NINE + 3 * H, NINE + 4 * H, "ready"),
    ]
    assert _shares(adherence(DAY, stays)) == (0.875, 0.875)


def test_signing_off_for_the_break_keeps_it() -> None:
    stays = [Stay(NINE, NINE + 2 * H, "ready"), Stay(NINE + 2.5 * H, NINE + 4 * H, "ready")]
    assert _shares(adherence(DAY, stays)) == (1.0, 1.0)


def test_busy_is_agreed_to_nothing() -> None:
    stays = [Stay(NINE, NINE + H / 2, "ready"), stay(NINE + H / 2, NINE + H, "paused", "busy")]
    assert _shares(adherence(HOUR, stays)) == (0.5, 0.5)


def test_leave_and_a_system_failure_are_in_neither_part() -> None:
    stays = [Stay(NINE, NINE + H, "ready")]
    planned = adherence([Shift(NINE, NINE + 2 * H), Shift(NINE + H, NINE + 2 * H, "leave")], stays)
    failed = adherence([Shift(NINE, NINE + 2 * H)], stays, excused=[(NINE + H, NINE + 2 * H)])
    assert planned == failed
    assert planned and planned.scheduled_ms == 3_600_000 and _shares(planned) == (1.0, 1.0)
    whole = adherence([Shift(NINE, NINE + H, "leave")], [])
    assert whole == Adherence() and whole.figures == {}


def test_absent_is_rostered_and_not_present() -> None:
    found = adherence(DAY, [])
    assert found and found.figures == {
        "seats.scheduled_ms": 14_400_000,
        "seats.adherent_ms": 0,
        "seats.worked_scheduled_ms": 0,
        "seats.productive_ms": 0,
        "seats.rostered": 1,
        "seats.present": 0,
        "seats.late": 0,
        "seats.late_ms": 0,
    }


def test_more_than_an_hour_late_counts_as_absent_but_what_was_worked_counts() -> None:
    found = adherence(DAY, [Stay(NINE + 90 * M, NINE + 4 * H, "ready")])
    assert found and (found.present, found.late_ms) == (0, 0)
    assert found.worked_ms == found.adherent_ms + 1_800_000 == 9_000_000


def test_productive_is_handling_or_free_and_nothing_else() -> None:
    stays = [
        Stay(NINE, NINE + 20 * M, "ready"),
        Stay(NINE + 20 * M, NINE + 30 * M, "on_call"),
        Stay(NINE + 30 * M, NINE + 40 * M, "meeting"),
        Stay(NINE + 40 * M, NINE + 50 * M, "other_call"),
        Stay(NINE + 50 * M, NINE + 60 * M, "wrap_up"),
    ]
    found = adherence(HOUR, stays)
    assert found and found.productive_ms == 40 * 60_000
    assert found.figures["seats.productive_ms"] == 40 * 60_000


def test_leaving_early_is_told() -> None:
    found = adherence(HOUR, [Stay(NINE, NINE + 50 * M, "ready")])
    assert found and found.early_ms == 600_000
    assert (found.figures["seats.late"], found.figures["seats.late_ms"]) == (1, 600_000)


def test_training_and_meetings_are_kept_by_being_there() -> None:
    shifts = [Shift(NINE, NINE + H, "training"), Shift(NINE + H, NINE + 2 * H, "meeting")]
    stays = [stay(NINE, NINE + H, "paused", "coaching"), stay(NINE + H, NINE + 2 * H, "paused", "break")]
    found = adherence(shifts, [*stays, Stay(NINE + 2 * H, NINE + 2 * H + 1, "ready")])
    assert found and found.adherent_ms == 3_600_000


def test_conversations_alone_give_no_verdict() -> None:
    assert adherence(HOUR, [Stay(NINE, NINE + H / 2, "on_call")]) is None


def test_a_night_shift_reaches_into_the_next_day_and_not_into_the_next_shift() -> None:
    night = [Shift(22 * H, 30 * H)]
    assert reach(night) == (18 * H, 34 * H)
    assert reach(night, before=20 * H, after=31 * H) == (21 * H, 30.5 * H)
    found = adherence(night, [Stay(22 * H, 30 * H, "ready")])
    assert _shares(found) == (1.0, 1.0)
