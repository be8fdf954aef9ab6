"""A reader of some teams, or of some queues, asks for the site: he gets sums over what he may see, alone."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from ccfloor.floor.config import SeatInfo
from ccfloor.kpi.datasets import FIELDS, MONTHLY
from ccfloor.kpi.fields import origin
from ccfloor.kpi.period import day_of, days, half_hours, month_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Asked, trend
from ccfloor.service.annotations import Draft, add_annotation
from ccfloor.service.kpi_month import kpi_table, members
from ccfloor.service.reports.gather import gather
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.facts import count_facts
from ccfloor.store.kpi_figures import by_member, figures
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import kpi_facts, metadata
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG as PLAIN
from tests.fakes.stored import T0, cut, day, items

SEATS = {
    "P/0": SeatInfo("P/0", agent="Agent 0", team="A"),
    "P/1": SeatInfo("P/1", agent="Agent 1", team="A"),
    "P/2": SeatInfo("P/2", agent="Agent 2", team="B"),
}
CONFIG = replace(PLAIN, seats=SEATS)
MONTH, TODAY = month_of(CONFIG, T0), day_of(CONFIG, T0)
ALL = Viewer()
OF_A, OF_HOT = Viewer(teams=frozenset("A")), Viewer(queues=frozenset(("hot",)))
TOLD = ("site", "queue:hot", "queue:vip", "team:A", "team:B", "agent:Agent 0", "agent:Agent 2")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("limited") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    recorder = Recorder(service.engine, CONFIG, "main", "live", live=True)
    for number in range(3):
        told = day(150, T0 + 86_400 * number)
        for batch in cut(items(told, first=1 + number * 100_000), 300):
            recorder.record(batch)
    facts = [
        {"site": "main", "field": field, "scope": scope, "day": day_, "import_id": 1, "value": 7.0}
        for field in FIELDS
        for scope in TOLD
        for day_ in ([MONTH_0] if field in MONTHLY else [TODAY_N])
    ]
    with writing(service.engine) as connection:
        connection.execute(insert(kpi_facts), facts)
    service.clock = lambda: MONTH.end + 3600
    count_facts(service.engine, CONFIG, MONTH.end)
    for scope, text in ((Scope("team", "B"), "of B"), (Scope("agent", "Agent 0"), "of 0"), (SITE, "of all")):
        draft = Draft(scope, "training", TODAY.day, TODAY.day, text)
        add_annotation(service.engine, service.viewer(), CONFIG, draft, "Zhou", "kept", MONTH.end)
    yield service
    service.engine.dispose()


TODAY_N = TODAY.day.year * 10_000 + TODAY.day.month * 100 + TODAY.day.day
MONTH_0 = TODAY_N // 100 * 100
PERIODS = [MONTH, TODAY, half_hours(CONFIG, TODAY)[0]]


def of(service: runtime.Service, viewer: Viewer, scope: Scope = SITE) -> list[dict[str, float]]:
    return figures(service.engine, viewer, CONFIG, scope, PERIODS)


def only(told: dict[str, float], *origins: str) -> dict[str, float]:
    return {name: value for name, value in told.items() if origin(name) in origins and "@" not in name}


def test_everybodys_reader_has_all_of_it(service: runtime.Service) -> None:
    month = of(service, ALL)[0]
    assert {origin(name) for name in month} >= {
        "queue",
        "agent",
        "calls",
        "seats",
        "complaints",
        "hr",
        "cost",
    }


def test_a_reader_of_a_team_gets_the_queues_and_his_own_agents(service: runtime.Service) -> None:
    for told, whole, team in zip(
        of(service, OF_A), of(service, ALL), of(service, OF_A, Scope("team", "A")), strict=True
    ):
        assert only(told, "queue", "calls") == only(whole, "queue", "calls")
        assert only(told, "agent", "seats") == only(team, "agent", "seats") != only(whole, "agent", "seats")


def test_what_was_told_of_the_site_as_a_whole_is_not_for_him(service: runtime.Service) -> None:
    for viewer in (OF_A, OF_HOT):
        for told in of(service, viewer):
            assert {origin(name) for name in told} <= {"queue", "agent", "calls", "seats"}
            assert not [name for name in told if "@" in name]
    assert "complaints.verified" in of(service, OF_A, Scope("team", "A"))[0]
    assert "complaints.verified" in of(service, OF_HOT, Scope("queue", "hot"))[0]
    assert of(service, OF_A, Scope("team", "B")) == of(service, OF_HOT, Scope("queue", "vip")) == [{}, {}, {}]


def test_a_reader_of_a_queue_gets_that_queue(service: runtime.Service) -> None:
    for told, queue in zip(of(service, OF_HOT), of(service, ALL, Scope("queue", "hot")), strict=True):
        assert only(told, "queue", "calls") == only(queue, "queue", "calls")
        assert not only(told, "agent", "seats")


def test_the_table_says_what_is_missing_instead_of_dividing_by_others(service: runtime.Service) -> None:
    table = kpi_table(service, OF_A, MONTH)
    values = {line.kpi.id: line.result.value for line in table.lines}
    assert values["offered"] and values["occupancy"]
    for name in ("connect_rate_in", "complaint_rate", "cost_per_call", "out_day", "csat"):
        line = table.line(name)
        assert line is not None and line.result.value is None and line.result.missing, name
        assert not any(part.value for part in line.parts)
    (month,) = trend(service, OF_A, SITE, Asked("csat", "month", MONTH.day, MONTH.day)).points
    assert month.result.value is None


def test_members_and_reports_name_nobody_else(service: runtime.Service) -> None:
    for viewer, kind, names in (
        (OF_A, "agent", ["Agent 0", "Agent 1"]),
        (OF_A, "team", ["A"]),
        (OF_HOT, "queue", ["hot"]),
    ):
        assert [row.scope.name for row in members(service, viewer, MONTH, kind)] == names  # type: ignore[arg-type]
        assert [scope.name for scope in by_member(service.engine, viewer, CONFIG, kind, MONTH)] == names  # type: ignore[arg-type]
    data = gather(service, OF_A, "figures", SITE, MONTH, MONTH.end)
    told = {row.name.zh for table in data.members if table.kind != "queue" for row in table.rows}
    assert told == {"Agent 0", "Agent 1", "A"}
    agents = next(table for table in data.members if table.kind == "agent")
    at = [one.id for one in agents.measures].index("answered")
    rows = sum(row.cells[at].value or 0 for row in agents.rows)
    assert rows == of(service, OF_A)[0]["agent.answered"]


def test_remarks_about_others_are_not_in_his_report(service: runtime.Service) -> None:
    def remarks(viewer: Viewer, scope: Scope) -> set[str]:
        data = gather(service, viewer, "monitoring", scope, MONTH, MONTH.end)
        return {one.text for one in data.remarks}

    assert remarks(ALL, SITE) == {"of all", "of B", "of 0"}
    assert remarks(OF_A, SITE) == {"of all", "of 0"}
    assert remarks(ALL, Scope("team", "A")) == {"of all", "of 0"}
    assert remarks(ALL, Scope("team", "B")) == {"of all", "of B"}


def test_the_days_of_a_month_add_up_for_whoever_asks(service: runtime.Service) -> None:
    for viewer in (OF_A, OF_HOT):
        whole, *parts = figures(service.engine, viewer, CONFIG, SITE, [MONTH, *days(CONFIG, MONTH)])
        for name in whole.keys() - {"queue.max_wait_ms"}:
            assert whole[name] == sum(part.get(name, 0) for part in parts), name
