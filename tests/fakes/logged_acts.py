"""Every act once, as people do it, each with a telephone number in its reason: what the log must tell of."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, insert

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.acd.base import CommandKind, CommandResult, SeatCommand
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.kpi.book import Choice
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.model import Bound
from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.rules.alarms import alarm_key
from ccfloor.rules.model import Rule
from ccfloor.rules.write import rules_text
from ccfloor.service import (
    annotations,
    called_back,
    campaigns,
    commands,
    importing_kpi,
    incidents,
    kpi_targets,
    leave,
    plan_notes,
    privacy,
    reveal,
    rulebook,
    teams,
)
from ccfloor.service.access import accounts, displays
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.access.sign_in import sign_in
from ccfloor.service.audit import Actor, acting, record_alone
from ccfloor.service.importing import import_files
from ccfloor.service.kpi_site import site_book
from ccfloor.service.moves import crews
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.denied import note_denied
from ccfloor.service.moves.undo import undo_move
from ccfloor.service.notify.ask import send_test
from ccfloor.service.notify.file import parse_notify
from ccfloor.service.qa import appeals as qa_appeals
from ccfloor.service.qa import (
    calibration,
    cases,
    feedback,
    improving,
    listening,
    needs,
    recheck_months,
    rechecks,
    recordings,
    scoring,
    sheets,
)
from ccfloor.service.qa import drawing as qa_drawing
from ccfloor.service.qa import files as qa_files
from ccfloor.service.qa import samples as qa_samples
from ccfloor.service.qa import versions as qa_versions
from ccfloor.service.qa.calendar import official
from ccfloor.service.reporting import report_incident
from ccfloor.service.reports import plans, runs
from ccfloor.service.reports.due import Owed
from ccfloor.service.settings import QaSettings, SiteSettings, load
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms, calls, rule_versions
from ccfloor.store.viewer import Viewer
from tests.fakes import stored_qa
from tests.fakes.moving_floor import MovingFloor
from tests.unit.service.plans import LEVEL1
from tests.unit.service.views import seat, view

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC).timestamp()
NUMBER = "13812345678"
WHY = f"来电 {NUMBER} 要求"
WHO = "周岚"
CONFIG = FloorConfig(
    zone="Asia/Shanghai",
    queues={name: QueueInfo(name, zh, name) for name, zh in (("support", "支持"), ("vip", "贵宾"))},
    seats={
        "PJSIP/100": SeatInfo("PJSIP/100", "Ann", number="1001", team="A"),
        "PJSIP/101": SeatInfo("PJSIP/101", "Bob", number="1002", team="B"),
    },
)
DATA = Path(__file__).resolve().parents[2] / "data" / "qa"
EVERYBODY = Viewer(Role.SYSTEM)
LEAD = Viewer(Role.LEAD)
MANAGER = Viewer(Role.MANAGER)
BOSS = Actor("boss", Role.ADMIN, "10.0.0.9")
SECRET, OWN = "a long enough secret", "the own long secret"

Scene = Callable[[Engine, Path], None]
SCENES: dict[Scene, tuple[Act, ...]] = {}


def doing(*acts: Act) -> Callable[[Scene], Scene]:
    """These acts, in this order and no other, are what the scene does."""

    def keep(scene: Scene) -> Scene:
        SCENES[scene] = acts
        return scene

    return keep


@doing(Act.SEAT_ASKED, Act.SEAT_ANSWERED, Act.SEAT_UNDONE)
def seat_commands(engine: Engine, _folder: Path) -> None:
    floor, pause = view(), SeatCommand(CommandKind.PAUSE, "PJSIP/100", reason="coaching")
    made = commands.request_command(engine, LEAD, floor, pause, WHY, NOW, who=WHO)
    commands.answer_command(engine, made, CommandResult(True, f"ok {NUMBER}"), NOW + 1)
    paused = view(seats=(msgspec.structs.replace(seat("PJSIP/100", "paused"), paused=True),))
    commands.undo_command(engine, LEAD, paused, made, WHY, NOW + 2, who=WHO)


@doing(Act.MOVE_ASKED, Act.MOVE_STEP, Act.SEAT_ANSWERED, Act.MOVE_UNDONE)
def seat_moves(engine: Engine, _folder: Path) -> None:
    floor = MovingFloor(engine, now=NOW)
    floor.refuses["fraud"] = f"no {NUMBER}"
    wanted = Wanted(("S/1",), {"fraud": 0, "cards": 2}, crew=f"高峰 {NUMBER}")
    move = ask_move(engine, LEAD, floor.view(), wanted, WHY, NOW, who=WHO)
    floor.follower.look()
    for item in commands.asked_commands(engine, "main")[:1]:
        commands.answer_command(engine, item.id, CommandResult(True, f"ok {NUMBER}"), NOW)
    undo_move(engine, LEAD, CONFIG, move, WHY, NOW + 1, who=WHO)


@doing(Act.MOVE_DENIED)
def denied_moves(engine: Engine, _folder: Path) -> None:
    floor = MovingFloor(engine, now=NOW)
    wanted, error = Wanted(("S/9",), {"fraud": 0}), commands.CommandError("unknown_seat")
    note_denied(floor.engine, LEAD, wanted, error, WHY, NOW, who=WHO)


@doing(Act.CREW_SAVED, Act.CREW_SAVED, Act.CREW_REMOVED, Act.CREW_RESTORED)
def saved_crews(engine: Engine, _folder: Path) -> None:
    floor = MovingFloor(engine, now=NOW).view()
    wanted = Wanted(("S/1", "S/2"), {"fraud": 3}, minutes=30)
    name = f"高峰组 {NUMBER}"
    crews.save_crew(engine, LEAD, floor, name, wanted, NOW, who=WHO)
    new = Wanted(("S/1",), {"fraud": 0})
    crew = crews.save_crew(engine, LEAD, floor, name, new, NOW + 1, who=WHO, replace=True)
    crews.remove_crew(engine, LEAD, floor, crew, NOW + 2, who=WHO)
    crews.restore_crew(engine, LEAD, floor, crew, NOW + 3, who=WHO)


@doing(Act.PLAN_ACK, Act.PLAN_TICK, Act.PLAN_UNTICK, Act.PLAN_NOTE, Act.PLAN_COMMAND)
def plan(engine: Engine, _folder: Path) -> None:
    row: dict[str, Any] = dict.fromkeys(("active_at", "cleared_at", "blind_s", "value", "worst"), 0.0)
    row |= {"site": "main", "rule": "level1", "subject": "", "fired_at": NOW, "version": 1}
    rule = {"site": "main", "rule": "level1", "version": 1, "valid_from": 0.0, "at": 0.0, "source": "file"}
    with writing(engine) as connection:
        connection.execute(insert(alarms).values(**row, severity="alarm", plan="peak", level=1))
        body = LEVEL1.model_dump_json()
        connection.execute(insert(rule_versions).values(**rule, who="", why="", body=body))
    key = alarm_key("level1", "", NOW)
    plan_notes.acknowledge(engine, LEAD, CONFIG, key, WHO, NOW)
    plan_notes.tick(engine, LEAD, CONFIG, key, "tell", WHO, NOW + 1)
    plan_notes.untick(engine, LEAD, CONFIG, key, "tell", WHO, NOW + 2)
    plan_notes.write_note(engine, LEAD, CONFIG, key, WHY, WHO, NOW + 3)
    told = {"kind": plan_notes.NoteKind.COMMAND, "item": "7"}
    plan_notes.write_note(engine, LEAD, CONFIG, key, "unpause PJSIP/100", WHO, NOW + 4, **told)  # type: ignore[arg-type]


@doing(Act.CAMPAIGN_ADDED, Act.CAMPAIGN_CHANGED, Act.CAMPAIGN_CANCELLED, Act.CAMPAIGN_RESTORED)
def planned_peaks(engine: Engine, _folder: Path) -> None:
    draft = campaigns.Draft("促销", NOW + 3600, NOW + 7200, ("vip",), WHY)
    made = campaigns.add_campaign(engine, LEAD, CONFIG, draft, WHO, WHY, NOW)
    later = draft._replace(end=NOW + 9000, queues=())
    campaigns.change_campaign(engine, LEAD, CONFIG, made, later, WHO, WHY, NOW + 1)
    campaigns.cancel_campaign(engine, LEAD, made, WHO, WHY, NOW + 2)
    campaigns.restore_campaign(engine, LEAD, CONFIG, made, WHO, WHY, NOW + 3)


@doing(Act.LEAVE_ASKED, Act.LEAVE_WITHDRAWN, Act.LEAVE_RESTORED)
def asking_leave(engine: Engine, _folder: Path) -> None:
    asked = leave.Asked("PJSIP/100", NOW + 3600, NOW + 7200, WHY)
    made, _ = leave.request_leave(engine, LEAD, CONFIG, asked, WHO, NOW)
    leave.withdraw_leave(engine, LEAD, CONFIG, made, WHO, WHY, NOW + 1)
    leave.restore_leave(engine, LEAD, CONFIG, made, WHO, WHY, NOW + 2)


@doing(
    *(Act.INCIDENT_DECLARED, Act.INCIDENT_NOTED, Act.INCIDENT_REPORTED),
    *(Act.INCIDENT_CLOSED, Act.INCIDENT_REOPENED),
)
def an_incident(engine: Engine, folder: Path) -> None:
    made = incidents.declare_incident(engine, LEAD, "power", WHY, NOW - 60, WHO, NOW)
    incidents.note_incident(engine, LEAD, made, WHO, WHY, NOW + 1)
    report_incident(engine, LEAD, SiteSettings(data=str(folder)), made, view(), WHO, NOW + 2)
    incidents.close_incident(engine, LEAD, made, WHO, WHY, NOW + 3)
    incidents.reopen_incident(engine, LEAD, made, WHO, WHY, NOW + 4)


def a_caller_gave_up(engine: Engine) -> tuple[int, int]:
    """A stored call; its key."""
    ended = {"outcome": Outcome.ABANDONED, "left_at": NOW + 30, "ended_at": NOW + 30, "final": True}
    row = CallRow(1, 12_345_678, "c1", "support", NOW, number=NUMBER, name=NUMBER, **ended)  # type: ignore[arg-type]
    values = {"site": "main", "source_id": 1, **msgspec.structs.asdict(row)}
    with writing(engine) as connection:
        connection.execute(
            insert(calls), [{name: value for name, value in values.items() if name in calls.c}]
        )
    return 1, 12_345_678


@doing(Act.CALLER_TICKED, Act.CALLER_UNTICKED)
def calling_back(engine: Engine, _folder: Path) -> None:
    key = a_caller_gave_up(engine)
    called_back.tick(engine, LEAD, key, WHO, WHY, NOW + 60)
    called_back.untick(engine, LEAD, key, WHO, WHY, NOW + 61)


@doing(Act.NUMBER_REVEALED)
def revealing_a_number(engine: Engine, _folder: Path) -> None:
    assert reveal.reveal(engine, LEAD, a_caller_gave_up(engine), WHY, NOW + 60) == NUMBER


@doing(Act.ANNOTATION_ADDED, Act.ANNOTATION_CHANGED, Act.ANNOTATION_REMOVED, Act.ANNOTATION_RESTORED)
def annotating(engine: Engine, _folder: Path) -> None:
    draft = annotations.Draft(SITE, "training", date(2026, 11, 20), date(2026, 11, 21), WHY)
    made = annotations.add_annotation(engine, LEAD, CONFIG, draft, WHO, WHY, NOW)
    other = draft._replace(kind="coaching", text="辅导")
    annotations.change_annotation(engine, LEAD, CONFIG, made, other, WHO, WHY, NOW + 1)
    annotations.remove_annotation(engine, LEAD, CONFIG, made, WHO, WHY, NOW + 2)
    annotations.restore_annotation(engine, LEAD, CONFIG, made, WHO, WHY, NOW + 3)


@doing(Act.RULE_SAVED, Act.RULE_SAVED, Act.RULE_RETIRED)
def rules_on_the_page(engine: Engine, _folder: Path) -> None:
    rulebook.save(engine, MANAGER, a_rule(8), WHY, NOW, NOW, WHO)
    rulebook.save(engine, MANAGER, a_rule(9), WHY, NOW + 1, NOW + 1, WHO)
    rulebook.retire(engine, MANAGER, "queue-builds", WHY, NOW + 2, WHO)


@doing(Act.RULE_FILE, Act.RULE_FILE)
def rules_in_files(engine: Engine, folder: Path) -> None:
    for number, level in enumerate((8, 9)):
        (folder / "a.yaml").write_text(rules_text([a_rule(level)]), encoding="utf-8")
        rulebook.sync_files(engine, "main", folder, NOW + number)


def a_rule(level: float) -> Rule:
    """A rule with every part that a rule can have."""
    words = {"zh": "排队", "en": "Queue"}
    order = {"forbid_reasons": ["break"], "roles": ["agent"], "limit": 1}
    parts = {
        "source": WHY,
        "scope": {"of": "queue", "queues": ["vip"]},
        "when": {"metric": "waiting", "at_least": level},
        "only": {"open_hours": True, "around_shift_change_s": 300},
        "hold": {"kind": "forgive", "for_s": 60, "dip_s": 10},
        "clear": {"level": 1, "for_s": 20, "min_on_s": 5},
        "severity": "alarm",
        "near_s": 30,
        "plan": {"plan": "peak", "level": 1},
        "todo": [{"id": "breaks", "text": words, "order": order}],
        "tell": {"channels": ["lead"], "after_s": 30, "escalate_s": 60, "escalate_to": ["boss"]},
        "sound": "once",
    }
    return Rule.model_validate({"id": "queue-builds", "name": words, "say": words} | parts)


@doing(
    *(Act.QA_FORM_DRAFTED, Act.QA_FORM_PUBLISHED, Act.QA_FORM_DRAFTED),
    *(Act.QA_FORM_DROPPED, Act.QA_FORM_RETIRED),
)
def forms(engine: Engine, _folder: Path) -> None:
    text, day = (DATA / "forms" / "hotline.yaml").read_text(encoding="utf-8"), date(2026, 11, 22)
    qa_versions.save_draft(engine, MANAGER, "form", "hotline", text, WHO, WHY, NOW)
    qa_versions.publish(engine, MANAGER, CONFIG, "form", "hotline", day, WHO, WHY, NOW + 1)
    qa_versions.save_draft(engine, MANAGER, "form", "hotline", "id: hotline", WHO, WHY, NOW + 2)
    qa_versions.drop_draft(engine, MANAGER, "form", "hotline", WHO, WHY, NOW + 3)
    qa_versions.retire(engine, MANAGER, CONFIG, "form", "hotline", day, WHO, WHY, NOW + 4)


@doing(Act.QA_FORM_FILE)
def forms_in_files(engine: Engine, folder: Path) -> None:
    (folder / "qa" / "forms").mkdir(parents=True)
    shutil.copy(DATA / "forms" / "hotline.yaml", folder / "qa" / "forms")
    qa_files.sync_files(engine, CONFIG, SiteSettings(data=str(folder)), NOW)


@doing(Act.DEFINITION_FILE, Act.TARGET_SET, Act.TARGET_TAKEN_BACK)
def targets(engine: Engine, folder: Path) -> None:
    book = site_book(engine, CONFIG, SiteSettings(data=str(folder)), NOW)
    kpi, act = book.kpis["service_level"], kpi_targets.Act(WHO, WHY, NOW)
    choice = Choice(bound=Bound(at_least=0.9))
    kpi_targets.decide(engine, MANAGER, CONFIG, kpi, SITE, 20261101, choice, act)
    kpi_targets.take_back(engine, MANAGER, CONFIG, kpi, SITE, 20261101, act)


@doing(
    *(Act.QA_SCORE_BEGUN, Act.QA_SCORE_DISCARDED, Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED),
    *(Act.QA_SEEN, Act.QA_HEARD, Act.QA_TOLD, Act.QA_SCORE_CORRECTED),
    *(Act.QA_SCORE_VOIDED, Act.QA_SCORE_RESTORED, Act.QA_AUDIO_ADDED, Act.QA_AUDIO_HEARD),
    *(Act.QA_AUDIO_REMOVED, Act.QA_AUDIO_ADDED, Act.QA_AUDIO_CLEARED),
)
def scoring_a_call(engine: Engine, _folder: Path) -> None:
    floor, agent = stored_qa.CONFIG, stored_qa.CHEN
    stored_qa.publish(engine)
    call = stored_qa.put_call(engine, 1, "陈思远", NOW - 3600)
    begin = scoring.Begin("own", call=call, form="small")
    first = scoring.open_score(engine, stored_qa.QA, floor, begin, WHO, NOW)
    scoring.discard(engine, stored_qa.QA, floor, first.id, WHO, WHY, NOW + 1)
    row = scoring.open_score(engine, stored_qa.QA, floor, begin, WHO, NOW + 2)
    told = scoring.Change(stored_qa.POOR, {}, WHY, tell_now=True, base=row.saved_at)
    scoring.submit(engine, stored_qa.QA, floor, row.id, told, WHO, NOW + 3)
    feedback.acknowledge(engine, agent, floor, row.id, WHY, WHO, NOW + 4)
    (heard,) = feedback.list_feedback(engine, agent, floor, 0, NOW + 5)
    feedback.hear(engine, agent, heard.id, WHY, WHO, NOW + 5)
    feedback.tell(engine, stored_qa.QA, floor, "陈思远", WHY, WHO, NOW + 6)
    boss = stored_qa.MANAGER
    scoring.correct(engine, boss, floor, row.id, {"greet": "yes"}, WHO, WHY, NOW + 7)
    scoring.void(engine, boss, floor, row.id, WHO, WHY, NOW + 8)
    scoring.restore(engine, boss, floor, row.id, WHO, WHY, NOW + 9)
    named = (engine, stored_qa.QA, floor)
    recordings.upload(*named, QaSettings(), row.id, f"{NUMBER}.ogg", b"OggS" + bytes(99), WHO, NOW + 10)
    place = recordings.place_of(*named, QaSettings(), row.id, WHO)
    listening.note(*named, row.id, place, "qa_score", WHO, NOW + 10, listening.Sittings())
    recordings.remove(*named, row.id, WHO, WHY, NOW + 11)
    recordings.upload(*named, QaSettings(), row.id, "b.ogg", b"OggS" + bytes(99), WHO, NOW + 12)
    days = load(environ={"CCFLOOR_QA_RECORDINGS_DAYS": "1"}, source="none")
    listening.clear_recordings(days, engine, NOW + 2 * 86_400)


@doing(
    *(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED, Act.QA_APPEAL_FILED, Act.QA_APPEAL_WITHDRAWN),
    *(Act.QA_APPEAL_FILED, Act.QA_APPEAL_ANSWERED, Act.QA_APPEAL_ESCALATED),
    *(Act.QA_SCORE_CORRECTED, Act.QA_APPEAL_DECIDED, Act.QA_APPEAL_REASONS),
    *(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED, Act.QA_APPEAL_FILED, Act.QA_APPEAL_HANDED_ON),
)
def appealing(engine: Engine, _folder: Path) -> None:
    floor, agent, boss = stored_qa.CONFIG, stored_qa.CHEN, stored_qa.MANAGER
    rules, score = stored_qa.RULES, a_poor_score(engine)
    lead = Viewer(Role.LEAD, account=12, who="lead.a")
    first = qa_appeals.file_appeal(engine, agent, floor, rules, score, ["greet"], WHY, WHO, NOW + 2)
    qa_appeals.withdraw(engine, agent, floor, rules, first, WHO, WHY, NOW + 3)
    made = qa_appeals.file_appeal(engine, agent, floor, rules, score, ["greet"], WHY, WHO, NOW + 4)
    no, yes = qa_appeals.Decision.DISMISSED, qa_appeals.Decision.UPHELD
    qa_appeals.answer(engine, lead, floor, rules, made, qa_appeals.Verdict(no), WHO, WHY, NOW + 5)
    qa_appeals.escalate(engine, agent, floor, rules, made, WHO, WHY, NOW + 6)
    told = qa_appeals.Verdict(yes, {"greet": "yes"})
    qa_appeals.decide(engine, boss, floor, rules, made, told, WHO, WHY, NOW + 7)
    qa_appeals.give_reasons(engine, boss, floor, rules, made, WHO, WHY, NOW + 8)
    other = a_poor_score(engine, 8)
    made = qa_appeals.file_appeal(engine, agent, floor, rules, other, ["greet"], WHY, WHO, NOW + 9)
    qa_appeals.hand_on(engine, lead, floor, rules, made, WHO, WHY, NOW + 10)


@doing(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED, Act.QA_APPEAL_FILED, Act.QA_APPEAL_LAPSED)
def an_appeal_that_nobody_answers(engine: Engine, _folder: Path) -> None:
    score, rules = a_poor_score(engine), stored_qa.RULES
    told = (score, ["greet"], WHY, WHO, NOW + 2)
    qa_appeals.file_appeal(engine, stored_qa.CHEN, stored_qa.CONFIG, rules, *told)
    assert qa_appeals.pass_on(engine, stored_qa.CONFIG, rules, NOW + 30 * 86_400) == 1


@doing(
    *(Act.QA_DRAWN, Act.QA_SAMPLE_ADDED, Act.QA_SAMPLE_TAKEN, Act.QA_SAMPLE_GIVEN),
    *(Act.QA_SAMPLE_REPLACED, Act.QA_SAMPLE_DROPPED),
)
def drawing_calls(engine: Engine, _folder: Path) -> None:
    floor, boss, days = stored_qa.CONFIG, stored_qa.MANAGER, WorkCalendar(official(""))
    stored_qa.publish(engine)
    plan = stored_qa.put_plan(engine)
    for position in (1, 2, 3):
        stored_qa.put_call(engine, position, "陈思远", stored_qa.at(6) + position)
    night, day = stored_qa.at(7, 2.0), stored_qa.MONDAY + timedelta(days=6)
    qa_drawing.draw_day(engine, floor, plan, day, b"key", days, night, Actor(WHO), WHY)
    drawn = qa_samples.list_samples(engine, boss, floor, qa_samples.Wanted())[0]
    left = next(place for place in (1, 2, 3) if f"1:{place}" != drawn.key)
    added = qa_samples.add_by_hand(
        engine, boss, floor, days, "weekly", "week", (1, left), "", WHO, WHY, night + 1
    )
    qa_samples.take(engine, boss, floor, drawn.id, WHO, night + 2)
    qa_samples.give(engine, boss, floor, drawn.id, "", WHO, WHY, night + 3)
    qa_samples.replace(engine, boss, floor, days, drawn.id, "other", WHY, WHO, night + 4)
    qa_samples.drop(engine, boss, floor, added.id, WHO, WHY, night + 5)


def a_poor_score(engine: Engine, position: int = 1) -> int:
    """A score of 陈思远, handed in; its number."""
    stored_qa.publish(engine)
    call = stored_qa.put_call(engine, position, "陈思远", NOW - 3600)
    begin = scoring.Begin("own", call=call, form="small")
    row = scoring.open_score(engine, stored_qa.QA, stored_qa.CONFIG, begin, WHO, NOW)
    told = scoring.Change(stored_qa.POOR, {}, base=row.saved_at)
    return scoring.submit(engine, stored_qa.QA, stored_qa.CONFIG, row.id, told, WHO, NOW + 1).id


@doing(
    *(Act.QA_SESSION_CALLED, Act.QA_SESSION_CHANGED),
    *(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED) * 2,
    *(Act.QA_SESSION_CLOSED, Act.QA_SESSION_OFF),
)
def calibrating(engine: Engine, _folder: Path) -> None:
    floor, boss = stored_qa.CONFIG, stored_qa.MANAGER
    stored_qa.publish(engine)
    call, due = stored_qa.put_call(engine, 1, "陈思远", NOW - 3600), date(2026, 11, 25)
    draft = calibration.Draft("校准", "small", "boss", ["zhou.qa"], due, call)
    made = calibration.add_session(engine, boss, floor, draft, WHO, WHY, NOW)
    calibration.change_session(engine, boss, floor, made, ["li.qa"], due, WHO, WHY, NOW + 1)
    for viewer in (boss, stored_qa.QA):
        row = scoring.open_score(engine, viewer, floor, scoring.Begin(session=made), WHO, NOW + 2)
        told = scoring.Change(stored_qa.GOOD, {}, base=row.saved_at)
        scoring.submit(engine, viewer, floor, row.id, told, WHO, NOW + 3)
    calibration.close_session(engine, boss, floor, made, WHO, WHY, NOW + 4)
    calibration.call_off(engine, boss, floor, made, WHO, WHY, NOW + 5)


@doing(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED, Act.QA_RECHECKS_DRAWN)
def looking_again(engine: Engine, _folder: Path) -> None:
    a_poor_score(engine)
    day = date(2026, 11, 22)
    rechecks.draw(engine, stored_qa.MANAGER, stored_qa.CONFIG, day, day, 1.0, WHO, WHY, NOW + 2)


@doing(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED, Act.QA_RECHECKS_DRAWN, Act.QA_RECHECK_TAKEN)
def looking_again_at_the_months_end(engine: Engine, _folder: Path) -> None:
    floor, boss = stored_qa.CONFIG, stored_qa.MANAGER
    stored_qa.publish(engine)
    plan = stored_qa.put_plan(engine)
    call = stored_qa.put_call(engine, 1, "陈思远", NOW - 3600)
    sample = stored_qa.put_sample(engine, call, "陈思远", NOW - 3600)
    row = scoring.open_score(engine, stored_qa.QA, floor, scoring.Begin(sample=sample), WHO, NOW)
    told = scoring.Change(stored_qa.GOOD, {}, base=row.saved_at)
    scoring.submit(engine, stored_qa.QA, floor, row.id, told, WHO, NOW + 1)
    share = plan._replace(body=plan.plan.model_copy(update={"rechecks": 0.05}))
    month = date(2026, 11, 1), date(2026, 11, 30)
    assert recheck_months.draw_month(engine, floor, share, month, b"key", NOW + 10 * 86_400)
    free = recheck_months.free(engine, boss, floor)[0]
    recheck_months.take(engine, boss, floor, free.id, WHO, NOW + 11 * 86_400)


class QaFloor:
    """The floor of the stored forms, as a service."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.config = engine, stored_qa.CONFIG
        self.settings = load(environ={}, db=f"sqlite:///{folder / 'floor.db'}", source="none")

    def floor_now(self) -> float:
        return NOW


