"""Reports from a database: the figures of the month's own table, made again with the same mark, to folder
and mail; and the command line.
"""

import getpass
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from ccfloor.access.acts import Act
from ccfloor.cli import app
from ccfloor.kpi.period import day_of, period
from ccfloor.kpi.scope import SITE, scope
from ccfloor.service.incidents import close_incident, declare_incident
from ccfloor.service.kpi_month import kpi_table
from ccfloor.service.reports.data import ReportData
from ccfloor.service.reports.gather import gather, report_period
from ccfloor.service.reports.making import make_owed
from ccfloor.service.reports.plans import Body, Plan, add_plan, find_plan, remove_plan
from ccfloor.service.reports.reasons import because
from ccfloor.service.reports.runs import AGAIN_S, read_runs, retry
from ccfloor.service.settings import Settings
from ccfloor.store import tables
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import report_plans
from ccfloor.store.viewer import Viewer
from ccfloor.ui.report_files import ReportWriter
from tests.fakes.current import upgrade
from tests.fakes.small_peak import CONFIG as PEAK
from tests.fakes.small_peak import T0
from tests.fakes.smtp_catcher import mail_catching
from tests.fakes.stored_peak import put_small_peak
from tests.fakes.stored_reports import CALLS, CONFIG, DAYS, FIRST, ZONE, FakeService, fill, opens, service

LATER = FIRST.start + 60 * 86_400
VIEWER = Viewer(site="main")
WEEK = "2026-W39"  # begins with the first day


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Two weeks of days; only read by the tests that share it."""
    engine = open_engine(str(tmp_path_factory.mktemp("reports") / "floor.db"))
    upgrade(engine)
    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Engine]:
    """A database of one's own, with the first days."""
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    fill(engine, 4)
    yield engine
    engine.dispose()


def made(found: FakeService, name: str, who: str = "site", kind: Any = "figures") -> ReportData:
    return gather(found, VIEWER, kind, scope(who), report_period(CONFIG, name), found.now)


# -- figures -------------------------------------------------------------------------------------------


def test_a_week_equals_the_months_table_and_an_independent_count(filled: Engine, tmp_path: Path) -> None:
    found = service(filled, tmp_path, LATER)
    data = made(found, WEEK)
    table = kpi_table(found, VIEWER, period(CONFIG, WEEK), SITE)
    assert {line.of.id: line.value for line in data.lines} == {
        line.kpi.id: line.result.value for line in table.lines
    }
    with filled.connect() as connection:
        calls = pd.read_sql(select(tables.calls), connection)
    week = calls[(calls.entered_at >= data.period.start) & (calls.entered_at < data.period.end)]
    offered, answered = len(week), int((week.outcome == "answered").sum())
    by_id = {line.of.id: line.value for line in data.lines}
    assert (
        (by_id["offered"], by_id["answered"])
        == (offered, answered)
        == (sum(range(CALLS, CALLS + 7)), answered)
    )
    assert {flow.id: flow.count for flow in data.flows}["answered"] == answered
    assert sum(flow.count for flow in data.flows) == offered
    assert data.series is not None
    assert [point.counts[0] for point in data.series.points] == [
        int(
            (
                (week.entered_at // 86_400 * 86_400 == at // 86_400 * 86_400) & (week.outcome == "answered")
            ).sum()
        )
        for at in (opens(FIRST) + day * 86_400 for day in range(7))
    ]
    queues = next(part for part in data.members if part.kind == "queue")
    at = [one.id for one in queues.measures].index("offered")
    assert sum(row.cells[at].value or 0 for row in queues.rows) == queues.total[at].value == offered
    assert data.final and data.before.name == "2026-W38"


def test_a_past_period_made_again_has_the_same_mark(filled: Engine, tmp_path: Path) -> None:
    for name, who, kind in ((WEEK, "site", "figures"), ("2026-09", "team:A", "figures"),
                            ("2026-09-25", "queue:hot", "figures"), (WEEK, "agent:Agent 1", "figures"),
                            ("2026-W40", "site", "monitoring")):  # fmt: skip
        early, late = (made(service(filled, tmp_path, at), name, who, kind) for at in (LATER, LATER + 1e7))
        assert early.digest == late.digest and early.made_at != late.made_at
        assert early.lines and any(line.value is not None for line in early.lines)


def test_a_period_under_way_is_provisional_and_changes_its_mark(own: Engine, tmp_path: Path) -> None:
    found = service(own, tmp_path, opens(FIRST) + 3 * 86_400 + 7200)
    before = made(found, WEEK)
    assert not before.final and before.quality.seen_until < before.period.end
    fill(own, 4, first=4)
    after = made(found, WEEK)
    assert after.final and after.digest != before.digest


def test_incidents_and_repairs_stand_in_the_report(own: Engine, tmp_path: Path) -> None:
    at = opens(FIRST) + 86_400
    number = declare_incident(own, VIEWER, "network", "专线中断", at, "周岚", at + 5)
    close_incident(own, VIEWER, number, "周岚", "已恢复", at + 600)
    data = made(service(own, tmp_path, LATER), WEEK)
    assert [(one.kind, one.name.zh, one.over - one.at) for one in data.happenings] == [
        ("incident", "专线中断", 600)
    ]
    assert made(service(own, tmp_path, LATER), "2026-09-21").happenings == ()


def test_a_step_of_the_plan_stands_in_the_report_of_its_day(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "peak.db"))
    upgrade(engine)
    put_small_peak(engine)
    found = FakeService(engine, T0 + 30 * 86_400, Settings(), PEAK)
    day = day_of(PEAK, T0)
    (one,) = gather(found, VIEWER, "figures", SITE, day, found.now).happenings
    assert (one.kind, one.at, one.over, one.acked_by) == ("fired", T0 + 80, T0 + 140, "周岚")
    assert (one.bound, one.in_time, one.name) == (2, 0, ("一级", "Level 1"))
    engine.dispose()


