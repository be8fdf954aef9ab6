"""When the QA life of the simulated past is made, and how far it is: beside the mark of its calls."""

from collections.abc import Callable

from msgspec import structs
from msgspec.json import encode
from sqlalchemy import Engine, update

from ccfloor.acd.sim_quality import Quality, load_quality
from ccfloor.floor.config import FloorConfig
from ccfloor.service.history import SOURCE, Progress, qa_wanted
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.drawing import draw_key
from ccfloor.service.qa.facts import settle_weeks
from ccfloor.service.qa.files import sync_files
from ccfloor.service.qa.shifts import site_shifts
from ccfloor.service.qa.simulated import cast, live_through
from ccfloor.service.qa.simulated_after import afterwards
from ccfloor.service.settings import Settings
from ccfloor.store.engine import writing
from ccfloor.store.tables import sources


def make(
    settings: Settings,
    config: FloorConfig,
    engine: Engine,
    now: float,
    breathe: Callable[[], None],
    quality: Quality | None = None,
) -> int:
    """Make what is missing of it, in short transactions; returns the forms that were filled in.

    ``quality``: in place of the simulator's file.
    """
    progress = qa_wanted(settings, engine)
    if progress is None:
        return 0
    sync_files(engine, config, settings.site, now)
    calendar, key = work_calendar(settings.site), draw_key(settings, engine, now)
    play = cast(
        config,
        calendar,
        key,
        progress,
        now,
        quality or load_quality(lang=settings.simulator.language),
        settings.simulator.language,
    )
    play = play._replace(shifts=site_shifts(settings.site, config))
    forms = live_through(engine, play, progress, breathe, lambda mark: _tell(engine, config.site, mark))
    afterwards(engine, play, breathe)
    settle_weeks(engine, config)
    _tell(engine, config.site, structs.replace(progress, quality=progress.end, qa_made=True))
    return forms


def _tell(engine: Engine, site: str, mark: Progress) -> None:
    with writing(engine) as connection:
        mine = (sources.c.site == site, sources.c.name == SOURCE)
        connection.execute(update(sources).where(*mine).values(mark=encode(mark).decode()))
