"""What people typed is read without telephone numbers by whoever may not see them, wherever it is read."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select

from ccfloor.access.rights import Role
from ccfloor.kpi.scope import SITE
from ccfloor.rules.alarms import alarm_key
from ccfloor.service import called_back, importing_kpi, incidents, leave, plan_people
from ccfloor.service.access.displays import displays_for
from ccfloor.service.after_sheet import Place, sheet_of
from ccfloor.service.annotations import Draft as MarkDraft
from ccfloor.service.annotations import add_annotation, change_annotation, list_annotations
from ccfloor.service.campaigns import Draft, add_campaign, change_campaign, seen_campaigns
from ccfloor.service.commands import list_commands
from ccfloor.service.kpi_site import site_book
from ccfloor.service.people_log import entries
from ccfloor.service.plan import PlanView
from ccfloor.service.rulebook import editions
from ccfloor.service.scope import Scope, scoped_plan
from ccfloor.service.settings import SiteSettings
from ccfloor.store import tables
from ccfloor.store.viewer import Viewer
from tests.fakes import logged_acts as acts
from tests.fakes.logged_acts import CONFIG, NOW, NUMBER, WHY
from tests.unit.service.views import view

MASKED = "138****5678"
BOSS = Viewer(Role.MANAGER)
OPEN = Viewer(Role.MANAGER, may_see_numbers=True)
Read = Callable[[Engine, Viewer], Any]


def plan(engine: Engine, viewer: Viewer) -> PlanView:
    people = plan_people.read_people(engine, "main", [], NOW, NOW)
    whole = PlanView(at=NOW, planned=people.planned, incidents=people.incidents)
    return scoped_plan(whole, view(), Scope.of(viewer))


def targets(engine: Engine, _viewer: Viewer) -> Any:
    return site_book(engine, CONFIG, SiteSettings(), NOW).history("service_level")


def sheet(key: str) -> Read:
    def read(engine: Engine, viewer: Viewer) -> Any:
        return sheet_of(Place(engine, viewer, CONFIG, None, NOW + 60), key)

    return read


def told(about: str) -> Read:
    return lambda engine, viewer: entries(engine, viewer, about)


def first_of_a_team(engine: Engine, viewer: Viewer) -> Any:
    with engine.connect() as connection:
        about = connection.scalars(select(tables.plan_notes.c.about)).first()
    return entries(engine, viewer, str(about))


def marks(engine: Engine, viewer: Viewer) -> Any:
    return list_annotations(engine, viewer, CONFIG, SITE, date(2026, 11, 1), date(2026, 11, 30))


READS: dict[str, tuple[acts.Scene, Read]] = {
    "commands": (acts.seat_commands, lambda engine, viewer: list_commands(engine, viewer, CONFIG)),
    "an alarm's sheet": (acts.plan, sheet(alarm_key("level1", "", NOW))),
    "campaigns": (acts.planned_peaks, seen_campaigns),
    "a campaign's log": (acts.planned_peaks, told("campaign/1")),
    "leave": (acts.asking_leave, lambda engine, viewer: leave.list_leave(engine, viewer, CONFIG, 0.0)),
    "a leave's log": (acts.asking_leave, told("leave/1")),
    "incidents": (acts.an_incident, incidents.list_incidents),
    "an incident": (acts.an_incident, lambda engine, viewer: incidents.find_incident(engine, viewer, 1)),
    "an incident's log": (acts.an_incident, told("incident/1")),
    "an incident's sheet": (acts.an_incident, sheet("incident/1")),
    "the plan": (acts.an_incident, plan),
    "who was called back": (acts.calling_back, lambda e, v: called_back.told(e, v, (1, 12_345_678))),
    "a mark's log": (acts.annotating, told("annotation/1")),
    "versions of rules": (acts.rules_on_the_page, lambda e, v: [one.why for one in editions(e, v)]),
    "a team's log": (acts.moving_teams, first_of_a_team),
    "imports": (acts.bringing_in, importing_kpi.imports),
    "an import's log": (acts.bringing_in, told("import/1")),
    "a report's log": (acts.reports, told("report/1")),
    "walls": (acts.walls, displays_for),
}


@pytest.mark.parametrize("name", READS)
def test_numbers_in_words_are_masked(database: Engine, tmp_path: Path, name: str) -> None:
    scene, read = READS[name]
    scene(database, tmp_path)
    masked, whole = str(read(database, BOSS)), str(read(database, OPEN))
    assert NUMBER in whole, "there is something to mask"
    assert NUMBER not in masked and MASKED in masked


def test_reasons_of_targets_never_tell_a_number(database: Engine, tmp_path: Path) -> None:
    acts.targets(database, tmp_path)
    assert MASKED in str(targets(database, OPEN)) and NUMBER not in str(targets(database, OPEN))


def test_the_report_of_an_incident_goes_out_without_numbers(database: Engine, tmp_path: Path) -> None:
    (tmp_path / "notify.yaml").write_text(
        "channels: {lead: {kind: wecom, enabled: true, url: {env: U}}}\nreport_to: [lead]\n"
    )
    acts.an_incident(database, tmp_path)
    with database.connect() as connection:
        (sent,) = connection.scalars(select(tables.notices.c.text))
    assert MASKED in sent and NUMBER not in sent


def test_who_saves_what_he_was_shown_masked_loses_nothing(database: Engine) -> None:
    draft = Draft(f"peak {NUMBER}", NOW + 60, NOW + 600, (), WHY)
    made = add_campaign(database, BOSS, CONFIG, draft, "Li", "new", NOW)
    (shown,) = seen_campaigns(database, BOSS)
    again = Draft(shown.name, shown.start, shown.end + 60, shown.queues, shown.note)
    change_campaign(database, BOSS, CONFIG, made, again, "Li", "longer", NOW + 1)
    (kept,) = seen_campaigns(database, OPEN)
    assert (kept.name, kept.note, kept.end) == (draft.name, WHY, NOW + 660)
    change_campaign(database, BOSS, CONFIG, made, again._replace(note="none"), "Li", "x", NOW + 2)
    assert seen_campaigns(database, OPEN)[0].note == "none"


def test_a_mark_saved_as_it_was_shown_keeps_its_number(database: Engine) -> None:
    day = date(2026, 11, 20)
    made = add_annotation(database, BOSS, CONFIG, MarkDraft(SITE, "form", day, day, WHY), "Li", "new", NOW)
    (shown,) = marks(database, BOSS)
    assert shown.text == WHY.replace(NUMBER, MASKED)
    draft = MarkDraft(SITE, "other", day, day, shown.text)
    change_annotation(database, BOSS, CONFIG, made, draft, "Li", "kind", NOW + 1)
    (kept,) = marks(database, OPEN)
    assert (kept.text, kept.kind) == (WHY, "other")


def test_a_numbered_wall_and_a_masked_one_hear_no_number(database: Engine, tmp_path: Path) -> None:
    acts.an_incident(database, tmp_path)
    for scope in (Scope("main"), Scope("main", numbered=True), Scope("main", queues=frozenset(("vip",)))):
        whole = plan(database, OPEN)
        told = msgspec.json.encode(scoped_plan(whole, view(), scope)).decode()
        assert NUMBER not in told and MASKED in told
