"""The page on how advice went: errors by queue, the moves, one of them; each told what is his."""

import io
import re
from collections.abc import Iterator
from html import escape

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, update
from streamlit.testing.v1 import AppTest

from ccfloor.service import runtime
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.settings import load
from ccfloor.service.staffing.advice_month import AdviceMonth, advice_month
from ccfloor.service.staffing.judged import judge_moves, note_moves
from ccfloor.store.move_tables import moves
from ccfloor.store.viewer import Forbidden, Viewer
from ccfloor.ui.advice_page import cells, months_before
from ccfloor.ui.advice_words import points, share_text
from ccfloor.ui.export import excel_bytes
from tests.fakes import advised
from tests.fakes.app_page import opened, words
from tests.fakes.current import upgrade
from tests.fakes.hostile import NASTY
from tests.fakes.moving_floor import BOSS, CONFIG, T0, MovingFloor

LATER = T0 + 4200
MONTH = "2027-01"  # of T0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    """A move that followed advice, one by hand with a nasty reason, one taken back, two untold."""
    file = tmp_path_factory.mktemp("advice") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    upgrade(service.engine)
    service.config = CONFIG
    put(service.engine)
    service.clock = lambda: LATER
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def put(engine: Engine) -> None:
    """Each at its own time: by hand, undone, untold, by advice; and one that mixes with the last."""
    floor, told = MovingFloor(engine), advised.shown(0.6, 0.7)
    for at, wanted, why, shown in (
        (T0 - 12_000, Wanted(("S/4",), {"fraud": 0}, minutes=30), NASTY[0], told),
        (T0 - 8000, Wanted(("S/6",), {"loans": 0}, insist=True), "错", told),
        (T0 - 4000, Wanted(("S/5",), {"cards": 3}), "试", ""),
    ):
        floor.now = at
        move = ask_move(engine, BOSS, floor.view(), wanted, why, at, who="周岚", predicted=shown)
        note_moves(engine, "main", at + 5)
        floor.step(times=4)
        if why == "错":
            floor.undo(move)
            floor.step(times=4)
    floor.now = T0
    advised.keep(engine, advised.told(advised.proposal(T0, "S/1", "S/2")), T0)
    floor.ask("S/1", "S/2", minutes=30)
    note_moves(engine, "main", T0 + 5)
    floor.step(times=4)
    floor.now = T0 + 2400
    floor.ask("S/4", minutes=30)
    note_moves(engine, "main", floor.now + 5)
    floor.step(times=4)
    advised.came(engine, "fraud", T0 + 10, timely=8, late=2)
    advised.came(engine, "loans", T0 + 10, timely=9, late=0, gone=1)
    judge_moves(engine, CONFIG, LATER)


def script() -> None:
    from ccfloor.ui import advice_page
    from ccfloor.ui.notice import database_or_notice
    from ccfloor.ui.shell import look

    seen = look()
    with database_or_notice(seen.lang):
        advice_page.show(seen)


def page(lang: str = "zh", **asked: str) -> AppTest:
    return opened(script, lang=lang, **asked)


def month(service: runtime.Service, viewer: Viewer = BOSS) -> AdviceMonth:
    return advice_month(service.engine, viewer, CONFIG, MONTH)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "asked", [{}, {"move": "1"}, {"move": "nonsense"}, {"month": "2026-12"}, {"month": "<b>"}]
)
def test_the_page_in_both_languages(service: runtime.Service, lang: str, asked: dict[str, str]) -> None:
    found = words(page(lang, **asked))
    plain = re.sub(r"<[^>]*>", " ", found)
    assert not re.search(r"\b(nan|None|null)\b", plain)
    assert not re.search(r"\badvice\.\w", plain), "a key without its text"