def test_a_scope_that_is_none_is_refused(filled: Engine, tmp_path: Path) -> None:
    found = service(filled, tmp_path, LATER)
    for who in ("queue:none", "team:none"):
        with pytest.raises(ValueError, match="unknown"):
            made(found, WEEK, who)
    with pytest.raises(ValueError, match="no day, week or month"):
        report_period(CONFIG, "2026")


# -- by the calendar -----------------------------------------------------------------------------------


def planned(engine: Engine, now: float, **body: Any) -> Plan:
    number = add_plan(engine, VIEWER, "日报", Body(**body), "陈", "要", now)
    plan = find_plan(engine, VIEWER, number)
    assert plan is not None
    return plan


def test_missed_days_are_made_once_each_into_the_folder(own: Engine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = planned(own, FIRST.start, formats=("html", "xlsx"), folder="日报", lang="zh")
    found = service(own, out, FIRST.start + 3 * 86_400 + 9 * 3600)
    done = make_owed(found, plan, ReportWriter(), found.clock)
    assert [(one.period, one.error) for one in done] == [
        ("2026-09-20", ""), ("2026-09-21", ""), ("2026-09-22", ""), ("2026-09-23", "")
    ]  # fmt: skip
    names = sorted(path.name for path in (out / "日报").iterdir())
    assert names == sorted(
        f"ccfloor-main-2026-09-{d}-site-zh.{f}" for d in (20, 21, 22, 23) for f in ("html", "xlsx")
    )
    assert make_owed(found, plan, ReportWriter(), found.clock) == []
    book = openpyxl.load_workbook(out / "日报" / "ccfloor-main-2026-09-22-site-zh.xlsx")
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert next(row[1] for row in cells if row[0] == "总呼叫数") == CALLS + 1
    run = read_runs(own, VIEWER)[0]
    assert run.digest == made(found, "2026-09-23").digest and run.files[0].startswith("日报/")


def test_a_server_that_stops_meanwhile_leaves_the_run_to_the_next(own: Engine, tmp_path: Path) -> None:
    class Stopped(ReportWriter):
        def file(self, data: ReportData, lang: str, form: Any) -> bytes:
            raise SystemExit(1)

    found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600)
    plan = planned(own, FIRST.start + 86_400, formats=("html",))
    with pytest.raises(SystemExit):
        make_owed(found, plan, Stopped(), found.clock)
    assert [run.error for run in read_runs(own, VIEWER)] == [because("interrupted")]
    found.now += AGAIN_S + 1
    assert [one.error for one in make_owed(found, plan, ReportWriter(), found.clock)] == [""]


