"""A month is set beside the one before only where both were seen as a whole."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, period
from ccfloor.service import runtime
from ccfloor.service.kpi_month import KpiTable, kpi_table
from ccfloor.service.reports.gather import gather
from ccfloor.service.settings import load
from ccfloor.store.days import prepare_days
from ccfloor.store.engine import writing
from ccfloor.store.tables import feeds, sources
from ccfloor.ui.report_tables import tables
from ccfloor.ui.report_words import Words
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call, put

CONFIG = FloorConfig()
OCTOBER, NOVEMBER, DECEMBER = (period(CONFIG, f"2026-{month}") for month in (10, 11, 12))
DAY_S = 86_400.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """Ten late calls in October, a hundred in November, of which half waited long; as many in December."""
    file = tmp_path_factory.mktemp("fair") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    upgrade(service.engine)
    late = [call(n, OCTOBER.end - 5 * DAY_S + 60 * n) for n in range(10)]
    many = [call(100 + n, NOVEMBER.start + 3600 * (n + 10), wait_s=(5, 90)[n % 2]) for n in range(100)]
    more = [call(300 + n, DECEMBER.start + 3600 * (n + 10), wait_s=(5, 90)[n % 2]) for n in range(110)]
    put(service.engine, [*late, *many, *more])
    prepare_days(service.engine, CONFIG, "main")
    service.clock = lambda: DECEMBER.end + 3600
    yield service
    service.engine.dispose()


def told_from(service: runtime.Service, first: float) -> None:
    """A log that begins at an instant and ends after December."""
    log = {"site": "main", "feed": "live", "name": "log", "kind": "log", "events": 1, "first_at": first}
    more = {"cursor": 1, "mark": "", "last_at": DECEMBER.end + 60, "bad": 0}
    feed = {"site": "main", "feed": "live", "head": 1, "batch": 1, "events": 1, "at": DECEMBER.end + 60}
    with writing(service.engine) as connection:
        for table, row in ((sources, log | more), (feeds, feed)):
            connection.execute(delete(table))
            connection.execute(insert(table).values(row))


def november(service: runtime.Service, of: Period = NOVEMBER) -> KpiTable:
    return kpi_table(service, service.viewer(), of)


def changes(service: runtime.Service, of: Period = NOVEMBER) -> dict[str, str]:
    """KPI → its change in the report's table."""
    data = gather(service, service.viewer(), "figures", november(service, of).scope, of, service.clock())
    table = next(one for one in tables(Words(data, "en")) if one.key == "kpis")
    at = table.header.index("Change")
    return {row[0].text: row[at].text for row in table.rows}


def causes(table: KpiTable) -> set[str]:
    line = table.line("service_level")
    assert line is not None and line.light == "missed"
    return {cause.id for cause in line.causes}


def test_a_month_seen_in_part_is_no_measure_of_counts(service: runtime.Service) -> None:
    told_from(service, OCTOBER.end - 6 * DAY_S)
    table = november(service)
    assert table.state.final and not table.fair
    assert "surge" not in causes(table)
    told = changes(service)
    assert told["Offered"] == told["Answered"] == "–" and told["ASA"].startswith("+")


def test_a_month_seen_as_a_whole_is(service: runtime.Service) -> None:
    told_from(service, OCTOBER.start)
    table = november(service)
    assert table.fair and not table.fair_year  # of last year's November nobody saw anything
    assert "surge" in causes(table)
    assert changes(service)["Offered"] == "+900.0%"
    assert november(service, DECEMBER).fair and changes(service, DECEMBER)["Offered"] == "+10.0%"


def test_a_month_that_runs_is_set_beside_none(service: runtime.Service) -> None:
    told_from(service, OCTOBER.start)
    assert not november(service, period(CONFIG, "2027-01")).fair
