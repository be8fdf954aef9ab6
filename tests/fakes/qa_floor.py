"""A server over stored calls, samples and a recording: what a reviewer sits before."""

import math
import struct
import time
import wave
from pathlib import Path

from sqlalchemy import insert

from ccfloor.service.qa.files import sync_files
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import seat_spans
from tests.fakes.current import upgrade
from tests.fakes.fake_server import ROOT
from tests.fakes.stored_qa import SITE, at, put_call, put_sample
from tests.fakes.stored_server import StoredServer

REVIEWER = "周岚"
RATE = 8000


def tone(path: Path, seconds: int) -> None:
    """A recording: a quiet tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        beat = [int(3000 * math.sin(step / 4)) for step in range(RATE)]
        file.writeframes(struct.pack(f"<{RATE}h", *beat) * seconds)


class QaFloor(StoredServer):
    """The product with the shipped forms, two samples of one reviewer, and a recording of the first."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "floor.db"
        settings = {"SITE_DATA": str(ROOT / "data"), "QA_RECORDING": f"{folder}/rec/{{date}}/*{{call}}.wav"}
        super().__init__(self.db, **settings)
        engine = open_engine(str(self.db))
        upgrade(engine)
        site = SiteSettings(data=str(ROOT / "data"))
        sync_files(engine, load_site(site), site, time.time())  # a server does so only once it is up
        self.samples = []
        for number, agent in enumerate(("陈思远", "王丽娜"), 1):
            call = put_call(engine, number, agent, at(1, 10 + number))
            self.samples.append(put_sample(engine, call, agent, at(1, 10 + number), REVIEWER))
        spans = [("on_call", 0, 60), ("on_hold", 60, 90), ("on_call", 90, 180)]
        with writing(engine) as connection:
            for status, first, last in spans:
                row = {"site": SITE, "seat": "SIM/1001", "agent": "陈思远", "call": "c1", "queue": "sales"}
                when = {"start": at(1, 11) + first, "end": at(1, 11) + last, "status": status, "reason": ""}
                connection.execute(insert(seat_spans).values(**row, **when, repaired=False))
        engine.dispose()
        tone(folder / "rec" / "20261117" / "in-c1.wav", 180)
