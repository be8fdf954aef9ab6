"""When a roster has somebody take calls."""

import pytest

from ccfloor.kpi.adherence import Shift
from ccfloor.service.staffing_today.roster import at_work

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