@doing(
    *(Act.DEFINITION_FILE, Act.QA_IMPROVEMENT_ADDED, Act.QA_IMPROVEMENT_CHANGED),
    *(Act.QA_IMPROVEMENT_DECIDED, Act.QA_IMPROVEMENT_REOPENED),
    *(Act.QA_IMPROVEMENT_ADDED, Act.QA_IMPROVEMENT_DECIDED),
)
def improving_somebody(engine: Engine, folder: Path) -> None:
    floor, by, day = QaFloor(engine, folder), stored_qa.QA, date(2026, 11, 22)
    draft = improving.Draft(Scope("agent", "陈思远"), WHY, "qa_score", 90.0, WHY, "lead.a", day, day)
    made = improving.add_improvement(floor, by, draft, WHO, NOW)
    later = draft._replace(target=92.0)
    improving.change_improvement(floor, by, made, later, WHO, WHY, NOW + 1)
    improving.decide(floor, by, made, "dropped", WHY, WHO, NOW + 2)
    improving.reopen(floor, by, made, WHO, WHY, NOW + 3)
    improving.decide(floor, by, made, "changed", WHY, WHO, NOW + 4, follow=later)


@doing(
    *(Act.QA_NEED_ADDED, Act.QA_NEED_SENT, Act.QA_NEED_DONE),
    *(Act.QA_NEED_REOPENED, Act.QA_NEED_DROPPED),
)
def training_somebody(engine: Engine, _folder: Path) -> None:
    floor, by = stored_qa.CONFIG, stored_qa.QA
    made = needs.add_need(engine, by, floor, needs.Draft("陈思远", WHY, WHY), WHO, NOW)
    needs.hand_over(engine, by, floor, [made], NUMBER, WHO, NOW + 1)
    needs.finish(engine, by, floor, [made], WHO, NOW + 2)
    needs.reopen(engine, by, floor, made, WHO, WHY, NOW + 3)
    needs.drop(engine, by, floor, made, WHO, WHY, NOW + 4)


