"""A site's KPIs over its database: changed definitions and decided targets leave closed months alone."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert
from typer.testing import CliRunner

from ccfloor.cli import app
from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.metrics import FIELDS
from ccfloor.kpi.book import Choice, KpiBook
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.doctor_kpi import kpi_file
from ccfloor.service.kpi_site import catalogue, site_book
from ccfloor.service.kpi_targets import Act, decide, present_level, preview, take_back
from ccfloor.service.people_log import PeopleError
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import metadata, queue_intervals
from ccfloor.store.viewer import Viewer

ZONE = ZoneInfo("Asia/Shanghai")
HOTLINE = Scope("queue", "hotline")
CONFIG = FloorConfig(
    queues={
        "hotline": QueueInfo(
            "hotline",
            targets=(
                QueueTarget(target=0.8, abandon_target=0.05, wait_limit_s=90),
                QueueTarget(valid_from=datetime(2026, 6, 1, tzinfo=ZONE).timestamp(), target=0.9),
            ),
        )
    },
    seats={"SIP/1": SeatInfo("SIP/1", agent="Chen", team="A")},
)
VIEWER = Viewer()


def at(day: str) -> float:
    """Noon of a day by the site's clock."""
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZONE).timestamp()


NOW = at("2026-11-22")
ACT = Act("Zhou", "contract", NOW)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database of its own."""
    opened = open_engine(str(tmp_path / "floor.db"))
    metadata.create_all(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def site(tmp_path: Path) -> SiteSettings:
    """A site with a small catalogue of its own."""
    settings = SiteSettings(data=str(tmp_path / "site"))
    (tmp_path / "site").mkdir()
    write(settings, entry("csat", "survey.satisfied", "survey.rated"), entry("service_level", metric=True))
    return settings


Entry = dict[str, object]


def entry(name: str, over: str = "", under: str = "", *, metric: bool = False, **more: object) -> Entry:
    words = {"zh": "口径", "en": "formula"}
    way = {"metric": name} if metric else {"ratio": {"over": [over], "under": [under]}}
    variants = (
        [{"id": one, **words, "formula": words} for one in ("sl_ignore_T", "sl_negative")] if metric else []
    )
    base = {"id": name, "zh": "名", "en": "Name", "formula": words, "unit": "%", "direction": "up"}
    place = {"group": "calls", "scopes": ["site", "queue", "team", "agent"], "source": words}
    return base | place | way | {"variants": variants, "suggested": {"at_least": 0.75}} | more


def write(settings: SiteSettings, *entries: Entry) -> None:
    """Write the catalogue; its time always differs, however quick the test is."""
    path = Path(settings.data) / "kpi.yaml"
    known = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(json.dumps({"kpis": entries}, ensure_ascii=False), encoding="utf-8")
    os.utime(path, ns=(known + 10**9, known + 10**9))


def book(database: Engine, settings: SiteSettings, now: float = NOW) -> KpiBook:
    return site_book(database, CONFIG, settings, now)


# -- definitions -------------------------------------------------------------------------------------


def test_a_changed_formula_counts_from_the_month_in_which_it_was_read(
    database: Engine, site: SiteSettings
) -> None:
    assert book(database, site, at("2026-03-05")).kpis["csat"].version == 1
    write(site, entry("csat", "survey.score_sum", "survey.rated"), entry("service_level", metric=True))
    found = book(database, site)
    known = {day: found.definition("csat", day) for day in (20200101, 20261031, 20261101, 0)}
    assert [kpi.version for kpi in known.values() if kpi] == [1, 1, 2, 2]
    assert [kpi.ratio.over for kpi in known.values() if kpi and kpi.ratio] == [
        ("survey.satisfied",),
        ("survey.satisfied",),
        ("survey.score_sum",),
        ("survey.score_sum",),
    ]
    assert found.on(20261031)["service_level"].version == 1


def test_other_words_are_no_other_version(lite: Engine, site: SiteSettings) -> None:
    book(lite, site)
    write(
        site,
        entry("csat", "survey.satisfied", "survey.rated", zh="新名"),
        entry("service_level", metric=True),
    )
    found = book(lite, site)
    assert (found.kpis["csat"].zh, found.kpis["csat"].version) == ("新名", 1)
    assert len(found.versions("csat")) == 1


def test_a_kpi_that_is_gone_keeps_its_past_and_may_come_back(lite: Engine, site: SiteSettings) -> None:
    both = entry("csat", "survey.satisfied", "survey.rated"), entry("service_level", metric=True)
    book(lite, site, at("2026-03-05"))
    write(site, both[1])
    found = book(lite, site)
    assert list(found.kpis) == ["service_level"]
    assert found.definition("csat", 20261031) is not None and found.definition("csat", 20261101) is None
    write(site, *both)
    assert book(lite, site, at("2026-12-24")).kpis["csat"].version == 3


def test_the_book_is_read_again_only_when_something_changed(lite: Engine, site: SiteSettings) -> None:
    first = book(lite, site)
    assert book(lite, site) is first
    decide(lite, VIEWER, CONFIG, first.kpis["csat"], SITE, 20261101, level(0.9), ACT)
    second = book(lite, site)
    assert second is not first and second.bound("csat", SITE, 20261122)[0] == Bound(at_least=0.9)


def test_a_wrong_file_is_told_with_its_line(lite: Engine, site: SiteSettings) -> None:
    write(site, entry("csat", "survey.satisfied", "queue.nothing"))
    with pytest.raises(SettingsError, match=r"kpi\.yaml:\d+: kpis\[0\]\.ratio: there is no field"):
        book(lite, site)


def test_a_file_spoilt_while_the_floor_runs_leaves_what_it_had_before(
    lite: Engine, site: SiteSettings
) -> None:
    before = book(lite, site)
    write(site, entry("csat", "survey.satisfied", "queue.nothing"))
    found = book(lite, site)
    assert list(found.kpis) == list(before.kpis) and found.kpis["csat"] == before.kpis["csat"]
    assert [problem.field for problem in found.problems] == ["kpis[0].ratio"]
    assert [finding.state for finding in kpi_file(site)] == ["fail"]
    write(site, entry("csat", "survey.satisfied", "survey.rated"), entry("service_level", metric=True))
    assert not book(lite, site).problems
    assert [finding.state for finding in kpi_file(site)] == ["ok"]


def test_a_catalogue_that_cannot_be_kept_now_is_kept_later(
    lite: Engine, site: SiteSettings, tmp_path: Path
) -> None:
    """An import may write for minutes: reading goes on, and the versions are kept once it is done."""
    hasty = open_engine(str(tmp_path / "floor.db"), busy_s=0.01)
    with writing(lite):
        assert book(hasty, site).kpis["csat"].version == 1
    assert book(hasty, site, NOW + 30).versions("csat") == []  # not asked at every look
    assert len(book(hasty, site, NOW + 60).versions("csat")) == 1
    hasty.dispose()


def test_a_site_without_a_catalogue_of_its_own_has_the_products(tmp_path: Path) -> None:
    assert len(catalogue(SiteSettings(data=str(tmp_path)))) == 76


# -- targets -----------------------------------------------------------------------------------------


def level(at_least: float, variant: str = "") -> Choice:
    return Choice(bound=Bound(at_least=at_least), variant=variant)


HIGH = level(0.9)


def refused(code: str, act: object) -> None:
    with pytest.raises(PeopleError) as error:
        act()  # type: ignore[operator]
    assert error.value.code == code


def test_the_queue_itself_promises_what_its_file_says(lite: Engine, site: SiteSettings) -> None:
    found = book(lite, site)
    assert found.bound("service_level", HOTLINE, 20260531) == (Bound(at_least=0.8), "own")
    assert found.bound("service_level", HOTLINE, 20260601) == (Bound(at_least=0.9), "own")
    assert found.bound("longest_wait", HOTLINE, 20260531) == (Bound(at_most=90), "own")
    assert found.bound("abandon_rate", HOTLINE, 20260531) == (Bound(at_most=0.05), "own")
    assert found.bound("service_level", Scope("queue", "other"), 20260601)[1] == "suggested"
    assert found.bound("csat", HOTLINE, 20260601)[1] == "suggested"


def test_a_decision_never_alters_a_closed_month(database: Engine, site: SiteSettings) -> None:
    kpi = book(database, site).kpis["csat"]
    decide(database, VIEWER, CONFIG, kpi, SITE, 20250101, level(0.8), ACT)  # the first ever may begin earlier
    refused("month_closed", lambda: decide(database, VIEWER, CONFIG, kpi, SITE, 20261001, level(0.9), ACT))
    decide(database, VIEWER, CONFIG, kpi, SITE, 20261101, level(0.9), ACT)
    found = book(database, site)
    assert [found.bound("csat", SITE, day)[0] for day in (20261031, 20261101)] == [
        Bound(at_least=0.8),
        Bound(at_least=0.9),
    ]
    refused("month_closed", lambda: take_back(database, VIEWER, CONFIG, kpi, SITE, 20250101, ACT))


def test_the_first_of_a_queue_does_not_alter_months_judged_by_the_sites(
    lite: Engine, site: SiteSettings
) -> None:
    kpi = book(lite, site).kpis["csat"]
    decide(lite, VIEWER, CONFIG, kpi, SITE, 20260301, level(0.8), ACT)

    def first(scope: Scope, day: int) -> Callable[[], None]:
        return lambda: decide(lite, VIEWER, CONFIG, kpi, scope, day, level(0.9), ACT)

    for scope in (HOTLINE, Scope("team", "A"), Scope("agent", "Chen")):
        refused("month_closed", first(scope, 20260201))  # it would count for March too, which is judged
        refused("month_closed", first(scope, 20261001))
        first(scope, 20261101)()
    found = book(lite, site)
    assert found.bound("csat", HOTLINE, 20261031)[0] == Bound(at_least=0.8)


def test_the_first_of_an_agent_does_not_alter_months_judged_by_the_teams(
    lite: Engine, site: SiteSettings
) -> None:
    kpi, chen = book(lite, site).kpis["csat"], Scope("agent", "Chen")
    decide(lite, VIEWER, CONFIG, kpi, Scope("team", "A"), 20260901, level(0.8), ACT)
    refused("month_closed", lambda: decide(lite, VIEWER, CONFIG, kpi, chen, 20250101, level(0.9), ACT))
    decide(
        lite, VIEWER, CONFIG, kpi, Scope("queue", "hotline"), 20250101, level(0.9), ACT
    )  # none of the team


def test_the_first_of_a_queue_does_not_alter_months_judged_by_its_promise(
    lite: Engine, site: SiteSettings
) -> None:
    kpi = book(lite, site).kpis["service_level"]
    refused("month_closed", lambda: decide(lite, VIEWER, CONFIG, kpi, HOTLINE, 20260901, level(0.7), ACT))
    decide(lite, VIEWER, CONFIG, kpi, HOTLINE, 20261101, level(0.7), ACT)


def test_a_variant_chosen_for_the_site_keeps_its_months(lite: Engine, site: SiteSettings) -> None:
    kpi = book(lite, site).kpis["service_level"]
    decide(lite, VIEWER, CONFIG, kpi, SITE, 20260301, Choice(variant="sl_negative"), ACT)
    team = Scope("team", "A")
    refused("month_closed", lambda: decide(lite, VIEWER, CONFIG, kpi, team, 20260901, level(0.7), ACT))


def test_a_decision_is_taken_back_and_the_one_before_counts_again(
    database: Engine, site: SiteSettings
) -> None:
    kpi = book(database, site).kpis["csat"]
    decide(database, VIEWER, CONFIG, kpi, SITE, 20261101, level(0.8), ACT)
    decide(database, VIEWER, CONFIG, kpi, SITE, 20261201, level(0.9), ACT)
    take_back(database, VIEWER, CONFIG, kpi, SITE, 20261201, ACT._replace(why="a slip"))
    found = book(database, site)
    assert found.bound("csat", SITE, 20261231)[0] == Bound(at_least=0.8)
    assert [(one.who, one.why) for one in found.history("csat")] == [
        ("Zhou", "contract"),
        ("Zhou", "contract"),
        ("Zhou", "a slip"),
    ]
    refused("unknown_target", lambda: take_back(database, VIEWER, CONFIG, kpi, SITE, 20261201, ACT))


def test_what_is_refused(lite: Engine, site: SiteSettings) -> None:
    kpi = book(lite, site).kpis["csat"]

    def tried(scope: Scope = SITE, day: int = 20261101, choice: Choice = HIGH, act: Act = ACT) -> object:
        return lambda: decide(lite, VIEWER, CONFIG, kpi, scope, day, choice, act)

    refused("no_who", tried(act=ACT._replace(who=" ")))
    refused("no_why", tried(act=ACT._replace(why="")))
    refused("no_scope", tried(Scope("queue", "nobody's")))
    refused("no_scope", tried(Scope("team", "B")))
    refused("no_variant", tried(choice=level(0.9, "sl_negative")))
    refused("not_a_month", tried(day=20261115))
    refused("not_a_month", tried(day=20261301))
    refused("odd_share", tried(choice=level(90)))
    decide(lite, VIEWER, CONFIG, kpi, Scope("team", "A"), 20261101, level(0.9), ACT)
    refused("same_target", tried(Scope("team", "A")))
    assert len(book(lite, site).history("csat")) == 1


def test_an_agent_is_judged_by_the_target_of_the_team(lite: Engine, site: SiteSettings) -> None:
    kpi = book(lite, site).kpis["csat"]
    decide(lite, VIEWER, CONFIG, kpi, Scope("team", "A"), 20261101, level(0.95), ACT)
    assert book(lite, site).bound("csat", Scope("agent", "Chen"), 20261122)[0] == Bound(at_least=0.95)


def test_sites_do_not_see_each_others_targets(lite: Engine, site: SiteSettings) -> None:
    kpi = book(lite, site).kpis["csat"]
    decide(lite, Viewer(site="other"), CONFIG, kpi, SITE, 20261101, level(0.95), ACT)
    assert book(lite, site).history("csat") == []


# -- before deciding ---------------------------------------------------------------------------------


def fill(database: Engine, days: dict[str, tuple[int, int]]) -> None:
    """Intervals at noon: of each day (answered in T, answered) of the hotline."""
    rows = [
        dict.fromkeys(FIELDS, 0)
        | {"site": "main", "queue": "hotline", "start": int(at(day)), "max_wait_ms": 0}
        | {"answered_in_t": in_t, "answered": answered, "offered": answered, "handled": answered}
        for day, (in_t, answered) in days.items()
    ]
    with writing(database) as connection:
        connection.execute(insert(queue_intervals), rows)


def test_a_preview_judges_whole_months_by_their_sums(lite: Engine, site: SiteSettings) -> None:
    fill(
        lite,
        {"2026-09-01": (10, 10), "2026-09-02": (60, 90), "2026-10-07": (90, 100), "2026-11-02": (50, 100)},
    )
    found = book(lite, site)
    kpi: Kpi = found.kpis["service_level"]
    months = preview(lite, VIEWER, CONFIG, found, kpi, HOTLINE, level(0.7), NOW)
    told = {month.period.name: (month.now.value, month.light_now, month.light_then) for month in months}
    assert len(months) == 12 and list(told)[-1] == "2026-11"
    assert told["2026-09"] == (0.7, "missed", "met")
    assert told["2026-10"] == (0.9, "met", "met")
    assert told["2026-11"] == (0.5, "missed", "missed")
    assert told["2026-08"] == (None, "none", "none")
    assert present_level(months) == pytest.approx(0.8)  # the running month is not in it


# -- the command line --------------------------------------------------------------------------------


def test_the_command_line_lists_sets_and_takes_back(tmp_path: Path) -> None:
    db = ["--db", str(tmp_path / "floor.db")]
    run = CliRunner().invoke
    listed = json.loads(run(app, ["kpi", "list", "--json", *db]).stdout)
    assert len(listed) == 76 and listed[0]["id"] == "offered" and listed[0]["version"] == 1
    said = ["--who", "Zhou", "--why", "contract"]
    done = run(app, ["kpi", "target", "csat", *said, "--at-least", "0.92", *db])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(run(app, ["kpi", "targets", "csat", "--json", *db]).stdout)
    assert (row["scope"], row["choice"], row["who"]) == ("site", {"bound": {"at_least": 0.92}}, "Zhou")
    in_force = {
        one["id"]: one["target_of"] for one in json.loads(run(app, ["kpi", "list", "--json", *db]).stdout)
    }
    assert in_force["csat"] == "own" and in_force["qa_score"] == "suggested"
    assert run(app, ["kpi", "target", "csat", *said, "--take-back", *db]).exit_code == 0
    assert "Taken back" in run(app, ["kpi", "targets", "--lang", "en", *db]).stdout


def test_the_command_line_says_in_one_sentence_what_is_wrong(tmp_path: Path) -> None:
    wrong = {
        "there is no KPI 'nothing'": ["nothing"],
        "--at-least is above --at-most": ["csat", "--at-least", "0.9", "--at-most", "0.8"],
        "This KPI has no such scope.": ["csat", "--at-least", "0.9", "--scope", "queue:none"],
        "names no year, month": ["csat", "--at-least", "0.9", "--from", "soon"],
        "the first of a month": ["csat", "--at-least", "0.9", "--from", "2026-11-15"],
    }
    said = ["--who", "Zhou", "--why", "contract", "--db", str(tmp_path / "floor.db")]
    done = {
        words: CliRunner().invoke(app, ["kpi", "target", *asked, *said]) for words, asked in wrong.items()
    }
    assert [words for words, one in done.items() if one.exit_code != 1 or words not in one.output] == []
    assert not any("Traceback" in one.output for one in done.values())
