"""The page of KPIs over a few stored calls: where one is, where one can go, what is still being filled."""

import json
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update
from streamlit.testing.v1 import AppTest

from ccfloor.floor.events import EndedBy
from ccfloor.service import runtime
from ccfloor.store.engine import writing
from ccfloor.store.tables import coverage, feeds, sources
from ccfloor.ui.texts import text
from tests.fakes.app_page import opened, quiet_service, words
from tests.fakes.stored_calls import call, put

NOON = 1_795_320_000.0  # of 22 November 2026 in Shanghai
DAY = 86_400.0
FILLED, FILL_ENDS = NOON - 12 * DAY, NOON - DAY / 2


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path_factory.mktemp("kpi")) as found:
        found.clock = lambda: NOON + 3600
        told = [call(n, NOON + n, queue="hotline", seat="S1", agent="A") for n in range(1, 4)]
        moved = {"ended_by": EndedBy.BLIND_TRANSFER, "target": "billing-line"}
        put(found.engine, [*told, call(4, NOON + 4, queue="hotline", seat="S1", agent="A", **moved)])
        row = {"site": "main", "cursor": 1, "bad": 0, "events": 1, "mark": ""}
        history = {"name": "history", "feed": "history", "kind": "log"}
        history |= {"first_at": FILLED - DAY, "last_at": FILLED}
        live = {"name": "sim:1", "feed": "live", "kind": "live", "first_at": NOON, "last_at": NOON + 60}
        seen = {"source_id": 2, "start": NOON, "site": "main", "end": NOON + 3600, "open": False}
        with writing(found.engine) as connection:
            connection.execute(insert(sources), [row | history, row | live])
            connection.execute(insert(coverage), [seen])
            reached = {"site": "main", "feed": "live", "head": 1, "batch": 1, "events": 1, "at": NOON + 3600}
            connection.execute(insert(feeds), [reached])
        yield found


def mark(service: runtime.Service, at: float) -> None:
    """How far the simulated history has come."""
    told = json.dumps({"start": FILLED - 20 * DAY, "end": FILL_ENDS, "at": at, "seed": 1})
    with writing(service.engine) as connection:
        connection.execute(update(sources).where(sources.c.name == "history").values(mark=told))


def kpi() -> None:
    from ccfloor.ui import kpi_page
    from ccfloor.ui.shell import look

    kpi_page.show(look())


def agents() -> None:
    from ccfloor.ui import trend_page
    from ccfloor.ui.shell import look

    trend_page.show(look())


def queues() -> None:
    from ccfloor.ui import history_page
    from ccfloor.ui.shell import look

    history_page.show(look())


def links(page: AppTest) -> dict[str, str]:
    """What every link says → where it leads."""
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', words(page))
    return {re.sub(r"<.*?>", "", said): there.replace("&amp;", "&") for there, said in found}


RANGE = {"from": "2026-11-01", "to": "2026-11-22"}


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "模拟历史正在补写"), ("en", "history is still being written")]
)
def test_days_that_are_still_being_filled_are_no_gap(service: runtime.Service, lang: str, said: str) -> None:
    mark(service, FILLED)
    gap = re.escape(text("kpi.gap", lang, minutes="1")).replace("1", "[0-9,]+")  # type: ignore[arg-type]
    found = words(opened(kpi, lang=lang, period="2026-11"))
    assert said in found and "11-10 12:00:00" in found
    assert not re.search(gap, found)
    for page in (agents, queues):
        assert said in words(opened(page, lang=lang, **RANGE))
    assert said not in words(opened(kpi, lang=lang, period="2026-11-22"))
    mark(service, FILL_ENDS)
    found = words(opened(kpi, lang=lang, period="2026-11"))
    assert said not in found
    assert re.search(gap, found)


def test_a_month_leads_to_its_last_week_and_day_and_these_back(service: runtime.Service) -> None:
    month = links(opened(kpi, lang="zh"))
    assert month["周"].endswith("period=2026-W47") and month["日"].endswith("period=2026-11-22")
    assert "月" not in month
    week = links(opened(kpi, lang="zh", period="2026-W47"))
    assert week["月"].endswith("period=2026-11") and week["日"].endswith("period=2026-11-22")
    past = links(opened(kpi, lang="zh", period="2026-10"))
    assert past["日"].endswith("period=2026-10-31")


def test_the_parts_of_the_page_are_links(service: runtime.Service) -> None:
    page = opened(kpi, lang="zh", period="2026-11-22")
    found = links(page)
    assert found["走势"].endswith("#course")
    assert found["逐半小时"].endswith("#parts") and found["分队列、班组、坐席"].endswith("#members")
    anchors = {heading.proto.anchor for heading in page.subheader}
    assert {"course", "parts", "members"} <= anchors


def test_a_bad_address_offers_a_way_on(service: runtime.Service) -> None:
    page = opened(kpi, lang="zh", period="2026-13", scope="queue:hotline")
    assert links(page)["打开本月全站"] == "kpi?lang=zh"


def test_a_band_is_judged_by_the_month_and_not_by_the_day(service: runtime.Service) -> None:
    verdicts = {}
    for name in ("2026-11", "2026-11-22"):
        (row,) = re.findall(
            r"<tr[^>]*>(?:(?!</tr>).)*<b>平均处理时间</b>.*?</tr>", words(opened(kpi, period=name, lang="zh"))
        )
        verdicts[name] = "不达标" in row
    assert verdicts == {"2026-11": True, "2026-11-22": False}


def test_a_period_to_come_says_so(service: runtime.Service) -> None:
    assert text("kpi.future", "zh") in words(opened(kpi, lang="zh", period="2030-01"))
    assert text("kpi.future", "zh") not in words(opened(kpi, lang="zh", period="2026-11-22"))


def test_a_call_that_is_none_offers_a_way_on(service: runtime.Service) -> None:
    assert links(opened(kpi, lang="zh", call="9-9"))["打开本月全站"] == "kpi?lang=zh"


def test_a_transfer_names_the_queue_and_not_its_id(service: runtime.Service) -> None:
    for lang, name in (("zh", "账单"), ("en", "Billing")):
        found = words(opened(kpi, lang=lang, call="1-4"))
        assert found.count(f"→ {name}") == 2 and "→ billing-line" not in found
