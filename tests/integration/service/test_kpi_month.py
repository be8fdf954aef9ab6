"""A bank's morning, from the month to the one call: page, command line, file and pandas agree."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from ccfloor import cli
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.kpi.period import Period, half_hours, period
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.service import routes_kpi, runtime
from ccfloor.service.kpi_month import KpiTable, kpi_table, members
from ccfloor.service.reports.gather import gather
from ccfloor.service.settings import load
from ccfloor.store.call_list import call_list
from ccfloor.store.engine import open_engine
from ccfloor.store.queries import call_life
from ccfloor.store.viewer import Viewer
from ccfloor.ui.report_files import ReportWriter
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call as stored_call
from tests.fakes.stored_calls import put

BANK = Path(__file__).parents[2] / "fixtures" / "queue_log_bank_morning"
ROOT = Path(__file__).resolve().parents[3]
FIVE = ("offered", "answered", "abandon_rate", "service_level", "asa")
OF_AGENTS = ("answered", "aht")
T, SHORT = 20, 5
HERE = {"CCFLOOR_SITE_ZONE": "UTC", "CCFLOOR_SITE_DATA": str(ROOT / "data")}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("bank") / "floor.db"
    read = CliRunner().invoke(cli.app, ["import", str(BANK), "--db", f"sqlite:///{file}"], env=HERE)
    assert read.exit_code == 0, read.output
    service = runtime.Service(load(environ=HERE, db=f"sqlite:///{file}", source="none"))
    service.clock = lambda: 917_910_000.0  # 23:00 of that day
    yield service
    service.engine.dispose()


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    """The same log, one row a call, by pandas alone."""
    names = ["at", "call", "queue", "agent", "verb", "a", "b", "c"]
    lines = pd.read_csv(BANK, sep="|", names=names, dtype={"call": str, "a": str, "b": str, "c": str})
    entered = lines[lines.verb == "ENTERQUEUE"].set_index("call")[["at", "queue"]]
    answered = lines[lines.verb == "CONNECT"].set_index("call")
    gone = lines[lines.verb == "ABANDON"].set_index("call")
    ended = lines[lines.verb == "COMPLETECALLER"].set_index("call")
    found = entered.copy()
    found["agent"], found["wait"] = answered.agent.str.removeprefix("Agent/"), answered.a.astype(float)
    found["answered_at"] = answered["at"]
    found["lost"] = gone.c.astype(float)
    found["talk"] = ended.b.astype(float)
    return found


def figures(calls: pd.DataFrame) -> dict[str, float | None]:
    """The five KPIs by their definitions, from calls alone."""
    answered, gone = calls.wait.notna(), calls.lost.notna()
    judged = answered.sum() + (gone & (calls.lost > T)).sum()

    def share(over: float, under: float) -> float | None:
        return over / under if under else None

    return {
        "offered": float(len(calls)),
        "answered": float(answered.sum()),
        "abandon_rate": share(gone.sum(), answered.sum() + gone.sum()),
        "service_level": share((calls.wait <= T).sum(), judged),
        "asa": share(calls.wait.sum(), answered.sum()),
    }


def told(table: KpiTable) -> dict[str, float | None]:
    found = {name: table.line(name) for name in FIVE}
    return {name: line.result.value for name, line in found.items() if line is not None}


def of(service: runtime.Service, name: str, scope: Scope = SITE) -> KpiTable:
    return kpi_table(service, service.viewer("zh"), period(service.config, name), scope)


def halves(config: FloorConfig) -> list[Period]:
    return [half for half in half_hours(config, period(config, "1999-02-01")) if half.start < 917_855_000]


@pytest.mark.parametrize("name", ["1999-02", "1999-W05", "1999-02-01"])
def test_month_week_and_day_against_pandas(bank: runtime.Service, log: pd.DataFrame, name: str) -> None:
    assert told(of(bank, name)) == pytest.approx(figures(log))


def test_half_hours_against_pandas(bank: runtime.Service, log: pd.DataFrame) -> None:
    day = of(bank, "1999-02-01")
    for half in halves(bank.config):
        calls = log[(log["at"] >= half.start) & (log["at"] < half.end)]
        if len(calls):
            assert told(of(bank, half.name)) == pytest.approx(figures(calls)), half.name
            index = next(index for index, part in enumerate(day.parts) if part.name == half.name)
            line = day.line("asa")
            assert line is not None and line.parts[index].value == pytest.approx(figures(calls)["asa"])


def test_queues_against_pandas_and_the_mean_of_ratios_is_not_it(
    bank: runtime.Service, log: pd.DataFrame
) -> None:
    levels = []
    for queue, calls in log.groupby("queue"):
        found = told(of(bank, "1999-02", Scope("queue", str(queue))))
        assert found == row_of(bank, "queue", str(queue))
        for name, value in found.items():
            assert value == pytest.approx(figures(calls)[name]), (queue, name)
        levels.append(found["asa"])
    whole = told(of(bank, "1999-02"))["asa"]
    mean = pd.Series(levels, dtype=float).mean()
    assert whole != pytest.approx(mean, rel=0.02), "the queues are of such sizes that the trap would be seen"


def row_of(service: runtime.Service, kind: Kind, name: str) -> dict[str, float | None]:
    rows = members(service, service.viewer("zh"), period(service.config, "1999-02"), kind)
    row = next(row for row in rows if row.scope == Scope(kind, name))
    return {cell.kpi.id: cell.result.value for cell in row.cells if cell.kpi.id in FIVE}


def test_agents_against_pandas(bank: runtime.Service, log: pd.DataFrame) -> None:
    agents = log[log.agent.notna()].groupby("agent")
    assert len(agents) > 3
    for agent, calls in agents:
        table = of(bank, "1999-02", Scope("agent", str(agent)))
        lines = {name: table.line(name) for name in OF_AGENTS}
        values = {name: line.result.value for name, line in lines.items() if line is not None}
        assert values["answered"] == len(calls)
        assert values["aht"] == pytest.approx(calls.talk.sum() / len(calls))


def command(service: runtime.Service, *words: str) -> Any:
    asked = ["kpi", *words, "--db", str(service.engine.url), "--json"]
    result = CliRunner().invoke(cli.app, asked, env=HERE)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_command_line_and_the_file_say_the_same(bank: runtime.Service) -> None:
    table = of(bank, "1999-02")
    lines = {line["id"]: line["value"] for line in command(bank, "month", "--period", "1999-02")["kpis"]}
    assert lines == pytest.approx({line.kpi.id: line.result.value for line in table.lines})
    viewer = bank.viewer("zh")
    data = gather(bank, viewer, "figures", SITE, table.period, bank.clock())
    book = load_workbook(io.BytesIO(ReportWriter().file(data, "zh", "xlsx")))
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True) if row[0]]
    shown = [row[1] for row in rows if str(row[0]).startswith("服务水平") and isinstance(row[1], float)]
    assert shown and shown == pytest.approx([told(table)["service_level"]] * len(shown))


def test_the_total_below_agents_is_theirs(bank: runtime.Service, log: pd.DataFrame) -> None:
    """Nobody gives up at an agent: the total of their service levels is of the answered alone, too."""
    month = period(bank.config, "1999-02")
    data = gather(bank, bank.viewer("zh"), "figures", SITE, month, bank.clock())
    agents = next(table for table in data.members if table.kind == "agent")
    total = dict(zip((one.id for one in agents.measures), agents.total, strict=True))
    assert total["answered"].value == log.wait.notna().sum()
    assert total["service_level"].value == pytest.approx((log.wait <= T).sum() / log.wait.notna().sum())
    assert total["service_level"].value != pytest.approx(told(of(bank, "1999-02"))["service_level"])
    queues = next(table for table in data.members if table.kind == "queue")
    level = [one.id for one in queues.measures].index("service_level")
    assert queues.total[level].value == told(of(bank, "1999-02"))["service_level"]


def test_the_metrics_of_the_floor_are_the_same_numbers(bank: runtime.Service) -> None:
    asked = ["metrics", "--from", "1999-02-01", "--to", "1999-03-01", "--db", str(bank.engine.url), "--json"]
    row = json.loads(CliRunner().invoke(cli.app, asked, env=HERE).stdout)[0]
    found = told(of(bank, "1999-02"))
    assert {name: row[{"asa": "asa_s"}.get(name, name)] for name in FIVE} == pytest.approx(found)


def test_every_call_of_a_half_hour_once_page_by_page(bank: runtime.Service, log: pd.DataFrame) -> None:
    viewer, config = bank.viewer("zh"), bank.config
    day = period(config, "1999-02-01")
    seen: list[str] = []
    after = None
    while True:
        page = call_list(bank.engine, viewer, config, SITE, day.start, day.end, limit=7, after=after)
        assert page.total == len(log)
        seen += [row.call for row in page.rows]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(log.index) and len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("which", "rule"),
    [
        ("answered", lambda calls: calls.wait.notna()),
        ("late", lambda calls: calls.wait > T),
        ("abandoned", lambda calls: calls.lost.notna()),
        ("short", lambda calls: calls.lost < SHORT),
        ("flow_out", lambda calls: calls.wait.isna() & calls.lost.isna()),
    ],
)
def test_the_calls_behind_a_number(bank: runtime.Service, log: pd.DataFrame, which: Any, rule: Any) -> None:
    day = period(bank.config, "1999-02-01")
    page = call_list(bank.engine, bank.viewer("zh"), bank.config, SITE, day.start, day.end, which=which)
    assert sorted(row.call for row in page.rows) == sorted(log[rule(log)].index)


def test_who_was_refused_is_listed_apart_from_who_was_offered(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    config, start = FloorConfig(), 1_793_581_200.0
    full = {"outcome": Outcome.REFUSED_FULL, "answered_at": 0.0}
    put(engine, [stored_call(1, start), stored_call(2, start + 5, **full)])

    def listed(which: Any) -> list[str]:
        found = call_list(engine, Viewer(), config, SITE, start - 1, start + 60, which=which)
        return [row.call for row in found.rows]

    assert (listed("all"), listed("refused"), listed("flow_out")) == (["c1"], ["c2"], [])


def test_an_agents_calls_and_who_may_see_them(bank: runtime.Service, log: pd.DataFrame) -> None:
    agent = log.agent.dropna().iloc[0]
    day, who = period(bank.config, "1999-02-01"), Scope("agent", str(agent))
    mine = log[(log.agent == agent)]

    def calls(viewer: Viewer) -> list[str]:
        return [row.call for row in call_list(bank.engine, viewer, bank.config, who, day.start, day.end).rows]

    assert sorted(calls(Viewer())) == sorted(mine.index)
    assert calls(Viewer(teams=frozenset({"A"}))) == []
    queue = str(mine.queue.iloc[0])
    assert sorted(calls(Viewer(queues=frozenset({queue})))) == sorted(mine[mine.queue == queue].index)


def test_one_calls_life_ends_in_the_lines_of_the_log(bank: runtime.Service, log: pd.DataFrame) -> None:
    day = period(bank.config, "1999-02-01")
    first = call_list(bank.engine, Viewer(), bank.config, SITE, day.start, day.end, limit=1).rows[0]
    life = call_life(bank.engine, Viewer(), bank.config, first.source, first.position)
    assert life is not None and life.row.call == first.call
    text = BANK.read_bytes()
    for line in life.lines:  # a position is the byte behind the line that said it
        told = text[: line.position].splitlines()[-1].decode()
        assert f"|{first.call}|" in told
    assert [line.event.__struct_config__.tag for line in life.lines][:2] == ["call_joined", "call_answered"]
    shown = command_text(bank, f"{first.source}-{first.position}")
    assert first.call in shown and "call_joined" in shown
    assert (
        call_life(bank.engine, Viewer(queues=frozenset()), bank.config, first.source, first.position) is None
    )


def command_text(service: runtime.Service, key: str) -> str:
    return CliRunner().invoke(cli.app, ["kpi", "call", key, "--db", str(service.engine.url)], env=HERE).stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["month", "--period", "2026-13"], "names no year, month, week, day or half hour"),
        (["month", "--scope", "room:9"], "unknown scope room:9"),
        (["calls", "--which", "odd"], "unknown calls odd"),
        (["call", "9-9"], "there is no call 9-9"),
        (["call", "nonsense"], "there is no call nonsense"),
    ],
)
def test_what_is_nothing_is_said(bank: runtime.Service, words: list[str], sentence: str) -> None:
    result = CliRunner().invoke(cli.app, ["kpi", *words, "--db", str(bank.engine.url)], env=HERE)
    assert result.exit_code == 1 and sentence in result.output


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("agent:NOPE", "unknown agent NOPE\n"),
        ("agent:tovah", "unknown agent tovah; the nearest: TOVA"),
        ("queue:P", "unknown queue P; the nearest: PS"),
        ("team:Z9", "unknown team Z9\n"),
    ],
)
def test_who_is_unknown_is_said_with_the_nearest_names(
    bank: runtime.Service, scope: str, sentence: str
) -> None:
    for words in (["month"], ["month", "--members", "agent"], ["calls", "--period", "1999-02"]):
        asked = ["kpi", *words, "--scope", scope, "--db", str(bank.engine.url)]
        result = CliRunner().invoke(cli.app, asked, env=HERE)
        assert (result.exit_code, result.stdout) == (2, "") and result.stderr.startswith(sentence), (
            result.output
        )
        assert result.stderr.count("\n") == 1


def test_the_api_says_not_found_of_who_is_unknown(bank: runtime.Service) -> None:
    runtime.use(bank)
    try:
        client = TestClient(Starlette(routes=routes_kpi.routes))
        known = client.get("/api/v1/kpi", params={"period": "1999-02", "scope": "queue:PS"})
        answers = [
            client.get("/api/v1/kpi", params={"scope": scope})
            for scope in ("agent:NOPE", "queue:NOPE", "team:NOPE")
        ]
    finally:
        runtime.use(None)
    assert known.status_code == 200
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].json() == {"error": "unknown agent NOPE"}
