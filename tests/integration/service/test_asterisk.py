"""A real switch's doors in the collector: what is wrong with them is on screen; a kill loses nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.service.collecting import doors, make_collector
from ccfloor.service.keeper import live_source
from ccfloor.service.places import SettingsError
from ccfloor.service.said import sentence
from ccfloor.service.settings import AmiSettings, CollectorSettings, Settings, SiteSettings
from ccfloor.service.site import load_site
from ccfloor.store.engine import open_engine
from ccfloor.store.rebuild import rebuild
from ccfloor.store.tables import calls, journal
from tests.fakes.ami_server import FakeAmi
from tests.fakes.current import upgrade

ROOT = Path(__file__).resolve().parents[3]
CONFIG = FloorConfig(zone="UTC")
QUICK = CollectorSettings(tick_s=0.05, batch_s=0.0)


@pytest.mark.parametrize(("secret", "code"), [("open sesame", "ami_up"), ("guess", "ami_login")])
def test_the_state_of_the_switch_is_on_screen(tmp_path: Path, secret: str, code: str) -> None:
    async def scene() -> None:
        server = FakeAmi()
        await server.start()
        ami = AmiSettings(port=server.port, user=server.user, secret=SecretStr(secret))
        settings = Settings(source="asterisk", ami=ami, collector=QUICK)
        engine = open_engine(f"sqlite:///{tmp_path}/floor.db")
        upgrade(engine)
        task = asyncio.create_task(make_collector(settings, CONFIG, engine).run())
        read = live_source(engine, "main")
        async with asyncio.timeout(30):
            while (row := read(-1)) is None or [report.code for report in row.sources] != [code]:
                await asyncio.sleep(0.02)
        said = sentence(row.sources[0], "zh") + sentence(row.sources[0], "en")
        assert "manager.conf" in said if code == "ami_login" else "127.0.0.1" in said
        assert secret not in said
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.stop()
        assert server.logins == (code == "ami_up")

    asyncio.run(scene())


def test_a_switch_without_any_door_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"set ami.host, ami.queue_log or both"):
        doors(Settings(source="asterisk", ami=AmiSettings(host="")), CONFIG, time.time)


class Log:
    """A queue_log that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self.begun = int(time.time()) - 4 * 86400

    def grow(self, count: int) -> None:
        """So many callers more, each answered and served."""
        with self.path.open("a") as file:
            for number in range(self.lines // 3, self.lines // 3 + count):
                at, head = self.begun + number * 10, f"c{number}|hotline"
                file.write(f"{at}|{head}|NONE|ENTERQUEUE||138{number:08}|1\n")
                file.write(f"{at + 4}|{head}|Agent {number % 7}|CONNECT|4|c{number}|2\n")
                file.write(f"{at + 9}|{head}|Agent {number % 7}|COMPLETEAGENT|4|5|1\n")
        self.lines += 3 * count


def until(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + 180
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_collector_loses_and_doubles_nothing(tmp_path: Path) -> None:
    log, db = Log(tmp_path / "queue_log"), f"sqlite:///{tmp_path}/floor.db"
    engine = open_engine(db)
    upgrade(engine)
    given = {
        "DB": db,
        "SOURCE": "asterisk",
        "AMI_HOST": "",
        "AMI_QUEUE_LOG": str(log.path),
        "SITE_ZONE": "UTC",
    }
    environ = os.environ | {f"CCFLOOR_{name}": value for name, value in given.items()}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "ccfloor", "collect"], cwd=ROOT, env=environ)

    def stored() -> int:
        """Lines of the log in the journal; the collector notes the hour itself when the floor is quiet."""
        with engine.connect() as connection:
            told = select(func.count()).select_from(journal).where(journal.c.kind != "clock")
            return int(connection.scalar(told) or 0)

    log.grow(6_000)
    for wanted in (1, 8_000):  # killed as soon as something is stored, and again in the middle
        process = start()
        until(lambda wanted=wanted: stored() >= wanted)
        process.send_signal(signal.SIGKILL)
        process.wait()
        log.grow(100)
    process = start()
    try:
        until(lambda: stored() >= log.lines)
        log.grow(5)
        until(lambda: stored() >= log.lines)
    finally:
        process.terminate()
        process.wait(30)
    assert stored() == log.lines
    with engine.connect() as connection:
        ended = select(func.count()).select_from(calls).where(calls.c.talk_ms == 5000)
        assert connection.scalar(ended) == log.lines // 3
    site = load_site(SiteSettings(data=str(ROOT / "data"), zone="UTC"))
    assert rebuild(engine, site, "main", replace=False).differences == []
