"""The simulated past: filled once, resumed where it stopped, shown while it grows."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from ccfloor.service import history
from ccfloor.service.history import Progress, fill, read_progress, report, wanted
from ccfloor.service.settings import Settings, SimulatorSettings, SiteSettings
from ccfloor.service.site import load_site
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import calls, journal
from tests.fakes.current import upgrade

CONFIG = load_site(SiteSettings(data=str(Path(__file__).parents[3] / "data")))
MONDAY = 1_763_308_800.0
PLAN = Progress(MONDAY, MONDAY + 9 * 3600, MONDAY, 7)


class Stopped(Exception):
    """The process was ended here."""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path}/floor.db")
    upgrade(engine)
    return engine


def count(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        return tuple(connection.scalar(select(func.count()).select_from(table)) for table in (calls, journal))


def test_it_goes_on_where_it_was_stopped(engine: Engine, tmp_path: Path) -> None:
    breaths = iter(range(10))

    def stop() -> None:
        if next(breaths) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        fill(engine, CONFIG, PLAN, stop)
    half = read_progress(engine, "main")
    assert half is not None and 0 < half.share < 1
    told = report(half)
    assert told is not None and told.details["percent"] == f"{half.share * 100:.0f}"
    fill(engine, CONFIG, half, lambda: None)
    assert report(read_progress(engine, "main")) is None

    other = open_engine(f"sqlite:///{tmp_path}/other.db")
    upgrade(other)
    fill(other, CONFIG, PLAN, lambda: None)
    assert count(engine) == count(other) and count(other)[0] > 100


def test_only_a_simulated_floor_is_given_a_past(engine: Engine) -> None:
    now = MONDAY + 86400 * 70
    plan = wanted(Settings(), CONFIG, engine, now)
    assert plan is not None and plan.end == CONFIG.business_day(now)[0]
    assert round((plan.end - plan.start) / 86400) == 60
    assert wanted(Settings(source="asterisk"), CONFIG, engine, now) is None
    assert wanted(Settings(simulator=SimulatorSettings(history_days=0)), CONFIG, engine, now) is None


def test_a_finished_past_is_not_filled_again(engine: Engine) -> None:
    short = replace(PLAN, end=MONDAY + 1800)
    fill(engine, CONFIG, short, lambda: None)
    assert wanted(Settings(), CONFIG, engine, MONDAY + 86400) is None
    assert history.FEED == "history"