@doing(Act.QA_SHEETS_TAKEN, Act.QA_SHEETS_UNDONE, Act.QA_SHEETS_RESTORED)
def old_sheets(engine: Engine, _folder: Path) -> None:
    floor, boss = stored_qa.CONFIG, stored_qa.MANAGER
    stored_qa.publish(engine)
    content = (
        "Agent,Time of the call,Reviewer,Summary,greet,hold,answer,record\n"
        f"陈思远,2026-11-17 10:00,li.qa,{WHY},yes,n/a,50,yes\n"
    )
    seen = sheets.preview(engine, boss, floor, "small", 1, f"{NUMBER}.csv", content.encode(), NOW)
    made = sheets.take_in(engine, boss, floor, seen, WHO, WHY, NOW)
    sheets.undo(engine, boss, floor, made.id, WHO, WHY, NOW + 1)
    sheets.restore(engine, boss, floor, made.id, WHO, WHY, NOW + 2)


@doing(
    *(Act.QA_SCORE_BEGUN, Act.QA_SCORE_SUBMITTED),
    *(Act.QA_CASE_ADDED, Act.QA_CASE_CHANGED, Act.QA_CASE_REMOVED, Act.QA_CASE_RESTORED),
)
def a_case_to_learn_from(engine: Engine, _folder: Path) -> None:
    floor, by, draft = stored_qa.CONFIG, stored_qa.QA, cases.Draft(WHY, WHY, [NUMBER])
    made = cases.add_case(engine, by, floor, a_poor_score(engine), draft, WHO, NOW + 2)
    cases.change_case(engine, by, floor, made, draft._replace(good=False), WHO, WHY, NOW + 3)
    cases.remove_case(engine, by, floor, made, WHO, WHY, NOW + 4)
    cases.restore_case(engine, by, floor, made, WHO, WHY, NOW + 5)