def test_errors_are_told_by_queue_and_span(service: runtime.Service) -> None:
    found = month(service)
    assert set(found.queues) == {("fraud", 30), ("fraud", 60), ("loans", 30), ("loans", 60)}
    fraud = found.queues["fraud", 30].service_level
    assert fraud.n == 1 and fraud.bias == pytest.approx(0.1)
    assert found.states == {"judged": 4, "mixed": 1, "undone": 1, "untold": 2}
    assert [one.followed for one in found.moves] == [False, True, False, False, False], "the newest first"
    assert found.by_hand.n == 1 and found.all.n == 3 and found.mixed.n == 1
    told = words(page())
    assert "+10.0" in told and "调配 5 次，其中 1 次按建议" in told and "已撤销" in told
    assert "已对照 4 个时段，共 6 个" in told


def test_what_the_errors_leave_out_is_told(service: runtime.Service) -> None:
    told, english = words(page()), words(page("en"))
    assert "另有 1 个时段与其他调配或预案触发重叠" in told and "另有 2 次调配当时没有预计" in told
    assert "1 span more was mixed with other moves" in english
    assert "Of 2 moves nothing was foretold" in english
    advised_move = next(one for one in month(service).moves if one.followed)
    one = words(page("en", move=str(advised_move.move.id)))
    assert "(mixed with others)" in one, "what came is told all the same"


def test_one_move_is_told_with_what_came(service: runtime.Service) -> None:
    first = next(one for one in month(service).moves if one.followed)
    test = page("en", move=str(first.move.id))
    told = words(test)
    assert "below its target" in told and "90% (85%–95%)" in told and "80%" in told
    assert "Foretold without" in told
    other = words(page("en", move=str(month(service).moves[-2].move.id)))
    assert "undone" in other


def test_words_of_people_are_texts(service: runtime.Service) -> None:
    told = words(page())
    assert escape(NASTY[0]) in told
    assert escape(NASTY[0]) == NASTY[0] or NASTY[0] not in told


def test_files_have_numbers_as_numbers(service: runtime.Service) -> None:
    found = month(service)
    rows = list(cells(found, CONFIG, BOSS.words, "zh"))
    assert len(rows) == sum(len(one.rows) for one in found.moves)
    header = [str(n) for n in range(len(rows[0]))]
    sheet = load_workbook(io.BytesIO(excel_bytes("x", header, rows))).worksheets[0]
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert last[9:11] == pytest.approx([0.6, 0.7]) and isinstance(last[10], float)
    untold = next(row for row in rows if row[8] == "当时没有预计")
    assert untold[7:] == [None, "当时没有预计", *[None] * 15], "no numbers where nothing was foretold"


def test_a_lead_is_told_of_his_queues_and_seats_alone(service: runtime.Service) -> None:
    lead = Viewer(role="lead", queues=frozenset(("cards", "fraud")))
    found = month(service, lead)
    assert {queue for queue, _ in found.queues} <= {"cards", "fraud"}
    assert {seat for one in found.moves for seat in one.seats} == {"S/4", "S/5"}
    assert all(one.advice is None for one in found.moves)
    team = Viewer(role="lead", teams=frozenset(("B",)))
    assert {seat for one in month(service, team).moves for seat in one.seats} == {"S/4", "S/5", "S/6"}
    with pytest.raises(Forbidden):
        month(service, Viewer(role="agent"))


def test_what_cannot_be_read_is_told_as_such(service: runtime.Service) -> None:
    with service.engine.begin() as connection:
        row = connection.execute(moves.select().limit(1)).one()
        connection.execute(update(moves).where(moves.c.id == row.id).values(predicted="{"))
    assert month(service).moves


def test_numbers_in_words() -> None:
    assert (points(None), points(0.021), points(-0.5), points(3.0, 1.0)) == (
        "–",
        "+2.1",
        "\N{MINUS SIGN}50.0",
        "+3.0",
    )
    assert (share_text(None), share_text(0.805)) == ("–", "80%")
    assert months_before(2027, 1, 3) == ["2027-01", "2026-12", "2026-11"]
