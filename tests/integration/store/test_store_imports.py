"""Imports in the database: which rows count, what they add up to, and taking them out again."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, insert, select

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.kpi.datafile import Row
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.period import days, period
from ccfloor.kpi.scope import scope as scope_of
from ccfloor.service import importing_kpi as importing
from ccfloor.service.importing_kpi import Preview
from ccfloor.service.people_log import PeopleError, entries
from ccfloor.store import imports as store
from ccfloor.store.days import prepare_days
from ccfloor.store.engine import writing
from ccfloor.store.kpi_figures import by_member, figures
from ccfloor.store.member_series import member_series
from ccfloor.store.tables import fact_days, import_rows, kpi_facts, roster
from ccfloor.store.viewer import EVERYTHING, Viewer

SEATS = {
    "P/1": SeatInfo("P/1", "Ann", number="1001", team="A"),
    "P/2": SeatInfo("P/2", "Bob", number="1002", team="A", others={"Eve": "Eve"}),
    "P/3": SeatInfo("P/3", "Zoe", "Zoe Z.", "1003", team="B"),
}
CONFIG = FloorConfig(zone="Asia/Shanghai", seats=SEATS)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC).timestamp()
HEADER = "日期,坐席,邀评数,参评数,满意数\n"


def seen(engine: Engine, dataset: str, text: str, config: FloorConfig = CONFIG) -> Preview:
    return importing.preview(engine, config, DATASETS[dataset], f"{dataset}.csv", text.encode(), NOW)


def brought(engine: Engine, dataset: str, text: str, config: FloorConfig = CONFIG) -> int:
    preview = seen(engine, dataset, text, config)
    assert preview.clean, preview.faults("en")
    return importing.take_in(engine, config, preview, "Lan", "", NOW).id


def facts(engine: Engine, field: str) -> dict[tuple[str, int], float]:
    """What is stored of a field: (scope, day) → value, over all imports."""
    table = kpi_facts.c
    query = select(table.scope, table.day, func.sum(table.value)).where(table.field == field)
    with engine.connect() as connection:
        rows = connection.execute(query.group_by(table.scope, table.day))
        return {(scope, day): value for scope, day, value in rows}


def everything(engine: Engine) -> dict[tuple[str, str, int], float]:
    table = kpi_facts.c
    query = select(table.field, table.scope, table.day, func.sum(table.value))
    with engine.connect() as connection:
        rows = connection.execute(query.group_by(table.field, table.scope, table.day))
        return {(field, scope, day): value for field, scope, day, value in rows}


def test_a_file_counts_for_agents_team_and_site_once(engine: Engine) -> None:
    brought(
        engine,
        "survey",
        HEADER + "2026-11-01,1001,100,80,70\n2026-11-01,Bob,50,40,39\n2026-11-01,Zoe Z.,9,8,7\n",
    )
    day = 20261101
    assert facts(engine, "survey.rated") == {
        ("agent:Ann", day): 80,
        ("agent:Bob", day): 40,
        ("agent:Zoe", day): 8,
        ("team:A", day): 120,
        ("team:B", day): 8,
        ("site", day): 128,
    }


def test_the_same_content_is_taken_in_once_and_again_after_undoing(engine: Engine) -> None:
    text = HEADER + "2026-11-01,,100,80,70\n"
    first = brought(engine, "survey", text)
    again = seen(engine, "survey", text)
    assert again.before is not None and again.before.id == first and again.effect.same == 1
    assert importing.take_in(engine, CONFIG, again, "Lan", "", NOW) == (first, 0, True)
    importing.undo_import(engine, CONFIG, first, "Lan", "wrong month", NOW)
    assert everything(engine) == {}
    assert brought(engine, "survey", text) == first + 1
    assert facts(engine, "survey.rated") == {("site", 20261101): 80}


def test_a_later_row_replaces_the_earlier_one_and_undoing_brings_it_back(engine: Engine) -> None:
    brought(engine, "survey", HEADER + "2026-11-01,Ann,100,80,70\n2026-11-02,Ann,10,8,7\n")
    mended = seen(
        engine, "survey", HEADER + "2026-11-01,Ann,100,81,70\n2026-11-02,Ann,10,8,7\n2026-11-03,Ann,1,1,1\n"
    )
    assert mended.effect == (1, 1, 1)
    second = importing.take_in(engine, CONFIG, mended, "Lan", "", NOW).id
    assert [facts(engine, "survey.rated")["site", 20261100 + day] for day in (1, 2, 3)] == [81, 8, 1]
    importing.undo_import(engine, CONFIG, second, "Lan", "too early", NOW)
    assert facts(engine, "survey.rated") == {
        (scope, 20261100 + day): value
        for scope in ("agent:Ann", "team:A", "site")
        for day, value in ((1, 80), (2, 8))
    }
    importing.restore_import(engine, CONFIG, second, "Lan", "it was right", NOW)
    assert facts(engine, "survey.rated")["site", 20261101] == 81
    log = entries(engine, EVERYTHING, importing.about(second))
    assert [(note.item, note.who, note.text) for note in log] == [
        ("added", "Lan", ""), ("withdrawn", "Lan", "too early"), ("restored", "Lan", "it was right"),
    ]  # fmt: skip


COMPLAINTS = "投诉编号,受理日期,被投诉坐席,核实状态,已解决,处理时长,投诉人满意\n"


def test_a_complaint_counts_once_it_is_verified_and_may_move_to_another_day(engine: Engine) -> None:
    brought(
        engine, "complaints", COMPLAINTS + "T1,2026-11-01,Ann,待核实,,,\nT2,2026-11-01,Bob,不属实,是,1,是\n"
    )
    assert facts(engine, "complaints.verified")["site", 20261101] == 0
    assert facts(engine, "complaints.count")["site", 20261101] == 2
    brought(engine, "complaints", COMPLAINTS + "T1,2026-11-02,Ann,属实,是,6.5,是\n")
    assert facts(engine, "complaints.verified")["agent:Ann", 20261102] == 1
    assert facts(engine, "complaints.handling_h")["site", 20261102] == 6.5
    assert facts(engine, "complaints.count")["site", 20261101] == 1
    assert facts(engine, "complaints.solved")["site", 20261101] == 0


def test_days_of_a_complete_file_without_a_record_have_none(engine: Engine) -> None:
    header = seen(engine, "complaints", COMPLAINTS)
    with pytest.raises(PeopleError, match="import_no_lines"):
        importing.take_in(engine, CONFIG, header, "Lan", "", NOW)
    none = importing.take_in(engine, CONFIG, header, "Lan", "", NOW, covers=(20261029, 20261102))
    days = [20261029, 20261030, 20261031, 20261101, 20261102]
    assert facts(engine, "complaints.verified") == {("site", day): 0 for day in days}
    brought(engine, "complaints", COMPLAINTS + "T1,2026-10-30,,属实,,,\n")
    assert facts(engine, "complaints.verified")["site", 20261030] == 1
    importing.undo_import(engine, CONFIG, none.id, "Lan", "not known yet", NOW)
    assert facts(engine, "complaints.verified") == {("site", 20261030): 1}
    with pytest.raises(PeopleError, match="import_wrong_days"):
        importing.take_in(engine, CONFIG, header, "Lan", "", NOW, covers=(20261102, 20261101))


def test_sums_of_a_day_win_over_single_ratings(engine: Engine) -> None:
    brought(
        engine,
        "ratings",
        "评价编号,日期,坐席,评价\nP1,2026-11-01,Ann,满意\nP2,2026-11-01,Ann,不满意\nP3,2026-11-02,Bob,未评价\n",
    )
    assert facts(engine, "survey.rated")["site", 20261101] == 2
    sums = brought(engine, "survey", HEADER + "2026-11-01,,500,300,290\n")
    assert facts(engine, "survey.rated")["site", 20261101] == 300
    assert facts(engine, "survey.rated")["agent:Ann", 20261101] == 2
    assert facts(engine, "survey.rated")["site", 20261102] == 0
    importing.undo_import(engine, CONFIG, sums, "Lan", "the ratings are enough", NOW)
    assert facts(engine, "survey.invited")["site", 20261101] == 2


def test_sums_of_a_month_stand_under_its_day_0(engine: Engine) -> None:
    brought(engine, "cost", '月份,总成本（元）\n2026-10,"186,400.10"\n')
    brought(engine, "hr", "月份,班组,平均在岗人数,离职人数\n2026-10,A,30,1\n2026-10,B,20.5,0\n")
    assert facts(engine, "cost.total") == {("site", 20261000): 186_400.1}
    assert facts(engine, "hr.headcount")["site", 20261000] == 50.5


ROSTER = "坐席,日期,开始,结束,活动\n"


def clock(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def pieces(engine: Engine) -> list[tuple[str, int, str, str, str]]:
    table = roster.c
    query = select(table.agent, table.day, table.start, table.end, table.activity).order_by(
        table.agent, table.start
    )
    with engine.connect() as connection:
        return [
            (agent, day, f"{clock(start):%d %H:%M}", f"{clock(end):%d %H:%M}", what)
            for agent, day, start, end, what in connection.execute(query)
        ]


def test_a_rostered_day_is_replaced_as_a_whole_and_comes_back(engine: Engine) -> None:
    with writing(engine) as connection:
        days = [
            {"site": "main", "day": day, "at": 1.0, "roster": 0, "final": True}
            for day in (20261121, 20261124, 20261125)
        ]
        connection.execute(insert(fact_days), days)
    brought(
        engine,
        "roster",
        ROSTER
        + "Ann,2026-11-24,08:00,12:00,接听\nAnn,2026-11-24,12:00,13:00,用餐\nBob,2026-11-24,22:00,06:00,\n",
    )
    bob = ("Bob", 20261124, "24 14:00", "24 22:00", "queue")
    assert pieces(engine) == [
        ("Ann", 20261124, "24 00:00", "24 04:00", "queue"),
        ("Ann", 20261124, "24 04:00", "24 05:00", "meal"),
        bob,
    ]
    late = brought(engine, "roster", ROSTER + "1001,2026-11-24,13:00,21:00,接听\n")
    assert pieces(engine) == [("Ann", 20261124, "24 05:00", "24 13:00", "queue"), bob]
    importing.undo_import(engine, CONFIG, late, "Lan", "old plan stands", NOW)
    assert len(pieces(engine)) == 3
    with engine.connect() as connection:
        assert set(connection.scalars(select(fact_days.c.day))) == {20261121, 20261125}


def test_a_piece_before_the_days_start_belongs_to_the_business_day_before(engine: Engine) -> None:
    night = FloorConfig(zone="Europe/Berlin", day_start_s=6 * 3600, seats=SEATS)
    brought(
        engine, "roster", ROSTER + "Ann,2026-11-25,01:00,04:00,接听\nAnn,2026-11-25,06:00,24:00,接听\n", night
    )
    assert [(day, start, end) for _, day, start, end, _ in pieces(engine)] == [
        (20261124, "25 00:00", "25 03:00"), (20261125, "25 05:00", "25 23:00"),
    ]  # fmt: skip


def test_nothing_is_written_while_lines_are_bad_unless_the_good_ones_are_asked_for(engine: Engine) -> None:
    bad = seen(engine, "survey", HEADER + "2026-11-01,Ann,100,80,70\n2026-11-01,Nobody,1,1,1\n")
    assert bad.faults("zh") == ["survey.csv，第 3 行，“坐席”列：没有坐席“Nobody”；可填姓名或工号。"]
    for who, code in (("Lan", "import_bad_lines"), (" ", "no_who")):
        with pytest.raises(PeopleError, match=code):
            importing.take_in(engine, CONFIG, bad, who, "", NOW)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(import_rows)) == 0
    done = importing.take_in(engine, CONFIG, bad, "Lan", "the rest is Nobody's", NOW, good_lines=True)
    assert done.rows == 1 and facts(engine, "survey.rated")["site", 20261101] == 80


def test_what_cannot_be_undone_says_why(engine: Engine) -> None:
    number = brought(engine, "survey", HEADER + "2026-11-01,,100,80,70\n")
    with pytest.raises(PeopleError, match="no_why"):
        importing.undo_import(engine, CONFIG, number, "Lan", " ", NOW)
    with pytest.raises(PeopleError, match="import_counts"):
        importing.restore_import(engine, CONFIG, number, "Lan", "why not", NOW)
    with pytest.raises(PeopleError, match="import_unknown"):
        importing.undo_import(engine, CONFIG, number + 1, "Lan", "a slip", NOW)
    other = FloorConfig(site="other")
    with pytest.raises(PeopleError, match="import_unknown"):
        importing.undo_import(engine, other, number, "Lan", "another site's", NOW)
    importing.undo_import(engine, CONFIG, number, "Lan", "a slip", NOW)
    with pytest.raises(PeopleError, match="import_undone"):
        importing.undo_import(engine, CONFIG, number, "Lan", "twice", NOW)
    brought(engine, "survey", HEADER + "2026-11-01,,100,80,70\n")
    with pytest.raises(PeopleError, match="import_again"):
        importing.restore_import(engine, CONFIG, number, "Lan", "anew", NOW)


def test_a_viewer_reads_the_rows_of_his_queues_and_teams_alone(engine: Engine) -> None:
    number = brought(
        engine, "survey", "日期,班组,邀评数,参评数,满意数\n2026-11-01,A,9,8,7\n2026-11-01,B,6,5,4\n"
    )
    every = store.rows_of(engine, Viewer(), number)
    assert [row.body["team"] for row in every] == ["A", "B"]
    mine = store.rows_of(engine, Viewer(teams=frozenset("A")), number)
    assert [row.body["team"] for row in mine] == ["A"]
    assert store.rows_of(engine, Viewer(site="other"), number) == []
    assert store.list_imports(engine, Viewer(site="other")) == []


@pytest.mark.parametrize("seed", range(2))
def test_facts_depend_on_what_stands_alone_whatever_was_taken_in_and_out(engine: Engine, seed: int) -> None:
    rng = random.Random(seed)
    files = [[_row(rng, line) for line in range(2, 8)] for _ in range(6)]
    standing: dict[int, Sequence[Row]] = {}
    for _ in range(14):
        if standing and rng.random() < 0.4:
            number = rng.choice(list(standing))
            del standing[number]
            importing.undo_import(engine, CONFIG, number, "Lan", "at random", NOW)
        else:
            rows = list({row.key: row for row in rng.choice(files)}.values())
            with writing(engine) as connection:
                first, last = min(row.day for row in rows), max(row.day for row in rows)
                taken = store.Taken(0, "survey", "f", "", NOW, "Lan", "", len(rows), first, last)
                standing[store.take_in(connection, CONFIG, taken, rows)] = rows
    assert facts(engine, "survey.invited") == _expected(standing.items())


def _row(rng: random.Random, line: int) -> Row:
    agent, day = rng.choice(("Ann", "Bob", "Zoe")), 20261101 + rng.randrange(3)
    invited = float(rng.randrange(50))
    return Row(line, f"{day}||{agent}", day, {"agent": agent, "invited": invited, "rated": 0, "satisfied": 0})


def _expected(standing: Iterable[tuple[int, Sequence[Row]]]) -> dict[tuple[str, int], float]:
    """The same by the plainest way: the latest row of every key, added up."""
    latest: dict[str, Row] = {}
    for _, rows in sorted(standing):
        latest |= {row.key: row for row in rows}
    found: dict[tuple[str, int], float] = defaultdict(float)
    for row in latest.values():
        team = "B" if row.body["agent"] == "Zoe" else "A"
        for scope in (f"agent:{row.body['agent']}", f"team:{team}", "site"):
            found[scope, row.day] += float(row.body["invited"])
    return dict(found)


def told(engine: Engine, scope: str, name: str) -> dict[str, float]:
    """The figures of a scope in a period, from imports."""
    of = period(CONFIG, name)
    (found,) = figures(engine, Viewer(), CONFIG, scope_of(scope), [of])
    one = scope_of(scope)
    members = by_member(engine, Viewer(), CONFIG, one.kind, of).get(one, {})
    assert {
        field: value for field, value in members.items() if not field.startswith(("calls.", "queue."))
    } == {field: value for field, value in found.items() if not field.startswith(("calls.", "queue."))}
    return found


def test_figures_of_any_scope_and_period_hold_what_was_imported(engine: Engine) -> None:
    brought(
        engine, "survey", HEADER + "2026-10-30,Ann,100,80,70\n2026-10-31,Bob,50,40,39\n2026-11-01,Ann,9,8,7\n"
    )
    brought(engine, "cost", '月份,总成本（元）\n2026-10,"186,400"\n2026-11,100\n')
    for scope, rated in (("site", 120), ("team:A", 120), ("agent:Ann", 80)):
        assert told(engine, scope, "2026-10")["survey.rated"] == rated
    assert told(engine, "site", "2026-W44")["survey.rated"] == 128
    assert told(engine, "site", "2026")["survey.rated"] == 128
    costs = {name: told(engine, "site", name).get("cost.total") for name in ("2026-10", "2026", "2026-W44")}
    assert costs == {"2026-10": 186_400, "2026": 186_500, "2026-W44": None}
    assert "cost.total" not in told(engine, "site", "2026-11-01")
    assert "survey.rated" not in told(engine, "agent:Zoe", "2026-10")


def test_an_agent_of_whom_nobody_complained_has_none_if_every_complaint_names_its_agent(
    engine: Engine,
) -> None:
    brought(engine, "survey", HEADER + "2026-11-03,Zoe,100,80,70\n2026-11-03,Ann,100,80,70\n")
    brought(
        engine, "complaints", COMPLAINTS + "T1,2026-11-01,Ann,属实,是,6.5,是\nT2,2026-11-03,Bob,不属实,,,\n"
    )
    assert told(engine, "agent:Zoe", "2026-11")["complaints.verified"] == 0
    assert told(engine, "team:B", "2026-11")["complaints.count"] == 0
    assert told(engine, "agent:Ann", "2026-11")["complaints.verified"] == 1
    assert "complaints.verified" not in told(engine, "agent:Zoe", "2026-10")
    brought(
        engine,
        "complaints",
        COMPLAINTS + "T3,2026-11-03,,属实,,,\nT4,2026-11-02,,属实,,,\nT5,2026-11-01,,属实,,,\n",
    )
    assert "complaints.verified" not in told(engine, "agent:Zoe", "2026-11")
    assert told(engine, "agent:Ann", "2026-11")["complaints.verified"] == 1
    assert told(engine, "site", "2026-11")["complaints.verified"] == 4


def test_a_trend_of_many_agents_tells_the_same_of_imports(engine: Engine) -> None:
    prepare_days(engine, CONFIG, "main")
    brought(
        engine, "survey", HEADER + "2026-11-01,Ann,100,80,70\n2026-11-03,Ann,10,8,7\n2026-11-03,Zoe,5,4,3\n"
    )
    brought(
        engine, "complaints", COMPLAINTS + "T1,2026-11-01,Ann,属实,是,6.5,是\nT2,2026-11-03,Bob,不属实,,,\n"
    )
    fields = ("survey.rated", "complaints.verified")
    for name in ("2026-11", "2026-W45"):
        of = days(CONFIG, period(CONFIG, name)) if "W" in name else [period(CONFIG, name)]
        series = member_series(engine, Viewer(), CONFIG, ("Ann", "Zoe"), fields, of)
        for agent, told_of in series.items():
            found = figures(engine, Viewer(), CONFIG, scope_of(f"agent:{agent}"), of)
            assert told_of == [{field: one[field] for field in fields if field in one} for one in found]
    assert series["Zoe"][1] == {"complaints.verified": 0, "survey.rated": 4}


def test_a_complaint_of_nobody_leaves_the_month_of_the_unnamed_unknown(engine: Engine) -> None:
    """Day 1 and 3 are clear; the complaint of day 2 might be Zoe's, whom none names. Ann's own are known."""
    prepare_days(engine, CONFIG, "main")
    brought(engine, "survey", HEADER + "2026-11-03,Zoe,100,80,70\n2026-11-03,Ann,100,80,70\n")
    rows = "T1,2026-11-01,Ann,属实,是,6.5,是\nT2,2026-11-02,,属实,,,\nT3,2026-11-03,Bob,属实,,,\n"
    brought(engine, "complaints", COMPLAINTS + rows)
    field = "complaints.verified"
    first = days(CONFIG, period(CONFIG, "2026-11"))[:3]
    by_day = figures(engine, Viewer(), CONFIG, scope_of("agent:Zoe"), first)
    assert [sums.get(field) for sums in by_day] == [0, None, 0]
    for name in ("2026-11", "2026"):
        assert field not in told(engine, "agent:Zoe", name)
        assert told(engine, "agent:Ann", name)[field] == 1
        assert told(engine, "site", name)[field] == 3
    months = [period(CONFIG, "2026-11")]
    series = member_series(engine, Viewer(), CONFIG, ["Ann", "Zoe"], [field], months)
    assert series["Ann"][0][field] == 1
    assert field not in series["Zoe"][0]