@doing(Act.TEAM_FILE, Act.TEAM_MOVED, Act.TEAM_UNDONE)
def moving_teams(engine: Engine, _folder: Path) -> None:
    teams.keep_teams(engine, CONFIG, NOW)
    made = teams.move(engine, CONFIG, "Ann", "B", 20261122, teams.Decision(WHO, WHY, NOW))
    teams.undo(engine, CONFIG, made, teams.Decision(WHO, WHY, NOW + 1))


@doing(Act.IMPORT_TAKEN, Act.IMPORT_UNDONE, Act.IMPORT_RESTORED)
def bringing_in(engine: Engine, _folder: Path) -> None:
    text = "日期,坐席,邀评数,参评数,满意数\n2026-11-01,1001,100,80,70\n"
    seen = importing_kpi.preview(engine, CONFIG, DATASETS["survey"], "survey.csv", text.encode(), NOW)
    made = importing_kpi.take_in(engine, CONFIG, seen, WHO, WHY, NOW).id
    importing_kpi.undo_import(engine, CONFIG, made, WHO, WHY, NOW + 1)
    importing_kpi.restore_import(engine, CONFIG, made, WHO, WHY, NOW + 2)


@doing(Act.IMPORT_RECORDING)
def reading_a_recording(engine: Engine, folder: Path) -> None:
    log = folder / "queue_log"
    log.write_text("1763780400|c1|support|NONE|ENTERQUEUE||13812345678|1\n", encoding="utf-8")
    import_files(engine, CONFIG, [log], clock=lambda: NOW)


