"""One agent, one period, one KPI: the same number wherever it stands, imports of some days among it."""

from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

import pytest
from sqlalchemy import Engine, insert

from ccfloor.kpi.book import Choice
from ccfloor.kpi.compute import compute
from ccfloor.kpi.datasets import COMPLETE, FIELDS, MONTHLY
from ccfloor.kpi.fields import COUNTED, Figures
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Period, day_number, period
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Asked, compare, kpis_of, of_team, trend
from ccfloor.service.kpi_month import kpi_table
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.kpi_targets import Act, decide
from ccfloor.service.reports.gather import gather
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.kpi_figures import by_member
from ccfloor.store.tables import agent_days, counted_days, kpi_facts, metadata
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_trend import CONFIG, FIRST, HANDLE_S, put_days

TEAM = Scope("team", "A")
CHEN = Scope("agent", "陈思远")
MATES = ("陈思远", "王丽娜", "李想")
OCTOBER = period(CONFIG, "2024-10")
THIRD, FIFTH = date(2024, 10, 3), date(2024, 10, 5)
# Who is told of on which days: nobody on all of them.
TOLD = {
    "agent:陈思远": (THIRD, date(2024, 10, 4), date(2024, 10, 20)),
    "agent:王丽娜": (THIRD,),
    "agent:李想": (FIFTH, date(2024, 10, 6)),
    "agent:孙浩": (FIFTH,),
    "team:A": (THIRD, date(2024, 10, 4), FIFTH, date(2024, 10, 6), date(2024, 10, 20)),
    "team:B": (FIFTH,),
}
# Narrower first: a narrower one may not begin in months that a wider one judged.
WAYS = {
    Scope("agent", "王丽娜"): Choice(bound=Bound(at_most=0.3), variant="repeat_48h"),
    TEAM: Choice(bound=Bound(at_most=0.5), variant="repeat_7d"),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("same") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    put_days(service.engine)
    tell(service.engine)
    service.clock = lambda: OCTOBER.end + 3600
    repeats = kpi_book(service).kpis["repeat_rate"]
    for scope, choice in WAYS.items():
        act = Act("周岚", "口径", OCTOBER.end + 3600)
        decide(service.engine, service.viewer(), CONFIG, repeats, scope, 20241001, choice, act)
    yield service
    service.engine.dispose()


def tell(engine: Engine) -> None:
    """Every field that an import can bring, of some days of some people; and what is counted of each day."""
    facts = []
    for number, field in enumerate(sorted(FIELDS)):
        for scope, told in TOLD.items():
            days = [20241000] if field in MONTHLY else [day_number(one) for one in told]
            facts += [_fact(field, scope, day, 3 + (number + at) % 5) for at, day in enumerate(days)]
    facts += _all_complaints()
    counted = [
        {"site": CONFIG.site, "scope": f"agent:{agent}", "day": day_number(FIRST + timedelta(days=step))}
        | {name.partition(".")[2]: 1 + (at + step) % 7 for at, name in enumerate(COUNTED)}
        for agent in HANDLE_S
        for step in range(30)
    ]
    with writing(engine) as connection:
        connection.execute(insert(kpi_facts), facts)
        connection.execute(insert(counted_days), counted)
        # A day of which a switch told nobody's presence, beside days of which one did, and one far from them.
        quiet = agent_days.update().where(agent_days.c.day.in_([20241004, 20241011, 20241012, 20241013]))
        connection.execute(quiet.where(agent_days.c.agent == "陈思远").values(ready_ms=0))


def _all_complaints() -> list[dict[str, object]]:
    """A day on which every complaint names 李想: the others had none."""
    whose = ("site", "team:A", "agent:李想")
    return [_fact(field, scope, 20241007, 8) for field in sorted(COMPLETE) for scope in whose]


def _fact(field: str, scope: str, day: int, value: float) -> dict[str, object]:
    return {
        "site": CONFIG.site,
        "field": field,
        "scope": scope,
        "day": day,
        "import_id": 1,
        "value": float(value),
    }


def asked(kpi: Kpi, part: str, first: date, last: date) -> Asked:
    return Asked(kpi.id, part, first, last)  # type: ignore[arg-type]


def single(service: runtime.Service, scope: Scope, of: Period) -> dict[str, Result]:
    """What the month's page says."""
    table = kpi_table(service, service.viewer(), of, scope)
    return {line.kpi.id: line.result for line in table.lines}


def counted(service: runtime.Service, kpi: Kpi, who: Scope, told: Figures) -> float | None:
    """A row of the table of members, by the variant in force for it."""
    return compute(kpi, told, who.kind, kpi_book(service).variant(kpi.id, who, 20241031)).value


MANY = [
    ("month", OCTOBER),
    ("week", period(CONFIG, "2024-W40")),
    ("day", period(CONFIG, "2024-10-04")),
]


@pytest.mark.parametrize(("part", "of"), MANY, ids=[of.name for _, of in MANY])
def test_an_agents_number_is_the_same_everywhere(service: runtime.Service, part: str, of: Period) -> None:
    viewer, day = service.viewer(), of.day
    known = {agent: single(service, Scope("agent", agent), of) for agent in HANDLE_S}
    rows = by_member(service.engine, viewer, CONFIG, "agent", of)
    values = 0
    for kpi in kpis_of(service, "agent"):
        wanted = {agent: told[kpi.id].value for agent, told in known.items()}
        values += sum(value is not None for value in wanted.values())
        mates = [wanted[agent] for agent in MATES]
        about = asked(kpi, part, day, day)
        members = {who.name: counted(service, kpi, who, told) for who, told in rows.items()}
        assert members == wanted, kpi.id
        small = {one.scope.name: one.points[0].result.value for one in of_team(service, viewer, "A", about)}
        assert small == {agent: wanted[agent] for agent in MATES if wanted[agent] is not None}, kpi.id
        (point,) = trend(service, viewer, CHEN, about).points
        assert point.result.value == wanted["陈思远"], kpi.id
        both = compare(service, viewer, [CHEN, Scope("agent", "王丽娜")], about)
        assert [one.value for (one,) in both.values()] == [wanted["陈思远"], wanted["王丽娜"]], kpi.id
        of_mates = [value for value in mates if value is not None]
        if len(of_mates) == 3:
            assert point.band is not None and point.band.median == median(of_mates), kpi.id
    assert values > (200 if part == "month" else 40)


@pytest.mark.parametrize(("part", "of"), MANY[:1], ids=[of.name for _, of in MANY[:1]])
def test_a_teams_number_is_the_same_everywhere(service: runtime.Service, part: str, of: Period) -> None:
    viewer = service.viewer()
    known = single(service, TEAM, of)
    rows = by_member(service.engine, viewer, CONFIG, "team", of)
    for kpi in kpis_of(service, "team"):
        about = asked(kpi, part, of.day, of.day)
        (point,) = trend(service, viewer, TEAM, about).points
        (one,) = compare(service, viewer, [TEAM], about)[TEAM]
        told = counted(service, kpi, TEAM, rows[TEAM])
        assert {point.result.value, one.value, told} == {known[kpi.id].value}, kpi.id


def test_a_report_has_the_numbers_of_the_page(service: runtime.Service) -> None:
    data = gather(service, service.viewer(), "figures", TEAM, OCTOBER, OCTOBER.end)
    (table,) = data.members
    known = {agent: single(service, Scope("agent", agent), OCTOBER) for agent in HANDLE_S}
    for row in table.rows:
        told = dict(zip((one.id for one in table.measures), row.cells, strict=True))
        wanted = known[row.scope.removeprefix("agent:")]
        assert {name: cell.value for name, cell in told.items()} == {
            name: wanted[name].value for name in told
        }
    assert [row.name.zh for row in table.rows]


def test_each_has_the_variant_and_the_target_of_its_own(service: runtime.Service) -> None:
    about = asked(kpi_book(service).kpis["repeat_rate"], "month", FIRST, FIRST)
    found = {
        one.scope.name: (one.variant, one.bound) for one in of_team(service, service.viewer(), "A", about)
    }
    of_team_a = ("repeat_7d", Bound(at_most=0.5))
    assert found == {"陈思远": of_team_a, "李想": of_team_a, "王丽娜": ("repeat_48h", Bound(at_most=0.3))}
    (whole,) = of_team(service, service.viewer(), "B", about)
    assert (whole.variant, whole.bound) == ("repeat_24h", None)


def test_complaints_stand_beside_the_calls_of_their_own_days(service: runtime.Service) -> None:
    """王丽娜 took ten calls a day: one day of complaints is set beside ten calls, not three hundred."""
    rate = kpi_book(service).kpis["complaint_rate"]
    rows = by_member(service.engine, Viewer(), CONFIG, "agent", OCTOBER)
    found = compute(rate, rows[Scope("agent", "王丽娜")], "agent")
    assert found.under == 20  # of the third, and of the seventh, on which nobody complained of her
