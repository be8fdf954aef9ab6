"""A stored surge that a site's own rules watched, and the product's web server over it."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import incidents
from tests.fakes.current import upgrade
from tests.fakes.fake_server import ROOT, free_port, until
from tests.fakes.stored import cut, items
from tests.fakes.surge import CONFIG, surge
from tests.fakes.surge import T0 as MONDAY

T0 = MONDAY - 400 * 86_400.0  # long over, whenever this runs
DAY = "2025-10-19"
MINUTES = 40
EVENTS = surge(MINUTES, start=T0)


def put_surge(engine: Engine, config: FloorConfig, site: SiteSettings) -> None:
    """The surge as the collector records it, and an incident in it."""
    upgrade(engine)
    rules = SiteRules(engine, config, site)
    rules.sync(T0 - 86_400)
    recorder = Recorder(engine, config, "main", "live", live=True, rules=rules.make)
    for batch in cut(items(iter(EVENTS), source="sim"), 250):
        recorder.record(batch)
    row = {"site": "main", "cause": "network", "text": "专线抖动", "who": "周岚", "closed_by": "李想"}
    row |= {"started_at": T0 + 600, "declared_at": T0 + 660, "closed_at": T0 + 900, "outcome": "已恢复"}
    with writing(engine) as connection:
        connection.execute(insert(incidents), [row])


class SurgeServer:
    """The web server of the product over the stored surge; nothing is collected."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        url = f"sqlite:///{folder / 'floor.db'}"
        engine = open_engine(url)
        put_surge(engine, CONFIG, SiteSettings())
        engine.dispose()
        command = [sys.executable, "-m", "ccfloor", "web", "--db", url, "--port", str(self.port)]
        environ = os.environ | {"CCFLOOR_SOURCE": "none"}
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=quiet, stderr=quiet)
        until(self.answers, 90, "the web server answers")

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url("healthz"), timeout=5).close()
        except urllib.error.HTTPError:
            return True  # it is there, and says that nobody collects
        except OSError:
            return False
        return True

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)