@doing(
    *(Act.REPORT_PLANNED, Act.REPORT_RETRIED, Act.REPORT_PAUSED),
    *(Act.REPORT_RESUMED, Act.REPORT_REMOVED, Act.REPORT_RESTORED),
)
def reports(engine: Engine, _folder: Path) -> None:
    made = plans.add_plan(engine, MANAGER, "日报", plans.Body(folder="a"), WHO, WHY, NOW)
    run = runs.claim(engine, "main", made, Owed(period(CONFIG, "2026-11-21"), NOW), NOW)
    assert run is not None
    runs.finish(engine, run, NOW, error="no mail server")
    runs.retry(engine, MANAGER, run.id, WHO, WHY, NOW + 1)
    plans.switch_plan(engine, MANAGER, made, False, WHO, WHY, NOW + 2)
    plans.switch_plan(engine, MANAGER, made, True, WHO, WHY, NOW + 3)
    plans.remove_plan(engine, MANAGER, made, WHO, WHY, NOW + 4)
    plans.restore_plan(engine, MANAGER, made, WHO, WHY, NOW + 5)


@doing(Act.NOTIFY_TESTED)
def a_test_message(engine: Engine, _folder: Path) -> None:
    file = parse_notify("channels: {lead: {kind: wecom, enabled: true, url: {env: U}}}\n", "notify.yaml")
    send_test(engine, "main", file, "lead", ("站", "Site"), "Asia/Shanghai", WHO, NOW)


