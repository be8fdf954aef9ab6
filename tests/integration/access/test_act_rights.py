"""Every act × every role: who has the right may; the others get Forbidden, before anything else is looked at.

The functions are found in the sources: a new one that writes and has no line in ACTS or FREE fails.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.rights import RIGHTS, Right, Role
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.audit import Actor
from ccfloor.store.engine import open_engine
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.current import upgrade
from tests.unit.access.test_acts import PACKAGE, Function, functions

ROLES = [role for role in Role if role != Role.SYSTEM]

ACTS: dict[str, Right] = {
    "commands.request_command": Right.SEATS,
    "commands.undo_command": Right.SEATS,
    "moves.ask.ask_move": Right.SEATS,
    "moves.undo.undo_move": Right.SEATS,
    **{f"moves.crews.{name}_crew": Right.SEATS for name in ("save", "remove", "restore")},
    **{f"plan_notes.{name}": Right.PLAN for name in ("acknowledge", "tick", "untick", "write_note")},
    **{f"campaigns.{name}_campaign": Right.DESK for name in ("add", "change", "cancel", "restore")},
    **{f"leave.{name}_leave": Right.DESK for name in ("request", "withdraw", "restore")},
    **{f"incidents.{name}_incident": Right.DESK for name in ("declare", "note", "close", "reopen")},
    "reporting.report_incident": Right.DESK,
    "called_back.tick": Right.NOTES,
    "called_back.untick": Right.NOTES,
    **{f"annotations.{name}_annotation": Right.NOTES for name in ("add", "change", "remove", "restore")},
    "reveal.reveal": Right.REVEAL,
    "rulebook.save": Right.RULES,
    "rulebook.retire": Right.RULES,
    **{f"qa.versions.{name}": Right.QA_FORMS for name in ("save_draft", "drop_draft", "take_over")},
    **{f"qa.versions.{name}": Right.QA_PLAN for name in ("publish", "retire")},
    **{f"qa.scoring.{name}": Right.QA_SCORE for name in ("open_score", "save", "submit", "discard")},
    **{f"qa.scoring.{name}": Right.QA_PLAN for name in ("void", "restore", "correct")},
    **{f"qa.recordings.{name}": Right.QA_SCORE for name in ("upload", "remove")},
    **{f"qa.samples.{name}": Right.QA_SCORE for name in ("take", "replace")},
    **{f"qa.samples.{name}": Right.QA_PLAN for name in ("give", "drop", "add_by_hand")},
    "qa.drawing.draw_by_hand": Right.QA_PLAN,
    "qa.feedback.tell": Right.QA_SCORE,
    "qa.feedback.hear": Right.OWN,
    "qa.feedback.acknowledge": Right.OWN,
    **{f"qa.appeals.{name}": Right.OWN for name in ("file_appeal", "escalate", "withdraw")},
    **{f"qa.appeals.{name}": Right.QA_DECIDE for name in ("answer", "hand_on")},
    **{f"qa.appeals.{name}": Right.QA_LEADERSHIP for name in ("decide", "give_reasons")},
    **{f"qa.calibration.{name}_session": Right.QA_PLAN for name in ("add", "change", "close")},
    "qa.calibration.call_off": Right.QA_PLAN,
    "qa.rechecks.draw": Right.QA_PLAN,
    "qa.recheck_months.take": Right.QA_PLAN,
    **{f"qa.sheets.{name}": Right.QA_PLAN for name in ("take_in", "undo", "restore")},
    **{
        f"qa.improving.{name}": Right.QA_SCORE
        for name in ("add_improvement", "change_improvement", "decide", "reopen")
    },
    **{
        f"qa.needs.{name}": Right.QA_SCORE
        for name in ("add_need", "send", "hand_over", "finish", "drop", "reopen")
    },
    **{f"qa.cases.{name}_case": Right.QA_SCORE for name in ("add", "change", "remove", "restore")},
    "kpi_targets.decide": Right.TARGETS,
    "kpi_targets.take_back": Right.TARGETS,
    "teams.move": Right.SETTINGS,
    "teams.undo": Right.SETTINGS,
    "importing.import_files": Right.IMPORTS,
    "importing_kpi.take_in": Right.IMPORTS,
    "importing_kpi.undo_import": Right.IMPORTS,
    "importing_kpi.restore_import": Right.IMPORTS,
    **{f"reports.plans.{name}_plan": Right.SCHEDULE for name in ("add", "switch", "remove", "restore")},
    "reports.runs.retry": Right.SCHEDULE,
    "notify.ask.send_test": Right.NOTIFY,
    "access.displays.add_display": Right.DISPLAYS,
    "access.displays.revoke_display": Right.DISPLAYS,
    **{
        f"access.accounts.{name}": Right.ACCOUNTS
        for name in ("add_account", "set_role", "set_disabled", "reset_password")
    },
}

# What writes and is nobody's right, and why.
FREE = {
    "access.accounts.change_password": "the own one, and only with the old one",
    "access.sign_in.sign_in": "the way in",
    "access.oidc_accounts.admit": "the way in",
    "audit.record_alone": "the log itself",
    "commands.answer_command": "the switch's",
    "moves.denied.note_denied": "what was refused to whoever has no right to it",
    "reports.runs.claim": "the calendar's",
    "reports.runs.finish": "the calendar's",
    "rulebook.sync_files": "the site's files",
    "qa.files.sync_files": "the site's files",
    "qa.files.keep_files": "the site's files",
    "qa.facts.settle_weeks": "counted, as days are",
    "qa.appeals.pass_on": "the calendar's",
    "qa.appeal_notices.look_after": "the calendar's",
    "qa.appeal_notices.tell": "the calendar's",
    "qa.fatal_news.tell": "the program's, of what was handed in",
    "qa.drawing.draw_day": "the night's",
    "qa.listening.note": "what follows from hearing, to which the recording's own door is kept",
    "qa.listening.clear_recordings": "housekeeping, by the site's setting",
    "qa.recheck_months.draw_month": "the month's end's",
    "qa.recheck_months.draw_months": "the month's end's",
    "staffing.judged.note_moves": "the program's, of moves that were asked for",
    "staffing.judged.judge_moves": "the program's, of moves that were asked for",
    "qa.simulated_draws.draw_night": "the invented floor's own",
    "qa.simulated.live_through": "the invented floor's own",
    "qa.simulated_after.afterwards": "the invented floor's own",
    "qa.simulated_life.make": "the invented floor's own",
    "qa.simulated_on.go_on": "the invented floor's own",
    "teams.keep_teams": "the site's files",
    "kpi_site.site_book": "the site's files",
    "kpi_site.kpi_book": "the site's files",
    "doctor.database": "a write that is taken back",
    "doctor.examine": "a write that is taken back",
}


def _writers() -> Iterator[str]:
    """Public functions of the service that write something, by themselves or through their module."""
    for path in sorted((PACKAGE / "service").rglob("*.py")):
        module = functions(path)
        own = {one.name.rpartition(".")[2]: one for one in module}
        for one in module:
            name = one.name.removeprefix("service.")
            place = ".".join(path.relative_to(PACKAGE / "service").with_suffix("").parts)
            bare = name.removeprefix(f"{place}.")
            if "." not in bare and not bare.startswith("_") and _writes(one, own):
                yield name


def _writes(one: Function, own: dict[str, Function]) -> bool:
    todo, seen = [one], {one.name}
    while todo:
        calls = todo.pop().calls
        if calls & {"writing", "record_alone"}:
            return True
        more = [own[name] for name in calls if name in own and own[name].name not in seen]
        seen |= {found.name for found in more}
        todo += more
    return False


def test_whatever_writes_has_a_right_or_a_reason() -> None:
    found = set(_writers())
    assert found - ACTS.keys() - FREE.keys() == set()
    assert (ACTS.keys() | FREE.keys()) - found == set()


def _function(name: str) -> Callable[..., Any]:
    place, _, bare = name.rpartition(".")
    return getattr(importlib.import_module(f"ccfloor.service.{place}"), bare)  # type: ignore[no-any-return]


def _tried(engine: Engine, name: str, viewer: Viewer) -> bool:
    """Whether the act let this one pass; all but who asks is nonsense that no act gets far with."""
    given = {"engine": engine, "viewer": viewer, "by": Actor("x", viewer.role), "why": "why"}
    act, nonsense = _function(name), object()
    needed = [one for one in inspect.signature(act).parameters.values() if one.default is one.empty]
    with acting_as(Identity(7, "somebody", role=Role(viewer.role))):
        try:
            act(**{one.name: given.get(one.name, nonsense) for one in needed})
        except Forbidden:
            return False
        except (AttributeError, TypeError, ValueError, SQLAlchemyError):
            return True
    raise AssertionError(f"{name} did something with nonsense")


@pytest.fixture(scope="module")
def engine(engine_url: str) -> Iterator[Engine]:
    opened = open_engine(engine_url)
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_by_who_has_the_right(engine: Engine, name: str, role: Role) -> None:
    assert _tried(engine, name, Viewer(role)) == (role in RIGHTS[ACTS[name]])


@pytest.mark.parametrize("name", ACTS)
def test_the_program_itself_may_do_everything(engine: Engine, name: str) -> None:
    assert _tried(engine, name, Viewer())
