"""The page Today where something is not known: a floor nobody sees, queues that are new today."""

import re
from collections.abc import Iterator
from datetime import date
from html import escape

import pytest
from msgspec.structs import replace
from streamlit.testing.v1 import AppTest

from ccfloor import cli_staffing
from ccfloor.floor.view import FloorView, Membership
from ccfloor.service import runtime
from ccfloor.service.hub import LiveRow
from ccfloor.service.settings import load
from ccfloor.service.staffing_today.sheet import Sheet, sheet
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import EVERYTHING
from ccfloor.ui import today_chart, today_table, today_words
from ccfloor.ui.texts import Lang
from tests.fakes.app_page import opened, words
from tests.fakes.offered_weeks import office, put_weeks, put_work
from tests.fakes.stored_calls import call, put
from tests.unit.service.present_floor import queue as queue_view
from tests.unit.service.present_floor import seat
from tests.unit.service.views import view as floor_view

FIRST, DAY = date(2026, 10, 26), date(2026, 11, 17)
ZONE = "Asia/Shanghai"
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J*新*"


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """Three weeks of the hotline, today until a quarter past eleven."""
    file = tmp_path_factory.mktemp("unknown") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    metadata.create_all(service.engine)
    now = service.config.day_begins(DAY) + 11.25 * 3600
    put_weeks(service.engine, service.config, FIRST, now, {"hotline": office})
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


def page(lang: str, **asked: str) -> AppTest:
    return opened(script, lang=lang, **asked)


def made(service: runtime.Service, queue: str = "") -> Sheet:
    found = sheet(service.today.refresh(), EVERYTHING, queue)
    assert found is not None
    return found


def seven(at: float) -> FloorView:
    seats = tuple(seat(f"P/{n}", agent=f"A{n}", queues=(Membership("hotline"),)) for n in range(7))
    return floor_view(at, queues=(queue_view("hotline"),), seats=seats)


def shows(service: runtime.Service, view: FloorView) -> None:
    service.hub.accept(LiveRow(1, view.at, view, ()))
    service.today.refresh()


def fact(html: str) -> str:
    """What the page says of seats at work now."""
    return next(one for one in re.findall(r'<span class="v [^>]*>[^<]*</span>', html) if " / " in one)


def row(html: str) -> str:
    return html.partition('<tr class="running">')[2].partition("</tr>")[0]


def called(service: runtime.Service, queue: str) -> None:
    eleven = service.config.day_begins(DAY) + 11 * 3600
    put(service.engine, [call(n, eleven + 60 * n, queue) for n in range(15)])


# -- a floor nobody sees -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "since", "sentence"),
    [
        ("zh", "09:15 起看不到", "09:15 起看不到现场"),
        ("en", "not seen since 09:15", "Nobody sees the floor since 09:15"),
    ],
)
@pytest.mark.parametrize("blind", [False, True])
def test_a_picture_of_two_hours_ago_is_no_present(
    service: runtime.Service, lang: str, since: str, sentence: str, blind: bool
) -> None:
    old = service.clock() - 7200
    view = seven(old)
    shows(service, replace(view, blind_since=old) if blind else view)
    need = made(service).lines[22].half.needed
    html = words(page(lang))
    assert f'<span class="v lost">– / {need:g}</span>' == fact(html) and f"<small>{since}</small>" in html
    assert sentence in html and 'class="td-lost"' in html
    assert f'<td class="lost">– <small class="x">{since}</small></td>' in row(html)
    assert 'class="act"' not in row(html) and "7 /" not in html


def test_a_floor_that_is_seen_has_its_present_and_no_sentence(service: runtime.Service) -> None:
    shows(service, seven(service.clock() - 5))
    html = words(page("en"))
    assert fact(html).endswith(f">7 / {made(service).lines[22].half.needed:g}</span>")
    assert 'td-lost"' not in html and "not seen since" not in html


def test_without_a_roster_what_is_missing_later_is_not_said_to_be_nothing(service: runtime.Service) -> None:
    begin = service.config.day_begins(DAY)
    put_work(service.engine, service.config, ["A1"], begin + 9 * 3600, begin + 11.25 * 3600)
    shows(service, seven(service.clock() - 5))
    assert [line.gap is None for line in made(service).lines[22:24]] == [False, True]
    assert "later ones are not known without a roster" in words(page("en"))


def test_without_any_picture_nobody_is_said_to_be_missing(service: runtime.Service) -> None:
    html = words(page("en"))
    assert fact(html) == f'<span class="v ">– / {made(service).lines[22].half.needed:g}</span>'
    assert 'class="td-lost"' not in html


def test_a_picture_of_another_day_says_which(service: runtime.Service) -> None:
    shows(service, seven(service.clock() - 86_400))
    assert "since 2026-11-16 11:15:" in words(page("en"))


# -- queues that are new -------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "said"), [("zh", "还没有预测："), ("en", "No forecast yet: ")])
def test_a_queue_new_today_is_named_and_can_be_asked_for(
    service: runtime.Service, lang: Lang, said: str
) -> None:
    called(service, HOSTILE)
    service.today.refresh()
    html = words(page(lang))
    assert f"{said}{escape(HOSTILE)}" in html and "<img" not in html
    one = page(lang, scope=f"queue:{HOSTILE}")
    own = words(one)
    assert own.count(said.strip()) == 1 and "<img" not in own and not one.exception
    cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall("<td.*?</td>", row(own))]
    assert cells[1].strip() == "–" and cells[2].startswith("15") and int(cells[4]) > 0
    plain = re.sub(r"<[^>]*>", " ", own)
    assert not re.search(r"\b(nan|None|null)\b", plain)
    assert re.search(r'<span class="v ">–</span><small>(还没有|none yet)</small>', own), "expected all day"
    assert ">11:30" in own and ">12:00<" not in own, "the next half hour has seats by the last one's calls"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_its_charts_and_files_have_what_is_known(service: runtime.Service, lang: Lang) -> None:
    called(service, HOSTILE)
    of = made(service, HOSTILE)
    lines = today_table.shown(of)
    calls = today_chart.calls_chart(of, lines, "dark", ZONE, lang)
    today_chart.seats_chart(of, lines, "dark", ZONE, lang)
    assert today_words.hover(lines[0], ZONE, lang) == calls.data[-1].customdata[0]
    cells = today_table.cells(of, ZONE, lang)[22]
    header = today_table.file_header(of, lang)
    told = dict(zip(header, cells, strict=True))
    assert [told[header[at]] for at in range(1, 6)] == [None, None, None, None, 15]


# -- the command ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_says_the_same(
    service: runtime.Service, lang: Lang, capsys: pytest.CaptureFixture[str]
) -> None:
    called(service, HOSTILE)
    shows(service, seven(service.clock() - 7200))
    of = made(service)
    told = cli_staffing._json(of, ZONE)
    assert told["not_seen_since"] == "2026-11-17T09:15+08:00" and told["no_forecast"] == [HOSTILE]
    assert set(told["basis"]) == {"hotline"} and told["halves"][22]["at_work"] is None
    cli_staffing._notes(of, service.config, lang)
    said = capsys.readouterr().out
    assert "09:15" in said and "<img src=x" in said and "\x1b" not in said and len(said.splitlines()) == 3