@doing(
    *(Act.ACCOUNT_ADDED, Act.ACCOUNT_ADDED, Act.ACCOUNT_ROLE, Act.ACCOUNT_DISABLED),
    *(Act.ACCOUNT_ENABLED, Act.ACCOUNT_RESET, Act.ACCOUNT_PASSWORD),
)
def keeping_accounts(engine: Engine, _folder: Path) -> None:
    accounts.add_account(engine, "main", accounts.Draft("boss", "", Role.ADMIN), BOSS, WHY, NOW)
    made, _ = accounts.add_account(
        engine, "main", accounts.Draft("li.ming", "李明", Role.QA), BOSS, WHY, NOW, SECRET
    )
    accounts.set_role(
        engine, "main", "li.ming", Role.LEAD, BOSS, WHY, NOW + 1, queues=frozenset(("vip", "support"))
    )
    accounts.set_disabled(engine, "main", "li.ming", True, BOSS, WHY, NOW + 2)
    accounts.set_disabled(engine, "main", "li.ming", False, BOSS, WHY, NOW + 3)
    _, first = accounts.reset_password(engine, "main", "li.ming", BOSS, WHY, NOW + 4)
    accounts.change_password(engine, made.id, first, OWN, NOW + 5)


@doing(
    Act.ACCOUNT_ADDED, Act.SESSION_REFUSED, Act.SESSION_IN, Act.SESSION_OUT, Act.SESSION_IN, Act.SESSION_ENDED
)
def sessions(engine: Engine, _folder: Path) -> None:
    draft = accounts.Draft("li.ming", "李明", Role.QA)
    accounts.add_account(engine, "main", draft, BOSS, WHY, NOW, SECRET)
    sign_in(engine, "main", "li.ming", "wrong", "10.0.0.7", NOW)
    doors = Doors(load(db=str(engine.url)), engine, lambda: NOW + 1)
    found = sign_in(engine, "main", "li.ming", SECRET, "10.0.0.7", NOW)
    assert isinstance(found, accounts.Account)
    doors.close(doors.open(found, "10.0.0.7", "Browser 1"))
    who = doors.who(doors.open(found, "10.0.0.7", "Browser 1"))
    assert who is not None
    with acting_as(Identity(9, "boss", "Boss", Role.ADMIN, source="10.0.0.9")):
        doors.end(who.session)


