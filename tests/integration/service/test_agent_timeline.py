"""One agent's day over stored spans and calls: across midnight, with a roster, with what goes on now."""

from collections.abc import Iterator

import pytest

from ccfloor.kpi.period import period
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.agent_timeline import day_line, missed, of_kind, worked_ms
from ccfloor.service.settings import load
from ccfloor.store.handle_times import handled
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_trend import CONFIG, MONTH, at, put_shift

DAY = period(CONFIG, f"{MONTH}-20")
AFTER = period(CONFIG, f"{MONTH}-21")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("day") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    put_shift(service.engine)
    service.clock = lambda: at("22T08:00")
    yield service
    service.engine.dispose()


def test_a_shift_over_midnight_is_drawn_whole_where_it_begins(service: runtime.Service) -> None:
    line = day_line(service, service.viewer(), "陈思远", DAY)
    assert line.over_midnight
    assert (line.bits[0].start, line.bits[-1].end) == (at("20T18:00"), at("21T01:30"))
    assert worked_ms(line.bits, line.start, line.end) == 7.5 * 3_600_000
    assert of_kind(line.bits, DAY.start, DAY.end)["break"] == 50 * 60_000
    after = day_line(service, service.viewer(), "陈思远", AFTER)
    assert [bit.start for bit in after.bits] == [at("21T09:00")]
    assert after.before == at("21T01:30")


def test_every_call_leads_to_its_life_and_rings_in_vain_are_known(service: runtime.Service) -> None:
    line = day_line(service, service.viewer(), "陈思远", DAY)
    talk = next(bit for bit in line.bits if bit.kind == "on_call")
    assert talk.row and (talk.row.source, talk.row.position) == (1, 1)
    assert [row.position for row in line.calls] == [1]
    (ring,) = missed(line)
    assert ring.row and ring.row.position == 2 and ring.start == at("20T23:00")
    assert line.calls[0].number == "138****2071"


def test_the_day_is_held_against_its_roster(service: runtime.Service) -> None:
    line = day_line(service, service.viewer(), "陈思远", DAY)
    assert line.kept
    assert (line.kept.scheduled_ms, line.kept.late_ms) == (8 * 3_600_000, 30 * 60_000)
    assert line.kept.adherent_ms == 7.5 * 3_600_000
    assert day_line(service, service.viewer(), "陈思远", AFTER).kept is None


def test_a_reader_of_another_team_sees_nothing_of_the_day(service: runtime.Service) -> None:
    line = day_line(service, Viewer(site="main", teams=frozenset("B")), "陈思远", DAY)
    assert (line.bits, line.calls, line.shifts, dict(line.sums)) == ([], [], (), {})


def test_handle_times_are_newest_first_and_bounded(service: runtime.Service) -> None:
    team = Scope("team", "A")
    both = handled(service.engine, service.viewer(), CONFIG, team, DAY.start, DAY.end)
    assert [(row.position, row.handle_s) for row in both] == [(2, 270.0), (1, 592.0)]
    assert both[0].number == "138****2071"
    one = handled(service.engine, service.viewer(), CONFIG, team, DAY.start, DAY.end, most=1)
    assert [row.position for row in one] == [2]
