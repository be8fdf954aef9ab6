"""An import of some days stands beside the calls of those days alone, also where there were none."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.compute import compute
from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE
from ccfloor.service.kpi_site import catalogue
from ccfloor.service.settings import SiteSettings
from ccfloor.store.days import prepare_days
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.kpi_figures import figures
from ccfloor.store.tables import kpi_facts
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call, put

CONFIG = FloorConfig()
TENTH = 1_794_272_400.0  # 09:00 of 10 November 2026 in Shanghai
DAY_S = 86_400.0
NOVEMBER = period(CONFIG, "2026-11")


@pytest.fixture
def floor(tmp_path: Path) -> Engine:
    """Five calls on the tenth, fifteen on the twentieth."""
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    early = [call(n, TENTH + n) for n in range(1, 6)]
    put(engine, [*early, *(call(n, TENTH + 10 * DAY_S + n) for n in range(10, 25))])
    prepare_days(engine, CONFIG, "main")
    return engine


def tell(engine: Engine, day: int, **fields: float) -> None:
    rows = [
        {
            "site": "main",
            "scope": "site",
            "day": day,
            "import_id": 1,
            "field": name.replace("_", ".", 1),
            "value": n,
        }
        for name, n in fields.items()
    ]
    with writing(engine) as connection:
        connection.execute(insert(kpi_facts), rows)


def november(engine: Engine, name: str) -> float | None:
    told = figures(engine, Viewer(), CONFIG, SITE, [NOVEMBER])[0]
    return compute(catalogue(SiteSettings())[name], told).value


def test_complaints_of_ten_days_are_not_divided_by_the_calls_of_a_month(floor: Engine) -> None:
    tell(floor, 20261110, complaints_verified=1)
    assert november(floor, "complaint_rate") == pytest.approx(1 / 5)


def test_days_without_a_call_do_not_bring_in_those_of_other_days(floor: Engine) -> None:
    tell(floor, 20261101, ivr_entries=1000, ivr_self_finished=400)
    assert november(floor, "connect_rate_in") == pytest.approx(0.4)
    tell(floor, 20261120, ivr_entries=100, ivr_self_finished=20)
    assert november(floor, "connect_rate_in") == pytest.approx((400 + 20 + 15) / 1100)
