"""The data quality page: what found nothing is one line, what found something has its rows below."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from ccfloor.service import runtime
from ccfloor.store.engine import writing
from ccfloor.store.tables import bad_lines
from tests.fakes.app_page import opened, quiet_service, words


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as found:
        yield found


def script() -> None:
    from ccfloor.ui import quality_page
    from ccfloor.ui.shell import look

    quality_page.show(look())


@pytest.mark.parametrize(("lang", "none"), [("zh", "没有读不懂的行"), ("en", "Every line could be read")])
def test_what_found_nothing_is_said_once_in_its_line(service: runtime.Service, lang: str, none: str) -> None:
    test = opened(script, lang=lang)
    told = words(test)
    assert told.count(none) == 1 and "#quality-bad" not in told
    assert len(test.subheader) == 2  # links and streams


def test_what_found_something_opens_its_rows(service: runtime.Service) -> None:
    row = {"site": "main", "source": "queue_log", "place": "queue_log:7", "why": "x", "at": service.clock()}
    with writing(service.engine) as connection:
        connection.execute(insert(bad_lines).values(row))
    told = words(opened(script, lang="zh"))
    assert 'href="#quality-bad"' in told and "queue_log:7" in told
    assert "没有读不懂的行" not in told