def mail_site(tmp_path: Path, port: int) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "notify.yaml").write_text(
        "channels:\n  boss:\n    kind: email\n    enabled: true\n    host: 127.0.0.1\n"
        f"    port: {port}\n    security: none\n    from: floor@example.com\n    to: [boss@example.com]\n",
        encoding="utf-8",
    )
    return data


def test_a_report_goes_by_mail_with_its_files(own: Engine, tmp_path: Path) -> None:
    with mail_catching() as post:
        data = mail_site(tmp_path, post.port)
        found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600, data=str(data))
        plan = planned(own, FIRST.start + 86_400, mail="boss", to=("a@example.com", "b@example.com"))
        done = make_owed(found, plan, ReportWriter(), found.clock)
        mail = post.wait(1)[0]
    assert [(one.error, one.told) for one in done] == [("", ("a@example.com", "b@example.com"))]
    assert post.recipients[0] == ["a@example.com", "b@example.com"]
    assert "运营日报 · 2026-09-21" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None and f"总呼叫数: {CALLS}" in body.get_content()
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert set(files) == {f"ccfloor-main-2026-09-21-site-zh.{form}" for form in ("pdf", "xlsx")}
    kept = tmp_path / "out" / "ccfloor-main-2026-09-21-site-zh.xlsx"
    assert files[kept.name] == kept.read_bytes()


def test_a_mail_that_is_refused_is_told_and_tried_again(own: Engine, tmp_path: Path) -> None:
    with mail_catching() as post:
        post.says["RCPT"] = "450 later"
        data = mail_site(tmp_path, post.port)
        found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600, data=str(data))
        plan = planned(own, FIRST.start + 86_400, mail="boss", formats=("html",))
        (first,) = make_owed(found, plan, ReportWriter(), found.clock)
        assert "450" in first.error and first.files
        assert make_owed(found, plan, ReportWriter(), found.clock) == []
        post.says.clear()
        found.now += AGAIN_S + 1
        (second,) = make_owed(found, plan, ReportWriter(), found.clock)
        assert (second.error, second.told, second.digest) == ("", ("boss@example.com",), first.digest)
        assert len(post.wait(1)) == 1


def test_of_four_recipients_those_refused_are_named_and_alone_get_it_again(
    own: Engine, tmp_path: Path
) -> None:
    everybody = tuple(f"{name}@example.com" for name in "abcd")
    with mail_catching() as post:
        post.refuses["c@example.com"] = "451 greylisted"
        data = mail_site(tmp_path, post.port)
        found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600, data=str(data))
        plan = planned(own, FIRST.start + 86_400, mail="boss", to=everybody, formats=("html",))
        (first,) = make_owed(found, plan, ReportWriter(), found.clock)
        assert "c@example.com (451)" in first.error and "3 of 4" in first.error
        assert first.told == tuple(name for name in everybody if name[0] != "c") and first.files
        run = read_runs(own, VIEWER)[0]
        assert run.partly and run.told == first.told
        post.refuses.clear()
        found.now += AGAIN_S + 1
        (second,) = make_owed(found, plan, ReportWriter(), found.clock)
        assert (second.error, set(second.told)) == ("", set(everybody))
        post.wait(2)
    assert post.recipients == [["a@example.com", "b@example.com", "d@example.com"], ["c@example.com"]]
    assert read_runs(own, VIEWER)[0].state == "done" and not read_runs(own, VIEWER)[0].partly


def test_nobody_gets_it_again_because_the_second_attempt_failed(own: Engine, tmp_path: Path) -> None:
    class Broken(ReportWriter):
        def file(self, data: ReportData, lang: str, form: Any) -> bytes:
            raise KeyError("a fault")

    with mail_catching() as post:
        post.refuses["b@example.com"] = "451 greylisted"
        data = mail_site(tmp_path, post.port)
        found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600, data=str(data))
        plan = planned(
            own, FIRST.start + 86_400, mail="boss", to=("a@example.com", "b@example.com"), formats=("html",)
        )
        (first,) = make_owed(found, plan, ReportWriter(), found.clock)
        found.now += AGAIN_S + 1
        (second,) = make_owed(found, plan, Broken(), found.clock)
        assert (second.told, second.files, second.digest) == (first.told, first.files, first.digest)
        post.refuses.clear()
        found.now += 2 * AGAIN_S + 1
        make_owed(found, plan, ReportWriter(), found.clock)
    assert post.recipients == [["a@example.com"], ["b@example.com"]]


