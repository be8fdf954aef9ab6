"""Every page once, in both languages, over an empty and over a filled database: no error, no wrong words."""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from ccfloor.service import runtime
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.tables import bad_lines, metadata, repairs
from ccfloor.ui.shell import FOOT, GROUPS
from tests.fakes.fake_day import afternoon, fill

MAIN = Path(__file__).resolve().parents[3] / "ccfloor" / "ui" / "main.py"
PAGES = [name for names in (*GROUPS.values(), FOOT) for name in names]
SECRET = "hush-4711"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A service over a database of its own, that collects nothing."""
    environ = {"CCFLOOR_AMI_SECRET": SECRET}
    service = runtime.Service(load(environ=environ, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    metadata.create_all(service.engine)
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def shown(name: str, lang: str) -> AppTest:
    """A page after its first run."""
    test = AppTest.from_file(str(MAIN), default_timeout=30)
    test.query_params["lang"] = lang
    test.run()
    test.switch_page(f"../../pages/{name}.py").run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    """What Streamlit itself puts on the page; a board's words are tested in a browser."""
    parts = [
        element.value for kind in ("header", "subheader", "caption", "warning") for element in test.get(kind)
    ]
    parts += [button.label for button in test.get("download_button")]
    parts += [frame.value.to_csv() for kind in ("table", "dataframe") for frame in test.get(kind)]
    parts += [piece.proto.body for piece in test.main.get("html") if "<style>" not in piece.proto.body]
    return "\n".join(parts)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_runs_on_an_empty_database(service: runtime.Service, name: str, lang: str) -> None:
    test = shown(name, lang)
    assert SECRET not in words(test)
    if lang == "en" and name not in ("settings", "definitions"):
        assert not re.search(r"[\u4e00-\u9fff]", words(test))


@pytest.mark.parametrize("name", ["wall", "seats", "queues", "plan"])
def test_a_live_page_mounts_its_board(service: runtime.Service, name: str) -> None:
    boards = [part.proto.json for part in shown(name, "zh").get("bidi_component")]
    assert sum(f'"board":"{name}"' in re.sub(r":\s+", ":", board) for board in boards) == 1


@pytest.mark.parametrize(("lang", "title"), [("zh", "今天放弃的来电"), ("en", "Callers who gave up today")])
def test_the_callers_who_gave_up_stand_below_the_queues(
    service: runtime.Service, lang: str, title: str
) -> None:
    fill(service.engine, afternoon("calm", service.clock()).view)
    test = shown("queues", lang)
    assert title in words(test)
    (frame,) = test.get("dataframe")
    numbers = frame.value.iloc[:, 5]
    assert len(frame.value) > 0 and all(re.fullmatch(r"138\*{4}\d{4}", number) for number in numbers)


def test_data_quality_tells_bad_lines_and_repairs(service: runtime.Service) -> None:
    now = time.time()
    with writing(service.engine) as connection:
        line = {"site": "main", "source": "queue_log", "place": "queue_log:17", "at": now - 60}
        connection.execute(insert(bad_lines), [{**line, "why": "The line contains binary zero bytes."}])
        row = {"site": "main", "feed": "live", "at": now - 30, "kind": "waiting_count", "count": 3}
        connection.execute(insert(repairs), [row])
    chinese = words(shown("data_quality", "zh"))
    assert "queue_log:17" in chinese and "此行含有二进制零字节。" in chinese
    assert "等待人数与交换机不符，已更正" in chinese
    english = words(shown("data_quality", "en"))
    assert "The line contains binary zero bytes." in english and "Waiting count differed" in english


def test_settings_show_targets_reasons_and_no_secret(service: runtime.Service) -> None:
    found = words(shown("settings", "zh"))
    assert all(queue in found for queue in service.config.queues) and service.config.queues
    assert "web.port" in found and "CCFLOOR_WEB_PORT" in found
    assert "工间休息" in found and "ami.secret" in found and SECRET not in found


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'none.db'}", source="none"))
    runtime.use(service)
    try:
        assert "数据库暂时读不到" in words(shown("data_quality", "zh"))
        assert "数据库暂时读不到" in words(shown("queues", "zh"))
    finally:
        runtime.use(None)


@pytest.mark.parametrize("name", ["data_quality", "definitions", "settings"])
def test_a_page_that_is_not_live_says_why_no_numbers_come(
    service: runtime.Service, name: str, tmp_path: Path
) -> None:
    service.hub.accept(None)
    assert "数据库文件不见了" not in words(shown(name, "zh"))
    os.rename(tmp_path / "floor.db", tmp_path / "aside.db")
    asyncio.run(looked(service))
    for lang, sentence in (("zh", "数据库文件不见了"), ("en", "The database file is gone")):
        assert any(sentence in box.value for box in shown(name, lang).warning)


async def looked(service: runtime.Service) -> None:
    """The hub has looked at the database and found that it cannot."""
    running = asyncio.create_task(service.hub.run())
    async with asyncio.timeout(20):
        while service.hub.failed is None:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
