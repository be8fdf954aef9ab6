"""While the simulated past is being written QA's pages say how far it is, and nothing afterwards."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.json import encode
from sqlalchemy import delete, insert

from ccfloor.service import runtime
from ccfloor.service.history import FEED, SOURCE, Progress
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.tables import metadata, sources
from tests.fakes.app_page import opened, words
from tests.fakes.stored_qa import CONFIG, at

START, END = CONFIG.day_begins(date(2026, 10, 1)), CONFIG.day_begins(date(2026, 11, 30))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    made = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="simulator"))
    made.config = CONFIG
    metadata.create_all(made.engine)
    made.clock = lambda: at(9)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


def script() -> None:
    from ccfloor.ui import filling

    filling.show_quality("zh")


def marked(service: runtime.Service, mark: Progress) -> str:
    told = {"site": "main", "feed": FEED, "name": SOURCE, "kind": "live", "cursor": 1, "events": 1, "bad": 0}
    row = told | {"mark": encode(mark).decode(), "first_at": START, "last_at": END}
    with writing(service.engine) as connection:
        connection.execute(delete(sources))
        connection.execute(insert(sources).values(row))
    return words(opened(script))


def test_calls_come_first_then_their_quality_then_nothing_is_said(service: runtime.Service) -> None:
    assert "通话 50%" in marked(service, Progress(START, END, (START + END) / 2, 5))
    day = CONFIG.day_begins(date(2026, 11, 5))
    assert "已到 11-05" in marked(service, Progress(START, END, END, 5, quality=day))
    assert "已到 10-01" in marked(service, Progress(START, END, END, 5))
    assert "正在补写" not in marked(service, Progress(START, END, END, 5, quality=END, qa_made=True))


def test_a_real_floor_has_no_simulated_past(service: runtime.Service) -> None:
    service.settings = load(environ={}, db=str(service.engine.url), source="none")
    assert "正在补写" not in marked(service, Progress(START, END, (START + END) / 2, 5))