@doing(Act.DISPLAY_ADDED, Act.DISPLAY_REVOKED)
def walls(engine: Engine, _folder: Path) -> None:
    boss, draft = Viewer(Role.MANAGER), displays.Draft("大厅", queues=frozenset(("vip",)))
    made, _ = displays.add_display(engine, CONFIG, boss, draft, BOSS, WHY, NOW)
    displays.revoke_display(engine, boss, made.id, BOSS, WHY, NOW + 1)


@doing(Act.EXPORT_TAKEN)
def taking_a_file(engine: Engine, _folder: Path) -> None:
    by = acting(WHO, LEAD)
    record_alone(engine, by, Act.EXPORT_TAKEN, "export/a.xlsx", {"format": "xlsx"}, "", NOW, site="main")


@doing(Act.NUMBERS_CLEARED)
def clearing_numbers(engine: Engine, _folder: Path) -> None:
    settings = load(environ={"CCFLOOR_PRIVACY_NUMBERS_DAYS": "30"}, db=str(engine.url), source="none")
    privacy.run(settings, engine, NOW, why=WHY)


@doing(Act.DATA_REBUILT)
def computing_again(engine: Engine, _folder: Path) -> None:
    record_alone(engine, acting(WHO, LEAD), Act.DATA_REBUILT, "site", None, "", NOW, site="main")
