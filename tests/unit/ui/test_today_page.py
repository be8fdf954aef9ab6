"""The page Today over stored weeks: its numbers, what is tried, its files, and whose queues it names."""

import io
import re
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.floor.view import FloorView, Membership
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.hub import LiveRow
from ccfloor.service.settings import load
from ccfloor.service.staffing_today.sheet import Sheet, WhatIf, sheet
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import EVERYTHING, Forbidden, Viewer
from ccfloor.ui import today_chart, today_table, today_words
from ccfloor.ui.export import excel_bytes
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text
from tests.fakes.app_page import opened, press, words
from tests.fakes.fake_server import until
from tests.fakes.offered_weeks import office, put_weeks, put_work
from tests.fakes.stored_roster import put_roster
from tests.unit.service.present_floor import queue as queue_view
from tests.unit.service.present_floor import seat
from tests.unit.service.views import view as floor_view

FIRST, DAY = date(2026, 10, 12), date(2026, 11, 17)
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """Five weeks of two queues, today until a quarter past eleven; few are planned from three on."""
    file = tmp_path_factory.mktemp("today") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    metadata.create_all(service.engine)
    begin = service.config.day_begins(DAY)
    now = begin + 11.25 * 3600
    put_weeks(service.engine, service.config, FIRST, now, {"hotline": office, "billing-line": office})
    people = [f"A{n}" for n in range(30)]
    put_work(service.engine, service.config, people, begin + 9 * 3600, begin + 11 * 3600)
    long, short = (begin + 9 * 3600, begin + 18 * 3600), (begin + 9 * 3600, begin + 15 * 3600)
    put_roster(
        service.engine, service.config, [(who, *(short if n > 5 else long)) for n, who in enumerate(people)]
    )
    service.clock = lambda: now
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    from ccfloor.ui import today_page
    from ccfloor.ui.notice import database_or_notice
    from ccfloor.ui.shell import look

    seen = look()
    with database_or_notice(seen.lang):
        today_page.show(seen)


def page(lang: str = "zh", **asked: str) -> AppTest:
    return opened(script, lang=lang, **asked)


def made(service: runtime.Service, queue: str = "", what: WhatIf | None = None) -> Sheet:
    found = sheet(service.today.today(), EVERYTHING, queue, what or WhatIf())
    assert found is not None
    return found


def rows(test: AppTest) -> dict[str, str]:
    """The table's rows by the beginning of their half hour, without markup."""
    found = re.findall(r'<tr class="(\w+)">(.*?)</tr>', words(test))
    plain = [(state, re.sub(r"<[^>]+>", " ", row).split()) for state, row in found]
    return {row[0].partition("–")[0]: f"{state} {' '.join(row[1:])}" for state, row in plain}


def seen_now(service: runtime.Service) -> FloorView:
    """Two seats of the hotline at the instant of the page."""
    seats = (seat("P/1", queues=(Membership("hotline"),)), seat("P/2", queues=(Membership("hotline"),)))
    queues = (queue_view("hotline"), queue_view("billing-line"))
    return floor_view(service.clock(), queues=queues, seats=seats)


def learned(service: runtime.Service, view: FloorView) -> None:
    """The floor as of now is seen, and its past was read, the forecast last."""
    service.hub.accept(LiveRow(1, view.at, view, ()))
    service.knowing.present(view)
    until(lambda: service.knowing.rates is not None, 60, "the forecast is at hand")


def test_before_the_past_was_read_the_page_says_so(service: runtime.Service) -> None:
    assert "起看不到" not in words(page()) and "还没有现场画面" in words(page())
    view = seen_now(service)
    service.hub.accept(LiveRow(1, view.at, view, ()))
    assert "正在读取过去几周的数据" in words(page())
    until(lambda: service.knowing.past is not None, 60, "the past is read beside the page")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_reckoned_with_has_its_range_and_its_samples(service: runtime.Service, lang: Lang) -> None:
    learned(service, seen_now(service))
    told = service.basis(EVERYTHING)
    rows = {(row.what, row.about): row for row in told.rows}
    seats, rate = rows["seats", "hotline"], rows["rate", "hotline"]
    assert seats.value == 2 and rate.low is not None and rate.high is not None
    assert rate.low < rate.value < rate.high and rate.past > 0
    name = text("today.live.what.rate", lang, about=queue_label(service.config, "hotline", lang))
    line = words(page(lang)).partition(escape(name))[2].partition("</tr>")[0]
    assert f">{today_words.calls(rate.value)}<" in line
    assert f"{today_words.calls(rate.low)}–{today_words.calls(rate.high)}" in line
    assert name not in words(page(lang, scope="queue:billing-line"))


