"""Days that wait to be counted, where nobody can look at the figures a second time."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccfloor.cli import app
from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE
from ccfloor.service.kpi_month import kpi_table
from ccfloor.service.kpi_rows import table_told
from ccfloor.service.reports.gather import gather
from ccfloor.store import fact_sums
from ccfloor.store.engine import open_engine
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.stored_reports import CONFIG, FIRST, fill, service

VIEWER = Viewer(site="main")
WEEK = period(CONFIG, "2026-W39")


@pytest.mark.parametrize("asked_by", ["report", "command line"])
def test_a_report_and_the_command_line_count_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_by: str
) -> None:
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    fill(engine, 5)
    found = service(engine, tmp_path, FIRST.start + 6 * 86_400)
    exact = table_told(kpi_table(found, VIEWER, WEEK, SITE))
    assert exact["uncounted"] == 0
    monkeypatch.setattr(fact_sums, "MOST_CALLS", 0)
    waiting = table_told(kpi_table(found, VIEWER, WEEK, SITE))
    assert waiting["uncounted"] == 3
    (fcr,) = (line for line in waiting["kpis"] if line["id"] == "fcr")
    assert (fcr["value"], fcr["missing"]) == (None, ["calls.answered_known", "calls.again_7d"])
    if asked_by == "report":
        data = gather(found, VIEWER, "figures", SITE, WEEK, found.now)
        told = {line.of.id: line.value for line in data.lines}
    else:
        asked = ["kpi", "month", WEEK.name, "--json", "--db", str(engine.url)]
        env = {"CCFLOOR_SITE__ZONE": CONFIG.zone}
        shown = json.loads(CliRunner().invoke(app, asked, env=env).stdout)
        told = {line["id"]: line["value"] for line in shown["kpis"]}
    calls = ("fcr", "repeat_rate", "answer_15s", "queue_time")
    values = {line["id"]: line["value"] for line in exact["kpis"]}
    assert {name: told[name] for name in calls} == {name: values[name] for name in calls}
    assert None not in (told[name] for name in calls)
    engine.dispose()
