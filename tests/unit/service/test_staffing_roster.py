"""When a roster has somebody take calls."""

import pytest

from ccfloor.kpi.adherence import Shift
from ccfloor.service.staffing_today.roster import at_work, names_time_off

Span = tuple[float, float]


@pytest.mark.parametrize(
    ("shifts", "free", "work"),
    [
        ([], [], []),
        ([(9, 17, "queue")], [], [(9, 17)]),
        ([(9, 12, "queue"), (13, 17, "queue")], [], [(9, 12), (13, 17)]),
        ([(9, 17, "queue"), (12, 13, "meal"), (15, 15.5, "training")], [], [(9, 12), (13, 15), (15.5, 17)]),
        ([(9, 17, "queue"), (16, 18, "leave")], [], [(9, 16)]),
        ([(9, 17, "queue")], [(8, 10), (16, 20)], [(10, 16)]),
        ([(9, 17, "queue")], [(8, 18)], []),
        ([(9, 13, "queue"), (11, 17, "queue")], [], [(9, 13), (13, 17)]),
        ([(9, 17, "queue"), (10, 11, "queue")], [], [(9, 17)]),
        ([(12, 13, "meal")], [], []),
    ],
)
def test_breaks_and_leave_are_cut_out(
    shifts: list[tuple[float, float, str]], free: list[Span], work: list[Span]
) -> None:
    assert list(at_work((Shift(*one) for one in shifts), free)) == work


@pytest.mark.parametrize(
    ("shifts", "named"),
    [
        ([(9, 17, "queue")], False),
        ([(9, 12, "queue"), (13, 17, "queue")], False),
        ([(9, 17, "queue"), (12, 13, "meal")], True),
        ([(9, 12, "queue"), (12, 13, "training"), (13, 17, "queue")], True),
        ([(9, 17, "leave")], False),
        ([], False),
    ],
)
def test_a_day_off_as_a_whole_names_no_break_of_a_shift(
    shifts: list[tuple[float, float, str]], named: bool
) -> None:
    assert names_time_off([Shift(*one) for one in shifts]) == named