def test_a_lead_is_told_what_his_queues_reckon_with_alone(service: runtime.Service) -> None:
    learned(service, seen_now(service))
    mine = service.basis(Viewer(role="lead", queues=frozenset({"billing-line"})))
    assert {row.about for row in mine.rows} == {"billing-line"}
    with pytest.raises(Forbidden):
        service.basis(Viewer(role="agent"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("asked", [{}, {"scope": "queue:hotline"}, {"calls": "130", "level": "95"}])
def test_the_page_in_both_languages(service: runtime.Service, lang: str, asked: dict[str, str]) -> None:
    found = words(page(lang, **asked))
    plain = re.sub(r"<[^>]*>", " ", found)
    assert not re.search(r"\b(nan|None|null)\b", plain)
    assert lang == "zh" or not re.search(r"[\u4e00-\u9fff]", plain)


def test_every_half_hour_says_what_is_expected_came_needed_and_there(service: runtime.Service) -> None:
    told, of = rows(page(scope="queue:hotline")), made(service, "hotline")
    over, running, ahead = of.lines[20], of.lines[22], of.lines[30]
    assert told["10:00"].startswith("over") and f" {over.half.actual} " in told["10:00"]
    assert f" {today_words.seats(over.half.needed)} " in told["10:00"]
    assert told["11:00"].startswith("running") and running.state == "running"
    assert f" {today_words.seats(ahead.half.needed)} – " in told["15:00"], "nobody is at work yet"
    assert "03:00" not in told, "nobody calls at night"


def test_a_gap_to_act_on_is_a_filled_block_and_a_past_one_is_none(service: runtime.Service) -> None:
    found, of = words(page()), made(service)
    assert found.count('<td class="act"') == sum(line.act for line in of.lines) > 0
    assert all(line.state != "over" for line in of.lines if line.act)
    short = [line for line in of.lines if line.state == "over" and line.short]
    assert found.count('<td class="short"') == len(short)


def test_what_is_tried_stands_beside_and_is_taken_back(service: runtime.Service) -> None:
    test = page("en")
    assert "What if: seat hours left" not in words(test)
    test.slider(key="td-calls").set_value(150).run()
    assert not test.exception and test.query_params["calls"] == "150"
    told, of = words(test), made(service, "", WhatIf(volume=1.5))
    assert "What if: seat hours left" in told and f"{of.totals.changed_h:.1f} seat h" in told
    assert f'<td class="if">{today_words.seats(of.lines[30].changed)}</td>' in told
    press(test, "As it is")
    assert "calls" not in test.query_params and "What if: seat hours left" not in words(test)
    assert test.slider(key="td-calls").value == 100


def test_a_target_is_tried_and_nonsense_in_the_address_is_nothing(service: runtime.Service) -> None:
    of = made(service, "", WhatIf(level=0.95))
    assert f"{of.totals.changed_h:.1f}" in words(page("en", level="95"))
    plain = words(page("en", calls="many", handle="", level="-3"))
    assert "What if: seat hours left" in plain, "beyond the range is its edge"
    assert "What if: seat hours left" not in words(page("en", calls="many", handle="x"))


def test_the_queue_is_kept_in_the_address(service: runtime.Service) -> None:
    test = page()
    test.selectbox(key="td-scope").set_value("hotline").run()
    assert test.query_params["scope"] == "queue:hotline"
    test.selectbox(key="td-scope").set_value("").run()
    assert "scope" not in test.query_params


def test_the_forecast_says_what_it_rests_on(service: runtime.Service) -> None:
    found = words(page("en"))
    assert "From 26 working days of 2026-10-12 to 2026-11-16, 5 of them on this day of the week" in found
    assert "calls up to 11:00" in found and "as of 11:15 (0 s ago)" in found


def test_every_number_tells_how_it_is_worked_out(service: runtime.Service) -> None:
    found = words(page("en"))
    for name in ("Forecast", "Came", "Needed", "At work", "Planned", "Gap"):
        assert re.search(rf'<th[^>]*title="[^"]{{30,}}"[^>]*>{name}</th>', found), name
    assert "80% answered within 20 s" in found and "Erlang A" in found and "shrinkage 15%" in found


def test_a_queue_nobody_ever_called_and_one_that_there_is_not(service: runtime.Service) -> None:
    test = page("en", scope="queue:complaint-line")
    assert "No forecast yet: no call of this queue is on record" in words(test) and rows(test)
    assert "Complaints" in test.selectbox(key="td-scope").options
    assert "No forecast yet" not in words(page("en")), "nobody called it today: nothing is missing in the sum"
    assert rows(page("en", scope="queue:nonsense"))


def test_sums_stand_beside_sums_of_the_same_half_hours(service: runtime.Service) -> None:
    """What was needed so far beside who was at work so far; of the day only what is known of all of it."""
    of, found = made(service), words(page("en"))
    over, day = re.findall(r"<tr>(?!<th)(.*?)</tr>", found.partition("<tfoot>")[2].partition("</tfoot>")[0])
    plain = [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<td.*?</td>", over)]
    known = [line for line in of.lines if line.state == "over" and line.gap is not None]
    hours = [
        sum(values) / 2
        for values in zip(*((x.half.needed, x.half.present, x.gap) for x in known), strict=True)
    ]
    assert plain[0] == ["Over"]
    assert [plain[4][0], plain[5][0], plain[-1][0]] == [
        f"{hours[0]:.1f}", f"{hours[1]:.1f}", today_words.gap(hours[2])
    ]  # fmt: skip
    assert hours[1] - hours[0] == pytest.approx(hours[2])
    assert plain[2] == [today_words.calls(of.totals.came)]
    whole = [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<td.*?</td>", day)]
    assert whole[0] == ["Day"] and whole[2] == whole[5] == ["–"]
    assert whole[4][0] == f"{sum(line.half.needed or 0 for line in of.lines) / 2:.1f}"


def test_calls_so_far_are_held_against_the_forecast_of_what_is_over(service: runtime.Service) -> None:
    totals, found = made(service).totals, words(page("en"))
    fact = re.search(r"up to 11:00 ([\d,]+), due ([\d,]+) \(([^)]+)\)", found)
    assert fact is not None
    assert fact.groups() == (
        today_words.calls(totals.came), today_words.calls(totals.due),
        today_words.percent(totals.came / totals.due - 1),
    )  # fmt: skip


def test_another_queue_has_a_target_of_its_own(service: runtime.Service) -> None:
    test = page("en", scope="queue:complaint-line")
    assert test.slider(key="td-level").value == 85
    test.selectbox(key="td-scope").set_value("hotline").run()
    assert test.slider(key="td-level").value == 80
    test.slider(key="td-level").set_value(90).run()
    test.selectbox(key="td-scope").set_value("complaint-line").run()
    assert test.slider(key="td-level").value == 90, "what is tried is tried there, too"


def test_with_all_queues_the_targets_they_have_are_named(service: runtime.Service) -> None:
    test = page("en")
    label = test.slider(key="td-level").label
    test.selectbox(key="td-scope").set_value("hotline").run()
    assert (label, test.slider(key="td-level").label) == (
        "What if each target were (now 80–85%)",
        "What if the target were",
    )


def test_a_gap_tells_the_level_to_expect(service: runtime.Service) -> None:
    line = next(line for line in made(service).lines if line.act and line.state == "ahead")
    title = re.search(r'<td class="act" title="([^"]*)"', words(page("en")))
    assert line.half.level is not None and line.half.level < 0.8
    assert title and "service level to expect" in title[1] and "(target 80%)" in title[1]


# -- the charts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("what", [WhatIf(), WhatIf(volume=1.5), WhatIf(aht=1.2)])
def test_the_charts_are_steps_with_names(service: runtime.Service, lang: Lang, what: WhatIf) -> None:
    of = made(service, "", what)
    lines = today_table.shown(of)
    calls = today_chart.calls_chart(of, lines, "dark", ZONE, lang)
    seats = today_chart.seats_chart(of, lines, "light", ZONE, lang)
    named = [[note.text for note in chart.layout.annotations] for chart in (calls, seats)]
    assert today_words.text("today.now", lang, at="11:15") in named[0] and len(named[1]) >= 4
    tried = [today_words.text("today.line.if", lang) in names for names in named]
    assert tried == [what.volume != 1, what.changes]
    assert today_words.foreseen_words(of, lines, lang) == text("today.line.ahead", lang)
    came = next(part for part in calls.data if part.line.width == 2.5)
    at = next(place for place, line in enumerate(lines) if line.state == "running")
    assert list(came.y[2 * at : 2 * at + 2]) == [None, None], "what has come so far is no step"
    assert list(came.y[0:2]) == [lines[0].half.actual] * 2
    blocks = [shape for shape in seats.layout.shapes if shape.type == "rect"]
    assert len(blocks) == sum(line.act for line in lines) > 0
    assert all(shape.y0 < shape.y1 for shape in blocks)
    hover = calls.data[-1].customdata
    assert len(hover) == len(lines) and not any("None" in words for words in hover)


def test_before_anything_was_learned_nothing_is_said_of_an_earlier_forecast(service: runtime.Service) -> None:
    of = made(service)._replace(learned=None)
    assert today_words.foreseen_words(of, today_table.shown(of), "en") == ""


def test_a_day_without_any_call_can_be_drawn(service: runtime.Service) -> None:
    of = made(service)
    half = of.lines[0].half._replace(mean=0.0, low=0.0, high=0.0, ahead=0.0, actual=None, needed=0)
    still = of._replace(
        lines=tuple(line._replace(half=half, state="ahead", short=False) for line in of.lines)
    )
    assert today_table.shown(still) == still.lines
    today_chart.calls_chart(still, still.lines, "dark", ZONE, "zh")
    today_chart.seats_chart(still, still.lines, "dark", ZONE, "zh")


# -- files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [WhatIf(), WhatIf(volume=2.0)])
def test_the_files_have_the_whole_day_as_numbers(service: runtime.Service, what: WhatIf) -> None:
    of = made(service, "hotline", what)
    header, cells = today_table.file_header(of, "en"), today_table.cells(of, ZONE, "en")
    assert len(cells) == 48 and {len(row) for row in cells} == {len(header)}
    assert ("Seats needed, what if" in header) == what.changes
    book = load_workbook(io.BytesIO(excel_bytes("Today", header, cells)))
    told = dict(zip(header, [cell.value for cell in list(book.active)[21]], strict=True))
    assert told["Half hour"] == "10:00–10:30" and told["Calls that came"] == of.lines[20].half.actual
    assert told["Seats needed"] == pytest.approx(of.lines[20].half.needed, abs=0.01)


def test_the_files_are_there_to_take(service: runtime.Service) -> None:
    labels = [button.label for button in page("en").get("download_button")]
    assert labels == ["Download Excel", "Download CSV"]


# -- words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "calls", "seats", "gap"),
    [
        (None, "–", "–", "–"),
        (0.0, "0.0", "0", "0"),
        (3.24, "3.2", "3.2", "+3.2"),
        (-0.04, "-0.0", "-0", "0"),
        (1234.4, "1,234", "1234.4", "+1234.4"),
        (-7.0, None, None, "−7.0"),
    ],
)
def test_numbers_in_words(value: float | None, calls: str | None, seats: str | None, gap: str) -> None:
    assert today_words.gap(value) == gap
    if value is None or value >= 0:
        assert (today_words.calls(value), today_words.seats(value)) == (calls, seats)


def test_changes_in_per_cent() -> None:
    assert [today_words.percent(value) for value in (0.031, -0.2, 0.001)] == ["+3%", "−20%", "±0%"]


# -- whose queues --------------------------------------------------------------------------------------


def test_a_lead_of_one_queue_reads_of_no_other(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = Identity(role=Role.LEAD, name="x", account=1, queues=frozenset(("hotline",)))
    monkeypatch.setattr(identity, "_asks", [lambda: lead])
    test = page("en")
    sent = "\n".join(_sent(test._tree))
    assert "Hotline" in sent and not re.search("billing|Billing|账单", sent)
    assert list(test.selectbox(key="td-scope").options) == ["All queues", "Hotline"]
    beyond = page("en", scope="queue:billing-line")
    assert rows(beyond) == {} and "billing-line" in words(beyond)


def _sent(block: Any) -> Iterator[str]:
    for child in getattr(block, "children", {}).values():
        yield from _sent(child)
        if hasattr(child, "proto"):
            yield str(child.proto)


def test_a_floor_without_a_past_says_so_in_one_sentence(
    service: runtime.Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("empty") / "floor.db"
    empty = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    metadata.create_all(empty.engine)
    runtime.use(empty)
    try:
        test = page("en")
        (said,) = test.caption
        assert said.value.startswith("No calls to forecast from yet: after a day on record")
        assert rows(test) == {}
    finally:
        runtime.use(service)
        empty.engine.dispose()