def test_who_is_refused_for_good_is_not_asked_again_by_itself(own: Engine, tmp_path: Path) -> None:
    with mail_catching() as post:
        post.refuses["b@example.com"] = "550 no such user"
        data = mail_site(tmp_path, post.port)
        found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600, data=str(data))
        plan = planned(
            own, FIRST.start + 86_400, mail="boss", to=("a@example.com", "b@example.com"), formats=("html",)
        )
        make_owed(found, plan, ReportWriter(), found.clock)
        run = read_runs(own, VIEWER)[0]
        assert run.partly and run.given_up
        found.now += 10 * AGAIN_S
        assert make_owed(found, plan, ReportWriter(), found.clock) == []
        post.refuses.clear()
        retry(own, VIEWER, run.id, "周岚", "邮箱已建好", found.now)
        make_owed(found, plan, ReportWriter(), found.clock)
    assert post.recipients == [["a@example.com"], ["b@example.com"]]


def test_a_failed_day_of_a_plan_taken_away_is_made_when_somebody_asks(own: Engine, tmp_path: Path) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("a file stands here")
    found = service(own, blocked, FIRST.start + 86_400 + 9 * 3600)
    plan = planned(own, FIRST.start + 86_400, formats=("html",))
    make_owed(found, plan, ReportWriter(), found.clock)
    blocked.unlink()
    remove_plan(own, VIEWER, plan.id, "陈", "不再需要", found.now)
    found.now += 90 * 86_400  # far beyond what a plan owes
    gone = find_plan(own, VIEWER, plan.id)
    assert gone and make_owed(found, gone, ReportWriter(), found.clock) == []
    retry(own, VIEWER, read_runs(own, VIEWER)[0].id, "周岚", "那天的还要", found.now)
    (done,) = make_owed(found, gone, ReportWriter(), found.clock)
    assert (done.period, done.error, len(done.files)) == ("2026-09-21", "", 1)


def test_a_channel_that_is_off_or_none_is_said(own: Engine, tmp_path: Path) -> None:
    found = service(own, tmp_path / "out", FIRST.start + 86_400 + 9 * 3600)
    plan = planned(own, FIRST.start + 86_400, mail="nobody", formats=("html",))
    (one,) = make_owed(found, plan, ReportWriter(), found.clock)
    assert "nobody" in one.error and read_runs(own, VIEWER)[0].state == "failed"


def test_a_folder_that_cannot_be_written_is_said(own: Engine, tmp_path: Path) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("a file stands here")
    found = service(own, blocked, FIRST.start + 86_400 + 9 * 3600)
    plan = planned(own, FIRST.start + 86_400, formats=("html",))
    (one,) = make_owed(found, plan, ReportWriter(), found.clock)
    assert one.error and one.files == ()


# -- the command line ----------------------------------------------------------------------------------


