"""A form that is 0 for something fatal: told at once on the site's channels, once, and nobody is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.service import routes_qa, runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.doctor_qa import qa_clocks
from ccfloor.service.qa import appeal_notices, fatal_news, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import SiteSettings, load
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.tables import notices
from ccfloor.store.viewer import Viewer
from tests.fakes import app_page
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import CONFIG, GOOD, LEAD_B, LI, MANAGER, QA, at, publish, put_call

ROOT = Path(__file__).resolve().parents[3]
NOW, DAY_S = at(3, 15), 86_400
LEAD_A = Viewer(Role.LEAD, account=12, who="lead.a", teams=frozenset(("A",)))
CHANNELS = """
channels:
  leads: {kind: webhook, enabled: true, url: {env: LEADS_HOOK}, lang: zh}
  boss: {kind: webhook, enabled: true, url: {env: BOSS_HOOK}, lang: en}
"""
FATAL = {"insult": "yes"}


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    return database


@pytest.fixture
def site(tmp_path: Path) -> SiteSettings:
    (tmp_path / "notify.yaml").write_text(CHANNELS, encoding="utf-8")
    (tmp_path / "qa_fatal.yaml").write_text("tell: [leads, boss]\n", encoding="utf-8")
    return SiteSettings(data=str(tmp_path))


def scored(engine: Engine, answers: dict[str, str], now: float = NOW, position: int = 1) -> ScoreRow:
    call = put_call(engine, position, "陈思远", now - DAY_S)
    row = scoring.open_score(engine, QA, CONFIG, Begin("own", call=call, form="small"), "", now)
    told = Change(answers, {}, "在 1:02 骂人", base=row.saved_at)
    return scoring.submit(engine, QA, CONFIG, row.id, told, "", now)


def told(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        query = select(notices.c.about, notices.c.channel, notices.c.text).order_by(notices.c.id)
        return [(about, channel, text) for about, channel, text in connection.execute(query)]


def test_it_is_told_once_by_night_and_at_weekends_too_and_nobody_is_named(
    engine: Engine, site: SiteSettings
) -> None:
    scored(engine, GOOD, position=2)
    assert fatal_news.tell(engine, CONFIG, site, NOW) == 0
    row, night = scored(engine, FATAL, at(5, 23)), at(5, 23.1)
    assert [fatal_news.tell(engine, CONFIG, site, night) for _ in range(2)] == [1, 0]
    one, two = told(engine)
    assert (one[:2], two[:2]) == ((f"qa_fatal/{row.id}", "leads"), (f"qa_fatal/{row.id}", "boss"))
    assert "小表" in one[2] and "insult" in one[2] and "2026-11-20" in one[2]
    assert "Small form" in two[2] and "fatal" in two[2]
    assert not any(name in text for _, _, text in (one, two) for name in ("陈思远", "chen", LI, "骂人"))


def test_one_that_is_corrected_to_it_is_told_when_somebody_looks(engine: Engine, site: SiteSettings) -> None:
    row = scored(engine, GOOD, NOW - 9 * DAY_S)
    appeal_notices.look_after(engine, CONFIG, site, NOW - DAY_S)
    assert told(engine) == []
    scoring.correct(engine, MANAGER, CONFIG, row.id, FATAL, "", "漏听", NOW)
    appeal_notices.look_after(engine, CONFIG, site, NOW + 1)
    appeal_notices.look_after(engine, CONFIG, site, NOW + 2)
    assert [about for about, _, _ in told(engine)] == [f"qa_fatal/{row.id}"] * 2


def test_what_was_long_ago_taken_back_or_has_no_channel_is_not_told(
    engine: Engine, site: SiteSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = scored(engine, FATAL)
    assert fatal_news.tell(engine, CONFIG, site, NOW + 9 * DAY_S) == 0
    (tmp_path / "qa_fatal.yaml").write_text("tell: []\n", encoding="utf-8")
    assert fatal_news.tell(engine, CONFIG, site, NOW) == 0
    (tmp_path / "qa_fatal.yaml").write_text("tell: 7\n", encoding="utf-8")
    assert fatal_news.tell(engine, CONFIG, site, NOW) == 0 and "qa_fatal.yaml" in caplog.text
    assert [one.state for one in qa_clocks(site)] == ["fail"]
    (tmp_path / "qa_fatal.yaml").write_text("tell: [leads, nobody]\n", encoding="utf-8")
    assert any("nobody" in one.en for one in qa_clocks(site))
    scoring.void(engine, MANAGER, CONFIG, row.id, "", "听错了", NOW)
    assert fatal_news.tell(engine, CONFIG, site, NOW) == 0


def test_the_list_is_of_ones_scope_and_of_the_last_days(engine: Engine) -> None:
    row = scored(engine, FATAL)
    for viewer, found in ((LEAD_A, [row.id]), (MANAGER, [row.id]), (LEAD_B, [])):
        assert [one.id for one in fatal_news.recent(engine, viewer, CONFIG, NOW + 9)] == found
    assert fatal_news.recent(engine, MANAGER, CONFIG, NOW + 8 * DAY_S) == []


# -- as a server has it -------------------------------------------------------------------------------------


@pytest.fixture
def service(site: SiteSettings, tmp_path: Path) -> Iterator[runtime.Service]:
    environ = {"CCFLOOR_SITE_DATA": site.data}
    made = runtime.Service(load(environ=environ, db=str(tmp_path / "floor.db"), source="none"))
    made.config, made.clock = CONFIG, lambda: NOW
    upgrade(made.engine)
    publish(made.engine)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


def test_the_page_hands_it_in_and_it_is_told_at_once(service: runtime.Service) -> None:
    call = put_call(service.engine, 1, "陈思远", at(1))
    begin = Begin("own", call=call, form="small")
    row = scoring.open_score(service.engine, QA, CONFIG, begin, "", NOW)
    browser = TestClient(Starlette(routes=list(routes_qa.routes)))
    body = {"answers": FATAL, "summary": "骂人", "base": row.saved_at}
    with acting_as(Identity(7, LI, LI, Role.QA)):
        answer = browser.post(f"/api/v1/qa/scores/{row.id}/submit", json=body)
    assert answer.status_code == 200
    assert [about for about, _, _ in told(service.engine)] == [f"qa_fatal/{row.id}"] * 2


def test_the_overview_begins_with_it(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    scored(service.engine, FATAL)
    for who, words in ((LEAD_A, True), (LEAD_B, False)):
        me = Identity(who.account, who.who, who.who, Role.LEAD, teams=who.teams)
        monkeypatch.setattr(identity, "_asks", [lambda me=me: me])
        test = AppTest.from_file(str(ROOT / "pages/qa.py"), default_timeout=60)
        test.query_params["lang"] = "zh"
        test.run()
        assert not test.exception
        said = app_page.words(test)
        assert ("最近 7 天有 1 份评分出现致命项" in said) is words
        assert ("insult · 坐席未阅" in said) is words
