"""The page of the queue history over stored calls: every view, its numbers, its links, its files."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.kpi.scope import SITE
from ccfloor.kpi.week import dates
from ccfloor.service import runtime
from ccfloor.service.queue_history import measure, week
from ccfloor.service.settings import load
from ccfloor.store.queue_moves import Pair
from ccfloor.store.tables import metadata
from ccfloor.ui import history_calls, history_heat, history_moves, history_waits
from ccfloor.ui.export import Cell
from tests.fakes.app_page import opened, words
from tests.fakes.stored_calls import call, put

RANGE = {"from": "2026-11-02", "to": "2026-11-15"}
FIRST, SECOND = 1793581200.0, 1794186000.0  # 09:00 in Shanghai on two Mondays
WAITED_S = 60.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """One call on a Monday, nine on the next, at the same half hour; on a Tuesday some who gave up."""
    file = tmp_path_factory.mktemp("history") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    metadata.create_all(service.engine)
    rows = [call(1, FIRST, "hotline", 5.0, number="13800001111")]
    rows += [call(n, SECOND + n, "hotline", WAITED_S, number=f"138000022{n:02}") for n in range(2, 11)]
    tuesday = FIRST + 86_400 + 7200
    gone = {"outcome": Outcome.ABANDONED, "number": "13800003333", "name": "<b>Li</b>"}
    rows += [call(n, tuesday + 60 * n, "billing-line", 40.0, **gone) for n in (20, 21)]
    moved = {"agent": "Anna K.", "ended_by": EndedBy.BLIND_TRANSFER, "number": "13800004444", "call": "moved"}
    rows += [
        call(30, tuesday, "hotline", 5.0, **moved),
        call(31, tuesday + 90, "billing-line", 8.0, call="moved"),
    ]
    put(service.engine, rows)
    service.clock = lambda: SECOND + 10 * 86_400
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    from ccfloor.ui import history_page
    from ccfloor.ui.shell import look

    history_page.show(look())


def page(lang: str = "zh", **asked: str) -> AppTest:
    return opened(script, lang=lang, **(RANGE | asked))


def again(test: AppTest, _done: object = None) -> AppTest:
    test.run()
    assert not test.exception, test.exception
    return test


def cell(test: AppTest, name: str) -> tuple[str, list[str]]:
    """The classes of a cell that is a link, and its lines."""
    found = re.search(rf'<a class="c ([^"]*)" style="[^"]*" href="[^"]*cell={name}[^"]*".*?</a>', words(test))
    assert found is not None, name
    return found[1], re.findall(r"<(?:span|i)>(.*?)</", found[0])


@pytest.mark.parametrize("view", ["heat", "waits", "callers", "repeats", "moves", "variants"])
def test_every_view_in_both_languages(service: runtime.Service, view: str) -> None:
    for lang in ("zh", "en"):
        found = words(page(lang, view=view, cell="1-0900", pair="hotline>billing-line"))
        plain = re.sub(r"<[^>]*>", " ", found)
        assert not re.search(r"\b(nan|None|null)\b", plain)
        if lang == "en":
            assert not re.search(r"[\u4e00-\u9fff]", plain)


def test_a_cell_is_the_ratio_of_its_sums(service: runtime.Service) -> None:
    """One of one within 20 s and none of nine: 10 %, and not the mean of 100 % and 0 %."""
    kind, lines = cell(page(metric="service_level"), "1-0900")
    assert (kind, lines) == ("missed", ["10", "10"])
    assert cell(page(metric="volume"), "1-0900") == ("qh-tint4", ["5", "×2"])


def test_nobody_called_is_a_dash_and_no_bad_number(service: runtime.Service) -> None:
    found = words(page(metric="service_level"))
    empty = re.findall(r'<span class="c none" [^>]*title="([^"]*)">–</span>', found)
    assert any(title.startswith("周三 09:30–10:00 · 2 天 · 呼入 0") for title in empty)
    assert cell(page(metric="service_level"), "2-1100") == ("missed", ["50", "4"])
    assert cell(page(metric="abandon_rate"), "1-0900") == ("qh-tint0", ["0", "10"])


def test_a_cell_opens_its_days_and_calls(service: runtime.Service) -> None:
    found = words(page(cell="1-0900"))
    assert "周一 09:00–09:30 的每一天" in found and "全部 10 通来电" in found
    assert found.count("call=1-") == 10 and "138****1111" in found and "13800001111" not in found
    rows = re.findall(r"<tr><td.*?period=2026-11-(\d\d)T09%3A00.*?</tr>", found)
    assert rows == ["09", "02"]


def test_the_link_keeps_queue_days_and_metric(service: runtime.Service) -> None:
    found = words(page(metric="abandon_rate", scope="queue:billing-line"))
    (link,) = set(re.findall(r'href="(\?[^"]*cell=2-1100[^"]*)"', found))
    for part in ("from=2026-11-02", "to=2026-11-15", "scope=queue%3Abilling-line", "metric=abandon_rate"):
        assert part in link
    assert "cell=1-0900" not in found, "nobody called that queue then"


def days_shown(test: AppTest) -> set[tuple[str, str]]:
    """The days that the links of the view name."""
    return set(re.findall(r'href="\?[^"]*from=([0-9-]+)[^"]*to=([0-9-]+)', words(test)))


def test_days_come_from_a_month_of_another_page(service: runtime.Service) -> None:
    assert days_shown(opened(script, month="2026-11")) == {("2026-11-01", "2026-11-30")}


def test_without_days_it_is_the_last_four_weeks_with_data(service: runtime.Service) -> None:
    assert days_shown(opened(script)) == {("2026-10-13", "2026-11-09")}


def test_drawing_the_page_leaves_the_address_alone(service: runtime.Service) -> None:
    """Else a quick Back, which comes while the page is still being drawn, loses what it went back to."""
    assert dict(opened(script, month="2026-11").query_params) == {"month": "2026-11"}


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-13-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"scope": "queue:nobody", "view": "x", "metric": "y", "sl": "z", "cell": "9-9999"},
        {"scope": "team:A", "view": "callers", "within": "1h", "state": "?"},
    ],
)
def test_a_wrong_address_shows_something_right(service: runtime.Service, asked: dict[str, str]) -> None:
    assert "队列历史" in words(page(**asked))


def test_beyond_so_many_calls_the_buckets_say_between_what_it_lies(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = r"<td[^>]*><span>接起的.*?</tr>"
    exact = re.search(answered, words(page(view="waits")))
    assert exact is not None and re.findall(r"\d:\d\d", exact[0])[1:3] == ["1:00", "1:00"]
    monkeypatch.setattr(history_waits, "MOST", 11)
    about = re.search(answered, words(page(view="waits")))
    assert about is not None and "<span>45–60 秒</span>" in about[0]


def test_all_variants_stand_side_by_side(service: runtime.Service) -> None:
    found = words(page(view="variants"))
    rows = {}
    for row in re.findall(r'<tr><td[^>]*data-h="口径">.*?</tr>', found):
        name, _, numbers, value, _ = (re.sub("<.*?>", "", one) for one in re.findall(r"<td.*?</td>", row))
        rows[name] = [numbers, value]
    assert rows["只看接起 "] == ["3 ÷ 12", "25.0%"]
    assert rows["放弃全算未达标 "] == ["3 ÷ 14", "21.4%"]
    assert len(rows) == 6 and sum("当前采用" in name for name in rows) == 1


def test_another_variant_for_the_map(service: runtime.Service) -> None:
    test = page(metric="service_level", scope="queue:billing-line", sl="sl_answered")
    assert cell(test, "2-1100")[1] == ["100", "1"]
    test = page(metric="service_level", scope="queue:billing-line", sl="sl_negative")
    assert cell(test, "2-1100")[1] == ["33", "3"]
    assert "只看接起" in words(page(metric="service_level", sl="sl_answered"))


def test_transfers_and_their_calls(service: runtime.Service) -> None:
    found = words(page("en", view="moves", pair="hotline>billing-line"))
    row = re.search(r"<tr><td[^>]*><span>Hotline</span>.*?</tr>", found)
    assert row is not None
    cells = [re.sub("<.*?>", "", one) for one in re.findall(r"<td.*?</td>", row[0])]
    assert cells == ["Hotline", "Billing", "1", "1", "–", "9.1%", "0:08", "100.0%"]
    assert "call=1-30" in found and "call=1-31" in found


def test_a_caller_is_ticked_and_taken_back(service: runtime.Service) -> None:
    test = page(view="callers")
    assert "138****3333" in words(test) and "2 次" in words(test) and "&lt;b&gt;Li&lt;/b&gt;" in words(test)
    assert "未联系上 1" in words(test) and "已回拨 0" in words(test)
    again(test, test.button(key="qh-b-1-21").click())
    confirm(test)
    assert "请先填写您的姓名" in words(test)
    again(test, test.text_input(key="people-who").input("周岚"))
    test.text_input(key="people-why-caller-tick:1-21").input("无人接听")
    confirm(test)
    assert "未联系上 0" in words(test) and "已回拨 1" in words(test)
    test = page(view="callers", state="ticked")
    assert "周岚" in words(test) and "无人接听" in words(test)
    again(test, test.text_input(key="people-who").input("王丽娜"))
    again(test, test.button(key="qh-b-1-21").click())
    assert "已回拨 无人接听" in words(test), "what was noted before stands above the question"
    test.text_input(key="people-why-caller-untick:1-21").input("记错了")
    confirm(test)
    assert "未联系上 1" in words(test) and "已回拨 0" in words(test)


def confirm(test: AppTest) -> None:
    again(test, next(button for button in test.button if button.label == "确认").click())


def test_the_file_has_the_figures_of_the_map(service: runtime.Service) -> None:
    of = dates(service.config, date(2026, 11, 2), date(2026, 11, 15))
    what = measure(service, SITE, "service_level", date(2026, 11, 15))
    found = week(service, service.viewer("zh"), SITE, of, what, 0.0)
    book = load_workbook(io.BytesIO(history_heat._excel(found, "zh")))
    drawn, cells = book.worksheets
    assert [cells.cell(row, 7).value for row in range(2, cells.max_row + 1)].count(0.1) == 1
    first = [drawn.cell(1, column).value for column in range(1, 9)]
    assert first[1] == "周一" and drawn.cell(2, 1).value == "09:00–09:30" and drawn.cell(2, 2).value == 0.1
    line = next(row for row in cells.values if row[:2] == ("周一", "09:00–09:30"))
    assert line == ("周一", "09:00–09:30", 2, 10, 1, 10, 0.1)


def test_the_file_of_transfers_has_numbers(service: runtime.Service) -> None:
    counted = {("hotline", ""): Pair(4, 1, 2, 1, 5000)}
    book = load_workbook(io.BytesIO(history_moves._excel(counted, {"hotline": 10.0}, [], "en")))
    assert list(book.worksheets[0].values)[1] == ("Hotline", "outside the queues", 4, 1, 3, 0.1, 2.5, 0.5)


def test_the_files_of_waits_and_calls_have_numbers(service: runtime.Service) -> None:
    rows: list[list[Cell]] = [["接起的", 4636, 7.2, 4.0, None, "5–10 秒"]]
    sheet = load_workbook(io.BytesIO(history_waits._excel([3, 1], rows, "zh"))).worksheets[1]
    names, line = list(sheet.values)[:2]
    assert line[:6] == ("接起的", 4636, 7.2, 4, None, "5–10 秒")
    assert names[1] == "通数" and all(str(name).endswith(" (秒)") for name in names[2:])
    assert history_waits._shown(rows[0]) == ["接起的", "4,636", "0:07", "0:04", "–", "5–10 秒"]
    row = call(1, 1_795_320_000.25, queue="hotline", wait_s=12.34, agent="陈思远")
    made = history_calls.calls_file("来电", [row], service.config, "en")
    names, line = list(load_workbook(io.BytesIO(made)).worksheets[0].values)
    assert (names[4], names[6]) == ("Wait (s)", "Talk (s)")
    assert line[0] == datetime(2026, 11, 22, 12) and (line[4], line[6]) == (12.3, 60)