@pytest.fixture
def site(filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a command on the filled database."""
    data = tmp_path / "site"
    data.mkdir()
    (data / "queues.yaml").write_text(
        "queues:\n  hot: {zh: 热线, en: Hotline}\n  vip: {zh: 贵宾, en: VIP}\n", encoding="utf-8"
    )
    for name, value in (("DB", str(filled.url)), ("SITE_DATA", str(data)), ("SOURCE", "none"),
                        ("CONFIG", str(tmp_path / "none.toml")), ("SITE_ZONE", ZONE),
                        ("REPORTS_FOLDER", str(tmp_path / "reports"))):  # fmt: skip
        monkeypatch.setenv(f"CCFLOOR_{name}", value)
    (tmp_path / "none.toml").write_text("")
    return tmp_path


def call(*words: str) -> Any:
    result = CliRunner().invoke(app, ["report", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_line_makes_lists_plans_and_runs(site: Path) -> None:
    out = json.loads(
        call("make", WEEK, "--format", "html,xlsx", "--lang", "en", "--out", str(site), "--json")
    )
    assert [Path(name).name for name in out["files"]] == [
        f"ccfloor-main-{WEEK}-site-en.html", f"ccfloor-main-{WEEK}-site-en.xlsx"
    ]  # fmt: skip
    assert (
        json.loads(call("make", WEEK, "--format", "html", "--out", str(site), "--json"))["digest"]
        == out["digest"]
    )
    who = ("--who", "Chen", "--why", "asked")
    plan = json.loads(call("schedule", "weekly", "--every", "week", *who, "--json"))
    assert [one["id"] for one in json.loads(call("list", "--json"))["plans"]] == [plan["id"]]
    assert json.loads(call("run", "--once", "--json")) == []
    call("unschedule", str(plan["id"]), *who)
    assert json.loads(call("list", "--json"))["plans"] == []


def test_what_the_command_line_makes_is_on_the_log(site: Path, filled: Engine) -> None:
    files = ("--format", "html,xlsx", "--lang", "en", "--out", str(site))
    call("make", WEEK, *files, "--who", "Chen", "--why", "asked by the owner, 13812345678")
    call("make", WEEK, "--format", "html", "--out", str(site))
    with filled.connect() as connection:
        query = select(audit).where(audit.c.act == Act.EXPORT_TAKEN).order_by(audit.c.number)
        first, second, alone = connection.execute(query).all()[-3:]
    name = f"export/ccfloor-main-{WEEK}-site"
    assert [one.about for one in (first, second, alone)] == [
        f"{name}-en.html",
        f"{name}-en.xlsx",
        f"{name}-zh.html",
    ]
    assert (first.who, first.role, first.source) == ("Chen", "system", "command line")
    assert first.why == "asked by the owner, 138****5678"
    assert json.loads(second.after) == {"format": "xlsx", "folder": str(site)}
    assert alone.who == getpass.getuser() and alone.why == ""


def test_a_report_that_cannot_be_logged_is_not_made(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_more: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("ccfloor.cli_report.record_alone", full)
    result = CliRunner().invoke(app, ["report", "make", WEEK, "--format", "html", "--out", str(site / "to")])
    assert result.exit_code != 0 and list((site / "to").iterdir()) == []


def test_the_command_line_tells_who_was_refused_and_tries_again(
    site: Path, filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = ("--who", "Chen", "--why", "asked")
    with mail_catching() as post:
        post.refuses["b@example.com"] = "550 no such user"
        monkeypatch.setenv("CCFLOOR_SITE_DATA", str(mail_site(site, post.port)))
        addresses = ("--mail", "boss", "--to", "a@example.com,b@example.com")
        plan = json.loads(call("schedule", "daily", "--format", "html", *addresses, *who, "--json"))["id"]
        month_ago = report_plans.update().where(report_plans.c.id == plan)
        with filled.begin() as connection:
            connection.execute(month_ago.values(at=time.time() - 1.5 * 86_400))
        first = CliRunner().invoke(app, ["report", "run", "--plan", str(plan)])
        assert first.exit_code == 1 and "b@example.com (550)" in first.stdout
        run = next(one for one in json.loads(call("list", "--json"))["runs"] if one["plan"] == plan)
        assert (run["state"], run["told"]) == ("partly sent", "a@example.com")
        post.refuses.clear()
        call("unschedule", str(plan), *who)
        call("retry", str(run["id"]), *who)
        again = json.loads(call("run", "--once", "--json"))
        assert [(one["error"], sorted(one["told"])) for one in again] == [
            ("", ["a@example.com", "b@example.com"])
        ]


@pytest.mark.parametrize(
    "words",
    [
        ("make", "2026"),
        ("make", WEEK, "--scope", "queue:none"),
        ("make", WEEK, "--format", "doc"),
        ("schedule", "x", "--every", "year"),
        ("schedule", "x", "--folder", "../out", "--who", "a", "--why", "b"),
        ("schedule", "x"),
        ("unschedule", "77", "--who", "a", "--why", "b"),
        ("retry", "77", "--who", "a", "--why", "b"),
        ("retry", "77"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(site: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["report", *words])
    assert result.exit_code == 1 and len(result.stderr.strip().splitlines()) == 1, result.output


def test_days_beyond_the_fixture_are_empty_not_wrong(filled: Engine, tmp_path: Path) -> None:
    data = made(service(filled, tmp_path, LATER), "2026-08")
    assert {line.value for line in data.lines} <= {None, 0}
    assert DAYS and all(part.rows for part in data.members)
    for form in ("pdf", "xlsx", "html"):
        assert len(ReportWriter().file(data, "zh", form)) > 1000
