"""A site of accounts whose calls of last week are drawn for its one reviewer: three of each of two agents."""

import shutil
import time
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date
from ccfloor.qa.plan import Plan
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.access.accounts import Draft
from ccfloor.service.qa import drawing, scoring
from ccfloor.service.qa.calendar import official
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import SiteSettings, load
from ccfloor.service.site import load_site
from ccfloor.store.accounts import Account
from ccfloor.store.engine import open_engine
from ccfloor.store.qa_samples import Wanted, listed
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.fake_server import ROOT
from tests.fakes.staff import cookie, hire
from tests.fakes.stored_qa import (
    FORM,
    GOOD,
    MONDAY,
    POOR,
    at,
    publish,
    put_call,
    put_plan,
    put_sample,
    put_work,
)
from tests.fakes.stored_server import StoredServer

CHEN, WANG = "陈思远", "王丽娜"
AGENT, REVIEWER, OTHER, LEAD, HEAD = "chen.siyuan", "zhao.qa", "qian.qa", "lead.a", "head"
GONE = Viewer(Role.QA, account=999, who="former.qa")  # who scored before
PEOPLE = (
    Draft(REVIEWER, "赵质检", Role.QA),
    Draft(OTHER, "钱质检", Role.QA),
    Draft(AGENT, CHEN, Role.AGENT, agent=CHEN),
    Draft(LEAD, "吴班长", Role.LEAD, teams=frozenset(("A",))),
    Draft(HEAD, "郑经理", Role.MANAGER),
)
QUOTA = {"id": "week", "name": {"zh": "每周三通", "en": "Three a week"}, "every": "week", "at_least": 3}
PLAN = Plan.model_validate(
    {"id": "weekly", "name": {"zh": "每周质检", "en": "Weekly"}, "form": FORM.id, "quotas": [QUOTA]}
)
DAYS = 4  # of last week on which both answer a call
FRESH = 900  # the position of a call of yesterday, which nobody has drawn
BEFORE: Mapping[int, Mapping[str, str]] = {  # weeks back → how one call was scored: 80 points, then 90
    2: GOOD | {"hold": "yes", "answer": "30"},
    1: GOOD | {"hold": "yes", "answer": "40"},
}


class QaHouse(StoredServer):
    """The product with the small form and a plan of three calls a week, to which everybody signs in.

    ``monday``: last week's; ``week``: its name, as periods are called; ``cookies``: of each account.
    ``scored``: the reviewer has handed in what was drawn, the calls of one agent well, of the other poorly.
    """

    def __init__(self, folder: Path, *, scored: bool = False) -> None:
        self.db = folder / "floor.db"
        super().__init__(self.db, SITE_DATA=str(_site(folder)), ACCESS_LOGIN="always")
        self.config = load_site(SiteSettings(data=self.settings["SITE_DATA"]))
        now = time.time()
        today = business_date(self.config, now)
        self.monday = today - timedelta(days=today.weekday() + 7)
        self.sunday = self.monday + timedelta(days=6)
        self.week = f"{self.monday:%G-W%V}"
        engine = open_engine(f"sqlite:///{self.db}")
        upgrade(engine)
        first = hire(engine, PEOPLE[0], now)  # nobody else is there to score when it is drawn
        self._draw(engine, now)
        put_call(engine, FRESH, CHEN, at((today - MONDAY).days - 1, 15))
        staff = [first, *(hire(engine, draft, now) for draft in PEOPLE[1:])]
        if scored:
            self._score(engine, first, now)
        self.cookies = {one.name: cookie(engine, one) for one in staff}
        engine.dispose()

    def at(self, day: int, hour: float = 10.0) -> float:
        """An instant so many days after last week's Monday, by the site's clock."""
        return at((self.monday - MONDAY).days + day, hour)

    def day(self, day: int) -> date:
        """The day itself."""
        return self.monday + timedelta(days=day)

    def _draw(self, engine: Engine, now: float) -> None:
        """What there is when the reviewer comes in: calls, earlier scores, and last week's samples."""
        publish(engine)
        plan, calendar = put_plan(engine, PLAN), WorkCalendar(official("CN"))
        for place, agent in enumerate((CHEN, WANG)):
            for day in range(DAYS):
                put_call(engine, 100 * place + day + 1, agent, self.at(day, 10 + place))
        agents = dict.fromkeys((CHEN, WANG), "A")
        put_work(engine, DAYS, agents, self.monday)
        put_work(engine, 1, agents, self.day(7))  # since then last week is over
        for back, answers in BEFORE.items():
            then = self.at(-7 * back + 2)
            call = put_call(engine, 500 + back, CHEN, then)
            sample = put_sample(engine, call, CHEN, then, GONE.who)
            _handed_in(engine, GONE, self.config, Begin(sample=sample), answers, now - 3600)
        key = drawing.draw_key(load(environ={}, db=str(engine.url)), engine, now)
        drawn = drawing.draw_day(engine, self.config, plan, self.sunday, key, calendar, now - 1800)
        assert drawn is not None and drawn.picks == 6

    def _score(self, engine: Engine, reviewer: Account, now: float) -> None:
        viewer = Viewer(Role.QA, account=reviewer.id, who=reviewer.name)
        with engine.connect() as connection:
            found = listed(connection, Wanted(reviewer=reviewer.name), [], 10)
        for one in found:
            answers = GOOD if one.agent == CHEN else POOR
            _handed_in(engine, viewer, self.config, Begin(sample=one.id), answers, now - 900)


def _handed_in(
    engine: Engine, viewer: Viewer, config: FloorConfig, begin: Begin, answers: Mapping[str, str], now: float
) -> None:
    row = scoring.open_score(engine, viewer, config, begin, "", now - 60)
    scoring.submit(engine, viewer, config, row.id, Change(answers, {}, base=row.saved_at), "", now)


def _site(folder: Path) -> Path:
    """The shipped site, with no forms and plans in its files."""
    made = folder / "site"
    shutil.copytree(ROOT / "data", made, ignore=shutil.ignore_patterns("qa"))
    (made / "qa").mkdir()
    return made
