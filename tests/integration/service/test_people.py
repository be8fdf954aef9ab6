"""What people enter, on SQLite and PostgreSQL: planned peaks, leave, incidents; the past stays as it was."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select

from ccfloor.rules.book import RuleBook
from ccfloor.rules.calendar import Campaign
from ccfloor.rules.model import Order
from ccfloor.service.campaigns import (
    CALLBACKS,
    Draft,
    add_campaign,
    calendar_campaigns,
    callback_order,
    cancel_campaign,
    change_campaign,
    coming,
    list_campaigns,
    overlapping,
    planned_status,
    restore_campaign,
    running,
)
from ccfloor.service.incidents import (
    close_incident,
    declare_incident,
    find_incident,
    list_incidents,
    note_incident,
    open_incidents,
    reopen_incident,
)
from ccfloor.service.leave import (
    Asked,
    conflicts,
    in_force,
    list_leave,
    request_leave,
    restore_leave,
    withdraw_leave,
)
from ccfloor.service.people_log import PeopleError, entries
from ccfloor.service.reporting import report_incident
from ccfloor.service.settings import SiteSettings
from ccfloor.store.tables import notices
from ccfloor.store.viewer import EVERYTHING, Viewer
from tests.fakes.small_peak import CONFIG
from tests.unit.service.views import seat, view

NOW = 1_795_284_000.0
HOUR = 3600.0
ME = Viewer()


@pytest.fixture
def engine(database: Engine) -> Engine:
    return database


def refused(code: str) -> Any:
    return pytest.raises(PeopleError, match=f"^{code}$")


def add(engine: Engine, start: float, end: float, *queues: str, name: str = "促销", now: float = NOW) -> int:
    return add_campaign(engine, ME, CONFIG, Draft(name, start, end, queues), "周岚", "年度促销", now)


# -- planned peaks -----------------------------------------------------------------------------------


def test_a_campaign_runs_from_its_start_to_its_end(engine: Engine) -> None:
    made = add(engine, NOW + HOUR, NOW + 2 * HOUR, "hot")
    for at, names in ((NOW, []), (NOW + HOUR, [made]), (NOW + 2 * HOUR - 1, [made]), (NOW + 2 * HOUR, [])):
        assert [row.id for row in running(engine, "main", at)] == names
    assert calendar_campaigns(engine, "main") == (Campaign(NOW + HOUR, NOW + 2 * HOUR, ("hot",), "促销"),)
    assert calendar_campaigns(engine, "elsewhere") == ()


def test_one_entered_late_counts_from_when_it_was_entered(engine: Engine) -> None:
    add(engine, NOW - HOUR, NOW + HOUR)
    assert calendar_campaigns(engine, "main")[0].start == NOW


def test_cancelling_a_running_one_ends_it_and_keeps_what_was(engine: Engine) -> None:
    made = add(engine, NOW, NOW + 4 * HOUR)
    cancel_campaign(engine, ME, made, "陈思远", "来电平稳", NOW + HOUR)
    assert calendar_campaigns(engine, "main") == (Campaign(NOW, NOW + HOUR, (), "促销"),)
    again = restore_campaign(engine, ME, CONFIG, made, "周岚", "又多了", NOW + 2 * HOUR)
    assert again != made
    spans = [(c.start - NOW, c.end - NOW) for c in calendar_campaigns(engine, "main")]
    assert spans == [(0, HOUR), (2 * HOUR, 4 * HOUR)]
    with refused("campaign_over"):
        cancel_campaign(engine, ME, made, "周岚", "x", NOW + 3 * HOUR)


def test_one_cancelled_before_its_start_never_was_and_can_come_back(engine: Engine) -> None:
    made = add(engine, NOW + HOUR, NOW + 2 * HOUR)
    cancel_campaign(engine, ME, made, "周岚", "改期", NOW + 60)
    assert calendar_campaigns(engine, "main") == () and coming(engine, "main", NOW + 60) == []
    assert restore_campaign(engine, ME, CONFIG, made, "周岚", "不改了", NOW + 120) == made
    assert [row.id for row in coming(engine, "main", NOW + 120)] == [made]
    told = [(note.item, note.who, note.text) for note in entries(engine, EVERYTHING, f"campaign/{made}")]
    assert told == [
        ("added", "周岚", "年度促销"),
        ("cancelled", "周岚", "改期"),
        ("restored", "周岚", "不改了"),
    ]


def test_of_a_running_one_only_the_end_moves(engine: Engine) -> None:
    made = add(engine, NOW, NOW + 2 * HOUR)
    longer = Draft("促销二", NOW, NOW + 3 * HOUR)
    change_campaign(engine, ME, CONFIG, made, longer, "周岚", "延长", NOW + HOUR)
    assert calendar_campaigns(engine, "main") == (Campaign(NOW, NOW + 3 * HOUR, (), "促销二"),)
    for wrong in (longer._replace(start=NOW + 60), longer._replace(queues=("hot",))):
        with refused("begun"):
            change_campaign(engine, ME, CONFIG, made, wrong, "周岚", "改", NOW + HOUR)
    with refused("over_already"):
        short = longer._replace(end=NOW + HOUR - 1)
        change_campaign(engine, ME, CONFIG, made, short, "周岚", "缩短", NOW + HOUR)
    with refused("campaign_over"):
        change_campaign(engine, ME, CONFIG, made, longer, "周岚", "改", NOW + 3 * HOUR)


def test_a_change_of_a_planned_one_does_not_reach_back(engine: Engine) -> None:
    made = add(engine, NOW + HOUR, NOW + 3 * HOUR)
    earlier = Draft("促销", NOW - HOUR, NOW + 3 * HOUR)
    change_campaign(engine, ME, CONFIG, made, earlier, "周岚", "提前", NOW + 60)
    assert calendar_campaigns(engine, "main")[0].start == NOW + 60


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft("  ", NOW, NOW + 1), "no_name"),
        (Draft("x", NOW + 1, NOW + 1), "ends_first"),
        (Draft("x", NOW, NOW + 63 * 86_400), "too_long"),
        (Draft("x", NOW - 9, NOW - 1), "over_already"),
        (Draft("x", NOW, NOW + 1, ("nowhere",)), "unknown_queue"),
    ],
)
def test_drafts_that_are_not_taken(engine: Engine, draft: Draft, code: str) -> None:
    with refused(code):
        add_campaign(engine, ME, CONFIG, draft, "周岚", "x", NOW)
    assert list_campaigns(engine, "main") == []


def test_who_and_why_must_be_said_and_the_site_must_be_ones_own(engine: Engine) -> None:
    draft = Draft("x", NOW, NOW + HOUR)
    with refused("no_who"):
        add_campaign(engine, ME, CONFIG, draft, " ", "x", NOW)
    with refused("no_why"):
        add_campaign(engine, ME, CONFIG, draft, "周岚", " ", NOW)
    made = add(engine, NOW, NOW + HOUR)
    with refused("unknown_campaign"):
        cancel_campaign(engine, Viewer(site="other"), made, "周岚", "x", NOW)
    with refused("unknown_queue"):
        mine = Viewer(queues=frozenset(("vip",)))
        add_campaign(engine, mine, CONFIG, draft._replace(queues=("hot",)), "周岚", "x", NOW)


def test_overlaps_are_those_in_time_and_queues(engine: Engine) -> None:
    hot = add(engine, NOW, NOW + HOUR, "hot")
    add(engine, NOW, NOW + HOUR, "vip")
    gone = add(engine, NOW, NOW + HOUR)
    cancel_campaign(engine, ME, gone, "周岚", "x", NOW)
    rows = list_campaigns(engine, "main")
    found = overlapping(rows, Draft("x", NOW + 60, NOW + 9, ("hot",))._replace(end=NOW + 120))
    assert [row.id for row in found] == [hot]
    assert len(overlapping(rows, Draft("x", NOW + 60, NOW + 120))) == 2
    assert overlapping(rows, Draft("x", NOW + HOUR, NOW + 2 * HOUR)) == []
    assert overlapping(rows, Draft("x", NOW, NOW + 60, ("hot",)), but=hot) == []


def test_callbacks_of_normal_seats_against_the_limit() -> None:
    def calling(name: str, role: str, since: float, reason: str = "callback") -> object:
        found = msgspec.structs.replace(seat(name), status="paused", reason=reason, role=role, since=since)
        return msgspec.structs.replace(found, paused_since=since)

    seats = (calling("a", "agent", 30), calling("b", "senior", 10), calling("c", "lead", 5),
             calling("d", "agent", 20, "break"))  # fmt: skip
    now = view(seats=seats)
    status = planned_status(now)
    assert (status.limit, status.now, status.seats, status.over) == (2, 2, ("b", "a"), False)
    one = Order(forbid_reasons=("callback",), limit=1)
    assert planned_status(now, one).over and planned_status(now, one).now == 3  # binds leads too
    assert callback_order(RuleBook(), 0.0) is CALLBACKS
    more = view(seats=(*seats, calling("e", "agent", 40)))
    assert planned_status(more).over and planned_status(None).now == 0


# -- leave -------------------------------------------------------------------------------------------


def ask(engine: Engine, start: float, end: float, force: bool = False, now: float = NOW) -> tuple[int, str]:
    asked = Asked("P/2", start, end, "家事", force)
    made, decision = request_leave(engine, ME, CONFIG, asked, "李想", now)
    return made, decision.verdict.value


@pytest.mark.parametrize(
    ("start", "end", "force", "verdict"),
    [
        (-5, 0, False, "free"),
        (-5, 1, False, "planned_peak"),
        (9, 12, False, "planned_peak"),
        (10, 12, False, "free"),
        (3, 4, True, "force_majeure"),
        (20, 21, True, "free"),
    ],
)
def test_leave_is_decided_at_once(
    engine: Engine, start: float, end: float, force: bool, verdict: str
) -> None:
    begin = NOW + 10 * HOUR
    add(engine, begin, begin + 10 * HOUR)
    assert ask(engine, begin + start * HOUR, begin + end * HOUR, force)[1] == verdict
    (row,) = list_leave(engine, ME, CONFIG, NOW)
    assert row.decision == ("refused" if verdict == "planned_peak" else "granted")
    assert (row.agent, row.why, row.who, row.reason) == ("李想", verdict, "李想", "家事")


def test_granted_leave_that_meets_a_later_campaign_is_a_conflict_until_it_is_solved(engine: Engine) -> None:
    made, _ = ask(engine, NOW + HOUR, NOW + 3 * HOUR)
    ask(engine, NOW + HOUR, NOW + 3 * HOUR, force=True)
    rows = list_leave(engine, ME, CONFIG, NOW)
    assert conflicts(rows, in_force(engine, ME, NOW), NOW) == []
    peak = add(engine, NOW + 2 * HOUR, NOW + 4 * HOUR)
    (found,) = conflicts(rows, in_force(engine, ME, NOW), NOW)
    assert found.leave.id == made and [c.name for c in found.campaigns] == ["促销"]
    assert conflicts(rows, in_force(engine, ME, NOW), NOW + 3 * HOUR) == []
    cancel_campaign(engine, ME, peak, "周岚", "x", NOW)
    assert conflicts(rows, in_force(engine, ME, NOW), NOW) == []


def test_a_withdrawal_is_taken_back_only_by_the_peaks_of_then(engine: Engine) -> None:
    made, _ = ask(engine, NOW + HOUR, NOW + 3 * HOUR)
    withdraw_leave(engine, ME, CONFIG, made, "李想", "不去了", NOW)
    with refused("not_granted"):
        withdraw_leave(engine, ME, CONFIG, made, "李想", "不去了", NOW)
    add(engine, NOW + 2 * HOUR, NOW + 4 * HOUR)
    assert not restore_leave(engine, ME, CONFIG, made, "李想", "还是要去", NOW).granted
    assert list_leave(engine, ME, CONFIG, NOW)[0].decision == "refused"
    assert [note.item for note in entries(engine, EVERYTHING, f"leave/{made}")] == [
        "granted",
        "withdrawn",
        "refused",
    ]
    with refused("not_withdrawn"):
        restore_leave(engine, ME, CONFIG, made, "李想", "x", NOW)


def test_requests_that_are_not_taken(engine: Engine) -> None:
    for asked, code in (
        (Asked("nowhere", NOW, NOW + 1, "x"), "unknown_seat"),
        (Asked("P/2", NOW + 2, NOW + 1, "x"), "ends_first"),
        (Asked("P/2", NOW - 2, NOW - 1, "x"), "over_already"),
        (Asked("P/2", NOW, NOW + 1, ""), "no_reason"),
    ):
        with refused(code):
            request_leave(engine, ME, CONFIG, asked, "李想", NOW)
    with refused("unknown_seat"):
        mine = Viewer(teams=frozenset(("B",)))
        request_leave(engine, mine, CONFIG, Asked("P/2", NOW, NOW + 1, "x"), "李想", NOW)
    assert list_leave(engine, ME, CONFIG, 0.0) == []


def test_a_viewer_of_some_teams_sees_their_leave_alone(engine: Engine) -> None:
    ask(engine, NOW + HOUR, NOW + 2 * HOUR)
    assert list_leave(engine, Viewer(teams=frozenset(("B",))), CONFIG, NOW) == []


# -- incidents ---------------------------------------------------------------------------------------


def test_an_incident_from_declaring_to_reopening(engine: Engine) -> None:
    made = declare_incident(engine, ME, "power", "B 区停电", NOW - 120, "周岚", NOW)
    note_incident(engine, ME, made, "施海", "UPS 供电", NOW + 60)
    close_incident(engine, ME, made, "周岚", "已恢复", NOW + 600)
    assert open_incidents(engine, "main") == []
    with refused("closed_already"):
        close_incident(engine, ME, made, "周岚", "x", NOW + 601)
    reopen_incident(engine, ME, made, "周岚", "又停了", NOW + 700)
    (row,) = open_incidents(engine, "main")
    assert (row.cause, row.started_at, row.declared_at, row.outcome) == ("power", NOW - 120, NOW, "")
    items = [note.item for note in entries(engine, EVERYTHING, row.about)]
    assert items == ["declared", "done", "closed", "reopened"]
    with refused("open_already"):
        reopen_incident(engine, ME, made, "周岚", "x", NOW + 701)
    assert find_incident(engine, Viewer(site="other"), made) is None
    assert list_incidents(engine, ME, NOW - 120, NOW) == [row] and list_incidents(engine, ME, NOW) == []


@pytest.mark.parametrize(
    ("cause", "text", "start", "who", "code"),
    [
        ("fire", "x", NOW, "周岚", "unknown_cause"),
        ("power", " ", NOW, "周岚", "no_text"),
        ("power", "x", NOW + 1, "周岚", "starts_later"),
        ("power", "x", NOW, "", "no_who"),
    ],
)
def test_declarations_that_are_not_taken(
    engine: Engine, cause: str, text: str, start: float, who: str, code: str
) -> None:
    with refused(code):
        declare_incident(engine, ME, cause, text, start, who, NOW)


def test_a_report_goes_out_once_and_is_kept(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "notify.yaml").write_text(
        "channels:\n  group:\n    kind: webhook\n    enabled: true\n    lang: en\n"
        "    url: {env: CCFLOOR_TEST_HOOK}\nreport_to: [group]\n",
        encoding="utf-8",
    )
    site = SiteSettings(data=str(tmp_path), zone=CONFIG.zone)
    made = declare_incident(engine, ME, "network", "专线中断", NOW - 600, "周岚", NOW - 500)
    assert report_incident(engine, ME, site, made, view(), "周岚", NOW) == ("group",)
    with engine.connect() as connection:
        (row,) = connection.execute(select(notices)).all()
    assert (row.about, row.kind, row.channel) == (f"incident/{made}", "report", "group")
    assert "Incident report" in row.text and "专线中断" in row.text and "10 min" in row.text
    kept = entries(engine, EVERYTHING, f"incident/{made}")[-1]
    assert (kept.kind, kept.item, kept.who) == ("report", "group", "周岚") and "原因：网络" in kept.text
    with refused("reported_already"):
        report_incident(engine, ME, site, made, None, "周岚", NOW + 5)
    with refused("unknown_incident"):
        report_incident(engine, ME, site, 999, None, "周岚", NOW)


def test_a_report_without_a_channel_is_kept_all_the_same(engine: Engine, tmp_path: Path) -> None:
    site = SiteSettings(data=str(tmp_path), zone=CONFIG.zone)
    made = declare_incident(engine, ME, "other", "空调故障", NOW, "周岚", NOW)
    assert report_incident(engine, ME, site, made, None, "周岚", NOW) == ()
    assert entries(engine, EVERYTHING, f"incident/{made}")[-1].kind == "report"
