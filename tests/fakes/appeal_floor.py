"""A server that everybody signs in to, with one score that its agent does not take."""

import time
from pathlib import Path

from ccfloor.access.rights import Role
from ccfloor.service.access.accounts import Draft
from ccfloor.service.qa import scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site
from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.fake_server import ROOT
from tests.fakes.staff import hire
from tests.fakes.stored_qa import POOR, QA, publish, put_call, put_plan, put_sample
from tests.fakes.stored_server import StoredServer

AGENT, LEAD, HEAD = "chen.siyuan", "lead.a", "head"


class AppealFloor(StoredServer):
    """One scored call of 陈思远 in the small form: 30 points of 100, handed in a minute ago."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "floor.db"
        super().__init__(self.db, SITE_DATA=str(ROOT / "data"), ACCESS_LOGIN="always")
        engine, now = open_engine(str(self.db)), time.time()
        upgrade(engine)
        people = (
            Draft(AGENT, "陈思远", Role.AGENT, agent="陈思远"),
            Draft(LEAD, "周岚", Role.LEAD),
            Draft(HEAD, "李明", Role.MANAGER),
        )
        for draft in people:
            hire(engine, draft, now)
        publish(engine)
        put_plan(engine)
        config = load_site(SiteSettings(data=str(ROOT / "data")))
        call = put_call(engine, 1, "陈思远", now - 7200)
        sample = put_sample(engine, call, "陈思远", now - 7200, QA.who)  # drawn: it counts in the trend
        row = scoring.open_score(engine, QA, config, Begin(sample=sample), "", now - 120)
        told = Change(POOR, {"greet": [(3, "没有问候")]}, "先问候", base=row.saved_at)
        self.score = scoring.submit(engine, QA, config, row.id, told, "", now - 60).id
        engine.dispose()
